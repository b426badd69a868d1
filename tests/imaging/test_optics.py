"""Closed forms of optics: transfer functions, resolution criteria, pixels, noise, gamma."""

import numpy as np
import pytest

from course_lib.imaging import optics
from course_lib.imaging.operators import Blur, Downsample
from course_lib.imaging.optics import airy_otf, airy_pattern, gaussian_otf, gaussian_psf, motion_psf


def radial_frequency(n):
    return np.hypot(np.fft.fftfreq(n)[:, None], np.fft.rfftfreq(n))


def test_airy_otf_closed_form():
    assert optics.cutoff_frequency(0.25, 0.5) == 1.0
    rho = np.array([0, 0.5, 0.999999, 1.0, 1.2])
    expected = [1, 0.3910, 0, 0, 0]
    np.testing.assert_allclose(airy_otf(rho * 0.3, 0.3), expected, atol=5e-5)
    assert np.all(airy_otf(np.array([0.3, 0.31, 5.0]), 0.3) == 0)
    np.testing.assert_array_equal(airy_otf(-rho, 1.0), airy_otf(rho, 1.0))
    # It is the overlap of two discs of diameter fc whose centres lie f apart, counted on a grid.
    t = (np.arange(2000) + 0.5) / 1000 - 1
    disc = np.hypot(t[:, None], t) < 0.5
    overlap = disc & (np.hypot(t[:, None], t - 0.3) < 0.5)
    np.testing.assert_allclose(airy_otf(0.3, 1.0), overlap.sum() / disc.sum(), atol=1e-3)


def test_airy_psf_has_the_airy_otf_and_its_support():
    psf = optics.airy_psf(0.25, 257)
    assert psf.min() >= 0 and abs(psf.sum() - 1) < 1e-12
    assert np.unravel_index(psf.argmax(), psf.shape) == (128, 128)
    otf = Blur(psf).otf((257, 257))
    f = radial_frequency(257)
    assert np.abs(otf - airy_otf(f, 0.25)).max() < 0.01  # the cut-off rings
    assert np.abs(otf[f > 0.26]).max() < 1e-4
    assert np.abs(otf[f < 0.24]).min() > 5e-3
    np.testing.assert_allclose(airy_pattern(0.0, 0.25), 1)


def test_rayleigh_and_sparrow():
    fc = 0.2
    rayleigh, sparrow = optics.rayleigh_separation(fc), optics.sparrow_separation(fc)
    np.testing.assert_allclose([rayleigh * fc, sparrow * fc], [1.2197, 0.9472], atol=5e-5)
    assert airy_pattern(rayleigh, fc) < 1e-30
    r = np.linspace(-rayleigh, rayleigh, 20001)
    profile = optics.two_point_profile(r, rayleigh, fc)
    np.testing.assert_allclose(profile[10000] / profile.max(), 0.735, atol=5e-4)
    np.testing.assert_allclose(airy_otf(1 / rayleigh, fc), 0.089, atol=5e-4)

    def curvature(separation, h=1e-2):
        left, middle, right = optics.two_point_profile([-h, 0, h], separation, fc)
        return (left + right - 2 * middle) / h**2

    assert abs(curvature(sparrow)) < 1e-5
    assert curvature(1.01 * sparrow) > 1e-4 and curvature(0.99 * sparrow) < -1e-4


def test_pixel_mtf():
    gains = [float(optics.pixel_mtf(1 / (2 * s), s)) for s in (2, 4, 8)]
    np.testing.assert_allclose(gains, [0.7071, 0.6533, 0.6407], atol=5e-5)
    gains = optics.pixel_mtf([0.0, 1.0, 0.25, 1e-12], 4)
    np.testing.assert_allclose(gains, [1, 1, 0, 1], atol=1e-12)
    box = Blur(optics.box_psf((1, 4))).otf((1, 32))[0]
    np.testing.assert_allclose(np.abs(box), optics.pixel_mtf(np.fft.rfftfreq(32), 4), atol=1e-12)


def test_block_averaging_aliases_a_cosine():
    """0.4 cycles per pixel, s = 2: 0.2 cycles per new pixel with amplitude cos(0.4 π) = .3090."""
    i = np.arange(100) + 0.5
    y = Downsample((1, 2))(np.cos(2 * np.pi * 0.4 * i)[None])[0]
    spectrum = np.abs(np.fft.rfft(y)) / 25
    assert np.argmax(spectrum) == round(0.2 * 50)
    np.testing.assert_allclose(spectrum.max(), 0.3090, atol=5e-5)
    np.testing.assert_allclose(optics.pixel_mtf(0.4, 2), 0.3090, atol=5e-5)


def test_gaussian_psf():
    psf = gaussian_psf(1.5)
    assert psf.shape == (13, 13) and abs(psf.sum() - 1) < 1e-12
    t = np.arange(13) - 6
    np.testing.assert_allclose(psf.sum(0) @ t**2, 1.5**2, rtol=2e-2)  # cut at 4σ
    f = np.fft.rfftfreq(64)
    sampled = Blur(gaussian_psf(2, (1, 63))).otf((1, 64))[0]
    np.testing.assert_allclose(sampled, gaussian_otf(f, 2), atol=1e-8)
    integrated = Blur(gaussian_psf(2, (1, 63), integrated=True)).otf((1, 64))[0]
    np.testing.assert_allclose(integrated, gaussian_otf(f, 2) * np.sinc(f), atol=1e-6)
    # Even sizes are centred at k // 2, where Blur expects it.
    np.testing.assert_array_equal(gaussian_psf(1, 4).argmax(), 2 * 4 + 2)


def test_motion_psf():
    np.testing.assert_allclose(motion_psf(9, 0, (1, 9)), np.full((1, 9), 1 / 9))
    np.testing.assert_allclose(motion_psf(9, 90), np.pad(np.full((9, 1), 1 / 9), ((0, 0), (4, 4))))
    np.testing.assert_allclose(motion_psf(3 * 2**0.5, 45), np.fliplr(np.eye(3)) / 3)
    np.testing.assert_allclose(motion_psf(2, 0)[1], [0.25, 0.5, 0.25])
    for length, angle in [(7.3, 20), (12, -65), (0.4, 10), (5, 180)]:
        psf = motion_psf(length, angle, 15)
        y, x = np.mgrid[:15, :15] - 7
        assert abs(psf.sum() - 1) < 1e-12
        np.testing.assert_allclose([(psf * x).sum(), (psf * y).sum()], 0, atol=1e-12)
        variance = (psf * (x**2 + y**2)).sum()
        assert abs(variance - length**2 / 12) < 1 / 6 + 1e-9  # plus at most a pixel's own
    assert motion_psf(9, 30)[2, 7] > 0 and motion_psf(9, 30)[6, 7] == 0  # up and to the right


def test_photon_noise_has_the_variance_of_light():
    x = np.full((400, 400), 0.5)
    for photons, relative in [(1, 1.414), (1000, 0.0447)]:
        y = optics.photon_noise(x, photons, rng=1)
        assert abs(y.mean() - 0.5) < 5 * y.std() / 400
        np.testing.assert_allclose(y.std() / 0.5, relative, rtol=0.02)
        np.testing.assert_allclose(y * photons, np.round(y * photons), atol=1e-9)
    star = np.pad(np.ones((1, 1)), 15)
    y = Blur(optics.box_psf(3))(star)  # rounding leaves values just below 0
    assert y.min() < 0 and optics.photon_noise(y, 10, 1).min() == 0
    noisy = optics.read_noise(x, 0.1, np.random.default_rng(2))
    np.testing.assert_allclose([noisy.mean(), noisy.std()], [0.5, 0.1], rtol=0.02)
    np.testing.assert_array_equal(optics.read_noise(x, 0.1, 3), optics.read_noise(x, 0.1, 3))
    assert np.any(optics.photon_noise(x, 10, 3) != optics.photon_noise(x, 10, 4))


def test_gamma():
    codes = np.linspace(0, 1, 256)
    np.testing.assert_allclose(optics.srgb_encode(optics.srgb_decode(codes)), codes, atol=1e-7)
    np.testing.assert_allclose(optics.srgb_encode(0.5), 0.7354, atol=5e-5)
    checkerboard = np.indices((8, 8)).sum(0) % 2
    linear = Downsample(2)(optics.srgb_decode(checkerboard))
    np.testing.assert_allclose(linear, 0.5)
    np.testing.assert_allclose(optics.srgb_decode(np.array([0.04045])), 0.0031308, rtol=1e-4)
    assert optics.srgb_encode(np.float32([0.2])).dtype == np.float32


GREY = np.full((4, 4), 0.5)


@pytest.mark.parametrize("call, message", [
    (lambda: optics.cutoff_frequency(0, 0.5), "numerical_aperture is 0.0; it must be a finite"),
    (lambda: optics.cutoff_frequency(1.4, -0.5), "wavelength is -0.5; .*greater than 0"),
    (lambda: airy_otf(0.1, np.nan), "cutoff is nan; it must be"),
    (lambda: optics.airy_psf(0.6, 9), "cutoff is 0.6; it must be at most 0.5"),
    (lambda: optics.airy_psf(0.3, 0), "size is 0; it must be an integer, 1 or greater"),
    (lambda: optics.two_point_profile(0.0, -1, 1), "separation is -1.0"),
    (lambda: gaussian_psf(-1), "sigma is -1.0; it must be a finite number greater than 0"),
    (lambda: gaussian_psf("1"), "sigma is '1'; it must be"),
    (lambda: gaussian_psf(1, 5.0), "size is 5.0; it must be an integer"),
    (lambda: gaussian_otf(0.1, -2), "sigma is -2.0; it must be a finite number, 0 or greater"),
    (lambda: motion_psf(0, 0), "length is 0.0"),
    (lambda: motion_psf(9, 0, 5), r"size is \(5, 5\); it must be at least \(1, 9\)"),
    (lambda: optics.pixel_mtf(0.1, 2.5), "s is 2.5; it must be an integer"),
    (lambda: optics.photon_noise(GREY, 0, 1), "photons is 0.0"),
    (lambda: optics.photon_noise(GREY - 1, 9, 1), "x is -0.5 somewhere; it must be 0 or greater"),
    (lambda: optics.photon_noise(GREY * np.nan, 9, 1), "x is not finite"),
    (lambda: optics.read_noise(GREY, -0.1, 1), "sigma is -0.1"),
    (lambda: optics.srgb_encode(200.0), r"linear is from 200 to 200; it must be in \[0, 1\]"),
    (lambda: optics.srgb_decode(np.uint8([0, 200])), "code is from 0 to 200"),
    (lambda: optics.srgb_decode(np.array([np.nan])), "code is from nan"),
])
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_public_names_are_documented():
    for name in optics.__all__:
        assert getattr(optics, name).__doc__
