"""What the benchmark makes of its rows; the rows themselves are timings, and no test."""

import importlib.util
from pathlib import Path

import matplotlib.pyplot as plt

ROOT = Path(__file__).resolve().parent.parent.parent
SPEC = importlib.util.spec_from_file_location(
    "harness", ROOT / "tests" / "benchmarks" / "harness.py")
harness = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(harness)

WON = harness.Row("won", 4, [1.0, 1.0, 1.0], "peer", [2.0, 3.0, 2.5])
LOST = harness.Row("lost", 4, [1.0, 1.0, 1.0], "peer", [0.5, 0.6, 0.7], note="tol 1")
WORST = harness.Row("worst", 4, [1.0, 1.0, 1.0], "peer", [0.2, 0.3, 1.1])
BOUND = harness.Row("floor", 4, [1.0, 1.0, 1.0], "transforms (bound)", [0.1, 0.1, 0.1])
ALONE = harness.Row("alone", 4, [1.0])


def test_losses_come_first_and_the_worst_of_them_before():
    lines = harness.losses([WON, LOST, BOUND, ALONE, WORST])[2:]
    assert [line.split(" | ")[0] for line in lines] == ["| worst", "| lost (tol 1)"]
    assert "no difference that a run shows" in lines[0] and lines[1].endswith("| a loss |")
    assert harness.losses([WON, BOUND, ALONE]) == ["None."]


def test_the_chart_shows_the_worst_size_of_every_comparison_and_no_bound(tmp_path, monkeypatch):
    shown = []
    close = plt.close
    monkeypatch.setattr(plt, "close", lambda figure: (
        shown.extend(t.get_text() for t in figure.axes[0].get_yticklabels()), close(figure)))
    better = harness.Row("lost", 9, [1.0, 1.0, 1.0], "peer", [5000.0, 6000.0, 7000.0])
    harness.chart([WON, BOUND, better, ALONE, WORST, LOST], tmp_path / "chart.png")
    assert shown == ["worst · 4 · peer", "lost · 4 · peer", "won · 4 · peer"]
    assert (tmp_path / "chart.png").read_bytes()[:4] == b"\x89PNG"
