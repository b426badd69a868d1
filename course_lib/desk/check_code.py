"""The inner loop of whoever changes the code: `make check`, about a minute.

First what a commit must pass, as `.pre-commit-config.yaml` lists it, on the whole tree; then the
laws that the library's modules must obey.  Standard library only; it starts what the tests need.
"""

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

__all__ = ["LAWS", "check", "steps"]

#: Tests of what the library promises, without those that train, search or sample for long: some
#: 80 CPU seconds (`make test` runs all).
LAWS = ["tests/imaging", "tests/worlds", "tests/audits", "tests/notebook",
        "tests/inference/test_diffusion.py", "tests/inference/test_latents.py",
        "tests/inference/test_networks.py", "tests/test_docstrings.py"]
LONG = ["tests/worlds/test_plates.py::test_probabilities_hold_on_plates_that_were_not_recorded",
        "tests/worlds/test_plates.py::test_a_posterior_that_is_too_sure_is_found"]


def steps(root: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield what each step looks at, and its command: a hook's name and entry, then the laws."""
    hooks = (root / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    for name, entry in re.findall(r"^ +name: (.+)\n +entry: (.+)$", hooks, re.MULTILINE):
        yield name, entry.split()
    yield "the library's laws", ["pytest", "-q", "--no-header", "-n", "2", "--cov=course_lib",
                                *(f"--deselect={test}" for test in LONG), *LAWS]


def check(root: Path) -> int:
    """Run every step, one line each, and show what those say that fail; returns the exit status."""
    folder, failed = Path(sys.executable).parent, 0
    for name, (program, *arguments) in steps(root):
        begin, path = time.monotonic(), shutil.which(program, path=folder)
        if path is None:
            print(f"{program} is not installed here; `python setup_course.py check --code` "
                  "installs it.", file=sys.stderr)
            return 1
        done = subprocess.run([path, *arguments], cwd=root, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, encoding="utf-8", errors="replace",
                              check=False)
        mark = "PROBLEM" if done.returncode else "ok     "
        total = re.search(r"^TOTAL .*?(\d+)%$", done.stdout, re.MULTILINE)
        covered = f", {total[1]} % of the library's statements run" if total else ""
        print(f"{mark}  {name}: {time.monotonic() - begin:.0f} s{covered}", flush=True)
        if done.returncode:
            failed = 1
            print("         " + done.stdout.rstrip().replace("\n", "\n         "), flush=True)
    return failed
