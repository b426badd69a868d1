"""What docstrings show is what happens: every example of every module, in one place."""

import doctest
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MODULES = [".".join(path.relative_to(ROOT).with_suffix("").parts)
           for package in ("course_lib", "course_staff")
           for path in sorted((ROOT / package).rglob("*.py"))
           if ">>> " in path.read_text(encoding="utf-8")]


@pytest.mark.parametrize("name", MODULES)
def test_examples_give_what_they_say(name):
    found = doctest.testmod(pytest.importorskip(name))
    assert found.attempted and not found.failed
