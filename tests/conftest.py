"""Surroundings of every test: one thread, the environment's programs, no personal settings."""

import os
import re
import sys
from pathlib import Path

import pytest
from xdist.scheduler import LoadScopeScheduling

pytest_plugins = [
    "_strict",  # where CI is set, a skip is a failure
    "_nbval",  # executed lessons run anew
]
collect_ignore = ["answers", "benchmarks", "fixtures", "grading/submissions"]

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"
os.environ.pop("COURSE_WORK", None)
os.environ.setdefault("MPLBACKEND", "Agg")
# A fresh nbgrader gradebook calls `alembic`, which lies beside this Python.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])


@pytest.fixture(scope="session", autouse=True)
def no_personal_settings(tmp_path_factory):
    """Keep the tester's IPython start-up files and Jupyter configuration out of every kernel."""
    with pytest.MonkeyPatch.context() as patch:
        for variable in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR"):
            patch.setenv(variable, str(tmp_path_factory.mktemp(variable.lower())))
        yield


@pytest.fixture(scope="module")
def browser():
    """A real browser, for tests marked so."""
    from playwright.sync_api import sync_playwright

    from course_lib.desk.doctor import find_chromium

    flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=flags)
        yield browser
        browser.close()


class ByLesson(LoadScopeScheduling):
    """Tests of one file, or of one lesson in it, share a worker, and with it what they set up.

    Those that grade a class in sandboxes share one, too: they look for what is left over.  So do
    those of slides, which draw all decks first, and those of lessons in a browser, which open one
    JupyterLab.
    Marks can't say so: pytest 9.2 hides from workers' ids what pytest-xdist 3.8 adds to them.
    """

    def _split_scope(self, nodeid):
        file, _, test = nodeid.partition("::")
        if "test_grading" in file:
            return "grading"
        if "test_slides" in file or "test_browser" in file:
            return file
        lesson = re.search(r"\[.*?(\d\d_\w+)", test)
        again = re.match(r"\d\d_\w+", test)  # cells that nbval runs
        return f"{file} {lesson[1] if lesson else ''} {again[0] if again else ''}"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Replace xdist's own groups."""
    config.option.loadscopereorder = False  # the order is ours
    return ByLesson(config, log) if config.getoption("dist") == "loadgroup" else None


FIRST = ("test_browser", "test_answers", "test_grading", "test_slides", "test_site")


def pytest_collection_modifyitems(items):
    """Begin with what takes minutes, so that no worker is left with it at the end.

    A browser waits more than it computes: it goes beside what only computes.
    """
    items.sort(key=lambda item: next((place for place, name in enumerate(FIRST)
                                      if item.path.name.startswith(name)), len(FIRST)))
