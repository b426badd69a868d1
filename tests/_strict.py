"""No test may be skipped where everything is installed, and children inherit no extra warnings.

A learner's machine may lack a browser or bubblewrap: tests that need one are listed as skipped
there.  Where ``CI`` is set (or ``COURSE_NO_SKIP=1``) each of them is a failure instead;
``COURSE_NO_SKIP=0`` allows skips even there.
"""

import os

import pytest


def skips_are_failures():
    """Decide from the environment."""
    said = os.environ.get("COURSE_NO_SKIP") or os.environ.get("CI") or "0"
    return said.lower() not in {"0", "false"}


def _failed(report):
    if report.skipped and not hasattr(report, "wasxfail") and skips_are_failures():
        reason = report.longrepr[-1] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{reason}\nNothing may be skipped here: install what is missing."
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport():
    return _failed((yield))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report():
    return _failed((yield))


def pytest_configure(config):
    # Kernels and other children would print the encoding warnings of packages that are not ours.
    # The controller of parallel workers passes the variable on to them.
    if hasattr(config, "workerinput") or not config.getoption("numprocesses", None):
        os.environ.pop("PYTHONWARNDEFAULTENCODING", None)
