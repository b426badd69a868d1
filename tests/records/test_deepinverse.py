"""What DeepInverse computes, in closed form, is what `guidance` does; and the page is the record.

None of it needs DeepInverse: a run of deepinverse.py holds that to the same formulas.
"""

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest

from course_lib.inference import guidance
from course_lib.inference.posterior import Mixture
from course_lib.records import flips, samplers

ROOT = Path(__file__).resolve().parent.parent.parent
SPEC = importlib.util.spec_from_file_location(
    "deepinverse", ROOT / "tests" / "benchmarks" / "deepinverse.py")
deepinverse = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(deepinverse)

FORMS = Mixture([0.8, 0.2], [[-1.0, 0.0], [1.0, 0.0]], [np.diag([0.09, 0.25])] * 2)
A, SIGMA, T, S = np.array([[1.0, 0.6]]), 0.6, 0.7, 0.4
D = guidance.MixtureDenoiser(FORMS)
X, Y = np.random.default_rng(0).normal(size=(6, 2)), np.linspace(-1, 1, 6)[:, None]


@pytest.fixture(scope="module")
def record():
    return json.loads(deepinverse.RECORD.read_text(encoding="utf-8"))


def ours(guide, stochastic=True):
    """A step from T to S, then the denoiser, which `draw` ends with; the noise it drew."""
    x = guidance.draw(D, X.shape, 3, guide, [T, S], stochastic, start=X)
    return x, np.random.default_rng(3).standard_normal(X.shape)


def last(x, slope_of):
    """The last step, from S to no noise."""
    x0, slope = slope_of(x, S)
    return deepinverse.step(x, x0, slope, S, 0.0, 0.0)


@pytest.mark.parametrize("weight", [1.0, 0.4])
def test_a_step_of_pigdm_is_deepinverses(weight):
    def slope_of(x, t):
        x0, slope = deepinverse.pigdm_slope(D, A, Y, SIGMA, x, t)
        return x0, weight * slope

    found, noise = ours(guidance.PiGDM(A, Y, SIGMA, 1.0, weight))
    moved = deepinverse.step(X, *slope_of(X, T), T, S, noise)
    np.testing.assert_allclose(found, last(moved, slope_of), atol=1e-12)


def test_a_step_of_dps_is_deepinverses_where_its_weight_follows_the_levels():
    def slope_of(x, t):
        x0, slope = deepinverse.dps_slope(D, A, Y, x, t)
        return x0, deepinverse.dps_weight(0.3, t, S if t == T else 0.0) * slope

    found, noise = ours(guidance.DPS(A, Y, 0.3))
    moved = deepinverse.step(X, *slope_of(X, T), T, S, noise)
    np.testing.assert_allclose(found, last(moved, slope_of), atol=1e-12)


def test_a_step_of_the_flow_moves_x_by_the_strength_too():
    x0, slope = deepinverse.dps_slope(D, A, Y, X, T)
    weight = deepinverse.dps_weight(0.3, T, S, stochastic=False)
    theirs = X + T**2 * (1 - S / T) * ((x0 - X) / T**2 - weight * slope)
    free = X + (1 - S / T) * (x0 - X)
    np.testing.assert_allclose(theirs, free - 0.3 * slope, atol=1e-12)


def test_all_that_means_the_same_agreed(record):
    assert {row["where"].split("`")[1] for row in record["agreement"] if "`" in row["where"]} == {
        *samplers.SHARES}
    for row in record["agreement"]:
        bound = deepinverse.CHAIN if "chain" in row["what"] else deepinverse.STEP
        assert row["difference"] <= row["bound"] == bound, row["what"]


def test_the_page_shows_what_was_recorded(record):
    text = deepinverse.PAGE.read_text(encoding="utf-8")
    written = text.split(deepinverse.BEGIN)[1].split(deepinverse.END)[0]
    assert written.strip("\n") == "\n".join(deepinverse.page(record)).strip("\n")


def test_the_beetles_are_those_of_our_own_record(record):
    rows = {(row["name"], row["key"]): row for row in record["audit"]}
    for name in samplers.SHARES:
        pale, dark = samplers.cells(name, "pigdm")[::-1]
        row = rows[name, "pigdm"]
        assert row["n"] == len(dark[1, 1, 1]) == len(pale[1, 1, 1]) == samplers.SOME * flips.BLOCK
        assert row["dark to pale"] == dark[1, 1, 1].sum()
        assert row["pale to dark"] == pale[1, 1, 1].sum()


def test_versions_are_those_pinned(record):
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    for name in ("deepinv", "torch", "torchvision", "numpy"):
        assert f"\n{name}=={record['versions'][name]}" in lock
