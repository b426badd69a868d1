"""Which file is whose: nbgrader's layout, a folder per student, or flat files with names in them.

Three layouts are understood, each also inside a zip::

    SUBMISSIONS/student/LESSON/LESSON.ipynb        nbgrader's submitted/
    SUBMISSIONS/student/anything.ipynb             a folder per student (as Moodle downloads)
    SUBMISSIONS/student_123_LESSON.ipynb           flat files, the name first (as Canvas downloads)
"""

import re
import shutil
import stat
import unicodedata
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from course_lib.commands import Told

MOST_FILES, LARGEST_FILE, LARGEST_ALL = 50_000, 20 << 20, 4 << 30
IGNORED = {".ipynb_checkpoints", "__MACOSX", ".git"}


@dataclass
class Submission:
    """What a student handed in: the file that counts, if there is one, and what to say of it."""

    student: str
    path: Path = None
    said: str = ""
    flags: list = field(default_factory=list)


def collect(place, lesson, folder):
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
    list of Submission
        By student.

    Raises
    ------
    Told
        If there is nothing.
    """
    shutil.rmtree(folder, ignore_errors=True)
    if place.is_file() and zipfile.is_zipfile(place):
        place = _unpacked(place, folder / "0")
    if not place.is_dir():
        raise Told(f"{place} is neither a folder nor a zip file")
    found = {}
    for number, entry in enumerate(sorted(place.iterdir()), start=1):
        if entry.name in IGNORED or entry.name.startswith(".") or entry.is_symlink():
            continue
        if entry.is_dir():
            said = entry.name
            files = _notebooks(entry, lesson, folder / str(number))
            student = _name(re.sub(r"_\d+_assignsubmission_\w*$", "", said))
        elif entry.suffix == ".ipynb":
            said, files, student = entry.name, [entry], _from_file(entry.stem, lesson)
        elif zipfile.is_zipfile(entry):
            said, student = entry.name, _from_file(entry.stem, lesson)
            files = _notebooks(_unpacked(entry, folder / str(number)), lesson, None)
        else:
            continue
        if student:
            found.setdefault(student, []).append((said, files))
    if not found:
        raise Told(f"{place} holds no notebooks and no folders of students")
    return [_choose(student, parts, lesson) for student, parts in sorted(found.items())]


def _choose(student, parts, lesson):
    submission = Submission(student, said=", ".join(said for said, _ in parts))
    files = [path for _, paths in parts for path in paths]
    if not files:
        submission.flags.append(("missing", "no notebook was handed in"))
        return submission
    # The right name first, then the newest: download names count resubmissions (-1, -2).
    files.sort(key=lambda path: (path.stem == lesson, lesson in path.stem, _again(path),
                                 path.stat().st_mtime, path.name))
    submission.path = files[-1]
    if lesson not in submission.path.stem:
        submission.flags.append(("renamed", f"the file is called {submission.path.name}"))
    if len(files) > 1:
        names = f"{len(files)} notebooks; {submission.path.name} was graded"
        submission.flags.append(("duplicated", names))
    return submission


def _again(path):
    number = re.search(r"[-_(](\d{1,2})\)?$", path.stem)
    return int(number.group(1)) if number else 0


def _notebooks(folder, lesson, unpack):
    """Return the notebooks below a student's folder: those in the lesson's own, if that exists."""
    if (folder / lesson).is_dir():
        folder = folder / lesson
    elif any(re.fullmatch(r"\d\d_\w+", path.name) and path.is_dir() for path in folder.iterdir()):
        return []  # nbgrader's layout, with other lessons only
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or IGNORED & set(path.relative_to(folder).parts):
            continue
        if path.suffix == ".ipynb" and stat.S_ISREG(path.lstat().st_mode):
            found.append(path)
        elif unpack and path.suffix == ".zip" and zipfile.is_zipfile(path):
            found += _notebooks(_unpacked(path, unpack), lesson, None)
    return found


def _from_file(stem, lesson):
    """Return the student named in a file name: all before numbers or the lesson."""
    stem = re.split(re.escape(lesson), stem, flags=re.IGNORECASE)[0]
    stem = re.sub(r"(?i)_late(?=_|$)", "", stem)
    return _name(re.split(r"[_-]\d{3,}", stem)[0])


def _name(text):
    """Return a name that is safe as a folder's: letters, digits, and few signs within."""
    text = unicodedata.normalize("NFC", text)
    text = re.sub(r"[^\w.@ +-]", "_", text).strip("_ .+-@")
    return re.sub(r"\s+", "_", text)[:80]


def _unpacked(archive, folder):
    """Unpack a zip's notebooks, no others, with bounds on number and size; returns the folder."""
    total = 0
    with zipfile.ZipFile(archive) as file:
        for entry in file.infolist()[:MOST_FILES]:
            parts = [_part(each) for each in Path(entry.filename.replace("\\", "/")).parts]
            link = stat.S_ISLNK(entry.external_attr >> 16)
            if (entry.is_dir() or link or not parts or IGNORED & set(parts)
                    or not entry.filename.endswith((".ipynb", ".zip"))):
                continue
            target = folder.joinpath(*parts)
            target.parent.mkdir(parents=True, exist_ok=True)
            with file.open(entry) as inside, open(target, "wb") as outside:
                content = inside.read(LARGEST_FILE + 1)
                total += len(content)
                if total > LARGEST_ALL:
                    raise Told(f"{archive} unpacks to more than {LARGEST_ALL >> 30} GB")
                outside.write(content)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _part(name):
    return re.sub(r"[^\w.@ +()-]", "_", name).lstrip(".") or "_"


def table(submissions):
    """Return lines that say which file was matched to whom."""
    width = max([len(each.student) for each in submissions] + [7])
    yield f"{'student':{width}}  file"
    for each in submissions:
        told = each.path.name if each.path else "-"
        if each.said not in (told, each.student):
            told += f"  (in {each.said})" if each.path and each.path.name not in each.said else ""
        notes = "; ".join(sentence for _, sentence in each.flags)
        yield f"{each.student:{width}}  {told}{'  ! ' + notes if notes else ''}"
