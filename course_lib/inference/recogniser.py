"""The network that reads 64-pixel pictures of ladybirds: form, parameters, features.

`classifiers.p_dark` and `classifiers.features` call it; it is apart from them because it needs
PyTorch, which they need for nothing else.
"""

from functools import cache

import torch
from torch import nn
from torch.nn import functional

from course_lib.data import verified_path
from course_lib.inference.networks import restore
from course_lib.worlds.ladybirds import N_LATENTS

__all__ = ["Recogniser", "shipped"]


class Recogniser(nn.Module):
    """Four strided convolutions, a layer of features, and two heads that read it.

    `heads` turns features (n, 64) into (n, 1 + `N_LATENTS`): the log-odds of the dark form at equal
    shares, then the parameters as fractions of their ranges.
    """

    width = 64

    def __init__(self) -> None:
        super().__init__()
        channels = [3, 16, 32, 48, 64]
        self.convolutions = nn.ModuleList(
            nn.Conv2d(a, b, 5 if a == 3 else 3, stride=2, padding=2 if a == 3 else 1)
            for a, b in zip(channels[:-1], channels[1:], strict=True))
        self.describe = nn.Linear(16 * channels[-1], self.width)
        self.heads = nn.Linear(self.width, 1 + N_LATENTS)

    def features(self, x: torch.Tensor) -> torch.Tensor:
        """Features (n, 64) of pictures (n, 3, 64, 64) in linear light."""
        x = 2 * x.clamp(0, 1).sqrt() - 1  # nearly the coding of a display: dark tones count
        for convolution in self.convolutions:
            x = functional.silu(convolution(x))
        return functional.silu(self.describe(x.flatten(1)))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """What `heads` say of the features of pictures (n, 3, 64, 64) in linear light."""
        return self.heads(self.features(x))


@cache
def shipped() -> Recogniser:
    """Return the trained network; ValueError if its file is not the one that was shipped."""
    return restore(Recogniser(), verified_path("classifiers", "dark_64x64.safetensors"))
