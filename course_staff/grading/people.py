"""Who is who: of whom a name is, of whom a number is, and who is on the roster.

A hand-in names its owner in the way of the LMS that it comes from.  Canvas puts its user's id
behind the name, the same in the whole course (instructure/canvas-lms, lib/content_zipper.rb).
Moodle puts a number there that it draws anew for each assignment (moodle/moodle, mod/assign: the
ids of the table assign_user_mapping, one row per assignment and user), so within a lesson another
number is another person, and across lessons numbers say nothing.  Elsewhere the folder's name as it
is, sign by sign, is the identity.

Nobody is merged silently: whom neither a roster nor a number joins are two, and flagged.  What was
decided is kept in ``people.json`` in the class's folder, so that who comes late meets those who
came before.
"""

import hashlib
import json
import os
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypedDict

from course_staff.grading.roster import Roster, Row
from course_staff.grading.shapes import Flag

FILE = "people.json"
LONGEST = 120  # bytes of a student's key: it is a file's name, with something behind it


@dataclass(frozen=True)
class Owner:
    """Whose a file or folder is, as it says itself.

    Attributes
    ----------
    name : str
        As it stands there, composed (NFC).
    number : str
        What the LMS puts behind the name, or "".
    lms : str
        "moodle", "canvas" or "".
    """

    name: str
    number: str = ""
    lms: str = ""


class Person(TypedDict):
    """What is kept of a student: a name and, by lesson, where it came from and its numbers."""

    name: str
    lms: dict[str, str]
    numbers: dict[str, list[str]]


@dataclass(frozen=True)
class Known:
    """Who an owner is: the key of files and gradebook, and what to say."""

    key: str
    flags: tuple[Flag, ...] = ()
    by_name: bool = False  # joined with an earlier lesson by nothing but the name


def composed(text: str) -> str:
    """Return a name with its signs composed: Macs write é as two signs, others as one.

    A byte that is no UTF-8 is read as Latin-1, of which such names are.
    """
    whole = re.sub("[\udc80-\udcff]", lambda byte: chr(ord(byte[0]) - 0xdc00), text)
    return unicodedata.normalize("NFC", whole.encode(errors="replace").decode())


def key_of(name: str) -> str:
    """Return a name that is safe as a file's, in a table and in an address; maybe "".

    Letters of all scripts with their marks, digits, pictures and few signs stay.
    """
    kept = "".join(
        each if unicodedata.category(each)[0] in "LMN" or unicodedata.category(each) == "So"
        or each in ".@+-_ " else "_" for each in composed(name))
    kept = re.sub(r"\s+", "_", kept.strip("_ .+-@"))
    return _cut(kept)


def _cut(text: str, room: int = LONGEST) -> str:
    return text.encode()[:room].decode(errors="ignore")


def _folded(key: str) -> str:
    """Return what two keys have in common that some file systems take for one."""
    return unicodedata.normalize("NFKC", key).casefold()


def _mark(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:6]


def _could_be(person: Person, owner: Owner, lesson: str) -> bool:
    """Whether somebody known may have this number, too: in another lesson, drawn anew."""
    return lesson not in person["numbers"] and (
        owner.lms == "moodle" or owner.lms not in person["lms"].values())


@dataclass
class People:
    """The people of a class; without arguments: nobody known yet."""

    known: dict[str, Person] = field(default_factory=dict)
    roster: Roster = field(default_factory=Roster)

    def __post_init__(self) -> None:
        self._index()

    def _index(self) -> None:
        """Note keys by name, and keys as file systems see them."""
        self._called: defaultdict[str, list[str]] = defaultdict(list)
        for key, person in self.known.items():
            self._called[person["name"]].append(key)
        self._numbered = {(person["lms"][lesson], number): key
                          for key, person in self.known.items() for lesson in person["lms"]
                          for number in person["numbers"][lesson] if person["lms"][lesson]}
        self._keys = {_folded(key) for key in self.known}
        self._keys |= {_folded(row.student) for row in self.roster.rows}

    @classmethod
    def read(cls, folder: Path) -> "People":
        """Return who is known in a class's folder."""
        path = folder / FILE
        known: dict[str, Person] = (
            json.loads(path.read_text(encoding="utf-8")) if path.exists() else {})
        for result in sorted((folder / "results").glob("*/*.json")):  # should the file be lost
            if result.stem not in known:
                known[result.stem] = {"name": result.stem, "lms": {}, "numbers": {}}
            known[result.stem]["numbers"].setdefault(result.parent.name, [])
        return cls(known, Roster.read(folder))

    def write(self, folder: Path) -> None:
        """Keep them, in one step."""
        part = folder / f"{FILE}.part"
        part.write_text(json.dumps(self.known, ensure_ascii=False, indent=1), encoding="utf-8")
        os.replace(part, folder / FILE)
        self.roster.write(folder)

    def identify(self, owners: Iterable[Owner], lesson: str) -> dict[Owner, Known]:
        """Say who the owners of a batch are, and remember it."""
        owners = list(dict.fromkeys(owners))
        found: dict[Owner, Known] = {}
        told: dict[Owner, Flag] = {}
        self._by_roster(owners, lesson, found, told)
        rest = [owner for owner in owners if owner not in found]
        for owner in rest:
            if key := self._met(owner):
                found[owner] = Known(key)
                if (name := self.known[key]["name"]) != owner.name:
                    told.setdefault(owner, ("namesake", f"number {owner.number} was {name}'s "
                                            "before: it is taken for the same person"))
        pairs = self._pairs(rest, lesson)
        names = Counter(owner.name for owner in rest)
        for owner in [each for each in rest if each not in found and names[each.name] == 1]:
            if key := self._renumbered(owner, lesson, *pairs):
                found[owner] = Known(key, by_name=True)
        fresh = [each for each in rest if each not in found]
        for owner, key in self._new(fresh).items():
            found[owner] = Known(key)
        for owner, known in found.items():
            self._remember(owner, known.key, lesson)
        return {owner: Known(found[owner].key, (told[owner],) if owner in told else (),
                             found[owner].by_name) for owner in owners}

    def _by_roster(self, owners: list[Owner], lesson: str, found: dict[Owner, Known],
                   told: dict[Owner, Flag]) -> None:
        """Find owners on the roster; whom two rows fit, or who share one, are left out and told."""
        if not self.roster.rows:
            return
        claims: defaultdict[int, list[tuple[Owner, bool]]] = defaultdict(list)
        for owner in owners:
            fits, certain = self.roster.find(owner.name, owner.number, owner.lms)
            if len(fits) == 1:
                claims[fits[0]].append((owner, certain))
            elif fits:
                names = ", ".join(self.roster.rows[number].told for number in fits)
                told[owner] = ("roster", f"several on the roster fit: {names}")
            else:
                told[owner] = ("roster", "nobody on the roster has this name or number")
        for number, claimed in claims.items():
            row = self.roster.rows[number]
            person = self.known.get(row.student)
            sure = [owner for owner, certain in claimed if certain]
            if not sure and person:
                sure = [owner for owner, _ in claimed if owner.name == person["name"]
                        and any(owner.number in each for each in person["numbers"].values())]
            if not sure and len(claimed) == 1:
                sure = [owner for owner, _ in claimed
                        if person is None or _could_be(person, owner, lesson)]
            for owner, _ in claimed:
                if owner in sure:
                    found[owner] = Known(row.student)
                else:
                    told[owner] = ("roster", f"{row.told} fits by name only, and somebody else's "
                                             "hand-in, too")

    def enrol(self, rows: list[Row]) -> tuple[int, int]:
        """Take rows of a roster in, and give each its key; returns `Roster.add`'s.

        Who handed in before and is the only one to whom a row fits keeps the key.
        """
        counts = self.roster.add(rows)
        for row in self.roster.rows:
            if row.student:
                continue
            claimed = {other.student for other in self.roster.rows}
            fits = [key for key, person in self.known.items() if key not in claimed
                    and any(self._rows_for(person, lesson, number) == [row]
                            for lesson, each in person["numbers"].items() for number in each)]
            key = key_of(row.id) or key_of(row.login) or key_of(row.email) or key_of(row.name)
            if not key or self._taken(key) or len(key.encode()) >= LONGEST:
                key = f"{_cut(key or 'student', LONGEST - 8)}~{_mark(row.told)}"
            row.student = fits[0] if len(fits) == 1 else key
            self._keys.add(_folded(row.student))
        return counts

    def _rows_for(self, person: Person, lesson: str, number: str) -> list[Row]:
        places, _ = self.roster.find(person["name"], number, person["lms"].get(lesson, ""))
        return [self.roster.rows[place] for place in places]

    def _met(self, owner: Owner) -> str | None:
        """Return whose name and number these are, if they were met before."""
        for key in self._called[owner.name]:
            numbers = self.known[key]["numbers"]
            if any(owner.number in each for each in numbers.values()):
                return key
        return self._numbered.get((owner.lms, owner.number))  # an LMS's: a name may change

    def _pairs(self, batch: list[Owner], lesson: str,
               ) -> tuple[defaultdict[str, set[str]], defaultdict[str, set[str]]]:
        """Return who has the same number here as in another lesson, and who another, by lesson."""
        now: defaultdict[str, set[str]] = defaultdict(set)
        for owner in batch:
            now[owner.name].add(owner.number)
        for person in self.known.values():
            now[person["name"]].update(person["numbers"].get(lesson, ()))
        same: defaultdict[str, set[str]] = defaultdict(set)
        differing: defaultdict[str, set[str]] = defaultdict(set)
        for person in self.known.values():
            name = person["name"]
            for other, numbers in person["numbers"].items():
                if person["lms"].get(other) == "moodle" and other != lesson and now[name]:
                    (differing if now[name].isdisjoint(numbers) else same)[other].add(name)
        return same, differing

    def _renumbered(self, owner: Owner, lesson: str, same: Mapping[str, set[str]],
                    differing: Mapping[str, set[str]]) -> str | None:
        """Return the one namesake of other lessons, if numbers evidently are drawn for each lesson.

        The evidence are the others who handed in both lessons: nobody's number is the same.
        """
        keys, me = self._called[owner.name], {owner.name}
        if owner.lms != "moodle" or len(keys) != 1:
            return None
        person = self.known[keys[0]]
        if {*person["lms"].values()} != {"moodle"} or lesson in person["numbers"]:
            return None
        kept = any(same[other] - me for other in person["numbers"])
        drawn = any(differing[other] - me for other in person["numbers"])
        return keys[0] if drawn and not kept else None

    def _taken(self, key: str) -> bool:
        """Whether a key is somebody's, on file systems that don't tell capitals, too."""
        return _folded(key) in self._keys

    def _new(self, owners: list[Owner]) -> dict[Owner, str]:
        """Return keys for people who weren't met: the plain name if nobody else has one like it."""
        rivals: defaultdict[str, list[Owner]] = defaultdict(list)
        for owner in owners:
            rivals[_folded(key_of(owner.name))].append(owner)
        keys: dict[Owner, str] = {}
        for some in rivals.values():
            for owner in some:
                plain = key_of(owner.name)
                whole = len(composed(owner.name).encode()) <= LONGEST
                first = len(some) == 1 or (owner.number == "" and plain == owner.name and not any(
                    each != owner and each.name == owner.name for each in some))
                key = plain
                if not (plain and whole and first) or self._taken(plain):
                    mark = key_of(owner.number)
                    if not mark or not whole or any(
                            each.name != owner.name and each.number == owner.number
                            for each in some):
                        mark = _mark(f"{owner.name}\0{owner.number}" if owner.number
                                     else owner.name)
                    key = f"{_cut(plain or 'student', LONGEST - 20)}_{_cut(mark, 19)}"
                while self._taken(key):
                    key = f"{_cut(key, LONGEST - 7)}~{_mark(key + owner.name + owner.number)}"
                keys[owner] = key
                self._keys.add(_folded(key))
        return keys

    def _remember(self, owner: Owner, key: str, lesson: str) -> None:
        if key not in self.known:
            self.known[key] = {"name": owner.name, "lms": {}, "numbers": {}}
            self._called[owner.name].append(key)
            self._keys.add(_folded(key))
        person = self.known[key]
        person["lms"][lesson] = owner.lms
        numbers = person["numbers"].setdefault(lesson, [])
        if owner.number not in numbers:
            numbers.append(owner.number)
        if owner.lms:
            self._numbered[owner.lms, owner.number] = key

    def namesakes(self) -> dict[str, Flag]:
        """Return a flag, by key, for those whose name others have, too, or one that looks like it.

        On the roster two people of one name are two rows, which is no reason to look again.
        """
        alike: defaultdict[str, list[str]] = defaultdict(list)
        for key, person in self.known.items():
            alike[_folded(key_of(person["name"]))].append(key)
        listed = {row.student for row in self.roster.rows}
        flags = {}
        for keys in alike.values():
            for key in keys:
                others = sorted(each for each in keys if each != key)
                if others and not listed >= set(keys):
                    more = f" and {len(others) - 3} more" if len(others) > 3 else ""
                    flags[key] = ("namesake", f"{self.known[key]['name']} is called like "
                                  f"{', '.join(others[:3])}{more}; kept apart, by number or by the "
                                  "folder's name as it is")
        return flags

    def name(self, key: str) -> str:
        """Return a student's name: the roster's, or as it was handed in."""
        for row in self.roster.rows:
            if row.student == key:
                return row.name
        return self.known[key]["name"] if key in self.known else key

    def told(self, lesson: str, by_name: int = 0) -> Iterator[str]:
        """Return sentences about a lesson's hand-ins as a whole."""
        if by_name:
            yield (f"By name alone {by_name} students are taken for those of earlier lessons: "
                   "Moodle draws the numbers behind names anew in each assignment. `course roster "
                   "FILE` makes it certain.")
        if self.roster.rows:
            missing = self.missing(lesson)
            names = ", ".join(row.told for row in missing)
            yield (f"On the roster, and nothing was handed in yet ({len(missing)}): {names}"
                   if missing else "Everybody on the roster has handed in.")
            unknown = [key for key in self.handed_in(lesson)
                       if key not in {row.student for row in self.roster.rows}]
            if unknown:
                yield f"Handed in, and not on the roster ({len(unknown)}): {', '.join(unknown)}"

    def handed_in(self, lesson: str) -> list[str]:
        """Return the keys of those of whom something of a lesson came in."""
        return sorted(key for key, person in self.known.items() if lesson in person["numbers"])

    def missing(self, lesson: str) -> list[Row]:
        """Return who is on the roster and has handed in nothing of a lesson."""
        came = set(self.handed_in(lesson))
        return [row for row in self.roster.rows if row.student not in came]

    def find(self, said: str) -> list[str]:
        """Return the keys of the students whose key, name, id, log-in or e-mail this is."""
        if said in self.known or any(said == row.student for row in self.roster.rows):
            return [said]
        said = composed(said)
        found = [key for key, person in self.known.items() if person["name"] == said]
        found += [row.student for row in self.roster.rows if row.student and said in row.names]
        return list(dict.fromkeys(found))

    def forget(self, keys: Iterable[str]) -> None:
        """Forget students, on the roster, too."""
        keys = set(keys)
        self.known = {key: person for key, person in self.known.items() if key not in keys}
        self.roster.rows = [row for row in self.roster.rows
                            if row.student not in keys]
        self._index()
