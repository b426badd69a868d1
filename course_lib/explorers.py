"""Interactive panels: move a control, see the trade-off; one per lesson.

Each panel is an `Explorer`.  In a notebook it is a set of labelled, keyboard-operable ipywidgets
controls above a picture; wherever no kernel runs (exported pages, slides) its first picture stands
in, with the same alt text.
"""

import ipywidgets


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
