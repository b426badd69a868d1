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

    Parameters
    ----------
    pages : sequence of (str, str, str)
        Address, title, HTML.  A browser lets no page read a file, but run a script.
    """
    found = []
    for address, title, text in pages:
        main = text.partition("<main")[2].partition("</main>")[0] or text
        main = re.sub(r"<(svg|script|form|style)\b.*?</\1>|<pre>.*?</pre>", " ", main,
                      flags=re.DOTALL)
        headings = ((m.start(), m[2], _plain(m[3])) for m in HEADING.finditer(main))
        starts = [(0, "", title), *headings]
        for (start, place, heading), (end, *_) in zip(
                starts, [*starts[1:], (len(main), "", "")], strict=True):
            said = _plain(main[start:end])
            if said:
                found.append([address + (f"#{place}" if place else ""), title, heading, said])
    return f"const SECTIONS = {json.dumps(found, ensure_ascii=False)};\n"


def _plain(text: str) -> str:
    text = text.partition(">")[2] if text.startswith(" id=") else text
    return " ".join(html.unescape(re.sub(r"<[^>]*>?", " ", text)).split())


def named(lesson: Lesson) -> str:
    """Return how pages name a lesson: "08 · PULSE"."""
    return f"{lesson.listed.digits} · {lesson.title}"
