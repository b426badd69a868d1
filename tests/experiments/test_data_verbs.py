"""``course data``: what it writes is what the library reads, and an interrupted record goes on."""

import argparse

import numpy as np
import pytest

from course_lib.data import problems
from course_lib.desk.commands import Told
from course_lib.inference import posterior
from course_staff.commands import VERBS
from course_staff.experiments import calibrate, data


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty data folder."""
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    return tmp_path


def arguments(*words):
    parser = argparse.ArgumentParser()
    VERBS["data"][1](parser)
    return parser.parse_args(words)


def test_posteriors_written_are_posteriors_read(folder, monkeypatch):
    found = posterior.reference(posterior.example("dark_4x4")[1], effort=0.02, minimum=1)
    monkeypatch.setattr(data, "reference", lambda y: found)
    data.posteriors(["dark_4x4"])
    assert problems() == []
    read = posterior.shipped("dark_4x4")
    np.testing.assert_array_equal(read.log_evidence, found.log_evidence)
    np.testing.assert_array_equal(read.y, found.y)
    for a, b in zip(read.forms, found.forms, strict=True):
        np.testing.assert_array_equal(a.weights, b.weights)
        np.testing.assert_allclose(a.u, b.u, atol=1e-6)
    assert read.ess(0.3) == found.ess(0.3) and read.sigma == found.sigma


def test_only_what_is_asked_for_is_made_and_everything_by_default(folder, monkeypatch):
    made = []
    monkeypatch.setattr(data.images, "rebuild", lambda: made.append("images"))
    monkeypatch.setattr(data, "posteriors", lambda: made.append("posteriors"))
    monkeypatch.setattr(data, "_trained", lambda module: lambda: made.append(module))
    assert data.run(arguments("posteriors")) == 0 and made == ["posteriors"]
    assert data.run(arguments()) == 0
    assert sorted(made[1:]) == ["casebook", "chains", "classifiers", "flips", "images", "plates",
                                "posteriors", "regression", "samplers", "searches"]
    with pytest.raises(Told, match="'beetles' is no part of data/; there are images, "):
        data.run(arguments("beetles"))


def test_a_record_of_the_calibration_goes_on_where_it_stopped(folder, monkeypatch, capsys):
    tried = []

    def case(seed, pixels):
        tried.append(seed)
        return {"seed": seed, "form": 0, "p_dark": 0.4, "p_dark_error": 0.01, "ess": 500.0,
                "seconds": 1.0, "form_rank": seed % 20, "log_likelihood_rank": seed % 20,
                "parameter_ranks": [seed % 20] * 22}

    monkeypatch.setattr(calibrate, "run_case", case)
    monkeypatch.setattr(calibrate, "p_dark", lambda y: np.full(len(y), 0.4))
    assert data.run(arguments("--calibrate", "--cases", "20")) == 0
    assert data.run(arguments("--calibrate", "--cases", "40")) == 0
    assert tried == list(range(calibrate.FIRST, calibrate.FIRST + 40))
    assert len(calibrate.read(4)) == 40 and problems() == []
    told = capsys.readouterr().out
    assert "40 cases" in told and "log-likelihood  p = 1.000" in told
    assert calibrate.read(4)[0]["seed"] == calibrate.FIRST
