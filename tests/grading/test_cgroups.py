"""Cgroups: which are ours to divide, and what is written into them.

This runs on a folder that stands for the kernel's; no machine of the tests gives cgroups away.
"""

import os
import subprocess
from pathlib import Path

import pytest

from course_staff.grading import cgroups, sandbox


@pytest.fixture
def mount(tmp_path):
    """A hierarchy with a cgroup that was delegated to this process: (mount, what told, own)."""
    own = tmp_path / "user.slice" / "run-1.scope"
    own.mkdir(parents=True)
    for name, text in (("cgroup.controllers", "cpu memory pids"), ("cgroup.subtree_control", ""),
                       ("cgroup.procs", "")):
        (own / name).write_text(text, encoding="ascii")
    told = tmp_path / "told"
    told.write_text("0::/user.slice/run-1.scope\n", encoding="ascii")
    return tmp_path, told, own


def test_a_delegated_cgroup_is_divided_once(mount):
    root, told, own = mount
    assert cgroups.delegated(root, told) == own
    assert (own / "cgroup.subtree_control").read_text(encoding="ascii") == "+memory +pids"
    moved = (own / "grader" / "cgroup.procs").read_text(encoding="ascii")
    assert moved == str(os.getpid())
    told.write_text("0::/user.slice/run-1.scope/grader\n", encoding="ascii")
    (own / "cgroup.subtree_control").write_text("memory pids", encoding="ascii")
    assert cgroups.delegated(root, told) == own


@pytest.mark.parametrize("lacks", ["controllers", "version", "place", "own"])
def test_what_isnt_ours_is_left_alone(mount, lacks):
    root, told, own = mount
    if lacks == "controllers":
        (own / "cgroup.controllers").write_text("cpu", encoding="ascii")
    if lacks == "version":
        told.write_text("4:memory:/x\n", encoding="ascii")
    if lacks == "place":
        told.write_text("0::/elsewhere\n", encoding="ascii")
    if lacks == "own":
        told.write_text("0::/\n", encoding="ascii")
    assert cgroups.delegated(root, told) is None
    assert not (own / "grader").exists()


def test_a_job_gets_its_limits_and_is_removed(mount, monkeypatch):
    _, _, own = mount
    job = cgroups.Cgroup(own, "job", 5 << 20, 7)
    read = {path.name: path.read_text(encoding="ascii") for path in job.path.iterdir()}
    assert read == {"memory.max": str(5 << 20), "memory.swap.max": "0", "memory.oom.group": "1",
                    "pids.max": "7"}
    said = subprocess.run([*job.enter(), "sh", "-c", "echo $$"], capture_output=True,
                          encoding="ascii", check=True).stdout
    assert (job.path / "cgroup.procs").read_text(encoding="ascii") == said
    assert not job.ran_out()
    (job.path / "memory.events").write_text("high 0\noom_kill 2\n", encoding="ascii")
    assert job.ran_out()
    for path in job.path.iterdir():
        path.unlink()  # the kernel's files vanish with their folder
    monkeypatch.setattr(Path, "write_text", lambda *_, **__: 0)
    job.remove()
    assert not job.path.exists()


def test_a_sandbox_starts_in_its_cgroup(mount, monkeypatch, tmp_path):
    monkeypatch.setattr(sandbox.cgroups, "delegated", lambda: mount[2])
    limits = sandbox.Limits(memory=1 << 30, disk=1 << 20)
    box = sandbox.Sandbox(tmp_path, limits)
    box.folder = Path("course-sandbox-1")
    assert box._enter_cgroup()[-1] == str(mount[2] / "course-sandbox-1" / "cgroup.procs")
    most = (mount[2] / "course-sandbox-1" / "memory.max").read_text(encoding="ascii")
    assert int(most) == limits.memory + 2 * limits.disk + sandbox.SHARED
