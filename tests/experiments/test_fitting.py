"""The loop that small networks are trained with, and the files they end in."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from safetensors import safe_open  # noqa: E402
from torch import nn  # noqa: E402

from course_lib.inference import classifiers, networks  # noqa: E402
from course_staff.experiments.fitting import fit, numbered, stack, store  # noqa: E402


def line(seed=1, watch=None, steps=300):
    """A line fitted to y = 2x − 1 with noise."""
    def loss(network):
        x = torch.rand(32, 1)
        return (network(x) - (2 * x - 1) - 0.01 * torch.randn(32, 1)).square().mean()

    return fit(lambda: nn.Linear(1, 1), loss, steps=steps, rate=0.1, decay=0.0, label="line",
               seed=seed, watch=watch)


def test_a_fit_finds_what_the_batches_hold_and_a_seed_says_which_fit_it_is():
    seen = []
    first, again, other = line(watch=seen.append), line(), line(seed=2)
    assert seen == list(range(1, 301))
    assert first.weight.item() == pytest.approx(2, abs=0.1)
    assert first.bias.item() == pytest.approx(-1, abs=0.05)
    assert first.weight.item() == again.weight.item() != other.weight.item()


def test_a_stored_stack_says_what_the_network_said_and_what_it_is(tmp_path):
    torch.manual_seed(0)
    network, file = stack([nn.Linear(12, 5), nn.Linear(5, 5), nn.Linear(5, 1)]), tmp_path / "n"
    store(numbered(network), file, share=0.5, seed=1)
    y = np.random.default_rng(0).random((7, 3, 2, 2))
    said = network(torch.from_numpy(y.reshape(7, 12)).float())[:, 0].detach().numpy()
    np.testing.assert_allclose(classifiers.log_odds(y, networks.dense(file)), said, atol=2e-3)
    with safe_open(file, "np") as stored:
        assert stored.metadata() == {"share": "0.5", "seed": "1"}
        assert all(stored.get_tensor(key).dtype == np.float16 for key in stored.keys())
