"""Inputs from outside the world of the ladybirds: things that prior has never seen.

A clockwork beetle in pixel art (no sharper original exists: it was drawn on 16 × 16 squares), a
tomato, and a leaf with nothing on it. Drawn for this course and released under CC0 1.0: use them
as you like. All functions return (3, 64, 64) float32 pictures in linear light.
"""

import numpy as np

from course_lib import validation
from course_lib.arrays import Seed
from course_lib.imaging.optics import srgb_decode
from course_lib.worlds import ladybirds

__all__ = ["empty_leaf", "robot_beetle", "tomato"]

SIZE = 64

# Left half; the right half is its mirror image. Head up, seen from above.
ROBOT = """
..y.....
..k.....
...k.kkk
....ksSS
.kk.kkkk
.k.kcCCC
..kkcccc
...kkkkk
k.kkRRRk
kkkRRyrk
..kRrrrk
.kkRrrrk
kk.kryrk
k..krrdk
..kkkddk
..k..kkk
"""
COLOURS = {  # sRGB codes
    ".": "#5a8f3a", "k": "#1c1a1f", "s": "#7f8a93", "S": "#c4ccd2", "c": "#8c5a2b", "C": "#d39a57",
    "y": "#f2cf4e", "R": "#e2603a", "r": "#bf3b22", "d": "#7c2416",
}  # fmt: skip
PAINT = {"red": {}, "blue": {"R": "#6a94e0", "r": "#3563b5", "d": "#1e3a78"}}


def robot_beetle(paint: str = "red") -> np.ndarray:
    """A clockwork beetle; `paint` is "red" or "blue" (no living ladybird is blue)."""
    palette = COLOURS | PAINT[validation.choice(paint, "paint", tuple(PAINT))]
    codes = {key: [int(c[i : i + 2], 16) / 255 for i in (1, 3, 5)] for key, c in palette.items()}
    rows = [row + row[::-1] for row in ROBOT.split()]
    squares = np.array([[codes[key] for key in row] for row in rows])
    picture = srgb_decode(squares).transpose(2, 0, 1).astype(np.float32)
    return picture.repeat(SIZE // 16, axis=1).repeat(SIZE // 16, axis=2)


def empty_leaf(seed: Seed = 0) -> np.ndarray:
    """A leaf of the ladybirds' own world, from which the beetle has walked away."""
    away = ladybirds.sample(1, seed=seed).replace(x=9, y=9)
    return ladybirds.render(away, SIZE)[0]


def tomato(seed: Seed = 0) -> np.ndarray:
    """A small tomato on the same leaf, lit from the upper left."""
    x = (np.arange(SIZE, dtype=np.float32) + 0.5) * (2 / SIZE) - 1
    x, y = np.meshgrid(x, -x)
    lamp = ladybirds.unit(-0.35, 0.45, 1.0)
    edge, light, gloss = ladybirds.dome(x, y, 0, 0.58, 0.54, lamp)
    flesh, stalk = (np.array(c)[:, None, None] for c in ((0.62, 0.045, 0.015), (0.09, 0.22, 0.03)))
    # Five sepals: a star that the top of the dome tilts a little towards the viewer.
    angle, radius = np.arctan2(x, y - 0.08), np.hypot(x, y - 0.08)
    star = ladybirds.inside(radius - 0.26 * (0.5 + 0.5 * np.abs(np.cos(2.5 * angle)) ** 3), 0.06)
    fruit = (flesh + star * (stalk - flesh)) * light + 0.7 * gloss * (1 - star)
    shadow = 0.6 * ladybirds.inside(np.hypot(x - 0.12, y + 0.15) - 0.55, 0.3)
    cover = ladybirds.inside(edge, 2 / SIZE)
    picture = empty_leaf(seed) * (1 - shadow) * (1 - cover) + fruit * cover
    return np.clip(picture, 0, 1).astype(np.float32)
