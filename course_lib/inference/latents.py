"""A generator as a prior: the scene is assumed to be G(z) for some latent z, and z is searched.

`tiny_generator` draws 8 × 8 pictures from four latents: two layers of fixed random weights, no
training. It is small enough to see everything that happens to larger ones: what lies in its range
can be recovered from few numbers, what does not is noticed only if the measurement shows it.

>>> z = np.array([0.3, -1.0, 0.5, 0.8])
>>> A = np.random.default_rng(0).standard_normal((8, 64)) / 8          # eight numbers of 64
>>> found, norm = latent_search(A @ tiny_generator(z), A, tiny_generator, 4, restarts=8, rng=0)
>>> bool(np.abs(tiny_generator(found) - tiny_generator(z)).max() < 1e-5), bool(norm < 1e-6)
(True, True)

References
----------
Bora, Jalal, Price & Dimakis, Compressed sensing using generative models, ICML 2017,
arXiv:1703.03208.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import least_squares

from course_lib import validation
from course_lib.arrays import Seed

__all__ = ["LATENTS", "latent_search", "tiny_generator"]

LATENTS = 4  #: of `tiny_generator`


def _weights(width=24, side=8):
    rng = np.random.default_rng(0)
    first, bias = rng.standard_normal((width, LATENTS)), 0.5 * rng.standard_normal(width)
    i = np.arange(side)
    blur = np.exp(-((i[:, None] - i) ** 2) / 2)  # neighbouring pixels look alike
    last = np.kron(blur, blur) @ rng.standard_normal((side * side, width))
    return first, bias, last / np.sqrt(np.mean(np.sum(last**2, axis=1)))


_FIRST, _BIAS, _LAST = _weights()


def tiny_generator(z: ArrayLike) -> np.ndarray:
    """Picture of 8 × 8 pixels as a row of 64, (..., 64), from latents (..., 4).

    Light around 0.5, nearly always within [0, 1].
    """
    z = np.asarray(z, dtype=float)
    if z.shape[-1:] != (LATENTS,):
        validation.fail("z", f"of shape {z.shape}", f"of shape (..., {LATENTS})")
    return 0.5 + 0.2 * np.tanh(z @ _FIRST.T + _BIAS) @ _LAST.T


def latent_search(y: np.ndarray, A: ArrayLike, generator: Callable[[np.ndarray], np.ndarray],
                  k: int, restarts: int = 8, rng: Seed = 0) -> tuple[np.ndarray, float]:
    """Least squares in latent space: the z whose picture explains y best, from several starts.

    Parameters
    ----------
    y : (m,) array
    A : (m, n) array
    generator : callable
        (k,) → (n,), smooth.
    k, restarts : int
        Latents; starts drawn from N(0, I).
    rng : numpy.random.Generator or int

    Returns
    -------
    z : (k,) array
    norm : float
        Of the residual, ‖A G(z) − y‖, of the best start. It says how well y is explained, not how
        right G(z) is.
    """
    A, rng = validation.matrix(A, "A"), np.random.default_rng(rng)
    found = [least_squares(lambda z: A @ generator(z) - y, rng.standard_normal(k))
             for _ in range(validation.integer(restarts, "restarts"))]
    best = min(found, key=lambda result: result.cost)
    return best.x, float(np.sqrt(2 * best.cost))
