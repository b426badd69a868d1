"""What ships: denoisers that are conditional means, and what their cards say, on fresh renders."""

import re

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from course_lib.audits.measures import share_interval  # noqa: E402
from course_lib.data import data_path, problems  # noqa: E402
from course_lib.generators import denoiser  # noqa: E402
from course_lib.generators.denoiser import SPREAD  # noqa: E402
from course_lib.inference import classifiers  # noqa: E402
from course_lib.worlds import ladybirds  # noqa: E402

NAMES = ["share_10", "share_50"]
LEVELS = [0.1 * SPREAD, 0.5 * SPREAD, 2 * SPREAD, 10 * SPREAD]
FRESH = 31_415  # no seed of training or of any card


def card(name):
    return data_path("denoisers", f"{name}.md").read_text(encoding="utf-8")


def number(name, row):
    return float(re.search(rf"\| {row}[^|]*\| ([\d.]+)", card(name)).group(1))


@pytest.fixture(scope="module", params=NAMES)
def denoised(request):
    """Fresh renders (n, 3, 64, 64) and, level by level, what becomes of them in noise."""
    beetles = ladybirds.sample(100, share=int(request.param[-2:]) / 100, seed=FRESH)
    x = np.asarray(ladybirds.render(beetles), np.float32)
    D, rng = denoiser.OnArrays(denoiser.load(request.param)), np.random.default_rng(FRESH)
    return x, [D(x + t * rng.standard_normal(x.shape), t) for t in LEVELS]


def test_both_are_there_small_and_listed():
    assert denoiser.names() == NAMES and problems() == []
    for name in NAMES:
        assert data_path("denoisers", f"{name}.safetensors").stat().st_size <= 4_000_000
        assert data_path("denoisers", f"{name}.png").exists()
        assert f"](./{name}.png)" in card(name) and "**Not for**" in card(name)


def slope(x, found):
    """Of the residual on the answer, as it varies from picture to picture; its standard error."""
    residual, answer = x - found, found - found.mean(0)
    each, size = (np.sum(values, axis=(1, 2, 3)) for values in (residual * answer, answer**2))
    value = each.sum() / size.sum()
    return value, np.std(each - value * size) * np.sqrt(len(x)) / size.sum()


def test_what_is_missed_has_nothing_to_do_with_the_answer(denoised):
    # The residual of a conditional mean is orthogonal to every function of what was seen.
    x, answers = denoised
    for t, found in zip(LEVELS, answers, strict=True):
        value, error = slope(x, found)
        assert abs(value) < 0.01 + 3 * error, t
        if t <= 2 * SPREAD:  # an answer of a wrong scale is noticed
            for scale in (0.95, 1.05):
                value, error = slope(x, found.mean(0) + scale * (found - found.mean(0)))
                assert abs(value) > 0.01 + 3 * error, (t, scale)


def test_errors_rise_with_the_noise_below_what_needs_no_network(denoised):
    x, answers = denoised
    errors = [np.mean((found - x) ** 2) for found in answers]
    assert all(a < b for a, b in zip(errors, errors[1:], strict=False))
    assert all(error < t**2 for error, t in zip(errors, LEVELS, strict=True))
    assert errors[-1] < np.mean((x - x.mean(0)) ** 2)  # the mean picture's


@pytest.mark.parametrize("name", NAMES)
def test_cards_state_the_share_that_fresh_draws_have(name):
    dark = classifiers.p_dark(denoiser.pictures(denoiser.load(name), 60, FRESH)) > 0.5
    low, high = share_interval(int(dark.sum()), len(dark), level=0.9999)
    assert low <= number(name, "generated share") <= high


@pytest.mark.parametrize(("name", "share"), [("share_50", 0.5), ("share_10", 0.1)])
def test_generated_shares_follow_the_shares_shown(name, share):
    found = number(name, "generated share")
    assert abs(np.log(found / (1 - found)) - np.log(share / (1 - share))) < 0.7  # twice the odds
