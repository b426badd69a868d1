"""What docstrings show is what happens, and they are in order: every module, in one place."""

import ast
import doctest
import inspect
from operator import attrgetter
from pathlib import Path

import pytest
from numpydoc.validate import validate

from course_staff.authoring import library

ROOT = Path(__file__).resolve().parent.parent
MODULES = [".".join(path.relative_to(ROOT).with_suffix("").parts)
           for package in ("course_lib", "course_staff")
           for path in sorted((ROOT / package).rglob("*.py"))
           if ">>> " in path.read_text(encoding="utf-8")]


@pytest.mark.parametrize("name", MODULES)
def test_examples_give_what_they_say(name):
    found = doctest.testmod(pytest.importorskip(name))
    assert found.attempted and not found.failed


# numpydoc's own numbers: sections without a known name or out of order, no docstring, parameters
# that the function doesn't have, types and colons out of place.
FAULTS = {"GL06", "GL07", "GL08", "GL09", "PR02", "PR05", "PR10"}


@pytest.mark.parametrize("module", [name for name in library.modules() if library.public(name)])
def test_docstrings_of_the_library_are_in_order(module):
    imported = pytest.importorskip(f"course_lib.{module}")
    for public, node in library.public(module).items():
        methods = [f"{public}.{each.name}" for each in getattr(node, "body", ())
                   if isinstance(node, ast.ClassDef) and isinstance(each, ast.FunctionDef)
                   and not each.name.startswith("_")]
        for name in (public, *methods) if hasattr(node, "body") else ():
            told = dict(validate(f"course_lib.{module}.{name}")["errors"])
            if inspect.getdoc(attrgetter(name)(imported)):  # numpydoc doesn't see what is inherited
                told.pop("GL08", None)
            assert not told.keys() & FAULTS, f"{name}: {told}"
