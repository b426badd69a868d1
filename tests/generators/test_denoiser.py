"""Laws of the denoiser whatever its weights are, of what is drawn with it, and of training it."""

import copy
import functools

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from course_lib.generators import denoiser  # noqa: E402
from course_lib.generators.denoiser import FINEST, LARGEST, MEAN, SPREAD  # noqa: E402
from course_lib.inference import classifiers  # noqa: E402
from course_lib.worlds import ladybirds  # noqa: E402


def noise(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


@pytest.fixture(scope="module")
def network():
    """A small denoiser, every weight moved away from its first value."""
    torch.manual_seed(0)
    network = denoiser.Denoiser(8, 16).requires_grad_(False)
    for value in network.parameters():
        value.add_(0.1 * torch.randn(value.shape))
    return network


@pytest.fixture
def small(monkeypatch):
    """Training of a small network on few renders."""
    monkeypatch.setattr(denoiser, "Denoiser", functools.partial(denoiser.Denoiser, 8, 8))
    monkeypatch.setattr(denoiser.Trainer, "bank", 64)
    monkeypatch.setattr(denoiser.Trainer, "renew", 4)


def renders(n, share=0.5, seed=0):
    return np.asarray(ladybirds.render(ladybirds.sample(n, share=share, seed=seed)), np.float32)


def test_no_noise_changes_nothing_and_little_noise_little(network):
    x = MEAN + SPREAD * noise(2, 3, 64, 64)
    assert torch.equal(network(x, 0.0), x)
    changes = [(network(x, t) - x).abs().max() for t in (1e-1, 1e-2, 1e-3, 1e-4, 1e-5)]
    assert all(b < a for a, b in zip(changes, changes[1:], strict=False))
    assert 0 < changes[-1] < 1e-4


@pytest.mark.parametrize("size", [(64, 64), (32, 48)])
def test_pictures_do_not_see_each_other(network, size):
    x, t = noise(3, 3, *size), torch.tensor([0.0, 0.05, 3.0])
    together = network(x, t)
    assert together.shape == x.shape
    for i in range(3):
        torch.testing.assert_close(network(x[i : i + 1], float(t[i])), together[i : i + 1],
                                   rtol=0, atol=2e-5)


@pytest.mark.parametrize("t", [0.0, 1e-30, 1e-6, 1e-3, 1.0, 100.0])
def test_every_noise_level_has_a_finite_answer(network, t):
    assert network(MEAN + max(t, SPREAD) * noise(2, 3, 64, 64), t).isfinite().all()


def test_the_noise_level_is_told(network):
    x = MEAN + SPREAD * noise(1, 3, 64, 64)
    # What is shown to the layers is scaled; scale it back, so that only the level differs.
    t, s = SPREAD, 3 * SPREAD
    shown, other = (network._predict(x, torch.tensor([v])) for v in (t, s))
    assert (shown - other).abs().max() > 1e-3


def test_constants_are_those_of_the_world():
    x = renders(1000)
    assert x.mean() == pytest.approx(MEAN, abs=0.008)
    assert np.sqrt(np.mean((x - MEAN) ** 2)) == pytest.approx(SPREAD, abs=0.008)
    colours = x.mean((2, 3))
    np.testing.assert_allclose(denoiser.COLOUR, colours.mean(0), atol=0.006)
    factor = np.array(denoiser.COLOURS)
    np.testing.assert_allclose(factor @ factor.T, np.cov(colours.T), atol=6e-4)


def test_drawing_begins_with_noise_around_the_colours_of_the_world():
    x = denoiser.begin(1000, 0)
    assert x.shape == (1000, 3, 64, 64)
    assert float(x.std()) == pytest.approx(LARGEST, rel=0.01)
    means = x.mean((2, 3))
    factor = np.array(denoiser.COLOURS)
    covariance = factor @ factor.T + np.eye(3) * LARGEST**2 / 64**2
    np.testing.assert_allclose(np.cov(means.T), covariance, atol=0.02)
    np.testing.assert_allclose(means.mean(0), denoiser.COLOUR, atol=0.05)


class Linear(torch.nn.Module):
    """The best denoiser of pixels that are Gaussian: the ODE has a closed form then."""

    def __init__(self, mean, spread):
        super().__init__()
        self.mean = torch.nn.Parameter(torch.tensor(mean))
        self.spread, self.asked = spread, []

    def forward(self, x, t):
        self.asked.append(float(t))
        return self.mean + self.spread**2 / (self.spread**2 + t**2) * (x - self.mean)


def test_the_ode_ends_where_it_does_in_closed_form():
    ideal = Linear(0.5, 0.05)  # so narrow that nothing is put back into [0, 1]
    begun = denoiser.begin(50, 4)[:1]
    # Down to FINEST the spread shrinks with that of the noisy pictures; then noise is taken away.
    expected = 0.5 + (begun - 0.5) * 0.05**2 / np.hypot(0.05, FINEST) / np.hypot(0.05, LARGEST)
    errors = [np.abs(denoiser.pictures(ideal, 1, 4, steps) - expected).mean() / expected.std()
              for steps in (18, 36, 72)]
    # Twice the steps, a quarter of the error: the method is of second order.
    assert errors[0] < 0.08 and errors[1] < 0.35 * errors[0] and errors[2] < 0.35 * errors[1]


def test_a_draw_asks_the_network_as_often_as_is_said():
    ideal = Linear(0.5, 0.05)
    denoiser.pictures(ideal, 1, seed=0)
    assert len(ideal.asked) == denoiser.EVALUATIONS
    assert max(ideal.asked) == pytest.approx(LARGEST)
    assert ideal.asked[-1] == min(ideal.asked) == pytest.approx(FINEST)


def test_pictures_do_not_depend_on_how_many_are_drawn(network):
    few, many = (denoiser.pictures(network, n, seed=2, steps=3) for n in (3, 53))
    assert few.shape == (3, 3, 64, 64) and many.shape == (53, 3, 64, 64)
    np.testing.assert_allclose(few, many[:3], atol=1e-3)  # an untrained network magnifies rounding
    assert 0 <= many.min() and many.max() <= 1
    assert np.abs(denoiser.pictures(network, 3, seed=3, steps=3) - few).max() > 0.1


def test_the_loss_of_an_untrained_network_is_that_of_the_mean(small):
    trainer = denoiser.Trainer(denoiser.Recipe(0.3))
    trainer.rate = 0.0  # it learns nothing
    found = np.array([trainer.advance()[0] for _ in range(40)])
    # Its answer is k x + (1 − k) MEAN, k = F² / (F² + t²): errors of noise and of picture add up.
    random = torch.Generator().manual_seed(0)
    t = torch.cat([trainer.levels(random) for _ in range(10_000)]).double().numpy()
    weight, kept = np.minimum(1 + (SPREAD / t) ** 2, 20), 1 / (1 + (t / FINEST) ** 2)
    picture = np.mean((renders(500, share=0.3) - MEAN) ** 2)
    expected = np.mean(weight * ((kept * t) ** 2 + (1 - kept) ** 2 * picture)) / SPREAD**2
    error = found.std(ddof=1) / np.sqrt(len(found))
    assert abs(found.mean() - expected) < 4 * error and error < 0.06 * expected


def test_noise_levels_of_training_are_those_that_the_card_tells():
    trainer, random = denoiser.Trainer(denoiser.Recipe(0.5)), torch.Generator().manual_seed(0)
    log_t = torch.stack([trainer.levels(random) for _ in range(4000)]).log().double()
    log_t -= np.log(SPREAD)
    wide, usual = log_t[:, : trainer.anywhere], log_t[:, trainer.anywhere :]
    assert float(wide.min()) > np.log(FINEST / SPREAD) - 1e-6
    assert float(wide.max()) < np.log(LARGEST / SPREAD) + 1e-6
    assert float(wide.mean()) == pytest.approx(np.log(FINEST * LARGEST / SPREAD**2) / 2, abs=0.12)
    assert float(usual.mean()) == pytest.approx(trainer.centre, abs=0.03)
    assert float(usual.std()) == pytest.approx(trainer.width, abs=0.03)


def test_arrays_and_tensors_are_denoised_alike(network):
    x, both = MEAN + SPREAD * noise(3, 3, 64, 64), denoiser.OnArrays(network, at_once=2)
    found = both(x.numpy().astype(float), 0.1)
    np.testing.assert_allclose(found, network(x, 0.1), atol=2e-6)
    assert both.evaluations == 3
    # What is pulled back is the gradient of ⟨D(x), v⟩, here by a difference.
    v, step = noise(3, 3, 64, 64, seed=1).double().numpy(), noise(3, 3, 64, 64, seed=2)
    x0, pulled = both.pull(x.numpy().astype(float), 0.1, lambda x0, rows: v[rows])
    np.testing.assert_allclose(x0, found, atol=2e-6)
    double = copy.deepcopy(network).double()
    ahead, back = (double((x + sign * 1e-4 * step).double(), 0.1) for sign in (1, -1))
    expected = np.sum(((ahead - back) / 2e-4).numpy() * v, axis=(1, 2, 3))
    np.testing.assert_allclose(np.sum(pulled * step.numpy(), axis=(1, 2, 3)), expected, rtol=2e-3)


def test_training_lowers_the_loss(small):
    trainer = denoiser.Trainer(denoiser.Recipe(0.5, steps=100))
    trainer.warm_up = 5
    losses = [trainer.advance()[0] for _ in range(100)]
    assert np.mean(losses[-30:]) < 0.65 * np.mean(losses[:10])


def weights(network):
    return torch.cat([p.detach().flatten() for p in network.parameters()])


@pytest.mark.parametrize("stop", [1, 4, 6])  # within a set of renders, and between two
def test_a_resumed_run_is_bit_by_bit_the_run_that_was_not_interrupted(small, tmp_path, stop):
    recipe = denoiser.Recipe(0.2, steps=9, seed=3)
    whole = denoiser.Trainer(recipe)
    losses = [whole.advance() for _ in range(recipe.steps)]
    first = denoiser.Trainer(recipe)
    for _ in range(stop):
        first.advance()
    first.seconds = 7.5
    first.save(tmp_path / "state.safetensors")
    second = denoiser.Trainer.load(tmp_path / "state.safetensors")
    assert (second.step, second.recipe, second.seconds) == (stop, recipe, 7.5)
    assert [second.advance() for _ in range(recipe.steps - stop)] == losses[stop:]
    for name in ("network", "average"):
        ended, again, before = (weights(getattr(t, name)) for t in (whole, second, first))
        assert torch.equal(again, ended) and not torch.equal(before, ended)


def test_other_seeds_are_other_runs(small):
    runs = [denoiser.Trainer(denoiser.Recipe(0.5, seed=seed)) for seed in (0, 1)]
    assert not torch.equal(*(weights(run.network) for run in runs))


def test_the_share_shown_is_that_of_the_recipe(small):
    trainer = denoiser.Trainer(denoiser.Recipe(1.0))
    trainer.real(np.random.default_rng(0))
    assert (classifiers.p_dark(trainer._pictures.numpy()) > 0.5).mean() > 0.9
