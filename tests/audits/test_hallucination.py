"""Laws of the hallucination maps, of instability, abstention and line-ups."""

import math
import re

import numpy as np
import pytest

from course_lib.audits import hallucination
from course_lib.audits.hallucination import (
    abstention_curve,
    fractions,
    identified,
    instability_bound,
    interval_coverage,
    maps,
    measurement_map,
    null_part,
    paint,
    pseudo_inverse,
)
from course_lib.imaging import limits, optics
from course_lib.imaging.operators import Blur, Downsample, Identity, Matrix, Shift, Stack
from course_lib.notebook.explorers.hallucination_measured import abstention

RNG = np.random.default_rng(8)
GAUSS = Blur.from_otf(lambda f: optics.gaussian_otf(f, 1.0))
LENS = Blur.from_otf(lambda f: optics.airy_otf(f, 0.21))
CAMERAS = {  # fast by Fourier, and those that have to be decomposed
    "pixels": (Downsample(4), True),
    "oblong pixels": (Downsample((2, 4)), True),
    "blur": (GAUSS, True),
    "lens and pixels": (Downsample(2) @ LENS, True),
    "moved": (Downsample(4) @ Shift(0.3, -1.2), True),
    "blur after pixels": (Blur(np.full((3, 3), 1 / 9)) @ Downsample(2), True),
    "bicubic": (Downsample(4, "bicubic"), False),
    "dark border": (Blur(np.full((3, 5), 1 / 15), "zero"), False),
    "two frames": (Stack([Downsample(4), Downsample(4) @ Shift(1, 2)]), False),
}
each_camera = pytest.mark.parametrize(("A", "fast"), CAMERAS.values(), ids=CAMERAS)


# --- null part ------------------------------------------------------------------------------------


@each_camera
@pytest.mark.parametrize(("sigma", "scale"), [(0.05, 1.0), (0.05, 0.31), (0.6, 1.0)])
def test_null_part_is_that_of_the_dense_decomposition(A, fast, sigma, scale):
    x = RNG.standard_normal((2, 3, 16, 16))
    expected = limits.split(A, x, sigma, scale, method="dense")[1]
    assert np.allclose(null_part(A, x, sigma, scale), expected, atol=1e-9)


@each_camera
def test_without_noise_it_is_the_exact_null_space(A, fast):
    x = RNG.standard_normal((16, 16))
    if A is GAUSS:  # has none
        assert np.abs(null_part(A, x)).max() < 1e-8
        return
    null = null_part(A, x)
    assert np.abs(A(null)).max() < 1e-7
    assert np.allclose(null, limits.split(A, x, method="dense")[1], atol=1e-7)


@pytest.mark.parametrize("sigma", [0, 1e-17, 1e-15])
@pytest.mark.parametrize("A", [
    Blur.from_otf(lambda f: optics.airy_otf(f, 0.3)),
    Downsample(2) @ Blur.from_otf(lambda f: optics.airy_otf(f, 0.3)),
    Blur(np.full((3, 5), 1 / 15), "zero"),
], ids=["lens", "lens and pixels", "dark border"])
def test_what_rounding_leaves_of_zeros_is_not_measured(A, sigma):
    """Singular values of 1e-17 that should be 0 stand above no noise, however little there is."""
    modes, x = limits.decompose(A, (12, 12)), RNG.standard_normal((2, 12, 12))
    assert modes.rank < len(modes.values)
    expected = x - modes.filtered(x, np.arange(len(modes.values)) < modes.rank)
    assert np.allclose(maps(A, x, sigma=sigma)["invented"], expected, atol=1e-12)
    assert np.allclose(limits.split(A, x, sigma)[1], expected, atol=1e-12)


@each_camera
def test_null_part_is_a_projection(A, fast):
    x, other = RNG.standard_normal((2, 16, 16))
    null = null_part(A, x, 0.05)
    assert np.allclose(null_part(A, null, 0.05), null, atol=1e-9)
    assert np.vdot(null, other) == pytest.approx(np.vdot(x, null_part(A, other, 0.05)))


@each_camera
def test_periodic_cameras_are_not_decomposed(A, fast, monkeypatch):
    monkeypatch.setattr(hallucination, "decompose", None)
    if fast:
        null_part(A, np.zeros((16, 16)))
    else:
        with pytest.raises(TypeError):
            null_part(A, np.zeros((16, 16)))


def test_a_large_picture_needs_no_matrix():
    x = RNG.standard_normal((1, 256, 256))
    A = Downsample(2) @ GAUSS
    null = null_part(A, x, 0.05)
    assert null_part(A, null, 0.05) == pytest.approx(null, abs=1e-9)


def test_less_noise_leaves_less_null():
    x = RNG.standard_normal((32, 32))
    sizes = [np.sum(null_part(GAUSS, x, sigma) ** 2) for sigma in (0.3, 0.1, 1e-2, 1e-4, 0)]
    assert np.all(np.diff(sizes) < 0) and sizes[-1] < 1e-9


def test_a_perfect_camera_leaves_nothing_and_a_blind_one_everything():
    x = RNG.standard_normal((8, 8))
    assert np.abs(null_part(Identity(), x)).max() < 1e-12
    assert np.allclose(null_part(Matrix(np.zeros((2, 8))), x[:1], 0.1), x[:1])


def test_pseudo_inverse_by_hand():
    A = Matrix([[3.0, 0, 0], [0, 0.01, 0]])
    y = np.array([[6.0, 1.0]])
    assert np.allclose(pseudo_inverse(A, y), [[2, 100, 0]])
    assert np.allclose(pseudo_inverse(A, y, sigma=0.02), [[2, 0, 0]])


# --- maps and fractions ---------------------------------------------------------------------------


@each_camera
def test_the_pseudo_inverse_invents_nothing_and_is_wrong_by_omission(A, fast):
    x, sigma = RNG.standard_normal((3, 16, 16)), 0.3
    y = A(x) + sigma * RNG.standard_normal(A(x).shape)
    told = fractions(A, pseudo_inverse(A, y, sigma), x, sigma)
    assert told["invented"] == pytest.approx(0, abs=1e-9)
    assert told["wrong"] == pytest.approx(1, abs=1e-9)


def test_a_sample_for_a_white_prior_is_wrong_twice():
    """Truth and sample are independent in the null space: E‖a − b‖² = 2 E‖b‖²."""
    A, n, sigma = Downsample(4), 500, 0.1
    x = RNG.standard_normal((n, 1, 16, 16))
    y = A(x) + sigma * RNG.standard_normal((n, 1, 4, 4))
    gain = 1 / (1 + 16 * sigma**2)
    seen = gain * 16 * A.T(y)  # posterior mean for x ~ N(0, I)
    fresh = RNG.standard_normal(x.shape)
    sample = seen + null_part(A, fresh) + math.sqrt(1 - gain) * (fresh - null_part(A, fresh))
    told = fractions(A, sample, x, sigma)
    assert np.mean(told["wrong"]) == pytest.approx(2, abs=0.02)
    assert np.mean(told["invented"]) == pytest.approx(15 / 16, abs=0.01)


def test_wrong_is_invented_minus_omitted():
    x, x_hat = RNG.standard_normal((2, 3, 16, 16))
    found = maps(Downsample(4), x_hat, x, 0.05)
    assert np.allclose(found["wrong"], found["invented"] - found["omitted"])
    assert set(maps(Downsample(4), x_hat)) == {"invented"}
    assert fractions(Downsample(4), x, x, 0.05)["wrong"] == 0


def test_fractions_do_not_depend_on_brightness_contrast_or_batch():
    x = RNG.random((4, 3, 16, 16))
    once = fractions(Downsample(4), x)["invented"]
    assert np.allclose(fractions(Downsample(4), 0.2 + 3 * x)["invented"], once)
    assert fractions(Downsample(4), x[1])["invented"] == pytest.approx(once[1])
    for level, size, s in ((0.3, 16, 4), (0.1, 12, 3), (0.7, 64, 16)):  # its mean isn't exact
        assert fractions(Downsample(s), np.full((3, size, size), level))["invented"] == 0
    assert fractions(Downsample(4), np.indices((16, 16)).sum(0) % 2 * 1.0)["invented"] == 1


def test_the_measurement_map_sees_what_the_data_refute_and_nothing_else():
    A, x = Downsample(4), RNG.standard_normal((16, 16))
    consistent = x + null_part(A, RNG.standard_normal((16, 16)))
    assert np.abs(measurement_map(A, consistent, A(x))).max() < 1e-12
    assert np.allclose(measurement_map(A, x + 0.3, A(x)), 0.3)


def test_shapes_must_match():
    with pytest.raises(ValueError, match="x is of shape"):
        maps(Downsample(4), np.zeros((3, 16, 16)), np.zeros((16, 16)))
    with pytest.raises(ValueError, match="y is of shape"):
        measurement_map(Downsample(4), np.zeros((16, 16)), np.zeros((1, 4)))


# --- instability ----------------------------------------------------------------------------------


def test_no_method_right_about_two_scenes_is_more_stable_than_the_bound():
    """For a matrix without null space the inverse is right (δ = 0), with L = 1/s_min."""
    A = Matrix(np.diag([1.0, 0.01]))
    x, other = np.array([[1.0, 0.0]]), np.array([[1.0, 5.0]])
    assert instability_bound(A, x, other) == pytest.approx(100)
    assert instability_bound(A, x, other, delta=1.0) == pytest.approx(3 / 0.05)
    assert instability_bound(A, x, other, delta=2.5) == 0
    flat = np.array([[1.0, 0.0]])
    assert instability_bound(Matrix([[1.0, 0.0]]), flat, other) == math.inf


# --- doubt ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("assumed", "true", "noise"), [(0.5, 1, 1), (1, 1, 1), (2, 1, 0.3)])
def test_interval_coverage_is_what_a_simulation_finds(assumed, true, noise):
    rng = np.random.default_rng(0)
    x = true * rng.standard_normal(100_000)
    y = x + noise * rng.standard_normal(x.shape)
    gain = assumed**2 / (assumed**2 + noise**2)
    half = 1.6449 * noise * math.sqrt(gain)
    found = np.mean(np.abs(gain * y - x) < half)
    assert interval_coverage(assumed, true, noise) == pytest.approx(found, abs=0.006)


def test_interval_coverage_of_the_syllabus():
    assert interval_coverage(0.5, 1, 1) == pytest.approx(0.628, abs=5e-4)


def test_the_abstention_curve_of_an_honest_posterior_predicts_its_errors():
    sd = RNG.uniform(0.01, 1, 200_000)
    kept, threshold, expected, actual = abstention_curve(sd, sd * RNG.standard_normal(sd.shape))
    assert np.all(np.diff(threshold) >= 0) and kept[-1] == 1
    assert np.allclose(actual[1000:] / expected[1000:], 1, atol=0.08)
    assert abstention_curve(np.array([3.0, 4.0]))[2].round(9).tolist() == [3.0, round(12.5**0.5, 9)]


def test_paint_covers_what_is_not_determined_and_nothing_else():
    x = np.full((3, 8, 8), 0.1)
    unknown = np.zeros((8, 8), bool)
    unknown[2:5, 3:] = True
    shown = paint(x, unknown)
    assert ((shown != x) == unknown).all()


def test_the_abstention_panel_tells_what_it_draws():
    truths = RNG.random((2, 3, 8, 8))
    sds = RNG.uniform(0.01, 0.25, (2, 8, 8))
    panel = abstention(truths + 0.05, sds, truths)
    assert "true one" not in panel.first.alt  # the truth is hidden until asked for
    panel.controls["truth"].value = True
    panel.controls["case"].value = 2
    panel.controls["threshold"].value = 0.1
    alt = re.search(r'alt="([^"]*)"', panel.view.value).group(1)
    shown = sds[1] <= 0.1
    expected = np.sqrt(np.mean(sds[1][shown] ** 2))
    assert f"{100 * shown.mean():.0f} % of the pixels" in alt and f"{expected:.3f} RMS" in alt
    assert "a true one of 0.050" in alt
    panel.controls["truth"].value = False
    assert "true one" not in panel.view.value
    sds[0] = 0.2
    assert "nothing is shown" in abstention(truths, sds, truths).first.alt


# --- line-ups -------------------------------------------------------------------------------------


def test_identification_agrees_with_random_line_ups():
    rng = np.random.default_rng(3)
    scores = rng.standard_normal((1, 12))
    scores[0, 0] = np.sort(scores[0, 1:])[-4] + 1e-6  # three others are better
    for size in (1, 2, 5, 12):
        wins = [scores[0, 0] >= max([scores[0, 0], *rng.permutation(scores[0, 1:])[: size - 1]])
                for _ in range(4000)]
        assert identified(scores, [size])[0, 0] == pytest.approx(np.mean(wins), abs=0.03)


def test_identification_by_chance_and_for_certain():
    scores = np.random.default_rng(4).standard_normal((20_000, 8))
    sizes = [1, 2, 4, 8]
    assert np.allclose(identified(scores, sizes).mean(0), 1 / np.array(sizes), atol=0.01)
    scores[:, 0] = 10
    assert (identified(scores, sizes) == 1).all()
    assert identified(np.zeros((1, 3)), [2]).tolist() == [[0.0]]
    with pytest.raises(ValueError, match="sizes"):
        identified(scores, [9])
    with pytest.raises(ValueError, match="NaN"):
        identified([[0.3, np.nan]], [2])
