"""The list of mutants that no test can tell from the reference, each with the reason why.

``tests/answers/survivors.toml``::

    [[enhance.downsample]]                    # lesson and exercise
    line = "if H % s or W % s:"               # what the reference has, without indentation
    becomes = "if H % s or H % s:"            # what stands there in the mutant
    nth = 2                                   # of equal changes to equal lines; 1 by default
    because = "…"                         # why both do the same on all that the text allows

An entry whose mutant is no longer made, or no longer survives, is a problem: it must go.
"""

import tomllib
from collections.abc import Sequence
from pathlib import Path

from course_staff.authoring.mutants import Mutant
from course_staff.authoring.source import ROOT, Lesson, SourceError

LIST = ROOT / "tests" / "answers" / "survivors.toml"
KEYS = {"line": str, "becomes": str, "because": str, "nth": int}
_Identity = tuple[str, str, str, int]


def read(path: Path, lesson: str) -> dict[_Identity, str]:
    """Return the reasons why some mutants of a lesson survive, by `Mutant.identity`.

    Raises
    ------
    SourceError
        For unknown keys, an entry without a reason, and mutants listed twice.
    """
    listed = tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    found: dict[_Identity, str] = {}
    problems = []
    for exercise, entries in listed.get(lesson, {}).items():
        for entry in entries:
            where = f"{path.name}: {lesson}.{exercise}: {entry.get('line')!r}"
            sound = entry.keys() <= KEYS.keys() and all(
                isinstance(value, KEYS[key]) for key, value in entry.items())
            if not sound or not {"line", "becomes", "because"} <= entry.keys():
                problems.append(f"{where}: needs line, becomes and because, may have nth")
                continue
            identity = exercise, entry["line"], entry["becomes"], entry.get("nth", 1)
            if not entry["because"].strip():
                problems.append(f"{where}: says no reason")
            if identity in found:
                problems.append(f"{where}: is listed twice")
            found[identity] = entry["because"]
    if problems:
        raise SourceError(problems)
    return found


def stale(lesson: Lesson, listed: dict[_Identity, str], made: Sequence[Mutant]) -> list[str]:
    """Say which listed mutants of a lesson nobody makes any longer."""
    there = {mutant.identity for mutant in made}
    return [lesson.problem(None, f"{LIST.name} lists a mutant that is no longer made: "
                                 f"{exercise}: {line!r} → {becomes!r} ({nth})")
            for exercise, line, becomes, nth in listed.keys() - there]


def judge(mutant: Mutant, survives: bool, listed: dict[_Identity, str]) -> list[str]:
    """Return what is wrong with the tests, or the list, to judge by how a mutant fared."""
    if survives and mutant.identity not in listed:
        return ["survives: no test of its exercise tells it from the reference"]
    if not survives and mutant.identity in listed:
        return [f"dies, but {LIST.name} lists it as a survivor"]
    return []


def entry(lesson: str, mutant: Mutant) -> str:
    """Return an entry of the list, its reason still empty."""
    nth = [f"nth = {mutant.nth}"] if mutant.nth > 1 else []
    return "\n".join([f"[[{lesson}.{mutant.exercise}]]", f"line = {_quoted(mutant.line)}",
                      f"becomes = {_quoted(mutant.becomes)}", *nth, 'because = ""', ""])


def _quoted(text: str) -> str:
    """Write a text for TOML."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
