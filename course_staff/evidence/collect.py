"""The verb: hand the forms out, read what came back, count what those said who agree.

A person agrees by ``take_part = "yes"`` in a notebook that they hand in; one no, or anything else
than yes, in any of them takes the person out, wherever else they said yes.  A form is read if
it says yes itself.  Who is who is `grading.people`'s to say, and is forgotten before anything is
counted: what is handed on (`Said`) holds answers and guesses, in an order drawn at random.
Of fewer than `FEW` persons nothing is told.
"""

import random
import secrets
import shutil
from argparse import Namespace
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat

from course_lib.desk.commands import Told
from course_staff.authoring import source
from course_staff.evidence import guesses, inventory, report
from course_staff.evidence.guesses import FEW, Question
from course_staff.evidence.inventory import WHEN, Filled
from course_staff.grading import inbox, normalise
from course_staff.grading.grade import open_folder
from course_staff.grading.people import People

FORMS = tuple(f"limits_{when}" for when in WHEN)


@dataclass(frozen=True)
class Said:
    """What one person said who agreed; nothing in it tells who."""

    guesses: Mapping[str, float] = field(default_factory=dict)
    forms: Mapping[str, Filled] = field(default_factory=dict)


def one(paths: Iterable[Path], known: Mapping[str, Question]) -> Said | None:
    """Return what a person said in these files, later ones last; None without their agreement.

    Parameters
    ----------
    paths : iterable of Path
        Notebooks, and ``predictions.json``, which counts where no notebook holds a guess.
    known : dict
        The questions of the lessons.
    """
    consents: list[bool] = []
    forms: dict[str, Filled] = {}
    noted: dict[str, Any] = {}
    kept: dict[str, Any] = {}
    for path in paths:
        if path.name == inbox.GUESSES:
            kept |= guesses.kept(path)
            continue
        variables, guessed = guesses.read(normalise.read(path).cells)
        noted |= guessed
        if "take_part" not in variables:
            continue
        agreed = _is_yes(variables["take_part"])
        consents.append(agreed)
        for when in WHEN:
            if agreed and (form := inventory.filled(variables, when)):
                forms[when] = form
    if not consents or not all(consents):
        return None
    told = {key: float(guess) for key, guess in (kept | noted).items()
            if key in known and known[key].takes(guess)}
    return Said(told, forms)


def _is_yes(said: object) -> bool:
    return isinstance(said, str) and said.strip().casefold() == "yes"


def collect(belongings: Mapping[str, Sequence[Path]], known: Mapping[str, Question]) -> list[Said]:
    """Return what those said who agreed, in an order drawn at random: the last use of names."""
    found = [said for paths in belongings.values() if (said := one(paths, known)) is not None]
    random.SystemRandom().shuffle(found)
    return found


def gather(places: Iterable[Path], folder: Path, people: People) -> dict[str, list[Path]]:
    """Return the files of each student from all places; zips are unpacked into a folder."""
    names = [*FORMS, *map(source.folder, source.find())]
    found: dict[str, list[Path]] = {}
    for number, place in enumerate(places):
        for key, paths in inbox.belongings(place, names, folder / str(number), people).items():
            found.setdefault(key, []).extend(paths)
    return found


def write_rows(said: Sequence[Said], folder: Path) -> None:
    """Write answers and guesses person by person, each table under ids of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    count = len(inventory.items())
    blank = Filled((None,) * count)
    answers = [[letter or "" for when in WHEN for letter in each.forms.get(when, blank).answers]
               for each in said if each.forms]
    report.write_rows(folder / "answers.csv", [
        ["id", *(f"{when}_{number}" for when in WHEN for number in range(1, count + 1))],
        *_numbered(answers)])
    asked = sorted({key for each in said for key in each.guesses})
    report.write_rows(folder / "guesses.csv", [["id", *asked], *_numbered(
        [[each.guesses.get(key, "") for key in asked] for each in said if each.guesses])])


def _numbered(rows: Iterable[list[Any]]) -> list[list[Any]]:
    """Put a random id before each row, and sort by it."""
    return sorted([secrets.token_hex(8), *row] for row in rows)


def write_forms(folder: Path) -> None:
    """Write the notebooks that are handed out."""
    folder.mkdir(parents=True, exist_ok=True)
    for when, name in zip(WHEN, FORMS, strict=True):
        (folder / f"{name}.ipynb").write_text(
            nbformat.writes(inventory.form(when)) + "\n", encoding="utf-8")
        print(f"To hand out {when} the course: {folder / name}.ipynb")


def run(args: Namespace) -> int:
    """Write the forms, or read what came back; returns the exit status.

    Raises
    ------
    Told
        If there is nothing to do, or too few agree.
    """
    if args.form:
        write_forms(Path(args.form))
    if not args.place:
        if args.form:
            return 0
        raise Told("Name folders or zips with filled-in forms and lessons, or --form DIR for the "
                   "forms to hand out.")
    folder = open_folder(args.out)
    out, unpacked = folder / "evidence", folder / "unpacked"
    shutil.rmtree(out, ignore_errors=True)  # somebody may have said no since
    known = guesses.questions()
    try:
        belongings = gather(map(Path, args.place), unpacked, People.read(folder))
        said = collect(belongings, known)
    finally:
        shutil.rmtree(unpacked, ignore_errors=True)
    print(f"{len(belongings)} people handed something in; {len(said)} of them agree.")
    if len(said) < FEW:
        raise Told(f"Fewer than {FEW} agree: they could be recognised, so nothing is written.")
    out.mkdir()
    for line in report.write(report.Evidence.of(said, known), out):
        print(line)
    if args.rows:
        write_rows(said, out / "rows")
        print(f"A line for each person: {out / 'rows'}. Whoever has the notebooks as well can find "
              "out whose it is: docs/evidence.md says what to do.")
    return 0
