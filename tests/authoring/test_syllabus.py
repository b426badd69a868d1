"""The list of lessons: what it says of broken ones, numbers from places, who is meant by a name."""

import pytest

from course_staff.authoring import source, syllabus
from course_staff.authoring.source import SourceError

ENTRY = """
[[lesson]]
name = "{name}"
act = "I"
title = "{name}"
question = "?"
minutes = 50
"""


def listed(tmp_path, *tables):
    """A course with this list, and an empty source for each lesson in it."""
    folder = tmp_path / "solutions"
    folder.mkdir(exist_ok=True)
    text = "".join(tables)
    (folder / syllabus.NAME).write_text(text, encoding="utf-8")
    for line in text.splitlines():
        if line.startswith("name = "):
            (folder / f"{line[8:-1]}.py").touch()
    return folder / syllabus.NAME


def entry(name, more=""):
    return ENTRY.format(name=name) + more


# --- numbers --------------------------------------------------------------------------------------


def test_a_number_is_the_place_and_gaps_may_be_left(tmp_path):
    path = listed(tmp_path, entry("one"), entry("two"), entry("later", "number = 4\n"),
                  entry("last"))
    entries, _ = syllabus.read(path)
    assert {name: each.folder for name, each in entries.items()} == {
        "one": "00_one", "two": "01_two", "later": "04_later", "last": "05_last"}


def test_a_lesson_put_in_between_moves_those_behind_it(tmp_path):
    before, _ = syllabus.read(listed(tmp_path, entry("one"), entry("three")))
    after, _ = syllabus.read(listed(tmp_path, entry("one"), entry("two"), entry("three")))
    assert (before["three"].number, after["three"].number) == (1, 2)


def test_the_course_is_in_its_agreed_order():
    entries, _ = syllabus.read()
    assert [each.folder for each in entries.values()][:5] == [
        "00_enhance", "01_image_formation", "02_deconvolution", "03_information_limit",
        "04_moving_the_limit"]
    assert all(each.title and each.question and each.act in ("I", "II")
               for each in entries.values())


# --- what is wrong with a list --------------------------------------------------------------------


@pytest.mark.parametrize(("tables", "reason"), [
    ([entry("one", 'tilte = "One"\n')], r"no. 1 \('one'\): unknown key 'tilte'"),
    (["[paths]\n", entry("one")], "unknown key 'paths'"),
    ([entry("one").replace('title = "one"\n', "")], "title is missing"),
    ([entry("one").replace("50", '"50"')], "minutes must be a whole number"),
    ([entry("one", 'builds_on = "two"\n')], "builds_on must be a list"),
    ([entry("one", "builds_on = [2]\n")], "builds_on must be a list of names"),
    ([entry("One")], "lower_case"),
    ([entry("one"), entry("one")], r"no. 2 \('one'\): a second lesson has this name"),
    ([entry("one"), entry("two", "number = 0\n")], "its number 0 is taken; 1 is the next"),
    ([entry("one", 'builds_on = ["zero"]\n')], "builds_on: no lesson above it is called 'zero'"),
    ([entry("one", 'helps = ["two"]\n'), entry("two")], "helps: no lesson above it .* 'two'"),
    ([entry("one", 'builds_on = ["one"]\n')], "no lesson above it is called 'one'"),
    ([entry("one", 'routes = ["short"]\n')], r"\[routes\] doesn't tell of 'short'"),
    (["[[lesson]\n"], "can't be read"),
])
def test_a_broken_list_is_refused_with_file_and_reason(tmp_path, tables, reason):
    path = listed(tmp_path, *tables)
    with pytest.raises(SourceError, match=f"solutions/course.toml: .*{reason}"):
        syllabus.read(path)


def test_all_problems_of_a_list_are_told_together(tmp_path):
    path = listed(tmp_path, entry("one", 'x = "1"\n'), entry("two", 'helps = ["three"]\n'))
    with pytest.raises(SourceError) as told:
        syllabus.read(path)
    assert len(told.value.problems) == 2


def test_list_and_sources_must_agree(tmp_path):
    path = listed(tmp_path, entry("one"), entry("two"))
    path.with_name("one.py").unlink()
    path.with_name("three.py").touch()
    with pytest.raises(SourceError) as told:
        source.find([], tmp_path)
    assert told.value.problems == ["solutions/three.py: course.toml doesn't list it",
                                   "solutions/course.toml: one.py is missing"]
    with pytest.raises(SourceError, match="three.py: course.toml doesn't list it"):
        source.read(path.with_name("three.py"))


# --- who is meant ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("said", "meant"), [
    ("1", "pulse"), ("01", "pulse"), ("pulse", "pulse"), ("pulse_", "pulse_again"),
    ("01_pulse", "pulse"), ("01_p", "pulse"), ("10", "pulse_again"),
    ("bias", "bias"), ("0", "bias"), ("solutions/pulse.py", "pulse")])
def test_a_lesson_is_meant_by_name_beginning_or_number(tmp_path, said, meant):
    listed(tmp_path, entry("bias"), entry("pulse"), entry("pulsar", "number = 9\n"),
           entry("pulse_again"))
    assert [path.stem for path in source.find([said], tmp_path)] == [meant]


@pytest.mark.parametrize(("said", "reason"), [
    ("7", "no lesson is called '7'"), ("ulse", "no lesson is called 'ulse'"),
    ("pul", "'pul' may be pulse, pulsar")])
def test_what_means_no_lesson_or_several_is_refused(tmp_path, said, reason):
    listed(tmp_path, entry("bias"), entry("pulse"), entry("pulsar"))
    with pytest.raises(SourceError, match=reason):
        source.find([said], tmp_path)


def test_sources_come_in_the_order_of_the_list_once_each(tmp_path):
    listed(tmp_path, entry("b"), entry("a"), entry("c"))
    assert [path.stem for path in source.find([], tmp_path)] == ["b", "a", "c"]
    assert [path.stem for path in source.find(["c", "0", "b"], tmp_path)] == ["b", "c"]


# --- the README -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("numbers", "said"), [
    ([], ""), ([3], "03"), ([1, 3], "01, 03"), ([6, 5], "05, 06"), ([5, 6, 7], "05–07"),
    ([0, 1, 3, 6, 7, 8, 9, 10, 13], "00, 01, 03, 06–10, 13")])
def test_numbers_are_said_in_ranges(numbers, said):
    assert syllabus.ranges(numbers) == said


@pytest.mark.parametrize(("minutes", "hours"), [
    (50, "¾"), (60, "1"), (170, "2¾"), (180, "3"), (190, "3¼"), (270, "4½")])
def test_hours_follow_from_minutes(minutes, hours):
    one = syllabus.Entry("a", "I", "A", "?", minutes, number=0)
    assert one.hours == hours


def test_the_table_follows_from_the_list(tmp_path):
    path = listed(tmp_path, '[routes]\nshort = "for the hasty"\n',
                  entry("one", 'routes = ["short"]\n'), entry("two"),
                  entry("three", 'builds_on = ["one", "two"]\nhelps = []\nroutes = ["short"]\n'),
                  entry("four", 'builds_on = ["one"]\nhelps = ["three"]\n'))
    made = syllabus.table(*syllabus.read(path))
    assert "| 02 [three](lessons/02_three) | ? | 00, 01 | ¾ |" in made
    assert "| 03 [four](lessons/03_four) | ? | 00 (02 helps) | ¾ |" in made
    assert "**short** (00, 02: for the hasty)" in made
    assert syllabus.between("a\n{}\nold\n{}\nb".format(*syllabus.README_MARKS), "new") == (
        "a\n{}\nnew\n{}\nb".format(*syllabus.README_MARKS))
    with pytest.raises(SourceError, match="marks"):
        syllabus.between("no marks", "new")
