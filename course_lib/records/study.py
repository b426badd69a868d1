"""What other trainings of the same shares do: the records of ``course study``, read back.

`docs/study.md` has the plan, which was fixed before the runs, and says what is there so far. Each
file of ``data/study`` is one training: its card, two searches for each of a hundred pale and a
hundred dark beetles, which are the same for all, like the latents that the searches begin with,
and draws of its posterior where they are done. Its weights were thrown away, but for
``share_10_0``, the generator that the course ships. ``factorial_NAME`` is a smaller set of searches
of the same generator at several settings.

>>> some = recorded("share_10_1")
>>> some.share, some.flipped[1].shape, round(float(some.flipped[1].mean()), 3)
(0.1, (100, 2), 0.72)
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from course_lib.audits.trainings import Contrast, Group
from course_lib.data import data_path, read_rows, verified_path

__all__ = ["EPSILONS", "LABELS", "SIGMAS", "STARTS", "STEPS", "Training", "contrasts", "group",
           "names", "noise_removed", "read", "recorded"]

EPSILONS = (2e-3, 1e-4)  #: of the factorial, first axis of its arrays after the beetles
STEPS = (100, 400)  #: the second
SIGMAS = (0.05, 0.0)  #: the third
STARTS = ("drawn", "other form")  #: the fourth
#: The contrasts. d → p: the share of dark beetles that come back pale; p → d: its mirror.
LABELS = {
    "C1": "d → p of .1 minus .5, fine-tuned",
    "C1 mirror": "p → d of .1 minus .5, fine-tuned",
    "C2": "d → p of .1 minus .5, both starts pale",
    "C3": "d → p of .1, fine-tuned minus from scratch",
    "C4": "p → d of .5 at σ = 0 minus σ = .05, ε = .002",
    "C5": "d → p of .1, searches minus draws (R4 − R3)",
    "C7": "d → p of .1 minus .5, from scratch",
}


@dataclass(frozen=True, eq=False)
class Training:
    """What one file holds.

    Attributes
    ----------
    about, card : dict
        Which training; what its card measured: `dark` of `n` pictures drawn, `coverage`,
        `precision`, `recall` (empty if the training ended in NaN).
    start, found, residual : arrays (2 · beetles of either form, starts)
        Of the searches, pale beetles first: P(dark) at the start and of what was found; mean
        squared error of that, shrunk.
    chains : dict
        Pixels a side → share of dark draws of each chain, (beetles, chains), pale beetles first:
        those that stand first among the beetles of either form.
    ess : dict
        Pixels a side → effective draws for it, (beetles,): as many as there are draws where the
        form never changed, which tells nothing about mixing.
    cells : dict of arrays (beetles, `EPSILONS`, `STEPS`, `SIGMAS`, `STARTS`)
        Of the factorial: "found", "residual".
    """

    about: dict[str, Any]
    card: dict[str, Any] = field(default_factory=dict)
    start: np.ndarray = field(default_factory=lambda: np.empty((0, 0)))
    found: np.ndarray = field(default_factory=lambda: np.empty((0, 0)))
    residual: np.ndarray = field(default_factory=lambda: np.empty((0, 0)))
    chains: dict[int, np.ndarray] = field(default_factory=dict)
    ess: dict[int, np.ndarray] = field(default_factory=dict)
    cells: dict[str, np.ndarray] = field(default_factory=dict)

    @property
    def share(self) -> float:
        """Of the dark form in what was shown."""
        return float(self.about["share"])

    @property
    def flipped(self) -> tuple[np.ndarray, np.ndarray]:
        """Whether answers show the other form, (beetles, starts), for pale and for dark ones."""
        pale, dark = np.split(self.found, 2)
        return pale > 0.5, dark <= 0.5

    @property
    def met(self) -> tuple[np.ndarray, np.ndarray]:
        """Whether they meet ε, the same shapes."""
        pale, dark = np.split(_met(self.residual, EPSILONS[0]), 2)
        return pale, dark

    @property
    def pale_start(self) -> tuple[np.ndarray, np.ndarray]:
        """Whether their searches began at a pale picture, the same shapes."""
        pale, dark = np.split(self.start <= 0.5, 2)
        return pale, dark


def _met(residual: np.ndarray, epsilon: float) -> np.ndarray:
    from course_lib.generators import pulse  # needs PyTorch, which reading doesn't

    return pulse.met(residual, epsilon)


def names() -> list[str]:
    """Names of the trainings that are there, in alphabetical order; factorials come first."""
    return sorted(file.stem for file in data_path("study").glob("*share_*.jsonl"))


def recorded(name: str) -> Training:
    """Return a shipped record; `names` says which there are.

    Raises
    ------
    ValueError
        If its file is not the one that was shipped.
    """
    return read(verified_path("study", f"{name}.jsonl"))


def read(file: Path) -> Training:
    """Read one file of the study, of any number of beetles.

    Raises
    ------
    ValueError
        If rows are missing in the middle, or all of a kind.
    """
    about, *rows = read_rows(file)
    if not about["finite"]:
        return Training(about)
    if cells := sorted((row for row in rows if row["kind"] == "cells"),
                       key=lambda row: row["truth"]):
        return Training(about, cells={key: np.array([row[key] for row in cells])
                                      for key in ("found", "residual")})
    searches = [row for row in rows if row["kind"] == "search"]
    card = next((row for row in rows if row["kind"] == "card"), {})
    if not card or not searches:
        raise ValueError(f"{file.name} lacks its card or all its searches")
    size = len(searches[0]["found"]) // 2
    each = size * (1 + max(row["block"] for row in searches))
    table = {key: np.full((2, each, 1 + max(row["repeat"] for row in searches)), np.nan)
             for key in ("start", "found", "residual")}
    for row in searches:
        some = slice(size * row["block"], size * (row["block"] + 1))
        for key, values in table.items():
            values[:, some, row["repeat"]] = np.reshape(row[key], (2, size))
    if gaps := int(np.isnan(table["found"]).sum()):
        raise ValueError(f"{file.name} lacks {gaps} answers")
    chains: dict[str, dict[int, list[Any]]] = {"dark": {}, "ess": {}}
    for row in rows:
        for key, drawn in chains.items() if row["kind"] == "chains" else ():
            drawn.setdefault(row["pixels"], []).extend(zip(row["truths"], row[key], strict=True))
    in_order = {key: {pixels: np.array([value for _, value in sorted(pairs)])
                      for pixels, pairs in drawn.items()} for key, drawn in chains.items()}
    start, found, residual = (values.reshape(2 * each, -1) for values in table.values())
    return Training(about, card, start, found, residual, in_order["dark"], in_order["ess"])


def group(share: float, scratch: bool = False,
          records: dict[str, Training] | None = None) -> list[Training]:
    """Trainings of one share that didn't end in NaN, in the order of their numbers.

    Number 0, the generator that the course ships, isn't one of them: it suggested the questions.

    Parameters
    ----------
    share : float
    scratch : bool
        Those from random weights, instead of those from the networks of ``share_50``.
    records : dict
        Name → training; by default all that are shipped.
    """
    records = {name: recorded(name) for name in names()} if records is None else records
    some = [one for one in records.values() if one.card and one.share == share
            and one.about["number"] and (one.about["start"] == "scratch") == scratch]
    return sorted(some, key=lambda one: one.about["number"])


def contrasts(records: dict[str, Training] | None = None,
              met: bool = False) -> dict[str, Contrast | None]:
    """The contrasts of `LABELS` from what there is, None where a side has nothing.

    Parameters
    ----------
    records : dict
        Name → training; by default all that are shipped.
    met : bool
        Count only answers that meet ε, which the published program would return.
    """
    records = {name: recorded(name) for name in names()} if records is None else records
    tenth, half = (group(share, records=records) for share in (0.1, 0.5))
    tenth_new, half_new = (group(share, True, records) for share in (0.1, 0.5))

    def lost(some: list[Training], form: int = 1, pale_starts: bool = False) -> Group:
        kept = [(one.met[form] if met else True) & (
            one.pale_start[form] if pale_starts else np.full(one.flipped[form].shape, True))
            for one in some]
        return Group.of([one.flipped[form] for one in some], kept)

    made: dict[str, Contrast | None] = dict.fromkeys(LABELS)
    if tenth and half:
        made["C1"] = Contrast(lost(tenth), lost(half))
        made["C1 mirror"] = Contrast(lost(tenth, 0), lost(half, 0))
        made["C2"] = Contrast(lost(tenth, pale_starts=True), lost(half, pale_starts=True),
                              paired=True)
    if tenth and tenth_new:
        made["C3"] = Contrast(lost(tenth), lost(tenth_new))
    if tenth_new and half_new:
        made["C7"] = Contrast(lost(tenth_new), lost(half_new))
    balanced = [one for one in records.values() if one.cells and one.share == 0.5]
    if balanced:
        made["C4"] = noise_removed(balanced[0], met=met)
    if tenth:
        n = len(tenth[0].chains[4]) // 2
        kept = np.array([one.met[1][:n] if met else np.full_like(one.met[1][:n], True)
                         for one in tenth])
        searched = np.array([one.flipped[1][:n] for one in tenth]) * kept
        rate = searched.sum(2) / np.maximum(kept.sum(2), 1)
        sampled = np.array([1 - one.chains[4][n:].mean(1) for one in tenth])
        made["C5"] = Contrast(Group.of((rate - sampled)[..., None], kept.any(2, keepdims=True)))
    return made


def noise_removed(factorial: Training, epsilon: int = 0, met: bool = False) -> Contrast:
    """p → d at σ = 0 minus σ = .05: starts as drawn, 100 steps, beetle by beetle.

    Parameters
    ----------
    factorial : Training
        One with `cells`.
    epsilon : int
        Which of `EPSILONS`.
    met : bool
        Keep only beetles of which both answers meet ε.
    """
    n = len(factorial.cells["found"]) // 2
    found, residual = (factorial.cells[key][:n, epsilon, 0, :, 0] for key in ("found", "residual"))
    over = (found > 0.5).astype(float)
    kept = np.all(_met(residual, EPSILONS[epsilon]), axis=1) if met else np.full(n, True)
    noisy, clean = SIGMAS.index(0.05), SIGMAS.index(0.0)
    return Contrast(Group.of((over[:, clean] - over[:, noisy])[None, :, None],
                             kept[None, :, None]))
