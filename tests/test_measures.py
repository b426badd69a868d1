"""Errors against closed forms and scikit-image."""

import math

import numpy as np
import pytest
from scipy.spatial import cKDTree
from scipy.stats import binom
from skimage import metrics

from course_lib.measures import (
    coverage,
    density,
    expected_coverage,
    mse,
    precision,
    psnr,
    recall,
    rmse,
    share_interval,
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


@pytest.mark.parametrize("call, message", [
    (lambda: coverage(np.ones((5, 2)), np.ones((5, 2)), k=5), "k is 5; it must be less than"),
    (lambda: precision(np.ones(5), np.ones((9, 2))), "points is of shape"),
    (lambda: share_interval(3, 2), "count is 3; it must be at most n = 2"),
])
def test_bad_sets_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
