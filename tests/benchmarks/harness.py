"""Two programs on the same problem, in turns, in one process: time, agreement, memory, growth."""

import math
import statistics
import time
import tracemalloc
from dataclasses import dataclass, field

ROUNDS, SECONDS = 5, 6.0


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

    @property
    def bound(self):
        """Whether the peer solves nothing, and only says what can't be had for less."""
        return self.peer.endswith("(bound)")


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


def losses(rows):
    """Rows of a Markdown table: where the peer was sooner in the median, the worst first."""
    lost = [row for row in rows if row.theirs and not row.bound
            and statistics.median(row.ratios) < 1]
    if not lost:
        return ["None."]
    lines = ["| problem | size | ours | peer | peer's time / ours: median (range) | so |",
             "|---|---|---|---|---|---|"]
    for row in sorted(lost, key=lambda row: statistics.median(row.ratios)):
        low, middle, high = row.ratios[0], statistics.median(row.ratios), row.ratios[-1]
        note = f" ({row.note})" if row.note else ""
        lines.append(f"| {row.problem.strip()}{note} | {row.size:,} | {told(row.ours)} "
                     f"| {row.peer} | **{middle:.2f}** ({low:.2f}–{high:.2f}) "
                     f"| {'a loss' if high < 1 else 'no difference that a run shows'} |")
    return lines


def chart(rows, path):
    """Draw every problem at the size where it goes worst for us, losses on top.

    Parameters
    ----------
    rows : list of Row
        Bounds, and what has no peer, are left out.
    path : Path
        The PNG to write.
    """
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    def middle(row):
        return statistics.median(row.ratios)

    worst = {}
    for row in rows:
        key = row.problem, row.peer
        if row.theirs and not row.bound and (key not in worst or middle(row) < middle(worst[key])):
            worst[key] = row
    lines, end = sorted(worst.values(), key=middle), 30.0
    figure, axes = plt.subplots(figsize=(10, 1 + 0.23 * len(lines)), layout="constrained")
    for place, row in enumerate(lines):
        low, high = row.ratios[0], min(row.ratios[-1], end)
        colour = "#b3401f" if row.ratios[-1] < 1 else "#1b6b4a" if low > 1 else "#6b6b6b"
        at = min(middle(row), end)
        axes.plot([min(low, end), high], [place, place], color=colour, linewidth=3, alpha=0.4)
        axes.plot(at, place, "o" if at < end else ">", color=colour, markersize=5)
        text = f"{middle(row):.2f}" if middle(row) < 100 else f"{middle(row):,.0f}"
        axes.annotate(text, (max(at, high), place), (6, 0), textcoords="offset points",
                      va="center", fontsize=7, color=colour)
    axes.axvline(1, color="black", linewidth=0.8)
    axes.set_xscale("log")
    ticks = [0.25, 0.5, 1, 2, 4, 8, 16]
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks], fontsize=8)
    axes.minorticks_off()
    axes.set_xlim(right=1.5 * end)
    axes.set_yticks(range(len(lines)), [f"{row.problem.strip()} · {row.size:,} · {row.peer}"
                                        for row in lines], fontsize=7)
    axes.set_ylim(len(lines) - 0.5, -0.5)
    axes.set_xlabel("peer's time / ours, with its range", fontsize=8)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=110, metadata={"Software": None})
    plt.close(figure)


def told(times):
    """A median time with its unit."""
    middle = statistics.median(times)
    return f"{middle:.2f} s" if middle >= 1 else f"{1e3 * middle:.3g} ms"
