"""A log of marks and comments given by hand: what was changed, when, and by whom.

While `course marking` or `course formgrader` runs, whatever either page changes in the gradebook is
logged as it is saved (`watch`).  nbgrader keeps a mark's last value only, so what was changed in
another way is found when pages are written: marks given by hand are compared with what this log
says of them, and what differs is added, with the time at which it was *seen* (`note`).
"""

import csv
import getpass
import os
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nbgrader.api import Comment, Grade
from sqlalchemy import event, inspect
from sqlalchemy.orm import Session

from course_staff.grading.shapes import Mark

FILE = "mark_changes.csv"
HEAD = ["seen", "account", "student", "cell", "before", "after", "ticks", "comment"]
TICKS = "course_ticks"
Key = tuple[str, str, str]  # lesson, student, cell


@dataclass
class Change:
    """What happened to one student's answer.

    ``before`` and ``after`` are marks given by hand, as text, "" if there is none; ``ticks`` says
    what was ticked, ``comment`` is the new comment; None: as it was.
    """

    student: str
    cell: str
    before: str | None = None
    after: str | None = None
    ticks: str | None = None
    comment: str | None = None


def add(path: Path, changes: Iterable[Change], now: datetime, account: str | None = None) -> int:
    """Add changes to a lesson's log; returns how many.

    Parameters
    ----------
    path : Path
        The log.
    changes : iterable of Change
        Of one whose mark is None the log's last mark is repeated.
    now : datetime
    account : str, optional
        Who made them; by default whose account this is.
    """
    rows = _rows(path)
    last = {(row[2], row[3]): row[5] for row in rows}
    added = []
    for change in changes:
        known = last.get((change.student, change.cell), "")
        before = known if change.before is None else change.before
        after = known if change.after is None else change.after
        added.append([now.isoformat(timespec="seconds"), account or own_account(), change.student,
                      change.cell, before, after, change.ticks or "", change.comment or ""])
    if added:
        if not _has_head(path):
            _write(path, rows)
        with open(path, "a", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(added)
    return len(added)


def note(path: Path, marks: Mapping[str, Mapping[str, Mark]], now: datetime) -> int:
    """Add what changed since the last time; returns how many marks that are.

    Parameters
    ----------
    path : Path
        The log of a lesson.
    marks : dict
        By student, then by cell.
    now : datetime
    """
    last = {(row[2], row[3]): row[5] for row in _rows(path)}
    given = {(student, cell): f"{mark.get('score', 0):g}" for student, some in marks.items()
             for cell, mark in some.items() if mark.get("by_hand")}
    seen = {key: value for key, value in last.items() if key[0] in marks}
    return add(path, [Change(*key, seen.get(key, ""), given.get(key, ""))
                      for key in sorted({*seen, *given})
                      if seen.get(key, "") != given.get(key, "")], now)


def forget(path: Path, students: Container[str]) -> None:
    """Delete students from a log."""
    if path.exists():
        _write(path, [row for row in _rows(path) if row[2] not in students])


@contextmanager
def watch(folder: Path, account: str | None = None) -> Iterator[None]:
    """Log what any session of this process changes by hand in gradebooks, as it is saved.

    Parameters
    ----------
    folder : Path
        The class's.
    account : str, optional
        Who marks.

    Notes
    -----
    Whoever ticks puts it into the session's ``info[TICKS]``, by `Key`, before saving.
    """
    waiting: dict[Session, dict[Key, Change]] = {}

    def flushed(session: Session, _: Any) -> None:
        for row in session.dirty:
            if isinstance(row, Grade):
                _note_grade(row, waiting.setdefault(session, {}))
            elif isinstance(row, Comment) and inspect(row).attrs.manual_comment.history.added:
                _of(row, waiting.setdefault(session, {})).comment = row.manual_comment or "–"

    def saved(session: Session) -> None:
        found = waiting.pop(session, {})
        for key, ticks in session.info.pop(TICKS, {}).items():
            found.setdefault(key, Change(*key[1:])).ticks = ticks
        by_lesson: dict[str, list[Change]] = {}
        for (lesson, _, _), change in found.items():
            by_lesson.setdefault(lesson, []).append(change)
        for lesson, some in by_lesson.items():
            (folder / lesson).mkdir(exist_ok=True)
            add(folder / lesson / FILE, some, datetime.now(UTC), account)

    def undone(session: Session) -> None:
        waiting.pop(session, None)
        session.info.pop(TICKS, None)

    heard: list[tuple[str, Callable[..., None]]] = [
        ("after_flush", flushed), ("after_commit", saved), ("after_rollback", undone)]
    for name, action in heard:
        event.listen(Session, name, action)
    try:
        yield
    finally:
        for name, action in heard:
            event.remove(Session, name, action)


def _note_grade(row: Any, found: dict[Key, Change]) -> None:
    """Note a mark that is given by hand, if that or the extra credit has changed."""
    attributes = inspect(row).attrs
    manual, extra = attributes.manual_score.history, attributes.extra_credit.history
    if not manual.added and not extra.added:
        return
    after = _told(row.manual_score, row.extra_credit)
    unread = manual.added and not manual.deleted  # then the log says what it was
    before = None if unread else _told(
        _was(manual, row.manual_score), _was(extra, row.extra_credit))
    if before != after:
        change = _of(row, found)
        if change.before is None:
            change.before = before
        change.after = after


def _was(history: Any, now: float | None) -> float | None:
    """Return a value before it was changed, if it was."""
    old: float | None = history.deleted[0] if history.deleted else None if history.added else now
    return old


def _told(score: float | None, extra: float | None) -> str:
    return "" if score is None else f"{score + (extra or 0):g}"


def _of(row: Any, found: dict[Key, Change]) -> Change:
    key = (row.assignment.assignment.name, row.student.id, row.cell.name)
    return found.setdefault(key, Change(*key[1:]))


def own_account() -> str:
    """Return whose account this is; "" in a container without accounts."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


def _rows(path: Path) -> list[list[str]]:
    """Return what a log holds, with the columns of today (the first versions had six)."""
    if not path.exists():
        return []
    with open(path, encoding="utf-8", newline="") as file:
        return [row + [""] * (len(HEAD) - len(row)) for row in csv.reader(file)
                if len(row) in (6, len(HEAD)) and row[:6] != HEAD[:6]]


def _has_head(path: Path) -> bool:
    if not path.exists():
        return False
    with open(path, encoding="utf-8", newline="") as file:
        return next(csv.reader(file), None) == HEAD


def _write(path: Path, rows: Iterable[list[str]]) -> None:
    part = path.with_suffix(".part")
    with open(part, "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEAD, *rows])
    os.replace(part, path)
