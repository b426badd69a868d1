"""Fairness measures, closed forms and the bias budget: identities, simulations, intervals."""

import itertools

import numpy as np
import pytest
from scipy.special import expit, logit
from scipy.stats import norm

from course_lib.audits import fairness
from course_lib.audits.fairness import (
    FACTORS,
    LADDER,
    always_pale_share,
    bias_budget,
    conditional_shares,
    corrected_share,
    flip_share,
    gaps,
    latent_map_log_odds,
    map_recalls,
    output_share,
    sampling_recalls,
    shift_prior,
)

CELLS = tuple(itertools.product((0, 1), repeat=3))


def gaussian(n, d, share, seed):
    """Forms (n,), P(dark | t) at this share: N(0, 1) and N(d, 1)."""
    rng = np.random.default_rng(seed)
    dark = rng.random(n) < share
    return dark.astype(int), expit(d * (rng.normal(d * dark) - d / 2) + logit(share)), rng


# --- closed forms --------------------------------------------------------------------------------


@pytest.mark.parametrize(("d", "share"), [(0.7, 0.3), (1.6, 0.12), (2.4, 0.5), (3.0, 0.85)])
def test_recalls_are_those_of_simulated_classes(d, share):
    truth, p, rng = gaussian(200_000, d, share, seed=3)
    for output, closed in ((p > 0.5, map_recalls(d, share)),
                           (rng.random(len(p)) < p, sampling_recalls(d, share))):
        for form in (0, 1):
            found = np.mean((output == form)[truth == form])
            assert closed[form] == pytest.approx(found, abs=0.007)


@pytest.mark.parametrize("share", [0.5, 0.2, 0.03])
@pytest.mark.parametrize("d", [0.1, 1.0, 2.5, 8.0])
def test_sampling_keeps_the_share_and_errs_as_often_either_way(d, share):
    pale, dark = sampling_recalls(d, share)
    assert output_share((pale, dark), share) == pytest.approx(share, abs=1e-9)
    assert (1 - share) * (1 - pale) == pytest.approx(share * (1 - dark), abs=1e-9)
    assert sampling_recalls(d, 1 - share) == pytest.approx((dark, pale), abs=1e-9)


def test_the_numbers_of_the_syllabus():
    by_map, by_sampling = map_recalls(2, 0.2), sampling_recalls(2, 0.2)
    assert [by_map[1], by_sampling[1]] == pytest.approx([0.621, 0.592], abs=5e-4)
    shares = [output_share(r, 0.2) for r in (by_map, by_sampling)]
    assert shares == pytest.approx([0.160, 0.200], abs=5e-4)
    differences = [r[0] - r[1] for r in (by_map, by_sampling)]
    assert differences == pytest.approx([0.334, 0.306], abs=5e-4)
    for d, found in ((0.5, (0.006, 0.232)), (3, (0.850, 0.814))):
        recalls = map_recalls(d, 0.2)[1], sampling_recalls(d, 0.2)[1]
        assert recalls == pytest.approx(found, abs=6e-4)
    assert flip_share(np.sqrt(2 * np.log(3))) == pytest.approx(0.75)
    assert always_pale_share(1, 0.5, 1) == pytest.approx(0.7957, abs=5e-5)


@pytest.mark.parametrize("d", [0.6, 1.0, 1.8, 2.7])
def test_at_the_flip_share_both_ways_recall_one_half(d):
    at = 1 - flip_share(d)
    assert map_recalls(d, at)[1] == pytest.approx(0.5)
    assert sampling_recalls(d, at)[1] == pytest.approx(0.5, abs=1e-9)
    # With a larger share MAP recalls more dark ones than sampling, with a smaller one fewer.
    for share, more in ((2 * at, True), (at / 2, False)):
        assert (map_recalls(d, share)[1] > sampling_recalls(d, share)[1]) == more
    assert output_share(map_recalls(d, at), at) < 0.9 * at  # yet MAP misses the share


@pytest.mark.parametrize(("pale", "dark", "distance"), [(1, 0.5, 1), (2, 1.5, 0.3), (1, 0.2, 3)])
def test_below_a_share_no_picture_at_all_counts_as_dark(pale, dark, distance):
    at = 1 - always_pale_share(pale, dark, distance)
    t = np.linspace(-20, 20, 400_001)
    ratio = norm.logpdf(t, distance, dark) - norm.logpdf(t, 0, pale)
    assert not (ratio + logit(at * 0.99) > 0).any() and (ratio + logit(at * 1.01) > 0).any()


def test_a_mode_in_latents_has_another_prior():
    share = 0.08
    threshold = norm.ppf(1 - share)
    assert latent_map_log_odds(share) == pytest.approx(norm.logpdf(0) - norm.logpdf(threshold))
    assert latent_map_log_odds(share) < -logit(share)


@pytest.mark.parametrize(("old", "new"), [(0.5, 0.1), (0.2, 0.7)])
def test_shifting_a_prior_is_bayes_rule(old, new):
    t, d = np.linspace(-5, 5, 11), 1.4
    at = [expit(d * (t - d / 2) + logit(share)) for share in (old, new)]
    np.testing.assert_allclose(shift_prior(at[0], old, new), at[1])
    np.testing.assert_allclose(shift_prior(at[1], new, old), at[0])


# --- measures ------------------------------------------------------------------------------------


def test_gaps_of_a_table_by_hand():
    truth = np.repeat([0, 0, 1, 1], [90, 10, 30, 20])
    output = np.repeat([0, 1, 0, 1], [90, 10, 30, 20])
    found = gaps(truth, output, share=0.1)
    np.testing.assert_allclose(found["recalls"].value, [0.9, 0.4])
    assert found["RDP"].value == pytest.approx(0.5)
    assert found["output share"].value == pytest.approx(0.1 * 0.4 + 0.9 * 0.1)
    assert found["PR"].value == pytest.approx(0.03)


@pytest.mark.parametrize("share", [0.5, 0.07])
def test_for_two_groups_pr_is_spe_in_every_resample(share):
    truth, p, rng = gaussian(500, 1.5, 0.4, seed=5)
    found = gaps(truth, rng.random(500) < p, share)
    for part in ("value", "low", "high"):
        assert getattr(found["PR"], part) == pytest.approx(getattr(found["SPE"], part))


def test_a_perfect_answer_has_no_gap_and_a_constant_one_has_all():
    truth = np.repeat([0, 1], 50)
    assert gaps(truth, truth, 0.3)["RDP"].value == 0 == gaps(truth, truth, 0.3)["PR"].high
    always = gaps(truth, np.zeros(100), 0.3)
    assert always["RDP"].value == 1 and always["PR"].value == pytest.approx(-0.3)


def test_conditional_shares_of_a_sampler_agree_and_of_the_map_do_not():
    truth, p, rng = gaussian(20_000, 1.5, 0.2, seed=7)
    sampled, decided = rng.random(len(p)) < p, p > 0.5
    for output, worst in ((sampled, 0.03), (p, 1e-12)):
        expected, found = conditional_shares(truth, output, p, 0.2)
        np.testing.assert_allclose(found.value, expected.value, atol=worst)
    expected, found = conditional_shares(truth, decided, p, 0.2)
    assert np.abs(found.value - expected.value).max() > 0.1
    # The population's answer, although the truths hold both forms equally often.
    some = np.concatenate([np.flatnonzero(truth == form)[:2000] for form in (0, 1)])
    expected, found = conditional_shares(truth[some], sampled[some], p[some], 0.2)
    np.testing.assert_allclose(found.value, expected.value, atol=0.07)


@pytest.mark.parametrize("share", [0.15, 0.5])
def test_reading_errors_are_taken_out(share):
    rng = np.random.default_rng(1)

    def read(truth):
        return np.where(rng.random(len(truth)) < 0.1, 1 - truth, truth) * (
            rng.random(len(truth)) < 0.9)

    outputs = (rng.random(10_000) < share).astype(int)
    known = np.repeat([0, 1], 3000)
    found = corrected_share(read(outputs), known, read(known))
    assert found.value == pytest.approx(outputs.mean(), abs=0.03)
    assert abs(np.mean(read(outputs)) - outputs.mean()) > 0.02  # uncorrected
    assert found.low < outputs.mean() < found.high


def test_intervals_hold_about_as_often_as_they_say():
    closed, held = np.subtract(*sampling_recalls(1.5, 0.3)), []
    for seed in range(100):
        truth, p, rng = gaussian(300, 1.5, 0.3, seed=seed)
        found = gaps(truth, rng.random(300) < p, 0.3, rng=seed)
        held.append([found["RDP"].low <= closed <= found["RDP"].high,
                     found["PR"].low <= 0 <= found["PR"].high])
    assert (np.abs(np.mean(held, axis=0) - 0.95) < 0.07).all()


# --- the budget ----------------------------------------------------------------------------------


def flat(values, n=200):
    """A table of cells whose truths all flip with the same probability."""
    return {cell: np.full(n, value) for cell, value in zip(CELLS, values, strict=True)}


def test_the_ladder_of_a_toy_adds_up():
    rungs = dict(zip(LADDER, (0.139, 0.294, 0.476, 0.612), strict=True))
    ladder = bias_budget({c: np.full(50, m) for c, m in rungs.items()},
                         {c: np.full(50, 0.1) for c in rungs})["dark"]
    np.testing.assert_allclose(ladder.rungs.value, [0.139, 0.294, 0.476, 0.612])
    np.testing.assert_allclose(ladder.steps.value, [0.139, 0.155, 0.182, 0.136])
    assert ladder.orders == (FACTORS,)  # the only order in which these four cells can be passed


@pytest.mark.parametrize("seed", range(3))
def test_every_order_adds_up_and_a_step_is_a_difference_of_two_cells(seed):
    values = np.random.default_rng(seed).random(8)
    ladder = bias_budget(flat(values), flat(1 - values))["dark"]
    table = dict(zip(CELLS, values, strict=True))
    assert len(ladder.orders) == 6
    np.testing.assert_allclose(ladder.by_order.value.sum(1), table[1, 1, 1] - table[0, 0, 0])
    row = ladder.by_order.value[ladder.orders.index(("search", "share", "generator"))]
    assert row == pytest.approx([table[1, 0, 1] - table[0, 0, 1], table[1, 1, 1] - table[1, 0, 1],
                                 table[0, 0, 1] - table[0, 0, 0]])
    four = [table[a, 1, b] - table[a, 0, b] for a in (0, 1) for b in (0, 1)]
    np.testing.assert_allclose(ladder.ranges[1], [min(four), max(four)])


@pytest.mark.parametrize("d", [1.2, 2.64])
def test_information_is_bayes_error_and_what_drawing_adds(d):
    truth, p, _ = gaussian(40_000, d, 0.5, seed=11)
    dark, pale = ({cell: np.abs(truth - q)[truth == form] for cell, q in zip(
        LADDER, (p, shift_prior(p, 0.5, 0.15), p, p), strict=True)} for form in (1, 0))
    for ladder in bias_budget(dark, pale).values():
        bayes, drawing = ladder.information.value
        assert bayes == pytest.approx(norm.cdf(-d / 2), abs=0.008)
        assert bayes + drawing == pytest.approx(1 - sampling_recalls(d, 0.5)[0], abs=0.008)
    moved = bias_budget(dark, pale)["dark"].rungs.value[1]
    assert moved == pytest.approx(1 - sampling_recalls(d, 0.15)[1], abs=0.008)


def test_the_toy_of_two_gaussian_classes_is_the_one_described():
    """Its first rungs, to what one number d′ can say of pictures of four pixels."""
    assert norm.cdf(-2.64 / 2) == pytest.approx(0.094, abs=1e-3)
    assert 1 - sampling_recalls(2.64, 0.5)[1] == pytest.approx(0.139, abs=4e-3)
    assert 1 - sampling_recalls(2.64, 0.15)[1] == pytest.approx(0.294, abs=4e-3)


def test_intervals_of_the_budget_hold_on_fresh_seeds():
    d, held = 1.5, []
    truths = [1 - sampling_recalls(d, share)[1] for share in (0.5, 0.15)]
    for seed in range(100):
        truth, p, rng = gaussian(400, d, 0.5, seed=100 + seed)
        q = shift_prior(p, 0.5, 0.15)
        flips = {form: [x[truth == form] for x in (
            np.abs(truth - p), np.abs(truth - q), rng.random(400) < np.abs(truth - q))]
            for form in (0, 1)}
        dark, pale = ({**dict(zip(LADDER, (a, b, b, c), strict=True))}
                        for a, b, c in (flips[1], flips[0]))
        steps = bias_budget(dark, pale, rng=seed)["dark"].steps
        expected = [truths[0], truths[1] - truths[0], 0, 0]
        held.append((steps.low - 1e-12 <= expected) & (expected <= steps.high + 1e-12))
    assert (np.mean(held, axis=0) > 0.87).all()
    assert np.mean(held, axis=0)[1] < 1  # not by being endless


def test_intervals_of_every_order_hold_on_fresh_seeds():
    means, held = np.random.default_rng(6).uniform(0.1, 0.9, len(CELLS)), []
    known = bias_budget(flat(means), flat(means))["dark"].by_order.value
    for seed in range(100):
        luck = np.random.default_rng(200 + seed).random((len(CELLS), 400))
        cells = {cell: x < mean for cell, mean, x in zip(CELLS, means, luck, strict=True)}
        found = bias_budget(cells, cells, rng=seed)["dark"].by_order
        held.append((found.low <= known) & (known <= found.high))
    assert np.mean(held) == pytest.approx(0.95, abs=0.03) and np.mean(held, axis=0).min() > 0.86


def test_ties_are_half_wrong():
    cells = dict.fromkeys(LADDER, np.full(10, 0.5))
    assert bias_budget(cells, cells)["dark"].information.value == pytest.approx([0.5, 0])


@pytest.mark.parametrize(("call", "message"), [
    (lambda: gaps([0, 0], [0, 1], 0.5), "truth is of shape"),
    (lambda: gaps([0, 1], [0, 2], 0.5), "output is outside"),
    (lambda: gaps([0, 1], [0, 1, 1], 0.5), "output is of shape"),
    (lambda: gaps([0, 1], [0, 1], 50), "share is 50"),
    (lambda: shift_prior(1.2, 0.5, 0.1), "p is outside"),
    (lambda: map_recalls(0, 0.5), "d is 0"),
    (lambda: always_pale_share(1, 1, 1), "spread_dark is 1.0; it must be smaller"),
    (lambda: corrected_share([0, 1], [0, 1], [1, 0]), "known is a classifier with 0.00 hits"),
    (lambda: corrected_share([0, 7], [0, 1], [0, 1]), "said is of shape"),
    (lambda: corrected_share([], [0, 1], [0, 1]), "said is of shape"),
    (lambda: conditional_shares([0, 1, 1], [0, 1, 1], [0.1, 0.2, 0.3], 0.5), "bins is 5"),
    (lambda: bias_budget({(0, 0, 0): np.ones(3)}, {}), "without"),
    (lambda: bias_budget(flat(np.ones(8)) | {(1, 1, 1): np.ones(3)}, {}), "cell"),
])
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_the_interval_is_the_bootstraps():
    """For a mean it must be the normal one, when there is much to resample."""
    truth = np.repeat([0, 1], 2000)
    output = np.concatenate([np.zeros(2000), np.arange(2000) < 600])
    found = gaps(truth, output, 0.5)["recalls"][1]
    half = 1.96 * np.sqrt(0.3 * 0.7 / 2000)
    assert found.high - found.low == pytest.approx(2 * half, rel=0.1)
    assert fairness.LEVEL == 0.95 and f"{found:.2f}" == "0.30 (0.28 to 0.32)"
