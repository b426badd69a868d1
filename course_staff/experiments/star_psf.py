"""Measure Hubble's point-spread function on the stars of a crowded frame.

Start with the optical model's; fit *all* stars of a field together, so that each star's neighbours
are subtracted from it; average what is left of isolated bright stars on a grid four times finer
than the pixels; correct the point-spread function by it, and begin again with the stars that the
better one shows in addition (Anderson & King, PASP 112 (2000) 1360).  The stars of the course's
crop take no part, so that the crop can judge.
"""

import numpy as np
from scipy.ndimage import gaussian_filter, median_filter, shift
from skimage.feature import peak_local_max

from course_lib.imaging.stars import PixelSpot, StarFit, fit_stars

FINE, REACH = 4, 12  # grid points a pixel, pixels from the star
FIELD = np.s_[0:400, 420:920]  # of the frame, round the crop
ROUNDS, LOOK_AGAIN = 7, (1, 3, 5)
FLAT = 0.03  # share of the light by which a spot may be wrong: bright pixels mustn't rule
BRIGHT, SHY = 40_000, 8  # electrons of a star to learn from; pixels to its neighbours


def measure(frame: np.ndarray, error: np.ndarray, flags: np.ndarray, model: np.ndarray,
            crop: tuple[slice, slice]) -> tuple[np.ndarray, np.ndarray]:
    """Return the spot (97, 97) on the fine grid, and the places of the crop's stars in the crop.

    `frame`, `error`, `flags` are the whole frame, `crop` what the course ships of it.
    """
    top, left = FIELD[0].start, FIELD[1].start
    frame, error, good = frame[FIELD], error[FIELD], flags[FIELD] == 0
    error = np.where(good, np.hypot(error, FLAT * np.clip(frame, 0, None)), np.inf)
    box = [(each.start - first, each.stop - first) for each, first in zip(crop, (top, left),
                                                                          strict=True)]
    spot = PixelSpot.from_pixels(model, FINE)
    smooth = gaussian_filter(frame, 0.7) - median_filter(frame, 25)
    peaks = peak_local_max(smooth, min_distance=2, threshold_abs=400, exclude_border=False)
    places, light = peaks.astype(float), 8 * smooth[tuple(peaks.T)]
    for number in range(ROUNDS):
        fit = fit_stars(frame, error, places, spot, 3 if number else 5, 50, light)
        spot, moved = corrected(spot, frame, error, fit, box)
        places, light = fit.places + moved, fit.light
        if number in LOOK_AGAIN:
            rest = gaussian_filter(np.where(good, (frame - fit.expected) / error, 0), 0.8)
            more = peak_local_max(rest, min_distance=2, threshold_abs=6, exclude_border=False)
            more = more[[np.hypot(*(places - place).T).min() > 1.5 for place in more]]
            places = np.concatenate([places, more])
            light = np.concatenate([light, np.full(len(more), 1000.0)])
    here = np.all([(low - 3 <= each) & (each < high + 3)
                   for each, (low, high) in zip(places.T, box, strict=True)], axis=0)
    return even(spot.grid), places[here] - [low for low, _ in box]


def even(grid: np.ndarray) -> np.ndarray:
    """Return the spot whose pixels hold all the light wherever in a pixel the star stands."""
    grid = grid.copy()
    for row in range(FINE):
        for column in range(FINE):
            grid[row::FINE, column::FINE] /= grid[row::FINE, column::FINE].sum()
    return grid


def corrected(spot: PixelSpot, frame: np.ndarray, error: np.ndarray, fit: StarFit,
              box: list[tuple[int, int]]) -> tuple[PixelSpot, np.ndarray]:
    """Return the spot with what it leaves of isolated stars added, and by how much it moved."""
    side = 2 * FINE * REACH + 1
    grid = spot.grid
    if len(grid) > side:
        cut = (len(grid) - side) // 2
        grid = grid[cut:-cut, cut:-cut]
    rest, values, weights, at = frame - fit.expected, [], [], []
    for k in isolated(frame, error, fit, box):
        y, x = fit.places[k]
        rows, columns = np.mgrid[int(np.ceil(y - REACH)):int(y + REACH) + 1,
                                 int(np.ceil(x - REACH)):int(x + REACH) + 1]
        used = np.isfinite(error[rows, columns])
        values.append((rest[rows, columns] / fit.light[k])[used])
        weights.append((fit.light[k] / error[rows, columns])[used] ** 2)
        fine = [np.rint((each - place) * FINE).astype(int)[used] + side // 2
                for each, place in ((rows, y), (columns, x))]
        at.append(fine[0] * side + fine[1])
    change = _means(np.concatenate(at), np.concatenate(values), np.concatenate(weights), side)
    radius = np.hypot(*(np.indices((side, side)) - side // 2)) / FINE
    change = np.where(radius < 3, gaussian_filter(change, 0.7), gaussian_filter(change, 2.0))
    grid = np.clip((grid + change) * np.clip((REACH - radius) / 2, 0, 1), 0, None)
    core = np.where(radius < 1.5, grid, 0)
    off = np.array([np.sum(core * (each - side // 2)) / core.sum()
                    for each in np.indices(grid.shape)])
    return PixelSpot(np.clip(shift(grid, -off, order=3), 0, None), FINE), off / FINE


def isolated(frame: np.ndarray, error: np.ndarray, fit: StarFit,
             box: list[tuple[int, int]]) -> list[int]:
    """Return which stars are bright, whole, outside of the crop and have no bright neighbour."""
    (top, bottom), (left, right) = box
    chosen = []
    for k, ((y, x), light) in enumerate(zip(fit.places, fit.light, strict=True)):
        inside = REACH < y < len(frame) - REACH - 1 and REACH < x < frame.shape[1] - REACH - 1
        apart = not (top - 6 <= y < bottom + 6 and left - 6 <= x < right + 6)
        if light < BRIGHT or not inside or not apart:
            continue
        middle = np.s_[int(np.ceil(y - 6)):int(y + 6) + 1, int(np.ceil(x - 6)):int(x + 6) + 1]
        away = np.hypot(*(fit.places - (y, x)).T)
        near, around = (away > 0) & (away < SHY), (away > 0) & (away < 14)
        if np.isfinite(error[middle]).all() and fit.light[near].sum() <= light / 2 and not (
                fit.light[around] > 2 * light).any():
            chosen.append(k)
    return chosen


def _means(at: np.ndarray, values: np.ndarray, weights: np.ndarray, side: int) -> np.ndarray:
    """Weighted means of the values at each grid point, without those three deviations away."""
    order = np.argsort(at, kind="stable")
    at, values, weights = at[order], values[order], weights[order]
    result = np.zeros(side * side)
    starts = np.flatnonzero(np.diff(at, prepend=-1))
    for first, last in zip(starts, np.append(starts[1:], at.size), strict=True):
        v, w = values[first:last], weights[first:last]
        off = np.abs(v - np.median(v))
        kept = off <= 3 * 1.4826 * np.median(off) + 1e-12
        result[at[first]] = np.average(v[kept], weights=w[kept]) if v.size >= 3 else v.mean() / 2
    return result.reshape(side, side)
