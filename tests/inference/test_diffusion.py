"""The diffusion sampler: its score is a gradient, exact guidance samples the posterior."""


import numpy as np
import pytest

from course_lib.audits.measures import audit_sampler
from course_lib.inference.diffusion import approximate, draw, exact, score
from course_lib.inference.posterior import Mixture

PRIOR = Mixture([0.7, 0.3], [[-1.0, 0.5], [1.0, 0.0]],
                [np.diag([0.1, 0.3]), [[0.2, 0.1], [0.1, 0.2]]])
A, SIGMA = np.array([[1.0, 0.6]]), 0.6
X = np.random.default_rng(0).standard_normal((5, 2))


def blurred(t):
    return Mixture(PRIOR.weights, PRIOR.means, PRIOR.covariances + t**2 * np.eye(2))


def slope(function, x, step=1e-5):
    """Derivatives of function (..., n) → (..., k) by central differences, (..., k, n)."""
    moves = step * np.eye(x.shape[-1])
    return np.stack([(function(x + m) - function(x - m)) / (2 * step) for m in moves], axis=-1)


def guided(guidance):
    def sampler(y, draws, rng):
        many = np.tile(y, (draws, 1))
        found = draw(guidance(PRIOR, A, many, SIGMA), 2, len(many), rng)
        return found.reshape(draws, len(y), 2)
    return sampler


@pytest.mark.parametrize("t", [0.0, 0.3, 2.0])
def test_score_and_hessian_are_derivatives_of_the_blurred_density(t):
    gradient, hessian = score(PRIOR, X, t)
    expected = slope(lambda x: blurred(t).log_density(x)[..., None], X)[..., 0, :]
    np.testing.assert_allclose(gradient, expected, atol=1e-6)
    np.testing.assert_allclose(hessian, slope(lambda x: score(PRIOR, x, t)[0], X), atol=1e-6)


def test_tweedies_formula_gives_the_posterior_mean():
    t = 0.8
    found = X + t**2 * score(PRIOR, X, t)[0]
    expected = [PRIOR.posterior(x, np.eye(2), t).mean for x in X]
    np.testing.assert_allclose(found, expected, atol=1e-9)


def test_exact_guidance_is_the_score_of_the_posterior():
    y = np.linspace(-2, 2, 5)[:, None]
    found = exact(PRIOR, A, y, SIGMA)(X, 0.5)
    expected = [score(PRIOR.posterior(v, A, SIGMA), x[None], 0.5)[0][0]
                for v, x in zip(y, X, strict=True)]
    np.testing.assert_allclose(found, expected, atol=1e-9)


def test_approximate_guidance_is_the_gradient_that_it_says():
    y, t = np.linspace(-2, 2, 5)[:, None], 0.7

    def fit(x):
        best = x + t**2 * score(PRIOR, x, t)[0]
        return -np.sum((y - best @ A.T) ** 2, axis=-1, keepdims=True) / (2 * SIGMA**2)

    added = approximate(PRIOR, A, y, SIGMA)(X, t) - score(PRIOR, X, t)[0]
    np.testing.assert_allclose(added, slope(fit, X)[..., 0, :], atol=1e-6)


def test_both_guidances_agree_without_noise_of_the_sampler():
    y = np.full((5, 1), 0.3)
    np.testing.assert_allclose(approximate(PRIOR, A, y, SIGMA)(X, 1e-4),
                               exact(PRIOR, A, y, SIGMA)(X, 1e-4), rtol=1e-4)


def test_exact_guidance_samples_the_posterior():
    y = np.full((6000, 1), 0.4)
    found = draw(exact(PRIOR, A, y, SIGMA), 2, 6000, rng=1)
    posterior = PRIOR.posterior([0.4], A, SIGMA)
    np.testing.assert_allclose(found.mean(0), posterior.mean, atol=0.05)
    np.testing.assert_allclose(found.std(0), posterior.sd, rtol=0.04)
    assert posterior.classify(found).mean(0) == pytest.approx(posterior.weights, abs=0.03)


@pytest.mark.parametrize("variance", [1.0, 0.09, 0.01])
def test_draws_of_a_gaussian_have_its_variance(variance):
    found = draw(lambda x, t: -x / (variance + t**2), 1, 100_000, rng=2)  # its exact score
    assert found.mean() == pytest.approx(0, abs=0.02 * variance**0.5)
    assert found.var() == pytest.approx(variance, rel=0.025)  # standard error 0.45 %


def test_few_levels_cost_some_variance_and_many_cost_less():
    few, many = (draw(lambda x, t: -x / (1 + t**2), 1, 50_000, rng=3, steps=steps).var()
                 for steps in (15, 150))
    assert abs(many - 1) < 0.02 < abs(few - 1)


def test_ranks_tell_exact_from_approximate_guidance():
    sound = audit_sampler(guided(exact), PRIOR, A, SIGMA, cases=400)
    assert min(*sound["coordinates"], sound["likelihood"]) > 1e-3
    assert audit_sampler(guided(approximate), PRIOR, A, SIGMA, cases=400)["likelihood"] < 1e-4


def test_prior_draws_are_caught_by_the_likelihood_alone():
    def prior_draws(y, draws, rng):
        return PRIOR.sample(draws * len(y), rng)[0].reshape(draws, len(y), 2)

    found = audit_sampler(prior_draws, PRIOR, A, SIGMA)
    assert found["coordinates"].min() > 1e-3 and found["likelihood"] < 1e-10
    assert found["ranks"].shape == (200,) and found["ranks"].mean() > 12  # of 19: the truth wins


def test_what_is_wrong_is_said():
    with pytest.raises(ValueError, match="what the sampler returns is of shape"):
        audit_sampler(lambda y, draws, rng: np.zeros((draws, 2)), PRIOR, A, SIGMA)
    with pytest.raises(ValueError, match="sigma is 0"):
        approximate(PRIOR, A, np.zeros((1, 1)), 0)
    with pytest.raises(ValueError, match="steps is 1"):
        draw(lambda x, t: -x, 1, 1, 0, steps=1)


@pytest.mark.parametrize("make", [exact, approximate])
@pytest.mark.parametrize("y", [
    np.full(500, 0.9), np.full((500, 2), 0.9), np.full((500, 1), np.nan), 0.9])
def test_measurements_of_another_shape_are_refused(make, y):
    coin = Mixture([0.5, 0.5], [[-1.0], [1.0]], np.full((2, 1, 1), 0.01))
    with pytest.raises(ValueError, match="y is"):
        make(coin, np.eye(1), y, 0.3)


def test_draws_that_run_away_are_told():
    def away(x, t):
        return x / t**2

    with pytest.raises(RuntimeError, match="ran away"):
        draw(away, 1, 10, 0)
    with pytest.raises(ValueError, match="largest is"):
        draw(away, 1, 10, 0, largest=0.01, smallest=20)
