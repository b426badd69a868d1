"""Which folders of ``data/`` a lesson opens while it runs, against what its header declares.

A lesson's fingerprint counts the data that its header says it ``reads``.  So that this is true, the
kernel that executes it notes every folder below ``data/`` of which something is opened or listed:
Python raises an audit event for each, which no import and no way round `course_lib.data` escapes.
"""

from collections.abc import Iterator
from pathlib import Path

from course_lib.data import data_path

# Runs in the kernel before the first cell and leaves no name there.
STARTUP = '''\
def _note():
    import os
    import sys

    root, file, noted = {root!r} + os.sep, {file!r}, set()

    def note(event, arguments):
        if event not in ("open", "os.listdir", "os.scandir"):
            return
        path = arguments[0]
        if not isinstance(path, (str, os.PathLike)):
            return
        path = os.path.abspath(path) + os.sep
        folder = path.removeprefix(root).split(os.sep)[0] if path.startswith(root) else ""
        if folder and folder not in noted and os.path.isdir(root + folder):
            noted.add(folder)
            with open(file, "a", encoding="utf-8") as out:
                out.write(folder + "\\n")

    sys.addaudithook(note)


_note()
del _note
'''


def watch(profiles: Path) -> None:
    """Have the kernels of an ``IPYTHONDIR`` note what they open."""
    startup = profiles / "profile_default" / "startup"
    startup.mkdir(parents=True)
    code = STARTUP.format(root=str(data_path().absolute()), file=str(_notes(profiles)))
    (startup / "reads.py").write_text(code, encoding="utf-8")


def opened(profiles: Path) -> set[str]:
    """Return the folders of data/ that such a kernel has opened or listed."""
    notes = _notes(profiles)
    return set(notes.read_text(encoding="utf-8").split("\n")) - {""} if notes.exists() else set()


def _notes(profiles: Path) -> Path:
    return profiles / "profile_default" / "reads.txt"


def problems(declared: list[str], found: set[str]) -> Iterator[str]:
    """Yield how a header's ``reads`` and what was opened differ."""
    for folder in sorted(found - set(declared)):
        yield f"opens data/{folder}: `reads` must declare it"
    for folder in sorted(set(declared) - found):
        yield f"`reads` declares {folder}, but nothing of data/{folder} is opened"
