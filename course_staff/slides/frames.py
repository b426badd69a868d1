"""Pictures that follow a slider where no kernel runs: a lesson's own panel, drawn beforehand."""

from dataclasses import dataclass

import numpy as np

from course_lib import casebook, explorers
from course_lib.worlds import images


@dataclass(frozen=True)
class Frames:
    """What a slider shows.

    Attributes
    ----------
    label : str
        What it changes, with unit.
    values : list of str
        One per frame.
    pictures : list of course_lib.figures.Picture
        One per frame.
    start : int
        The frame that is shown first, and on paper.
    """

    label: str
    values: list
    pictures: list
    start: int


def limit():
    """Lesson 03's panel: the noise against what survives of a real picture."""
    panel = explorers.information_limit(images.load("gravel", gray=True)[:, 40:136, 40:136])
    steps = np.arange(-0.5, -4.1, -0.5)
    pictures = [panel.draw(**panel.values | {"log_sigma": step}) for step in steps]
    return Frames("noise σ", [f"{10**step:.1g}" for step in steps], pictures, start=3)


def abstention():
    """Lesson 08's panel: the threshold against what is shown, and how wrong that is."""
    bank = casebook.shipped()
    draws = bank.draws(0)
    sd = np.sqrt(np.mean(draws.std(axis=0, ddof=1) ** 2, axis=0))
    panel = explorers.abstention(draws[1:].mean(axis=0)[None], sd[None], bank.truth[:1])
    steps = np.arange(0.20, 0.01, -0.02)
    pictures = [panel.draw(**panel.values | {"threshold": step, "truth": True}) for step in steps]
    return Frames("largest sd shown", [f"{step:.2f}" for step in steps], pictures, start=5)


FRAMES = {"limit": limit, "abstention": abstention}
