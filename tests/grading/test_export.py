"""What leaves the desk: due dates, one table, and files that Canvas and Moodle take."""

import csv
import io
import re
import zipfile
from datetime import UTC, datetime, timedelta

import pytest

from course_lib.desk.commands import Told
from course_staff.grading import export
from course_staff.grading.export import Final, Got, Rules, Table, read_rules, write_csv
from course_staff.grading.people import Owner, People
from course_staff.grading.roster import Row

LESSONS = {"00_enhance": "Enhance!", "01_image_formation": "Image formation"}
DUE = datetime(2026, 10, 12, 22, tzinfo=UTC)


def people():
    found = People()
    found.enrol([Row("Ada Bell", "s1", "ada@example.org", "A", "abell", "101", ["4711"],
                     "Bell, Ada"), Row("Li Wei", "s2", "li@example.org", participants=["4712"])])
    found.roster.assignments = ["Homework: Image formation (501)", "Image formation, bonus (502)"]
    found.identify([Owner("Ada Bell", "4711", "moodle"), Owner("Eve_/x", "4799", "moodle"),
                    Owner("=cmd", "4700", "moodle")], "00_enhance")
    found.identify([Owner("bellada", "101", "canvas"), Owner("mallory", "199", "canvas")],
                   "01_image_formation")
    return found


def table():
    one, two = LESSONS
    return Table(people(), LESSONS, {
        one: {"s1": Final(3.5, Got(3.5, 5)), "Eve__x": Final(None, Got(2, 5, 2)),
              "cmd": Final(0, Got(0, 5))},
        two: {"s1": Final(18, Got(20, 20), "1 day late, 10 % less"),
              "mallory": Final(7.25, Got(7.25, 20))}})


def rows(lines):
    head, *rest = list(lines)
    assert {len(line) for line in rest} == {len(head)}
    return [dict(zip(head, line, strict=True)) for line in rest]


# --- one table ------------------------------------------------------------------------------------


def test_all_lessons_and_all_people_are_in_one_table():
    found = {row["student"]: row for row in rows(table().grades())}
    assert set(found) == {"s1", "s2", "Eve__x", "cmd", "mallory"}  # those not on the roster, too
    assert found["s1"] | {"total": "21.5", "of": "25", "section": "A", "not_handed_in": ""} == (
        found["s1"])
    assert found["s1"]["01_image_formation lateness"] == "1 day late, 10 % less"
    assert found["s2"]["not_handed_in"].split() == list(LESSONS)
    assert found["s2"]["00_enhance"] == "" and found["Eve__x"]["not_marked_yet"] == "2"


def test_no_cell_is_a_formula(tmp_path):
    write_csv(tmp_path / "grades.csv", [["=1+1", "@x", "-3", "+y", "-y", "ok", "\t="]])
    (line,) = csv.reader(io.StringIO((tmp_path / "grades.csv").read_text(encoding="utf-8-sig")))
    assert line == ["'=1+1", "'@x", "-3", "'+y", "'-y", "ok", "'\t="]


# --- Canvas ---------------------------------------------------------------------------------------


def test_canvas_takes_it():
    """By the rules of its importer (lib/gradebook_importer.rb)."""
    head, possible, *lines = table().canvas()
    assert len(head) > 3 and "Student" in head[0] and "ID" in head[1]  # row_has_student_headers?
    assert re.search(r"SIS\s+User\s+ID", head[2]) and re.search(r"SIS\s+Login\s+ID", head[3])
    assert "Section" in head[4]  # last_student_info_column
    assert "Points Possible" in possible[0] and possible[5:] == ["5", "20"]
    assert head[5:] == ["Enhance!", "Homework: Image formation (501)"]  # title_and_id
    found = {line[0]: line for line in lines}
    assert found["Bell, Ada"] == ["Bell, Ada", "101", "s1", "abell", "A", "3.5", "18"]
    assert found["mallory"][1] == "199" and found["mallory"][-1] == "7.25"
    assert found["Eve_/x"][5:] == ["", ""]  # waits for a mark
    for line in lines:
        assert all(re.fullmatch(r"(\d+(\.\d+)?)?", cell) for cell in line[5:])


def test_two_of_one_name_are_never_left_to_a_name():
    """Canvas's importer takes the first whose name it is; Moodle's gives up at an empty cell."""
    found = table()
    found.people.roster.rows[1:] = [Row("Li Wei", email="a@example.org", student="a"),
                                    Row("Li Wei", email="b@example.org", student="b")]
    canvas = [line[0] for line in found.canvas()]
    assert "Li Wei" not in canvas and "Bell, Ada" in canvas and "mallory" in canvas
    moodle = [line[2] for line in found.moodle()]
    assert moodle == ["Email address", "ada@example.org", "a@example.org", "b@example.org"]
    assert [row.student for row in found.nameless()["canvas.csv"]] == ["a", "b"]
    assert len(found.nameless()["moodle.csv"]) == 3


# --- Moodle ---------------------------------------------------------------------------------------


def test_moodles_gradebook_takes_it():
    found = rows(table().moodle())
    assert list(found[0]) == ["Full name", "ID number", "Email address", *LESSONS.values()]
    assert found[0]["Email address"] == "ada@example.org" and found[0]["Enhance!"] == "3.5"


def test_moodles_worksheet_takes_it():
    """By the rules of its importer (mod/assign/feedback/offline)."""
    now = datetime(2026, 11, 1, tzinfo=UTC)
    found = rows(table().worksheet("00_enhance", now))
    for row in found:
        assert row["Identifier"][len("Participant "):].isdigit()
        assert 0 <= float(row["Grade"]) <= float(row["Maximum Grade"])
        assert datetime.fromisoformat(row["Last modified (grade)"]) == now
    assert {row["Identifier"]: row["Grade"] for row in found} == {
        "Participant 4711": "3.5", "Participant 4700": "0"}
    assert len(list(table().worksheet("01_image_formation", now))) == 1  # nothing came by Moodle


def test_moodle_takes_the_feedback(tmp_path):
    """By the rules of its importer (mod/assign/feedback/file/importziplib.php)."""
    for student in ("s1", "Eve__x", "mallory"):
        path = tmp_path / student / "00_enhance.html"
        path.parent.mkdir()
        path.write_text(student, encoding="utf-8")
    with zipfile.ZipFile(io.BytesIO(table().feedback("00_enhance", tmp_path))) as archive:
        found = {}
        for name in archive.namelist():
            folder, file = name.split("/")
            info = folder.split("_", 4)
            assert len(info) >= 4 and info[1].isdigit()
            assert info[2:] == ["assignsubmission", "file", ""] and not file.startswith((".", "~"))
            found[info[1]] = archive.read(name).decode()
    assert found == {"4711": "s1", "4799": "Eve__x"}


# --- due dates ------------------------------------------------------------------------------------

RULES = Rules({"00_enhance": DUE}, {"s1": {"00_enhance": DUE + timedelta(days=7)}},
              {"s2": {"00_enhance": DUE + timedelta(days=3)}}, timedelta(minutes=15), 10, 25)


@pytest.mark.parametrize("minutes, points", [
    (-1, 10), (0, 10), (15, 10), (16, 9), (15 + 24 * 60, 9), (16 + 24 * 60, 8), (99999, 7.5)])
def test_lateness_costs_what_the_rules_say(minutes, points):
    got = Got(10, 20, when=DUE + timedelta(minutes=minutes))
    assert RULES.final("x", "00_enhance", got).points == points
    assert RULES.final("x", "01_image_formation", got) == Final(10, got)  # no due date
    assert RULES.final("s1", "00_enhance", got).points == (10 if minutes < 10_000 else 7.5)
    late = RULES.final("s2", "00_enhance", got)  # told by hand when it came
    assert late.points == 7.5 and "3 days late, 25 % less" == late.late


@pytest.mark.parametrize("lms, marked, when, told", [
    ("moodle", False, -1, ""), ("moodle", False, 9, "not known"),
    ("moodle", False, None, "not known"),
    ("canvas", False, 9, ""), ("canvas", True, 9, "by how much"), ("canvas", True, None, "by how"),
    ("", False, None, "not known")])
def test_the_time_of_a_download_is_no_time_of_hand_in(lms, marked, when, told):
    moment = None if when is None else DUE + timedelta(days=when)
    final = RULES.final("x", "00_enhance", Got(10, 20, 0, moment, lms, marked))
    assert final.points == 10 and told in final.late and bool(told) is bool(final.late)


def test_who_waits_for_a_mark_has_no_final_points():
    assert RULES.final("x", "00_enhance", Got(1, 2, 1, DUE + timedelta(days=2))).points is None


def rules(tmp_path, text):
    path = tmp_path / "rules.toml"
    path.write_text(text, encoding="utf-8")
    names = {name: lesson for lesson, title in LESSONS.items()
             for name in (lesson, lesson[3:], title)}
    return read_rules(path, people(), names)


def test_rules_are_read(tmp_path):
    found = rules(tmp_path, """
[due]
enhance = 2026-10-12T22:00:00Z
"Image formation" = 2026-10-19
[extensions]
"Ada Bell".enhance = 2026-10-19T22:00:00Z
[handed_in]
"li@example.org".enhance = 2026-10-15T22:00:00Z
[late]
grace_minutes = 15
percent_per_day = 10
at_most_percent = 25
""")
    day = found.due.pop("01_image_formation").astimezone()
    assert (day - timedelta(seconds=1)).date().isoformat() == "2026-10-19" and day.hour == 0
    assert found == RULES


@pytest.mark.parametrize("text, told", [
    ("x", "no TOML"), ("[dew]\n", "dew is not known"),
    ("[due]\nno = 2026-01-01", "no is no lesson"),
    ("[due]\nenhance = 'soon'", "no date"), ("[late]\npercent_per_day = -1", "0 to 100"),
    ("[late]\npercent_per_day = 101", "0 to 100"), ("[late]\ngrace_minutes = true", "0 to 100"),
    ("[extensions]\nNobody.enhance = 2026-01-01", "'Nobody' is nobody"),
    ("[late]\nper_day = 1", "per_day is not known")])
def test_rules_that_cant_be_understood_are_told(tmp_path, text, told):
    with pytest.raises(Told, match=told):
        rules(tmp_path, text)
    with pytest.raises(Told, match="can't be read"):
        read_rules(tmp_path / "no.toml", people(), {})


def test_the_sources_of_the_formats_are_named():
    for name in ("gradebook_importer.rb", "load_data.php", "importgradeslib.php",
                 "importziplib.php"):
        assert name in export.__doc__
