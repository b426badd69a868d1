"""All lessons as one PDF: ``course book``.

A browser prints it, as it does the decks, from the pages' own templates, styles and formulas
(`publishing.site`): what a page shows, the book shows, and a tool that typesets anew (LaTeX, Typst)
would need a second set of both.  Chromium writes outline, page numbers, tags and the fonts it uses.
What it can't is numbers of pages in contents: pypdf reads from a first print where the headings
are, and a second print has them.
"""

import re
import sys
import tempfile
from argparse import Namespace
from collections.abc import Mapping, Sequence
from html import unescape
from pathlib import Path

import matplotlib
from nbconvert import HTMLExporter

import course_lib
from course_lib.desk.doctor import find_chromium
from course_staff.authoring import source
from course_staff.authoring.source import ROOT, Lesson, SourceError
from course_staff.publishing import site
from course_staff.publishing.site import docs, lessons
from course_staff.publishing.slides.pdf import FLAGS

HEADING = re.compile(r'<h([12])\b[^>]*\bid="([^"]*)"[^>]*>(.*?)</h\1>', re.DOTALL)
# matplotlib brings them: the same letters, lines and pages on every machine.
FONTS = [(family, style, weight, f"DejaVu{name}.ttf") for family, style, weight, name in (
    ("Book", "normal", "normal", "Serif"), ("Book", "italic", "normal", "Serif-Italic"),
    ("Book", "normal", "bold", "Serif-Bold"), ("Book", "italic", "bold", "Serif-BoldItalic"),
    ("BookCode", "normal", "normal", "SansMono"), ("BookCode", "normal", "bold", "SansMono-Bold"))]
MOST_PRINTS = 4
FILL = """pages => { for (const [id, page] of Object.entries(pages))
  document.querySelector(`[data-page="${CSS.escape(id)}"]`).textContent = page; }"""


def write(path: Path, chosen: Sequence[Lesson], root: Path = ROOT) -> dict[str, int]:
    """Print lessons into a PDF; returns on which page each entry of the contents begins, by place.

    Parameters
    ----------
    path : Path
        The PDF.
    chosen : sequence of Lesson
        In the book's order.
    root : Path
        The course.

    Raises
    ------
    RuntimeError
        If no browser is found, or the pages don't settle.
    """
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        site.put_assets(folder)
        page = folder / "book.html"
        page.write_text(html(folder, chosen, root), encoding="utf-8", newline="\n")
        return _print(page, path)


def html(folder: Path, chosen: Sequence[Lesson], root: Path = ROOT) -> str:
    """Return the book as a page; its pictures are written into `folder`."""
    exporter = HTMLExporter(
        template_name="book", extra_template_basedirs=[str(lessons.TEMPLATES)],
        extra_template_paths=[str(lessons.TEMPLATES)], exclude_input_prompt=True,
        exclude_output_prompt=True)
    chapters = []
    for lesson in chosen:
        notebook = lessons.page(lesson.folder, root)
        lessons.put_pictures(notebook.cells, folder / "figures" / lesson.folder)
        text, _ = exporter.from_notebook_node(notebook, {"lesson": lesson, "panels": {}})
        chapters.append(_chapter(docs.without_anchors(text), lesson, chosen))
    fonts = Path(matplotlib.get_data_path(), "fonts", "ttf")
    return site.TEMPLATES.get_template("book.html.j2").render(
        lessons=chosen, chapters=chapters, picture=site.PICTURE, size=site.SIDE, alt=site.ALT,
        version=course_lib.__version__,
        pictures=sum(chapter.count("<img ") for chapter in chapters),
        fonts=[(*about, (fonts / file).as_uri()) for *about, file in FONTS],
        entries=[(level, place, said) for chapter in chapters
                 for level, place, said in headings(chapter)])


def headings(chapter: str) -> list[tuple[int, str, str]]:
    """Return what of a chapter the contents list: level (1 or 2), place, HTML of what it says."""
    return [(int(level), place, re.sub(r"</?a\b[^>]*>", "", said))
            for level, place, said in HEADING.findall(chapter)]


def _chapter(text: str, lesson: Lesson, chosen: Sequence[Lesson]) -> str:
    """Make a lesson's places its own, its links lead within the book."""
    first = {f"{each.folder}.html": each.folder for each in chosen}
    text = re.sub(r'\bid="([^"]*)"', rf'id="{lesson.folder}-\1"', text)
    text = re.sub(r'href="#([^"]*)"', rf'href="#{lesson.folder}-\1"', text)
    text = text.replace(' loading="lazy"', "")  # all are printed

    def link(found: re.Match[str]) -> str:
        place = first.get(unescape(found[1]).partition("#")[0])
        return f'<a href="#{place}">{found[2]}</a>' if place else found[2]

    text = re.sub(r'<a href="(?!https?:|#|mailto:)([^"]*)"[^>]*>(.*?)</a>', link, text,
                  flags=re.DOTALL)
    return re.sub(r'<h1 id="[^"]*">', f'<h1 id="{lesson.folder}">', text, count=1)


def _print(page: Path, path: Path) -> dict[str, int]:
    """Print a page until its contents say where everything is."""
    from playwright.sync_api import sync_playwright

    chromium = find_chromium()
    if chromium is None:
        raise RuntimeError("a PDF needs Chromium, Chrome or Edge; none was found (course doctor)")
    path.parent.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        try:
            tab = browser.new_page(color_scheme="light")
            tab.set_default_timeout(600_000)
            tab.goto(page.as_uri())
            tab.wait_for_function("window.MathJax?.startup?.promise")
            tab.evaluate("() => MathJax.startup.promise.then(() => document.fonts.ready)"
                         ".then(() => true)")
            said: Mapping[str, int] = {}
            for _ in range(MOST_PRINTS):
                tab.pdf(path=path, prefer_css_page_size=True, print_background=True, outline=True,
                        tagged=True)
                found = where(path)
                if found == said:
                    return found
                tab.evaluate(FILL, found)
                said = found
        finally:
            browser.close()
    raise RuntimeError(f"{path}: its pages don't settle")


def where(path: Path) -> dict[str, int]:
    """Return on which page of a book each entry of its contents begins: place → number from 1."""
    from pypdf import PdfReader

    reader = PdfReader(path)
    return {name.lstrip("/"): number + 1 for name, place in reader.named_destinations.items()
            if (number := reader.get_destination_page_number(place)) is not None}


def run(args: Namespace) -> int:
    """Print the book; returns the exit status."""
    path = Path(args.out)
    try:
        chosen = [source.read(each) for each in source.find(args.lesson)]
        found = write(path, chosen)
    except (SourceError, RuntimeError) as error:
        print(error, file=sys.stderr)
        return 1
    for lesson in chosen:
        print(f"{found[lesson.folder]:4}  {lesson.listed.digits} {lesson.title}")
    print(f"{path}: {path.stat().st_size / 1e6:.1f} MB")
    return 0
