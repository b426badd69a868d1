"""The course's face, to read anywhere: ``course site``.

A landing page; each lesson as learners get it, made by `lessons`, with previous and next; the
guides, made by `docs`, and a search through both; the library's reference, made by
`publishing.reference`; the decks.  All lies in one folder, and works without a network or a server.

nbconvert writes the lessons and Sphinx the reference, both with templates of the course's own and
one set of colours.  Generators of whole sites (Jupyter Book, MyST) bring a theme that fetches what
it shows, which no browser does from a file, and markup that can't be mended here.
"""

import shutil
from argparse import Namespace
from importlib.resources import files
from pathlib import Path

import jinja2
from PIL import Image

from course_staff.authoring import source, syllabus
from course_staff.authoring.source import ROOT
from course_staff.publishing import reference, slides
from course_staff.publishing.site import docs
from course_staff.publishing.site import lessons as pages

HERE = files("course_staff.publishing.site")
TEMPLATES = jinja2.Environment(
    loader=jinja2.PackageLoader("course_staff.publishing.site"), autoescape=True,
    trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined)
PICTURE = "sixteen_pixels.png"
BOOK = "book.pdf"  # `course book` may have put it there
MOST = 3_000_000  # bytes that a page loads when it is opened


def write(folder: Path, root: Path = ROOT, decks: bool = False) -> list[Path]:
    """Write all pages into a folder; returns the paths of the landing page and the lessons.

    Parameters
    ----------
    folder : Path
    root : Path
        The course.
    decks : bool
        Whether to make the slides, too, which takes a minute.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lessons = [source.read(path) for path in source.find(root=root)]
    written = pages.write(folder, lessons, root)
    reference.write(folder / "reference", lessons, root)
    put_assets(folder, root)
    guides = docs.guides(root)
    (folder / "docs").mkdir(exist_ok=True)
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


def put_assets(folder: Path, root: Path = ROOT) -> None:
    """Write what pages load besides their own pictures: styles, scripts, the course's picture."""
    for asset in (HERE / "static").iterdir():
        _put(folder / asset.name, asset.read_text(encoding="utf-8"))
    for name in ("tex-svg-full.js", "LICENSES.md"):
        asset = files("course_staff.publishing.slides") / "assets" / name
        _put(folder / name, asset.read_text(encoding="utf-8"))
    shutil.copy(root / "docs" / PICTURE, folder)


def picture_text(root: Path = ROOT) -> str:
    """Return what the course's picture shows, in words, as the README says it."""
    return (root / "README.md").read_text(encoding="utf-8").partition("![")[2].partition("]")[0]


def _landing(folder: Path, lessons: list[source.Lesson], guides: dict[str, tuple[str, str]],
             decks: bool, root: Path) -> Path:
    """Write the first page: what is asked, whom the course is for, where everything is."""
    entries, routes = syllabus.read(root / "solutions" / syllabus.NAME)
    table = docs.to_html(syllabus.table(entries, routes), {
        f"lessons/{each.folder}": f"{each.folder}.html" for each in lessons})
    return _put(folder / "index.html", TEMPLATES.get_template("index.html.j2").render(
        lessons=lessons, guides=guides, book=BOOK if (folder / BOOK).exists() else None,
        alt=picture_text(root), table=table, count=len(lessons),
        size=Image.open(folder / PICTURE).size,
        hours=round(sum(each.minutes for each in entries.values()) / 60),
        decks=[(f"{each.folder}.html", docs.named(each)) for each in lessons
               if decks and (folder / "decks" / f"{each.folder}.html").exists()]))


def weights(folder: Path) -> dict[str, tuple[int, int]]:
    """Return how heavy each lesson's page is, by name.

    Returns
    -------
    dict of (int, int)
        Bytes that it loads when it is opened, and with all pictures, which load as they come near.
    """
    shared = sum((folder / name).stat().st_size for name in (
        "colours.css", "site.css", "site.js", "tex-svg-full.js"))
    found = {}
    for pictures in sorted((folder / "figures").iterdir()):
        at_once = shared + (folder / f"{pictures.name}.html").stat().st_size
        found[pictures.name] = (at_once, at_once + sum(
            each.stat().st_size for each in pictures.iterdir()))
    return found


def _put(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8", newline="\n")
    return path


def run(args: Namespace) -> int:
    """Write the site; returns the exit status, 1 if a lesson is too heavy or has no deck."""
    folder = Path(args.out)
    written = write(folder, decks=True)
    heavy = weights(folder)
    for name, (at_once, all_seen) in heavy.items():
        print(f"{name}: {at_once / 1e6:.2f} MB at once, {all_seen / 1e6:.2f} MB with all pictures")
    total = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    print(f"{total / 1e6:.0f} MB in all, decks included; open {written[0]}")
    whole = all((folder / "decks" / f"{name}.html").exists() for name in heavy)
    return int(not whole or max(at_once for at_once, _ in heavy.values()) > MOST)
