"""Submissions that are forks of one process are as alone, and as powerless, as any other."""

import json
import os
import sys
from pathlib import Path

import corpus
import pytest
from test_grading import (  # noqa: F401
    LIMITS,
    REFUSAL,
    all_cases,
    job_of,
    leftovers,
    temporary,
    tiny,
)

from course_lib.desk.marking import Kernel
from course_staff.grading import execute, sandbox, warm

pytestmark = [
    pytest.mark.sandbox,
    pytest.mark.skipif(REFUSAL is not None, reason=str(REFUSAL)),
]


@pytest.fixture(scope="module")
def kept(tiny):  # noqa: F811
    """Nurseries of the small lesson: (its bundle, its template)."""
    place = tiny[0] / "templates" / f"{corpus.LESSON}.json"
    with warm.nurseries():
        yield tiny[0] / "bundle", place
    assert leftovers() == [] and temporary() == set()


def said(kept, *codes):
    """Run cells in a new fork; returns what each printed, and whether it was a fork."""
    with sandbox.Sandbox(kept[0], LIMITS, True, kept[1]) as box:
        kernel = Kernel(box.start, box.folder, box.inside)
        box.connection()
        assert kernel.ready(), box.said
        assert isinstance(kernel.process, warm.Infant)
        found = ["".join(str(each.get("text", each.get("evalue"))) for each in
                         kernel.run(code, 20).outputs).strip() for code in codes]
        kernel.close()
    return found


def test_a_fork_has_no_right_left(kept):
    status, = said(kept, "print(open('/proc/self/status').read())")
    rows = dict(row.split(":\t", 1) for row in status.splitlines() if ":\t" in row)
    assert {rows[f"Cap{kind}"] for kind in ("Inh", "Prm", "Eff", "Bnd", "Amb")} == {"0" * 16}
    assert rows["NoNewPrivs"] == "1" and rows["Seccomp"] == "2"
    assert rows["Pid"] == "2" and rows["Groups"].strip() == ""
    users = set(rows["Uid"].split())
    assert len(users) == 1 and "0" not in users


def test_a_fork_sees_no_other_job_and_no_process_but_its_own(kept):
    numbers, jobs, own, files = said(
        kept, "import os; print([n for n in os.listdir('/proc') if n.isdigit()])",
        "try:\n    print(os.listdir('/run/jobs'))\nexcept OSError as error:\n    print(error)",
        "print(sorted(os.listdir('/run/job'))[:2])",
        "print([os.readlink(f'/proc/self/fd/{n}') for n in os.listdir('/proc/self/fd')"
        " if os.path.exists(f'/proc/self/fd/{n}')])")
    assert numbers == "['1', '2']" and own == "['calls', 'k-1']"
    assert "Permission denied" in jobs or jobs == "[]"
    assert "nursery" not in files and str(Path.home()) not in files.replace(sys.prefix, "")


@pytest.mark.parametrize("act", [
    "import ctypes; c = ctypes.CDLL(None, use_errno=True); "
    "assert c.mount(b'none', b'/mnt', b'tmpfs', 0, None) == -1 and ctypes.get_errno() == 1",
    "import ctypes; c = ctypes.CDLL(None); assert c.umount2(b'/run/jobs', 2) == -1",
    "import ctypes; c = ctypes.CDLL(None); assert c.unshare(0x10000000) == -1",
    "open('/course/course_lib/x', 'w')", "open('/grader/wire.py', 'a')", "open('/usr/x', 'w')",
    "import os; os.setuid(0)", "import os; os.kill(1, 9)", "import os; os.chroot('/')",
    "open('/proc/1/mem', 'rb+')", "open('/proc/sys/kernel/shmmax', 'w')"])
def test_nothing_can_be_undone_from_within(kept, act):
    got, after = said(kept, f"try:\n    exec({act!r})\n    print('did')\nexcept OSError as error:\n"
                      "    print('refused')", "print('here')")
    assert got == ("did" if "assert" in act else "refused") and after == "here"


def test_a_fork_has_nothing_of_the_nursery_on_its_stack(kept):
    names, = said(kept, "import sys\nnames = []\nfor frame in sys._current_frames().values():\n"
                        "    while frame:\n        names.append(frame.f_code.co_name)\n"
                        "        frame = frame.f_back\nprint(names, sys.argv)")
    assert "nursery.py" in names and "<module>" in names
    assert not [name for name in ("serve", "parent", "init") if f"'{name}'" in names]


def test_forks_share_nothing_that_one_of_them_makes(kept):
    first = said(kept, "import numpy as np; print(np.random.rand())",
                 "for at in ('/tmp', '/work', '/dev/shm'):\n    open(f'{at}/mine', 'w').close()",
                 "np.mine = 1; import builtins; builtins.len = None")
    second = said(kept, "import numpy as np; print(np.random.rand())",
                  "import glob; print(glob.glob('/*/mine') + glob.glob('/dev/shm/mine'))",
                  "print(hasattr(np, 'mine'), len([1]))")
    assert first[0] != second[0] and second[1:] == ["[]", "False 1"]


def test_a_fork_says_what_a_process_of_its_own_says(kept, tiny):  # noqa: F811
    by_name = {case.name: case for case in all_cases(tiny)}
    for name in ("reference", "halves", "no_noise"):
        job = job_of(tiny, by_name[name]) | {"seed": 1 << 62, "comparable": list(tiny[1]["tests"])}
        forked, before = execute.run(job), warm._kept
        assert len(before) == 2 and all(before.values())  # kernels and referees
        warm._kept = None
        try:
            alone = execute.run(job)
        finally:
            warm._kept = before
        assert forked["tests"] == alone["tests"] and forked["flags"] == alone["flags"]
        assert forked["outputs"] == alone["outputs"]


def test_how_a_fork_ended_is_told(kept):
    with sandbox.Sandbox(kept[0], LIMITS, True, kept[1]) as box:
        kernel = Kernel(box.start, box.folder, box.inside)
        box.connection()
        assert kernel.ready()
        kernel.run("import os; os._exit(7)", 20)
        assert kernel.process.wait(20) == 7 and not box.killed()
        kernel.close()
    with sandbox.Sandbox(kept[0], LIMITS, True, kept[1]) as box:
        kernel = Kernel(box.start, box.folder, box.inside)
        box.connection()
        assert kernel.ready()
        os.kill(kernel.process.pid, 9)
        assert kernel.process.wait(20) == -9 and box.killed()
        kernel.close()


def test_a_nursery_that_ended_is_made_anew(kept):
    said(kept, "1")
    made = warm._kept["kernel", str(kept[0]), str(kept[1])]
    made.process.kill()
    made.process.wait()
    assert said(kept, "print(1)") == ["1"]
    assert warm._kept["kernel", str(kept[0]), str(kept[1])] is not made
    made.close()


def test_where_there_can_be_no_nursery_all_is_graded_without(tiny, monkeypatch):  # noqa: F811
    def fails(*_):
        raise OSError("not on this machine")

    monkeypatch.setattr(warm, "Nursery", fails)
    with warm.nurseries():
        case = next(case for case in all_cases(tiny) if case.name == "reference")
        outcome = execute.run(job_of(tiny, case))
        assert set(warm._kept.values()) == {None}
    assert all(test["passed"] for test in outcome["tests"].values())


def test_what_a_lesson_imports_is_read_from_its_cells():
    cells = [{"cell_type": "code", "source": "import numpy as np, scipy.signal\nfrom a.b import c"},
             {"cell_type": "code", "source": "%matplotlib inline"},
             {"cell_type": "markdown", "source": "import this"}]
    assert warm.modules({"notebook": {"cells": cells}}) == ["numpy", "scipy.signal", "a.b", "a.b.c"]
    assert json.dumps(warm.modules({"notebook": {"cells": []}})) == "[]"
