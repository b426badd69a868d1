"""References by name: "lesson {pulse}" becomes "lesson 08".

What is a reference, in text, in code (comments and strings alike) and in a cell's options:

- ``{name}`` right after the word *lesson* or *lessons*, and each ``{name}`` that follows such a
  one after a comma, *and*, *or*, *to*, or a dash: "lessons {enhance}, {pulse} and {bias}";
- in an f-string, where single braces are Python's, the same with doubled ones: ``f"lesson
  {{pulse}}"``; single braces that name a lesson there are refused;
- in text only, what the list knows of this lesson: ``{title}`` ("08 · PULSE"), ``{question}``,
  ``{minutes}``, ``{folder}`` ("08_pulse") and ``{builds_on}`` (a sentence), unless a letter, a
  digit, a brace or one of ``\\ _ ^`` stands before it.

So LaTeX (``\\frac{a}{b}``, ``x_{i}``), sets and dicts stay as they are.  A name that the list lacks
is a problem wherever a reference stands.
"""

import ast
import re
from collections.abc import Mapping

from course_staff.authoring.syllabus import Entry

NAME = r"\{([a-z][a-z0-9_]*)\}"
IN_F_STRING = NAME.replace(r"\{", r"\{\{").replace(r"\}", r"\}\}")
# From one name to the next; a comment may go on in the next line.
_AFTER = r"\s+(?:#\s+)?"
_BETWEEN = rf"(?:,{_AFTER}|,?{_AFTER}(?:and|or|to){_AFTER}|–)"
FIELDS = re.compile(r"(?<![\w\\^{}])\{(title|question|minutes|folder|builds_on)\}")


def _phrases(name: str) -> re.Pattern[str]:
    return re.compile(rf"\b[Ll]essons?{_AFTER}{name}(?:{_BETWEEN}{name})*")


PHRASE, PHRASE_IN_F_STRING = _phrases(NAME), _phrases(IN_F_STRING)


def resolve(text: str, entries: Mapping[str, Entry], entry: Entry | None = None,
            code: bool = False) -> tuple[str, list[str]]:
    """Put numbers in the places of names.

    Parameters
    ----------
    text : str
        What a cell or an option says.
    entries : dict of str to syllabus.Entry
        The lessons.
    entry : syllabus.Entry, optional
        The one that the text is part of.
    code : bool
        Whether the text is Python.

    Returns
    -------
    (str, list of str)
        The text, and what is wrong with its references.
    """
    problems: list[str] = []
    parts: list[str] = []

    def number(match: re.Match[str]) -> str:
        if match[1] in entries:
            return entries[match[1]].digits
        problems.append(f"no lesson is called {match[1]!r}")
        return match[0]

    place = 0
    for begin, end in [*(_f_strings(text) if code else ()), (len(text), len(text))]:
        plain, special = text[place:begin], text[begin:end]
        parts.append(PHRASE.sub(lambda phrase: re.sub(NAME, number, phrase[0]), plain))
        for phrase in PHRASE.finditer(special):
            problems += [f"an f-string: write {{{{{name}}}}}, with doubled braces"
                         for name in re.findall(NAME, phrase[0]) if name in entries]
        parts.append(PHRASE_IN_F_STRING.sub(
            lambda phrase: re.sub(IN_F_STRING, number, phrase[0]), special))
        place = end
    text = "".join(parts)
    if entry is not None and not code:
        text = FIELDS.sub(lambda match: _field(match[1], entry, entries), text)
    return text, problems


def _f_strings(code: str) -> list[tuple[int, int]]:
    """Where f-strings begin and end, as offsets, in order; none if the code can't be read."""
    try:
        tree = ast.parse(code)
    except SyntaxError:
        return []  # told by `authoring.rules`
    lines = code.split("\n")
    starts = [sum(len(line) + 1 for line in lines[:n]) for n in range(len(lines))]

    def offset(line: int, column: int) -> int:  # ast counts bytes
        return starts[line - 1] + len(lines[line - 1].encode()[:column].decode())

    spans: list[tuple[int, int]] = []
    # A format within braces is an f-string, too; before Python 3.12 its place may be told wrongly.
    for begin, end in sorted((offset(node.lineno, node.col_offset),
                              offset(node.end_lineno or 0, node.end_col_offset or 0))
                             for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)):
        if spans and begin < spans[-1][1]:
            spans[-1] = spans[-1][0], max(end, spans[-1][1])
        else:
            spans.append((begin, end))
    return spans


def _field(name: str, entry: Entry, entries: Mapping[str, Entry]) -> str:
    if name == "title":
        return f"{entry.digits} · {entry.title}"
    if name == "builds_on":
        return builds_on(entry, entries)
    return str(getattr(entry, name))


def builds_on(entry: Entry, entries: Mapping[str, Entry]) -> str:
    """Say in a sentence what a lesson builds on, and what helps."""
    needs, helps = ([f"{entries[name].digits} ({entries[name].title})" for name in names]
                    for names in (entry.builds_on, entry.helps))
    said = f"Builds on lesson{'s' * (len(needs) > 1)} {_listed(needs)}" if needs else ""
    if helps:
        said += f"; {_listed(helps)} help{'s' * (len(helps) == 1)}"
    return f"{said}." if said else ""


def _listed(words: list[str]) -> str:
    *rest, last = words
    return f"{', '.join(rest)} and {last}" if rest else last
