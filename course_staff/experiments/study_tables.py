"""What the records of the study say so far: ``course study --table`` writes it into docs/study.md.

Below the plan stands one section, made anew from ``data/study`` each time. It holds every generator
that is there, whatever it looks like, and says of each contrast how many trainings it has; a
contrast is judged when it has all that the plan promised it, not before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np

from course_lib.audits.measures import share_interval
from course_lib.audits.trainings import (
    Contrast,
    Ends,
    Group,
    bootstrap,
    left_out,
    spread,
    t_intervals,
)
from course_lib.data import data_path, read_rows, write_rows
from course_lib.desk.commands import ROOT
from course_lib.generators import pulse
from course_lib.notebook import figures
from course_lib.records.study import (
    EPSILONS,
    LABELS,
    SIGMAS,
    STARTS,
    STEPS,
    Training,
    contrasts,
    group,
    noise_removed,
    read,
)
from course_staff.experiments import study, study_reading
from course_staff.experiments import study_statistics as statistics
from course_staff.experiments.images import record
from course_staff.experiments.study import MEMBERS, NUMBERS, PLAN

DOCUMENT, HEADING = ROOT / "docs" / "study.md", "## So far"
BAND = 0.1  # of C3


def load(folder: Path | None = None) -> dict[str, Training]:
    """All files that are there, by name, in the order of the study."""
    folder = data_path("study") if folder is None else folder
    files = ((member.name, folder / f"{member.name}.jsonl") for member in MEMBERS)
    return {name: read(file) for name, file in files if file.exists()}


# --- contrasts -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Told:
    """A contrast with its intervals.

    Attributes
    ----------
    value : float
    ends : list of two intervals
        95 % and 99 %, two-way t.
    left_out : (float, float) or None
        Least and largest end of the 95 % intervals that leave out one training, any one.
    bootstrap : (float, float)
        95 %, two-way bootstrap.
    """

    value: float
    ends: Sequence[Ends]
    left_out: Ends | None = None
    bootstrap: Ends = (-np.inf, np.inf)


def tell(contrast: Contrast) -> Told:
    """Value and intervals of a contrast."""
    enough = min(contrast.sizes) > 1 or contrast.sizes == (1,)
    return Told(float(contrast.value()[0]), t_intervals(contrast), left_out(contrast),
                bootstrap(contrast)[0] if enough else (-np.inf, np.inf))


def complete(name: str, records: dict[str, Training]) -> bool:
    """Whether all trainings that the plan promised a contrast are there, even if one is NaN."""
    if name == "C4":
        return study.Member(0.5, 1, factorial=True).name in records
    sides = {"C3": [(0.1, False), (0.1, True)], "C5": [(0.1, False)],
             "C7": [(0.1, True), (0.5, True)]}.get(name, [(0.1, False), (0.5, False)])
    return all(study.Member(share, n, scratch).name in records
               for share, scratch in sides for n in NUMBERS)


def verdict(name: str, told: Told, other: float = 0.0) -> str:
    """What the plan says of a contrast that is complete; `other` is C4's value at the other ε."""
    (low, high), (lower, higher) = told.ends
    if "mirror" in name:
        return "not in the plan"
    if not np.isfinite((low, high)).all():
        return "not shown: no interval"
    if name == "C3":
        if -BAND < low and high < BAND:
            return "shown"
        return "refuted" if low > BAND or high < -BAND else "open"
    turned = told.value * other < 0
    if low <= 0 <= high:
        return "not shown: the interval holds 0" + turned * ", and the sign turns with ε"
    if told.value < 0:
        return "refuted: the other way round"
    if turned:
        return "refuted: the sign turns with ε"
    return "holds" + (", at 1 % as well" if lower > 0 else ", not at 1 %") + (
        ", but rests on one training" if told.left_out and told.left_out[0] <= 0 else "") + (
        ", of one weight file" if name == "C4" else "")


# --- coverage ------------------------------------------------------------------------------------


def measure_coverage() -> None:
    """Simulate, and write ``data/study/coverage.jsonl``."""
    file = data_path("study", "coverage.jsonl")
    file.parent.mkdir(parents=True, exist_ok=True)
    rows = [row for name in statistics.CASES for row in statistics.coverage(name)]
    write_rows(file, [*rows, *statistics.spread_coverage()])
    record("study")


# --- what is written -----------------------------------------------------------------------------


def _number(x: float, sign: bool = False) -> str:
    """As in ".840" or "+.083"."""
    if not np.isfinite(x):
        return "–"
    text = f"{x:+.3f}" if sign else f"{x:.3f}"
    return text.replace("0.", ".", 1).replace("-", "−")


def _range(ends: Ends | None, sign: bool = True) -> str:
    return "–" if ends is None or not np.isfinite(ends).all() else (
        f"{_number(ends[0], sign)} to {_number(ends[1], sign)}")


def _generators(records: dict[str, Training]) -> list[str]:
    lines = ["| generator | shown | dark of 10,000 drawn (95 %) | coverage | precision | recall "
             "| d → p | p → d | the same of those that met ε | misses ε by more than a tenth "
             "| pale starts | weights |", "|---" * 12 + "|"]
    for name, some in records.items():
        if name.startswith("factorial"):
            continue
        weights = f"`{some.about['weights'][:12]}`"
        if not some.card:
            lines.append(f"| `{name}` | {some.share:g} | ended in NaN, left out " + "| " * 9
                         + f"| {weights} |")
            continue
        dark, n = some.card["dark"], some.card["n"]
        (pale_flips, dark_flips), (pale_met, dark_met) = some.flipped, some.met
        cells = [
            f"`{name}`", f"{some.share:g}",
            f"{_number(dark / n)} ({_range(share_interval(dark, n), sign=False)})",
            *(_number(some.card[key]) for key in ("coverage", "precision", "recall")),
            _number(dark_flips.mean()), _number(pale_flips.mean()),
            f"{_number(dark_flips[dark_met].mean())}, {_number(pale_flips[pale_met].mean())} "
            f"of {np.mean([pale_met, dark_met]):.0%}",
            f"{(some.residual > 1.1 * EPSILONS[0]).mean():.0%}",
            f"{(some.start <= 0.5).mean():.0%}", weights]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _contrasts(records: dict[str, Training]) -> list[str]:
    lines = ["| | contrast | trainings | value | 95 % | 99 % | 95 %, any one left out "
             "| 95 %, bootstrap | met ε only (95 %) | |", "|---" * 10 + "|"]
    everything, published = contrasts(records), contrasts(records, met=True)
    for name, contrast in everything.items():
        met = published[name]
        if contrast is None or met is None:
            lines.append(f"| {name} | {LABELS[name]} | none on one side " + "| – " * 6
                         + "| no claim yet |")
            continue
        told, returned, other = tell(contrast), t_intervals(met)[0], 0.0
        if name == "C4":
            factorial = records[study.Member(0.5, 1, factorial=True).name]
            other = float(noise_removed(factorial, epsilon=1).value()[0])
        cells = [name, LABELS[name], " + ".join(map(str, contrast.sizes)),
                 _number(told.value, True), *map(_range, told.ends), _range(told.left_out),
                 _range(told.bootstrap),
                 f"{_number(float(met.value()[0]), True)} ({_range(returned)})",
                 verdict(name, told, other) if complete(name, records) else "no claim yet"]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _spreads(records: dict[str, Training]) -> list[str]:
    lines = ["| share, how | trainings | d → p, mean | standard deviation between trainings, "
             "95 % |", "|---" * 4 + "|"]
    for share, scratch in ((0.02, False), (0.1, False), (0.5, False), (0.9, False), (0.1, True),
                           (0.5, True)):
        if some := group(share, scratch, records):
            rates = Group.of([one.flipped[1] for one in some])
            sd, ends = spread([rates])
            how = "from scratch" if scratch else "fine-tuned"
            lines.append(f"| {share:g}, {how} | {len(some)} | {_number(rates.rates().mean())} "
                         f"| {_number(sd)} ({_range(ends, sign=False)}) |")
    return lines


def _posteriors(records: dict[str, Training]) -> list[str]:
    lines = ["| generator | pixels | d → p of R3 | p → d of R3 | R4, same beetles: d → p, p → d "
             "| two chains differ by, mean | form never changed | effective draws of the others, "
             "median (least) |", "|---" * 8 + "|"]
    for name, some in records.items():
        for pixels, chains in some.chains.items():
            n, dark = len(chains) // 2, chains.mean(1)
            searched = ", ".join(_number(some.flipped[i][:n].mean()) for i in (1, 0))
            fixed = np.isin(dark, (0, 1))
            ess = some.ess[pixels][~fixed]
            lines.append(f"| `{name}` | {pixels} × {pixels} | {_number((1 - dark[n:]).mean())} "
                         f"| {_number(dark[:n].mean())} | {searched if pixels == 4 else '–'} "
                         f"| {_number(float(np.ptp(chains, axis=1).mean()))} "
                         f"| {fixed.sum()} of {2 * n} "
                         f"| {np.median(ess):.0f} ({ess.min():.0f}) |")
    return lines


def _factorial(records: dict[str, Training]) -> list[str]:
    lines = ["| generator | σ | ε | starts | steps | d → p | p → d | met ε |", "|---" * 8 + "|"]
    for name, some in records.items():
        if not some.cells:
            continue
        for i, epsilon in enumerate(EPSILONS):
            for k, steps in enumerate(STEPS):
                for j, sigma in enumerate(SIGMAS):
                    for m, start in enumerate(STARTS):
                        at = slice(None), i, k, j, m
                        pale, dark = np.split(some.cells["found"][at] > 0.5, 2)
                        lost, over = _number(1 - dark.mean()), _number(pale.mean())
                        met = pulse.met(some.cells["residual"][at], epsilon)
                        lines.append(f"| `{name.removeprefix('factorial_')}` | {sigma:g} "
                                     f"| {epsilon:g} | {start} | {steps} | {lost} | {over} "
                                     f"| {met.mean():.0%} |")
    return lines


def _coverages(rows: list[dict[str, Any]]) -> list[str]:
    lines = ["| contrast | true rates | sd of a training (probit) | start's chance in common "
             "| two-way bootstrap, 95 and 99 % | two-way t, 95 and 99 % | chi-square |",
             "|---" * 7 + "|"]
    for row in rows:
        both = [", ".join(f"{share:.1%}" for share in row.get(kind, ())) or "–"
                for kind in ("bootstrap", "t")]
        rates = ", ".join(_number(rate).rstrip("0") for rate in row["rates"])
        only = f"{row['chi-square']:.1%}" if "chi-square" in row else "–"
        lines.append(f"| {row['contrast']} | {rates} | {row['training']:g} | {row['common']:g} "
                     f"| {' | '.join([*both, only])} |")
    return lines


def section(records: dict[str, Training], covers: list[dict[str, Any]], day: str,
            reading: Sequence[str] = ()) -> str:
    """The section of docs/study.md, for however many generators there are.

    `reading` is the table of `study_reading.report`, if there is one.
    """
    names = [member.name for member in MEMBERS]
    absent = [name for name in names if name not in records]
    done = f"{len(records)} of {len(names)} parts are done"
    lines = [f"{HEADING} ({day})", "", f"{done}. Written by `course study --table` from "
             "`data/study/`; `course study` goes on with what is missing, on any machine."]
    later = {pixels: [f"`{member.name}`" for member in MEMBERS if member.chained
                      and member.name in records and pixels not in records[member.name].chains]
             for pixels in PLAN.chains}
    lines += [line for pixels, some in later.items() if some for line in (
        "", f"**Without chains at {pixels} × {pixels} yet:** {', '.join(some)}.")]
    if absent:
        lines += ["", f"**Missing:** {', '.join(f'`{name}`' for name in absent)}. No contrast is "
                  "told as a claim before it has all its trainings."]
    if covers:
        lines += ["", f"**Intervals on simulated tables** ({covers[0]['tables']} for each row; "
                  "share of the 95 % intervals that held the truth):", "", *_coverages(covers)]
    if records:
        lines += ["", "**Generators.** d → p and p → d are of 100 beetles of either form from two "
                  "starts each. `share_10_0` is what the course ships, in no contrast.",
                  "", *_generators(records), "", "**Contrasts.**", "",
                  *_contrasts(records), "",
                  "**C6, between trainings of one share.**", "", *_spreads(records)]
    if any(some.chains for some in records.values()):
        lines += ["", "**R3, by chains.** 20 beetles of either form.", "",
                  *_posteriors(records)]
    if any(some.cells for some in records.values()):
        lines += ["", "**Factorial.** 25 beetles of either form, one start each.", "",
                  *_factorial(records)]
    if reading:
        lines += ["", "**Reading.** Cohen's κ over pale, dark, between and no beetle. The readers "
                  "are two runs of one vision-language model with the same instruction, which saw "
                  "neither each other's list nor the classifier's. They aren't as independent as "
                  "two people would be.", "", *reading]
    if records:
        lines += ["", "![Share of dark beetles that come back pale, and of pale ones that come "
                  "back dark, one dot for each training](study.png)"]
    return "\n".join(lines) + "\n"


def draw(records: dict[str, Training], file: Path) -> None:
    """One dot a training: d → p and p → d by the share shown."""
    with plt.rc_context(figures.STYLE):
        fig, axes = plt.subplots(1, 2, figsize=(8, 3.4), sharey=True)
        shares = sorted({member.share for member in MEMBERS})
        for ax, form, title in zip(axes, (1, 0), ("dark → pale", "pale → dark"), strict=True):
            for scratch, colour in ((False, "blue"), (True, "vermilion")):
                for place, share in enumerate(shares):
                    rates = [some.flipped[form].mean() for some in group(share, scratch, records)]
                    at = place + 0.24 * scratch - 0.12 + np.linspace(-0.06, 0.06, 5)[:len(rates)]
                    ax.plot(at, rates, "s" if scratch else "o", color=figures.COLOURS[colour],
                            ms=6, alpha=0.8, label=None if place else (
                                "from scratch" if scratch else "fine-tuned"))
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
