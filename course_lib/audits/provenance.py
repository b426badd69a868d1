r"""A picture that says which of its pixels were made up, signed so that a change is noticed.

`sign` writes into a PNG's metadata the *invented map* (what share of each pixel the measurement
did not determine), a statement (method, parameters) and an Ed25519 signature over pixels, map and
statement. `read` checks it. The signature binds what is *seen*, not the bytes of the file: saving
the same pixels and texts anew changes nothing, and one changed pixel is noticed.

>>> import io
>>> key, file = new_key(), io.BytesIO()
>>> codes = np.zeros((8, 8, 3), np.uint8)
>>> sign(file, codes, np.full((8, 8), 0.9), {"method": "regression"}, key)
>>> told = read(file)
>>> told.verified, told.statement["method"], told.signer == signer(key), told.invented[0, 0]
(True, 'regression', True, np.float64(0.9019607843137255))

**What it promises.** That whoever holds the signer's key said this of these pixels. Not that it is
true: a liar's signature is as valid. Not who that is: a key has to be known from elsewhere; any
changed picture can be signed anew with another key, so compare `signer`. And nothing about a
picture without it: metadata are lost in most copies, which then says nothing, neither "invented"
nor "fine". So it is with C2PA's Content Credentials, which add certificates, times and a history
of edits, and which this is a small model of, not an implementation.

References
----------
S. Josefsson & I. Liusvaara, Edwards-curve digital signature algorithm, RFC 8032 (2017). Coalition
for Content Provenance and Authenticity, C2PA technical specification, spec.c2pa.org.
"""

import base64
import binascii
import io
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeAlias

import numpy as np
from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey
from numpy.typing import ArrayLike
from PIL import Image, PngImagePlugin

from course_lib import validation

__all__ = ["Provenance", "load_key", "new_key", "read", "sign", "signer"]

File: TypeAlias = str | Path | BinaryIO

CHUNK = "invented-map"  # keyword of the PNG's text chunk
FORMAT = "limits-of-super-resolution/1"
LARGEST = 4096  # pixels a side
LONGEST = 2**20  # characters of the chunk


@dataclass(frozen=True, eq=False)
class Provenance:
    """What a PNG says of itself.

    Attributes
    ----------
    pixels : (H, W, 3) array of uint8
        sRGB codes, as the file holds them now.
    says : bool
        Whether there is a map. If not, the rest is None: the picture says nothing.
    verified : bool or None
        Whether pixels, map and statement are those that `signer` signed.
    signer : str or None
        Public key, 64 hexadecimal digits. Verified says nothing of whose it is.
    statement : dict or None
    invented : (H, W) array or None
        Share of each pixel that was not determined, in [0, 1], in steps of 1/255.
    """

    pixels: np.ndarray
    says: bool
    verified: bool | None = None
    signer: str | None = None
    statement: dict | None = None
    invented: np.ndarray | None = None


def new_key() -> SigningKey:
    """A new secret key, from the system's randomness; it exists in memory only."""
    return SigningKey.generate()


def load_key(path: str | Path) -> SigningKey:
    """The secret key of this file; a new one is made if there is none.

    Keep it out of what you hand in or publish. The file is made readable for its owner only (on
    Windows the folder's permissions decide).

    Raises
    ------
    ValueError
        If the file is no key, or others may read it.
    """
    path = Path(path)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        if os.name == "posix" and path.stat().st_mode & 0o077:
            validation.fail("the key's file", "readable for others", "its owner's only (chmod 600)")
        seed = path.read_bytes()
        if len(seed) != 32:
            validation.fail("the key's file", f"{len(seed)} bytes", "32 bytes")
        return SigningKey(seed)
    key = new_key()
    with os.fdopen(handle, "wb") as file:
        file.write(bytes(key))
    return key


def signer(key: SigningKey) -> str:
    """Public key that belongs to a secret one, 64 hexadecimal digits: tell everybody."""
    return bytes(key.verify_key).hex()


def sign(file: File, pixels: ArrayLike, invented: ArrayLike, statement: Mapping[str, object],
         key: SigningKey) -> None:
    """Write a PNG with its invented map, signed.

    Parameters
    ----------
    file : path or binary file
    pixels : array (H, W, 3) of uint8
        sRGB codes.
    invented : array (H, W)
        Share of each pixel that the measurement didn't determine, in [0, 1]; kept in steps of
        1/255. An array of bool says which pixels.
    statement : mapping
        Method, parameters, whatever JSON can say.
    key : nacl.signing.SigningKey
        From `new_key` or `load_key`.
    """
    pixels, share = np.asarray(pixels), np.asarray(invented, dtype=float)
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3 or not pixels.size:
        validation.fail("pixels", f"{pixels.dtype} of shape {pixels.shape}", "uint8 (H, W, 3)")
    if max(pixels.shape) > LARGEST:
        validation.fail("pixels", f"of shape {pixels.shape}", f"at most {LARGEST} a side")
    if share.shape != pixels.shape[:2] or not ((share >= 0) & (share <= 1)).all():
        validation.fail("invented", f"of shape {share.shape}, or outside of [0, 1]",
                        f"shares of shape {pixels.shape[:2]}")
    try:
        said = json.loads(json.dumps(dict(statement), allow_nan=False))
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"statement is not JSON ({error}); it must be a mapping that JSON can "
                         "say, without NaN") from None
    codes = io.BytesIO()
    Image.fromarray(np.rint(255 * share).astype(np.uint8)).save(codes, "PNG")
    told = {"format": FORMAT, "statement": said, "signer": signer(key),
            "map": base64.b64encode(codes.getvalue()).decode("ascii")}
    told["signature"] = key.sign(_message(pixels, np.rint(255 * share), told)).signature.hex()
    if len(text := json.dumps(told)) > LONGEST:
        validation.fail("map and statement", f"{len(text)} characters", f"at most {LONGEST}")
    info = PngImagePlugin.PngInfo()
    info.add_itxt(CHUNK, text)
    Image.fromarray(pixels).save(file, "PNG", pnginfo=info)


def read(file: File) -> Provenance:
    """Read a PNG and check what it says of itself.

    Returns
    -------
    Provenance
        With ``says=False`` if there is no map, and ``verified=False`` if something was changed
        after it was signed.

    Raises
    ------
    ValueError
        If the file is no PNG of 8-bit colour, is too large or broken, or its map can't be
        understood: that is not "not verified", for nobody knows what it says.
    """
    if isinstance(file, (str, Path)):
        data = Path(file).read_bytes()
    else:
        file.seek(0)
        data = file.read()
    pixels, texts = _picture(data, "RGB", "the file"), _texts(data)
    if not texts:
        return Provenance(pixels, says=False)
    if len(texts) > 1:
        validation.fail("the map", f"there {len(texts)} times", "there once")
    told = _understood(texts[0])
    codes = _codes(told["map"], pixels.shape[:2])
    try:
        VerifyKey(bytes.fromhex(told["signer"])).verify(
            _message(pixels, codes, told), bytes.fromhex(told["signature"]))
        verified = True
    except BadSignatureError:
        verified = False
    except (ValueError, TypeError, RecursionError) as error:
        raise ValueError(f"signer or signature is not one ({error}); it must be 64 and 128 "
                         "hexadecimal digits") from None
    return Provenance(pixels, True, verified, told["signer"], told["statement"], codes / 255)


def _message(pixels: np.ndarray, codes: np.ndarray, told: Mapping) -> bytes:
    """What is signed: a head, the statement with a fixed spelling, then pixels and map."""
    head = json.dumps([told["format"], told["signer"], list(pixels.shape), told["statement"]],
                      sort_keys=True, separators=(",", ":"))
    return b"\0".join([head.encode("ascii"), pixels.tobytes() + codes.astype(np.uint8).tobytes()])


def _picture(data: bytes, mode: str, name: str) -> np.ndarray:
    try:
        with Image.open(io.BytesIO(data), formats=["PNG"]) as picture:
            found, size = picture.mode, picture.size
            codes = np.asarray(picture) if found == mode and max(size) <= LARGEST else None
    except Exception as error:  # of many kinds, for what hostile files hold
        raise ValueError(f"{name} is no whole PNG ({error}); it must be one") from None
    if codes is None:
        validation.fail(name, f"{found} of {size}", f"{mode}, 8 bits, up to {LARGEST} a side")
    return codes


def _texts(data: bytes) -> list[bytes]:
    """All text chunks with our keyword, whatever their kind; Pillow would keep the last alone."""
    found, at = [], 8
    while at + 12 <= len(data):
        length, kind = int.from_bytes(data[at:at + 4], "big"), data[at + 4:at + 8]
        body = data[at + 8:at + 8 + length]
        if kind in (b"tEXt", b"zTXt", b"iTXt") and body.startswith(CHUNK.encode() + b"\0"):
            if kind != b"iTXt" or body[len(CHUNK) + 1:len(CHUNK) + 5] != bytes(4):
                validation.fail("the map", f"in a chunk {kind!r}, or compressed", "in a plain iTXt")
            found.append(body[len(CHUNK) + 5:])
        at += 12 + length
    return found


def _understood(text: bytes) -> dict:
    if len(text) > LONGEST:
        validation.fail("the map", f"{len(text)} bytes", f"at most {LONGEST}")
    try:
        told = json.loads(text.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"the map is unreadable ({type(error).__name__}); it must be JSON in "
                         "UTF-8") from None
    names = {"format": str, "statement": dict, "signer": str, "map": str, "signature": str}
    if not isinstance(told, dict) or set(told) != set(names) or told["format"] != FORMAT or any(
            not isinstance(told[name], kind) for name, kind in names.items()):
        validation.fail("the map", "of another kind", f"{FORMAT}, with " + ", ".join(names))
    return told


def _codes(text: str, shape: tuple[int, ...]) -> np.ndarray:
    try:
        data = base64.b64decode(text.encode("ascii", "replace"), validate=True)
    except binascii.Error as error:
        raise ValueError(f"the map is no base64 ({error}); it must be") from None
    return validation.matching(_picture(data, "L", "the map"), shape, "the map")
