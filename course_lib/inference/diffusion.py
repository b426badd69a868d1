r"""A diffusion sampler that needs no training, because the world is a mixture of Gaussians.

Add noise of standard deviation t to a scene x₀, and its law p_t is a `Mixture` again: every
covariance grows by t². So the **score** ∇ log p_t(x), which diffusion models learn from examples
(Song et al. from the 50,000 pictures of CIFAR-10), is a formula here. Tweedie's formula turns it
into the best guess of the scene,

.. math:: E[x_0 \mid x_t] = x_t + t^2 \, \nabla \log p_t(x_t).

To sample the posterior of a measurement y = A x₀ + noise, ∇ log p(y | x_t) is added to the score,
the **guidance**. `exact` has it in closed form, `approximate` puts E[x₀ | x_t] where x₀ belongs, as
Chung et al. propose for worlds without closed forms. `draw` then takes noise away step by step.

>>> from course_lib.inference.posterior import Mixture
>>> coin = Mixture([0.5, 0.5], [[-1.0], [1.0]], np.full((2, 1, 1), 0.01))
>>> y = np.full((2000, 1), 0.6)                       # one measurement per draw
>>> x = draw(exact(coin, np.eye(1), y, sigma=0.5**0.5), dimension=1, n=2000, rng=0)
>>> bool(abs(x.mean() - np.tanh(0.6 / 0.5)) < 0.05)
True

References
----------
Song et al., Score-based generative modeling through stochastic differential equations, ICLR 2021,
arXiv:2011.13456. Chung, Kim, McCann, Klasky & Ye, Diffusion posterior sampling for general noisy
inverse problems, ICLR 2023, arXiv:2209.14687.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import softmax

from course_lib import validation
from course_lib.arrays import Seed

if TYPE_CHECKING:
    from course_lib.inference.posterior import Mixture

__all__ = ["approximate", "draw", "exact", "score"]

RUNAWAY = 1e6  # times the first noise's standard deviation: nothing honest gets there
# (..., n) points and the noise's standard deviation → gradients of log p_t there.
Score: TypeAlias = Callable[[np.ndarray, float], np.ndarray]


def score(prior: Mixture, x: np.ndarray, t: float) -> tuple[np.ndarray, np.ndarray]:
    """Gradient and Hessian of log p_t at x: the prior blurred by noise of standard deviation t.

    Parameters
    ----------
    prior : Mixture
        Of K Gaussians in n dimensions; classes may have means and weights for every point,
        (..., K, n) and (..., K), as `exact` makes them.
    x : (..., n) array
    t : float
        0 or greater; greater than 0 where a covariance is singular.

    Returns
    -------
    gradient : (..., n) array
    hessian : (..., n, n) array
    """
    return _score(prior.weights, prior.means, prior.covariances, x, t)


def _score(weights: np.ndarray, means: np.ndarray, covariances: np.ndarray, x: np.ndarray,
           t: float) -> tuple[np.ndarray, np.ndarray]:
    blurred = covariances + t**2 * np.eye(x.shape[-1])
    inverse, off = np.linalg.inv(blurred), means - x[..., None, :]
    pull = np.einsum("kij,...kj->...ki", inverse, off)  # each class's own gradient
    with np.errstate(divide="ignore"):
        log_share = np.log(weights) - (np.sum(off * pull, -1) + np.linalg.slogdet(blurred)[1]) / 2
    share = softmax(log_share, axis=-1)  # P(class | x)
    gradient = np.einsum("...k,...ki->...i", share, pull)
    hessian = np.einsum("...k,...ki,...kj->...ij", share, pull, pull)
    hessian -= np.einsum("...k,kij->...ij", share, inverse)
    return gradient, hessian - gradient[..., :, None] * gradient[..., None, :]


def exact(prior: Mixture, A: ArrayLike, y: ArrayLike, sigma: float) -> Score:
    """Score of the true posterior, blurred by t: a function of x (N, n) and t.

    Parameters
    ----------
    prior : Mixture
    A : (m, n) array
    y : (N, m) array
        A measurement for each of N draws; repeat one to draw more often from its posterior.
    sigma : float

    Raises
    ------
    ValueError
        If y has not m numbers in each row, or one that is not finite.
    """
    A, y = _measured(A, y)
    seen = prior.measured(A, sigma)
    gain = prior.covariances @ A.T @ np.linalg.inv(seen.covariances)
    means = prior.means + np.einsum("knm,...km->...kn", gain, y[..., None, :] - seen.means)
    covariances, weights = prior.covariances - gain @ A @ prior.covariances, seen.classify(y)
    return lambda x, t: _score(weights, means, covariances, x, t)[0]


def _measured(A: ArrayLike, y: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    A, y = validation.matrix(A, "A"), np.asarray(y, dtype=float)
    if y.ndim == 0 or y.shape[-1] != len(A) or not np.isfinite(y).all():
        validation.fail("y", f"of shape {y.shape}", f"finite, with {len(A)} numbers in each row")
    return A, y


def approximate(prior: Mixture, A: ArrayLike, y: ArrayLike, sigma: float) -> Score:
    r"""Score of the prior plus the usual guidance: E[x₀ | x_t] stands in for the scene.

    .. math:: \nabla \log p(y \mid x_t) \approx
              -\nabla \, \| y - A\, E[x_0 \mid x_t] \|^2 / (2\sigma^2)

    Takes and returns what `exact` does. Right for t → 0. For larger t many scenes are possible, and
    the formula knows one. (The weight is the formula's own. The published algorithm divides by
    the norm of the difference and tunes a constant instead, so that sigma drops out.)
    """
    A, y = _measured(A, y)
    sigma = validation.positive(sigma, "sigma")

    def guided(x: np.ndarray, t: float) -> np.ndarray:
        gradient, hessian = score(prior, x, t)
        miss = y - (x + t**2 * gradient) @ A.T
        jacobian = np.eye(x.shape[-1]) + t**2 * hessian  # of E[x₀ | x_t]; symmetric
        return gradient + np.einsum("...ij,...j->...i", jacobian, miss @ A) / sigma**2

    return guided


def draw(score: Score, dimension: int, n: int, rng: Seed, steps: int = 150, largest: float = 20.0,
         smallest: float = 0.01, start: ArrayLike | None = None) -> np.ndarray:
    """Turn noise into n draws by taking it away step by step.

    Parameters
    ----------
    score : callable
        (n, dimension) points and t → gradients of log p_t there.
    dimension, n : int
    rng : numpy.random.Generator or int
    steps : int
        Between the noise levels `largest`, well above the world's extent, and `smallest`, well
        below its finest detail (a tenth of it costs 1 % of the variance), in equal ratios. The
        noise that is left is removed at once.
    start : (n, dimension) array, optional
        Where to begin; by default pure noise of standard deviation `largest`.

    Returns
    -------
    (n, dimension) array

    Raises
    ------
    ValueError
        If `largest` is not greater than `smallest`.
    RuntimeError
        If the steps run away: the score is too steep for them.
    """
    rng = np.random.default_rng(rng)
    if not validation.positive(largest, "largest") > validation.positive(smallest, "smallest"):
        validation.fail("largest", largest, f"greater than smallest, {smallest}")
    sigmas = np.geomspace(validation.positive(largest, "largest"),
                          validation.positive(smallest, "smallest"),
                          validation.integer(steps, "steps", least=2))
    x = largest * rng.standard_normal((n, dimension)) if start is None else np.array(start, float)
    for t, s in zip(sigmas[:-1], sigmas[1:], strict=True):
        # A step towards E[x₀ | x_t]. Its noise lies between what a known x₀ would need, variance
        # (t² − s²) s²/t², and what a very wide world would, t² − s²: their geometric mean.
        x = x + (t**2 - s**2) * score(x, t)
        x += np.sqrt((t**2 - s**2) * s / t) * rng.standard_normal(x.shape)
    x = x + s**2 * score(x, s)
    if not (np.abs(x) < RUNAWAY * largest).all():
        raise RuntimeError("The draws ran away, beyond all that the first noise reaches: the score "
                           "is too steep for these steps. Take more steps, or a larger sigma.")
    return x
