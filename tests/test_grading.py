"""A class of honest, broken and hostile submissions: exact marks, true flags, nothing left over."""

import csv
import hashlib
import json
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

import corpus
import nbformat
import psutil
import pytest

from course_lib.doctor import sandbox_refusal
from course_lib.marking import grade_id
from course_staff.grading import grade, inbox, record, release, sandbox, trial

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
    return inbox.collect(folder, corpus.LESSON, folder.parent / "unpacked")


def fingerprint(folder):
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*")) if path.is_file()}


def leftovers():
    """Processes of submissions that still run."""
    found = []
    for process in psutil.process_iter(["cmdline", "uids"]):
        line = " ".join(process.info["cmdline"] or ())
        if "98765" in line or "/grader/inside.py" in line or process.info["uids"].real >= 1 << 30:
            found.append(line)
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


def test_gradebook_and_csv_say_the_same(graded):
    cases, folder, *_ = graded
    with open(folder / corpus.LESSON / "grades.csv", encoding="utf-8", newline="") as file:
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
    assert "secret" not in outputs and seen["tests"]


def executed(folder, name):
    path = folder / "autograded" / name / corpus.LESSON / f"{corpus.LESSON}.ipynb"
    return json.loads(path.read_text(encoding="utf-8"))


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


def test_a_class_is_forgotten(graded, work, tmp_path):
    _, folder, *_ = graded
    copy = tmp_path / "marks"
    shutil.copytree(folder, copy)
    url = record.default_url(copy)
    (copy / "class.json").write_text(json.dumps({"gradebook": url}), encoding="utf-8")
    from course_lib.commands import main

    assert main(["forget", "--out", str(copy), "--student", "halves"]) == 1
    assert main(["forget", "--out", str(copy), "--student", "halves", "--yes"]) == 0
    assert not [path for path in copy.rglob("*halves*")]
    with record.Book(url, copy) as book:
        assert book.marks("halves", corpus.LESSON) == {}
        assert book.marks("squares", corpus.LESSON)
    assert main(["forget", "--out", str(copy), "--yes"]) == 0
    assert not copy.exists()


def test_blank_answers_are_no_response(graded):
    cases, folder, *_ = graded
    with record.Book(record.default_url(folder), folder) as book:
        marks = book.marks("blank", corpus.LESSON)
    assert marks["double"]["comment"] == "No response."
    assert {grade_id(cell) for cell in executed(folder, "blank")["cells"]} >= set(marks)
