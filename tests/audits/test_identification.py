"""Matches in a pool, and digits that are stored once: closed forms and laws."""


import numpy as np
import pytest

from course_lib.audits.identification import after_match
from course_lib.notebook.explorers.use_and_misuse import use_and_misuse
from course_lib.worlds import digits


@pytest.mark.parametrize(("pool", "f", "miss", "inside"), [
    (1000, 0.01, 0.0, 1.0), (1000, 0.01, 0.4, 0.5), (50, 0.1, 0.2, 0.9)])
def test_a_match_is_the_source_as_often_as_is_said(pool, f, miss, inside):
    rng = np.random.default_rng(0)
    worlds = 20_000
    there = rng.random(worlds) < inside
    hits = there & (rng.random(worlds) >= miss)
    others = rng.binomial(pool - there, f)
    posterior, coincidental = after_match(pool, f, miss, inside)
    assert others.mean() == pytest.approx(coincidental, rel=0.02)
    assert hits.sum() / (hits.sum() + others.sum()) == pytest.approx(posterior, rel=0.05)


def test_a_test_that_tells_nothing_leaves_the_prior():
    assert after_match(200, 0.3, 0.7, 0.8)[0] == pytest.approx(0.8 / 200)


@pytest.mark.parametrize("arguments", [
    (1, 0.1), (10, 0.0), (10, 1.1), (10, 0.1, 1.0), (10, 0.1, 0.0, 0.0), (10.5, 0.1)])
def test_what_is_no_test_and_no_pool_is_refused(arguments):
    with pytest.raises(ValueError, match="must be"):
        after_match(*arguments)


def test_the_panel_tells_what_it_draws():
    panel = use_and_misuse()
    panel.controls["log_pool"].value, panel.controls["log_ratio"].value = 6.0, 4.0
    panel.controls["inside"].value = 1.0
    assert "0.99 %" in panel.view.value and "100 coincidental matches" in panel.view.value


def test_only_the_eight_has_neighbours_at_three_pixels():
    apart = (digits.DIGITS[:, None] != digits.DIGITS[None]).sum(axis=(2, 3))
    near = {(i, j) for i, j in zip(*np.where(apart <= 3), strict=True) if i < j}
    assert near == {(3, 8), (6, 8), (8, 9)} and all(apart[i, j] == 3 for i, j in near)


def test_what_comes_back_is_within_the_tolerance_of_what_was_there():
    rng = np.random.default_rng(1)
    page = digits.write("".join(map(str, rng.integers(0, 10, 300))))
    page = page ^ (rng.random(page.shape) < 0.05)
    for tolerance in (0, 2, 5):
        shown = digits.encode(page, tolerance)
        assert (page[shown] != page).sum(axis=(1, 2)).max() <= tolerance
        assert (shown <= np.arange(300)).all() and (shown[shown] == shown).all()
    none = digits.encode(page[:0], 3)
    assert none.shape == (0,) and page[none].shape == (0, 7, 5)


def test_without_tolerance_nothing_is_replaced_by_another_digit():
    text = "31415926535897932384626433832795028841971693993751"
    page = digits.write(text)
    np.testing.assert_array_equal(page[digits.encode(page, 0)], page)
    with pytest.raises(ValueError, match="text is"):
        digits.write("12a")
