"""Rubrics as markers tick them: the items, and what each can earn.

A rubric is the text of an answer's cell in `solutions/`: a model answer; a paragraph that begins
with *Rubric*; numbered items, which share the points equally; perhaps a paragraph for all of them.
An item can be ticked *half* where it is worth a point or more and the rubric speaks of halves, in
the item or for all of them ("a false statement costs half a point").  Where the last paragraph
takes "half a point off the sum", that is ticked once for the answer.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Tick = Literal["full", "half", "none"]
SHARES: dict[str, float] = {"full": 1.0, "half": 0.5, "none": 0.0}
START = re.compile(r"^\*Rubric\b", re.MULTILINE)
HALF = re.compile(r"\bhal(?:f|ves)\b|½", re.IGNORECASE)
OFF = re.compile(r"half\s+a\s+point\s+off\s+the\s+sum")
ITS_OWN = re.compile(r"half(?:\s+a\s+point)?\s+where\s+it\s+says", re.IGNORECASE)


@dataclass(frozen=True)
class Item:
    """One criterion.

    Attributes
    ----------
    text : str
        Markdown.
    points : float
        What it is worth.
    half : bool
        Whether half of that can be given.
    """

    text: str
    points: float
    half: bool

    @property
    def choices(self) -> tuple[Tick, ...]:
        """What can be ticked."""
        return ("full", "half", "none") if self.half else ("full", "none")


@dataclass(frozen=True)
class Rubric:
    """A rubric in its parts; all texts are Markdown.

    Attributes
    ----------
    example, head, foot : str
        The model answer, what stands before the items, and what after them.
    items : tuple of Item
        Empty where the text isn't written as a rubric: then the mark is a number.
    off : float
        What is taken off the sum if that is ticked; 0 if there is no such thing.
    points : float
        The most that can be had.
    """

    example: str
    head: str
    items: tuple[Item, ...]
    foot: str
    off: float
    points: float

    @property
    def digest(self) -> str:
        """What tells a rubric from a corrected one, whose ticks say something else."""
        text = "\0".join([self.head, *(item.text for item in self.items), self.foot])
        return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:12]

    def mark(self, ticks: Sequence[str | None], off: bool = False) -> float | None:
        """Return the sum of what is ticked, None while an item is open.

        Parameters
        ----------
        ticks : sequence of {"full", "half", "none", None}
            One per item; None: not decided yet.
        off : bool
            Whether what the last paragraph takes off is taken off.

        Returns
        -------
        float or None
            Between 0 and `points`.

        Raises
        ------
        ValueError
            If there is not one tick per item, or one that its item doesn't offer.
        """
        if len(ticks) != len(self.items):
            raise ValueError(f"{len(self.items)} items, {len(ticks)} ticks")
        for item, tick in zip(self.items, ticks, strict=True):
            if tick is not None and tick not in item.choices:
                raise ValueError(f"{tick!r} is not among {', '.join(item.choices)}")
        if not self.items or None in ticks:
            return None
        got = sum(item.points * SHARES[tick] for item, tick in zip(self.items, ticks, strict=True)
                  if tick is not None)
        return min(max(got - self.off * off, 0.0), self.points)


def parse(text: str, points: float) -> Rubric:
    """Return a rubric's parts.

    Parameters
    ----------
    text : str
        Model answer and rubric, as a template holds them (`shapes.Template`).
    points : float
        What the answer is worth.
    """
    found = START.search(text)
    if found is None:
        return Rubric(text.strip(), "", (), "", 0.0, points)
    example, lines = text[:found.start()].strip(), text[found.start():].splitlines()
    head: list[str] = []
    items: list[list[str]] = []
    foot: list[str] = []
    for line in lines:
        if not foot and line.startswith(f"{len(items) + 1}. "):
            items.append([line.split(". ", 1)[1]])
        elif not items:
            head.append(line)
        elif foot or (not line.startswith(" ") and _ended(items[-1])):
            foot.append(line)
        else:
            items[-1].append(line.strip())
    top, bottom = "\n".join(head).strip(), "\n".join(foot).strip()
    whole = points / len(items) if items else 0.0
    if not items or whole % 0.5:
        return Rubric(example, "\n".join(lines).strip(), (), "", 0.0, points)
    halves = whole >= 1 and "all or nothing" not in top
    for_all = HALF.search(ITS_OWN.sub("", OFF.sub("", f"{top}\n{bottom}"))) is not None
    made = [Item("\n".join(each).strip(), whole, halves and (
        for_all or HALF.search("\n".join(each)) is not None)) for each in items]
    return Rubric(example, top, tuple(made), bottom, 0.5 if OFF.search(bottom) else 0.0, points)


def _ended(lines: Sequence[str]) -> bool:
    """Whether an item ended with an empty line."""
    return len(lines) > 1 and lines[-1] == ""
