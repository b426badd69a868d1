"""Laws of samplers that need a denoiser only."""

import numpy as np
import pytest

from course_lib.audits.measures import audit_sampler
from course_lib.imaging.operators import Blur, Downsample
from course_lib.inference import diffusion, guidance
from course_lib.inference.posterior import Mixture

FORMS = Mixture([0.8, 0.2], [[-1.0, 0.0], [1.0, 0.0]], [np.diag([0.09, 0.25])] * 2)
A, SIGMA = np.array([[1.0, 0.6]]), 0.6
SPREAD = float(np.sqrt(np.mean(FORMS.sd**2)))
BELL = Mixture([1.0], [[0.5, -1.0]], [[[1.0, 0.3], [0.3, 0.5]]])


def whole(v):
    """Weigh all answers by the same cotangent."""
    return lambda x0, rows: np.broadcast_to(v, x0.shape)


@pytest.mark.parametrize("t", [0.0, 0.1, 1.0, 5.0])
def test_the_denoiser_of_a_gaussian_is_linear(t):
    x = np.random.default_rng(0).normal(size=(40, 2))
    D = guidance.MixtureDenoiser(BELL)
    gain = BELL.covariances[0] @ np.linalg.inv(BELL.covariances[0] + t**2 * np.eye(2))
    np.testing.assert_allclose(D(x, t), BELL.means[0] + (x - BELL.means[0]) @ gain.T, atol=1e-12)


def test_no_noise_changes_nothing():
    x = np.random.default_rng(1).normal(size=(5, 2))
    np.testing.assert_array_equal(guidance.MixtureDenoiser(FORMS)(x, 0.0), x)


@pytest.mark.parametrize("t", [0.3, 2.0])
def test_tweedie_the_denoiser_tells_the_slope_of_the_noisy_law(t):
    x, h = np.random.default_rng(2).normal(size=(6, 2)), 1e-5
    noisy = Mixture(FORMS.weights, FORMS.means, FORMS.covariances + t**2 * np.eye(2))
    slope = np.stack([(noisy.log_density(x + h * e) - noisy.log_density(x - h * e)) / (2 * h)
                      for e in np.eye(2)], axis=1)
    found = (guidance.MixtureDenoiser(FORMS)(x, t) - x) / t**2
    np.testing.assert_allclose(found, slope, atol=1e-7)


def test_pull_is_the_transposed_derivative():
    x, v, h = np.random.default_rng(3).normal(size=(3, 4, 2))
    D, t, tiny = guidance.MixtureDenoiser(FORMS), 0.7, 1e-5
    x0, pulled = D.pull(x, t, whole(v))
    np.testing.assert_allclose(x0, D(x, t))
    moved = (D(x + tiny * h, t) - D(x - tiny * h, t)) / (2 * tiny)
    np.testing.assert_allclose(np.sum(pulled * h, 1), np.sum(v * moved, 1), atol=1e-8)


def test_levels_fall_in_equal_steps_of_their_root():
    t = guidance.levels(30, 5.0, 0.02, rho=3.0)
    assert t[0] == pytest.approx(5.0) and t[-1] == pytest.approx(0.02)
    np.testing.assert_allclose(np.diff(np.cbrt(t)), (np.cbrt(0.02) - np.cbrt(5)) / 29)
    nearly_equal_ratios = guidance.levels(10, 8.0, 0.5, rho=1e5)
    np.testing.assert_allclose(nearly_equal_ratios, np.geomspace(8.0, 0.5, 10), rtol=1e-3)


@pytest.mark.parametrize("stochastic", [True, False])
def test_draws_have_the_law_of_a_gaussian_world(stochastic):
    x = guidance.draw(guidance.MixtureDenoiser(BELL), (6_000, 2), 0, stochastic=stochastic,
                      noise_levels=guidance.levels(120))
    np.testing.assert_allclose(x.mean(0), BELL.means[0], atol=0.04)
    np.testing.assert_allclose(np.cov(x.T), BELL.covariances[0], atol=0.08)


def test_the_flow_carries_a_start_to_one_end():
    start = guidance.levels()[0] * np.random.default_rng(4).normal(size=(50, 2))
    D = guidance.MixtureDenoiser(FORMS)
    ends = [guidance.draw(D, (50, 2), seed, stochastic=False, start=start) for seed in (0, 1)]
    np.testing.assert_array_equal(*ends)
    twins = [guidance.draw(D, (50, 2), seed, start=start) for seed in (0, 1)]
    assert np.abs(twins[0] - twins[1]).max() > 0.1


@pytest.mark.parametrize("stochastic", [True, False])
def test_in_a_gaussian_world_pigdm_with_the_right_spread_is_the_posterior(stochastic):
    bell = Mixture([1.0], [[0.3, -0.2]], [0.8 * np.eye(2)])
    y = np.full((6_000, 1), 1.5)
    x = guidance.draw(guidance.MixtureDenoiser(bell), (6_000, 2), 0,
                      guidance.PiGDM(A, y, SIGMA, np.sqrt(0.8)), guidance.levels(120), stochastic)
    right = bell.posterior(y[0], A, SIGMA)
    np.testing.assert_allclose(x.mean(0), right.mean, atol=0.03)
    np.testing.assert_allclose(np.cov(x.T), right.covariances[0], atol=0.04)


def test_pigdm_without_a_spread_is_the_usual_approximation():
    x, y, t = np.random.default_rng(5).normal(size=(7, 2)), np.full((7, 1), 0.4), 0.9
    guide, D = guidance.PiGDM(A, y, SIGMA, 0.0), guidance.MixtureDenoiser(FORMS)
    x0, pulled = D.pull(x, t, lambda some, rows: guide.weigh(some, t, rows))
    found = (x0 + guide.scale(t, 1.0) * pulled - x) / t**2
    np.testing.assert_allclose(found, diffusion.approximate(FORMS, A, y, SIGMA)(x, t), atol=1e-10)


def test_dps_goes_down_the_norm_of_the_miss_by_its_strength():
    y, x, t, s = np.array([[0.4]] * 6), np.random.default_rng(6).normal(size=(6, 2)), 0.5, 0.4
    D = guidance.MixtureDenoiser(FORMS)
    free = guidance.draw(D, x.shape, 0, None, [t, s], stochastic=False, start=x)
    two = guidance.DPS(A, y, 0.3)
    x0, pulled = D.pull(x, t, lambda some, rows: two.weigh(some, t, rows))
    h = 1e-6
    norm = lambda at: np.abs(y - D(at, t) @ A.T)[:, 0]  # noqa: E731
    slope = np.stack([(norm(x + h * e) - norm(x - h * e)) / (2 * h) for e in np.eye(2)], axis=1)
    moved = x0 + two.scale(t, 1 - s / t) * pulled
    step = moved + s / t * (x - moved) - (x0 + s / t * (x - x0))
    np.testing.assert_allclose(step, -0.3 * slope, atol=1e-6)
    off = guidance.draw(D, x.shape, 0, guidance.DPS(A, y, 0.0), [t, s], False, start=x)
    np.testing.assert_allclose(off, free)


def test_a_camera_and_its_matrix_guide_alike():
    y, x = np.random.default_rng(7).normal(size=(2, 3, 1, 2, 2)), np.ones((3, 1, 4, 4))
    M = Downsample(2).dense((4, 4))
    one = guidance.PiGDM(Downsample(2), y[0], 0.3, 1.0)
    other = guidance.PiGDM(M, y[0].reshape(3, 4), 0.3, 1.0)
    every = slice(None)
    np.testing.assert_allclose(one.weigh(x, 0.7, every).reshape(3, -1),
                               other.weigh(x.reshape(3, -1), 0.7, every))
    np.testing.assert_allclose(one.log_likelihood(x, 0.7),
                               other.log_likelihood(x.reshape(3, -1), 0.7))


def test_the_guess_of_the_likelihood_is_a_density_and_its_slope_the_guide():
    guide = guidance.PiGDM(np.eye(2)[:1], np.linspace(-30, 30, 4001)[:, None], SIGMA, 1.3)
    density = np.exp(guide.log_likelihood(np.full((4001, 2), 0.2), 0.8))
    assert np.sum(density) * 60 / 4000 == pytest.approx(1, abs=1e-6)
    x0, h, every = np.array([[0.2, 0.1]]), 1e-6, slice(0, 1)
    one = guidance.PiGDM(A, [[1.0]], SIGMA, 1.3)
    def at(x):
        return one.log_likelihood(x, 0.8)[0]

    slope = [(at(x0 + h * e) - at(x0 - h * e)) / (2 * h) for e in np.eye(2)]
    np.testing.assert_allclose(one.weigh(x0, 0.8, every)[0], slope, atol=1e-6)


def twisted(y, particles, rng, steps=60):
    """Sample the two forms."""
    return guidance.twisted(guidance.MixtureDenoiser(FORMS), A, y, SIGMA, SPREAD, (2,), rng,
                            particles, guidance.levels(steps))


def test_twisted_draws_tend_to_the_posterior():
    y = np.array([[-0.5], [0.2], [0.9]])
    found = twisted(y, 1000, 0, steps=100)
    for i, each in enumerate(y):
        right = FORMS.posterior(each, A, SIGMA)
        np.testing.assert_allclose(found.mean()[i], right.mean, atol=0.08)
        dark = found.weights[i] @ (found.x[i, :, 0] > 0)
        assert dark == pytest.approx(right.weights[1], abs=0.05)
    np.testing.assert_allclose(found.weights.sum(1), 1)


def test_a_wrong_guess_costs_particles_not_the_law():
    """With another spread the proposal differs, the weights make up for it."""
    y = np.full((6, 1), 0.4)
    right = FORMS.posterior(y[0], A, SIGMA).weights[1]
    for spread in (0.3 * SPREAD, 3 * SPREAD):
        found = guidance.twisted(guidance.MixtureDenoiser(FORMS), A, y, SIGMA, spread, (2,), 0, 300,
                                 guidance.levels(100))
        shares = np.sum(found.weights * (found.x[..., 0] > 0), axis=1)
        assert shares.mean() == pytest.approx(right, abs=0.06)


def test_evidence_is_told_without_bias():
    y = np.linspace(-2, 2, 5)[:, None]
    found = twisted(np.repeat(y, 30, axis=0), 64, 1)
    told = np.exp(found.log_evidence).reshape(5, 30).mean(1)
    np.testing.assert_allclose(told, np.exp(FORMS.measured(A, SIGMA).log_density(y)), rtol=0.2)


def test_ranks_pass_the_twisted_sampler_and_refute_dps():
    def with_particles(y, draws, rng):
        return np.moveaxis(twisted(y, 64, rng, 40).draw(draws, rng), 1, 0)

    def with_dps(y, draws, rng):
        many = np.tile(y, (draws, 1))
        x = guidance.draw(guidance.MixtureDenoiser(FORMS), (len(many), 2), rng,
                          guidance.DPS(A, many, 0.5))
        return x.reshape(draws, len(y), 2)

    sound = audit_sampler(with_particles, FORMS, A, SIGMA, cases=200, rng=0)
    assert min(sound["coordinates"].min(), sound["likelihood"]) > 1e-3
    assert audit_sampler(with_dps, FORMS, A, SIGMA, cases=200, rng=0)["likelihood"] < 1e-6


def test_particles_are_counted_and_drawn_by_weight():
    found = twisted(np.array([[0.5], [-3.0]]), 100, 2, steps=25)
    assert found.ess.shape == (2, 25) and (found.ess >= 1 - 1e-9).all()
    assert (found.ess <= 100 + 1e-9).all() and found.ancestors.shape == (2, 100)
    drawn = found.draw(4000, 3)
    assert drawn.shape == (2, 4000, 2)
    np.testing.assert_allclose(drawn.mean(1), found.mean(), atol=0.08)


def test_what_runs_away_is_told():
    y = np.full((4, 1), 0.5)
    with pytest.raises(RuntimeError, match="ran away"):
        guidance.draw(guidance.MixtureDenoiser(FORMS), (4, 2), 0,
                      guidance.PiGDM(A, y, SIGMA, 0.0, strength=1e4), guidance.levels(6))


@pytest.mark.parametrize("wrong", [
    {"noise_levels": [1.0, 2.0]}, {"noise_levels": [1.0, 0.0]}, {"start": np.zeros((3, 2))}])
def test_wrong_settings_are_refused(wrong):
    with pytest.raises(ValueError, match=r"must be"):
        guidance.draw(guidance.MixtureDenoiser(FORMS), (4, 2), 0, **wrong)


@pytest.mark.parametrize("make", [
    lambda: guidance.PiGDM(A, [[1.0]], 0.0, 1.0), lambda: guidance.PiGDM(A, [[1.0]], 1.0, -1.0),
    lambda: guidance.DPS(A, [[np.nan]]), lambda: guidance.DPS(A, [[1.0, 2.0]]),
    lambda: guidance.PiGDM(Blur(np.full((3, 3), 1 / 9)), np.ones((1, 8, 8)), 1.0, 1.0),
    lambda: guidance.levels(10, 1.0, 2.0)])
def test_wrong_measurements_are_refused(make):
    with pytest.raises(ValueError, match=r"must be"):
        make()
