"""The one list of lessons, ``solutions/course.toml``: their order, and what each builds on.

A table ``[[lesson]]`` per lesson, in the order in which they are taught::

    [[lesson]]
    name = "pulse"                # solutions/pulse.py, tests/answers/pulse.py
    act = "II"
    title = "PULSE"
    question = "How does a machine unpixelate a picture that never existed?"
    minutes = 170
    builds_on = ["information_limit", "priors_and_best_guesses"]
    helps = ["generators_and_modes"]    # good to have done, not needed
    routes = ["generators"]
    number = 8                    # only where a gap is left for lessons that are still to come
    limits = {minutes = 75}       # only where a limit differs for this lesson
    day = "3 · Sixteen starts"    # in the one-day course its core is worked through up to this
                                  # heading, or begins to be one; "" is to its end

A lesson's number is its place: one more than that of the lesson before it, the first is 0.  A table
``[routes]`` says for whom each half-course is.  A table ``[limits]`` says how large a lesson's core
may be, as `authoring.effort` measures it: its minutes, words, lines of code, the stretch of cells
with nothing to do, and the percentage of a paragraph in brackets.  The table of lessons in the
README is made from this list.
"""

import itertools
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from course_lib.desk.commands import Told

ROOT = Path(__file__).resolve().parents[2]
NAME = "course.toml"
LIST = ROOT / "solutions" / NAME
README_MARKS = "<!-- lessons: made by `course build` from solutions/course.toml -->", "<!-- end -->"
QUARTERS = ("", "¼", "½", "¾")


class SourceError(Told):
    """What is wrong with a source: a line per problem, each with file, cell and reason."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True)
class Entry:
    """One lesson of the list; `number` is its place."""

    name: str
    act: str
    title: str
    question: str
    minutes: int
    builds_on: tuple[str, ...] = ()
    helps: tuple[str, ...] = ()
    routes: tuple[str, ...] = ()
    number: int = 0
    limits: Mapping[str, int] = field(default_factory=dict, hash=False)
    day: str | None = None

    @property
    def digits(self) -> str:
        """The number as texts say it, two digits."""
        return f"{self.number:02}"

    @property
    def folder(self) -> str:
        """The name of the folders and notebooks that are made of it."""
        return f"{self.digits}_{self.name}"

    @property
    def hours(self) -> str:
        """How long it takes, to the quarter of an hour: "2¾"."""
        whole, quarters = divmod(round(self.minutes / 15), 4)
        return f"{whole or ''}{QUARTERS[quarters]}"


_KINDS = {"builds_on": list, "helps": list, "routes": list, "minutes": int, "number": int,
          "limits": dict}
KEYS = {each.name: _KINDS.get(each.name, str) for each in fields(Entry)}
KINDS = {str: "text", int: "whole number", list: "list of names", dict: "table of numbers"}
LIMITS = ("minutes", "words", "lines", "stretch", "brackets")
NEEDED = ("name", "act", "title", "question", "minutes")


def read(path: Path = LIST) -> tuple[dict[str, Entry], dict[str, str]]:
    """Return the lessons of a list in order, by name, and for whom the routes are.

    Parameters
    ----------
    path : Path
        A file as told at the top.

    Returns
    -------
    (dict of str to Entry, dict of str to str)

    Raises
    ------
    SourceError
        With every problem of the file.
    """
    where, problems = f"{path.parent.name}/{path.name}", []
    entries: dict[str, Entry] = {}
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SourceError([f"{where} is missing: it lists the lessons"]) from None
    except tomllib.TOMLDecodeError as error:
        raise SourceError([f"{where}: can't be read: {error}"]) from None
    routes = told.get("routes", {})
    problems += [f"unknown key {key!r}" for key in told.keys() - {"lesson", "limits", "routes"}]
    limits = told.get("limits", {})
    problems += [f"[limits]: {reason}" for reason in _wrong_limits(limits)]
    number = -1
    for place, table in enumerate(told.get("lesson", []), 1):
        label = f"lesson no. {place} ({table.get('name')!r})"
        wrong = list(_wrong(table))
        if wrong:
            problems += [f"{label}: {reason}" for reason in wrong]
            continue
        values: dict[str, Any] = {
            key: tuple(v) if isinstance(v, list) else v for key, v in table.items()}
        following, number = number + 1, values.pop("number", number + 1)
        if number < following:
            problems.append(f"{label}: its number {number} is taken; {following} is the next")
        if values["name"] in entries:
            problems.append(f"{label}: a second lesson has this name")
        for key in ("builds_on", "helps"):
            problems += [f"{label}: {key}: no lesson above it is called {name!r}"
                         for name in values.get(key, ()) if name not in entries]
        problems += [f"{label}: [routes] doesn't tell of {name!r}"
                     for name in values.get("routes", ()) if name not in routes]
        values["limits"] = limits | values.get("limits", {})
        entries[values["name"]] = Entry(**values, number=number)
    if problems:
        raise SourceError(f"{where}: {problem}" for problem in problems)
    return entries, routes


def _wrong(table: Mapping[str, Any]) -> Iterator[str]:
    for key, value in table.items():
        if key not in KEYS:
            yield f"unknown key {key!r}; known are {', '.join(KEYS)}"
        elif type(value) is not KEYS[key]:
            yield f"{key} must be a {KINDS[KEYS[key]]}"
        elif isinstance(value, list) and not all(isinstance(each, str) for each in value):
            yield f"{key} must be a list of names"
        elif isinstance(value, dict):
            yield from (f"{key}: {reason}" for reason in _wrong_limits(value))
    for key in NEEDED:
        if key not in table:
            yield f"{key} is missing"
    if not re.fullmatch(r"[a-z][a-z0-9_]*", str(table.get("name"))):
        yield "its name must be lower_case_with_underscores"


def _wrong_limits(table: Mapping[str, Any]) -> Iterator[str]:
    for key, value in table.items():
        if key not in LIMITS or type(value) is not int:
            yield f"{key} = {value!r}: known are whole numbers for {', '.join(LIMITS)}"


def entry(path: Path) -> Entry:
    """Return the entry of a lesson's source, from the list beside it.

    Raises
    ------
    SourceError
        If the list is unsound or lacks the lesson.
    """
    entries, _ = read(path.parent / NAME)
    if path.stem not in entries:
        raise SourceError([f"{path.parent.name}/{path.name}: {NAME} doesn't list it"])
    return entries[path.stem]


def find(names: Iterable[str] = (), root: Path = ROOT) -> list[Path]:
    """Return the sources in solutions/ in the list's order: all, or those that are meant.

    Each of `names` is a lesson's name, its beginning if only one lesson begins so, its number
    (1 means 01, as for ``course lab``), both as in 08_pulse, or its source's path.

    Raises
    ------
    SourceError
        If a name fits no lesson or several, or list and sources don't agree.
    """
    folder = root / "solutions"
    entries, _ = read(folder / NAME)
    there = {path.stem for path in folder.glob("*.py")}
    problems = [f"solutions/{name}.py: {NAME} doesn't list it" for name in sorted(there)
                if name not in entries]
    problems += [f"solutions/{NAME}: {name}.py is missing" for name in entries if name not in there]
    meant = set()
    for said in names:
        fits = _meant(said, entries.values())
        if len(fits) == 1:
            meant.add(fits[0])
        else:
            several = f"{said!r} may be {', '.join(fits)}"
            problems.append(f"solutions/: {several if fits else f'no lesson is called {said!r}'}")
    if problems:
        raise SourceError(problems)
    return [folder / f"{name}.py" for name in entries if name in meant or not names]


def _meant(said: str, entries: Iterable[Entry]) -> list[str]:
    if said.isdecimal():
        return [each.name for each in entries if each.number == int(said)]
    exact = [each.name for each in entries
             if said in (each.name, each.folder, f"solutions/{each.name}.py")]
    return exact or [each.name for each in entries
                     if each.name.startswith(said) or each.folder.startswith(said)]


# --- what is made of the list ---------------------------------------------------------------------


def ranges(numbers: Iterable[int]) -> str:
    """Say which numbers, in two digits: ``[0, 1, 3, 6, 7, 8]`` → ``"00, 01, 03, 06–08"``."""
    runs = [[n for _, n in run] for _, run in itertools.groupby(
        enumerate(sorted(numbers)), key=lambda pair: pair[1] - pair[0])]
    parts = []
    for run in runs:
        parts += [f"{run[0]:02}–{run[-1]:02}"] if len(run) > 2 else [f"{n:02}" for n in run]
    return ", ".join(parts)


def table(entries: Mapping[str, Entry], routes: Mapping[str, str]) -> str:
    """Return the README's table of lessons and its sentences about routes."""
    rows = ["| lesson | question | builds on | hours |", "|---|---|---|---|"]
    for each in entries.values():
        needs, helps = (ranges(entries[name].number for name in names)
                        for names in (each.builds_on, each.helps))
        helps = f" ({helps} help{'s' * (len(each.helps) == 1)})" if helps else ""
        rows.append(f"| {each.digits} [{each.title}](lessons/{each.folder}) | {each.question} | "
                    f"{needs}{helps} | {each.hours} |")
    along = [f"**{route}** ({ranges(e.number for e in entries.values() if route in e.routes)}: "
             f"{told})" for route, told in routes.items()]
    told = ["", f"Half-course routes: {' and '.join(along)}."]
    stops = [f"{e.digits}, up to “{e.day}”" if e.day else e.digits
             for e in entries.values() if e.day is not None]
    if stops:
        told += ["", f"**One day**, eight hours: {'; '.join(stops)}."]
    return "\n".join([*rows, *told])


def between(text: str, made: str) -> str:
    """Return a text with what stands between `README_MARKS` replaced."""
    begin, end = README_MARKS
    before, found, rest = text.partition(begin)
    _, closed, after = rest.partition(end)
    if not (found and closed):
        raise SourceError([f"README.md: the marks {begin} and {end} are missing"])
    return f"{before}{begin}\n{made}\n{end}{after}"
