"""The learned P(dark | y): calibrated on fresh pictures, at any share, from no other file."""

import shutil
import subprocess
import sys

import numpy as np
import pytest

from course_lib.audits.measures import calibration_error, coverage, expected_coverage
from course_lib.data import data_path
from course_lib.imaging.operators import Downsample
from course_lib.inference import classifiers, networks, posterior
from course_lib.inference.classifiers import SIGMA, features, p_dark
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


def test_reading_the_network_needs_no_torch():
    code = ("import sys, numpy; from course_lib.inference.classifiers import p_dark;"
            "p_dark(numpy.zeros((3, 4, 4))); sys.exit('torch' in sys.modules)")
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# Bayes errors and negative log-likelihoods as in docs/ladybirds.md, with room for chance.
@pytest.mark.parametrize(("pixels", "error", "nll"), [(4, 0.19, 0.40), (8, 0.018, 0.045)])
def test_probabilities_mean_what_they_say(fresh, pixels, error, nll):
    y, form = fresh[0][pixels], fresh[1]
    p = p_dark(y)
    assert np.mean((p > 0.5) != form) < error
    assert -np.log(np.where(form == 1, p, 1 - p)).mean() < nll
    # Chance alone gives 0.019 on so many pictures at 4 × 4.
    assert calibration_error(p, form) < 0.03
    assert p.mean() == pytest.approx(form.mean(), abs=0.02)


def test_share_moves_the_log_odds_by_its_own_and_no_more(fresh):
    y, form = fresh[0][4], fresh[1]
    keep = (form == 0) | (np.random.default_rng(1).random(len(form)) < 1 / 9)
    p = p_dark(y[keep], share=0.1)  # a world with one dark beetle in ten
    assert p.mean() == pytest.approx(form[keep].mean(), abs=0.03)
    assert calibration_error(p, form[keep]) < 0.04
    assert (p_dark(y, 0) == 0).all() and (p_dark(y, 1) == 1).all()


def test_agrees_with_the_sampled_posterior(fresh):
    for y in fresh[0][4][:2]:
        answer = posterior.reference(y, effort=0.3, minimum=30)
        assert p_dark(y) == pytest.approx(answer.p_dark(0.5), abs=0.1)


def test_batches_of_any_shape(fresh):
    y = fresh[0][8][:6]
    np.testing.assert_allclose(p_dark(y.reshape(2, 3, 3, 8, 8)).ravel(), p_dark(y))
    assert p_dark(y[0]).shape == ()


@pytest.mark.parametrize(("y", "share", "says"), [
    (np.zeros((3, 16, 16)), 0.5, "y is of shape"), (np.zeros((3, 4, 4)), 2.0, "share is 2.0")])
def test_what_is_wrong_is_said(y, share, says):
    with pytest.raises(ValueError, match=says):
        p_dark(y, share)
    with pytest.raises(ValueError, match="x is of shape"):
        features(np.zeros((3, 4, 4)))


# --- the whole picture ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def whole():
    """1,000 beetles at equal shares and their pictures of 64 pixels."""
    pytest.importorskip("torch")
    beetles = ladybirds.sample(1000, share=0.5, seed=911)
    return beetles, ladybirds.render(beetles)


def test_a_whole_picture_leaves_no_doubt_and_says_so(whole):
    beetles, x = whole
    p = p_dark(x)
    assert np.mean((p > 0.5) == beetles.form) >= 0.998  # 20,000 others: docs/posterior.md
    assert calibration_error(p, beetles.form) < 0.005
    noisy = x + 0.03 * np.random.default_rng(1).standard_normal(x.shape)
    assert np.mean((p_dark(noisy) > 0.5) == beetles.form) >= 0.995


def test_features_are_of_the_picture_and_tell_more_than_its_form(whole):
    beetles, x = whole
    found = features(x)
    assert found.shape == (1000, 64)
    np.testing.assert_allclose(features(x[:6].reshape(2, 3, 3, 64, 64)).reshape(6, 64), found[:6],
                               atol=1e-4)
    # A linear reading of half of the beetles tells the parameters of the other half.
    table = np.column_stack([np.ones(1000), found, beetles.form, beetles.form[:, None] * found])
    for name, least in (("angle", 0.9), ("brightness", 0.6), ("hue", 0.6), ("scale", 0.8),
                        ("number", 0.7), ("extent", 0.7), ("leaf_hue", 0.7)):
        target = beetles[name]
        weights, *_ = np.linalg.lstsq(table[:500], target[:500])
        left = np.var(target[500:] - table[500:] @ weights) / np.var(target[500:])
        assert 1 - left > least, name


def test_two_halves_of_the_world_cover_each_other_and_one_form_does_not(whole):
    beetles, x = whole
    found = features(x)
    halves = found[:500], found[500:]
    assert coverage(*halves) == pytest.approx(expected_coverage(500, 500), abs=0.05)
    dark = found[beetles.form == 1][:400]
    pale = found[beetles.form == 0][:400]
    assert coverage(dark, pale) < 0.05


def test_the_recipe_trains_a_recogniser_and_the_same_one_twice():
    torch = pytest.importorskip("torch")
    from course_lib.inference.recogniser import Recogniser
    from course_staff.experiments.classifiers import train_recogniser

    torch.set_num_threads(1)
    first, again = (train_recogniser(100, steps=10, seed=1) for _ in range(2))
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), again.parameters(),
                                                 strict=True))
    network = train_recogniser(600, steps=120, seed=1)
    assert isinstance(network, Recogniser)
    beetles = ladybirds.sample(300, share=0.5, seed=912)
    with torch.no_grad():
        said = network(torch.from_numpy(ladybirds.render(beetles)))[:, 0].numpy()
    assert np.mean((said > 0) == beetles.form) > 0.7


@pytest.mark.parametrize("pixels", [4, 64])
def test_a_flipped_byte_is_refused(tmp_path, monkeypatch, pixels):
    if pixels == 64:
        from course_lib.inference.recogniser import shipped

        shipped.cache_clear()
    for name in ("classifiers", "checksums.json"):
        source = data_path(name)
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / name)
    file = tmp_path / "classifiers" / f"dark_{pixels}x{pixels}.safetensors"
    content = bytearray(file.read_bytes())
    content[-100] ^= 1
    file.write_bytes(content)
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    classifiers._layers.cache_clear()
    with pytest.raises(ValueError, match=f"dark_{pixels}x{pixels}.safetensors is not the file"):
        p_dark(np.zeros((3, pixels, pixels)))


def test_recipe_trains_a_classifier_and_folds_in_its_scaling(tmp_path):
    torch = pytest.importorskip("torch")
    from course_staff.experiments.classifiers import small_pictures, train
    from course_staff.experiments.fitting import numbered, store

    torch.set_num_threads(1)
    x, form = small_pictures(300, seed=1)
    network, again = (train(x[4], form, steps=150, seed=1) for _ in range(2))
    assert all(torch.equal(a, b) for a, b in zip(network.parameters(), again.parameters(),
                                                 strict=True))
    file = tmp_path / "network.safetensors"
    store(numbered(network), file)
    assert np.mean((classifiers.log_odds(x[4], networks.dense(file)) > 0) == form) > 0.75
