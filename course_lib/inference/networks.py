"""Trained networks as files: half precision where they lie, more where they are used.

Of which file a network is made, its caller says with `data.verified_path`: what was not shipped is
refused there. A training that was stopped lies in a file of its own, with its optimisers.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from safetensors.numpy import load_file

if TYPE_CHECKING:  # the small classifiers do without PyTorch
    import torch
    from torch import nn

__all__ = ["channels_last", "dense", "fill_training", "read_training", "restore", "save_training"]

Network = TypeVar("Network", bound="nn.Module")


def restore(network: Network, file: Path) -> Network:
    """Fill a network with stored weights, as floats, and fix it: nothing in it learns any more.

    Parameters
    ----------
    network : torch.nn.Module
        Of the form that was stored; changed in place.
    file : pathlib.Path
        Safetensors, one tensor for each entry of the network's ``state_dict()``.

    Returns
    -------
    torch.nn.Module
        The same network.

    Raises
    ------
    RuntimeError
        If the file holds weights of another form.
    """
    from safetensors.torch import load_file

    network.load_state_dict({name: value.float() for name, value in load_file(file).items()})
    return network.eval().requires_grad_(False)


def channels_last(network: Network) -> Network:
    """Put the weights of convolutions in the order that a CPU is fastest with; the same network.

    A generator then draws a third faster, or more.
    """
    import torch

    # PyTorch's own types don't know this argument of a network.
    return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]


def dense(file: Path) -> list[tuple[np.ndarray, np.ndarray]]:
    """Weights (out, in) and biases (out,) of every layer of a dense network, float64, no PyTorch.

    Stored as "weight0", "bias0", "weight1" and so on; ``classifiers.log_odds`` applies them.
    """
    stored = load_file(file)
    return [(stored[f"weight{k}"].astype(float), stored[f"bias{k}"].astype(float))
            for k in range(len(stored) // 2)]


def save_training(path: Path, networks: Mapping[str, nn.Module],
                  optimisers: Mapping[str, torch.optim.Optimizer],
                  about: Mapping[str, Any]) -> None:
    """Write everything that a resumed training needs, as safetensors; never half a file.

    Parameters
    ----------
    path : pathlib.Path
        Replaced if it is there.
    networks, optimisers : dict
        By name; no two share one.
    about : dict
        What else there is to know: numbers, strings, and lists and dicts of them.
    """
    from safetensors.torch import save_file

    tensors = {f"{name}/{key}": value for name, network in networks.items()
               for key, value in network.state_dict().items()}
    for name, optimiser in optimisers.items():
        for i, entry in optimiser.state_dict()["state"].items():
            tensors |= {f"{name}/{i}/{key}": value for key, value in entry.items()}
    partial = path.with_suffix(".partial")
    save_file({key: value.contiguous() for key, value in tensors.items()}, partial,
              metadata={key: repr(value) for key, value in about.items()})
    os.replace(partial, path)


def read_training(path: Path) -> tuple[dict[str, Any], dict[str, torch.Tensor]]:
    """Return what `save_training` was told of a training, and its tensors for `fill_training`."""
    from safetensors import safe_open

    with safe_open(path, framework="pt") as file:
        return ({key: ast.literal_eval(value) for key, value in file.metadata().items()},
                {key: file.get_tensor(key) for key in file.keys()})


def fill_training(tensors: Mapping[str, torch.Tensor], networks: Mapping[str, nn.Module],
                  optimisers: Mapping[str, torch.optim.Optimizer]) -> None:
    """Put a stored training's tensors into networks and optimisers of the same names and forms."""
    for name, network in networks.items():
        network.load_state_dict({key.removeprefix(f"{name}/"): value
                                 for key, value in tensors.items() if key.startswith(f"{name}/")})
    for name, optimiser in optimisers.items():
        entries: dict[int, dict[str, torch.Tensor]] = {}
        for key, value in tensors.items():
            if key.startswith(f"{name}/"):
                _, i, entry = key.split("/")
                entries.setdefault(int(i), {})[entry] = value
        optimiser.load_state_dict({**optimiser.state_dict(), "state": entries})
