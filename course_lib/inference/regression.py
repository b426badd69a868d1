"""What a network returns that was trained to be wrong by little: nearly the posterior mean.

A `Regressor` maps sixteen pixels to a picture of 64 × 64. It was trained on pairs of the
ladybirds' world to minimise the mean squared error, so that what it approaches is E[x | y] at the
share of its training: nobody told it to blur. `course train regressors` repeats the training.

>>> from course_lib.worlds import ladybirds
>>> regress(ladybirds.sixteen_pixels()).shape
(3, 64, 64)
"""

from functools import cache

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from course_lib import validation
from course_lib.data import read_rows, verified_path
from course_lib.inference.networks import restore

__all__ = ["Regressor", "errors", "regress", "shipped"]


class Regressor(nn.Module):
    """Convolutions at 4, 8 and 16 pixels; the last layer's 48 channels are blocks of 4 × 4 × RGB.

    `width` is the number of channels of all layers but the last.
    """

    def __init__(self, width: int = 80) -> None:
        super().__init__()
        channels = [3] + [width] * 5
        self.layers = nn.ModuleList(nn.Conv2d(a, b, 3, padding=1)
                                    for a, b in zip(channels[:-1], channels[1:], strict=True))
        self.paint = nn.Conv2d(width, 48, 3, padding=1)

    def forward(self, y: torch.Tensor) -> torch.Tensor:
        """Pictures (n, 3, 64, 64) from small ones (n, 3, 4, 4), linear light."""
        x = 4 * (y - 0.2)  # about the mean and the scale of the world
        for k, layer in enumerate(self.layers):
            if k in (3, 4):  # three layers see 4 pixels a side, one 8, two 16
                x = functional.interpolate(x, scale_factor=2, mode="nearest")
            x = functional.silu(layer(x)) + (x if k else 0)
        blocks = functional.pixel_shuffle(self.paint(x), 4)
        return blocks / 4 + functional.interpolate(y, scale_factor=16, mode="bilinear")


def regress(y: np.ndarray) -> np.ndarray:
    """Picture that the shipped network makes of sixteen pixels.

    Parameters
    ----------
    y : array (..., 3, 4, 4)
        Block means of a 64-pixel picture plus Gaussian noise of standard deviation 0.05.

    Returns
    -------
    array (..., 3, 64, 64)
        Linear light; nothing keeps it within [0, 1].
    """
    y = np.asarray(validation.image(y, "y"))
    if y.shape[-3:] != (3, 4, 4):
        validation.fail("y", f"of shape {y.shape}", "of shape (..., 3, 4, 4)")
    with torch.inference_mode():
        x = shipped()(torch.from_numpy(y.reshape(-1, 3, 4, 4).astype(np.float32)))
    return x.numpy().astype(float).reshape(*y.shape[:-2], 64, 64)


@cache
def shipped() -> Regressor:
    """Return the trained network; ValueError if its file is not the one that was shipped."""
    return restore(Regressor(), verified_path("regressors", "mse_4x4.safetensors"))


def errors() -> dict[str, np.ndarray]:
    """Errors of estimates on 200 simulated pictures, as ``course train regressors`` recorded them.

    Returns
    -------
    dict of (200,) arrays
        Mean squared errors over the pixels of: "mean" (of the reference posterior at a third of its
        usual effort, shares 50/50), "one" (posterior draw), "sample" (what a draw costs on average
        over all draws), "network"; "spread", the posterior's variance; "network_to_mean", the mean
        squared distance of these two; "seed" (for `posterior.simulate`), "ess", and the draw
        itself, "draw_form" and "draw" (200, 22), for `Ladybirds`.
    """
    rows = read_rows(verified_path("regressors", "errors_4x4.jsonl"))
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}
