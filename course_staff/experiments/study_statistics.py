"""Intervals for the study of the share: over trainings *and* beetles, and whether they cover.

A table holds what came back: trainings × beetles × starts. Beetles are the same for all trainings,
so one beetle's answers hang together, and so do one training's; an interval from the answers alone
would be far too narrow. Two kinds are made:

- **two-way bootstrap**: trainings of each group and beetles are drawn anew, with replacement, each
  for itself; starts stay with their beetle. Percentiles.
- **t**: one training's part in the contrast is one number, and these are all that varies. Beetles
  are taken as they are.

`coverage` counts how often either holds the truth in simulated tables, for which it is known.

References
----------
A. B. Owen, The pigeonhole bootstrap, Ann. Appl. Stat. 1 (2007) 386, doi:10.1214/07-AOAS122 (two
ways at once: never far too narrow, sometimes too wide).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri
from scipy.stats import chi2, norm, t

from course_lib.arrays import Seed

DRAWS, LEVELS = 10_000, (0.95, 0.99)
TABLES = 400  # simulated, for every case


@dataclass(frozen=True, eq=False)
class Group:
    """Trainings of one kind.

    Attributes
    ----------
    values : array (trainings, beetles, starts)
        What counts: 1 where a beetle came back as the other form, or a difference.
    kept : array of bool, the same shape
        Which answers count at all.
    """

    values: np.ndarray
    kept: np.ndarray

    @classmethod
    def of(cls, values: ArrayLike, kept: ArrayLike = True) -> Group:
        """Group from arrays (trainings, beetles, starts); all count by default."""
        values = np.asarray(values, dtype=float)
        return cls(values, np.broadcast_to(np.asarray(kept, dtype=bool), values.shape))

    def sums(self) -> tuple[np.ndarray, np.ndarray]:
        """Sums over starts, of values and of counts, (trainings, beetles)."""
        return (self.values * self.kept).sum(2), self.kept.sum(2).astype(float)

    def rates(self) -> np.ndarray:
        """Mean for each training, (trainings,); NaN where no answer counts."""
        values, counts = (x.sum(1) for x in self.sums())
        return _ratio(values, counts)


def _ratio(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.divide(a, b, out=np.full(np.shape(b), np.nan), where=b > 0)


@dataclass(frozen=True, eq=False)
class Contrast:
    """The mean of a group, or that of one group minus that of another.

    Attributes
    ----------
    first : Group
    second : Group, optional
        With the same beetles and starts.
    paired : bool
        Only count a start of a beetle in a pair of trainings, one of each group, if it is kept in
        both: beetle by beetle, from the same start.
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
              beetles: np.ndarray | None = None) -> np.ndarray:
        """The contrast, (d,), for d sets of weights.

        Parameters
        ----------
        trainings : list of arrays (d, trainings), one for each group
            How often each counts; once by default.
        beetles : array (d, beetles)
            The same for beetles.
        """
        w = trainings or [np.ones((1, n)) for n in self.sizes]
        u = np.ones((1, self.first.values.shape[1])) if beetles is None else beetles
        if self.paired and self.second is not None:
            return self._paired(w[0], w[1], u)
        means = []
        for group, weights in zip(self.groups, w, strict=True):
            values, counts = ((weights @ x * u).sum(1) for x in group.sums())
            means.append(_ratio(values, counts))
        return means[0] - means[1] if len(means) == 2 else means[0]

    def _paired(self, w: np.ndarray, v: np.ndarray, u: np.ndarray) -> np.ndarray:
        up = down = count = np.zeros(len(u))
        assert self.second is not None
        for s in range(self.first.values.shape[2]):
            k, m = self.first.kept[..., s], self.second.kept[..., s]
            both, other = w @ k, v @ m
            up = up + (w @ (k * self.first.values[..., s]) * other * u).sum(1)
            down = down + (v @ (m * self.second.values[..., s]) * both * u).sum(1)
            count = count + (both * other * u).sum(1)
        return _ratio(up - down, count)

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


Ends = tuple[float, float]


def weights(n: int, draws: int, rng: np.random.Generator) -> np.ndarray:
    """How often each of n is drawn in n draws with replacement, (draws, n)."""
    return rng.multinomial(n, np.full(n, 1 / n), size=draws).astype(float)


def bootstrap(contrast: Contrast, draws: int = DRAWS, rng: Seed = 0,
              levels: tuple[float, ...] = LEVELS) -> list[Ends]:
    """Two-way percentile intervals, one for each level. Trainings that are alone stay as they are.

    >>> same = Contrast(Group.of(np.tile([[[1.0], [0.0]]], (5, 1, 1))))     # 5 trainings, 2 beetles
    >>> bootstrap(same, draws=500)[0]
    (0.0, 1.0)
    """
    rng = np.random.default_rng(rng)
    drawn = [weights(n, draws, rng) for n in contrast.sizes]
    return _percentiles(contrast, drawn, weights(contrast.first.values.shape[1], draws, rng),
                        levels)


def _percentiles(contrast: Contrast, drawn: list[np.ndarray], beetles: np.ndarray,
                 levels: tuple[float, ...]) -> list[Ends]:
    found = contrast.value(drawn, beetles)
    found = found[np.isfinite(found)]
    if not len(found):
        return [(-np.inf, np.inf) for _ in levels]
    return [(float(np.quantile(found, (1 - p) / 2)), float(np.quantile(found, (1 + p) / 2)))
            for p in levels]


def t_intervals(contrast: Contrast, levels: tuple[float, ...] = LEVELS) -> list[Ends]:
    """Intervals from the scatter between trainings; over beetles where there is one training.

    Without a second training of a group there is no scatter, and the interval is infinite.
    """
    value, sizes = float(contrast.value()[0]), contrast.sizes
    if sizes == (1,):
        values, counts = (x[0] for x in contrast.first.sums())
        parts = [_ratio(values, counts)[counts > 0]]
    else:
        parts = [np.array([contrast.alone(g, i) for i in range(n)]) for g, n in enumerate(sizes)]
    freedom = sum(len(part) - 1 for part in parts)
    if min(len(part) for part in parts) < 2 or not np.isfinite(np.concatenate(parts)).all():
        return [(-np.inf, np.inf) for _ in levels]
    error = float(np.sqrt(sum(part.var(ddof=1) / len(part) for part in parts)))
    reach = [float(t.ppf((1 + p) / 2, freedom)) * error for p in levels]
    return [(value - some, value + some) for some in reach]


def spread(groups: Sequence[Group], level: float = 0.95) -> tuple[float, Ends]:
    """Standard deviation of the trainings' rates, without what chance in the answers adds to it.

    The variance of the rates is pooled over groups; its interval is that of chi-square. From all
    three is subtracted what is left of the beetles' values when each training's mean and each
    beetle's is taken away, over the number of beetles; nothing gets below 0.

    Parameters
    ----------
    groups : sequence of Group
        Those with one training say nothing. All answers count.
    level : float

    Examples
    --------
    >>> sure = [Group.of(np.array([0.1, 0.2, 0.3])[:, None, None] * np.ones((3, 50, 1)))]
    >>> sd, (low, high) = spread(sure)
    >>> round(sd, 3), round(low, 3), round(high, 3)
    (0.1, 0.052, 0.628)
    """
    freedom, squares, chance = 0, 0.0, 0.0
    for values in (group.values.mean(2) for group in groups):
        n, beetles = values.shape
        if n < 2:
            continue
        rates = values.mean(1)
        left = values - rates[:, None] - values.mean(0) + values.mean()
        squares += float(np.sum((rates - rates.mean()) ** 2))
        chance += float(np.sum(left**2)) / (beetles - 1) / beetles
        freedom += n - 1
    if not freedom:
        return float("nan"), (0.0, float("inf"))
    sd, low, high = (
        float(np.sqrt(max(squares / scale - chance / freedom, 0.0)))
        for scale in (freedom, *chi2.ppf([(1 + level) / 2, (1 - level) / 2], freedom)))
    return sd, (low, high)


# --- simulated tables ----------------------------------------------------------------------------


@dataclass(frozen=True)
class World:
    """A law of tables, with known rates: an answer flips where a sum of normal effects is positive.

    The effects' variances add up to 1, so that P(flip) = Φ(Φ⁻¹(rate)): the rate over all trainings,
    beetles and starts.

    Attributes
    ----------
    rates : (float, float)
        Of the two groups.
    training, beetle, both : float
        Standard deviations of what a training, a beetle, and a beetle in one group add. What is
        left is the start's.
    pale : (float, float)
        Shares of pale starts, for the paired contrast.
    """

    rates: tuple[float, float]
    training: float
    beetle: float = 0.6
    both: float = 0.3
    pale: tuple[float, float] = (1.0, 1.0)

    @property
    def truth(self) -> float:
        """Difference of the rates."""
        return self.rates[0] - self.rates[1]

    def effects(self, rng: np.random.Generator, trainings: int, beetles: int,
                shared: np.ndarray) -> np.ndarray:
        """Effects of training and beetle, (trainings, beetles), for one group."""
        return (self.training * rng.standard_normal((trainings, 1)) + self.beetle * shared
                + self.both * rng.standard_normal(beetles))

    @property
    def rest(self) -> float:
        """Standard deviation that is left to the start."""
        return float(np.sqrt(1 - self.training**2 - self.beetle**2 - self.both**2))


def two_groups(world: World, rng: np.random.Generator, trainings: int = 5, beetles: int = 100,
               starts: int = 2) -> Contrast:
    """A table as for C1 to C3."""
    shared, groups = rng.standard_normal(beetles), []
    of_start = rng.standard_normal((beetles, starts))  # the same latents in every generator
    for rate, pale in zip(world.rates, world.pale, strict=True):
        sums = ndtri(rate) + world.effects(rng, trainings, beetles, shared)
        noise = world.rest * rng.standard_normal((trainings, beetles, starts))
        own = 0.3 * rng.standard_normal((trainings, beetles, starts)) + 0.91**0.5 * of_start
        groups.append(Group.of(sums[..., None] + noise > 0, own < ndtri(pale)))
    return Contrast(groups[0], groups[1], paired=world.pale != (1.0, 1.0))


def one_file(world: World, rng: np.random.Generator) -> Contrast:
    """A table as for C4: two settings of the search on one generator, 25 beetles."""
    both = two_groups(replace(world, training=0.0), rng, 1, 25, 1)
    assert both.second is not None
    return Contrast(Group.of(both.first.values - both.second.values))


def against_chains(world: World, rng: np.random.Generator, draws: int = 86) -> Contrast:
    """A table as for C5: searches from two starts, minus a share among so many draws."""
    n = 20
    shared, training = rng.standard_normal(n), rng.standard_normal((5, 1))
    flips, draw = (ndtri(rate) + world.training * training + world.beetle * shared
                   + world.both * rng.standard_normal(n) for rate in world.rates)
    found = flips[..., None] + world.rest * rng.standard_normal((5, n, 2)) > 0
    sampled = rng.binomial(draws, ndtr(draw / world.rest)) / draws
    return Contrast(Group.of((found.mean(2) - sampled)[..., None]))


#: Contrast → (how a table is made, what is tried). Rates near .3 scatter by .03, .1 and .21 for
#: trainings' sd of .09, .29 and .6.
CASES: dict[str, tuple[Callable[..., Contrast], tuple[World, ...]]] = {
    "C1": (two_groups, (World((0.84, 0.18), 0.29), World((0.3, 0.3), 0.29),
                        World((0.5, 0.3), 0.09), World((0.3, 0.3), 0.6))),
    "C2": (two_groups, (World((0.84, 0.3), 0.29, pale=(0.99, 0.43)),
                        World((0.3, 0.3), 0.09, pale=(0.99, 0.43)),
                        World((0.84, 0.3), 0.6, pale=(0.99, 0.43)))),
    "C3": (two_groups, (World((0.84, 0.84), 0.29), World((0.84, 0.84), 0.09),
                        World((0.84, 0.84), 0.6))),
    "C4": (one_file, (World((0.75, 0.45), 0.0), World((0.45, 0.45), 0.0))),
    "C5": (against_chains, (World((0.84, 0.5), 0.29), World((0.5, 0.5), 0.09),
                            World((0.84, 0.5), 0.6))),
}


def coverage(name: str, tables: int = TABLES, draws: int = DRAWS,
             rng: Seed = 0) -> Iterator[dict[str, object]]:
    """How often intervals hold the truth, for each case of a contrast.

    Yields
    ------
    dict
        "contrast", "rates", "training" (the world's), "tables"; "bootstrap" and "t", shares of the
        tables whose 95 % interval held the truth.
    """
    rng = np.random.default_rng(rng)
    make, worlds = CASES[name]
    for world in worlds:
        held, drawn, beetles = np.zeros(2), None, None
        for _ in range(tables):
            contrast = make(world, rng)
            if beetles is None or drawn is None:  # the same draws do for all tables
                drawn = [weights(n, draws, rng) for n in contrast.sizes]
                beetles = weights(contrast.first.values.shape[1], draws, rng)
            for i, (low, high) in enumerate((
                    _percentiles(contrast, drawn, beetles, (0.95,))[0],
                    t_intervals(contrast, (0.95,))[0])):
                held[i] += low <= world.truth <= high
        yield {"contrast": name, "rates": list(world.rates), "training": world.training,
               "tables": tables, "bootstrap": float(held[0] / tables), "t": float(held[1] / tables)}


def spread_coverage(tables: int = TABLES, rng: Seed = 0) -> Iterator[dict[str, object]]:
    """The same for C6, the standard deviation between trainings (`spread`, two groups of five)."""
    rng = np.random.default_rng(rng)
    grid = np.linspace(-6, 6, 2001)
    mass = norm.pdf(grid) / norm.pdf(grid).sum()
    for world in CASES["C1"][1][1:]:
        rate = ndtr((ndtri(0.3) + world.training * grid) / np.sqrt(1 - world.training**2))
        truth = np.sqrt(mass @ rate**2 - (mass @ rate) ** 2)
        world, held = replace(world, rates=(0.3, 0.3)), 0
        for _ in range(tables):
            low, high = spread(two_groups(world, rng).groups)[1]
            held += low <= truth <= high
        yield {"contrast": "C6", "rates": list(world.rates), "training": world.training,
               "tables": tables, "chi-square": float(held / tables)}
