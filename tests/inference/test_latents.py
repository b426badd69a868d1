"""The tiny generator and the search in its latents."""


import numpy as np
import pytest

from course_lib.imaging.operators import Downsample
from course_lib.inference.latents import LATENTS, latent_search, tiny_generator

BLOCKS = Downsample((2, 4)).dense((8, 8))


def test_pictures_are_light_and_differ():
    x = tiny_generator(np.random.default_rng(0).standard_normal((500, LATENTS)))
    assert x.shape == (500, 64)
    assert np.mean((x < 0) | (x > 1)) < 0.001 and x.std(0).min() > 0.05
    np.testing.assert_allclose(x[3], tiny_generator(np.random.default_rng(0).standard_normal(
        (500, LATENTS))[3]))
    with pytest.raises(ValueError, match="z is of shape"):
        tiny_generator(np.zeros(3))


def test_linear_generator_is_least_squares():
    rng = np.random.default_rng(1)
    G, A, y = rng.standard_normal((20, 3)), rng.standard_normal((8, 20)), rng.standard_normal(8)
    z, norm = latent_search(y, A, lambda z: G @ z, 3, restarts=2)
    expected = np.linalg.lstsq(A @ G, y)[0]
    np.testing.assert_allclose(z, expected, atol=1e-5)
    assert norm == pytest.approx(np.linalg.norm(A @ G @ expected - y))


@pytest.mark.parametrize("seed", range(4))
def test_what_lies_in_the_range_is_recovered_from_eight_numbers(seed):
    x = tiny_generator(np.random.default_rng(seed).standard_normal(LATENTS))
    z, norm = latent_search(BLOCKS @ x, BLOCKS, tiny_generator, LATENTS, rng=seed)
    assert norm < 1e-6 and np.abs(tiny_generator(z) - x).max() < 1e-5


def test_a_null_part_changes_nothing_and_a_visible_part_does():
    rng = np.random.default_rng(3)
    x, noise = tiny_generator(rng.standard_normal(LATENTS)), 0.1 * rng.standard_normal(64)
    visible = BLOCKS.T @ np.linalg.solve(BLOCKS @ BLOCKS.T, BLOCKS @ noise)
    same = latent_search(BLOCKS @ (x + noise - visible), BLOCKS, tiny_generator, LATENTS, rng=0)
    assert same[1] < 1e-6
    assert latent_search(BLOCKS @ (x + noise), BLOCKS, tiny_generator, LATENTS, rng=0)[1] > 0.01


def test_more_restarts_are_never_worse():
    y = np.random.default_rng(5).uniform(size=8)
    norms = [latent_search(y, BLOCKS, tiny_generator, LATENTS, n, rng=0)[1] for n in (1, 4)]
    assert norms[1] <= norms[0]
