"""Number plates of a country that doesn't exist: a small world with a finite alphabet.

A plate carries two letters and three digits, ``KT 391``; every one of the `N_STRINGS` strings is
equally probable. The letters I, O and Q are left out. The layout is known, and so are the font and
how much light paper, ink, frame and car reflect. Four things are not: where the plate lies (a shift
by whole pixels of the fine picture, which are fractions of a camera's pixel), how strong the light
is, and how much haze lies over it. `PRIORS` says how they are distributed; nothing else is random.

>>> some = sample(3, seed=1)
>>> render(some).shape                              # one channel, linear light
(3, 1, 48, 224)
>>> read(from_strings(["KT391", "HV506"]))
['KT391', 'HV506']

The characters are bitmaps of DejaVu Sans Mono Bold (`course data plates`); ``data/SOURCES.md``
quotes its licence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from PIL import Image

from course_lib import validation
from course_lib.arrays import Seed
from course_lib.data import verified_path

__all__ = ["ALPHABETS", "CELLS", "CHARACTERS", "N_STRINGS", "PRIORS", "Plates", "bitmaps", "cells",
           "codes", "from_strings", "inked", "read", "reflectance", "render",
           "sample", "spell"]

LETTERS, DIGITS = "ABCDEFGHJKLMNPRSTUVWXYZ", "0123456789"
CHARACTERS = LETTERS + DIGITS  #: all that plates are written with
ALPHABETS = (LETTERS, LETTERS, DIGITS, DIGITS, DIGITS)  #: of each place on the plate
N_STRINGS = len(LETTERS) ** 2 * len(DIGITS) ** 3  #: two letters, three digits

SHAPE, GLYPH = (48, 224), (32, 24)  # height and width in pixels, of the picture and of a character
CELLS = (32, 64, 112, 144, 176)  #: first column of each place; 32 columns wide, the character's 24
CELL = 32
SHIFTS = range(-4, 4)  # each way, all equally probable; no character leaves its cell
PRIORS = {"light": (0.75, 0.08), "haze": (0.06, 0.015)}  #: normal: mean and standard deviation
PAPER, INK, BAND, CAR = 0.85, 0.08, 0.30, 0.40  # share of the light that is reflected
_MARGIN = -SHIFTS.start


@dataclass(frozen=True, eq=False)
class Plates:
    """Parameters of n plates, one row each; ``plates[3]`` and ``plates[2:5]`` are fewer plates.

    Attributes
    ----------
    codes : (n, 5) int array
        Place of each character in its alphabet (`ALPHABETS`).
    shift : (n, 2) int array
        Pixels down and to the right, each one of `SHIFTS`.
    light, haze : (n,) arrays
        Recorded is haze + light · reflectance, in linear light.
    """

    codes: np.ndarray
    shift: np.ndarray
    light: np.ndarray
    haze: np.ndarray

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, key: int | slice | np.ndarray) -> Plates:
        rows = [key] if isinstance(key, (int, np.integer)) else key
        return Plates(self.codes[rows], self.shift[rows], self.light[rows], self.haze[rows])


def sample(n: int, seed: Seed = 0) -> Plates:
    """Draw n plates from the prior; `seed` is an int or a numpy.random.Generator."""
    n, rng = validation.integer(n, "n", least=0), np.random.default_rng(seed)
    written = np.column_stack([rng.integers(len(alphabet), size=n) for alphabet in ALPHABETS])
    shift = rng.integers(SHIFTS.start, SHIFTS.stop, size=(n, 2))
    light, haze = (rng.normal(*PRIORS[name], size=n) for name in ("light", "haze"))
    return Plates(written, shift, light, haze)


def from_strings(strings: Sequence[str], shift: tuple[int, int] = (0, 0),
                 light: float = PRIORS["light"][0], haze: float = PRIORS["haze"][0]) -> Plates:
    """Plates that carry these strings, by default centred and in average light.

    Raises
    ------
    ValueError
        If a string is none of the scheme's, or the shift is out of its range.
    """
    written = np.array([codes(string) for string in strings], int).reshape(-1, len(ALPHABETS))
    if len(shift) != 2 or not all(step in SHIFTS for step in shift):
        validation.fail("shift", repr(shift), f"two whole numbers from {SHIFTS[0]} to {SHIFTS[-1]}")
    n = len(written)
    shifts = np.tile(np.array(shift, int), (n, 1))
    return Plates(written, shifts, np.full(n, light), np.full(n, haze))


def codes(string: str) -> list[int]:
    """Places of a string's characters in their alphabets, five ints.

    Raises
    ------
    ValueError
        If the string is none of the scheme's.
    """
    if len(string) != len(ALPHABETS) or any(
            character not in alphabet
            for character, alphabet in zip(string, ALPHABETS, strict=True)):
        validation.fail("string", repr(string),
                        f"two of {LETTERS} and three digits, without a space")
    return [alphabet.index(character)
            for character, alphabet in zip(string, ALPHABETS, strict=True)]


def spell(written: np.ndarray) -> list[str]:
    """Strings of rows of codes (n, 5); the inverse of `codes`."""
    return ["".join(alphabet[code] for alphabet, code in zip(ALPHABETS, row, strict=True))
            for row in written]


def read(plates: Plates) -> list[str]:
    """Strings that the plates carry (the truth: no picture is looked at)."""
    return spell(plates.codes)


@cache
def bitmaps(alphabet: str = CHARACTERS) -> np.ndarray:
    """Coverage of each pixel by each character of an alphabet, (n, 32, 24), in [0, 1]."""
    with Image.open(verified_path("plates", "glyphs.png")) as picture:
        row = np.asarray(picture) / 255
    every = row.reshape(GLYPH[0], len(CHARACTERS), GLYPH[1]).transpose(1, 0, 2)
    found = every[[CHARACTERS.index(character) for character in alphabet]]
    found.setflags(write=False)
    return found


def _blank():
    """An empty plate on its car, with a margin of `_MARGIN` on every side."""
    height, width = SHAPE
    m = _MARGIN
    x = np.full((height + 2 * m, width + 2 * m), CAR)
    for inset, tone in ((4, INK), (6, PAPER)):  # the frame, two pixels wide, then the paper
        x[m + inset : m + height - inset, m + inset : m + width - inset] = tone
    x[m + 9 : m + height - 9, m + 9 : m + 27] = BAND
    return x


def _shifted(canvas, dy, dx):
    """Cut the picture out of canvases (..., h, w) with a margin: content moves down and right."""
    rows, columns = _MARGIN - dy, _MARGIN - dx
    return canvas[..., rows : rows + SHAPE[0], columns : columns + SHAPE[1]]


def reflectance(plates: Plates) -> np.ndarray:
    """Share of the light that every pixel of the plates reflects, (n, 48, 224)."""
    ink = np.stack([bitmaps(alphabet)[plates.codes[:, place]]
                    for place, alphabet in enumerate(ALPHABETS)], axis=1)
    canvas = _written(ink)
    x = np.empty((len(plates), *SHAPE))
    for dy, dx in np.unique(plates.shift, axis=0):
        some = (plates.shift == (dy, dx)).all(axis=1)
        x[some] = _shifted(canvas[some], dy, dx)
    return x


def inked(ink: np.ndarray) -> np.ndarray:
    """Pictures of centred plates in average light, (n, 48, 224), with `ink` in the cells.

    `ink` is the coverage of each pixel of each character, (n, 5, 32, 24), in [0, 1].
    """
    x = _shifted(_written(ink), 0, 0)
    return PRIORS["haze"][0] + PRIORS["light"][0] * x


def cells(x: np.ndarray) -> list[np.ndarray]:
    """The parts (n, 32, 24) of pictures (n, 48, 224) of centred plates that hold the characters."""
    x = validation.native(x)
    top, offset = (SHAPE[0] - GLYPH[0]) // 2, (CELL - GLYPH[1]) // 2
    return [x[:, top : top + GLYPH[0], start + offset : start + offset + GLYPH[1]]
            for start in CELLS]


def _written(ink: np.ndarray) -> np.ndarray:
    """Canvases with a margin: plates with ink (n, 5, 32, 24) on them."""
    canvas = np.tile(_blank(), (len(ink), 1, 1))
    inner = canvas[:, _MARGIN:-_MARGIN, _MARGIN:-_MARGIN]
    for place, cell in enumerate(cells(inner)):
        cell += (INK - PAPER) * ink[:, place]
    return canvas


def render(plates: Plates) -> np.ndarray:
    """Pictures of the plates, (n, 1, 48, 224), linear light: haze + light · reflectance."""
    if not isinstance(plates, Plates):
        validation.fail("plates", f"of type {type(plates).__name__}", "Plates, as from sample")
    light, haze = (v[:, None, None] for v in (plates.light, plates.haze))
    return (haze + light * reflectance(plates))[:, None]
