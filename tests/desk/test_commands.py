"""The console script `course`: learners' work is safe, problems are told, JupyterLab is quiet."""

import json
import os
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from course_lib.desk import check_code, commands, doctor

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOK = '{"cells": [{"cell_type": "markdown", "source": "as shipped", "metadata": {}}]}'


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A small course with three lessons, in a folder with a space."""
    root = tmp_path / "my course"
    for name in ("00_enhance", "01_image_formation", "13_use_and_misuse"):
        folder = root / "lessons" / name
        folder.mkdir(parents=True)
        (folder / f"{name}.ipynb").write_text(NOTEBOOK, encoding="utf-8")
    (root / "lessons" / "01_image_formation" / "more").mkdir()
    (root / "lessons" / "01_image_formation" / "more" / "notes.txt").touch()
    monkeypatch.setattr(commands, "ROOT", root)
    monkeypatch.delenv("COURSE_WORK", raising=False)
    return root


def notebook(root, name="01_image_formation"):
    return root / "work" / name / f"{name}.ipynb"


# --- lessons --------------------------------------------------------------------------------------

@pytest.mark.parametrize("said, meant", [
    ("0", "00_enhance"), ("1", "01_image_formation"), ("01", "01_image_formation"),
    ("13", "13_use_and_misuse"), ("use", "13_use_and_misuse"), ("mis", "13_use_and_misuse"),
    ("use_and_misuse", "13_use_and_misuse"), ("Image", "01_image_formation"),
    ("00_enhance", "00_enhance")])
def test_a_lesson_is_found_by_number_or_name(course, said, meant):
    assert commands.find_lesson(said).name == meant


@pytest.mark.parametrize("said, told", [
    ("7", "is not a lesson; there are:\n  00_enhance\n  01_"),
    ("_", "matches more than one"), ("../x", "is not a lesson"), ("²", "is not a lesson")])
def test_an_unknown_lesson_lists_those_there_are(course, said, told):
    with pytest.raises(commands.Told, match=told):
        commands.find_lesson(said)


def test_lessons_are_copied_once_and_never_overwritten(course):
    assert commands.add_lessons(course / "work") == [path.name for path in commands.lessons()]
    notebook(course).write_text("my answer", encoding="utf-8")
    (course / "lessons" / "02_new").mkdir()
    (course / "lessons" / "02_new" / "02_new.ipynb").write_text(NOTEBOOK, encoding="utf-8")
    assert commands.add_lessons(course / "work") == ["02_new"]
    assert notebook(course).read_text(encoding="utf-8") == "my answer"
    assert notebook(course, "02_new").read_text(encoding="utf-8") == NOTEBOOK
    assert commands.add_lessons(course / "work") == []


def test_a_folder_that_a_learner_emptied_stays_as_it_is(course):
    (course / "work" / "00_enhance").mkdir(parents=True)
    commands.add_lessons(course / "work")
    assert list((course / "work" / "00_enhance").iterdir()) == []


def test_an_interrupted_copy_does_not_count(course, monkeypatch):
    def interrupted(source, target, **options):
        Path(target).mkdir()
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(shutil, "copytree", interrupted)
        with pytest.raises(KeyboardInterrupt):
            commands.add_lessons(course / "work")
    assert "00_enhance" in commands.add_lessons(course / "work")
    assert notebook(course, "00_enhance").exists()


# --- reset ----------------------------------------------------------------------------------------

def test_reset_keeps_every_version(course, capsys):
    commands.add_lessons(course / "work")
    kept = []
    for answer in ("first", "second", "third"):  # within one second
        notebook(course).write_text(answer, encoding="utf-8")
        assert commands.main(["reset", "1"]) == 0
        assert notebook(course).read_text(encoding="utf-8") == NOTEBOOK
        kept.append(answer)
        backups = (course / "work" / "backups" / "01_image_formation").glob("*/*.ipynb")
        assert sorted(path.read_text(encoding="utf-8") for path in backups) == sorted(kept)
    assert "Your version is kept in" in capsys.readouterr().out


def test_reset_names_the_backup_after_the_time(course):
    commands.add_lessons(course / "work")
    backup = commands.reset_lesson(course / "lessons" / "01_image_formation", course / "work",
                                   now=datetime(2031, 2, 3, 4, 5, 6))
    assert backup == course / "work" / "backups" / "01_image_formation" / "2031-02-03_04-05-06"
    assert (backup / "more" / "notes.txt").exists()


def test_reset_leaves_other_files_and_lessons_alone(course):
    commands.add_lessons(course / "work")
    mine = notebook(course).with_name("my thoughts.ipynb")
    mine.write_text("mine", encoding="utf-8")
    notebook(course, "00_enhance").write_text("mine", encoding="utf-8")
    commands.main(["reset", "01"])
    assert mine.read_text(encoding="utf-8") == "mine"
    assert notebook(course, "00_enhance").read_text(encoding="utf-8") == "mine"


def test_reset_of_what_is_not_there_just_copies(course):
    assert commands.reset_lesson(course / "lessons" / "00_enhance", course / "work") is None
    assert notebook(course, "00_enhance").exists()
    assert not (course / "work" / "backups").exists()


# --- lab ------------------------------------------------------------------------------------------

@pytest.fixture
def started(monkeypatch):
    """What `course` starts instead of itself: [command, environment]."""
    calls = []
    monkeypatch.setattr(commands, "run", lambda command, **env: calls.append((command, env)) or 0)
    return calls


def test_lab_opens_the_lesson_in_the_work_folder(course, started):
    assert commands.main(["lab", "--no-browser", "image"]) == 0
    (command, environment), = started
    assert command[1:3] == ["-m", "jupyterlab"]
    assert f"--ServerApp.root_dir={course / 'work'}" in command
    assert any(each.endswith("=/lab/tree/01_image_formation/01_image_formation.ipynb")
               for each in command)
    assert "--ServerApp.open_browser=False" in command
    assert environment == {"COURSE_WORK": str(course / "work")}
    assert notebook(course).exists()


def test_lab_starts_with_lesson_00_and_a_browser(course, started, monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_WORK", str(tmp_path / "else where"))
    commands.main(["lab"])
    (command, _), = started
    assert any("/lab/tree/00_enhance/" in each for each in command)
    assert not any("open_browser" in each for each in command)
    assert (tmp_path / "else where" / "00_enhance").exists() and not (course / "work").exists()


def test_lab_keeps_its_token(course, started):
    commands.main(["lab"])
    options = [each.partition("=")[0].lower() for each in started[0][0]]
    assert not any("token" in option or "password" in option for option in options)


def test_lab_without_lessons_says_so(course, started, capsys):
    (course / "data").mkdir()
    shutil.rmtree(course / "lessons")
    assert commands.main(["lab"]) == 1 and not started
    assert "holds no lessons" in capsys.readouterr().err


def test_jupyter_settings_name_things_that_exist():
    """A plugin that has been renamed would silently come back."""
    from jupyter_core.paths import ENV_JUPYTER_PATH

    page = ROOT / "course_lib/desk/jupyter/page_config.json"
    page = json.loads(page.read_text(encoding="utf-8"))
    extensions = Path(ENV_JUPYTER_PATH[0]) / "labextensions"
    code = "".join(path.read_text(encoding="utf-8")
                   for path in (extensions / "@jupyter" / "nbgrader" / "static").glob("*.js"))
    ours = {name for name in page["disabledExtensions"] if name.startswith("@jupyter/nbgrader:")}
    assert len(ours) == 5
    assert all(f'"{name}"' in code for name in ours)
    assert '"@jupyter/nbgrader:validate-assignment"' in code
    assert "@jupyter/nbgrader:validate-assignment" not in page["disabledExtensions"]
    assert (extensions / "jupyterlab-jupytext").exists()


# --- test, check, doctor --------------------------------------------------------------------------

def test_test_hands_arguments_to_pytest(started, monkeypatch):
    monkeypatch.setattr(os, "chdir", lambda path: None)
    commands.main(["test", "-k", "blur and not psf", "--lf"])
    commands.main(["test"])
    (one, environment), (everything, _) = started
    assert one[1:] == ["-m", "pytest", "-k", "blur and not psf", "--lf"]
    assert everything[1:4] == ["-m", "pytest", "-n"] and "loadgroup" in everything
    assert 2 <= int(everything[4]) <= 4
    assert environment["PYTHONWARNDEFAULTENCODING"] == "1"


def test_what_belongs_together_runs_on_one_worker(tmp_path):
    here = ROOT / "tests"
    for name in ("conftest.py", "_nbval.py", "_strict.py"):
        shutil.copy(here / name, tmp_path)
    kept = ("import os, pathlib, pytest\n"
            "@pytest.mark.parametrize('lesson', ['00_a', '01_b'])\n"
            "@pytest.mark.parametrize('n', range(6))\n"
            "def test_where(lesson, n, worker_id):\n"
            "    with open('where', 'a', encoding='utf-8') as f:\n"
            "        f.write(f'{pathlib.Path(__file__).stem} {lesson} {worker_id}\\n')\n")
    for name in ("test_lessons.py", "test_grading.py", "test_grading_scale.py"):
        (tmp_path / name).write_text(kept, encoding="utf-8")
    done = subprocess.run([sys.executable, "-m", "pytest", "-q", "-n", "3", "--dist", "loadgroup"],
                          cwd=tmp_path, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout
    rows = {tuple(row.split()) for row in
            (tmp_path / "where").read_text(encoding="utf-8").splitlines()}
    workers = [{worker for *names, worker in rows if all(map(str.startswith, names, wanted))}
               for wanted in (("test_lessons", "00"), ("test_lessons", "01"), ("test_grading", ""))]
    assert [len(each) for each in workers] == [1, 1, 1] and len(set.union(*workers)) > 1


def test_check_passes_on_what_is_shipped(capsys):
    assert commands.main(["check"]) == 0
    assert "Data are as shipped" in capsys.readouterr().out


def test_check_names_every_problem(course, monkeypatch, capsys):
    monkeypatch.setenv("COURSE_DATA", str(course / "data"))
    (course / "data").mkdir()
    (course / "data" / "checksums.json").write_text('{"a.png": "00"}', encoding="utf-8")
    for name, content in (("00_enhance", "{"), ("01_image_formation", "{}")):
        (course / "lessons" / name / f"{name}.ipynb").write_text(content, encoding="utf-8")
    assert commands.main(["check"]) == 1
    said = capsys.readouterr().out
    assert "PROBLEM  data/a.png is missing" in said
    assert "PROBLEM  00_enhance is not a readable notebook" in said
    assert "PROBLEM  01_image_formation has no cells" in said


def test_check_of_the_code_goes_on_and_shows_what_fails(monkeypatch, capsys):
    steps = [("style", ["python", "-c", "print('quiet')"]),
             ("types", ["python", "-c", "raise SystemExit('a.py:1: wrong')"]),
             ("laws", ["python", "-c", "print('TOTAL    5155   510    90%')"])]
    monkeypatch.setattr(check_code, "steps", lambda root: steps)
    monkeypatch.setattr(check_code.time, "monotonic", lambda: 0.0)
    assert commands.main(["check", "--code"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "ok       style: 0 s", "PROBLEM  types: 0 s", "         a.py:1: wrong",
        "ok       laws: 0 s, 90 % of the library's statements run"]
    del steps[1]
    assert commands.main(["check", "--code"]) == 0


def test_check_of_the_code_says_what_is_not_installed(monkeypatch, capsys):
    monkeypatch.setattr(check_code, "steps", lambda root: [("style", ["no_such_linter"])])
    assert commands.main(["check", "--code"]) == 1
    assert "no_such_linter is not installed here" in capsys.readouterr().err


def test_doctor_gives_a_remedy_for_each_failure(monkeypatch, capsys):
    def broken(root):
        return doctor.Check("disk", "0.1 GB free", False, "Free some space.")

    def optional(root):
        return doctor.Check("make", "not installed", False, "Not needed:\nreally.", needed=False)

    monkeypatch.setattr(doctor, "checks", (broken, optional))
    assert doctor.report(ROOT) == 1
    assert capsys.readouterr().out.splitlines()[:5] == [
        "PROBLEM  disk: 0.1 GB free", "         Free some space.",
        "missing  make: not installed", "         Not needed:", "         really."]
    monkeypatch.setattr(doctor, "checks", (optional,))
    assert doctor.report(ROOT) == 0


@pytest.mark.parametrize("check", doctor.checks)
def test_every_check_finds_something_and_knows_a_remedy(check):
    result = check(ROOT)
    assert result.name and result.found
    assert result.good or result.remedy


def test_doctor_sees_a_package_that_is_not_as_pinned(tmp_path):
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    numpy = next(line for line in lock.splitlines() if line.startswith("numpy=="))
    (tmp_path / "requirements.lock").write_text(f"# x\n{numpy}\npytest==1.0\n", encoding="utf-8")
    result = doctor.packages(tmp_path)
    assert not result.good
    assert "1 as pinned; pytest" in result.found and "instead of 1.0" in result.found


def fake_program(folder, name, script):
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)


@pytest.mark.skipif(os.name != "posix", reason="shell scripts stand in for bubblewrap")
def test_the_sandbox_is_tried_not_just_found(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert doctor.sandbox_refusal() == "bubblewrap is not installed"
    fake_program(tmp_path, "bwrap", "echo 'setting up uid map: Permission denied' >&2; exit 1")
    assert "Permission denied" in doctor.sandbox_refusal()
    assert not doctor.sandbox(ROOT).good
    fake_program(tmp_path, "bwrap", "exit 0")
    assert doctor.sandbox_refusal() is None


def test_the_apparmor_profile_is_printed_where_it_is_what_is_missing(tmp_path, monkeypatch):
    (tmp_path / "restricted").write_text("1\n", encoding="ascii")
    monkeypatch.setattr(doctor, "sandbox_refusal", lambda: "Permission denied")
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(doctor, "Path", lambda path: tmp_path / "restricted")
    remedy = doctor.sandbox(ROOT).remedy
    assert "profile bwrap /usr/bin/bwrap flags=(unconfined) {" in remedy and "userns," in remedy
    (tmp_path / "restricted").write_text("0\n", encoding="ascii")
    assert "profile" not in doctor.sandbox(ROOT).remedy


@pytest.mark.sandbox
def test_bubblewrap_works_here():
    if refusal := doctor.sandbox_refusal():
        pytest.skip(refusal)


# --- what is imported when ------------------------------------------------------------------------

BLOCKED = """
import sys
sys.path.insert(0, {root!r})
class Block:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {blocked!r}:
            raise ModuleNotFoundError("No module named " + repr(name), name=name)
sys.meta_path.insert(0, Block())
from course_lib.desk.commands import main
main({arguments!r})
"""


def blocked_run(arguments, *blocked):
    script = BLOCKED.format(root=str(ROOT), blocked=blocked, arguments=arguments)
    return subprocess.run([sys.executable, "-c", script], capture_output=True, encoding="utf-8",
                          check=False)


def test_learners_have_no_verbs_of_instructors():
    without = blocked_run(["--help"], "course_staff")
    assert "lab" in without.stdout and "build" not in without.stdout, without.stderr
    refused = blocked_run(["build"], "course_staff")
    assert refused.returncode == 2 and "invalid choice: 'build'" in refused.stderr


def test_the_smallest_layer_is_enough_for_learners():
    staff_only = ["jupytext", "pytest"]
    assert "lab" in blocked_run(["--help"], *staff_only).stdout
    assert "Data are as shipped" in blocked_run(["check"], "numpy", "torch", *staff_only).stdout
    refused = blocked_run(["build"], *staff_only)
    assert "`course build` needs jupytext, which is not installed here" in refused.stderr


@pytest.mark.parametrize(("arguments", "told"), [
    (["data", "nothing"], "'nothing' is no part of data/"),
    (["answers", "zz"], "no lesson is called 'zz'")])
def test_what_instructors_can_put_right_is_told_in_a_sentence(arguments, told):
    """As `make` and setup_course.py start the course: the module is then called __main__."""
    command = [sys.executable, "-m", "course_lib.desk.commands", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 1 and told in done.stderr and "Traceback" not in done.stderr


def test_every_verb_has_a_help_text(capsys):
    verbs = commands.all_verbs()
    assert {"lab", "test", "check", "doctor", "reset", "build"} <= set(verbs)
    for verb in verbs:
        with pytest.raises(SystemExit, match="0"):
            commands.main([verb, "--help"])
        assert f"usage: course {verb}" in capsys.readouterr().out


def test_test_without_pytest_says_how_to_get_it(monkeypatch, capsys, started):
    monkeypatch.setattr(commands.importlib.util, "find_spec", lambda name: None)
    assert commands.main(["test"]) == 1 and not started
    assert "setup_course.py test" in capsys.readouterr().err
