"""The guides as pages, and what the search looks through."""

import html
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from course_staff.authoring.source import ROOT, Lesson

TITLE = re.compile(r"^# +(.+)$", re.MULTILINE)
HEADING = re.compile(r'<h([123])\b[^>]*\bid="([^"]*)"[^>]*>(.*?)</h\1>', re.DOTALL)
CELL = re.compile(r'<div class="cell [^"]*" id="([^"]*)"(?: data-waits="([^"]*)")?>')


def to_html(text: str, places: Mapping[str, str]) -> str:
    """Turn Markdown into HTML whose links stay within the site.

    Parameters
    ----------
    text : str
    places : dict of str
        What a link to a file becomes; one that isn't listed becomes plain text, unless it leads to
        a place on the same page or to another host.
    """
    made = without_anchors(MarkdownWithMath(renderer=IPythonRenderer(escape=False)).render(text))
    # GitHub's names of headings are in small letters, and so are the links to them.
    made = re.sub(r'(<h\d id=")([^"]*)', lambda m: m[1] + m[2].lower(), made)

    def link(found: re.Match[str]) -> str:
        address, said = found[1], found[2]
        file, _, anchor = address.partition("#")
        if not file or re.match(r"https?:", file):
            return found[0]
        if file not in places:
            return said
        return f'<a href="{places[file]}{"#" + anchor if anchor else ""}">{said}</a>'

    return re.sub(r'<a href="([^"]*)">(.*?)</a>', link, made, flags=re.DOTALL)


def without_anchors(text: str) -> str:
    """Return HTML of nbconvert's without the link to itself that it puts behind each heading."""
    return re.sub(r'<a class="anchor-link"[^>]*>.*?</a>', "", text)


def guides(root: Path = ROOT) -> dict[str, tuple[str, str]]:
    """Return the guides in docs/: name → (title, HTML)."""
    paths = sorted((root / "docs").glob("*.md"))
    places = {path.name: f"{path.stem}.html" for path in paths} | {"../README.md": "../index.html"}
    texts = {path.stem: path.read_text(encoding="utf-8") for path in paths}
    return {name: (found[1] if (found := TITLE.search(text)) else name, to_html(text, places))
            for name, text in texts.items()}


def sections(pages: Sequence[tuple[str, str, str]]) -> str:
    """Return what the search page loads: every page's sections, as a script.

    A cell that waits for predictions has an entry of its own, which ends in their keys: what a hit
    there says would tell the answer.

    Parameters
    ----------
    pages : sequence of (str, str, str)
        Address, title, HTML.  A browser lets no page read a file, but run a script.
    """
    found = []
    for address, title, text in pages:
        main = text.partition("<main")[2].partition("</main>")[0] or text
        main = re.sub(r"<(svg|script|form|style|summary|label|nav)\b.*?</\1>|<pre\b.*?</pre>"
                      r'|<p class="reading">.*?</p>', " ", main, flags=re.DOTALL)
        for (place, heading, waits), said in _parts(main, title).items():
            if said := _plain(said):
                found.append([address + (f"#{place}" if place else ""), title, heading, said,
                              *([waits] if waits else [])])
    return f"const SECTIONS = {json.dumps(found, ensure_ascii=False)};\n"


def _parts(main: str, title: str) -> dict[tuple[str, str, str], str]:
    """Divide a page's HTML: (place, heading above it, keys that it waits for) → what it says."""
    begins = [(0, "", "")] + [(m.start(), m[1], m[2] or "") for m in CELL.finditer(main)]
    place, heading = "", title
    found: dict[tuple[str, str, str], str] = {}
    for (begin, cell, waits), (end, *_) in zip(begins, [*begins[1:], (len(main), "", "")],
                                               strict=True):
        if waits:
            found[cell, heading, waits] = main[begin:end]
            continue
        for head in HEADING.finditer(main, begin, end):
            part, begin = main[begin:head.start()], head.start()
            found[place, heading, ""] = found.get((place, heading, ""), "") + part
            place, heading = head[2], _plain(head[3])
        found[place, heading, ""] = found.get((place, heading, ""), "") + main[begin:end]
    return found


def _plain(text: str) -> str:
    text = text.partition(">")[2] if text.startswith(" id=") else text
    return " ".join(html.unescape(re.sub(r"<[^>]*>?", " ", text)).split())


def named(lesson: Lesson) -> str:
    """Return how pages name a lesson: "08 · PULSE"."""
    return f"{lesson.listed.digits} · {lesson.title}"
