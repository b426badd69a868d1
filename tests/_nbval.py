"""nbval on executed lessons: every cell runs again and must show what is stored.

nbval's own collector would start kernels in the notebook's folder with the tester's settings, and
compare what the build strips from outputs.  Here lessons run as in the build, in a scratch folder,
and fresh outputs are tidied as the stored ones were.  Pictures are compared by their alt text.
A test module names its notebooks::

    executed = Notebooks({"08_pulse": path, …})
"""

import os
import re
import tempfile
from pathlib import Path

import pytest
from nbval.kernel import RunningKernel
from nbval.plugin import IPyNbCell, IPyNbFile

# Where digits may differ, numbers are compared as this word.
NUMBER = r"[-−+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?"


class Notebooks(dict):
    """Executed notebooks by name, each to be run anew."""


def pytest_pycollect_makeitem(collector, name, obj):
    """Collect the notebooks that a test module names."""
    if not isinstance(obj, Notebooks):
        return None
    return [
        Notebook.from_parent(collector, path=path, name=key, nodeid=f"{collector.nodeid}::{key}")
        for key, path in obj.items()]


class Notebook(IPyNbFile):
    """An executed notebook; its code cells are tests."""

    def collect(self):
        from course_staff.authoring import source

        for cell in super().collect():
            yield Cell.from_parent(self, name=cell.name, cell_num=cell.cell_num, cell=cell.cell,
                                   options=cell.options)
        built_on = self.nb.metadata.get("course", {}).get("processor")
        self.elsewhere = built_on != source.processor()

    def setup(self):
        from course_staff.authoring import source

        self.scratch = tempfile.TemporaryDirectory(prefix="course-")
        folders = dict.fromkeys(("IPYTHONDIR", "JUPYTER_CONFIG_DIR"), self.scratch.name)
        environment = source.environment() | folders
        with pytest.MonkeyPatch.context() as patch:
            for name in os.environ.keys() - environment.keys():
                patch.delenv(name)
            for name, value in environment.items():
                patch.setenv(name, value)
            self.kernel = RunningKernel("python3", cwd=self.scratch.name)
        self.setup_sanitize_files()

    def get_sanitize_files(self):
        return [Path(__file__).with_name("nbval.cfg")]

    def teardown(self):
        super().teardown()
        self.scratch.cleanup()


class Cell(IPyNbCell):
    """A code cell: passes if it runs and shows what is stored."""

    def compare_outputs(self, test, ref, skip_compare=None):
        from course_staff.authoring import build

        kept = [output for output in map(build.tidied, test) if output]
        return super().compare_outputs(kept, ref, skip_compare)

    def sanitize(self, s):
        s = super().sanitize(s)
        varies = self.parent.elsewhere and "varies" in self.cell.metadata.get("tags", [])
        return re.sub(NUMBER, "NUMBER", s) if varies and isinstance(s, str) else s
