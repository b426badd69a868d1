"""Grading elsewhere: a Dask cluster that loses a worker, a PostgreSQL server, another user."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import corpus
import psutil
import pytest
from test_grading import LIMITS, all_cases, hand_in, leftovers, result, tiny, work  # noqa: F401

from course_lib.desk.commands import Told
from course_lib.desk.doctor import sandbox_refusal
from course_staff.grading import execute, grade, record, sandbox, trial

pwd = pytest.importorskip("pwd", reason="there are no such users on Windows")
REFUSAL = sandbox_refusal() if sys.platform == "linux" else "bubblewrap exists on Linux only"
needs_sandbox = pytest.mark.skipif(REFUSAL is not None, reason=str(REFUSAL))


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def some(tiny, *names):  # noqa: F811
    return [case for case in all_cases(tiny) if case.name in names]


def score(folder, tiny, name):  # noqa: F811
    points = {test: about["points"] for test, about in tiny[1]["tests"].items()}
    tests = result(folder, name)["tests"]
    return sum(points[test] for test, verdict in tests.items() if verdict["passed"])


# --- Dask -----------------------------------------------------------------------------------------


@contextmanager
def cluster(folder):
    """A scheduler and two workers with a thread each, on loopback: (address, workers)."""
    port = free_port()
    address = f"tcp://127.0.0.1:{port}"
    here = Path(__file__).resolve().parents[2]
    environment = os.environ | {"PYTHONPATH": str(here)}
    started = []

    def start(*command):
        process = subprocess.Popen(
            [sys.executable, "-m", *command], cwd=folder, env=environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        started.append(process)
        return process

    try:
        start("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", str(port),
              "--no-dashboard", "--no-show")
        workers = [start("distributed.cli.dask_worker", address, "--nthreads", "1", "--no-nanny",
                         "--no-dashboard", "--local-directory", str(folder)) for _ in range(2)]
        yield address, workers
    finally:
        for process in reversed(started):
            process.terminate()
        for process in started:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def children(process):
    """Processes that come from another and are still there."""
    return [child for child in psutil.Process(process.pid).children(recursive=True)
            if child.status() != psutil.STATUS_ZOMBIE]


@pytest.mark.sandbox
@needs_sandbox
def test_a_cluster_that_loses_a_worker_loses_nothing(tiny, work, tmp_path):  # noqa: F811
    from distributed import Client

    trial.about(tiny[0], corpus.LESSON, True)
    cases = some(tiny, "reference", "halves", "squares", "twice", "no_noise", "sum_only")
    submissions = hand_in(cases, tmp_path / "submitted")
    folder = grade.open_folder(tmp_path / "marks")
    with (
        cluster(tmp_path) as (address, workers),
        record.Book(record.default_url(folder), folder) as book,
    ):
        with Client(address, timeout=60, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=60)
        desk = grade.Desk(folder, corpus.LESSON, LIMITS, True)
        keep, forked = desk._record, []

        def record_and_kill(*arguments):
            keep(*arguments)
            forked.append(any("nursery" in child.cmdline() for child in children(workers[1])))
            workers[0].kill()

        desk._record = record_and_kill
        assert desk.grade(submissions, book, scheduler=address) == 0
        assert workers[0].wait() == -9
        assert any(forked), "workers start every submission anew"
        assert not [child for child in children(workers[1]) if "nursery" in child.cmdline()]
        graders = [worker.pid for worker in workers]
    assert {case.name: score(folder, tiny, case.name) for case in cases} == {
        case.name: case.score for case in cases}
    assert leftovers(*graders) == []


def test_a_scheduler_that_is_not_there_is_told():
    with pytest.raises(Told, match="No Dask scheduler answers"):
        with grade.workers(1, f"tcp://127.0.0.1:{free_port()}", patience=1):
            pass


# --- PostgreSQL -----------------------------------------------------------------------------------


def find_postgres():
    """Folder of PostgreSQL's programs, or None."""
    found = shutil.which("initdb")
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    return Path(found).resolve().parent if found else next((p.parent for p in places), None)


@pytest.fixture(scope="module")
def server():
    """A PostgreSQL server of its own, on a socket; its address."""
    programs = find_postgres()
    if programs is None:
        pytest.skip("PostgreSQL is not installed (Debian: sudo apt install postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="pg-"))  # the socket's path must be short
    user, drop = pwd.getpwuid(os.geteuid()).pw_name, []
    if os.geteuid() == 0:  # it refuses to run as root
        user, nobody = "nobody", pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        drop = ["setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]
    process = None
    try:
        subprocess.run(
            [*drop, programs / "initdb", "-D", folder / "data", "-U", user, "-A", "trust",
             "--no-sync", "--locale", "C.UTF-8"], check=True, cwd=folder, capture_output=True)
        process = subprocess.Popen(
            [*drop, programs / "postgres", "-D", folder / "data", "-k", folder, "-F",
             "-c", "listen_addresses="], cwd=folder, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 60
        url = f"postgresql://{user}@/postgres?host={folder}"
        while time.monotonic() < end and not (folder / ".s.PGSQL.5432").exists():
            time.sleep(0.1)
        yield url
    finally:
        if process is not None:
            process.terminate()
            process.wait(30)
        shutil.rmtree(folder)


@pytest.mark.postgres
@pytest.mark.sandbox
@needs_sandbox
def test_marks_go_to_postgresql(server, tiny, work, tmp_path):  # noqa: F811
    trial.about(tiny[0], corpus.LESSON, True)
    cases = some(tiny, "adds", "halves", "blank")
    submissions = hand_in(cases, tmp_path / "submitted")
    folder = grade.open_folder(tmp_path / "marks")
    url = grade.gradebook_url(folder, server)
    with record.Book(url, folder) as book:
        assert grade.Desk(folder, corpus.LESSON, LIMITS, True).grade(submissions, book, 2) == 0
        grade.write_pages(folder, corpus.LESSON, book)
    assert not (folder / "gradebook.db").exists()
    assert server in (folder / "nbgrader_config.py").read_text(encoding="utf-8")
    assert grade.gradebook_url(folder, None) == server
    with record.Book(url, folder) as book:
        for case in cases:
            marks = book.marks(case.name, corpus.LESSON)
            assert sum(mark.get("score", 0) for mark in marks.values()) == case.score
        assert book.forget({"halves"}) == 1
        assert book.marks("halves", corpus.LESSON) == {} and book.marks("adds", corpus.LESSON)


def test_a_database_that_is_not_there_is_told_without_its_password(tmp_path):
    with pytest.raises(Told, match="can't be opened") as told:
        record.Book(f"postgresql://me:geheim@127.0.0.1:{free_port()}/x", tmp_path)
    assert "geheim" not in str(told.value)


# --- other users ----------------------------------------------------------------------------------


@pytest.mark.sandbox
@needs_sandbox
def test_an_ordinary_user_can_grade(tiny):  # noqa: F811
    if os.geteuid() != 0:
        return  # all other tests have shown it
    cases = {case.name: case for case in some(tiny, "reference", "kills_what_it_can",
                                              "surviving_children", "fork_bomb")}
    base = Path(tempfile.mkdtemp(prefix="other-"))
    nobody = pwd.getpwnam("nobody")
    try:
        shutil.copytree(tiny[0], base / "kept")
        shutil.copytree(Path(execute.__file__).parents[2], base / "code", ignore=(
            lambda folder, names: [n for n in names if n not in ("course_staff", "course_lib")]
            if Path(folder) == Path(execute.__file__).parents[2] else
            [n for n in names if n == "__pycache__"]))
        jobs = {}
        for name, case in cases.items():
            jobs[name] = {
                "notebook": json.loads(case.content), "bundle": str(base / "kept" / "bundle"),
                "template": str(base / "kept" / "templates" / f"{corpus.LESSON}.json"),
                "limits": sandbox.plain_limits(LIMITS), "sandboxed": True, "seed": 1, "inside": [],
                "comparable": []}
        (base / "jobs.json").write_text(json.dumps(jobs), encoding="utf-8")
        script = """
import json, os
from contextlib import nullcontext
from course_staff.grading import execute, warm
jobs = json.load(open('jobs.json', encoding='utf-8'))
assert os.geteuid()
found = []
for forked in (False, True):
    with warm.nurseries() if forked else nullcontext():
        found.append({name: execute.run(job)['tests'] for name, job in jobs.items()})
        forks = sorted(what for (what, *_), each in (warm._kept or {}).items() if each)
print(json.dumps([os.getpid(), forks, *found]))
"""
        for path in (base, *base.rglob("*")):
            os.chown(path, nobody.pw_uid, nobody.pw_gid)
        # This Python may lie where only root can look: show it to the other user elsewhere.
        done = subprocess.run(
            ["bwrap", "--dev-bind", "/", "/", "--tmpfs", "/root", *_shown(), "--chdir", base,
             "setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups",
             sys.executable, "-c", script],
            env={"PATH": os.environ["PATH"], "HOME": str(base), "PYTHONPATH": str(base / "code"),
                 "MPLCONFIGDIR": str(base)},
            capture_output=True, encoding="utf-8", check=False)
        assert done.returncode == 0, done.stderr
        grader, forks, *both = json.loads(done.stdout)
        assert forks == ["kernel", "referee"]  # an ordinary user's system lets them be made
        points = {test: about["points"] for test, about in tiny[1]["tests"].items()}
        for tests in both:
            for name, case in cases.items():
                got = sum(points[test] for test, each in tests[name].items() if each["passed"])
                assert got == case.score, (name, tests[name])
        assert leftovers(grader) == []
    finally:
        shutil.rmtree(base)


def _shown():
    """Bubblewrap's options that make this Python readable, should it lie below /root."""
    for path in {sys.base_prefix, sys.prefix}:
        if Path(path).is_relative_to("/root"):
            for parent in reversed(Path(path).parents[:-1]):
                yield from ("--perms", "0755", "--dir", str(parent))
            yield from ("--ro-bind", path, path)


# --- refusals -------------------------------------------------------------------------------------


def test_grading_refuses_without_a_sandbox(monkeypatch):
    monkeypatch.setattr(sandbox, "sandbox_refusal", lambda: "no user namespaces here")
    with pytest.raises(Told, match="no user namespaces here|Linux only") as told:
        sandbox.refuse_unless_possible()
    assert "--no-sandbox" in str(told.value) and "course doctor" in str(told.value)


def test_marks_are_not_put_where_git_would_publish_them(tmp_path):
    root = Path(__file__).resolve().parents[2]
    if not (root / ".git").exists():
        pytest.skip("not a git checkout")
    with pytest.raises(Told, match="personal data"):
        grade.open_folder(root / "marks of mine")
    assert not (root / "marks of mine").exists()
    (tmp_path / "other files").touch()
    with pytest.raises(Told, match="holds other files"):
        grade.open_folder(tmp_path)
    with pytest.raises(Told, match="no class's folder"):
        grade.open_folder(tmp_path / "new", create=False)


def test_limits_in_force_are_told():
    told = sandbox.Limits().told(True)
    for said in ("no network", "60 s of processor time a cell", "2 GiB", "128 processes",
                 "256 MiB of disk"):
        assert said in told
    assert "NO SANDBOX" in sandbox.Limits().told(False)
