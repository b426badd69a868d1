"""A lesson's pictures for a large room: drawn anew, with more pixels and larger type.

The notebook's own pictures are made for a page. A deck of its own, as the workshop's, has each
picture drawn by the code behind it; a lesson's deck has the whole lesson executed, if asked for. A
run of all lessons takes some minutes; what is drawn is kept in work/slides/ for as long as the
code, library, data and pins stay the same.
"""

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

import nbformat

from course_lib.desk.commands import work_folder
from course_lib.notebook import figures
from course_staff.authoring import bindings, build, source
from course_staff.authoring.source import SourceError
from course_staff.publishing import program
from course_staff.publishing.slides import room
from course_staff.publishing.slides.deck import Picture, Shown, by_number, drawn_picture

BEFORE = """from course_staff.publishing.slides import room as _room
_large = _room.enlarged()
_large.__enter__()
"""


def named(path: Path, name: str) -> Picture:
    """Return a lesson's picture for a large room, given the name that its cell has (``figure=``).

    Raises
    ------
    KeyError
        If no cell has that name.
    SourceError
        If the cell's last line shows no picture.
    """
    lesson = source.read(path)
    cell = next((each for each in lesson.cells if each.options.get("figure") == name), None)
    if cell is None:
        raise KeyError(name)
    code = bindings.behind(lesson.cells, cell)
    kept = work_folder() / "slides" / lesson.folder / f"{name}.json"
    hashes = program.made_from(code, lesson) | {"room": _way()}
    told = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
    if told.get("from") != hashes:
        print(f"{path.stem}.{name}: drawing it for a large room", flush=True)
        with room.enlarged():
            drawn = program.run(code, path)
        drawn = getattr(drawn, "first", drawn)  # of a panel, the picture that stands in for it
        if not isinstance(drawn, figures.Picture):
            raise SourceError([lesson.problem(cell, "its last line shows no picture")])
        told = {"from": hashes, "picture": asdict(drawn_picture(drawn))}
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps(told), encoding="utf-8", newline="\n")
    return Picture(**told["picture"])


def _way() -> str:
    return hashlib.sha256(Path(room.__file__).read_bytes()).hexdigest()


def executed(path: Path) -> dict[int, Shown]:
    """Return a lesson's outputs with pictures for a large room: cell number → outputs."""
    lesson, text = build.load(path)
    kept = work_folder() / "slides" / f"{lesson.folder}.ipynb"
    hashes = build.fingerprint(text) | {"room": _way()}
    if build.recorded(kept) != hashes:
        nb = nbformat.reads(text, 4)
        first = next(cell for cell in nb.cells if cell.cell_type == "code")
        first.source = BEFORE + first.source
        print(f"{path.stem}: drawing its pictures for a large room", flush=True)
        build.execute(lesson, nb)
        build.tidy(nb)
        nb.metadata.course.built_from = hashes
        build.write(kept, build.dumps(nb))
    return by_number(lesson, json.loads(kept.read_text(encoding="utf-8")))
