"""The programs of lesson `pulse`: the sound one is, and decisions show in what it returns."""

import numpy as np
import pytest

from course_lib.audits.suspects import (
    EPSILON,
    best,
    picture_fault,
    program,
    residual,
    seed_fault,
    shrink,
    sound,
    survives,
    try_on,
    verdict_fault,
)
from course_lib.imaging.operators import Downsample
from course_lib.inference.latents import tiny_generator

INPUTS = np.stack([shrink(tiny_generator([0.3, -1.0, 0.5, 0.8])), [1, 0, 1, 0, 0, 1, 0, 1.0]])


def test_the_camera_takes_block_averages():
    x = np.random.default_rng(0).random((3, 64))
    blocks = Downsample((4, 2))(x.reshape(3, 1, 8, 8)).reshape(3, 8)
    np.testing.assert_allclose(shrink(x), blocks)


def test_the_sound_program_tells_the_truth():
    found = program()(INPUTS, starts=6)
    np.testing.assert_allclose(found.residuals, residual(found.pictures, INPUTS[:, None]))
    np.testing.assert_array_equal(found.met, found.residuals <= EPSILON)
    assert found.met[0].all() and not found.met[1].any()


def test_seeds_starts_and_company():
    run = program()
    one, again, other = (run(INPUTS, starts=3, seed=seed).pictures for seed in (0, 0, 1))
    np.testing.assert_array_equal(one, again)
    assert np.abs(one - other).max() > 0.01 and np.abs(one[0, 0] - one[0, 1]).max() > 1e-3
    np.testing.assert_allclose(program(together=1)(INPUTS, starts=3).pictures, one, atol=1e-12)


def test_the_last_step_is_rarely_the_best():
    def last(way, residuals):
        return way[-1], residuals[-1]

    good, faulty = (program(choose=choose)(INPUTS[:1], starts=50) for choose in (best, last))
    assert np.mean(good.residuals < faulty.residuals) > 0.5


def test_starts_are_returned_in_the_order_asked_for():
    found = program(arrange=lambda r: r.argsort(1))(INPUTS, starts=5)
    assert (np.diff(found.residuals) >= 0).all()
    np.testing.assert_allclose(found.residuals, residual(found.pictures, INPUTS[:, None]))


def test_a_check_passes_refuses_or_is_told_off():
    def never(run):
        raise AssertionError("no")

    def broken(run):
        raise KeyError("y")

    def unwritten(run):
        raise NotImplementedError

    assert survives(program(), lambda run: None) and not survives(program(), never)
    with pytest.raises(AssertionError, match="broken must raise AssertionError.*KeyError"):
        survives(program(), broken)
    with pytest.raises(AssertionError, match="unwritten is not written yet"):
        survives(program(), unwritten)
    with pytest.raises(AssertionError, match="returns False; it must `assert`"):
        survives(program(), lambda run: np.False_)
    assert survives(program(), lambda run: np.True_)


def test_a_check_may_be_an_instance_of_a_class():
    class Never:
        def __call__(self, run):
            raise AssertionError("no")

    class Always:
        def __call__(self, run):
            return None

    with pytest.raises(AssertionError, match="your check refuses a sound program"):
        try_on(Never(), {"good": sound}, {})
    with pytest.raises(AssertionError, match="your check lets a program pass"):
        try_on(Always(), {"good": sound}, {"faulty": seed_fault})


def test_each_of_the_three_breaks_its_own_promise_only():
    mixed = np.stack([INPUTS[0], INPUTS[1], INPUTS[0]])

    def seeds(run):
        np.testing.assert_array_equal(run(mixed).pictures, run(mixed).pictures)

    def pictures(run):
        found = run(mixed, starts=4, seed=1)
        np.testing.assert_allclose(found.residuals, residual(found.pictures, mixed[:, None]))

    def verdicts(run):
        found = run(mixed, starts=4, seed=1)
        np.testing.assert_array_equal(found.met, found.residuals <= EPSILON)

    faults = {seeds: seed_fault, pictures: picture_fault, verdicts: verdict_fault}
    for check, its_own in faults.items():
        others = {other.__name__: run for other, run in faults.items() if other is not check}
        good = {"good": sound, **others}
        try_on(check, good, {"faulty": its_own})
        with pytest.raises(AssertionError, match="refuses a sound program faulty"):
            try_on(check, {"faulty": its_own}, {})
        with pytest.raises(AssertionError, match="lets a program pass good"):
            try_on(check, {}, good)
