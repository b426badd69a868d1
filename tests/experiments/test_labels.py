"""Labels by eye: blind, complete, of certain weights, and compared with the classifier."""

import argparse
import json

import numpy as np
import pytest
from PIL import Image

torch = pytest.importorskip("torch")

from course_lib.desk.commands import ROOT, Told  # noqa: E402
from course_lib.generators import gan  # noqa: E402
from course_lib.imaging.optics import srgb_encode  # noqa: E402
from course_lib.inference import classifiers  # noqa: E402
from course_lib.worlds import ladybirds  # noqa: E402
from course_staff.experiments import labels  # noqa: E402


@pytest.fixture
def two(tmp_path, monkeypatch):
    """Two "generators" that draw renders: mostly pale ones, and mostly dark ones."""
    def draw(share, n, seed):
        return ladybirds.render(ladybirds.sample(n, share=share, seed=seed))

    for name in ("pale", "dark"):
        for end in (".md", ".safetensors"):
            (tmp_path / "generators").mkdir(exist_ok=True)
            (tmp_path / "generators" / f"{name}{end}").write_text(name, encoding="utf-8")
    listed = json.loads((ROOT / "data" / "checksums.json").read_text(encoding="utf-8"))
    (tmp_path / "checksums.json").write_text(json.dumps(listed), encoding="utf-8")
    (tmp_path / "classifiers").symlink_to(ROOT / "data" / "classifiers")
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    monkeypatch.setattr(gan, "load", {"pale": 0.05, "dark": 0.95}.get)
    monkeypatch.setattr(gan, "pictures", draw)
    return tmp_path / "generators"


def by_the_classifier(x):
    return "".join(np.where(classifiers.p_dark(x) > 0.5, "d", "p"))


def test_sheets_show_every_picture_in_an_order_that_tells_nothing(two):
    x, drawn_by = labels.blind()
    assert len(x) == 128 and sorted(set(drawn_by)) == ["dark", "pale"]
    assert 20 < np.sum(drawn_by[:64] == "dark") < 44
    assert labels.run(argparse.Namespace(out=str(two / "sheets"))) == 0
    sheets = sorted((two / "sheets").glob("*.png"))
    assert len(sheets) == 2
    with Image.open(sheets[1]) as sheet:
        assert sheet.size == (8 * 200, 8 * 200)
        # Third picture of the second row of the second sheet.
        corner = np.asarray(sheet)[200 + 4 : 400 - 4 : 3, 400 + 4 : 600 - 4 : 3] / 255
    expected = srgb_encode(x[64 + 8 + 2]).transpose(1, 2, 0)
    np.testing.assert_allclose(corner, expected, atol=0.005)


def test_agreement_is_counted_for_each_generator_and_broken_ones_apart(two):
    x, drawn_by = labels.blind()
    letters = list(by_the_classifier(x))
    first = np.flatnonzero(drawn_by == "dark")
    letters[first[0]] = "b"
    letters[first[1]] = "p" if letters[first[1]] == "d" else "d"  # a slip of the pen
    rows = ["".join(letters[i : i + 8]) for i in range(0, 128, 8)]
    (two / "labels.txt").write_text("\n".join([labels.weights(), *rows]) + "\n", encoding="utf-8")
    assert labels.compare() == {"dark": (63, 62, 1), "pale": (64, 64, 0)}
    assert labels.run(argparse.Namespace(out=None)) == 0
    text = (two / "labels.md").read_text(encoding="utf-8")
    assert "| `dark` | 63 | 62 | 1 |" in text and "| all | 127 | 126 (99.2%;" in text


@pytest.mark.parametrize(("text", "says"), [
    (None, "look at the sheets"), ("0123\nppp\n", "labels other weights"),
    ("{}\nppx\n", "must hold 128 letters")])
def test_labels_that_are_none_are_refused(two, text, says):
    if text is not None:
        (two / "labels.txt").write_text(text.format(labels.weights()), encoding="utf-8")
    with pytest.raises(Told, match=says):
        labels.read()
