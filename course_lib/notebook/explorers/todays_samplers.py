"""The strength of guidance as a dial: what it does to answers, and to whom."""

import ipywidgets
import numpy as np

from course_lib.generators import denoiser
from course_lib.notebook import figures
from course_lib.notebook.explorers.base import Explorer
from course_lib.records import flips, samplers


def todays_samplers(beetles: tuple[int, ...] = (2, 404, 409, 413)) -> Explorer:
    """Four beetles' answers on "share_10", by method and strength of guidance.

    Parameters
    ----------
    beetles : tuple of int
        Their indices in `flips.truths`. What all recorded truths came back as stands in the title.
    """
    prior = denoiser.OnArrays(denoiser.load("share_10"))
    y = flips.truths()[1][list(beetles)]
    some = samplers.draws("share_10", "twisted")["truth"]

    def draw(method, step):
        strengths = samplers.dial("share_10", method)
        strength = strengths[min(step, len(strengths)) - 1]
        x = samplers.answer(prior, method, y, seed=1, strength=strength)
        told = samplers.recorded("share_10", method, strength)
        rows = np.isin(told["truth"], some)
        dark = told["truth"][rows] >= flips.EACH
        back = told["found"][rows] > 0.5
        off = np.sqrt(told["residual"][rows].mean())
        said = (f"strength {strength:g}: dark → pale {np.mean(~back[dark]):.2f}, "
                f"pale → dark {np.mean(back[~dark]):.2f}, off by {off:.3f} (σ = 0.05)")
        found = samplers.read(x, y)["found"]
        fig, axes = figures.figure(2, len(y), size=(2.5 * len(y), 5.8), squeeze=False)
        for k, (seen, answer, p) in enumerate(zip(y, x, found, strict=True)):
            figures.draw_image(axes[0, k], seen, f"seen {k + 1}")
            figures.draw_image(axes[1, k], answer, f"answer {k + 1}: {_form(p)}")
        fig.suptitle(f"{samplers.METHODS[method]}, {said}", fontsize=11)
        return figures.show(fig, alt=(
            f"{samplers.METHODS[method]} on share_10, {said}. Top: sixteen pixels each of {len(y)} "
            f"beetles. Below: answers, {', '.join(map(_form, found))}."))

    return Explorer(
        draw,
        method=ipywidgets.Dropdown(options=[("ΠGDM", "pigdm"), ("DPS", "dps")], value="dps",
                                   description="method"),
        step=ipywidgets.IntSlider(value=3, min=1, max=6, description="strength, low to high"),
    )


def _form(p: float) -> str:
    return "dark" if p > 0.5 else "pale"
