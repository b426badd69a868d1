"""Pictures that decks draw for themselves: sliders without a kernel, the workshop's line-up."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

import numpy as np
from matplotlib.figure import Figure
from scipy.special import softmax

from course_lib.imaging.operators import Downsample
from course_lib.notebook import figures
from course_lib.notebook.explorers import hallucination_measured, information_limit, real_photons
from course_lib.records import casebook
from course_lib.worlds import images, measured
from course_staff.publishing.slides.room import enlarged


@dataclass(frozen=True)
class Frames:
    """What a slider shows.

    Attributes
    ----------
    label : str
        What it changes.
    values : list of str
        One per frame.
    pictures : list of Picture
        One per frame: `course_lib.notebook.figures`', or a slide's.
    start : int
        The frame that is shown first, and on paper.
    """

    label: str
    values: list[str]
    pictures: list[Any]
    start: int


def limit() -> Frames:
    """Panel of `information_limit`: the noise against what survives of a real picture."""
    panel = information_limit.information_limit(images.load("gravel", gray=True)[:, 40:136, 40:136])
    steps = np.arange(-0.5, -4.1, -0.5)
    pictures = [panel.draw(**panel.values | {"log_sigma": step}) for step in steps]
    return Frames("noise σ", [f"{10**step:.1g}" for step in steps], pictures, start=3)


def abstention() -> Frames:
    """Panel of `hallucination_measured`: the threshold against what is shown, and its error."""
    bank = casebook.shipped()
    draws = bank.draws(0)
    sd = np.sqrt(np.mean(draws.std(axis=0, ddof=1) ** 2, axis=0))
    mean = draws[1:].mean(axis=0)
    panel = hallucination_measured.abstention(mean[None], sd[None], bank.truth[:1])
    steps = np.arange(0.18, 0.01, -0.02)
    pictures = [panel.draw(**panel.values | {"threshold": step, "truth": True}) for step in steps]
    return Frames("largest sd shown", [f"{step:.2f}" for step in steps], pictures, start=4)


def sources() -> Frames:
    """Panel of `real_photons`: the iterations against confirmed and accidental sources."""
    sky = measured.xray()
    panel = real_photons.real_photons(sky.centre(), sky.psf())
    pictures = [panel.draw(iterations=k) for k in real_photons.STEPS]
    return Frames("iterations", [str(k) for k in real_photons.STEPS], pictures, start=2)


SOURCE, SUSPECTS = 23, 6  # who was photographed; how many stand in the line


@cache
def who() -> tuple[np.ndarray, int, np.ndarray, int]:
    """The line-up of lesson `hallucination_measured`, cut down for a room.

    Returns
    -------
    suspects : (SUSPECTS,) array
        Their numbers in the lesson's line-up of 64.
    answer : int
        Which of them it was, counted from 1.
    probability : (SUSPECTS,) array
        Of each, given the camera's 8 × 8 pixels.
    closest : int
        Whom PULSE's picture resembles most, pixel by pixel, counted from 1.
    """
    line = casebook.line_up(0)
    others = np.delete(np.arange(len(line.gallery)), SOURCE)
    chosen = np.random.default_rng(SOURCE).choice(others, SUSPECTS - 1, replace=False)
    suspects = np.sort([*chosen, SOURCE])
    gallery = line.gallery[suspects]
    squares = np.sum((line.y[SOURCE] - Downsample(8)(gallery)) ** 2, axis=(1, 2, 3))
    assert line.pulse is not None  # the search has run
    gap = np.sum((line.pulse[SOURCE] - gallery) ** 2, axis=(1, 2, 3))
    answer = int(np.flatnonzero(suspects == SOURCE)[0]) + 1
    return suspects, answer, softmax(-squares / (2 * casebook.SIGMA**2)), int(gap.argmin()) + 1


def _line(first: np.ndarray, title: str, notes: Sequence[str]) -> Figure:
    """Draw the evidence at the left, the six suspects in two rows at its right."""
    suspects, *_ = who()
    with figures.matplotlib.rc_context(figures.STYLE):
        fig = figures.plt.figure(figsize=(11, 5))
        grid = fig.add_gridspec(2, 5)
    figures.draw_image(fig.add_subplot(grid[:, :2]), first, title)
    for k, (number, note) in enumerate(zip(suspects, notes, strict=True)):
        ax = fig.add_subplot(grid[k // 3, 2 + k % 3])
        figures.draw_image(ax, casebook.line_up(0).gallery[number], f"{k + 1}{note}")
        ax.set_xlabel("")
        ax.title.set_fontsize(22)
    return fig


def line_up() -> figures.Picture:
    """PULSE's picture of somebody, and six who might have been photographed."""
    line = casebook.line_up(0)
    assert line.pulse is not None  # the search has run
    return figures.show(_line(line.pulse[SOURCE], "PULSE's picture", [""] * SUSPECTS), alt=(
        "Left, large: a sharp ladybird that PULSE made of a small picture. Right: six sharp "
        "ladybirds, numbered 1 to 6, in the same light and pose."))


def line_up_pixels() -> figures.Picture:
    """What the camera recorded, and how probable each of the six is."""
    _, answer, probability, closest = who()
    notes = [f": {p:.0%}" for p in probability]
    fig = _line(casebook.line_up(0).y[SOURCE], "the camera's pixels", notes)
    return figures.show(fig, alt=(
        f"Left, large: the 8 × 8 noisy pixels that the camera kept. Right: the six ladybirds; by "
        f"these pixels number {answer} is it with probability {probability[answer - 1]:.0%}. "
        f"PULSE's picture looked most like number {closest}."))


def strangers() -> figures.Picture:
    """What PULSE made of pictures of other things; lesson `pulse` has it with longer captions."""
    from course_lib.generators import pulse

    record, scenes = pulse.recorded(pulse.MAIN), list(pulse.TRUTHS)
    fig, axes = figures.figure(2, 6, size=(10, 4.4))
    for row, (pixels, pair) in enumerate(zip((8, 4), axes, strict=True)):
        for place, name in enumerate(("clockwork beetle", "tomato", "empty leaf")):
            seen, answer = pair[2 * place : 2 * place + 2]
            figures.draw_image(seen, Downsample(64 // pixels)(pulse.truth(name)),
                               "" if row else name)
            figures.draw_image(
                answer, pulse.recorded_picture(record, scenes.index(name), row, 0),
                "" if row else "answer")
            answer.set_xlabel("")
    return figures.show(fig, alt=(
        "A clockwork beetle, a tomato, an empty leaf at 8 × 8 pixels, and below at 4 × 4, each "
        "beside PULSE's answer. Tomato and leaf come back as clean ladybirds from both sizes, the "
        "clockwork beetle from 4 × 4; from 8 × 8 as a garish, broken beetle."))


_Drawn = TypeVar("_Drawn")


def for_a_room(draw: Callable[[], _Drawn]) -> Callable[[], _Drawn]:
    """Return what `draw()` draws, enlarged; later calls draw nothing anew."""
    @cache
    def drawn() -> _Drawn:
        with enlarged():
            return draw()
    return drawn


FRAMES = {"limit": for_a_room(limit), "abstention": for_a_room(abstention),
          "sources": for_a_room(sources)}
PICTURES = {"line_up": for_a_room(line_up), "line_up_pixels": for_a_room(line_up_pixels),
            "strangers": for_a_room(strangers)}
