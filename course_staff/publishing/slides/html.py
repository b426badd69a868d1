"""One HTML file per deck, with everything in it: reveal.js, MathJax, pictures, notes."""

import re
from collections.abc import Sequence
from dataclasses import replace
from importlib.resources import files

import jinja2
import markupsafe
from nbconvert.filters import markdown2html_mistune
from pygments.formatters import HtmlFormatter

from course_staff.publishing.slides.deck import Deck, Slide, drawn_picture
from course_staff.publishing.slides.drawn import FRAMES, Frames

_LOADER = jinja2.PackageLoader("course_staff.publishing.slides")
_ENVIRONMENT = jinja2.Environment(
    loader=_LOADER, autoescape=True,
    trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined)


def markdown(text: str) -> markupsafe.Markup:
    """Turn a cell's Markdown into HTML; formulas are left for MathJax."""
    return markupsafe.Markup(markdown2html_mistune(text))


def one_line(text: str) -> markupsafe.Markup:
    """The same for a title: no paragraph around it."""
    return markupsafe.Markup(re.sub(r"^<p>|</p>\s*$", "", markdown(text).strip()))


def asset(name: str) -> markupsafe.Markup:
    """Return a vendored file as it may stand between <script> or <style> tags."""
    text = (files("course_staff.publishing.slides") / "assets" / name).read_text(encoding="utf-8")
    # A comment's opening would hide the script's end from the parser.
    return markupsafe.Markup(text.replace("<!--", r"<\!--"))


def timings(slides: Sequence[Slide]) -> list[int | None]:
    """Return seconds per slide: each section's minutes in equal parts, None where none are given.

    >>> from types import SimpleNamespace as S
    >>> timings([S(minutes=1), S(minutes=None), S(minutes=2)])
    [30, 30, 120]
    """
    starts = [i for i, slide in enumerate(slides) if slide.minutes]
    seconds: list[int | None] = [None] * len(slides)
    for start, end in zip(starts, [*starts, len(slides)][1:], strict=True):
        each = round(60 * (slides[start].minutes or 0) / (end - start))
        seconds[start:end] = [each] * (end - start)
    return seconds


def _stacks(slides: Sequence[Slide]) -> list[list[Slide]]:
    """Return the slides in columns, as reveal.js wants them."""
    columns: list[list[Slide]] = []
    for slide in slides:
        if slide.below and columns:
            columns[-1].append(slide)
        else:
            columns.append([slide])
    return columns


def frames(slide: Slide) -> Frames | None:
    """Return the pictures of a slide's slider, or None if it has none."""
    if not slide.frames:
        return None
    moving = FRAMES[slide.frames]()
    return replace(moving, pictures=[drawn_picture(each) for each in moving.pictures])


def render(deck: Deck) -> str:
    """Return a deck as the text of one HTML file."""
    seconds = dict(zip(map(id, deck.slides), timings(deck.slides), strict=True))
    text = "".join("".join([s.title, s.text, *s.fragments, *s.said, *s.read]) for s in deck.slides)
    return _ENVIRONMENT.get_template("deck.html.j2").render(
        deck=deck, columns=_stacks(deck.slides), seconds=lambda slide: seconds[id(slide)],
        frames=frames, markdown=markdown, one_line=one_line, asset=asset, maths="$" in text,
        code_style=markupsafe.Markup(HtmlFormatter(style="default").get_style_defs(".highlight")),
        template=lambda name: markupsafe.Markup(
            _LOADER.get_source(_ENVIRONMENT, name)[0]))
