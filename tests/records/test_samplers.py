"""The record of `todays_samplers`: complete, repeatable, and read as what it is."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from course_lib.audits.fairness import LADDER  # noqa: E402
from course_lib.audits.hallucination import null_part  # noqa: E402
from course_lib.audits.measures import ranks, uniformity  # noqa: E402
from course_lib.data import checksum, data_path, read_rows  # noqa: E402
from course_lib.generators import denoiser  # noqa: E402
from course_lib.inference import guidance  # noqa: E402
from course_lib.records import casebook, flips, samplers  # noqa: E402
from course_staff.experiments import samplers as experiment  # noqa: E402

TRUTHS = 2 * samplers.SOME * flips.BLOCK


@pytest.fixture(scope="module")
def prior():
    torch.set_num_threads(1)
    return denoiser.OnArrays(denoiser.load("share_10"))


def test_the_record_is_complete_and_of_these_weights():
    rows = {kind: read_rows(data_path("samplers", f"{kind}.jsonl"))
            for kind in ("single", "draws")}
    weights = {name: checksum(data_path("denoisers", f"{name}.safetensors"))[:12]
               for name in samplers.SHARES}
    assert all(row["weights"] == weights[row["name"]] for some in rows.values() for row in some)
    for kind, job in experiment._jobs():
        assert sum(job.items() <= row.items() for row in rows[kind]) == 1, job
    assert samplers.names() == list(samplers.SHARES)


@pytest.mark.parametrize("name", samplers.SHARES)
@pytest.mark.parametrize("method", ["pigdm", "dps"])
def test_every_truth_has_one_answer(name, method):
    told = samplers.recorded(name, method)
    np.testing.assert_array_equal(told["truth"], np.arange(2 * flips.EACH))
    assert ((told["found"] >= 0) & (told["found"] <= 1)).all() and (told["residual"] > 0).all()


def test_answers_miss_their_pixels_by_about_the_noise():
    off = np.sqrt(samplers.recorded("share_50", "pigdm")["residual"].mean())
    assert 0.8 * flips.SIGMA < off < 1.3 * flips.SIGMA
    own = samplers.draws("share_50", "pigdm")["own residual"]
    assert np.sqrt(own.mean()) == pytest.approx(flips.SIGMA, rel=0.05)


def test_more_guidance_is_nearer_to_the_pixels():
    for method in ("pigdm", "dps"):
        off = [samplers.recorded("share_10", method, strength)["residual"].mean()
               for strength in samplers.dial("share_10", method)[:4]]
        assert (np.diff(off) < 0).all()


@pytest.mark.parametrize("method", ["pigdm", "dps"])
def test_a_block_can_be_repeated_alone(prior, method):
    rows = slice(4, 12)
    _, y = samplers.seen(3)
    x = samplers.answer(prior, method, y, 3)
    found = samplers.read(x, y)
    told = samplers.recorded("share_10", method)
    own = np.isin(told["truth"], flips.block(3))
    np.testing.assert_allclose(found["residual"][rows], told["residual"][own][rows], rtol=0.05)
    assert np.mean((found["found"] > 0.5) == (told["found"][own] > 0.5)) > 0.9


def test_seen_scales_the_same_noise():
    x, y = samplers.seen(2)
    np.testing.assert_allclose(y, flips.truths()[1][flips.block(2)])
    half = samplers.seen(2, flips.SIGMA / 2)[1]
    np.testing.assert_allclose(2 * (half - samplers.CAMERA(x)), y - samplers.CAMERA(x))


@pytest.mark.parametrize("method", samplers.METHODS)
def test_draws_hold_what_ranks_need(method):
    told = samplers.draws("share_50", method)
    assert told["found"].shape == (TRUTHS, samplers.DRAWS) == told["error"].shape
    assert (told["mean error"] < told["error"].mean(axis=1)).all()
    if method == "twisted":
        assert ((told["dark"] >= 0) & (told["dark"] <= 1 + 1e-9)).all()
        assert (told["ess"] >= 1 - 1e-6).all() and (told["ess"] <= samplers.PARTICLES).all()


def test_recorded_detail_is_what_the_camera_does_not_see():
    truth, _ = samplers.seen(0)
    own = samplers.draws("share_50", "pigdm")["own detail"]
    rows = np.isin(samplers.draws("share_50", "pigdm")["truth"], flips.block(0))
    hidden = null_part(samplers.CAMERA, truth)
    np.testing.assert_allclose(own[rows], np.std(hidden, axis=(-3, -2, -1)), atol=1e-5)


def test_ranks_of_detail_acquit_the_reference_and_no_sampler():
    bank = casebook.shipped()
    nine = np.stack([bank.draws(i, samplers.DRAWS) for i in range(len(bank.y))])
    detail, own = (np.std(null_part(samplers.CAMERA, x), axis=(-3, -2, -1))
                   for x in (nine, bank.truth))
    assert uniformity(ranks(own, detail.T, rng=0), samplers.DRAWS)[2] > 0.01
    for method in samplers.METHODS:
        told = samplers.draws("share_50", method)
        found = ranks(told["own detail"], told["detail"].T, rng=0)
        assert uniformity(found, samplers.DRAWS)[2] < 1e-6 and found.mean() > samplers.DRAWS / 2


def test_cells_are_the_four_rungs_of_the_same_truths():
    for cells in samplers.cells("share_10", "pigdm"):
        assert set(cells) == set(LADDER)
        assert all(len(p) == TRUTHS // 2 and ((p >= 0) & (p <= 1)).all() for p in cells.values())
    dark, pale = samplers.cells("share_10", "pigdm")
    assert np.mean(dark[1, 0, 0]) > np.mean(dark[0, 0, 0])  # a smaller share loses more dark ones
    assert np.mean(pale[1, 0, 0]) < np.mean(pale[0, 0, 0])


def test_levels_lead_from_drowning_noise_to_none():
    t = samplers.levels()
    assert len(t) == samplers.LEVELS and t[0] == pytest.approx(denoiser.LARGEST)
    assert t[-1] == pytest.approx(denoiser.FINEST) and isinstance(
        samplers.guide("dps", np.zeros((1, 3, 4, 4))), guidance.DPS)


@pytest.mark.parametrize("wrong", [("share_10", "pigdm", 3.3), ("nobody", "pigdm"),
                                   ("share_10", "dps", None, 0.3)])
def test_what_was_not_recorded_is_refused(wrong):
    with pytest.raises(ValueError, match="a record is of"):
        samplers.recorded(*wrong)
    with pytest.raises(ValueError, match="method is"):
        samplers.guide("ddrm", np.zeros((1, 3, 4, 4)))
