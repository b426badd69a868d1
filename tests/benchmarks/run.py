"""Measure the library beside what a practitioner would pick, and write docs/benchmarks.md.

    make bench                    everything, some ten minutes on an idle machine
    make bench ARGS=pulse         one group or several; nothing is written

Nothing here passes or fails by its speed; a case stops if both sides don't solve the same problem.
"""

import os
import platform
import sys
from datetime import date
from importlib.metadata import version
from pathlib import Path

import psutil
import torch

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent.parent)]

import cases  # noqa: E402
import harness  # noqa: E402

BEGIN = "<!-- measured: make bench writes what follows -->"
END = "<!-- end of what was measured -->"
PACKAGES = ("numpy", "scipy", "scikit-image", "scikit-learn", "torch", "deepinv")


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
    lines = [machine()]
    print(lines[0], flush=True)
    for name in wanted or cases.GROUPS:
        rows = []
        for function in cases.GROUPS[name]:
            for row in function():
                print(f"{row.problem}, {row.size:,}: {harness.told(row.ours)} "
                      + (f"{row.peer} {row.ratios[len(row.ratios) // 2]:.2f} times that"
                         if row.theirs else row.note), flush=True)
                rows.append(row)
        lines += ["", f"### {name.capitalize()}", "", *harness.table(rows)]
    print("\n".join(lines))
    page = HERE.parent.parent / "docs" / "benchmarks.md"
    if not wanted:
        text = page.read_text(encoding="utf-8")
        before, rest = text.split(BEGIN)
        page.write_text(before + BEGIN + "\n\n" + "\n".join(lines) + "\n\n" + END
                        + rest.split(END)[1], encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
