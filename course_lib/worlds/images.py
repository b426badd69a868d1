"""Real pictures: small crops bundled with the course, and whatever file you have.

``data/SOURCES.md`` quotes the licences of the crops. They are 8-bit photographs that somebody's
camera and software have already processed.  Decoding sRGB brings their codes back to linear light
as well as anyone can who was not there: lessons treat the result as a scene and put a simulated
camera before it.  Only ``clock`` keeps a blur that really happened in a camera, and nobody knows
what is behind it. `read` decodes a file of your own in the same way.
"""

import io
import os
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, ImageOps

from course_lib import validation
from course_lib.data import data_path, verified_path
from course_lib.imaging.optics import srgb_decode

__all__ = ["LARGEST_CROP", "LARGEST_FILE", "load", "names", "read"]

LARGEST_FILE = 50_000_000  #: pixels of a file that `read` decodes
LARGEST_CROP = 4_000_000  #: pixels that it returns: 100 MB as floats

# Luminance of linear red, green and blue (ITU-R BT.709).
LUMINANCE = np.array([0.2126, 0.7152, 0.0722])


def names() -> list[str]:
    """Return the names of the bundled pictures, in alphabetical order."""
    return sorted(path.stem for path in data_path("images").glob("*.png"))


def load(name: str, gray: bool = False) -> np.ndarray:
    """Return one bundled picture in linear light.

    Parameters
    ----------
    name : str
        One of `names()`.
    gray : bool
        Reduce colour to luminance, .2126 R + .7152 G + .0722 B (linear light, ITU-R BT.709).

    Returns
    -------
    array (C, H, W), float64
        Linear light in [0, 1]; C is 3 for colour pictures and 1 for gray ones.

    Raises
    ------
    ValueError
        If there is no picture of that name, or if its file is not the one that was shipped.
    """
    if name not in names():
        raise ValueError(f"name is {name!r}; it must be one of {', '.join(names())}")
    with Image.open(verified_path("images", f"{name}.png")) as picture:
        codes = np.asarray(picture)
    x = srgb_decode(np.atleast_3d(codes) / 255.0)
    if gray and x.shape[-1] == 3:
        x = (x @ LUMINANCE)[..., None]
    return np.ascontiguousarray(np.moveaxis(x, -1, 0))


def read(path: str | os.PathLike[str], box: Sequence[int] | None = None) -> np.ndarray:
    """Return a picture of your own, a PNG or JPEG of 8 bits, in linear light.

    Parameters
    ----------
    path : str or path
        The file. It is turned upright as its EXIF data say. A colour profile that it carries is
        converted to sRGB; gray ones are not, and codes without one are taken for sRGB. Gray
        pictures and palettes become colour. Of a JPEG that holds several pictures, as some phones
        write, the first counts.
    box : (int, int, int, int), optional
        First row, first column, height and width of a crop of the upright picture; all by default.

    Returns
    -------
    array (3, H, W), float64
        Linear light in [0, 1], at most `LARGEST_CROP` pixels.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it isn't a whole PNG or JPEG; moves; has 16 bits, transparent pixels or inks (CMYK) in
        place of light; has more than `LARGEST_FILE` pixels, or its crop more than `LARGEST_CROP`.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing, or no file")
    codes = np.asarray(_srgb(path, _decoded(path)))
    if box is not None:
        codes = codes[_crop(box, codes.shape)]
    if codes.shape[0] * codes.shape[1] > LARGEST_CROP:
        validation.fail(str(path), f"{codes.shape[0]} × {codes.shape[1]} pixels",
                        f"{LARGEST_CROP:,} or less: name a smaller box")
    return np.ascontiguousarray(np.moveaxis(srgb_decode(codes / 255.0), -1, 0))


def _decoded(path: Path) -> Image.Image:
    """The picture upright, as the file codes it; ValueError, in our words, if it can't be had."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with Image.open(path, formats=("PNG", "JPEG")) as picture:
                wrong = _wrong(path, picture)
                if wrong is None:
                    return ImageOps.exif_transpose(picture)
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            wrong = "enormous", f"of at most {LARGEST_FILE:,} pixels"
        except Image.UnidentifiedImageError:
            wrong = "of another kind", "a PNG or JPEG picture"
        except Exception as error:  # decoders raise all kinds of things on hostile files
            wrong = f"damaged ({error})", "a whole PNG or JPEG picture"
    validation.fail(str(path), *wrong)


def _wrong(path: Path, picture: Image.Image) -> tuple[str, str] | None:
    """What its header says against a picture, and what it must be; None if nothing."""
    if picture.width * picture.height > LARGEST_FILE:
        return (f"{picture.height} × {picture.width} pixels",
                f"of at most {LARGEST_FILE:,} pixels")
    with path.open("rb") as file:  # Pillow cuts 16 bits of a colour without a word
        bits = file.read(25)[24:]
    if picture.format == "PNG" and bits == b"\x10":
        return "a picture of 16 bits", "of 8 bits"
    if picture.format == "PNG" and getattr(picture, "n_frames", 1) > 1:
        return "animated", "a picture that stands still"
    if picture.mode not in ("1", "L", "LA", "P", "RGB", "RGBA"):
        return f"of mode {picture.mode}", "gray, a palette, or RGB"
    return None


def _srgb(path: Path, picture: Image.Image) -> Image.Image:
    """The picture in sRGB codes; refused if something shows through it."""
    profile, gray = picture.info.get("icc_profile"), picture.mode in ("1", "L", "LA")
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        if picture.getchannel("A").getextrema() != (255, 255):
            validation.fail(str(path), "transparent in places",
                            "opaque: nobody knows what is behind")
    picture = picture.convert("RGB")
    if not profile or gray:
        return picture
    try:
        ImageCms.profileToProfile(picture, io.BytesIO(profile), ImageCms.createProfile("sRGB"),
                                  inPlace=True)
    except (ImageCms.PyCMSError, OSError) as error:
        raise ValueError(f"{path} is of a colour profile that can't be read ({error}); it must "
                         "have a whole one, or none") from error
    return picture


def _crop(box: Sequence[int], shape: Sequence[int]) -> tuple[slice, slice]:
    """Rows and columns of a box that lies in a picture."""
    if len(box) != 4:
        validation.fail("box", repr(box), "first row, first column, height, width")
    row, column, height, width = (validation.integer(n, "box", least) for n, least in
                                  zip(box, (0, 0, 1, 1), strict=True))
    if row + height > shape[0] or column + width > shape[1]:
        validation.fail("box", repr(tuple(box)), f"within {shape[0]} rows and {shape[1]} columns")
    return slice(row, row + height), slice(column, column + width)
