r"""A small denoiser of ladybirds: the one network that a diffusion sampler needs, and its training.

Add Gaussian noise of standard deviation t to a picture x₀ in linear light. The network is trained
to return the picture, by least squares, so that it approaches the conditional mean

.. math:: D(x, t) = E[x_0 \mid x], \qquad x = x_0 + t\,\varepsilon,

and by Tweedie's formula (D(x, t) − x)/t² is the score of the noisy pictures' law: all that
`inference.guidance` asks for.

The network works on blocks of 4 × 4 pixels, 16 × 16 of them, at two resolutions, with one layer of
attention. It predicts the clean picture and not the noise: at low noise a network that has to
return the noise must pass all 48 numbers of a block through its channels. Below t = `FINEST` its
answer fades into its input, so that no noise means no change.

References
----------
P. Vincent, A connection between score matching and denoising autoencoders, Neural Comput. 23
(2011) 1661 (a denoiser is a score). T. Karras, M. Aittala, T. Aila, S. Laine, Elucidating the
design space of diffusion-based generative models, NeurIPS 2022, arXiv:2206.00364 (noise levels,
their law in training). T. Li, K. He, Back to basics: let denoising generative models denoise,
arXiv:2511.13720 (predict the picture).
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from course_lib.arrays import Seed
from course_lib.data import data_path, verified_path
from course_lib.inference import guidance
from course_lib.inference.networks import (
    channels_last,
    fill_training,
    read_training,
    restore,
    save_training,
)
from course_lib.worlds import ladybirds

__all__ = ["Denoiser", "OnArrays", "Recipe", "Trainer", "begin", "load", "names", "pictures",
           "read"]

MEAN, SPREAD = 0.146, 0.136  #: of the pixels of renders, all colours, linear light
FINEST = 0.02 * SPREAD  #: below this noise the network changes less and less
LARGEST = 160 * SPREAD  #: noise that drowns a picture's mean over all pixels, too
#: A picture's mean colour, over renders at equal shares: mean, Cholesky factor of the covariance.
COLOUR = (0.150, 0.224, 0.044)
COLOURS = ((0.056, 0.0, 0.0), (0.062, 0.036, 0.0), (0.007, 0.011, 0.007))
STEPS = 18  #: noise levels of a draw
EVALUATIONS = 2 * STEPS - 1  #: of the network in a draw
PATCH = 4  #: pixels a side of the blocks that the network works on
FREQUENCIES = 16  #: sines and cosines that tell the network the noise level


class Residual(nn.Module):
    """Two convolutions beside a shortcut; the noise level scales and shifts what is between."""

    def __init__(self, channels: int, told: int) -> None:
        super().__init__()
        self.norms = nn.ModuleList(nn.GroupNorm(8, channels) for _ in range(2))
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)
        self.level = nn.Linear(told, 2 * channels)
        _silence(self.second)

    def forward(self, x: torch.Tensor, level: torch.Tensor) -> torch.Tensor:
        """Features (n, channels, s, s) of such features and an embedded noise level (n, told)."""
        gain, shift = self.level(level)[:, :, None, None].chunk(2, dim=1)
        h = self.first(functional.silu(self.norms[0](x)))
        h = self.norms[1](h) * (1 + gain) + shift
        return x + self.second(functional.silu(h))


class Attention(nn.Module):
    """Every place looks at every other, in four heads."""

    heads = 4

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(8, channels)
        self.ask = nn.Conv2d(channels, 3 * channels, 1)
        self.answer = nn.Conv2d(channels, channels, 1)
        _silence(self.answer)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Features (n, channels, s, s) of such features."""
        n, channels, height, width = x.shape
        queries, keys, values = self.ask(self.norm(x)).reshape(
            n, 3, self.heads, channels // self.heads, height * width).transpose(-1, -2).unbind(1)
        seen = functional.scaled_dot_product_attention(queries, keys, values)
        return x + self.answer(seen.transpose(-1, -2).reshape(x.shape))


class Denoiser(nn.Module):
    """E[picture | noisy picture], for pictures of 64 × 64 (or any multiple of 8) pixels.

    Parameters
    ----------
    fine, coarse : int
        Channels at a fourth and at an eighth of the resolution; multiples of 8.
    """

    def __init__(self, fine: int = 48, coarse: int = 96) -> None:
        super().__init__()
        told, values = 96, 3 * PATCH**2
        self.level = nn.Sequential(nn.Linear(2 * FREQUENCIES, told), nn.SiLU(),
                                   nn.Linear(told, told), nn.SiLU())
        self.begin = nn.Conv2d(values, fine, 3, padding=1)
        self.down = nn.ModuleList(Residual(fine, told) for _ in range(2))
        self.shrink = nn.Conv2d(fine, coarse, 3, stride=2, padding=1)
        self.middle = nn.ModuleList(Residual(coarse, told) for _ in range(3))
        self.attention = Attention(coarse)
        self.grow = nn.Conv2d(coarse, fine, 1)
        self.mix = nn.Conv2d(2 * fine, fine, 1)
        self.up = nn.ModuleList(Residual(fine, told) for _ in range(2))
        self.norm = nn.GroupNorm(8, fine)
        self.end = nn.Conv2d(fine, values, 3, padding=1)
        _silence(self.end)

    def forward(self, x: torch.Tensor, t: torch.Tensor | float) -> torch.Tensor:
        """Denoise pictures.

        Parameters
        ----------
        x : (n, 3, H, W) tensor
            Linear light plus noise; H and W multiples of 8.
        t : (n,) tensor or float
            Standard deviation of that noise, 0 or greater.

        Returns
        -------
        (n, 3, H, W) tensor
            Linear light.
        """
        t = torch.as_tensor(t, dtype=x.dtype, device=x.device).expand(len(x))
        relative = (t / SPREAD)[:, None, None, None]
        shown = (x - MEAN) / SPREAD / (1 + relative**2).sqrt()
        kept = FINEST**2 / (FINEST**2 + t**2)[:, None, None, None]
        clean = MEAN + SPREAD * self._predict(shown, t.clamp(min=FINEST / 20))
        return kept * x + (1 - kept) * clean

    def _predict(self, x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        # From 1e-4 to 20 of t the slowest wave makes a half turn, the fastest sixteen of them.
        waves = torch.arange(1, FREQUENCIES + 1, device=x.device) * (math.pi / 12)
        phases = t.log()[:, None] * waves
        level = self.level(torch.cat([phases.sin(), phases.cos()], dim=1))
        h = self.begin(functional.pixel_unshuffle(x, PATCH))
        for block in self.down:
            h = block(h, level)
        kept, h = h, self.shrink(h)
        for i, block in enumerate(self.middle):
            h = block(h, level)
            if i == 1:
                h = self.attention(h)
        h = self.mix(torch.cat([functional.interpolate(self.grow(h), scale_factor=2), kept], 1))
        for block in self.up:
            h = block(h, level)
        return functional.pixel_shuffle(self.end(functional.silu(self.norm(h))), PATCH)


def _silence(layer: nn.Conv2d) -> None:
    """Let a layer give 0 at first: a residual block then passes its input on."""
    nn.init.zeros_(layer.weight)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)


def names() -> list[str]:
    """Return the names of the shipped denoisers."""
    return sorted(card.stem for card in data_path("denoisers").glob("*.md")
                  if card.with_suffix(".safetensors").exists())


def load(name: str) -> Denoiser:
    """Return a shipped denoiser, its weights fixed; `names` says which there are.

    Raises
    ------
    ValueError
        If its file is not the one that was shipped.
    """
    return read(verified_path("denoisers", f"{name}.safetensors"))


def read(file: Path) -> Denoiser:
    """Return the denoiser that a file holds, its weights fixed."""
    return channels_last(restore(Denoiser(), file))


def pictures(denoiser: Denoiser, n: int, seed: int, steps: int = STEPS) -> np.ndarray:
    r"""Draw n pictures (n, 3, 64, 64), linear light, NumPy; the first ones don't depend on n.

    What `begin` gives is carried along the probability-flow ODE

    .. math:: dx/dt = (x - D(x, t)) / t

    by `steps` - 1 steps of Heun's method down to `FINEST`, each two evaluations of D; one more
    takes away the noise that is left. The levels are `guidance.levels`: small steps where there is
    little noise. What strays from [0, 1], where all renders lie, is put back.
    """
    levels = guidance.levels(steps, LARGEST, FINEST).tolist()
    device = next(denoiser.parameters()).device
    found, rng = [], np.random.default_rng(seed)
    with torch.inference_mode():
        for i in range(0, n, 50):
            x = torch.from_numpy(begin(50, rng)[: n - i]).to(
                device, memory_format=torch.channels_last)
            for t, s in pairwise(levels):
                slope = (x - denoiser(x, t)) / t
                ahead = x + (s - t) * slope
                x = x + (s - t) / 2 * (slope + (ahead - denoiser(ahead, s)) / s)
            found.append(denoiser(x, levels[-1]).clamp(0, 1).cpu().numpy())
    return np.concatenate(found)


def begin(n: int, rng: Seed) -> np.ndarray:
    """Where draws begin, (n, 3, 64, 64) in float32: noise of `LARGEST` around the world's colours.

    The mean of 4,096 pixels is not quite lost in that noise: begun around 0, draws come out dark.
    The law of noisy renders is taken to be Gaussian, and alike in all pixels.
    """
    rng = np.random.default_rng(rng)
    colours = COLOUR + rng.standard_normal((n, 3)) @ np.transpose(COLOURS)
    noise = LARGEST * rng.standard_normal((n, 3, 64, 64), dtype=np.float32)
    return noise + colours.astype(np.float32)[:, :, None, None]


class OnArrays:
    """A denoiser on NumPy arrays, with what guidance needs: a prior for `inference.guidance`.

    Parameters
    ----------
    network : Denoiser
    at_once : int
        Pictures that go through the network together.
    """

    def __init__(self, network: Denoiser, at_once: int = 32) -> None:
        self.network, self.at_once = network, at_once
        self.evaluations = 0  #: of the network so far, a picture each

    def _parts(self, x: np.ndarray) -> Iterator[tuple[slice, torch.Tensor]]:
        self.evaluations += len(x)
        for i in range(0, len(x), self.at_once):
            rows = slice(i, min(i + self.at_once, len(x)))
            yield rows, torch.from_numpy(x[rows].astype(np.float32)).to(
                memory_format=torch.channels_last)

    def __call__(self, x: np.ndarray, t: float) -> np.ndarray:
        """E[picture | x], (n, 3, H, W), of x with noise of standard deviation t, linear light."""
        with torch.inference_mode():
            return np.concatenate([self.network(some, t).numpy() for _, some in self._parts(x)])

    def pull(self, x: np.ndarray, t: float,
             weigh: Callable[[np.ndarray, slice], np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """As `guidance.Denoises.pull`: the answer, and the pull-back of weigh(answer, rows)."""
        found = []
        for rows, some in self._parts(x):
            some.requires_grad_(True)
            x0 = self.network(some, t)
            v = torch.from_numpy(weigh(x0.detach().numpy(), rows).astype(np.float32))
            (pulled,) = torch.autograd.grad(x0, some, v)
            found.append((x0.detach().numpy(), pulled.numpy()))
        x0s, pulls = zip(*found, strict=True)
        return np.concatenate(x0s), np.concatenate(pulls)


@dataclass(frozen=True)
class Recipe:
    """What a training run is, apart from how long it has run. Another recipe, another run.

    Attributes
    ----------
    share : float
        Share of the dark form among the pictures shown, in [0, 1].
    steps : int
        Of one batch each.
    seed : int
    """

    share: float
    steps: int = 10_000
    seed: int = 0


class Trainer:
    """Everything that training changes, and one step of it.

    Random numbers depend on (seed, step) alone, so a run that was interrupted and resumed is the
    run that was not.

    Parameters
    ----------
    recipe : Recipe
    device : str
        Where PyTorch computes.
    """

    batch = 16
    rate, warm_up = 1e-3, 300  # Adam's; steps until it is reached, from where it falls to 0
    half_life = 8_000  # pictures until half of the averaged weights is renewed
    bank, renew = 1024, 64  # renders at once, for so many steps: each is shown once on average
    centre, width = -0.4, 1.4  # of the logarithm of t / SPREAD, for most of the pictures
    anywhere = 2  # pictures of a batch whose t is log-uniform from FINEST to LARGEST
    heaviest = 20.0  # of a picture's weight in the loss, 1 + (SPREAD / t)²
    size = 64  # pixels a side
    losses = ("pictures",)  # what `advance` returns the losses of

    def __init__(self, recipe: Recipe, device: str = "cpu") -> None:
        self.recipe, self.step, self.seconds, self.device = recipe, 0, 0.0, device
        torch.manual_seed(recipe.seed)
        self._take(Denoiser())
        self._pictures: torch.Tensor | None = None

    def _take(self, network: Denoiser, average: Denoiser | None = None) -> None:
        average = average or copy.deepcopy(network)
        self.network = channels_last(network.to(self.device))
        self.average = channels_last(average.to(self.device)).requires_grad_(False)
        self.adam = torch.optim.AdamW(self.network.parameters(), lr=self.rate, betas=(0.9, 0.99),
                                      weight_decay=1e-4)

    def _networks(self) -> dict[str, nn.Module]:
        return {"network": self.network, "average": self.average}

    def save(self, path: Path) -> None:
        """Write everything that a resumed run needs, as safetensors; never half a file."""
        save_training(path, self._networks(), {"adam": self.adam},
                      {"recipe": asdict(self.recipe), "step": self.step, "seconds": self.seconds})

    @classmethod
    def load(cls, path: Path, device: str = "cpu") -> Trainer:
        """Return the trainer that `save` wrote."""
        about, tensors = read_training(path)
        trainer = cls(Recipe(**about["recipe"]), device)
        trainer.step, trainer.seconds = about["step"], about["seconds"]
        fill_training(tensors, trainer._networks(), {"adam": trainer.adam})
        return trainer

    def real(self, rng: np.random.Generator) -> torch.Tensor:
        """A batch of renders (batch, 3, 64, 64), linear light; fresh ones every `renew` steps."""
        if self._pictures is None or self.step % self.renew == 0:
            seed = np.random.default_rng([self.recipe.seed, 1, self.step // self.renew])
            beetles = ladybirds.sample(self.bank, share=self.recipe.share,
                                       seed=int(seed.integers(2**31)))
            self._pictures = torch.from_numpy(np.asarray(ladybirds.render(beetles), np.float32))
        return self._pictures[rng.integers(self.bank, size=self.batch)].to(
            self.device, memory_format=torch.channels_last)

    def levels(self, random: torch.Generator) -> torch.Tensor:
        """Noise levels for a batch, (batch,): mostly where pictures take shape."""
        log_t = self.centre + self.width * torch.randn(self.batch, generator=random)
        t = SPREAD * log_t.exp()
        place = torch.rand(self.anywhere, generator=random)
        t[: self.anywhere] = FINEST * (LARGEST / FINEST) ** place
        return t

    def advance(self) -> tuple[float]:
        """One step; returns the loss.

        Shrinking every pixel towards the mean, as is best without looking at others, would cost 1
        at any noise, less where the weight is cut.
        """
        rng = np.random.default_rng([self.recipe.seed, 0, self.step])
        random = torch.Generator().manual_seed(int(rng.integers(2**62)))
        x = self.real(rng)
        t = self.levels(random)
        noise = torch.randn(x.shape, generator=random).to(self.device)
        t = t.to(self.device)
        weight = (1 + (SPREAD / t) ** 2).clamp(max=self.heaviest)
        miss = (self.network(x + t[:, None, None, None] * noise, t) - x) / SPREAD
        loss = (weight * miss.square().mean((1, 2, 3))).mean()
        done = self.step / self.recipe.steps
        for group in self.adam.param_groups:
            group["lr"] = self.rate * min((self.step + 1) / self.warm_up,
                                          (1 + math.cos(math.pi * done)) / 2 + 0.01)
        self.adam.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.adam.step()
        with torch.no_grad():
            # At first the average is of few steps, or it would hold on to the random weights.
            keep = min(0.5 ** (self.batch / self.half_life), (self.step + 1) / (self.step + 10))
            for average, current in zip(self.average.parameters(), self.network.parameters(),
                                        strict=True):
                average.lerp_(current, 1 - keep)
        self.step += 1
        return (float(loss.detach()),)
