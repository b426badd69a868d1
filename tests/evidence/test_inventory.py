"""The twelve questions: in order, handed out without their key, and counted right."""

import ast
import math

import nbformat
import numpy as np
import pytest

from course_lib.audits.measures import share_interval
from course_staff.authoring import source, syllabus
from course_staff.evidence import inventory
from course_staff.evidence.inventory import WHEN, Filled

ITEMS = inventory.items()
RIGHT = tuple(item.right for item in ITEMS)
WRONG = tuple(min(item.ideas) for item in ITEMS)
NONE = (None,) * len(ITEMS)


def variables(when, answers, least=None, most=None):
    return {f"{when}_{place}": said for place, said in enumerate(answers, start=1)} | {
        f"{when}_least": least, f"{when}_most": most}


# --- the questions --------------------------------------------------------------------------------


def test_twelve_questions_each_of_a_lesson_and_each_wrong_option_an_idea():
    lessons, _ = syllabus.read()
    assert len(ITEMS) == len({item.name for item in ITEMS}) == 12
    assert {item.lesson for item in ITEMS} <= {*lessons}
    for item in ITEMS:
        assert list(item.options) == ["A", "B", "C", "D"]
        assert {*item.ideas} == {*item.options} - {item.right} and all(item.ideas.values())
        assert len({*item.options.values()}) == 4


def test_neither_place_nor_length_gives_the_right_option_away():
    assert sorted(RIGHT) == sorted("ABCD" * 3)
    assert not any(one == other for one, other in zip(RIGHT, RIGHT[1:], strict=False))
    lengths = [{letter: len(text) for letter, text in item.options.items()} for item in ITEMS]
    for extreme in (max, min):
        told = sum(each[right] == extreme(each.values())
                   for each, right in zip(lengths, RIGHT, strict=True))
        assert told <= 4


def test_an_option_without_an_idea_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "inventory.toml"
    text = inventory.FILE.read_text(encoding="utf-8")
    path.write_text(text.replace('A = "codes add like light"\n', ""), encoding="utf-8")
    monkeypatch.setattr(inventory, "FILE", path)
    with pytest.raises(ValueError, match="codes: each wrong option needs an idea"):
        inventory.items.__wrapped__()


def test_the_numbers_in_the_questions_are_right():
    from course_lib.imaging.optics import srgb_encode

    assert round(255 * float(srgb_encode(0.5))) == 188
    risk = {guess: 0.7 * guess**2 + 0.3 * (1 - guess) ** 2 for guess in (0, 0.3, 0.5)}
    drawn = 0.7 * risk[0] + 0.3 * (0.7 * 1)
    assert min(risk, key=risk.get) == 0.3 and drawn > risk[0] > risk[0.3]


# --- the form -------------------------------------------------------------------------------------


@pytest.mark.parametrize("when", WHEN)
def test_the_form_asks_everything_and_tells_no_key(when):
    notebook = inventory.form(when)
    nbformat.validate(notebook)
    text = nbformat.writes(notebook)
    shown = "\n".join(cell.source for cell in notebook.cells)
    for item in ITEMS:
        assert item.question in shown and all(said in shown for said in item.options.values())
        assert not any(idea in text for idea in item.ideas.values())
    assert "right = " not in text and not any(cell.metadata for cell in notebook.cells)
    code = [ast.parse(cell.source) for cell in notebook.cells if cell.cell_type == "code"]
    values = [each.value.value for cell in code for each in cell.body]
    assert len(values) == 1 + 12 + 2 and set(values) == {None}


def test_both_forms_ask_the_same():
    forms = {when: inventory.form(when).cells[1:] for when in WHEN}
    before, after = ([cell.source.replace(f"{when}_", "") for cell in cells]
                     for when, cells in forms.items())
    assert before == after
    with pytest.raises(ValueError, match="before, after"):
        inventory.form("later")


def test_the_key_is_in_nothing_that_students_get():
    ideas = {idea for item in ITEMS for idea in item.ideas.values()}
    questions = {item.question[:60] for item in ITEMS}
    root = source.find()[0].parents[1]
    for path in [*(root / "lessons").rglob("*.ipynb"), *(root / "course_lib").rglob("*.py")]:
        text = path.read_text(encoding="utf-8")
        assert not any(each in text for each in questions), path
        assert sum(each in text for each in ideas) < 3, path


# --- one person -----------------------------------------------------------------------------------


def test_known_answers_get_their_marks():
    assert inventory.filled(variables("before", RIGHT), "before").score == 12
    assert inventory.filled(variables("before", WRONG), "before").score == 0
    some = RIGHT[:5] + NONE[5:]
    assert inventory.filled(variables("after", some), "after") == Filled(some)
    assert inventory.filled(variables("after", some), "after").score == 5
    assert inventory.filled(variables("after", NONE, 0, 12), "after") is None
    assert inventory.filled(variables("after", RIGHT), "before") is None


@pytest.mark.parametrize("said, letter", [
    ("B", "B"), (" b ", "B"), ("b)", "B"), ("B.", "B"), ("E", None), ("AB", None), ("", None),
    (2, None), (True, None), (["B"], None)])
def test_small_slips_are_forgiven_and_the_rest_is_no_answer(said, letter):
    found = inventory.filled(variables("after", (said, *RIGHT[1:])), "after")
    assert found.answers[0] == letter


@pytest.mark.parametrize("ends, stated", [
    ((3, 7), (3, 7)), ((5, 5), (5, 5)), ((0, 12), (0, 12)), ((7, 3), None), ((-1, 3), None),
    ((3, 13), None), ((None, 3), None), ((3, None), None), (("3", 7), None), ((True, 7), None),
    ((float("nan"), 7), None)])
def test_a_range_counts_if_it_is_one(ends, stated):
    assert inventory.filled(variables("after", RIGHT, *ends), "after").range == stated


def test_coverage_of_stated_ranges():
    forms = [Filled(RIGHT, (11, 12)), Filled(RIGHT, (0, 11)), Filled(WRONG, (0, 0)),
             Filled(RIGHT[:5] + NONE[5:], (5, 6)), Filled(RIGHT, None)]
    assert inventory.covered(forms) == (3, 4)
    assert inventory.covered([]) == (0, 0)


# --- a class --------------------------------------------------------------------------------------


@pytest.mark.parametrize("before, after, gain", [
    ([0, 0], [1, 1], 1), ([0, 0], [0, 0], 0), ([1, 0], [0, 1], 0), ([1, 0], [0, 0], -1),
    ([1, 0, 0, 0], [1, 1, 0, 0], 1 / 3), ([1, 1], [1, 0], None)])
def test_gain_of_known_classes(before, after, gain):
    found = inventory.gain(before, after)
    assert found is None if gain is None else found == pytest.approx(gain)


def test_the_interval_of_a_gain_is_the_delta_methods():
    """With b = mean before and a = mean after, dg = da/(1 − b) − (1 − a)/(1 − b)² db."""
    rng = np.random.default_rng(3)
    before = rng.random(400) < 0.4
    after = rng.random(400) < np.where(before, 0.9, 0.6)
    a, b = after.mean(), before.mean()
    slopes = np.array([1 / (1 - b), -(1 - a) / (1 - b) ** 2])
    error = math.sqrt(slopes @ np.cov(after, before) @ slopes / 400)
    low, high = inventory.gain_interval(before, after)
    gain = inventory.gain(before, after)
    assert low == pytest.approx(gain - 1.96 * error, abs=0.15 * error * 1.96)
    assert high == pytest.approx(gain + 1.96 * error, abs=0.15 * error * 1.96)


def test_the_interval_of_a_mean_is_the_normal_one():
    change = np.repeat([-1.0, 0.0, 1.0], (40, 220, 140))
    error = change.std(ddof=1) / 20
    low, high = inventory.mean_interval(change)
    assert low == pytest.approx(change.mean() - 1.96 * error, abs=0.3 * error)
    assert high == pytest.approx(change.mean() + 1.96 * error, abs=0.3 * error)
    assert inventory.mean_interval([1.0] * 4) is None
    assert inventory.mean_interval([0.25] * 5) == (0.25, 0.25)


def test_the_interval_of_a_share_is_wilsons():
    count, n, z = 7, 18, 1.959964
    middle = (count + z**2 / 2) / (n + z**2)
    half = z / (n + z**2) * math.sqrt(count * (n - count) / n + z**2 / 4)
    assert share_interval(count, n) == pytest.approx((middle - half, middle + half), abs=1e-6)


def test_too_few_persons_have_no_interval():
    assert inventory.gain_interval([0] * 4, [1] * 4) is None
    assert inventory.gain_interval([1] * 9, [1] * 9) is None
    assert inventory.gain_interval([0] * 5, [1] * 5) == (1, 1)


def test_statistics_of_known_answers():
    both = [(WRONG, RIGHT)] * 4 + [(RIGHT, RIGHT)] * 2 + [(RIGHT, WRONG)] + [(WRONG, NONE)]
    before = [pair[0] for pair in both] + [RIGHT]
    after = [pair[1] for pair in both] + [NONE] * 2
    found = inventory.statistics(before, after, both)
    assert [each.item for each in found] == list(ITEMS)
    for each, wrong in zip(found, WRONG, strict=True):
        assert each.right == ((4, 9), (6, 10)) and each.moves == (4, 1)
        assert each.gain == pytest.approx((6 / 8 - 3 / 8) / (5 / 8))
        assert each.discrimination == 1 and each.correlation == pytest.approx(1)
        options = {option.letter: option for option in each.options}
        assert list(options) == ["A", "B", "C", "D", ""]
        assert (options[wrong].before, options[wrong].after) == (5 / 8, 1 / 8)
        assert options[wrong].idea == each.item.ideas[wrong]
        assert (options[""].before, options[""].after, options[""].idea) == (0, 1 / 8, "")
        assert sum(option.before for option in each.options) == pytest.approx(1)
        assert sum(option.after for option in each.options) == pytest.approx(1)
        low, high = options[wrong].interval
        assert low < -1 / 2 < high


def test_persons_in_another_order_give_the_same_numbers():
    rng = np.random.default_rng(0)
    both = [tuple(tuple(rng.choice([*"ABCD"], 12)) for _ in WHEN) for _ in range(15)]
    shuffled = [both[place] for place in rng.permutation(15)]
    one, other = (inventory.statistics([p[0] for p in some], [p[1] for p in some], some)
                  for some in (both, shuffled))
    assert [each.options for each in one] == [each.options for each in other]
    assert [(each.right, each.gain, each.interval, each.moves) for each in one] == [
        (each.right, each.gain, each.interval, each.moves) for each in other]


def test_only_before_is_counted_without_gain():
    found = inventory.statistics([RIGHT] * 5, [], [])
    assert all(each.right == ((5, 5), (0, 0)) and each.gain is None and not each.options
               for each in found)
