r"""Which part of a picture was measured, and which was made up: maps, fractions, and abstaining.

What a camera A tells about a scene at noise σ is its measured part, :math:`A_\sigma^+ A\,x`, where
:math:`A_\sigma^+` is the pseudo-inverse cut off where singular value times `scale` falls to σ
(`limits.picard_count`; for σ = 0 it is the pseudo-inverse). The rest is the *null part*, P_null x:
what the camera can't see, and what the noise hides. A picture x_hat is then judged by three maps,

======== ============================ ==========================================================
invented :math:`P_{null}\,\hat x`     in the picture, not recorded; needs no truth
omitted  :math:`P_{null}\,x`          in the scene, not recorded
wrong    invented − omitted           what the invention gets wrong
======== ============================ ==========================================================

and beside them by `measurement_map`, what it gets wrong about the data that it has; with the sign
turned that is what it *deleted*: recorded, and not in the picture. "Not recorded" says that the
camera doesn't respond to it; a prior may predict it from y all the same.

>>> from course_lib.imaging.operators import Downsample
>>> A, x = Downsample(4), np.random.default_rng(0).standard_normal((16, 16))
>>> told = fractions(A, pseudo_inverse(A, A(x)), x)            # invents nothing, omits what's null
>>> told["invented"], round(told["omitted"], 2), told["wrong"]
(0.0, 0.92, 1.0)

References
----------
S. Bhadra, V. A. Kelkar, F. J. Brooks & M. A. Anastasio, On hallucinations in tomographic image
reconstruction, IEEE Trans. Med. Imaging 40 (2021) 3249, doi:10.1109/TMI.2021.3077857 (maps in the
measurement and the null space). V. Antun, F. Renna, C. Poon, B. Adcock & A. C. Hansen, On
instabilities of deep learning in image reconstruction and the potential costs of AI, PNAS 117
(2020) 30088, doi:10.1073/pnas.1907377117 (instability).
"""

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri
from scipy.stats import hypergeom

from course_lib import validation
from course_lib.arrays import Shape
from course_lib.imaging.limits import decompose, picard_count
from course_lib.imaging.operators import LinearOperator

__all__ = ["abstention_curve", "fractions", "identified", "instability_bound", "interval_coverage",
           "maps", "measurement_map", "null_part", "paint", "pseudo_inverse"]

# --- the measured part and the rest --------------------------------------------------------------


def pseudo_inverse(A: LinearOperator, y: np.ndarray, sigma: float = 0.0,
                   scale: float = 1.0) -> np.ndarray:
    """Least squares of least size, from the components that stand above the noise: A⁺ y.

    Parameters
    ----------
    A : LinearOperator
    y : array (..., h, w)
        Measurements; the leading axes are batch.
    sigma : float
        Noise standard deviation, ≥ 0, in units of y. Components with singular value · scale ≤ σ
        are left out.
    scale : float
        Standard deviation of a scene's components vᵢᵀx, > 0, in units of x: a convention, as in
        `limits.picard_count`.

    Returns
    -------
    array (..., H, W)

    Notes
    -----
    If moving y by one pixel and AAᵀ can be exchanged, as for periodic blurs, means over blocks and
    compositions of these, AAᵀ is diagonal in the Fourier basis of y, and everything takes
    O(n log n). (Found by trial on white noise, which only an exact exchange survives.) Otherwise A
    is decomposed through its matrix, for scenes of a few thousand pixels.
    σ = 0, and any σ below rounding, mean above rounding: there `limits.Modes.rank` decides, in the
    Fourier basis 1e-7 of the largest value, since AAᵀ tells no smaller ones from 0. (A smooth blur
    may have values in between; state a σ, and both ways agree.)
    """
    y = np.asarray(validation.image(y, "y"), dtype=float)
    sigma, scale = validation.non_negative(sigma, "sigma"), validation.positive(scale, "scale")
    shape = A.input_shape(y.shape)[-2:]
    output = A.output_shape(shape)
    squares = _squared_spectrum(A, output) if len(output) == 2 else None
    if squares is not None:
        least = max(sigma / scale, 1e-7 * math.sqrt(squares.max()))
        kept = np.sqrt(squares) > least
        spectrum = np.fft.fft2(y) * (kept / np.where(kept, squares, 1))
        return A.T(np.fft.ifft2(spectrum).real)
    modes = decompose(A, shape)
    count = min(picard_count(modes.values, sigma, scale), modes.rank) if sigma else modes.rank
    coefficients = y.reshape(-1, math.prod(output)) @ modes.outputs[:count].T / modes.values[:count]
    return (coefficients @ modes.inputs[:count]).reshape(*y.shape[: -len(output)], *shape)


def _squared_spectrum(A: LinearOperator, shape: Shape) -> np.ndarray | None:
    """Eigenvalues of AAᵀ on the Fourier grid of measurements (h, w); None if it isn't diagonal."""
    noise = np.random.default_rng(0).standard_normal((3, *shape))
    noise[1], noise[2] = np.roll(noise[0], 1, axis=0), np.roll(noise[0], 1, axis=1)
    seen = A(A.T(noise))
    moved = np.stack([np.roll(seen[0], 1, axis=axis) for axis in (0, 1)])
    if np.abs(seen[1:] - moved).max() > 1e-12 * np.abs(seen).max():
        return None
    point = np.zeros(shape)
    point[0, 0] = 1
    return np.maximum(np.fft.fft2(A(A.T(point))).real, 0)


def null_part(A: LinearOperator, x: np.ndarray, sigma: float = 0.0,
              scale: float = 1.0) -> np.ndarray:
    """What of scenes x (..., H, W) the camera can't see or the noise hides: x − A⁺A x.

    `sigma` and `scale` are those of `pseudo_inverse`; for ``sigma=0`` it is the projection onto the
    null space of A.
    """
    x = np.asarray(validation.image(x, "x"), dtype=float)
    return x - pseudo_inverse(A, A(x), sigma, scale)


# --- maps and fractions --------------------------------------------------------------------------


def maps(A: LinearOperator, x_hat: np.ndarray, x: np.ndarray | None = None, sigma: float = 0.0,
         scale: float = 1.0) -> dict[str, np.ndarray]:
    """Maps of what a picture invented and, if the scene is known, omitted and got wrong.

    Parameters
    ----------
    A : LinearOperator
    x_hat : array (..., H, W)
    x : array (..., H, W), optional
        The scene.
    sigma, scale : float
        As in `pseudo_inverse`.

    Returns
    -------
    dict of arrays (..., H, W)
        "invented", and with a scene "omitted" and "wrong" = invented − omitted. Signed.
    """
    found = {"invented": null_part(A, x_hat, sigma, scale)}
    if x is not None:
        validation.matching(np.asarray(x), np.shape(x_hat), "x")
        found["omitted"] = null_part(A, x, sigma, scale)
        found["wrong"] = found["invented"] - found["omitted"]
    return found


def fractions(A: LinearOperator, x_hat: np.ndarray, x: np.ndarray | None = None, sigma: float = 0.0,
              scale: float = 1.0) -> dict[str, Any]:
    """How much of pictures (..., C, H, W) was invented, omitted and wrong.

    Parameters
    ----------
    A, x_hat, x, sigma, scale
        As in `maps`. A picture (H, W) has one channel.

    Returns
    -------
    dict of arrays (...), or of numbers for one picture
        "invented": ‖P_null x_hat‖² over the picture's contrast, the squares of its deviations from
        the mean of each channel; 0 for an even picture, at most 1 if the camera sees even pictures.
        "omitted": the same of the scene. "wrong": ‖P_null (x_hat − x)‖² over ‖P_null x‖². Who
        invents nothing has 1; below 1 the invention was worth it.
    """
    def energy(part):
        return np.sum(part**2, axis=tuple(range(-min(part.ndim, 3), 0)))

    def contrast(x):
        return energy(x - np.mean(x, axis=(-2, -1), keepdims=True))

    def ratio(part, whole, picture):
        some = whole > 1e-12 * energy(picture)  # what rounding left of nothing is nothing
        found = np.where(some, part / np.where(some, whole, 1), 0.0).round(12)
        return float(found) if found.ndim == 0 else found

    found = {name: energy(part) for name, part in maps(A, x_hat, x, sigma, scale).items()}
    told = {"invented": ratio(found["invented"], contrast(x_hat), x_hat)}
    if x is not None:
        told["omitted"] = ratio(found["omitted"], contrast(x), x)
        told["wrong"] = ratio(found["wrong"], found["omitted"], x)
    return told


def measurement_map(A: LinearOperator, x_hat: np.ndarray, y: ArrayLike, sigma: float = 0.0,
                    scale: float = 1.0) -> np.ndarray:
    """Where a picture disagrees with the data that there are: P_measured x_hat − A⁺ y.

    Bhadra and colleagues' map in the measurement space. It needs no truth, and is 0 for whatever is
    exactly consistent; with noisy data some of it is due.
    """
    seen = A(x_hat)
    y = validation.matching(np.asarray(y, dtype=float), seen.shape, "y")
    return pseudo_inverse(A, seen - y, sigma, scale)


def instability_bound(A: LinearOperator, x: np.ndarray, other: np.ndarray,
                      delta: float = 0.0) -> float:
    """How unstable a method must be that is right about two scenes: (‖x − x′‖ − 2δ)/‖A(x − x′)‖.

    A method that returns both scenes to within δ from exact measurements changes its answer by at
    least ‖x − x′‖ − 2δ when the measurement changes by η = ‖A(x − x′)‖, so that its Lipschitz
    constant L is at least the quotient. Only 0 if δ is half of the distance or more; infinite for
    two scenes with one measurement.

    Parameters
    ----------
    A : LinearOperator
    x, other : arrays (..., H, W)
        Two scenes.
    delta : float
        Largest error allowed, ≥ 0, Euclidean norm.

    References
    ----------
    N. M. Gottschling, V. Antun, A. C. Hansen & B. Adcock, The troublesome kernel, SIAM Review 67
    (2025) 73, doi:10.1137/23M1568739; Antun et al. (2020), above.
    """
    apart = np.linalg.norm(np.subtract(x, other)) - 2 * validation.non_negative(delta, "delta")
    if apart <= 0:
        return 0.0
    seen = np.linalg.norm(A(x) - A(other))
    return float(apart / seen) if seen > 0 else math.inf


# --- doubt, said and meant -----------------------------------------------------------------------


def interval_coverage(assumed: float, true: float, noise: float, level: float = 0.9) -> float:
    """How often intervals hold the truth if the prior was assumed too narrow or too wide.

    The scene is x ~ N(0, true²), measured with noise; the posterior is computed for N(0, assumed²)
    and its central interval of the given level is told.

    >>> round(interval_coverage(0.5, 1.0, 1.0), 3)              # twice too sure about the scene
    0.628
    >>> round(interval_coverage(1.0, 1.0, 1.0), 3)
    0.9
    """
    assumed, true = validation.positive(assumed, "assumed"), validation.non_negative(true, "true")
    noise = validation.positive(noise, "noise")
    gain = assumed**2 / (assumed**2 + noise**2)
    half = ndtri((1 + validation.fraction(level, "level")) / 2) * noise * math.sqrt(gain)
    return float(2 * ndtr(half / math.hypot((1 - gain) * true, gain * noise)) - 1)


def abstention_curve(
    sd: ArrayLike, error: ArrayLike | None = None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, Any]:
    """What is kept, and how wrong it is, as doubtful pixels are painted over one by one.

    Parameters
    ----------
    sd : array
        What the posterior says of every pixel (of one picture or many).
    error : array like sd, optional
        Errors of the estimate, where the truth is known.

    Returns
    -------
    kept, threshold, expected, actual : arrays (n,)
        Share of the pixels that are kept, the most certain first; the largest sd among them; RMS
        of their sd, which needs no truth; RMS of their errors (None without).
    """
    sd = np.asarray(sd, dtype=float)
    order = np.argsort(np.ravel(sd), kind="stable")
    count = np.arange(1, len(order) + 1)

    def running(values: ArrayLike) -> np.ndarray:
        return np.sqrt(np.cumsum(np.ravel(values)[order] ** 2) / count)

    actual = None
    if error is not None:
        validation.matching(np.asarray(error), np.shape(sd), "error")
        actual = running(error)
    return count / len(order), np.ravel(sd)[order], running(sd), actual


def paint(x: ArrayLike, unknown: ArrayLike) -> np.ndarray:
    """Paint stripes over the pixels that are not determined.

    Parameters
    ----------
    x : array (C, H, W)
        Linear light.
    unknown : (H, W) bool array

    Returns
    -------
    array (C, H, W)
    """
    rows, columns = np.indices(np.shape(unknown))
    period = max(4, np.shape(unknown)[-1] // 16)
    stripes = np.where((rows + columns) % period < period / 2, 0.75, 0.45)
    return np.where(unknown, stripes, x)


# --- line-ups ------------------------------------------------------------------------------------


def identified(scores: ArrayLike, sizes: ArrayLike) -> np.ndarray:
    """How probably the true one has the best score in a line-up with others drawn at random.

    Parameters
    ----------
    scores : array (n, m)
        Of m individuals for each of n cases, the true one *first*; equal scores count against it.
    sizes : sequence of int
        Numbers N of individuals in a line-up, from 1 to m.

    Returns
    -------
    array (n, len(sizes))
        Of k others who score better none is among the N − 1 drawn from m − 1: the exact
        probability, C(m − 1 − k, N − 1)/C(m − 1, N − 1).

    Examples
    --------
    >>> identified(np.array([[3.0, 1.0, 5.0]]), [1, 2, 3]).tolist()
    [[1.0, 0.5, 0.0]]
    """
    scores, sizes = np.asarray(scores, dtype=float), np.asarray(sizes)
    if np.isnan(scores).any():
        validation.fail("scores", "NaN somewhere", "numbers: no rank can be told from NaN")
    others = scores.shape[1] - 1
    if sizes.min() < 1 or sizes.max() > others + 1:
        validation.fail("sizes", sizes.tolist(), f"from 1 to {others + 1}")
    better = np.sum(scores[:, 1:] >= scores[:, :1], axis=1)
    return hypergeom.pmf(0, others, better[:, None], sizes - 1).round(12)
