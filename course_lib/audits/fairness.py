r"""Whose picture comes back as somebody else's: measures, closed forms and the bias budget.

There are two groups, the pale form (0) and the dark form (1), as everywhere in the course. An
algorithm gets a small picture y of a truth x and returns x̂; what is counted is the form of both.
`share` is the dark form's, P(x dark), in the population that one speaks of: recalls don't need it,
all else does. Pairs are ordered (pale, dark). Every measured number is an `Estimate`, with an
interval from the bootstrap: truths are drawn anew, with replacement, within each form.

**Measures** (Jalal et al. 2021; Laszkiewicz et al. 2024). With recalls r = P(x̂ ∈ C | x ∈ C):

- RDP, representation demographic parity: the recalls are equal;
- PR, proportional representation: P(x̂ ∈ C) = P(x ∈ C);
- SPE, symmetric pairwise error: P(x dark, x̂ pale) = P(x pale, x̂ dark). For two groups this is
  PR: P(x̂ dark) − P(x dark) = P(x pale, x̂ dark) − P(x dark, x̂ pale);
- CPR, conditional proportional representation: P(x̂ ∈ C | y) = P(x ∈ C | y) for every y. An exact
  posterior sampler has it for all groups that one could think of.

>>> two = gaps([0, 0, 0, 0, 1, 1, 1, 1], [0, 0, 0, 0, 0, 0, 0, 1], share=0.2)
>>> float(two["RDP"].value), round(float(two["PR"].value), 3)
(0.75, -0.15)

**Bias budget.** M = P(x̂ of the other form | x), for truths of either form. Rungs, each of which
changes one thing: R1 a draw from the exact posterior at a reference share that one declares; R2 the
same at the share of the training pictures; R3 a draw from the exact posterior of the generator as
it is; R4 the algorithm. `bias_budget` reports the steps, in every order in which they can be
taken, since a telescoping sum adds up whatever it means.

References
----------
A. Jalal, S. Karmalkar, J. Hoffmann, A. G. Dimakis, E. Price, Fairness for image generation with
uncertain sensitive attributes, ICML 2021, arXiv:2106.12182. M. Laszkiewicz, I. Daunhawer, J. E.
Vogt, A. Fischer, J. Lederer, Benchmarking the fairness of image upsampling methods, FAccT 2024,
arXiv:2401.13555. C. Teo, M. Abdollahzadeh, N.-M. Cheung, On measuring fairness in generative
models, NeurIPS 2023, arXiv:2310.19297. M. Saerens, P. Latinne, C. Decaestecker, Adjusting the
outputs of a classifier to new a priori probabilities, Neural Computation 14 (2002) 21,
doi:10.1162/089976602753284446.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import permutations
from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, ndtr, ndtri
from scipy.stats import norm

from course_lib import validation
from course_lib.arrays import Seed
from course_lib.audits.measures import share_interval
from course_lib.inference.posterior import prior_log_odds

__all__ = ["FACTORS", "Estimate", "Ladder", "always_pale_share", "bias_budget",
           "conditional_shares", "corrected_share", "flip_share", "gaps", "latent_map_log_odds",
           "map_recalls", "output_share", "sampling_recalls", "shift_prior"]

# What happens to each truth of one form, by cell of the bias budget.
Cells: TypeAlias = Mapping[tuple[int, int, int], ArrayLike]
Number = TypeVar("Number", float, np.ndarray)

#: What a rung changes, in the order of the ladder; a cell of the table says 0 or 1 for each.
FACTORS = ("share", "generator", "search")
LADDER = ((0, 0, 0), (1, 0, 0), (1, 1, 0), (1, 1, 1))
DRAWS, LEVEL = 1000, 0.95  # of the bootstrap


@dataclass(frozen=True, eq=False)
class Estimate:
    """A number, or an array of them, with the ends of its 95 % interval."""

    value: np.ndarray
    low: np.ndarray
    high: np.ndarray

    @classmethod
    def of_share(cls, true: ArrayLike) -> Estimate:
        """Share of n independent cases that are true, (n,) of bool, with Wilson's interval."""
        true = np.asarray(true)
        ends = share_interval(int(true.sum()), len(true))
        return cls(np.asarray(true.mean()), *map(np.asarray, ends))

    def __getitem__(self, key: Any) -> Estimate:
        return Estimate(self.value[key], self.low[key], self.high[key])

    def __format__(self, spec: str) -> str:
        value, low, high = (format(float(x), spec or ".3f")
                            for x in (self.value, self.low, self.high))
        return f"{value} ({low} to {high})"


# --- measures ------------------------------------------------------------------------------------


def gaps(truth: ArrayLike, output: ArrayLike, share: float, rng: Seed = 0) -> dict[str, Estimate]:
    """Recalls and the gaps of RDP, PR and SPE.

    Parameters
    ----------
    truth : array (n,) of 0 (pale) and 1 (dark)
    output : array (n,)
        Form of each output, or the probability that it is dark, in [0, 1].
    share : float in [0, 1]
        Of the dark form in the population; the truths may hold either form as often as they like.
    rng : numpy.random.Generator or int

    Returns
    -------
    dict of Estimate
        "recalls" (pale, dark); "RDP", recall of the pale minus that of the dark form; "output
        share" of the dark form; "PR", output share minus share; "SPE", P(x pale, x̂ dark) minus
        P(x dark, x̂ pale).
    """
    right = _rightly(truth, output)
    rng, share = np.random.default_rng(rng), validation.fraction(share, "share")
    pale, dark = (_resampled(r[:, None], rng)[:, 0] for r in right)
    errors = (1 - share) * (1 - pale), share * (1 - dark)
    shown = output_share((pale, dark), share)
    found = {"recalls": np.stack([pale, dark], axis=1), "RDP": pale - dark,
             "output share": shown, "PR": shown - share, "SPE": errors[0] - errors[1]}
    return {name: _estimate(values) for name, values in found.items()}


def conditional_shares(truth: ArrayLike, output: ArrayLike, p: ArrayLike, share: float,
                       bins: int = 5, rng: Seed = 0) -> tuple[Estimate, Estimate]:
    """What an algorithm returns beside what it should, for CPR: P(x̂ dark | y) and P(x dark | y).

    Parameters
    ----------
    truth, output, share, rng
        As for `gaps`.
    p : array (n,)
        P(x dark | y) at this share.
    bins : int
        Cases are sorted by p into so many bins of equal size.

    Returns
    -------
    expected, observed : Estimate of (bins,) arrays
        Means of p and of the output in each bin. CPR demands that they be equal.
    """
    truth, output, p = (np.asarray(x, dtype=float) for x in (truth, output, p))
    _rightly(truth, output)
    validation.matching(p, truth.shape, "p")
    rng, prior = np.random.default_rng(rng), validation.fraction(share, "share")
    if validation.integer(bins, "bins") > len(p):
        validation.fail("bins", bins, f"at most {len(p)}, the number of cases")
    bin_of = np.argsort(np.argsort(p, kind="stable")) * bins // len(p)
    sums: Any = 0.0
    for form, weight in ((0, 1 - prior), (1, prior)):
        some = truth == form
        inside = bin_of[some, None] == np.arange(bins)
        columns = np.stack([inside, inside * p[some, None], inside * output[some, None]], axis=1)
        means = _resampled(columns.reshape(len(columns), -1), rng)
        sums = sums + weight * means.reshape(-1, 3, bins)
    return _estimate(sums[:, 1] / sums[:, 0]), _estimate(sums[:, 2] / sums[:, 0])


def corrected_share(said: ArrayLike, truth: ArrayLike, known: ArrayLike, rng: Seed = 0) -> Estimate:
    """Share of the dark form among outputs that an imperfect classifier has read.

    Parameters
    ----------
    said : array (n,) of 0 and 1
        What the classifier says of the outputs.
    truth, known : arrays (m,) of 0 and 1
        True forms of other pictures of the same kind, and what the classifier says of them.
    rng : numpy.random.Generator or int

    Returns
    -------
    Estimate
        (share said − false alarms) / (hits − false alarms), within [0, 1]. Its interval holds the
        chance in both sets.

    Raises
    ------
    ValueError
        If the classifier says "dark" of dark pictures no more often than of pale ones.

    Notes
    -----
    The idea of CLEAM (Teo et al. 2023): P(said) = share · hits + (1 − share) · false alarms.
    """
    wrong, right = _rightly(truth, known)
    rng, said = np.random.default_rng(rng), np.asarray(said, dtype=float)
    if said.ndim != 1 or not said.size or not np.isin(said, (0, 1)).all():
        validation.fail("said", f"of shape {said.shape}, values {np.unique(said)}",
                        "(n,), 0 (pale) and 1 (dark) only")
    alarms, hits, seen = (_resampled(x[:, None], rng)[:, 0] for x in (1 - wrong, right, said))
    if hits[0] <= alarms[0]:
        validation.fail("known", f"a classifier with {hits[0]:.2f} hits and {alarms[0]:.2f} false "
                        "alarms", "one that tells the forms apart")
    with np.errstate(divide="ignore", invalid="ignore"):
        return _estimate(np.clip((seen - alarms) / (hits - alarms), 0, 1))


def output_share(recalls: tuple[Number, Number], share: float) -> Number:
    """P(x̂ dark), from the recalls (pale, dark) and the population's share of the dark form."""
    pale, dark = recalls
    return share * dark + (1 - share) * (1 - pale)


def shift_prior(p: ArrayLike, old: float, new: float) -> np.ndarray:
    """P(dark | y) at another share of the dark form: Bayes' rule (Saerens et al. 2002).

    Parameters
    ----------
    p : array (...)
        P(dark | y) at the share `old`.
    old, new : float in [0, 1]

    Examples
    --------
    >>> float(shift_prior(0.5, old=0.5, new=0.1).round(3))
    0.1
    """
    return expit(_log_odds(p) + prior_log_odds(new) - prior_log_odds(old))


# --- two Gaussian classes ------------------------------------------------------------------------


def map_recalls(d: float, share: float) -> tuple[float, float]:
    r"""Recalls (pale, dark) of the more probable class, for N(0, 1) and N(d, 1).

    .. math:: \Phi\left(\tfrac d2 \pm \tfrac Ld\right), \qquad L = \log\frac{1 - share}{share}

    >>> [round(float(r), 3) for r in map_recalls(2, share=0.2)]
    [0.955, 0.621]
    """
    d, odds = validation.positive(d, "d"), -prior_log_odds(share)
    return ndtr(d / 2 + odds / d), ndtr(d / 2 - odds / d)


def sampling_recalls(d: float, share: float) -> tuple[float, float]:
    """Recalls (pale, dark) of a draw from P(class | y), for N(0, 1) and N(d, 1).

    >>> [round(float(r), 3) for r in sampling_recalls(2, share=0.2)]
    [0.898, 0.592]
    """
    d, prior = validation.positive(d, "d"), prior_log_odds(share)
    t = np.linspace(-9, 9, 2001)  # deviations from the true class's mean
    weight = norm.pdf(t) / norm.pdf(t).sum()
    return weight @ expit(d * (d / 2 - t) - prior), weight @ expit(d * (d / 2 + t) + prior)


def flip_share(d: float) -> float:
    """Share of the pale form above which the average dark picture counts as pale.

    Its likelihood ratio is e^(d²/2), so that this is 1/(1 + e^(−d²/2)).

    >>> [round(float(flip_share(d)), 3) for d in (1, 1.5, 2)]
    [0.622, 0.755, 0.881]
    """
    return expit(validation.positive(d, "d") ** 2 / 2)


def always_pale_share(spread_pale: float, spread_dark: float, distance: float) -> float:
    """Share of the pale form above which *no* picture counts as dark, its class being narrower.

    The likelihood ratio of two Gaussian classes is then bounded, by
    spread_pale/spread_dark · exp(distance²/(2 (spread_pale² − spread_dark²))).

    >>> round(float(always_pale_share(1, 0.5, distance=1)), 4)
    0.7957
    """
    pale = validation.positive(spread_pale, "spread_pale")
    dark = validation.positive(spread_dark, "spread_dark")
    if dark >= pale:
        validation.fail("spread_dark", dark, f"smaller than spread_pale = {pale}: otherwise "
                        "some picture counts as dark at every share")
    return expit(math.log(pale / dark) + distance**2 / (2 * (pale**2 - dark**2)))


def latent_map_log_odds(share: float) -> float:
    """Prior log-odds for the pale form of a mode sought in *latents*, not in pictures.

    One latent, N(0, 1), whose tail beyond a threshold is the dark form, a `share` of all: its most
    probable dark point is the threshold, less probable than 0 by e^(½ threshold²).

    >>> round(float(latent_map_log_odds(0.08)), 2), round(float(-prior_log_odds(0.08)), 2)
    (0.99, 2.44)
    """
    return ndtri(validation.fraction(share, "share")) ** 2 / 2


# --- the bias budget -----------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Ladder:
    """The bias budget of truths of one form; M is the share that comes back as the other form.

    Attributes
    ----------
    rungs : Estimate of (4,) arrays
        M at R1 to R4.
    steps : Estimate of (4,) arrays
        R1 ("information"), then what each of `FACTORS` adds, in the order of the ladder.
    information : Estimate of (2,) arrays
        R1 split: what a decision for the more probable form gets wrong, and what drawing adds.
    table : dict of Estimate
        M for every cell, 0 or 1 for each of `FACTORS`.
    orders : tuple of tuples
        Orders in which `FACTORS` can be changed with the cells that there are.
    by_order : Estimate of (len(orders), 3) arrays
        What each of `FACTORS` adds, in each order.
    """

    rungs: Estimate
    steps: Estimate
    information: Estimate
    table: dict
    orders: tuple
    by_order: Estimate

    @property
    def ranges(self) -> np.ndarray:
        """Least and largest step of each of `FACTORS` over the orders, (3, 2)."""
        return np.stack([self.by_order.value.min(0), self.by_order.value.max(0)], axis=1)


def bias_budget(dark: Cells, pale: Cells, rng: Seed = 0) -> dict[str, Ladder]:
    """The bias budget, of dark truths and of pale ones.

    Parameters
    ----------
    dark, pale : dict of arrays (n,)
        For dark and for pale truths, by cell: the probability of each truth to come back as the
        other form, or 0 and 1. A cell says for each of `FACTORS` whether it is changed, as
        (1, 0, 0): the training share instead of the declared one; the generator as it is instead of
        the exact world; the algorithm instead of a draw from the posterior. Truth k is the same in
        all cells. The four of `LADDER` are needed.
    rng : numpy.random.Generator or int

    Returns
    -------
    dict of Ladder
        "dark" and "pale": nobody should look at one of them alone.

    Raises
    ------
    ValueError
        If a rung is missing or the arrays of a form differ in length.
    """
    rng = np.random.default_rng(rng)
    return {"dark": _ladder(dark, rng), "pale": _ladder(pale, rng)}


def _ladder(cells, rng):
    if missing := [cell for cell in LADDER if cell not in cells]:
        validation.fail("a table of cells", f"without {missing}", f"one with the rungs {LADDER}")
    first = np.asarray(cells[LADDER[0]], dtype=float)
    columns = [validation.matching(np.asarray(flips, dtype=float), first.shape, f"cell {cell}")
               for cell, flips in cells.items()]
    # A tie, p = ½, is decided wrongly half of the time.
    decided = (np.sign(first - 0.5) + 1) / 2
    *means, bayes = _resampled(np.stack([*columns, decided], axis=1), rng).T
    means = dict(zip(cells, means, strict=True))
    rungs = np.stack([means[cell] for cell in LADDER], axis=1)
    paths = {order: path for order in permutations(range(3))
             if set(path := _path(order)) <= set(cells)}
    added = []
    for order, path in paths.items():
        steps = np.diff([means[cell] for cell in path], axis=0)
        added.append(steps[np.argsort(order)].T)
    return Ladder(
        rungs=_estimate(rungs), steps=_estimate(np.diff(rungs, axis=1, prepend=0)),
        information=_estimate(np.stack([bayes, rungs[:, 0] - bayes], axis=1)),
        table={cell: _estimate(mean) for cell, mean in means.items()},
        orders=tuple(tuple(FACTORS[i] for i in order) for order in paths),
        by_order=_estimate(np.stack(added, axis=1)))


def _path(order):
    """Cells that one passes when the factors are changed in this order."""
    cell = [0, 0, 0]
    path: list[tuple[int, ...]] = [(0, 0, 0)]
    for factor in order:
        cell[factor] = 1
        path.append(tuple(cell))
    return path


# --- the bootstrap -------------------------------------------------------------------------------


def _rightly(truth, output):
    """How rightly each truth came back, in [0, 1], for the pale ones and for the dark ones."""
    truth, output = np.asarray(truth, dtype=float), np.asarray(output, dtype=float)
    validation.matching(output, truth.shape, "output")
    if truth.ndim != 1 or not np.isin(truth, (0, 1)).all() or len(np.unique(truth)) < 2:
        validation.fail("truth", f"of shape {truth.shape}, values {np.unique(truth)}",
                        "(n,), with both 0 (pale) and 1 (dark)")
    if not ((output >= 0) & (output <= 1)).all():
        validation.fail("output", "outside [0, 1] somewhere", "forms, or probabilities of dark")
    return 1 - output[truth == 0], output[truth == 1]


def _resampled(columns, rng):
    """Means of columns (n, k), as they are and with the rows drawn anew: (1 + `DRAWS`, k)."""
    n, step = len(columns), max(1, 2**20 // len(columns))  # few enough at a time for the memory
    means = [columns.mean(0)[None]]
    for i in range(0, DRAWS, step):
        k = min(step, DRAWS - i)
        drawn = rng.integers(0, n, (k, n)) + n * np.arange(k)[:, None]
        times = np.bincount(drawn.ravel(), minlength=k * n).reshape(k, n)
        means.append(times @ columns / n)
    return np.concatenate(means)


def _estimate(values: np.ndarray) -> Estimate:
    """Estimate from the statistic as it is, first, and as it is in the draws of the bootstrap."""
    tail = (1 - LEVEL) / 2
    return Estimate(values[0], *np.quantile(values[1:], [tail, 1 - tail], axis=0))


def _log_odds(p):
    p = np.asarray(p, dtype=float)
    if not ((p >= 0) & (p <= 1)).all():
        validation.fail("p", "outside [0, 1] somewhere", "probabilities")
    with np.errstate(divide="ignore"):
        return np.log(p) - np.log1p(-p)
