"""The sampler is one by test: any start, flat ranks, and agreement with plain weighting."""

import json

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from safetensors import safe_open  # noqa: E402

from course_lib.audits.measures import ranks, uniformity  # noqa: E402
from course_lib.data import checksum, data_path  # noqa: E402
from course_lib.generators import gan  # noqa: E402
from course_lib.generators.chains import effective_size, pictures, sample, shipped  # noqa: E402
from course_lib.imaging.operators import Downsample  # noqa: E402
from course_lib.inference.classifiers import p_dark  # noqa: E402
from course_lib.inference.posterior import EXAMPLES, example  # noqa: E402

SIGMA, DRAWS = 0.5, 9
SHRINK = Downsample(2)


@pytest.fixture(scope="module")
def generator():
    """A small generator with random weights, whose noise maps count."""
    torch.manual_seed(0)
    made = gan.Generator(8).requires_grad_(False)
    for layer in made.layers:
        layer.strength.fill_(0.1)
    for to_rgb in made.to_rgb:
        to_rgb.weight.mul_(2)
    return made


@pytest.fixture(scope="module")
def world(generator):
    """100 pictures of its own, shrunk and measured with noise, and a chain for each."""
    rng = np.random.default_rng(7)
    z = rng.standard_normal((100, gan.Z_DIM))
    seeds = rng.integers(2**62, size=100)
    x = pictures(generator, z, seeds)
    y = SHRINK(x) + SIGMA * rng.standard_normal((100, 3, 4, 4))
    found = sample(generator, y, SIGMA, chains=1, draws=DRAWS, thin=20, burn_in=80,
                   temperatures=4, seed=3)
    return z, x, y, found


def log_likelihood(x, y, sigma=SIGMA):
    return -np.sum((SHRINK(x) - y) ** 2, axis=(-3, -2, -1)) / (2 * sigma**2)


def test_ranks_of_latents_pictures_and_log_likelihood_are_flat(generator, world):
    z, x, y, found = world
    drawn = pictures(generator, found.z[:, 0], found.noise_seeds[:, 0])
    np.testing.assert_allclose(log_likelihood(drawn, y[:, None]), found.log_likelihood[:, 0],
                               rtol=1e-4, atol=1e-3)
    rng = np.random.default_rng(0)

    def p_values(truth, draws):
        return [uniformity(found, DRAWS)[2] for found in ranks(truth, np.moveaxis(draws, 1, 0),
                                                            rng).reshape(len(y), -1).T]

    level = p_values(log_likelihood(x, y), log_likelihood(drawn, y[:, None]))
    assert level[0] > 0.001
    # 64 latents, their length, 192 pixels: the smallest p-value of many is multiplied by their
    # number. Pixels are not independent, so that is on the safe side.
    for truth, draws in [(z, found.z[:, 0]),
                         (np.linalg.norm(z, axis=-1), np.linalg.norm(found.z[:, 0], axis=-1)),
                         (x, drawn), (x.mean((1, 2, 3)), drawn.mean((2, 3, 4)))]:
        p = p_values(truth, draws)
        assert min(p) * len(p) > 0.001
    # Learned something: draws are nearer to the truth than the prior's are.
    apart = [np.mean((SHRINK(some) - SHRINK(x)[:, None]) ** 2) for some in (drawn, x[None])]
    assert apart[0] < 0.6 * apart[1]


def test_posterior_means_are_those_of_weighted_prior_draws(generator, world):
    y, sigma = world[2], 1.0  # more noise, or 20,000 prior draws were too few
    rng = np.random.default_rng(1)
    x = pictures(generator, rng.standard_normal((20_000, gan.Z_DIM)), np.arange(20_000))
    found = sample(generator, y[:3], sigma, chains=4, draws=200, thin=2, burn_in=100,
                   temperatures=3)
    for seen, z, seeds, level, ess in zip(y, found.z, found.noise_seeds, found.log_likelihood,
                                          found.ess, strict=False):
        exact = log_likelihood(x, seen, sigma)
        weights = np.exp(exact - exact.max())
        weights /= weights.sum()
        effective = 1 / np.sum(weights**2)
        assert min(effective, ess) > 60
        drawn = SHRINK(pictures(generator, z, seeds)).reshape(-1, 48)
        small = SHRINK(x).reshape(-1, 48)
        mean = weights @ small
        variance = weights @ (small - mean) ** 2
        off = (drawn.mean(0) - mean) / np.sqrt(variance * (1 / effective + 1 / ess))
        assert np.sqrt(np.mean(off**2)) < 1.7 and np.abs(off).max() < 4.5
        off = (level.mean() - weights @ exact) / np.sqrt(
            weights @ (exact - weights @ exact) ** 2 * (1 / effective + 1 / ess))
        assert abs(off) < 4


def test_opposite_starts_agree(generator, world):
    _, _, y, _ = world
    z = np.random.default_rng(2).standard_normal(gan.Z_DIM)
    starts = np.stack([5 * z, -5 * z, 0.01 * z, -0.01 * z])  # far out on both sides, and deep in
    found = sample(generator, y[0], SIGMA, chains=4, draws=300, thin=2, burn_in=100, temperatures=4,
                   starts=starts)
    for values in (found.log_likelihood[0], np.linalg.norm(found.z[0], axis=-1),
                   found.z[0] @ z / np.linalg.norm(z)):
        apart = values.mean(1).std(ddof=1)
        expected = values.std() / np.sqrt(np.mean([effective_size(v[None]) for v in values]))
        assert apart < 3 * expected
    # The length of z doesn't show in the picture, so it keeps its prior: √64, spread 0.7.
    assert np.linalg.norm(found.z[0], axis=-1).mean() == pytest.approx(7.97, abs=0.3)


def test_steps_and_temperatures_change_in_the_burn_in_only(generator, world):
    _, _, y, _ = world
    short, long = (sample(generator, y[:2], SIGMA, draws=n, burn_in=30, temperatures=5)
                   for n in (2, 20))
    np.testing.assert_array_equal(short.steps, long.steps)
    np.testing.assert_array_equal(short.temperatures, long.temperatures)
    np.testing.assert_array_equal(short.z, long.z[:, :, :2])
    t = long.temperatures
    assert (t[:, 0] == 0).all() and (t[:, -1] == 1).all() and (np.diff(t) > 0).all()
    assert (long.steps[:, 0] == 1).all() and (long.acceptance[:, 0] == 1).all()
    assert (long.steps > 0).all() and (long.steps <= 1).all()
    assert ((0 < long.acceptance) & (long.acceptance <= 1)).all()
    assert ((0 < long.exchanges) & (long.exchanges <= 1)).all()


def test_zero_is_a_seed_and_chains_differ(generator, world):
    _, _, y, _ = world
    first, again, other = (sample(generator, y[0], SIGMA, draws=5, burn_in=5, seed=seed)
                           for seed in (0, 0, 1))
    np.testing.assert_array_equal(first.z, again.z)
    assert (first.z[0, 0] != first.z[0, 1]).any() and (first.z != other.z).any()


def test_pictures_are_reproducible_and_in_the_draws_order(generator):
    z = np.random.default_rng(0).standard_normal((2, 3, gan.Z_DIM))
    seeds = np.arange(6).reshape(2, 3)
    x = pictures(generator, z, seeds)
    assert x.shape == (2, 3, 3, 8, 8)
    # Single precision: sums of a batch of one are ordered otherwise than those of six.
    np.testing.assert_allclose(pictures(generator, z[1, 2], seeds[1, 2]), x[1, 2], atol=5e-6)


def test_effective_size_of_an_autoregression():
    # Correlation 0.9 from draw to draw: the mean of n is as good as n (1 − 0.9)/(1 + 0.9) draws.
    rng, rho = np.random.default_rng(0), 0.9
    x = [rng.standard_normal(4)]
    for _ in range(19_999):
        x.append(rho * x[-1] + np.sqrt(1 - rho**2) * rng.standard_normal(4))
    assert effective_size(np.transpose(x)) == pytest.approx(80_000 / 19, rel=0.1)
    apart = rng.standard_normal((2, 1000)) + [[0], [5]]  # two chains that never meet
    assert effective_size(apart) < 10
    assert effective_size(np.ones((2, 5))) == 10


# --- on the generator that ships ------------------------------------------------------------------


def told(name):
    """What a file of data/chains says about itself."""
    with safe_open(data_path("chains", f"{name}.safetensors"), framework="np") as file:
        return file.metadata()


@pytest.mark.parametrize("name", EXAMPLES)
def test_shipped_chains_belong_to_their_generator_and_forget_their_starts(name):
    found, about = shipped(name), told(name)
    weights = checksum(data_path("generators", f"{about['generator']}.safetensors"))
    assert about["weights"] == weights, "the generator has changed: run `course data chains`"
    made = gan.load(about["generator"])
    _, y = example(name)
    z, seeds, level = (x[0, :, ::6] for x in (found.z, found.noise_seeds, found.log_likelihood))
    x = pictures(made, z, seeds)
    small = Downsample(64 // y.shape[-1])(x)
    exact = -np.sum((small - y) ** 2, axis=(-3, -2, -1)) / (2 * 0.05**2)
    np.testing.assert_allclose(exact, level, rtol=2e-3, atol=0.05)
    assert found.ess[0] > 20 and (found.exchanges > 0.1).all() and (found.acceptance > 0.05).all()
    # Two chains began at dark pictures, two at pale ones. Whether the form is dark changes most
    # slowly: a pair that never changes it has a variance of 0, so take that of all chains.
    is_dark = (p_dark(pictures(made, found.z[0], found.noise_seeds[0])) > 0.5).astype(float)
    for values in (found.log_likelihood[0], np.linalg.norm(found.z[0], axis=-1), is_dark):
        dark, pale = values[:2], values[2:]
        spread = np.sqrt(sum(values.var() / effective_size(some) for some in (dark, pale)))
        assert abs(dark.mean() - pale.mean()) <= 3 * spread


def test_ranks_on_the_shipped_generator_are_flat():
    recorded = json.loads(data_path("chains", "ranks_4x4.json").read_text(encoding="utf-8"))
    p = {name: uniformity(np.array(found), recorded["draws"])[2]
         for name, found in recorded["ranks"].items()}
    assert p["log-likelihood"] > 0.001 and min(p.values()) * len(p) > 0.001


@pytest.mark.parametrize(("change", "says"), [
    ({"y": np.zeros((3, 3, 3))}, "y is of shape"), ({"sigma": 0.01}, "sigma is 0.01"),
    ({"temperatures": 1}, "temperatures is 1"),
    ({"starts": np.zeros((3, 64))}, "starts is of shape"),
    ({"draws": 0}, "draws is 0"), ({"burn_in": -1}, "burn_in is -1")])
def test_what_is_wrong_is_said(generator, change, says):
    with pytest.raises(ValueError, match=says):
        sample(generator, **{"y": np.zeros((3, 4, 4)), **change})
