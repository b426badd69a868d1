"""Predict, run, explain: keep a guess before the measurement, then show both.

A learner who opens the course with ``course lab`` has the guesses kept in ``predictions.json``
beside the lessons; lesson `hallucination_measured` scores the very first of them.  Everywhere else
they live in memory only.  They are never graded.  A prediction's key is "LESSON.guess"; what
version 0.1.0 kept, or an old notebook asks for, under a lesson's number is found by its name.
"""

import json
import math
import numbers
import os
from pathlib import Path

import numpy as np
from matplotlib.ticker import LogFormatterMathtext, LogLocator, NullFormatter

from course_lib import releases
from course_lib.notebook import figures

_memory: dict[str, float | str] = {}


def _file():
    folder = os.environ.get("COURSE_WORK")
    return Path(folder).expanduser() / "predictions.json" if folder else None


def _kept() -> dict[str, float | str]:
    file = _file()
    if file is None or not file.exists():
        return dict(_memory)
    kept = json.loads(file.read_text(encoding="utf-8"))
    named = {key: value for key, value in kept.items() if releases.by_name(key) == key}
    return {releases.by_name(key): value for key, value in kept.items()} | named


def recall(key: str) -> float | str | None:
    """Return the prediction kept under `key`, or None."""
    return _kept().get(releases.by_name(key))


def predict(key: str, value: float | str | None = None,
            between: tuple[float, float] | None = None) -> None:
    """Keep a guess under `key`, before measuring.

    Parameters
    ----------
    key : str
        Lesson and name of the prediction, for example ``"image_formation.dip"``.
    value : float, str or None
        The guess.  None keeps nothing and says so.
    between : (float, float), optional
        Smallest and largest number that makes sense; the guess then has to be a number.

    Raises
    ------
    ValueError
        If `value` is neither a finite number, nor text, nor None; or not within `between`.
    """
    if value is None:
        print("No guess yet: replace None by yours and run this cell again.")
        return
    if isinstance(value, numbers.Real) and not isinstance(value, bool | np.bool_):
        value = value.item() if isinstance(value, np.generic) else value
        if not math.isfinite(value):
            raise ValueError(f"value is {value}; it must be finite")
    elif not isinstance(value, str):
        raise ValueError(f"value is {value!r}; it must be a number, or a text in quotes")
    if between is not None and (isinstance(value, str) or not between[0] <= value <= between[1]):
        raise ValueError(
            f"value is {value!r}; it must be a number from {between[0]:g} to {between[1]:g}")
    kept, file = _kept() | {releases.by_name(key): value}, _file()
    if file is None:
        _memory.update(kept)
    else:
        file.write_text(json.dumps(kept, indent=1, ensure_ascii=False), encoding="utf-8")
    print(f"Kept: {value}")


def reveal(key: str, measured: float, label: str, unit: str = "",
           log: bool = False, between: tuple[float, float] | None = None) -> figures.Picture:
    """Show the prediction kept under `key` beside the measured number.

    Parameters
    ----------
    key : str
        The name given to `predict`.
    measured : float
        The measured number.
    label : str
        What was measured.
    unit : str
        Its unit.
    log : bool
        Logarithmic axis, for numbers that differ by factors. It shows at least a decade, so that
        what differs by a percent lies side by side.
    between : (float, float), optional
        Numbers that the axis shows in any case, so that next to nothing looks like it.

    Returns
    -------
    figures.Picture

    Raises
    ------
    ValueError
        If `log` is asked for and `measured` is not above 0.
    """
    if log and not measured > 0:
        raise ValueError(f"measured is {measured}; a logarithmic axis needs a number above 0")
    guess = recall(key)
    rows = [("measured", float(measured), "blue")]
    if isinstance(guess, int | float):
        rows.insert(0, ("you predicted", float(guess), "orange"))
    fig, ax = figures.figure(size=(6, 0.6 + 0.45 * len(rows)))
    if log:
        low, high = _decades([value for _, value, _ in rows if value > 0])
        ax.set(xscale="log", xlim=(low, high))
        ax.xaxis.set_major_locator(LogLocator(subs=(1, 3) if high < 300 * low else (1,)))
        ax.xaxis.set_major_formatter("{x:g}" if high < 300 * low else LogFormatterMathtext())
        ax.xaxis.set_minor_formatter(NullFormatter())
    for row, (_, value, colour) in enumerate(rows):
        if not log:
            ax.barh(row, value, color=figures.COLOURS[colour], height=0.6)
        elif value > 0:  # a bar on a logarithmic axis has no honest length
            ax.plot(value, row, "o", markersize=12, color=figures.COLOURS[colour])
        else:
            ax.text(0.02, row, f"{value:.4g}: not on an axis of factors", va="center",
                    transform=ax.get_yaxis_transform())
            continue
        # The digits stand beyond the bar's end: on the left of a negative one.
        below = value < 0 and not log
        ax.annotate(f"{value:.4g}  " if below else f"   {value:.4g}", (value, row), va="center",
                    ha="right" if below else "left")
    ax.set(yticks=range(len(rows)), yticklabels=[name for name, *_ in rows])
    ax.set_xlabel(f"{label} ({unit})" if unit else label)
    ax.margins(x=0.15)
    ends = [0.0, *(value for _, value, _ in rows), *(between or ())]
    if not log and min(ends) < 0:
        room = 0.3 * (max(ends) - min(ends))
        ax.set_xlim(min(ends) - room, max(ends) + room)
        ax.axvline(0, color="gray", linewidth=1)
    ax.set_ylim(len(rows) - 0.5, -0.5)
    told = ", ".join(f"{name} {value:.4g}" for name, value, _ in rows)
    marks = "Dots" if log else "Bars"
    return figures.show(fig, alt=f"{marks} for {label}: {told} {unit}".strip() + ".")


def _decades(values: list[float]) -> tuple[float, float]:
    """Return the ends of a logarithmic axis that holds all values and at least a decade."""
    low, high = math.log10(min(values)), math.log10(max(values))
    room = max(0.5 - (high - low) / 2, 0.15 * (high - low))
    return 10 ** (low - room), 10 ** (high + room)
