"""Figures for a large room: twice the pixels, and captions that are read from the back row."""

import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text

from course_lib.notebook import figures

DPI = 288
# Pixels on a slide of 1280 × 720: what a picture with a line of text below it has, and the least
# height of the letters of titles and axes' labels, as for the slide's own text.
SPACE, LEAST = (1232, 492), 24
MORE = 0.5  # inches of height for captions, where a row of pictures leaves some free
LARGE: dict[Any, Any] = {
    "font.size": 14, "axes.labelsize": 14, "axes.titlesize": 16, "legend.fontsize": 11,
    "legend.handlelength": 1.2}


@contextmanager
def enlarged() -> Iterator[None]:
    """Draw the course's figures for a large room, inside this context."""
    rendered = figures._rendered
    done: list[Figure] = []

    def fitted(fig: Figure, **options: Any) -> Any:
        if fig not in done:  # a second time, where something touches the border
            fit(fig)
            done.append(fig)
        return rendered(fig, **options)

    # Titles are set outside the course's style, by whatever is in force then.
    with (patch.multiple(figures, DPI=DPI, _rendered=fitted), patch.dict(figures.STYLE, LARGE),
          matplotlib.rc_context(LARGE)):
        yield


def fit(fig: Figure) -> None:
    """Make titles and labels readable, in lines no longer than their axes."""
    width, height = fig.get_size_inches()
    full = width * SPACE[1] / SPACE[0]
    tall = min(height, full) if _as_table(fig) else max(height, min(height + MORE, full))
    fig.set_size_inches(width, tall)
    least = smallest(fig)
    for ax in fig.axes:
        for text in (ax.title, ax.xaxis.label, ax.yaxis.label):
            text.set_fontsize(max(least, float(text.get_fontsize())))
        _enlarge_legend(ax, least)
    for _ in range(5):  # other lines leave other room
        fig.canvas.draw()
        if not any([_broken(text, length, room, least) for text, length, room in _lengths(fig)]):
            break


def _as_table(fig: Figure) -> bool:
    """Say once what rows and columns of pictures have in common; whether there are such rows.

    "pale 1", "pale 2", … above "dark 1", "dark 2", … become rows "pale" and "dark", columns 1, 2, …
    """
    rows: dict[int, list[Axes]] = {}
    for ax in fig.axes:
        if ax.images and (place := ax.get_subplotspec()):
            rows.setdefault(place.rowspan.start, []).append(ax)
    names = []
    for row in rows.values():
        words = {ax.get_title().rpartition(" ")[0] for ax in row}
        numbers = [ax.get_title().rpartition(" ")[2] for ax in row]
        if len(words) > 1 or numbers != [str(k + 1) for k in range(len(row))]:
            return False
        names.append(words.pop())
    if len(rows) < 2 or not all(names):
        return False
    for name, (number, row) in zip(names, enumerate(rows.values()), strict=True):
        sizes = {ax.get_xlabel() for ax in row}
        row[0].set_ylabel(f"{name}\n{sizes.pop()}" if len(sizes) == 1 else name)
        for column, ax in enumerate(row, 1):
            ax.set(title="" if number else str(column), xlabel="")
    return True


def _enlarge_legend(ax: Axes, least: float) -> None:
    """Set a legend in as large type as the others, or larger than it was, where there is room."""
    if (legend := ax.get_legend()) is None:
        return
    before = [float(text.get_fontsize()) for text in legend.get_texts()]
    for part in (1, 0.85, 0):
        for text, size in zip(legend.get_texts(), before, strict=True):
            text.set_fontsize(max(part * least, size))
        ax.figure.canvas.draw()
        box, room = legend.get_window_extent(), ax.get_window_extent()
        if box.width < 0.97 * room.width and box.height < 0.35 * room.height:
            break


def smallest(fig: Figure) -> float:
    """Return the size of type, in points, that has `LEAST` pixels on a slide."""
    width, height = fig.get_size_inches()
    return LEAST * 72 / min(SPACE[0] / width, SPACE[1] / height)


def _lengths(fig: Figure) -> Iterator[tuple[Text, float, float]]:
    """Yield each caption, its length and that of its axes, in the figure's dots."""
    for ax in fig.axes:
        box = ax.get_window_extent()
        for text, side in ((ax.title, "width"), (ax.xaxis.label, "width"),
                           (ax.yaxis.label, "height")):
            if text.get_text():
                length, room = (getattr(b, side) for b in (text.get_window_extent(), box))
                yield text, length, 0.95 * room  # a gap to the next


def _broken(text: Text, length: float, room: float, least: float) -> bool:
    """Make a caption that is too long shorter, by smaller type or more lines; whether it was."""
    if length <= room:
        return False
    size, said = float(text.get_fontsize()), text.get_text()
    smaller = max(least, 0.97 * size * room / length)
    if smaller > least or "$" in said:  # a formula can't be broken
        text.set_fontsize(smaller)
        return smaller < size
    text.set_fontsize(least)
    most = max(8, int(max(map(len, said.split("\n"))) * room / length * size / least))
    lines = [part for line in said.split("\n")
             for part in textwrap.wrap(line, most, break_long_words=False)]
    text.set_text("\n".join(lines))
    return lines != said.split("\n")
