"""Machines without PyTorch, as Macs with Intel processors: Act I is tested there all the same."""

import os
import re
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parent
BLOCKER = """import sys
class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "torch":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Blocker())
"""


def test_every_test_module_can_be_collected_without_torch(tmp_path):
    (tmp_path / "no_torch.py").write_text(BLOCKER, encoding="utf-8")
    # What needs nbgrader and a browser takes long to import.
    left_out = [f"--ignore={TESTS / name}" for name in ("authoring", "grading", "publishing")]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no_torch", "-p", "no:cacheprovider",
         "--collect-only", "-q", "--color=no", *left_out, TESTS],
        cwd=TESTS.parent, capture_output=True, encoding="utf-8", check=False,
        env=os.environ | {"PYTHONPATH": str(tmp_path), "COURSE_NO_SKIP": "0",
                          "PYTEST_ADDOPTS": ""})
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    collected = set(re.findall(r"^tests/(\w+)/", done.stdout, re.MULTILINE))
    skipped = set(re.findall(r"^SKIPPED .*tests/(\w+)/", done.stdout, re.MULTILINE))
    assert {"desk", "imaging", "notebook"} <= collected and "generators" in skipped
    assert not skipped & {"desk", "imaging", "notebook"}
