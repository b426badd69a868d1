r"""The classical methods of the course on small pictures of ladybirds: one picture in, one out.

Their like in other lessons: the network of `regression`, the search of `pulse`, the posterior's
mean and draws of `posterior`.

>>> from course_lib.worlds import ladybirds
>>> y = ladybirds.sixteen_pixels()
>>> bicubic(y).shape, edge_preserving(y).shape
((3, 64, 64), (3, 64, 64))
"""

from functools import cache

import numpy as np
from numpy.typing import ArrayLike
from PIL import Image

from course_lib import validation
from course_lib.imaging.deconvolution import total_variation
from course_lib.imaging.operators import Downsample, LinearOperator
from course_lib.worlds import ladybirds

__all__ = ["LinearEstimate", "bicubic", "edge_preserving", "linear"]


def bicubic(y: np.ndarray, size: int | tuple[int, int] = 64) -> np.ndarray:
    """Smooth curves through the pixels, as image editors draw them (Keys 1981).

    Parameters
    ----------
    y : array (..., h, w)
    size : int or (int, int)
        Pixels a side of the result, or its height and width.

    Returns
    -------
    array (..., H, W)
        Linear light; it may overshoot [0, 1] a little.
    """
    y = np.asarray(validation.image(y, "y"), dtype=np.float32)
    height, width = validation.pair(size, "size")
    drawn = [np.asarray(Image.fromarray(channel).resize((width, height), Image.Resampling.BICUBIC))
             for channel in y.reshape(-1, *y.shape[-2:])]
    return np.stack(drawn).astype(float).reshape(*y.shape[:-2], height, width)


def edge_preserving(y: np.ndarray, lam: float = 0.01, size: int = 64) -> np.ndarray:
    """Total variation through the camera, `deconvolution.total_variation`, on one picture.

    λ = 0.01 errs least on six other ladybirds at 4 × 4, σ = 0.05: lesson
    `priors_and_best_guesses`.
    """
    return total_variation(y, lam, Downsample(size // np.shape(y)[-1]), tol=1e-2)


class LinearEstimate:
    """Wiener's estimate in its general form: best of all linear ones, from two moments of a world.

    Parameters
    ----------
    x : array (n, C, H, W)
        Pictures that stand for the world.
    A : LinearOperator
    sigma : float
        Standard deviation of the noise, > 0.

    Attributes
    ----------
    sd : array (C, H, W)
        Standard deviation that it tells for every pixel, whatever y is: right if the world were
        Gaussian.
    """

    def __init__(self, x: np.ndarray, A: LinearOperator, sigma: float) -> None:
        y = A(x)
        self._mean_x, self._mean_y = x.mean(0), y.mean(0)
        off_x, off_y = (v.reshape(len(v), -1) - v.reshape(len(v), -1).mean(0) for v in (x, y))
        noise = validation.positive(sigma, "sigma") ** 2 * np.eye(off_y.shape[1])
        cross = off_x.T @ off_y / (len(x) - 1)
        self._gain = np.linalg.solve(off_y.T @ off_y / (len(x) - 1) + noise, cross.T).T
        left = off_x.var(0, ddof=1) - np.sum(self._gain * cross, axis=1)
        self.sd = np.sqrt(np.maximum(left, 0)).reshape(self._mean_x.shape)

    def __call__(self, y: ArrayLike) -> np.ndarray:
        """Pictures (..., C, H, W) from measurements (..., C, h, w)."""
        off = np.asarray(y) - self._mean_y
        flat = off.reshape(*off.shape[:-3], -1) @ self._gain.T
        return self._mean_x + flat.reshape(*off.shape[:-3], *self._mean_x.shape)


@cache
def linear(pixels: int = 4, sigma: float = 0.05, share: float = 0.5) -> LinearEstimate:
    """`LinearEstimate` for ladybirds, from 2000 renders, a `share` of them dark."""
    world = ladybirds.render(ladybirds.sample(2000, share=share, seed=77)).astype(float)
    return LinearEstimate(world, Downsample(64 // pixels), sigma)
