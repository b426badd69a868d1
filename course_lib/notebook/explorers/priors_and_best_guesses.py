"""Three answers from one posterior."""

import ipywidgets
import numpy as np

from course_lib.inference.posterior import Mixture
from course_lib.notebook import figures
from course_lib.notebook.explorers.base import Explorer


def best_guesses() -> Explorer:
    """Prior odds, noise and measurement against mean, mode and sample of one posterior.

    The scene is one number, near +1 or near −1, each with standard deviation 0.15.
    """
    grid = np.linspace(-2.2, 2.2, 881)[:, None]

    def draw(odds, sigma, y):
        share = 2.0**odds / (1 + 2.0**odds)
        prior = Mixture([1 - share, share], [[-1.0], [1.0]], np.full((2, 1, 1), 0.15**2))
        seen = prior.posterior([y], np.eye(1), sigma)
        density, before = np.exp(seen.log_density(grid)), np.exp(prior.log_density(grid))
        mean, spread = float(seen.mean[0]), float(seen.sd[0] ** 2)
        mode = float(grid[np.argmax(density), 0])
        samples = seen.sample(12, rng=0)[0][:, 0]
        errors = {"mean": spread, "mode": spread + (mode - mean) ** 2, "sample": 2 * spread}
        colours = [figures.COLOURS[name] for name in ("blue", "vermilion", "green")]
        fig, axes = figures.figure(1, 2, size=(9, 3.3), width_ratios=(1.7, 1))
        axes[0].plot(grid, before / before.max(), ":", color="gray", label="prior")
        axes[0].fill_between(grid[:, 0], density / density.max(), alpha=0.25, color="gray",
                             label="posterior")
        axes[0].axvline(mean, color=colours[0], label="mean")
        axes[0].axvline(mode, color=colours[1], ls="--", label="mode")
        axes[0].plot(samples, np.full(12, -0.08), "|", color=colours[2], ms=11, mew=2,
                     label="12 samples")
        axes[0].plot(y, -0.08, "v", color="black", label="y")
        axes[0].set(xlabel="x", ylabel="density (highest = 1)", ylim=(-0.16, 1.05),
                    xlim=(-2.2, 2.2))
        axes[0].legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=6, fontsize=8,
                       columnspacing=1.0, handlelength=1.5)
        times = [value / spread for value in errors.values()]
        axes[1].barh(list(errors), times, color=colours)
        for row, value in enumerate(errors.values()):
            axes[1].annotate(f" {value:.3f}", (times[row], row), va="center", fontsize=9)
        axes[1].set(xlabel="expected squared error ÷ the mean's",
                    xlim=(0, max(2.6, 1.3 * max(times))))
        axes[1].invert_yaxis()
        plus = float(seen.weights[1])
        told = ", ".join(f"{name} {value:.3f}" for name, value in errors.items())
        return figures.show(fig, alt=(
            f"Prior odds {2.0**odds:.3g} to 1 for +1, noise {sigma:.1f}, y = {y:.1f}: posterior "
            f"{100 * plus:.0f} % near +1. Its mean is {mean:.2f}, its mode {mode:.2f}; "
            f"{np.sum(samples > 0)} of twelve samples are positive. Expected squared errors, "
            f"given y: {told}."))

    return Explorer(
        draw,
        odds=ipywidgets.FloatSlider(value=1, min=-5, max=5, step=0.5,
                                    description="log₂ prior odds for +1"),
        sigma=ipywidgets.FloatSlider(value=0.5, min=0.1, max=2, step=0.1, description="noise σ"),
        y=ipywidgets.FloatSlider(value=0.6, min=-2, max=2, step=0.1, description="measurement y"),
    )
