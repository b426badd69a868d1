"""Recorded searches of lesson `pulse`: they belong to the generators, and the panel tells them."""

import re

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from course_lib.data import checksum, data_path  # noqa: E402
from course_lib.generators import gan, pulse  # noqa: E402
from course_lib.imaging.operators import Downsample  # noqa: E402
from course_lib.notebook.explorers.pulse import recorded_searches  # noqa: E402
from course_staff.experiments.searches import few_colours  # noqa: E402

NAMES = sorted(path.stem for path in data_path("pulse").glob("*.npz"))


@pytest.mark.parametrize("name", NAMES)
def test_records_belong_to_the_generator_that_ships(name):
    record = pulse.recorded(name)
    weights = checksum(data_path("generators", f"{name}.safetensors"))
    assert record["weights"] == weights, "the generator has changed: run `course data pulse`"
    n = len(record["audit_form"])
    assert all(len(x) == n for key, x in record.items() if key.startswith("audit_"))
    assert (record["audit_residual"] > 0).all() and record["audit_form"].mean() == 0.5
    assert record["explorer_residual"].shape[:2] == (len(pulse.TRUTHS), 2)


def test_the_lessons_generator_has_records_of_everything():
    assert pulse.MAIN in NAMES and "survival_dark" in pulse.recorded(pulse.MAIN)
    assert sum(data_path("pulse", f"{name}.npz").stat().st_size for name in NAMES) < 1.5e6


def test_a_recorded_picture_has_its_residual_but_for_its_colours():
    record = pulse.recorded(pulse.MAIN)
    for row, name in enumerate(pulse.TRUTHS):
        x = pulse.recorded_picture(record, row, 0, 0)
        residual = np.mean((Downsample(8)(x - pulse.truth(name))) ** 2)
        assert residual == pytest.approx(record["explorer_residual"][row, 0, 0], rel=0.15, abs=1e-4)


def test_few_colours_are_enough():
    x = pulse.truth("pale 1")
    palette, index = few_colours(x)
    record = {"explorer_palette": palette[None, None, None],
              "explorer_index": index[None, None, None]}
    assert np.sqrt(np.mean((pulse.recorded_picture(record, 0, 0, 0) - x) ** 2)) < 0.015


def test_the_panel_says_what_it_shows():
    panel = recorded_searches()
    for scene, factor, start in (("dark 2", 8, 1), ("tomato", 16, 2)):
        for name, value in {"scene": scene, "factor": factor, "start": start}.items():
            panel.controls[name].value = value
        generator = panel.values["generator"]
        at = list(pulse.TRUTHS).index(scene), (8, 16).index(factor), start - 1
        residual = pulse.recorded(generator)["explorer_residual"][at]
        alt = re.search(r'alt="([^"]*)"', panel.view.value).group(1)
        assert f"{255 * residual**0.5:.1f} grey levels" in alt and "the truth is not shown" in alt
        assert ("ε met" in alt) == pulse.met(residual)
    panel.controls["reveal"].value = True
    assert "beside the truth" in panel.view.value


@pytest.mark.parametrize("name", NAMES)
def test_what_shows_the_allowed_number_is_called_met(name):
    """A search ends at ε on either side, so none that shows 11.4 grey levels may be "not met"."""
    residual = pulse.recorded(name)["explorer_residual"]
    shown, allowed = (np.round(255 * np.sqrt(r), 1) for r in (residual, pulse.EPSILON))
    np.testing.assert_array_equal(pulse.met(residual), shown <= allowed)


def test_an_unknown_scene_is_named():
    with pytest.raises(ValueError, match="name is 'teapot'"):
        pulse.truth("teapot")


def test_names_of_generators_are_known():
    assert set(NAMES) <= set(gan.names())
