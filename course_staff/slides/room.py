"""Figures for a large room: twice the pixels, larger type, no label longer than its axes."""

from contextlib import contextmanager
from unittest.mock import patch

import matplotlib

from course_lib import figures

DPI, LEAST = 288, 11
LARGE = {"font.size": 14, "axes.labelsize": 14, "axes.titlesize": 16}


@contextmanager
def enlarged():
    """Draw the course's figures for a large room, inside this context."""
    rendered = figures._rendered

    def fitted(fig, **options):
        fit(fig)
        return rendered(fig, **options)

    # Titles are set outside the course's style, by whatever is in force then.
    with (patch.multiple(figures, DPI=DPI, _rendered=fitted), patch.dict(figures.STYLE, LARGE),
          matplotlib.rc_context(LARGE)):
        yield


def fit(fig):
    """Make small type readable, and type that runs into its neighbour smaller."""
    for ax in fig.axes:
        legend = ax.get_legend()
        for text in [ax.xaxis.label, *(legend.get_texts() if legend else [])]:
            text.set_size(max(LEAST, text.get_size()))
    fig.canvas.draw()
    for ax in fig.axes:
        box = ax.get_window_extent()
        for text, side in ((ax.title, "width"), (ax.xaxis.label, "width"),
                           (ax.yaxis.label, "height")):
            length, room = (getattr(b, side) for b in (text.get_window_extent(), box))
            if length > 1.1 * room:
                text.set_size(text.get_size() * 1.1 * room / length)
