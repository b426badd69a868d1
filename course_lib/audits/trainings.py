"""Contrasts of trained models: what chance in trainings *and* in cases can do to them.

A table holds what came back: trainings × cases × starts. Cases are the same for all trainings, so
one case's answers hang together, and so do one training's; an interval from the answers alone
would be far too narrow. Two kinds are made:

- **two-way bootstrap** (`bootstrap`): trainings of each group and cases are drawn anew, with
  replacement, each for itself; starts stay with their case. Percentiles.
- **t** (`t_intervals`): the variance between trainings, plus that between cases, minus what both
  hold, which is each answer's own.

The unit is the training: a rate is the mean of the trainings' rates, however many answers count in
each. `docs/study.md` tells how often either interval held the truth in simulated tables.

References
----------
A. B. Owen, The pigeonhole bootstrap, Ann. Appl. Stat. 1 (2007) 386, doi:10.1214/07-AOAS122 (two
ways at once: rather too wide; with five trainings it can be too narrow). A. C. Cameron, J. B.
Gelbach, D. L. Miller, Robust inference with multiway clustering, J. Bus. Econ. Stat. 29 (2011) 238,
doi:10.1198/jbes.2010.07136 (two variances minus the third). F. E. Satterthwaite, An approximate
distribution of estimates of variance components, Biometrics Bull. 2 (1946) 110,
doi:10.2307/3002019 (degrees of freedom).

>>> tenth = Group.of([[[1], [1], [0]], [[1], [1], [1]], [[1], [0], [1]]])     # three trainings
>>> half = Group.of([[[0], [1], [0]], [[0], [0], [0]]])                    # two; the same cases
>>> contrast = Contrast(tenth, half)
>>> tenth.rates().round(2), half.rates().round(2), contrast.value().round(2)
(array([0.67, 1.  , 0.67]), array([0.33, 0.  ]), array([0.61]))
>>> [(round(low, 2), round(high, 2)) for low, high in t_intervals(contrast, levels=(0.95,))]
[(-0.3, 1.52)]
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import chi2, t

from course_lib import validation
from course_lib.arrays import Seed

__all__ = ["Contrast", "Ends", "Group", "bootstrap", "left_out", "percentiles", "spread",
           "t_intervals", "weights"]

DRAWS, LEVELS = 10_000, (0.95, 0.99)
Ends: TypeAlias = tuple[float, float]  #: of an interval


@dataclass(frozen=True, eq=False)
class Group:
    """Trainings of one kind.

    Attributes
    ----------
    values : array (trainings, cases, starts)
        What counts: 1 where a case came back wrongly, or a difference.
    kept : array of bool, the same shape
        Which answers count at all.
    """

    values: np.ndarray
    kept: np.ndarray

    @classmethod
    def of(cls, values: ArrayLike, kept: ArrayLike = True) -> Group:
        """Group from arrays (trainings, cases, starts); all count by default.

        Raises
        ------
        ValueError
            If `values` has other than three dimensions, or `kept` doesn't fit them.
        """
        values = np.asarray(values, dtype=float)
        if values.ndim != 3:
            validation.fail("the shape of values", values.shape, "(trainings, cases, starts)")
        return cls(values, np.broadcast_to(np.asarray(kept, dtype=bool), values.shape))

    def sums(self) -> tuple[np.ndarray, np.ndarray]:
        """Sums over starts, of values and of counts, (trainings, cases)."""
        return (self.values * self.kept).sum(2), self.kept.sum(2).astype(float)

    def rates(self, cases: np.ndarray | None = None) -> np.ndarray:
        """Mean for each training; NaN where no answer counts.

        Parameters
        ----------
        cases : array (d, cases)
            How often each counts, d times; once by default.

        Returns
        -------
        array (d, trainings), or (trainings,) by default
        """
        values, counts = self.sums()
        if cases is None:
            return _ratio(values.sum(1), counts.sum(1))
        return _ratio(cases @ values.T, cases @ counts.T)


def _ratio(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    a, b = np.broadcast_arrays(a, b)
    return np.divide(a, b, out=np.full(b.shape, np.nan), where=b > 0)


def _mean(x: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Weighted means of rows (d, n), of what is there."""
    there = np.isfinite(x)
    return _ratio((weights * np.where(there, x, 0)).sum(1), (weights * there).sum(1))


@dataclass(frozen=True, eq=False)
class Contrast:
    """The mean of a group, or that of one group minus that of another.

    Attributes
    ----------
    first : Group
    second : Group, optional
        With the same cases and starts.
    paired : bool
        Take the difference in every pair of trainings, one of each group, and only count a start of
        a case in it that is kept in both: case by case, from the same start.
    """

    first: Group
    second: Group | None = None
    paired: bool = False

    @property
    def groups(self) -> tuple[Group, ...]:
        """One or two of them."""
        return (self.first,) if self.second is None else (self.first, self.second)

    @property
    def sizes(self) -> tuple[int, ...]:
        """Numbers of trainings."""
        return tuple(len(group.values) for group in self.groups)

    def value(self, trainings: list[np.ndarray] | None = None,
              cases: np.ndarray | None = None) -> np.ndarray:
        """The contrast, (d,), for d sets of weights.

        Parameters
        ----------
        trainings : list of arrays (d, trainings), one for each group
            How often each counts; once by default.
        cases : array (d, cases)
            The same for cases.
        """
        w = trainings or [np.ones((1, n)) for n in self.sizes]
        u = np.ones((1, self.first.values.shape[1])) if cases is None else cases
        if self.paired:
            up, down, counts = self.pairs()
            some = _ratio(*(np.einsum("db,ijb->dij", u, x) for x in (up - down, counts)))
            return _mean(some.reshape(len(some), -1),
                         (w[0][:, :, None] * w[1][:, None, :]).reshape(len(w[0]), -1))
        means = [_mean(group.rates(u), some) for group, some in zip(self.groups, w, strict=True)]
        return means[0] - means[1] if len(means) == 2 else means[0]

    def pairs(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Sums over starts kept in both, (first trainings, second trainings, cases).

        Returns
        -------
        first, second, counts : arrays
            Of the values of either group, and of their numbers.
        """
        assert self.second is not None
        (a, k), (b, m) = ((g.values, g.kept.astype(float)) for g in (self.first, self.second))
        return (np.einsum("ics,jcs->ijc", a * k, m), np.einsum("ics,jcs->ijc", k, b * m),
                np.einsum("ics,jcs->ijc", k, m))

    def influences(self) -> list[np.ndarray]:
        """How much each case's answers move the contrast, (trainings, cases) for each group.

        Those of one training add up to 0: between trainings, `alone` says what varies.
        """
        if not self.paired:
            found = []
            for sign, group in zip((1, -1), self.groups, strict=False):
                values, counts = group.sums()
                off = values - group.rates()[:, None] * counts
                found.append(sign * _ratio(off, counts.sum(1, keepdims=True) * len(values)))
            return found
        *sums, counts = self.pairs()
        whole = counts.sum(2, keepdims=True) * np.prod(self.sizes)
        off = [sign * _ratio(x - _ratio(x.sum(2, keepdims=True), counts.sum(2, keepdims=True))
                             * counts, whole) for sign, x in zip((1, -1), sums, strict=True)]
        return [off[0].sum(1), off[1].sum(0)]

    def without(self, group: int, training: int) -> Contrast:
        """The contrast without one training."""
        some = list(self.groups)
        some[group] = Group(*(np.delete(x, training, axis=0)
                              for x in (some[group].values, some[group].kept)))
        return Contrast(some[0], some[1] if len(some) == 2 else None, self.paired)

    def alone(self, group: int, training: int) -> float:
        """The contrast with only one training in a group, all in the other."""
        w = [np.ones((1, n)) for n in self.sizes]
        w[group] = np.eye(self.sizes[group])[[training]]
        return float(self.value(w)[0])


def weights(n: int, draws: int, rng: np.random.Generator) -> np.ndarray:
    """How often each of n is drawn in n draws with replacement, (draws, n)."""
    return rng.multinomial(n, np.full(n, 1 / n), size=draws).astype(float)


def bootstrap(contrast: Contrast, draws: int = DRAWS, rng: Seed = 0,
              levels: Sequence[float] = LEVELS) -> list[Ends]:
    """Two-way percentile intervals, one for each level. Trainings that are alone stay as they are.

    Parameters
    ----------
    contrast : Contrast
    draws : int
        How often trainings and cases are drawn anew.
    rng : int or numpy.random.Generator
    levels : sequence of float
        In (0, 1).

    Examples
    --------
    >>> same = Contrast(Group.of(np.tile([[[1.0], [0.0]]], (5, 1, 1))))       # 5 trainings, 2 cases
    >>> bootstrap(same, draws=500)[0]
    (0.0, 1.0)
    """
    rng = np.random.default_rng(rng)
    drawn = [weights(n, draws, rng) for n in contrast.sizes]
    return percentiles(contrast, drawn, weights(contrast.first.values.shape[1], draws, rng),
                       levels)


def percentiles(contrast: Contrast, trainings: list[np.ndarray], cases: np.ndarray,
                levels: Sequence[float] = LEVELS) -> list[Ends]:
    """`bootstrap` with given `weights`, of trainings (a group each) and of cases.

    Draws in which no answer counts are left out; without any other the intervals are infinite.
    """
    found = contrast.value(trainings, cases)
    found = found[np.isfinite(found)]
    if not len(found):
        return [(-np.inf, np.inf) for _ in levels]
    return [(float(np.quantile(found, (1 - p) / 2)), float(np.quantile(found, (1 + p) / 2)))
            for p in levels]


def t_intervals(contrast: Contrast, levels: Sequence[float] = LEVELS) -> list[Ends]:
    """Two-way intervals from variances, with Satterthwaite's degrees of freedom.

    Without a second training of a group there is no scatter between trainings, and the interval is
    infinite; but a group by itself that is one training gets an interval over cases. Where nothing
    varies, neither trainings nor cases, the interval is a point.
    """
    value, sizes = float(contrast.value()[0]), contrast.sizes
    own = contrast.influences()
    n = own[0].shape[1]
    cases = n / (n - 1) * float(np.sum(sum(x.sum(0) for x in own) ** 2))
    parts = [np.array([contrast.alone(g, i) for i in range(k)]) for g, k in enumerate(sizes)]
    spreads = [(float(x.var(ddof=1)) / len(x), len(x) - 1) for x in parts if len(x) > 1]
    if sizes != (1,):
        if min(sizes) < 2:
            return [(-np.inf, np.inf) for _ in levels]
        both = sum(k / (k - 1) * float(np.sum((x - x.mean(0)) ** 2))
                   for k, x in zip(sizes, own, strict=True))
        cases = max(cases - n / (n - 1) * both, 0.0)
    spreads.append((cases, n - 1))
    variance = sum(v for v, _ in spreads)
    if not np.isfinite(variance):
        return [(-np.inf, np.inf) for _ in levels]
    freedom = variance**2 / sum(v**2 / k for v, k in spreads) if variance else 1.0
    reach = [float(t.ppf((1 + p) / 2, freedom)) * variance**0.5 for p in levels]
    return [(value - some, value + some) for some in reach]


def left_out(contrast: Contrast) -> Ends | None:
    """Outermost ends of the 95 % `t_intervals` that leave out one training, any one.

    Returns
    -------
    (float, float) or None
        None where a group has one training, or none has three: without scatter, no interval.
    """
    others = [t_intervals(contrast.without(g, i), (0.95,))[0]
              for g, n in enumerate(contrast.sizes) if n > 2 for i in range(n)
              if min(contrast.sizes) > 1]
    return (min(low for low, _ in others), max(high for _, high in others)) if others else None


def spread(groups: Sequence[Group], level: float = 0.95) -> tuple[float, Ends]:
    """Standard deviation of the trainings' rates, without what chance in the answers adds to it.

    The variance of the rates is pooled over groups; its interval is that of chi-square. From all
    three is subtracted what is left of the cases' values when each training's mean and each case's
    is taken away, over the number of cases; nothing gets below 0.

    Parameters
    ----------
    groups : sequence of Group
        Those with one training say nothing. All answers count.
    level : float

    Returns
    -------
    sd : float
    ends : (float, float)

    Examples
    --------
    >>> sure = [Group.of(np.array([0.1, 0.2, 0.3])[:, None, None] * np.ones((3, 50, 1)))]
    >>> sd, (low, high) = spread(sure)
    >>> round(sd, 3), round(low, 3), round(high, 3)
    (0.1, 0.052, 0.628)
    """
    freedom, squares, chance = 0, 0.0, 0.0
    for values in (group.values.mean(2) for group in groups):
        n, cases = values.shape
        if n < 2:
            continue
        rates = values.mean(1)
        left = values - rates[:, None] - values.mean(0) + values.mean()
        squares += float(np.sum((rates - rates.mean()) ** 2))
        chance += float(np.sum(left**2)) / (cases - 1) / cases
        freedom += n - 1
    if not freedom:
        return float("nan"), (0.0, float("inf"))
    sd, low, high = (
        float(np.sqrt(max(squares / scale - chance / freedom, 0.0)))
        for scale in (freedom, *chi2.ppf([(1 + level) / 2, (1 - level) / 2], freedom)))
    return sd, (low, high)
