"""The class's roster: who should hand in, from Canvas, from Moodle or from a plain table.

What is recognised by its header:

* Canvas's gradebook export: ``Student, ID, SIS User ID, SIS Login ID, Section, …``, or ``LastName,
  FirstName, ID, …`` (instructure/canvas-lms, lib/gradebook_exporter.rb); its columns of
  assignments, ``Title (number)``, are kept for the way back (`export`);
* Moodle's grading worksheet of an assignment: ``Identifier`` ("Participant 4711"), ``Full name``,
  ``Email address``, …: with it that assignment's numbers are known;
* Moodle's participants or grades export: ``First name, Last name, ID number, Email address, …``;
* any other table with a column for names, or first and last names, and one for ids, log-ins or
  e-mail addresses.

Several files add up: a person is known by id, e-mail or log-in, else by a name that is there once.
"""

import csv
import io
import json
import os
import re
import unicodedata
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path

from course_lib.desk.commands import Told

FILE = "roster.json"
# By what a column may be called, small letters, in English and as German exports have it.
HEADS = {
    "id": ("id number", "sis user id", "student id", "student number", "matriculation number",
           "id-nummer", "matrikelnummer", "id"),
    "login": ("sis login id", "username", "login", "login id", "anmeldename"),
    "name": ("name", "full name", "student", "student name", "vollständiger name"),
    "first": ("first name", "firstname", "given name", "vorname"),
    "last": ("last name", "lastname", "surname", "family name", "nachname"),
    "email": ("email address", "email", "e-mail", "e-mail address", "e-mail-adresse", "mail"),
    "section": ("section", "groups", "group", "class", "gruppen", "gruppe"),
    "participant": ("identifier",),
}
# Of Canvas's columns those that are no assignments.
CANVAS = {"student", "lastname", "firstname", "id", "sis user id", "sis login id", "integration id",
          "root account", "section"}


@dataclass
class Row:
    """A person on the roster; `student` is the key in the class's folder and gradebook."""

    name: str
    id: str = ""
    email: str = ""
    section: str = ""
    login: str = ""
    canvas: str = ""
    participants: list[str] = field(default_factory=list)
    sortable: str = ""
    student: str = ""

    @property
    def told(self) -> str:
        """Name and id, as they are shown."""
        mark = self.id or self.login or self.email
        return f"{self.name} ({mark})" if mark else self.name

    @property
    def names(self) -> set[str]:
        """All that stands for this person alone, or should."""
        return {each for each in (self.name, self.id, self.email, self.login, self.canvas,
                                  self.sortable) if each}


def squeezed(name: str) -> str:
    """Return a name's letters, with their marks, and digits, in small letters."""
    text = unicodedata.normalize("NFC", name).casefold()
    return "".join(each for each in text if unicodedata.category(each)[0] in "LMN")


def forms(name: str) -> set[str]:
    """Return a name as it may be written: first or last names first."""
    parts = [part for part in re.split(r"[\s,_]+", name) if squeezed(part)]
    return {squeezed("".join(parts[place:] + parts[:place])) for place in range(len(parts))}


@dataclass
class Roster:
    """Who should hand in.

    Attributes
    ----------
    rows : list of Row
    assignments : list of str
        Headers of the assignments in Canvas's gradebook.
    """

    rows: list[Row] = field(default_factory=list)
    assignments: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, folder: Path) -> "Roster":
        """Return the roster of a class's folder; an empty one if there is none."""
        path = folder / FILE
        if not path.exists():
            return cls()
        kept = json.loads(path.read_text(encoding="utf-8"))
        return cls([Row(**row) for row in kept["rows"]], kept["assignments"])

    def write(self, folder: Path) -> None:
        """Keep it, in one step."""
        if not self.rows and not (folder / FILE).exists():
            return
        part = folder / f"{FILE}.part"
        part.write_text(json.dumps(asdict(self), ensure_ascii=False, indent=1), encoding="utf-8")
        os.replace(part, folder / FILE)

    def find(self, name: str, number: str, lms: str) -> tuple[list[int], bool]:
        """Return the rows that a hand-in may be of, and whether an id or a number says so."""
        said = unicodedata.normalize("NFC", name).casefold()
        certain = [place for place, row in enumerate(self.rows) if
                   (lms == "canvas" and number and number == row.canvas)
                   or (lms == "moodle" and number and number in row.participants)
                   or (lms == "" and number and number == row.id)
                   or (said and said in {each.casefold()
                                         for each in (row.id, row.email, row.login)})]
        if certain:
            return certain, True
        if lms == "canvas" and number and any(row.canvas for row in self.rows):
            return [], False  # Canvas knows ids of all: this one is somebody else
        fits = squeezed(name)
        return [place for place, row in enumerate(self.rows)
                if fits and fits in forms(row.name) | forms(row.sortable)], False

    def add(self, rows: list[Row]) -> tuple[int, int]:
        """Take rows in; returns how many are new, and how many of before weren't among them.

        Raises
        ------
        Told
            If a row can't be told from another.
        """
        before, seen, new = len(self.rows), set(), 0
        for row in rows:
            place = self._same(row, before)
            if place is None:
                self.rows.append(row)
                new += 1
                continue
            if place in seen:
                raise Told(f"Two rows of the roster are of {self.rows[place].told}: give each "
                           "person an id of their own.")
            seen.add(place)
            known = self.rows[place]
            known.participants = list(dict.fromkeys(known.participants + row.participants))
            for each in ("name", "id", "email", "section", "login", "canvas", "sortable"):
                if given := getattr(row, each):
                    setattr(known, each, given)
        for what in ("id", "email", "login", "canvas"):
            counts = Counter(getattr(row, what).casefold() for row in self.rows)
            twice = [said for said, number in counts.items() if said and number > 1]
            if twice:
                raise Told(f"{twice[0]} is the {what} of two people on the roster.")
        nameless = Counter(squeezed(row.name) for row in self.rows
                           if not (row.id or row.email or row.login or row.canvas
                                   or row.participants))
        if twice := [name for name, number in nameless.items() if number > 1]:
            raise Told(f"Two people on the roster are called {twice[0]} and have no id or e-mail "
                       "that tells them apart.")
        return new, before - len(seen)

    def _same(self, row: Row, before: int) -> int | None:
        """Return which row of before is the same person's."""
        old = list(enumerate(self.rows[:before]))
        for what in ("canvas", "id", "email", "login"):
            said = getattr(row, what).casefold()
            for place, other in old:
                if said and getattr(other, what).casefold() == said:
                    return place
        fits = [place for place, other in old if squeezed(other.name) == squeezed(row.name)
                and not any(getattr(row, what) and getattr(other, what)
                            for what in ("canvas", "id", "email", "login"))]
        return fits[0] if len(fits) == 1 else None


def load(path: Path) -> tuple[str, list[Row], list[str]]:
    """Read a roster's file.

    Returns
    -------
    kind : str
        What it was recognised as.
    rows : list of Row
    assignments : list of str
        Canvas's headers of assignments.

    Raises
    ------
    Told
        If it is no roster.
    """
    heads, table = read_table(path)
    low = [head.strip().casefold() for head in heads]
    canvas = "id" in low and (low[:1] == ["student"] or low[:2] == ["lastname", "firstname"])
    places = {what: next((low.index(name) for name in names if name in low), None)
              for what, names in HEADS.items()}
    if canvas:
        places |= {"id": low.index("sis user id") if "sis user id" in low else None}
    kind = ("Canvas's gradebook" if canvas else
            "Moodle's grading worksheet" if places["participant"] is not None else
            "Moodle's list" if {"id number", "id-nummer", "email address", "e-mail-adresse"} & {
                *low} and places["first"] is not None else "a table")
    named = places["name"] is not None or places["last"] is not None
    marks = [places[what] for what in ("id", "login", "email", "participant")]
    if not named or (not canvas and marks == [None] * 4):
        raise Told(f"{path} is no roster that is understood: it has the columns "
                   f"{', '.join(heads[:8]) or '(none)'}. Needed are one for names (name, or first "
                   "name and last name) and one for ids, user names or e-mail addresses.")
    rows = []
    for line in table:
        cells = {what: line[place].strip() if place is not None and place < len(line) else ""
                 for what, place in places.items()}
        if canvas and ("Points Possible" in line[0] or not line[0].strip()
                       or line[0].strip() in ("Student, Test", "Test Student")):
            continue
        if not any(cells[what] for what in ("name", "first", "last", "id", "email", "login")):
            continue
        rows.append(_row(cells, line[low.index("id")].strip() if canvas else ""))
    if not rows:
        raise Told(f"{path} has the columns of a roster ({kind}), but nobody in it.")
    assignments = [head for head in heads if re.search(r"\(\d+\)$", head.strip())
                   and head.strip().casefold() not in CANVAS] if canvas else []
    return kind, rows, assignments


def _row(cells: dict[str, str], canvas: str) -> Row:
    name, sortable = cells["name"], ""
    if not name:
        name = f"{cells['first']} {cells['last']}".strip()
        sortable = f"{cells['last']}, {cells['first']}".strip(", ")
    elif name.count(",") == 1:
        last, _, first = name.partition(",")
        name, sortable = f"{first.strip()} {last.strip()}".strip(), name
    number = re.search(r"(\d+)$", cells["participant"])
    name = unicodedata.normalize("NFC", name)
    return Row(name, cells["id"], cells["email"], cells["section"], cells["login"], canvas,
               [number[1]] if number else [], sortable)


def read_table(path: Path) -> tuple[list[str], list[list[str]]]:
    """Return the header and the other lines of a CSV file, whatever separates its cells.

    Raises
    ------
    Told
        If there is no such file, or no table in it.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Told(f"{path} can't be read: {error.strerror}") from None
    text = None
    wide = ["utf-16"] if content[:2] in (b"\xff\xfe", b"\xfe\xff") else []
    for encoding in (*wide, "utf-8-sig", "cp1252", "latin-1"):
        try:
            text = content.decode(encoding)
            break
        except ValueError:
            continue
    if text is None or "\0" in text:
        raise Told(f"{path} is no text: save the table as CSV")
    first = text.split("\n", 1)[0]
    separator = max(",;\t", key=first.count)
    try:
        lines = [line for line in csv.reader(io.StringIO(text, newline=""), delimiter=separator)
                 if any(cell.strip() for cell in line)]
    except csv.Error as error:
        raise Told(f"{path} is no table: {error}") from None
    if not lines:
        raise Told(f"{path} is empty")
    return lines[0], lines[1:]
