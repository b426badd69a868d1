"""Guesses made in the lessons, and the truths that they are scored against.

A `Question` comes from the lesson as it was built: the call of `predict` says between which numbers
a guess lies, the output of `reveal` says what was measured.  On the question's own scale, 0 to 1
between these numbers, logarithmic where `reveal` draws it so, a guess's error is the distance from
the truth.  Who guesses anywhere at random errs by (t² + (1 − t)²)/2 on average, t being the truth's
place; skill is 1 less the error in units of this: 0 is no better than that, 1 is right.

Nothing that a student wrote is run: literals are read, and sums and products of them.
"""

import ast
import json
import math
import operator
import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import spearmanr

from course_lib import releases
from course_lib.audits import measures
from course_lib.desk.cells import text_of
from course_staff.authoring import source
from course_staff.evidence.inventory import Interval, in_order, mean_interval

NEAR = 0.1  # of the scale
LONGEST, LARGEST = 20_000, 1 << 20  # characters of a cell, bytes of a file of guesses
UNREADABLE = object()
FEW = 5  # of fewer persons no number is told
MEASURED = re.compile(r"Figure: (?:Bars|Dots) for (.*): (?:you predicted \S+, )?measured (\S+?)"
                      r"(?:[ ].*)?\.$", re.DOTALL)
SIGNS: dict[type, Callable[[float, float], float]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}


# --- reading cells --------------------------------------------------------------------------------


def value(node: ast.expr) -> Any:
    """Return what an expression of literals says.

    Raises
    ------
    ValueError
        If it is another one.

    Examples
    --------
    >>> value(ast.parse("(22 + 11) / 64", mode="eval").body), value(ast.parse("'a'").body[0].value)
    (0.515625, 'a')
    """
    if isinstance(node, ast.BinOp) and type(node.op) in SIGNS:
        sides = [value(side) for side in (node.left, node.right)]
        if all(isinstance(side, int | float) for side in sides):
            try:
                return SIGNS[type(node.op)](float(sides[0]), float(sides[1]))
            except (ZeroDivisionError, OverflowError):
                pass
        raise ValueError("no number")
    return ast.literal_eval(node)


def read(cells: Iterable[Mapping[str, Any]]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what a notebook's code cells assign, and the guesses that they hand to `predict`.

    Of several the last counts; None counts as nothing said.  Guesses are by key, as the newest
    release calls it.  What isn't assigned plainly is `UNREADABLE`.  So is ``take_part`` where a
    cell that is no Python, or too long to be read, speaks of it: who wants out isn't kept in by a
    missing quote.
    """
    variables: dict[str, Any] = {}
    guesses: dict[str, Any] = {}

    def note(where: dict[str, Any], name: str, said: Any) -> None:
        where.pop(name, None)
        if said is not None:
            where[name] = said

    for cell in cells:
        if cell["cell_type"] != "code":
            continue
        text = text_of(cell)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of how a student writes a text
                statements = ast.parse(text if len(text) <= LONGEST else "(").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            if "take_part" in text:
                variables["take_part"] = UNREADABLE
            continue
        for statement in statements:
            plain = isinstance(statement, ast.Assign) and all(
                isinstance(target, ast.Name) for target in statement.targets)
            for name in _stored(statement):
                note(variables, name, _quiet(statement.value)
                     if plain and isinstance(statement, ast.Assign) else UNREADABLE)
            call = statement.value if isinstance(statement, ast.Expr) else None
            if isinstance(call, ast.Call) and _called(call) == "predict" and len(call.args) > 1:
                key, said = _quiet(call.args[0]), call.args[1]
                if isinstance(key, str):
                    note(guesses, releases.by_name(key), variables.get(said.id)
                         if isinstance(said, ast.Name) else _quiet(said))
    return variables, guesses


def _stored(statement: ast.stmt) -> Iterator[str]:
    """Yield the names that a statement binds, however."""
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def _quiet(node: ast.expr) -> Any:
    try:
        return value(node)
    except (ValueError, TypeError, RecursionError, MemoryError, SyntaxError):
        return UNREADABLE


def _called(call: ast.Call) -> str:
    function = call.func
    return (function.attr if isinstance(function, ast.Attribute)
            else function.id if isinstance(function, ast.Name) else "")


# --- questions and their truths -------------------------------------------------------------------


@dataclass(frozen=True)
class Question:
    """Something that was guessed and then measured.

    Attributes
    ----------
    key : str
        "LESSON.guess".
    label : str
        What was measured, with its unit.
    truth : float
        As the lesson, executed, prints it: four digits.
    low, high : float
        Between which numbers a guess lies.
    log : bool
        Whether factors count, not differences.
    """

    key: str
    label: str
    truth: float
    low: float
    high: float
    log: bool = False

    @property
    def lesson(self) -> str:
        """The lesson that asks."""
        return self.key.partition(".")[0]

    def place(self, number: float) -> float:
        """Return where a number lies on the scale, 0 to 1; beyond its ends it is at the end."""
        number = min(max(float(number), self.low), self.high)
        if self.log:
            return math.log(number / self.low) / math.log(self.high / self.low)
        return (number - self.low) / (self.high - self.low)

    def takes(self, guess: Any) -> bool:
        """Whether something is a number within the scale."""
        return (isinstance(guess, int | float) and not isinstance(guess, bool)
                and self.low <= guess <= self.high)

    @property
    def chance(self) -> float:
        """The expected error of who guesses anywhere at random."""
        place = self.place(self.truth)
        return (place**2 + (1 - place) ** 2) / 2


def questions(notebooks: Iterable[Mapping[str, Any]] | None = None) -> dict[str, Question]:
    """Return the questions that have a scale and a truth, by key, in the order of the course.

    Parameters
    ----------
    notebooks : iterable of dict, optional
        Executed lessons; by default those in ``solutions/``.
    """
    scales: dict[str, tuple[float, float]] = {}
    revealed: dict[str, tuple[str, float, bool]] = {}
    for notebook in _built() if notebooks is None else notebooks:
        for cell in notebook["cells"]:
            if cell["cell_type"] != "code":
                continue
            told = dict(_told(cell))
            for call in _calls(text_of(cell)):
                given = {word.arg: word.value for word in call.keywords}
                key = _quiet(call.args[0]) if call.args else None
                if not isinstance(key, str):
                    continue
                if _called(call) == "predict" and "between" in given:
                    ends = given["between"]
                    if isinstance(ends, ast.Tuple) and len(ends.elts) == 2:
                        scales[key] = (float(value(ends.elts[0])), float(value(ends.elts[1])))
                elif _called(call) == "reveal" and "label" in given:
                    label, unit = _quiet(given["label"]), given.get("unit")
                    if isinstance(label, str) and label in told:
                        shown = f"{label} ({_quiet(unit)})" if unit else label
                        log = "log" in given and _quiet(given["log"]) is True
                        revealed[key] = shown, told[label], log
    return {key: Question(key, label, truth, low, high, log and low > 0)
            for key, (low, high) in scales.items() if key in revealed
            for label, truth, log in [revealed[key]]}


def _built() -> Iterator[Mapping[str, Any]]:
    for path in source.find():
        built = source.notebook(path)
        if built.exists():
            yield json.loads(built.read_text(encoding="utf-8"))


def _calls(text: str) -> Iterator[ast.Call]:
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _told(cell: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """Yield what the outputs of `reveal` say: label and measured number."""
    for output in cell.get("outputs", ()):
        text = "".join(output.get("data", {}).get("text/plain", ""))
        if found := MEASURED.match(text):
            yield found[1], float(found[2])


# --- scores ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Score:
    """A class's guesses at one question, in units of its scale except where said.

    `median` and `quartiles` are in the question's own unit; `error` is the mean distance from the
    truth, `lean` the mean of guess less truth, each with its 95 % interval; `near` is how many lie
    within a tenth of the scale; `skill` is 1 − error/chance.
    """

    question: Question
    persons: int
    median: float
    quartiles: Interval
    error: float
    error_interval: Interval | None
    lean: float
    lean_interval: Interval | None
    near: int
    skill: float


def score(question: Question, guesses: Sequence[float]) -> Score:
    """Score a class's guesses at a question; there must be at least one."""
    values = np.sort(np.asarray(guesses, float))
    off = np.array([question.place(each) for each in values]) - question.place(question.truth)
    low, middle, high = np.quantile(values, [0.25, 0.5, 0.75])
    error = float(np.abs(off).mean())
    return Score(question, len(values), float(middle), (float(low), float(high)),
                 error, mean_interval(np.abs(off)), float(off.mean()), mean_interval(off),
                 int(np.sum(np.abs(off) <= NEAR + 1e-12)), 1 - error / question.chance)


@dataclass(frozen=True)
class Summary:
    """A group of questions: persons, guesses, mean error of a person, its interval, skill."""

    name: str
    persons: int
    guesses: int
    error: float
    interval: Interval | None
    skill: float


def summary(name: str, known: Mapping[str, Question],
            people: Iterable[Mapping[str, float]]) -> Summary | None:
    """Return a group's numbers: persons weigh alike, however many guesses they made.

    The interval is over persons; the questions are taken as they are.  None if nobody guessed.
    """
    rows = []
    count = 0
    for said in people:
        pairs = [(abs(question.place(said[key]) - question.place(question.truth)), question.chance)
                 for key, question in known.items() if key in said]
        count += len(pairs)
        if pairs:
            rows.append(np.mean(pairs, axis=0))
    if not rows:
        return None
    both = in_order(np.array(rows))
    error, chance = both.mean(axis=0)
    return Summary(name, len(rows), count, float(error), mean_interval(both[:, 0]),
                   float(1 - error / chance))


@dataclass(frozen=True)
class Calibration:
    """How the class's median guesses go with the truths, on the scales: over questions.

    `slope` and `intercept` are of the straight line, median = intercept + slope · truth, of least
    squares; 1 and 0 is a calibrated class, a slope below 1 one that keeps to the middle. `interval`
    is the slope's, questions drawn anew; `rank` is Spearman's correlation.
    """

    questions: int
    slope: float
    interval: Interval
    intercept: float
    rank: float


def calibration(scores: Sequence[Score]) -> Calibration | None:
    """Return the class's calibration over questions; None with fewer than five, or equal truths."""
    points = np.array([(each.question.place(each.question.truth), each.question.place(each.median))
                       for each in scores]).reshape(-1, 2)
    if len(points) < FEW or len({*points[:, 0]}) < FEW or len({*points[:, 1]}) < 2:
        return None

    def slope(drawn: np.ndarray) -> float:
        truth, guess = (drawn - drawn.mean(axis=0)).T
        return float(truth @ guess / max(truth @ truth, 1e-12))

    points = in_order(points)
    found = slope(points)
    return Calibration(
        len(points), found, measures.bootstrap(slope, points),
        float(points[:, 1].mean() - found * points[:, 0].mean()),
        float(spearmanr(points[:, 0], points[:, 1]).statistic))


def kept(path: Path) -> dict[str, Any]:
    """Return the guesses of a work folder's ``predictions.json``; none if it can't be read."""
    try:
        with open(path, "rb") as file:
            said = json.loads(file.read(LARGEST).decode("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return ({releases.by_name(key): guess for key, guess in said.items()}
            if isinstance(said, dict) else {})
