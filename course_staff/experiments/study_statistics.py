"""Simulated tables of the study, to see how often its intervals hold the truth.

`coverage` counts it, for tables of the plan's sizes whose law is known; the intervals themselves
are `course_lib.audits.trainings`'.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtr, ndtri
from scipy.stats import norm

from course_lib.arrays import Seed
from course_lib.audits.trainings import (
    DRAWS,
    LEVELS,
    Contrast,
    Group,
    percentiles,
    spread,
    t_intervals,
    weights,
)

TABLES = 400  # simulated, for every case


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
    common : float
        Share of the start's variance that all trainings of a group have in common: they are
        searched from the same latents.
    """

    rates: tuple[float, float]
    training: float
    beetle: float = 0.6
    both: float = 0.3
    pale: tuple[float, float] = (1.0, 1.0)
    common: float = 0.7

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

    def luck(self, rng: np.random.Generator, trainings: int, beetles: int,
             starts: int) -> np.ndarray:
        """What starts add, (trainings, beetles, starts)."""
        own = rng.standard_normal((trainings, beetles, starts))
        all_have = rng.standard_normal((1, beetles, starts))
        return self.rest * (self.common**0.5 * all_have + (1 - self.common) ** 0.5 * own)


def two_groups(world: World, rng: np.random.Generator, trainings: int = 5, beetles: int = 100,
               starts: int = 2) -> Contrast:
    """A table as for C1 to C3."""
    shared, groups = rng.standard_normal(beetles), []
    of_start = rng.standard_normal((beetles, starts))  # the same latents in every generator
    for rate, pale in zip(world.rates, world.pale, strict=True):
        sums = ndtri(rate) + world.effects(rng, trainings, beetles, shared)
        noise = world.luck(rng, trainings, beetles, starts)
        own = 0.3 * rng.standard_normal((trainings, beetles, starts)) + 0.91**0.5 * of_start
        groups.append(Group.of(sums[..., None] + noise > 0, own < ndtri(pale)))
    return Contrast(groups[0], groups[1], paired=world.pale != (1.0, 1.0))


def one_file(world: World, rng: np.random.Generator) -> Contrast:
    """A table as for C4: two settings of the search on one generator, 25 beetles."""
    both = two_groups(replace(world, training=0.0), rng, 1, 25, 1)
    assert both.second is not None
    return Contrast(Group.of(both.first.values - both.second.values))


def against_chains(world: World, rng: np.random.Generator, draws: int = 40) -> Contrast:
    """A table as for C5: searches from two starts, minus a share among so many draws."""
    n = 20
    shared, training = rng.standard_normal(n), rng.standard_normal((5, 1))
    flips, draw = (ndtri(rate) + world.training * training + world.beetle * shared
                   + world.both * rng.standard_normal(n) for rate in world.rates)
    found = flips[..., None] + world.luck(rng, 5, n, 2) > 0
    sampled = rng.binomial(draws, ndtr(draw / world.rest)) / draws
    return Contrast(Group.of((found.mean(2) - sampled)[..., None]))


#: Contrast → (how a table is made, what is tried). Rates near .3 scatter by .03, .1 and .21 for
#: trainings' sd of .09, .29 and .6.
CASES: dict[str, tuple[Callable[..., Contrast], tuple[World, ...]]] = {
    "C1": (two_groups, (World((0.84, 0.18), 0.29), World((0.84, 0.18), 0.09),
                        World((0.84, 0.18), 0.09, common=0.0), World((0.3, 0.3), 0.29),
                        World((0.3, 0.3), 0.6))),
    "C2": (two_groups, (World((0.84, 0.3), 0.29, pale=(0.99, 0.43)),
                        World((0.3, 0.3), 0.09, pale=(0.99, 0.43)),
                        World((0.3, 0.3), 0.6, pale=(0.99, 0.43)))),
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
        "contrast", "rates", "training" and "common" (the world's), "tables"; "bootstrap" and "t",
        shares of the tables whose intervals held the truth, at 95 % and at 99 %.
    """
    rng = np.random.default_rng(rng)
    make, worlds = CASES[name]
    for world in worlds:
        held, drawn, beetles = np.zeros((2, len(LEVELS))), None, None
        for _ in range(tables):
            contrast = make(world, rng)
            if beetles is None or drawn is None:  # the same draws do for all tables
                drawn = [weights(n, draws, rng) for n in contrast.sizes]
                beetles = weights(contrast.first.values.shape[1], draws, rng)
            for i, ends in enumerate((percentiles(contrast, drawn, beetles),
                                      t_intervals(contrast))):
                held[i] += [low <= world.truth <= high for low, high in ends]
        yield {"contrast": name, "rates": list(world.rates), "training": world.training,
               "common": world.common, "tables": tables} | {
                   kind: (share / tables).tolist()
                   for kind, share in zip(("bootstrap", "t"), held, strict=True)}


def spread_coverage(tables: int = TABLES, rng: Seed = 0) -> Iterator[dict[str, object]]:
    """The same for C6, the standard deviation between five trainings of one share (`spread`)."""
    rng = np.random.default_rng(rng)
    grid = np.linspace(-6, 6, 2001)
    mass = norm.pdf(grid) / norm.pdf(grid).sum()
    for world in (World((0.73, 0.1), 0.29), World((0.73, 0.1), 0.09), World((0.1, 0.73), 0.09)):
        rate = ndtr((ndtri(world.rates[0]) + world.training * grid)
                    / np.sqrt(1 - world.training**2))
        truth, held = np.sqrt(mass @ rate**2 - (mass @ rate) ** 2), 0
        for _ in range(tables):
            low, high = spread([two_groups(world, rng).first])[1]
            held += low <= truth <= high
        yield {"contrast": "C6", "rates": [world.rates[0]], "training": world.training,
               "common": world.common, "tables": tables, "chi-square": float(held / tables)}
