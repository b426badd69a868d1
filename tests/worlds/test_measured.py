"""Measured light: whole photons, plausible optics, and a rebuild that says what it lacks."""

import argparse

import numpy as np
import pytest

from course_lib.desk.commands import Told
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
    assert making.star_psf(galaxy.light) == pytest.approx(galaxy.star_psf, abs=1e-7)
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
