"""The desk's own files: who is meant, what is forgotten, a full disk, and nothing elsewhere."""

import errno
import json
import types

import pytest
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from course_lib.desk.commands import Told, main
from course_staff.grading import grade, inbox, record
from course_staff.grading.people import Owner, People
from course_staff.grading.roster import Row

LESSON = "00_enhance"


@pytest.mark.parametrize("name", [
    "marks", "what?", "a#b", "50%41", "a b", "a@b:c;d&e=f", "ü", "q?x=1", "it's", 'a "quote"'])
def test_the_gradebook_lies_in_its_folder_whatever_that_is_called(tmp_path, name):
    folder = grade.open_folder(tmp_path / name)
    url = grade.gradebook_url(folder, None)
    assert make_url(url).database == str(folder / "gradebook.db")
    if name == "what?":  # making one takes seconds
        with record.Book(url, folder):
            pass
        assert (folder / "gradebook.db").exists()
    text = record.CONFIG.format(course=record.COURSE, url=url)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    config = types.SimpleNamespace(CourseDirectory=types.SimpleNamespace())
    exec(text, {"get_config": lambda: config})
    assert config.CourseDirectory.db_url == url


def people(*names):
    found = People()
    found.identify([Owner(name) for name in names], LESSON)
    return found


def test_who_is_meant_is_one_student_or_told():
    known = people("Ada Bell", "O'Brien", "O_Brien")
    assert grade.one_student("Ada Bell", known) == grade.one_student("Ada_Bell", known)
    with pytest.raises(Told, match="no student 'Ada Bel'.*Did you mean Ada_Bell"):
        grade.one_student("Ada Bel", known)
    both = People(roster=types.SimpleNamespace(rows=[
        Row("Li Wei", "1", student="1"), Row("Li Wei", "2", student="2")]))
    with pytest.raises(Told, match="may be 1 or 2"):
        grade.one_student("Li Wei", both)
    here = [inbox.Submission("Ada_Bell")]
    assert grade.chosen(here, None, known) == grade.chosen(here, ["Ada Bell"], known) == here
    with pytest.raises(Told, match="none of O_Brien"):
        grade.chosen(here, ["Ada Bell", "O_Brien"], known)


@pytest.mark.parametrize("jobs", ["0", "-1", "x", "1.5"])
def test_no_jobs_is_told_in_a_sentence(tmp_path, capsys, jobs):
    with pytest.raises(SystemExit) as ended:
        main(["grade", str(tmp_path), "--lesson", "00", "--jobs", jobs])
    assert ended.value.code == 2
    assert "1 or more" in capsys.readouterr().err


@pytest.mark.parametrize("error", [
    OSError(errno.ENOSPC, "No space left on device"), OSError(errno.EDQUOT, "Quota exceeded"),
    OperationalError("INSERT", {}, Exception("database or disk is full"))])
def test_a_full_disk_is_told_in_a_sentence(tmp_path, error):
    with pytest.raises(Told, match="no space left.*--resume"):
        with grade.told_if_full(tmp_path):
            try:
                raise error
            except Exception as cause:
                raise RuntimeError("while a result was written") from cause
    with pytest.raises(OSError, match="busy"):
        with grade.told_if_full(tmp_path):
            raise OSError(errno.EBUSY, "busy")


def test_on_a_full_disk_nobody_is_marked_as_not_graded(tmp_path, monkeypatch):
    desk = grade.Desk(grade.open_folder(tmp_path / "marks"), LESSON, None, True)
    full = OSError(errno.ENOSPC, "No space left on device")
    monkeypatch.setattr(desk, "_begin", lambda submission, book: {"submission": submission})

    def prepare(prepared):
        raise full

    monkeypatch.setattr(desk, "_prepare", prepare)
    with pytest.raises(OSError, match="No space"):
        desk.grade([inbox.Submission("ada")], None)
    assert not desk.result_path("ada").exists()


@pytest.fixture
def class_folder(tmp_path):
    """A class with three students, one of whom was being graded when the run was killed."""
    folder = grade.open_folder(tmp_path / "marks")
    known = people("Ada Bell", "Ada", "bob")
    known.enrol([Row("Bob Roe", "7", "bob@example.org"), Row("Ada Bell", "8")])
    known.write(folder)
    with record.Book(grade.gradebook_url(folder, None), folder) as book:
        for name in ("Ada_Bell", "Ada"):
            book.book.add_student(name)
    for path in ("autograded/{}/x/x.ipynb", "feedback/{}/x.html", f"results/{LESSON}/{{}}.part",
                 "unpacked/1/{}/x.ipynb"):
        for name in ("Ada_Bell", "Ada", "bob"):
            file = folder / path.format(name)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch()
    return folder


def test_who_is_forgotten_leaves_nothing_and_nobody_else_goes(class_folder):
    assert main(["forget", "--out", str(class_folder), "--student", "Ada Bell", "--yes"]) == 0
    assert not [path for path in class_folder.rglob("*") if "Ada_Bell" in str(path)]
    for name in ("people.json", "roster.json"):
        assert "Bell" not in (class_folder / name).read_text(encoding="utf-8")
    assert not (class_folder / "unpacked").exists()
    assert (class_folder / "autograded" / "Ada" / "x" / "x.ipynb").exists()
    with record.Book(grade.gradebook_url(class_folder, None), class_folder) as book:
        assert [each.id for each in book.book.students] == ["Ada"]
    assert "bob" in json.loads((class_folder / "people.json").read_text(encoding="utf-8"))


def test_who_is_not_there_is_not_forgotten(class_folder, capsys):
    before = sorted(class_folder.rglob("*"))
    for said in ("Ada Bel", "", ".", "..", "*", "Ada_Bell/../Ada"):
        assert main(["forget", "--out", str(class_folder), "--student", said, "--yes"]) == 1
        assert "no student" in capsys.readouterr().err
    assert sorted(class_folder.rglob("*")) == before
