"""What students get, the same bytes every time, and what graders keep of it.

A release is stamped with the version and a hash of its content, hidden tests included.  Its zip
goes to students; `work/releases/STAMP` keeps, beside the unpacked zip, each lesson's template: a
lesson that is corrected later doesn't change how this release is graded.
"""

import compileall
import hashlib
import json
import shutil
import sys
import zipfile
from argparse import Namespace
from collections.abc import Iterable, Mapping
from pathlib import Path

from course_lib import __version__
from course_lib.desk.commands import ROOT, Told, what_is_not_as_shipped, work_folder
from course_staff.authoring import source
from course_staff.authoring.source import SourceError
from course_staff.grading.shapes import Template

NAME = "limits-of-super-resolution"
WHOLE = ("CITATION.cff", "LICENSE", "environment.yml", "pyproject.toml", "requirements.lock",
         "setup_course.py")
LEFT_OUT = {"__pycache__", ".ipynb_checkpoints"}
EPOCH = (1980, 1, 1, 0, 0, 0)
MAKEFILE = """\
# make lab opens the course; make mark LESSON=01 marks your notebook; make reset LESSON=01 starts
# it again and keeps your version; make update puts your answers into newer lessons; make check,
# make doctor. Without make: python3 setup_course.py …

.PHONY: lab mark reset update check doctor

lab mark reset update check doctor:
\tpython3 setup_course.py $@ $(LESSON)
"""
README = """\
# The limits of super-resolution

**What did the camera keep, and who invented the rest?** Graded Jupyter notebooks.

```
make lab                 # sets up, opens JupyterLab      Windows: py setup_course.py lab
make mark LESSON=01      # marks your notebook            Windows: py setup_course.py mark 01
```

**You need** 64-bit Python 3.11–3.14 on Linux, Windows, or macOS 14+ on Apple silicon (Intel Macs:
Act I only), 2 GB of disk, and the network once, for a few minutes. On Debian and Ubuntu first
`sudo apt install make python3-venv`; on Linux without an NVIDIA card set `PIP_EXTRA_INDEX_URL` to
the CPU index that PyTorch's install page shows, or several GB are downloaded. With conda:
`conda env create -f environment.yml`. Something wrong? `python3 setup_course.py doctor`.

Your notebooks are in `work/`, one folder per lesson, and are never overwritten. Write where it says
"Replace the next line by your code" and "Your answer here"; cells with tests are locked. You may
add cells. `make mark` runs the tests that you can see; others, which you can't, are run when your
notebook is graded. **Hand in** `work/LESSON/LESSON.ipynb`, under that name.

Lessons: {lessons}.

Code under the BSD 3-Clause License, text and figures under CC BY 4.0. Release {stamp}.
"""


def store() -> Path:
    """Return the folder where graders keep releases."""
    return work_folder() / "releases"


def collect(paths: Iterable[Path],
            root: Path = ROOT) -> tuple[dict[str, bytes], dict[str, Template]]:
    """Return a bundle's files by name, without the stamp, and the templates of its lessons by name.

    Parameters
    ----------
    paths : iterable of Path
        Sources of the lessons.
    root : Path
        The course.

    Raises
    ------
    Told
        If a lesson is not built.
    """
    from course_staff.grading import template

    files = {name: (root / name).read_bytes() for name in WHOLE}
    for folder in ("course_lib", "data"):
        for path in sorted((root / folder).rglob("*")):
            if path.is_file() and not LEFT_OUT & set(path.parts):
                files[path.relative_to(root).as_posix()] = path.read_bytes()
    templates = {}
    for path in paths:
        name = source.folder(path)
        lesson = root / "lessons" / name
        for file in sorted(lesson.rglob("*")):
            if file.is_file() and not LEFT_OUT & set(file.parts):
                files[file.relative_to(root).as_posix()] = file.read_bytes()
        if f"lessons/{name}/{name}.ipynb" not in files:
            raise Told(f"lessons/{name} is missing: run `course build {path.stem}`")
        templates[name] = template.describe(path)
    files["Makefile"] = MAKEFILE.encode()
    return files, templates


def stamp(files: Mapping[str, bytes], templates: Mapping[str, Template]) -> str:
    """Return version and content hash."""
    digest = hashlib.sha256()
    for name, content in sorted(files.items()):
        digest.update(f"{name}\0{hashlib.sha256(content).hexdigest()}\n".encode())
    digest.update(json.dumps(templates, sort_keys=True).encode())
    return f"{__version__}-{digest.hexdigest()[:12]}"


def stamped(files: Mapping[str, bytes], said: str) -> dict[str, bytes]:
    """Return a bundle's files with the stamp in every lesson, in the README and in a file."""
    files = dict(files)
    names = sorted(name.split("/")[1] for name in files
                   if name.startswith("lessons/") and name.endswith(".ipynb"))
    for name in names:
        path = f"lessons/{name}/{name}.ipynb"
        notebook = json.loads(files[path])
        notebook["metadata"].setdefault("course", {})["release"] = said
        text = json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
        files[path] = text.encode()
    files["README.md"] = README.format(lessons=", ".join(names), stamp=said).encode()
    files["release.json"] = (json.dumps({"release": said, "lessons": names}) + "\n").encode()
    return files


def pack(files: Mapping[str, bytes], target: Path) -> None:
    """Write a zip, always with the same bytes for the same files."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, content in sorted(files.items()):
            entry = zipfile.ZipInfo(f"{NAME}/{name}", EPOCH)
            # Stored, not compressed, where compressing gains little: other zlibs, other bytes.
            entry.external_attr, entry.create_system = 0o100644 << 16, 3
            archive.writestr(entry, content)


def make(paths: Iterable[Path], out: str | Path | None = None, root: Path = ROOT,
         keep: Path | None = None) -> tuple[str, Path | None]:
    """Make a release, keep it, and write its zip.

    Parameters
    ----------
    paths : iterable of Path
        Sources of the lessons.
    out : Path, optional
        Where the zip goes; none is written by default.
    root : Path
        The course.
    keep : Path, optional
        Where it is kept; by default in the `store`.

    Returns
    -------
    (str, Path or None)
        The stamp and the zip.
    """
    files, templates = collect(paths, root)
    said = stamp(files, templates)
    files = stamped(files, said)
    kept = (keep or store()) / said
    if not (kept / "complete").exists():
        shutil.rmtree(kept, ignore_errors=True)
        for name, content in files.items():
            path = kept / "bundle" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        (kept / "templates").mkdir()
        for name, described in templates.items():
            text = json.dumps(described, ensure_ascii=False)
            (kept / "templates" / f"{name}.json").write_text(text, encoding="utf-8")
        # The sandbox can't write, so what it imports is compiled here.
        compileall.compile_dir(kept / "bundle" / "course_lib", quiet=2)
        (kept / "complete").touch()
    if out is None:
        return said, None
    Path(out).mkdir(parents=True, exist_ok=True)
    target = Path(out) / f"{NAME}-{said}.zip"
    pack(files, target)
    return said, target


def find(said: str | None, lesson: str, keep: Path | None = None) -> Path | None:
    """Return the folder of a kept release that has a lesson; the newest if none is named.

    Returns None if there is none.
    """
    kept = [path for path in (keep or store()).glob("*") if (path / "complete").exists()
            and (path / "templates" / f"{lesson}.json").exists()]
    if said is not None:
        return next((path for path in kept if path.name == said), None)
    return max(kept, key=lambda path: (path / "complete").stat().st_mtime, default=None)


def run(args: Namespace) -> int:
    """Make a release of the lessons asked for; returns the exit status."""
    damaged = what_is_not_as_shipped()
    if damaged:
        raise Told("No release of a damaged course: " + "; ".join(damaged[:5])
                   + ("; …" if len(damaged) > 5 else ""))
    try:
        paths = source.find(args.lesson)
        said, target = make(paths, args.out)
    except SourceError as error:
        print(error, file=sys.stderr)
        return 1
    assert target is not None  # it was asked for
    size = target.stat().st_size / 1e6
    print(f"Release {said}: {target} ({size:.1f} MB), lessons "
          f"{', '.join(path.stem for path in paths)}")
    print(f"Kept for grading in {store() / said}. It holds hidden tests: hand out the zip only.")
    return 0
