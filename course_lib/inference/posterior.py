r"""What could have been there, and how often: reference answers where the world is known.

Two kinds of worlds have a posterior p(x | y) that can be trusted. A `Mixture` of Gaussians seen
through a linear camera with Gaussian noise has one in closed form. A ladybird is 22 standard normal
numbers and a form, so its posterior can be sampled: `reference` does, with the methods of
`inference.sampling`, once for each form. The evidence p(y | form) that comes with the samples
gives P(dark | y) at any share by Bayes' rule.

>>> answer = reference(ladybirds.sixteen_pixels(), effort=0.1)                  # quick and rough
>>> bool(0.5 < answer.p_dark(share=0.5) < 0.8), bool(answer.p_dark(share=0.1) < 0.3)
(True, True)

Answers for the pictures that lessons show are shipped, so that only one need be computed live:

>>> round(shipped("dark_4x4").p_dark(share=0.5), 1)
0.8
"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike
from safetensors.numpy import load_file
from scipy.special import expit, logit
from tqdm import tqdm

from course_lib import validation
from course_lib.arrays import Seed
from course_lib.data import verified_path
from course_lib.imaging.operators import Downsample
from course_lib.inference.sampling import WeightedDraws, refine, temper, weigh
from course_lib.worlds import ladybirds

__all__ = ["EXAMPLES", "LadybirdPosterior", "Mixture", "Unreliable", "example", "log_likelihood",
           "prior_log_odds", "reference", "shipped", "simulate"]

MINIMUM = 100  # effective draws below which nothing is answered
# For y of 4 or 8 pixels: size of the quick renders; particles, quick and full draws for each form.
QUICK = {4: (16, 1000, 15_000, 1500), 8: (32, 600, 12_000, 1500)}
STORED = ("u", "log_likelihood", "weights", "evidence")  # of each form, in data/posteriors/
#: Simulated pictures that lessons show: seed and pixels a side, σ = 0.05.
EXAMPLES = {"pale_4x4": (14, 4), "dark_4x4": (6, 4), "pale_8x8": (17, 8), "dark_8x8": (9, 8)}


class Unreliable(ValueError):
    """Too few effective draws for an answer that could be relied on."""


# --- Closed forms --------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Mixture:
    r"""Mixture of K Gaussians in n dimensions, p(x) = Σₖ wₖ N(x; mₖ, Cₖ).

    Attributes
    ----------
    weights : (K,) array
        Shares wₖ of the classes, ≥ 0 and adding up to 1.
    means : (K, n) array
    covariances : (K, n, n) array
        Zero for a class that is a single point.

    Examples
    --------
    >>> coin = Mixture([0.5, 0.5], [[-1.0], [1.0]], np.zeros((2, 1, 1)))     # x = ±1
    >>> seen = coin.posterior([0.6], np.eye(1), sigma=0.5**0.5)
    >>> seen.mean.round(3), np.tanh(0.6 / 0.5).round(3)                      # E[x|y] = tanh(y/σ²)
    (array([0.834]), np.float64(0.834))
    """

    weights: np.ndarray
    means: np.ndarray
    covariances: np.ndarray

    if TYPE_CHECKING:  # what is given need not be arrays yet
        def __init__(self, weights: ArrayLike, means: ArrayLike,
                     covariances: ArrayLike) -> None: ...

    def __post_init__(self) -> None:
        w, m, c = (np.asarray(getattr(self, name), dtype=float)
                   for name in ("weights", "means", "covariances"))
        if m.ndim != 2 or w.shape != m.shape[:1] or c.shape != (*m.shape, m.shape[-1]):
            validation.fail("a mixture", f"of shapes {w.shape}, {m.shape}, {c.shape}",
                            "(K,) weights, (K, n) means and (K, n, n) covariances")
        if (w < 0).any() or not math.isclose(w.sum(), 1, rel_tol=1e-9):
            validation.fail("weights", repr(w), "0 or greater, with sum 1")
        for name, values in zip(("weights", "means", "covariances"), (w, m, c), strict=True):
            object.__setattr__(self, name, values)

    @property
    def mean(self) -> np.ndarray:
        """E[x], (n,): the estimate with the smallest mean squared error."""
        return self.weights @ self.means

    @property
    def sd(self) -> np.ndarray:
        """Standard deviation of each coordinate, (n,)."""
        variances = np.diagonal(self.covariances, axis1=1, axis2=2)
        return np.sqrt(self.weights @ (variances + (self.means - self.mean) ** 2))

    def sample(self, n: int, rng: Seed) -> tuple[np.ndarray, np.ndarray]:
        """Draw n points; returns them, (n, dimension), and their classes, (n,)."""
        rng = np.random.default_rng(rng)
        kinds = rng.choice(len(self.weights), size=n, p=self.weights)
        values, vectors = np.linalg.eigh(self.covariances)
        roots = vectors * np.sqrt(np.maximum(values, 0))[:, None, :]
        z = rng.standard_normal((n, self.means.shape[1]))
        return self.means[kinds] + np.einsum("nij,nj->ni", roots[kinds], z), kinds

    def log_density(self, x: ArrayLike) -> np.ndarray:
        """log p(x) at points (..., n)."""
        return np.logaddexp.reduce(self._log_joint(x), axis=-1)

    def classify(self, x: ArrayLike) -> np.ndarray:
        """P(class | x), (..., K), at points (..., n)."""
        joint = self._log_joint(x)
        return np.exp(joint - np.logaddexp.reduce(joint, axis=-1, keepdims=True))

    def measured(self, A: ArrayLike, sigma: float) -> Mixture:
        """Law of y = A x + noise, again a mixture: ``log_density(y)`` is the log-evidence of y."""
        A = validation.matrix(A, "A")
        noise = validation.positive(sigma, "sigma") ** 2 * np.eye(len(A))
        return Mixture(self.weights, self.means @ A.T, A @ self.covariances @ A.T + noise)

    def posterior(self, y: ArrayLike, A: ArrayLike, sigma: float) -> Mixture:
        r"""Law of x after y = A x + noise was seen, again a mixture.

        .. math:: G_k = C_k A^T (A C_k A^T + \sigma^2 I)^{-1}, \qquad
                  m_k' = m_k + G_k (y - A m_k), \quad C_k' = C_k - G_k A C_k

        and the weights are P(class | y).

        Parameters
        ----------
        y : (m,) array
        A : (m, n) array
        sigma : float
            Standard deviation of the noise, greater than 0.
        """
        A, seen = np.asarray(A, dtype=float), self.measured(A, sigma)
        y = validation.matching(np.asarray(y, dtype=float), A.shape[:1], "y")
        gain = self.covariances @ A.T @ np.linalg.inv(seen.covariances)
        means = self.means + np.einsum("knm,km->kn", gain, y - seen.means)
        return Mixture(seen.classify(y), means, self.covariances - gain @ A @ self.covariances)

    def _log_joint(self, x):
        """Log of wₖ N(x; mₖ, Cₖ), (..., K)."""
        off = np.asarray(x, dtype=float)[..., None, :] - self.means
        squares = np.einsum("...ki,kij,...kj->...k", off, np.linalg.inv(self.covariances), off)
        volume = np.linalg.slogdet(2 * np.pi * self.covariances)[1]
        with np.errstate(divide="ignore"):
            return np.log(self.weights) - (squares + volume) / 2


# --- Ladybirds -----------------------------------------------------------------------------------


def prior_log_odds(share: float) -> float:
    """log(share / (1 − share)), to which log p(y | dark) − log p(y | pale) is added: Bayes' rule.

    `share` is that of the dark form, in [0, 1]; ValueError if it is not.

    >>> float(prior_log_odds(0.5)), round(float(prior_log_odds(0.1)), 3)
    (0.0, -2.197)
    """
    return logit(validation.fraction(share, "share"))


@dataclass(frozen=True, eq=False)
class LadybirdPosterior:
    """Everything that a small picture leaves possible; `reference` makes it.

    Every answer takes a `share` of the dark form, between 0 and 1; nothing is computed anew for
    another one. Answers raise `Unreliable` where fewer than `minimum` draws are effective.

    Attributes
    ----------
    y : (3, h, h) array
    sigma : float
    forms : tuple of WeightedDraws
        Given that the beetle is pale, and that it is dark.
    minimum : float
    """

    y: np.ndarray
    sigma: float
    forms: tuple
    minimum: float = MINIMUM

    @property
    def log_evidence(self) -> np.ndarray:
        """log p(y | form) for pale and dark, (2,)."""
        return np.array([form.log_evidence for form in self.forms])

    @property
    def log_evidence_error(self) -> np.ndarray:
        """Standard error of `log_evidence`, (2,)."""
        return np.array([form.log_evidence_error for form in self.forms])

    def ess(self, share: float) -> float:
        """Effective number of draws at this share, never refused."""
        return float(1 / np.sum(self._weights(share) ** 2))

    def misfit(self, share: float) -> float:
        """E[‖y − A x‖²]/(m σ²), m numbers in y: near 1 if the world explains y, far above if not.

        A small value does not say that y came from this world.
        """
        squares = -2 * np.concatenate([form.log_likelihood for form in self.forms])
        squares -= self.y.size * math.log(2 * math.pi * self.sigma**2)
        return float(self._checked(share) @ squares) / self.y.size

    def p_dark(self, share: float) -> float:
        """P(dark | y)."""
        self._checked(share)
        return self._p(share)

    def p_dark_error(self, share: float) -> float:
        """Standard error of `p_dark`."""
        p = self.p_dark(share)
        return p * (1 - p) * float(np.hypot(*self.log_evidence_error))

    def samples(self, share: float) -> tuple[ladybirds.Ladybirds, np.ndarray]:
        """Possible beetles, pale ones first, and their weights (n,) with sum 1."""
        weights = self._checked(share)
        u = np.concatenate([form.u for form in self.forms])
        form = np.repeat([0, 1], [len(draws.u) for draws in self.forms])
        return ladybirds.from_latents(u, form), weights

    def draw(self, n: int, share: float, rng: Seed = 0) -> ladybirds.Ladybirds:
        """n possible beetles, all equally probable: ``ladybirds.render`` them. Some may repeat."""
        beetles, weights = self.samples(share)
        return beetles[np.random.default_rng(rng).choice(len(weights), size=n, p=weights)]

    def mean(self, share: float) -> np.ndarray:
        """Mean picture E[x | y], (3, 64, 64), linear light. The first call renders all draws."""
        self._checked(share)
        return self._mix(share, self._moments[0])

    def sd(self, share: float) -> np.ndarray:
        """Standard deviation of every pixel, (3, 64, 64)."""
        self._checked(share)
        first, second = (self._mix(share, moment) for moment in self._moments)
        return np.sqrt(np.maximum(second - first**2, 0))

    @cached_property
    def _moments(self):
        """Means of x and of x² for each form: two lists of two pictures."""
        first, second = [], []
        for form, draws in enumerate(self.forms):
            sums = np.zeros((2, 3, 64, 64))
            for i in range(0, len(draws.u), 100):
                some, weights = draws.u[i : i + 100], draws.weights[i : i + 100]
                x = ladybirds.render(ladybirds.from_latents(some, form)).astype(float)
                sums += [np.tensordot(weights, x, 1), np.tensordot(weights, x**2, 1)]
            first.append(sums[0])
            second.append(sums[1])
        return first, second

    def _mix(self, share, moment):
        p = self._p(share)
        return (1 - p) * moment[0] + p * moment[1]

    def _p(self, share):
        return float(expit(prior_log_odds(share) + self.log_evidence[1] - self.log_evidence[0]))

    def _weights(self, share):
        p = self._p(share)
        return np.concatenate([(1 - p) * self.forms[0].weights, p * self.forms[1].weights])

    def _checked(self, share):
        if (ess := self.ess(share)) < self.minimum:
            raise Unreliable(
                f"only {ess:.0f} effective draws at a share of {share:g}; {self.minimum:g} are "
                f"needed for a reliable answer: give `reference` more effort, or look "
                f"at y (is it a ladybird? is sigma = {self.sigma:g} right?)")
        return self._weights(share)


def reference(y: np.ndarray, sigma: float = 0.05, effort: float = 1.0, rng: Seed = 0,
              minimum: float = MINIMUM, progress: bool = False) -> LadybirdPosterior:
    """Posterior of a small picture of a ladybird.

    The swarm and most draws use small renders, four pixels for each of y's, which shrink to nearly
    the same picture; the draws that matter are then rendered at 64 pixels.

    Parameters
    ----------
    y : (3, 4, 4) or (3, 8, 8) array
        Block means of a 64-pixel picture plus Gaussian noise, linear light.
    sigma : float
        Standard deviation of the noise, greater than 0.
    effort : float
        Times the numbers of particles and draws in `QUICK`; at least 300 particles.
    rng : numpy.random.Generator or int
    minimum : float
        Effective draws below which the answer's methods raise `Unreliable`.
    progress : bool
        Show a progress bar (on the standard output).

    Returns
    -------
    LadybirdPosterior
    """
    y, sigma = np.asarray(validation.image(y, "y")), validation.positive(sigma, "sigma")
    if y.shape not in ((3, 4, 4), (3, 8, 8)):
        validation.fail("y", f"of shape {y.shape}", "of shape (3, 4, 4) or (3, 8, 8)")
    effort, minimum = validation.positive(effort, "effort"), validation.positive(minimum, "minimum")
    small, *counts = QUICK[y.shape[-1]]
    particles, many, few = (math.ceil(effort * n) for n in counts)
    particles = max(particles, 300)  # fewer can't say how 22 latents vary together
    rng, forms = np.random.default_rng(rng), []
    with tqdm(total=4, disable=not progress, file=sys.stdout, bar_format="{l_bar}{bar}") as bar:
        for form in range(len(ladybirds.FORMS)):
            quick, exact = (partial(_explains, y, sigma, form, size) for size in (small, 64))
            swarm = temper(quick, ladybirds.N_LATENTS, particles, moves=4, rng=rng,
                           report=bar.update)
            forms.append(refine(weigh(quick, swarm.u, many, rng), exact, few, rng))
            bar.update(1)
    return LadybirdPosterior(y, sigma, tuple(forms), minimum)


def simulate(seed: int, pixels: int = 4, sigma: float = 0.05,
             share: float = 0.5) -> tuple[ladybirds.Ladybirds, np.ndarray]:
    """Draw a beetle from the prior and take its small noisy picture.

    Parameters
    ----------
    seed : int
    pixels : int
        Height and width of the picture, a divisor of 64.
    sigma : float
        Standard deviation of the noise, greater than 0.
    share : float
        Share of the dark form, in [0, 1].

    Returns
    -------
    beetle : Ladybirds
        One; ``ladybirds.render(beetle)[0]`` is the truth.
    y : (3, pixels, pixels) array
        Block means of the truth plus Gaussian noise.
    """
    rng = np.random.default_rng([seed, pixels])
    beetle = ladybirds.sample(1, share=share, seed=rng)
    y = Downsample(64 // pixels)(ladybirds.render(beetle)[0].astype(float))
    return beetle, y + validation.positive(sigma, "sigma") * rng.standard_normal(y.shape)


def example(name: str) -> tuple[ladybirds.Ladybirds, np.ndarray]:
    """Beetle and small picture, as from `simulate`, of one of `EXAMPLES`."""
    return simulate(*EXAMPLES[validation.choice(name, "name", tuple(EXAMPLES))])


def shipped(name: str) -> LadybirdPosterior:
    """Posterior of a picture that lessons show, as `reference` found it.

    Parameters
    ----------
    name : str
        "sixteen_pixels" (`ladybirds.sixteen_pixels`) or one of `EXAMPLES`.

    Returns
    -------
    LadybirdPosterior

    Raises
    ------
    ValueError
        If the file is not the one that was shipped.
    """
    validation.choice(name, "name", ("sixteen_pixels", *EXAMPLES))
    stored = load_file(verified_path("posteriors", f"{name}.safetensors"))
    forms = []
    for form in range(len(ladybirds.FORMS)):
        u, log_l, weights, evidence = (stored[f"{key}{form}"] for key in STORED)
        forms.append(WeightedDraws(u.astype(float), log_l, weights, *map(float, evidence)))
    return LadybirdPosterior(stored["y"], float(stored["sigma"]), tuple(forms))


def _explains(y, sigma, form, size, u):
    return log_likelihood(y, ladybirds.from_latents(u, form), sigma, size)


def log_likelihood(y: np.ndarray, beetles: ladybirds.Ladybirds, sigma: float = 0.05,
                   size: int = 64) -> np.ndarray:
    """log p(y | beetles), (n,): how well each of n beetles explains the small picture.

    Parameters
    ----------
    y : (3, h, h) array
    beetles : Ladybirds
    sigma : float
        Standard deviation of the noise, greater than 0.
    size : int
        Pixels a side of the renders, a multiple of h.
    """
    camera, n = Downsample(size // y.shape[-1]), len(beetles)
    squares = np.empty(n)
    for i in range(0, n, 100):  # few enough pictures at a time to stay in memory
        pictures = camera(ladybirds.render(beetles[i : i + 100], size))
        squares[i : i + 100] = np.sum((pictures - y) ** 2, axis=(1, 2, 3))
    return -(squares / sigma**2 + y.size * math.log(2 * math.pi * sigma**2)) / 2
