"""Laws of the search: lengths kept, items independent, every start returned with its own error."""

import math

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from course_lib.generators import gan, pulse  # noqa: E402
from course_lib.generators.pulse import (  # noqa: E402
    choose_starts,
    fit_styles,
    geocross,
    learning_rate,
    search,
)
from course_lib.imaging.operators import Downsample  # noqa: E402


@pytest.fixture(scope="module")
def generator():
    torch.manual_seed(0)
    made = gan.Generator(64).requires_grad_(False)
    for layer in made.layers:
        layer.strength.fill_(0.3)  # noise maps count, as in a trained one
    return made


@pytest.fixture(scope="module")
def inputs(generator):
    """Two pictures of the generator, shrunk to 8 × 8."""
    x = generator(torch.randn(2, gan.Z_DIM, generator=torch.Generator().manual_seed(3)))
    return Downsample(8)(x).numpy()


def test_geocross_is_the_squared_angle_between_rows_over_all_pairs():
    a, b = torch.eye(8)[:2]
    # Of four pairs two are a right angle apart, whatever the lengths.
    w = torch.stack([torch.stack([a, b]), torch.stack([a, 5 * a])])
    expected = torch.tensor([0.5 * 8 * (math.pi / 2) ** 2 / 8, 0.0])
    # Rows of unequal length: atan2 of ‖a − b‖ and ‖a + b‖ then is no angle, as published.
    expected[1] = 0.5 * 8 * (2 * math.atan2(4, 6)) ** 2 / 8
    torch.testing.assert_close(geocross(w), expected, rtol=1e-3, atol=1e-3)
    assert geocross(torch.stack([torch.stack([a, a])])) < 1e-3


@pytest.mark.parametrize(("step", "rate"), [
    (0, 0.04), (45, 0.4), (90, 0.04), (100, 0.0004), (22.5, 0.22)])
def test_learning_rate_rises_and_falls(step, rate):
    assert learning_rate(step, 100) == pytest.approx(rate)


def test_styles_drawn_from_the_fit_are_like_those_of_the_mapping(generator):
    law = fit_styles(generator, 20_000)
    rng = torch.Generator().manual_seed(1)
    drawn = law.styles(torch.randn(20_000, gan.Z_DIM, generator=rng))
    mapped = generator.mapping(torch.randn(20_000, gan.Z_DIM, generator=rng))
    for moment in (lambda w: w.mean(0), lambda w: w.std(0)):
        assert (moment(drawn) - moment(mapped)).abs().max() < 0.2 * mapped.std()


def test_rows_and_noise_maps_stay_on_their_spheres(generator, inputs, monkeypatch):
    kept = []
    step = torch.optim.Adam.step

    def watch(adam, *args):
        kept.append([x.detach().clone() for x in adam.param_groups[0]["params"]])
        return step(adam, *args)

    monkeypatch.setattr(torch.optim.Adam, "step", watch)
    search(generator, inputs, starts=3, steps=6)
    for first, last in zip(kept[0], kept[-1], strict=True):
        assert not torch.allclose(first, last, atol=1e-3)  # it moved
        torch.testing.assert_close(pulse._length(last), pulse._length(first), rtol=1e-4, atol=1e-4)
    assert kept[0][0].shape == (6, generator.n_layers, gan.Z_DIM) and len(kept[0]) == 6


def test_every_start_comes_back_with_its_own_residual(generator, inputs):
    found = search(generator, inputs, starts=3, steps=8)
    assert found.pictures.shape == found.beginnings.shape == (2, 3, 3, 64, 64)
    small = Downsample(8)(found.pictures)
    residuals = np.mean((small - inputs[:, None]) ** 2, axis=(2, 3, 4))
    np.testing.assert_allclose(found.residuals, residuals, rtol=1e-4)
    np.testing.assert_array_equal(found.met, pulse.met(residuals, found.epsilon))
    at_start = np.mean((Downsample(8)(found.beginnings) - inputs[:, None]) ** 2, axis=(2, 3, 4))
    assert (found.residuals < at_start).all()
    # Start k is the same for every input, and differs from the other starts.
    np.testing.assert_array_equal(found.beginnings[0], found.beginnings[1])
    assert np.abs(found.beginnings[0, 0] - found.beginnings[0, 1]).max() > 0.05


def test_met_is_epsilon_and_two_tenths_of_a_percent():
    residuals = np.array([[0.0, 1.0, 1.0019], [1.0021, 2.0, np.nan]])
    np.testing.assert_array_equal(pulse.met(residuals, 1.0), [[True] * 3, [False] * 3])
    for epsilon in (1e-8, 1e8):
        np.testing.assert_array_equal(pulse.met(epsilon * residuals, epsilon),
                                      pulse.met(residuals, 1.0))
    assert pulse.met(pulse.EPSILON) and not pulse.met(1.01 * pulse.EPSILON)


def test_an_input_does_not_notice_its_neighbours(generator, inputs):
    both = search(generator, inputs, starts=2, steps=6)
    swapped = search(generator, inputs[::-1], starts=2, steps=6)
    alone = search(generator, inputs[1], starts=2, steps=6)
    np.testing.assert_allclose(swapped.pictures[::-1], both.pictures, atol=1e-3)
    np.testing.assert_allclose(alone.pictures[0], both.pictures[1], atol=1e-3)


def test_zero_is_a_seed_like_any_other(generator, inputs):
    first, again, other = (search(generator, inputs[0], steps=2, seed=seed).pictures
                           for seed in (0, 0, 1))
    assert (first == again).all() and np.abs(first - other).max() > 0.01


def test_a_search_begins_where_it_is_told(generator, inputs):
    latents = choose_starts(generator, "dark", 2, pool=6)
    law = fit_styles(generator, 1000)
    found = search(generator, inputs, latents=latents, law=law, steps=1, seed=4)
    noise = generator.noise(2, torch.Generator().manual_seed(4))
    noise[-1].zero_()
    begin = generator.synthesis(law.styles(latents), noise).numpy()
    np.testing.assert_allclose(found.beginnings, np.stack([begin, begin]), atol=1e-4)
    assert found.pictures.shape == found.beginnings.shape  # (2 inputs, 2 starts, …)


def test_chosen_starts_are_the_surest_of_their_form_in_the_pool(generator, monkeypatch):
    monkeypatch.setattr(pulse, "p_dark", lambda x: x.mean((1, 2, 3)))
    law = fit_styles(generator, 1000)
    dark, pale = (choose_starts(generator, form, 8, pool=8, law=law)
                    for form in ("dark", "pale"))
    torch.testing.assert_close(dark, pale.flip(0))
    assert (dark[:, :1] == dark).all()  # all rows the same
    torch.testing.assert_close(law.latents(law.styles(dark)), dark, rtol=1e-4, atol=1e-4)
    best = choose_starts(generator, "dark", 1, pool=8, law=law)
    torch.testing.assert_close(best, dark[:1])
    assert (choose_starts(generator, "dark", 1, pool=8, law=law, seed=1) != best).any()
    with pytest.raises(ValueError, match="form is 'blue'"):
        choose_starts(generator, "blue", 1)
    with pytest.raises(ValueError, match="pool is 7; it must be at least 8"):
        choose_starts(generator, "pale", 8, pool=7, law=law)


def test_other_starts_are_the_first_of_their_form_pool_after_pool(generator, monkeypatch):
    law, drawn = fit_styles(generator, 1000), torch.Generator().manual_seed(5)
    z = []
    for _ in range(2):
        z.append(torch.randn(4, gan.Z_DIM, generator=drawn))
        generator.noise(4, drawn)  # each picture's maps are drawn before the next pool
    read = iter(np.array([[0.9, 0.1, 0.6, 0.2], [0.3, 0.7, 0.8, 0.4]] * 2))
    monkeypatch.setattr(pulse, "p_dark", lambda x: next(read))
    for form, which in (("dark", [0, 2, 5]), ("pale", [1, 3, 4])):
        found = choose_starts(generator, form, 3, pool=4, law=law, seed=5, surest=False)
        expected = law.latents(generator.mapping(torch.cat(z)[which]))
        torch.testing.assert_close(found, expected[:, None].expand_as(found))
    monkeypatch.setattr(pulse, "p_dark", lambda x: np.zeros(len(x)))
    with pytest.raises(ValueError, match="draws the form 'dark' 0 times in 100"):
        choose_starts(generator, "dark", 1, pool=1, law=law, surest=False)


def test_more_error_than_epsilon_pulls_and_less_does_not(generator, inputs):
    loose, strict = (search(generator, inputs, starts=2, steps=30, epsilon=epsilon)
                     for epsilon in (1.0, 0.0))
    assert loose.met.all()
    assert (strict.residuals < loose.residuals).all()
    # Where everything is near enough, only the rows' agreement is sought.
    assert not strict.met.any()


@pytest.mark.parametrize(("change", "says"), [
    ({"y": np.zeros((3, 7, 7))}, "y is of shape"), ({"starts": 0}, "starts is 0"),
    ({"epsilon": -1.0}, "epsilon is -1.0"), ({"steps": 0}, "steps is 0"),
    ({"latents": torch.zeros(2, 3, 64)}, "latents is of shape")])
def test_what_is_wrong_is_said(generator, change, says):
    with pytest.raises(ValueError, match=says):
        search(generator, **{"y": np.zeros((3, 8, 8)), **change})
