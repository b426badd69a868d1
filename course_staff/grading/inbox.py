"""Which file is whose: nbgrader's layout, a folder per student, or flat files with names in them.

Three layouts are understood, each also inside a zip::

    SUBMISSIONS/student/LESSON/LESSON.ipynb        nbgrader's submitted/
    SUBMISSIONS/student/anything.ipynb             a folder per student (as Moodle downloads)
    SUBMISSIONS/student_123_LESSON.ipynb           flat files, the name first (as Canvas downloads)

Numbers behind names tell namesakes apart.  Nothing vanishes: who handed in something else than a
notebook is told to have handed in none, and files that are nobody's are told, too.
"""

import re
import shutil
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from course_lib.desk.commands import Told
from course_staff.grading.shapes import Flag

MOST_FILES, LARGEST_FILE = 50_000, 20 << 20
LARGEST_ALL, LARGEST_ONE = 4 << 30, 256 << 20  # what a class's zip and a student's may hold
IGNORED = {".ipynb_checkpoints", "__MACOSX", ".git"}
NOTEBOOK = re.compile(r"(?i)\.ipynb(\.txt|\.json)?$")  # browsers add to names
NUMBER = re.compile(r"[_-](\d{3,})(?!\d)")


@dataclass
class Submission:
    """What a student handed in: the file that counts, if there is one, and what to say of it."""

    student: str
    path: Path | None = None
    said: str = ""
    flags: list[Flag] = field(default_factory=list)


# Of one file or folder: its name, the files that were found there, what is to be said of it.
_Part = tuple[str, list[Path], list[Flag]]


def collect(place: Path, lesson: str, folder: Path) -> tuple[list[Submission], list[str]]:
    """Match files to students.

    Parameters
    ----------
    place : Path
        Folder or zip.
    lesson : str
        The lesson's name.
    folder : Path
        Where zips are unpacked to; it is emptied first.

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
    shutil.rmtree(folder, ignore_errors=True)
    if place.is_file() and zipfile.is_zipfile(place):
        place = _unpacked(place, folder / "0", LARGEST_ALL)
    if not place.is_dir():
        raise Told(f"{place} is neither a folder nor a zip file")
    found: dict[str, dict[str, list[_Part]]] = {}  # by name, then by the number behind it
    aside = []
    for count, entry in enumerate(sorted(place.iterdir()), start=1):
        if entry.name in IGNORED or entry.name.startswith("."):
            continue
        unpack = folder / str(count)
        files: list[Path] = []
        flags: list[Flag] = []
        name, number = _owner(entry, lesson)
        if not name or entry.is_symlink():
            aside.append(shown(entry.name))
            continue
        with _noted(entry, flags):
            if entry.is_dir():
                files = _files(entry, lesson, unpack, flags)
            elif entry.suffix.lower() == ".zip":
                files = _files(_unpacked(entry, unpack, LARGEST_ONE), lesson, None, flags)
            else:
                files = [entry]
        found.setdefault(name, {}).setdefault(number, []).append((entry.name, files, flags))
    if not found:
        raise Told(f"{place} holds no notebooks and no folders of students")
    submissions = []
    for name, people in found.items():
        if len(people.keys() - {""}) < 2:
            everything = [part for parts in people.values() for part in parts]
            submissions.append(_choose(name, everything, lesson))
            continue
        for number, parts in people.items():
            submissions.append(_choose(f"{name}_{number}".rstrip("_"), parts, lesson))
            submissions[-1].flags.append(
                ("namesake", f"{len(people)} students are called {name}; their numbers are kept"))
    return sorted(submissions, key=lambda each: each.student), aside


def _owner(entry: Path, lesson: str) -> tuple[str, str]:
    """Return whose a file or folder is, and the number behind the name; two "" if nobody's."""
    if entry.is_dir():
        moodle = re.fullmatch(r"(.*?)_(\d+)_assignsubmission_\w*", entry.name, re.DOTALL)
        return (_name(moodle[1]), moodle[2]) if moodle else (_name(entry.name), "")
    stem = NOTEBOOK.sub("", entry.name) if NOTEBOOK.search(entry.name) else entry.stem
    theirs = re.split(re.escape(lesson), stem, flags=re.IGNORECASE)[0]
    theirs = re.sub(r"(?i)_late(?=_|$)", "", theirs)
    name, number, *_ = *NUMBER.split(theirs, maxsplit=1), ""
    if stem == entry.stem and entry.suffix.lower() != ".zip" and not number and theirs == stem:
        return "", ""  # a readme, say
    return _name(name), number


def _choose(student: str, parts: list[_Part], lesson: str) -> Submission:
    submission = Submission(student, said=", ".join(said for said, _, _ in parts))
    given = [path for _, paths, _ in parts for path in paths]
    files = [path for path in given if NOTEBOOK.search(path.name)]
    submission.flags += [flag for _, _, flags in parts for flag in flags]
    if not files:
        others = ", ".join(shown(path.name) for path in given[:3])
        told = "no notebook was handed in" + (f", but {others}" if others else "")
        submission.flags.append(("missing", told))
        return submission
    # The right name first, then the newest: download names count resubmissions (-1, -2).
    files.sort(key=lambda path: (path.suffix == ".ipynb", path.stem == lesson, lesson in path.stem,
                                 _again(path), path.stat().st_mtime, path.name))
    submission.path = files[-1]
    if lesson not in submission.path.stem or submission.path.suffix != ".ipynb":
        submission.flags.append(("renamed", f"the file is called {shown(submission.path.name)}"))
    if len(files) > 1:
        names = f"{len(files)} notebooks; {shown(submission.path.name)} was graded"
        submission.flags.append(("duplicated", names))
    return submission


def _again(path: Path) -> int:
    number = re.search(r"[-_(](\d{1,2})\)?$", NOTEBOOK.sub("", path.name))
    return int(number.group(1)) if number else 0


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
    """Return the files below a student's folder: those in the lesson's own, if that exists."""
    if (folder / lesson).is_dir():
        folder = folder / lesson
    elif any(re.fullmatch(r"\d\d_\w+", path.name) and path.is_dir() for path in folder.iterdir()):
        return []  # nbgrader's layout, with other lessons only
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or IGNORED & set(path.relative_to(folder).parts):
            continue
        if unpack and path.suffix.lower() == ".zip":
            with _noted(path, flags):
                found += _files(_unpacked(path, unpack, LARGEST_ONE), lesson, None, flags)
        elif stat.S_ISREG(path.lstat().st_mode):
            found.append(path)
    return found


def _name(text: str) -> str:
    """Return a name that is safe as a folder's: letters, digits, and few signs within."""
    text = unicodedata.normalize("NFC", text)
    text = re.sub(r"[^\w.@ +-]", "_", text).strip("_ .+-@")
    return re.sub(r"\s+", "_", text)[:80]


def _unpacked(archive: Path, folder: Path, most: int) -> Path:
    """Unpack a zip's notebooks, with bounds on number and size; returns the folder.

    Of other members, and of what can't be read, an empty file is left: its student is then told of.
    """
    total = 0
    with zipfile.ZipFile(archive) as file:
        for entry in file.infolist()[:MOST_FILES]:
            parts = [_part(each) for each in Path(entry.filename.replace("\\", "/")).parts]
            link = stat.S_ISLNK(entry.external_attr >> 16)
            if entry.is_dir() or link or not parts or IGNORED & set(parts):
                continue
            target = folder.joinpath(*parts)
            target.parent.mkdir(parents=True, exist_ok=True)
            if not (NOTEBOOK.search(parts[-1]) or parts[-1].lower().endswith(".zip")):
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
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _part(name: str) -> str:
    name = re.sub(r"[^\w.@ +()-]", "_", name).lstrip(".") or "_"
    return name if len(name) <= 120 else name[:100] + name[-20:]


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
