"""The regressor: nearly the posterior mean, as its recorded errors and fresh pictures say."""

import shutil

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from course_lib.data import data_path  # noqa: E402
from course_lib.inference import regression  # noqa: E402
from course_lib.inference.posterior import shipped, simulate  # noqa: E402
from course_lib.inference.regression import errors, regress  # noqa: E402
from course_lib.worlds import ladybirds  # noqa: E402
from course_staff import commands  # noqa: E402
from course_staff.experiments import regression as staff  # noqa: E402
from course_staff.experiments import train  # noqa: E402


def test_batches_of_any_shape():
    y = np.stack([simulate(seed)[1] for seed in range(6)])
    together = regress(y.reshape(2, 3, 3, 4, 4))
    assert together.shape == (2, 3, 3, 64, 64)
    # Single precision: sums of a batch of one may be ordered otherwise.
    np.testing.assert_allclose(together[1, 2], regress(y[5]), atol=5e-6)
    with pytest.raises(ValueError, match="y is of shape"):
        regress(np.zeros((3, 8, 8)))


def test_a_damaged_file_is_refused(tmp_path, monkeypatch):
    shutil.copytree(data_path(), tmp_path / "data")
    file = tmp_path / "data" / "regressors" / "mse_4x4.safetensors"
    file.write_bytes(file.read_bytes()[:-1] + b"?")
    monkeypatch.setenv("COURSE_DATA", str(tmp_path / "data"))
    regression.shipped.cache_clear()
    with pytest.raises(ValueError, match="is not the file that the course shipped"):
        regress(np.zeros((3, 4, 4)))
    regression.shipped.cache_clear()


def test_it_is_nearer_to_the_posterior_mean_than_the_truth_is():
    for name in ("sixteen_pixels", "pale_4x4", "dark_4x4"):
        answer = shipped(name)
        off = np.sqrt(np.mean((regress(answer.y) - answer.mean(0.5)) ** 2))
        assert off < 0.3 * np.sqrt(np.mean(answer.sd(0.5) ** 2))


def test_recorded_errors_obey_their_laws():
    found = errors()
    assert len(found["seed"]) == 200 == len(set(found["seed"])) and found["draw"].shape[1] == 22
    mean = found["mean"].mean()
    for sharp in ("one", "sample"):  # a posterior sample errs twice as much
        assert found[sharp].mean() / mean == pytest.approx(2, abs=0.15)
    assert found["spread"].mean() == pytest.approx(mean, rel=0.1)
    # The error of any estimate is the mean's plus its distance from the mean.
    total = mean + found["network_to_mean"].mean()
    assert found["network"].mean() == pytest.approx(total, rel=0.05)
    assert 1 < found["network"].mean() / mean < 1.1


def test_a_recorded_row_is_what_the_recipe_computes():
    row = staff.measure(int(errors()["seed"][0]))
    for name, values in errors().items():
        if name != "seconds":
            np.testing.assert_allclose(row[name], values[0], rtol=1e-3, atol=1e-4)
    beetle = ladybirds.Ladybirds(np.array([row["draw_form"]]), np.array([row["draw"]], np.float32))
    x = ladybirds.render(simulate(row["seed"])[0])[0]
    assert np.mean((ladybirds.render(beetle)[0] - x) ** 2) == pytest.approx(row["one"], rel=1e-3)


def test_training_lowers_the_error_and_repeats():
    first, again = (staff.train(steps=12, seed=3) for _ in range(2))
    x, y = staff.pairs(64, np.random.default_rng(9))
    with torch.no_grad():
        start = torch.mean((regression.Regressor()(y) - x) ** 2)
        end = torch.mean((first(y) - x) ** 2)
        assert end < 0.95 * start
        torch.testing.assert_close(first(y), again(y))


def test_the_command_reaches_the_recipe(monkeypatch):
    import argparse

    parser, called = argparse.ArgumentParser(), []
    commands.train_arguments(parser)
    monkeypatch.setattr(staff, "rebuild", lambda: called.append(True))
    assert train.run(parser.parse_args(["regressors"])) == 0 and called == [True]
