"""Different pictures that leave the same pixels."""

from collections.abc import Sequence

import ipywidgets
import numpy as np

from course_lib.imaging.operators import Downsample
from course_lib.notebook import figures
from course_lib.notebook.explorers.base import Explorer


def sixteen_pixels(candidates: Sequence[np.ndarray], pixels: np.ndarray) -> Explorer:
    """Fade between pictures that all leave the same pixels.

    Parameters
    ----------
    candidates : sequence of arrays (3, H, W)
        Sharp pictures, linear light, that shrink to `pixels`.
    pixels : array (3, h, w)
        What the camera kept.
    """
    shrink = Downsample(candidates[0].shape[-1] // pixels.shape[-1])

    def draw(position):
        first = min(int(position) - 1, len(candidates) - 2)
        share = position - 1 - first
        x = (1 - share) * candidates[first] + share * candidates[first + 1]
        small = shrink(x)
        gap = np.abs(small - pixels).max()
        fig, axes = figures.figure(1, 2, size=(6.4, 3.9))
        figures.draw_image(axes[0], x, "the scene")
        figures.draw_image(axes[1], small, f"its pixels: off by {gap:.1g}")
        return figures.show(fig, alt=(
            f"Left: a sharp picture, {100 * (1 - share):.0f} % candidate {first + 1} and "
            f"{100 * share:.0f} % candidate {first + 2}. Right: its sixteen pixels, which "
            f"differ from the measured ones by at most {gap:.1g}."))

    slider = ipywidgets.FloatSlider(
        value=1.0, min=1, max=len(candidates), step=0.05, description="candidate")
    return Explorer(draw, position=slider)
