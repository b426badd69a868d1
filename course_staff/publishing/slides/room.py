"""Figures for a large room: twice the pixels, larger type, no label longer than its axes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import matplotlib
from matplotlib.figure import Figure

from course_lib.notebook import figures

DPI, LEAST = 288, 11
# Legends stay as they are on the page: larger ones would lie on the data.
LARGE: dict[Any, Any] = {
    "font.size": 14, "axes.labelsize": 14, "axes.titlesize": 16, "legend.fontsize": 11}


@contextmanager
def enlarged() -> Iterator[None]:
    """Draw the course's figures for a large room, inside this context."""
    rendered = figures._rendered

    def fitted(fig: Figure, **options: Any) -> Any:
        fit(fig)
        return rendered(fig, **options)

    # Titles are set outside the course's style, by whatever is in force then.
    with (patch.multiple(figures, DPI=DPI, _rendered=fitted), patch.dict(figures.STYLE, LARGE),
          matplotlib.rc_context(LARGE)):
        yield


def fit(fig: Figure) -> None:
    """Make captions readable, and titles and labels no longer than their axes."""
    for ax in fig.axes:
        ax.xaxis.label.set_fontsize(max(LEAST, ax.xaxis.label.get_fontsize()))
    fig.canvas.draw()
    for ax in fig.axes:
        box = ax.get_window_extent()
        for text, side in ((ax.title, "width"), (ax.xaxis.label, "width"),
                           (ax.yaxis.label, "height")):
            length, room = (getattr(b, side) for b in (text.get_window_extent(), box))
            if length > room:
                text.set_fontsize(text.get_fontsize() * room / length)
