"""What grading needs to know of a lesson, taken from its source when it is released.

The notebook as students get it, but with hidden tests and rubrics; the program that the referee
runs; the reference answers.  It is plain data, kept as JSON beside the bundle it belongs to, so a
lesson that is corrected later doesn't change how this release is graded.
"""

import ast
import tempfile
from pathlib import Path

import nbformat
from nbgrader import preprocessors
from nbgrader.converters import GenerateAssignment

from course_lib.desk.marking import split_test
from course_staff.authoring import answers, bindings, build
from course_staff.authoring.source import Lesson
from course_staff.grading.shapes import Node, Parts, Solution, Template, Test

# As nbgrader releases a notebook, but for what it hides at the end.
KEEPING = [
    preprocessors.LockCells, preprocessors.ClearSolutions, preprocessors.ClearOutput,
    preprocessors.CheckCellMetadata, preprocessors.ComputeChecksums, preprocessors.SaveCells,
]


def describe(path: Path) -> Template:
    """Return a lesson's template, from the path of its source.

    Raises
    ------
    SourceError
        If the source breaks a rule.
    """
    lesson, text = build.load(path)
    with tempfile.TemporaryDirectory(prefix="course-") as folder:
        kept = _full_notebook(lesson.folder, text, folder)
    tests: dict[str, Test] = {}
    solutions: dict[str, Solution] = {}
    for exercise in lesson.exercises:
        reference = _without_markers(exercise.solution.text)
        solutions[exercise.name] = {"functions": exercise.functions, "reference": reference}
        for test in exercise.tests:
            tests[test.options["test"]] = {"exercise": exercise.name, **parts(test.text),
                                           "points": test.options["points"]}
    written = {cell.name: cell.options["points"] for cell in lesson.cells
               if cell.name and cell.kind in ("answer", "task")}
    return {
        "name": lesson.folder, "title": lesson.title,
        "notebook": nbformat.reads(kept, 4), "tests": tests, "answers": written,
        "solutions": solutions, "program": program(lesson), "right": right(lesson),
        "rubrics": {cell.name: _without_markers(cell.text).strip() for cell in lesson.cells
                    if cell.name and cell.kind in ("answer", "task")},
    }


def right(lesson: Lesson) -> dict[str, list[str]]:
    """Return the right answers that the tests are tried on, by exercise."""
    path = lesson.path.parent.parent / "tests" / "answers" / lesson.path.name
    found: dict[str, list[str]] = {}
    for answer in answers.read(path, lesson) if path.exists() else ():
        if answer.kind == "right":
            found.setdefault(answer.exercise, []).append(answer.code)
    return found


def _full_notebook(name: str, text: str, folder: str | Path) -> str:
    """Return the released notebook with hidden tests; nbgrader makes it in `folder`."""
    build.write(Path(folder, "solutions", name, f"{name}.ipynb"), text)
    build.run_nbgrader(GenerateAssignment, name, folder, no_database=True, preprocessors=KEEPING)
    return Path(folder, "lessons", name, f"{name}.ipynb").read_text(encoding="utf-8")


def parts(text: str) -> Parts:
    """Split a test cell into what students see and what they don't, and the latter's hint."""
    visible, hidden, hint = split_test(text)
    return {"visible": visible, "hidden": hidden, "hint": hint}


def _without_markers(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if "### BEGIN" not in line
                     and "### END" not in line)


def program(lesson: Lesson) -> list[Node]:
    """Return what the referee runs, in order: solution and test cells, and what these depend on.

    Figures and demonstrations don't run (`bindings.needed`).
    """
    owner = {exercise.solution.number: exercise for exercise in lesson.exercises}
    found = []
    for cell in bindings.needed(lesson.in_notebook):
        text = ast.unparse(ast.parse(cell.text))
        entry: Node = {"id": cell.name, "kind": cell.kind, "source": text}
        if cell.kind == "solution":
            entry["functions"] = owner[cell.number].functions
        if cell.kind == "test":
            entry |= parts(cell.text)
        found.append(entry)
    return found
