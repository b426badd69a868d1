"""Numbers of exercises: closed forms for classes whose answers are known."""

import pytest

from course_staff.grading.analysis import histogram, items


def test_an_exercise_that_sorts_the_class_discriminates_fully():
    rows = [{"a": 2.0 * (n >= 50), "b": 4.0 * (n >= 50), "easy": 1.0} for n in range(100)]
    a, b, easy = items(rows, {"a": 2, "b": 4, "easy": 1})
    assert (a.difficulty, a.discrimination) == (0.5, 1.0) and a.correlation == pytest.approx(1)
    assert b.correlation == pytest.approx(1)
    assert (easy.difficulty, easy.discrimination, easy.correlation) == (1, 0, None)


def test_an_exercise_is_not_correlated_with_itself():
    rows = [{"a": float(n % 2), "b": float(n // 2 % 2)} for n in range(40)]  # independent
    assert [item.correlation for item in items(rows, {"a": 1, "b": 1})] == [
        pytest.approx(0), pytest.approx(0)]
    against = [{"a": float(n % 2), "b": 1.0 - n % 2} for n in range(40)]
    assert items(against, {"a": 1, "b": 1})[0].correlation == pytest.approx(-1)


def test_who_waits_for_a_mark_is_left_out():
    rows = [{"a": None, "b": 1.0}, {"a": 1.0, "b": 1.0}, {"a": 0.0, "b": None}]
    a, b = items(rows, {"a": 1, "b": 1})
    assert (a.students, a.difficulty, b.students, b.difficulty) == (2, 0.5, 2, 1)


@pytest.mark.parametrize("rows", [[], [{"a": 1.0}], [{"a": None}] * 3])
def test_of_hardly_anybody_little_is_said(rows):
    (item,) = items(rows, {"a": 1})
    assert item.discrimination is None and item.correlation is None


def test_everybody_is_in_one_bar():
    bars = histogram([0, 0.5, 9.99, 10, 10, 5], 10)
    assert sum(count for *_, count in bars) == 6
    assert bars[0] == (0, 1, 2) and bars[5][2] == 1 and bars[-1] == (9, 10, 3)
    assert histogram([0, 0], 0)[0][2] == 2
