"""What today's samplers answered: the beetles of `records.flips`, a denoiser instead of a GAN.

``course data samplers`` has asked two denoisers (`generators.denoiser`), shown half and a tenth of
dark beetles, for the same 400 pale and 400 dark beetles in sixteen pixels, with the guidance of
ΠGDM and of DPS, and for the first `SOME` blocks also `guidance.twisted`, whose law is exact as its
particles become many. An answer costs `LEVELS` evaluations of the denoiser, a twisted one as many
for each of `PARTICLES`.

Truths, blocks and seeds are those of `flips`: any block can be repeated alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from course_lib import validation
from course_lib.data import data_path, read_rows, verified_path
from course_lib.imaging.operators import Downsample
from course_lib.inference import classifiers, guidance
from course_lib.records import flips
from course_lib.worlds import ladybirds

if TYPE_CHECKING:  # it needs PyTorch, which reading the record does without
    from course_lib.generators.denoiser import OnArrays

__all__ = ["METHODS", "SHARES", "answer", "cells", "dial", "draws", "guide", "levels", "names",
           "particles", "recorded", "seen"]

#: Names of the ways to ask, as figures and tables tell them.
METHODS = {"pigdm": "ΠGDM", "dps": "DPS", "twisted": "twisted"}
#: Share of the dark form that each denoiser was shown.
SHARES = {"share_50": 0.5, "share_10": 0.1}
LEVELS, PARTICLES, DRAWS, SOME = 30, 32, 9, 6
#: ΠGDM's S: about eighteen times what block means vary by, since pixels of a block are much alike.
SPREAD = 2.0
#: The same in the twisted sampler, where a guess that is too wide costs little.
WIDE = 8.0
STRENGTHS = {"pigdm": 1.0, "dps": 8.0}  #: of guidance, unless told otherwise
CAMERA = Downsample(16)


def levels() -> np.ndarray:
    """Noise levels of every answer, (`LEVELS`,): from what drowns a picture's mean, to none."""
    from course_lib.generators import denoiser

    return guidance.levels(LEVELS, denoiser.LARGEST, denoiser.FINEST)


def guide(method: str, y: np.ndarray, strength: float | None = None,
          sigma: float = flips.SIGMA) -> guidance.Guide:
    """Guidance of "pigdm" or "dps" for sixteen pixels (n, 3, 4, 4), σ = `sigma`."""
    validation.choice(method, "method", ("pigdm", "dps"))
    strength = STRENGTHS[method] if strength is None else strength
    if method == "dps":
        return guidance.DPS(CAMERA, y, strength)
    return guidance.PiGDM(CAMERA, y, sigma, SPREAD, strength)


def answer(prior: OnArrays, method: str, y: np.ndarray, seed: int,
           strength: float | None = None, sigma: float = flips.SIGMA,
           stochastic: bool = True) -> np.ndarray:
    """One picture (n, 3, 64, 64), linear light, for each of y (n, 3, 4, 4)."""
    from course_lib.generators import denoiser

    rng = np.random.default_rng(seed)
    return guidance.draw(prior, (len(y), 3, 64, 64), rng, guide(method, y, strength, sigma),
                         levels(), stochastic, start=denoiser.begin(len(y), rng))


def particles(prior: OnArrays, y: np.ndarray, seed: int) -> guidance.Particles:
    """Weighted pictures for each of y (n, 3, 4, 4), by the twisted sampler."""
    from course_lib.generators import denoiser

    rng = np.random.default_rng(seed)
    start = denoiser.begin(len(y) * PARTICLES, rng).reshape(len(y), PARTICLES, 3, 64, 64)
    return guidance.twisted(prior, CAMERA, y, flips.SIGMA, WIDE, (3, 64, 64), rng, PARTICLES,
                            levels(), start)


def seen(number: int, sigma: float = flips.SIGMA) -> tuple[np.ndarray, np.ndarray]:
    """Truths (16, 3, 64, 64) of a block of `flips`, and their pixels with noise of this `sigma`.

    The noise is that of `flips.truths`, scaled.
    """
    beetles, y = flips.truths()
    rows = flips.block(number)
    x = ladybirds.render(beetles[rows]).astype(float)
    clean = CAMERA(x)
    return x, clean + sigma / flips.SIGMA * (y[rows] - clean)


def read(x: np.ndarray, y: np.ndarray) -> dict[str, np.ndarray]:
    """What is kept of pictures x (..., 3, 64, 64) that answer y (..., 3, 4, 4).

    Returns
    -------
    dict of arrays (...)
        "found", P(dark) as the 64-pixel classifier reads it; "residual", the mean squared
        difference of their pixels and y.
    """
    flat = x.reshape(-1, *x.shape[-3:])
    return {"found": classifiers.p_dark(np.clip(flat, 0, 1)).reshape(x.shape[:-3]),
            "residual": np.mean((CAMERA(x) - y) ** 2, axis=(-3, -2, -1))}


def names() -> list[str]:
    """Names of the denoisers with a record, as in `SHARES`."""
    rows = _rows("single") if data_path("samplers", "single.jsonl").exists() else []
    recorded = {row["name"] for row in rows}
    return [name for name in SHARES if name in recorded]


def recorded(name: str, method: str, strength: float | None = None,
             sigma: float = flips.SIGMA) -> dict[str, np.ndarray]:
    """Answers of one method, a denoiser's name given.

    Parameters
    ----------
    name : str
        Of `SHARES`.
    method : {"pigdm", "dps"}
    strength, sigma : float
        Of guidance and noise; all truths were asked for at the defaults, those of the first
        `SOME` blocks at others.

    Returns
    -------
    dict of arrays (truths,)
        "truth", its index in `flips.truths`; "found", P(dark); "residual".

    Raises
    ------
    ValueError
        If there is no such record.
    """
    strength = STRENGTHS[method] if strength is None else strength
    rows = [row for row in _rows("single")
            if (row["name"], row["method"]) == (name, method)
            and np.isclose(row["strength"], strength) and np.isclose(row["sigma"], sigma)]
    if not rows:
        validation.fail("a record", f"of {name}, {method}, strength {strength}, sigma {sigma}",
                        "one of data/samplers/single.jsonl")
    return _columns(rows, ("found", "residual"))


def dial(name: str, method: str) -> list[float]:
    """Strengths of guidance that were tried, rising."""
    return sorted({row["strength"] for row in _rows("single")
                   if (row["name"], row["method"]) == (name, method)
                   and np.isclose(row["sigma"], flips.SIGMA)})


def draws(name: str, method: str) -> dict[str, np.ndarray]:
    """`DRAWS` answers for every truth of the first `SOME` blocks, one of `METHODS` given.

    Returns
    -------
    dict of arrays (truths, `DRAWS`), or (truths,)
        "truth", its index; "found", P(dark); "residual"; "detail" and "own detail", the standard
        deviation of what the camera doesn't see, in the draws and in the truth; "own residual",
        the truth's; "error" of the draws, "mean error" of their mean, both mean squared. Of
        "twisted" also "dark", the weighted share of dark particles, "ess", the smallest
        effective number, and "ancestors", from how many starts the particles come.
    """
    rows = [row for row in _rows("draws") if (row["name"], row["method"]) == (name, method)]
    keys = [key for key in rows[0] if key not in ("name", "method", "weights", "block")]
    return _columns(rows, keys)


def cells(name: str, method: str) -> tuple[flips.Cells, flips.Cells]:
    """The four rungs of the bias budget for the truths of the first `SOME` blocks.

    The rungs are exact pixels at the declared share, at the share shown, the denoiser as it is
    (twisted), and the method.

    Returns
    -------
    dark, pale : dict of arrays
        For truths of each form, by cell, as `fairness.bias_budget` takes them.
    """
    exact, found = draws(name, "twisted"), recorded(name, method)
    rows = exact["truth"]
    y = flips.truths()[1][rows]
    said: Mapping[Any, np.ndarray] = {
        (0, 0, 0): classifiers.p_dark(y, flips.DECLARED),
        (1, 0, 0): classifiers.p_dark(y, SHARES[name]),
        (1, 1, 0): exact["dark"],
        (1, 1, 1): (found["found"][np.isin(found["truth"], rows)] > 0.5).astype(float)}
    dark = rows >= flips.EACH
    return ({cell: 1 - p[dark] for cell, p in said.items()},
            {cell: p[~dark] for cell, p in said.items()})


def _rows(file):
    return read_rows(verified_path("samplers", f"{file}.jsonl"))


def _columns(rows, keys):
    rows = sorted(rows, key=lambda row: row["block"])
    index = np.concatenate([flips.block(row["block"]) for row in rows])
    order = np.argsort(index)
    return {"truth": index[order]} | {
        key: np.concatenate([np.asarray(row[key]) for row in rows])[order] for key in keys}
