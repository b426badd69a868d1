"""Laws and closed forms of the ways beyond one picture's limit, and their honest errors."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from course_lib.imaging import limits, optics, recovery
from course_lib.imaging.operators import Blur, Downsample, Matrix
from course_lib.imaging.recovery import (
    Illuminate,
    consistent_range,
    frames,
    fringes,
    localise,
    low_frequencies,
    rank_and_condition,
    recover_spikes,
    spikes,
    structured_illumination,
    unmix,
    unmixing_matrix,
)

RNG = np.random.default_rng(0)


# --- many frames ------------------------------------------------------------------------------


def test_a_frame_averages_the_blocks_from_its_shift_on():
    x = RNG.random((3, 8, 12))
    y = frames([(0, 0), (1, 2), (3, 5)], (2, 3))(x)
    assert y.shape == (3, 3, 4, 4)
    for k, (dy, dx) in enumerate([(0, 0), (1, 2), (3, 5)]):
        moved = np.roll(x, (-dy, -dx), axis=(-2, -1))
        np.testing.assert_allclose(y[:, k], Downsample((2, 3))(moved), atol=1e-12)


def test_fractional_shifts_average_a_wave_as_an_integral_of_its_samples():
    i, f, d, s = np.arange(64), 5 / 64, 0.7, 4
    y = frames([(0, d)], (1, s))(np.cos(2 * np.pi * f * i)[None])
    gain = optics.pixel_mtf(f, s)
    centre = np.arange(16) * s + d + (s - 1) / 2
    np.testing.assert_allclose(y[0, 0], gain * np.cos(2 * np.pi * f * centre), atol=1e-12)


@pytest.mark.parametrize(("n", "s"), [(64, 4), (60, 3), (64, 8)])
def test_each_frame_adds_all_but_the_mean_until_the_box_says_stop(n, s):
    ranks = [rank_and_condition(frames([(0, k) for k in range(K)], (1, s)), (1, n))[0]
             for K in range(1, s + 1)]
    assert ranks == [1 + K * (n // s - 1) for K in range(1, s + 1)]
    assert ranks[-1] == n - (s - 1)
    halves = frames([(0, k / 2) for k in range(2 * s)], (1, s))
    assert rank_and_condition(halves, (1, n))[0] == n - (s - 1)      # no frame brings them back


@pytest.mark.parametrize("n", [63, 65])
def test_a_grid_that_misses_the_zeros_has_full_rank_at_a_price(n):
    rank, condition = rank_and_condition(Blur(optics.box_psf((1, 4))), (1, n))
    assert rank == n and math.floor(condition) == 57
    f = np.arange(1, n) / n
    assert condition == pytest.approx(1 / optics.pixel_mtf(f, 4).min())


def test_frames_undo_sampling_not_diffraction():
    lens = Blur.from_otf(lambda f: optics.airy_otf(f, 0.2))
    camera = frames([(0, k / 2) for k in range(8)], (1, 4)) @ lens
    assert rank_and_condition(camera, (1, 64))[0] == 2 * 12 + 1       # |k| < 0.2 · 64


def test_nothing_measured_has_rank_zero():
    assert rank_and_condition(Matrix(np.zeros((2, 3))), (1, 3)) == (0, math.inf)


# --- spikes -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("n", "cutoff"), [(9, 4), (64, 7), (10, 0)])
def test_low_frequencies_are_those_of_the_fourier_transform(n, cutoff):
    A, x = low_frequencies(n, cutoff), RNG.standard_normal((1, n))
    X = np.fft.rfft(x[0])[:cutoff + 1]
    expected = np.concatenate([X[:1].real, math.sqrt(2) * X[1:].real, -math.sqrt(2) * X[1:].imag])
    np.testing.assert_allclose(A(x)[0], expected, atol=1e-12)
    matrix = A.dense((1, n))
    np.testing.assert_allclose(matrix @ matrix.T, n * np.eye(2 * cutoff + 1), atol=1e-11)


def test_separated_spikes_of_any_sign_come_back_exactly():
    A = low_frequencies(320, 20)
    positions = np.arange(10) * 32                                     # 2/fc
    x = spikes(positions, RNG.choice([-1.0, 1.0], 10) * RNG.uniform(0.5, 2, 10), 320)
    np.testing.assert_allclose(recover_spikes(A(x), A), x, atol=1e-6)


@pytest.mark.parametrize("cutoff", [10, 20])
@pytest.mark.parametrize(("distance", "found"), [(0.45, False), (0.5, True)])
def test_a_pair_of_opposite_sign_needs_half_a_period(cutoff, distance, found):
    # A polynomial of degree fc within ±1 needs half a period from +1 to −1; a grid, one step less.
    n = 40 * cutoff
    A, x = low_frequencies(n, cutoff), spikes([7, 7 + round(40 * distance)], [1, -1], n)
    x_hat = recover_spikes(A(x), A)
    assert (np.abs(x_hat - x).max() < 1e-6) == found
    np.testing.assert_allclose(A(x_hat), A(x), atol=1e-7)
    assert np.abs(x_hat).sum() <= 2 + 1e-7  # never stronger than the truth


@pytest.mark.parametrize("count", range(1, 8))
def test_positive_spikes_up_to_the_cutoff_come_back_however_close(count):
    A, x = low_frequencies(64, 7), spikes(range(20, 20 + count), np.ones(count), 64)
    np.testing.assert_allclose(recover_spikes(A(x), A, positive=True), x, atol=1e-5)


def test_one_positive_spike_too_many_has_a_twin():
    A = low_frequencies(64, 7)
    comb = spikes(range(0, 64, 8), np.ones(8), 64)
    np.testing.assert_allclose(A(comb), A(np.roll(comb, 3)), atol=1e-12)
    first = np.eye(1, 64)
    low, high = consistent_range(A(comb), A, first)
    assert low == pytest.approx(0, abs=1e-9) and high == pytest.approx(1)
    seven = spikes(range(0, 56, 8), np.ones(7), 64)
    np.testing.assert_allclose(consistent_range(A(seven), A, first), [1, 1], atol=1e-6)


def test_tolerance_widens_what_is_consistent():
    A, x = low_frequencies(64, 7), spikes([20, 21], [1.0, 1.0], 64)
    one = np.eye(1, 64, 20)
    widths = [np.diff(consistent_range(A(x), A, one, tolerance=t)).item() for t in (0, 1e-4, 1e-2)]
    assert widths[0] < 1e-6 < widths[1] < widths[2]
    y = A(x) + RNG.uniform(-0.01, 0.01, A(x).shape)
    x_hat = recover_spikes(y, A, positive=True, tolerance=0.01)
    assert np.abs(A(x_hat) - y).max() <= 0.01 + 1e-6


def test_the_solution_scales_with_the_data():
    A, x = low_frequencies(64, 7), spikes([5, 30], [1.0, -2.0], 64)
    for scale in (1e-6, 1e6):
        np.testing.assert_allclose(recover_spikes(A(scale * x), A) / scale, x, atol=1e-6)


@pytest.mark.parametrize("status", [1, 4])
def test_a_solver_that_gives_up_refutes_nothing(monkeypatch, status):
    gave_up = SimpleNamespace(status=status, x=None, message="time limit")
    monkeypatch.setattr(recovery, "linprog", lambda *_, **__: gave_up)
    A = low_frequencies(64, 7)
    with pytest.raises(RuntimeError, match="not solved: time limit"):
        recover_spikes(A(np.ones((1, 64))), A)


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_where_positivity_decides_least_squares_give_what_the_program_gives(monkeypatch, scale):
    A, x = low_frequencies(64, 7), spikes([5, 9, 30], [1.0, 2.0, 0.5], 64)
    with monkeypatch.context() as patch:
        patch.setattr(recovery, "linprog", None)  # not asked
        found = recover_spikes(A(scale * x), A, positive=True) / scale
    with monkeypatch.context() as patch:
        patch.setattr(recovery, "nnls", lambda *_: (_ for _ in ()).throw(RuntimeError("gave up")))
        program = recover_spikes(A(scale * x), A, positive=True) / scale
    np.testing.assert_allclose(found, x, atol=1e-9)
    np.testing.assert_allclose(program, x, atol=1e-6)


@pytest.mark.parametrize(("A", "tolerance"), [(Matrix([[1.0, 2.0, 2.0], [0.0, 1.0, 3.0]]), 0.0),
                                              (low_frequencies(8, 2), 1e-3)])
def test_where_strength_decides_the_program_is_asked(monkeypatch, A, tolerance):
    monkeypatch.setattr(recovery, "nnls", None)
    n = A.T.output_shape(A.output_shape((1, 3 if tolerance == 0 else 8)))[1]
    x = np.eye(1, n, 1)
    found = recover_spikes(A(x), A, positive=True, tolerance=tolerance)
    assert found.sum() <= 1 + 1e-6 and np.abs(A(found) - A(x)).max() <= tolerance + 1e-6


def test_recovery_works_for_pictures_and_other_operators():
    x = np.zeros((6, 6))
    x[1, 2], x[4, 4] = 1, -1
    A = Blur(optics.gaussian_psf(0.8, 5))
    np.testing.assert_allclose(recover_spikes(A(x), A), x, atol=1e-6)


def test_darkness_is_explained_by_darkness():
    A = low_frequencies(16, 3)
    np.testing.assert_array_equal(recover_spikes(np.zeros((1, 7)), A), np.zeros((1, 16)))


# --- structured illumination ------------------------------------------------------------------


def test_three_phases_show_a_detail_that_the_lens_does_not_pass():
    n, fc, f = 200, 0.1, 0.16
    lens = Blur.from_otf(lambda f: optics.airy_otf(f, fc))
    wave = np.cos(2 * np.pi * f * np.arange(n))[None]
    assert np.abs(lens(wave)).max() < 1e-12
    phases = 2 * np.pi * np.arange(3) / 3
    y = structured_illumination(lens, (1, n), (0, fc), phases)(wave)
    bands = unmix(y, phases)
    np.testing.assert_allclose(bands[0], 0, atol=1e-12)
    moire = np.fft.fft(bands[2, 0])[round((f - fc) * n)] / (n / 2)
    assert moire.real == pytest.approx(optics.airy_otf(0.6, 1.0))
    recorded = np.fft.fft(y[0, 0])[round((f - fc) * n)] / (n / 2)
    assert recorded.real == pytest.approx(0.1424, abs=1e-4)            # ½ OTF(0.6)


@pytest.mark.parametrize("contrast", [1.0, 0.4])
@pytest.mark.parametrize("count", [3, 5])
def test_unmixing_undoes_mixing(count, contrast):
    phases = 0.3 + 2 * np.pi * np.arange(count) / count
    M = unmixing_matrix(phases, contrast)
    assert np.linalg.cond(M) == pytest.approx(2 / contrast)
    x = RNG.random((2, 1, 6, 8))
    lens = Blur(optics.gaussian_psf(0.7, 3))
    y = structured_illumination(lens, (6, 8), (0.25, 0.125), phases, contrast)(x)
    turn = np.exp(2j * np.pi * (0.25 * np.arange(6)[:, None] + 0.125 * np.arange(8)))
    bands = unmix(y, phases, contrast)
    np.testing.assert_allclose(bands[..., 0, :, :], lens(x), atol=1e-12)
    shifted = lens((turn * x).real) + 1j * lens((turn * x).imag)
    np.testing.assert_allclose(bands[..., 1, :, :], shifted, atol=1e-12)
    np.testing.assert_allclose(bands[..., 2, :, :], shifted.conj(), atol=1e-12)


def test_illumination_is_its_own_adjoint():
    A = structured_illumination(Blur(optics.gaussian_psf(0.8, 3)), (5, 6), (0.2, 0.1), [0, 1, 2.5])
    x, y = RNG.standard_normal((5, 6)), RNG.standard_normal((3, 5, 6))
    assert np.vdot(A(x), y) == pytest.approx(np.vdot(x, A.T(y)), rel=1e-12)


def test_illumination_keeps_the_library_and_the_precision_of_the_scene():
    torch = pytest.importorskip("torch")
    A, x = Illuminate(RNG.random((9, 12))), RNG.random((3, 9, 12))
    assert A(x.astype(np.float32)).dtype == A.T(x.astype(np.float32)).dtype == np.float32
    lit = A(torch.from_numpy(x))
    assert isinstance(lit, torch.Tensor)
    np.testing.assert_allclose(lit, A(x))


# --- single molecules -------------------------------------------------------------------------


def spot(y, x, photons, sigma, background=0.0, shape=(13, 13)):
    """Mean counts, written with the error function."""
    def share(centre, n):
        edge = [math.erf((i - centre) / (sigma * math.sqrt(2))) / 2 for i in range(n + 1)]
        return np.diff(edge)
    return photons * np.outer(share(y, shape[0]), share(x, shape[1])) + background


def test_a_noiseless_spot_is_found_exactly_and_in_a_batch():
    truth = [(6.2, 7.4, 500.0), (5.5, 6.5, 90.0), (7.9, 5.1, 2000.0)]
    counts = np.array([spot(*t, sigma=1.2, background=1.5) for t in truth])
    found = localise(counts, 1.2, background=1.5)
    np.testing.assert_allclose(found.position, [t[:2] for t in truth], atol=1e-7)
    np.testing.assert_allclose(found.photons, [t[2] for t in truth], rtol=1e-7)
    np.testing.assert_allclose(found.expected, counts, rtol=1e-6)


def test_the_bound_approaches_sigma_over_root_photons_for_small_pixels():
    sigma, N = 4.0, 900.0
    found = localise(spot(24.0, 24.5, N, sigma, shape=(48, 48)), sigma)
    np.testing.assert_allclose(found.bound, sigma / math.sqrt(N), rtol=4e-3)
    assert limits.cramer_rao(limits.fisher_information(photons=N, sigma=sigma)) == pytest.approx(
        sigma / math.sqrt(N))


@pytest.mark.parametrize("background", [0.0, 2.0])
def test_maximum_likelihood_reaches_the_bound(background):
    mean = spot(6.3, 6.6, 800, 1.3, background)
    counts = np.random.default_rng(1).poisson(mean, (2000, *mean.shape))
    found = localise(counts, 1.3, background)
    bound = localise(mean, 1.3, background).bound
    np.testing.assert_allclose(found.position.std(axis=0), bound, rtol=0.06)
    np.testing.assert_allclose(found.position.mean(axis=0), [6.3, 6.6], atol=5 * bound[0] / 45)


def test_background_makes_the_bound_worse():
    bounds = [localise(spot(6.5, 6.5, 500, 1.3, b), 1.3, b).bound[0] for b in (0.0, 1.0, 10.0)]
    assert bounds[0] < bounds[1] < bounds[2]


# --- honest errors ----------------------------------------------------------------------------

A7 = low_frequencies(64, 7)


@pytest.mark.parametrize(("call", "says"), [
    (lambda: frames([(0, 0)], 2.5), "factor"),
    (lambda: frames([(0, 0)], 3)(np.ones((8, 8))), "divisible"),
    (lambda: frames([0, 1], 2), "shifts"),
    (lambda: frames([], 2), "shifts"),
    (lambda: frames([(0, math.nan)], 2), "finite"),
    (lambda: rank_and_condition(A7, (1, 64), rtol=2), "rtol"),
    (lambda: low_frequencies(64, 32), "cutoff"),
    (lambda: low_frequencies(64, 7.5), "cutoff"),
    (lambda: spikes([64], [1.0], 64), "on the grid"),
    (lambda: spikes([-1], [1.0], 64), "on the grid"),
    (lambda: spikes([3.5], [1.0], 64), "grid indices"),
    (lambda: spikes([3, 3], [1.0, 1.0], 64), "different"),
    (lambda: spikes([3], [1.0, 1.0], 64), "heights"),
    (lambda: spikes([3], [math.inf], 64), "finite"),
    (lambda: recover_spikes(np.ones((1, 14)), A7), "shape"),
    (lambda: recover_spikes(np.ones((2, 1, 15)), A7), "batch"),
    (lambda: recover_spikes(np.ones((1, 15)), A7.dense((1, 64))), "LinearOperator"),
    (lambda: recover_spikes(A7(spikes([5, 9], [1.0, -1.0], 64)), A7, positive=True), "refuted"),
    (lambda: recover_spikes(A7(np.ones((1, 64))), A7, tolerance=-1), "tolerance"),
    (lambda: consistent_range(np.zeros((1, 1)), Matrix([[1.0, -1.0]]), [[1.0, 0.0]]), "unbounded"),
    (lambda: consistent_range(A7(np.ones((1, 64))), A7, np.ones(64)), "weights"),
    (lambda: fringes((1, 8), (0, 0.1), 0, contrast=1.5), "contrast"),
    (lambda: Illuminate(np.ones((2, 2)))(np.ones((3, 3))), "shape"),
    (lambda: unmix(np.ones((2, 4, 4)), [0, 1]), "at least three"),
    (lambda: unmix(np.ones((3, 4, 4)), [0, 1, 1 + 2 * np.pi]), "at least three"),
    (lambda: unmix(np.ones((4, 4, 4)), [0, 1, 2]), "one frame a phase"),
    (lambda: localise(np.zeros((9, 9)), 1.0), "photon"),
    (lambda: localise(np.ones((9, 9)), 1.0, background=2.0), "photon"),
    (lambda: localise(-np.eye(9), 1.0), "0 or greater"),
    (lambda: localise(np.eye(9), 0.0), "sigma"),
    (lambda: localise(np.ones((1, 9)), 1.0), "at least 2 × 2"),
])
def test_bad_input_is_named(call, says):
    with pytest.raises(ValueError, match=says):
        call()
