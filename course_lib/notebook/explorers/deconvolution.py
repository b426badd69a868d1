"""Where a deconvolved picture's error comes from."""

from collections.abc import Callable, Mapping

import ipywidgets
import numpy as np

from course_lib.imaging import optics
from course_lib.imaging.operators import Blur
from course_lib.notebook import figures
from course_lib.notebook.explorers.base import Explorer


def who_pays(budget: Callable[..., Mapping[str, np.ndarray]], wide: np.ndarray,
             margin: int = 16) -> Explorer:
    """What noise, border, wrong PSF and regularisation add to one picture's error.

    Parameters
    ----------
    budget : callable
        The lesson's ``error_budget(x, seen, y, A, believed, lam)``: four error maps by name.
    wide : array (1, H, W)
        Linear light; the camera sees all but `margin` pixels on every side.
    """
    inside = (slice(None), slice(margin, -margin), slice(margin, -margin))
    blur = Blur(optics.gaussian_psf(1.5))
    x, seen = wide[inside], blur(wide)[inside]
    grain = np.random.default_rng(0).standard_normal(x.shape)
    colours = {"regularisation": "blue", "border": "orange", "wrong PSF": "green",
               "noise": "purple", "all": "black"}

    def draw(log_lam, width, log_sigma, border):
        believed = Blur(optics.gaussian_psf(1.5 * (1 + width / 100)))
        y = seen + 10**log_sigma * grain
        scene, clean, noisy = (x, seen, y) if border == "periodic" else map(_mirrored, (x, seen, y))
        parts = budget(scene, clean, noisy, blur, believed, 10**log_lam)
        parts = {name: p[..., : x.shape[-2], : x.shape[-1]] for name, p in parts.items()}
        error = sum(parts.values())
        sizes = {name: float(np.sqrt(np.mean(part**2)))
                 for name, part in (parts | {"all": error}).items()}
        fig, axes = figures.figure(1, 3, size=(8.4, 3.2), width_ratios=(1, 1, 1.1))
        figures.draw_image(axes[0], y, "recorded y")
        figures.draw_image(axes[1], x + error, "estimate")
        for row, (name, size) in enumerate(sizes.items()):
            axes[2].plot(max(size, 1e-3), row, "o", ms=11, color=figures.COLOURS[colours[name]])
            axes[2].annotate(f"   {size:.4f}", (max(size, 1e-3), row), va="center", fontsize=9)
        # Dots: on a logarithmic axis the length of a bar would mean nothing.
        axes[2].set(xscale="log", xlim=(8e-4, 10), xlabel="error (rms, 1 = white)",
                    yticks=range(len(sizes)), yticklabels=sizes, ylim=(len(sizes) - 0.5, -0.5))
        axes[2].minorticks_off()
        told = ", ".join(f"{name} {size:.4f}" for name, size in sizes.items())
        return figures.show(fig, alt=f"Recorded page, its estimate, dots for the error: {told}.")

    return Explorer(
        draw,
        log_lam=ipywidgets.FloatSlider(value=-2, min=-5, max=0, step=0.25, description="log₁₀ λ"),
        width=ipywidgets.IntSlider(value=10, min=-30, max=30, step=5,
                                   description="believed PSF width, % off"),
        log_sigma=ipywidgets.FloatSlider(value=-2, min=-4, max=-1, step=0.25,
                                         description="log₁₀ noise σ"),
        border=ipywidgets.Dropdown(value="mirrored", options=["periodic", "mirrored"],
                                   description="believed border"),
    )


def _mirrored(x):
    """Continue a picture by its mirror image: to a periodic method its borders are mirrors."""
    x = np.concatenate([x, x[..., ::-1]], axis=-1)
    return np.concatenate([x, x[..., ::-1, :]], axis=-2)
