"""A log of marks given by hand: what was changed, and when that was seen.

nbgrader keeps a mark's last value only.  So whenever pages are written, marks given by hand are
compared with what this log says of them, and what differs is added.  A line tells when the change
was *seen* and by whose account, which is as near as a gradebook that is changed elsewhere lets one
get: `course feedback` after each sitting makes it exact enough.
"""

import csv
import getpass
import os
from collections.abc import Container, Mapping
from datetime import datetime
from pathlib import Path

from course_staff.grading.shapes import Mark

FILE = "mark_changes.csv"
HEAD = ["seen", "account", "student", "cell", "before", "after"]


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
    changed = [(key, seen.get(key, ""), given.get(key, "")) for key in sorted({*seen, *given})
               if seen.get(key, "") != given.get(key, "")]
    if changed:
        new = not path.exists()
        with open(path, "a", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            if new:
                writer.writerow(HEAD)
            for (student, cell), before, after in changed:
                writer.writerow([now.isoformat(timespec="seconds"), _account(), student, cell,
                                 before, after])
    return len(changed)


def forget(path: Path, students: Container[str]) -> None:
    """Delete students from a log."""
    if not path.exists():
        return
    kept = [row for row in _rows(path) if row[2] not in students]
    part = path.with_suffix(".part")
    with open(part, "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEAD, *kept])
    os.replace(part, path)


def _rows(path: Path) -> list[list[str]]:
    if not path.exists():
        return []
    with open(path, encoding="utf-8", newline="") as file:
        return [row for row in csv.reader(file) if len(row) == len(HEAD)][1:]


def _account() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container without accounts
        return ""
