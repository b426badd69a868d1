r"""Monte Carlo where only a likelihood can be computed: a swarm finds, weights put right.

The unknown is d numbers u that are independent standard normal under the prior.

1. `temper` moves a swarm from the prior to prior · likelihoodᵗ, t = 0 → 1.
2. `weigh` draws fresh points from a bell fitted to the swarm and weights them by
   prior · likelihood / bell. Whatever the swarm got slightly wrong, the weights put right, and
   their effective number says how much was left to put right. Their mean is the evidence p(y).
3. `refine` replaces a quick likelihood by an exact one on the draws that matter.

>>> def log_likelihood(u):                                   # y = u + noise of variance 1, y = 2
...     return -((2 - u[:, 0]) ** 2) / 2
>>> swarm = temper(log_likelihood, dimension=1, particles=2000)
>>> bool(abs(swarm.u.mean() - 1) < 0.1), bool(abs(swarm.u.std() - 0.5**0.5) < 0.1)
(True, True)

References
----------
Del Moral, Doucet & Jasra, J. R. Stat. Soc. B 68 (2006) 411, doi:10.1111/j.1467-9868.2006.00553.x
(SMC samplers); Cotter, Roberts, Stuart & White, Stat. Sci. 28 (2013) 424, doi:10.1214/13-STS421
(moves that preserve a Gaussian, pCN).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from scipy.special import gammaln, logsumexp

from course_lib import validation
from course_lib.arrays import Seed

__all__ = ["Swarm", "WeightedDraws", "refine", "temper", "weigh"]


@dataclass(frozen=True, eq=False)
class Swarm:
    """Equally weighted particles of a posterior, as `temper` leaves them.

    Attributes
    ----------
    u : (n, d) array
        Latents, N(0, I) under the prior.
    log_likelihood : (n,) array
    log_evidence : float
        Estimate of log p(y). Too low by some tenths where the moves were too few; `weigh` knows
        better.
    temperatures, acceptance : list of float
        One of each per stage: the path from 0 to 1 and the share of accepted moves.
    """

    u: np.ndarray
    log_likelihood: np.ndarray
    log_evidence: float
    temperatures: list = field(repr=False)
    acceptance: list = field(repr=False)


def temper(log_likelihood: Callable[[np.ndarray], np.ndarray], dimension: int,
           particles: int = 1000, moves: int = 6, rng: Seed = 0,
           report: Callable[[float], object] | None = None) -> Swarm:
    """Tempered sequential Monte Carlo from N(0, I) to the posterior N(0, I) · likelihood.

    Parameters
    ----------
    log_likelihood : callable
        (n, dimension) latents → (n,) finite values.
    dimension, particles, moves : int
        `moves` Metropolis steps at each temperature. At least 2 × dimension particles.
    rng : numpy.random.Generator or int
    report : callable, optional
        Called after each stage with the temperature's increase; they add up to 1.

    Returns
    -------
    Swarm

    Notes
    -----
    Each temperature is as high as half of the particles' weights allow. Particles are resampled by
    weight, then moved: a bell N(m, C) is fitted to them, and u − m → ρ (u − m) + √(1 − ρ²) N(0, C),
    which preserves the bell, is accepted or refused so as to preserve prior · likelihoodᵗ. On the
    prior itself this is pCN: every move is accepted. Steps are tuned to an acceptance of 0.3.
    """
    least = 2 * validation.integer(dimension, "dimension")
    n, rng = validation.integer(particles, "particles", least), np.random.default_rng(rng)
    moves = validation.integer(moves, "moves")
    u = rng.standard_normal((n, dimension))
    log_l = _finite(log_likelihood(u))
    temperature, log_evidence, step, temperatures, acceptance = 0.0, 0.0, 1.0, [], []
    while temperature < 1:
        rise = _rise(log_l, 1 - temperature)
        weights, log_mean = _normalise(rise * log_l)
        log_evidence += log_mean
        temperature = 1.0 if rise == 1 - temperature else temperature + rise
        mean, root = _bell(u, weights)
        chosen = _resample(weights, n, rng)
        u, log_l = u[chosen], log_l[chosen]
        z = np.linalg.solve(root, (u - mean).T).T
        for _ in range(moves):
            z_new = math.sqrt(1 - step**2) * z + step * rng.standard_normal(z.shape)
            u_new = mean + z_new @ root.T
            log_l_new = _finite(log_likelihood(u_new))
            ratio = temperature * (log_l_new - log_l) + _prior_over_bell(u_new, z_new)
            ratio -= _prior_over_bell(u, z)
            accepted = np.log(rng.random(n)) < ratio
            u[accepted], z[accepted] = u_new[accepted], z_new[accepted]
            log_l[accepted] = log_l_new[accepted]
            step = float(np.clip(step * math.exp(accepted.mean() - 0.3), 0.05, 1))
        temperatures.append(temperature)
        acceptance.append(float(accepted.mean()))
        if report is not None:
            report(rise)
    return Swarm(u, log_l, log_evidence, temperatures, acceptance)


@dataclass(frozen=True, eq=False)
class WeightedDraws:
    """Weighted draws of a posterior, no two the same.

    Attributes
    ----------
    u : (n, d) array
    log_likelihood : (n,) array
    weights : (n,) array
        Sum 1.
    log_evidence, log_evidence_error : float
        log p(y) and its standard error, as the spread of the weights tells it.
    """

    u: np.ndarray
    log_likelihood: np.ndarray
    weights: np.ndarray
    log_evidence: float
    log_evidence_error: float

    @property
    def ess(self) -> float:
        """Effective number of draws, 1/Σw²: so many unweighted ones would say as much."""
        return float(1 / np.sum(self.weights**2))


def weigh(log_likelihood: Callable[[np.ndarray], np.ndarray], u: np.ndarray, draws: int = 4000,
          rng: Seed = 0, freedom: float = 8) -> WeightedDraws:
    """Importance sampling from a bell with heavy tails fitted to a swarm.

    Parameters
    ----------
    log_likelihood : callable
        As for `temper`.
    u : (n, d) array
        Particles of the posterior, or of something close to it.
    draws : int
    rng : numpy.random.Generator or int
    freedom : float
        Of Student's t distribution, the bell: its tails must be heavier than the posterior's.

    Returns
    -------
    WeightedDraws
        Its evidence (not the logarithm) has no bias, whatever `u` is.
    """
    rng, d = np.random.default_rng(rng), u.shape[1]
    mean, root = _bell(u, np.full(len(u), 1 / len(u)))
    draws = validation.integer(draws, "draws")
    z = rng.standard_normal((draws, d)) / np.sqrt(rng.chisquare(freedom, (draws, 1)) / freedom)
    points = mean + z @ root.T
    log_t = (gammaln((freedom + d) / 2) - gammaln(freedom / 2) - d / 2 * math.log(freedom / 2)
             - (freedom + d) / 2 * np.log1p(np.sum(z**2, axis=1) / freedom)
             - np.linalg.slogdet(root)[1])
    log_l = _finite(log_likelihood(points))
    weights, log_mean = _normalise(log_l - np.sum(points**2, axis=1) / 2 - log_t)
    error = math.sqrt(max(np.sum(weights**2) - 1 / draws, 0))
    return WeightedDraws(points, log_l, weights, log_mean, error)


def refine(quick: WeightedDraws, log_likelihood: Callable[[np.ndarray], np.ndarray], draws: int,
           rng: Seed = 0) -> WeightedDraws:
    """Exchange the likelihood of weighted draws for another one, on the draws that matter.

    Draws are chosen by their weight, those chosen more than once are kept once, and each gets
    the weight times chosen · exact likelihood / quick likelihood.

    Parameters
    ----------
    quick : WeightedDraws
    log_likelihood : callable
        The better one, as for `temper`; evaluated at most `draws` times.
    draws : int
    rng : numpy.random.Generator or int

    Returns
    -------
    WeightedDraws
    """
    rng, draws = np.random.default_rng(rng), validation.integer(draws, "draws")
    chosen, times = np.unique(_resample(quick.weights, draws, rng), return_counts=True)
    log_l = _finite(log_likelihood(quick.u[chosen]))
    gain = log_l - quick.log_likelihood[chosen]
    weights, log_mean = _normalise(gain + np.log(times))
    log_mean += math.log(len(chosen) / draws)
    # Relative variance of the mean gain, added to that of the mean weight.
    variance = np.sum(times * np.expm1(gain - log_mean) ** 2) / draws**2
    error = math.sqrt(quick.log_evidence_error**2 + variance)
    return WeightedDraws(quick.u[chosen], log_l, weights, quick.log_evidence + log_mean, error)


def _finite(values):
    if not np.isfinite(values).all():
        validation.fail("log_likelihood", "NaN or infinite somewhere", "finite everywhere")
    return np.array(values, dtype=float)


def _normalise(log_weights):
    """Weights with sum 1, and the logarithm of their mean before that."""
    total = logsumexp(log_weights)
    return np.exp(log_weights - total), float(total) - math.log(len(log_weights))


def _rise(log_l, most):
    """Largest increase of the temperature that leaves half of the particles effective."""
    def too_much(rise):
        return 1 / np.sum(_normalise(rise * log_l)[0] ** 2) < len(log_l) / 2

    if not too_much(most):
        return most
    low, high = 0.0, most
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (low, middle) if too_much(middle) else (middle, high)
    return high


def _bell(u, weights):
    """Mean and a square root of the covariance (d, d) of weighted points."""
    mean = weights @ u
    off = u - mean
    values, vectors = np.linalg.eigh((off * weights[:, None]).T @ off)
    return mean, vectors * np.sqrt(np.maximum(values, 1e-12))


def _resample(weights, n, rng):
    """Indices of n draws by weight, spread evenly (systematic resampling)."""
    ladder = np.cumsum(weights) / np.sum(weights)
    return np.searchsorted(ladder, (rng.random() + np.arange(n)) / n).clip(max=len(weights) - 1)


def _prior_over_bell(u, z):
    return (np.sum(z**2, axis=1) - np.sum(u**2, axis=1)) / 2
