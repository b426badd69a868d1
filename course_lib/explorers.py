"""Interactive panels: move a control, see the trade-off; one per lesson.

Each panel is an `Explorer`.  In a notebook it is a set of labelled, keyboard-operable ipywidgets
controls above a picture; wherever no kernel runs (exported pages, slides) its first picture stands
in, with the same alt text.
"""

import ipywidgets
import numpy as np

from course_lib import figures
from course_lib.operators import Downsample


class Explorer:
    """Controls above a picture that is drawn anew whenever one of them moves.

    Parameters
    ----------
    draw : callable
        Takes the controls' values by name, returns a `figures.Picture`.
    **controls : ipywidgets.Widget
        One labelled control per argument of `draw`.
    """

    def __init__(self, draw, **controls):
        self.draw, self.controls = draw, controls
        for control in controls.values():
            control.style.description_width = "12em"
            control.layout.width = "32em"
            control.observe(self._update, names="value")
        self.first = draw(**self.values)
        self.view = ipywidgets.HTML(self.first.img())
        self.panel = ipywidgets.VBox([*controls.values(), self.view])

    @property
    def values(self):
        """Current values of the controls, by name."""
        return {name: control.value for name, control in self.controls.items()}

    def _update(self, _change):
        self.view.value = self.draw(**self.values).img()

    def _repr_mimebundle_(self, **_options):
        # The widget is shown where a kernel runs; the picture stays where none does.
        data, metadata = self.first._repr_mimebundle_()
        data.pop("text/html")
        live = self.panel._repr_mimebundle_()
        live = live[0] if isinstance(live, tuple) else live
        view = "application/vnd.jupyter.widget-view+json"
        return {**data, view: live[view]}, metadata


def sixteen_pixels(candidates, pixels):
    """Lesson 00: fade between pictures that all leave the same pixels.

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
        fig, axes = figures.figure(1, 2, size=(6.4, 3.4))
        figures.draw_image(axes[0], x, "the scene")
        figures.draw_image(axes[1], small, f"its pixels: off by {gap:.0e}")
        return figures.show(fig, alt=(
            f"Left: a sharp picture, {100 * (1 - share):.0f} % candidate {first + 1} and "
            f"{100 * share:.0f} % candidate {first + 2}. Right: its sixteen pixels, which "
            f"differ from the measured ones by at most {gap:.0e}."))

    slider = ipywidgets.FloatSlider(
        value=1.0, min=1, max=len(candidates), step=0.05, description="candidate")
    return Explorer(draw, position=slider)
