"""What ships: generators that are what their cards say, on fresh pictures, and labels by eye."""

import re
import subprocess
import sys

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from course_lib.audits.measures import coverage, precision, share_interval  # noqa: E402
from course_lib.data import data_path, problems  # noqa: E402
from course_lib.desk.commands import Told  # noqa: E402
from course_lib.generators import gan  # noqa: E402
from course_lib.inference import classifiers  # noqa: E402
from course_lib.worlds import ladybirds  # noqa: E402
from course_staff.experiments import labels  # noqa: E402

NAMES = ["collapsed", "share_02", "share_10", "share_50", "share_90"]
FRESH = 31_415  # no seed of any card


def card(name):
    return data_path("generators", f"{name}.md").read_text(encoding="utf-8")


def number(name, row):
    return float(re.search(rf"\| {row}[^|]*\| ([\d.]+)", card(name)).group(1))


@pytest.fixture(scope="module")
def seen():
    """For each generator P(dark) and features of 1,000 fresh pictures."""
    def look(x):
        return classifiers.p_dark(x), classifiers.features(x)

    return {name: look(gan.pictures(gan.load(name), 1000, seed=FRESH)) for name in NAMES}


@pytest.fixture(scope="module")
def real():
    """Features of 1,000 fresh renders at equal shares."""
    beetles = ladybirds.sample(1000, share=0.5, seed=FRESH)
    return classifiers.features(ladybirds.render(beetles))


def test_all_five_are_there_and_small():
    assert gan.names() == NAMES and problems() == []
    for name in NAMES:
        assert data_path("generators", f"{name}.safetensors").stat().st_size < 4_000_000
    total = sum(file.stat().st_size for file in data_path().rglob("*") if file.is_file())
    assert total < 28_000_000


def test_a_fresh_process_loads_one_without_a_network():
    code = ("import socket, torch; from course_lib.generators import gan\n"
            "def refuse(*_): raise OSError\n"
            "socket.socket.connect = refuse\n"
            "x = gan.load('share_50')(torch.randn(2, gan.Z_DIM)); assert x.shape == (2, 3, 64, 64)")
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("name", NAMES)
def test_cards_state_the_share_that_fresh_pictures_have(seen, name):
    low, high = share_interval(int((seen[name][0] > 0.5).sum()), 1000, level=0.9999)
    assert low <= number(name, "generated share") <= high
    assert f"](./{name}.png)" in card(name) and "**Not for**" in card(name)
    assert data_path("generators", f"{name}.png").exists()


@pytest.mark.parametrize(("name", "share"), [
    ("share_50", 0.5), ("share_10", 0.1), ("share_90", 0.9)])
def test_generated_shares_follow_the_shares_shown(name, share):
    found = number(name, "generated share")
    log_odds = np.log(found / (1 - found)) - np.log(share / (1 - share))
    assert abs(log_odds) < 0.7  # a factor of two in the odds


def test_what_was_shown_least_is_drawn_less_still(seen):
    low, high = share_interval(int((seen["share_02"][0] > 0.5).sum()), 1000)
    assert 0 < low and high < 0.02 and number("share_02", "generated share") < 0.02


def test_the_balanced_one_covers_the_world_and_stays_in_it(seen, real):
    # On 2,000 pictures the balls are larger than on the card's 10,000, and as many.
    assert coverage(seen["share_50"][1], real) > 0.6 and precision(seen["share_50"][1], real) > 0.7
    assert number("share_50", "coverage") >= 0.6 and number("share_50", "precision") >= 0.7


def test_the_collapsed_one_lost_most_of_the_world(seen, real):
    good, lost = (coverage(seen[name][1], real) for name in ("share_50", "collapsed"))
    assert lost < 0.35 * good


def test_truncation_costs_variety(real):
    generator = gan.load("share_50")
    found = [coverage(classifiers.features(gan.pictures(generator, 1000, FRESH, truncation)),
                      real) for truncation in (1.0, 0.5, 0.1)]
    assert found[2] < 0.5 * found[0] and found[2] < found[1] < found[0]


def test_labels_by_eye_are_of_these_generators_and_the_classifier_agrees():
    found = labels.compare()
    clear, agreed, broken = np.sum(list(found.values()), axis=0)
    assert clear + broken >= 200 and agreed / clear >= 0.95
    text = data_path("generators", "labels.md").read_text(encoding="utf-8")
    for name, counts in found.items():
        assert f"| `{name}` | {' | '.join(map(str, counts))} |" in text


def test_labels_of_other_weights_are_noticed(monkeypatch):
    monkeypatch.setattr(labels, "weights", lambda: "0" * 12)
    with pytest.raises(Told, match="labels other weights"):
        labels.read()
