"""What students get: without leaks, the same bytes every time, and enough to work with."""

import hashlib
import json
import os
import re
import subprocess
import sys
import zipfile

import corpus
import nbformat
import pytest
import secrecy
from secrecy import secrets, squeeze

from course_lib.desk import commands
from course_staff.authoring import build, source
from course_staff.grading import release
from course_staff.grading.template import describe

PATHS = source.find()


def notebook_in(bundle, path):
    """A lesson's notebook in an unpacked release."""
    return bundle / source.notebook(path, "lessons").relative_to(source.ROOT)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    """A release of all lessons: (stamp, zip, unpacked folder)."""
    base = tmp_path_factory.mktemp("a release")
    said, target = release.make(PATHS, base, keep=base / "kept")
    with zipfile.ZipFile(target) as archive:
        archive.extractall(base / "unpacked")
    return said, target, base / "unpacked" / release.NAME


def test_a_damaged_course_is_not_released(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(release, "what_is_not_as_shipped", lambda: ["data/x has changed"] * 7)
    assert commands.main(["release", "enhance", "--out", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert "damaged course" in said and "data/x has changed" in said and said.count("data/x") == 5
    assert not list(tmp_path.iterdir())


def test_the_same_content_gives_the_same_bytes_and_stamp(bundle, tmp_path):
    said, target, _ = bundle
    again, other = release.make(PATHS, tmp_path, keep=tmp_path / "kept")
    assert again == said
    digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in (target, other)]
    assert digests[0] == digests[1]
    with zipfile.ZipFile(target) as archive:
        entries = archive.infolist()
    assert {entry.date_time for entry in entries} == {release.EPOCH}
    assert [entry.filename for entry in entries] == sorted(entry.filename for entry in entries)
    assert target.stat().st_size < 30e6


def test_another_hidden_test_gives_another_stamp(bundle):
    files, templates = release.collect(PATHS[:1])
    said = release.stamp(files, templates)
    test = next(iter(templates[source.folder(PATHS[0])]["tests"].values()))
    test["hidden"] += "\n# corrected"
    assert release.stamp(files, templates) != said


def test_no_solution_no_hidden_test_no_staff_and_no_history(bundle):
    _, target, folder = bundle
    names_inside = [path.relative_to(folder).as_posix() for path in folder.rglob("*")]
    for name in names_inside:
        assert not re.search(r"solutions|course_staff|tests|\.git|work/|answers|\.db$", name), name
    everything = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    for path, content in everything.items():
        if path.name == "marking.py":  # knows the markers, to read a test cell
            continue
        for marker in (b"BEGIN SOLUTION", b"BEGIN HIDDEN TESTS", b"BEGIN MARK SCHEME"):
            assert marker not in content, path
    for path in PATHS:
        text = secrecy.text(path)
        notebook = notebook_in(folder, path)
        inside = squeeze(notebook.read_text(encoding="utf-8").replace('\\"', '"'))
        for line in secrets(text):
            assert squeeze(line) not in inside, (path.stem, line)


def test_every_lesson_carries_the_stamp(bundle):
    said, _, folder = bundle
    for path in PATHS:
        notebook = nbformat.read(notebook_in(folder, path), 4)
        nbformat.validate(notebook)
        assert notebook.metadata.course.release == said
    assert json.loads((folder / "release.json").read_text(encoding="utf-8"))["release"] == said


def test_students_have_the_learners_verbs_only(bundle):
    _, _, folder = bundle
    # Without the finder that makes this checkout importable everywhere.
    script = ("import sys; sys.meta_path = [f for f in sys.meta_path if 'ditable' not in repr(f)]; "
              "import course_lib.desk.commands as c; print(c.ROOT, *c.all_verbs())")
    told = subprocess.run(
        [sys.executable, "-c", script], cwd=folder, env=os.environ | {"PYTHONPATH": str(folder)},
        capture_output=True, encoding="utf-8", check=False)
    assert told.stdout.split()[-len(commands.VERBS):] == list(commands.VERBS), told.stderr
    assert str(folder) in told.stdout


# --- what the referee runs ------------------------------------------------------------------------


def test_only_what_the_tests_need_is_kept():
    lesson = describe(corpus.HERE / "course" / "solutions" / "tiny.py")
    assert [cell["id"] for cell in lesson["program"] if cell["id"]] == [
        "double", "double_doubles", "double_doubles_again", "average", "average_weighs", "shake",
        "shake_calls_its_method_once", "shake_takes_its_chance_from_rng"]
    others = [cell["source"] for cell in lesson["program"] if not cell["id"]]
    assert others == ["import numpy as np\nstart = 5.0"]
    assert lesson["answers"] == {"why_double": 3}


# --- course mark ----------------------------------------------------------------------------------


@pytest.fixture
def learner(tmp_path, monkeypatch):
    """A learner's copy of the small lesson, first without solutions: (root, answer)."""
    root = tmp_path / "my course"
    root.mkdir()
    corpus.course(root)
    monkeypatch.setattr(commands, "ROOT", root)
    monkeypatch.setenv("COURSE_WORK", str(root / "work"))
    commands.add_lessons(root / "work")
    path = root / "work" / corpus.LESSON / f"{corpus.LESSON}.ipynb"

    def answer(**answers):
        notebook = corpus.answered(nbformat.read(path, 4), answers)
        path.write_text(json.dumps(notebook), encoding="utf-8")

    return root, answer


def test_mark_gives_points_and_reasons(learner, capsys):
    _, answer = learner
    answer(double="def double(x, times=1):\n    return 2 * x",
           average="def average(x, weights):\n    return x.mean()")
    assert commands.main(["mark", "tiny"]) == 0
    told = capsys.readouterr().out
    assert "  1 of 1  double_doubles\n" in told
    assert "  0 of 2  double_doubles_again\n          double(row, 3) is 5" in told
    assert "the weights have no effect" in told and "shake is not written yet" in told
    assert "1 of 9 points" in told and "tests that you can see" in told
    assert "  - of 3  why_double" in told


def test_mark_puts_split_answers_together(learner, capsys):
    root, answer = learner
    answer(double="def helper(x, times):\n    return x * 2**times")
    path = root / "work" / corpus.LESSON / f"{corpus.LESSON}.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    corpus.copied(notebook, "double", "def double(x, times=1):\n    return helper(x, times)")
    path.write_text(json.dumps(notebook), encoding="utf-8")
    assert commands.main(["mark", "tiny"]) == 0
    assert "2 of 2  double_doubles_again\n" in capsys.readouterr().out


def test_mark_runs_hidden_tests_where_they_are(learner, capsys):
    root, answer = learner
    lesson, text = build.load(root / "solutions" / "tiny.py")
    build.write(source.notebook(lesson.path), text)
    answer(double="def double(x, times=1):\n    return x * 2**times if times else 5 * x")
    assert commands.main(["mark", "91"]) == 0
    told = capsys.readouterr().out
    assert "Hint: zero times changes nothing" in told and "secret" not in told
    assert "tests that you can see" not in told


def test_mark_says_what_is_missing(learner, capsys):
    root, _ = learner
    assert commands.main(["mark", "tiny", "--file", str(root / "no.ipynb")]) == 1
    assert "is not there" in capsys.readouterr().err
    (root / "no.ipynb").write_text("{", encoding="utf-8")
    assert commands.main(["mark", "tiny", "--file", str(root / "no.ipynb")]) == 1
    assert "no readable notebook" in capsys.readouterr().err
