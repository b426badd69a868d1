"""A class of honest, broken and hostile submissions: exact marks, true flags, nothing left over."""

import contextlib
import csv
import dataclasses
import gc
import hashlib
import json
import os
import re
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import tracemalloc
from pathlib import Path

import corpus
import nbformat
import numpy as np
import psutil
import pytest
from nbconvert import HTMLExporter
from nbconvert.filters.markdown_mistune import markdown2html_mistune

from course_lib.desk.cells import grade_id
from course_lib.desk.commands import Told
from course_lib.desk.doctor import sandbox_refusal
from course_lib.desk.marking import Kernel, splice
from course_staff.grading import (
    execute,
    grade,
    inbox,
    normalise,
    record,
    release,
    report,
    sandbox,
    trial,
)

LIMITS = sandbox.Limits(cell_seconds=3, seconds=40, memory=1 << 30, disk=64 << 20)
REFUSAL = sandbox_refusal() if sys.platform == "linux" else "bubblewrap exists on Linux only"
pytestmark = [
    pytest.mark.sandbox,
    pytest.mark.skipif(REFUSAL is not None, reason=str(REFUSAL)),
]


@pytest.fixture(scope="session")
def tiny(tmp_path_factory):
    """A release of the small lesson: (folder, template)."""
    root = tmp_path_factory.mktemp("a course")
    path = corpus.course(root)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COURSE_WORK", str(root / "work"))
        said, _ = release.make([path], root / "out", root=root)
    kept = root / "work" / "releases" / said
    text = (kept / "templates" / f"{corpus.LESSON}.json").read_text(encoding="utf-8")
    return kept, json.loads(text)


@pytest.fixture
def work(tiny, monkeypatch):
    monkeypatch.setenv("COURSE_WORK", str(tiny[0].parent.parent))


def all_cases(tiny):
    kept, template = tiny
    lesson = kept / "bundle" / "lessons" / corpus.LESSON / f"{corpus.LESSON}.ipynb"
    reference = {name: each["reference"] for name, each in template["solutions"].items()}
    return corpus.cases(nbformat.read(lesson, 4), reference)


def hand_in(cases, folder):
    for case in cases:
        (folder / case.name).mkdir(parents=True)
        (folder / case.name / case.file).write_bytes(case.content)
    return inbox.collect(folder, corpus.LESSON, folder.parent / "unpacked")[0]


def fingerprint(folder):
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*")) if path.is_file()}


def leftovers(*graders):
    """Processes that still run in sandboxes of this process, or of other graders (process ids).

    Each sees a private folder of its grader's, whatever it did to its name and its parents.
    """
    marks = [f"{sandbox.PREFIX}{grader}-" for grader in graders or (os.getpid(),)]
    found = []
    for process in psutil.process_iter(["cmdline"]):
        with contextlib.suppress(OSError):
            mounts = Path(f"/proc/{process.pid}/mountinfo").read_text(encoding="utf-8")
            if any(mark in mounts for mark in marks):
                found.append(process.info["cmdline"])
    return found


def temporary():
    """Private folders of this process; others may be grading, too."""
    return set(Path(tempfile.gettempdir()).glob(f"{sandbox.PREFIX}{os.getpid()}-*"))


@pytest.fixture(scope="session")
def graded(tiny, tmp_path_factory):
    """The whole corpus, graded once with two jobs: (cases, class folder)."""
    base = tmp_path_factory.mktemp("class")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COURSE_WORK", str(tiny[0].parent.parent))
        trial.about(tiny[0], corpus.LESSON, True)
        cases = all_cases(tiny)
        submissions = hand_in(cases, base / "submitted")
        before = fingerprint(base / "submitted"), fingerprint(tiny[0]), temporary()
        folder = grade.open_folder(base / "marks")
        desk = grade.Desk(folder, corpus.LESSON, LIMITS, True)
        with record.Book(record.default_url(folder), folder) as book:
            failed = desk.grade(submissions, book, jobs=2)
            grade.write_pages(folder, corpus.LESSON, book)
        after = fingerprint(base / "submitted"), fingerprint(tiny[0]), temporary()
    return cases, folder, failed, before, after


def result(folder, name):
    path = folder / "results" / corpus.LESSON / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8"))


def names():
    cells = corpus.source.read(corpus.HERE / "hostile.py").cells
    listed = [cell.options["attack"] for cell in cells if "attack" in cell.options]
    return listed + [make.__name__ for make, _, _ in corpus.BROKEN]


HONEST = ["reference", "blank", "halves", "squares", "forgets_times", "adds", "no_weights",
          "no_refusal", "sum_only", "with_numpy", "own_generator", "twice", "no_noise",
          "in_two_steps"]


@pytest.mark.parametrize("name", HONEST + names())
def test_each_submission_gets_its_score_and_its_flags(graded, tiny, name):
    cases, folder, *_ = graded
    case = next(case for case in cases if case.name == name)
    found = result(folder, name)
    points = {test: about["points"] for test, about in tiny[1]["tests"].items()}
    score = sum(points[test] for test, verdict in found["tests"].items() if verdict["passed"])
    assert score == case.score, found
    words = {word for word, _ in found["flags"]}
    assert words == set(case.flags), found["flags"]
    if case.flags == {"identical"}:
        assert score == corpus.FULL


def test_one_run_suffices_and_nothing_else_changed(graded):
    cases, folder, failed, before, after = graded
    assert failed == 0
    assert len(list((folder / "results" / corpus.LESSON).glob("*.json"))) == len(cases)
    assert before == after
    assert leftovers() == []
    assert not Path("/tmp/course-pwned").exists()


def test_whatever_runs_in_a_sandbox_is_seen(tiny):
    box = sandbox.Sandbox(tiny[0] / "bundle", LIMITS)
    with box:
        kernel = Kernel(box.start, box.folder, box.inside)
        assert kernel.ready()
        assert len(leftovers()) >= 2  # bubblewrap, the kernel
        kernel.close()
    assert leftovers() == []


def test_memory_counts_without_being_mapped():
    import mmap

    size = 1 << 20
    before = sum(sandbox._nameless("/proc/self").values())
    file = os.memfd_create("hoard")
    os.write(file, bytes(size))
    shared = mmap.mmap(-1, size)
    assert sum(sandbox._nameless("/proc/self").values()) == before + 2 * size
    shared.close()
    os.close(file)
    assert sum(sandbox._nameless("/proc/self").values()) == before


def test_what_cant_be_watched_is_ended(tiny, monkeypatch):
    def blind(*_):
        raise OSError("a name is too long")

    with sandbox.Sandbox(tiny[0] / "bundle", LIMITS) as box:
        kernel = Kernel(box.start, box.folder, box.inside)
        assert kernel.ready()
        monkeypatch.setattr(sandbox, "_strewn", blind)
        assert kernel.process.wait(20) and box.reason == "unwatched"
        kernel.close()


@pytest.mark.parametrize("times", [1, 2])
def test_a_kernel_that_was_killed_from_outside_costs_nobody_marks(tiny, monkeypatch, times):
    begin, killed = execute.Judge.__enter__, []

    def kill(self):
        if len(killed) < times:
            told = self.link.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
            killed.append(struct.unpack("3i", told)[0])
            os.kill(killed[-1], 9)  # as the system does when memory is short
        return begin(self)

    monkeypatch.setattr(execute.Judge, "__enter__", kill)
    job = job_of(tiny, next(case for case in all_cases(tiny) if case.name == "reference"))
    if times == 2:
        with pytest.raises(RuntimeError, match="killed from outside, twice"):
            execute.run(job)
    else:
        outcome = execute.run(job)
        assert all(test["passed"] for test in outcome["tests"].values())
        assert outcome["flags"] == []
    assert len(killed) == times and leftovers() == []


def test_sockets_and_pipes_count_as_if_they_were_full():
    before = sum(sandbox._nameless("/proc/self").values())
    pipe, pair = os.pipe(), socket.socketpair()
    more = sum(sandbox._nameless("/proc/self").values()) - before
    assert more == sandbox.PIPE + 2 * sandbox._socket_buffer()
    for end in (*pipe, *(each.detach() for each in pair)):
        os.close(end)


def test_what_waits_in_connections_is_counted():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        near = socket.create_connection(listener.getsockname())
        far, _ = listener.accept()
        before = sandbox._queued("/proc/self/net")
        near.sendall(bytes(50_000))
        assert sandbox._queued("/proc/self/net") >= before + 40_000
        near.close()
        far.close()


def test_what_is_held_less_well_here_is_told(monkeypatch):
    monkeypatch.setattr(sandbox.cgroups, "delegated", lambda: None)
    told, = sandbox.weaker()
    assert "Memory is watched" in told and "Delegate=yes" in told
    monkeypatch.setattr(sandbox.cgroups, "delegated", lambda: Path("/sys/fs/cgroup/mine"))
    assert sandbox.weaker() == []
    monkeypatch.setattr(sandbox.syscalls, "program", lambda: None)
    told, = sandbox.weaker()
    assert "System calls aren't filtered" in told


def job_of(tiny, case, **changes):
    kept, template = tiny
    path = kept / "templates" / f"{corpus.LESSON}.json"
    limits = sandbox.plain_limits(dataclasses.replace(LIMITS, **changes))
    return {"notebook": splice(template["notebook"], json.loads(case.content)["cells"])[0],
            "template": str(path), "bundle": str(kept / "bundle"), "limits": limits,
            "sandboxed": True, "seed": None, "inside": [], "comparable": []}


HOARD = """
kept = []


def shake(method, x, rng):
    if type(method).__name__ == "Remote":
        for _ in range(24):
            kept.append(method(np.ones(4 << 20)).nbytes)
    raise ValueError(f"{len(kept)} calls")
"""


def test_a_test_keeps_no_more_than_a_submission_may(tiny):
    case = next(case for case in all_cases(tiny) if case.name == "reference")
    job = job_of(tiny, case, memory=256 << 20, cell_seconds=20)
    cell = next(cell for cell in job["notebook"]["cells"] if grade_id(cell) == "shake")
    cell["source"] = HOARD
    outcome = execute.run(job)
    told = outcome["tests"]["shake_calls_its_method_once"]
    assert told["error"]["name"] == "KernelDied", told  # and not ValueError, after 24 calls
    assert outcome["tests"]["double_doubles_again"]["passed"] and outcome["flags"] == []


def test_reference_answers_that_were_stopped_are_no_result(tiny, tmp_path, monkeypatch):
    def run(job):  # in the kernel alone they would be fast enough
        outcome = grade.nothing_to_run(tiny[1])
        for test in outcome["tests"].values():
            test |= {"passed": bool(job["inside"]), "stopped": not job["inside"]}
        return outcome | {"flags": [["time-out", "a cell ran for more than 300 s"]]}

    kept = tmp_path / "kept"
    shutil.copytree(tiny[0], kept)
    found = kept / "templates" / f"{corpus.LESSON}.trial.json"
    found.unlink(missing_ok=True)
    monkeypatch.setattr(execute, "run", run)
    with pytest.raises(Told, match="more than 300 s"):
        trial.about(kept, corpus.LESSON, True)
    assert not found.exists()


def test_a_release_that_few_name_is_flagged(graded, tiny):
    seen = result(graded[1], "halves")
    summary = report.Summary(tiny[1])
    for stamp in ("usual", "usual", "older", "newest"):
        summary.add(seen | {"stamp": stamp, "flags": []}, {})
    summary.finish("newest")
    assert [[word for word, _ in row.flags if word == "release"] for row in summary.rows] == [
        [], [], ["release"], []]


class NoBook:
    """Stands for a gradebook that keeps nothing."""

    def assignment(self, template):
        pass

    def write(self, *_):
        pass


def test_a_class_of_any_size_takes_the_same_memory(tiny, work, tmp_path, monkeypatch):
    trial.about(tiny[0], corpus.LESSON, True)
    case = next(case for case in all_cases(tiny) if case.name == "halves")

    def run(job):
        text = f"{len(gc.get_objects())} " * 50_000  # a new one each time
        outputs = [[{"output_type": "stream", "name": "stdout", "text": text}]
                   for _ in job["notebook"]["cells"]]
        return grade.nothing_to_run(tiny[1]) | {"outputs": outputs}

    monkeypatch.setattr(execute, "run", run)
    prepare, record_one = grade.Desk._prepare, grade.Desk._record
    under_way, most, peaks = [], [], []

    def counted(self, prepared):
        under_way.append(prepared)
        most.append(len(under_way))
        return prepare(self, prepared)

    def done(self, prepared, *rest):
        record_one(self, prepared, *rest)
        under_way.remove(prepared)

    monkeypatch.setattr(grade.Desk, "_prepare", counted)
    monkeypatch.setattr(grade.Desk, "_record", done)
    for count in (6, 36):
        cases = [dataclasses.replace(case, name=f"student{number:02}") for number in range(count)]
        submissions = hand_in(cases, tmp_path / f"submitted {count}")
        folder = grade.open_folder(tmp_path / f"marks {count}")
        desk = grade.Desk(folder, corpus.LESSON, LIMITS, True)
        tracemalloc.start()
        assert desk.grade(submissions, NoBook(), jobs=2) == 0
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert max(most) <= 4
    # One to four are under way at the peak; kept submissions would take six times as much.
    assert peaks[1] < 3 * peaks[0], peaks


def test_gradebook_and_csv_say_the_same(graded):
    cases, folder, *_ = graded
    with open(folder / corpus.LESSON / "grades.csv", encoding="utf-8-sig", newline="") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    with record.Book(record.default_url(folder), folder) as book:
        for case in cases:
            marks = book.marks(case.name, corpus.LESSON)
            assert sum(mark.get("score", 0) for mark in marks.values()) == case.score, case.name
            assert float(rows[case.name]["score"]) == case.score
            assert float(rows[case.name]["max"]) == 12


def test_hidden_tests_reach_no_page_and_no_student(graded):
    _, folder, *_ = graded
    for path in (folder / "feedback").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        for secret in ("a secret", "the secret", "HIDDEN", "Traceback"):
            if secret in text:  # what the student wrote is shown as it is
                assert path.parent.name in ("prints_hidden_tests", "odd_cells"), (path, secret)
    seen = result(folder, "prints_hidden_tests")
    notebook = executed(folder, "prints_hidden_tests")
    outputs = json.dumps([cell.get("outputs") for cell in notebook["cells"]])
    assert not re.search(r"\bsecret\b", outputs) and seen["tests"]  # Python has `secrets`


def executed(folder, name):
    return nbformat.read(folder / "autograded" / name / corpus.LESSON / f"{corpus.LESSON}.ipynb", 4)


def test_nothing_was_seen_from_within(graded):
    cases, folder, *_ = graded
    for case in cases:
        outputs = json.dumps([cell.get("outputs") for cell in executed(folder, case.name)["cells"]])
        assert "LEAK" not in outputs, (case.name, re.findall("LEAK[^\"\\\\]*", outputs))


def test_no_script_survives(graded):
    cases, folder, *_ = graded
    live = re.compile(r"<\s*(script|img|svg|iframe|a)\b[^>]*(alert|http|on\w+=|javascript)", re.I)
    for path in [*(folder / "feedback").rglob("*.html"),
                 folder / corpus.LESSON / "report.html"]:
        assert not live.search(path.read_text(encoding="utf-8")), path
    for case in cases:
        for cell in executed(folder, case.name)["cells"]:
            if cell["cell_type"] == "markdown":
                assert not live.search("".join(cell["source"])), case.name
            kinds = {kind for output in cell.get("outputs", ()) for kind in output.get("data", ())}
            assert kinds <= {"text/plain", "image/png", "image/jpeg"}


def test_pasted_pictures_are_shown_and_lost_ones_break_no_page(graded):
    notebook = executed(graded[1], "pasted_pictures")
    html, _ = HTMLExporter().from_notebook_node(notebook)
    assert 'alt="a dot"' in html and "![it]" not in html
    notebook = executed(graded[1], "picture_pasted_in_colab")
    html, _ = HTMLExporter().from_notebook_node(notebook)
    assert re.search(r'<img alt="it" src="data:image/png;base64,', html)


def test_written_answers_that_were_split_are_shown_whole(graded):
    notebook = executed(graded[1], "written_answer_split_in_two")
    text = next(cell.source for cell in notebook.cells if grade_id(cell) == "why_double")
    assert "Because" in text and "first prime" in text


def test_feedback_tells_the_mistake_and_the_hint(graded):
    _, folder, *_ = graded

    def page(name):
        path = folder / "feedback" / name / f"{corpus.LESSON}.html"
        return path.read_text(encoding="utf-8")

    assert "this is half of it: multiply." in page("halves")
    assert "one number alone is its own mean" in page("sum_only") or "should be" in page("sum_only")
    assert "A person will mark this answer" in page("reference")


def test_report_names_what_needs_a_look(graded):
    _, folder, *_ = graded
    text = (folder / corpus.LESSON / "report.html").read_text(encoding="utf-8")
    for said in ("cross-check", "no network", "Most-missed tests", "rebinds_the_helpers",
                 "unreadable", "time-out", "memory"):
        assert said in text


def test_a_run_that_was_stopped_goes_on(graded, tiny, work, tmp_path):
    cases, _, *_ = graded
    some = [case for case in cases if case.name in ("reference", "halves", "twice")]
    submissions = hand_in(some, tmp_path / "submitted")
    folder = grade.open_folder(tmp_path / "marks")
    ran = []
    with record.Book(record.default_url(folder), folder) as book:
        grade.Desk(folder, corpus.LESSON, LIMITS, True).grade(submissions[:2], book)
        first = fingerprint(folder / "results")
        desk = grade.Desk(folder, corpus.LESSON, LIMITS, True, resume=True)
        keep = desk._record
        desk._record = lambda prepared, *rest: (ran.append(prepared["submission"].student),
                                                keep(prepared, *rest))
        desk.grade(submissions, book)
        assert ran == [submissions[2].student]
        changed = json.loads(submissions[0].path.read_text(encoding="utf-8"))
        submissions[0].path.write_text(json.dumps(changed, indent=3), encoding="utf-8")
        desk.grade(submissions, book)
    assert ran == [submissions[2].student, submissions[0].student]
    kept = f"{submissions[1].student}.json"
    assert {k: v for k, v in first.items() if kept in k} == {
        k: v for k, v in fingerprint(folder / "results").items() if kept in k}


def test_one_that_cant_be_graded_stops_nobody(tiny, work, tmp_path, monkeypatch):
    cases = [case for case in all_cases(tiny) if case.name in ("blank", "empty_file", "a_list")]
    submissions = hand_in(cases, tmp_path / "submitted")
    folder = grade.open_folder(tmp_path / "marks")
    wrong = {"a_list": "_prepare", "blank": "_record"}
    for method in wrong.values():
        kept = getattr(grade.Desk, method)

        def failing(self, prepared, *rest, kept=kept, method=method):
            if wrong.get(prepared["submission"].student) == method:
                raise OSError("half a name: \ud83d")
            return kept(self, prepared, *rest)

        monkeypatch.setattr(grade.Desk, method, failing)
    with record.Book(record.default_url(folder), folder) as book:
        assert grade.Desk(folder, corpus.LESSON, LIMITS, True).grade(submissions, book) == 2
        grade.write_pages(folder, corpus.LESSON, book)
    words = {name: [word for word, _ in result(folder, name)["flags"]]
             for name in ("a_list", "blank", "empty_file")}
    assert words == {"a_list": ["not graded"], "blank": ["not graded"],
                     "empty_file": ["unreadable"]}


def test_the_median_of_an_even_class_lies_between_the_two_in_the_middle():
    summary = report.Summary({
        "title": "Mini", "tests": {"adds": {"points": 4, "exercise": "sum"}}, "answers": {},
        "solutions": {"sum": {}}})
    for score in (1, 4):
        summary.add({"student": f"s{score}", "stamp": "1", "tests": {}, "flags": []},
                    {"adds": {"score": score}})
    assert "Median 2.5 of 4 points; from 1 to 4." in "".join(summary._body())


def test_a_file_that_cant_be_opened_is_no_fault_of_the_students(tiny, work, tmp_path):
    place = tmp_path / "submitted"
    submissions = hand_in([case for case in all_cases(tiny) if case.name == "blank"], place)
    submissions[0].path.unlink()
    folder = grade.open_folder(tmp_path / "marks")
    with record.Book(record.default_url(folder), folder) as book:
        assert grade.Desk(folder, corpus.LESSON, LIMITS, True).grade(submissions, book) == 1
    assert [word for word, _ in result(folder, "blank")["flags"]] == ["not graded"]


def test_of_a_huge_file_no_more_is_read_than_shows_that_it_is_huge(tmp_path):
    huge = tmp_path / "huge.ipynb"
    with open(huge, "wb") as file:
        file.truncate(normalise.LARGEST + 7)
    handed = normalise.read(huge)
    told = "ValueError: it has more than 20 MB"
    assert handed.cells == [] and handed.flags == [("unreadable", told)]


def test_an_answer_that_goes_silent_on_fresh_inputs_is_told(monkeypatch):
    monkeypatch.syspath_prepend(sandbox.HERE)
    import referee
    import wire

    class Silent:
        def call(self, *_):
            raise wire.WireError("the other side is gone")

    judge = referee.Referee({"program": []}, Silent())
    judge.reference["double"] = abs
    judge.calls.append(("double", (2.0,), {}))
    assert "stops answering" in judge.compare("a_test", 1)
    assert referee.alike("a word", None) and not referee.alike(2.0, None)


@pytest.fixture
def ends(monkeypatch):
    """Both ends of a wire: the referee's, and a bare socket in the sandbox's place."""
    monkeypatch.syspath_prepend(sandbox.HERE)
    import wire

    near, far = socket.socketpair()
    with near, far:
        yield wire, wire.Link(near, True, None), far


def message(text, *buffers):
    return struct.pack(">Q", len(text)) + text.encode() + b"".join(buffers)


def test_a_large_message_leaves_the_wire_in_step(ends, monkeypatch):
    wire, link, far = ends
    monkeypatch.setattr(wire, "LARGEST", 1000)
    far.sendall(message('{"value": 1, "sizes": [600, 600]}', bytes(1200)))
    far.sendall(message('{"value": 2, "sizes": []}'))
    with pytest.raises(wire.WireError, match="too large"):
        link.call("f", (), {})
    assert link.call("f", (), {}) == 2


@pytest.mark.parametrize("head", [
    "{", "[]", "{}", '{"sizes": 3}', '{"sizes": [-1]}', '{"sizes": ["x"]}', '{"sizes": {"a": 1}}',
    " " * (5 << 20)], ids=range(8))
def test_a_head_that_cant_be_read_is_the_last(ends, head):
    wire, link, far = ends
    sender = threading.Thread(target=suppressing(far.sendall), args=[message(head)])
    sender.start()
    with pytest.raises(wire.WireError, match="malformed"):
        link.call("f", (), {})
    sender.join()
    with pytest.raises(wire.WireError, match="gone"):
        link.call("f", (), {})


def suppressing(act):
    def acting(*arguments):
        with contextlib.suppress(OSError):
            act(*arguments)
    return acting


def test_what_is_too_much_for_the_wire_is_told_by_the_sender(ends, monkeypatch):
    wire, _, far = ends
    monkeypatch.setattr(wire, "LARGEST", 1000)
    many = wire.Link(far, False, {"list": lambda: [0.1] * 10**6, "arrays": lambda: [b"x" * 600] * 2,
                                  "endless": lambda: 10**5000}.get)
    server = threading.Thread(target=many.serve)
    server.start()
    for name, told in (("list", "arrays"), ("arrays", "MiB"), ("endless", "digits")):
        with pytest.raises(TypeError, match=told):
            ends[1].call(name, (), {})
    ends[1].done()
    server.join()


def test_an_answer_that_calls_what_it_rebuilds_gets_no_points(tiny):
    kept, template = tiny
    notebook = trial.with_reference(template)
    for cell in notebook["cells"]:
        if grade_id(cell) == "double":
            cell["source"] = ("import course_lib.imaging.operators as o\n"
                              "def double(x, times=1):\n    o.Shift(0, 0)\n    return x * 2**times")
    outcome = execute.run({
        "notebook": notebook, "template": str(kept / "templates" / f"{corpus.LESSON}.json"),
        "bundle": str(kept / "bundle"), "limits": sandbox.plain_limits(LIMITS), "sandboxed": True,
        "seed": 1, "inside": [], "comparable": []})
    tests = outcome["tests"]
    for name in ("double_doubles", "double_doubles_again"):
        assert not tests[name]["passed"]
        for error in (tests[name]["error"], tests[name]["kernel"]):  # here and as a learner sees it
            assert "off limits here" in error["text"]
    assert tests["average_weighs"]["passed"]


def test_lists_and_dictionaries_that_a_call_changes_are_changed_here_too(ends):
    _, link, far = ends

    def spoil(parts, more):
        parts[0].append(parts[1])
        parts[1][0] = 7
        more["new"] = [more.pop("old")]
        return parts

    other = ends[0].Link(far, False, {"spoil": spoil, "keep": lambda parts, more: 1}.get)
    server = threading.Thread(target=other.serve)
    server.start()
    inner, array, more = [1], np.ones(2), {"old": 2, "array": np.ones(1)}
    parts = [inner, array]
    assert link.call("keep", (parts, more), {}) == 1
    assert parts[0] is inner and parts[1] is array and inner == [1]
    link.call("spoil", (parts,), {"more": more})
    link.done()
    server.join()
    assert len(parts) == 2 and parts[0] is inner and inner[0] == 1 and list(array) == [7, 1]
    assert list(inner[1]) == [7, 1] and more["new"] == [2] and "old" not in more


def test_threads_take_turns_on_the_wire(ends):
    wire, link, far = ends
    other = wire.Link(far, False, {"first": lambda n, _: n}.get)
    server = threading.Thread(target=other.serve)
    server.start()
    wrong = []

    def ask(number):
        wrong.extend(n for n in range(200) if link.call("first", (n, number), {}) != n)

    threads = [threading.Thread(target=ask, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    link.done()
    server.join()
    assert wrong == []


def test_results_that_carry_gradients_are_compared(monkeypatch):
    torch = pytest.importorskip("torch")
    monkeypatch.syspath_prepend(sandbox.HERE)
    import referee

    ones = torch.ones(2, requires_grad=True)
    assert referee.alike(ones, np.ones(2)) and not referee.alike(ones, np.zeros(2))


def test_marks_given_by_hand_stay_and_are_told(graded, tiny, work, tmp_path):
    cases, _, *_ = graded
    submissions = hand_in([case for case in cases if case.name == "adds"], tmp_path / "submitted")
    folder = grade.open_folder(tmp_path / "marks")
    with record.Book(record.default_url(folder), folder) as book:
        desk = grade.Desk(folder, corpus.LESSON, LIMITS, True)
        desk.grade(submissions, book)
        mark = book.book.find_grade("why_double", corpus.LESSON, corpus.LESSON, "adds")
        mark.manual_score, mark.needs_manual_grade = 2.0, False
        comment = book.book.find_comment("why_double", corpus.LESSON, corpus.LESSON, "adds")
        comment.manual_comment = "Good <b>point</b>."
        book.book.db.commit()
        grade.write_pages(folder, corpus.LESSON, book)
        page = (folder / "feedback" / "adds" / f"{corpus.LESSON}.html").read_text(encoding="utf-8")
        assert "11 of 12 points" in page and "Good &lt;b&gt;point&lt;/b&gt;." in page
        desk.grade(submissions, book)
        assert book.marks("adds", corpus.LESSON)["why_double"]["score"] == 2


@pytest.mark.parametrize("name", ["", ".", "..", "../marks", "/"])
def test_no_name_forgets_more_than_a_student(tmp_path, name):
    from course_lib.desk.commands import main

    folder = grade.open_folder(tmp_path / "marks")
    (folder / "autograded" / "ada").mkdir(parents=True)
    assert main(["forget", "--out", str(folder), "--student", name, "--yes"]) == 1
    assert (folder / "autograded" / "ada").exists()


def test_a_class_is_forgotten(graded, work, tmp_path):
    _, folder, *_ = graded
    copy = tmp_path / "marks"
    shutil.copytree(folder, copy)
    url = record.default_url(copy)
    (copy / "class.json").write_text(json.dumps({"gradebook": url}), encoding="utf-8")
    from course_lib.desk.commands import main

    assert main(["forget", "--out", str(copy), "--student", "halves"]) == 1
    assert main(["forget", "--out", str(copy), "--student", "halves", "--yes"]) == 0
    assert not [path for path in copy.rglob("*halves*")]
    with record.Book(url, copy) as book:
        assert book.marks("halves", corpus.LESSON) == {}
        assert book.marks("squares", corpus.LESSON)
    assert main(["forget", "--out", str(copy), "--yes"]) == 0
    assert not copy.exists()


def test_no_written_answer_hangs_who_marks_it():
    texts = ["An honest answer, with $x^2$ and a [link](https://a.example). " * 90,
             "[" * 1_000_000, "\\begin{a}" * 20_000, "~~~~\n" + "*a **b " * 3000, "short"]
    cells = [{"cell_type": "markdown", "source": text} for text in texts]
    assert normalise._show_plainly(cells) == 2 + (len(cells[3]["source"]) > len(texts[3]))
    assert [cell["source"] == text for cell, text in zip(cells, texts, strict=True)][::4] == [
        True, True]
    assert cells[1]["source"] == f"~~~\n{texts[1]}\n~~~"
    before = time.process_time()
    for cell in cells:
        markdown2html_mistune(cell["source"])
    assert time.process_time() - before < 5
    assert normalise._show_plainly([{"cell_type": "markdown", "source": "[" * 3000}]) == 0


def test_formulas_are_set_without_asking_another_host():
    program = """
import nbformat
from nbconvert import HTMLExporter
from nbgrader.server_extensions.formgrader import handlers
made = HTMLExporter(template_name="formgrade", extra_template_basedirs=[handlers.template_path])
print(made.from_notebook_node(nbformat.v4.new_notebook(), resources={
    "index": 0, "total": 1, "base_url": "", "notebook_id": "n", "assignment_id": "a",
    "student": "s", "unique_key": "x"})[0])
"""
    page = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True,
                          encoding="utf-8",
                          env={**os.environ, "JUPYTER_PATH": str(grade.TEMPLATES)}).stdout
    assert f"/static/{grade.MATHJAX.name}" in page and grade.MATHJAX.exists()
    assert not re.search(r'(src|href)="(https?:)?//', page)


RECORDER = """
seen = []
def double(x, times=1):
    seen.append(repr(x))
    return x * 2**times
"""
TELLS = """
class MyError(ValueError):
    pass
def average(x, weights):
    MyError.__name__ = "seen_" + "".join(c for c in str(seen) if c.isalnum())
    raise MyError(f"RECORDED {seen}") if len(seen) % 2 else AssertionError(f"RECORDED {seen}")
def shake(method, x, rng):
    import warnings
    warnings.warn(f"RECORDED {seen}")
    print(f"RECORDED {seen}")
    raise type("OffLimits", (AssertionError,), {})(f"RECORDED {seen}")
"""


def test_a_page_tells_nothing_that_a_function_was_called_with(tiny, work, tmp_path):
    case = next(case for case in all_cases(tiny) if case.name == "reference")
    notebook = json.loads(case.content)
    for cell in notebook["cells"]:
        if grade_id(cell) == "double":
            cell["source"] = RECORDER
        if grade_id(cell) in ("average", "shake"):
            cell["source"] = TELLS
    recorder = dataclasses.replace(case, name="recorder",
                                   content=json.dumps(notebook).encode())
    submissions = hand_in([recorder], tmp_path / "submitted")
    folder = grade.open_folder(tmp_path / "marks")
    with record.Book(record.default_url(folder), folder) as book:
        grade.Desk(folder, corpus.LESSON, LIMITS, True).grade(submissions, book)
        grade.write_pages(folder, corpus.LESSON, book)
    page = (folder / "feedback" / "recorder" / f"{corpus.LESSON}.html").read_text(encoding="utf-8")
    shown = re.sub(r"<pre>.*?</pre>", "", page, flags=re.DOTALL)  # its own code is its own
    assert "raised" in shown or "off limits" in shown
    assert "RECORDED" not in shown and "seen_" not in shown and "MyError" not in shown


def test_fresh_inputs_are_drawn_when_no_test_is_left_to_tell_them(tiny, monkeypatch):
    asked, ask = [], execute.Judge.ask
    monkeypatch.setattr(execute.Judge, "ask", lambda self, what, test: (
        asked.append(what), ask(self, what, test))[1])
    job = job_of(tiny, next(case for case in all_cases(tiny) if case.name == "reference"))
    job |= {"seed": 1 << 62, "comparable": list(tiny[1]["tests"])}
    outcome = execute.run(job)
    assert asked == sorted(asked, reverse=True) and asked.count("fresh") == len(tiny[1]["tests"])
    assert outcome["flags"] == [] and not any(t["fresh"] for t in outcome["tests"].values())


def test_a_seed_is_drawn_and_none_is_taken_that_can_be_guessed(tmp_path):
    folder = grade.open_folder(tmp_path / "marks")
    drawn = grade.secret_seed(folder)
    assert drawn >> 62 == 1 and grade.secret_seed(folder) == drawn
    (folder / "secret_seed").write_text("20261130\n", encoding="utf-8")
    with pytest.raises(Told, match="found by trying"):
        grade.secret_seed(folder)


def test_blank_answers_are_no_response(graded):
    cases, folder, *_ = graded
    with record.Book(record.default_url(folder), folder) as book:
        marks = book.marks("blank", corpus.LESSON)
    assert marks["double"]["comment"] == "No response."
    assert {grade_id(cell) for cell in executed(folder, "blank")["cells"]} >= set(marks)


def test_markers_see_the_rubric_below_the_answer_and_students_dont(graded, tiny):
    _, folder, *_ = graded
    cells = executed(folder, "blank")["cells"]
    place = next(n for n, cell in enumerate(cells) if grade_id(cell) == "why_double")
    assert "names the number" in cells[place + 1]["source"]
    page = (folder / "feedback" / "blank" / f"{corpus.LESSON}.html").read_text(encoding="utf-8")
    assert "names the number" not in page
    bundle = (tiny[0] / "bundle").rglob("*.ipynb")
    assert not [path for path in bundle if "names the number" in path.read_text(encoding="utf-8")]
