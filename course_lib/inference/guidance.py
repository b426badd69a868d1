r"""Samplers that need a denoiser only: today's way to ask a prior what a measurement means.

The denoiser D(x, t) = E[x₀ | x₀ + t ε = x] is the prior: a closed form (`MixtureDenoiser`) or a
network (`generators.denoiser.OnArrays`). Two ways lead from noise to a picture, in small steps from
noise level t to s < t:

- the **probability-flow ODE**, x ↦ D + (s/t)(x − D): no noise after the start, so that every start
  has one end, a pushforward (``stochastic=False``);
- its **stochastic twin**, x ↦ D + (s/t)²(x − D) + noise.

A measurement y = A x₀ + noise enters as **guidance**, which moves D by t² ∇ log p(y | x_t). That
gradient is known for no network. `DPS` and `PiGDM` put two guesses in its place; `twisted` uses the
second as a proposal only, and makes up for it by weights: its law tends to the posterior as the
particles become many (with these steps, and with this denoiser as the prior).

>>> from course_lib.inference.posterior import Mixture
>>> coin = MixtureDenoiser(Mixture([0.5, 0.5], [[-1.0], [1.0]], np.full((2, 1, 1), 0.01)))  # ±1
>>> y, one = np.full((2000, 1), 0.6), np.eye(1)
>>> x = draw(coin, (2000, 1), rng=0, guide=PiGDM(one, y, sigma=0.5**0.5, spread=1.0))
>>> bool(x.mean() > 0.7)                          # the posterior's is 0.82: this guess is too low
False
>>> found = twisted(coin, one, y[:4], sigma=0.5**0.5, spread=1.0, shape=(1,), particles=500, rng=0)
>>> bool(np.allclose(found.mean(), coin.prior.posterior(y[0], one, 0.5**0.5).mean, atol=0.1))
True

References
----------
Song et al., ICLR 2021, arXiv:2011.13456 (the ODE and its twin). Karras, Aittala, Aila & Laine,
NeurIPS 2022, arXiv:2206.00364 (the noise levels). Chung, Kim, McCann, Klasky & Ye, ICLR 2023,
arXiv:2209.14687 (DPS). Song, Vahdat, Mardani & Kautz, ICLR 2023 (ΠGDM). Wu, Trippe, Naesseth, Blei
& Cunningham, NeurIPS 2023, arXiv:2306.17775 (the twisted sampler).
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import logsumexp
from tqdm import tqdm

from course_lib import validation
from course_lib.arrays import Seed, Shape
from course_lib.imaging.operators import LinearOperator
from course_lib.inference import diffusion
from course_lib.inference.posterior import Mixture

__all__ = ["DPS", "Denoises", "Guide", "MixtureDenoiser", "Particles", "PiGDM", "Scored", "draw",
           "levels", "twisted"]

RUNAWAY = 1e4  # times the first noise's standard deviation: nothing honest gets there

#: What measures: an operator on images, or a matrix for points.
Camera: TypeAlias = LinearOperator | ArrayLike
# Denoised answers (k, …), and which of all they are → a cotangent (k, …) for each.
Weigh: TypeAlias = Callable[[np.ndarray, slice], np.ndarray]


class Denoises(Protocol):
    """A prior that is known by its denoiser."""

    def __call__(self, x: np.ndarray, t: float) -> np.ndarray:
        """E[x₀ | x], (n, …), of noisy x (n, …) with noise of standard deviation t."""

    def pull(self, x: np.ndarray, t: float, weigh: Weigh) -> tuple[np.ndarray, np.ndarray]:
        """Return x0 = E[x₀ | x] and Jᵀ v, both (n, …), with J = ∂x0/∂x and v = weigh(x0, rows).

        `weigh` is called for some of the n at a time; `rows` says for which.
        """


class Guide(Protocol):
    """What a measurement adds to a denoised x."""

    def weigh(self, x0: np.ndarray, t: float, rows: slice) -> np.ndarray:
        """Return the cotangent v (n, …) for x0 (n, …), the answers number `rows`."""

    def scale(self, t: float, gain: float) -> float:
        """Return what Jᵀ v is multiplied by; `gain` is the part of x0 that a step hands on."""


class MixtureDenoiser:
    """The exact denoiser of a mixture of Gaussians, x + t² ∇ log p_t(x); points (n, dimension).

    Parameters
    ----------
    prior : posterior.Mixture
    """

    def __init__(self, prior: Mixture) -> None:
        self.prior = prior

    def __call__(self, x: np.ndarray, t: float) -> np.ndarray:
        """E[x₀ | x], (n, dimension)."""
        return x + t**2 * diffusion.score(self.prior, x, t)[0]

    def pull(self, x: np.ndarray, t: float, weigh: Weigh) -> tuple[np.ndarray, np.ndarray]:
        """As `Denoises.pull`, by the Hessian of log p_t."""
        gradient, hessian = diffusion.score(self.prior, x, t)
        x0 = x + t**2 * gradient
        v = weigh(x0, slice(0, len(x)))
        return x0, v + t**2 * np.einsum("nij,nj->ni", hessian, v)


class Scored:
    """The denoiser that belongs to a score, by Tweedie's formula; it can't be guided.

    Parameters
    ----------
    score : callable
        Points (n, …) and t → gradients of log p_t there, as `diffusion.exact` gives them.
    """

    def __init__(self, score: diffusion.Score) -> None:
        self.score = score

    def __call__(self, x: np.ndarray, t: float) -> np.ndarray:
        """E[x₀ | x], (n, …)."""
        return x + t**2 * self.score(x, t)

    def pull(self, x: np.ndarray, t: float, weigh: Weigh) -> tuple[np.ndarray, np.ndarray]:
        """Refuse: NotImplementedError."""
        raise NotImplementedError("A score alone has no Jacobian: guide a denoiser instead.")


def levels(steps: int = 40, largest: float = 20.0, smallest: float = 0.01,
           rho: float = 7.0) -> np.ndarray:
    """Noise levels from `largest` down to `smallest`, (steps,), equally spaced in t^(1/ρ).

    `largest` is well above the world's extent, `smallest` well below its finest detail. ρ = 7 is
    Karras et al.'s; a large one means equal ratios.

    >>> levels(3, 16.0, 1.0, rho=2)
    array([16.  ,  6.25,  1.  ])
    """
    smallest = validation.positive(smallest, "smallest")
    if not validation.positive(largest, "largest") > smallest:
        validation.fail("largest", largest, f"greater than smallest, {smallest}")
    rho = validation.positive(rho, "rho")
    steps = validation.integer(steps, "steps", least=2)
    return np.linspace(largest ** (1 / rho), smallest ** (1 / rho), steps) ** rho


def draw(denoiser: Denoises, shape: Shape, rng: Seed, guide: Guide | None = None,
         noise_levels: Sequence[float] | np.ndarray | None = None, stochastic: bool = True,
         start: ArrayLike | None = None, progress: bool = False) -> np.ndarray:
    """Turn noise into draws by taking it away step by step.

    Parameters
    ----------
    denoiser : Denoises
    shape : tuple of int
        (n, …): n draws and the shape of one. As many as a guide has measurements.
    rng : numpy.random.Generator or int
    guide : Guide, optional
        `DPS` or `PiGDM`; without one the draws are the prior's.
    noise_levels : (steps,) array, optional
        Falling, greater than 0; `levels` by default. What noise is left at the last is removed at
        once: each level costs one evaluation of the denoiser.
    stochastic : bool
        Whether fresh noise is added in each step; otherwise the probability-flow ODE is followed
        (Euler's steps).
    start : array of `shape`, optional
        Where to begin; by default Gaussian noise of the first level.
    progress : bool
        Show a progress bar (on the standard output).

    Returns
    -------
    array of `shape`

    Raises
    ------
    RuntimeError
        If the draws run away, as those of a guidance do that is too strong for its steps.
    """
    rng = np.random.default_rng(rng)
    t_all = _falling(levels() if noise_levels is None else noise_levels)
    x = (t_all[0] * rng.standard_normal(shape) if start is None
         else validation.matching(np.array(start, float), shape, "start"))
    for t, s in tqdm(zip(t_all, np.append(t_all[1:], 0.0), strict=True), total=len(t_all),
                     desc="draw", file=sys.stdout, disable=not progress):
        kept, spread = _kernel(t, s, stochastic)
        x0 = _guided(denoiser, x, t, 1 - kept, guide)
        x = x0 + kept * (x - x0)
        if spread:
            x += spread * rng.standard_normal(x.shape)
        _honest(x, t_all[0])
    return x


def _falling(values: ArrayLike) -> np.ndarray:
    t = np.asarray(values, dtype=float)
    if t.ndim != 1 or not len(t) or not (t > 0).all() or not (np.diff(t) < 0).all():
        validation.fail("noise_levels", values, "falling, and greater than 0")
    return t


def _kernel(t: float, s: float, stochastic: bool) -> tuple[float, float]:
    """Part of x − D that a step from t to s keeps, and the standard deviation of its noise.

    The twin's is the law of x_s given x_t and x₀, with D for x₀ (Ho, Jain & Abbeel, NeurIPS 2020,
    arXiv:2006.11239): for many steps exact, for few the least biased of those that were tried.
    """
    if not stochastic:
        return s / t, 0.0
    return (s / t) ** 2, float(np.sqrt(t**2 - s**2) * s / t)


def _guided(denoiser: Denoises, x: np.ndarray, t: float, gain: float,
            guide: Guide | None) -> np.ndarray:
    if guide is None:
        return denoiser(x, t)
    x0, pulled = denoiser.pull(x, t, functools.partial(_weigh, guide, t))
    return x0 + guide.scale(t, gain) * pulled


def _weigh(guide: Guide, t: float, x0: np.ndarray, rows: slice) -> np.ndarray:
    return guide.weigh(x0, t, rows)


def _honest(x: np.ndarray, largest: float) -> None:
    if not (np.abs(x) < RUNAWAY * largest).all():
        raise RuntimeError("The draws ran away, beyond all that the first noise reaches: the "
                           "guidance is too strong for these steps. Take more steps or less of it.")


class _Measurement:
    """A measurement y (n, …) by a camera A, and what solves (a A Aᵀ + b I) u = v."""

    def __init__(self, A: Camera, y: ArrayLike) -> None:
        y = np.asarray(y, dtype=float)
        if not np.isfinite(y).all():
            validation.fail("y", "not finite somewhere", "finite")
        self.y = y
        if isinstance(A, LinearOperator):
            self.forward: Callable[[np.ndarray], np.ndarray] = A
            self.adjoint: Callable[[np.ndarray], np.ndarray] = A.T
            probe = np.random.default_rng(0).standard_normal(y.shape[1:])
            back = A(A.T(probe))
            self.values: np.ndarray | float = float(np.vdot(probe, back) / np.vdot(probe, probe))
            if not np.allclose(back, self.values * probe, atol=1e-9 * np.abs(back).max()):
                validation.fail("A", "a camera whose A Aᵀ is not a multiple of I",
                                "one for which it is (Downsample), or a matrix")
            self.vectors: np.ndarray | None = None
        else:
            M = validation.matrix(A, "A")
            if y.shape[1:] != M.shape[:1]:
                validation.fail("y", f"of shape {y.shape}", f"(n, {len(M)})")
            self.forward, self.adjoint = (lambda x: x @ M.T), (lambda v: v @ M)
            self.values, self.vectors = np.linalg.eigh(M @ M.T)

    def miss(self, x0: np.ndarray, rows: slice) -> np.ndarray:
        """y − A x0."""
        return self.y[rows] - self.forward(x0)

    def variances(self, a: float, b: float) -> np.ndarray | float:
        """Eigenvalues of a A Aᵀ + b I: one number if they are all the same."""
        return a * self.values + b

    def solve(self, v: np.ndarray, a: float, b: float) -> np.ndarray:
        variances = self.variances(a, b)
        if self.vectors is None:
            return v / variances
        return (v @ self.vectors / variances) @ self.vectors.T

    def log_likelihood(self, miss: np.ndarray, a: float, b: float) -> np.ndarray:
        """log N(miss; 0, a A Aᵀ + b I) for each of n, (n,)."""
        n = len(miss)
        squares = np.sum(miss.reshape(n, -1) * self.solve(miss, a, b).reshape(n, -1), axis=1)
        size = miss[0].size if n else 0
        volume = np.sum(np.log(2 * np.pi * np.broadcast_to(self.variances(a, b), size)))
        return -(squares + volume) / 2


class DPS:
    r"""Guidance of diffusion posterior sampling: each step goes down ‖y − A D(x, t)‖.

    .. math:: x \leftarrow x - \zeta \, \nabla_x \| y - A\,D(x, t) \|

    The noise's σ doesn't occur in it, nor in the published algorithm, whose state is scaled by
    1/√(1 + t²): the same ζ is not the same step there. ζ is a dial without a right position: what
    it is worth depends on the number of steps and on the world.

    Parameters
    ----------
    A : imaging.operators.LinearOperator or (m, n) array
    y : (N, …) array
        A measurement for each draw; repeat one to draw more often.
    strength : float
        ζ, 0 or greater.
    """

    def __init__(self, A: Camera, y: ArrayLike, strength: float = 1.0) -> None:
        self._measured = _Measurement(A, y)
        self.strength = validation.non_negative(strength, "strength")

    def weigh(self, x0: np.ndarray, t: float, rows: slice) -> np.ndarray:
        """As `Guide.weigh`."""
        miss = self._measured.miss(x0, rows)
        norm = np.sqrt(np.sum(miss**2, axis=tuple(range(1, miss.ndim)), keepdims=True))
        return self._measured.adjoint(miss / np.maximum(norm, 1e-12))

    def scale(self, t: float, gain: float) -> float:
        """As `Guide.scale`."""
        return self.strength / gain  # the step moves x itself


class PiGDM:
    r"""Guidance of ΠGDM: as if x₀ were Gaussian around D(x, t), of variance r².

    .. math:: \nabla \log p(y \mid x) \approx J^T A^T (r^2 A A^T + \sigma^2 I)^{-1} (y - A D),
              \qquad r^2 = \frac{t^2 S^2}{t^2 + S^2}

    r² is what a Gaussian world of variance S² would leave. S → 0 gives `diffusion.approximate`.

    Parameters
    ----------
    A : imaging.operators.LinearOperator or (m, n) array
        A camera with A Aᵀ a multiple of I, or any matrix.
    y : (N, …) array
        A measurement for each draw; repeat one to draw more often.
    sigma : float
        Standard deviation of its noise, greater than 0.
    spread : float
        S, the world's standard deviation around its mean, a coordinate; 0 or greater.
    strength : float
        Multiplies the guidance; 1 is the formula.
    """

    def __init__(self, A: Camera, y: ArrayLike, sigma: float, spread: float,
                 strength: float = 1.0) -> None:
        self._measured = _Measurement(A, y)
        self.sigma = validation.positive(sigma, "sigma")
        self.spread = validation.non_negative(spread, "spread")
        self.strength = validation.non_negative(strength, "strength")

    def left(self, t: float) -> float:
        """r², the variance that x₀ is taken to have around D(x, t)."""
        return t**2 * self.spread**2 / (t**2 + self.spread**2)

    def weigh(self, x0: np.ndarray, t: float, rows: slice) -> np.ndarray:
        """As `Guide.weigh`."""
        miss = self._measured.miss(x0, rows)
        return self._measured.adjoint(self._measured.solve(miss, self.left(t), self.sigma**2))

    def scale(self, t: float, gain: float) -> float:
        """As `Guide.scale`."""
        return self.strength * t**2

    def log_likelihood(self, x0: np.ndarray, t: float) -> np.ndarray:
        """log N(y; A x0, r² A Aᵀ + σ² I), (N,): exact at t = 0."""
        return self._measured.log_likelihood(self._measured.miss(x0, slice(None)), self.left(t),
                                             self.sigma**2)


@dataclass(frozen=True, eq=False)
class Particles:
    """Weighted draws from the posterior of every input.

    Attributes
    ----------
    x : (inputs, particles, …) array
    weights : (inputs, particles) array
        ≥ 0, adding up to 1 for each input.
    ess : (inputs, steps) array
        Effective number of particles before each step's resampling.
    log_evidence : (inputs,) array
        Estimates of log p(y); their exponentials are unbiased.
    ancestors : (inputs, particles) array of int
        From which particle of the start each one comes.
    """

    x: np.ndarray
    weights: np.ndarray
    ess: np.ndarray = field(repr=False)
    log_evidence: np.ndarray
    ancestors: np.ndarray = field(repr=False)

    def mean(self) -> np.ndarray:
        """E[x | y], (inputs, …)."""
        return np.einsum("ip,ip...->i...", self.weights, self.x)

    def draw(self, n: int, rng: Seed) -> np.ndarray:
        """n draws for every input, (inputs, n, …), by the weights."""
        rng = np.random.default_rng(rng)
        n = validation.integer(n, "n")
        rows = [rng.choice(len(w), size=n, p=w) for w in self.weights]
        return np.stack([some[which] for some, which in zip(self.x, rows, strict=True)])


def twisted(denoiser: Denoises, A: Camera, y: ArrayLike, sigma: float, spread: float, shape: Shape,
            rng: Seed, particles: int = 64,
            noise_levels: Sequence[float] | np.ndarray | None = None,
            start: ArrayLike | None = None, progress: bool = False) -> Particles:
    r"""Sample the posterior by sequential Monte Carlo, asymptotically exact: twisted diffusion.

    The prior is the chain that `draw` runs without a guide. Each particle takes `draw`'s stochastic
    step with the guidance of `PiGDM`; its weight is multiplied by

    .. math:: \frac{p(x_s \mid x_t)\;\psi_s(x_s)}{q(x_s \mid x_t)\;\psi_t(x_t)},
              \qquad \psi_t(x) = N\big(y;\, A D(x, t),\, r_t^2 A A^T + \sigma^2 I\big),

    prior over proposal, and what the guess ψ says later over what it said before. At the end
    ψ is the likelihood. Where the effective number falls below half of the particles they are
    drawn anew by their weights (systematic resampling).

    Parameters
    ----------
    denoiser : Denoises
    A, sigma, spread
        As for `PiGDM`.
    y : (inputs, …) array
    shape : tuple of int
        Of one draw.
    rng : numpy.random.Generator or int
    particles : int
        For every input. The law is exact as they become many; look at `Particles.ess`.
    noise_levels
        As for `draw`.
    start : (inputs, particles, …) array, optional
        Where the particles begin, draws from the law of noisy scenes; by default Gaussian noise of
        the first level.
    progress : bool

    Returns
    -------
    Particles

    Raises
    ------
    RuntimeError
        If particles run away, or no particle of an input has any weight.
    """
    rng, t_all = np.random.default_rng(rng), _falling(levels() if noise_levels is None
                                                      else noise_levels)
    n = validation.integer(particles, "particles", least=2)
    y = np.asarray(y, dtype=float)
    guide = PiGDM(A, np.repeat(y, n, axis=0), sigma, spread)
    if start is None:
        x = t_all[0] * rng.standard_normal((len(y) * n, *shape))
    else:
        start = validation.matching(np.array(start, float), (len(y), n, *shape), "start")
        x = start.reshape(-1, *shape)
    flat = tuple(range(1, x.ndim))
    log_w, log_psi = np.zeros((len(y), n)), np.zeros(len(x))
    evidence, ancestors, ess = np.zeros(len(y)), np.tile(np.arange(n), (len(y), 1)), []
    for t, s in tqdm(zip(t_all, np.append(t_all[1:], 0.0), strict=True), total=len(t_all),
                     desc="twisted", file=sys.stdout, disable=not progress):
        x0, pulled = denoiser.pull(x, t, functools.partial(_weigh, guide, t))
        # At the end no noise is left, and ψ is the likelihood of what the chain ends in.
        psi = guide.log_likelihood(x0, t if s else 0.0)
        log_w += (psi - log_psi).reshape(log_w.shape)
        total = logsumexp(log_w, axis=1)
        if not np.isfinite(total).all():
            raise RuntimeError("No particle of some input has any weight: take more particles, "
                               "more steps, or a larger sigma.")
        ess.append(np.exp(2 * total - logsumexp(2 * log_w, axis=1)))
        rows = np.arange(len(x)).reshape(log_w.shape)
        for i in np.flatnonzero(ess[-1] < n / 2):
            if s == 0:
                break  # what is left is told by the weights
            drawn = _systematic(np.exp(log_w[i] - total[i]), rng)
            rows[i], ancestors[i] = rows[i][drawn], ancestors[i][drawn]
            evidence[i] += total[i] - np.log(n)
            log_w[i] = 0.0
        taken = rows.ravel()
        x, x0, pulled, log_psi = x[taken], x0[taken], pulled[taken], psi[taken]
        kept, width = _kernel(t, s, stochastic=True)
        if s == 0:
            x = x0
            break
        shift = (1 - kept) * t**2 * pulled
        noise = rng.standard_normal(x.shape)
        x = x0 + kept * (x - x0) + shift + width * noise
        # log p − log q: the same Gaussian around two means, `shift` apart.
        log_w -= (np.sum(shift * (shift + 2 * width * noise), axis=flat)
                  / (2 * width**2)).reshape(log_w.shape)
        _honest(x, t_all[0])
    total = logsumexp(log_w, axis=1, keepdims=True)
    return Particles(x.reshape(len(y), n, *shape), np.exp(log_w - total), np.stack(ess, axis=1),
                     evidence + total[:, 0] - np.log(n), ancestors)


def _systematic(weights: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Indices of n draws by weights (n,): one random number, n equal strides."""
    n = len(weights)
    places = (rng.random() + np.arange(n)) / n
    return np.minimum(np.searchsorted(np.cumsum(weights), places), n - 1)
