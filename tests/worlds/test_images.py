"""The bundled pictures: linear light, checked, cut from the wheel, and with sources told."""

import json
import shutil

import numpy as np
import pytest
from PIL import Image

from course_lib import data
from course_lib.worlds import images
from course_staff.experiments.images import CROPS, crop


def test_names_are_those_of_the_crops():
    assert images.names() == sorted(CROPS)


@pytest.mark.parametrize("name", sorted(CROPS))
def test_shape_type_and_range(name):
    x = images.load(name)
    _, (left, top, right, bottom) = CROPS[name]
    assert x.shape in {(c, bottom - top, right - left) for c in (1, 3)}
    assert x.dtype == np.float64 and x.flags.c_contiguous
    assert 0 <= x.min() < x.max() <= 1
    assert max(x.shape) <= 256


def test_light_is_linear_not_coded():
    with Image.open(data.data_path("images", "brick.png")) as picture:
        codes = np.asarray(picture) / 255
    expected = np.where(codes <= 0.04045, codes / 12.92, ((codes + 0.055) / 1.055) ** 2.4)
    np.testing.assert_allclose(images.load("brick")[0], expected, rtol=1e-12)


def test_channels_come_first_and_in_order():
    red, green, blue = images.load("coffee").mean(axis=(1, 2))
    assert red > 2 * green > 2 * blue  # a red cup on brown wood


def test_gray_is_luminance_of_linear_light():
    x = images.load("retina")
    gray = images.load("retina", gray=True)
    np.testing.assert_allclose(gray[0], 0.2126 * x[0] + 0.7152 * x[1] + 0.0722 * x[2], rtol=1e-12)
    np.testing.assert_array_equal(images.load("gravel", gray=True), images.load("gravel"))


def test_unknown_name_lists_the_names():
    with pytest.raises(ValueError, match="name is 'moon'; it must be one of brick, clock, .*text"):
        images.load("moon")


@pytest.fixture
def copied_data(tmp_path, monkeypatch):
    folder = tmp_path / "da ta"
    shutil.copytree(data.data_path(), folder)
    monkeypatch.setenv("COURSE_DATA", str(folder))
    return folder


def test_one_changed_bit_is_noticed(copied_data):
    file = copied_data / "images" / "text.png"
    content = bytearray(file.read_bytes())
    content[-20] ^= 1
    file.write_bytes(content)
    with pytest.raises(ValueError, match="images/text.png is not the file that the course shipped"):
        images.load("text")
    assert data.problems() == ["data/images/text.png has changed (its SHA-256 differs)"]
    assert images.load("clock").shape == (1, 256, 256)


def test_missing_and_unlisted_files_are_named(copied_data):
    (copied_data / "images" / "text.png").rename(copied_data / "images" / "more.png")
    assert data.problems() == [
        "data/images/text.png is missing", "data/images/more.png has no checksum"]
    with pytest.raises(FileNotFoundError, match="text.png is missing"):
        data.verified_path("images", "text.png")


def test_data_without_their_list_are_a_problem(copied_data):
    (copied_data / "checksums.json").unlink()
    assert data.problems()[0] == "data/checksums.json is missing or empty"


def test_shipped_data_are_whole():
    assert data.problems() == []


@pytest.mark.parametrize("name", sorted(CROPS))
def test_crops_come_from_the_wheel(name):
    with Image.open(data.data_path("images", f"{name}.png")) as picture:
        shipped = np.asarray(picture).astype(int)
    fresh = np.asarray(crop(name)).astype(int)
    # PNG decodes to the same bits everywhere, JPEG to the same within its decoder's rounding.
    allowed = 3 if CROPS[name][0].endswith(".jpg") else 0
    assert np.abs(shipped - fresh).max() <= allowed


def test_every_picture_has_its_source_told():
    text = data.data_path("SOURCES.md").read_text(encoding="utf-8")
    listed = json.loads(data.data_path("checksums.json").read_text(encoding="utf-8"))
    for name, (file, box) in CROPS.items():
        row = next(line for line in text.splitlines() if line.startswith(f"| `{name}.png`"))
        assert f"`{file}`" in row and ", ".join(map(str, box)) in row
        assert "CC0" in row or "public domain" in row
        assert f"images/{name}.png" in listed


def test_pictures_are_small():
    files = list(data.data_path("images").glob("*.png"))
    assert sum(file.stat().st_size for file in files) <= 1.5e6
