"""Whatever is set around it, the course does the same: no variable switches a test off."""

import errno
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from course_lib.desk import commands, doctor, surroundings

ROOT = Path(__file__).resolve().parents[2]
LESSON = "00_enhance"
HOSTILE = {"PYTHONOPTIMIZE": "1", "PYTHONSAFEPATH": "1", "PYTHONWARNINGS": "error",
           "PYTHONPATH": "/nowhere", "PYTHONSTARTUP": "/nowhere.py", "PYTHONHOME": "",
           "JUPYTER_PATH": "/nowhere", "JUPYTER_CONFIG_PATH": "/nowhere"}


def course(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "course_lib.desk.commands", *arguments], cwd=ROOT,
        env={**os.environ, **environment}, capture_output=True, encoding="utf-8", check=False)


def test_nothing_is_kept_that_changes_what_python_or_jupyter_does():
    kept = surroundings.clean(HOSTILE | {"PYTHONIOENCODING": "cp1252", "PATH": "/bin"})
    assert kept == {"PYTHONIOENCODING": "cp1252", "PATH": "/bin", "PYTHONPATH": str(ROOT)}
    assert surroundings.clean(kept) == kept  # or it would start again for ever


def test_a_lesson_of_wrong_answers_earns_nothing_where_assertions_are_off(tmp_path):
    text = (ROOT / "lessons" / LESSON / f"{LESSON}.ipynb").read_text(encoding="utf-8")
    made = json.loads(text)
    for cell in made["cells"]:
        if cell.get("id") == "indistinguishable":
            cell["source"] = "def indistinguishable(a, b, s, tol=1e-12):\n    return True\n"
    (tmp_path / LESSON).mkdir()
    (tmp_path / LESSON / f"{LESSON}.ipynb").write_text(json.dumps(made), encoding="utf-8")
    (tmp_path / "numpy.py").write_text("raise ImportError('not this one')\n", encoding="utf-8")
    said = course("mark", "00", COURSE_WORK=str(tmp_path), PYTHONOPTIMIZE="1", PYTHONSAFEPATH="1",
                  PYTHONPATH=str(tmp_path), PYTHONIOENCODING="cp1252")
    assert "0 of" in said.stdout and "points from tests" in said.stdout, said.stderr
    rows = [line for line in said.stdout.splitlines() if "indistinguishable" in line]
    assert rows and all(row.split()[0] == "0" for row in rows if " of " in row[:8])


def test_letters_that_a_file_cant_hold_end_nothing(tmp_path):
    program = ("from course_lib.desk import surroundings; surroundings.begin(); "
               "print('\\u27e8Ax, y\\u27e9'); print('and on')")
    for encoding in ("cp1252", "ascii", "cp437"):
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True,
                              cwd=ROOT, env={**os.environ, "PYTHONIOENCODING": encoding})
        assert done.stdout.split() == [b"\\u27e8Ax,", b"y\\u27e9", b"and", b"on"]


def test_a_home_is_a_home_in_what_the_variables_name(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("COURSE_WORK", "~/x")
    monkeypatch.setenv("COURSE_DATA", "~/d")
    from course_lib.data import data_path
    from course_lib.notebook import predictions

    assert commands.work_folder() == (tmp_path / "x").resolve()
    assert data_path("a") == tmp_path / "d" / "a"
    assert predictions._file() == tmp_path / "x" / "predictions.json"


def test_jupyters_files_go_elsewhere_where_home_cant_be_written(monkeypatch, tmp_path):
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    assert surroundings.without_home(tmp_path / "work") == {}
    (tmp_path / "file").touch()
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "file")  # nothing can be made below it
    found = surroundings.without_home(tmp_path / "work")
    assert found.keys() >= {"JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "IPYTHONDIR"}
    assert all(Path(place).is_relative_to(tmp_path / "work") for place in found.values())


@pytest.mark.parametrize("number, told", [
    (errno.EROFS, "is read-only"), (errno.ENOSPC, "no space left"), (errno.EDQUOT, "quota"),
    (errno.EACCES, "may not be written")])
def test_what_cant_be_written_is_told_in_a_sentence(monkeypatch, capsys, number, told):
    def fails(args):
        raise OSError(number, os.strerror(number), "/somewhere/x")

    monkeypatch.setitem(commands.VERBS, "check", ("try", commands.nothing_to_add, fails))
    assert commands.main(["check"]) == 1
    said = capsys.readouterr().err
    assert "/somewhere/x" in said and told in said and "COURSE_WORK" in said


def test_other_troubles_stay_visible(monkeypatch):
    def fails(args):
        raise FileNotFoundError(errno.ENOENT, "not there", "/somewhere/x")

    monkeypatch.setitem(commands.VERBS, "check", ("try", commands.nothing_to_add, fails))
    with pytest.raises(FileNotFoundError):
        commands.main(["check"])


@pytest.mark.sandbox
@pytest.mark.skipif(shutil.which("bwrap") is None, reason="bubblewrap makes things read-only")
def test_a_read_only_course_folder_is_told(tmp_path):
    done = subprocess.run(
        ["bwrap", "--dev-bind", "/", "/", "--ro-bind", str(tmp_path), str(tmp_path),
         sys.executable, "-m", "course_lib.desk.commands", "reset", "00"],
        cwd=ROOT, env={**os.environ, "COURSE_WORK": str(tmp_path / "work")}, capture_output=True,
        encoding="utf-8", check=False)
    assert done.returncode == 1 and "is read-only" in done.stderr, done.stderr
    assert "Traceback" not in done.stderr


def test_the_doctor_checks_data_and_lessons(monkeypatch):
    monkeypatch.setattr(commands, "what_is_not_as_shipped", lambda: ["data/x has changed"])
    found = doctor.shipped(ROOT)
    assert not found.good and "data/x has changed" in found.found and "checkout" in found.remedy


def test_the_doctor_sees_that_a_packages_file_is_gone_or_cut(tmp_path):
    import importlib.metadata

    info = tmp_path / "thing-1.0.dist-info"
    info.mkdir()
    (tmp_path / "thing.py").write_text("x = 1\n", encoding="utf-8")
    (info / "METADATA").write_text("Name: thing\nVersion: 1.0\n", encoding="utf-8")
    (info / "RECORD").write_text(
        "thing.py,sha256=x,6\nthing-1.0.dist-info/METADATA,sha256=x,999\n"
        "__pycache__/thing.cpython-311.pyc,,\n../../bin/thing,sha256=x,7\n", encoding="utf-8")
    distribution = importlib.metadata.PathDistribution(info)
    assert doctor.missing_file(distribution) is None
    (tmp_path / "thing.py").write_text("x", encoding="utf-8")
    assert "instead of 6" in doctor.missing_file(distribution)
    (tmp_path / "thing.py").unlink()
    assert "thing.py is missing" in doctor.missing_file(distribution)
