"""Guesses are read without running anything, and scored as closed forms say."""

import ast
import math
from pathlib import Path

import numpy as np
import pytest

from course_staff.evidence import guesses
from course_staff.evidence.guesses import UNREADABLE, Question

PERCENT = Question("pulse.a", "share (%)", 30, 0, 100)
FACTOR = Question("bias.b", "ratio", 100, 1, 10_000, log=True)


def code(*texts):
    return [{"cell_type": "code", "source": text} for text in texts]


# --- reading --------------------------------------------------------------------------------------


@pytest.mark.parametrize("said, guess", [
    ("0.5", 0.5), ("-3", -3), ("1e6", 1e6), ("10_000", 10_000), ("22/64", 22 / 64),
    ("(2 + 3) * 4 - 1", 19), ("'half'", "half"), ("True", True)])
def test_guesses_are_literals_and_sums_of_them(said, guess):
    for text in (f"x = {said}\npredict('pulse.a', x, between=(0, 100))",
                 f"predict('pulse.a', {said})", f"predictions.predict('pulse.a', {said})"):
        assert guesses.read(code(text))[1] == {"pulse.a": guess}


@pytest.mark.parametrize("said", [
    "open('f').write('x')", "1/0", "2**9999", "[1] * 9", "y", "x + 1"])
def test_what_is_worked_out_is_not_run(said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    variables, found = guesses.read(code(f"x = {said}\npredict('pulse.a', x)"))
    assert found["pulse.a"] is UNREADABLE and variables["x"] is UNREADABLE
    assert not PERCENT.takes(found["pulse.a"]) and not list(tmp_path.iterdir())


def test_the_last_guess_counts_under_the_newest_name():
    cells = code("predict('07.grey_levels', 3)", "predict('pulse.grey_levels', 4)")
    assert guesses.read(cells)[1] == {"pulse.grey_levels": 4}
    assert guesses.read(cells[::-1])[1] == {"pulse.grey_levels": 3}
    assert guesses.read([*cells, *code("predict('pulse.grey_levels', None)")])[1] == {}
    others = code("predict(key, 4)", "predict('pulse.a')", "other('pulse.a', 4)")
    assert guesses.read(others)[1] == {}


def test_markdown_and_broken_cells_hold_no_guesses():
    cells = [{"cell_type": "markdown", "source": "predict('pulse.a', 4)"},
             *code("predict('pulse.a', 4", "%%time\npredict('pulse.a', 4)", "((((" * 200,
                   "-" * 19_000 + "1", "1+" * 9_000 + "1", "x = 1\n" * 9_000, "x\0")]
    assert guesses.read(cells) == ({}, {})


@pytest.mark.parametrize("text", [
    "take_part = no", "take_part = 'no", "take_part: str = 'no'", "take_part, x = 'no', 1",
    "if True:\n    take_part = 'no'", "%%time\ntake_part = 'no'", "(take_part := 'no')"])
def test_a_clumsy_no_overwrites_a_yes(text):
    variables, _ = guesses.read(code("take_part = 'yes'", text))
    assert variables["take_part"] is UNREADABLE


# --- questions ------------------------------------------------------------------------------------


def test_questions_come_from_the_lesson_as_it_was_built():
    def shown(text):
        return [{"data": {"text/plain": [f"Figure: {text}"]}}]

    cells = code("predict('a.x', x, between=(0, 100))", "reveal('a.x', 3, label='hits', unit='%')",
                 "predict('a.y', y, between=(1, 1e6))", "reveal('a.y', 3, label='d: e', log=True)",
                 "predict('a.words', z)", "predict('a.unseen', u, between=(0, 1))",
                 "reveal('a.unseen', 3, label='u')")
    cells[1]["outputs"] = shown("Bars for hits: you predicted 5, measured 12.5 %.")
    cells[3]["outputs"] = shown("Dots for d: e: measured 8.04e+06.")
    cells[6]["outputs"] = shown("Curves for u: something measured 3.")
    assert guesses.questions([{"cells": cells}]) == {
        "a.x": Question("a.x", "hits (%)", 12.5, 0, 100),
        "a.y": Question("a.y", "d: e", 8.04e6, 1, 1e6, log=True)}


def test_nearly_all_questions_of_the_course_have_a_truth_on_their_scale():
    found = guesses.questions()
    assert len(found) >= 50 and len({each.lesson for each in found.values()}) >= 13
    for each in found.values():
        assert each.low < each.high and each.takes(each.truth), each
        assert not each.log or each.low > 0
    assert found["image_formation.dip"].truth == pytest.approx(0.735, abs=5e-4)
    assert found["enhance.percent_dark"].lesson == "enhance"  # another lesson reveals it


@pytest.mark.parametrize("question, number, place", [
    (PERCENT, 0, 0), (PERCENT, 25, 0.25), (PERCENT, 100, 1), (PERCENT, 101, 1), (PERCENT, -9, 0),
    (FACTOR, 1, 0), (FACTOR, 10, 0.25), (FACTOR, 100, 0.5), (FACTOR, 10_000, 1), (FACTOR, 0, 0)])
def test_places_on_the_scale(question, number, place):
    assert question.place(number) == pytest.approx(place)


@pytest.mark.parametrize("guess, taken", [
    (0, True), (100, True), (30.5, True), (101, False), (-1, False), ("30", False), (True, False),
    (None, False), (float("nan"), False), (10**400, False), (UNREADABLE, False)])
def test_guesses_off_the_scale_are_not_taken(guess, taken):
    assert PERCENT.takes(guess) is taken


@pytest.mark.parametrize("truth", [0, 10, 30, 50, 100])
def test_chance_is_the_error_of_guessing_anywhere(truth):
    question = Question("a.x", "x", truth, 0, 100)
    anywhere = np.linspace(0, 1, 100_001)
    assert question.chance == pytest.approx(np.abs(anywhere - truth / 100).mean(), abs=1e-5)


# --- scores ---------------------------------------------------------------------------------------


def test_a_class_that_knows_has_no_error():
    found = guesses.score(PERCENT, [30] * 6)
    assert (found.error, found.lean, found.skill, found.near) == (0, 0, 1, 6)
    assert found.error_interval == found.lean_interval == (0, 0) and found.quartiles == (30, 30)


def test_scores_of_known_guesses():
    found = guesses.score(PERCENT, [20, 30, 40, 70, 90])
    assert found.persons == 5 and found.median == 40 and found.quartiles == (30, 70)
    assert found.error == pytest.approx(0.24) and found.lean == pytest.approx(0.2)
    assert found.near == 3  # a tenth of the scale, its ends included
    assert found.skill == pytest.approx(1 - 0.24 / ((0.09 + 0.49) / 2))
    factor = guesses.score(FACTOR, [10, 1000])
    assert factor.error == pytest.approx(0.25) and factor.lean == pytest.approx(0)
    assert factor.error_interval is None


def test_a_class_that_guesses_anywhere_has_no_skill():
    assert guesses.score(PERCENT, np.linspace(0, 100, 1001)).skill == pytest.approx(0, abs=0.01)


def test_guesses_in_another_order_give_the_same_scores():
    rng = np.random.default_rng(1)
    some = list(rng.uniform(0, 100, 20))
    assert guesses.score(PERCENT, some) == guesses.score(PERCENT, some[::-1])
    people = [{"pulse.a": a, "bias.b": rng.uniform(1, 1e4)} for a in some]
    known = {each.key: each for each in (PERCENT, FACTOR)}
    assert guesses.summary("all", known, people) == guesses.summary("all", known, people[::-1])


def test_persons_weigh_alike_in_a_summary():
    known = {each.key: each for each in (PERCENT, FACTOR)}
    people = [{"pulse.a": 30, "bias.b": 100}, {"pulse.a": 80}, {"other.c": 3}]
    found = guesses.summary("all", known, people)
    assert (found.persons, found.guesses) == (2, 3)
    assert found.error == pytest.approx((0 + 0.5) / 2)
    chances = [(PERCENT.chance + FACTOR.chance) / 2, PERCENT.chance]
    assert found.skill == pytest.approx(1 - 0.25 / np.mean(chances))
    assert guesses.summary("none", known, [{"other.c": 3}]) is None


@pytest.mark.parametrize("slope, intercept", [(1, 0), (0.5, 0.25), (0.2, 0.3), (-1, 1)])
def test_calibration_finds_the_line_that_the_class_follows(slope, intercept):
    scores = [guesses.score(Question(f"a.{t}", "x", t, 0, 100), [100 * intercept + slope * t] * 5)
              for t in (5, 20, 40, 60, 75, 90)]
    found = guesses.calibration(scores)
    assert found.slope == pytest.approx(slope) and found.intercept == pytest.approx(intercept)
    assert found.interval == pytest.approx((slope, slope)) and found.questions == 6
    assert found.rank == pytest.approx(math.copysign(1, slope))
    assert guesses.calibration(scores) == guesses.calibration(scores[::-1])
    assert guesses.calibration(scores[:4]) is None


def test_the_slope_is_least_squares():
    rng = np.random.default_rng(2)
    truths, medians = rng.uniform(0, 100, 12), rng.uniform(0, 100, 12)
    found = guesses.calibration([guesses.score(Question(f"a.{k}", "x", t, 0, 100), [m])
                                 for k, (t, m) in enumerate(zip(truths, medians, strict=True))])
    slope, intercept = np.polyfit(truths / 100, medians / 100, 1)
    assert (found.slope, found.intercept) == pytest.approx((slope, intercept))


def test_nothing_in_the_module_runs_what_students_wrote():
    tree = ast.parse(Path(guesses.__file__).read_text(encoding="utf-8"))
    called = {node.func.id for node in ast.walk(tree)
              if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert not called & {"eval", "exec", "compile"}


def test_a_damaged_work_folder_has_no_guesses(tmp_path):
    path = tmp_path / "predictions.json"
    assert guesses.kept(path) == {}
    for text in ("", "[1]", "{", '{"a": '):
        path.write_text(text, encoding="utf-8")
        assert guesses.kept(path) == {}
    path.write_text('{"07.grey_levels": 3, "pulse.x": "w"}', encoding="utf-8")
    assert guesses.kept(path) == {"pulse.grey_levels": 3, "pulse.x": "w"}
