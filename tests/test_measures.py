"""Errors against closed forms and scikit-image."""

import numpy as np
import pytest
from skimage import metrics

from course_lib.measures import mse, psnr, rmse

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
