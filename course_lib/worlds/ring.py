"""A ring of eight Gaussians: the smallest world in which a generator can forget somebody.

>>> x, mode = sample(1000, rng=0)
>>> x.shape, bool((mode_of(x) == mode).all())
((1000, 2), True)
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from course_lib.arrays import Seed

__all__ = ["CENTRES", "SPREAD", "mode_of", "sample"]

_ANGLES = np.arange(8) * np.pi / 4
#: (8, 2): means of the modes, on a circle of radius 1.
CENTRES = np.column_stack([np.cos(_ANGLES), np.sin(_ANGLES)])
SPREAD = 0.05  #: standard deviation of each mode, both ways
FAR = 4 * SPREAD  # a point further than this from all centres belongs to none


def sample(n: int, shares: Sequence[float] | np.ndarray | None = None,
           rng: Seed = 0) -> tuple[np.ndarray, np.ndarray]:
    """Draw points of the ring.

    Parameters
    ----------
    n : int
    shares : array (8,), optional
        Probability of each mode, the first at the right, then anticlockwise; by default equal.
    rng : numpy.random.Generator or int

    Returns
    -------
    x : (n, 2) array
    mode : (n,) array of int
    """
    rng = np.random.default_rng(rng)
    mode = rng.choice(8, n, p=shares)
    return CENTRES[mode] + SPREAD * rng.standard_normal((n, 2)), mode


def mode_of(x: ArrayLike) -> np.ndarray:
    """Mode 0 to 7 of points (n, 2), −1 for those further than `FAR` from every centre."""
    apart = np.linalg.norm(np.asarray(x)[:, None] - CENTRES, axis=-1)
    return np.where(apart.min(1) < FAR, apart.argmin(1), -1)
