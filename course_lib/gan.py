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
ICML 2018 (R1).
"""

import ast
import copy
import math
import os

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional

from course_lib.operators import Downsample
from course_lib.optics import srgb_encode
from course_lib.worlds import ladybirds

Z_DIM = 64
CHANNELS = {4: 64, 8: 48, 16: 40, 32: 24, 64: 12}


class ModulatedConvolution(nn.Module):
    """Convolution whose input channels are scaled by a style, its output renormalised."""

    def __init__(self, inputs, outputs, kernel=3, demodulate=True):
        super().__init__()
        scale = 1 / math.sqrt(inputs * kernel**2)
        self.weight = nn.Parameter(scale * torch.randn(outputs, inputs, kernel, kernel))
        self.style = nn.Linear(Z_DIM, inputs)
        nn.init.ones_(self.style.bias)
        self.demodulate = demodulate

    def forward(self, x, w):
        style = self.style(w)
        x = functional.conv2d(
            x * style[:, :, None, None], self.weight, padding=self.weight.shape[-1] // 2)
        if self.demodulate:
            power = style.square() @ self.weight.square().sum((2, 3)).T
            x = x * torch.rsqrt(power + 1e-8)[:, :, None, None]
        return x


class StyledLayer(nn.Module):
    """Modulated convolution, noise of a learned strength, bias, leaky ReLU."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.convolution = ModulatedConvolution(inputs, outputs)
        self.strength = nn.Parameter(torch.zeros(()))
        self.bias = nn.Parameter(torch.zeros(outputs, 1, 1))

    def forward(self, x, w, noise):
        x = self.convolution(x, w) + self.strength * noise + self.bias
        return functional.leaky_relu(x, 0.2) * math.sqrt(2)


class Generator(nn.Module):
    """Style-based generator: z → w → picture in linear light.

    Parameters
    ----------
    size : int
        Height and width of the pictures, a key of `CHANNELS`.
    """

    def __init__(self, size=64):
        super().__init__()
        self.sizes = [s for s in CHANNELS if s <= size]
        if size not in CHANNELS:
            raise ValueError(f"size is {size}; it must be one of {list(CHANNELS)}")
        layers = []
        for _ in range(3):
            layers += [nn.Linear(Z_DIM, Z_DIM), nn.LeakyReLU(0.2)]
        self.mapping_network = nn.Sequential(*layers)
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
    def n_layers(self):
        """Number of styled layers, that is of style rows and of noise maps."""
        return len(self.layers)

    def mapping(self, z):
        """Map latents (n, `Z_DIM`), first put on the sphere of radius √`Z_DIM`, to styles."""
        return self.mapping_network(functional.normalize(z, dim=1) * math.sqrt(Z_DIM))

    def noise(self, n, generator=None):
        """Draw standard normal noise maps, one (n, 1, s, s) per layer."""
        device = self.constant.device
        return [torch.randn(n, 1, s, s, generator=generator).to(device)
                for s in self.sizes for _ in range(2)]

    def display(self, w, noise):
        """Synthesise sRGB-coded pictures in [0, 1]; see `synthesis`."""
        if w.ndim == 2:
            w = w[:, None].expand(-1, self.n_layers, -1)
        x, rgb = self.constant.expand(len(w), -1, -1, -1), 0.0
        for block, to_rgb in enumerate(self.to_rgb):
            if block:
                x, rgb = (functional.interpolate(
                    v, scale_factor=2, mode="bilinear", align_corners=False) for v in (x, rgb))
            for i in (2 * block, 2 * block + 1):
                x = self.layers[i](x, w[:, i], noise[i])
            rgb = rgb + to_rgb(x, w[:, 2 * block + 1])
        return torch.sigmoid(rgb)

    def synthesis(self, w, noise):
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

    def forward(self, z, truncation=1.0, generator=None):
        """Pictures in linear light from latents (n, `Z_DIM`); noise maps are drawn afresh.

        `truncation` ψ moves styles towards their mean: w ← mean + ψ (w − mean).
        """
        w = torch.lerp(self.mean_w, self.mapping(z), truncation)
        return self.synthesis(w, self.noise(len(z), generator))


class ResidualBlock(nn.Module):
    """Two convolutions beside a 1 × 1 shortcut, then half the size."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.first = nn.Conv2d(inputs, inputs, 3, padding=1)
        self.second = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.shortcut = nn.Conv2d(inputs, outputs, 1, bias=False)

    def forward(self, x):
        h = self.first(functional.leaky_relu(x, 0.2))
        h = self.second(functional.leaky_relu(functional.avg_pool2d(h, 2), 0.2))
        return (h + self.shortcut(functional.avg_pool2d(x, 2))) / math.sqrt(2)


class Discriminator(nn.Module):
    """Picture → one number, large for pictures that look real; sees sRGB-coded pictures.

    `minibatch` appends the spread of the features over the batch (Karras et al., ICLR 2018), by
    which a collapsed generator gives itself away.
    """

    def __init__(self, size=64, minibatch=True):
        super().__init__()
        widths = [CHANNELS[s] for s in CHANNELS if s <= size][::-1]
        self.from_rgb = nn.Conv2d(3, widths[0], 3, padding=1)
        self.blocks = nn.Sequential(
            *(ResidualBlock(a, b) for a, b in zip(widths[:-1], widths[1:], strict=True)))
        self.minibatch = minibatch
        self.last = nn.Conv2d(widths[-1] + minibatch, widths[-1], 3, padding=1)
        self.head = nn.Sequential(
            nn.Linear(16 * widths[-1], 64), nn.LeakyReLU(0.2), nn.Linear(64, 1))
        for module in self.modules():
            if isinstance(module, nn.Conv2d | nn.Linear):
                nn.init.kaiming_normal_(module.weight, 0.2)
                if module.bias is not None:
                    nn.init.zeros_(module.bias)
        with torch.no_grad():
            self.head[-1].weight.mul_(0.1)

    def forward(self, x):
        x = functional.leaky_relu(self.blocks(self.from_rgb(2 * x - 1)), 0.2)
        if self.minibatch:
            spread = x.std(0).mean().expand(len(x), 1, *x.shape[2:])
            x = torch.cat([x, spread], 1)
        x = functional.leaky_relu(self.last(x), 0.2)
        return self.head(x.flatten(1))[:, 0]


class Trainer:
    """Everything that training changes, and one step of it.

    Random numbers depend on (seed, step) alone, so a run that was interrupted and resumed is the
    run that was not.

    Parameters
    ----------
    share : float
        Share of the rare form among the pictures shown, between 0 and 1.
    size : int
        Height and width of the pictures, a key of `CHANNELS`; renders are shrunk to it.
    seed : int
    start : Generator, optional
        A generator, perhaps of smaller pictures, whose layers are the first guess.
    device : str
        Where PyTorch computes.
    """

    batch = 16
    r1_weight, r1_every = 0.3, 16
    warm_up = 100  # steps in which only the discriminator learns
    half_life = 3000  # pictures until half of the averaged weights is renewed

    def __init__(self, share, size=64, seed=0, start=None, device="cpu"):
        torch.manual_seed(seed)
        self.share, self.size, self.seed, self.step, self.device = share, size, seed, 0, device
        self.generator, self.discriminator = Generator(size), Discriminator(size)
        if start is not None:  # layers that a smaller generator has keep what it learned
            self.generator.load_state_dict(start.state_dict(), strict=False)
        self.average = copy.deepcopy(self.generator).requires_grad_(False)
        for network in self._networks().values():
            network.to(device, memory_format=torch.channels_last)
        mapping = [p for n, p in self.generator.named_parameters() if n.startswith("mapping")]
        others = [p for n, p in self.generator.named_parameters() if not n.startswith("mapping")]
        self.adam_g = torch.optim.Adam(
            [{"params": others}, {"params": mapping, "lr": 1e-5}], lr=1e-3, betas=(0.0, 0.99))
        self.adam_d = torch.optim.Adam(
            self.discriminator.parameters(), lr=5e-4 if size < 64 else 3e-4, betas=(0.0, 0.99))

    def _networks(self):
        return {"generator": self.generator, "discriminator": self.discriminator,
                "average": self.average}

    def save(self, path):
        """Write everything that a resumed run needs, as safetensors; never half a file."""
        tensors = {f"{name}/{key}": value for name, network in self._networks().items()
                   for key, value in network.state_dict().items()}
        for name, adam in (("adam_g", self.adam_g), ("adam_d", self.adam_d)):
            for i, entry in adam.state_dict()["state"].items():
                tensors |= {f"{name}/{i}/{key}": value for key, value in entry.items()}
        about = {"share": self.share, "size": self.size, "seed": self.seed, "step": self.step}
        partial = path.with_suffix(".partial")
        save_file({key: value.contiguous() for key, value in tensors.items()}, partial,
                  metadata={key: repr(value) for key, value in about.items()})
        os.replace(partial, path)

    @classmethod
    def load(cls, path, device="cpu"):
        """Return the trainer that `save` wrote."""
        with safe_open(path, framework="pt") as file:
            about = {key: ast.literal_eval(value) for key, value in file.metadata().items()}
            tensors = {key: file.get_tensor(key) for key in file.keys()}
        trainer = cls(about["share"], about["size"], about["seed"], device=device)
        trainer.step = about["step"]
        for name, network in trainer._networks().items():
            network.load_state_dict({key.removeprefix(f"{name}/"): value
                                     for key, value in tensors.items()
                                     if key.startswith(f"{name}/")})
        for name, adam in (("adam_g", trainer.adam_g), ("adam_d", trainer.adam_d)):
            entries = {}
            for key, value in tensors.items():
                if key.startswith(f"{name}/"):
                    _, i, entry = key.split("/")
                    entries.setdefault(int(i), {})[entry] = value
            adam.load_state_dict({**adam.state_dict(), "state": entries})
        return trainer

    def real(self, rng):
        """A batch of fresh sRGB-coded renders."""
        seed = int(rng.integers(2**31))
        beetles = ladybirds.sample(self.batch, share=self.share, seed=seed)
        x = Downsample(64 // self.size)(ladybirds.render(beetles))
        return torch.from_numpy(srgb_encode(x).astype(np.float32)).to(
            self.device, memory_format=torch.channels_last)

    def fake(self, torch_rng):
        """A batch of the generator's pictures, and the styles that made them."""
        z = torch.randn(self.batch, Z_DIM, generator=torch_rng).to(self.device)
        w = self.generator.mapping(z)
        return self.generator.display(w, self.generator.noise(self.batch, torch_rng)), w

    def advance(self):
        """One step of the discriminator and one of the generator; returns both losses."""
        rng = np.random.default_rng([self.seed, self.step])
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
            penalty = slope.square().sum((1, 2, 3)).mean() / 4  # per unit of 2x − 1
            loss_d = loss_d + self.r1_every * 0.5 * self.r1_weight * penalty
        self._descend(self.adam_d, self.discriminator, loss_d)

        loss_g = torch.zeros(())
        if self.step >= self.warm_up:
            fake, w = self.fake(torch_rng)
            loss_g = functional.softplus(-self.discriminator(fake)).mean()
            self._descend(self.adam_g, self.generator, loss_g)
            with torch.no_grad():
                keep = 0.5 ** (self.batch / self.half_life)
                pairs = zip(self.average.parameters(), self.generator.parameters(), strict=True)
                for average, current in pairs:
                    average.lerp_(current, 1 - keep)
                self.generator.mean_w.lerp_(w.mean(0), 0.01)
                self.average.mean_w.copy_(self.generator.mean_w)
        self.step += 1
        return float(loss_d.detach()), float(loss_g.detach())

    def _descend(self, optimiser, network, loss):
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimiser.step()
