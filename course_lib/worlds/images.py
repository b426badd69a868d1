"""Real pictures, small crops, bundled with the course; ``data/SOURCES.md`` quotes their licences.

They are 8-bit photographs that somebody's camera and software have already processed.  Decoding
sRGB brings their codes back to linear light as well as anyone can who was not there: lessons treat
the result as a scene and put a simulated camera before it.  Only ``clock`` keeps a blur that really
happened in a camera, and nobody knows what is behind it.
"""

import numpy as np
from PIL import Image

from course_lib.data import data_path, verified_path
from course_lib.imaging.optics import srgb_decode

__all__ = ["load", "names"]

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
