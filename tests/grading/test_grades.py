"""The verbs for rosters and grades, from the command line to the files."""

import contextlib
import csv
import types

import pytest

from course_lib.desk.commands import main
from course_staff.grading import grade, grades
from course_staff.grading.people import Owner, People

LESSON = "00_enhance"
TEMPLATE = {"title": "Enhance!", "tests": {"t": {"points": 3, "exercise": "e"}},
            "answers": {"w": 2}, "solutions": {"e": {}}}
ROSTER = """Identifier,Full name,Email address
Participant 4711,Ada Bell,ada@example.org
Participant 4712,Li Wei,li@example.org
Participant 4713,Bo Chen,bo@example.org
"""


@pytest.fixture
def marked(tmp_path, monkeypatch):
    """A class of two on the roster and one who isn't; marks are given, no gradebook is opened."""
    folder = grade.open_folder(tmp_path / "class")
    (tmp_path / "roster.csv").write_text(ROSTER, encoding="utf-8")
    assert main(["roster", str(tmp_path / "roster.csv"), "--out", str(folder)]) == 0
    people = People.read(folder)
    people.identify([Owner("Ada Bell", "4711", "moodle"), Owner("Li Wei", "4712", "moodle"),
                     Owner("Mallory", "4799", "moodle")], LESSON)
    people.write(folder)
    (folder / "results" / LESSON).mkdir(parents=True)
    marks = {"ada@example.org": (3, 2, False), "li@example.org": (1, 0, True),
             "Mallory": (0, 1, False)}
    for student in marks:
        page = folder / "feedback" / student / f"{LESSON}.html"
        page.parent.mkdir(parents=True)
        page.write_text(student, encoding="utf-8")

    def results(*_):
        for student, (test, written, waits) in marks.items():
            yield ({"student": student, "flags": [], "when": "2026-10-13T12:00:00+00:00"}, TEMPLATE,
                   {"t": {"score": test, "by_hand": False, "open": False},
                    "w": {"score": written, "by_hand": not waits, "open": waits}})

    monkeypatch.setattr(grades, "results", results)
    monkeypatch.setattr(grades, "record", types.SimpleNamespace(
        Book=lambda *_: contextlib.nullcontext()))
    return folder


def rows(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_roster_is_taken_in_and_says_who_is_missing(marked, tmp_path, capsys):
    capsys.readouterr()
    assert main(["roster", str(tmp_path / "roster.csv"), "--out", str(marked)]) == 0
    told = capsys.readouterr().out
    assert "Moodle's grading worksheet: 3 people, 0 of them new" in told
    assert "nothing was handed in yet (1): Bo Chen (bo@example.org)" in told
    assert "not on the roster (1): Mallory" in told


def test_no_roster_is_told(tmp_path, capsys):
    (tmp_path / "x.csv").write_text("a,b\n", encoding="utf-8")
    assert main(["roster", str(tmp_path / "x.csv"), "--out", str(tmp_path / "class")]) == 1
    assert "no roster" in capsys.readouterr().err


def test_grades_are_handed_out(marked, capsys):
    assert main(["grades", "--out", str(marked)]) == 0
    told = capsys.readouterr().out
    assert "1 wait for a mark by hand" in told and "nothing came from Bo Chen" in told
    found = {row["name"]: row for row in rows(marked / "grades" / "grades.csv")}
    assert {name: row[LESSON] for name, row in found.items()} == {
        "Ada Bell": "5", "Li Wei": "1", "Bo Chen": "", "Mallory": "1"}
    assert found["Li Wei"]["not_marked_yet"] == "2"
    canvas = {row["Student"].strip(): row["Enhance!"] for row in rows(marked / "grades/canvas.csv")}
    assert canvas == {"Points Possible": "5", "Ada Bell": "5", "Li Wei": "", "Bo Chen": "",
                      "Mallory": "1"}
    sheet = rows(marked / "grades" / f"moodle_{LESSON}.csv")
    assert [row["Identifier"] for row in sheet] == ["Participant 4711", "Participant 4799"]
    assert (marked / "grades" / f"moodle_feedback_{LESSON}.zip").exists()


def test_rules_are_remembered_and_who_cant_be_judged_is_told(marked, tmp_path, capsys):
    (tmp_path / "r.toml").write_text("""
due = {enhance = 2026-10-12T22:00:00Z}
late = {percent_per_day = 10}
[handed_in]
"Ada Bell".enhance = 2026-10-13T12:00:00Z
""", encoding="utf-8")
    assert main(["grades", "--out", str(marked), "--rules", str(tmp_path / "r.toml")]) == 0
    assert "decide on lateness" in capsys.readouterr().out
    assert main(["grades", "--out", str(marked)]) == 0
    found = {row["name"]: row for row in rows(marked / "grades" / "grades.csv")}
    assert found["Ada Bell"][LESSON] == "4.5" and found["Mallory"][LESSON] == "1"
    assert found["Ada Bell"][f"{LESSON} lateness"] == "1 day late, 10 % less"
    assert "not known" in found["Mallory"][f"{LESSON} lateness"]
    (tmp_path / "r.toml").write_text("[dew]", encoding="utf-8")
    assert main(["grades", "--out", str(marked), "--rules", str(tmp_path / "r.toml")]) == 1
