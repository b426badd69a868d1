"""The learned P(rare | y): calibrated on fresh pictures, at any share, from no other file."""

import doctest
import shutil
import subprocess
import sys

import numpy as np
import pytest

from course_lib import classifiers, posterior
from course_lib.classifiers import SIGMA, p_rare
from course_lib.data import data_path
from course_lib.measures import calibration_error
from course_lib.operators import Downsample
from course_lib.worlds import ladybirds


@pytest.fixture(scope="module")
def fresh():
    """2,000 beetles at equal shares: noisy pictures by number of pixels, and forms."""
    beetles = ladybirds.sample(2000, share=0.5, seed=909)
    eight = np.concatenate([Downsample(4)(ladybirds.render(beetles[i : i + 500], 32))
                            for i in range(0, 2000, 500)])
    rng = np.random.default_rng(910)
    noisy = {pixels: x + SIGMA * rng.standard_normal(x.shape)
             for pixels, x in ((4, Downsample(2)(eight)), (8, eight))}
    return noisy, beetles.form


def test_examples():
    assert doctest.testmod(classifiers).failed == 0


def test_reading_the_network_needs_no_torch():
    code = ("import sys, numpy; from course_lib.classifiers import p_rare;"
            "p_rare(numpy.zeros((3, 4, 4))); sys.exit('torch' in sys.modules)")
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# Bayes errors and negative log-likelihoods as in docs/ladybirds.md, with room for chance.
@pytest.mark.parametrize(("pixels", "error", "nll"), [(4, 0.19, 0.40), (8, 0.018, 0.045)])
def test_probabilities_mean_what_they_say(fresh, pixels, error, nll):
    y, form = fresh[0][pixels], fresh[1]
    p = p_rare(y)
    assert np.mean((p > 0.5) != form) < error
    assert -np.log(np.where(form == ladybirds.RARE, p, 1 - p)).mean() < nll
    # Chance alone gives 0.019 on so many pictures at 4 × 4.
    assert calibration_error(p, form) < 0.03
    assert p.mean() == pytest.approx(form.mean(), abs=0.02)


def test_share_moves_the_log_odds_by_its_own_and_no_more(fresh):
    y, form = fresh[0][4], fresh[1]
    keep = (form == ladybirds.COMMON) | (np.random.default_rng(1).random(len(form)) < 1 / 9)
    p = p_rare(y[keep], share=0.1)  # a world with one rare beetle in ten
    assert p.mean() == pytest.approx(form[keep].mean(), abs=0.03)
    assert calibration_error(p, form[keep]) < 0.04
    assert (p_rare(y, 0) == 0).all() and (p_rare(y, 1) == 1).all()


def test_agrees_with_the_sampled_posterior(fresh):
    for y in fresh[0][4][:2]:
        answer = posterior.reference(y, effort=0.3, minimum=30)
        assert p_rare(y) == pytest.approx(answer.p_rare(0.5), abs=0.1)


def test_batches_of_any_shape(fresh):
    y = fresh[0][8][:6]
    np.testing.assert_allclose(p_rare(y.reshape(2, 3, 3, 8, 8)).ravel(), p_rare(y))
    assert p_rare(y[0]).shape == ()


@pytest.mark.parametrize(("y", "share", "says"), [
    (np.zeros((3, 16, 16)), 0.5, "y is of shape"), (np.zeros((3, 4, 4)), 2.0, "share is 2.0")])
def test_what_is_wrong_is_said(y, share, says):
    with pytest.raises(ValueError, match=says):
        p_rare(y, share)


def test_a_flipped_byte_is_refused(tmp_path, monkeypatch):
    for name in ("classifiers", "checksums.json"):
        source = data_path(name)
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / name)
    file = tmp_path / "classifiers" / "rare_4x4.safetensors"
    content = bytearray(file.read_bytes())
    content[-100] ^= 1
    file.write_bytes(content)
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    classifiers._layers.cache_clear()
    with pytest.raises(ValueError, match="rare_4x4.safetensors is not the file that the course"):
        p_rare(np.zeros((3, 4, 4)))


def test_recipe_trains_a_classifier_and_folds_in_its_scaling():
    torch = pytest.importorskip("torch")
    from course_staff.classifiers import small_pictures, train

    torch.set_num_threads(1)
    x, form = small_pictures(300, seed=1)
    layers = train(x[4], form, steps=150, seed=1)
    values = x[4].reshape(300, -1)
    for k in range(4):
        values = values @ layers[f"weight{k}"].T.astype(float) + layers[f"bias{k}"]
        values = values / (1 + np.exp(-values)) if k < 3 else values
    assert np.mean((values[:, 0] > 0) == form) > 0.75
    again = train(x[4], form, steps=150, seed=1)
    assert all((layers[name] == again[name]).all() for name in layers)
