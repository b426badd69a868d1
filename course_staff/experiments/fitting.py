"""How the small networks of the course are trained, and how networks are stored.

Generators are trained another way (`generators.gan.Trainer`): two networks against each other, an
optimiser each, pictures that grow.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn
from tqdm import trange

Network = TypeVar("Network", bound=nn.Module)


def fit(build: Callable[[], Network], loss: Callable[[Network], torch.Tensor], *, steps: int,
        rate: float, decay: float, label: str, seed: int = 1,
        watch: Callable[[int], None] | None = None) -> Network:
    """Fit a network with AdamW and one cycle of the learning rate.

    Parameters
    ----------
    build : callable
        Makes the network, once PyTorch's seed is set.
    loss : callable
        What the network costs on a batch that nobody saw before, a tensor ().
    steps : int
    rate, decay : float
        Highest learning rate; weight decay.
    label : str
        What the progress bar says.
    seed : int
        Of PyTorch's random numbers; batches may have others.
    watch : callable, optional
        Called after every step with the number of steps done.

    Returns
    -------
    torch.nn.Module
    """
    torch.manual_seed(seed)
    network, losses = build(), []
    optimiser = torch.optim.AdamW(network.parameters(), lr=rate, weight_decay=decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=steps)
    with trange(1, steps + 1, desc=label, mininterval=5) as bar:
        for step in bar:
            cost = loss(network)
            optimiser.zero_grad()
            cost.backward()
            optimiser.step()
            schedule.step()
            losses.append(cost.item())
            if step % 100 == 0:
                bar.set_postfix(loss=f"{np.mean(losses[-100:]):.5f}")
            if watch is not None:
                watch(step)
    return network


def stack(layers: list[nn.Linear]) -> nn.Sequential:
    """Linear layers with SiLU between them, as `classifiers.log_odds` applies them."""
    return nn.Sequential(*[part for layer in layers for part in (layer, nn.SiLU())][:-1])


def numbered(network: nn.Sequential) -> dict[str, torch.Tensor]:
    """Weights of a `stack` by the names that `inference.networks.dense` reads."""
    found = {}
    for key, value in network.state_dict().items():
        place, part = key.split(".")
        found[f"{part}{int(place) // 2}"] = value
    return found


def store(weights: Mapping[str, torch.Tensor], file: Path, **about: object) -> None:
    """Write weights in half precision, and as metadata what a reader should know of them."""
    save_file({key: value.detach().cpu().half().contiguous() for key, value in weights.items()},
              file, {key: str(value) for key, value in about.items()})
