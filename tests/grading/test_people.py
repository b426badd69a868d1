"""Two people stay two, one stays one, and who can't be told apart is told."""

import unicodedata

import pytest

from course_lib.desk.commands import Told
from course_staff.grading import roster
from course_staff.grading.people import LONGEST, Owner, People, key_of
from course_staff.grading.roster import Row


def moodle(name, number):
    return Owner(name, str(number), "moodle")


def keys(people, owners, lesson="00_enhance"):
    return [known.key for known in people.identify(owners, lesson).values()]


ALIKE = [("नीता", "नूता"), ("ณัฐ", "ณิฐ"), ("O'Brien", "O_Brien"), ("Smith, J.", "Smith_ J"),
         ("x" * 80 + "1", "x" * 80 + "2"), ("x" * 300 + "1", "x" * 300 + "2"),
         ("victor", "victor_"),
         ("victor", "Victor"), ("a b", "a_b"), ("-ann", "ann"), ("🦊", "🐻"), ("!!!", "???"),
         ("👩‍🔬", "👩🔬"), ("ﬁona", "fiona"), ("ann.", "ann"), ("", "_")]


@pytest.mark.parametrize("one, other", ALIKE)
@pytest.mark.parametrize("apart", [False, True])
def test_names_that_look_alike_are_two_people_whenever_they_come(one, other, apart):
    people = People()
    if apart:
        found = keys(people, [Owner(one)]) + keys(people, [Owner(other)])
    else:
        found = keys(people, [Owner(one), Owner(other)])
    assert len({key.casefold() for key in found}) == 2
    for key in found:
        assert key and len(key.encode()) <= LONGEST and key[0] not in "=.+-@/" and "/" not in key
    assert keys(people, [Owner(other), Owner(one)]) == found[::-1]  # and stay who they are
    if key_of(one) == key_of(other):
        assert set(people.namesakes()) == set(found)


def test_signs_that_are_one_letter_are_one_name():
    assert key_of(unicodedata.normalize("NFD", "Émilie")) == key_of("Émilie") == "Émilie"


def test_a_late_namesake_is_somebody_else_and_both_are_told():
    people = People()
    first = keys(people, [moodle("Li Wei", 4711)])
    late = keys(people, [moodle("Li Wei", 4712)])
    assert first == ["Li_Wei"] and late == ["Li_Wei_4712"]
    assert keys(people, [moodle("Li Wei", 4712), moodle("Li Wei", 4711)]) == late + first
    assert set(people.namesakes()) == {"Li_Wei", "Li_Wei_4712"}
    third = keys(people, [Owner("Li Wei")])  # a folder without a number
    assert third not in (first, late)


def test_canvas_knows_people_by_their_number_in_all_lessons():
    people = People()
    first = keys(people, [Owner("weili", "101", "canvas")])
    assert keys(people, [Owner("weili", "102", "canvas")], "01_next") != first
    assert keys(people, [Owner("weili", "101", "canvas")], "02_last") == first


@pytest.mark.parametrize("lms", ["canvas", "moodle"])
def test_who_changes_the_name_keeps_the_number_and_it_is_told(lms):
    people = People()
    first = keys(people, [Owner("bellada", "101", lms)])
    (known,) = people.identify([Owner("chenada", "101", lms)], "00_enhance").values()
    assert [known.key] == first and "was bellada's before" in known.flags[0][1]
    assert keys(people, [Owner("chenada", "101", "")]) != first  # numbers of elsewhere say nothing


def test_moodle_draws_numbers_anew_and_others_show_it():
    people = People()
    names = ["Ada Bell", "Bo Chen", "Li Wei"]
    first = keys(people, [moodle(name, 10 + n) for n, name in enumerate(names)])
    found = people.identify([moodle(name, 20 + n) for n, name in enumerate(names)], "01_next")
    assert [known.key for known in found.values()] == first
    assert all(known.by_name for known in found.values())
    told = " ".join(people.told("01_next", 3))
    assert "By name alone 3" in told and "course roster" in told


def test_where_others_keep_their_number_another_number_is_another_person():
    people = People()
    first = keys(people, [moodle("Ada Bell", 10), moodle("Li Wei", 11)])
    later = keys(people, [moodle("Ada Bell", 10), moodle("Li Wei", 12)], "01_next")
    assert later[0] == first[0] and later[1] not in first


def test_where_nothing_shows_it_two_stay_two_and_are_flagged():
    people = People()
    first = keys(people, [moodle("Li Wei", 11)])
    later = keys(people, [moodle("Li Wei", 21)], "01_next")
    assert first != later and set(people.namesakes()) == {*first, *later}


def test_of_two_namesakes_none_is_guessed_in_the_next_lesson():
    people = People()
    keys(people, [moodle("Li Wei", 11), moodle("Li Wei", 12), moodle("Ada Bell", 13)])
    found = keys(people, [moodle("Li Wei", 21), moodle("Li Wei", 22), moodle("Ada Bell", 23)],
                 "01_next")
    assert len(set(found)) == 3 and found[2] == "Ada_Bell"
    assert not set(found[:2]) & {"Li_Wei_11", "Li_Wei_12"}


def test_people_are_kept(tmp_path):
    people = People()
    first = keys(people, [moodle("Li Wei", 1), Owner("victor_"), Owner("victor")])
    people.enrol([Row("Zoë Ünal", "77")])
    people.write(tmp_path)
    again = People.read(tmp_path)
    assert again == people
    assert keys(again, [Owner("victor"), Owner("victor_"), moodle("Li Wei", 1)]) == first[::-1]
    again.forget(["victor", "77"])
    assert again.find("victor") == [] and again.find("victor_") == first[1:2]
    assert again.find("Zoë Ünal") == [] and again.roster.rows == []


# --- the roster -----------------------------------------------------------------------------------

CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,Image formation (501),Enhance! (502),Final Score
    Points Possible,,,,,20.00,5.00,(read only)
,,,,,Manual Posting,,
"Bell, Ada",101,s1,abell,A,,,
"Wei, Li",102,s2,liwei,A and B,,,
"Wei, Li",103,s3,liwei2,B,,,
"Student, Test",104,,f00d,A,,,
"""
WORKSHEET = """Identifier,"Full name","Email address",Status,Grade,"Maximum Grade"
Participant 4711,Ada Bell,ada@example.org,-,,20.00
Participant 4712,Li Wei,li1@example.org,-,,20.00
Participant 4713,Li Wei,li2@example.org,-,,20.00
"""
EXPORT = """First name;Last name;ID number;Email address;Groups
Ada;Bell;s1;ada@example.org;A
Émilie;du Châtelet;s2;em@example.org;
"""
PLAIN = "name,e-mail,id,section\nAda Bell,ada@example.org,s1,A\nO'Brien,ob@example.org,s4,B\n"
GERMAN = "Vorname\tNachname\tMatrikelnummer\tE-Mail-Adresse\nZoë\tÜnal\t77\tz@example.org\n"


def read(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "roster.csv"
    path.write_bytes(text.encode(encoding))
    return roster.load(path)


@pytest.mark.parametrize("text, kind, rows", [
    (CANVAS, "Canvas's gradebook", [("Ada Bell", "s1", "", "abell", "101"),
                                    ("Li Wei", "s2", "", "liwei", "102"),
                                    ("Li Wei", "s3", "", "liwei2", "103")]),
    (WORKSHEET, "Moodle's grading worksheet", [("Ada Bell", "", "ada@example.org", "", ""),
                                               ("Li Wei", "", "li1@example.org", "", ""),
                                               ("Li Wei", "", "li2@example.org", "", "")]),
    (EXPORT, "Moodle's list", [("Ada Bell", "s1", "ada@example.org", "", ""),
                               ("Émilie du Châtelet", "s2", "em@example.org", "", "")]),
    (PLAIN, "a table", [("Ada Bell", "s1", "ada@example.org", "", ""),
                        ("O'Brien", "s4", "ob@example.org", "", "")]),
    (GERMAN, "Moodle's list", [("Zoë Ünal", "77", "z@example.org", "", "")])])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_rosters_are_recognised(tmp_path, text, kind, rows, encoding):
    found, listed, _ = read(tmp_path, text, encoding)
    assert found == kind
    assert [(row.name, row.id, row.email, row.login, row.canvas) for row in listed] == rows


def test_a_roster_brings_canvas_assignments_and_moodle_numbers(tmp_path):
    assert read(tmp_path, CANVAS)[2] == ["Image formation (501)", "Enhance! (502)"]
    assert [row.participants for row in read(tmp_path, WORKSHEET)[1]] == [
        ["4711"], ["4712"], ["4713"]]


@pytest.mark.parametrize("text, told", [
    ("", "empty"), ("a,b\n1,2\n", "columns a, b"), ("name\nAda\n", "no roster"),
    ("name,id\n", "nobody in it"), ("name,id\nA,1\nB,1\n", "id of two people"),
    ("name,id\nA,\nA,\n", "called a"), ("\0\0", "no text")])
def test_what_is_no_roster_is_told(tmp_path, text, told):
    with pytest.raises(Told, match=told):
        People().enrol(read(tmp_path, text)[1])
    with pytest.raises(Told, match="can't be read"):
        roster.load(tmp_path / "no.csv")


def enrolled(tmp_path, *texts, people=None):
    people = people or People()
    for text in texts:
        people.enrol(read(tmp_path, text)[1])
    return people


def test_numbers_on_the_roster_tell_namesakes_apart_in_every_lesson(tmp_path):
    people = enrolled(tmp_path, WORKSHEET, WORKSHEET.replace("47", "58"))
    first = keys(people, [moodle("Li Wei", 4712), moodle("Li Wei", 4713)])
    again = keys(people, [moodle("Li Wei", 5813), moodle("Li Wei", 5812)], "01_next")
    assert first == again[::-1] == ["li1@example.org", "li2@example.org"]
    assert [row.name for row in people.missing("00_enhance")] == ["Ada Bell"]


def test_canvas_numbers_and_folders_called_by_id_are_certain(tmp_path):
    people = enrolled(tmp_path, CANVAS)
    assert keys(people, [Owner("weili", "103", "canvas"), Owner("s2"), Owner("ABELL")]) == [
        "s3", "s2", "s1"]
    assert keys(people, [Owner("weili", "999", "canvas")]) == ["weili"]  # somebody else
    assert "not on the roster (1): weili" in " ".join(people.told("00_enhance"))


def test_names_fit_in_either_order_but_not_two_people(tmp_path):
    people = enrolled(tmp_path, EXPORT)
    assert keys(people, [Owner("bell_ada"), Owner("duchâteletémilie")]) == ["s1", "s2"]
    two = people.identify([Owner("Ada Bell"), moodle("Ada Bell", 7)], "01_next")
    assert len({known.key for known in two.values()}) == 2
    assert all(known.flags[0][0] == "roster" for known in two.values())


def test_several_rows_fit_and_none_is_taken(tmp_path):
    people = enrolled(tmp_path, WORKSHEET)
    (known,) = people.identify([Owner("Li Wei")], "00_enhance").values()
    assert known.key == "Li_Wei" and "several on the roster fit" in known.flags[0][1]
    (known,) = people.identify([Owner("Mallory")], "00_enhance").values()
    assert "nobody on the roster" in known.flags[0][1]


def test_who_handed_in_before_the_roster_came_stays_the_same(tmp_path):
    people = People()
    assert keys(people, [Owner("Ada Bell"), Owner("O_Brien"), Owner("O'Brien")])[0] == "Ada_Bell"
    enrolled(tmp_path, PLAIN, people=people)
    assert [row.student for row in people.roster.rows] == ["Ada_Bell", "s4"]  # O'Brien: who knows?
    assert keys(people, [Owner("Ada Bell")], "01_next") == ["Ada_Bell"]


def test_a_roster_read_twice_is_the_same(tmp_path):
    people = enrolled(tmp_path, PLAIN)
    before = [row.student for row in people.roster.rows]
    new, missing = people.enrol(read(tmp_path, PLAIN.replace("Bell", "Bell-Chen"))[1])
    assert (new, missing) == (0, 0) and people.roster.rows[0].name == "Ada Bell-Chen"
    assert [row.student for row in people.roster.rows] == before


@pytest.mark.parametrize("said, found", [
    ("Ada Bell", ["Ada_Bell"]), ("Ada_Bell", ["Ada_Bell"]), ("ada@example.org", ["Ada_Bell"]),
    ("s1", ["Ada_Bell"]), ("nobody", []), ("", []), ("..", [])])
def test_students_are_found_by_what_people_call_them(tmp_path, said, found):
    people = People()
    keys(people, [Owner("Ada Bell")])
    assert enrolled(tmp_path, PLAIN, people=people).find(said) == found
