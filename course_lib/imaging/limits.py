"""What a camera keeps: singular values, null spaces, degrees of freedom, photons, bits.

Three different reasons for a detail to be missing are kept apart here. It may lie in the *null
space* (``A(x) = 0``: no noise level brings it back); it may be *lost in the noise* (its singular
value times the scene's scale is below σ: less noise brings it back); or too few *photons* may have
come to place it (Fisher information). All assumptions about the scene are arguments.

>>> import numpy as np
>>> from course_lib.imaging.operators import Downsample
>>> modes = decompose(Downsample(4), (16, 16))
>>> modes.rank, 16 * 16 - modes.rank                  # measured, and null: 1 − 1/s² of everything
(16, 240)
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import linalg, optimize, special
from scipy.signal.windows import dpss
from scipy.sparse import linalg as sparse

from course_lib import validation
from course_lib.arrays import Shape
from course_lib.imaging.operators import Blur, LinearOperator

__all__ = [
    "Modes",
    "cramer_rao",
    "decompose",
    "fano_error",
    "fisher_information",
    "mutual_information",
    "picard_count",
    "picard_plateau",
    "slepian_eigenvalues",
    "split",
]

DENSE_LIMIT = 2**22  # entries of the largest matrix that `split` decomposes without being asked


# --- Singular values, Picard, null space -----------------------------------------------------


@dataclass(frozen=True)
class Modes:
    r"""Singular value decomposition of an operator: :math:`A = \sum_i s_i\, u_i v_i^T`.

    Attributes
    ----------
    values : array (k,)
        Singular values `s`, largest first, k = min(m, n); unit of y per unit of x.
    outputs : array (k, m)
        Rows uᵢ: orthonormal, measurements flattened.
    inputs : array (k, n)
        Rows vᵢ: orthonormal, scenes flattened.
    shape : (H, W)
        Shape of a scene.
    """

    values: np.ndarray
    outputs: np.ndarray
    inputs: np.ndarray
    shape: tuple

    @property
    def rank(self) -> int:
        """Number of singular values above rounding: ``max(m, n)``·ε·s₀, as in NumPy."""
        size = max(self.outputs.shape[1], self.inputs.shape[1])
        return int(np.sum(self.values > size * np.finfo(float).eps * self.values[0]))

    def coefficients(self, y: ArrayLike) -> np.ndarray:
        """Picard coefficients uᵢᵀy of one measurement, in the unit of y: array (k,)."""
        return self.outputs @ np.asarray(y, dtype=float).ravel()

    def filtered(self, x: ArrayLike, factors: ArrayLike) -> np.ndarray:
        """Σᵢ φᵢ vᵢ(vᵢᵀx) for scenes x (..., H, W) and `factors` φ (k,)."""
        flat = np.reshape(x, (-1, self.inputs.shape[1]))
        return ((flat @ self.inputs.T * factors) @ self.inputs).reshape(np.shape(x))

    def reconstruct(self, y: ArrayLike, count: int) -> np.ndarray:
        """Truncated-SVD estimate Σ_{i<count} vᵢ(uᵢᵀy)/sᵢ of the scene: array (H, W)."""
        count = validation.integer(count, "count", 0)
        if count > self.rank:
            validation.fail("count", count, f"at most the rank, {self.rank}")
        return (self.coefficients(y)[:count] / self.values[:count]
                @ self.inputs[:count]).reshape(self.shape)


def decompose(A: LinearOperator, shape: Shape) -> Modes:
    """Singular value decomposition of `A` on scenes of `shape`, through its dense matrix.

    Parameters
    ----------
    A : LinearOperator
    shape : (int, int)
        (H, W) of a scene. The matrix has m·n entries, n = H·W: meant for n up to a few thousand.

    Returns
    -------
    Modes

    References
    ----------
    G. H. Golub and C. F. Van Loan, Matrix Computations, 4th ed. 2013, for the decomposition;
    computed by LAPACK through SciPy.

    Examples
    --------
    >>> from course_lib.imaging.operators import Matrix
    >>> decompose(Matrix([[0.8, 0.2], [0.2, 0.8]]), (1, 2)).values.round(12)
    array([1. , 0.6])
    """
    matrix = _operator(A).dense(tuple(shape))
    outputs, values, inputs = linalg.svd(matrix, full_matrices=False)
    return Modes(values, outputs.T, inputs, tuple(shape))


def picard_count(values: ArrayLike, sigma: float, scale: float = 1.0) -> int:
    """Number of components that stand above the noise: how many sᵢ·scale > σ.

    Component i of the measurement is uᵢᵀy = sᵢ(vᵢᵀx) + uᵢᵀn. Its noise has standard deviation
    σ; its signal has sᵢ·scale, if `scale` is the standard deviation of the scene's components.
    The count uses the operator, not the data: ``|uᵢᵀy|`` of pure noise exceeds σ in 32 % of cases,
    so counting those ``|uᵢᵀy| > σ`` counts noise.

    Parameters
    ----------
    values : array (k,)
        Singular values.
    sigma : float
        Standard deviation of the noise of one measured value, > 0, in units of y.
    scale : float
        Standard deviation of vᵢᵀx, in units of x. A white scene has one; for a picture with a
        falling spectrum it is a convention, to be stated.

    References
    ----------
    P. C. Hansen, The discrete Picard condition for discrete ill-posed problems, BIT 30 (1990).

    Examples
    --------
    >>> picard_count([1.0, 0.5, 0.1, 0.01], sigma=0.05)
    3
    >>> picard_count([1.0, 0.5, 0.1, 0.01], sigma=0.05, scale=0.2)
    2
    """
    sigma, scale = validation.positive(sigma, "sigma"), validation.positive(scale, "scale")
    return int(np.sum(_vector(values, "values") * scale > sigma))


def picard_plateau(coefficients: ArrayLike, sigma: float) -> int:
    """Number of Picard coefficients before the plateau of noise, from one measurement.

    The index (counted from 1) of the last coefficient with ``|uᵢᵀy| > t·σ``. The threshold t leaves
    pure noise a chance of 1 % to exceed it anywhere: ``P(|n| > tσ) = 0.01/m`` for each of m normal
    values (t = 3.8 for m = 64). No single coefficient beyond stands out of the noise *in these
    data*; the rule is cautious and usually stops before `picard_count` (threshold 1). Since it asks
    for the *last* one it needs coefficients that fall steadily with i, as for a blurred row. A
    picture's fall on average and scatter widely: one late outlier counts everything before it. The
    rule depends on the scene, too: a component that this scene doesn't have isn't seen, however
    large its singular value.

    Parameters
    ----------
    coefficients : array (m,)
        uᵢᵀy in the order of falling singular values.
    sigma : float
        Standard deviation of the noise, > 0, in units of y.

    References
    ----------
    Hansen (1990), as in `picard_count`, for the plateau; the threshold is Bonferroni's for m
    two-sided tests.

    Examples
    --------
    >>> picard_plateau([9.0, 5.0, 0.2, 4.0, 0.9, -1.1, 0.1, 0.4], sigma=1.0)
    4
    """
    sigma = validation.positive(sigma, "sigma")
    magnitudes = np.abs(_vector(coefficients, "coefficients"))
    threshold = -special.ndtri(0.005 / len(magnitudes))
    above = np.flatnonzero(magnitudes > threshold * sigma)
    return int(above[-1]) + 1 if above.size else 0


def split(A: LinearOperator, x: np.ndarray, sigma: float = 0.0, scale: float = 1.0,
          soft: bool = False, method: str = "auto") -> tuple[np.ndarray, np.ndarray]:
    r"""Split scenes into what `A` measures and what it can't see: ``x = measured + null``.

    .. math:: x_{measured} = \sum_i \varphi_i\, v_i v_i^T x, \qquad x_{null} = x - x_{measured}

    With ``sigma=0``, φᵢ = 1 for every sᵢ > 0: the orthogonal projections A⁺A x and (I − A⁺A) x,
    and A(null) = 0. With a noise level, φᵢ = 1 where sᵢ·scale > σ and 0 elsewhere (equality counts
    as lost, as in `picard_count`): "null" then holds what is lost in the noise, too, and A(null)
    is small instead of 0. With ``soft=True`` the step becomes φᵢ = sᵢ²/(sᵢ² + σ²/scale²), the share
    of a component's prior variance that the measurement removes, if x is white and Gaussian with
    standard deviation `scale`.

    Parameters
    ----------
    A : LinearOperator
    x : array (..., H, W)
        Scenes; the leading axes are batch. NumPy.
    sigma : float
        Noise standard deviation, ≥ 0, in units of y.
    scale : float
        Standard deviation of a scene's components vᵢᵀx, > 0, in units of x.
    soft : bool
        Soft step instead of a sharp one; needs sigma > 0.
    method : {"auto", "dense", "iterative"}
        "dense": singular value decomposition, about m²n operations for m < n. "iterative":
        LSQR, which uses A and Aᵀ only (for blur and decimation O(n log n) an iteration); for
        ``sigma=0`` or ``soft``. "auto": dense up to 2²² matrix entries.

    Returns
    -------
    measured, null : arrays like x

    Raises
    ------
    ValueError
        For a sharp step at σ > 0 with "iterative"; if singular values fall so gradually towards 0
        that LSQR needs more than 6000 iterations: null or not is hair-splitting then, state a σ.

    References
    ----------
    C. C. Paige and M. A. Saunders, LSQR, ACM Trans. Math. Softw. 8 (1982) 43.

    Examples
    --------
    >>> from course_lib.imaging.operators import Downsample
    >>> measured, null = split(Downsample((1, 2)), np.array([[1.0, 3.0, 5.0, 5.0]]))
    >>> print(measured.round(12) + 0.0, null.round(12) + 0.0)
    [[2. 2. 5. 5.]] [[-1.  1.  0.  0.]]
    """
    x = np.asarray(validation.image(x, "x"), dtype=float)
    sigma, scale = validation.non_negative(sigma, "sigma"), validation.positive(scale, "scale")
    validation.choice(method, "method", ("auto", "dense", "iterative"))
    if soft and sigma == 0:
        validation.fail("sigma", 0, "greater than 0 for a soft split")
    shape = x.shape[-2:]
    size = math.prod(shape) * math.prod(_operator(A).output_shape(shape))
    if method == "dense" or (method == "auto" and size <= DENSE_LIMIT):
        modes = decompose(A, shape)
        factors: np.ndarray
        if soft:
            factors = modes.values**2 / (modes.values**2 + (sigma / scale) ** 2)
        else:
            kept = min(picard_count(modes.values, sigma, scale) if sigma else math.inf, modes.rank)
            factors = np.arange(len(modes.values)) < kept
        measured = modes.filtered(x, factors)
    elif sigma and not soft:
        validation.fail("method", f"iterative ({size:.1g} matrix entries)",
                        "'dense' for a sharp step at σ > 0; else use soft=True or a smaller crop")
    else:
        flat = x.reshape(-1, *shape)
        measured = np.array([_row_space_part(A, each, sigma / scale) for each in flat])
        measured = measured.reshape(x.shape)
    return measured, x - measured


def _row_space_part(A, x, damping):
    """The minimum-norm z with A z = A x; with damping, argmin ‖Az − Ax‖² + damping²‖z‖²."""
    output = A.output_shape(x.shape)
    lsqr_operator = sparse.LinearOperator(
        (math.prod(output), x.size),
        matvec=lambda v: A._forward(v.reshape(x.shape)).ravel(),
        rmatvec=lambda v: A._adjoint(v.reshape(output)).ravel(),
        dtype=float,
    )
    y = A(x).ravel()
    part = np.zeros(x.size)
    for _ in range(1 if damping else 2):  # the second pass works off the rounding of the first
        step, reason, *_ = sparse.lsqr(lsqr_operator, y - lsqr_operator.matvec(part), damp=damping,
                                       atol=1e-14, btol=1e-14, conlim=0 if damping else 1e8,
                                       iter_lim=6000)
        if reason in (3, 6, 7):
            validation.fail("A", "so nearly singular that LSQR doesn't settle what is null",
                            "split at a stated noise level (sigma=…, soft=True), or on a crop "
                            "small enough for method='dense'")
        part += step
    return part.reshape(x.shape)


# --- Degrees of freedom ----------------------------------------------------------------------


def slepian_eigenvalues(n: int, half_bandwidth: float, count: int | None = None) -> np.ndarray:
    r"""How much of each Slepian sequence's energy survives a band limit: eigenvalues λ₀ ≥ λ₁ ≥ ….

    They are the eigenvalues of "cut to n samples, then to the band ``|f| ≤ W``", the matrix
    :math:`\sin 2\pi W(j-k)\,/\,\pi(j-k)`, n × n. Their sum is the space-bandwidth product 2nW
    exactly; about 2nW of them are close to 1, the rest close to 0, with a step whose width grows
    like the logarithm of the product.

    Parameters
    ----------
    n : int
        Number of samples.
    half_bandwidth : float
        W in cycles per sample, between 0 and ½.
    count : int, optional
        How many eigenvalues; all n by default.

    Returns
    -------
    array (count,)
        In (0, 1), largest first. Those below 1e-15 or so are rounding.

    References
    ----------
    D. Slepian and H. O. Pollak, Bell Syst. Tech. J. 40 (1961) 43; D. Slepian, Bell Syst.
    Tech. J. 57 (1978) 1371 (sequences).

    Examples
    --------
    >>> slepian_eigenvalues(128, 1 / 16)[14:18].round(3)                # 2nW = 16
    array([0.915, 0.681, 0.319, 0.086])
    """
    n = validation.integer(n, "n")
    width = validation.positive(half_bandwidth, "half_bandwidth")
    if width >= 0.5:
        validation.fail("half_bandwidth", width, "less than ½ cycle per sample")
    count = n if count is None else validation.integer(count, "count")
    if count > n:
        validation.fail("count", count, f"at most n = {n}")
    if n < 3:  # too short for SciPy's choice of signs
        apart = np.subtract.outer(np.arange(n), np.arange(n))
        return linalg.eigvalsh(2 * width * np.sinc(2 * width * apart))[::-1][:count]
    return np.clip(dpss(n, n * width, Kmax=count, return_ratios=True)[1], 0, 1)


# --- Photons: Fisher information -------------------------------------------------------------


def fisher_information(unknown: str | Sequence[str] | None = None, *, photons: float,
                       sigma: float | None = None, cutoff: float | None = None,
                       separation: float | None = None, share: float = 0.5,
                       background: float = 0.0) -> np.ndarray:
    r"""Fisher information about one or two point sources from counted photons.

    Photons arrive in the image plane as a Poisson process of density

    .. math:: \lambda(x, y) = N\,[\,q\,p(x - x_1, y) + (1-q)\,p(x - x_2, y)\,] + b, \qquad
              F_{ij} = \iint \frac{\partial_i\lambda\;\partial_j\lambda}{\lambda}\,dx\,dy,

    with x₁ = c − (1−q)d and x₂ = c + q d, so that c is the centre of the light, whatever q is.
    Without a separation there is one source, at c. A standard deviation no unbiased estimate
    can fall below is ``cramer_rao(F)``.

    Parameters
    ----------
    unknown : sequence of str, optional
        What has to be estimated together, in the order of the matrix, from "position" (c),
        "separation" (d), "share" (q) and "photons" (N). All else is known. By default
        ("separation",) if there is one, else ("position",).
    photons : float
        Expected number N of detected photons, of both sources together, > 0.
    sigma, cutoff : float
        Exactly one: the standard deviation σ of a Gaussian psf (length), or the cutoff frequency
        f_c = 2NA/λ of an Airy psf, p(r) = (πf_c²/4)·[2J₁(πf_c r)/(πf_c r)]² (cycles per length).
    separation : float, optional
        Distance d of two sources, ≥ 0, at most 20σ or 20/f_c; None for one source.
    share : float
        Share q of the light that comes from source 1, between 0 and 1.
    background : float
        Known uniform background b, photons per unit area, ≥ 0.

    Returns
    -------
    array (k, k)

    Notes
    -----
    An ideal detector is assumed: no pixels, no read noise, unlimited field. Closed forms:
    localisation F = N/σ² or N(πf_c)² (so σ/√N, 1/(πf_c√N)); two equal, close Gaussians
    F_dd → N d²/(8σ⁴) (derived for this course), so the photons for a given relative error grow as
    (σ/d)⁴. An Airy psf has dark rings, and a second source shows there first: without background
    its F_dd falls only like d. Light that fills the rings (b > 0) restores d². Numerical error:
    relative 1e-9 for Gaussians, 1e-3 for Airy psfs (1e-6 for one).

    References
    ----------
    S. Ram, E. S. Ward, R. J. Ober, PNAS 103 (2006) 4457, doi:10.1073/pnas.0508047103 (distance of
    two Airy sources, Poisson model).

    Examples
    --------
    >>> F = fisher_information(photons=10_000, sigma=130.0)              # nanometres
    >>> cramer_rao(F).round(6)                                           # σ/√N
    array([1.3])
    >>> F = fisher_information(photons=1.0, sigma=1.0, separation=0.5)
    >>> (F / (0.5**2 / 8)).round(2)                                      # against N d²/(8σ⁴)
    array([[0.89]])
    """
    if unknown is None:
        unknown = ("position",) if separation is None else ("separation",)
    possible = ("position", "photons") + (("separation", "share") if separation is not None else ())
    unknown = (unknown,) if isinstance(unknown, str) else tuple(unknown)
    if not unknown or len(set(unknown)) < len(unknown):
        validation.fail("unknown", repr(unknown), "one or more different names")
    for name in unknown:
        validation.choice(name, "unknown", possible)
    photons = validation.positive(photons, "photons")
    background = validation.non_negative(background, "background")
    q = 1.0 if separation is None else validation.real(share, "share")
    if separation is not None and not 0 < q < 1:
        validation.fail("share", q, "between 0 and 1, both excluded: else there is one source")
    d = 0.0 if separation is None else validation.non_negative(separation, "separation")
    if (sigma is None) == (cutoff is None):
        validation.fail("sigma, cutoff", f"{sigma}, {cutoff}", "given by exactly one of the two")
    width = validation.positive(sigma, "sigma") if cutoff is None else (
        1 / validation.positive(cutoff, "cutoff"))
    if d > 20 * width:
        validation.fail("separation", d, f"at most 20 widths of the psf, {20 * width:g}: "
                        "so far apart they are two single sources")

    psf, grid = (_gaussian, _gaussian_grid) if cutoff is None else (_airy, _airy_grid)
    x, y, area = grid(d / width)          # lengths in widths, origin midway between the sources
    p1, slope1 = psf(x + d / (2 * width), y)
    p2, slope2 = psf(x - d / (2 * width), y)
    light, slope = q * p1 + (1 - q) * p2, q * slope1 + (1 - q) * slope2
    derivatives = {
        "position": -slope / width,
        "photons": light / photons,
        "separation": q * (1 - q) * (slope1 - slope2) / width,
        "share": p1 - p2 - d / width * slope,
    }
    density = light + background * width**2 / photons
    columns = np.array([derivatives[name] for name in unknown])
    with np.errstate(invalid="ignore", divide="ignore"):
        columns = np.where(density > 1e-280, columns / np.sqrt(density), 0)
    return photons * (columns * area) @ columns.T


def cramer_rao(information: ArrayLike) -> np.ndarray:
    """Smallest standard deviations of unbiased estimates: √diag(F⁻¹), all estimated together.

    Parameters
    ----------
    information : array (k, k)
        Fisher information matrix, symmetric and positive definite.

    Returns
    -------
    array (k,)
        In the units of the parameters.

    Raises
    ------
    ValueError
        If F is singular: then some combination of the parameters can't be estimated at all.

    References
    ----------
    S. M. Kay, Fundamentals of Statistical Signal Processing: Estimation Theory (1993), ch. 3.

    Examples
    --------
    >>> cramer_rao([[4.0]])
    array([0.5])
    >>> cramer_rao([[4.0, 2.0], [2.0, 4.0]]).round(4)          # sharing data with a nuisance costs
    array([0.5774, 0.5774])
    """
    F = validation.matrix(information, "information")
    if F.shape[0] != F.shape[1]:
        validation.fail("information", f"of shape {F.shape}", "square")
    size = np.sqrt(np.diag(F).clip(0))
    if (size == 0).any():
        validation.fail("information", "0 for a parameter, which these data don't depend on",
                        "positive definite")
    scaled = F / np.outer(size, size)
    if np.abs(scaled - scaled.T).max() > 1e-9 or linalg.eigvalsh(scaled)[0] < 1e-11:
        validation.fail("information", "singular (or not symmetric): some combination of the "
                        "parameters leaves the data unchanged", "positive definite")
    return np.sqrt(np.diag(linalg.inv(scaled))) / size


def _gaussian(x, y):
    """Gaussian psf of width σ = 1 and its slope along x."""
    p = np.exp(-(x**2 + y**2) / 2) / (2 * math.pi)
    return p, -x * p


def _gaussian_grid(d):
    """Points x, y and areas for two Gaussians at ±d/2: trapezoids, exact for smooth integrands."""
    step = 1 / 12
    x = np.arange(-d / 2 - 10, d / 2 + 10, step)
    y = np.arange(-10, 10, step)
    x, y = np.meshgrid(x, y[y >= -step / 2])          # mirror symmetry about y = 0
    return x.ravel(), y.ravel(), np.where(y > step / 2, 2 * step**2, step**2).ravel()


def _airy(x, y):
    """Airy psf of cutoff f_c = 1 and its slope along x."""
    u = math.pi * np.hypot(x, y).clip(1e-9)
    j1 = special.j1(u)
    amplitude = math.sqrt(math.pi) * j1 / u                     # p = amplitude²
    j2 = 2 * j1 / u - special.j0(u)                             # d(J₁/u)/du = −J₂/u
    return amplitude**2, -2 * math.pi**2.5 * amplitude * j2 / u**2 * x


def _airy_grid(d):
    """Points and areas for two Airy psfs at ±d/2, on rings about the origin, out to a far one.

    For close sources ∂λ²/λ changes within d of the dark rings, so nodes crowd there (tanh-sinh
    rule between them); otherwise they are equidistant. Beyond the last ring the integral over a
    circle falls like r⁻² on average and is continued at that rate.
    """
    if d < 0.35:
        edges = np.concatenate([[0], special.jn_zeros(1, 60) / math.pi])
        t = np.linspace(-2.9, 2.9, 31)
        node, half = np.tanh(math.pi / 2 * np.sinh(t)), np.diff(edges)[:, None] / 2
        r = (edges[:-1, None] + half * (1 + node)).ravel()
        dr = (half * 0.5 * math.pi * np.cosh(t) * (1 - node**2) * (t[1] - t[0])).ravel()
        first, last = edges[40], edges[60]
    else:
        first, last = 16 + d / 2, 24 + d / 2
        r = (np.arange(int(32 * last)) + 0.5) / 32
        last = r[-1] + 1 / 64
        dr = np.full(len(r), 1 / 32)
    dr = dr + np.where(r > first, dr * r**2 / ((last - first) * last), 0)
    angles = 32 if d < 0.35 else 96 + 32 * int(d)
    phi = (np.arange(angles) + 0.5) * math.pi / angles          # upper half plane, doubled
    r, phi = np.meshgrid(r, phi)
    x, y = r * np.cos(phi), r * np.sin(phi)
    return x.ravel(), y.ravel(), (r * dr * 2 * math.pi / angles).ravel()


# --- Bits ------------------------------------------------------------------------------------


def mutual_information(A: LinearOperator, shape: Shape, sigma: float,
                       covariance: ArrayLike | Blur = 1.0) -> float:
    r"""Bits that a measurement gives about a Gaussian scene.

    .. math:: I(x; y) = \tfrac12 \log_2 \det\left(I + A\Sigma A^T / \sigma^2\right)
              = \tfrac12 \sum_i \log_2 (1 + s_i^2/\sigma^2)

    for y = Ax + n with independent normal noise of standard deviation σ; sᵢ are the singular
    values of A Σ^½. Among all scenes with covariance Σ the Gaussian one
    gives the most; for real pictures the number is an upper bound, given their covariance.

    Parameters
    ----------
    A : LinearOperator
    shape : (int, int)
        (H, W) of the scene.
    sigma : float
        Noise standard deviation, > 0, in units of y.
    covariance : float, array (n, n) or periodic Blur
        Σ, n = H·W, in units of x²: the variance of independent pixels; a covariance matrix,
        positive definite; or, for a stationary periodic scene, the blur whose transfer function
        is the power spectrum, real and > 0: ``Blur.from_otf(spectrum)``.

    Returns
    -------
    float
        Bits about the whole scene (not per pixel).

    Raises
    ------
    ValueError
        Also if Σ is rank-deficient: pixels that follow exactly from others are no prior to learn
        about; use the independent ones as the scene.

    References
    ----------
    T. M. Cover and J. A. Thomas, Elements of Information Theory (2nd ed. 2006), ch. 9 (parallel
    Gaussian channels).

    Examples
    --------
    >>> from course_lib.imaging.operators import Downsample
    >>> bits = mutual_information(Downsample(4), (16, 16), sigma=0.1)     # white, unit variance
    >>> round(bits / 16, 3)                                # per low-resolution pixel
    1.429
    """
    sigma = validation.positive(sigma, "sigma")
    output = _operator(A).output_shape(tuple(shape))
    m, n = math.prod(output), math.prod(shape)
    if min(m, n) > 4096:
        validation.fail("shape", f"{tuple(shape)}, {m} measurements",
                        "small enough for a 4096 × 4096 matrix: take a crop")
    white = not isinstance(covariance, LinearOperator) and np.ndim(covariance) == 0
    if white:
        variance = validation.positive(covariance, "covariance")
        if n < m:  # the n × n matrix AᵀA has the same non-zero eigenvalues
            gram = _apply_columns(lambda x: A._adjoint(A._forward(x)), tuple(shape))
        else:
            gram = _apply_columns(lambda y: A._forward(A._adjoint(y)), output)
        gram *= variance
    else:
        apply = _covariance(covariance, tuple(shape))
        gram = _apply_columns(lambda y: A._forward(apply(A._adjoint(y))), output)
    sign, logdet = np.linalg.slogdet(np.eye(len(gram)) + gram / sigma**2)
    return float(max(logdet, 0.0) / (2 * math.log(2)))


def fano_error(bits: float, hypotheses: int) -> float:
    r"""Smallest probability of error in naming one of M equally likely hypotheses, given I bits.

    The solution P ≤ 1 − 1/M of Fano's inequality taken with equality,

    .. math:: h_2(P) + P \log_2(M-1) = \log_2 M - I, \qquad h_2(P) = -P\log_2P-(1-P)\log_2(1-P);

    P ≥ (log₂M − I − 1)/log₂M is its well-known weaker form. No method does better; whether one
    does as well, the bound doesn't say.

    Parameters
    ----------
    bits : float
        Mutual information between the hypothesis and all the data, ≥ 0.
    hypotheses : int
        M ≥ 2.

    Returns
    -------
    float
        0 if ``bits ≥ log2(M)``.

    References
    ----------
    T. M. Cover and J. A. Thomas, Elements of Information Theory (2nd ed. 2006), sec. 2.10.

    Examples
    --------
    >>> round(fano_error(10, 2**20), 3)             # ten bits against a million suspects
    0.45
    >>> fano_error(0, 2)                            # no data: a coin
    0.5
    """
    bits = validation.non_negative(bits, "bits")
    M = validation.integer(hypotheses, "hypotheses", 2)
    missing = math.log2(M) - bits
    if missing <= 0:
        return 0.0
    guess = 1 - 1 / M
    if bits == 0:
        return guess

    def excess(p):
        entropy = special.entr(p) + special.entr(1 - p)
        return entropy / math.log(2) + p * math.log2(M - 1) - missing

    return float(optimize.brentq(excess, 0, guess, xtol=1e-14))


# --- Helpers ---------------------------------------------------------------------------------


def _operator(A: LinearOperator) -> LinearOperator:
    if not isinstance(A, LinearOperator):
        validation.fail("A", f"a {type(A).__name__}", "a LinearOperator (a matrix: Matrix(M))")
    return A


def _vector(values: ArrayLike, name: str) -> np.ndarray:
    values = np.asarray(values, dtype=float)
    if values.ndim != 1 or values.size == 0 or not np.isfinite(values).all():
        validation.fail(name, f"an array of shape {values.shape}", "a finite vector, not empty")
    return values


def _apply_columns(apply, shape, chunk=256):
    """Matrix of a symmetric map on images of `shape`, `chunk` columns at a time."""
    unit = np.eye(math.prod(shape)).reshape(-1, *shape)
    rows = [apply(unit[k:k + chunk]).reshape(-1, unit[0].size)
            for k in range(0, len(unit), chunk)]
    return np.concatenate(rows)


def _covariance(covariance, shape):
    """x ↦ Σx on a batch of images, after a check that Σ is symmetric and positive definite."""
    n = math.prod(shape)
    if isinstance(covariance, LinearOperator):
        if not isinstance(covariance, Blur):
            validation.fail("covariance", repr(covariance), "a number, a matrix or a periodic Blur")
        power = covariance.otf(shape)
        largest = np.abs(power).max()
        if np.abs(power.imag).max() > 1e-12 * largest or power.real.min() <= 1e-15 * largest:
            validation.fail("covariance", f"of power {power.real.min():.2g} at some frequency",
                            "real and positive at all (a prior of full rank)")
        return covariance._forward
    matrix = validation.matching(validation.matrix(covariance, "covariance"), (n, n), "covariance")
    if not np.allclose(matrix, matrix.T, rtol=0, atol=1e-12 * np.abs(matrix).max()):
        validation.fail("covariance", "not symmetric", "symmetric and positive definite")
    rank = linalg.lapack.dpstrf(matrix, tol=n * np.finfo(float).eps * matrix.max())[2]
    if rank < n:
        validation.fail("covariance", f"of rank {rank} for {n} pixels",
                        "of full rank, positive definite (drop pixels that follow from others)")
    return lambda x: (x.reshape(-1, n) @ matrix).reshape(x.shape)
