"""The casebook: what ships is what its recipe makes, and says what it should."""


import numpy as np
import pytest

from course_lib.imaging.operators import Downsample
from course_lib.inference.classifiers import p_dark
from course_lib.inference.posterior import log_likelihood
from course_lib.records import casebook
from course_lib.records.casebook import SIGMA, individuals, line_up, shipped, simulated
from course_lib.records.reconstructions import LinearEstimate, bicubic, edge_preserving
from course_lib.worlds import ladybirds

pytest.importorskip("torch")
from course_lib.generators import gan, pulse
from course_staff.experiments import casebook as recipe

# --- cases ----------------------------------------------------------------------------------------


def test_the_cases_are_the_first_of_the_simulation():
    bank, (beetles, y) = shipped(), simulated(2)
    np.testing.assert_array_equal(bank.y[:2], y)
    np.testing.assert_array_equal(bank.beetles.values[:2], beetles.values)
    assert len(bank.y) == casebook.CASES and bank.truth.shape == (casebook.CASES, 3, 64, 64)


def test_truths_are_one_draw_among_the_posterior_s():
    """Log-likelihood of the truths against that of the draws: each explains y to the noise."""
    bank = shipped()
    drawn, true = [], []
    for i, y in enumerate(bank.y):
        some = ladybirds.from_latents(bank.u[i, :20], bank.form[i, :20])
        drawn.append(-2 * log_likelihood(y, some, SIGMA).mean())
        true.append(-2 * log_likelihood(y, bank.beetles[i], SIGMA)[0])
    expected_spread = np.sqrt(2 * 48 / len(true))  # chi-square of 48 numbers
    assert abs(np.mean(true) - np.mean(drawn)) < 4 * expected_spread
    assert bank.ess.min() > 30


def test_the_posterior_mean_beats_its_draws_by_a_factor_of_two():
    bank, mean, sample = shipped(), [], []
    for i in range(len(bank.y)):
        draws = bank.draws(i, 40)
        sample.append(np.mean((draws[0] - bank.truth[i]) ** 2))
        mean.append(np.mean((draws[1:].mean(0) - bank.truth[i]) ** 2))
    assert 1.4 < np.mean(sample) / np.mean(mean) < 2.6


def test_the_range_of_the_starts_holds_the_first():
    bank = shipped()
    assert np.all(bank.low <= bank.pulse + 1e-9) and np.all(bank.pulse <= bank.high + 1e-9)
    assert bank.residuals.shape == (casebook.CASES, casebook.STARTS)


def test_a_search_repeated_finds_what_was_shipped():
    found = pulse.search(gan.load(casebook.GENERATOR), shipped().y[:1], casebook.STARTS,
                         law=pulse.fit_styles(gan.load(casebook.GENERATOR)))
    assert np.abs(found.pictures[0, 0] - shipped().pulse[0]).mean() < 0.02
    assert found.residuals[0] == pytest.approx(shipped().residuals[0], rel=0.3)


# --- line-ups -------------------------------------------------------------------------------------


def test_individuals_share_the_scene_and_nothing_else():
    found = individuals(0)
    for prior in ladybirds.PRIORS:
        values = found.beetles[prior.name]
        assert (np.ptp(values) == 0) == (prior.group == "scene"), prior.name
    noise = found.y - Downsample(8)(found.gallery)
    assert noise.std() == pytest.approx(SIGMA, rel=0.02)
    assert not np.array_equal(individuals(1).gallery, found.gallery)


def test_every_individual_was_searched_for():
    for k in range(casebook.LINE_UPS):
        found = line_up(k)
        missed = np.mean((Downsample(8)(found.pulse) - found.y) ** 2, axis=(1, 2, 3))
        assert missed == pytest.approx(found.residuals, abs=2e-4)


def test_the_balanced_generator_was_searched_as_told():
    found = pulse.search(gan.load(casebook.BALANCED), line_up(0).y[:2])
    told = p_dark(found.pictures[:, 0])
    assert told == pytest.approx(line_up(0).balanced[:2], abs=0.2)


# --- the recipe -----------------------------------------------------------------------------------


def test_what_the_recipe_writes_is_read(tmp_path, monkeypatch):
    rng = np.random.default_rng(0)
    pictures = rng.random((casebook.CASES, 2, 3, 64, 64)).astype(np.float32)
    line = rng.random((128, 1, 3, 64, 64)).astype(np.float32)
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    monkeypatch.setattr(recipe, "search", lambda y, starts, name="": (
        (pictures, np.full(pictures.shape[:2], 0.1)) if starts > 1
        else (line, np.full((128, 1), 0.2))))
    monkeypatch.setattr(recipe, "posterior_draws", lambda y, seed: (
        np.full((casebook.DRAWS, 22), 0.5, np.float16), np.ones(casebook.DRAWS, bool), 77.0))
    recipe.rebuild()
    bank = shipped.__wrapped__()
    assert bank.pulse == pytest.approx(pictures[:, 0], abs=0.005)
    assert bank.high == pytest.approx(pictures.max(1), abs=0.005)
    assert (bank.u == 0.5).all() and (bank.form == 1).all() and (bank.ess == 77).all()
    for k in range(2):
        found = line_up.__wrapped__(k)
        assert found.pulse == pytest.approx(line[64 * k : 64 * k + 64, 0], abs=0.005)


@pytest.mark.parametrize("number", [-1, 2])
def test_there_are_two_line_ups(number):
    with pytest.raises(ValueError, match="number is"):
        line_up(number)


# --- classical reconstructions --------------------------------------------------------------------


def test_the_linear_estimate_is_bayes_for_a_gaussian_world():
    """x = B z with z ~ N(0, I): posterior mean and variance are formulas."""
    rng = np.random.default_rng(1)
    B = rng.standard_normal((16, 5))
    x = (rng.standard_normal((200_000, 5)) @ B.T).reshape(-1, 1, 4, 4)
    A, sigma = Downsample(2), 0.7
    M = A.dense((4, 4)) @ B
    law = np.linalg.inv(np.eye(5) + M.T @ M / sigma**2)
    estimate = LinearEstimate(x, A, sigma)
    y = rng.standard_normal((3, 1, 2, 2))
    expected = (y.reshape(3, 4) @ M / sigma**2 @ law @ B.T).reshape(3, 1, 4, 4)
    assert estimate(y) == pytest.approx(expected, abs=0.03)
    assert estimate.sd.ravel() == pytest.approx(np.sqrt(np.diag(B @ law @ B.T)), abs=0.02)


def test_enlarging_keeps_even_pictures_even():
    y = np.full((2, 3, 4, 4), 0.3)
    assert bicubic(y) == pytest.approx(np.full((2, 3, 64, 64), 0.3), abs=1e-6)
    assert bicubic(y, (8, 12)) == pytest.approx(np.full((2, 3, 8, 12), 0.3), abs=1e-6)
    assert edge_preserving(y[0]) == pytest.approx(np.full((3, 64, 64), 0.3), abs=1e-3)
