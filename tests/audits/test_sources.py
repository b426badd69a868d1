"""Candidates and their confirmation: maxima, matches, and what agreement by accident looks like."""

import numpy as np
import pytest

from course_lib.audits.sources import candidates, matches, matches_by_chance


def test_candidates_are_the_maxima_above_a_level_brightest_first():
    x = np.zeros((40, 40))
    truth = np.array([[5, 5], [0, 20], [20, 39], [30, 10]])  # two on the border
    x[tuple(truth.T)] = [7, 9, 8, 2]
    assert candidates(x, least=3).tolist() == [[0, 20], [20, 39], [5, 5]]
    assert candidates(x, least=9).shape == (0, 2)


def test_of_two_close_maxima_the_brighter_counts():
    x = np.zeros((20, 20))
    x[10, 8], x[10, 11] = 5, 6
    assert len(candidates(x, 1, apart=2)) == 2
    assert candidates(x, 1, apart=3).tolist() == [[10, 11]]


def test_candidates_follow_the_picture_when_it_is_turned_or_mirrored():
    x = np.random.default_rng(0).random((30, 41))
    found = {tuple(p) for p in candidates(x, 0.9)}
    assert {(p[1], p[0]) for p in candidates(x.T, 0.9)} == found and len(found) > 10
    assert {(29 - p[0], p[1]) for p in candidates(x[::-1], 0.9)} == found


def test_an_empty_field_has_no_candidates():
    assert candidates(np.zeros((16, 16)), 0.0).shape == (0, 2)
    assert matches(np.zeros((0, 2)), [[1, 1]], 2).shape == (0,)
    assert not matches([[1, 1]], np.zeros((0, 2)), 2).any()


def test_a_match_is_a_neighbour_within_the_radius():
    assert matches([[0, 0], [5, 5]], [[0, 2], [9, 9]], radius=2).tolist() == [True, False]
    assert matches([[0, 0]], [[0, 2]], radius=1.99).tolist() == [False]


def test_matches_by_chance_are_as_many_as_places_at_random_make():
    """m other places at random cover 1 − (1 − πr²/HW)^m of the picture."""
    rng, shape, radius = np.random.default_rng(1), (128, 128), 2.0
    places, others = rng.uniform(-0.5, 127.5, (300, 2)), rng.uniform(-0.5, 127.5, (200, 2))
    found = matches_by_chance(places, others, radius, shape, shifts=200)
    covered = 1 - (1 - np.pi * radius**2 / 128**2) ** 200
    assert found.mean() == pytest.approx(300 * covered, rel=0.1)


def test_a_shifted_picture_never_meets_itself():
    places = np.array([[64, 64]])
    for shape in [(128, 128), (64, 200)]:
        found = matches_by_chance(places % shape, places % shape, 9.0, shape, shifts=300)
        assert found.sum() == 0


@pytest.mark.parametrize("broken", [
    lambda: candidates(np.zeros((3, 4, 4)), 0), lambda: candidates(np.full((4, 4), np.nan), 0),
    lambda: matches([[1, 2, 3]], [[1, 2]], 1), lambda: matches([[1, 2]], [[1, 2]], -1),
    lambda: matches_by_chance([[1, 2]], [[1, 2]], 1, (12, 12), least_shift=6)])
def test_nonsense_is_refused(broken):
    with pytest.raises(ValueError, match="it must be"):
        broken()
