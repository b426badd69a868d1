"""Laws and closed forms of deconvolution, and agreement with scikit-image where conventions do."""

import warnings

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import minimize
from skimage import restoration

from course_lib.imaging import deconvolution
from course_lib.imaging.deconvolution import (
    blind_objective,
    discrepancy_lambda,
    gcv_lambda,
    inverse_filter,
    noise_gain,
    poisson_log_likelihood,
    richardson_lucy,
    tikhonov,
    total_variation,
    upre_lambda,
    wiener,
)
from course_lib.imaging.operators import Blur, Downsample, Identity, Matrix, Shift, Stack
from course_lib.imaging.optics import airy_otf, gaussian_otf, gaussian_psf, motion_psf

RNG = np.random.default_rng(0)
SCENE = np.kron(RNG.random((8, 8)), np.ones((4, 4)))
PSF = gaussian_psf(1, 7)
LOPSIDED = PSF * np.arange(1, 8) / np.sum(PSF * np.arange(1, 8))  # convolution ≠ correlation


# --- inverse and Wiener ------------------------------------------------------------------------


@pytest.mark.parametrize("blur, gain", [
    (Blur.from_otf(lambda f: gaussian_otf(f, 1)), 1071),
    (Blur(gaussian_psf(1, (1, 9))), 541),
    (Blur(gaussian_psf(1, (1, 63), integrated=True)), 1203),
    (Blur.from_otf(lambda f: gaussian_otf(f, 2)), 2.6e15),
    (Blur(gaussian_psf(2, (1, 17))), 7.9e9),
])
def test_noise_gain_depends_on_what_is_called_H(blur, gain):
    np.testing.assert_allclose(noise_gain(blur, (1, 64)), gain, rtol=1e-3 if gain < 1e9 else 1e-2)


@pytest.mark.parametrize("shape", [(6, 8), (7, 5)])
def test_noise_gain_is_the_variance_that_the_inverse_filter_gives_white_noise(shape):
    blur = Blur(PSF[1:-2, 1:-1])
    inverse = np.linalg.inv(blur.dense(shape))
    np.testing.assert_allclose(noise_gain(blur, shape), np.sum(inverse**2) / inverse.shape[0])


def test_inverse_filter_undoes_a_periodic_blur_and_nothing_else():
    x = RNG.random((2, 3, 31, 32))
    blur = Blur(gaussian_psf(0.8, 7))
    np.testing.assert_allclose(inverse_filter(blur(x), blur), x, atol=1e-12)
    real_border = Blur(gaussian_psf(0.8, 7), "zero")(x)
    assert np.abs(inverse_filter(real_border, blur) - x).max() > 0.5


def test_wiener_is_the_linear_estimate_with_the_least_error():
    """Scene and noise with known spectra: the filter attains the closed-form error, others miss."""
    n, sigma = 64, 0.1
    f = np.hypot(np.fft.fftfreq(n)[:, None], np.fft.rfftfreq(n))
    spectrum = 1 / (1 + (f / 0.05) ** 2)
    colour = Blur.from_otf(np.sqrt(spectrum))
    x = colour(RNG.standard_normal((100, n, n)))
    blur = Blur(gaussian_psf(1.5))
    y = blur(x) + sigma * RNG.standard_normal(x.shape)
    ratio = sigma**2 / spectrum
    full = np.abs(np.fft.fft2(np.fft.irfft2(blur.otf((n, n)), s=(n, n)))) ** 2
    f2 = np.hypot(np.fft.fftfreq(n)[:, None], np.fft.fftfreq(n))
    prior = 1 / (1 + (f2 / 0.05) ** 2)
    expected = np.mean(prior * sigma**2 / (full * prior + sigma**2))
    error = np.mean((wiener(y, blur, ratio) - x) ** 2)
    np.testing.assert_allclose(error, expected, rtol=0.02)
    for wrong in (ratio / 10, ratio * 10, 0.05):
        assert np.mean((wiener(y, blur, wrong) - x) ** 2) > 1.05 * expected


def test_wiener_is_not_the_mmse_for_signs():
    """x = ±1, σ² = ¼: the best linear estimate errs by .200, the posterior mean by .0686."""
    sigma = 0.5
    x = RNG.choice([-1.0, 1.0], size=(1000, 1000))
    y = x + sigma * RNG.standard_normal(x.shape)
    linear = wiener(y, Blur([[1.0]]), sigma**2)
    np.testing.assert_allclose(np.mean((linear - x) ** 2), 0.200, rtol=0.01)
    mean = np.tanh(y / sigma**2)
    exact = 1 - quad(lambda z: np.exp(-z**2 / 2) / np.sqrt(2 * np.pi)
                     * np.tanh((1 + sigma * z) / sigma**2), -12, 12)[0]
    np.testing.assert_allclose(exact, 0.0686, atol=5e-5)
    np.testing.assert_allclose(np.mean((mean - x) ** 2), exact, rtol=0.01)


def test_wiener_agrees_with_scikit_image():
    y = Blur(LOPSIDED)(SCENE) + 0.02 * RNG.standard_normal(SCENE.shape)
    impulse = np.zeros((3, 3))
    impulse[1, 1] = 1
    theirs = restoration.wiener(y, LOPSIDED, 0.05, reg=impulse, clip=False)
    np.testing.assert_allclose(wiener(y, Blur(LOPSIDED), 0.05), theirs, atol=1e-10)
    laplacian = np.array([[0, -1, 0], [-1, 4, -1], [0, -1, 0.0]])
    spectrum = 0.05 * np.abs(Blur(laplacian).otf(y.shape)) ** 2
    theirs = restoration.wiener(y, LOPSIDED, 0.05, reg=laplacian, clip=False)
    np.testing.assert_allclose(wiener(y, Blur(LOPSIDED), spectrum), theirs, atol=1e-10)


# --- Tikhonov ----------------------------------------------------------------------------------


@pytest.mark.parametrize("A", [
    Blur(LOPSIDED), Blur(PSF, "reflect"), Blur(PSF[:, :-1], "zero"),
    Downsample(2) @ Blur(LOPSIDED, "zero"),
    Stack([Downsample(2), Downsample(2) @ Blur(PSF)]),
], ids=str)
def test_tikhonov_solves_the_normal_equations(A):
    shape, lam = (8, 10), 0.03
    matrix = A.dense(shape)
    y = A(RNG.random(shape))
    expected = np.linalg.solve(matrix.T @ matrix + lam * np.eye(80), matrix.T @ y.ravel())
    np.testing.assert_allclose(tikhonov(y, A, lam).ravel(), expected, atol=1e-7)
    batch = np.stack([y, 3 * y])
    np.testing.assert_allclose(tikhonov(batch, A, lam)[1], 3 * tikhonov(y, A, lam), atol=1e-6)


@pytest.mark.parametrize("A", [Blur(PSF), Downsample(2) @ Blur(PSF, "reflect")], ids=str)
def test_discrepancy_principle_needs_no_truth(A):
    sigma = 0.05
    y = A(SCENE) + sigma * np.random.default_rng(1).standard_normal(A.output_shape(SCENE.shape))
    for tau in (1.0, 1.2):
        lam = discrepancy_lambda(y, A, sigma, tau)
        squares = np.sum((A(tikhonov(y, A, lam)) - y) ** 2)
        np.testing.assert_allclose(squares, tau**2 * y.size * sigma**2, rtol=1e-6)
    errors = [np.mean((tikhonov(y, A, k * lam) - SCENE) ** 2) for k in (1e-4, 1, 1e4)]
    assert errors[1] < min(errors[0], errors[2])


# --- Richardson–Lucy ---------------------------------------------------------------------------


def test_richardson_lucy_by_hand():
    A, y = Matrix([[0.8, 0.2], [0.2, 0.8]]), np.array([[10.0, 2.0]])
    np.testing.assert_allclose(richardson_lucy(y, A, 1), [[8.4, 3.6]])
    np.testing.assert_allclose(richardson_lucy(y, A, 300), [[12, 0]], atol=1e-9)
    np.testing.assert_allclose(np.linalg.solve(A.matrix, y[0]), [12 + 2 / 3, -2 / 3])


@pytest.mark.parametrize("A", [
    Blur(PSF), Blur(PSF[1:], "reflect"), Blur(PSF[:, :-2], "zero"),
    Downsample(2) @ Blur(motion_psf(6, 30), "zero"),
    Stack([Blur(PSF, "zero"), Blur(motion_psf(6, 30), "zero")]),
], ids=str)
def test_likelihood_never_falls_and_recorded_light_is_kept(A):
    y = np.random.default_rng(2).poisson(20 * A(SCENE)).astype(float)
    seen = A.T(np.ones_like(y))
    likelihood = []

    def check(k, x):
        assert x.min() >= 0
        np.testing.assert_allclose(np.sum(seen * x), y.sum(), rtol=1e-10)
        likelihood.append(poisson_log_likelihood(y, A(x)))

    richardson_lucy(y, A, 60, callback=check)
    assert len(likelihood) == 60
    assert np.all(np.diff(likelihood) > -1e-9 * abs(likelihood[-1]))
    assert likelihood[-1] > likelihood[0] + 10


@pytest.mark.parametrize("y, mean, told", [
    ([[-1.0, 2.0]], [[1.0, 2.0]], "y is -1 somewhere"), ([[1, 2]], [[1.0, -2.0]], "mean is -2"),
    ([[np.nan, 2.0]], [[1.0, 2.0]], "y is not finite"), ([[1, 2]], [[np.inf, 2.0]], "mean is not"),
    ([[1, 2]], [[1.0]], r"mean is of shape \(1, 1\)")])
def test_a_likelihood_of_nonsense_is_refused(y, mean, told):
    with pytest.raises(ValueError, match=told):
        poisson_log_likelihood(np.array(y), np.array(mean))


def test_the_likelihood_of_whole_numbers_is_that_of_floats():
    y, mean = np.array([[3, 0, 1]]), np.array([[2.0, 0.0, 1.5]])
    expected = 3 * np.log(2) - 2 + np.log(1.5) - 1.5
    assert poisson_log_likelihood(y, mean) == pytest.approx(expected)
    assert poisson_log_likelihood(y.astype(float), mean) == pytest.approx(expected)


def test_a_blind_camera_is_refused_and_a_dark_picture_is_black():
    blind = Blur([[0.0]])
    with pytest.raises(ValueError, match="A is blind"):
        richardson_lucy(np.ones((4, 4)), blind, 3)
    with pytest.raises(ValueError, match="blur is as weak as 0"):
        inverse_filter(np.ones((4, 4)), blind)
    with pytest.raises(ValueError, match="A is blind"):
        gcv_lambda(np.ones((4, 4)), blind)
    for accelerate in (False, True):
        dark = richardson_lucy(np.zeros((4, 4)), Blur([[1.0]]), 3, accelerate=accelerate)
        assert dark.max() == 0 and np.isfinite(dark).all()


def test_a_source_in_the_corner_needs_the_sensitivity():
    A = Blur(gaussian_psf(1.5, 9), "zero")
    x = np.zeros((32, 32))
    x[0, 0] = 100
    y = A(x)
    right, wrong = richardson_lucy(y, A, 50), richardson_lucy(y, A, 50, normalise=False)
    np.testing.assert_allclose([y.sum(), right.sum()], [40.104, 96.96], atol=5e-3)
    np.testing.assert_allclose(wrong.sum(), y.sum())  # what the wrong one conserves is Σx = Σy


def test_semi_convergence():
    A = Blur(gaussian_psf(2), "reflect")
    x = np.kron(np.random.default_rng(3).random((8, 8)), np.ones((8, 8)))
    y = np.random.default_rng(3).poisson(30 * A(x)) / 30
    errors = []
    richardson_lucy(y, A, 400, callback=lambda k, x_hat: errors.append(np.mean((x_hat - x) ** 2)))
    best = int(np.argmin(errors))
    assert 3 < best < 300 and errors[-1] > 1.3 * errors[best] and errors[0] > 1.1 * errors[best]


def test_richardson_lucy_of_a_batch_is_that_of_each_picture():
    lens = Blur(gaussian_psf(1.0, 7), "zero")
    for A, frames in ((lens, ()), (Stack([lens, Downsample(1) @ lens]), (2,))):
        y = RNG.random((3, 2, *frames, 12, 13)) * np.array([1.0, 100.0, 0.01])[
            :, *[None] * (3 + len(frames))]
        together = richardson_lucy(y, A, 9)
        for i, j in np.ndindex(3, 2):
            np.testing.assert_array_equal(together[i, j], richardson_lucy(y[i, j], A, 9))
        x0 = 0.5 + RNG.random((3, 2, 12, 13))
        np.testing.assert_allclose(
            richardson_lucy(y, A, 9, x0), richardson_lucy(y, A, 9, x0, callback=lambda k, x: None),
            rtol=1e-9)


# --- choosing λ without the scene ---------------------------------------------------------------


def recorded(seed=0, sigma=0.05, n=48):
    """A blurred step picture one pixel high with noise, and its camera."""
    rng = np.random.default_rng(seed)
    A = Blur(gaussian_psf(1.5, (1, 13)))
    x = np.repeat(np.random.default_rng(9).random(n // 6), 6)[None]
    return x, A(x) + sigma * rng.standard_normal(x.shape), A


def dense(A, x):
    return A.dense(x.shape)


def test_generalised_cross_validation_is_leaving_one_out_where_all_pixels_are_alike():
    """On a circle every pixel has the same leverage: the λ of GCV is that of leave-one-out."""
    x, y, A = recorded()
    matrix, values = dense(A, x), y.ravel()

    def left_out(lam):
        total = 0.0
        for i in range(len(values)):
            kept = np.delete(matrix, i, 0)
            normal = kept.T @ kept + lam * np.eye(matrix.shape[1])
            estimate = np.linalg.solve(normal, kept.T @ np.delete(values, i))
            total += (matrix[i] @ estimate - values[i]) ** 2
        return total

    lam = gcv_lambda(y, A)
    best = left_out(lam)
    assert best < min(left_out(lam * 1.02), left_out(lam / 1.02))


@pytest.mark.parametrize("choose", [gcv_lambda, lambda y, A: upre_lambda(y, A, 0.05)])
def test_any_operator_through_its_matrix_gives_the_same_lambda(choose):
    x, y, A = recorded()
    assert choose(y, Matrix(dense(A, x))) == pytest.approx(choose(y, A), rel=1e-4)


def test_lambda_goes_with_the_square_of_the_gain_and_not_with_the_unit():
    x, y, A = recorded()
    lam, other = gcv_lambda(y, A), Matrix(3 * dense(A, x))
    assert gcv_lambda(3 * y, other) == pytest.approx(9 * lam, rel=1e-4)
    assert gcv_lambda(7 * y, A) == pytest.approx(lam, rel=1e-4)
    assert upre_lambda(7 * y, A, 0.35) == pytest.approx(upre_lambda(y, A, 0.05), rel=1e-4)


def test_both_rules_come_close_to_the_best_prediction_and_neither_to_the_best_scene():
    """They aim at ‖A(x_lam − x)‖; the scene, which they never see, wants another λ."""
    lams, spent, best_scene = np.logspace(-5, 0, 60), {"gcv": [], "upre": []}, []
    for seed in range(30):
        x, y, A = recorded(seed)
        prediction = [np.mean(A(tikhonov(y, A, lam) - x) ** 2) for lam in lams]
        best_scene.append(lams[np.argmin([np.mean((tikhonov(y, A, lam) - x) ** 2)
                                          for lam in lams])])
        for name, lam in (("gcv", gcv_lambda(y, A)), ("upre", upre_lambda(y, A, 0.05))):
            risk = np.mean(A(tikhonov(y, A, lam) - x) ** 2)
            spent[name].append(risk / min(prediction))
    assert np.median(spent["gcv"]) < 1.15 and np.median(spent["upre"]) < 1.15
    assert np.median(best_scene) > 2 * np.median([gcv_lambda(recorded(s)[1], A)
                                                  for s in range(30)])


@pytest.mark.parametrize(("y", "A", "told"), [
    (np.ones((2, 8, 8)), Blur(PSF), "one picture"), (np.full((8, 8), np.nan), Blur(PSF), "finite"),
    (np.ones((8, 8)), "blur", "LinearOperator")])
def test_rules_for_lambda_refuse_nonsense(y, A, told):
    with pytest.raises(ValueError, match=told):
        gcv_lambda(y, A)


# --- blind deconvolution ------------------------------------------------------------------------


def test_the_joint_objective_prefers_no_deblurring():
    A = Blur(gaussian_psf(1.5, 9), "reflect")
    y = A(SCENE) + 0.01 * RNG.standard_normal(SCENE.shape)
    point = np.zeros((9, 9))
    point[4, 4] = 1
    lam = 0.002
    truth = blind_objective(y, SCENE, gaussian_psf(1.5, 9), lam)
    assert blind_objective(y, y, point, lam) < truth
    # For the known psf the estimate of `total_variation` costs no more than truth or recording.
    x_hat = total_variation(y, lam, A)
    assert blind_objective(y, x_hat, gaussian_psf(1.5, 9), lam) < truth


def test_the_joint_objective_by_hand():
    y, x = np.array([[1.0, 2.0, 4.0]]), np.array([[1.0, 2.0, 3.0]])
    assert blind_objective(y, x, [[1.0]], 0.1, "zero") == pytest.approx(0.5 + 0.1 * 2)


def counted(name):
    """Photon counts and the operator behind them: a wall, stars, two frames of one scene."""
    rng = np.random.default_rng(3)
    A = Blur(gaussian_psf(1.5), "reflect")
    scene = {"wall": rng.uniform(1, 60, (40, 48)), "stars": np.full((40, 48), 2.0),
             "frames": rng.uniform(1, 60, (32, 32))}[name]
    if name == "stars":
        scene[rng.integers(0, 40, 20), rng.integers(0, 48, 20)] = 3000
    if name == "frames":
        A = Stack([Downsample(2) @ A, Downsample(2) @ Shift(1, 0) @ A])
    return rng.poisson(np.clip(A(scene), 0, None)).astype(float), A


@pytest.mark.parametrize("name", ["wall", "stars", "frames"])
def test_accelerated_likelihood_never_falls_and_light_is_kept(name):
    y, A = counted(name)
    seen = A.T(np.ones_like(y))
    reached = []

    def check(k, x):
        assert x.min() >= 0 and np.sum(seen * x) == pytest.approx(y.sum(), rel=1e-9)
        reached.append(poisson_log_likelihood(y, A(x)))

    richardson_lucy(y, A, 80, callback=check, accelerate=True)
    assert np.diff(reached).min() > -1e-9 * abs(reached[-1])


@pytest.mark.parametrize("name", ["wall", "stars"])
def test_acceleration_needs_a_third_of_the_iterations_or_less(name):
    y, A = counted(name)
    plain, quick = {}, {}
    for found, fast in ((plain, False), (quick, True)):
        richardson_lucy(y, A, 400 if not fast else 100, accelerate=fast, callback=lambda k, x: (
            found.update({k: poisson_log_likelihood(y, A(x))})))  # noqa: B023
    for k, most in ((50, 18), (100, 28), (400, 70)):
        assert quick[most] >= plain[k]


def test_acceleration_ends_where_plain_iterations_end():
    """Two pixels: both reach the one maximum; the first iteration has nothing to go on."""
    y, A = np.array([[10.0, 2.0]]), Matrix([[0.8, 0.2], [0.2, 0.8]])
    np.testing.assert_allclose(richardson_lucy(y, A, 60, accelerate=True), [[12, 0]], atol=1e-6)
    y, A = counted("wall")
    np.testing.assert_array_equal(richardson_lucy(y, A, 1, accelerate=True),
                                  richardson_lucy(y, A, 1))


def test_acceleration_of_a_batch_is_that_of_each_picture():
    y, A = counted("wall")
    batch = np.stack([y, 3 * y[::-1], np.zeros_like(y)])[:, None]
    x0 = np.ones_like(batch)
    together = richardson_lucy(batch, A, 12, x0, callback=lambda k, x: None, accelerate=True)
    for each, alone in zip(batch, together, strict=True):
        expected = richardson_lucy(each[0], A, 12, np.ones_like(each[0]), accelerate=True)
        np.testing.assert_allclose(alone[0], expected, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(richardson_lucy(batch, A, 12, x0, accelerate=True), together,
                               rtol=1e-9, atol=1e-12)


def test_acceleration_without_the_right_step_is_refused():
    with pytest.raises(ValueError, match="accelerate is True"):
        richardson_lucy(np.ones((4, 4)), Identity(), 3, normalise=False, accelerate=True)


def test_richardson_lucy_in_the_dark():
    A = Blur(PSF, "zero")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.all(richardson_lucy(np.zeros((9, 9)), A, 3) == 0)
        star = np.zeros((32, 32))
        star[16, 16] = 1e4
        x = richardson_lucy(A(star), A, 200)
    np.testing.assert_allclose(x.sum(), 1e4, rtol=1e-6)
    half_blind = Matrix([[1.0, 0.0]])
    np.testing.assert_array_equal(richardson_lucy(np.array([[5.0]]), half_blind, 3), [[5, 0]])


def test_richardson_lucy_agrees_with_scikit_image_which_leaves_out_the_sensitivity():
    A = Blur(LOPSIDED, "zero")
    y = A(SCENE) + 0.1
    theirs = restoration.richardson_lucy(y, LOPSIDED, num_iter=10, clip=False)
    ours = richardson_lucy(y, A, 10, x0=np.full_like(y, 0.5), normalise=False)
    np.testing.assert_allclose(ours, theirs, rtol=1e-9)
    theirs = restoration.richardson_lucy(y, LOPSIDED, num_iter=1, clip=False)
    away_from_the_border = (slice(6, -6), slice(6, -6))
    np.testing.assert_allclose(richardson_lucy(y, A, 1)[away_from_the_border],
                               theirs[away_from_the_border])


def test_clipping_to_1_destroys_light():
    """Three stars of 50 on a dark sky: the default clip of scikit-image keeps a ninth of them."""
    x = np.zeros((32, 32))
    x[16, [8, 16, 24]] = 50
    y = Blur(gaussian_psf(1), "zero")(x).clip(0)
    clipped = restoration.richardson_lucy(y, gaussian_psf(1), num_iter=30)
    np.testing.assert_allclose([clipped.sum(), clipped.max()], [16.7, 1], atol=0.05)
    ours = richardson_lucy(y, Blur(gaussian_psf(1), "zero"), 30)
    np.testing.assert_allclose(ours.sum(), 150, rtol=1e-3)


# --- total variation ---------------------------------------------------------------------------


def test_rof_plateaus():
    """End plateaus of n samples move by λ/n, extrema by 2λ/n, steps of a staircase not at all."""
    lam = 0.3
    levels, lengths = [0.0, 2.0, 4.0, 1.0, 1.5], [10, 5, 8, 6, 20]
    moved = [lam / 10, 0, -2 * lam / 8, 2 * lam / 6, -lam / 20]
    y = np.repeat(levels, lengths)[None]
    expected = np.repeat(np.add(levels, moved), lengths)[None]
    x = total_variation(y, lam, tol=1e-5, iterations=50_000)
    assert np.sqrt(np.mean((x - expected) ** 2)) < 1e-5
    upright = total_variation(y.T.copy(), lam, tol=1e-5, iterations=50_000)
    assert np.sqrt(np.mean((upright - expected.T) ** 2)) < 1e-5


def rof_objective(x, y, lam):
    gy = np.diff(x, axis=-2, append=x[-1:])
    gx = np.diff(x, axis=-1, append=x[:, -1:])
    return 0.5 * np.sum((x - y) ** 2) + lam * np.sum(np.hypot(gy, gx))


def test_rof_agrees_with_scikit_image_and_is_never_worse():
    """Their `weight` is our `lam` as well: both weigh ½‖·‖² against isotropic variation."""
    y = SCENE + 0.1 * np.random.default_rng(4).standard_normal(SCENE.shape)
    x = total_variation(y, 0.1, tol=1e-5, iterations=20_000)
    theirs = restoration.denoise_tv_chambolle(y, weight=0.1, eps=1e-9, max_num_iter=20_000)
    assert np.sqrt(np.mean((x - theirs) ** 2)) < 1e-3
    assert rof_objective(x, y, 0.1) <= rof_objective(theirs, y, 0.1) + 1e-9


def test_rof_tolerance_is_honest_and_channels_are_separate():
    y = RNG.random((2, 3, 16, 17))
    exact = total_variation(y, 0.2, tol=1e-6, iterations=50_000)
    rough = total_variation(y, 0.2, tol=1e-2)
    assert np.sqrt(np.mean((rough - exact) ** 2)) < 1e-2
    one = total_variation(y[1, 2], 0.2, tol=1e-6, iterations=50_000)
    np.testing.assert_allclose(one, exact[1, 2], atol=1e-4)
    np.testing.assert_allclose(exact.mean((-2, -1)), y.mean((-2, -1)))  # no light is added
    np.testing.assert_array_equal(total_variation(y, 0), y)
    flat = total_variation(y[0, 0], 100.0, tol=1e-4)
    np.testing.assert_allclose(flat, y[0, 0].mean(), atol=1e-3)


def test_tv_deblurring_agrees_with_a_general_optimiser():
    """On a signal the problem is a bounded least-squares one in the jumps u⁺ − u⁻."""
    n, lam = 20, 0.02
    A = Blur(gaussian_psf(1, (1, 7)), "zero")
    y = A(np.repeat([0.2, 1.0, 0.5], [7, 5, 8])[None])
    y = y + 0.03 * np.random.default_rng(5).standard_normal(y.shape)
    jumps = A.dense((1, n)) @ np.tril(np.ones((n, n)))
    matrix = np.hstack([jumps, -jumps])
    cost = np.full(2 * n, lam)
    cost[[0, n]] = 0  # the first value is no jump

    def objective(u):
        residual = matrix @ u - y[0]
        return residual @ residual / 2 + cost @ u, matrix.T @ residual + cost

    best = minimize(objective, np.zeros(2 * n), jac=True, bounds=[(0, None)] * (2 * n),
                    options={"maxiter": 5000, "ftol": 1e-15, "gtol": 1e-9})
    x = total_variation(y, lam, A, tol=1e-5, iterations=20_000)
    np.testing.assert_allclose(x[0], np.cumsum(best.x[:n] - best.x[n:]), atol=1e-4)


def test_tv_deblurring_sharpens_and_without_blur_denoises():
    A = Blur(PSF, "reflect")
    y = A(SCENE) + 0.01 * np.random.default_rng(5).standard_normal(SCENE.shape)
    x = total_variation(y, 2e-3, A)
    assert np.mean((x - SCENE) ** 2) < 0.5 * np.mean((y - SCENE) ** 2)
    unit = total_variation(y, 0.1, Downsample(1), tol=1e-4)
    assert np.sqrt(np.mean((unit - total_variation(y, 0.1, tol=1e-5)) ** 2)) < 1e-3


def test_a_solver_that_gives_up_says_so():
    with pytest.warns(RuntimeWarning, match="total_variation stopped after 2 iterations"):
        total_variation(SCENE, 0.1, tol=1e-9, iterations=2)


def test_torch_gives_the_same():
    torch = pytest.importorskip("torch")
    torch.set_num_threads(1)
    A = Blur(PSF, "reflect")
    y = A(SCENE) + 0.05
    tensor = torch.from_numpy(y)
    for method in (lambda y: richardson_lucy(y, A, 5), lambda y: tikhonov(y, A, 0.1),
                   lambda y: wiener(y, Blur(PSF), 0.1),
                   lambda y: total_variation(y, 0.1, tol=0.01),
                   lambda y: total_variation(y, 0.01, A, tol=0.1)):
        np.testing.assert_allclose(method(tensor), method(y), atol=1e-8)


# --- pitfalls ----------------------------------------------------------------------------------


def test_the_inverse_crime():
    """σ = 1.5 on 64 pixels of random brightness: exact, hopeless or fair, as the data are made."""
    A = Blur(gaussian_psf(1.5, (1, 31)))
    fine_camera = Downsample((1, 4)) @ Blur(gaussian_psf(6, (1, 49)))
    x = np.random.default_rng(18).random((200, 1, 64))

    def error(y):
        return np.sqrt(np.mean((inverse_filter(y, A) - x) ** 2, axis=(-2, -1)))

    assert error(A(x)).max() < 1e-11
    eight_bits = error(np.round(255 * A(x)) / 255)
    expected = np.sqrt(noise_gain(A, (1, 64)) / 12) / 255
    np.testing.assert_allclose(np.sqrt(np.mean(eight_bits**2)), expected, rtol=0.1)
    np.testing.assert_allclose(eight_bits[0], 10.2, rtol=0.02)
    finer_grid = error(fine_camera(np.repeat(x, 4, axis=-1)))
    np.testing.assert_allclose([finer_grid[0], np.median(finer_grid)], [0.079, 0.086], rtol=0.02)


def test_periodic_borders_spoil_a_ramp_at_its_ends():
    """Ramp from 0 to 1 that goes on outside the picture, σ = 1, N/S = 1e-5, 8 pixels each side."""
    psf = gaussian_psf(1, (1, 7))
    ramp = np.arange(-20, 84)[None] / 63
    x, y = ramp[:, 20:-20], Blur(psf, "zero")(ramp)[:, 20:-20]
    error = (wiener(y, Blur(psf), 1e-5) - x)[0]
    ends = np.sqrt(np.mean(np.r_[error[:8], error[-8:]] ** 2))
    np.testing.assert_allclose([ends, np.sqrt(np.mean(error[8:-8] ** 2))], [2.86, 0.031], rtol=0.02)

def test_bad_input_is_named():
    y, A = np.full((16, 16), 0.5), Blur(PSF)
    cases = [
        (lambda: wiener(y, PSF, 0.1), "blur is a ndarray; it must be a periodic Blur"),
        (lambda: wiener(y, Blur(PSF, "zero"), 0.1), "boundary is 'zero'; it must be 'periodic'"),
        (lambda: wiener(y, A, -0.1), "noise_to_signal is -0.1"),
        (lambda: wiener(y, A, np.ones((16, 16))), r"noise_to_signal is of shape \(16, 16\)"),
        (lambda: wiener(y, Blur.from_otf(lambda f: airy_otf(f, 0.2)), 0), "noise_to_signal is 0"),
        (lambda: wiener(y * np.nan, A, 0.1), "y is not finite"),
        (lambda: inverse_filter(y, Blur.from_otf(lambda f: airy_otf(f, 0.2))), "blur is as weak"),
        (lambda: inverse_filter(y.astype(np.uint8) + 7, A), "y is of type uint8"),
        (lambda: tikhonov(y, A, 0), "lam is 0.0; .*greater than 0"),
        (lambda: tikhonov(y, np.eye(16), 1), "A is a ndarray; it must be a LinearOperator"),
        (lambda: tikhonov(y[:4, :4], A, 1), r"psf is of shape \(7, 7\)"),
        (lambda: discrepancy_lambda(y, A, -0.1), "sigma is -0.1"),
        (lambda: discrepancy_lambda(y, A, 10.0), "sigma is 10.0; it must be less than the root"),
        (lambda: discrepancy_lambda(np.eye(2), Stack([Identity(), Identity()]), 0.1), "y is of"),
        (lambda: richardson_lucy(y - 1, A, 3), "y is -0.5 somewhere; it must be 0 or greater"),
        (lambda: richardson_lucy(y, A, 2.5), "iterations is 2.5; it must be an integer"),
        (lambda: richardson_lucy(y, A, 3, x0=y[:8]), r"x0 is of shape \(8, 16\); .*\(16, 16\)"),
        (lambda: richardson_lucy(np.stack([y, y, y]), A, 3, x0=np.stack([y, y])),
         r"x0 is of shape \(2, 16, 16\); .*\(3, 16, 16\)"),
        (lambda: richardson_lucy(y, Blur(-PSF), 3), "A is an operator with negative entries"),
        (lambda: richardson_lucy(np.ones((64, 48, 3)), A, 3), r"\(\.\.\., C, H, W\)"),
        (lambda: total_variation(y, -1), "lam is -1.0"),
        (lambda: total_variation(y, 1, tol=0), "tol is 0.0"),
    ]
    for call, message in cases:
        with pytest.raises(ValueError, match=message):
            call()


def test_public_names_are_documented():
    for name in deconvolution.__all__:
        assert getattr(deconvolution, name).__doc__
