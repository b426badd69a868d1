"""Laws of the reference posteriors: closed forms, sampling against them, ladybirds, calibration."""

import math
import shutil
import subprocess
import sys

import numpy as np
import pytest
from scipy.stats import kstest, multivariate_normal, norm

from course_lib.audits.measures import calibration_error, ranks, uniformity
from course_lib.data import data_path
from course_lib.imaging.operators import Downsample
from course_lib.inference import posterior
from course_lib.inference.classifiers import p_dark
from course_lib.inference.posterior import (
    EXAMPLES,
    STORED,
    Mixture,
    Unreliable,
    example,
    log_likelihood,
    reference,
    shipped,
    simulate,
)
from course_lib.inference.sampling import WeightedDraws, refine, temper, weigh
from course_lib.worlds import ladybirds
from course_staff.experiments import calibrate
from course_staff.experiments.calibrate import DRAWS, run_case
from course_staff.experiments.data import picture, tensors


def test_neither_module_needs_torch():
    code = "import sys, course_lib.inference.posterior; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# --- closed forms --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def mixture():
    rng = np.random.default_rng(0)
    roots = rng.standard_normal((3, 4, 4)) * np.array([1.0, 0.5, 0.2])[:, None, None]
    return Mixture([0.5, 0.3, 0.2], 2 * rng.standard_normal((3, 4)),
                   roots @ roots.transpose(0, 2, 1) + 0.1 * np.eye(4))


CAMERA = np.array([[1.0, 1.0, 0.0, 0.0], [0.0, 0.5, -1.0, 2.0]])


def test_bayes_rule_holds_at_every_point(mixture):
    y, sigma, rng = np.array([0.3, -1.0]), 0.7, np.random.default_rng(1)
    x = rng.standard_normal((20, 4))
    likelihood = norm(x @ CAMERA.T, sigma).logpdf(y).sum(1)
    evidence = mixture.measured(CAMERA, sigma).log_density(y)
    np.testing.assert_allclose(mixture.posterior(y, CAMERA, sigma).log_density(x),
                               mixture.log_density(x) + likelihood - evidence, rtol=1e-9)


def test_density_is_the_weighted_sum_of_gaussians(mixture):
    x = np.array([[0.1, 0.2, -0.3, 1.0], [2.0, 0.0, 0.0, 1.0]])
    parts = [w * multivariate_normal(m, c).pdf(x) for w, m, c in
             zip(mixture.weights, mixture.means, mixture.covariances, strict=True)]
    np.testing.assert_allclose(mixture.log_density(x), np.log(np.sum(parts, axis=0)))
    np.testing.assert_allclose(mixture.classify(x), (parts / np.sum(parts, axis=0)).T)


def test_samples_have_the_mean_sd_and_shares_of_the_mixture(mixture):
    x, kinds = mixture.sample(40_000, rng=2)
    np.testing.assert_allclose(np.bincount(kinds) / 40_000, mixture.weights, atol=0.01)
    np.testing.assert_allclose(x.mean(0), mixture.mean, atol=4 * mixture.sd.max() / 200)
    np.testing.assert_allclose(x.std(0), mixture.sd, rtol=0.02)
    np.testing.assert_allclose(np.cov(x[kinds == 1].T), mixture.covariances[1], atol=0.1)


@pytest.mark.parametrize(("share", "mean"), [(0.5, 0.834), (0.2, 0.467)])
def test_mean_of_plus_and_minus_one_lies_between_them(share, mean):
    coin = Mixture([1 - share, share], [[-1], [1]], np.zeros((2, 1, 1)))
    seen = coin.posterior([0.6], np.eye(1), math.sqrt(0.5))
    log_odds = math.log(share / (1 - share)) + 2 * 0.6 / 0.5
    assert seen.mean[0] == pytest.approx(math.tanh(log_odds / 2)) == pytest.approx(mean, abs=1e-3)
    assert set(seen.sample(100, 0)[0].ravel()) == {-1.0, 1.0}


def test_a_posterior_sample_has_twice_the_smallest_mean_squared_error(mixture):
    x, _ = mixture.sample(800, rng=3)
    y = x @ CAMERA.T + 0.5 * np.random.default_rng(4).standard_normal((800, 2))
    seen = [mixture.posterior(each, CAMERA, 0.5) for each in y]
    best = np.mean((np.array([s.mean for s in seen]) - x) ** 2)
    drawn = np.mean((np.array([s.sample(1, i)[0][0] for i, s in enumerate(seen)]) - x) ** 2)
    assert drawn / best == pytest.approx(2, abs=0.15)


def test_a_mixture_says_what_is_wrong_with_it():
    with pytest.raises(ValueError, match="sum 1"):
        Mixture([0.5, 0.6], np.zeros((2, 1)), np.ones((2, 1, 1)))
    with pytest.raises(ValueError, match="covariances"):
        Mixture([1.0], np.zeros((1, 2)), np.ones((1, 2)))
    with pytest.raises(ValueError, match="y is of shape"):
        Mixture([1.0], np.zeros((1, 2)), np.eye(2)[None]).posterior([0.3], np.eye(2), 1.0)


# --- sampling, where the truth has a closed form -------------------------------------------------


def measured(A, y, sigma):
    """Log-likelihood of y = A u + noise."""
    return lambda u: norm(u @ A.T, sigma).logpdf(y).sum(1)


A6 = np.random.default_rng(5).standard_normal((4, 6))
Y6, SIGMA6 = np.array([1.0, -2.0, 0.5, 3.0]), 0.3
PRIOR6 = Mixture([1.0], np.zeros((1, 6)), np.eye(6)[None])
TRUTH6 = PRIOR6.posterior(Y6, A6, SIGMA6)
EVIDENCE6 = float(PRIOR6.measured(A6, SIGMA6).log_density(Y6))


@pytest.fixture(scope="module")
def swarm():
    return temper(measured(A6, Y6, SIGMA6), 6, particles=2000, rng=1)


def test_a_swarm_finds_a_gaussian_posterior_and_its_evidence(swarm):
    np.testing.assert_allclose(swarm.u.mean(0), TRUTH6.mean, atol=0.08)
    np.testing.assert_allclose(swarm.u.std(0), TRUTH6.sd, rtol=0.12)
    assert swarm.log_evidence == pytest.approx(EVIDENCE6, abs=0.25)
    assert swarm.temperatures[-1] == 1 and (np.diff(swarm.temperatures) > 0).all()
    assert len(swarm.temperatures) > 3  # the prior was too far away for one step
    np.testing.assert_allclose(swarm.log_likelihood, measured(A6, Y6, SIGMA6)(swarm.u))


def test_weights_correct_a_swarm_that_is_off(swarm):
    off = TRUTH6.mean + 1.3 * (swarm.u - TRUTH6.mean) + 0.3 * TRUTH6.sd
    for u, least in ((swarm.u, 2500), (off, 300)):
        found = weigh(measured(A6, Y6, SIGMA6), u, 6000, rng=2)
        assert found.log_evidence == pytest.approx(EVIDENCE6, abs=4 * found.log_evidence_error)
        mean = found.weights @ found.u
        np.testing.assert_allclose(mean, TRUTH6.mean, atol=4 * TRUTH6.sd.max() / found.ess**0.5)
        sd = np.sqrt(found.weights @ (found.u - mean) ** 2)
        np.testing.assert_allclose(sd, TRUTH6.sd, rtol=4 / found.ess**0.5)
        assert found.ess > least and found.weights.sum() == pytest.approx(1)
    assert found.ess < 2500


def test_two_distant_answers_get_their_shares_and_evidence():
    def log_likelihood(u):  # two narrow hills, 3:1
        return np.logaddexp(np.log(0.75) + norm([2, 0], 0.3).logpdf(u).sum(1),
                            np.log(0.25) + norm([-2, 0], 0.3).logpdf(u).sum(1))

    swarm = temper(log_likelihood, 2, particles=3000, rng=3)
    found = weigh(log_likelihood, swarm.u, 5000, rng=4)
    # By symmetry the prior weighs both hills alike.
    evidence = multivariate_normal([0, 0], 1.09 * np.eye(2)).logpdf([2, 0])
    assert found.weights @ (found.u[:, 0] > 0) == pytest.approx(0.75, abs=0.05)
    assert np.mean(swarm.u[:, 0] > 0) == pytest.approx(0.75, abs=0.06)
    assert found.log_evidence == pytest.approx(evidence, abs=4 * found.log_evidence_error)
    assert swarm.log_evidence == pytest.approx(evidence, abs=0.2)


def test_small_steps_keep_the_law_of_bent_answers():
    # Four pairs (a, b) with b - a² + 1 measured as 0: curved valleys, which no bell fits.
    def log_likelihood(u):
        return norm(0, 0.2).logpdf(u[:, 4:] - u[:, :4] ** 2 + 1).sum(1)

    swarm = temper(log_likelihood, 8, particles=3000, moves=15, rng=6)
    assert swarm.acceptance[-1] < 0.5  # so that steps were not all fresh draws
    a = np.linspace(-5, 5, 10_001)
    density = norm.pdf(a) * norm(0, math.sqrt(1.04)).pdf(a**2 - 1)
    sd = math.sqrt(density @ a**2 / density.sum())
    assert swarm.log_evidence == pytest.approx(4 * np.log(density.sum() * 0.001), abs=0.3)
    np.testing.assert_allclose(swarm.u[:, :4].std(0), sd, rtol=0.04)


def test_without_data_the_swarm_stays_prior_and_every_move_is_accepted():
    swarm = temper(lambda u: np.full(len(u), -3.0), 3, particles=4000, rng=5)
    assert swarm.log_evidence == pytest.approx(-3) and swarm.temperatures == [1]
    assert swarm.acceptance[0] > 0.9
    assert kstest(swarm.u.ravel(), "norm").pvalue > 0.01


def test_the_stated_error_of_the_evidence_is_the_one_that_repetition_shows(swarm):
    quick, exact = measured(A6, Y6, SIGMA6), measured(A6, Y6 + 0.1, SIGMA6)
    found = [refine(weigh(quick, 1.3 * swarm.u, 400, rng), exact, 200, rng) for rng in
             map(np.random.default_rng, range(60))]
    seen = np.std([each.log_evidence for each in found])
    told = np.mean([each.log_evidence_error for each in found])
    assert 0.75 < seen / told < 1.33
    truth = PRIOR6.measured(A6, SIGMA6).log_density(Y6 + 0.1)
    mean = np.log(np.mean(np.exp([each.log_evidence - truth for each in found])))
    assert mean == pytest.approx(0, abs=4 * told / 60**0.5)


def test_refining_moves_draws_to_the_exact_likelihood_and_keeps_none_twice(swarm):
    exact = measured(A6, Y6 + 0.1, SIGMA6)
    found = refine(weigh(measured(A6, Y6, SIGMA6), swarm.u, 8000, 1), exact, 4000, 2)
    assert len(np.unique(found.u, axis=0)) == len(found.u) <= 4000
    truth = PRIOR6.posterior(Y6 + 0.1, A6, SIGMA6)
    np.testing.assert_allclose(found.weights @ found.u, truth.mean, atol=0.05)
    np.testing.assert_allclose(found.log_likelihood, exact(found.u))


def test_effective_number_counts_what_a_few_heavy_draws_are_worth():
    draws = WeightedDraws(np.zeros((4, 1)), np.zeros(4), np.array([0.5, 0.5, 0, 0]), 0.0, 0.1)
    assert draws.ess == 2


def test_sampling_says_what_is_wrong():
    with pytest.raises(ValueError, match="log_likelihood is NaN"):
        temper(lambda u: np.full(len(u), np.nan), 2)
    with pytest.raises(ValueError, match="particles is 5; it must be an integer, 44 or greater"):
        temper(lambda u: u[:, 0], 22, particles=5)


# --- calibration measures ------------------------------------------------------------------------


def test_ranks_count_and_break_ties_evenly():
    draws = np.arange(10.0)[:, None] * [1, -1]
    assert ranks(np.array([2.5, 0.5]), draws, 0).tolist() == [3, 10]
    tied = ranks(np.zeros(20_000), np.zeros((3, 20_000)), 1)
    np.testing.assert_allclose(np.bincount(tied) / 20_000, 0.25, atol=0.015)
    with pytest.raises(ValueError, match="truth is of shape"):
        ranks(np.zeros(3), np.zeros((10, 2)), 0)


def test_uniformity_of_unequal_bins_and_its_refusals():
    counts, expected, p = uniformity(np.arange(70) % 7, draws=6, bins=3)
    assert counts.tolist() == expected.tolist() == [30, 20, 20] and p == pytest.approx(1)
    assert uniformity(np.zeros(50, int), draws=19)[2] < 1e-9
    for found, draws in (([0.5, 1.0], 9), ([12], 9), ([-1], 9)):
        with pytest.raises(ValueError, match="integers from 0 to 9"):
            uniformity(np.array(found), draws)


def test_log_likelihood_ranks_catch_what_parameter_ranks_let_pass():
    rng, n, L = np.random.default_rng(6), 400, 19
    x = rng.standard_normal(n)
    y = x + 0.5 * rng.standard_normal(n)
    right = 0.8 * y + math.sqrt(0.2) * rng.standard_normal((L, n))
    narrow = 0.8 * y + 0.7 * math.sqrt(0.2) * rng.standard_normal((L, n))
    prior = rng.standard_normal((L, n))
    p = {name: [uniformity(ranks(-(at(x) ** 2), -(at(draws) ** 2), 0), L)[2]
                if fit else uniformity(ranks(x, draws, 0), L)[2] for fit in (False, True)]
         for name, draws in (("right", right), ("narrow", narrow), ("prior", prior))
         for at in [lambda z: z - y]}
    assert min(p["right"]) > 0.01
    assert p["narrow"][0] < 1e-4  # overconfident
    assert p["prior"][0] > 0.01 and p["prior"][1] < 1e-9  # ignores y


def test_calibration_error_by_hand_and_on_honest_probabilities():
    assert calibration_error([0.9, 0.9, 0.1, 0.1], [1, 0, 0, 0]) == pytest.approx(0.25)
    rng = np.random.default_rng(7)
    p = rng.random(20_000)
    outcome = rng.random(20_000) < p
    assert calibration_error(p, outcome) < 0.012 < 0.1 < calibration_error(p**2, outcome)
    with pytest.raises(ValueError, match="probabilities"):
        calibration_error([1.2], [1])


# --- ladybirds -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def answer():
    return reference(ladybirds.sixteen_pixels(), effort=0.4)


def test_sixteen_pixels_leave_the_form_open(answer):
    # A classifier says 0.67 at equal shares (docs/ladybirds.md).
    assert answer.p_dark(0.5) == pytest.approx(0.67, abs=0.05)
    assert answer.p_dark_error(0.5) < 0.03
    assert answer.ess(0.5) > 100 and answer.misfit(0.5) < 1


def test_any_share_can_be_dialled(answer):
    log_odds = np.diff(answer.log_evidence)[0]
    for share in (0.02, 0.1, 0.9):
        p = answer.p_dark(share)
        assert np.log(p / (1 - p)) == pytest.approx(log_odds + np.log(share / (1 - share)))
        beetles, weights = answer.samples(share)
        assert weights.sum() == pytest.approx(1) and weights @ beetles.form == pytest.approx(p)
    assert answer.p_dark(0) == 0 and answer.p_dark(1) == 1
    assert set(answer.draw(5, share=0).form) == {0}


def test_mean_and_sd_are_those_of_the_samples(answer):
    beetles, weights = answer.samples(0.3)
    x = ladybirds.render(beetles).astype(float)
    mean = np.tensordot(weights, x, 1)
    np.testing.assert_allclose(answer.mean(0.3), mean, atol=1e-9)
    sd = np.sqrt(np.tensordot(weights, (x - mean) ** 2, 1))
    np.testing.assert_allclose(answer.sd(0.3), sd, atol=1e-6)


def test_draws_explain_the_small_picture_and_differ_in_the_large_one(answer):
    x = ladybirds.render(answer.draw(60, share=0.5, rng=1)).astype(float)
    small = Downsample(16)(x)
    assert np.abs(small.mean(0) - answer.y).max() < 0.03
    assert small.std(0).max() < 0.06 < answer.sd(0.5).max()
    prior = Downsample(16)(ladybirds.render(ladybirds.sample(60, share=0.5)).astype(float))
    assert small.std(0).mean() < 0.6 * prior.std(0).mean()


def test_likelihood_is_the_density_of_the_noise():
    beetles = ladybirds.sample(3, seed=1)
    y = Downsample(8)(ladybirds.render(beetles[1])[0].astype(float)) + 0.1
    expected = [norm(Downsample(8)(x), 0.2).logpdf(y).sum() for x in ladybirds.render(beetles)]
    np.testing.assert_allclose(log_likelihood(y, beetles, 0.2), expected, rtol=1e-5)


def test_same_seed_same_answer_and_nothing_on_the_screen(capfd):
    y = ladybirds.sixteen_pixels()
    first, second = (reference(y, effort=0.01, rng=1, minimum=1) for _ in range(2))
    assert first.p_dark(0.5) == second.p_dark(0.5)
    assert capfd.readouterr() == ("", "")
    other = reference(y, effort=0.01, rng=2, minimum=1, progress=True)
    said = capfd.readouterr()
    assert other.p_dark(0.5) != first.p_dark(0.5)
    assert "100%" in said.out and said.err == ""


def test_too_few_draws_are_refused_with_a_reason(answer):
    strict = posterior.LadybirdPosterior(answer.y, answer.sigma, answer.forms, minimum=1e4)
    for ask in (strict.p_dark, strict.samples, strict.mean, strict.sd, strict.misfit):
        with pytest.raises(Unreliable, match="effective draws at a share of 0.5; 10000 are needed"):
            ask(0.5)
    assert strict.ess(0.5) == answer.ess(0.5)


def test_a_picture_from_outside_the_world_misfits():
    board = 0.3 * (np.indices((4, 4)).sum(0) % 2)
    found = reference(ladybirds.sixteen_pixels() + board, effort=0.01, minimum=1)
    assert found.misfit(0.5) > 3


@pytest.mark.parametrize(("change", "says"), [
    ({"y": np.zeros((4, 4, 3))}, "y is of shape"),
    ({"y": np.full((3, 4, 4), np.nan)}, "y is not finite"),
    ({"sigma": 0.0}, "sigma is 0.0"),
    ({"effort": -1}, "effort is -1"),
])
def test_reference_says_what_is_wrong(change, says):
    with pytest.raises(ValueError, match=says):
        reference(**{"y": ladybirds.sixteen_pixels(), **change})
    with pytest.raises(ValueError, match="share is 1.5"):
        posterior.LadybirdPosterior(None, 1.0, ()).p_dark(1.5)


# --- what ships ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["sixteen_pixels", *EXAMPLES])
def test_shipped_posteriors_are_of_their_pictures(name):
    answer = shipped(name)
    np.testing.assert_array_equal(answer.y, picture(name))  # bit for bit from the seed
    assert answer.sigma == 0.05 and answer.ess(0.5) > 100
    for form, draws in enumerate(answer.forms):
        beetles = ladybirds.from_latents(draws.u[:60], form)
        # Latents are stored in single precision.
        np.testing.assert_allclose(log_likelihood(answer.y, beetles), draws.log_likelihood[:60],
                                   atol=0.01)
        assert draws.weights.sum() == pytest.approx(1)
    assert p_dark(answer.y) == pytest.approx(answer.p_dark(0.5), abs=0.06)


def test_one_shipped_posterior_computed_anew():
    # Another processor may round one comparison the other way, and from there on all is different
    # but the law: the answers then agree within their errors.
    was, now = shipped("dark_4x4"), reference(example("dark_4x4")[1])
    error = np.hypot(was.log_evidence_error, now.log_evidence_error)
    assert (np.abs(was.log_evidence - now.log_evidence) < 5 * error).all()
    assert np.abs(was.mean(0.5) - now.mean(0.5)).mean() < 0.01
    again = tensors(now)
    assert set(again) == {"y", "sigma", *(f"{key}{form}" for key in STORED for form in (0, 1))}


def test_the_examples_tell_the_story():
    for name, (_, pixels) in EXAMPLES.items():
        beetle, y = example(name)
        assert y.shape == (3, pixels, pixels)
        assert ("pale", "dark")[beetle.form[0]] == name.split("_")[0]
    # At 4 × 4 the share decides; at 8 × 8 it has nothing left to decide.
    assert shipped("dark_4x4").p_dark(0.1) < 0.5 < shipped("dark_4x4").p_dark(0.5)
    assert shipped("dark_8x8").p_dark(0.1) > 0.9 > 0.1 > shipped("pale_8x8").p_dark(0.5)


def test_a_flipped_byte_in_a_shipped_posterior_is_refused(tmp_path, monkeypatch):
    shutil.copytree(data_path("posteriors"), tmp_path / "posteriors")
    shutil.copy(data_path("checksums.json"), tmp_path)
    file = tmp_path / "posteriors" / "dark_4x4.safetensors"
    content = bytearray(file.read_bytes())
    content[-100] ^= 1
    file.write_bytes(content)
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    with pytest.raises(ValueError, match="dark_4x4.safetensors is not the file that the course"):
        shipped("dark_4x4")
    with pytest.raises(ValueError, match="name is 'dark'; it must be one of"):
        shipped("dark")


# --- calibration ---------------------------------------------------------------------------------


def test_the_recorded_calibration_is_flat_and_agrees_with_the_classifier():
    cases, pixels = calibrate.read(4), 4
    assert len(cases) >= 200
    p_values = calibrate.summarise(cases)
    # 24 tests: the smallest p-value of a sound sampler is below 0.001 once in forty records.
    assert min(p_values.values()) > 0.001 and p_values["log-likelihood"] > 0.01
    # The recorded truths are those of the seeds.
    for case in cases[:5]:
        assert simulate(case["seed"], pixels)[0].form[0] == case["form"]
    said = p_dark([simulate(case["seed"], pixels)[1] for case in cases])
    gap = np.abs(said - [case["p_dark"] for case in cases])
    assert gap.mean() < 0.03


def test_ten_cases_of_the_calibration():
    cases = [run_case(seed, effort=0.1) for seed in range(10)]
    levels = [case["log_likelihood_rank"] for case in cases]
    # The mean of ten uniform ranks has a standard deviation of 1.8; prior draws would give 19.
    assert abs(np.mean(levels) - DRAWS / 2) < 5.5
    pooled = np.concatenate([case["parameter_ranks"] for case in cases])
    assert uniformity(pooled, DRAWS)[2] > 1e-3
    assert -np.mean([np.log(case["p_dark"] if case["form"] else 1 - case["p_dark"])
                     for case in cases]) < 0.7
