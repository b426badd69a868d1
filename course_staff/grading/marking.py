"""Marking written answers: one question across all students, ticks that add up to the mark.

The mark and the comment stand in the gradebook, where formgrader writes them, too.  Besides, in the
class's folder::

    LESSON/ticks/STUDENT.json   what was ticked, by answer
    LESSON/comments.json        comments to be used again, by answer

Ticks are of a rubric: where a release is graded by another one they count for nothing, and a mark
that was changed elsewhere stands beside them as it is.
"""

import base64
import contextlib
import functools
import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict

from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbconvert.preprocessors.sanitize import SanitizeHTML
from nbgrader.api import (
    Assignment,
    BaseCell,
    Grade,
    MissingEntry,
    SubmittedAssignment,
    SubmittedNotebook,
)

from course_lib.desk.cells import grade_id, text_of
from course_staff.grading import changes, pages, release, rubrics
from course_staff.grading.people import People
from course_staff.grading.shapes import Node, Template

COMMENTS, TICKS = "comments.json", "ticks"
LONGEST, MOST = 5000, 100  # characters of a comment, comments kept for one answer
HIDDEN = "▮▮▮"
MARKER, BLIND = "COURSE_MARKER", "COURSE_BLIND"  # variables: who marks, whether names are hidden
PICTURES = {"image/png", "image/jpeg"}
TAGS = ["a", "blockquote", "br", "code", "del", "div", "em", "h1", "h2", "h3", "h4", "h5", "h6",
        "hr", "li", "ol", "p", "pre", "span", "strong", "table", "tbody", "td", "th", "thead", "tr",
        "ul"]


class Ticks(TypedDict):
    """What is kept of an answer: the rubric's digest, a tick per item, and what is taken off."""

    rubric: str
    items: list[str | None]
    off: bool


class Refused(ValueError):
    """What can't be saved, in a sentence."""


class _Renderer(IPythonRenderer):
    """Renders no picture: those of an answer stand below it, and none is fetched."""

    def image(self, text: str, url: str, title: str | None = None) -> str:
        return f"<em>[picture: {text}]</em>"


class Meanwhile(Refused):
    """Somebody else has changed the same answer since it was shown."""


@dataclass(frozen=True)
class Entry:
    """One student's place in a pile.

    Attributes
    ----------
    id : str
        The submitted notebook's in the gradebook: drawn at random, it tells nothing of its owner.
    student : str
    waits : bool
        Whether a person has still to look.
    score : float or None
        Given by hand, or else by the grader; None if there is none.
    """

    id: str
    student: str
    waits: bool
    score: float | None


@dataclass(frozen=True)
class Sheet:
    """All that a marker sees of one answer; what the student wrote is as it was graded.

    Attributes
    ----------
    entry : Entry
    name : str
        The student's.
    question, answer : str
        Markdown.
    pictures : list of (str, str)
        Kind and base64 of those pasted into the answer.
    flags : list of str
        What was noticed of this answer.
    rubric : rubrics.Rubric
    ticks : Ticks
    mark : float or None
        Given by hand, without extra credit.
    comment : str
    seen : str
        Changes whenever ticks, mark or comment do.
    """

    entry: Entry
    name: str
    question: str
    answer: str
    pictures: list[tuple[str, str]]
    flags: list[str]
    rubric: rubrics.Rubric
    ticks: Ticks
    mark: float | None
    comment: str
    seen: str


@dataclass(frozen=True)
class Pile:
    """All answers to one question of a class.

    Parameters
    ----------
    folder : Path
        The class's.
    book : nbgrader.api.Gradebook
    lesson, cell : str
        As in the gradebook.
    """

    folder: Path
    book: Any
    lesson: str
    cell: str

    def entries(self) -> list[Entry]:
        """Return everybody's place, in an order that is drawn and stays."""
        rows = (self.book.db.query(Grade, SubmittedNotebook.id, SubmittedAssignment.student_id)
                .join(SubmittedNotebook, Grade.notebook_id == SubmittedNotebook.id)
                .join(SubmittedAssignment,
                      SubmittedNotebook.assignment_id == SubmittedAssignment.id)
                .join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
                .join(BaseCell, Grade.cell_id == BaseCell.id)
                .filter(Assignment.name == self.lesson, BaseCell.name == self.cell).all())
        found = [Entry(number, student, bool(grade.needs_manual_grade),
                       grade.auto_score if grade.manual_score is None else grade.manual_score)
                 for grade, number, student in rows]
        return sorted(found, key=lambda entry: entry.id)

    def entry(self, number: str) -> Entry:
        """Return the place with an id.

        Raises
        ------
        KeyError
            If nobody's answer to this question has it.
        """
        for entry in self.entries():
            if entry.id == number:
                return entry
        raise KeyError(number)

    def sheet(self, number: str) -> Sheet:
        """Return what a marker sees of an answer.

        Raises
        ------
        KeyError
            If there is none, or its files or its release are gone.
        """
        entry = self.entry(number)
        result = _read(self.folder / "results" / self.lesson / f"{entry.student}.json")
        template = _template(self.lesson, result.get("stamp", ""))
        if template is None or self.cell not in template["answers"]:
            raise KeyError(number)
        notebook = _read(self.folder / "autograded" / entry.student / self.lesson
                         / f"{self.lesson}.ipynb")
        cell = next((each for each in notebook.get("cells", ()) if grade_id(each) == self.cell),
                    {"source": ""})
        rubric = rubrics.parse(template.get("rubrics", {}).get(self.cell, ""),
                               float(template["answers"][self.cell]))
        grade, comment = self._rows(entry.student)
        ticks = self._ticks(entry.student, rubric)
        said = (comment.manual_comment or "") if comment else ""
        seen = hashlib.sha256(json.dumps([ticks, grade.manual_score, said]).encode()).hexdigest()
        return Sheet(
            entry, People.read(self.folder).name(entry.student),
            _question(template["notebook"], self.cell), text_of(cell), list(_pictures(cell)),
            [sentence for word, sentence in result.get("flags", ()) if word in (
                "beside", "picture", "late", "identical")],
            rubric, ticks, grade.manual_score, said, seen[:16])

    def save(self, number: str, seen: str, items: Sequence[str | None] = (), off: bool = False,
             mark: float | None = None, comment: str | None = None, back: bool = False) -> Sheet:
        """Save what a marker said of an answer; returns it as it is now.

        Parameters
        ----------
        number : str
            The place's id.
        seen : str
            The sheet's, when the marker saw it.
        items : sequence of {"full", "half", "none", None}
            Once all are decided, their sum is the mark; before, the mark stays, and if only the
            comment is new.
        off : bool
            Whether the rubric's deduction from the sum is made.
        mark : float, optional
            For a rubric without items, from 0 to the answer's points.
        comment : str, optional
            For the student; "" takes it back, None leaves it.
        back : bool
            Take mark and ticks back.

        Raises
        ------
        Refused
            If the rubric doesn't offer that.
        Meanwhile
            If the sheet has changed since.
        KeyError
            If there is no such answer.
        """
        sheet = self.sheet(number)
        if seen != sheet.seen:
            raise Meanwhile("Not saved: somebody has changed this answer's mark or comment "
                            "meanwhile. Load the page again.")
        rubric, student = sheet.rubric, sheet.entry.student
        ticks: Ticks = {"rubric": rubric.digest, "off": bool(off and rubric.off),
                        "items": [None] * len(rubric.items) if back else list(items)}
        try:
            given = rubric.mark(ticks["items"], ticks["off"])
        except ValueError as error:
            raise Refused(f"{error}.") from None
        if not rubric.items and mark is not None:
            if not 0 <= mark <= rubric.points:  # NaN is neither
                raise Refused(f"A mark is from 0 to {rubric.points:g}.")
            given = float(mark)
        if comment is not None and len(comment) > LONGEST:
            raise Refused(f"A comment has at most {LONGEST} characters.")
        grade, row = self._rows(student)
        # Who only comments leaves a mark that was given elsewhere.
        if back or (given is not None and (comment is None or ticks != sheet.ticks
                                           or not rubric.items or sheet.mark is None)):
            grade.manual_score = None if back else given
            grade.needs_manual_grade = (
                grade.manual_score is None and grade.auto_score is None)
        if comment is not None and row is not None and comment != (row.manual_comment or ""):
            row.manual_comment = comment or None
        if ticks != sheet.ticks and (back or given is not None):
            told = _in_words(rubric, ticks)
            self.book.db().info[changes.TICKS] = {(self.lesson, student, self.cell): told}
        self.book.db.commit()
        if ticks != sheet.ticks:
            path = self._ticks_path(student)
            _write(path, _read(path) | {self.cell: ticks})
        return self.sheet(number)

    def comments(self, people: People | None = None) -> list[str]:
        """Return the comments that are kept to be used again, in the order of keeping.

        Without those that name one of `people`.
        """
        kept: list[str] = _read(self.folder / self.lesson / COMMENTS).get(self.cell, [])
        names = unmistakable(people) if people and kept else []
        return [each for each in kept if hide(each, names) == each]

    def keep(self, text: str, keep: bool = True) -> list[str]:
        """Keep a comment, or no longer; returns all that are kept.

        Raises
        ------
        Refused
            If it is empty or too long, or there are too many.
        """
        text, path = text.strip(), self.folder / self.lesson / COMMENTS
        kept = [each for each in self.comments() if each != text]
        if keep:
            if not text or len(text) > LONGEST or len(kept) >= MOST:
                raise Refused(f"Kept are up to {MOST} comments of 1 to {LONGEST} characters.")
            kept = self.comments() if text in self.comments() else [*kept, text]
        _write(path, _read(path) | {self.cell: kept})
        return kept

    def _rows(self, student: str) -> tuple[Any, Any]:
        """Return the gradebook's grade and comment."""
        grade = self.book.find_grade(self.cell, self.lesson, self.lesson, student)
        try:
            comment = self.book.find_comment(self.cell, self.lesson, self.lesson, student)
        except MissingEntry:
            comment = None
        return grade, comment

    def _ticks_path(self, student: str) -> Path:
        return self.folder / self.lesson / TICKS / f"{student}.json"

    def _ticks(self, student: str, rubric: rubrics.Rubric) -> Ticks:
        kept = _read(self._ticks_path(student)).get(self.cell, {})
        if kept.get("rubric") == rubric.digest and len(kept["items"]) == len(rubric.items):
            return {"rubric": kept["rubric"], "items": kept["items"], "off": kept["off"]}
        return {"rubric": rubric.digest, "items": [None] * len(rubric.items), "off": False}


def piles(folder: Path, book: Any) -> list[tuple[str, Pile]]:
    """Return the written questions of a class, with the titles of their lessons."""
    found = []
    for results in sorted((folder / "results").glob("*")):
        stamps = (_read(path).get("stamp", "") for path in sorted(results.glob("*.json")))
        template = next(filter(None, (_template(results.name, stamp) for stamp in stamps)), None)
        if template is not None:
            found += [(template["title"], Pile(folder, book, results.name, cell))
                      for cell in template["answers"]]
    return found


def forget(folder: Path, lesson: str, students: Iterable[str]) -> None:
    """Delete what was ticked for students."""
    for student in students:
        (folder / lesson / TICKS / f"{student}.json").unlink(missing_ok=True)


# --- what is shown --------------------------------------------------------------------------------


def names_of(people: People, student: str) -> list[str]:
    """Return all by which a student could be known: key, name, ids, addresses."""
    found = {student, people.name(student)}
    if student in people.known:
        person = people.known[student]
        found |= {person["name"], *(number for some in person["numbers"].values()
                                    for number in some)}
    for row in people.roster.rows:
        if row.student == student:
            found |= {row.name, *row.names, *row.participants}
    for name in list(found):
        words = name.split()
        if len(words) > 1:
            found |= {f"{words[-1]}, {' '.join(words[:-1])}", f"{words[-1]} {' '.join(words[:-1])}"}
    return sorted((name for name in found if len(name) > (4 if name.isdigit() else 2)),
                  key=len, reverse=True)


def unmistakable(people: People) -> list[str]:
    """Return what can only be a student's name: of several words, a number, an address."""
    everybody = {*people.known, *(row.student for row in people.roster.rows)}
    return sorted({name for student in everybody for name in names_of(people, student)
                   if re.search(r"[\s\d@]", name)}, key=len, reverse=True)


def hide(text: str, names: Iterable[str]) -> str:
    """Return a text without names, whatever their capitals, spaces and underscores."""
    pattern = _pattern(tuple(names))
    return text if pattern is None else pattern.sub(HIDDEN, text)


@functools.lru_cache(maxsize=64)  # a class has thousands
def _pattern(names: tuple[str, ...]) -> re.Pattern[str] | None:
    words = ([re.escape(word) for word in re.split(r"[\s_]+", name) if word] for name in names)
    each = [r"[\s_]+".join(some) for some in words if some]
    return re.compile(rf"(?<!\w)(?:{'|'.join(each)})(?!\w)", re.IGNORECASE) if each else None


def shown(markdown: str) -> str:
    """Return HTML of a text by anybody: no HTML of its own, no script, no picture, only links.

    A text that no renderer can take is shown as typed.
    """
    renderer = _Renderer(escape=True, allow_harmful_protocols=False, exclude_anchor_links=True)
    clean = SanitizeHTML(tags=TAGS, attributes={"a": ["href"]})
    try:
        made: str = clean.sanitize_html_tags(MarkdownWithMath(renderer=renderer)(markdown))
    except (RecursionError, ValueError):
        made = f"<pre>{pages.escape(markdown)}</pre>"
    made = re.sub(r'<a href="(?!https?:|mailto:)[^"]*"', "<a", made)  # none within this server
    return made.replace("<a href", '<a rel="noreferrer noopener" target="_blank" href')


def _pictures(cell: Node) -> Iterator[tuple[str, str]]:
    for versions in (cell.get("attachments") or {}).values():
        for kind, data in versions.items():
            if kind in PICTURES:
                with contextlib.suppress(ValueError):  # no base64
                    content = base64.b64decode(re.sub(r"\s", "", data), validate=True)
                    yield kind, base64.b64encode(content).decode()


def _question(notebook: Node, name: str) -> str:
    """Return the text before an answer."""
    before = ""
    for cell in notebook["cells"]:
        if grade_id(cell) == name:
            return before
        if cell["cell_type"] == "markdown" and not grade_id(cell):
            before = text_of(cell)
    return ""


def _in_words(rubric: rubrics.Rubric, ticks: Ticks) -> str:
    """Return ticks as the log tells them: a number for each item, "?" where it is open."""
    told = ["?" if tick is None else f"{item.points * rubrics.SHARES[tick]:g}"
            for item, tick in zip(rubric.items, ticks["items"], strict=True)]
    return " ".join([*told, *([f"-{rubric.off:g}"] if ticks["off"] else [])])


def _template(lesson: str, stamp: str) -> Template | None:
    kept = release.find(stamp, lesson) if stamp else None
    if kept is None:
        return None
    path = kept / "templates" / f"{lesson}.json"
    return _parsed(path, path.stat().st_mtime_ns)


@functools.lru_cache(maxsize=16)  # megabytes each, and a release doesn't change
def _parsed(path: Path, when: int) -> Template:
    found: Template = json.loads(path.read_text(encoding="utf-8"))
    return found


def _read(path: Path) -> Node:
    """Return a JSON file's content; empty if there is no such file."""
    try:
        found: Node = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return found


def _write(path: Path, content: Node) -> None:
    """Write a JSON file in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    os.replace(part, path)
