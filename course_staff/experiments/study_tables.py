"""What the records of the study say so far: ``course study --table`` writes it into docs/study.md.

Below the plan stands one section, made anew from ``data/study`` each time. It holds every generator
that is there, whatever it looks like, and says of each contrast how many trainings it has; a
contrast is judged when it has all that the plan promised it, not before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np

from course_lib.audits.measures import share_interval
from course_lib.data import data_path, read_rows, write_rows
from course_lib.desk.commands import ROOT
from course_lib.generators import pulse
from course_lib.notebook import figures
from course_staff.experiments import study, study_reading
from course_staff.experiments import study_statistics as statistics
from course_staff.experiments.images import record
from course_staff.experiments.study import EPSILONS, MEMBERS, NUMBERS, PLAN, SIGMAS, STARTS, Sizes
from course_staff.experiments.study_statistics import Contrast, Group

DOCUMENT, HEADING = ROOT / "docs" / "study.md", "## So far"
BAND = 0.1  # of C3
LEAST_COVERAGE = 0.9
CLAIMS = {
    "C1": "d → p of .1 minus .5, common start",
    "C2": "the same from the same pale start",
    "C3": "d → p of .1, common start minus scratch",
    "C4": "p → d of .5 at σ = 0 minus σ = .05, ε = .002",
    "C5": "R4 minus R3, dark beetles of .1, 4 × 4",
}


@dataclass(frozen=True, eq=False)
class Record:
    """What one file holds.

    Attributes
    ----------
    about, card : dict
        Which training; what its card measured (empty if the training ended in NaN).
    start, found, residual : arrays (2 · each, repeats)
        Of the searches, pale beetles first: P(dark) at the start and of what was found.
    chains : dict
        Pixels a side → share of dark draws, (2 · chained,), pale beetles first.
    ess : dict
        Pixels a side → effective draws for it, (2 · chained,).
    cells : dict of arrays (2 · factorial, epsilons, steps, sigmas, starts)
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
    def flipped(self) -> tuple[np.ndarray, np.ndarray]:
        """Whether answers show the other form, (each, repeats), for pale and for dark beetles."""
        return other_form(self.found)

    @property
    def met(self) -> tuple[np.ndarray, np.ndarray]:
        """Whether they meet ε, the same shapes."""
        pale, dark = np.split(np.asarray(pulse.met(self.residual)), 2)
        return pale, dark


def other_form(found: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Whether P(dark) of answers says the other form, for the pale first half and for the dark."""
    pale, dark = np.split(found, 2)
    return pale > 0.5, dark <= 0.5


def read(file: Path, sizes: Sizes = PLAN) -> Record:
    """Read one file of the study.

    Raises
    ------
    ValueError
        If a row of the plan is missing in it.
    """
    about, *rows = read_rows(file)
    if not about["finite"]:
        return Record(about)
    if file.stem.startswith("factorial"):
        rows = sorted(rows, key=lambda row: row["truth"])
        if len(rows) != 2 * sizes.factorial:
            raise ValueError(f"{file.name} has {len(rows)} of {2 * sizes.factorial} beetles")
        return Record(about, cells={key: np.array([row[key] for row in rows])
                                    for key in ("found", "residual")})
    shape = 2 * sizes.each, sizes.repeats
    table: dict[str, np.ndarray] = {
        key: np.full(shape, np.nan) for key in ("start", "found", "residual")}
    chains: dict[str, dict[int, list[Any]]] = {"dark": {}, "ess": {}}
    card: dict[str, Any] = {}
    for row in rows:
        if row["kind"] == "card":
            card = row
        elif row["kind"] == "search":
            for key, values in table.items():
                values[study.beetles_of(row["block"], sizes), row["repeat"]] = row[key]
        elif row["kind"] == "chains":
            for key, found in chains.items():
                found.setdefault(row["pixels"], []).extend(
                    zip(row["truths"], row[key], strict=True))
    if not card or np.isnan(table["found"]).any():
        raise ValueError(f"{file.name} lacks its card or {np.isnan(table['found']).sum()} answers")
    in_order = {key: {pixels: np.array([value for _, value in sorted(pairs)])
                      for pixels, pairs in found.items()} for key, found in chains.items()}
    return Record(about, card, table["start"], table["found"], table["residual"],
                  {pixels: x.mean(1) for pixels, x in in_order["dark"].items()}, in_order["ess"])


def load(folder: Path | None = None, sizes: Sizes = PLAN) -> dict[str, Record]:
    """All files that are there, by name, in the order of the study."""
    folder = data_path("study") if folder is None else folder
    files = ((member.name, folder / f"{member.name}.jsonl") for member in MEMBERS)
    return {name: read(file, sizes) for name, file in files if file.exists()}


# --- contrasts -----------------------------------------------------------------------------------


def _group(records: dict[str, Record], share: float, scratch: bool) -> list[Record]:
    names = (study.Member(share, n, scratch).name for n in NUMBERS)
    return [records[name] for name in names if name in records and records[name].card]


def contrasts(records: dict[str, Record], met: bool = False,
              sizes: Sizes = PLAN) -> dict[str, Contrast | None]:
    """The contrasts of the plan from what there is, None where a side has nothing.

    Parameters
    ----------
    records : dict
    met : bool
        Count only answers that meet ε, which the published program would return.
    sizes : Sizes
    """
    tenth, half, scratch = (_group(records, *which) for which in (
        (0.1, False), (0.5, False), (0.1, True)))

    def dark(group: list[Record], pale_starts: bool = False) -> Group:
        kept = [(some.met[1] if met else True) & (
            (some.start[sizes.each:] <= 0.5) if pale_starts else np.full(some.met[1].shape, True))
            for some in group]
        return Group.of([some.flipped[1] for some in group], kept)

    made: dict[str, Contrast | None] = dict.fromkeys(CLAIMS)
    if tenth and half:
        made["C1"] = Contrast(dark(tenth), dark(half))
        made["C2"] = Contrast(dark(tenth, True), dark(half, True), paired=True)
    if tenth and scratch:
        made["C3"] = Contrast(dark(tenth), dark(scratch))
    if (some := records.get(study.Member(0.5, 1, factorial=True).name)) and some.cells:
        made["C4"] = _noise_removed(some, met, epsilon=0)
    if tenth:
        n = sizes.chained
        kept = [some.met[1][:n] if met else np.full((n, sizes.repeats), True) for some in tenth]
        searched = [some.flipped[1][:n] * k for some, k in zip(tenth, kept, strict=True)]
        sampled = [1 - some.chains[4][n:] for some in tenth]
        counts = np.array(kept).sum(2)
        rate = np.array(searched).sum(2) / np.maximum(counts, 1)
        made["C5"] = Contrast(Group.of((rate - sampled)[..., None], counts[..., None] > 0))
    return made


def _noise_removed(some: Record, met: bool, epsilon: int) -> Contrast:
    """p → d at σ = 0 minus σ = .05: starts as drawn, the usual steps, beetle by beetle."""
    n = len(some.cells["found"]) // 2
    found, residual = (some.cells[key][:n, epsilon, 0, :, 0] for key in ("found", "residual"))
    over = (found > 0.5).astype(float)
    near = np.asarray(pulse.met(residual, EPSILONS[epsilon]))
    kept = np.array([not met or bool(row.all()) for row in near])
    noisy, clean = SIGMAS.index(study.SIGMA), SIGMAS.index(0.0)
    return Contrast(Group.of((over[:, clean] - over[:, noisy])[None, :, None],
                             kept[None, :, None]))


@dataclass(frozen=True)
class Told:
    """A contrast with its intervals.

    Attributes
    ----------
    value : float
    ends : tuple of two intervals
        95 % and 99 %.
    left_out : (float, float) or None
        Least and largest end of the 95 % intervals that leave out one training, any one.
    kind : str
        "bootstrap" or "t".
    """

    value: float
    ends: tuple[statistics.Ends, ...]
    left_out: statistics.Ends | None
    kind: str


def tell(contrast: Contrast, kind: str) -> Told:
    """Value and intervals of a contrast, of one kind ("bootstrap" or "t")."""
    make = statistics.bootstrap if kind == "bootstrap" else statistics.t_intervals

    def ends(some: Contrast) -> list[statistics.Ends]:
        enough = min(some.sizes) > 1 or some.sizes == (1,)
        return make(some) if enough else [(-np.inf, np.inf)] * 2

    others = [ends(contrast.without(g, i))[0] for g, n in enumerate(contrast.sizes)
              for i in range(n) if n > 2]
    left_out = (min(low for low, _ in others), max(high for _, high in others)) if others else None
    return Told(float(contrast.value()[0]), tuple(ends(contrast)), left_out, kind)


def complete(name: str, records: dict[str, Record]) -> bool:
    """Whether all trainings that the plan promised a contrast are there, even if one is NaN."""
    if name == "C4":
        return study.Member(0.5, 1, factorial=True).name in records
    sides = {"C3": [(0.1, False), (0.1, True)], "C5": [(0.1, False)]}.get(
        name, [(0.1, False), (0.5, False)])
    return all(study.Member(share, n, scratch).name in records
               for share, scratch in sides for n in NUMBERS)


def verdict(name: str, told: Told, other: Told | None = None) -> str:
    """What the plan says of a contrast that is complete; `other` is C4 at the other ε."""
    (low, high), (lower, higher) = told.ends
    if name == "C3":
        if -BAND < low and high < BAND:
            return "shown"
        return "refuted" if low > BAND or high < -BAND else "open"
    if low <= 0 <= high:
        return "refuted: the interval holds 0"
    if told.value < 0:
        return "refuted: the other way round"
    if other is not None and other.value < 0:
        return "refuted: the sign turns with ε"
    return "holds" + (", at 1 % as well" if lower > 0 else ", not at 1 %") + (
        ", but rests on one training" if told.left_out and told.left_out[0] <= 0 else "")


# --- coverage ------------------------------------------------------------------------------------


def measure_coverage() -> None:
    """Simulate, and write ``data/study/coverage.jsonl``."""
    file = data_path("study", "coverage.jsonl")
    file.parent.mkdir(parents=True, exist_ok=True)
    rows = [row for name in statistics.CASES for row in statistics.coverage(name)]
    write_rows(file, [*rows, *statistics.spread_coverage()])
    record("study")


def kinds(rows: list[dict[str, Any]]) -> dict[str, str]:
    """Which interval each contrast gets: the bootstrap's, if it covers; t where it doesn't."""
    return {name: "bootstrap" if min(
        (row["bootstrap"] for row in rows if row["contrast"] == name), default=0.0)
        >= LEAST_COVERAGE else "t" for name in CLAIMS}


# --- what is written -----------------------------------------------------------------------------


def _number(x: float, sign: bool = False) -> str:
    """As in ".840" or "+.083"."""
    if not np.isfinite(x):
        return "–"
    text = f"{x:+.3f}" if sign else f"{x:.3f}"
    return text.replace("0.", ".", 1).replace("-", "−")


def _range(ends: statistics.Ends | None, sign: bool = True) -> str:
    return "–" if ends is None or not np.isfinite(ends).all() else (
        f"{_number(ends[0], sign)} to {_number(ends[1], sign)}")


def _generators(records: dict[str, Record]) -> list[str]:
    lines = ["| generator | shown | dark of 10,000 drawn (95 %) | coverage | precision | d → p "
             "| p → d | the same of those that met ε | pale starts | weights |", "|---" * 10 + "|"]
    for name, some in records.items():
        if name.startswith("factorial"):
            continue
        weights = f"`{some.about['weights'][:12]}`"
        if not some.card:
            lines.append(f"| `{name}` | {some.about['share']:g} " + "| ended in NaN, left out "
                         + "| " * 6 + f"| {weights} |")
            continue
        dark, n = some.card["dark"], some.card["n"]
        (pale_flips, dark_flips), (pale_met, dark_met) = some.flipped, some.met
        cells = [
            f"`{name}`", f"{some.about['share']:g}",
            f"{_number(dark / n)} ({_range(share_interval(dark, n), sign=False)})",
            _number(some.card["coverage"]), _number(some.card["precision"]),
            _number(dark_flips.mean()), _number(pale_flips.mean()),
            f"{_number(dark_flips[dark_met].mean())}, {_number(pale_flips[pale_met].mean())} "
            f"of {np.mean([pale_met, dark_met]):.0%}",
            f"{(some.start <= 0.5).mean():.0%}", weights]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _contrasts(records: dict[str, Record], chosen: dict[str, str], sizes: Sizes,
               covers: list[dict[str, Any]]) -> list[str]:
    lines = ["| | contrast | trainings | value | 95 % | 99 % | 95 %, any one left out | met ε only "
             "| interval, its coverage | |", "|---" * 10 + "|"]
    everything, published = contrasts(records, sizes=sizes), contrasts(records, True, sizes)
    for name, contrast in everything.items():
        if contrast is None:
            lines.append(f"| {name} | {CLAIMS[name]} | none on one side " + "| – " * 6
                         + "| no claim yet |")
            continue
        told, other = tell(contrast, chosen[name]), None
        met = published[name]
        if name == "C4":
            factorial = records[study.Member(0.5, 1, factorial=True).name]
            other = tell(_noise_removed(factorial, False, epsilon=1), chosen[name])
        said = [row[told.kind] for row in covers if row["contrast"] == name]
        covering = f", {min(said):.0%} to {max(said):.0%}" if said else ""
        cells = [name, CLAIMS[name], " + ".join(map(str, contrast.sizes)),
                 _number(told.value, True), *map(_range, told.ends), _range(told.left_out),
                 "–" if met is None else _number(float(met.value()[0]), True),
                 told.kind + covering,
                 verdict(name, told, other) if complete(name, records) else "no claim yet"]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _spreads(records: dict[str, Record]) -> list[str]:
    groups = [(f"{share:g}, {'scratch' if scratch else 'common start'}",
               _group(records, share, scratch))
              for share, scratch in ((0.02, False), (0.1, False), (0.5, False), (0.9, False),
                                     (0.1, True), (0.5, True))]
    lines = ["| share, start | trainings | d → p, mean | standard deviation between trainings, "
             "95 % |", "|---" * 4 + "|"]
    made = [(label, Group.of([some.flipped[1] for some in group]))
            for label, group in groups if group]
    for label, group in made:
        sd, ends = statistics.spread([group])
        lines.append(f"| {label} | {len(group.values)} | {_number(group.rates().mean())} "
                     f"| {_number(sd)} ({_range(ends, sign=False)}) |")
    if made:
        sd, ends = statistics.spread([group for _, group in made])
        lines.append(f"| all, each about its own mean | {sum(len(g.values) for _, g in made)} | "
                     f"| {_number(sd)} ({_range(ends, sign=False)}) |")
    return lines


def _posteriors(records: dict[str, Record], sizes: Sizes) -> list[str]:
    lines = ["| generator | pixels | d → p of R3 | p → d of R3 | R4, same beetles: d → p, p → d "
             "| effective draws, median |", "|---" * 6 + "|"]
    for name, some in records.items():
        for pixels, dark in some.chains.items():
            n = sizes.chained
            searched = ", ".join(_number(some.flipped[i][:n].mean()) for i in (1, 0))
            lines.append(f"| `{name}` | {pixels} × {pixels} | {_number((1 - dark[n:]).mean())} "
                         f"| {_number(dark[:n].mean())} | {searched if pixels == 4 else '–'} "
                         f"| {np.median(some.ess[pixels]):.0f} |")
    return lines


def _factorial(records: dict[str, Record]) -> list[str]:
    lines = ["| generator | σ | ε | starts | steps | d → p | p → d | met ε |", "|---" * 8 + "|"]
    for name, some in records.items():
        if not some.cells:
            continue
        for i, epsilon in enumerate(EPSILONS):
            for k, steps in enumerate(PLAN.steps):
                for j, sigma in enumerate(SIGMAS):
                    for m, start in enumerate(STARTS):
                        at = slice(None), i, k, j, m
                        pale, dark = other_form(some.cells["found"][at])
                        met = pulse.met(some.cells["residual"][at], epsilon)
                        lines.append(f"| `{name.removeprefix('factorial_')}` | {sigma:g} "
                                     f"| {epsilon:g} | {start} | {steps} | {_number(dark.mean())} "
                                     f"| {_number(pale.mean())} | {met.mean():.0%} |")
    return lines


def _coverages(rows: list[dict[str, Any]]) -> list[str]:
    lines = ["| contrast | true rates | sd of a training (probit) | two-way bootstrap | t | "
             "chi-square |", "|---" * 6 + "|"]
    for row in rows:
        cells = [f"{row[kind]:.1%}" if kind in row else "–"
                 for kind in ("bootstrap", "t", "chi-square")]
        rates = ", ".join(_number(rate).rstrip("0") for rate in row["rates"])
        lines.append(f"| {row['contrast']} | {rates} | {row['training']:g} "
                     f"| {' | '.join(cells)} |")
    return lines


def section(records: dict[str, Record], covers: list[dict[str, Any]], day: str,
            sizes: Sizes = PLAN, reading: Sequence[str] = ()) -> str:
    """The section of docs/study.md, for however many generators there are.

    `reading` is the table of `study_reading.report`, if there is one.
    """
    names = [member.name for member in MEMBERS]
    absent = [name for name in names if name not in records]
    done = f"{len(records)} of {len(names)} parts are done"
    lines = [f"{HEADING} ({day})", "", f"{done}. Written by `course study --table` from "
             "`data/study/`; `course study` goes on with what is missing, on any machine."]
    if absent:
        lines += ["", f"**Missing:** {', '.join(f'`{name}`' for name in absent)}. No contrast is "
                  "told as a claim before it has all its trainings: what stands below is "
                  "interim, and lessons don't rest on it."]
    if covers:
        lines += ["", f"**Intervals on simulated tables** ({covers[0]['tables']} for each row; "
                  "share of the 95 % intervals that held the truth):", "", *_coverages(covers)]
    if records:
        lines += ["", "**Generators.** d → p and p → d are of 100 beetles of either form from two "
                  "starts each.", "", *_generators(records), "", "**Contrasts.**", "",
                  *_contrasts(records, kinds(covers), sizes, covers), "",
                  "**C6, between trainings of one share.**", "", *_spreads(records)]
    if any(some.chains for some in records.values()):
        lines += ["", "**R3, by chains.** 20 beetles of either form.", "",
                  *_posteriors(records, sizes)]
    if any(some.cells for some in records.values()):
        lines += ["", "**Factorial.** 25 beetles of either form, one start each.", "",
                  *_factorial(records)]
    if reading:
        lines += ["", "**Reading.** Cohen's κ over pale, dark, between and no beetle.", "",
                  *reading]
    if records:
        lines += ["", "![Share of dark beetles that come back pale, and of pale ones that come "
                  "back dark, one dot for each training](study.png)"]
    return "\n".join(lines) + "\n"


def draw(records: dict[str, Record], file: Path) -> None:
    """One dot a training: d → p and p → d by the share shown."""
    with plt.rc_context(figures.STYLE):
        fig, axes = plt.subplots(1, 2, figsize=(8, 3.4), sharey=True)
        shares = sorted({member.share for member in MEMBERS})
        for ax, form, title in zip(axes, (1, 0), ("dark → pale", "pale → dark"), strict=True):
            for scratch, colour in ((False, "blue"), (True, "vermilion")):
                for place, share in enumerate(shares):
                    rates = [some.flipped[form].mean() for some in _group(records, share, scratch)]
                    at = place + 0.24 * scratch - 0.12 + np.linspace(-0.06, 0.06, 5)[:len(rates)]
                    ax.plot(at, rates, "s" if scratch else "o", color=figures.COLOURS[colour],
                            ms=6, alpha=0.8, label=None if place else (
                                "from scratch" if scratch else "from a common start"))
            ax.set(title=title, xlabel="share of the dark form shown", ylim=(-0.03, 1.03),
                   xlim=(-0.5, len(shares) - 0.5))
            ax.set_xticks(range(len(shares)), [f"{share:g}" for share in shares])
        axes[0].set_ylabel("share of the answers")
        axes[1].legend()
        fig.savefig(file, dpi=figures.DPI)
        plt.close(fig)


def write(document: Path = DOCUMENT, day: str | None = None) -> None:
    """Replace the section at the end of docs/study.md, and its figure; print the section."""
    records, file = load(), data_path("study", "coverage.jsonl")
    covers = read_rows(file) if file.exists() else []
    lists = [data_path("study", f"{name}.txt") for name in study_reading.READERS]
    reading = study_reading.report() if all(some.exists() for some in lists) else ()
    said = section(records, covers, day or f"{date.today():%-d %B %Y}", reading=reading)
    plan = document.read_text(encoding="utf-8").split(f"\n{HEADING}")[0].rstrip("\n")
    document.write_text(f"{plan}\n\n{said}", encoding="utf-8")
    if records:
        draw(records, document.with_suffix(".png"))
    print(said)
