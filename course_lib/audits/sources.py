"""Which of these points of light exist? Candidates, and what an independent look confirms.

A restored picture has bright points whether or not there is anything behind them. `candidates`
lists them; `matches` counts those that a second, independent picture shows at the same place; the
same count after the second picture has been moved (`matches_by_chance`) is what agreement by
accident looks like. Neither needs the truth.

>>> x = np.zeros((32, 32))
>>> x[8, 8], x[20, 25], x[20, 5] = 50, 9, 4
>>> candidates(x, least=5)
array([[ 8,  8],
       [20, 25]])
>>> matches(candidates(x, 5), [[9, 8], [0, 0]], radius=1.5).tolist()
[True, False]
"""

import numpy as np
from scipy.spatial import cKDTree
from skimage.feature import peak_local_max

from course_lib import validation

__all__ = ["candidates", "matches", "matches_by_chance"]


def candidates(x: np.ndarray, least: float, apart: int = 1) -> np.ndarray:
    """Return the places of a picture's bright points: its local maxima above `least`.

    Parameters
    ----------
    x : array (H, W)
    least : float
        In the units of `x`; a maximum has to be larger.
    apart : int
        Two maxima are more than this many pixels apart, along both axes; of two that are closer the
        brighter counts. `skimage.feature.peak_local_max` finds them.

    Returns
    -------
    array (n, 2) of int
        Rows and columns, the brightest first. A plateau counts once.

    Raises
    ------
    ValueError
        For other than two axes or values that are not finite.
    """
    x = np.asarray(x)
    if x.dtype.kind not in "biuf" or x.ndim != 2 or 0 in x.shape or not np.isfinite(x).all():
        validation.fail("x", f"of type {x.dtype} and shape {x.shape}, or not finite",
                        "one finite picture (H, W) of real numbers")
    return peak_local_max(x.astype(float), min_distance=validation.integer(apart, "apart"),
                          threshold_abs=validation.real(least, "least"), exclude_border=False)


def _places(values: np.ndarray, name: str) -> np.ndarray:
    values = np.asarray(values)
    if values.size == 0 and (values.ndim == 1 or values.shape[1:] == (2,)):
        return values.reshape(0, 2).astype(float)
    if (values.dtype.kind not in "biuf" or values.shape[1:] != (2,) or values.ndim != 2
            or not np.isfinite(values).all()):
        validation.fail(name, f"of shape {values.shape}", "finite places of shape (n, 2)")
    return values.astype(float)


def matches(places: np.ndarray, others: np.ndarray, radius: float) -> np.ndarray:
    """Say of every place whether one of the others lies within `radius` pixels of it, (n,) bool."""
    places, others = _places(places, "places"), _places(others, "others")
    radius = validation.non_negative(radius, "radius")
    if len(others) == 0 or len(places) == 0:
        return np.zeros(len(places), dtype=bool)
    return cKDTree(others).query(places)[0] <= radius


def matches_by_chance(
    places: np.ndarray, others: np.ndarray, radius: float, shape: tuple[int, int],
    least_shift: int = 10, shifts: int = 100, rng: np.random.Generator | int = 0,
) -> np.ndarray:
    """Count the matches that are left when the other picture is moved: agreement by accident.

    Parameters
    ----------
    places, others : arrays (n, 2), (m, 2)
        As for `matches`.
    radius : float
        Pixels.
    shape : (int, int)
        Of the picture; what leaves it on one side comes back on the other.
    least_shift : int
        Every shift is at least this far along one of the axes, so that no source meets itself.
    shifts : int
    rng : numpy.random.Generator or int

    Returns
    -------
    array (shifts,) of int
        Their mean estimates how many of `matches` prove nothing. Their spread is that of one look;
        shifts of the same lists aren't independent. Places are taken to be spread evenly: where
        they crowd round bright sources the estimate is too low.

    Raises
    ------
    ValueError
        For a picture too small to be moved so far, or places that lie outside of it.
    """
    shape, rng = validation.pair(shape, "shape"), validation.generator(rng)
    least_shift = validation.integer(least_shift, "least_shift")
    if min(shape) < 2 * least_shift + 1:
        validation.fail("least_shift", least_shift, f"less than half of the picture, {shape}")
    others = _places(others, "others")
    for name, each in (("places", _places(places, "places")), ("others", others)):
        if np.any(each < -0.5) or np.any(each > np.array(shape) - 0.5):
            validation.fail(name, "outside of the picture", f"within its {shape} pixels")
    counts: list[int] = []
    while len(counts) < validation.integer(shifts, "shifts"):
        move = rng.integers(0, shape)
        if np.minimum(move, shape - move).max() >= least_shift:
            counts.append(matches(places, (others + move) % shape, radius).sum())
    return np.array(counts)
