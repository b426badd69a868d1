"""Answers of searches, read by eye: blind, whole, and agreement beyond chance."""

import numpy as np
import pytest
from PIL import Image

torch = pytest.importorskip("torch")

from sklearn.metrics import cohen_kappa_score  # noqa: E402

from course_lib.desk.commands import ROOT, Told  # noqa: E402
from course_lib.inference import classifiers  # noqa: E402
from course_lib.worlds import ladybirds  # noqa: E402
from course_staff.experiments import study, study_reading  # noqa: E402
from course_staff.experiments.images import record  # noqa: E402
from course_staff.experiments.train import codes, tiled  # noqa: E402


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Ten "generators" whose answers are renders, five pale ones above five dark ones."""
    (tmp_path / "study").mkdir()
    text = (ROOT / "data" / "checksums.json").read_text(encoding="utf-8")
    (tmp_path / "checksums.json").write_text(text, encoding="utf-8")
    (tmp_path / "classifiers").symlink_to(ROOT / "data" / "classifiers")
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    for i, member in enumerate(m for m in study.MEMBERS if m.chained):
        x = ladybirds.render(ladybirds.sample(10, seed=i, form=np.repeat([0, 1], 5)))
        tiled(codes(x), columns=5).save(tmp_path / "study" / f"{member.name}.webp", lossless=True)
    record("study")
    return tmp_path / "study"


def test_the_answers_are_the_pictures_that_were_kept(folder):
    x = ladybirds.render(ladybirds.sample(10, seed=3, form=np.repeat([0, 1], 5)))
    np.testing.assert_array_equal(study_reading.answers()[30:40], codes(x))


def test_the_order_tells_nothing_and_every_picture_is_there(folder, tmp_path, capsys):
    pixels, rendered = study_reading.blind()
    assert len(pixels) == 200 and rendered.sum() == 100 and 30 < rendered[:100].sum() < 70
    assert len(np.unique(pixels.reshape(200, -1), axis=0)) == 200
    kept = {x.tobytes() for x in study_reading.answers()}
    assert all((x.tobytes() in kept) != real for x, real in zip(pixels, rendered, strict=True))
    study_reading.write_sheets(tmp_path / "sheets")
    assert len(list((tmp_path / "sheets").iterdir())) == 4
    assert study_reading.mark(pixels) in capsys.readouterr().out


def test_kappa_is_the_known_one():
    rng = np.random.default_rng(0)
    a = rng.choice(list("pdbn"), 300)
    b = np.where(rng.random(300) < 0.7, a, rng.choice(list("pdbn"), 300))
    assert study_reading.kappa(a, b) == pytest.approx(cohen_kappa_score(a, b))
    assert study_reading.kappa(["p", "p"], ["p", "p"]) == 1


def test_the_readers_are_compared_on_answers_and_on_renders_apart(folder):
    pixels, rendered = study_reading.blind()
    said = np.where(classifiers.p_dark(
        study_reading.srgb_decode(pixels / 255)) > 0.5, "d", "p")
    changed = np.where(rendered, said, np.where(said == "d", "b", said))
    for name, letters in (("reader_1", said), ("reader_2", changed)):
        (folder / f"{name}.txt").write_text(
            f"{study_reading.mark(pixels)}\n{''.join(letters)}\n", encoding="utf-8")
    *rows, _, counts = study_reading.report()[2:]
    assert [row.split(" | ")[0][2:] for row in rows] == [
        "reader_1, reader_2", "reader_1, classifier", "reader_2, classifier"]
    assert all(row.split(" | ")[2].startswith("1.00 (1.00") for row in rows)
    assert rows[1].split(" | ")[1].startswith("1.00") and "1.00" not in rows[0].split(" | ")[1]
    assert "reader_1 50, 50, 0, 0; reader_2 50, 0, 50, 0" in counts.partition("; of the renders")[0]


def test_an_unfinished_sheet_is_not_read_and_other_pictures_labels_are_refused(folder):
    for name in study_reading.READERS:
        (folder / f"{name}.txt").write_text("123\n" + 200 * "p" + "\n", encoding="utf-8")
    with pytest.raises(Told, match="first line is '123'"):
        study_reading.report()
    Image.new("RGB", (5, 5)).save(folder / "share_10_1.webp")
    with pytest.raises(ValueError, match="share_10_1.webp is not the file"):
        study_reading.answers()
    (folder / "share_50_2.webp").unlink()
    with pytest.raises(Told, match="answers of share_50_2 are not there yet"):
        study_reading.write_sheets(folder / "sheets")
