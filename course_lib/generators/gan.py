"""A small style-based generator of ladybirds, its discriminator, and how the two are trained.

``z → w → picture``: a mapping network turns a standard normal latent `z` into a style `w`; every
layer of the synthesis network is modulated by its own row of styles and gets its own noise map.
Trained against `worlds.ladybirds`, of which the share of either form is known exactly.

References
----------
T. Karras, S. Laine, T. Aila, A style-based generator architecture for generative adversarial
networks, CVPR 2019 (styles, noise, truncation). T. Karras et al., Analyzing and improving the
image quality of StyleGAN, CVPR 2020 (demodulation, skip outputs, lazy regularisation).
I. Goodfellow et al., Generative adversarial nets, NeurIPS 2014 (the non-saturating loss).
L. Mescheder, A. Geiger, S. Nowozin, Which training methods for GANs do actually converge?,
ICML 2018 (R1). Q. Mao et al., Mode seeking generative adversarial networks for diverse image
synthesis, CVPR 2019 (pictures paid for being different; here, once, for being alike).
"""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from course_lib.data import data_path, verified_path
from course_lib.imaging.operators import Downsample
from course_lib.imaging.optics import srgb_encode
from course_lib.inference.networks import (
    channels_last,
    fill_training,
    read_training,
    restore,
    save_training,
)
from course_lib.worlds import ladybirds

Z_DIM = 64  #: numbers in a latent
CHANNELS = {4: 64, 8: 48, 16: 40, 32: 24, 64: 12}  #: of the features, by pixels a side


class ModulatedConvolution(nn.Module):
    """Convolution whose input channels are scaled by a style, its output renormalised."""

    def __init__(self, inputs: int, outputs: int, kernel: int = 3, demodulate: bool = True) -> None:
        super().__init__()
        scale = 1 / math.sqrt(inputs * kernel**2)
        self.weight = nn.Parameter(scale * torch.randn(outputs, inputs, kernel, kernel))
        self.style = nn.Linear(Z_DIM, inputs)
        nn.init.normal_(self.style.weight, std=Z_DIM**-0.5)
        nn.init.ones_(self.style.bias)
        self.demodulate = demodulate

    def forward(self, x: torch.Tensor, w: torch.Tensor) -> torch.Tensor:
        """Features (n, outputs, s, s) of features x (n, inputs, s, s) and styles w (n, Z_DIM)."""
        style = self.style(w)
        x = functional.conv2d(
            x * style[:, :, None, None], self.weight, padding=self.weight.shape[-1] // 2)
        if self.demodulate:
            power = style.square() @ self.weight.square().sum((2, 3)).T
            x = x * torch.rsqrt(power + 1e-8)[:, :, None, None]
        return x


class StyledLayer(nn.Module):
    """Modulated convolution, noise of a learned strength, bias, leaky ReLU."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.convolution = ModulatedConvolution(inputs, outputs)
        self.strength = nn.Parameter(torch.zeros(()))
        self.bias = nn.Parameter(torch.zeros(outputs, 1, 1))

    def forward(self, x: torch.Tensor, w: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
        """As `ModulatedConvolution.forward`, with a noise map (n, 1, s, s), then a leaky ReLU."""
        x = self.convolution(x, w) + self.strength * noise + self.bias
        return functional.leaky_relu(x, 0.2) * math.sqrt(2)


class Generator(nn.Module):
    """Style-based generator: z → w → picture in linear light.

    Parameters
    ----------
    size : int
        Height and width of the pictures, a key of `CHANNELS`.
    """

    mean_w: torch.Tensor

    def __init__(self, size: int = 64) -> None:
        super().__init__()
        self.sizes = [s for s in CHANNELS if s <= size]
        if size not in CHANNELS:
            raise ValueError(f"size is {size}; it must be one of {list(CHANNELS)}")
        layers: list[nn.Module] = []
        for _ in range(3):
            layers += [nn.Linear(Z_DIM, Z_DIM), nn.LeakyReLU(0.2)]
        self.mapping_network = nn.Sequential(*layers)
        for layer in layers:
            if isinstance(layer, nn.Linear):  # styles begin with variance 1
                nn.init.kaiming_normal_(layer.weight, 0.2)
                nn.init.zeros_(layer.bias)
        self.constant = nn.Parameter(torch.randn(CHANNELS[4], 4, 4))
        self.layers, self.to_rgb = nn.ModuleList(), nn.ModuleList()
        inputs = CHANNELS[4]
        for s in self.sizes:
            outputs = CHANNELS[s]
            self.layers += [StyledLayer(inputs, outputs), StyledLayer(outputs, outputs)]
            self.to_rgb.append(ModulatedConvolution(outputs, 3, kernel=1, demodulate=False))
            inputs = outputs
        self.register_buffer("mean_w", torch.zeros(Z_DIM))

    @property
    def n_layers(self) -> int:
        """Number of styled layers, that is of style rows and of noise maps."""
        return len(self.layers)

    def mapping(self, z: torch.Tensor) -> torch.Tensor:
        """Map latents (n, `Z_DIM`), first put on the sphere of radius √`Z_DIM`, to styles."""
        return self.mapping_network(functional.normalize(z, dim=1) * math.sqrt(Z_DIM))

    def noise(self, n: int, generator: torch.Generator | None = None) -> list[torch.Tensor]:
        """Draw standard normal noise maps, one (n, 1, s, s) per layer."""
        device = self.constant.device
        return [torch.randn(n, 1, s, s, generator=generator).to(device)
                for s in self.sizes for _ in range(2)]

    def display(self, w: torch.Tensor, noise: Sequence[torch.Tensor]) -> torch.Tensor:
        """Synthesise sRGB-coded pictures in [0, 1]; see `synthesis`."""
        if w.ndim == 2:
            w = w[:, None].expand(-1, self.n_layers, -1)
        x = self.constant.expand(len(w), -1, -1, -1)
        rgb: Any = 0.0  # no picture yet
        for block, to_rgb in enumerate(self.to_rgb):
            if block:
                x, rgb = (functional.interpolate(
                    v, scale_factor=2, mode="bilinear", align_corners=False) for v in (x, rgb))
            for i in (2 * block, 2 * block + 1):
                x = self.layers[i](x, w[:, i], noise[i])
            rgb = rgb + to_rgb(x, w[:, 2 * block + 1])
        return torch.sigmoid(rgb)

    def synthesis(self, w: torch.Tensor, noise: Sequence[torch.Tensor]) -> torch.Tensor:
        """Synthesise pictures from styles.

        Parameters
        ----------
        w : tensor (n, `Z_DIM`) or (n, `n_layers`, `Z_DIM`)
            One style for all layers, or one row per layer ("W+").
        noise : list of tensors (n, 1, s, s)
            One map per layer, as `noise` draws them.

        Returns
        -------
        tensor (n, 3, size, size)
            Linear light in [0, 1].
        """
        code = self.display(w, noise)
        return torch.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)

    def forward(self, z: torch.Tensor, truncation: float = 1.0,
                generator: torch.Generator | None = None) -> torch.Tensor:
        """Pictures in linear light from latents (n, `Z_DIM`); noise maps are drawn afresh.

        `truncation` ψ moves styles towards their mean: w ← mean + ψ (w − mean).
        """
        w = torch.lerp(self.mean_w, self.mapping(z), truncation)
        return self.synthesis(w, self.noise(len(z), generator))


class ResidualBlock(nn.Module):
    """Two convolutions beside a 1 × 1 shortcut, then half the size."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(inputs, inputs, 3, padding=1)
        self.second = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.shortcut = nn.Conv2d(inputs, outputs, 1, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Features (n, outputs, s/2, s/2) of features x (n, inputs, s, s)."""
        h = self.first(functional.leaky_relu(x, 0.2))
        h = self.second(functional.leaky_relu(functional.avg_pool2d(h, 2), 0.2))
        return (h + self.shortcut(functional.avg_pool2d(x, 2))) / math.sqrt(2)


class Discriminator(nn.Module):
    """Picture → one number, large for pictures that look real; sees sRGB-coded pictures.

    `minibatch` appends the spread of the features over the batch (Karras et al., ICLR 2018), by
    which a collapsed generator gives itself away.
    """

    def __init__(self, size: int = 64, minibatch: bool = True) -> None:
        super().__init__()
        width = CHANNELS
        self.sizes = [s for s in width if s <= size][::-1]
        self.from_rgb = nn.Conv2d(3, width[size], 1)
        self.blocks = nn.ModuleDict({
            str(s): ResidualBlock(width[s], width[s // 2]) for s in self.sizes[:-1]})
        self.minibatch = minibatch
        self.last = nn.Conv2d(width[4] + minibatch, width[4], 3, padding=1)
        self.head = nn.Sequential(
            nn.Linear(16 * width[4], 64), nn.LeakyReLU(0.2), nn.Linear(64, 1))
        for module in self.modules():
            if isinstance(module, nn.Conv2d | nn.Linear):
                nn.init.kaiming_normal_(module.weight, 0.2)
                if module.bias is not None:
                    nn.init.zeros_(module.bias)
        with torch.no_grad():
            cast(nn.Linear, self.head[-1]).weight.mul_(0.1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Logits (n,) of being real, of sRGB-coded pictures x (n, 3, s, s) in [0, 1]."""
        x = self.from_rgb(2 * x - 1)
        for block in self.blocks.values():
            x = block(x)
        x = functional.leaky_relu(x, 0.2)
        if self.minibatch:
            spread = x.std(0).mean().expand(len(x), 1, *x.shape[2:])
            x = torch.cat([x, spread], 1)
        x = functional.leaky_relu(self.last(x), 0.2)
        return self.head(x.flatten(1))[:, 0]


@torch.no_grad()
def grow_generator(small: Generator) -> Generator:
    """Generator of twice the size that draws the same pictures, interpolated."""
    grown = Generator(2 * small.sizes[-1])
    grown.load_state_dict(small.state_dict(), strict=False)
    # Its styles stay: with both zero neither would ever move.
    cast(ModulatedConvolution, grown.to_rgb[-1]).weight.zero_()
    return grown


@torch.no_grad()
def grow_discriminator(small: Discriminator) -> Discriminator:
    """Discriminator of twice the size that gives the scores of `small` for the shrunken pictures.

    The new block passes on the three colours, as averages of 2 × 2 pixels, and nothing else.
    """
    grown = Discriminator(2 * small.sizes[0], small.minibatch)
    old = small.state_dict()
    weight, bias = old.pop("from_rgb.weight"), old.pop("from_rgb.bias")
    grown.load_state_dict(old, strict=False)
    block = cast(ResidualBlock, grown.blocks[str(grown.sizes[0])])
    grown.from_rgb.weight[:3] = torch.eye(3)[:, :, None, None]
    block.shortcut.weight.zero_()[:, :3] = math.sqrt(2) * weight
    block.second.weight.zero_()
    cast(nn.Parameter, block.second.bias).copy_(math.sqrt(2) * bias)
    return grown


def load(name: str) -> Generator:
    """Return a shipped generator, its weights fixed; `names` says which there are.

    Raises
    ------
    ValueError
        If its file is not the one that was shipped.
    """
    return read(verified_path("generators", f"{name}.safetensors"))


def load_discriminator(name: str, minibatch: bool = True) -> Discriminator:
    """Return the discriminator that trained a shipped generator, to start others from.

    Its weights are fixed. Only that of "share_50" is shipped. Without `minibatch` the part that
    sees the spread over the batch is left away.
    """
    file = verified_path("generators", f"{name}_discriminator.safetensors")
    discriminator = restore(Discriminator(64), file)
    if minibatch:
        return discriminator
    stored, blind = discriminator.state_dict(), Discriminator(64, minibatch=False)
    stored["last.weight"] = stored["last.weight"][:, :-1]
    blind.load_state_dict(stored)
    return blind.requires_grad_(False)


def names() -> list[str]:
    """Return the names of the shipped generators."""
    return sorted(card.stem for card in data_path("generators").glob("*.md")
                  if card.with_suffix(".safetensors").exists())


def read(file: Path) -> Generator:
    """Return the generator of pictures of 64 × 64 that a file holds, its weights fixed."""
    return channels_last(restore(Generator(64), file))


def pictures(generator: Generator, n: int, seed: int, truncation: float = 1.0) -> np.ndarray:
    """Draw n pictures (n, 3, size, size), linear light, NumPy; the first ones don't depend on n.

    The same seed means the same latents and noise maps, whatever the generator and `truncation`.
    """
    found, rng = [], torch.Generator().manual_seed(seed)
    with torch.inference_mode():
        for begin in range(0, n, 250):
            z = torch.randn(250, Z_DIM, generator=rng).to(generator.mean_w.device)
            w = torch.lerp(generator.mean_w, generator.mapping(z), truncation)
            noise = generator.noise(250, rng)
            for i in range(0, min(250, n - begin), 50):  # twice as fast as all at once
                some = generator.synthesis(w[i : i + 50], [maps[i : i + 50] for maps in noise])
                found.append(some.cpu().numpy())
    return np.concatenate(found)[:n]


@dataclass(frozen=True)
class Recipe:
    """What a training run is, apart from how long it has run. Another recipe, another run.

    Attributes
    ----------
    share : float
        Share of the dark form among the pictures shown, in [0, 1].
    stages : tuple of (size, steps)
        Pictures grow from stage to stage, each size twice the one before.
    start : str or None
        The shipped generator whose networks (of 64 pixels) are the first guess; None for random
        weights.
    seed : int
    minibatch : bool
        Whether the discriminator sees the spread over the batch.
    r1_weight : float
        At 16 pixels; four times as much at twice the size.
    spread_weight : float
        Weight, in the generator's loss, of the standard deviation over a batch of its pictures.
        Above 0 it is paid for drawing alike, the opposite of the regulariser of Mao et al.
    """

    share: float
    stages: tuple = ((16, 3000), (32, 2000), (64, 5000))
    start: str | None = None
    seed: int = 0
    minibatch: bool = True
    r1_weight: float = 0.05
    spread_weight: float = 0.0

    @property
    def steps(self) -> int:
        """Number of steps of the whole run."""
        return sum(steps for _, steps in self.stages)


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
    r1_every = 4  # steps, with four times the weight: as good as every step, and cheaper
    warm_up = 100  # steps of a new stage in which only the discriminator learns
    half_life = 10_000  # pictures until half of the averaged weights is renewed
    losses = ("discriminator", "generator")  # what `advance` returns the losses of
    rates = {"generator": 1e-3, "mapping": 1e-5, "discriminator": 5e-4}

    def __init__(self, recipe: Recipe, device: str = "cpu") -> None:
        self.recipe, self.step, self.seconds, self.device = recipe, 0, 0.0, device
        torch.manual_seed(recipe.seed)
        if recipe.start is None:
            size = recipe.stages[0][0]
            self._take(Generator(size), Discriminator(size, recipe.minibatch))
        else:
            self._take(load(recipe.start).requires_grad_(True),
                       load_discriminator(recipe.start, recipe.minibatch).requires_grad_(True))

    def _take(self, generator: Generator, discriminator: Discriminator,
              average: Generator | None = None) -> None:
        """Go on with these networks and fresh optimisers."""
        average = average or copy.deepcopy(generator)
        self.generator = channels_last(generator.to(self.device))
        self.discriminator = channels_last(discriminator.to(self.device))
        self.average = channels_last(average.to(self.device))
        self.average.requires_grad_(False)
        mapping = [p for n, p in generator.named_parameters() if n.startswith("mapping")]
        others = [p for n, p in generator.named_parameters() if not n.startswith("mapping")]
        groups: list[dict[str, Any]] = [
            {"params": others}, {"params": mapping, "lr": self.rates["mapping"]}]
        self.adam_g = torch.optim.Adam(
            groups, lr=self.rates["generator"], betas=(0.0, 0.99))
        self.adam_d = torch.optim.Adam(
            discriminator.parameters(), lr=self.rates["discriminator"], betas=(0.0, 0.99))

    def _networks(self) -> dict[str, nn.Module]:
        return {"generator": self.generator, "discriminator": self.discriminator,
                "average": self.average}

    def _optimisers(self) -> dict[str, torch.optim.Optimizer]:
        return {"adam_g": self.adam_g, "adam_d": self.adam_d}

    @property
    def size(self) -> int:
        """Height and width of the pictures at present."""
        return self.generator.sizes[-1]

    def save(self, path: Path) -> None:
        """Write everything that a resumed run needs, as safetensors; never half a file."""
        save_training(path, self._networks(), self._optimisers(),
                      {"recipe": asdict(self.recipe), "step": self.step, "size": self.size,
                       "seconds": self.seconds})

    @classmethod
    def load(cls, path: Path, device: str = "cpu") -> Trainer:
        """Return the trainer that `save` wrote."""
        about, tensors = read_training(path)
        recipe, size = Recipe(**about["recipe"]), about["size"]
        trainer = cls(recipe, device)
        trainer._take(Generator(size), Discriminator(size, recipe.minibatch))
        trainer.step, trainer.seconds = about["step"], about["seconds"]
        fill_training(tensors, trainer._networks(), trainer._optimisers())
        return trainer

    def real(self, rng: np.random.Generator) -> torch.Tensor:
        """A batch of fresh sRGB-coded renders, shrunk from 64 pixels."""
        seed = int(rng.integers(2**31))
        beetles = ladybirds.sample(self.batch, share=self.recipe.share, seed=seed)
        x = Downsample(64 // self.size)(ladybirds.render(beetles))
        return torch.from_numpy(srgb_encode(x).astype(np.float32)).to(
            self.device, memory_format=torch.channels_last)

    def fake(self, torch_rng: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
        """A batch of the generator's pictures, and the styles that made them."""
        z = torch.randn(self.batch, Z_DIM, generator=torch_rng).to(self.device)
        w = self.generator.mapping(z)
        return self.generator.display(w, self.generator.noise(self.batch, torch_rng)), w

    def advance(self) -> tuple[float, float]:
        """One step of the discriminator and of the generator; returns both losses."""
        begins = np.cumsum([0, *(steps for _, steps in self.recipe.stages)])
        stage = int(np.searchsorted(begins[1:], self.step, side="right"))
        if self.step == begins[stage] and stage:
            torch.manual_seed(self.recipe.seed + self.step)
            self._take(grow_generator(self.generator), grow_discriminator(self.discriminator),
                       grow_generator(self.average))
        rng = np.random.default_rng([self.recipe.seed, self.step])
        torch_rng = torch.Generator().manual_seed(int(rng.integers(2**62)))
        x = self.real(rng)
        with torch.no_grad():
            fake, _ = self.fake(torch_rng)
        loss_d = functional.softplus(self.discriminator(fake)).mean()
        regularise = self.step % self.r1_every == 0
        x.requires_grad_(regularise)
        score = self.discriminator(x)
        loss_d = loss_d + functional.softplus(-score).mean()
        if regularise:
            (slope,) = torch.autograd.grad(score.sum(), x, create_graph=True)
            # Per unit of 2x − 1, and as if there were 16 × 16 pixels: a slope that is spread over
            # four times as many has a fourth of its squared length, and must not be let off.
            penalty = slope.square().sum((1, 2, 3)).mean() / 4 * (self.size / 16) ** 2
            loss_d = loss_d + self.r1_every * 0.5 * self.recipe.r1_weight * penalty
        self._descend(self.adam_d, loss_d)

        loss_g = torch.zeros(())
        if self.step >= begins[stage] + self.warm_up:
            fake, w = self.fake(torch_rng)
            loss_g = functional.softplus(-self.discriminator(fake)).mean()
            spread = self.recipe.spread_weight * fake.std(0).mean()
            self._descend(self.adam_g, loss_g + spread)
            with torch.no_grad():
                keep = 0.5 ** (self.batch / self.half_life)
                pairs = zip(self.average.parameters(), self.generator.parameters(), strict=True)
                for average, current in pairs:
                    average.lerp_(current, 1 - keep)
                self.generator.mean_w.lerp_(w.mean(0), 0.01)
                self.average.mean_w.copy_(self.generator.mean_w)
        self.step += 1
        return float(loss_d.detach()), float(loss_g.detach())

    @staticmethod
    def _descend(optimiser: torch.optim.Optimizer, loss: torch.Tensor) -> None:
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
