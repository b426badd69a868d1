"""All lessons in one table, and what Canvas and Moodle import.

Formats are those of the importers' own code:

* ``canvas.csv``: instructure/canvas-lms, lib/gradebook_importer.rb.  The columns Student, ID,
  SIS User ID, SIS Login ID, Section come first; a row of points possible follows; a column
  ``Title (number)`` is the assignment of that number, any other title a new one; people are found
  by ID, else by SIS ids, else by name.
* ``moodle.csv``: moodle/moodle, grade/import/csv/classes/load_data.php, for *Grades, Import, CSV
  file*.  People are found by e-mail address or ID number; lessons are mapped there by hand; an
  empty cell is no grade.
* ``moodle_LESSON.csv``: mod/assign/feedback/offline/importgradeslib.php, for an assignment's
  *Upload grading worksheet*.  It needs Identifier, Grade and Last modified (grade), in English, and
  passes over a grade that was changed in Moodle after that time.
* ``moodle_feedback_LESSON.zip``: mod/assign/feedback/file/importziplib.php, for *Upload multiple
  feedback files in a zip*: folders ``Name_number_assignsubmission_file_``.
"""

import csv
import io
import math
import re
import tomllib
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from pathlib import Path
from typing import Any

from course_lib.desk.commands import Told
from course_staff.grading.people import People
from course_staff.grading.roster import Row, squeezed

RULES = "rules.toml"


@dataclass(frozen=True)
class Got:
    """What a student has of a lesson.

    Attributes
    ----------
    points, most, waiting : float
        Got, to be had, and not marked yet.
    when : datetime or None
        The time of the file that counts.
    lms : str
        Where it comes from: "moodle", "canvas" or "".
    marked_late : bool
        Whether the LMS says that it is late.
    """

    points: float
    most: float
    waiting: float = 0
    when: datetime | None = None
    lms: str = ""
    marked_late: bool = False


@dataclass(frozen=True)
class Final:
    """Points after the rules: None while a written answer waits; what is to be said of lateness."""

    points: float | None
    got: Got
    late: str = ""


@dataclass
class Rules:
    """Due dates, extensions and what lateness costs.

    Attributes
    ----------
    due : dict
        By lesson.
    extensions, handed_in : dict
        By student's key, then by lesson: another due date; when something really came.
    grace : timedelta
        So much later costs nothing.
    per_day, most : float
        Percent of the points got that a day begun costs, and all days together at most.
    """

    due: dict[str, datetime] = field(default_factory=dict)
    extensions: dict[str, dict[str, datetime]] = field(default_factory=dict)
    handed_in: dict[str, dict[str, datetime]] = field(default_factory=dict)
    grace: timedelta = timedelta(0)
    per_day: float = 0
    most: float = 100

    def final(self, student: str, lesson: str, got: Got) -> Final:
        """Apply the rules to what a student got.

        What an LMS hands out bears the time of the download, at the latest possible the hand-in's:
        if that is late it says nothing, and a person decides.
        """
        points = None if got.waiting else got.points
        due = self.extensions.get(student, {}).get(lesson, self.due.get(lesson))
        exact = self.handed_in.get(student, {}).get(lesson)
        when = exact or got.when
        if due is None:
            return Final(points, got, "marked late" if got.marked_late and not exact else "")
        if when is not None and when <= due + self.grace:
            return Final(points, got)
        if exact is None and (got.lms or when is None):
            certain = got.lms == "canvas" and not got.marked_late
            return Final(points, got, "" if certain else
                         "marked late, by how much is not known" if got.marked_late else
                         "when it was handed in is not known")
        assert when is not None
        days = math.ceil((when - due - self.grace) / timedelta(days=1))
        lost = min(self.most, days * self.per_day) / 100
        told = f"{days} day{'s' if days > 1 else ''} late, {100 * lost:g} % less"
        return Final(points and round(points * (1 - lost), 4), got, told)


def read_rules(path: Path, people: People, lessons: Mapping[str, str]) -> Rules:
    """Read due dates and rules from a TOML file.

    Parameters
    ----------
    path : Path
    people : People
    lessons : dict
        The lessons' folders by all that they may be called.

    Raises
    ------
    Told
        If the file says what can't be understood, or names nobody.
    """
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Told(f"{path} can't be read: {error.strerror}") from None
    except ValueError as error:
        raise Told(f"{path} is no TOML file: {error}") from None
    unknown = said.keys() - {"due", "extensions", "handed_in", "late"}
    late: dict[str, Any] = said.get("late", {})
    unknown |= late.keys() - {"grace_minutes", "percent_per_day", "at_most_percent"}
    if unknown:
        raise Told(f"{path}: {', '.join(sorted(unknown))} is not known. There are [due], "
                   "[extensions], [handed_in] and [late] with grace_minutes, percent_per_day, "
                   "at_most_percent.")
    numbers = {name: late.get(name, usual) for name, usual in (
        ("grace_minutes", 0), ("percent_per_day", 0), ("at_most_percent", 100))}
    for name, value in numbers.items():
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0 or (
                name != "grace_minutes" and value > 100):
            raise Told(f"{path}: {name} is {value}: a number from 0 to 100 is needed")

    def lesson(name: str) -> str:
        if name not in lessons:
            raise Told(f"{path}: {name} is no lesson")
        return lessons[name]

    def student(name: str) -> str:
        found = people.find(name)
        if len(found) != 1:
            what = f"may be {' or '.join(found)}" if found else "is nobody in this class"
            raise Told(f"{path}: {name!r} {what}")
        return found[0]

    def each(table: str) -> dict[str, dict[str, datetime]]:
        return {student(name): {lesson(of): _moment(when, path) for of, when in some.items()}
                for name, some in said.get(table, {}).items()}

    return Rules({lesson(name): _moment(when, path) for name, when in said.get("due", {}).items()},
                 each("extensions"), each("handed_in"),
                 timedelta(minutes=numbers["grace_minutes"]), numbers["percent_per_day"],
                 numbers["at_most_percent"])


def _moment(said: object, path: Path) -> datetime:
    """Return a moment in UTC: a day alone ends at midnight, and without a zone it is this one's."""
    if isinstance(said, datetime):
        return said.astimezone(UTC)
    if isinstance(said, date):
        return datetime.combine(said + timedelta(days=1), clock()).astimezone(UTC)
    raise Told(f"{path}: {said!r} is no date: write 2026-10-12 or 2026-10-12T18:00:00")


@dataclass
class Table:
    """All lessons of a class.

    Attributes
    ----------
    people : People
    lessons : dict
        Titles by lesson, in order.
    finals : dict
        By lesson, then by student.
    """

    people: People
    lessons: dict[str, str]
    finals: dict[str, dict[str, Final]]

    @property
    def students(self) -> list[Row]:
        """Everybody: the roster's people in its order, then those who aren't on it."""
        listed = list(self.people.roster.rows)
        known = {row.student for row in listed}
        others = sorted({student for some in self.finals.values() for student in some} - known)
        for student in others:
            person = self.people.known.get(student)
            numbers = [number for lesson, each in person["numbers"].items() for number in each
                       if person["lms"].get(lesson) == "canvas"] if person else []
            canvas = numbers[-1] if numbers and numbers[-1].isdecimal() else ""
            listed.append(Row(self.people.name(student), canvas=canvas, student=student))
        return listed

    def most(self, lesson: str) -> float:
        """Return the points to be had in a lesson."""
        return max((final.got.most for final in self.finals[lesson].values()), default=0)

    def grades(self) -> Iterator[list[str]]:
        """Yield the lines of the table for the instructor."""
        lates = [lesson for lesson in self.lessons
                 if any(final.late for final in self.finals[lesson].values())]
        yield ["student", "name", "id", "email", "section", *self.lessons,
               *(f"{lesson} lateness" for lesson in lates), "total", "of", "not_marked_yet",
               "not_handed_in"]
        for row in self.students:
            finals = [self.finals[lesson].get(row.student) for lesson in self.lessons]
            there = [final for final in finals if final is not None]
            # What isn't marked whole is counted as far as it is.
            total = sum(final.got.points if final.points is None else final.points
                        for final in there)
            yield [row.student, row.name, row.id, row.email, row.section,
                   *("" if final is None else
                     _number(final.got.points if final.points is None else final.points)
                     for final in finals),
                   *((found.late if (found := self.finals[lesson].get(row.student)) else "")
                     for lesson in lates),
                   _number(total), _number(sum(map(self.most, self.lessons))),
                   _number(sum(final.got.waiting for final in there)),
                   " ".join(lesson for lesson, final in zip(self.lessons, finals, strict=True)
                            if final is None)]

    def canvas(self) -> Iterator[list[str]]:
        """Yield the lines of a file that Canvas's gradebook imports."""
        heads = {lesson: self.assignment(lesson) for lesson in self.lessons}
        yield ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *heads.values()]
        yield ["    Points Possible", "", "", "", "",
               *(_number(self.most(lesson)) for lesson in heads)]
        unknown = self.nameless()["canvas.csv"]
        for row in self.students:
            if row in unknown:
                continue
            yield [row.sortable or row.name, row.canvas, row.id, row.login, row.section,
                   *self._marks(row)]

    def nameless(self) -> dict[str, list[Row]]:
        """Return who can't be in a file, since its importer would not know who that is.

        Canvas goes by names where it has nothing else, and takes the first of two.
        """
        counts = Counter(squeezed(row.name) for row in self.students)
        return {"canvas.csv": [row for row in self.students if counts[squeezed(row.name)] > 1
                               and not (row.canvas or row.id or row.login)],
                "moodle.csv": [row for row in self.students if not (row.email or row.id)]}

    def assignment(self, lesson: str) -> str:
        """Return the header of a lesson's assignment in Canvas, or its title for a new one."""
        title = self.lessons[lesson]
        listed = {head: squeezed(re.sub(r"\s*\(\d+\)$", "", head))
                  for head in self.people.roster.assignments}
        names = {squeezed(title), squeezed(lesson), squeezed(lesson[3:])}
        for fits in (lambda said: said in names,
                     lambda said: any(said.endswith(name) for name in names)):
            found = [head for head, said in listed.items() if fits(said)]
            if len(found) == 1:
                return found[0]
        return title

    def moodle(self) -> Iterator[list[str]]:
        """Yield the lines of a file that Moodle's gradebook imports."""
        yield ["Full name", "ID number", "Email address", *self.lessons.values()]
        for row in self.students:
            if row.email or row.id:  # the importer gives up at a line without
                yield [row.name, row.id, row.email, *self._marks(row)]

    def _marks(self, row: Row) -> list[str]:
        """Return final points by lesson; nothing where a mark is missing, or nothing came."""
        finals = [self.finals[lesson].get(row.student) for lesson in self.lessons]
        return ["" if final is None or final.points is None else _number(final.points)
                for final in finals]

    def worksheet(self, lesson: str, now: datetime) -> Iterator[list[str]]:
        """Yield the lines of an assignment's grading worksheet, as Moodle takes it back."""
        yield ["Identifier", "Full name", "Email address", "Grade", "Maximum Grade",
               "Last modified (grade)"]
        for row, number in self.participants(lesson):
            final = self.finals[lesson][row.student]
            if final.points is not None:
                yield [f"Participant {number}", row.name, row.email, _number(final.points),
                       _number(final.got.most), now.isoformat(timespec="seconds")]

    def participants(self, lesson: str) -> Iterator[tuple[Row, str]]:
        """Yield who handed a lesson in through Moodle, with the number that it has there."""
        for row in self.students:
            person = self.people.known.get(row.student)
            if row.student not in self.finals[lesson] or person is None:
                continue
            if person["lms"].get(lesson) == "moodle":
                yield row, person["numbers"][lesson][-1]

    def feedback(self, lesson: str, pages: Path) -> bytes:
        """Return a zip of the students' pages that Moodle takes; `pages` holds them by student."""
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
            for row, number in self.participants(lesson):
                page = pages / row.student / f"{lesson}.html"
                if page.exists():
                    name = re.sub(r'[_/\\:*?"<>|\x00-\x1f]', " ", row.name).strip(". ") or "Student"
                    archive.writestr(f"{name}_{number}_assignsubmission_file_/{page.name}",
                                     page.read_bytes())
        return content.getvalue()


def _number(value: float) -> str:
    return f"{round(value, 2):g}" if abs(value) < 100_000 else f"{value:.0f}"


def write_csv(path: Path, lines: Iterable[Iterable[str]]) -> None:
    """Write a table; no cell is a formula to a spreadsheet."""
    with open(path, "w", encoding="utf-8-sig" if path.name == "grades.csv" else "utf-8",
              newline="") as file:
        writer = csv.writer(file)
        for line in lines:
            writer.writerow(["'" + cell if re.match(r"[=+\-@\t\r]", cell) and not re.fullmatch(
                r"-?[\d.]+", cell) else cell for cell in line])
