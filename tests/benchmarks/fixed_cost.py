"""What does a submission cost before its first own line: kernel, referee and imports?

    python tests/benchmarks/fixed_cost.py [LESSON]

Runs a lesson's notebook (default: enhance) with nothing left in its cells but imports, three times
in a sandbox of its own each, three times as a fork of a nursery, and prints seconds by the clock
and of processor time.  The first fork's clock holds the nursery's own start.
"""

import copy
import json
import os
import sys
import tempfile
import time
from contextlib import nullcontext
from pathlib import Path

import psutil

from course_lib.desk.cells import grade_id, text_of
from course_staff.authoring import source
from course_staff.grading import execute, release, sandbox, warm


def only_imports(template):
    """Return the lesson's notebook, with nothing in its cells but imports; tests stay."""
    notebook = copy.deepcopy(template["notebook"])
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code" and grade_id(cell) not in template["tests"]:
            lines = text_of(cell).splitlines()
            cell["source"] = "\n".join(
                line for line in lines if line.startswith(("import ", "from ", "%matplotlib")))
    return notebook


def watched():
    """Note the processor time of each sandbox and referee when they are left; returns the notes."""
    spent = {}
    leave_box, leave_judge = sandbox.Sandbox.__exit__, execute.Judge.__exit__

    def box(self, *error):
        spent["kernel"] = self.spent
        return leave_box(self, *error)

    def judge(self, *error):
        spent["referee"] = sum(psutil.Process(self.process.pid).cpu_times()[:2])
        return leave_judge(self, *error)

    sandbox.Sandbox.__exit__, execute.Judge.__exit__ = box, judge
    return spent


def main(lesson="enhance"):
    path = source.find([lesson])[0]
    name = source.folder(path)
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        os.environ["COURSE_WORK"] = folder
        release.make([path])
        kept = release.find(None, name)
        file = kept / "templates" / f"{name}.json"
        template = json.loads(Path(file).read_text(encoding="utf-8"))
        job = {"notebook": only_imports(template), "template": str(file),
               "bundle": str(kept / "bundle"), "sandboxed": True, "seed": None, "inside": [],
               "limits": sandbox.plain_limits(sandbox.Limits()), "comparable": []}
        spent = watched()
        for what, kept_warm in (("alone", nullcontext), ("fork", warm.nurseries)):
            with kept_warm():
                for _ in range(3):
                    begin = time.perf_counter()
                    execute.run(job)
                    print(f"{what}: {time.perf_counter() - begin:.2f} s; processor: kernel "
                          f"{spent['kernel']:.2f} s, referee {spent['referee']:.2f} s", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
