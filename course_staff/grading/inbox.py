"""Which file is whose: nbgrader's layout, a folder per student, or flat files with names in them.

Three layouts are understood, each also inside a zip::

    SUBMISSIONS/student/LESSON/LESSON.ipynb        nbgrader's submitted/
    SUBMISSIONS/student/anything.ipynb             a folder per student (as Moodle downloads)
    SUBMISSIONS/student_123_LESSON.ipynb           flat files, the name first (as Canvas downloads)

Who is who is `people`'s to say.  Nothing vanishes: who handed in something else than a notebook is
told to have handed in none, and files that are nobody's are told, too.
"""

import hashlib
import os
import re
import shutil
import stat
import time
import unicodedata
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from course_lib.desk.commands import Told
from course_staff.grading.people import Owner, People, composed
from course_staff.grading.shapes import Flag

MOST_FILES, LARGEST_FILE = 50_000, 20 << 20
LARGEST_ALL, LARGEST_ONE = 4 << 30, 256 << 20  # what a class's zip and a student's may hold
# Nobody wrote these: a program's copies, a system's notes. `._NAME` are a Mac's.
IGNORED = {".ipynb_checkpoints", "__MACOSX", ".git"}
SYSTEMS = re.compile(r"(?i)\._.*|\.ds_store|thumbs\.db|desktop\.ini|.*-checkpoint\.ipynb|\.~.*")
# Where the course itself keeps copies: they count if there is nothing else.
COPIES = {"backups", "lessons", "solutions", "releases"}
NOTEBOOK = re.compile(r"(?i)\.ipynb(\.txt|\.json)?$")  # browsers add to names
GUESSES = "predictions.json"
NO_LESSON = "\0"  # no file can be called so
NUMBER = re.compile(r"[_-](\d{3,})(?!\d)")
# The sources are named at the top of `people`.  Moodle takes underscores out of names, Canvas
# writes them in small letters and puts LATE behind.
MOODLE = re.compile(r"(.*?)_(\d+)_assignsubmission_\w*", re.DOTALL)
CANVAS = re.compile(r"(?:(.*?)_)??(LATE_)?(\d+|anon_[A-Za-z0-9]+)_\d+_", re.DOTALL)
LATE = re.compile(r"_(?:LATE|late)(?=_|$)")


@dataclass
class Submission:
    """What a student handed in: the file that counts, if there is one, and what to say of it.

    Attributes
    ----------
    student : str
        The key of files and gradebook.
    path : Path or None
    said : str
        The names of folders and files it came in, as one text.
    came : list of str
        These names.
    flags : list of (str, str)
    owners : tuple of Owner
        As the folders or files name the student.
    when : datetime or None
        When the file was last changed, in UTC, if that is known.
    by_name : bool
        Whether nothing but the name says that an earlier lesson's student is the same.
    """

    student: str
    path: Path | None = None
    said: str = ""
    came: list[str] = field(default_factory=list)
    flags: list[Flag] = field(default_factory=list)
    owners: tuple[Owner, ...] = ()
    when: datetime | None = None
    by_name: bool = False


@dataclass
class _Part:
    """A file or folder of somebody's: its name, what was found there, what is to be said of it."""

    name: str
    files: list[Path]
    flags: list[Flag]
    roots: tuple[Path, ...]


def collect(place: Path, lesson: str, folder: Path,
            people: People | None = None) -> tuple[list[Submission], list[str]]:
    """Match files to students.

    Parameters
    ----------
    place : Path
        Folder or zip.
    lesson : str
        The lesson's name.
    folder : Path
        Where zips are unpacked to; it is emptied first.
    people : People, optional
        Who is known already; who is new is added.

    Returns
    -------
    submissions : list of Submission
        By student.
    aside : list of str
        Names of files and folders that are nobody's.

    Raises
    ------
    Told
        If there is nothing.
    """
    people = People() if people is None else people
    parts, aside = _parts(place, lambda _: lesson, folder)
    who = people.identify(parts, lesson)
    by_key: dict[str, list[Owner]] = {}
    for owner, known in who.items():
        by_key.setdefault(known.key, []).append(owner)
    submissions = []
    for key, owners in by_key.items():
        made = _choose(key, [part for owner in owners for part in parts[owner]], lesson)
        made.owners = tuple(owners)
        made.by_name = any(who[owner].by_name for owner in owners)
        for owner in owners:
            made.flags += who[owner].flags
        submissions.append(made)
    namesakes = people.namesakes()  # now that all are known
    for each in submissions:
        if each.student in namesakes:
            each.flags.append(namesakes[each.student])
    return sorted(submissions, key=lambda each: each.student), aside


def _parts(place: Path, lesson_of: Callable[[Path], str],
           folder: Path) -> tuple[dict[Owner, list[_Part]], list[str]]:
    """Open a place; return what is whose, and the names of what is nobody's."""
    shutil.rmtree(folder, ignore_errors=True)
    if place.is_file() and zipfile.is_zipfile(place):
        place = _unpacked(place, folder / "0", LARGEST_ALL)
    if not place.is_dir():
        raise Told(f"{place} is neither a folder nor a zip file")
    place = _within(place)
    parts: dict[Owner, list[_Part]] = {}
    aside = []
    for count, entry in enumerate(sorted(place.iterdir()), start=1):
        if entry.name in IGNORED or SYSTEMS.fullmatch(entry.name):
            continue
        unpack, lesson = folder / str(count), lesson_of(entry)
        files: list[Path] = []
        flags: list[Flag] = []
        owner, late = _owner(entry, lesson)
        if owner is None or entry.is_symlink():
            aside.append(shown(entry.name))
            continue
        if late:
            flags.append(("late", "Canvas marks it LATE"))
        with _noted(entry, flags):
            if entry.is_dir():
                files = _files(entry, lesson, unpack, flags)
            elif entry.suffix.lower() == ".zip":
                files = _files(_unpacked(entry, unpack, LARGEST_ONE), lesson, None, flags)
            else:
                files = [entry]
        parts.setdefault(owner, []).append(_Part(
            entry.name, files, flags, (entry, unpack)))
    if not parts:
        raise Told(f"{place} holds no notebooks and no folders of students")
    return parts, aside


def belongings(place: Path, names: Sequence[str], folder: Path,
               people: People) -> dict[str, list[Path]]:
    """Return all notebooks and guesses of each student, of whatever lessons; later ones last.

    Parameters
    ----------
    place : Path
        Folder or zip.
    names : sequence of str
        What notebooks may be called: flat files' names end where one of these begins.
    folder : Path
        Where zips are unpacked to; it is emptied first.
    people : People
        Who is known already; who is new is added.

    Raises
    ------
    Told
        If there is nothing.
    """
    def named(path: Path) -> str:
        name = path.name.casefold()
        return next((each for each in names if each.casefold() in name), NO_LESSON)

    parts, _ = _parts(place, lambda path: NO_LESSON if path.is_dir() else named(path), folder)
    given = {owner: [(path, part) for part in some for path in part.files
                     if NOTEBOOK.search(path.name) or path.name == GUESSES]
             for owner, some in parts.items()}
    usual = Counter(named(path) for files in given.values() for path, _ in files)
    usual.pop(NO_LESSON, None)
    lesson = max(usual, key=lambda name: (usual[name], name), default=place.name)
    found: dict[str, list[tuple[Path, _Part]]] = {}
    for owner, known in people.identify(parts, lesson).items():
        found.setdefault(known.key, []).extend(given[owner])
    return {key: [path for path, part in sorted(
                files, key=lambda each: _rank(each[0], each[1].roots, NO_LESSON))]
            for key, files in found.items()}


def _within(place: Path) -> Path:
    """Return the folder that holds the class, should it be wrapped in another: not one student."""
    entries = [each for each in place.iterdir() if each.name not in IGNORED
               and not SYSTEMS.fullmatch(each.name)]
    if len(entries) != 1 or not entries[0].is_dir() or entries[0].is_symlink():
        return place
    inside = [each for each in entries[0].iterdir() if not SYSTEMS.fullmatch(each.name)]
    named = [MOODLE.match(each.name) or (each.is_file() and CANVAS.match(each.name))
             for each in inside]
    return entries[0] if len(inside) > 1 and all(named) else place


def _owner(entry: Path, lesson: str) -> tuple[Owner | None, bool]:
    """Return whose a file or folder is, None if nobody's, and whether it is marked late."""
    name = composed(entry.name)
    if moodle := MOODLE.match(name):
        return Owner(moodle[1], moodle[2], "moodle"), False
    if entry.is_dir():
        return (None if name.startswith(".") else Owner(name)), False
    if name.startswith("."):
        return None, False
    if (canvas := CANVAS.match(name)) and (canvas[1] or canvas[3]):
        return Owner(canvas[1] or canvas[3], canvas[3], "canvas"), bool(canvas[2])
    stem = NOTEBOOK.sub("", name) if NOTEBOOK.search(name) else composed(entry.stem)
    theirs = re.split(re.escape(lesson), stem, flags=re.IGNORECASE)[0]
    late = LATE.search(theirs) is not None
    theirs = LATE.sub("", theirs)
    said, number, *_ = *NUMBER.split(theirs, maxsplit=1), ""
    if stem == composed(entry.stem) and entry.suffix.lower() != ".zip" and not number and (
            theirs == stem):
        return None, False  # a readme, say
    said = said.rstrip("_- ")
    if not any(unicodedata.category(each)[0] in "LN" or unicodedata.category(each) == "So"
               for each in said + number):
        return None, False
    return Owner(said or number, number), late


def _choose(student: str, parts: list[_Part], lesson: str) -> Submission:
    names = [part.name for part in parts]
    submission = Submission(student, said=", ".join(names), came=names)
    given = [(path, part) for part in parts for path in part.files]
    submission.flags += [flag for part in parts for flag in part.flags]
    files = [(path, part) for path, part in given
             if NOTEBOOK.search(path.name) and not _other_lesson(path, lesson)]
    if not files:
        others = ", ".join(shown(path.name) for path, _ in given[:3])
        told = "no notebook was handed in" + (f", but {others}" if others else "")
        submission.flags.append(("missing", told))
        return submission
    # The right name first, then the newest: download names count resubmissions (-1, -2).
    files.sort(key=lambda each: _rank(each[0], each[1].roots, lesson))
    path = submission.path = files[-1][0]
    submission.when = changed(path)
    if lesson not in path.stem or path.suffix != ".ipynb":
        submission.flags.append(("renamed", f"the file is called {shown(path.name)}"))
    if len(files) > 1:
        told = f"{len(files)} notebooks; {shown(path.name)} was graded"
        submission.flags.append(("duplicated", told))
    return submission


def _rank(path: Path, roots: Sequence[Path], lesson: str,
          ) -> tuple[bool, bool, bool, bool, int, float, str]:
    """How likely a notebook is the one that was meant; what is greater is likelier."""
    copy = any(part.casefold() in COPIES for root in roots if path.is_relative_to(root)
               for part in path.relative_to(root).parent.parts)
    stem = NOTEBOOK.sub("", path.name)
    return (not copy, path.suffix == ".ipynb", stem.casefold() == lesson.casefold(),
            lesson.casefold() in stem.casefold(), _again(path), path.stat().st_mtime, str(path))


def _other_lesson(path: Path, lesson: str) -> bool:
    """Whether a notebook lies where nbgrader's layout has another lesson's.

    A lesson whose number alone is another is the same: numbers move between versions.
    """
    stem = NOTEBOOK.sub("", path.name)
    return (re.fullmatch(r"\d\d_\w+", stem) is not None and path.parent.name == stem
            and stem[3:].casefold() != lesson[3:].casefold())


def _again(path: Path) -> int:
    number = re.search(r"[-_(](\d{1,2})\)?$", NOTEBOOK.sub("", path.name))
    return int(number.group(1)) if number else 0


def changed(path: Path) -> datetime | None:
    """Return when a file was last changed, in UTC; None where a zip's maker left no time."""
    when = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return when if when.year > 1980 else None


@contextmanager
def _noted(path: Path, flags: list[Flag]) -> Iterator[None]:
    """Flag what can't be read; one student's broken zip must not stop a class."""
    try:
        yield
    except (Told, OSError, ValueError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
        flags.append(("unreadable", f"{shown(path.name)}: {type(error).__name__}"))


def shown(name: str) -> str:
    """Return a file's name as it may be printed: half characters and control codes replaced."""
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in name)


def _files(folder: Path, lesson: str, unpack: Path | None, flags: list[Flag]) -> list[Path]:
    """Return the files below a student's folder: those in the lesson's own, if it has notebooks."""
    found = []
    for number, path in enumerate(sorted(folder.rglob("*"))):
        parts = path.relative_to(folder).parts
        if path.is_symlink() or IGNORED & set(parts) or SYSTEMS.fullmatch(path.name):
            continue
        if unpack and path.suffix.lower() == ".zip":
            with _noted(path, flags):
                inside = _unpacked(path, unpack / str(number), LARGEST_ONE)
                found += _files(inside, lesson, None, flags)
        elif stat.S_ISREG(path.lstat().st_mode):
            found.append(path)
    own = [path for path in found if path.is_relative_to(folder / lesson)]
    return own if any(NOTEBOOK.search(path.name) for path in own) else found


def _unpacked(archive: Path, folder: Path, most: int) -> Path:
    """Unpack a zip's notebooks, guesses and times; number and size are bounded; returns the folder.

    Of other members, and of what can't be read, an empty file is left: its student is then told of.
    """
    total = 0
    with zipfile.ZipFile(archive) as file:
        entries = file.infolist()
        if len(entries) > MOST_FILES:
            raise Told(f"{archive} holds more than {MOST_FILES:,} files")
        for entry in entries:
            names = Path(_member(entry).replace("\\", "/")).parts
            link = stat.S_ISLNK(entry.external_attr >> 16)
            if entry.is_dir() or link or not names or IGNORED & set(names):
                continue
            if SYSTEMS.fullmatch(names[-1]):
                continue
            target = folder.joinpath(*map(_part, names))
            target.parent.mkdir(parents=True, exist_ok=True)
            if not (NOTEBOOK.search(target.name) or target.name.lower().endswith(".zip")
                    or target.name == GUESSES):
                target.touch()
                continue
            with open(target, "wb") as outside, suppress(zipfile.BadZipFile, zlib.error,
                                                         RuntimeError, EOFError):
                with file.open(entry) as inside:
                    content = inside.read(LARGEST_FILE + 1)
                total += len(content)
                if total > most:
                    raise Told(f"{archive} unpacks to more than {most >> 20} MB")
                outside.write(content)
            with suppress(ValueError, OverflowError):  # the clock of who made it is a local one
                seconds = time.mktime((*entry.date_time, 0, 0, -1))
                os.utime(target, (seconds, seconds))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _member(entry: zipfile.ZipInfo) -> str:
    """Return the name of a zip's member; Macs write UTF-8 without saying so."""
    if not entry.flag_bits & 0x800:
        with suppress(UnicodeError):
            return entry.filename.encode("cp437").decode("utf-8")
    return entry.filename


def _part(name: str) -> str:
    """Return a name that no system minds; where it had to be changed, it stays one of its own."""
    safe = re.sub(r'[\x00-\x1f\x7f<>:"|?*/\\]', "_", composed(name)).lstrip(".").rstrip(". ")
    safe = "".join(each if unicodedata.category(each) not in ("Cs", "Cn") else "_" for each in safe)
    if safe == composed(name) and len(safe.encode()) <= 160:
        return safe
    mark = "~" + hashlib.sha256(name.encode(errors="replace")).hexdigest()[:6]
    end = re.search(r"(?:\.[A-Za-z]{1,8}){1,2}$", safe)
    stem, end_text = (safe[:end.start()], end[0]) if end else (safe, "")
    return stem.encode()[:120].decode(errors="ignore") + mark + end_text


def table(submissions: Sequence[Submission], aside: Sequence[str] = ()) -> Iterator[str]:
    """Return lines that say which file was matched to whom, and which are nobody's."""
    width = max([len(each.student) for each in submissions] + [7])
    yield f"{'student':{width}}  file"
    for each in submissions:
        told = shown(each.path.name) if each.path else "-"
        if each.said not in (told, each.student):
            within = each.path and each.path.name not in each.said
            told += f"  (in {shown(each.said)})" if within else ""
        notes = "; ".join(sentence for _, sentence in each.flags)
        yield f"{each.student:{width}}  {told}{'  ! ' + notes if notes else ''}"
    if aside:
        more = f" and {len(aside) - 20} more" if len(aside) > 20 else ""
        yield f"left aside: {', '.join(aside[:20])}{more}"
