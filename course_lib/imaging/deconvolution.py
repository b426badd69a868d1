"""Undoing a blur, and who pays: inverse, Wiener, Tikhonov, Richardson–Lucy, total variation.

Every method gets the measurement `y` (..., h, w) and the operator that made it, and returns an
estimate x_hat (..., H, W). None of them ever sees the scene. They differ in what they assume about
it, and that assumption fills in what the blur removed.
"""

import math
import os
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import scipy.fft
from array_api_compat import array_namespace, device
from numpy.typing import ArrayLike
from scipy.optimize import brentq, minimize_scalar

from course_lib import validation
from course_lib.arrays import Array, Shape
from course_lib.imaging.operators import Blur, Identity, LinearOperator

__all__ = [
    "blind_objective",
    "discrepancy_lambda",
    "gcv_lambda",
    "inverse_filter",
    "noise_gain",
    "poisson_log_likelihood",
    "richardson_lucy",
    "tikhonov",
    "total_variation",
    "upre_lambda",
    "wiener",
]

_LARGE = 512**2  # pixels; below, a second thread costs more than it brings


def noise_gain(blur: Blur, shape: Shape) -> float:
    """How much the inverse filter multiplies the variance of white noise: mean of ``1/|H|²``.

    The mean runs over all H·W frequencies of a periodic `blur` on images of `shape` (H, W). It
    depends on what is called H: the transfer function of the continuous blur, of its samples, or of
    its means over pixels, and on where the psf is cut off.

    >>> from course_lib.imaging.optics import gaussian_otf
    >>> round(noise_gain(Blur.from_otf(lambda f: gaussian_otf(f, 1.0)), (1, 64)))
    1071
    """
    otf = _transfer_function(blur, shape)
    twice = np.full(otf.shape[-1], 2.0)  # the half grid holds one of each pair ±f …
    twice[0] = 1
    if shape[-1] % 2 == 0:
        twice[-1] = 1  # … except for frequencies 0 and Nyquist, which have no partner
    with np.errstate(divide="ignore"):
        return float(np.sum(twice / np.abs(otf) ** 2) / math.prod(shape[-2:]))


def inverse_filter(y: Array, blur: Blur) -> Array:
    """Divide by the transfer function: X̂ = Y/H.

    Exact without noise, on periodic pictures `y` (..., H, W) behind a periodic `blur`; the noise's
    variance grows by `noise_gain`.

    Raises
    ------
    ValueError
        If ``|H|`` falls below 1e-15 of its maximum: not even rounding errors leave anything there.
    """
    y = validation.image(y, "y")
    otf = _transfer_function(blur, y.shape)
    weakest = np.min(np.abs(otf)) / max(np.max(np.abs(otf)), np.finfo(float).tiny)
    if weakest < 1e-15:
        validation.fail("blur", f"as weak as {weakest:.1e} of its maximum at some frequency",
                        "invertible, above 1e-15 everywhere (try wiener)")
    return Blur.from_otf(1 / otf)(y)


def wiener(y: Array, blur: Blur, noise_to_signal: ArrayLike) -> Array:
    """Wiener filter: ``X̂ = H* Y/(|H|² + N/S)``, the best *linear* estimate.

    Parameters
    ----------
    y : array (..., H, W)
    blur : Blur, periodic
    noise_to_signal : float or array (H, W // 2 + 1)
        Power spectrum of the noise over that of the scene, one number or one per frequency on
        the half grid of `Blur.otf`.

    Notes
    -----
    It minimises the mean squared error among linear estimates for scenes of mean zero with the
    given spectrum; among *all* estimates if scene and noise are Gaussian, and with Gaussian noise
    only then. Subtract a known mean first, or let N/S be small at frequency 0.

    References
    ----------
    Wiener, Extrapolation, Interpolation, and Smoothing of Stationary Time Series, 1949.
    """
    y = validation.image(y, "y")
    otf = _transfer_function(blur, y.shape)
    ratio = np.asarray(noise_to_signal, dtype=float)
    if ratio.ndim:
        validation.matching(ratio, otf.shape, "noise_to_signal")
    if not (np.isfinite(ratio).all() and ratio.min() >= 0):
        validation.fail("noise_to_signal", f"{ratio.min()} at its least", "finite, 0 or greater")
    power = np.abs(otf) ** 2 + ratio
    if power.min() == 0:
        validation.fail("noise_to_signal", "0 where the blur passes nothing", "positive there")
    return Blur.from_otf(np.conj(otf) / power)(y)


def tikhonov(y: Array, A: LinearOperator, lam: float, tol: float = 1e-10) -> Array:
    """Least squares with a penalty on size: argmin ‖A x − y‖² + `lam` ‖x‖².

    Solved by conjugate gradients on (AᵀA + lam) x = Aᵀy, for any operator, until the residual of
    that equation is `tol` times its right-hand side; by one division in the Fourier domain for a
    periodic blur, where it is a Wiener filter with N/S = lam.

    References
    ----------
    Tikhonov, Soviet Math. Dokl. 4 (1963) 1035.
    """
    y, lam = _measurement(y, A), validation.positive(lam, "lam")
    if isinstance(A, Blur) and A.boundary == "periodic":
        return wiener(y, A, lam)
    return _conjugate_gradients(
        lambda x: A._adjoint(A._forward(x)) + lam * x, A._adjoint(y),
        validation.positive(tol, "tol"))


def _conjugate_gradients(normal: Callable[[Array], Array], right: Array, tol: float,
                         iterations: int = 2000) -> Array:
    """Solve normal(x) = right; `normal` symmetric and positive. Batches are one big system."""
    xp = array_namespace(right)
    x, residual, direction = xp.zeros_like(right), right, right
    power = float(xp.sum(residual**2))
    goal = max(tol, xp.finfo(right.dtype).eps) ** 2 * power
    for _ in range(iterations):
        if power <= goal:
            return x
        image = normal(direction)
        step = power / float(xp.sum(direction * image))
        x, residual = x + step * direction, residual - step * image
        previous, power = power, float(xp.sum(residual**2))
        direction = residual + (power / previous) * direction
    warnings.warn(f"conjugate gradients stopped after {iterations} iterations at a relative "
                  f"residual of {tol * math.sqrt(power / goal):.1e}", RuntimeWarning, stacklevel=3)
    return x


def discrepancy_lambda(y: Array, A: LinearOperator, sigma: float, tau: float = 1.0) -> float:
    """The `lam` at which Tikhonov's estimate misses `y` by exactly the noise (Morozov).

    Solves ‖A x_lam − y‖² = `tau`² m `sigma`² for m measured values, from the data alone: fit as
    well as the true scene does. A rule of thumb, not an optimum: the error-minimising `lam` needs
    the scene, and without any blur Morozov's may do worse than `y` itself.

    Raises
    ------
    ValueError
        If no `lam` will do: `sigma` exceeds the root mean square of `y`, so that x = 0 explains
        everything, or is smaller than what A cannot explain at all.

    References
    ----------
    Morozov, Soviet Math. Dokl. 7 (1966) 414.
    """
    y = _measurement(y, A)
    goal = math.log(validation.positive(tau, "tau") * validation.positive(sigma, "sigma"))
    xp = array_namespace(y)

    def excess(exponent):
        residual = A._forward(tikhonov(y, A, 10.0**exponent)) - y
        return math.log(max(float(xp.mean(residual**2)), 1e-300)) / 2 - goal

    low = high = 0.0
    while excess(low) > 0:  # the residual grows with lam
        low -= 1
        if low < -12:
            validation.fail("sigma", sigma, "larger: no estimate explains y that closely")
    while excess(high) < 0:
        high += 1
        if high > 12:
            validation.fail("sigma", sigma, "less than the root mean square of y")
    return 10.0 ** brentq(excess, low, high, xtol=1e-9) if low < high else 1.0


def gcv_lambda(y: np.ndarray, A: LinearOperator) -> float:
    r"""The `lam` of the least generalised cross-validation, σ unknown.

    .. math:: \mathrm{GCV}(\lambda) = \frac{\|A x_\lambda - y\|^2 / m}
        {\left(1 - \mathrm{tr}\, S_\lambda / m\right)^2}, \qquad
        S_\lambda = A (A^T A + \lambda)^{-1} A^T

    Parameters
    ----------
    y : array (H, W)
    A : LinearOperator
        A periodic blur of any size; any other operator through its dense matrix, so that a scene
        may have a few thousand pixels.

    Notes
    -----
    It approximates leaving out one datum after the other, for white noise of one variance: not for
    photon counts. Like `upre_lambda` it aims at the *predictive* risk ‖A(x_lam − x)‖², which is
    another than that of the scene: where A loses much, it smooths less than the scene would like,
    since what A doesn't show costs no prediction.

    References
    ----------
    Golub, Heath & Wahba, Technometrics 21 (1979) 215, doi:10.1080/00401706.1979.10489751.
    """
    gain, power, rest, m = _spectrum(y, A)

    def score(lam: float) -> float:
        kept = gain / (gain + lam)
        return (np.sum((1 - kept) ** 2 * power) + rest) / m / (1 - np.sum(kept) / m) ** 2

    return _least(score, gain)


def upre_lambda(y: np.ndarray, A: LinearOperator, sigma: float) -> float:
    r"""The `lam` of the least estimated predictive risk ‖A(x_lam − x)‖²/m, σ known.

    .. math:: \mathrm{UPRE}(\lambda) = \|A x_\lambda - y\|^2 / m
        + 2 \sigma^2\, \mathrm{tr}\, S_\lambda / m - \sigma^2

    It is unbiased for Gaussian noise: Stein's estimate, Mallows' C_p. `y` and `A` as for
    `gcv_lambda`, `sigma` > 0 in the unit of y.

    References
    ----------
    Mallows, Technometrics 15 (1973) 661, doi:10.1080/00401706.1973.10489103. Vogel, Computational
    methods for inverse problems, SIAM 2002, §7.1.
    """
    gain, power, rest, m = _spectrum(y, A)
    variance = validation.positive(sigma, "sigma") ** 2

    def score(lam: float) -> float:
        kept = gain / (gain + lam)
        return (np.sum((1 - kept) ** 2 * power) + rest + 2 * variance * np.sum(kept)) / m

    return _least(score, gain)


def _spectrum(y: np.ndarray, A: LinearOperator) -> tuple[np.ndarray, np.ndarray, float, int]:
    """Squared singular values, |uᵢᵀy|² of one measurement, what lies outside of all uᵢ, and m."""
    y = _measurement(np.asarray(y, dtype=float), A)
    if y.ndim != 2:
        validation.fail("y", f"of shape {y.shape}", "one picture (H, W)")
    if isinstance(A, Blur) and A.boundary == "periodic":
        half = A._otf(y.shape)  # of each pair ±f one; |H| and |Y| are those of its partner
        full = np.fft.irfft2(half, y.shape)
        gain = np.abs(np.fft.fft2(full)) ** 2
        return gain.ravel(), np.abs(np.fft.fft2(y, norm="ortho")).ravel() ** 2, 0.0, y.size
    outputs, values, _ = np.linalg.svd(A.dense(A.T.output_shape(y.shape)), full_matrices=False)
    power = (y.ravel() @ outputs) ** 2
    return values**2, power, max(float(np.sum(y**2) - np.sum(power)), 0.0), y.size


def _least(score: Callable[[float], float], gain: np.ndarray) -> float:
    """Return the λ of the least score, from 12 decades below the largest gain to 3 above."""
    if not np.max(gain) > 0:
        validation.fail("A", "blind: no light of any scene reaches y", "an operator that sees some")
    top = math.log10(float(np.max(gain)))
    exponents = np.linspace(top - 12, top + 3, 301)
    best = exponents[int(np.argmin([score(10.0**e) for e in exponents]))]
    found = minimize_scalar(lambda e: score(10.0**e), bounds=(best - 0.05, best + 0.05),
                            method="bounded", options={"xatol": 1e-6})
    return float(10.0**found.x)


def blind_objective(
    y: np.ndarray, x: np.ndarray, psf: np.ndarray, lam: float, boundary: str = "reflect"
) -> float:
    r"""What a joint search for scene *and* point-spread function would minimise.

    .. math:: \tfrac12 \|h * x - y\|^2 + \lambda\, \mathrm{TV}(x)

    Parameters
    ----------
    y, x : arrays (..., H, W)
    psf : array (kh, kw)
    lam : float
        Weight of the total variation, ≥ 0; `total_variation` minimises the same for a known psf.
    boundary : {"periodic", "reflect", "zero"}

    Notes
    -----
    Its least value is no good answer: *no deblurring*, the (denoised) picture as recorded and a
    single point, usually costs less than the truth, since blurred pictures vary less.

    References
    ----------
    Levin, Weiss, Durand & Freeman, CVPR 2009, doi:10.1109/CVPR.2009.5206815.
    """
    y, x = validation.image(y, "y"), validation.image(x, "x")
    validation.matching(x, y.shape, "x")
    residual = Blur(psf, boundary)(x) - y
    variation = float(np.sum(_length(_gradient(x))))
    return float(np.sum(residual**2)) / 2 + validation.non_negative(lam, "lam") * variation


def poisson_log_likelihood(y: Array, mean: Array) -> float:
    """Σ y log(mean) − mean: the log-probability of counts `y`, up to a term in `y` only.

    Parameters
    ----------
    y : array, ≥ 0
        Counts, or light in proportion to them: then so is the result.
    mean : array, ≥ 0, of the same shape
        What an estimate predicts, A(x_hat), in the unit of `y`. It must be positive where `y` is,
        else the result is very low (a float's smallest number stands for 0).

    Raises
    ------
    ValueError
        For other shapes, or values that are negative or not finite (rounding below 0 counts as 0).
    """
    xp = array_namespace(y, mean)
    y, mean = (validation.native(v if xp.isdtype(v.dtype, "real floating")
                                 else xp.astype(v, xp.float64)) for v in (y, mean))
    validation.matching(mean, y.shape, "mean")
    for values, name in ((y, "y"), (mean, "mean")):
        if not bool(xp.all(xp.isfinite(values))):
            validation.fail(name, "not finite everywhere (NaN or infinity)", "finite")
        validation.light(values, name)
    positive = xp.clip(mean, xp.finfo(mean.dtype).smallest_normal, None)  # 0 log 0 = 0
    return float(xp.sum(y * xp.log(positive) - mean))


def richardson_lucy(y: Array, A: LinearOperator, iterations: int, x0: Array | None = None,
                    normalise: bool = True, callback: Callable[[int, Array], object] | None = None,
                    accelerate: bool = False) -> Array:
    r"""Maximum likelihood for photon counts, by expectation–maximisation.

    .. math:: x \leftarrow \frac{x}{A^T 1} \; A^T \frac{y}{A x}

    Parameters
    ----------
    y : array (..., h, w)
        Counts or light ≥ 0. There is no upper limit: a star is brighter than 1.
    A : LinearOperator with entries ≥ 0
    iterations : int
        Stopping early is the only regularisation: the error falls, then rises.
    x0 : array (..., H, W), optional
        Positive start; by default flat.
    normalise : bool
        Divide by Aᵀ1. False exists to show the mistake: it is right only where Aᵀ1 = 1.
    callback : callable, optional
        Called as ``callback(k, x)`` after iteration k = 1, 2, … With it the pictures of a batch go
        in step, from one flat start; without it each is solved by itself. All cores are used, but
        for a single small NumPy array.
    accelerate : bool
        After each iteration go on in its direction, as far as the last two directions agree
        (Biggs & Andrews). On the course's pictures the likelihood of 50, 100 and 400 plain
        iterations was there after 14 to 17, 19 to 25 and 40 to 51, *and so is their noise*: stop
        as much sooner. Each costs what a plain one does.

    Notes
    -----
    The Poisson log-likelihood never falls, and after each iteration Σ(Aᵀ1) x = Σ y: light is
    accounted for where it was recorded. Pixels that A does not see become 0. An accelerated step
    is cut where it would take away more than a fifth of a pixel, scaled to the recorded light, and
    taken back if the likelihood were to fall.

    References
    ----------
    Richardson, JOSA 62 (1972) 55, doi:10.1364/JOSA.62.000055. Lucy, Astron. J. 79 (1974) 745,
    doi:10.1086/111605. Shepp & Vardi, IEEE Trans. Med. Imaging 1 (1982) 113,
    doi:10.1109/TMI.1982.4307558 (as EM). Biggs & Andrews, Appl. Opt. 36 (1997) 1766,
    doi:10.1364/AO.36.001766 (acceleration).

    Examples
    --------
    >>> from course_lib.imaging.operators import Matrix
    >>> A, y = Matrix([[0.8, 0.2], [0.2, 0.8]]), np.array([[10.0, 2.0]])
    >>> richardson_lucy(y, A, 1)
    array([[8.4, 3.6]])
    >>> richardson_lucy(y, A, 200).round(6) + 0.0       # unconstrained: 12.67, −0.67
    array([[12.,  0.]])
    """
    y, iterations = _measurement(y, A), validation.integer(iterations, "iterations", least=0)
    if accelerate and not normalise:
        validation.fail("accelerate", True, "False where normalise is (no likelihood rises)")
    y, scene = validation.light(y, "y"), A.T.output_shape(y.shape)
    if x0 is not None:
        x0 = validation.matching(validation.image(x0, "x0"), scene, "x0")
    threads = (os.cpu_count() or 1) if math.prod(scene) >= _LARGE else scipy.fft.get_workers()
    with scipy.fft.set_workers(threads):
        return _richardson_lucy(y, A, iterations, x0, normalise, callback, accelerate)


def _richardson_lucy(y, A, iterations, x0, normalise, callback, accelerate):
    xp, scene = array_namespace(y), A.T.output_shape(y.shape)
    if callback is None and math.prod(scene[:-2]) > 1:
        starts = [None] * scene[0] if x0 is None else x0
        with ThreadPoolExecutor(os.cpu_count()) as pool:  # one at a time stays in the cache
            return xp.stack(list(pool.map(
                lambda each, start: _richardson_lucy(
                    each, A, iterations, start, normalise, None, accelerate), y, starts)))
    seen = A._adjoint(xp.ones_like(y))  # Aᵀ1
    if float(xp.min(seen)) < -1e-6 * float(xp.max(seen)):
        validation.fail("A", "an operator with negative entries", "one with entries ≥ 0")
    if float(xp.max(seen)) <= 0:
        validation.fail("A", "blind: no light of any scene reaches y", "an operator that sees some")
    if x0 is None:
        x = xp.ones_like(seen) * (float(xp.sum(y)) / float(xp.sum(seen)))
    else:
        x = validation.light(x0, "x0")
        if not float(xp.max(x)) > 0:
            validation.fail("x0", "dark everywhere", "positive: what is 0 stays 0")
    # Fourier transforms leave rounding errors where an exact sum of light would be 0.
    epsilon = xp.finfo(y.dtype).eps
    darkness = max(epsilon * float(xp.mean(y)), xp.finfo(y.dtype).smallest_normal)
    least = 1e3 * epsilon * float(xp.max(seen))
    scale = xp.where(seen > least, 1 / xp.clip(seen, least, None), 0.0) if normalise else 1.0

    def step(x, mean):
        return x * xp.maximum(A._adjoint(y / xp.maximum(mean, darkness)), 0.0) * scale

    if accelerate:
        return _accelerated(y, A, iterations, x, step, seen, callback)
    for k in range(iterations):
        x = step(x, A._forward(x))
        if callback is not None:
            callback(k + 1, x)
    return x


def _accelerated(y, A, iterations, x, step, seen, callback):
    """Richardson–Lucy with vector extrapolation; every picture of a batch by itself.

    `step` maps an estimate and its mean to the next one. Where the likelihood of a candidate falls
    below that of the estimate that it came from, the plain step is taken, which never does.
    """
    xp = array_namespace(x)
    tiny = xp.finfo(x.dtype).smallest_normal
    # Pictures go by themselves, unless one scene makes several measurements.
    alone = tuple(x.shape[:-2]) == tuple(y.shape[:-2])

    def total(values):
        return xp.sum(values, axis=(-2, -1), keepdims=True) if alone else xp.sum(values)

    def likelihood(mean):
        return total(y * xp.log(xp.clip(mean, tiny, None)) - mean)

    mean = A._forward(x)
    least, light = likelihood(mean), total(y)
    before = moved = None
    for k in range(iterations):
        plain = step(x, mean)
        last, moved = moved, plain - x
        x = plain
        if last is not None:
            agreement = total(moved * last) / xp.maximum(total(last * last), tiny)
            ahead = xp.clip(agreement, 0.0, 1.0) * (plain - before)
            x = xp.maximum(plain + ahead, 0.8 * plain)  # what is dark stays reachable
            x = x * (light / xp.maximum(total(seen * x), tiny))
        before, mean = plain, A._forward(x)
        reached = likelihood(mean)
        if last is not None and bool(xp.any(reached < least)):
            x = xp.where(reached < least, plain, x)
            moved = xp.where(reached < least, xp.zeros_like(moved), moved)
            mean = A._forward(x)
            reached = likelihood(mean)
        least = reached
        if callback is not None:
            callback(k + 1, x)
    return x


def total_variation(y: Array, lam: float, A: LinearOperator | None = None, tol: float = 1e-3,
                    iterations: int = 5000) -> Array:
    """The picture with the least variation that still explains `y`: Rudin–Osher–Fatemi.

    ``x_hat = argmin ½‖A x − y‖² + lam Σ |∇x|``, with forward differences, 0 across the border, and
    the Euclidean length of (∂y x, ∂x x), so that no direction is preferred; on signals (1, N) it is
    ``Σ |x[i+1] − x[i]|``. Channels and batches are treated one by one.

    Parameters
    ----------
    y : array (..., h, w)
    lam : float ≥ 0
        In the units of `y`: of a signal without noise, an end plateau of n samples moves by lam/n,
        an interior extremum by 2 lam/n, a step of a staircase not at all, as long as neighbouring
        plateaus don't meet.
    A : LinearOperator, optional
        What blurred the scene; without it, denoising.
    tol : float
        Denoising stops when the duality gap proves that x_hat is within `tol` (root mean square)
        of the minimiser. Deblurring has no such proof: it stops when one iteration moves x_hat by
        less than ``tol / 100``, which in trials left it within a few `tol`.
    iterations : int
        At most so many; a RuntimeWarning says if they did not suffice.

    References
    ----------
    Rudin, Osher & Fatemi, Physica D 60 (1992) 259, doi:10.1016/0167-2789(92)90242-F. Beck &
    Teboulle, IEEE Trans. Image Process. 18 (2009) 2419, doi:10.1109/TIP.2009.2028250 (denoising).
    Chambolle & Pock, J. Math. Imaging Vis. 40 (2011) 120, doi:10.1007/s10851-010-0251-1
    (deblurring).
    """
    A = Identity() if A is None else A
    y, lam = _measurement(y, A), validation.non_negative(lam, "lam")
    tol = validation.positive(tol, "tol")
    iterations = validation.integer(iterations, "iterations")
    solve = _tv_denoise if isinstance(A, Identity) else _tv_deblur
    x, converged = (y, True) if lam == 0 and isinstance(A, Identity) else solve(
        y, lam, A, tol, iterations)
    if not converged:
        warnings.warn(f"total_variation stopped after {iterations} iterations, before tol={tol:g}",
                      RuntimeWarning, stacklevel=2)
    return x


def _tv_denoise(y, lam, _, tol, iterations):
    """Accelerated projected gradients on the dual: x = y − lam ∇ᵀp with |p| ≤ 1.

    A step moves memory more than it computes, so sums are made in place.
    """
    xp = array_namespace(y)
    p = momentum = xp.zeros((2, *y.shape), dtype=y.dtype, device=device(y))
    eighth, t = y / (8 * lam), 1.0
    for k in range(iterations):
        ahead = _add_gradient(xp.asarray(momentum, copy=True), _take_adjoint(
            xp.asarray(eighth, copy=True), momentum * 0.125))
        previous, p = p, _project(ahead)
        if k % 5 == 4:  # the proof costs as much as a step
            x = y - lam * _gradient_adjoint(p)
            gap = lam * float(xp.sum(_length(_gradient(x)))) - float(xp.sum((y - x) * x))
            if 2 * gap <= tol**2 * math.prod(y.shape):  # ½‖x − x*‖² ≤ gap
                return x, True
        move = p - previous
        momentum -= p
        momentum *= move
        if float(xp.sum(momentum)) > 0:  # overshot: start afresh
            t = 1.0
        t_next = (1 + math.sqrt(1 + 4 * t * t)) / 2
        weight, t = (t - 1) / t_next, t_next
        move *= weight
        move += p
        momentum = move
    return y - lam * _gradient_adjoint(p), False


def _tv_deblur(y, lam, A, tol, iterations):
    """Primal–dual iteration: p stands for the slope's direction, q for the residual A x − y.

    Converges if step · (8 lam · p_step + ‖A‖² q_step) ≤ 1, since ‖∇‖² ≤ 8. How to share that out
    is a rule of thumb: the weaker the penalty, the longer the step of x.
    """
    xp = array_namespace(y)
    x = extrapolated = A._adjoint(y)
    floor = max(lam, 1e-9)
    reach = min(max(math.sqrt(float(xp.std(y)) / floor) / 2, 0.5), 20.0)
    step = reach / _squared_norm(A, x)
    p_step, q_step = 1 / (16 * step * floor), 1 / (2 * reach)
    p, q = xp.zeros_like(_gradient(x)), xp.zeros_like(y)
    for _ in range(iterations):
        p = _project(p + p_step * _gradient(extrapolated))
        q = (q + q_step * (A._forward(extrapolated) - y)) / (1 + q_step)
        move = step * (lam * _gradient_adjoint(p) + A._adjoint(q))
        x, extrapolated = x - move, x - 2 * move
        if math.sqrt(float(xp.mean(move**2))) < tol / 100:
            return x, True
    return x, False


def _squared_norm(A, x):
    """‖A‖² by power iteration on scenes like `x`, with 5 % in reserve."""
    xp, norm = array_namespace(x), 1.0
    probe = xp.asarray(np.random.default_rng(0).standard_normal(tuple(x.shape)), dtype=x.dtype)
    for _ in range(30):
        probe = A._adjoint(A._forward(probe / norm))
        norm = math.sqrt(float(xp.sum(probe**2)))
    return 1.05 * norm


def _gradient(x):
    """Forward differences down and right, (2, ..., H, W), 0 across the last row and column."""
    xp = array_namespace(x)
    return _add_gradient(xp.zeros((2, *x.shape), dtype=x.dtype, device=device(x)), x)


def _add_gradient(p, x):
    """`p` after its gradient of `x`, which may go on for one row, has been added to it in place."""
    *_, height, width = p.shape
    size, down = height * width, (x.shape[-2] - 1) * width
    row, column = (_rows_joined(v) for v in (p[0, ...], p[1, ...]))
    x = _rows_joined(x)
    row[..., :down] += x[..., width:]
    row[..., :down] -= x[..., :down]
    column[..., :-1] += x[..., 1:size]
    column[..., :-1] -= x[..., : size - 1]
    p[1, ..., -1] = 0
    return p


def _gradient_adjoint(p):
    return -_take_adjoint(array_namespace(p).zeros_like(p[0, ...]), p)


def _take_adjoint(x, p):
    """`x` after the adjoint gradient of `p` has been subtracted from it, in place."""
    row, column, joined = (_rows_joined(v) for v in (p[0, ...], p[1, ...], x))
    width = x.shape[-1]
    joined[..., width:] -= row[..., :-width]
    joined += row  # 0 in the last row, as p[1] is in the last column
    joined[..., 1:] -= column[..., :-1]
    joined += column
    return x


def _rows_joined(x):
    """The same memory, a row behind the other: long sums are the fast ones."""
    return x.reshape((*x.shape[:-2], -1))  # NumPy's arrays and tensors both have it


def _length(p):
    squared = p[0, ...] * p[0, ...]
    squared += p[1, ...] * p[1, ...]
    return array_namespace(p).sqrt(squared)


def _project(p):
    return p / array_namespace(p).clip(_length(p), 1.0, None)


def _measurement(y: Array, A: LinearOperator) -> Array:
    """Check that `y` is an image that `A` could have recorded."""
    if not isinstance(A, LinearOperator):
        validation.fail("A", f"a {type(A).__name__}", "a LinearOperator, such as Blur(psf)")
    y = validation.image(y, "y")
    A.T.output_shape(y.shape)
    return y


def _transfer_function(blur: Blur, shape: Shape) -> np.ndarray:
    if not isinstance(blur, Blur):
        validation.fail("blur", f"a {type(blur).__name__}", "a periodic Blur")
    return blur.otf(shape)
