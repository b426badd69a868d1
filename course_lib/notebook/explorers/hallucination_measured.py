"""A picture that leaves out what it can't know."""

import ipywidgets
import numpy as np

from course_lib.audits.hallucination import abstention_curve, paint
from course_lib.notebook import figures
from course_lib.notebook.explorers.base import Explorer


def abstention(means: np.ndarray, sds: np.ndarray, truths: np.ndarray) -> Explorer:
    """Case and threshold against what is shown, its expected and its true error.

    Parameters
    ----------
    means, truths : arrays (n, 3, H, W)
        Posterior means and scenes, linear light.
    sds : array (n, H, W)
        Posterior standard deviation of every pixel.
    """
    errors = np.sqrt(np.mean((means - truths) ** 2, axis=-3))

    def draw(case, threshold, truth):
        x_hat, x, sd, error = (values[case - 1] for values in (means, truths, sds, errors))
        kept, largest, expected, actual = abstention_curve(sd, error)
        shown = np.searchsorted(largest, threshold, side="right") - 1
        fig, axes = figures.figure(1, 3, size=(9.4, 3.2), width_ratios=(1, 1, 1.4))
        figures.draw_image(axes[0], paint(x_hat, sd > threshold), "shown")
        figures.draw_image(axes[1], x if truth else np.ones_like(x),
                           "the scene" if truth else "the scene: hidden")
        axes[2].plot(100 * kept, expected, "--", color=figures.COLOURS["blue"], label="expected")
        told = "nothing is shown"
        if shown >= 0:
            axes[2].plot(100 * kept[shown], expected[shown], "o", color=figures.COLOURS["blue"])
            told = (f"{100 * kept[shown]:.0f} % of the pixels are shown, with an expected error of "
                    f"{expected[shown]:.3f} RMS")
        if truth:
            axes[2].plot(100 * kept, actual, color=figures.COLOURS["vermilion"], label="true")
            told += f" and a true one of {actual[shown]:.3f}" if shown >= 0 else ""
        axes[2].set(xlabel="pixels shown (%)", ylabel="RMS error of what is shown", xlim=(0, 101),
                    ylim=(0, 1.15 * (max(expected[-1], actual[-1]) if truth else expected[-1])))
        axes[2].legend(loc="upper left", fontsize=9)
        return figures.show(fig, alt=(
            f"Case {case}, stripes where the posterior's standard deviation exceeds "
            f"{threshold:.3f}: {told}."))

    return Explorer(
        draw,
        case=ipywidgets.IntSlider(value=1, min=1, max=len(means), description="case"),
        threshold=ipywidgets.FloatSlider(value=0.08, min=0.01, max=0.25, step=0.005,
                                         readout_format=".3f", description="largest sd shown"),
        truth=ipywidgets.Checkbox(value=False, description="show the truth"),
    )
