"""What lenses, pixels, motion and photons do to light.

Lengths are in pixels and frequencies in cycles per pixel unless you use other units for both: only
their product matters. Transfer functions (OTF) take a frequency and are 1 at frequency 0; every
point-spread function (PSF) is an array (kh, kw), centred at index ``(kh // 2, kw // 2)``, ≥ 0, with
sum 1, ready for `operators.Blur`. Noise takes `rng`, a NumPy Generator or an integer seed.
"""

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq
from scipy.special import jn_zeros, jv, ndtr

from course_lib import validation
from course_lib.arrays import Seed

__all__ = [
    "airy_otf",
    "airy_pattern",
    "airy_psf",
    "box_psf",
    "cutoff_frequency",
    "gaussian_otf",
    "gaussian_psf",
    "motion_psf",
    "photon_noise",
    "pixel_mtf",
    "rayleigh_separation",
    "read_noise",
    "sparrow_separation",
    "srgb_decode",
    "srgb_encode",
    "two_point_profile",
]


# --- diffraction -------------------------------------------------------------------------------


def cutoff_frequency(numerical_aperture: float, wavelength: float) -> float:
    """Highest frequency a lens passes in incoherent light, fc = 2 NA / λ.

    In cycles per unit of `wavelength`; `numerical_aperture` is NA, a pure number. 0.5 µm and
    NA 0.25 give 1 cycle per µm.

    >>> cutoff_frequency(0.25, 0.5)
    1.0
    """
    return (2 * validation.positive(numerical_aperture, "numerical_aperture")
            / validation.positive(wavelength, "wavelength"))


def airy_otf(f: ArrayLike, cutoff: float) -> np.ndarray:
    """Transfer function of a perfect lens with a round aperture, in incoherent light.

    H(ρ) = (2/π)(arccos ρ − ρ √(1 − ρ²)) for ``ρ = |f|/cutoff < 1``, and exactly 0 beyond: the
    overlap of two discs. `f` is an array of radial frequencies of any shape.

    References
    ----------
    Goodman, Introduction to Fourier Optics, the OTF of a circular pupil.

    Examples
    --------
    >>> airy_otf(np.array([0.0, 0.5, 1.0, 1.5]), cutoff=1.0).round(4)
    array([1.   , 0.391, 0.   , 0.   ])
    """
    rho = np.minimum(np.abs(f) / validation.positive(cutoff, "cutoff"), 1)
    return 2 / np.pi * (np.arccos(rho) - rho * np.sqrt(1 - rho**2))


def airy_pattern(r: ArrayLike, cutoff: float) -> np.ndarray:
    """Image of a point of light at distance `r`: (2 J₁(v)/v)² with v = π `cutoff` r; 1 at r = 0."""
    v = np.pi * validation.positive(cutoff, "cutoff") * np.abs(r)
    return _jinc(v) ** 2


def _jinc(v):
    v = np.maximum(v, 1e-9)  # the limit 2 J₁(v)/v → 1 is reached to double precision
    return 2 * jv(1, v) / v


def airy_psf(cutoff: float, size: int | tuple[int, int]) -> np.ndarray:
    """Airy pattern at the pixel centres, (size, size) or `size` = (kh, kw), normalised to sum 1.

    Its transfer function is `airy_otf` and ends at `cutoff` — as far as a picture can show it:
    the values are samples, so `cutoff` must not exceed the pixels' Nyquist frequency of ½, and the
    rings fall off as r⁻³ only, so that a small `size` cuts light off (5 % of it falls beyond
    r ≈ 4/`cutoff`). ``Blur.from_otf(lambda f: airy_otf(f, cutoff))`` has neither fault, on
    periodic pictures. With kh = 1 it is the section through the centre, whose transfer function
    is not `airy_otf`.
    """
    if validation.positive(cutoff, "cutoff") > 0.5:
        validation.fail("cutoff", cutoff, "at most 0.5 cycles per pixel; finer detail would alias")
    y, x = _grid(validation.pair(size, "size"))
    return _normalised(airy_pattern(np.hypot(y, x), cutoff))


def rayleigh_separation(cutoff: float) -> float:
    """Separation at which one Airy pattern's peak lies on the other's first zero: 1.2197/fc.

    In the unit of 1/`cutoff`. A convention, not a limit: at f = 1/d the transfer function still is
    0.089.

    >>> round(rayleigh_separation(1.0), 4)
    1.2197
    """
    return float(jn_zeros(1, 1)[0]) / (np.pi * validation.positive(cutoff, "cutoff"))


def sparrow_separation(cutoff: float) -> float:
    """Separation at which the dip between two equal points vanishes: 0.9472/fc.

    In the unit of 1/`cutoff`. With I = A², A = 2 J₁(v)/v, it is twice the inflection point:
    A′² + A A″ = 0, where A′ = −2 J₂(v)/v and A″ = 2 J₃(v)/v − 2 J₂(v)/v².

    >>> round(sparrow_separation(1.0), 4)
    0.9472
    """
    def curvature(v):
        slope, bend = -2 * jv(2, v) / v, 2 * jv(3, v) / v - 2 * jv(2, v) / v**2
        return slope**2 + _jinc(v) * bend

    return 2 * brentq(curvature, 1, 2, xtol=1e-14) / (
        np.pi * validation.positive(cutoff, "cutoff"))


def two_point_profile(r: ArrayLike, separation: float, cutoff: float) -> np.ndarray:
    """Intensity at positions `r` on the line through two equal, incoherent points ± separation/2.

    Lengths in the unit of 1/`cutoff`; each point alone would peak at 1.

    >>> d = rayleigh_separation(1.0)
    >>> middle, peak = two_point_profile(np.array([0.0, d / 2]), d, 1.0)
    >>> round(float(middle / peak), 3)
    0.735
    """
    half = validation.non_negative(separation, "separation") / 2
    r = np.asarray(r, dtype=float)
    return airy_pattern(r - half, cutoff) + airy_pattern(r + half, cutoff)


# --- other blurs -------------------------------------------------------------------------------


def gaussian_otf(f: ArrayLike, sigma: float) -> np.ndarray:
    """Transfer function of a Gaussian blur of standard deviation `sigma`: exp(−2π²σ²f²).

    `f` is an array of radial frequencies, in cycles per unit of `sigma`.
    """
    sigma = validation.non_negative(sigma, "sigma")
    return np.exp(-2 * (np.pi * sigma * np.asarray(f, dtype=float)) ** 2)


def gaussian_psf(sigma: float, size: int | tuple[int, int] | None = None,
                 integrated: bool = False) -> np.ndarray:
    """Gaussian of standard deviation `sigma` pixels.

    Parameters
    ----------
    sigma : float > 0
    size : int or (int, int), optional
        Pixels (kh, kw), (1, k) for signals. By default the square that is cut at 4σ.
    integrated : bool
        False: values at pixel centres. True: the light falling on each pixel's area. Neither has
        `gaussian_otf` as its transfer function, and where ``1/|H|²`` matters the difference is
        large.
    """
    sigma = validation.positive(sigma, "sigma")
    size = 2 * math.ceil(4 * sigma) + 1 if size is None else size
    y, x = _grid(validation.pair(size, "size"))
    if integrated:
        def profile(t):
            return ndtr((t + 0.5) / sigma) - ndtr((t - 0.5) / sigma)
    else:
        def profile(t):
            return np.exp(-0.5 * (t / sigma) ** 2)
    return _normalised(profile(y) * profile(x))


def box_psf(size: int | tuple[int, int]) -> np.ndarray:
    """Mean over `size` = k or (kh, kw) pixels."""
    return _normalised(np.ones(validation.pair(size, "size")))


def motion_psf(length: float, angle: float,
               size: int | tuple[int, int] | None = None) -> np.ndarray:
    """Camera moving steadily along a straight line during the exposure.

    Parameters
    ----------
    length : float > 0
        Length of the track in pixels. 9 at angle 0 is nine equal values.
    angle : float
        Degrees, counter-clockwise on the screen from the direction of growing columns.
    size : int or (int, int), optional
        Pixels (kh, kw), large enough for the track; by default the smallest odd square.

    Notes
    -----
    Each value is the fraction of the track that lies on that pixel, found by cutting the track
    where it crosses from one pixel to the next.
    """
    length = validation.positive(length, "length")
    radians = np.deg2rad(validation.real(angle, "angle"))
    direction = np.round([-np.sin(radians), np.cos(radians)], 12)  # rows grow downwards
    reach = np.ceil(np.abs(direction) * length / 2 - 0.5 - 1e-9).astype(int)  # pixels off centre
    size = validation.pair(int(2 * reach.max() + 1) if size is None else size, "size")
    centre = np.array(size) // 2
    if np.any(reach > centre) or np.any(reach > np.array(size) - 1 - centre):
        validation.fail("size", size, f"at least {tuple((2 * reach + 1).tolist())} for this track")
    crossings = [(np.arange(-n, n) + 0.5) / d
                 for n, d in zip(reach, direction, strict=True) if d]
    cuts = np.sort(np.concatenate([[-length / 2, length / 2], *crossings]))
    middles = (cuts[1:] + cuts[:-1]) / 2
    psf = np.zeros(size)
    rows, columns = np.rint(np.outer(direction, middles)).astype(int) + centre[:, None]
    np.add.at(psf, (rows, columns), np.diff(cuts))
    return _normalised(psf)


def pixel_mtf(f: ArrayLike, s: int) -> np.ndarray:
    """Size of the transfer function of averaging `s` fine pixels: ``|sin(πfs)/(s sin(πf))|``.

    `f` in cycles per fine pixel. At the coarse grid's Nyquist frequency 1/(2s) the gain is still
    .71 (s = 2) to 2/π = .64 (large s): a pixel is a poor anti-alias filter.

    >>> [round(float(pixel_mtf(1 / (2 * s), s)), 4) for s in (2, 4, 8)]
    [0.7071, 0.6533, 0.6407]
    """
    s = validation.integer(s, "s")
    f = np.asarray(f, dtype=float)
    near = np.abs(f - np.round(f))  # period 1: the fine grid cannot tell f from f + 1
    numerator, denominator = np.sin(np.pi * near * s), s * np.sin(np.pi * near)
    return np.abs(np.divide(numerator, denominator, out=np.ones_like(near), where=near > 1e-9))


def _grid(shape):
    """Row and column distances (kh, 1), (1, kw) from the centre pixel k // 2."""
    kh, kw = shape
    return np.arange(kh)[:, None] - kh // 2, np.arange(kw)[None] - kw // 2


def _normalised(psf: np.ndarray) -> np.ndarray:
    return psf / psf.sum()


# --- noise and light ---------------------------------------------------------------------------


def photon_noise(x: ArrayLike, photons: float, rng: Seed) -> np.ndarray:
    """Record `x` (..., H, W) with `photons` photons in a pixel of brightness 1, on average.

    y = Poisson(photons · x)/photons, so E[y] = x and Var[y] = x/photons. Counting `x` itself, in
    [0, 1], as photons would be a picture of one photon per pixel.
    """
    x = validation.light(validation.image(np.asarray(x), "x"), "x")
    photons = validation.positive(photons, "photons")
    return np.random.default_rng(rng).poisson(photons * x) / photons


def read_noise(x: ArrayLike, sigma: float, rng: Seed) -> np.ndarray:
    """Add the electronics' Gaussian noise: y = x + n, n ~ N(0, σ²) with σ = `sigma` everywhere."""
    x = validation.image(np.asarray(x), "x")
    sigma = validation.non_negative(sigma, "sigma")
    return x + sigma * np.random.default_rng(rng).standard_normal(x.shape)


def srgb_encode(linear: ArrayLike) -> np.ndarray:
    """Linear light in [0, 1] to sRGB codes in [0, 1] (multiply by 255 for 8 bits).

    References
    ----------
    IEC 61966-2-1:1999.

    Examples
    --------
    >>> round(float(srgb_encode(0.5)), 4)       # half the light is not half the code
    0.7354
    """
    x = _unit_interval(linear, "linear")
    return np.where(x <= 0.0031308, 12.92 * x, 1.055 * np.maximum(x, 1e-9) ** (1 / 2.4) - 0.055)


def srgb_decode(code: ArrayLike) -> np.ndarray:
    """sRGB codes in [0, 1] (8-bit values divided by 255) to linear light in [0, 1]."""
    x = _unit_interval(code, "code")
    return np.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4)


def _unit_interval(x: ArrayLike, name: str) -> np.ndarray:
    x = np.asarray(x)
    x = x if x.dtype == np.float32 else x.astype(float)
    if x.size and not (x.min() >= -1e-6 and x.max() <= 1 + 1e-6):  # False for NaN, too
        validation.fail(name, f"from {x.min():g} to {x.max():g}",
                        "in [0, 1]: divide 8-bit codes by 255, clip reconstructions")
    return np.clip(x, 0, 1)
