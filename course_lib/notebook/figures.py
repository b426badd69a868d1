"""The course's figures: one look, pictures in linear light, alt text on every one.

>>> fig, ax = figure()
>>> _ = ax.plot([0, 1], [0, 1])
>>> show(fig, alt="A straight line from (0, 0) to (1, 1).")
Figure: A straight line from (0, 0) to (1, 1).
"""

import base64
import html
import io
from collections.abc import Mapping
from typing import Any

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from numpy.typing import ArrayLike
from PIL import Image

from course_lib.imaging.optics import srgb_encode

#: Okabe & Ito (2008), "Color universal design": distinguishable with every common colour vision.
COLOURS = {
    "blue": "#0072B2",
    "orange": "#E69F00",
    "green": "#009E73",
    "purple": "#CC79A7",
    "sky": "#56B4E9",
    "vermilion": "#D55E00",
    "yellow": "#F0E442",
    "black": "#000000",
}

#: Matplotlib settings of every figure.
STYLE: dict = {
    "axes.axisbelow": True,
    "axes.edgecolor": "#555555",
    "axes.grid": True,
    "axes.labelsize": 11,
    "axes.prop_cycle": matplotlib.rcsetup.cycler(color=list(COLOURS.values())),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 12,
    "figure.constrained_layout.use": True,
    "figure.facecolor": "white",
    "font.family": "DejaVu Sans",
    "font.size": 11,
    "grid.color": "#DDDDDD",
    "image.cmap": "viridis",
    "image.interpolation": "nearest",
    "legend.frameon": False,
    "lines.linewidth": 1.8,
}

DPI = 144  #: dots per inch of the PNG
CSS_DPI = 96  #: and of a browser's page


class Picture:
    """A finished figure: a PNG and the sentence that says what it shows.

    Notebooks display it as an image whose `alt` attribute is that sentence; plain-text readers get
    the sentence itself.
    """

    def __init__(self, png: bytes, alt: str, width: int) -> None:
        self.png, self.alt, self.width = png, alt, width

    def img(self) -> str:
        """Return the picture as an HTML ``<img>`` element with its alt text."""
        data = base64.b64encode(self.png).decode("ascii")
        return (
            f'<img src="data:image/png;base64,{data}" width="{self.width}" '
            f'style="max-width: 100%" alt="{html.escape(self.alt, quote=True)}">'
        )

    def __repr__(self) -> str:
        return f"Figure: {self.alt}"

    def _repr_mimebundle_(self, include: object = None,
                          exclude: object = None) -> tuple[dict[str, Any], dict[str, Any]]:
        data = {"text/plain": repr(self), "image/png": compact(self.png), "text/html": self.img()}
        return data, {"image/png": {"alt": self.alt, "width": self.width}}


def compact(png: bytes) -> bytes:
    """Return a PNG in half the bytes: with a palette of 256 colours, where that is invisible.

    Photographs, whose colours would change by more than one of 255 levels RMS, keep them all.
    """
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    few = picture.quantize(256, dither=Image.Dither.NONE)
    change = np.subtract(np.asarray(picture), np.asarray(few.convert("RGB")), dtype=float)
    buffer = io.BytesIO()
    kept = few if np.sqrt(np.mean(change**2)) < 1 else picture
    kept.save(buffer, format="PNG", optimize=True)
    return buffer.getvalue()


def figure(rows: int = 1, columns: int = 1, size: tuple[float, float] | None = None,
           **options: Any) -> tuple[Figure, Any]:
    """Open a figure in the course's look; returns ``(fig, axes)`` as `matplotlib.pyplot.subplots`.

    Parameters
    ----------
    rows, columns : int
        Grid of axes.
    size : (float, float), optional
        Width and height in inches; by default 4.2 × 3 per panel, at most 10 wide.
    **options
        Passed on to `matplotlib.pyplot.subplots`.
    """
    size = size or (min(4.2 * columns, 10) if columns > 1 else 6, 3 * rows)
    with matplotlib.rc_context(STYLE):
        return plt.subplots(rows, columns, figsize=size, **options)


def show(fig: Figure, alt: str) -> Picture:
    """Finish a figure with the sentence that says what it shows.

    Parameters
    ----------
    fig : matplotlib.figure.Figure
    alt : str
        What a reader who can't see the figure must know: the finding, not the word "plot".

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If `alt` has fewer than five words.
    """
    if not isinstance(alt, str) or len(alt.split()) < 5:
        raise ValueError(f"alt is {alt!r}; it must say in words (five or more) what is seen")
    png = _rendered(fig)
    if _touches_border(png):  # the automatic layout can misjudge long labels by some pixels
        png = _rendered(fig, bbox_inches="tight", pad_inches=0.08)
    plt.close(fig)
    width = round(Image.open(io.BytesIO(png)).width * CSS_DPI / DPI)
    return Picture(png, alt, width)


def _rendered(fig: Figure, **options: Any) -> bytes:
    buffer = io.BytesIO()
    with matplotlib.rc_context(STYLE):
        fig.savefig(buffer, format="png", dpi=DPI, metadata={"Software": None}, **options)
    return buffer.getvalue()


def _touches_border(png):
    """Say whether something is drawn on the outermost pixels, so that it may be cut off."""
    x = np.asarray(Image.open(io.BytesIO(png)).convert("L"))
    return min(x[0].min(), x[-1].min(), x[:, 0].min(), x[:, -1].min()) < 250


def draw_image(ax: Axes, x: ArrayLike, title: str = "", limits: tuple[float, float] = (0.0, 1.0),
               colour_map: str = "gray") -> AxesImage | None:
    """Draw one linear-light image on `ax`, square pixels, its size in pixels below it.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    x : array, shape (C, H, W) with C = 1 or 3, or (H, W)
        Linear light; values outside `limits` are shown clipped.
    title : str
    limits : (float, float)
        Values shown as black and white, the same for all images that are compared.
    colour_map : str
        ``"gray"`` shows light, sRGB-encoded for the screen; any other name is a matplotlib colour
        map applied to the values themselves (maps of errors, of the null space …).
    """
    x = np.asarray(x, dtype=float)
    low, high = limits
    if x.ndim == 3:
        x = x[0] if len(x) == 1 else np.moveaxis(x, 0, -1)
    if x.ndim not in (2, 3) or (x.ndim == 3 and x.shape[-1] != 3):
        raise ValueError(f"x has shape {x.shape}; it must be (H, W) or (C, H, W) with C = 1 or 3")
    mapped = None
    if colour_map == "gray":
        shown = srgb_encode(np.clip((x - low) / (high - low), 0, 1))
        ax.imshow(shown, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    else:
        mapped = ax.imshow(x, cmap=colour_map, vmin=low, vmax=high, interpolation="nearest")
    height, width = x.shape[:2]
    ax.set(xticks=[], yticks=[], title=title)
    ax.set_xlabel(f"{width} × {height} px", fontsize=9, color="#555555")
    ax.grid(False)
    for spine in ax.spines.values():
        spine.set_visible(False)
    return mapped


def show_images(pictures: Mapping[str, ArrayLike], alt: str, columns: int | None = None,
                limits: tuple[float, float] = (0.0, 1.0), colour_map: str = "gray",
                unit: str = "") -> Picture:
    """Show images side by side in linear light, all with the same intensity range.

    Parameters
    ----------
    pictures : dict
        Title → image of shape (C, H, W) or (H, W), linear light.
    alt : str
        What is seen.
    columns : int, optional
        Images per row; by default all in one row, at most five.
    limits, colour_map
        As in `draw_image`; a colour map other than gray adds one colour bar.
    unit : str
        Label of the colour bar.

    Raises
    ------
    ValueError
        For no picture, or one without rows and columns.
    """
    for title, x in pictures.items():
        if np.ndim(x) not in (2, 3) or 0 in np.shape(x):
            raise ValueError(f"{title!r} has shape {np.shape(x)}; it must be a picture, "
                             "(C, H, W) or (H, W)")
    if not pictures:
        raise ValueError("pictures is empty; it must hold one at least")
    columns = columns or min(len(pictures), 5)
    rows = -(-len(pictures) // columns)
    side = min(2.6, 10 / columns)
    tallest = max(np.shape(x)[-2] / np.shape(x)[-1] for x in pictures.values())
    title_lines = 1 + max(title.count("\n") for title in pictures)
    size = (side * columns, (side * tallest + 0.25 + 0.2 * title_lines) * rows)
    fig, axes = figure(rows, columns, size=size, squeeze=False)
    mapped = None
    for ax, (title, x) in zip(axes.flat, pictures.items(), strict=False):
        mapped = draw_image(ax, x, title, limits, colour_map)
    for ax in list(axes.flat)[len(pictures) :]:
        ax.set_visible(False)
    if mapped is not None:
        fig.colorbar(mapped, ax=axes, label=unit, shrink=0.8)
    return show(fig, alt)


def tiled(x: ArrayLike, columns: int) -> np.ndarray:
    """Lay pictures (n, C, H, W) out in rows of `columns` as one, (C, n / columns · H, columns · W).

    >>> tiled(np.zeros((6, 3, 4, 5)), columns=3).shape
    (3, 8, 15)
    """
    n, channels, height, width = np.shape(x)
    grid = np.reshape(x, (n // columns, columns, channels, height, width))
    return grid.transpose(2, 0, 3, 1, 4).reshape(channels, n // columns * height, columns * width)


def draw_ring(ax: Axes, x: np.ndarray, title: str = "", real: np.ndarray | None = None) -> None:
    """Draw points (n, 2) of `worlds.ring`, and `real` ones below them, on axes of equal scales."""
    if real is not None:
        ax.plot(*real.T, ".", ms=3, color=COLOURS["sky"], label="real")
    ax.plot(*x.T, ".", ms=3, alpha=0.6, mew=0, color=COLOURS["vermilion"],
            label="generated")
    ax.set(xlim=(-1.7, 1.7), ylim=(-1.7, 1.7), aspect="equal", title=title, xlabel="x₁",
           ylabel="x₂", xticks=[-1, 0, 1], yticks=[-1, 0, 1])
