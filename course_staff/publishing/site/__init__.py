"""The course's face, to read anywhere: ``course site``.

A landing page; each lesson as learners get it, made by `lessons`, with previous and next, its
panels, made by `panels`; the guides, made by `docs`, and a search through both; the library's
reference, made by `publishing.reference`; the decks.  All lies in one folder, and works without a
network or a server.

nbconvert writes the lessons and Sphinx the reference, both with templates of the course's own and
one set of colours.  Generators of whole sites (Jupyter Book, MyST) bring a theme that fetches what
it shows, which no browser does from a file, and markup that can't be mended here.
"""

import re
import shutil
from argparse import Namespace
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

import jinja2
import numpy as np
from PIL import Image

from course_lib.imaging.optics import srgb_encode
from course_lib.worlds import ladybirds
from course_staff.authoring import source, syllabus
from course_staff.authoring.source import ROOT
from course_staff.publishing import reference, slides
from course_staff.publishing.site import docs
from course_staff.publishing.site import lessons as pages

HERE = files("course_staff.publishing.site")
TEMPLATES = jinja2.Environment(
    loader=jinja2.PackageLoader("course_staff.publishing.site"), autoescape=True,
    trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined)
# What the first lesson asks about, without an answer.
PICTURE = "sixteen_pixels.png"
ALT = "Four by four coloured squares: green around the rim, dark reddish in the middle."
SIDE = 288  # pixels of the picture
BOOK = "book.pdf"  # `course book` may have put it there
FIRST = re.compile(r'<img src="([^"]*/panel/[^"]*)"')
MOST = 3_000_000  # bytes of a page with all its pictures, of a panel the first
ALL_PAGES = "colours.css", "site.css", "site.js", "mathjax.js"


def write(folder: Path, root: Path = ROOT, decks: bool = False, few: bool = False) -> list[Path]:
    """Write all pages into a folder; returns the paths of the landing page and the lessons.

    Parameters
    ----------
    folder : Path
    root : Path
        The course.
    decks : bool
        Whether to make the slides, too, which takes a minute.
    few : bool
        Whether panels have two pictures each; all of them take minutes, if none is kept.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lessons = [source.read(path) for path in source.find(root=root)]
    written = pages.write(folder, lessons, root, few)
    reference.write(folder / "reference", lessons, root)
    put_assets(folder)
    guides = docs.guides(root)
    (folder / "docs").mkdir(exist_ok=True)
    for picture in (root / "docs").glob("*.png"):
        shutil.copy(picture, folder / "docs")
    for name, (title, text) in guides.items():
        _put(folder / "docs" / f"{name}.html",
             TEMPLATES.get_template("guide.html.j2").render(title=title, text=text))
    _put(folder / "sections.js", docs.sections([
        *((path.name, docs.named(lesson), path.read_text(encoding="utf-8"))
          for path, lesson in zip(written, lessons, strict=True)),
        *((f"docs/{name}.html", title, text) for name, (title, text) in guides.items())]))
    _put(folder / "search.html", TEMPLATES.get_template("search.html.j2").render())
    if decks:
        slides.run(Namespace(deck=[], out=folder / "decks", pdf=False, large=False))
    return [_landing(folder, lessons, guides, decks, root), *written]


def put_assets(folder: Path) -> None:
    """Write what pages load besides their own pictures: styles, scripts, the course's picture."""
    for asset in (HERE / "static").iterdir():
        _put(folder / asset.name, asset.read_text(encoding="utf-8"))
    for name in ("mathjax.js", "LICENSES.md"):
        asset = files("course_staff.publishing.slides") / "assets" / name
        _put(folder / name, asset.read_text(encoding="utf-8"))
    shown = np.round(255 * srgb_encode(np.clip(ladybirds.sixteen_pixels(), 0, 1)))
    image = Image.fromarray(np.moveaxis(shown, 0, -1).astype(np.uint8))
    image.resize((SIDE, SIDE), Image.Resampling.NEAREST).save(folder / PICTURE)


def _landing(folder: Path, lessons: list[source.Lesson], guides: dict[str, tuple[str, str]],
             decks: bool, root: Path) -> Path:
    """Write the first page: what is asked, whom the course is for, where everything is."""
    entries, routes = syllabus.read(root / "solutions" / syllabus.NAME)
    table = docs.to_html(syllabus.table(entries, routes), {
        f"lessons/{each.folder}": f"{each.folder}.html" for each in lessons})
    return _put(folder / "index.html", TEMPLATES.get_template("index.html.j2").render(
        lessons=lessons, guides=guides, book=BOOK if (folder / BOOK).exists() else None,
        picture=PICTURE, alt=ALT, size=SIDE, table=table, count=len(lessons),
        hours=round(sum(each.minutes for each in entries.values()) / 60),
        decks=[(f"{each.folder}.html", docs.named(each)) for each in lessons
               if decks and (folder / "decks" / f"{each.folder}.html").exists()]))


class Weight(NamedTuple):
    """How heavy a lesson's page is, in bytes.

    Attributes
    ----------
    at_once : int
        What it loads when it is opened.
    read : int
        The same with all pictures, which load as they come near.
    moved : int
        The same with every picture of its panels.
    places : int
        How many pictures its panels have.
    """

    at_once: int
    read: int
    moved: int
    places: int


def weights(folder: Path) -> dict[str, Weight]:
    """Return how heavy each lesson's page is, by name."""
    shared = _size(folder / name for name in ALL_PAGES)
    found = {}
    for pictures in sorted((folder / "figures").iterdir()):
        page = folder / f"{pictures.name}.html"
        panel = set(pictures.glob("panel/*"))
        first = {folder / told for told in FIRST.findall(page.read_text(encoding="utf-8"))}
        at_once = shared + _size([page])
        read = at_once + _size({*pictures.glob("*.png"), *first})
        found[pictures.name] = Weight(at_once, read, read + _size(panel - first), len(panel))
    return found


def _size(paths: Iterable[Path]) -> int:
    return sum(path.stat().st_size for path in paths)


def _put(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8", newline="\n")
    return path


def run(args: Namespace) -> int:
    """Write the site; returns the exit status, 1 if a lesson is too heavy or has no deck."""
    folder = Path(args.out)
    written = write(folder, decks=True)
    heavy = weights(folder)
    for name, each in heavy.items():
        at_once, read, moved = (f"{size / 1e6:.2f} MB" for size in each[:3])
        print(f"{name}: {at_once} at once, {read} with all pictures"
              + (f", {moved} with all {each.places} of its panel" if each.places else ""))
    total = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    print(f"{total / 1e6:.0f} MB in all, decks included; open {written[0]}")
    whole = all((folder / "decks" / f"{name}.html").exists() for name in heavy)
    return int(not whole or max(each.read for each in heavy.values()) > MOST)
