"""A walk through what a generator can draw."""

from collections.abc import Mapping

import ipywidgets
import numpy as np
import torch

from course_lib.generators.gan import Generator
from course_lib.inference.classifiers import p_dark
from course_lib.notebook import figures
from course_lib.notebook.explorers.base import Explorer


def latent_walk(generators: Mapping[str, Generator], n_anchors: int = 4, seed: int = 0) -> Explorer:
    """A walk among latents of one generator, and truncation, against what is drawn.

    Parameters
    ----------
    generators : dict
        Name → `gan.Generator`.
    n_anchors : int
        Random latents that the walk visits; from one to the next it goes along a great circle,
        since all latents lie on a shell.
    seed : int
    """
    first = next(iter(generators.values()))
    rng = torch.Generator().manual_seed(seed)
    anchors = torch.randn(n_anchors, len(first.mean_w), generator=rng)
    noise = first.noise(1, rng)
    stations = np.linspace(1, n_anchors, 8 * (n_anchors - 1) + 1)

    def latent(position):
        i = min(int(position) - 1, n_anchors - 2)
        a, b = anchors[i], anchors[i + 1]
        angle = torch.arccos(a @ b / (a.norm() * b.norm()))
        t = position - 1 - i
        return (torch.sin((1 - t) * angle) * a + torch.sin(t * angle) * b) / torch.sin(angle)

    def pictures(generator, positions, truncation):
        z = torch.stack([latent(float(position)) for position in positions])
        w = torch.lerp(generator.mean_w, generator.mapping(z), truncation)
        with torch.inference_mode():
            return z, generator.synthesis(w, [maps.expand(len(z), -1, -1, -1) for maps in noise])

    def draw(generator, position, truncation):
        chosen = generators[generator]
        z, x = pictures(chosen, [position, *stations], truncation)
        dark = p_dark(x.numpy())
        fig, axes = figures.figure(1, 2, size=(8.2, 3.3), width_ratios=(1, 1.7))
        figures.draw_image(axes[0], x[0].numpy(), f"‖z‖ = {float(z[0].norm()):.1f}")
        axes[1].plot(stations, dark[1:], color=figures.COLOURS["blue"])
        axes[1].plot(position, dark[0], "o", ms=10, color=figures.COLOURS["vermilion"])
        axes[1].set(xlabel="position on the walk", ylabel="P(dark) of the picture",
                    ylim=(-0.05, 1.05), title=f"the walk at ψ = {truncation:.2f}")
        return figures.show(fig, alt=(
            f"Left: what {generator} draws at position {position:.1f} with truncation "
            f"{truncation:.2f}, a ladybird, dark with probability {dark[0]:.2f}. Right: this "
            f"probability along the whole walk, between {dark[1:].min():.2f} and "
            f"{dark[1:].max():.2f}."))

    return Explorer(
        draw,
        generator=ipywidgets.Dropdown(options=list(generators), description="generator"),
        position=ipywidgets.FloatSlider(value=1, min=1, max=n_anchors, step=0.1,
                                        description="position on the walk"),
        truncation=ipywidgets.FloatSlider(value=1, min=0, max=1.4, step=0.05,
                                          description="truncation ψ"),
    )
