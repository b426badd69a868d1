"""Before anybody is graded: does the reference pass, and what can be judged from outside?

The reference answers go through the very same run as a submission.  A test that they don't pass
from outside is one that the referee can't put (an answer that is a class, say, or must be
differentiated): it is marked in the kernel, and the report says so.  A test that they don't pass
there either means that this machine can't grade the lesson.
"""

import copy
import json
import subprocess
import sys
from pathlib import Path

from course_lib.desk.cells import grade_id
from course_lib.desk.commands import Told
from course_staff.grading import execute
from course_staff.grading.sandbox import HERE, Limits, plain_limits
from course_staff.grading.shapes import Job, Node, Template, Trial

PATIENT = Limits(cell_seconds=300, seconds=3000)


def about(kept: Path, lesson: str, sandboxed: bool) -> Trial:
    """Return what is known of a release's lesson on this machine; try it the first time.

    `kept` is the release's folder (`release.find`).

    Raises
    ------
    Told
        If the reference answers fail, or are stopped: of these nothing is kept.
    """
    path = kept / "templates" / f"{lesson}.trial.json"
    found: Trial
    if path.exists():
        found = json.loads(path.read_text(encoding="utf-8"))
        return found
    template = json.loads((kept / "templates" / f"{lesson}.json").read_text(encoding="utf-8"))
    found = _try_reference(template, kept, sandboxed)
    path.write_text(json.dumps(found), encoding="utf-8")
    return found


def with_reference(template: Template) -> Node:
    """Return the lesson's notebook with the reference answers."""
    notebook = copy.deepcopy(template["notebook"])
    for cell in notebook["cells"]:
        if (name := grade_id(cell)) in template["solutions"]:
            cell["source"] = template["solutions"][name]["reference"]
    return notebook


def _try_reference(template: Template, kept: Path, sandboxed: bool) -> Trial:
    """Run the reference answers as a submission, and the right answers outside; see `about`."""
    file = kept / "templates" / f"{template['name']}.json"
    job: Job = {"notebook": with_reference(template), "template": str(file),
           "bundle": str(kept / "bundle"), "limits": plain_limits(PATIENT),
           "sandboxed": sandboxed, "seed": None, "inside": [], "comparable": []}
    outcome = execute.run(job)
    if any(test["stopped"] for test in outcome["tests"].values()):
        told = "; ".join(sentence for _, sentence in outcome["flags"])
        raise Told(f"The reference answers don't get through on this machine: {told}")
    inside = [name for name, test in outcome["tests"].items() if not test["passed"]]
    if inside:
        again = execute.run({**job, "inside": inside})
        failed = {name: test for name, test in again["tests"].items() if not test["passed"]}
        if failed:
            lines = [f"  {name}: {test['error'] or 'its hidden part'}"
                     for name, test in failed.items()]
            raise Told("The reference answers fail their own tests on this machine:\n"
                       + "\n".join(lines) + f"\n{again['flags'] or ''}")
    return {"inside": inside, "comparable": comparable(file, kept),
            "seconds": outcome["seconds"]}


def comparable(file: Path, kept: Path) -> list[str]:
    """Return the tests after which right answers agree with the reference on fresh inputs."""
    done = subprocess.run(
        [sys.executable, str(HERE / "referee.py"), "rehearse", str(file)],
        env=execute.environment(kept / "bundle"), capture_output=True, encoding="utf-8",
        check=False)
    if done.returncode:
        raise RuntimeError(f"the rehearsal failed:\n{done.stderr[-2000:]}")
    agreed: list[str] = json.loads(done.stdout.splitlines()[-1])
    return agreed
