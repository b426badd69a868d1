"""Crowded stars: light is kept, stars come back where they were put, neighbours don't mislead."""

import numpy as np
import pytest

from course_lib.imaging.stars import PixelSpot, fit_stars

SIDE, FINE = 97, 4
RADIUS2 = np.sum(((np.indices((SIDE, SIDE)) - SIDE // 2) / FINE) ** 2, axis=0)
SPOT = PixelSpot(np.exp(-RADIUS2 / 2 / 1.3**2), FINE)
PLACES = np.array([[10.2, 11.7], [13.1, 12.4], [25.6, 30.0], [31.0, 8.4], [-1.0, 20.3]])
LIGHT = np.array([9000.0, 4000, 20000, 1500, 5000])


def frame_of(places, light, sky=50.0):
    row, column = np.indices((40, 36))
    return sky + sum(each * SPOT.share(row - y, column - x)
                     for (y, x), each in zip(places, light, strict=True))


@pytest.mark.parametrize(("dy", "dx"), [(0, 0), (0.25, -0.4), (0.5, 0.5)])
def test_the_pixels_share_all_of_a_stars_light(dy, dx):
    """Wherever in a pixel the star stands; and its picture moves along."""
    kernel = SPOT.kernel(25, dy, dx)
    assert kernel.sum() == pytest.approx(1, abs=1e-3) and kernel.min() >= 0
    centre = [(kernel * (each - 12)).sum() for each in np.indices(kernel.shape)]
    assert centre == pytest.approx([dy, dx], abs=0.01)


def test_a_spot_made_of_pixels_shows_these_pixels():
    kernel = SPOT.kernel(15)
    again = PixelSpot.from_pixels(kernel).kernel(15)
    assert again == pytest.approx(kernel / kernel.sum(), abs=2e-4)


def test_slopes_are_finite_differences():
    dy, dx = np.random.default_rng(0).uniform(-3, 3, (2, 20))
    down, right = SPOT.slopes(dy, dx)
    assert down == pytest.approx((SPOT.share(dy + 1e-4, dx) - SPOT.share(dy - 1e-4, dx)) / 2e-4,
                                 abs=1e-3)
    assert right == pytest.approx((SPOT.share(dy, dx + 1e-4) - SPOT.share(dy, dx - 1e-4)) / 2e-4,
                                  abs=1e-3)


def test_stars_come_back_where_they_were_with_their_light():
    """Two of them 3 pixels apart, one outside of the frame."""
    frame = frame_of(PLACES, LIGHT)
    guess = PLACES + np.random.default_rng(1).uniform(-0.4, 0.4, PLACES.shape)
    fit = fit_stars(frame, np.sqrt(frame), guess, SPOT, rounds=12)
    assert fit.places[:4] == pytest.approx(PLACES[:4], abs=1e-3)
    assert fit.light[:4] == pytest.approx(LIGHT[:4], rel=1e-3)
    assert fit.expected == pytest.approx(frame, rel=1e-3)
    assert fit.sky == pytest.approx(np.full(frame.shape, 50.0), rel=1e-3)


def test_with_the_right_spot_chi_squared_is_that_of_the_noise():
    frame = frame_of(PLACES, LIGHT)
    chi = []
    for seed in range(8):
        seen = np.random.default_rng(seed).poisson(frame)
        fit = fit_stars(seen, np.sqrt(frame), PLACES, SPOT)
        chi.append(np.sum((seen - fit.expected) ** 2 / frame) / (frame.size - 3 * len(PLACES) - 1))
    assert np.mean(chi) == pytest.approx(1, abs=4 * np.sqrt(2 / frame.size / 8))


def test_an_unused_pixel_says_nothing():
    frame = frame_of(PLACES, LIGHT)
    error = np.sqrt(frame)
    error[10, 12] = np.inf
    broken = frame.copy()
    broken[10, 12] = 1e6
    assert fit_stars(broken, error, PLACES, SPOT).light == pytest.approx(
        fit_stars(frame, error, PLACES, SPOT).light)
