r"""Fields of stars: a point-spread function finer than the pixels, and a fit of many stars at once.

A star is a point, so a frame of stars is a sum of shifted copies of one function. `PixelSpot` holds
it as astronomers do: *effective*, which says how much of a star's light falls into a pixel whose
centre lies (dy, dx) from the star, on a grid finer than the pixels. `fit_stars` then explains a
crowded frame by all of its stars together, so that neighbours are subtracted from each other.

References
----------
J. Anderson, I. R. King, Publ. Astron. Soc. Pac. 112 (2000) 1360, doi:10.1086/316632 (effective
point-spread functions). P. B. Stetson, Publ. Astron. Soc. Pac. 99 (1987) 191, doi:10.1086/131977
(crowded fields).
"""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from scipy.ndimage import map_coordinates, spline_filter
from scipy.sparse import coo_matrix, diags
from scipy.sparse.linalg import spsolve

from course_lib import validation

__all__ = ["PixelSpot", "StarFit", "fit_stars"]

STIFF = 0.1  # pixels that a star is expected to move in one round of the fit


@dataclass(frozen=True, eq=False)
class PixelSpot:
    """How a star's light is shared out among pixels, by their distance from the star.

    Parameters
    ----------
    grid : array (n, n), n odd, ≥ 0
        Share of a pixel at offset 0 in the middle; neighbouring values are 1 / `fine` pixels apart.
        It is divided so that all the pixels together hold 1.
    fine : int
        Grid points per pixel.

    Raises
    ------
    ValueError
        For another shape, negative or non-finite values, no light, or a spot whose centre of light
        lies more than half a pixel from the middle.

    Examples
    --------
    >>> r2 = np.sum((np.indices((41, 41)) - 20) ** 2, axis=0)
    >>> spot = PixelSpot(np.exp(-r2 / 72), 4)
    >>> float(spot.kernel(11).sum().round(2)), spot.kernel(3, dy=0.25).round(2)[:, 1]
    (1.0, array([0.05, 0.07, 0.06]))
    """

    grid: np.ndarray
    fine: int

    def __post_init__(self) -> None:
        fine = validation.integer(self.fine, "fine")
        grid = _square(validation.spot(self.grid, "grid", 0.5 * fine), "grid")
        object.__setattr__(self, "grid", grid * fine**2 / grid.sum())

    @cached_property
    def _spline(self) -> np.ndarray:
        return spline_filter(self.grid, 3)

    @classmethod
    def from_pixels(cls, kernel: np.ndarray, fine: int = 4) -> "PixelSpot":
        """Return the spot that a kernel (n, n), n odd, shows pixel by pixel; cubic in between."""
        kernel = _square(validation.spot(kernel, "kernel"), "kernel")
        at = np.arange((len(kernel) - 1) * fine + 1) / fine
        return cls(np.clip(map_coordinates(kernel, np.meshgrid(at, at, indexing="ij")), 0, None),
                   fine)

    @property
    def reach(self) -> float:
        """Pixels from the star beyond which there is no light."""
        return (len(self.grid) - 1) / 2 / self.fine

    def share(self, dy: np.ndarray, dx: np.ndarray) -> np.ndarray:
        """Return the share of a star's light in pixels whose centres lie (dy, dx) from it."""
        at = [self.reach * self.fine + self.fine * np.asarray(d, float) for d in (dy, dx)]
        return map_coordinates(self._spline, at, order=3, mode="constant", prefilter=False)

    def slopes(self, dy: np.ndarray, dx: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return how `share` changes with dy and with dx, per pixel."""
        step = 0.2 / self.fine
        return ((self.share(dy + step, dx) - self.share(dy - step, dx)) / (2 * step),
                (self.share(dy, dx + step) - self.share(dy, dx - step)) / (2 * step))

    def kernel(self, size: int, dy: float = 0.0, dx: float = 0.0) -> np.ndarray:
        """Return the pixels (size, size) of a star that is (dy, dx) from the middle pixel."""
        y, x = np.indices((size, size)) - size // 2
        return np.clip(self.share(y - dy, x - dx), 0, None)


def _square(kernel: np.ndarray, name: str) -> np.ndarray:
    if kernel.shape[0] != kernel.shape[1] or kernel.shape[0] % 2 == 0:
        validation.fail(name, f"of shape {kernel.shape}", "square, with an odd side")
    return kernel


class StarFit(NamedTuple):
    """What `fit_stars` found.

    Attributes
    ----------
    places : (n, 2) array
        Row and column of each star, pixels.
    light : (n,) array
        Of each star, in the frame's unit.
    expected : (H, W) array
        The frame that stars and sky explain.
    sky : (H, W) array
        Its even part.
    """

    places: np.ndarray
    light: np.ndarray
    expected: np.ndarray
    sky: np.ndarray


def fit_stars(frame: np.ndarray, error: np.ndarray, places: np.ndarray, spot: PixelSpot,
              rounds: int = 5, tile: int = 48, light: np.ndarray | None = None) -> StarFit:
    """Explain a frame by stars near the given places and a sky that is even in squares.

    Weighted least squares for all stars together: each round solves for light, sky and a small step
    of each star, by the spot's slopes.

    Parameters
    ----------
    frame, error : arrays (H, W)
        Light and its standard deviation, > 0; infinite where a pixel is not to be used.
    places : array (n, 2)
        First guesses of rows and columns, right to about a pixel.
    spot : PixelSpot
    rounds : int
    tile : int
        Side of the squares, pixels.
    light : array (n,), optional
        A first guess.

    Raises
    ------
    ValueError
        For other shapes, values that are not finite, errors that are not positive, no star, or a
        star that has no usable pixel.
    """
    frame = validation.matrix(frame, "frame")
    error = validation.matching(np.asarray(error, float), frame.shape, "error")
    if not np.all(error > 0):
        validation.fail("error", "0, negative or NaN somewhere", "positive (infinite: not used)")
    places = validation.matrix(places, "places")
    if places.shape[1] != 2:
        validation.fail("places", f"of shape {places.shape}", "of shape (n, 2)")
    weight = (1 / error**2).ravel()
    height, width = frame.shape
    grid = np.indices(frame.shape)
    row, column = grid[0], grid[1]
    square = np.unique((row // tile * (width // tile + 1) + column // tile).ravel(),
                       return_inverse=True)[1]
    n, skies = len(places), int(square.max()) + 1
    light = np.ones(n) if light is None else validation.matching(np.asarray(light), (n,), "light")
    stiff = np.zeros(3 * n + skies)
    reach = int(spot.reach)
    found = np.zeros(3 * n + skies)
    for _ in range(validation.integer(rounds, "rounds", 1)):
        rows, columns, values = [np.arange(frame.size)], [3 * n + square], [np.ones(frame.size)]
        for k, (y, x) in enumerate(places):
            box = np.s_[max(0, int(np.ceil(y - reach))):max(0, int(y + reach) + 1),
                        max(0, int(np.ceil(x - reach))):max(0, int(x + reach) + 1)]
            at = (row[box] * width + column[box]).ravel()
            dy, dx = (row[box] - y).ravel(), (column[box] - x).ravel()
            down, right = spot.slopes(dy, dx)
            for j, value in enumerate((spot.share(dy, dx), -light[k] * down, -light[k] * right)):
                rows.append(at)
                columns.append(np.full(at.size, 3 * k + j))
                values.append(value)
        A = coo_matrix((np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))),
                       shape=(frame.size, 3 * n + skies)).tocsc()
        normal = (A.T.multiply(weight) @ A).tocsc()
        if (normal.diagonal()[:3 * n:3] <= 0).any():
            validation.fail("places", "where no usable pixel is", "near the frame's pixels")
        stiff[1:3 * n:3] = stiff[2:3 * n:3] = 1 / STIFF**2
        found = spsolve((normal + diags(stiff)).tocsc(), A.T @ (weight * frame.ravel()))
        light = np.clip(found[:3 * n:3], 0, None)
        places = places + np.clip(found[:3 * n].reshape(n, 3)[:, 1:], -0.3, 0.3)
    sky = found[3 * n:][square].reshape(frame.shape)
    expected = sky.copy()
    for (y, x), brightness in zip(places, light, strict=True):
        expected += brightness * spot.share(row - y, column - x)
    return StarFit(places, light, expected, sky)
