"""Twelve questions whose wrong options are the course's named misconceptions, before and after.

``inventory.toml`` holds them with their key, and stays here.  `form` makes the notebook that is
handed out, twice; `collect` reads what comes back.  A person's answers are one letter a question,
or None; a class's are a list of persons.  "Before" and "after" are compared within persons.

The normalised gain is (after − before)/(1 − before) of the shares that are right: the change beside
the largest possible (R. R. Hake, American Journal of Physics 66 (1998) 64, doi:10.1119/1.18809).
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import nbformat
import numpy as np
from numpy.typing import ArrayLike

from course_lib.audits import measures
from course_staff.grading import analysis

FILE = Path(__file__).with_name("inventory.toml")
WHEN = ("before", "after")
LEVEL = 0.9  # asked of the range that a person states
Answers = tuple[str | None, ...]
Interval = tuple[float, float]


@dataclass(frozen=True)
class Item:
    """A question: options by letter, the right letter, and what who takes another one believes."""

    name: str
    lesson: str
    question: str
    options: Mapping[str, str]
    right: str
    ideas: Mapping[str, str]


@cache
def items() -> tuple[Item, ...]:
    """Return the questions, in order.

    Raises
    ------
    ValueError
        If a wrong option has no idea behind it, or the right one has.
    """
    found = tuple(Item(**each) for each in tomllib.loads(FILE.read_text(encoding="utf-8"))["item"])
    for item in found:
        if {*item.ideas} != {*item.options} - {item.right}:
            raise ValueError(f"{item.name}: each wrong option needs an idea, the right one none")
    return found


# --- the form -------------------------------------------------------------------------------------

INTRODUCTION = {
    "before": "You need nothing of the course to answer, and nobody expects you to know.",
    "after": "They are the questions of the beginning.",
}
TOP = """\
# Twelve questions, {when} the course

{introduction} There is no mark for this, and no feedback, so that the questions can be asked again.
Write one letter for each, in quotes, as in `"A"`. Leave `None` if you have no idea. Look nothing
up. Save the notebook and hand it in under its name, `limits_{when}.ipynb`.

**May your answers be counted?** If you say yes, your answers, and the guesses that you made in the
lessons ("Predict"), are counted for this course's statistics, without your name. If you
leave `None` or say no, they are not. Neither changes a mark. A later no counts for everything."""
BOTTOM = """\
**How many did you get right?** Give the least and the most, so that you are {level:.0%} sure that
your number of right answers, of {count}, lies between them. Both may be the same number."""


def form(when: str) -> nbformat.NotebookNode:
    """Return the notebook to hand out: questions and options, no key.

    Parameters
    ----------
    when : str
        "before" or "after".
    """
    if when not in WHEN:
        raise ValueError(f"when is {when!r}; it must be one of {', '.join(WHEN)}")
    count = len(items())
    cells = [
        ("top", TOP.format(when=when, introduction=INTRODUCTION[when])),
        ("agree", 'take_part = None  # replace None by "yes" or "no"')]
    for number, item in enumerate(items(), start=1):
        options = "\n".join(f"- **{letter}** {text}" for letter, text in item.options.items())
        cells += [(f"question-{number}", f"## {number}\n\n{item.question}\n\n{options}"),
                  (f"answer-{number}", f'{when}_{number} = None  # replace None by a letter in '
                                       'quotes')]
    cells += [("how-many", BOTTOM.format(level=LEVEL, count=count)),
              ("range", f"{when}_least = None  # replace None by a number from 0 to {count}\n"
                        f"{when}_most = None")]
    make = {True: nbformat.v4.new_code_cell, False: nbformat.v4.new_markdown_cell}
    about = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return nbformat.v4.new_notebook(metadata=about, cells=[
        make[name.partition("-")[0] in ("agree", "answer", "range")](text, id=f"{when}-{name}")
        for name, text in cells])


# --- one person -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Filled:
    """A form as a person filled it in; `range` are least and most, or None."""

    answers: Answers
    range: Interval | None = None

    @property
    def score(self) -> int:
        """How many answers are right."""
        return sum(map(bool, marks(self.answers)))


def marks(answers: Sequence[str | None]) -> list[bool]:
    """Return which of a person's answers are right; None is not."""
    return [said == item.right for said, item in zip(answers, items(), strict=True)]


def filled(variables: Mapping[str, object], when: str) -> Filled | None:
    """Return a form from what its cells assign; None if nothing was answered.

    What is no letter of an option counts as not answered; small letters and spaces are forgiven. A
    range whose ends are no numbers from 0 to 12, or the wrong way round, counts as not given.
    """
    answers = tuple(_letter(variables.get(f"{when}_{number}"), item)
                    for number, item in enumerate(items(), start=1))
    ends = [variables.get(f"{when}_{end}") for end in ("least", "most")]
    numbers = [float(end) for end in ends
               if isinstance(end, int | float) and not isinstance(end, bool)]
    stated = len(numbers) == 2 and 0 <= numbers[0] <= numbers[1] <= len(items())
    if not any(answers):
        return None
    return Filled(answers, (numbers[0], numbers[1]) if stated else None)


def _letter(said: object, item: Item) -> str | None:
    letter = re.sub(r"[\s.)]", "", said).upper() if isinstance(said, str) else ""
    return letter if letter in item.options else None


# --- a class --------------------------------------------------------------------------------------


def gain(before: ArrayLike, after: ArrayLike) -> float | None:
    """Return the normalised gain of the shares that are right; None if all were right before.

    Parameters
    ----------
    before, after : array
        True, or 1, where an answer is right.

    Examples
    --------
    >>> gain([1, 0, 0, 0], [1, 1, 1, 0]), gain([1, 1], [1, 0])
    (0.6666666666666666, None)
    """
    first, then = (float(np.asarray(some, float).mean()) for some in (before, after))
    return (then - first) / (1 - first) if first < 1 else None


def gain_interval(before: ArrayLike, after: ArrayLike) -> Interval | None:
    """Return the bootstrap's 95 % interval of the `gain`: persons are drawn anew, both halves.

    None with fewer than five persons, or fewer than five whose gain could be above 0. Where a draw
    holds nobody who was wrong before, half a person is said to be.

    Parameters
    ----------
    before, after : array (persons,) or (persons, questions)
    """
    pairs = np.stack([np.asarray(before, float), np.asarray(after, float)], axis=-1)
    pairs = pairs.reshape(len(pairs), -1, 2).mean(axis=1)
    if len(pairs) < 5 or np.count_nonzero(pairs[:, 0] < 1) < 5:
        return None
    least = 0.5 / len(pairs)

    def statistic(drawn: np.ndarray) -> float:
        first, then = drawn.mean(axis=0)
        return float((then - first) / max(1 - first, least))

    return measures.bootstrap(statistic, in_order(pairs))


def mean_interval(values: ArrayLike) -> Interval | None:
    """Return the bootstrap's 95 % interval of a mean over persons; None with fewer than five."""
    values = np.sort(np.asarray(values, float))
    return measures.bootstrap(np.mean, values) if len(values) >= 5 else None


def in_order(rows: np.ndarray) -> np.ndarray:
    """Return rows sorted by what they hold, so that their order changes no drawn number."""
    return rows[np.lexsort(rows.T[::-1])]


@dataclass(frozen=True)
class Option:
    """Who took an option, of those who answered both forms: shares, and the change's interval.

    `letter` is "" of those who answered nothing; `idea` is "" of these and of the right option.
    """

    letter: str
    idea: str
    before: float
    after: float
    interval: Interval | None


@dataclass(frozen=True)
class Statistics:
    """A question's numbers.

    `right` are (how many right, how many persons) of all who filled in the form, before and after;
    gain, options and `moves` (wrong to right, right to wrong) are of those who did both;
    `discrimination` and `correlation` are `grading.analysis`'s, of the form after the course.
    """

    item: Item
    right: tuple[tuple[int, int], tuple[int, int]]
    gain: float | None
    interval: Interval | None
    moves: tuple[int, int]
    options: tuple[Option, ...]
    discrimination: float | None
    correlation: float | None


def statistics(before: Sequence[Answers], after: Sequence[Answers],
               both: Sequence[tuple[Answers, Answers]]) -> list[Statistics]:
    """Return the numbers of each question.

    Parameters
    ----------
    before, after : sequence
        The answers of all who filled in the form.
    both : sequence of pairs
        Those of the persons who did both.
    """
    forms = [np.array([marks(each) for each in some], bool).reshape(-1, len(items()))
             for some in (before, after, [pair[0] for pair in both], [pair[1] for pair in both])]
    named = [dict(zip((item.name for item in items()), row, strict=True))
             for row in forms[1].astype(float).tolist()]
    tails = analysis.items(named, dict.fromkeys((item.name for item in items()), 1.0))
    found = []
    for place, item in enumerate(items()):
        first, then = forms[2][:, place], forms[3][:, place]
        counts = [(int(form[:, place].sum()), len(form)) for form in forms[:2]]
        found.append(Statistics(
            item, (counts[0], counts[1]), gain(first, then) if both else None,
            gain_interval(first, then) if both else None,
            (int(np.sum(~first & then)), int(np.sum(first & ~then))),
            tuple(_option(letter, item, [(pair[0][place], pair[1][place]) for pair in both])
                  for letter in (*item.options, "")) if both else (),
            tails[place].discrimination, tails[place].correlation))
    return found


def _option(letter: str, item: Item, pairs: Sequence[tuple[str | None, str | None]]) -> Option:
    took = np.array([[(said or "") == letter for said in pair] for pair in pairs], float)
    return Option(letter, item.ideas.get(letter, ""), float(took[:, 0].mean()),
                  float(took[:, 1].mean()), mean_interval(took[:, 1] - took[:, 0]))


def covered(forms: Sequence[Filled]) -> tuple[int, int]:
    """Return how many scores lie within the range that the person stated, and of how many."""
    stated = [(each.range, each.score) for each in forms if each.range]
    return sum(low <= score <= high for (low, high), score in stated), len(stated)
