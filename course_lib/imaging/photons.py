r"""Counted light: honest halves of one exposure, and what two halves agree on.

Photon counts are Poisson. Keep each photon with probability s: what is kept and what is left are
Poisson, too, with means s·m and (1 − s)·m, and *independent* (`thin`). No noise model is needed,
only that the numbers are counts. Two such halves tell without any truth which frequencies repeat
(`ring_correlation`) and when an estimate begins to explain its own noise
(`held_out_log_likelihood`).

>>> counts = np.random.default_rng(0).poisson(9.0, (64, 64))
>>> a, b = thin(counts, rng=1)
>>> bool(np.array_equal(a + b, counts)), abs(round(float(np.corrcoef(a.flat, b.flat)[0, 1]), 1))
(True, 0.0)

References
----------
Kingman, Poisson processes, Oxford 1993, §5.1 (thinning). Saxton & Baumeister, J. Microsc. 127
(1982) 127, doi:10.1111/j.1365-2818.1982.tb00405.x; van Heel & Schatz, J. Struct. Biol. 151 (2005)
250, doi:10.1016/j.jsb.2005.05.009 (ring correlation and where to cut it). Rosenthal & Henderson,
J. Mol. Biol. 333 (2003) 721, doi:10.1016/j.jmb.2003.07.013 (1/7).
"""

from typing import NamedTuple

import numpy as np
from scipy.stats import poisson

from course_lib import validation

__all__ = ["RingCorrelation", "held_out_log_likelihood", "ring_correlation", "thin"]


def thin(
    counts: np.ndarray, share: float = 0.5, rng: np.random.Generator | int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Divide counted photons at random into two sets, each photon by a coin of its own.

    Parameters
    ----------
    counts : array of non-negative whole numbers, any shape
        Photons counted, as integers or as floats without a fraction. Anything that was divided by
        a gain, flat-fielded or background-subtracted no longer holds counts, and is refused if it
        shows.
    share : float
        Probability that a photon goes into the first set, in [0, 1].
    rng : numpy.random.Generator or int

    Returns
    -------
    kept, rest : arrays of int64, of the shape of `counts`
        They add up to `counts`. If the counts are Poisson with mean m, the two are independent,
        Poisson with means share · m and (1 − share) · m.

    Raises
    ------
    ValueError
        For negative, fractional or non-finite counts, none at all, or a share outside of [0, 1].

    Notes
    -----
    What was there before the photons were counted is in both sets: a hot pixel, an uneven
    sensitivity, a passing satellite. Two halves of one exposure are not two exposures.
    """
    counts, share = _counts(counts, "counts"), validation.fraction(share, "share")
    kept = validation.generator(rng).binomial(counts, share)
    return kept, counts - kept


def _counts(values: np.ndarray, name: str) -> np.ndarray:
    """Return `values` as int64, or say why they are no photon counts."""
    values = np.asarray(values)
    if values.dtype.kind not in "iuf" or values.size == 0:
        validation.fail(name, f"an array of type {values.dtype}, {values.size} numbers",
                        "whole numbers, at least one")
    if not np.isfinite(values).all():
        validation.fail(name, "not finite everywhere (NaN or infinity)", "finite")
    if values.min() < 0:
        validation.fail(name, f"{values.min()} somewhere", "0 or greater: photons are counted")
    if values.max() >= 2**63:
        validation.fail(name, f"{values.max():.2g} somewhere", "below 2⁶³: no exposure counts more")
    whole = values.astype(np.int64)
    if not np.array_equal(whole, values):
        validation.fail(name, "not whole everywhere",
                        "whole numbers: what was scaled or subtracted from is no count any more")
    return whole


class RingCorrelation(NamedTuple):
    """What `ring_correlation` returns; a row per ring.

    Attributes
    ----------
    frequency : (rings,) array
        Centre of the ring, cycles per pixel, below 0.5.
    correlation : (rings,) array
        In [−1, 1].
    size : (rings,) array of int
        Independent Fourier coefficients in the ring (of a pair ±f one).
    """

    frequency: np.ndarray
    correlation: np.ndarray
    size: np.ndarray

    def crossing(self, threshold: float = 1 / 7) -> float:
        """Frequency at which the correlation first falls below `threshold`; NaN if it never does.

        Linear between the rings on either side. At 1/7 the sum of both halves correlates ½ with
        the noiseless picture, a signal-to-noise ratio of power of ⅓ (Rosenthal & Henderson 2003):
        a convention, not a law; where rings hold few coefficients it is crossed by accident.
        """
        below = np.flatnonzero(self.correlation < threshold)
        if below.size == 0:
            return float("nan")
        k = int(below[0])
        if k == 0:
            return float(self.frequency[0])
        upper, lower = self.correlation[k - 1], self.correlation[k]
        part = (upper - threshold) / (upper - lower)
        return float(self.frequency[k - 1] + part * (self.frequency[k] - self.frequency[k - 1]))


def ring_correlation(
    a: np.ndarray, b: np.ndarray, width: float | None = None, taper: bool = True
) -> RingCorrelation:
    r"""Fourier ring correlation: which detail do two pictures of the same thing agree on?

    .. math:: \mathrm{FRC}(f) = \frac{\mathrm{Re} \sum_{|k| \in \mathrm{ring}} A_k B_k^*}
        {\sqrt{\sum |A_k|^2 \; \sum |B_k|^2}}

    Parameters
    ----------
    a, b : arrays (H, W)
        Two pictures whose noise is independent, such as the halves from `thin`. Their means are
        subtracted.
    width : float, optional
        Width of a ring, cycles per pixel; by default two coefficients of the shorter side.
    taper : bool
        Fade to the mean at the borders (Hann window), since a picture whose opposite borders
        differ has a bright cross in its spectrum that both halves share.

    Returns
    -------
    RingCorrelation

    Raises
    ------
    ValueError
        For other than two axes, unequal shapes, values that are not finite, a picture without any
        contrast, or rings narrower than one coefficient.

    Notes
    -----
    It is 1 for equal pictures, 0 ± 0.7/√size for independent white noise (± 1.2/√size with the
    taper, which correlates neighbouring coefficients), and for equal signal S and noise N in both
    halves S/(S + N) on average. One bright point in both pictures is signal at every
    frequency: it reads close to 1 in all rings, whatever the rest of the picture knows. A filter
    applied to both halves changes nothing but the weights within a ring: sharpening doesn't make
    a half agree better with the other.
    """
    a, b = (_contrast(v, n, taper) for v, n in ((a, "a"), (b, "b")))
    validation.matching(b, a.shape, "b")
    least = 1 / min(a.shape)
    width = 2 * least if width is None else validation.positive(width, "width")
    if not least <= width <= 0.5:
        validation.fail("width", f"{width:g}", f"from {least:g} (one coefficient) to 0.5")
    fy, fx = np.fft.fftfreq(a.shape[0])[:, None], np.fft.rfftfreq(a.shape[1])
    # Of a pair ±f one counts: the half grid holds both only in its first and its Nyquist column.
    single = (fx > 0) & (fx < 0.5) | (fy > 0)
    radius = np.hypot(fy, fx)
    ring = (radius / width).astype(int)
    used = single & (radius > 0) & (radius < 0.5)  # beyond, rings are cut by the corners
    rings = int(ring[used].max()) + 1
    spectra = np.fft.rfft2(a)[used], np.fft.rfft2(b)[used]

    def total(values: np.ndarray) -> np.ndarray:
        return np.bincount(ring[used], values, rings)

    cross = total((spectra[0] * spectra[1].conj()).real)
    power = np.sqrt(total(abs(spectra[0]) ** 2) * total(abs(spectra[1]) ** 2))
    correlation = np.divide(cross, power, out=np.zeros(rings), where=power > 0)
    return RingCorrelation(width * (np.arange(rings) + 0.5), correlation,
                           np.bincount(ring[used], minlength=rings))


def _contrast(values: np.ndarray, name: str, taper: bool) -> np.ndarray:
    """Return a picture (H, W) without its mean, faded at the borders if asked."""
    x = np.asarray(values)
    if x.dtype.kind not in "biuf":
        validation.fail(name, f"of type {x.dtype}", "real numbers")
    x = x.astype(float)
    if x.ndim != 2 or min(x.shape) < 4:
        validation.fail(name, f"of shape {x.shape}", "one picture (H, W), at least 4 × 4")
    if not np.isfinite(x).all():
        validation.fail(name, "not finite everywhere (NaN or infinity)", "finite")
    if np.ptp(x) == 0:
        validation.fail(name, "the same everywhere", "a picture with some contrast")
    if not taper:
        return x - x.mean()
    window = np.outer(*(np.hanning(n + 2)[1:-1] for n in x.shape))
    return (x - np.average(x, weights=window)) * window


def held_out_log_likelihood(rest: np.ndarray, mean: np.ndarray, share: float = 0.5) -> float:
    r"""Log-probability of the photons that an estimate has not seen, in nats.

    .. math:: \log p(\text{rest}) = \sum_i r_i \log \mu_i - \mu_i - \log r_i!, \qquad
        \mu = \tfrac{1 - s}{s} \, m

    Parameters
    ----------
    rest : array of counts
        The second set of `thin`.
    mean : array, ≥ 0, of the same shape
        m, what the estimate made of the *first* set says of that set: A(x_hat).
    share : float
        s, the share of the photons in the first set, in (0, 1).

    Returns
    -------
    float
        −∞ if a photon fell where the estimate allows none.

    Raises
    ------
    ValueError
        For counts that are none, another shape, or a mean that is negative or not finite.
    """
    rest, share = _counts(rest, "rest"), validation.fraction(share, "share")
    if share in (0, 1):
        validation.fail("share", share, "between 0 and 1: one set is empty")
    mean = validation.matching(np.asarray(mean, dtype=float), rest.shape, "mean")
    if not (np.isfinite(mean).all() and mean.min() >= 0):
        validation.fail("mean", f"{mean.min()} at its least", "finite, 0 or greater")
    return float(poisson.logpmf(rest, (1 - share) / share * mean).sum())
