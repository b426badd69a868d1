"""The signed map: every change is noticed, a re-encoding is none, and hostile files get words."""

import base64
import io
import json
import os
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from course_lib.audits.provenance import CHUNK, load_key, new_key, read, sign, signer

RNG = np.random.default_rng(0)
PIXELS = RNG.integers(0, 256, (12, 20, 3), dtype=np.uint8)
MAP = RNG.random((12, 20))
SAID = {"method": "regression", "sigma": 0.05, "camera": ["16 × 16", {"b": 1, "a": None}]}
KEY = new_key()


@pytest.fixture
def signed():
    file = io.BytesIO()
    sign(file, PIXELS, MAP, SAID, KEY)
    return file


def text(file):
    file.seek(0)
    with Image.open(file) as picture:
        return picture.text[CHUNK]


def png(*texts, pixels=PIXELS):
    info, file = PngImagePlugin.PngInfo(), io.BytesIO()
    for each in texts:
        info.add_itxt(CHUNK, each)
    Image.fromarray(pixels).save(file, "PNG", pnginfo=info)
    return file


def changed(file, **fields):
    return png(json.dumps(json.loads(text(file)) | fields))


def with_chunk(kind, body):
    """The picture with one more chunk after its header."""
    data = png().getvalue()
    chunk = struct.pack(">I", len(body)) + kind + body
    return io.BytesIO(data[:33] + chunk + struct.pack(">I", zlib.crc32(kind + body)) + data[33:])


def test_what_was_signed_is_read(signed, tmp_path):
    told = read(signed)
    assert told.says and told.verified and told.signer == signer(KEY) and told.statement == SAID
    np.testing.assert_array_equal(told.pixels, PIXELS)
    np.testing.assert_allclose(told.invented, MAP, atol=0.5 / 255 + 1e-9)
    sign(tmp_path / "it.png", PIXELS, MAP > 0.5, SAID, KEY)
    told = read(tmp_path / "it.png")
    assert told.verified and (told.invented == (MAP > 0.5)).all()


@pytest.mark.parametrize("where", [(0, 0, 0), (5, 7, 1), (11, 19, 2)])
def test_one_changed_pixel_is_noticed(signed, where):
    other = PIXELS.copy()
    other[where] ^= 1
    assert read(png(text(signed), pixels=other)).verified is False


def test_a_changed_map_statement_signer_or_signature_is_noticed(signed):
    codes, file = np.rint(255 * MAP).astype(np.uint8), io.BytesIO()
    codes[3, 4] ^= 1
    Image.fromarray(codes).save(file, "PNG")
    for fields in ({"map": base64.b64encode(file.getvalue()).decode()},
                   {"statement": SAID | {"sigma": 0.06}}, {"statement": {}},
                   {"signer": signer(new_key())}, {"signature": "00" * 64}):
        assert read(changed(signed, **fields)).verified is False


def test_who_signs_anew_is_somebody_else(signed):
    file = io.BytesIO()
    sign(file, PIXELS, 0 * MAP, SAID, new_key())
    assert read(file).verified and read(file).signer != read(signed).signer


def test_a_re_encoding_that_keeps_the_pixels_still_verifies(signed):
    info, file = PngImagePlugin.PngInfo(), io.BytesIO()
    info.add_text("Comment", "saved again")
    info.add_itxt(CHUNK, json.dumps(json.loads(text(signed)), indent=1, sort_keys=True))
    Image.fromarray(PIXELS).save(file, "PNG", pnginfo=info, compress_level=1)
    assert file.getvalue() != signed.getvalue() and read(file).verified


def test_a_stripped_picture_says_nothing():
    told = read(png())
    assert (told.says, told.verified, told.statement, told.invented) == (False, None, None, None)


def test_a_key_is_kept_for_its_owner_alone(tmp_path):
    key = load_key(tmp_path / "key")
    assert bytes(load_key(tmp_path / "key")) == bytes(key) != bytes(new_key())
    if os.name == "posix":
        assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
        (tmp_path / "key").chmod(0o644)
        with pytest.raises(ValueError, match="readable for others"):
            load_key(tmp_path / "key")
    (tmp_path / "short").write_bytes(b"short")
    (tmp_path / "short").chmod(0o600)
    with pytest.raises(ValueError, match="5 bytes"):
        load_key(tmp_path / "short")


def test_keys_of_a_statement_become_text(signed):
    file = io.BytesIO()
    sign(file, PIXELS, MAP, {10: 1, 9: 2}, KEY)
    assert read(file).verified and read(file).statement == {"10": 1, "9": 2}


def test_a_missing_file_is_a_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        read(tmp_path / "none.png")


def bomb():
    """A header that promises ten thousand million pixels."""
    head = b"IHDR" + struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    data = png().getvalue()
    return io.BytesIO(data[:12] + head + struct.pack(">I", zlib.crc32(head)) + data[33:])


BODY = CHUNK.encode() + b"\0"


@pytest.mark.parametrize("hostile", [
    lambda s: png(text(s), text(s)), lambda s: png("{"), lambda s: png("[" * 100_000),
    lambda s: png("[]"), lambda s: png("{}"), lambda s: png("x" * (2**20 + 1)),
    lambda s: changed(s, statement="fine"), lambda s: changed(s, format="2"),
    lambda s: changed(s, more=1), lambda s: changed(s, map=7), lambda s: changed(s, map="AAAA"),
    lambda s: changed(s, map="ü"), lambda s: changed(s, signer="zz"),
    lambda s: changed(s, signature="00"), lambda s: changed(s, signature="é"),
    lambda s: changed(s, map=base64.b64encode(png().getvalue()).decode()),
    lambda s: with_chunk(b"iTXt", BODY + bytes(4) + b"\xff\xfe"),
    lambda s: with_chunk(b"iTXt", BODY + b"\1\0\0\0" + zlib.compress(b"a" * 10**7)),
    lambda s: with_chunk(b"tEXt", BODY + b"{}"),
    lambda s: with_chunk(b"zTXt", BODY + b"\0" + zlib.compress(b"{}")),
    lambda s: bomb(), lambda s: io.BytesIO(b""), lambda s: io.BytesIO(b"GIF89a"),
    lambda s: io.BytesIO(s.getvalue()[:200]), lambda s: io.BytesIO(s.getvalue()[:-60]),
    lambda s: png(pixels=PIXELS[..., 0]), lambda s: png(pixels=np.zeros((1, 5000, 3), np.uint8)),
])
def test_hostile_files_are_refused_in_words(signed, hostile):
    with pytest.raises(ValueError, match=r"is .*it must be"):
        read(hostile(signed))


def test_noise_in_the_file_is_an_error_or_noticed_or_harmless(signed):
    data, rng = signed.getvalue(), np.random.default_rng(1)
    for _ in range(300):
        broken = bytearray(data)
        broken[rng.integers(len(data))] ^= 1 << rng.integers(8)
        try:
            told = read(io.BytesIO(bytes(broken)))
        except ValueError:
            continue
        same = told.says and (told.pixels == PIXELS).all() and told.statement == SAID
        assert same or not told.verified


@pytest.mark.parametrize("pixels, share, said, says", [
    (PIXELS / 255, MAP, SAID, "pixels"), (PIXELS[..., 0], MAP, SAID, "pixels"),
    (PIXELS, MAP.T, SAID, "invented"), (PIXELS, MAP + 1, SAID, "invented"),
    (PIXELS, MAP * np.nan, SAID, "invented"), (PIXELS, MAP, {"a": np.nan}, "statement"),
    (PIXELS, MAP, {"a": KEY}, "statement"), (PIXELS, MAP, {"a": "x" * 2**20}, "map and statement"),
])
def test_bad_input_is_refused_in_words(pixels, share, said, says):
    with pytest.raises(ValueError, match=rf"^{says}.*must be"):
        sign(io.BytesIO(), pixels, share, said, KEY)
