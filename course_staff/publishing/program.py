"""The code behind one picture or panel of a lesson, run by itself (`bindings.behind` finds it)."""

import ast
import contextlib
import io
from pathlib import Path
from typing import Any

import nbformat

from course_staff.authoring import build
from course_staff.authoring.source import Lesson


def run(code: str, path: Path) -> Any:
    """Run a program silently; returns what its last line shows, None if that is a statement."""
    program = ast.parse(code)
    last = program.body.pop()
    names: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(program, str(path), "exec"), names)
        if not isinstance(last, ast.Expr):
            return None
        return eval(compile(ast.Expression(last.value), str(path), "eval"), names)


def made_from(code: str, lesson: Lesson, root: Path = build.ROOT) -> dict[str, str]:
    """Return what a program's result depends on, as `build.fingerprint`."""
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(code, id="program")],
        metadata={"course": {"reads": lesson.reads}})
    return build.fingerprint(nbformat.writes(notebook), root)
