"""How much a lesson asks of a student, estimated from its source.

Minutes follow a rule of thumb: 20 words of the lesson's text a minute, which includes looking at
its figures, running its cells and reading its code, and eight minutes an exercise.  It lies between
twelve quick readings (30 words a minute) and a careful one of four lessons (16).  ``[limits]`` in
``solutions/course.toml`` says how much is too much.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from course_staff.authoring.source import WITH_POINTS, Cell, Lesson, SourceError

WORDS_A_MINUTE, MINUTES_AN_EXERCISE = 20, 8
LONG = 30  # words of a paragraph whose brackets count
# What a cell must hold to be something to do, beside exercises and written answers.
TO_DO = re.compile(r"\bpredict\(|\bexplorers\.|^# Try:", re.MULTILINE)


@dataclass(frozen=True)
class Effort:
    """What a student meets: words of text, lines of code to read, exercises, cells in a row.

    ``stretch`` is the largest number of cells without anything to do; folded tests don't count.
    """

    words: int
    lines: int
    exercises: int
    stretch: int

    @property
    def minutes(self) -> int:
        """The estimate."""
        return round(self.words / WORDS_A_MINUTE + MINUTES_AN_EXERCISE * self.exercises)

    def __str__(self) -> str:
        return (f"about {self.minutes} min: {self.words:,} words, {self.lines} lines of code, "
                f"{self.exercises} exercises, at most {self.stretch} cells with nothing to do")


def measure(cells: Iterable[Cell]) -> Effort:
    """Measure a notebook's cells: all of a lesson, or its core."""
    words = lines = exercises = stretch = run = 0
    for cell in cells:
        if cell.kind == "solution":
            exercises += 1
        elif cell.type == "code" and cell.kind != "test":
            lines += sum(bool(line.strip()) for line in cell.text.splitlines())
        elif cell.type != "code" and cell.kind not in WITH_POINTS:
            words += len(re.findall(r"\w[\w'’.-]*", cell.text))
        if to_do(cell):
            run = 0
        elif cell.kind != "test":
            run += 1
            stretch = max(stretch, run)
    return Effort(words, lines, exercises, stretch)


def to_do(cell: Cell) -> bool:
    """Say whether a cell asks something of the student."""
    if cell.kind:
        return cell.kind == "solution" or (cell.type != "code" and cell.kind in WITH_POINTS)
    return cell.type == "code" and bool(TO_DO.search(cell.text))


def core(lesson: Lesson) -> list[Cell]:
    """Return what the short way through a lesson's notebook holds."""
    return [cell for cell in lesson.in_notebook if not cell.deeper]


def day(lesson: Lesson) -> list[Cell]:
    """Return what the one-day course takes of a lesson: the core's beginning, or nothing.

    Raises
    ------
    SourceError
        If the heading at which it ends isn't there.
    """
    stop, cells = lesson.listed.day, core(lesson)
    if stop is None:
        return []
    if not stop:
        return cells
    for place, cell in enumerate(cells):
        if cell.type != "code" and cell.text.startswith(f"## {stop}"):
            return cells[:place]
    raise SourceError([lesson.problem(None, f"the one-day course stops at {stop!r}, "
                                            "which is no heading of the core")])


def bracketed(text: str) -> float:
    """Return which share of a paragraph stands in round brackets, formulas and links apart."""
    text = re.sub(r"\$[^$]*\$|`[^`]*`|\]\([^)]*\)", "", text)
    return sum(map(len, re.findall(r"\([^()]*\)", text))) / max(len(text), 1)


def problems(lesson: Lesson) -> Iterator[str]:
    """Say where a lesson's core is above the limits of the list of lessons."""
    limits = lesson.listed.limits
    measured = measure(core(lesson))
    for what, most in limits.items():
        if what != "brackets" and getattr(measured, what) > most:
            yield lesson.problem(
                None, f"the core's {what}: {getattr(measured, what):,}; {most:,} is the limit")
    for cell in core(lesson)[1:]:
        if cell.type == "code" or cell.kind in WITH_POINTS:
            continue
        for paragraph in cell.text.split("\n\n"):
            share = round(100 * bracketed(paragraph))
            form = paragraph.startswith(">")  # to be filled in, with what is meant in brackets
            if share > limits.get("brackets", 100) and len(paragraph.split()) >= LONG and not form:
                yield lesson.problem(cell, f"{share} % of a paragraph stand in brackets: "
                                           f"{paragraph[:40]!r}")
