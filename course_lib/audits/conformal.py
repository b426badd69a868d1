r"""Sets with a promise: forms that a picture leaves possible, right in 90 % of cases, of any model.

Take n cases whose forms are known and that trained nothing, and say of each how *odd* its own form
is to a model: its score, 1 − P(form | y). The threshold q is the score of rank ⌈(n + 1)·level⌉.
The set of a new picture holds every form whose score is at most q: {pale}, {dark}, both
("undecided") or neither ("empty"). It holds the true form with probability ≥ level, however bad the
model is, if the new case and the n are *exchangeable*: any order of them is equally probable, as
for independent draws from one world.

>>> p, form = np.array([0.1, 0.4, 0.8, 0.3]), np.array([0, 1, 1, 0])
>>> q = thresholds(scores(p), form, level=0.6)                     # rank 3 of .1, .6, .2, .3
>>> q.tolist(), sets(scores([0.05, 0.5, 0.75]), q).tolist()
([0.3, 0.3], [[True, False], [False, False], [False, True]])

Three things are not promised. The probability is over the draw of the n cases *and* the new one:
`coverage_range` says how far a count may be off for one calibration. It holds on average over all
pictures, not for each form: with few dark ones most misses can be theirs. Thresholds of one form's
own cases (``per_form=True``, "Mondrian") promise it for each form, at the price of more undecided
sets. And it holds for pictures like those of the calibration, not for another share or camera.

References
----------
H. Papadopoulos, K. Proedrou, V. Vovk & A. Gammerman, Inductive confidence machines for regression,
ECML 2002, LNCS 2430, 345, doi:10.1007/3-540-36755-1_29 (calibration on cases set aside). V. Vovk,
Conditional validity of inductive conformal predictors, Machine Learning 92 (2013) 349,
doi:10.1007/s10994-013-5355-6 (per class; the law of the coverage). A. N. Angelopoulos & S. Bates,
Conformal prediction: a gentle introduction, Found. Trends Mach. Learn. 16 (2023) 494,
doi:10.1561/2200000101.
"""

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import betabinom

from course_lib import validation
from course_lib.audits.fairness import Estimate

__all__ = ["coverage_range", "report", "scores", "sets", "threshold", "thresholds"]


def scores(p_dark: ArrayLike) -> np.ndarray:
    """How odd each form would be: 1 − P(form | y), (n, 2) for pale and dark, of P(dark | y) (n,).

    Any score will do, and any strictly increasing function of it gives the same sets.
    """
    p = np.asarray(p_dark, dtype=float)
    if p.ndim != 1 or not ((p >= 0) & (p <= 1)).all():
        validation.fail("p_dark", f"of shape {p.shape}, or outside of [0, 1]",
                        "(n,) probabilities")
    return np.stack([p, 1 - p], axis=1)


def threshold(own: ArrayLike, level: float = 0.9) -> float:
    """Score of rank ⌈(n + 1)·level⌉ among those of n cases, infinite if n has no such rank.

    Parameters
    ----------
    own : array (n,)
        Scores of the cases' own, true forms; n may be 0.
    level : float in (0, 1)
        Least probability with which a new case's score is at most the threshold. With continuous
        scores it is exceeded by less than 1/(n + 1). Equal scores can only raise it: a score that
        equals the threshold is kept, nothing is drawn by lot.

    Raises
    ------
    ValueError
        If a score is not finite, or the level 0 or 1.

    Examples
    --------
    >>> threshold([0.4, 0.1, 0.3, 0.2], 0.8), threshold([0.4, 0.1, 0.3, 0.2], 0.9)
    (0.4, inf)
    """
    own, rank = np.asarray(own, dtype=float), _rank(np.size(own), level)
    if own.ndim != 1 or not np.isfinite(own).all():
        validation.fail("own", f"of shape {own.shape}, or not finite", "finite scores (n,)")
    return float(np.sort(own)[rank - 1]) if rank <= len(own) else math.inf


def thresholds(scores: ArrayLike, form: ArrayLike, level: float = 0.9,
               per_form: bool = False) -> np.ndarray:
    """`threshold` for pale and dark, (2,), from cases with known forms.

    Parameters
    ----------
    scores : array (n, 2)
        Of both forms, as from `scores`. The model must not have been trained on these cases.
    form : array (n,) of 0 (pale) and 1 (dark)
    level : float in (0, 1)
    per_form : bool
        Each form's threshold from its own cases, so that the promise holds for each; else one
        threshold from all.
    """
    scores, form = _pair(scores, form)
    own = scores[np.arange(len(form)), form]
    return np.array([threshold(own[form == each] if per_form else own, level) for each in (0, 1)])


def sets(scores: ArrayLike, thresholds: ArrayLike) -> np.ndarray:
    """Which forms are possible, (n, 2) of bool for pale and dark: a score at most its threshold.

    Parameters
    ----------
    scores : array (n, 2)
        Of new cases.
    thresholds : array (2,)
        Infinite for a form that is always possible.
    """
    scores, thresholds = _scores(scores), np.asarray(thresholds, dtype=float)
    if thresholds.shape != (2,) or np.isnan(thresholds).any():
        validation.fail("thresholds", repr(thresholds), "two numbers, for pale and dark")
    return scores <= thresholds


def report(sets: ArrayLike, form: ArrayLike) -> dict[str, Estimate]:
    """Whether the promise was kept, by cases whose forms are known.

    Parameters
    ----------
    sets : array (n, 2) of bool
    form : array (n,) of 0 (pale) and 1 (dark)
        The truth of the same cases, some of either form. Cases of the calibration don't count.

    Returns
    -------
    dict of Estimate
        Shares, with Wilson's 95 % intervals: "kept", of all cases the sets of which hold the
        truth; "pale" and "dark", the same of these alone; "undecided", sets with both forms;
        "empty", sets with none. The intervals hold for *these* thresholds; another calibration has
        others (`coverage_range`).
    """
    sets = np.asarray(sets)
    if sets.dtype != bool:
        validation.fail("sets", f"of type {sets.dtype}", "of bool, as from `sets`")
    held, form = _pair(sets, form)
    kept = held[np.arange(len(form)), form] > 0
    if len(np.unique(form)) < 2:
        validation.fail("form", f"{len(form)} of one form", "some of either form")
    found = {"kept": kept, "pale": kept[form == 0], "dark": kept[form == 1],
             "undecided": sets.all(1), "empty": ~sets.any(1)}
    return {name: Estimate.of_share(true) for name, true in found.items()}


def coverage_range(n: int, new: int, level: float = 0.9, of: float = 0.95) -> tuple[float, float]:
    """Shares between which what is kept of new cases lies, calibrated on n others.

    Parameters
    ----------
    n, new : int
        Cases of the calibration, and new ones. For ``per_form`` thresholds those of that form.
    level : float in (0, 1)
    of : float in (0, 1)
        Probability of that range, at least.

    Returns
    -------
    low, high : float

    Notes
    -----
    With continuous scores, rank k = ⌈(n + 1)·level⌉ ≤ n and independent cases the coverage that a
    calibration has is a draw from Beta(k, n + 1 − k), so that the count kept is beta-binomial. Its
    mean is new · k/(n + 1).

    Examples
    --------
    >>> [round(end, 3) for end in coverage_range(1000, 4000)]
    [0.878, 0.92]
    >>> [round(end, 3) for end in coverage_range(100, 4000)]
    [0.835, 0.952]
    """
    n, new = validation.integer(n, "n", least=0), validation.integer(new, "new")
    rank, tail = _rank(n, level), (1 - _inside(of, "of")) / 2
    if rank > n:
        return 1.0, 1.0
    low, high = betabinom.ppf([tail, 1 - tail], new, rank, n + 1 - rank) / new
    return float(low), float(high)


def _inside(value: float, name: str) -> float:
    value = validation.fraction(value, name)
    return value if 0 < value < 1 else validation.fail(name, value, "between 0 and 1, neither")


def _rank(n: int, level: float) -> int:
    # Rounding first: 100 · 0.56 is 56.000000000000007, and its rank 56.
    return math.ceil(round((n + 1) * _inside(level, "level"), 9))


def _scores(scores: ArrayLike) -> np.ndarray:
    scores = np.asarray(scores, dtype=float)
    if scores.ndim != 2 or scores.shape[1] != 2 or not np.isfinite(scores).all():
        validation.fail("scores", f"of shape {scores.shape}, or not finite",
                        "finite, of shape (n, 2), for pale and dark")
    return scores


def _pair(scores: ArrayLike, form: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    scores, form = _scores(scores), np.asarray(form)
    if form.shape != scores.shape[:1] or not np.isin(form, (0, 1)).all():
        validation.fail("form", f"of shape {form.shape}, values {np.unique(form)}",
                        f"{len(scores)} of 0 (pale) and 1 (dark)")
    return scores, form.astype(int)
