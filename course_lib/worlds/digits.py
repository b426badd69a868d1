"""Ten digits of 5 × 7 pixels, and a compressor that stores similar ones once.

A toy in the manner of lossy symbol matching, as in the standard JBIG2 (ITU-T T.88): what comes back
is sharp, however wrong. The digits were drawn for this course (CC0 1.0). The eight differs from
the three, the six and the nine in three pixels; no other pair is as near.

>>> encode(write("8681"), tolerance=3).tolist()         # the six is replaced by the first eight
[0, 0, 0, 3]
"""

import numpy as np

from course_lib import validation

__all__ = ["DIGITS", "encode", "write"]

_ROWS = """
.###. ..#.. .###. .###. ...#. ##### .###. ##### .###. .###.
#...# .##.. #...# #...# ..##. #.... #.... ....# #...# #...#
#..## ..#.. ....# ....# .#.#. ####. #.... ...#. #...# #...#
#.#.# ..#.. ...#. ..##. #..#. ....# ####. ..#.. .###. .####
##..# ..#.. ..#.. ....# ##### ....# #...# ..#.. #...# ....#
#...# ..#.. .#... #...# ...#. #...# #...# ..#.. #...# ....#
.###. .###. ##### .###. ...#. .###. .###. ..#.. .###. .###.
"""
#: (10, 7, 5) bool: ink of each digit.
DIGITS = np.array([[[mark == "#" for mark in word] for word in line.split()]
                   for line in _ROWS.split("\n") if line]).transpose(1, 0, 2)


def write(text: str) -> np.ndarray:
    """Page of digits, one symbol each: (n, 7, 5) bool."""
    if not (text.isascii() and text.isdigit()):
        validation.fail("text", repr(text), "digits only")
    return DIGITS[[int(mark) for mark in text]]


def encode(page: np.ndarray, tolerance: int) -> np.ndarray:
    """For each symbol, the place of the stored symbol that will be shown instead.

    Symbols are taken in order. If a stored one differs in at most `tolerance` pixels, the nearest
    one is shown (the one stored first, if several are); otherwise the symbol itself is stored.

    Parameters
    ----------
    page : (n, 7, 5) bool array
    tolerance : int
        0 or greater.

    Returns
    -------
    (n,) int array
        ``page[encode(page, tolerance)]`` is what comes back.
    """
    tolerance = validation.integer(tolerance, "tolerance", 0)
    stored: list[int] = []
    shown: list[int] = []
    for place, symbol in enumerate(page):
        apart = np.sum(page[stored] != symbol, axis=(1, 2)) if stored else np.array([])
        if len(apart) and apart.min() <= tolerance:
            shown.append(stored[int(np.argmin(apart))])
        else:
            stored.append(place)
            shown.append(place)
    return np.array(shown, dtype=int)
