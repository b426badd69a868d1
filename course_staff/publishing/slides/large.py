"""A lesson's pictures for a large room: executed anew, with more pixels and larger type.

The notebook's own pictures are made for a page. A run of all lessons takes some minutes; what it
gives is kept in work/slides/ for as long as source, library, data and pins stay the same.
"""

import hashlib
import json
from pathlib import Path

import nbformat

from course_lib.desk.commands import work_folder
from course_staff.authoring import build
from course_staff.publishing.slides import room
from course_staff.publishing.slides.deck import Shown, by_number

BEFORE = """from course_staff.publishing.slides import room as _room
_large = _room.enlarged()
_large.__enter__()
"""


def executed(path: Path) -> dict[int, Shown]:
    """Return a lesson's outputs with pictures for a large room: cell number → outputs."""
    lesson, text = build.load(path)
    kept = work_folder() / "slides" / f"{lesson.folder}.ipynb"
    way = hashlib.sha256(Path(room.__file__).read_bytes()).hexdigest()
    hashes = build.fingerprint(text) | {"room": way}
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
