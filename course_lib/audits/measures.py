"""How far an estimate is from the truth, and whether probabilities mean what they say.

Errors compare `x_hat` with `x`, arrays of one shape. `axis` says which axes are averaged: all by
default, ``(-3, -2, -1)`` for one number per picture of a batch (..., C, H, W). For structural
similarity use `skimage.metrics.structural_similarity`.

`ranks` and `uniformity` are simulation-based calibration: draw a truth from the prior and y from
the truth, then sample the posterior of y. If the sampler is right, the truth is one draw among the
others, and its rank among L of them is uniform on 0, …, L. That holds for every number that can be
computed from a draw and y: the log-likelihood is one that catches a sampler which ignores y.

`precision`, `recall`, `density` and `coverage` compare a set of generated pictures with a set of
real ones, both described by features (rows): around every point of one set a ball reaches to its
k-th nearest neighbour in that set, and balls and points of the other set are counted. Precision and
recall ask for one ball and don't see how often a thing is drawn; `share_interval` is for that.
`birthday` asks how much variety a set has by itself.

References
----------
Talts, Betancourt, Simpson, Vehtari & Gelman, arXiv:1804.06788 (2018). Kynkäänniemi, Karras, Laine,
Lehtinen & Aila, Improved precision and recall metric for assessing generative models, NeurIPS 2019,
arXiv:1904.06991. Naeem, Oh, Uh, Choi & Yoo, Reliable fidelity and diversity metrics for generative
models, ICML 2020, arXiv:2002.09797. Arora & Zhang, Do GANs actually learn the distribution? An
empirical study, arXiv:1706.08224 (2017). B. Efron, Ann. Stat. 7 (1979) 1,
doi:10.1214/aos/1176344552 (bootstrap). E. B. Wilson, J. Am. Stat. Assoc. 22 (1927) 209,
doi:10.1080/01621459.1927.10502953.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike
from scipy.spatial import cKDTree
from scipy.stats import binomtest, chisquare
from sklearn.metrics import pairwise_distances_argmin_min, pairwise_distances_chunked
from sklearn.neighbors import NearestNeighbors

from course_lib import validation
from course_lib.arrays import Seed

if TYPE_CHECKING:
    from course_lib.inference.posterior import Mixture

__all__ = ["audit_sampler", "birthday", "bootstrap", "calibration_error", "coverage", "covered",
           "density", "expected_coverage", "mse", "precision", "psnr", "radii", "ranks", "recall",
           "rmse", "share_interval", "uniformity"]

Axis: TypeAlias = int | tuple[int, ...] | None


def mse(x_hat: ArrayLike, x: ArrayLike, axis: Axis = None) -> np.ndarray | np.floating:
    """Mean squared error of arrays `x_hat` and `x` of one shape, over all axes or those in `axis`.

    Raises
    ------
    ValueError
        If the shapes differ (nothing is broadcast), there is nothing to average, or a value is
        complex, NaN or infinite.
    """
    x_hat, x = np.asarray(x_hat), np.asarray(x)
    validation.matching(x_hat, x.shape, "x_hat")
    for name, values in (("x_hat", x_hat), ("x", x)):
        if np.iscomplexobj(values) or values.size == 0:
            validation.fail(name, f"{values.dtype} of shape {values.shape}", "real, and not empty")
        if not np.isfinite(values).all():
            validation.fail(name, "not finite everywhere (NaN or infinity)", "finite")
    difference = x_hat.astype(float) - x.astype(float)  # unsigned integers would wrap around
    return np.mean(difference**2, axis=axis)


def rmse(x_hat: ArrayLike, x: ArrayLike, axis: Axis = None) -> np.ndarray | np.floating:
    """Root mean squared error of `x_hat`, in the units of `x`; arguments as for `mse`."""
    return np.sqrt(mse(x_hat, x, axis))


def psnr(x_hat: ArrayLike, x: ArrayLike, data_range: float = 1.0,
         axis: Axis = None) -> np.ndarray | np.floating:
    """Peak signal-to-noise ratio, 10 log₁₀(data_range²/mse), in dB; infinite for a perfect copy.

    Arguments as for `mse`; `data_range` is the distance from black to white, in the units of x. For
    a set of pictures say which you mean. In the mean of their PSNRs, halving an error that
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


def ranks(truth: ArrayLike, draws: ArrayLike, rng: Seed) -> np.ndarray:
    """Number of draws below the truth; ties (as for a form, 0 or 1) are broken at random.

    Parameters
    ----------
    truth : array (...)
    draws : array (L, ...)
    rng : numpy.random.Generator or int

    Returns
    -------
    array (...) of int
        Between 0 and L.

    Raises
    ------
    ValueError
        If shapes don't match or a value is NaN, which has no rank.
    """
    truth, draws = np.asarray(truth), np.asarray(draws)
    validation.matching(truth, draws.shape[1:], "truth")
    if np.any(truth != truth) or np.any(draws != draws):
        validation.fail("truth or draws", "NaN somewhere", "numbers that can be ordered")
    ties = np.sum(draws == truth, axis=0)
    return np.sum(draws < truth, axis=0) + np.random.default_rng(rng).integers(0, ties + 1)


def uniformity(observed: ArrayLike, draws: int,
               bins: int = 5) -> tuple[np.ndarray, np.ndarray, float]:
    """Histogram of ranks and the p-value of a chi-square test that they are uniform.

    Parameters
    ----------
    observed : array (n,) of int
        Ranks of n independent cases among L = `draws` draws each.
    draws, bins : int
        The L + 1 possible ranks are put into so many bins of nearly equal size. The test needs
        about five cases a bin.

    Returns
    -------
    counts, expected : array (bins,)
    p_value : float

    Examples
    --------
    >>> counts, expected, p = uniformity(np.arange(100) % 20, draws=19)
    >>> counts.tolist(), expected.tolist(), float(p)
    ([20, 20, 20, 20, 20], [20.0, 20.0, 20.0, 20.0, 20.0], 1.0)
    """
    observed, possible = np.asarray(observed), validation.integer(draws, "draws") + 1
    if validation.integer(bins, "bins", least=2) > possible:
        validation.fail("bins", bins, f"at most {possible}, the number of possible ranks")
    if observed.ndim != 1 or observed.dtype.kind not in "iu" or not np.isin(
            observed, range(possible)).all():
        validation.fail("observed", f"of shape {observed.shape}, values {np.unique(observed)}",
                        f"(n,) integers from 0 to {draws}")
    bin_of = np.arange(possible) * bins // possible
    counts = np.bincount(bin_of[observed], minlength=bins)
    expected = np.bincount(bin_of, minlength=bins) * (len(observed) / possible)
    return counts, expected, chisquare(counts, expected).pvalue


def calibration_error(p: ArrayLike, outcome: ArrayLike, bins: int = 10) -> float:
    """Expected calibration error: mean distance of what was said from what happened.

    Cases are put into bins of equal width by what was said; ``|mean p − frequency|`` is averaged
    over cases. Chance alone gives about 0.4 √(bins/n) for p between, and less near 0 and 1.

    Parameters
    ----------
    p : array (n,)
        Probabilities said.
    outcome : array (n,)
        1 where it happened, else 0.
    bins : int

    Examples
    --------
    >>> calibration_error(np.array([0.8, 0.8, 0.8, 0.8, 0.8]), np.array([1, 1, 1, 1, 0]))
    0.0
    """
    p, outcome = np.asarray(p, dtype=float), np.asarray(outcome, dtype=float)
    validation.matching(outcome, p.shape, "outcome")
    if p.ndim != 1 or len(p) == 0 or not ((p >= 0) & (p <= 1)).all():
        validation.fail("p", f"of shape {p.shape}", "(n,) probabilities in [0, 1], at least one")
    if not ((outcome >= 0) & (outcome <= 1)).all():
        validation.fail("outcome", "not everywhere in [0, 1]", "1 where it happened, else 0")
    bin_of = np.minimum((p * validation.integer(bins, "bins")).astype(int), bins - 1)
    gaps = np.bincount(bin_of, p - outcome, minlength=bins)
    return float(np.abs(gaps).sum().round(12) / len(p))


# --- sets of pictures ----------------------------------------------------------------------------


def share_interval(count: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Wilson's interval of a share, of which `count` out of `n` independent cases were seen.

    It holds the true share with probability `level`, at least nearly.

    Returns
    -------
    low, high : float
        Within [0, 1], and never empty, not even for 0 out of n.

    Examples
    --------
    >>> [round(end, 3) for end in share_interval(0, 100)]
    [0.0, 0.037]
    """
    n = validation.integer(n, "n")
    if validation.integer(count, "count", least=0) > n:
        validation.fail("count", count, f"at most n = {n}")
    found = binomtest(int(count), n).proportion_ci(level, method="wilson")
    return float(found.low), float(found.high)


def bootstrap(statistic: Callable[[np.ndarray], float], cases: ArrayLike, level: float = 0.95,
              resamples: int = 1000, rng: Seed = 0) -> tuple[float, float]:
    """Percentile bootstrap: an interval of a statistic of n independent cases.

    The cases are drawn anew, n out of n with replacement, and the statistic with them. Good for
    means, medians and ratios of means. Useless for whatever looks at pairs or neighbours, such as
    `birthday` and `coverage` of points: a case that is drawn twice is its own neighbour, at
    distance 0. Nor for the answers of `covered`: real points share neighbours, so they aren't
    independent, and the interval is too narrow. Draw independent sets instead.

    Parameters
    ----------
    statistic : callable
        Takes cases as an array, returns a number.
    cases : array (n, ...)
    level : float in (0, 1)
    resamples : int
    rng : numpy.random.Generator or int

    Returns
    -------
    low, high : float

    Examples
    --------
    >>> low, high = bootstrap(np.mean, np.arange(100.0))
    >>> bool(43 < low < 45), bool(54 < high < 56)                # mean ± 1.96 sd/√n: 43.8 to 55.2
    (True, True)
    """
    cases, rng = np.asarray(cases), np.random.default_rng(rng)
    n = validation.integer(len(cases), "the number of cases", least=2)
    tail = (1 - validation.fraction(level, "level")) / 2
    found = [statistic(cases[rng.integers(0, n, n)])
             for _ in range(validation.integer(resamples, "resamples", least=2))]
    low, high = np.quantile(found, [tail, 1 - tail])
    return float(low), float(high)


def birthday(points: ArrayLike, radius: float = 0.0) -> float:
    """Effective number of different things that a set is drawn from, told by its duplicates.

    Of the m(m − 1)/2 pairs among m draws with probabilities p, a share Σp² are duplicates, so the
    pairs over the duplicates estimate 1/Σp². That is the number of things only if all are equally
    frequent; what is rarely drawn hardly counts.

    Parameters
    ----------
    points : array (m,) or (m, d)
        Labels, or features.
    radius : float
        Points at most so far apart are duplicates. Of a continuous law nothing is ever drawn
        twice; the answer then is one for this radius and means something in comparison only.

    Returns
    -------
    float
        Infinite without duplicates.

    Examples
    --------
    >>> birthday([0, 1, 1, 2])                                           # 6 pairs, 1 duplicate
    6.0
    """
    points = np.asarray(points, dtype=float)
    points = points[:, None] if points.ndim == 1 else points
    if points.ndim != 2 or not np.isfinite(points).all():
        validation.fail("points", f"of shape {points.shape}", "finite, of shape (m,) or (m, d)")
    m = validation.integer(len(points), "the number of points", least=2)
    radius, tree = validation.non_negative(radius, "radius"), cKDTree(points)
    duplicates = (tree.count_neighbors(tree, radius) - m) / 2  # counts order, and each itself
    return m * (m - 1) / 2 / duplicates if duplicates else math.inf


def precision(generated: ArrayLike, real: ArrayLike, k: int = 5) -> float:
    """Share of the generated points that lie in the ball of at least one real point.

    Parameters
    ----------
    generated : array (m, d)
    real : array (n, d)
    k : int
        A ball reaches to the k-th nearest other point of its own set: what is closer than that is
        in it, and always its centre, though more than k points of the set coincide there.
    """
    generated, real = _near_zero(generated, real)
    return float((_balls(real, k, generated) > 0).mean())


def recall(generated: ArrayLike, real: ArrayLike, k: int = 5) -> float:
    """Share of the real points in the ball of a generated point; arguments as for `precision`."""
    return precision(real, generated, k)


def density(generated: ArrayLike, real: ArrayLike, k: int = 5) -> float:
    """Number of real points' balls in which a generated point lies, over k; the mean, 1 if equal.

    Unlike `precision` it isn't fooled by one real outlier with a huge ball.
    """
    generated, real = _near_zero(generated, real)
    return float(_balls(real, k, generated).mean() / k)


def coverage(generated: ArrayLike, real: ArrayLike, k: int = 5) -> float:
    """Share of the real points with a generated point in their ball; arguments as `precision`'s."""
    return float(covered(generated, real, k).mean())


def covered(generated: ArrayLike, real: ArrayLike, k: int = 5) -> np.ndarray:
    """Say of every real point whether a generated one lies in its ball, (n,) bool.

    Its mean over all real points is `coverage`; over a group of them, coverage of that group.
    """
    generated, real = _near_zero(generated, real)
    nearest, reach = pairwise_distances_argmin_min(real, generated)[1], radii(real, k)
    there = _copies(generated)
    return (nearest < reach) | [not radius and row.tobytes() in there
                                for row, radius in zip(real, reach, strict=True)]


def expected_coverage(m: int, n: int, k: int = 5) -> float:
    r"""Mean of `coverage` if m generated and n real points follow one law, whatever the law is.

    Where points coincide, coverage is greater.

    .. math:: 1 - \frac{(n-1)(n-2)\cdots(n-k)}{(m+n-1)(m+n-2)\cdots(m+n-k)}

    A real point is not covered if its k nearest among all other points are real.

    >>> round(expected_coverage(100, 100), 4)
    0.9711
    """
    i = np.arange(1, validation.integer(k, "k") + 1)
    m, n = validation.integer(m, "m", least=0), validation.integer(n, "n", least=k + 1)
    return float(1 - np.prod((n - i) / (m + n - i)))


def radii(points: ArrayLike, k: int) -> np.ndarray:
    """Distance of every point to the k-th nearest of the others: how far the balls reach.

    Parameters
    ----------
    points : array (n, d)
    k : int
        From 1 to n − 1.

    Returns
    -------
    array (n,)
        In the unit of the points; 0 where more than k of them coincide.

    Raises
    ------
    ValueError
        If k is 0 or less, or n or more.
    """
    points = _points(points)
    if validation.integer(k, "k") >= len(points):
        validation.fail("k", k, f"less than the number of points, {len(points)}")
    reach = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(points).kneighbors()[0][:, -1]
    copies = _copies(points)
    return np.where([copies[row.tobytes()] > k for row in points], 0.0, reach)


def _copies(points: np.ndarray) -> Counter[bytes]:
    """How many points lie exactly where one does, by its bytes."""
    return Counter(row.tobytes() for row in points)


def _balls(centres: np.ndarray, k: int, points: np.ndarray) -> np.ndarray:
    """In how many balls around `centres` (n, d) each of the `points` (m, d) lies, (m,)."""
    reach, copies = radii(centres, k), _copies(centres)
    within = np.concatenate(list(pairwise_distances_chunked(
        points, centres, working_memory=16,
        reduce_func=lambda distances, _: (distances < reach).sum(1))))
    here = np.array([copies[row.tobytes()] for row in points])
    return within + np.where(here > k, here, 0)


def _near_zero(generated: ArrayLike, real: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Return both sets moved to the origin, if they lie so far from it that distances would suffer.

    Distances are computed from squares, |a|² − 2ab + |b|²: far away little is left of them.
    """
    generated, real = _points(generated), _points(real)
    if len(real) and np.abs(real.mean(0)).max(initial=0) > 1e3 * real.std(0).max(initial=0):
        return generated - real[0], real - real[0]
    return generated, real


def _points(points: ArrayLike) -> np.ndarray:
    points = np.ascontiguousarray(points, dtype=float) + 0.0  # −0 is 0
    if points.ndim != 2 or not np.isfinite(points).all():
        validation.fail("points", f"of shape {points.shape}", "finite, of shape (n, d)")
    return points


# --- samplers ------------------------------------------------------------------------------------


def audit_sampler(sampler: Callable[[np.ndarray, int, np.random.Generator], ArrayLike],
                  prior: Mixture, A: ArrayLike, sigma: float, cases: int = 200, draws: int = 19,
                  rng: Seed = 0) -> dict[str, Any]:
    """Simulation-based calibration of a sampler in a world that is known, by ranks.

    Parameters
    ----------
    sampler : callable
        ``sampler(y, draws, rng)`` takes measurements (cases, m) and returns (draws, cases, n).
    prior : posterior.Mixture
    A : (m, n) array
    sigma : float
        Standard deviation of the noise, greater than 0.
    cases, draws : int
    rng : numpy.random.Generator or int

    Returns
    -------
    dict
        The p-values of uniform ranks: "coordinates", an array (n,), and "likelihood", of
        log p(y | x). Small ones refute the sampler; large ones only fail to. And "ranks", those of
        log p(y | x), (cases,) integers.
    """
    rng, A = np.random.default_rng(rng), validation.matrix(A, "A")
    sigma = validation.positive(sigma, "sigma")
    x, _ = prior.sample(cases, rng)
    y = x @ A.T + sigma * rng.standard_normal((cases, len(A)))
    found = np.asarray(sampler(y, draws, rng))
    validation.matching(found, (draws, *x.shape), "what the sampler returns")

    def log_l(points):
        return -np.sum((y - points @ A.T) ** 2, axis=-1)

    by_coordinate = ranks(x, found, rng)
    by_likelihood = ranks(log_l(x), log_l(found), rng)
    return {"coordinates": np.array([uniformity(r, draws)[2] for r in by_coordinate.T]),
            "likelihood": float(uniformity(by_likelihood, draws)[2]), "ranks": by_likelihood}
