"""Conformal sets: the promise holds for any score, per form if asked, and its closed form."""

import math

import numpy as np
import pytest
from scipy.stats import betabinom, chisquare

from course_lib.audits.conformal import (
    coverage_range,
    report,
    scores,
    sets,
    threshold,
    thresholds,
)


def world(n, rng, share=0.1, bend=1.0):
    """Probabilities and forms; with bend 1 the probabilities are right."""
    form = (rng.random(n) < share).astype(int)
    t = rng.standard_normal(n) + 2 * form
    return 1 / (1 + np.exp(bend * (-np.log(share / (1 - share)) - 2 * t + 2))), form


@pytest.mark.parametrize("n, level, rank", [(9, 0.9, 9), (10, 0.9, 10), (99, 0.9, 90), (4, 0.5, 3),
                                            (99, 0.56, 56), (1, 0.5, 1), (999, 0.07, 70)])
def test_the_threshold_is_the_score_of_its_rank(n, level, rank):
    own = np.random.default_rng(n).permutation(np.arange(1, n + 1))
    assert threshold(own, level) == rank


@pytest.mark.parametrize("n, level", [(0, 0.5), (8, 0.9), (98, 0.99)])
def test_with_too_few_cases_everything_is_possible(n, level):
    assert threshold(np.zeros(n), level) == math.inf
    assert sets(scores([0.0, 1.0]), [threshold(np.zeros(n), level)] * 2).all()
    assert coverage_range(n, 50, level) == (1.0, 1.0)


def test_what_is_kept_is_beta_binomial():
    """Over many calibrations, counts of kept cases follow the closed form, not a binomial."""
    rng, n, new, level = np.random.default_rng(0), 19, 30, 0.9
    counts = [np.sum(rng.random(new) <= threshold(rng.random(n), level)) for _ in range(20_000)]
    law = betabinom.pmf(np.arange(new + 1), new, 18, 2)
    observed = np.bincount(counts, minlength=new + 1)
    few = law * len(counts) < 10
    observed, expected = (np.append(x[~few], x[few].sum()) for x in (observed, law * len(counts)))
    assert chisquare(observed, expected).pvalue > 1e-3
    low, high = coverage_range(n, new, level, of=0.9)
    inside = np.mean((np.array(counts) >= low * new) & (np.array(counts) <= high * new))
    assert 0.89 < inside < 0.99


@pytest.mark.parametrize("bend", [1.0, -1.0, 0.0])  # right, upside down, says nothing
@pytest.mark.parametrize("per_form", [False, True])
def test_the_promise_holds_whatever_the_model(bend, per_form):
    rng, kept = np.random.default_rng(1), []
    for _ in range(300):
        p, form = world(250, rng, bend=bend)
        q = thresholds(scores(p), form, 0.9, per_form)
        p, form = world(250, rng, bend=bend)
        held = sets(scores(p), q)[np.arange(250), form]
        kept.append([held.mean(), held[form == 0].mean(), held[form == 1].mean()])
    kept, error = np.mean(kept, axis=0), np.std(kept, axis=0) / math.sqrt(300)
    asked = kept >= 0.9 - 3 * error
    assert asked[0] and (not per_form or asked.all())


def test_overall_coverage_is_no_coverage_of_each_form_and_that_costs_undecided_sets():
    rng = np.random.default_rng(2)
    (p, form), (new, truth) = world(4000, rng), world(20_000, rng)
    overall, each = (report(sets(scores(new), thresholds(scores(p), form, 0.9, how)), truth)
                     for how in (False, True))
    assert overall["pale"].low > 0.9 > 0.7 > overall["dark"].high
    assert each["dark"].value == pytest.approx(0.9, abs=0.04)
    assert each["undecided"].low > overall["undecided"].high


def test_increasing_maps_of_the_score_change_nothing():
    rng = np.random.default_rng(3)
    (p, form), (new, _) = world(500, rng), world(500, rng)
    s, t = scores(p), scores(new)
    for how in (False, True):
        expected = sets(t, thresholds(s, form, 0.9, how))
        for bend in (lambda v: v**3, lambda v: 5 * np.log1p(v) - 7):
            np.testing.assert_array_equal(
                sets(bend(t), thresholds(bend(s), form, 0.9, how)), expected)
    # Per form, each form may have a map of its own; with one threshold for both it may not.
    apart = [1.0, 100.0]
    assert (sets(t * apart, thresholds(s * apart, form, 0.9, True)) == sets(
        t, thresholds(s, form, 0.9, True))).all()
    assert (sets(t * apart, thresholds(s * apart, form, 0.9)) != sets(
        t, thresholds(s, form, 0.9))).any()


def test_a_score_that_equals_the_threshold_is_kept():
    s, form = np.full((100, 2), 0.5), np.arange(100) % 2
    q = thresholds(s, form, 0.6)
    assert q.tolist() == [0.5, 0.5] and sets(s, q).all()


def test_the_order_of_the_cases_is_nothing_and_a_higher_level_never_takes_away():
    rng = np.random.default_rng(4)
    (p, form), (new, _) = world(300, rng), world(300, rng)
    order = rng.permutation(300)
    before = np.zeros((300, 2), bool)
    for level in (0.3, 0.6, 0.9, 0.95, 0.999):
        q = thresholds(scores(p), form, level, True)
        np.testing.assert_array_equal(q, thresholds(scores(p[order]), form[order], level, True))
        after = sets(scores(new), q)
        assert (after >= before).all()
        before = after


def test_the_report_counts():
    held = np.array([[1, 0], [1, 1], [0, 1], [0, 0], [1, 1]], bool)
    told = report(held, [0, 0, 0, 1, 1])
    assert {name: float(share.value) for name, share in told.items()} == pytest.approx(
        {"kept": 3 / 5, "pale": 2 / 3, "dark": 1 / 2, "undecided": 2 / 5, "empty": 1 / 5})
    assert f"{told['kept']:.1f}" == "0.6 (0.2 to 0.9)"


@pytest.mark.parametrize("broken, says", [
    (lambda: scores([0.5, 1.1]), "p_dark"), (lambda: scores([np.nan]), "p_dark"),
    (lambda: scores([[0.5]]), "p_dark"), (lambda: threshold([1.0], 1.0), "level"),
    (lambda: threshold([1.0], 0), "level"), (lambda: threshold([np.inf], 0.5), "own"),
    (lambda: thresholds(np.zeros((3, 3)), [0, 1, 1]), "scores"),
    (lambda: thresholds(np.zeros((3, 2)), [0, 1]), "form"),
    (lambda: thresholds(np.zeros((2, 2)), [0, 2]), "form"),
    (lambda: sets(np.zeros((2, 2)), [0.1]), "thresholds"),
    (lambda: sets(np.zeros((2, 2)), [0.1, np.nan]), "thresholds"),
    (lambda: report(np.zeros((2, 2)), [0, 1]), "sets"),
    (lambda: report(np.zeros((2, 2), bool), [1, 1]), "form"),
    (lambda: report(np.zeros((0, 2), bool), []), "form"),
    (lambda: coverage_range(-1, 5), "n is"), (lambda: coverage_range(5, 0), "new"),
    (lambda: coverage_range(5, 5, of=1.0), "of"),
])
def test_bad_input_is_refused_in_words(broken, says):
    with pytest.raises(ValueError, match=rf"^{says}.*must be"):
        broken()
