"""Errors and set measures against closed forms, SciPy and scikit-image."""

import math

import numpy as np
import pytest
from scipy import stats
from scipy.spatial import cKDTree
from scipy.stats import binom
from skimage import metrics

from course_lib.audits import measures
from course_lib.audits.measures import (
    birthday,
    bootstrap,
    coverage,
    covered,
    density,
    expected_coverage,
    mse,
    precision,
    psnr,
    radii,
    recall,
    rmse,
    share_interval,
    uniformity,
)

RNG = np.random.default_rng(0)
PICTURE = (-3, -2, -1)


def test_errors_agree_with_scikit_image():
    x, x_hat = RNG.random((2, 5, 3, 8, 9))
    np.testing.assert_allclose(mse(x_hat, x), metrics.mean_squared_error(x, x_hat))
    np.testing.assert_allclose(rmse(x_hat, x) ** 2, mse(x_hat, x))
    for peak in (1, 0.5):
        theirs = [metrics.peak_signal_noise_ratio(a, b, data_range=peak)
                  for a, b in zip(x, x_hat, strict=True)]
        np.testing.assert_allclose(psnr(x_hat, x, peak, axis=PICTURE), theirs)
    assert np.isinf(psnr(x, x))


def test_averaging_decibels_flatters():
    x = np.zeros((2, 1, 8, 8))
    x_hat = x + np.array([0.041, 0.090]).reshape(2, 1, 1, 1)
    each, pooled = psnr(x_hat, x, axis=PICTURE), psnr(x_hat, x)
    np.testing.assert_allclose([each.mean(), pooled], [24.3, 23.1], atol=0.05)
    np.testing.assert_allclose(pooled, -10 * np.log10(mse(x_hat, x, axis=PICTURE).mean()))
    noisy = x_hat + 0.1 * RNG.standard_normal((2, 1, 8, 8))
    assert psnr(noisy, x) <= psnr(noisy, x, axis=PICTURE).mean()


def test_integers_do_not_wrap_around():
    assert mse(np.uint8([[0]]), np.uint8([[255]])) == 255**2


@pytest.mark.parametrize("call, message", [
    (lambda: mse(np.ones((3, 4)), np.ones((4, 4))), r"x_hat is of shape \(3, 4\); .* \(4, 4\)"),
    (lambda: rmse(np.ones((1, 4)), np.ones((4, 4))), "x_hat is of shape"),
    (lambda: uniformity(np.array([0.0, 1.0]), 3, bins=2), "observed is"),
    (lambda: birthday([0.0, 1.0], radius=-1), "radius is -1"),
    (lambda: expected_coverage(2, 3, k=5), "n is 3"),
    (lambda: psnr(np.full((2, 2), np.nan), np.ones((2, 2))), "x_hat is not finite"),
    (lambda: psnr(np.ones((2, 2)), np.full((2, 2), np.inf)), "x is not finite"),
    (lambda: psnr(np.ones((2, 2)), np.ones((2, 2)), 0), "data_range is 0.0"),
])
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


# --- sets of pictures ----------------------------------------------------------------------------


def test_set_measures_agree_with_a_tree_of_neighbours():
    real, generated = RNG.standard_normal((700, 3)), 0.7 * RNG.standard_normal((600, 3)) + 0.5
    k, tree = 4, cKDTree(real)
    radius = tree.query(real, k + 1)[0][:, k]
    near = [np.flatnonzero(np.linalg.norm(real - point, axis=1) < radius) for point in generated]
    assert precision(generated, real, k) == np.mean([len(balls) > 0 for balls in near])
    assert density(generated, real, k) == pytest.approx(np.mean([len(b) for b in near]) / k)
    assert coverage(generated, real, k) == len(np.unique(np.concatenate(near))) / 700
    assert recall(generated, real, k) == precision(real, generated, k)


def test_what_each_measure_sees_of_a_ring_that_lost_half_its_modes():
    def ring(n, shares):
        mode = RNG.choice(8, n, p=shares) * math.pi / 4
        return np.column_stack([np.cos(mode), np.sin(mode)]) + 0.02 * RNG.standard_normal((n, 2))

    even = np.full(8, 1 / 8)
    real, good = ring(1000, even), ring(1000, even)
    half = ring(1000, np.repeat([1 / 4, 0], 4))
    uneven = ring(1000, [0.72] + 7 * [0.04])
    assert precision(half, real) > 0.95 < precision(good, real)  # what it draws, it draws well
    assert recall(half, real) == pytest.approx(0.5, abs=0.05)
    assert coverage(half, real) == pytest.approx(0.5, abs=0.05)
    assert recall(uneven, real) > 0.93  # blind to shares
    assert coverage(uneven, real) < 0.85 < 0.93 < coverage(good, real)
    far = precision(good + 9, real), recall(good + 9, real), coverage(good + 9, real)
    assert far == (0, 0, 0)


@pytest.mark.parametrize(("m", "n", "k", "d"), [(100, 100, 5, 2), (50, 120, 3, 7)])
def test_mean_coverage_of_equal_laws_is_the_closed_form(m, n, k, d):
    found = [coverage(RNG.standard_normal((m, d)), RNG.standard_normal((n, d)), k)
             for _ in range(200)]
    assert np.mean(found) == pytest.approx(expected_coverage(m, n, k),
                                           abs=4 * np.std(found) / 200**0.5)
    assert expected_coverage(100, 100, 5) == pytest.approx(0.9711, abs=5e-5)


@pytest.mark.parametrize(("p", "n"), [(0.02, 200), (0.1, 60), (0.5, 25)])
def test_wilson_intervals_hold_the_share_about_as_often_as_they_say(p, n):
    k = np.arange(n + 1)
    inside = [low <= p <= high for low, high in (share_interval(int(i), n) for i in k)]
    assert binom(n, p).pmf(k) @ inside == pytest.approx(0.95, abs=0.03)
    # By its definition: the ends are where the share lies z standard deviations away.
    low, high = share_interval(7, 50)
    for end in (low, high):
        assert abs(7 / 50 - end) == pytest.approx(1.959964 * math.sqrt(end * (1 - end) / 50))


def test_balls_reach_to_the_kth_nearest_other_point():
    points = RNG.standard_normal((40, 3))
    for k in (1, 5, 39):
        distances = np.sort(np.linalg.norm(points[:, None] - points, axis=-1), axis=1)
        np.testing.assert_allclose(radii(points, k), distances[:, k])
        np.testing.assert_allclose(radii(7 * points + 3, k), 7 * radii(points, k))
    assert radii(np.zeros((2, 1)), 1).tolist() == [0, 0]  # a twin is another point
    with pytest.raises(ValueError, match="k is 40"):
        radii(points, 40)


def test_coverage_of_groups():
    real, generated = RNG.random((200, 2)), RNG.random((150, 2)) * [0.5, 1]
    inside = covered(generated, real)
    assert inside.mean() == coverage(generated, real)
    left = real[:, 0] < 0.4
    assert inside[left].mean() > 0.9 > 0.3 > inside[real[:, 0] > 0.7].mean()


@pytest.mark.parametrize("p", [np.full(8, 1 / 8), np.array([0.72] + 7 * [0.04]),
                               np.r_[0.5, np.full(1000, 0.0005)]])
def test_birthday_estimates_one_over_the_sum_of_squares_and_not_the_support(p):
    pairs = [1 / birthday(RNG.choice(len(p), 60, p=p)) for _ in range(400)]
    assert np.mean(pairs) == pytest.approx(np.sum(p**2), abs=4 * np.std(pairs) / 20)


def test_birthday_counts_pairs_within_a_radius():
    points = RNG.random((80, 3))
    apart = 0.15
    near = sum(np.linalg.norm(a - b) <= apart for i, a in enumerate(points) for b in points[:i])
    assert near and birthday(points, apart) == pytest.approx(80 * 79 / 2 / near)
    assert birthday(np.arange(9)) == math.inf
    assert birthday(np.zeros((5, 2))) == 1


def test_bootstrap_agrees_with_scipy_and_with_the_closed_form():
    cases = RNG.exponential(size=200)
    for statistic in (np.mean, np.median):
        ours = bootstrap(statistic, cases, 0.9, 4000)
        theirs = stats.bootstrap((cases,), statistic, confidence_level=0.9, n_resamples=4000,
                                 method="percentile", rng=1).confidence_interval
        np.testing.assert_allclose(ours, theirs, atol=0.03)
    half = 1.96 * cases.std() / 200**0.5
    np.testing.assert_allclose(bootstrap(np.mean, cases, resamples=4000),
                               [cases.mean() - half, cases.mean() + half], atol=0.03)
    pairs = RNG.multivariate_normal([2, 1], [[1, 0.9], [0.9, 1]], 300)
    low, high = bootstrap(lambda some: some[:, 0].mean() / some[:, 1].mean(), pairs)
    assert low < 2 < high and high - low < 0.3  # rows stay together


def test_bootstrap_intervals_hold_the_truth_about_as_often_as_they_say():
    inside = [low <= 0.3 <= high for low, high in (
        bootstrap(np.mean, RNG.random(100) < 0.3, resamples=300) for _ in range(400))]
    assert np.mean(inside) == pytest.approx(0.95, abs=0.04)


@pytest.mark.parametrize("call, message", [
    (lambda: birthday(np.ones((2, 2, 2))), r"points is of shape \(2, 2, 2\)"),
    (lambda: birthday([1]), "the number of points is 1"),
    (lambda: bootstrap(np.mean, [1.0]), "the number of cases is 1"),
    (lambda: bootstrap(np.mean, [1.0, 2.0], level=2), "level is 2"),
    (lambda: coverage(np.ones((5, 2)), np.ones((5, 2)), k=5), "k is 5; it must be less than"),
    (lambda: precision(np.ones(5), np.ones((9, 2))), "points is of shape"),
    (lambda: share_interval(3, 2), "count is 3; it must be at most n = 2"),
])
def test_bad_sets_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


# --- points that coincide, points far away, values that have no measure ---------------------------

@pytest.mark.parametrize("sets", [measures.precision, measures.recall, measures.coverage])
def test_points_that_coincide_lie_in_each_others_balls(sets):
    one = np.ones((64, 8))
    assert sets(one, one) == 1 and sets(one + 1e-9, one) == 0
    points = np.random.default_rng(0).standard_normal((200, 8))
    points = np.concatenate([points[:100], np.repeat(points[:10], 10, 0)])  # ten, 11 times each
    assert sets(points, points) == 1
    assert sets(-0.0 * one, 0.0 * one) == 1


def test_density_of_labels_is_that_of_one_law():
    rng = np.random.default_rng(1)
    labels, more = rng.integers(0, 10, (2, 2000, 1)).astype(float)
    assert measures.density(more, labels) == pytest.approx(200 / 5, rel=0.05)  # 200 copies of each
    assert measures.coverage(more, labels) == 1


@pytest.mark.parametrize("name", ["precision", "recall", "density", "coverage"])
@pytest.mark.parametrize("offset", [1e3, 1e6, 1e8])
def test_measures_of_sets_dont_depend_on_the_origin(name, offset):
    a, b = np.random.default_rng(2).standard_normal((2, 300, 8))
    measure = getattr(measures, name)
    assert measure(b + offset, a + offset) == pytest.approx(measure(b, a), abs=0.02)


@pytest.mark.parametrize("call, message", [
    (lambda: measures.mse(np.full(2, 1j), np.zeros(2)), "real"),
    (lambda: measures.mse(np.zeros((0, 2)), np.zeros((0, 2))), "not empty"),
    (lambda: measures.calibration_error([], []), "at least one"),
    (lambda: measures.calibration_error([0.3], [np.nan]), "1 where it happened"),
    (lambda: measures.calibration_error([0.3], [2]), "1 where it happened"),
    (lambda: measures.ranks(np.array([np.nan]), np.zeros((5, 1)), 0), "ordered"),
    (lambda: measures.ranks(np.array([0.0]), np.full((5, 1), np.nan), 0), "ordered")])
def test_what_has_no_measure_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
