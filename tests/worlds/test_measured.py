"""Measured light: whole photons, plausible optics, and a rebuild that says what it lacks."""

import argparse

import numpy as np
import pytest

from course_lib.desk.commands import Told
from course_lib.imaging.stars import PixelSpot, fit_stars
from course_lib.worlds import measured
from course_staff.experiments import data
from course_staff.experiments import measured as making


def test_the_x_ray_field_holds_photons():
    sky = measured.xray()
    assert sky.counts.dtype == np.int64 and sky.counts.min() == 0 and sky.counts.sum() == 56_181
    assert sky.counts[sky.exposure == 0].sum() <= 0.001 * sky.counts.sum()  # rounding at the rim
    assert sky.exposure[sky.pulsar] > 0.98 * sky.exposure.max()  # the pulsar is on the axis
    assert sky.counts[sky.pulsar] == sky.counts.max()
    assert sky.centre(128).shape == (128, 128) and sky.centre(7)[3, 3] == sky.counts.max()


def test_the_star_field_is_unsaturated_and_its_errors_are_those_of_photons():
    """Stated variance = slope · electrons + constant, the slope near 1: the noise is photons'."""
    frame = measured.stars()
    good = (frame.flags == 0) & (frame.electrons < 2000)
    assert good.mean() > 0.97 and frame.electrons.max() < 60_000
    slope, constant = np.polyfit(frame.electrons[good], frame.error[good] ** 2, 1)
    assert 1 <= slope < 1.2 and 0 < constant < 15**2


def test_the_point_spread_functions_are_light_and_centred():
    for psf in (measured.stars().model_psf, measured.galaxy().star_psf, measured.xray().psf()):
        assert psf.sum() == pytest.approx(1) and psf.min() >= 0
        middle = np.array(psf.shape) // 2
        assert tuple(np.unravel_index(psf.argmax(), psf.shape)) == tuple(middle)
        centre = [(psf * grid).sum() for grid in np.indices(psf.shape)]
        assert np.abs(np.array(centre) - middle).max() < 0.6


def test_the_galaxys_psf_comes_out_of_the_shipped_picture():
    galaxy = measured.galaxy()
    assert making.median_star(galaxy.light) == pytest.approx(galaxy.star_psf, abs=1e-7)
    half = galaxy.star_psf > galaxy.star_psf.max() / 2
    assert 2 * np.sqrt(half.sum() / np.pi) == pytest.approx(2.5, abs=0.4)  # full width at half


def test_the_verb_needs_the_packages():
    with pytest.raises(Told, match="--packages"):
        data.run(argparse.Namespace(part=["measured"], packages=None, calibrate=False))


def test_a_rebuild_without_the_packages_says_which_file_is_missing(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_DATA", str(tmp_path / "data"))
    (tmp_path / "data").mkdir()
    with pytest.raises(Told, match=r"image_M12c\.fits is missing.*--packages"):
        making.rebuild(tmp_path)


@pytest.fixture(scope="module")
def spots():
    """Three point-spread functions of the star field; the quick one is the median of five stars."""
    frame = measured.stars()
    inside = np.all((frame.places > 8) & (frame.places < 87), axis=1)
    near = np.rint(frame.places[inside]).astype(int)
    brightest = near[np.argsort(-frame.electrons[tuple(near.T)])][:5]
    cuts = [frame.electrons[y - 6 : y + 7, x - 6 : x + 7] for y, x in brightest]
    light = [np.clip(cut - np.median(frame.electrons), 0, None) for cut in cuts]
    quick = np.median([each / each.sum() for each in light], axis=0)
    return {"quick": PixelSpot.from_pixels(quick), "model": frame.model_spot(),
            "stars": frame.measured_spot()}


def test_the_star_psf_is_light_and_centred_wherever_a_star_stands(spots):
    spot = spots["stars"]
    assert measured.stars().star_psf.min() >= 0
    for dy, dx in ((0, 0), (0.25, 0.5), (-0.5, 0.1)):
        kernel = spot.kernel(25, dy, dx)
        assert kernel.sum() == pytest.approx(1, abs=1e-3)
        away = np.indices((25, 25)) - 12.0 - np.array([dy, dx])[:, None, None]
        core = np.where(np.hypot(*away) < 4, kernel, 0)
        assert [(core * each).sum() / core.sum() for each in away] == pytest.approx([0, 0], abs=0.1)


def test_the_star_psf_explains_the_frame_better_than_a_quick_one_and_than_the_model(spots):
    """On the native grid, all stars of a crop that it wasn't made from fitted together."""
    frame = measured.stars()
    good = frame.flags == 0
    inner = good & (np.abs(np.indices(good.shape) - 47.5).max(axis=0) < 36)
    chi = {}
    for name, spot in spots.items():
        fit = fit_stars(frame.electrons, np.where(good, frame.error, np.inf), frame.places, spot)
        chi[name] = np.mean(((frame.electrons - fit.expected) / frame.error)[inner] ** 2)
    assert chi["stars"] < chi["model"] < chi["quick"]
    assert chi["stars"] < 0.7 * chi["quick"]
