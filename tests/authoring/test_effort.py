"""What a lesson asks of a student: how it is counted, and that too much fails the build."""

import pytest

from course_staff.authoring import build, effort, source, syllabus
from course_staff.authoring.source import Cell, SourceError

MINI = build.ROOT / "tests" / "fixtures" / "mini" / "solutions" / "mini.py"


def cells(*kinds):
    """Cells of the kinds that are told apart."""
    made = {
        "text": ("markdown", {}, "Four words of text."),
        "code": ("code", {}, "a = 1\n\nb = 2"),
        "deeper": ("markdown", {"deeper": True}, "Three more words."),
        "solution": ("code", {"solution": "f"}, "def f():\n    return 1"),
        "test": ("code", {"test": "t", "points": 1}, "assert f() == 1\nassert True"),
        "answer": ("markdown", {"answer": "why", "points": 1}, "Say why."),
        "predict": ("code", {}, 'predict("a.b", 1)'),
    }
    return [Cell(n, n, *made[kind]) for n, kind in enumerate(kinds)]


def test_what_counts_as_what():
    told = effort.measure(cells("text", "code", "solution", "test", "answer", "text"))
    assert (told.words, told.lines, told.exercises) == (8, 2, 1)
    assert told.minutes == round(8 / effort.WORDS_A_MINUTE + effort.MINUTES_AN_EXERCISE)


@pytest.mark.parametrize("kinds, longest", [
    ("", 0), ("text code text", 3), ("text predict code code", 2),
    ("text solution test test code", 1), ("text answer text text text", 3),
])
def test_a_stretch_ends_where_there_is_something_to_do(kinds, longest):
    assert effort.measure(cells(*kinds.split())).stretch == longest


@pytest.mark.parametrize("text, share", [
    ("None.", 0), ("(All of it.)", 1), ("Half (so so)", 7 / 12),
    ("A [link](https://example.org/(x)) and $f(x)$ are no brackets", 0),
])
def test_brackets_are_what_a_reader_sees(text, share):
    assert effort.bracketed(text) == pytest.approx(share, abs=0.05)


@pytest.fixture
def lesson(tmp_path):
    """Make the mini lesson, with other limits and more text."""

    def make(limits, more=""):
        folder = tmp_path / "solutions"
        folder.mkdir(exist_ok=True)
        listed = MINI.with_name(syllabus.NAME).read_text(encoding="utf-8")
        (folder / syllabus.NAME).write_text(f"[limits]\n{limits}\n\n{listed}", encoding="utf-8")
        text = MINI.read_text(encoding="utf-8")
        (folder / MINI.name).write_text(f"{text}\n{more}", encoding="utf-8")
        return folder / MINI.name

    return make


LIMITS = "minutes = 1000\nwords = 9000\nlines = 900\nstretch = 90\nbrackets = 25"


def test_a_core_within_its_limits_has_no_problems(lesson):
    assert list(effort.problems(source.read(lesson(LIMITS)))) == []


@pytest.mark.parametrize("limit", ["minutes", "words", "lines", "stretch"])
def test_each_limit_holds_and_stops_the_build(lesson, limit):
    path = lesson("\n".join(f"{limit} = 0" if line.startswith(limit) else line
                            for line in LIMITS.splitlines()))
    with pytest.raises(SourceError, match=f"core's {limit}: .* is the limit"):
        build.build(path, root=path.parents[1])


def test_deeper_cells_dont_count(lesson):
    more = "# %% [markdown] deeper=true\n# " + "word " * 5000
    short, whole = (source.read(lesson(LIMITS, text)) for text in ("", more))
    assert effort.measure(effort.core(short)) == effort.measure(effort.core(whole))


def test_a_paragraph_of_brackets_is_named(lesson):
    more = "# %% [markdown]\n# Main clause (" + "aside " * 40 + ")."
    assert "stand in brackets: 'Main clause" in "".join(
        effort.problems(source.read(lesson(LIMITS, more))))


@pytest.mark.parametrize("limits", ["minuets = 3", 'words = "many"', "lines = 1.5"])
def test_unknown_limits_are_refused(lesson, limits):
    with pytest.raises(SourceError, match=r"\[limits\]"):
        source.read(lesson(limits))


def test_a_lesson_may_have_a_limit_of_its_own(lesson):
    path = lesson(LIMITS)
    listed = path.with_name(syllabus.NAME)
    listed.write_text(listed.read_text(encoding="utf-8") + "limits = {words = 12}\n",
                      encoding="utf-8")
    limits = source.read(path).listed.limits
    assert (limits["words"], limits["lines"]) == (12, 900)


# --- the one-day course ---------------------------------------------------------------------------


def test_a_day_takes_the_core_up_to_a_heading(lesson):
    path = lesson(LIMITS, "# %% [markdown] deeper=true\n# ## 1. Aside\n\n"
                          "# %% [markdown]\n# ## 2. Late\n\n# %%\nlate = 1")
    listed = path.with_name(syllabus.NAME)
    text = listed.read_text(encoding="utf-8")

    def taken(more):
        listed.write_text(text + more, encoding="utf-8")
        return effort.day(source.read(path))

    whole = taken('day = ""\n')
    assert taken("") == [] and whole[-1].text == "late = 1"
    assert taken('day = "2. Late"\n') == whole[:-2]
    for heading in ("3. None", "1. Aside"):
        with pytest.raises(SourceError, match="no heading of the core"):
            taken(f'day = "{heading}"\n')


def test_one_day_is_enough_and_its_guide_says_what_is_told_instead_of_worked_through():
    lessons = [source.read(path) for path in source.find()]
    taken = {each.name: effort.day(each) for each in lessons if effort.day(each)}
    minutes = sum(effort.measure(cells).minutes for cells in taken.values())
    assert 360 < minutes <= 480
    guide = (build.ROOT / "docs" / "instructors.md").read_text(encoding="utf-8")
    for each in lessons:
        for name in set(each.listed.builds_on) - set(taken) if each.name in taken else ():
            (told,) = (other.title for other in lessons if other.name == name)
            assert f"*{told}*" in guide, f"{each.name} builds on {name}"


def test_the_term_in_the_guide_has_every_lesson():
    guide = (build.ROOT / "docs" / "instructors.md").read_text(encoding="utf-8")
    term = guide.partition("## A term")[2].partition("\n## ")[0]
    for entry in syllabus.read()[0].values():
        assert f"| {entry.title}" in term, entry.name
