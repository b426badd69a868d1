"""Trained networks as files: what is read is what was stored, and learns no more."""

import numpy as np
import pytest
from safetensors.numpy import save_file

from course_lib.inference import classifiers, networks


def test_what_is_restored_is_what_was_stored_as_floats_and_fixed(tmp_path):
    torch = pytest.importorskip("torch")
    file, values = tmp_path / "network.safetensors", np.random.default_rng(0).normal(size=(2, 3))
    stored = {"weight": values.astype(np.float16), "bias": np.ones(2, np.float16)}
    save_file(stored, file)
    network = networks.restore(torch.nn.Linear(3, 2).train(), file)
    for name, value in network.named_parameters():
        assert value.dtype == torch.float32 and not value.requires_grad
        np.testing.assert_array_equal(value.numpy(), stored[name])
    assert not network.training
    with pytest.raises(RuntimeError, match="size mismatch"):
        networks.restore(torch.nn.Linear(2, 2), file)


def test_a_dense_network_is_its_layers_in_their_order(tmp_path):
    rng, file = np.random.default_rng(0), tmp_path / "dense.safetensors"
    sizes = [12] + [4] * 10 + [1]  # more than ten layers: "weight10" must not come after "weight1"
    layers = [(rng.normal(size=(b, a)).astype(np.float16), rng.normal(size=b).astype(np.float16))
              for a, b in zip(sizes[:-1], sizes[1:], strict=True)]
    save_file({f"{part}{k}": value for k, layer in enumerate(layers)
               for part, value in zip(("weight", "bias"), layer, strict=True)}, file)
    found = networks.dense(file)
    for pair, layer in zip(found, layers, strict=True):
        for value, stored in zip(pair, layer, strict=True):
            assert value.dtype == float
            np.testing.assert_array_equal(value, stored)
    assert classifiers.log_odds(np.zeros((5, 3, 2, 2)), found).shape == (5,)


def test_a_killed_write_leaves_the_earlier_state(tmp_path, monkeypatch):
    torch = pytest.importorskip("torch")
    file, network = tmp_path / "run.safetensors", torch.nn.Linear(2, 1)
    adam = torch.optim.Adam(network.parameters())
    networks.save_training(file, {"network": network}, {"adam": adam}, {"step": 0})

    def killed(tensors, partial, metadata):
        partial.write_bytes(b"half a fi")
        raise KeyboardInterrupt

    monkeypatch.setattr("safetensors.torch.save_file", killed)
    with pytest.raises(KeyboardInterrupt):
        networks.save_training(file, {"network": network}, {"adam": adam}, {"step": 1})
    about, tensors = networks.read_training(file)
    assert about == {"step": 0}
    assert torch.equal(tensors["network/weight"], network.weight)
