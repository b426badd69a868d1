"""What a lesson source must satisfy before anything is built from it.

`check` collects everything that is wrong with a source, so that one run of ``course build`` shows
it all.  What only shows when a lesson runs (figures without alt text, warnings in tests) is judged
by `course_staff.authoring.build` after execution.
"""

import ast
import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import nbformat
from nbgrader.preprocessors import ClearSolutions
from traitlets.config import PyFileConfigLoader

from course_lib.data import data_path
from course_staff.authoring import library
from course_staff.authoring.bindings import leaning
from course_staff.authoring.source import (
    KINDS,
    ROOT,
    WITH_POINTS,
    Cell,
    Lesson,
    SourceError,
    regions,
)

HEADER = {"points": int}
HEADER_TOO = {"reads"}  # may be there
DECK_OPTIONS = {"slide", "only", "title", "figure", "frames"}
OPTIONS = {*KINDS, *DECK_OPTIONS, "points", "rebuilds", "allows", "deeper", "varies"}
SLIDES = {"slide", "subslide", "fragment", "notes", "skip"}
# Which markers may stand in which kinds of cells.
MARKERS = {
    "SOLUTION": {"solution", "answer"},
    "HIDDEN TESTS": {"test"},
    "MARK SCHEME": {"task"},
}


_Problem = tuple[Cell | None, str]  # the cell, None for the header, and the reason
_Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def nbgrader_config() -> Any:
    """Load ``nbgrader_config.py``; nbgrader itself only logs an error in it and goes on."""
    return PyFileConfigLoader("nbgrader_config.py", path=str(ROOT)).load_config()


def check(lesson: Lesson) -> None:
    """Judge a source.

    Raises
    ------
    SourceError
        With every problem, if there are any.
    """
    found: list[_Problem] = list(_header(lesson))
    for cell in lesson.cells:
        found += [(cell, reason) for reason in (*_options(cell), *_text(cell))]
    found += [*_ids(lesson), *_exercises(lesson), *_predictions(lesson), *_deeper(lesson)]
    if not found:  # names can be followed through sound cells only
        found += leaning(lesson)
    if found:
        found.sort(key=lambda problem: problem[0].number if problem[0] else 0)
        raise SourceError(lesson.problem(cell, reason) for cell, reason in found)


def _header(lesson: Lesson) -> Iterator[_Problem]:
    for key in lesson.header.keys() - HEADER.keys() - HEADER_TOO:
        yield None, f"unknown key {key!r}; known are {', '.join([*HEADER, *HEADER_TOO])}"
    there = {path.name for path in data_path().iterdir() if path.is_dir()}
    for folder in lesson.reads if isinstance(lesson.reads, list) else [lesson.reads]:
        if folder not in there:
            yield None, f"`reads` declares {folder!r}, which is no folder of data/"
    for key, kind in HEADER.items():
        if not isinstance(lesson.header.get(key), kind):
            yield None, f"`course:` must give {key} ({kind.__name__})"
    points = [cell.options.get("points") for cell in lesson.cells if cell.kind in WITH_POINTS]
    total, declared = sum(p for p in points if isinstance(p, int)), lesson.header.get("points")
    if isinstance(declared, int) and total != declared:
        yield None, f"the cells' points add up to {total}; declared are {declared}"


def _options(cell: Cell) -> Iterator[str]:
    options = cell.options
    kinds = [kind for kind in KINDS if kind in options]
    for key in options.keys() - OPTIONS:
        if key == "incorrectly_encoded_metadata":
            yield f"its header can't be read: {options[key]} (texts need quotes)"
        else:
            yield f"unknown header key {key!r}; known are {', '.join(sorted(OPTIONS))}"
    if len(kinds) > 1:
        yield f"is {' and '.join(kinds)} at once"
    if cell.name and not re.fullmatch(r"[a-z][a-z0-9_]*", str(cell.name)):
        yield f"the id {cell.name!r} must be lower_case_with_underscores"
    expected = {"solution": "code", "test": "code", "answer": "markdown", "task": "markdown"}
    if cell.kind in expected and cell.type != expected[cell.kind]:
        yield f"a {cell.kind} cell must be {expected[cell.kind]}"
    points = options.get("points")
    if cell.kind in WITH_POINTS and not (isinstance(points, int) and points > 0):
        yield f"points={points!r}: a {cell.kind} cell needs a positive whole number"
    if cell.kind not in WITH_POINTS and points is not None:
        yield "only test, answer and task cells have points"
    if "rebuilds" in options and cell.kind != "solution":
        yield "only solution cells rebuild something"
    for name in str(options.get("rebuilds", "")).split():
        if library.resolve(name) is None:
            yield f"rebuilds={name!r}: course_lib has no such public name"
    for name in str(options.get("allows", "")).split():
        if name not in str(options.get("rebuilds", "")).split():
            yield f"allows={name!r}: only what it rebuilds is off limits otherwise"
    if options.get("slide", "slide") not in SLIDES:
        yield f"slide={options['slide']!r} must be one of {', '.join(sorted(SLIDES))}"
    if options.get("only", "slides") != "slides":
        yield f'only={options["only"]!r} must be "slides"'
    if not cell.in_notebook and (cell.kind or cell.type == "code"):
        yield "notes and cells for decks only hold text"
    for option in ("deeper", "varies"):
        if options.get(option, True) is not True:
            yield f"{option}={options[option]!r} must be true"
    if "varies" in options and (cell.kind or cell.type != "code"):
        yield "varies=true is for code that is no answer and no test"
    if cell.deeper and (cell.kind in {"answer", "task"} or not cell.in_notebook):
        yield "written answers, tasks, notes and cells for decks can't be deeper"


def _text(cell: Cell) -> Iterator[str]:
    """Markers, rubrics, hints, alt text of pictures in prose, syntax."""
    found = {}
    for what, kinds in MARKERS.items():
        try:
            found[what] = regions(cell.text, what)
        except ValueError as error:
            yield str(error)
            return
        if found[what] and cell.kind not in kinds:
            yield f"{what} markers belong in {' and '.join(sorted(kinds))} cells"
    rubric = {"answer": "SOLUTION", "task": "MARK SCHEME"}.get(cell.kind or "")
    if rubric and not "".join(found[rubric]).strip():
        yield f"has no rubric between ### BEGIN {rubric} and ### END {rubric}"
    for hidden in found["HIDDEN TESTS"]:
        if not re.match(r"\s*# hint: \S", hidden):
            yield "its hidden tests must begin with a line `# hint: …`"
    if cell.type == "markdown" and re.search(r"!\[\s*\]\(|<img(?![^>]*\balt=.\w)", cell.text):
        yield "has a picture without alt text"
    if cell.type == "code":
        try:
            ast.parse(cell.text)
        except SyntaxError as error:
            yield f"is not plain Python (line {error.lineno}: {error.msg})"
            return
    if cell.kind == "solution":
        yield from _stub_problems(cell)


def _stub_problems(cell: Cell) -> Iterator[str]:
    """Yield how the stub that learners get differs from the solution it stands for."""
    if not regions(cell.text, "SOLUTION"):
        yield "has no ### BEGIN SOLUTION"
        return
    released = _released_text(cell)
    try:
        before, after = functions(cell.text), functions(released)
    except SyntaxError as error:
        yield f"its stub is not valid Python (line {error.lineno}: {error.msg})"
        return
    solved = [name for name, node in before.items() if _dump(node) != _dump(after.get(name))]
    if not solved:
        yield "its solution markers must stand inside a function"
    for name in solved:
        if name not in after:
            yield f"`{name}` is missing in the stub: its def line must precede ### BEGIN SOLUTION"
        elif _outline(before[name]) != _outline(after[name]):
            yield f"the stub of `{name}` has another signature or docstring than its solution"
        elif not ast.get_docstring(after[name]):
            yield f"`{name}` has no docstring before ### BEGIN SOLUTION"
        elif not _raises_not_implemented(after[name]):
            yield f"the stub of `{name}` doesn't raise NotImplementedError"


def _released_text(cell: Cell) -> str:
    """Return what `nbgrader` leaves of a solution cell."""
    node = nbformat.v4.new_code_cell(cell.text, metadata={"nbgrader": KINDS["solution"]})
    clear = ClearSolutions(config=nbgrader_config())
    return clear.preprocess_cell(node, {"language": "python"}, 0)[0].source


def functions(code: str) -> dict[str, _Function]:
    """Return the functions and methods that a cell defines: dotted name → syntax tree."""
    found: dict[str, _Function] = {}

    def visit(body: Sequence[ast.stmt], prefix: str) -> None:
        for node in body:
            if isinstance(node, ast.ClassDef):
                visit(node.body, f"{prefix}{node.name}.")
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                found[prefix + node.name] = node

    visit(ast.parse(code).body, "")
    return found


def _dump(node: ast.AST | None) -> str | None:
    return ast.dump(node) if node else None


def _outline(node: _Function) -> tuple[str, str | None, str | None]:
    return ast.dump(node.args), _dump(node.returns), ast.get_docstring(node)


def _raises_not_implemented(node: _Function) -> bool:
    raised = [ast.unparse(n) for n in ast.walk(node) if isinstance(n, ast.Raise)]
    return any("NotImplementedError" in statement for statement in raised)


def _ids(lesson: Lesson) -> Iterator[_Problem]:
    seen: dict[str | None, int] = {}
    for cell in lesson.cells:
        if cell.name and cell.name in seen:
            yield cell, f"the id is already that of cell {seen[cell.name]}"
        seen.setdefault(cell.name, cell.number)


def _exercises(lesson: Lesson) -> Iterator[_Problem]:
    solved = False
    for cell in lesson.cells:
        solved = solved or cell.kind == "solution"
        if cell.kind == "test" and not solved:
            yield cell, "tests nothing: no solution cell precedes it"
    for exercise in lesson.exercises:
        text = "\n".join(test.text for test in exercise.tests)
        try:
            hidden = regions(text, "HIDDEN TESTS")
        except ValueError:
            continue  # told already, with the cell
        if not exercise.tests:
            yield exercise.solution, "no test cell follows this exercise"
        elif not hidden:
            yield exercise.solution, "its test cells have no hidden tests"
        elif not _code_outside(text):
            yield exercise.solution, "all its tests are hidden"


def _predictions(lesson: Lesson) -> Iterator[_Problem]:
    """A guess belongs to the lesson that asks for it, and none is shown that nobody asked for."""
    calls = [(cell, *call) for cell in lesson.cells if cell.type == "code"
             for call in guesses(cell.text)]
    asked = {key for _, verb, key in calls if verb == "predict"}
    for cell, verb, key in calls:
        name = key.partition(".")[0]
        other = lesson.path.with_name(f"{name}.py")
        if name == lesson.name:
            there = asked
        elif verb == "predict" or not other.exists():
            yield cell, f'{verb}("{key}"): its guesses are called "{lesson.name}.…"'
            continue
        else:
            text = other.read_text(encoding="utf-8")
            there = set(re.findall(r"\bpredict\(\s*[\"']([\w.]+)", text))
        if key not in there:
            yield cell, f'{verb}("{key}"): nobody is asked for it with predict(…)'


def guesses(code: str) -> list[tuple[str, Any]]:
    """Return the calls that keep or show a guess: a list of (predict, reveal or recall, key)."""
    try:
        tree = ast.parse(code)
    except SyntaxError:
        return []  # told already, with the cell
    return [(node.func.id, node.args[0].value) for node in ast.walk(tree)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
            and node.func.id in {"predict", "reveal", "recall"}
            and node.args and isinstance(node.args[0], ast.Constant)]


def _deeper(lesson: Lesson) -> Iterator[_Problem]:
    """The short way takes exercises whole, and readers see where it goes: by the text."""
    for exercise in lesson.exercises:
        for test in exercise.tests:
            if test.deeper != exercise.solution.deeper:
                yield test, f'must be deeper if exercise "{exercise.name}" is, and only then'
    text = None
    for cell in lesson.in_notebook:
        if cell.type == "markdown":
            text = cell
        elif cell.deeper != bool(text and text.deeper):
            yield cell, "code must be deeper if the text before it is, and only then"


def _code_outside(text: str) -> bool:
    visible = re.sub(r"BEGIN HIDDEN TESTS.*?END HIDDEN TESTS", "", text, flags=re.DOTALL)
    return bool(ast.parse(visible).body)
