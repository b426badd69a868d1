"""Beyond one picture's limit: many frames, sparse spikes, structured light, single molecules.

Each method buys detail with an assumption P. `frames` assumes that the shifts are known and the
scene stands still; `recover_spikes` that the scene is a few points on a known grid; `Illuminate`
that the pattern of light is known; `localise` that there is one molecule in the spot. Where the
assumption fails, a residual may or may not tell: lesson `moving_the_limit` tries each.

>>> camera = frames([(0, 0), (0, 1), (0, 2), (0, 3)], factor=(1, 4))      # four shifted frames
>>> rank, condition = rank_and_condition(camera, (1, 64))
>>> rank, round(condition, 1)                          # of 64; the box of a pixel hides three
(61, 20.5)
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import linprog, nnls
from scipy.special import ndtr

from course_lib import validation
from course_lib.arrays import Array, Shape
from course_lib.imaging.limits import decompose
from course_lib.imaging.operators import Downsample, LinearOperator, Matrix, Shift, Stack, _like

__all__ = [
    "Illuminate",
    "Localisation",
    "consistent_range",
    "frames",
    "fringes",
    "localise",
    "low_frequencies",
    "rank_and_condition",
    "recover_spikes",
    "spikes",
    "structured_illumination",
    "unmix",
    "unmixing_matrix",
]


# --- Many frames -----------------------------------------------------------------------------


def frames(shifts: ArrayLike, factor: int | tuple[int, int]) -> Stack:
    """Camera that is moved between exposures: one coarse frame per shift.

    Coarse pixel j of frame k averages the scene from s·j + d_k to s·j + d_k + s. Without a lens:
    compose with one, ``frames(shifts, s) @ blur``.

    Parameters
    ----------
    shifts : sequence of (dy, dx)
        Displacement of the camera in pixels of the *scene*, fractions included; s is a whole coarse
        pixel, so that "sub-pixel" means ``|d| < s``. Between whole pixels the scene is interpolated
        by its Fourier series: the weights of a row may then be slightly negative.
    factor : int or (int, int)
        Scene pixels per coarse pixel and axis, s; ``(1, s)`` for signals.

    Returns
    -------
    Stack
        Maps (..., H, W) to (..., K, H/sy, W/sx). Scenes are periodic.

    Raises
    ------
    ValueError
        If the factor is no integer, or a shift is no pair of finite numbers.

    References
    ----------
    A. Papoulis, Generalized sampling expansion, IEEE Trans. Circuits Syst. 24 (1977) 652.

    Examples
    --------
    >>> x = np.array([[0.0, 1.0, 2.0, 3.0, 4.0, 5.0]])
    >>> frames([(0, 0), (0, 1)], factor=(1, 2))(x).round(6).tolist()    # periodic: (5 + 0)/2
    [[[0.5, 2.5, 4.5]], [[1.5, 3.5, 2.5]]]
    """
    coarse = Downsample(factor)
    shifts = np.asarray(shifts, dtype=float)
    if shifts.ndim != 2 or shifts.shape[1] != 2 or not len(shifts):
        validation.fail("shifts", f"of shape {shifts.shape}", "(K, 2): one pair (dy, dx) a frame")
    return Stack([coarse @ Shift(-float(dy), -float(dx)) for dy, dx in shifts])


def rank_and_condition(A: LinearOperator, shape: Shape, rtol: float = 1e-10) -> tuple[int, float]:
    """How many components of a scene `A` measures, and how unequally.

    Parameters
    ----------
    A : LinearOperator
    shape : (int, int)
        (H, W) of the scene; needs the dense matrix, so up to a few thousand pixels.
    rtol : float
        A singular value below ``rtol`` times the largest counts as zero, between 0 and 1.

    Returns
    -------
    rank : int
        Number of components that are measured; H·W − rank of them are not.
    condition : float
        Largest over smallest non-zero singular value: the factor by which the noise in the worst
        measured component exceeds that in the best.

    Examples
    --------
    >>> rank_and_condition(Matrix([[1.0, 0.0, 0.0], [0.0, 0.1, 0.0]]), (1, 3))
    (2, 10.0)
    """
    if validation.positive(rtol, "rtol") >= 1:
        validation.fail("rtol", rtol, "less than 1")
    values = decompose(A, shape).values
    if values[0] == 0:
        return 0, math.inf
    measured = values[values > rtol * values[0]]
    return len(measured), float(measured[0] / measured[-1])


# --- Spikes ----------------------------------------------------------------------------------


def low_frequencies(n: int, cutoff: int) -> Matrix:
    r"""What a lens with a sharp cutoff keeps of a periodic signal: its lowest Fourier components.

    .. math:: y = \left(\sum_i x_i,\; \sqrt2\sum_i x_i\cos\tfrac{2\pi ki}n,\;
                        \sqrt2\sum_i x_i\sin\tfrac{2\pi ki}n\right), \quad k = 1 \dots f_c

    Parameters
    ----------
    n : int
        Samples of the signal, one period.
    cutoff : int
        Highest frequency f_c that passes, cycles per period, 0 ≤ f_c < n/2.

    Returns
    -------
    Matrix
        Maps (..., 1, n) to (..., 1, 2·f_c + 1): the sum, f_c cosines, f_c sines. AAᵀ = n·I.

    Examples
    --------
    >>> A = low_frequencies(8, 1)
    >>> A(spikes([0, 4], [1.0, -1.0], 8)).round(3) + 0.0       # 2√2 of the cosine, no sine
    array([[0.   , 2.828, 0.   ]])
    """
    n, cutoff = validation.integer(n, "n"), validation.integer(cutoff, "cutoff", 0)
    if 2 * cutoff >= n:
        validation.fail("cutoff", cutoff, f"below n/2 = {n / 2:g} cycles per period")
    k = np.arange(1, cutoff + 1)[:, None]
    angle = 2 * np.pi * (k * np.arange(n) % n) / n
    waves = math.sqrt(2) * np.vstack([np.cos(angle), np.sin(angle)])
    return Matrix(np.vstack([np.ones((1, n)), waves]))


def spikes(positions: ArrayLike, heights: ArrayLike, n: int) -> np.ndarray:
    """Signal (1, n) that is zero but for points of light.

    Parameters
    ----------
    positions : sequence of int
        Grid indices, 0 … n − 1, all different.
    heights : sequence of float
        One per position.
    n : int
        Length of the grid.

    Raises
    ------
    ValueError
        If a position is off the grid or not an integer, or occurs twice.

    Examples
    --------
    >>> spikes([1, 3], [2.0, -1.0], 4)
    array([[ 0.,  2.,  0., -1.]])
    """
    n = validation.integer(n, "n")
    positions, heights = np.atleast_1d(positions), np.atleast_1d(np.asarray(heights, dtype=float))
    if positions.ndim != 1 or positions.shape != heights.shape:
        validation.fail("heights", f"of shape {heights.shape}", "one number per position")
    if positions.size and not np.issubdtype(positions.dtype, np.integer):
        validation.fail("positions", f"of type {positions.dtype}", "integers: grid indices")
    if positions.size and not (positions.min() >= 0 and positions.max() < n):
        validation.fail("positions", f"from {positions.min()} to {positions.max()}",
                        f"on the grid, from 0 to {n - 1}")
    if len(np.unique(positions)) < len(positions):
        validation.fail("positions", "the same for two spikes", "all different")
    if not np.isfinite(heights).all():
        validation.fail("heights", "not finite everywhere", "finite")
    x = np.zeros((1, n))
    x[0, positions.astype(int)] = heights
    return x


def recover_spikes(y: ArrayLike, A: LinearOperator, positive: bool = False,
                   tolerance: float = 0.0) -> np.ndarray:
    r"""The scene of least total strength that explains the data, by linear programming.

    .. math:: \min_x \|x\|_1 = \sum_i |x_i| \quad\text{subject to}\quad |Ax - y| \le \delta

    with x = u − v, u, v ≥ 0 and Σ(uᵢ + vᵢ) as the objective; if `positive`, v = 0.

    Parameters
    ----------
    y : array
        Measurement, as ``A(x)`` gives it, for one scene (no batch).
    A : LinearOperator
        Known exactly; its dense matrix is formed.
    positive : bool
        Assume x ≥ 0. If A also measures Σx, every x ≥ 0 that explains y has the same strength:
        then positivity itself, not sparsity, decides. Non-negative least squares (SciPy's) find
        such an x sooner, and take the program's place if `tolerance` is 0.
    tolerance : float
        δ ≥ 0, largest residual of each single number in `y`, in its unit. 0 demands equality.

    Returns
    -------
    array (H, W)
        An optimum. Linear programming returns *one* even where there are many.

    Raises
    ------
    ValueError
        If no scene explains the data: then an assumption is refuted (x ≥ 0, A, or `tolerance`).
    RuntimeError
        If the solver gives up for another reason: that says nothing about the assumption.

    Notes
    -----
    Spikes of any sign on a continuous line are recovered from frequencies up to f_c if they are
    2/f_c apart or more (sufficient; that is for exact data). Up to f_c positive spikes are the only
    positive scene with their low frequencies, however close they are; but the closer, the
    less noise is tolerated.

    References
    ----------
    E. J. Candès and C. Fernandez-Granda, Comm. Pure Appl. Math. 67 (2014) 906,
    doi:10.1002/cpa.21455.

    Examples
    --------
    >>> A = low_frequencies(64, 7)
    >>> x = spikes([20, 21], [1.0, 2.0], 64)               # 0.11/f_c apart
    >>> bool(np.allclose(recover_spikes(A(x), A, positive=True), x))
    True
    """
    matrix, y, shape = _linear_program(y, A)
    n = matrix.shape[1]
    if positive and tolerance == 0 and _measures_total(matrix):
        x = _explained(matrix, y)
        if x is not None:
            return x.reshape(shape)
    columns = matrix if positive else np.hstack([matrix, -matrix])
    result = _minimise(np.ones(columns.shape[1]), columns, y, tolerance)
    x = result[:n] if positive else result[:n] - result[n:]
    return x.reshape(shape)


def _measures_total(matrix: np.ndarray) -> bool:
    """Whether one of the numbers measured is a multiple of Σx."""
    first = matrix[:, :1]
    return bool(np.any((first[:, 0] != 0) & (matrix == first).all(axis=1)))


def _explained(matrix: np.ndarray, y: np.ndarray) -> np.ndarray | None:
    """Some x ≥ 0 with matrix x = y, or None where least squares find none."""
    scale = np.abs(y).max() or 1.0
    try:
        x, _ = nnls(matrix, y / scale)
    except RuntimeError:  # too many iterations
        return None
    return x * scale if np.abs(matrix @ x - y / scale).max() <= 1e-9 else None


def consistent_range(y: ArrayLike, A: LinearOperator, weights: ArrayLike,
                     tolerance: float = 0.0) -> tuple[float, float]:
    """Smallest and largest value of Σ wᵢxᵢ over *all* scenes x ≥ 0 that explain the data.

    What positivity and the data say together, without choosing a scene: "known to within τ" is
    half the width of this interval. One linear program for each end.

    Parameters
    ----------
    y, A, tolerance
        As in `recover_spikes`.
    weights : array (H, W)
        w, for example 1 in a region and 0 elsewhere: the light in that region.

    Returns
    -------
    (float, float)

    Raises
    ------
    ValueError
        If no scene ≥ 0 explains the data, or they leave the value unbounded.
    RuntimeError
        If the solver gives up for another reason.

    Examples
    --------
    >>> A = low_frequencies(64, 7)
    >>> comb = spikes(range(0, 64, 8), np.ones(8), 64)     # one spike more than f_c
    >>> pixel = spikes([4], [1.0], 64)                     # halfway between two of them
    >>> low, high = consistent_range(A(comb), A, pixel)
    >>> bool(abs(low) < 1e-9), bool(abs(high - 1) < 1e-9)  # nothing is known about it
    (True, True)
    """
    matrix, y, shape = _linear_program(y, A)
    weights = validation.matching(np.asarray(weights, dtype=float), shape, "weights").ravel()
    ends = [sign * float(weights @ _minimise(sign * weights, matrix, y, tolerance))
            * sign for sign in (1, -1)]
    return ends[0], ends[1]


def _linear_program(y: ArrayLike, A: LinearOperator) -> tuple[np.ndarray, np.ndarray, Shape]:
    """The matrix of A, the flat measurement, and the shape of the scene."""
    if not isinstance(A, LinearOperator):
        validation.fail("A", f"a {type(A).__name__}", "a LinearOperator")
    y = validation.image(np.asarray(y), "y")
    shape = A.T.output_shape(y.shape)
    if len(shape) != 2:
        validation.fail("y", f"of shape {y.shape}", "the measurement of one scene, without batch")
    return A.dense(shape), y.ravel(), shape


def _minimise(cost: np.ndarray, matrix: np.ndarray, y: np.ndarray, tolerance: float) -> np.ndarray:
    """argmin cost·x over x ≥ 0 with |matrix x − y| ≤ tolerance."""
    tolerance = validation.non_negative(tolerance, "tolerance")
    scale = np.abs(y).max() or 1.0  # the solver's own tolerances are absolute
    y = y / scale
    limits = {"A_eq": matrix, "b_eq": y} if tolerance == 0 else {
        "A_ub": np.vstack([matrix, -matrix]),
        "b_ub": np.concatenate([y, -y]) + tolerance / scale}
    result = linprog(cost, **limits, bounds=(0, None), method="highs-ds",
                     options={"presolve": False})  # nothing to remove from dense data
    if result.status == 3:
        validation.fail("weights", "a quantity that the data leave unbounded", "bounded by them")
    if result.status == 2:
        validation.fail("y", "explained by no scene of this kind",
                        "A(x) to within the tolerance for some x (some x ≥ 0, if positive): "
                        f"an assumption is refuted. The solver says: {result.message}")
    if result.status:
        raise RuntimeError(f"the linear program was not solved: {result.message}")
    return result.x * scale


# --- Structured illumination -----------------------------------------------------------------


class Illuminate(LinearOperator):
    """``y = pattern · x``: light of uneven brightness falls on the scene. Its own adjoint.

    >>> Illuminate([[0.5, 2.0]])(np.array([[3.0, 3.0]]))
    array([[1.5, 6. ]])
    """

    pattern: np.ndarray

    def __init__(self, pattern: ArrayLike) -> None:
        self._set(pattern=validation.matrix(pattern, "pattern"))

    def _forward(self, x: Array) -> Array:
        return _like(self.pattern, x) * x

    _adjoint = _forward

    def output_shape(self, shape: Shape) -> Shape:
        if tuple(shape[-2:]) != self.pattern.shape:
            validation.fail("x", f"of shape {tuple(shape)}",
                            f"of shape (..., {', '.join(map(str, self.pattern.shape))})")
        return tuple(shape)

    input_shape = output_shape

    def __repr__(self) -> str:
        return "Illuminate({}×{} pattern)".format(*self.pattern.shape)


def fringes(shape: tuple[int, int], frequency: tuple[float, float], phase: float,
            contrast: float = 1.0) -> np.ndarray:
    r"""Stripes of light, 1 + m cos(2π(f_y i + f_x j) + φ) at the centre of pixel (i, j).

    Parameters
    ----------
    shape : (int, int)
    frequency : (float, float)
        (f_y, f_x), cycles per pixel.
    phase : float
        φ at pixel (0, 0), radians.
    contrast : float
        m, greater than 0 and at most 1: light isn't negative.

    Examples
    --------
    >>> fringes((1, 4), (0, 0.25), 0.0).round(12)
    array([[2., 1., 0., 1.]])
    """
    if validation.positive(contrast, "contrast") > 1:
        validation.fail("contrast", contrast, "at most 1: light is not negative")
    (height, width), (fy, fx) = shape, (validation.real(f, "frequency") for f in frequency)
    i, j = np.arange(height)[:, None], np.arange(width)
    return 1 + contrast * np.cos(2 * np.pi * (fy * i + fx * j) + validation.real(phase, "phase"))


def structured_illumination(blur: LinearOperator, shape: tuple[int, int],
                            frequency: tuple[float, float], phases: ArrayLike,
                            contrast: float = 1.0) -> Stack:
    """Camera that takes one frame for each phase of a striped illumination.

    y_k = blur(fringes_k · x). Multiplication by stripes of frequency p moves a detail of frequency
    f to f ± p, with half the contrast each: a detail beyond the lens's cutoff may land within.

    Parameters
    ----------
    blur : LinearOperator
        The lens.
    shape : (int, int)
    frequency, contrast
        As in `fringes`.
    phases : sequence of float
        Radians.

    Returns
    -------
    Stack
        Maps (..., H, W) to (..., K, H, W).

    References
    ----------
    M. G. L. Gustafsson, J. Microsc. 198 (2000) 82, doi:10.1046/j.1365-2818.2000.00710.x.
    """
    return Stack([blur @ Illuminate(fringes(shape, frequency, float(phase), contrast))
                  for phase in np.atleast_1d(phases)])


def unmixing_matrix(phases: ArrayLike, contrast: float = 1.0) -> np.ndarray:
    r"""How K frames mix the three bands: rows (1, ½m e^{iφ}, ½m e^{−iφ}), complex (K, 3).

    Its condition number says what separating the bands costs. Three equal steps of phase are best:

    >>> M = unmixing_matrix([0, 2 * np.pi / 3, 4 * np.pi / 3])
    >>> round(float(np.linalg.cond(M)), 6)
    2.0
    """
    if validation.positive(contrast, "contrast") > 1:
        validation.fail("contrast", contrast, "at most 1: light is not negative")
    turn = np.exp(1j * np.atleast_1d(np.asarray(phases, dtype=float)))
    return np.stack([np.ones_like(turn), contrast / 2 * turn, contrast / 2 / turn], axis=-1)


def unmix(y: np.ndarray, phases: ArrayLike, contrast: float = 1.0) -> np.ndarray:
    """Separate the three bands that a striped illumination has mixed.

    Parameters
    ----------
    y : array (..., K, H, W)
        Frames, one per phase.
    phases, contrast
        As in `structured_illumination`.

    Returns
    -------
    array (..., 3, H, W), complex
        blur(x), blur(e^{2πi p·r} x), blur(e^{−2πi p·r} x): wide field and the two shifted bands;
        in the least-squares sense if K > 3.

    Raises
    ------
    ValueError
        With fewer than three different phases (modulo 2π) the bands can't be told apart.
    """
    y = validation.image(y, "y")
    M = unmixing_matrix(phases, contrast)
    if y.ndim < 3 or y.shape[-3] != len(M):
        validation.fail("y", f"of shape {y.shape}", f"(..., {len(M)}, H, W), one frame a phase")
    if len(M) < 3 or np.linalg.cond(M) > 1e10:
        validation.fail("phases", f"{list(np.atleast_1d(phases))}",
                        "at least three that differ modulo 2π")
    return np.einsum("bk,...khw->...bhw", np.linalg.pinv(M), y)


# --- Single molecules ------------------------------------------------------------------------


@dataclass(frozen=True)
class Localisation:
    """Where the molecules are, and how well anybody could know.

    Attributes
    ----------
    position : array (..., 2)
        (y, x) in pixels; pixel (0, 0) reaches from 0 to 1, its centre is (½, ½).
    photons : array (...)
        Estimated number of photons from the molecule.
    bound : array (..., 2)
        Cramér–Rao bound: no unbiased estimate has a smaller standard deviation, in pixels.
        Evaluated at the estimate, for these pixels, this background, unknown photon number.
    expected : array (..., H, W)
        Mean counts of the fitted model. Large residuals against it speak against "one molecule".
    """

    position: np.ndarray
    photons: np.ndarray
    bound: np.ndarray
    expected: np.ndarray


def localise(counts: ArrayLike, sigma: float, background: float = 0.0,
             iterations: int = 100) -> Localisation:
    r"""Maximum-likelihood position of one molecule per picture, from photon counts.

    .. math:: n_{ij} \sim \text{Poisson}(N a_i(y) a_j(x) + b), \qquad
              a_i(y) = \Phi\big(\tfrac{i+1-y}\sigma\big) - \Phi\big(\tfrac{i-y}\sigma\big)

    (y, x) and N are estimated together by Fisher scoring.

    Parameters
    ----------
    counts : array (..., H, W)
        Photon counts, ≥ 0; leading axes are a batch. Non-integers are allowed.
    sigma : float
        Standard deviation of the Gaussian psf, pixels.
    background : float
        Known mean count b of every pixel without the molecule.
    iterations : int
        At most so many.

    Returns
    -------
    Localisation

    Raises
    ------
    ValueError
        If a picture has no photons above the background or less than 2 × 2 pixels, or a fit runs
        out of it.

    Notes
    -----
    Small pixels, no background, a large picture: the estimate is the mean position of the photons
    and the bound σ/√N.

    References
    ----------
    C. S. Smith, N. Joseph, B. Rieger, K. A. Lidke, Nat. Methods 7 (2010) 373,
    doi:10.1038/nmeth.1449 (this fit and its bound); R. E. Thompson, D. R. Larson, W. W. Webb,
    Biophys. J. 82 (2002) 2775, doi:10.1016/S0006-3495(02)75618-X (σ/√N, pixels, background).

    Examples
    --------
    >>> counts = np.zeros((9, 9)); counts[4, 4] = 60; counts[4, 5] = counts[4, 3] = 20
    >>> found = localise(counts, sigma=1.0)
    >>> found.position.round(6), float(found.photons.round(1))
    (array([4.5, 4.5]), 100.0)
    >>> found.bound.round(3)                               # σ/√N = 0.1, and a little for pixels
    array([0.104, 0.104])
    """
    counts = validation.image(np.asarray(counts, dtype=float), "counts")
    sigma = validation.positive(sigma, "sigma")
    background = validation.non_negative(background, "background")
    if counts.min() < 0:
        validation.fail("counts", f"{counts.min():g} somewhere", "0 or greater")
    height, width = counts.shape[-2:]
    if min(height, width) < 2:
        validation.fail("counts", f"of {height} × {width} pixels", "of at least 2 × 2: within one "
                        "pixel nobody can tell where the light fell")
    total = counts.sum(axis=(-2, -1))
    photons = total - background * height * width
    if (photons <= 0).any():
        validation.fail("counts", "no more than the background in at least one picture",
                        "at least one photon above it: without light there is no position")
    centres = np.arange(height)[:, None] + 0.5, np.arange(width) + 0.5
    share = photons / total  # the background's centroid is the picture's centre
    theta = np.stack([
        np.clip(((counts * c).sum(axis=(-2, -1)) / total - (1 - share) * n / 2) / share, 1, n - 1)
        for c, n in zip(centres, (height, width), strict=True)] + [photons], axis=-1)
    for _ in range(validation.integer(iterations, "iterations")):
        mean, slopes, information = _spot(theta, (height, width), sigma, background)
        score = np.sum(slopes * (counts / mean - 1)[..., None, :, :], axis=(-2, -1))
        step = np.linalg.solve(information, score[..., None])[..., 0]
        step[..., :2] = np.clip(step[..., :2], -sigma, sigma)
        step[..., 2] = np.maximum(step[..., 2], -theta[..., 2] / 2)
        theta = theta + step
        if not (np.isfinite(theta).all() and (theta[..., :2] > -sigma).all()
                and (theta[..., :2] < np.array([height, width]) + sigma).all()):
            validation.fail("counts", "fitted by no molecule inside the picture",
                            "a picture of one spot, at least 2σ from its border")
        if np.abs(step[..., :2]).max() < 1e-9 * sigma:
            break
    mean, _, information = _spot(theta, (height, width), sigma, background)
    variance = np.diagonal(np.linalg.inv(information), axis1=-2, axis2=-1)
    return Localisation(theta[..., :2], theta[..., 2], np.sqrt(variance[..., :2]), mean)


def _spot(theta, shape, sigma, background):
    """Mean counts (..., H, W), slopes (..., 3, H, W) and Fisher information (..., 3, 3)."""
    (ay, dy), (ax, dx) = (_pixel_shares(theta[..., k], shape[k], sigma) for k in (0, 1))
    photons = theta[..., 2, None, None]
    light = ay[..., :, None] * ax[..., None, :]
    mean = np.maximum(photons * light + background, 1e-300)
    slopes = np.stack([photons * dy[..., :, None] * ax[..., None, :],
                       photons * ay[..., :, None] * dx[..., None, :], light], axis=-3)
    scaled = (slopes / np.sqrt(mean)[..., None, :, :]).reshape(*slopes.shape[:-2], -1)
    return mean, slopes, scaled @ np.swapaxes(scaled, -1, -2)


def _pixel_shares(centre, n, sigma):
    """Light that falls on each of n pixels from a Gaussian at `centre`, and its derivative."""
    edge = (np.arange(n + 1) - centre[..., None]) / sigma
    density = np.exp(-(edge**2) / 2) / (sigma * math.sqrt(2 * math.pi))
    return np.diff(ndtr(edge), axis=-1), -np.diff(density, axis=-1)
