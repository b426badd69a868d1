"""Tests of the tests: every wrong answer must fail, every right one pass.

``tests/answers/NAME.py`` holds answers to the exercises of ``solutions/NAME.py``::

    # %% wrong="picks_one_pixel" exercise="downsample" says="picked one pixel"
    def downsample(x, s):
        return x[..., ::s, ::s]

    # %% right="with_einsum" exercise="downsample"
    …

    # %% wrong="adds_up" exercise="downsample" says="divide"
    ### INSTEAD OF x = blocks.mean(axis=(-3, -1))
    x = blocks.sum(axis=(-3, -1))

The last is the reference but for that line, or part of a line, which must be in it exactly once.

A wrong answer must fail a test of its exercise with a message that matches `says` (a regular
expression without backslashes, any case), after which its exercise's other tests are left out, and
no test of another exercise; a right one must pass all.  No assertion may be without a message.
What the exercise rebuilds is off limits for right answers, and for wrong ones that say so;
the others may call it, since it is their mistake that is tried.  The zero map, the input returned
unchanged and the first array returned unchanged are tried on every function without being written
down, and so is calling what the exercise rebuilds.
``--exercise NAME`` tries one exercise's answers on its own tests, without the others'.

``--mutants`` tries the reference answers with one small mistake in each (`authoring.mutants`): who
survives all tests of its exercise must be listed in ``tests/answers/survivors.toml``, with a reason
(`authoring.survivors`).  ``--sample N`` takes N of a lesson's, the same until the lesson changes.

Each exercise is tried where a learner meets it: above its solution cell everything has run that a
test depends on (`bindings.needed`), with reference answers.  The other exercises' tests are run at
the lesson's end, with the answer in place, unless they can't see it (`_try_others`).  The lesson
runs once, in a process of its own that forks for every answer; systems without a safe fork try the
answers on copies of the namespace.
"""

import argparse
import ast
import builtins
import contextlib
import functools
import gc
import importlib
import inspect
import io
import json
import math
import os
import random
import re
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NotRequired, TypedDict

import numpy as np
from array_api_compat import array_namespace, is_array_api_obj
from matplotlib.figure import Figure
from PIL import Image

from course_lib.notebook import off_limits
from course_staff import commands
from course_staff.authoring import mutants, source, survivors
from course_staff.authoring.bindings import imports, needed, statements
from course_staff.authoring.library import resolve
from course_staff.authoring.source import ROOT, Cell, Exercise, Lesson, SourceError

SECONDS = 60
PATIENCE = 20  # how much longer by the clock: a busy machine must stop nobody
FEWEST = {"wrong": 3, "right": 1}
INSTEAD = "### INSTEAD OF "
FORKS = sys.platform == "linux"


@dataclass(frozen=True)
class Answer:
    """An answer to an exercise: its code, or a generic one's name and the function it is for."""

    kind: str
    name: str
    exercise: str
    code: str = ""
    says: str = ""
    function: str = ""

    @property
    def label(self) -> str:
        """How reports name it: "wrong downsample/picks_one_pixel"."""
        return f"{self.kind} {self.exercise}/{self.name}"


class Outcome(TypedDict):
    """How an answer fared.

    ``failed`` are messages of its exercise's failed tests by test, ``others`` the same for all
    other exercises; ``error`` says why it could not be tried, ``wrong`` whether it ever gave
    another result than the reference (True of written answers, None while nobody has called it).
    """

    failed: dict[str, str]
    others: NotRequired[dict[str, str]]
    error: str | None
    wrong: bool | None


# --- the answers ----------------------------------------------------------------------------------


def read(path: Path, lesson: Lesson) -> list[Answer]:
    """Return the written answers to a lesson's exercises.

    Raises
    ------
    SourceError
        For a missing file, unknown keys or exercises, names used twice, a wrong answer without
        `says`, ``### INSTEAD OF`` what isn't in the reference once, and exercises with fewer than
        three wrong answers or no right one.
    """
    if not path.exists():
        raise SourceError([f"tests/answers/{path.name} is missing"])
    answers, problems = [], []
    exercises = {exercise.name: exercise.solution.text for exercise in lesson.exercises}
    file = source.read(path)
    for cell in file.cells:
        if cell.type != "code" or not (cell.options or cell.number > 1):
            continue  # text, or the file's docstring
        options = dict(cell.options)
        kind = next((kind for kind in FEWEST if kind in options), None)
        exercise, code = options.pop("exercise", None), cell.text
        if code.startswith(INSTEAD):
            old, _, new = code.removeprefix(INSTEAD).partition("\n")
            reference = exercises.get(exercise, "")
            if reference.count(old) != 1:
                problems.append(file.problem(cell, "the reference must contain this exactly once"))
            code = reference.replace(old, new)
        name = options.pop(kind) if kind else ""
        answer = Answer(kind or "", name, exercise, code, options.pop("says", ""))
        answers.append(answer)
        if kind is None:
            problems.append(file.problem(cell, "is neither wrong=… nor right=…"))
        if options:
            problems.append(file.problem(cell, f"unknown keys {', '.join(options)}"))
        if answer.exercise not in exercises:
            problems.append(file.problem(cell, f"no exercise is called {answer.exercise!r}"))
        if [a.label for a in answers].count(answer.label) > 1:
            problems.append(file.problem(cell, f"a second answer is called {answer.name!r}"))
        if (kind == "wrong") != bool(answer.says):
            problems.append(file.problem(cell, "wrong answers, and only they, need says=…"))
    for exercise in exercises:
        for kind, fewest in FEWEST.items():
            have = sum(a.exercise == exercise and a.kind == kind for a in answers)
            if have < fewest:
                reason = f"exercise {exercise!r} has {have} {kind} answers; it needs {fewest}"
                problems.append(file.problem(None, reason))
    if problems:
        raise SourceError(problems)
    return answers


def generic(lesson: Lesson) -> list[Answer]:
    """Return the wrong answers that every function of every exercise is tried with."""
    return [
        Answer("wrong", f"{name}_of_{function}", exercise.name, code=name, function=function)
        for exercise in lesson.exercises
        for function in exercise.functions
        for name in GENERIC
    ] + [
        Answer("wrong", f"calls_{name}", exercise.name, says="off limits",
               code="\n".join(CALLS_THE_LIBRARY.format(function=function, name=name)
                              for function in exercise.functions))
        for exercise in lesson.exercises
        for name in exercise.off_limits
    ]


# Whatever it is called with, some call of the library's function begins.
CALLS_THE_LIBRARY = """
def {function}(*arguments, **options):
    from course_staff.authoring import answers
    library, first = answers.library("{name}")
    return library(*answers.suitable(library, [*first, *arguments]), **answers.required(library))
"""


def library(name: str) -> tuple[Callable[..., Any], list[Any]]:
    """Return what a name of the library means and, of a method, a list of an object to have it."""
    module, first, method = resolve(name) or ("", "", "")
    found = getattr(importlib.import_module(f"course_lib.{module}"), first)
    if not method:
        return found, []
    part = inspect.getattr_static(found, method)
    abstract = dict.fromkeys(getattr(found, "__abstractmethods__", ()))
    some: Any = object.__new__(type(found.__name__, (found,), abstract))
    function: Any = part.fget if isinstance(part, property) else getattr(found, method)
    return function, [some]


def suitable(function: Callable[..., Any], arguments: Sequence[Any]) -> list[Any]:
    """Return as many arguments as a function takes by position, None for those that lack."""
    kinds = inspect.Parameter
    takes = [p for p in inspect.signature(function).parameters.values()
             if p.kind in (kinds.POSITIONAL_ONLY, kinds.POSITIONAL_OR_KEYWORD)]
    return [*arguments, *[None] * len(takes)][:len(takes)]


def required(function: Callable[..., Any]) -> dict[str, None]:
    """Return None for each argument that a function takes by name only and can't do without."""
    return {p.name: None for p in inspect.signature(function).parameters.values()
            if p.kind is inspect.Parameter.KEYWORD_ONLY and p.default is inspect.Parameter.empty}


class Inapplicable(BaseException):  # not an Exception: tests that catch those must not catch this
    """A generic answer makes no sense for these arguments or this result."""


def zero(expected: Any, _arguments: Sequence[Any]) -> Any:
    """Return the expected result with every number zero."""
    if isinstance(expected, tuple | list):
        make = getattr(expected, "_make", type(expected))
        return make([zero(part, ()) for part in expected])
    if isinstance(expected, dict):
        return {key: zero(part, ()) for key, part in expected.items()}
    if is_array_api_obj(expected):
        return array_namespace(expected).zeros_like(expected)
    if isinstance(expected, bool | int | float | complex | np.generic):
        return type(expected)(0)
    raise Inapplicable


def unchanged(expected: Any, arguments: Sequence[Any]) -> Any:
    """Return the first argument as it came; of no use where nothing is to be returned."""
    if expected is None or not arguments:
        raise Inapplicable
    return arguments[0]


def first_array(_expected: Any, arguments: Sequence[Any]) -> Any:
    """Return the first array among the arguments, unless it comes first: `unchanged` does that."""
    arrays = [argument for argument in arguments if is_array_api_obj(argument)]
    if not arrays or is_array_api_obj(arguments[0]):
        raise Inapplicable
    return arrays[0]


GENERIC: dict[str, Callable[[Any, Sequence[Any]], Any]] = {
    f.__name__: f for f in (zero, unchanged, first_array)}


def same(a: Any, b: Any) -> bool:
    """Whether two results are equal, as far as that can be told."""
    try:
        a, b = (np.asarray(each.detach() if hasattr(each, "detach") else each) for each in (a, b))
        return np.array_equal(a, b, equal_nan=True)
    except (TypeError, ValueError):
        return False


# --- trying them ----------------------------------------------------------------------------------


def _try_all(lesson: Lesson, answers: Sequence[Answer], seconds: int = SECONDS) -> list[Outcome]:
    """Run a lesson once and try every answer on its tests.

    Parameters
    ----------
    lesson : Lesson
    answers : list of Answer
    seconds : int
        How much processor time an answer may take.

    Returns
    -------
    list of Outcome
        One per answer.

    Raises
    ------
    SourceError
        If the lesson itself fails, or its tests can't be run a second time.
    """
    exercises = {exercise.solution.number: exercise for exercise in lesson.exercises}
    _load(lesson, answers)
    namespace: dict[str, Any] = {"__name__": "__main__", "__builtins__": builtins}
    outcomes: dict[Answer, Outcome] = {}
    waiting: list[tuple[Exercise, Sequence[Cell], list[Answer], float]] = []
    code = needed(lesson.cells)
    for place, cell in enumerate(code):
        here = [answer for answer in answers
                if cell.number in exercises and answer.exercise == cell.name]
        if here:
            exercise = exercises[cell.number]
            path = _path(exercise, code[place + 1 :])
            _import_beforehand(exercise, path, namespace, seconds)
            for answer in here:
                if answer.kind != "mutant":
                    outcomes[answer] = isolated(seconds, _try_one, answer, exercise, path,
                                                namespace)
            mutated = [answer for answer in here if answer.kind == "mutant"]
            waiting.append((exercise, path, mutated, time.process_time()))
        message = _run_cell(cell, namespace)
        if message is not None:
            raise SourceError([lesson.problem(cell, message)])
        for exercise, path, mutated, begin in waiting:
            if path[-1] is cell:  # the reference has passed: several times its time is enough
                enough = min(seconds, 3 + 4 * (time.process_time() - begin))
                for answer in mutated:
                    outcomes[answer] = isolated(enough, _try_one, answer, exercise, path,
                                                namespace)
    written = [answer for answer in answers if answer.kind != "mutant"]
    others = _try_others(lesson, written, namespace, seconds) if written else {}
    for answer, outcome in others.items():
        outcomes[answer]["others"] = outcome["failed"]
        outcomes[answer]["error"] = outcomes[answer]["error"] or outcome["error"]
    return [outcomes[answer] for answer in answers]


def _load(lesson: Lesson, answers: Sequence[Answer]) -> None:
    """Import once what answers import, and what holds the functions that are off limits."""
    sys.modules.setdefault("course_staff.authoring.answers", sys.modules[__name__])
    modules = {f"course_lib.{found[0]}" for exercise in lesson.exercises
               for found in map(resolve, exercise.off_limits) if found}
    for answer in answers:
        with contextlib.suppress(SyntaxError):  # of which it will be told
            modules |= set(imports("" if answer.function else answer.code))
    for name in sorted(modules):
        with contextlib.suppress(Exception):  # an answer may import what isn't there
            importlib.import_module(name)


def _import_beforehand(exercise: Exercise, path: Sequence[Cell], namespace: dict[str, Any],
                       seconds: float) -> None:
    """Import what the reference and its tests import, once and not in every answer's fork.

    PyTorch's optimisers, for one, import for a second when the first of them is made.
    """
    for name in isolated(seconds, _imported, exercise, path, namespace)["failed"]:
        with contextlib.suppress(Exception):  # what nobody can import by name
            importlib.import_module(name)


def _imported(exercise: Exercise, path: Sequence[Cell], namespace: dict[str, Any]) -> Outcome:
    """Run the reference and its tests; ``failed`` are the modules that this imports, in order."""
    before = set(sys.modules)
    for cell in (exercise.solution, *path):
        _run_cell(cell, namespace)
    return {"failed": {name: "" for name in sys.modules if name not in before},
            "error": None, "wrong": None}


def _path(exercise: Exercise, cells: Sequence[Cell]) -> Sequence[Cell]:
    """What runs between a solution cell and its last test, that included."""
    return cells[: 1 + max(cells.index(test) for test in exercise.tests)]


def _try_others(lesson: Lesson, answers: Sequence[Answer], namespace: dict[str, Any],
                seconds: int) -> dict[Answer, Outcome]:
    """Run the tests at the lesson's end, with the answers to all other exercises in place.

    Nearly every answer does nothing but bind its exercise's functions and names that nobody else
    has (`binds_only`).  Each test therefore runs once with the other exercises' functions gone: if
    it passes, it can't tell such answers apart, and passes with every one of them.  One by one are
    tried all answers on a test that fails so, and those that do more on every test.

    Returns
    -------
    dict of Answer to Outcome
        For each answer what `_try_one` returns for the other exercises' tests.

    Raises
    ------
    SourceError
        If a test can't be run a second time.
    """
    exercises = {exercise.name: exercise for exercise in lesson.exercises}
    tests = [(exercise, test) for exercise in exercises.values() for test in exercise.tests]
    dependent = []
    for exercise, test in tests:
        gone = {name for other in exercises.values() for name in other.functions}
        gone -= set(exercise.functions)
        view = {name: value for name, value in namespace.items() if name not in gone}
        outcome = isolated(seconds, _run_test, test, view)
        if outcome["failed"] or outcome["error"]:
            dependent.append(test)
            outcome = isolated(seconds, _run_test, test, namespace)
        for message in filter(None, [outcome["error"], *outcome["failed"].values()]):
            raise SourceError([lesson.problem(test, f"fails when it is run again: {message}")])
    outcomes: dict[Answer, Outcome] = {}
    for answer in answers:
        exercise = exercises[answer.exercise]
        every = not binds_only(answer, exercise, namespace)
        others = [test for of, test in tests
                  if of is not exercise and (every or test in dependent)]
        outcomes[answer] = {"failed": {}, "error": None, "wrong": None}
        if others:
            outcomes[answer] = isolated(seconds, _try_one, answer, exercise, others, namespace)
    return outcomes


def binds_only(answer: Answer, exercise: Exercise, namespace: dict[str, Any]) -> bool:
    """Say whether an answer surely does no more than bind names that no other cell has.

    That is so if it consists of functions whose definition calls nothing, and of imports of what
    is loaded; names may also be bound to what they are bound to already, as in ``import numpy``.
    """
    if answer.function:
        return True
    try:
        statements = ast.parse(answer.code).body
    except SyntaxError:
        return False
    if not all(map(_does_nothing, statements)):
        return False
    after = dict(namespace)
    exec(compile(answer.code, f"<{answer.name}>", "exec"), after)
    before = vars(builtins) | namespace
    return all(before.get(name, value) is value
               for name, value in after.items() if name not in exercise.functions)


def _does_nothing(statement: ast.stmt) -> bool:
    """Whether a top-level statement surely has no effect but the names that it binds."""
    if isinstance(statement, ast.FunctionDef):
        parts: list[ast.AST] = [statement.args, *filter(None, [statement.returns])]
        calls = any(isinstance(node, ast.Call) for part in parts for node in ast.walk(part))
        return not (statement.decorator_list or calls)
    if isinstance(statement, ast.Import):
        return all(alias.name in sys.modules for alias in statement.names)
    if isinstance(statement, ast.ImportFrom):
        module = sys.modules.get(statement.module or "")
        return all(hasattr(module, alias.name) for alias in statement.names)
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _run_test(test: Cell, namespace: dict[str, Any]) -> Outcome:
    """Run one test; returns as `_try_one` does."""
    message = _run_cell(test, namespace)
    failed = {} if message is None else {test.options["test"]: message}
    return {"failed": failed, "error": None, "wrong": None}


def _try_one(answer: Answer, exercise: Exercise, cells: Sequence[Cell],
             namespace: dict[str, Any]) -> Outcome:
    """Put an answer in place of the reference and run cells, as a learner would."""
    outcome: Outcome = {"failed": {}, "error": None, "wrong": True}
    _run_cell(exercise.solution, namespace)
    reference = {name: namespace[name] for name in exercise.functions}
    if answer.function:
        outcome["wrong"] = None
        namespace[answer.function] = _generic(answer, reference[answer.function], outcome)
    else:
        with contextlib.redirect_stdout(io.StringIO()):
            try:
                exec(compile(answer.code, f"<{answer.name}>", "exec"), namespace)
            except Exception as error:
                outcome["error"] = f"can't be run: {type(error).__name__}: {error}"
        if answer.kind != "mutant" and all(
                namespace[name] is function for name, function in reference.items()):
            outcome["error"] = outcome["error"] or f"defines none of {', '.join(reference)}"
    watched = answer.kind == "right" or "off limits" in answer.says
    for cell in cells if not outcome["error"] else ():
        try:
            with contextlib.nullcontext() if watched else _unwatched():
                message = _run_cell(cell, namespace)
        except Inapplicable:
            outcome["wrong"] = False
            break
        if message is not None and cell.kind == "test":
            outcome["failed"][cell.options["test"]] = message
            if answer.kind == "mutant" or answer.kind == "wrong" and _says(message, answer):
                break  # the others' verdict would change nothing
    return outcome


def _says(message: str, answer: Answer) -> bool:
    """Whether a failing test's message has words, and those that a wrong answer must meet."""
    return bool(message.partition(":")[2].strip()
                and re.search(answer.says, message, re.IGNORECASE))


@contextlib.contextmanager
def _unwatched() -> Iterator[None]:
    """Let answers call what they rebuild: of a wrong one the mistake is tried, not the rest."""
    watch = off_limits.off_limits
    off_limits.off_limits = lambda *_answers, names="": None
    try:
        yield
    finally:
        off_limits.off_limits = watch


def _generic(answer: Answer, reference: Callable[..., Any],
             outcome: Outcome) -> Callable[..., Any]:
    @functools.wraps(reference)
    def stand_in(*arguments: Any, **options: Any) -> Any:
        expected = reference(*arguments, **options)
        result = GENERIC[answer.code](expected, [*arguments, *options.values()])
        outcome["wrong"] = bool(outcome["wrong"]) or not same(result, expected)
        return result

    return stand_in


def _run_cell(cell: Cell, namespace: dict[str, Any]) -> str | None:
    """Run a code cell; returns None, or what went wrong.  In a test, a word on stderr is wrong."""
    stderr = io.StringIO()
    with (
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(stderr),
        warnings.catch_warnings(),  # shows a warning again that an earlier cell has shown
    ):
        try:
            exec(compile(cell.text, f"<{cell.name or cell.number}>", "exec"), namespace)
        except (Exception, SystemExit) as error:
            return f"{type(error).__name__}: {error}"
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")
    if cell.kind == "test" and stderr.getvalue():
        return f"on stderr: {stderr.getvalue().strip()}"
    return None


def isolated(seconds: float, task: Callable[..., Outcome], *arguments: Any) -> Outcome:
    """Call ``task(*arguments)``, the last a namespace, without effect on what comes after.

    It may take so many seconds of processor time.
    """
    *given, namespace = arguments
    if not FORKS:
        return task(*given, dict(namespace))
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            gc.freeze()  # else a collection would copy all that the lesson holds
            signal.setitimer(signal.ITIMER_PROF, seconds)
            signal.alarm(math.ceil(PATIENCE * seconds))
            with open(writing, "w", encoding="utf-8") as pipe:
                json.dump(task(*given, dict(namespace)), pipe)
        finally:
            os._exit(0)
    os.close(writing)
    with open(reading, encoding="utf-8") as pipe:
        told = pipe.read()
    os.waitpid(child, 0)
    if told:
        outcome: Outcome = json.loads(told)
        return outcome
    return {"failed": {}, "error": f"dies or takes more than {seconds:g} s", "wrong": True}


# --- judging --------------------------------------------------------------------------------------


def judge(answer: Answer, outcome: Outcome) -> list[str]:
    """Return what is wrong with a lesson's tests, to judge by how an answer fared."""
    if outcome["error"]:
        return [outcome["error"]]
    if answer.function and outcome["wrong"] is False:
        return []  # inapplicable, or right after all
    failed, problems = outcome["failed"], []
    if answer.kind == "right":
        problems += [f"fails {test}: {message}" for test, message in failed.items()]
    elif not failed:
        problems.append("passes all tests of its exercise")
    else:
        for test, message in failed.items():
            if not message.partition(":")[2].strip():
                problems.append(f"fails {test} with a message that says nothing: {message!r}")
        if not any(_says(message, answer) for message in failed.values()):
            told = " | ".join(failed.values())
            problems.append(f"no message says {answer.says!r}, only: {told}")
    for test, message in outcome["others"].items():
        problems.append(f"fails {test}, a test of another exercise: {message}")
    return problems


def borrowed(lesson: Lesson) -> list[str]:
    """Say which tests depend on the answer to another exercise.

    Follows names through the lesson's top-level statements: what is computed with a learner's
    function, in whichever cell, may be used by that exercise's tests only.
    """
    owners: dict[str, set[str]] = {}
    problems: list[str] = []
    exercise = ""
    for cell, loaded, stored in statements(lesson):
        exercise = cell.options.get("solution", exercise)
        sources = {owner for name in loaded for owner in owners.get(name, ())}
        if cell.kind == "test" and sources - {exercise}:
            of = ", ".join(sorted(sources - {exercise}))
            by = ", ".join(sorted(n for n in loaded if owners.get(n, set()) - {exercise}))
            problems.append(lesson.problem(cell, f"uses {by}, which depends on exercise {of}"))
        if cell.kind == "solution":
            sources = sources | {exercise}
        owners.update(dict.fromkeys(stored, sources))
    return problems


def wordless(lesson: Lesson) -> list[str]:
    """Say which tests hold an assertion without a message."""
    return [lesson.problem(cell, f"says nothing if it fails: {ast.unparse(node)}")
            for cell in lesson.cells if cell.kind == "test"
            for node in ast.walk(ast.parse(cell.text))
            if isinstance(node, ast.Assert) and node.msg is None]


def alone(lesson: Lesson, name: str) -> Lesson:
    """Return a lesson that ends with one exercise's last test; the others' tests are plain cells.

    So `needed` keeps of these only what they bind, say the checks that they import.

    Raises
    ------
    SourceError
        If it has no such exercise.
    """
    found = [exercise for exercise in lesson.exercises if exercise.name == name]
    if not found:
        known = ", ".join(exercise.name for exercise in lesson.exercises)
        raise SourceError([lesson.problem(None, f"no exercise is called {name!r}; it has {known}")])
    last = max(test.number for test in found[0].tests)
    return replace(lesson, cells=tuple(
        replace(cell, options={}) if cell.kind == "test" and cell not in found[0].tests else cell
        for cell in lesson.cells if cell.number <= last))


_Row = tuple[str, list[str], str]  # a label, what is wrong with the tests, the first message


def _examine(lesson_path: Path, answers_path: Path, seconds: int = SECONDS,
             exercise: str | None = None, only_mutants: bool = False,
             sample: int | None = 0) -> list[_Row]:
    """Try all answers of a lesson in this process, or those to one exercise on its own tests.

    Besides, or without them, so many of its mutants; None for all.

    Returns
    -------
    list of (str, list of str, str)
        For each answer and mutant: its label, what is wrong with the tests, the first message it
        met (of survivors that aren't listed the entry to fill in).
    """
    lesson = source.read(lesson_path)
    found = borrowed(lesson) + wordless(lesson)
    if found:
        raise SourceError(found)
    lesson = source.guarded(lesson)
    written = [] if only_mutants else read(answers_path, lesson) + generic(lesson)
    listed = survivors.read(answers_path.with_name(survivors.LIST.name), lesson.name)
    made = []
    if sample != 0:
        made = [mutant for each in lesson.exercises for mutant in mutants.mutants(each)]
        if found := survivors.stale(lesson, listed, made):
            raise SourceError(found)
    if exercise is not None:
        lesson = alone(lesson, exercise)
        written = [answer for answer in written if answer.exercise == exercise]
        made = [mutant for mutant in made if mutant.exercise == exercise]
    if sample is not None:
        made = random.Random(lesson.name).sample(made, min(sample, len(made)))
    tried = [Answer("mutant", mutant.label, mutant.exercise, mutant.code) for mutant in made]
    outcomes = _try_all(lesson, [*written, *tried], seconds)
    report = []
    for answer, outcome in zip(written, outcomes, strict=False):
        message = next(iter(outcome["failed"].values()), "")
        report.append((answer.label, judge(answer, outcome), message))
    for mutant, outcome in zip(made, outcomes[len(written):], strict=True):
        survives = not (outcome["error"] or outcome["failed"])
        problems = survivors.judge(mutant, survives, listed)
        message = (outcome["error"] or next(iter(outcome["failed"].values()), "")
                   or listed.get(mutant.identity) or survivors.entry(lesson.name, mutant))
        report.append((mutant.label, problems, message))
    return report


def examine_apart(lesson_path: Path, answers_path: Path, seconds: int = SECONDS,
                  exercise: str | None = None, only_mutants: bool = False,
                  sample: int | None = 0) -> list[_Row]:
    """As `_examine`, in a process of its own: single-threaded, drawing without a screen."""
    environment = source.environment() | {"MPLBACKEND": "Agg"}
    paths = [str(lesson_path), str(answers_path)]
    command = [sys.executable, "-m", "course_staff.authoring.answers", "--json", str(seconds),
               *paths]
    command += [] if exercise is None else ["--exercise", exercise]
    command += ["--mutants"] if only_mutants else []
    command += [] if sample is None else ["--sample", str(sample)]
    done = subprocess.run(
        command, capture_output=True, encoding="utf-8", env=environment, cwd=ROOT, check=False)
    if done.returncode:
        raise SourceError(done.stderr.strip().splitlines())
    return [(label, problems, message) for label, problems, message in json.loads(done.stdout)]


def run(args: argparse.Namespace) -> int:
    """Try the answers to some lessons and print how they fared; returns the exit status."""
    status = 0
    for path in source.find(args.lesson):
        try:
            report = examine_apart(
                path, ROOT / "tests" / "answers" / path.name, exercise=args.exercise,
                only_mutants=args.mutants, sample=args.sample if args.mutants else 0)
        except SourceError as error:
            print(error, file=sys.stderr)
            status = 1
            continue
        for label, problems, message in report:
            print(f"{'!!' if problems else 'ok'} {label}: {message}")
            for problem in problems:
                print(f"     {problem}")
            status |= bool(problems)
        if args.mutants:
            bad = sum(bool(problems) for _, problems, _ in report)
            print(f"{path.stem}: {len(report)} mutants, {bad} that the tests or the list get wrong")
    return status


def _white_pixel(_figure: Figure, file: Any, **_options: Any) -> None:
    Image.new("L", (1, 1), 255).save(file, "png")


def main() -> int | str:
    """Run ``course answers``, or with ``--json`` what `examine_apart` starts."""
    parser = argparse.ArgumentParser(prog="course answers")
    parser.add_argument("--json", type=int, metavar="SECONDS", help="examine two files")
    commands.answers_arguments(parser)
    args = parser.parse_args()
    try:
        if not args.json:
            return run(args)
        # Nobody looks at the figures, and drawing them takes half the time: a white pixel will do.
        Figure.savefig = _white_pixel  # type: ignore[method-assign, assignment]
        lesson, answers = map(Path, args.lesson)
        print(json.dumps(_examine(lesson, answers, args.json, args.exercise,
                                  args.mutants, args.sample)))
    except SourceError as error:
        return str(error)
    return 0


if __name__ == "__main__":
    sys.exit(main())
