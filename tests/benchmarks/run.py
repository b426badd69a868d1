"""Measure the library beside what a practitioner would pick; write docs/benchmarks.md and .png.

    make bench                    everything, at most 25 minutes on an idle machine
    make bench ARGS=pulse         one group or several; nothing is written

Nothing here passes or fails by its speed; a case stops if both sides don't solve the same problem.
"""

import os
import platform
import sys
import time
import traceback
from datetime import date
from importlib.metadata import version
from pathlib import Path

import numpy as np
import psutil
import torch

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent.parent)]

import cases  # noqa: E402
import harness  # noqa: E402

BEGIN = "<!-- measured: make bench writes what follows -->"
END = "<!-- end of what was measured -->"
PACKAGES = ("numpy", "scipy", "scikit-image", "scikit-learn", "torch", "torchvision", "deepinv",
            "redlionfish", "pyproximal", "pyfftw", "ducc0")


def machine():
    """Say on what it was measured."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        models = [line.partition(":")[2].strip() for line in
                  cpuinfo.read_text(encoding="utf-8").splitlines() if line.startswith("model name")]
        model = models[0] if models else model
    found = []
    for name in PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except ImportError:
            found.append(f"{name} missing")
    load = psutil.getloadavg()[0]
    return (f"{date.today()}, {os.cpu_count()} cores ({model}), load {load:.1f} at the start, "
            f"Python {platform.python_version()}, {', '.join(found)}.")


def main(wanted):
    unknown = set(wanted) - set(cases.GROUPS)
    if unknown:
        sys.exit(f"No group {', '.join(sorted(unknown))}; there are {', '.join(cases.GROUPS)}")
    torch.set_num_threads(os.cpu_count())
    np.empty(31 * 2**20, np.uint8)  # freed at once: from then on glibc hands out used memory
    begin, about, groups, failed = time.perf_counter(), machine(), {}, []
    print(about, flush=True)
    for name in wanted or cases.GROUPS:
        groups[name] = []
        for function in cases.GROUPS[name]:
            try:
                for row in function():
                    print(f"{row.problem}, {row.size:,}: {harness.told(row.ours)} "
                          + (f"{row.peer} {row.ratios[len(row.ratios) // 2]:.2f} times that"
                             if row.theirs else row.note), flush=True)
                    groups[name].append(row)
            except Exception:  # the other cases are still worth their time
                traceback.print_exc()
                failed.append(function.__name__)
    lines = page(about, groups, time.perf_counter() - begin)
    print("\n".join(lines))
    docs = HERE.parent.parent / "docs"
    if not wanted and not failed:
        text = (docs / "benchmarks.md").read_text(encoding="utf-8")
        before, rest = text.split(BEGIN)
        (docs / "benchmarks.md").write_text(
            before + BEGIN + "\n\n" + "\n".join(lines) + "\n\n" + END + rest.split(END)[1],
            encoding="utf-8")
        harness.chart(sum(groups.values(), []), docs / "benchmarks.png")
    if failed:
        sys.exit(f"Nothing is written, since these cases stopped: {', '.join(failed)}")


def page(about, groups, took):
    """Lines of what was measured: the losses, the chart, then all groups."""
    lines = [f"{about} All of it took {took / 60:.0f} minutes.", "", "### Lost or drawn", "",
             *harness.losses([row for rows in groups.values() for row in rows]), "",
             "![How many times as long as ours each peer takes, with its range, at the size where "
             "it goes worst for us; losses are left of 1, on top. The tables below have the same "
             "numbers.](benchmarks.png)"]
    for name, rows in groups.items():
        lines += ["", f"### {name.capitalize()}", "", *harness.table(rows)]
    return lines


if __name__ == "__main__":
    main(sys.argv[1:])
