"""What every panel is made with.

Each panel is an `Explorer`.  In a notebook it is a set of labelled, keyboard-operable ipywidgets
controls above a picture; wherever no kernel runs (exported pages, slides) its first picture stands
in, with the same alt text.

`watched` is for loops that are worth watching: a progress bar above a picture that keeps up.
"""

from collections.abc import Callable, Iterator
from typing import Any

import ipywidgets
from IPython.display import display

from course_lib.notebook.figures import Picture


class Explorer:
    """Controls above a picture that is drawn anew whenever one of them moves.

    Parameters
    ----------
    draw : callable
        Takes the controls' values by name, returns a `figures.Picture`.
    **controls : ipywidgets.Widget
        One labelled control per argument of `draw`.
    """

    def __init__(self, draw: Callable[..., Picture], **controls: ipywidgets.Widget) -> None:
        self.draw, self.controls = draw, controls
        for control in controls.values():
            control.style.description_width = "12em"
            control.layout.width = "32em"
            control.observe(self._update, names="value")
        self.first = draw(**self.values)
        self.view = ipywidgets.HTML(self.first.img())
        self.panel = ipywidgets.VBox([*controls.values(), self.view])

    @property
    def values(self) -> dict[str, Any]:
        """Current values of the controls, by name."""
        return {name: control.value for name, control in self.controls.items()}

    def _update(self, _change):
        self.view.value = self.draw(**self.values).img()

    def _repr_mimebundle_(self, **_options: object) -> tuple[dict[str, Any], dict[str, Any]]:
        # The widget is shown where a kernel runs; the picture stays where none does.
        data, metadata = self.first._repr_mimebundle_()
        data.pop("text/html")
        live = self.panel._repr_mimebundle_()
        live = live[0] if isinstance(live, tuple) else live
        view = "application/vnd.jupyter.widget-view+json"
        return {**data, view: live[view]}, metadata


def watched(steps: int, draw: Callable[[], Picture], pictures: int = 10) -> Iterator[int]:
    """Count from 0 to steps − 1 and show how far a loop has come, in a notebook.

    Parameters
    ----------
    steps : int
    draw : callable
        Returns a `figures.Picture` of how things stand; called at the start and `pictures` times.
    pictures : int

    Yields
    ------
    int
        The step that is due. Only a live notebook keeps the panel: show the last picture anew.
    """
    bar, view = ipywidgets.IntProgress(max=steps), ipywidgets.HTML(draw().img())
    bar.description = f"0 of {steps}"
    bar.style.description_width = "8em"
    display(ipywidgets.VBox([bar, view]))
    for step in range(steps):
        yield step
        if (step + 1) * pictures // steps > step * pictures // steps:
            bar.value, bar.description = step + 1, f"{step + 1} of {steps}"
            view.value = draw().img()
