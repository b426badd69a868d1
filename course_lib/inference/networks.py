"""Trained networks as files: half precision where they lie, more where they are used.

Of which file a network is made, its caller says with `data.verified_path`: what was not shipped is
refused there.
"""

from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from safetensors.numpy import load_file

if TYPE_CHECKING:  # the small classifiers do without PyTorch
    from torch import nn

__all__ = ["channels_last", "dense", "restore"]

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
