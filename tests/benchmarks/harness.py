"""Two programs on the same problem, in turns, in one process: time, agreement, memory, growth."""

import math
import statistics
import time
import tracemalloc
from dataclasses import dataclass, field

ROUNDS, SECONDS = 5, 8.0


@dataclass
class Row:
    """One measurement.

    Attributes
    ----------
    problem, size : str, int
        What is solved, and its size (pixels, pictures, …), by which growth is told.
    ours : list of float
        Seconds of each round.
    peer, theirs : str, list of float
        What it is compared with; empty where there is none.
    difference : float or None
        Between both results, at most the tolerance of the case; None where the peer is a bound or
        draws other numbers, so that nothing is to be compared.
    memory : (float, float)
        Peak of what NumPy's arrays take, MiB, ours and the peer's; PyTorch's are not seen.
    """

    problem: str
    size: int
    ours: list
    peer: str = ""
    theirs: list = field(default_factory=list)
    difference: float = None
    memory: tuple = (0.0, 0.0)
    note: str = ""

    @property
    def ratios(self):
        """How many times as long as ours the peer takes, round by round, sorted."""
        return sorted(b / a for a, b in zip(self.ours, self.theirs, strict=True))


def compare(problem, size, ours, peer, theirs, difference=None, tolerance=0, note=""):
    """Measure a function beside its peer.

    Parameters
    ----------
    ours, theirs : callable
        Without arguments.
    difference : callable, optional
        ``difference(ours(), theirs())``, how far their results are apart; `tolerance` its bound.

    Raises
    ------
    AssertionError
        If both don't solve the same problem.
    """
    found, apart = (ours(), theirs()), None  # also the warming up
    if difference is not None:
        apart = float(difference(*found))
        assert apart <= tolerance, f"{problem}, {size}: {peer} differs by {apart:g} > {tolerance:g}"
    row = Row(problem, size, [], peer, [], apart, (peak(ours), peak(theirs)), note)
    begin = time.perf_counter()
    while len(row.ours) < ROUNDS or time.perf_counter() - begin < SECONDS / 4:
        row.ours.append(seconds(ours))
        row.theirs.append(seconds(theirs))
        if time.perf_counter() - begin > SECONDS and len(row.ours) >= 3:
            break
    return row


def alone(problem, size, ours, note="", rounds=3):
    """Measure a function that has no peer."""
    ours()
    memory = peak(ours)
    return Row(problem, size, [seconds(ours) for _ in range(rounds)], memory=(memory, 0.0),
               note=note)


def seconds(function):
    """Time of one call by the clock."""
    begin = time.perf_counter()
    function()
    return time.perf_counter() - begin


def peak(function):
    """Most memory that one call takes at a time, in MiB."""
    tracemalloc.start()
    try:
        function()
        return tracemalloc.get_traced_memory()[1] / 2**20
    finally:
        tracemalloc.stop()


def growth(rows):
    """Exponent with which the time of ours grows with size, from the first size to the last."""
    first, last = rows[0], rows[-1]
    return math.log(statistics.median(last.ours) / statistics.median(first.ours)) / math.log(
        last.size / first.size)


def table(rows):
    """Rows of a Markdown table, consecutive ones of a problem together with their growth."""
    lines = ["| problem | size | ours | peer | peer's time / ours: median (range) | difference "
             "| memory, MiB | grows like |", "|---|---|---|---|---|---|---|---|"]
    for place, row in enumerate(rows):
        same = [each for each in rows if (each.problem, each.peer) == (row.problem, row.peer)]
        last = row is same[-1] and row.size > same[0].size
        exponent = f"size^{growth(same):.2f}" if last else ""
        ratio, apart, memory = "", "", f"{row.memory[0]:.0f}"
        if row.theirs:
            low, middle, high = (row.ratios[0], statistics.median(row.ratios), row.ratios[-1])
            ratio = f"**{middle:.2f}** ({low:.2f}–{high:.2f})"
            apart = "" if row.difference is None else f"{row.difference:.1e}"
            memory = f"{row.memory[0]:.0f} / {row.memory[1]:.0f}"
        repeated = place and rows[place - 1].problem == row.problem
        problem = "" if repeated else row.problem
        note = f" ({row.note})" if row.note else ""
        lines.append(f"| {problem}{note} | {row.size:,} | {told(row.ours)} | {row.peer} | {ratio} "
                     f"| {apart} | {memory} | {exponent} |")
    return lines


def told(times):
    """A median time with its unit."""
    middle = statistics.median(times)
    return f"{middle:.2f} s" if middle >= 1 else f"{1e3 * middle:.3g} ms"
