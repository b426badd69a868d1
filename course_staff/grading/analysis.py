"""What a class's points say of a lesson's exercises.

Difficulty is the mean share of the points that were got, 1 for an exercise that everybody solves.
Discrimination is that of the best 27 % of the class, by total, less that of the last 27 % (Kelley,
The selection of upper and lower groups for the validation of test items, Journal of Educational
Psychology 30, 1939).  The correlation is the exercise's with the total of the *others*, so that it
isn't correlated with itself.  All leave out who waits for a mark.
"""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

FEW = 20  # with fewer students these numbers are mostly chance


@dataclass(frozen=True)
class Item:
    """An exercise's numbers; None where there is nothing to compute them from."""

    name: str
    students: int
    difficulty: float | None
    discrimination: float | None
    correlation: float | None


def items(rows: Sequence[Mapping[str, float | None]], most: Mapping[str, float]) -> list[Item]:
    """Return the numbers of each exercise.

    Parameters
    ----------
    rows : sequence of dict
        Points by exercise, one for each student; None waits for a person.
    most : dict
        The points to be had.
    """
    found = []
    for name, full in most.items():
        marked = [row for row in rows if row.get(name) is not None]
        got = [_points(row, [name]) for row in marked]
        rest = [_points(row, [each for each in most if each != name]) for row in marked]
        order = sorted(range(len(marked)), key=lambda place: got[place] + rest[place])
        tail = round(0.27 * len(marked))
        found.append(Item(
            name, len(marked),
            statistics.fmean(got) / full if got and full else None,
            (statistics.fmean(got[place] for place in order[-tail:])
             - statistics.fmean(got[place] for place in order[:tail])) / full
            if tail and full else None,
            _correlation(got, rest)))
    return found


def _points(row: Mapping[str, float | None], names: Sequence[str]) -> float:
    return sum(row.get(name) or 0 for name in names)


def _correlation(one: Sequence[float], other: Sequence[float]) -> float | None:
    """Return Pearson's correlation; None where one of the two doesn't vary."""
    if len(one) < 3 or len(set(one)) == 1 or len(set(other)) == 1:
        return None
    return statistics.correlation(one, other)


def histogram(totals: Sequence[float], most: float,
              bins: int = 10) -> list[tuple[float, float, int]]:
    """Return how many totals lie in each of some equal ranges: (from, to, how many).

    A total on a border is counted in the upper range, the full number of points in the last.
    """
    counts = [0] * bins
    for total in totals:
        place = int(total * bins / most) if most > 0 else 0
        counts[max(0, min(place, bins - 1))] += 1
    return [(most * place / bins, most * (place + 1) / bins, count)
            for place, count in enumerate(counts)]
