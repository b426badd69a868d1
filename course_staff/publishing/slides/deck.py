"""From the cells of a source to the slides of a deck, and what a slide must satisfy.

A lesson's deck is made of the cells that its source marks::

    # %% [markdown] slide="slide"           a slide, which opens a stack; "subslide": below the last
    # %% [markdown] slide="fragment"        more of the same slide, shown at the next step
    # %% slide="subslide"                   the cell's picture, or what it prints, from the executed
    #                                       notebook; its title is `title="…"`, or the last heading
    # %% slide="subslide" frames="limit"    the same with a slider: `slides.drawn`
    # %% figure="line_up"                   gives the picture a name for other decks
    # %% [markdown] slide="notes"           what the speaker says
    # %% [markdown] only="slides" …         text for decks only

The plain text that follows a marked cell in the lesson goes into its notes, up to the next
heading, picture or exercise.  A heading alone is the title of the picture after it.

``decks/*.py`` are decks of their own, of the same form, text only.  A slide may take a picture from
a lesson, ``use="bias.line_up"``, or one made for the room, ``draw="line_up"``.  Each section, from
one ``slide="slide"`` to the next, says how many ``minutes`` it takes; each slide has notes;
``activity="vote"`` says what the audience does.  A header that says ``short: 20`` makes a second
deck of the same file, for so many minutes: of slides marked ``short=2``, which says their minutes,
with the notes marked ``short=True`` in place of the others.
"""

import base64
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from course_lib.notebook import figures
from course_staff.authoring import build, source, syllabus
from course_staff.authoring.source import ROOT, SourceError
from course_staff.publishing.slides.drawn import FRAMES, PICTURES

MOST_WORDS, MOST_LINES, MOST_COLUMNS = 40, 14, 72
WORDS_A_MINUTE = 130  # read aloud, unhurried
UNSPOKEN = "**If asked", "**Before you begin"  # how paragraphs of notes open that aren't said
MOST_CODE = 58  # columns of code in a slide's text, which is set larger than what a cell prints
OPENS = "slide", "subslide"
JOINS = {"notes": "said", "fragment": "fragments"}  # where a slide keeps what belongs to it
OWN_OPTIONS = {"slide", "use", "draw", "frames", "minutes", "activity", "short"}
HEADING = re.compile(r"^##+ +(.*)$", re.MULTILINE)
TITLE = re.compile(r"# +(.*)$", re.MULTILINE)
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
REVEALED = re.compile(r"(?:Bars|Dots) for (.*): measured (\S+(?: %)?) ?(.*)\.")
MATHS = re.compile(r"\$\$.+?\$\$|\$.+?\$", re.DOTALL)

Shown = list[dict[str, Any]]  # a cell's outputs, as in nbformat's JSON
Outputs = Callable[[Path], dict[int, Shown]]  # source of a lesson → cell number → outputs
Named = Callable[[Path, str], "Picture | None"]  # source of a lesson, name of a picture → it


@dataclass(frozen=True)
class Picture:
    """A picture of an executed notebook: base64 of a PNG, its alt text, its width in CSS pixels."""

    data: str
    alt: str
    width: int


@dataclass
class Slide:
    """One slide.

    Attributes
    ----------
    cell : source.Cell
    title, text : str
        Markdown.
    picture : Picture or None
    frames : str or None
        A key of `drawn.FRAMES`: the picture follows a slider.
    printed : str
        What the cell prints, shown where there is no picture.
    below : bool
        Whether it lies below the slide before it, in the same stack.
    fragments : list of str
        Markdown, shown step by step.
    said, read : list of str
        Markdown: the speaker's notes; the lesson's own words about this slide.
    minutes : float or None
        How long the section takes that opens here.
    layout : str
        "opens" for the deck's first slide, "number" for one number in large type.
    """

    cell: source.Cell
    title: str
    text: str = ""
    picture: Picture | None = None
    frames: str | None = None
    printed: str = ""
    below: bool = False
    fragments: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    read: list[str] = field(default_factory=list)
    minutes: float | None = None
    layout: str = ""

    @property
    def spoken(self) -> float:
        """How many minutes it takes to read the speaker's notes aloud, without what isn't said."""
        said = "\n\n".join(self.said).split("\n\n")
        return sum(words(each) for each in said if not each.startswith(UNSPOKEN)) / WORDS_A_MINUTE

    @property
    def bare(self) -> bool:
        """True of a heading with nothing below it."""
        return not (self.text or self.picture or self.printed or self.frames)


@dataclass(frozen=True)
class Deck:
    """A deck: its name, its title, its source, its slides in order."""

    name: str
    title: str
    lesson: source.Lesson
    slides: list[Slide]


def lesson_deck(path: Path, outputs: Outputs | None = None) -> Deck:
    """Return the deck of one lesson.

    Parameters
    ----------
    path : Path
        The lesson's source; its executed notebook lies beside it.
    outputs : callable, optional
        Returns a lesson's outputs, given its source; by default `executed`.

    Raises
    ------
    SourceError
        If the notebook is older than the source, or a slide breaks a rule.
    """
    lesson = source.read(path)
    shown, heading = (outputs or executed)(path), lesson.title
    slides: list[Slide] = []
    opening: list[str] = []
    reads = False  # whether plain text belongs to the slide before it
    for cell in lesson.cells:
        headings = HEADING.findall(cell.text) if cell.type == "markdown" else []
        heading = _plain(headings[-1]) if headings else heading
        kind, output = cell.options.get("slide"), shown.get(cell.number, [])
        if kind in JOINS:
            _join(cell, slides, lesson)
        elif kind in OPENS:
            slides.append(_slide(cell, heading, output))
            reads = True
        elif cell.kind or _picture(output):
            reads = False
        elif cell.type == "markdown" and (reads or not slides):
            title = slides[-1].title if slides else ""
            text, reads = _reading(cell.text, title)
            (slides[-1].read if slides else opening).extend([text] if text else [])
    for first in slides[:1]:
        first.read[:0] = opening
    return _checked(Deck(lesson.folder, lesson.title, lesson, _merged(slides)))


def own_deck(path: Path, named: Named | None = None, short: bool = False) -> Deck:
    """Return the deck of a file in decks/, or its short version.

    Parameters
    ----------
    path : Path
    named : callable, optional
        Returns a lesson's picture, given its source and the picture's name; by default the one in
        its executed notebook.
    short : bool
        The short version.

    Raises
    ------
    SourceError
        If a slide breaks a rule, or a picture can't be found.
    """
    lesson = source.read(path)
    problems = [lesson.problem(cell, reason) for cell in lesson.cells for reason in _unknown(cell)]
    if problems:
        raise SourceError(problems)
    declared = lesson.header["short" if short else "minutes"]
    slides = (_shortened if short else _whole)(lesson)
    minutes = sum(slide.minutes or 0 for slide in slides)
    if minutes != declared:
        reason = f"its sections take {minutes:g} minutes; declared are {declared}"
        problems.append(lesson.problem(None, reason))
    for first, spoken in _sections(slides):
        if spoken > (first.minutes or 0):
            problems.append(lesson.problem(
                first.cell, f"its section takes {spoken:.1f} minutes to read aloud, of "
                            f"{first.minutes or 0:g}"))
    for slide in slides:
        try:
            slide.picture = _found(slide.cell.options, named or _named)
        except KeyError as error:
            reason = f"there is no lesson or picture called {error}"
            problems.append(lesson.problem(slide.cell, reason))
        if not slide.said:
            problems.append(lesson.problem(slide.cell, "has no notes: nobody else could give it"))
    if problems:
        raise SourceError(problems)
    name, title = lesson.name, lesson.title
    if short:
        name, title = f"{name}_{declared}", f"{title}, in {declared} minutes"
    return _checked(Deck(name, title, lesson, slides))


def has_short(path: Path) -> int | None:
    """Return for how many minutes the short version of a file in decks/ is, None without one."""
    return source.read(path).header.get("short")


def _whole(lesson: source.Lesson) -> list[Slide]:
    slides: list[Slide] = []
    for cell in lesson.cells:
        if cell.options["slide"] not in JOINS:
            slides.append(_slide(cell, "", []))
        elif not cell.options.get("short"):
            _join(cell, slides, lesson)
    return slides


def _shortened(lesson: source.Lesson) -> list[Slide]:
    """Return the slides of the short version: side by side, each with minutes of its own."""
    slides: list[Slide] = []
    for cell in lesson.cells:
        kind, short = cell.options["slide"], cell.options.get("short")
        if kind in OPENS:
            kept = short is not None
            if kept:
                slides.append(replace(_slide(cell, "", []), below=False, minutes=short))
        elif kept and (short or kind != "notes"):
            _join(cell, slides, lesson)
    return slides


def _sections(slides: Sequence[Slide]) -> list[tuple[Slide, float]]:
    """Return the first slide of each section, and how long its notes take to read aloud."""
    starts = [place for place, slide in enumerate(slides) if slide.minutes]
    return [(slides[start], sum(slide.spoken for slide in slides[start:end]))
            for start, end in zip(starts, [*starts[1:], len(slides)], strict=True)]


def aloud(deck: Deck) -> list[str]:
    """Return lines that say how long the notes of a deck of its own take to read aloud."""
    total, minutes = (sum(each) for each in zip(
        *((slide.spoken, slide.minutes or 0) for slide in deck.slides), strict=True))
    lines = [f"notes read aloud: {_clock(total)} of {_clock(minutes)}, at {WORDS_A_MINUTE} words "
             "a minute; the room has the rest"]
    spoken = {id(first): of for first, of in _sections(deck.slides)}
    for slide in deck.slides:
        section = (f"{_clock(spoken[id(slide)])} of {_clock(slide.minutes or 0)}"
                   if id(slide) in spoken else "")
        lines.append(f"{section:>14}  {_clock(slide.spoken):>5}  {slide.title}")
    return lines


def _clock(minutes: float) -> str:
    whole, seconds = divmod(round(minutes * 60), 60)
    return f"{whole}:{seconds:02}"


def _join(cell: source.Cell, slides: list[Slide], lesson: source.Lesson) -> None:
    """Give notes or a fragment to the slide before it."""
    if not slides:
        raise SourceError([lesson.problem(cell, "has no slide before it")])
    getattr(slides[-1], JOINS[cell.options["slide"]]).append(cell.text)


def _unknown(cell: source.Cell) -> Iterator[str]:
    for key in cell.options.keys() - OWN_OPTIONS:
        yield f"unknown header key {key!r}; known are {', '.join(sorted(OWN_OPTIONS))}"
    if cell.type == "code" or cell.options.get("slide") not in {*OPENS, *JOINS}:
        yield "must be [markdown], with slide="


def _found(options: Mapping[str, Any], named: Named) -> Picture | None:
    """Return the picture that a cell of an own deck asks for; None if it doesn't ask."""
    if "draw" in options:
        return drawn_picture(PICTURES[options["draw"]]())
    if "use" in options:
        lesson, _, picture = options["use"].partition(".")
        if lesson not in syllabus.read()[0]:
            raise KeyError(lesson)
        return named(ROOT / "solutions" / f"{lesson}.py", picture)
    return None


def drawn_picture(picture: figures.Picture) -> Picture:
    """Turn a picture of the library's into one for a slide."""
    return Picture(base64.b64encode(picture.png).decode("ascii"), picture.alt, picture.width)


def executed(path: Path) -> dict[int, Shown]:
    """Return the outputs of a lesson's executed notebook: cell number in the source → outputs.

    Raises
    ------
    SourceError
        If the notebook is older than the source.
    """
    lesson, text = build.load(path)
    notebook = source.notebook(path)
    made_from = build.recorded(notebook) or {}
    if made_from.get("source") != build.fingerprint(text)["source"]:
        raise SourceError([lesson.problem(
            None, f"its executed notebook is out of date; run `course build {path.stem}`")])
    return by_number(lesson, json.loads(notebook.read_text(encoding="utf-8")))


def by_number(lesson: source.Lesson, notebook: Mapping[str, Any]) -> dict[int, Shown]:
    """Return the outputs of a notebook by the numbers of its cells in the source."""
    return {cell.number: node.get("outputs", [])
            for cell, node in zip(lesson.in_notebook, notebook["cells"], strict=True)}


def _named(path: Path, name: str) -> Picture | None:
    return _named_pictures(path)[name]


@cache
def _named_pictures(path: Path) -> dict[str, Picture | None]:
    """Return the pictures of a lesson that have names: name → Picture."""
    of = executed(path)
    return {cell.options["figure"]: _picture(of[cell.number])
            for cell in source.read(path).cells if "figure" in cell.options}


def _slide(cell: source.Cell, heading: str, outputs: Shown) -> Slide:
    slide = Slide(cell, cell.options.get("title", heading), below=cell.options["slide"] != "slide",
                  frames=cell.options.get("frames"), minutes=cell.options.get("minutes"))
    if cell.type == "code":
        printed = "".join("".join(o.get("text", "")) for o in outputs).rstrip()
        picture = _picture(outputs)
        number = picture and REVEALED.fullmatch(picture.alt)
        if number:  # one bar says less than its number in large type
            text = f"{number[1]}\n\n**{_short(number[2])}**\n\n{number[3]}"
            return replace(slide, text=text, printed=printed, layout="number")
        return replace(slide, picture=picture, printed=printed)
    title = TITLE.match(cell.text)
    first = title or HEADING.match(cell.text)
    if first:
        slide.title = title.group(1) if title else _plain(first.group(1))
        slide.layout = "opens" if title else ""
    slide.text = cell.text[first.end() if first else 0 :].strip()
    return slide


def _short(number: str) -> str:
    """Return a number with three digits: "65.34 %" becomes "65.3 %"."""
    return re.sub(r"^\d+\.\d+", lambda digits: f"{float(digits[0]):.3g}", number)


def _reading(text: str, title: str) -> tuple[str, bool]:
    """Return the part of a text that belongs to a slide, and whether that is all of it."""
    first = HEADING.match(text)
    own = TITLE.match(text) or (first if first and _plain(first.group(1)) == title else None)
    text = text[own.end() :] if own else text
    part = HEADING.split(text)[0]
    return part.strip(), part == text


def _plain(heading: str) -> str:
    """A heading without its number or "Exercise 2:"."""
    heading = re.sub(r"^Exercise \d+: *|^\d+(?: ·|\.) *", "", heading)
    return heading[:1].upper() + heading[1:]


def _picture(outputs: Shown) -> Picture | None:
    for output in outputs:
        png = output.get("data", {}).get("image/png")
        if png:
            about = output["metadata"]["image/png"]
            return Picture("".join(png).replace("\n", ""), about["alt"], about["width"])
    return None


def _merged(slides: list[Slide]) -> list[Slide]:
    """Let a heading alone be the title of the slide below it."""
    kept: list[Slide] = []
    for slide in slides:
        if kept and kept[-1].bare and slide.below:
            above = kept.pop()
            slide = replace(slide, below=above.below, read=above.read + slide.read,
                            said=above.said + slide.said, title=slide.title or above.title)
        kept.append(slide)
    return kept


# --- rules ----------------------------------------------------------------------------------------


def words(markdown: str) -> int:
    r"""Count the words that a slide's text shows; a formula is one, code none.

    >>> words(r"Ten *photons*: $\sqrt{N} / N = .3$ of it.")
    5
    """
    text = MATHS.sub(" formula ", FENCE.sub("", markdown))
    text = re.sub(r"\]\([^)]*\)", "]", text)
    return len(re.findall(r"[^\W_](?:[\w.,:'’/×%–-]*\w)?", text))


def _checked(deck: Deck) -> Deck:
    problems = [deck.lesson.problem(slide.cell, reason)
                for slide in deck.slides for reason in _problems(slide)]
    if not deck.slides:
        problems.append(deck.lesson.problem(None, "has no cell marked slide=…"))
    if problems:
        raise SourceError(problems)
    return deck


def _problems(slide: Slide) -> Iterator[str]:
    text = "\n\n".join([slide.text, *slide.fragments])
    count = words(f"{slide.title}\n{text}")
    if count > MOST_WORDS:
        yield f"its slide has {count} words; at most {MOST_WORDS} are read from the back row"
    if not slide.title:
        yield "its slide has no title"
    if slide.frames and slide.frames not in FRAMES:
        yield f"frames={slide.frames!r} must be one of {', '.join(FRAMES)}"
    if slide.cell.type == "code" and slide.bare:
        yield "is a slide, but shows neither picture nor text"
    shown = [(block.splitlines()[1:-1], MOST_CODE) for block in FENCE.findall(text)]
    if slide.printed and not (slide.picture or slide.text):
        shown.append((slide.printed.splitlines(), MOST_COLUMNS))
    for lines, most in shown:
        if len(lines) > MOST_LINES or any(len(line) > most for line in lines):
            yield (f"its slide shows {len(lines)} lines of up to {max(map(len, lines))} columns; "
                   f"at most {MOST_LINES} of {most} can be read")
