"""The wheel: what is in it, and what can be done with it where nothing else of the course is."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import course_lib

pytest.importorskip("setuptools", minversion="77")  # comes with PyTorch

ROOT = Path(__file__).resolve().parent.parent
# The library's room `imaging` asks for no more, whatever else the course needs.
FEW = {"numpy", "scipy", "array_api_compat"}
ONLY_FEW = f"""import sys
class Blocker:
    def find_spec(self, name, path=None, target=None):
        first = name.partition(".")[0]
        known = sys.stdlib_module_names | {FEW | {"course_lib"}!r} | set(sys.modules)
        if first not in known and not first.startswith("_sysconfigdata"):
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Blocker())
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built as pip does; in a copy, since setuptools writes beside what it reads."""
    copy, made = tmp_path_factory.mktemp("copy"), tmp_path_factory.mktemp("wheel")
    for package in ("course_lib", "course_staff"):
        shutil.copytree(ROOT / package, copy / package,
                        ignore=shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    build = f"from setuptools import build_meta; build_meta.build_wheel({str(made)!r})"
    done = subprocess.run([sys.executable, "-c", build], cwd=copy, capture_output=True,
                          encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    (found,) = made.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """A folder that holds what the wheel holds, as after `pip install --no-deps --target`."""
    folder = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(folder)
    return folder


def python(installed, *arguments, **environment):
    """Run Python that finds the installed course before any other."""
    kept = {name: value for name, value in os.environ.items()
            if name not in {"COURSE_DATA", "PYTHONPATH", "PYTHONWARNDEFAULTENCODING"}}
    return subprocess.run(
        [sys.executable, "-P", *arguments], cwd=installed.parent, capture_output=True,
        encoding="utf-8", check=False,
        env=kept | {"PYTHONPATH": str(installed), "PYTHONIOENCODING": "utf-8"} | environment)


def test_wheel_holds_the_packages_and_all_that_lies_in_them(wheel):
    with zipfile.ZipFile(wheel) as packed:
        names = set(packed.namelist())
    about = f"limits_of_super_resolution-{course_lib.__version__}.dist-info/"
    here = {path.relative_to(ROOT).as_posix()
            for package in ("course_lib", "course_staff") for path in (ROOT / package).rglob("*")
            if path.is_file() and not {"__pycache__", ".ipynb_checkpoints"} & set(path.parts)}
    assert {name for name in names if not name.startswith(about)} == here
    assert f"{about}licenses/LICENSE" in names and f"{about}entry_points.txt" in names
    assert wheel.stat().st_size < 2e6


def test_importing_the_library_loads_nothing_else(installed):
    told = python(installed, "-c", "import sys; before = set(sys.modules); import course_lib\n"
                                   "print(course_lib.__file__, set(sys.modules) - before)")
    assert told.stdout.strip() == f"{installed / 'course_lib' / '__init__.py'} {{'course_lib'}}"


def test_imaging_works_where_there_are_only_numpy_and_scipy(installed):
    modules = sorted(path.stem for path in (installed / "course_lib" / "imaging").glob("[a-z]*.py"))
    code = ONLY_FEW + "\n".join(f"import course_lib.imaging.{name}" for name in modules) + """
import numpy as np
from course_lib.imaging.operators import Blur
x, y = np.random.default_rng(0).random((2, 1, 8, 8))
A = Blur(np.full((3, 3), 1 / 9))
print(abs((A(x) * y).sum() - (x * A.T(y)).sum()) < 1e-12)
try:
    import torch
except ModuleNotFoundError:
    print("alone")
"""
    told = python(installed, "-c", code)
    assert told.stdout.split() == ["True", "alone"], told.stderr


def test_data_that_the_wheel_lacks_are_asked_for_by_name(installed):
    code = "from course_lib.worlds import images; print(images.load('brick').shape)"
    told = python(installed, "-c", code)
    assert told.returncode == 1 and "let the environment variable COURSE_DATA name" in told.stderr
    told = python(installed, "-c", code, COURSE_DATA=str(ROOT / "data"))
    assert told.stdout.startswith("(") and not told.stderr


@pytest.mark.parametrize("verb", ["lab", "check", "doctor", "mark 00"])
def test_verbs_say_that_the_course_is_elsewhere(installed, verb):
    told = python(installed, "-m", "course_lib.desk.commands", *verb.split())
    assert told.returncode == 1 and told.stderr.startswith("This is the library alone")
    assert f"setup_course.py {verb.split()[0]}` there" in told.stderr
