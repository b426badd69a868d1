"""The enhancer: crisp whatever it is shown, and its training lowers the loss and repeats."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from torch.nn import functional  # noqa: E402

from course_lib.generators import plate_enhancer  # noqa: E402
from course_lib.generators.plate_enhancer import enhance, legible  # noqa: E402
from course_lib.imaging.operators import Downsample  # noqa: E402
from course_lib.inference.plate_posterior import simulate  # noqa: E402
from course_lib.worlds import plates  # noqa: E402
from course_staff import commands  # noqa: E402
from course_staff.experiments import plates as staff  # noqa: E402
from course_staff.experiments import train  # noqa: E402


def test_batches_of_any_shape():
    y = np.stack([simulate(seed)[1] for seed in range(6)])
    together = enhance(y.reshape(2, 3, 1, 6, 28))
    assert together.shape == (2, 3, 1, 48, 224)
    np.testing.assert_allclose(together[1, 2], enhance(y[5]), atol=1e-4)
    for wrong in (np.zeros((1, 6, 27)), np.zeros((6, 28))):
        with pytest.raises(ValueError, match="y is of shape"):
            enhance(wrong)
    with pytest.raises(ValueError, match="contrast is"):
        enhance(y, 0.0)


def test_a_plain_picture_is_read_as_it_is_written():
    some = plates.sample(50, seed=1)
    centred = plates.from_strings(plates.read(some))
    strings, likeness = legible(plates.render(centred))
    assert strings == plates.read(some) and likeness == pytest.approx(1)


def test_a_picture_without_contrast_has_an_answer_too():
    with np.errstate(all="raise"):
        assert np.isfinite(enhance(np.full((1, 6, 28), 0.5))).all()


def test_contrast_makes_crisp_and_adds_no_reading():
    y = np.stack([simulate(seed)[1] for seed in range(40)])
    ink = [(x - x.min()) / (x.max() - x.min()) for x in (
        np.concatenate([cell.ravel() for cell in plates.cells(enhance(y, contrast)[:, 0])])
        for contrast in (1.0, 12.0))]
    between = [np.mean((values > 0.1) & (values < 0.9)) for values in ink]
    assert between[1] < 0.35 * between[0]


def test_it_reads_clean_pictures_and_no_better_than_the_pixels_allow():
    """Without noise nearly all is right; with it 45 % (the exact posterior: 60 %)."""
    some = plates.sample(400, seed=2)
    y = Downsample(8)(plates.render(some))
    noisy = y + 0.08 * np.random.default_rng(0).standard_normal(y.shape)
    right = [np.mean([a == b for a, b in zip(legible(enhance(seen))[0], plates.read(some),
                                             strict=True)]) for seen in (y, noisy)]
    assert right[0] > 0.9 and 0.35 < right[1] < 0.6


def test_training_lowers_the_loss_and_repeats(monkeypatch):
    monkeypatch.setattr(staff, "POOL", 500)
    first, again = (staff.train(steps=30, seed=3) for _ in range(2))
    rng, pool = np.random.default_rng(9), plates.sample(100, seed=4)
    seen, ink = staff.pairs(pool, Downsample(8)(plates.render(pool)), rng)
    with torch.no_grad():
        start, end = (functional.binary_cross_entropy_with_logits(network(seen), ink)
                      for network in (plate_enhancer.Enhancer(), first))
        assert end < 0.9 * start
        torch.testing.assert_close(first(seen), again(seen))


def test_the_command_reaches_the_recipe(monkeypatch):
    import argparse

    parser, called = argparse.ArgumentParser(), []
    commands.train_arguments(parser)
    monkeypatch.setattr(staff, "enhancer", lambda: called.append(True))
    assert train.run(parser.parse_args(["enhancer"])) == 0 and called == [True]
