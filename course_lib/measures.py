"""How far an estimate is from the truth.

Errors compare `x_hat` with `x`, arrays of one shape. `axis` says which axes are averaged: all by
default, ``(-3, -2, -1)`` for one number per picture of a batch (..., C, H, W). For structural
similarity use `skimage.metrics.structural_similarity`.
"""

import math

import numpy as np

from course_lib import validation

__all__ = ["mse", "psnr", "rmse"]


def mse(x_hat, x, axis=None):
    """Mean squared error.

    Raises
    ------
    ValueError
        If the shapes differ (nothing is broadcast) or a value is NaN or infinite.
    """
    x_hat, x = np.asarray(x_hat), np.asarray(x)
    validation.matching(x_hat, x.shape, "x_hat")
    for name, values in (("x_hat", x_hat), ("x", x)):
        if not np.isfinite(values).all():
            validation.fail(name, "not finite everywhere (NaN or infinity)", "finite")
    difference = x_hat.astype(float) - x.astype(float)  # unsigned integers would wrap around
    return np.mean(difference**2, axis=axis)


def rmse(x_hat, x, axis=None):
    """Root mean squared error, in the units of `x`."""
    return np.sqrt(mse(x_hat, x, axis))


def psnr(x_hat, x, data_range=1.0, axis=None):
    """Peak signal-to-noise ratio, 10 log₁₀(data_range²/mse), in dB; infinite for a perfect copy.

    For a set of pictures say which you mean. In the mean of their PSNRs, halving an error that
    nobody sees counts as much as halving one that ruins the picture; averaging the squared errors
    first (`axis` None) never gives more than that mean, by Jensen's inequality.

    >>> x = np.zeros((2, 1, 8, 8))
    >>> x_hat = x + np.array([0.041, 0.090]).reshape(2, 1, 1, 1)
    >>> round(float(psnr(x_hat, x, axis=(-3, -2, -1)).mean()), 1)       # mean of PSNRs
    24.3
    >>> round(float(psnr(x_hat, x)), 1)                                 # PSNR of the mean error
    23.1
    """
    peak = validation.positive(data_range, "data_range")
    with np.errstate(divide="ignore"):
        return 20 * math.log10(peak) - 10 * np.log10(mse(x_hat, x, axis))
