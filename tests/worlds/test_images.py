"""The bundled pictures: linear light, checked, cut from the wheel, and with sources told."""

import io
import json
import shutil
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms

from course_lib import data
from course_lib.imaging.optics import srgb_decode
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


# --- a file of one's own --------------------------------------------------------------------

CODES = np.random.default_rng(0).integers(0, 256, (6, 9, 3), dtype=np.uint8)


@pytest.fixture
def saved(tmp_path):
    """Save a picture; the path."""
    def save(picture, name="a.png", **options):
        picture.save(tmp_path / name, **options)
        return tmp_path / name
    return save


def light(codes):
    return np.moveaxis(srgb_decode(codes / 255.0), -1, 0)


def test_a_file_is_read_as_linear_light(saved):
    path = saved(Image.fromarray(CODES))
    for given in (path, str(path)):
        np.testing.assert_array_equal(images.read(given), light(CODES))
    x = images.read(path, box=(1, 2, 4, 5))
    np.testing.assert_array_equal(x, light(CODES)[:, 1:5, 2:7])
    assert x.flags.c_contiguous and x.dtype == np.float64
    # What the file is called says nothing about it.
    path.rename(path.with_suffix(".txt"))
    assert images.read(path.with_suffix(".txt")).shape == (3, 6, 9)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA"])
def test_opaque_pictures_of_every_mode_become_colour(mode, saved):
    picture = Image.fromarray(CODES).convert(mode)
    expected = np.asarray(picture.convert("RGB"))
    np.testing.assert_array_equal(images.read(saved(picture)), light(expected))


def test_a_jpeg_is_read(saved):
    even = np.full((16, 16, 3), (200, 100, 50), np.uint8)
    x = images.read(saved(Image.fromarray(even), "a.jpg", quality=95))
    assert np.abs(x - light(even)).max() < 0.03
    gray = images.read(saved(Image.fromarray(even).convert("L"), "a.jpg"))
    assert gray.shape == (3, 16, 16) and np.ptp(gray, axis=0).max() == 0


def test_of_several_pictures_in_a_jpeg_the_first_counts(saved):
    first, second = (Image.new("RGB", (8, 8), colour) for colour in ("white", "black"))
    path = saved(first, "a.jpg", format="MPO", save_all=True, append_images=[second])
    assert images.read(path).min() > 0.99


@pytest.mark.parametrize("name", ["a.png", "a.jpg"])
def test_a_picture_is_turned_upright(name, saved):
    halves = np.zeros((16, 32, 3), np.uint8)
    halves[:, 16:] = 255
    exif = Image.Exif()
    exif[0x0112] = 6  # turn right to see it
    x = images.read(saved(Image.fromarray(halves), name, exif=exif))
    assert x.shape == (3, 32, 16) and x[:, :14].max() < 0.01 and x[:, 18:].min() > 0.99
    assert images.read(saved(Image.fromarray(halves), name, exif=exif), (20, 0, 4, 4)).min() > 0.99


def test_a_colour_profile_is_converted(saved):
    """Green that a profile calls blue: what counts is the colour, not the code."""
    swapped = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    same = images.read(saved(Image.fromarray(CODES), icc_profile=swapped))
    assert np.abs(same - light(CODES)).max() < 0.02
    green, blue = swapped.index(b"gXYZ"), swapped.index(b"bXYZ")
    places = {tag: swapped[tag + 4 : tag + 8] for tag in (green, blue)}
    changed = bytearray(swapped)
    changed[green + 4 : green + 8], changed[blue + 4 : blue + 8] = places[blue], places[green]
    picture = Image.new("RGB", (4, 4), (0, 255, 0))
    x = images.read(saved(picture, icc_profile=bytes(changed)))[:, 0, 0]
    assert x[2] > 0.9 and x[1] < 0.05
    with pytest.raises(ValueError, match="colour profile that can't be read"):
        images.read(saved(picture, icc_profile=b"no profile at all"))


def test_what_shows_through_is_refused(saved):
    half = Image.new("RGBA", (4, 4), (9, 9, 9, 255))
    half.putpixel((1, 1), (9, 9, 9, 254))
    key = Image.new("RGB", (4, 4), (9, 9, 9))
    palette = Image.fromarray(CODES).convert("P")
    for picture, options in ((half, {}), (key, {"transparency": (9, 9, 9)}),
                             (palette, {"transparency": palette.getpixel((0, 0))})):
        with pytest.raises(ValueError, match="a.png is transparent in places; it must be opaque"):
            images.read(saved(picture, **options))


def chunk(kind, content):
    return (struct.pack(">I", len(content)) + kind + content
            + struct.pack(">I", zlib.crc32(kind + content)))


def png(width, height, bits, colour, rows):
    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def jpeg(mode="RGB"):
    file = io.BytesIO()
    Image.effect_noise((64, 64), 60).convert(mode).save(file, "JPEG")
    return file.getvalue()


HOSTILE = {
    "nothing": (b"", "of another kind"),
    "a text": (b"no picture, just a text\n" * 9, "of another kind; it must be a PNG or JPEG"),
    "a page": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "of another kind"),
    "a GIF": (b"GIF89a\x01\x00\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02"
              b"\x00;", "of another kind"),
    "a PNG cut off": (png(9, 9, 8, 2, bytes(9 * 28))[:45], "damaged"),
    "a PNG's head": (png(9, 9, 8, 2, b"")[:20], "of another kind|damaged"),
    "a JPEG cut off": (jpeg()[:900], "damaged"),
    "a JPEG's head": (jpeg()[:30], "of another kind|damaged"),
    "gray in 16 bits": (png(2, 2, 16, 0, bytes(2 * 5)), "a picture of 16 bits; it must be of 8"),
    "colour in 16 bits": (png(2, 2, 16, 2, bytes(2 * 13)), "a picture of 16 bits"),
    "inks": (jpeg("CMYK"), "of mode CMYK"),
    "a wide head": (png(60_000, 1_000, 8, 2, b""), "1000 × 60000 pixels; it must be of at most"),
    "a bomb": (png(12_000, 12_000, 8, 2, b""), "enormous; it must be of at most 50,000,000"),
    "a larger bomb": (png(2**30, 2**30, 8, 2, b""), "enormous"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_what_is_no_still_picture_of_8_bits_is_refused_in_words(what, tmp_path):
    content, said = HOSTILE[what]
    path = tmp_path / "own.png"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=said) as error:
        images.read(path)
    assert "own.png is" in str(error.value) and "; it must be" in str(error.value)


def test_what_moves_is_refused(saved):
    frames = [Image.new("RGB", (4, 4), colour) for colour in ("red", "blue")]
    path = saved(frames[0], save_all=True, append_images=frames[1:])
    with pytest.raises(ValueError, match="animated; it must be a picture that stands still"):
        images.read(path)


def test_a_missing_file_a_folder_and_a_box_that_sticks_out_are_told(saved, tmp_path):
    for path in (tmp_path / "none.png", tmp_path):
        with pytest.raises(FileNotFoundError, match="is missing, or no file"):
            images.read(path)
    path = saved(Image.fromarray(CODES))
    for box in ((0, 0, 7, 1), (5, 5, 1, 5), (-1, 0, 2, 2), (0, 0, 0, 3), (1, 2, 3), (0, 0, 1.5, 2)):
        with pytest.raises(ValueError, match="box is"):
            images.read(path, box)


def test_a_large_picture_is_read_in_part(saved, monkeypatch):
    monkeypatch.setattr(images, "LARGEST_CROP", 50)
    path = saved(Image.fromarray(CODES))
    with pytest.raises(ValueError, match="6 × 9 pixels; it must be 50 or less: name a smaller box"):
        images.read(path)
    assert images.read(path, (0, 0, 6, 8)).shape == (3, 6, 8)
