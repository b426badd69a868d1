"""Ladybirds on leaves: a small world whose every assumption is written down.

Two colour forms of the harlequin ladybird, *Harmonia axyridis*, on a leaf in free light. A beetle
is `N_LATENTS` standard normal numbers and a form; the table `PRIORS` says what each number means
and how it is distributed, and nothing else is random. The same parameters render at any size.

>>> beetles = sample(4, share=0.5, seed=1)
>>> render(beetles, size=64).shape                  # linear light in [0, 1]; encode for display
(4, 3, 64, 64)
>>> again = beetles.with_new_scene(seed=2)          # the same four animals, other pose and light
>>> bool((again["hue"] == beetles["hue"]).all()), bool((again["angle"] == beetles["angle"]).any())
(True, False)

The common form (0) is pale with dark spots, as f. *succinea*; the rare form (1) is melanic, black
with two or four coloured patches, as f. *conspicua* and f. *spectabilis*. In nature the forms are
set by variants of one gene, *pannier* (Ando et al. 2018, doi:10.1038/s41467-018-06116-1; Gautier
et al. 2018, doi:10.1016/j.cub.2018.08.023). Shapes, colours and shares here are ours, not measured.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from scipy.special import ndtr

__all__ = ["N_LATENTS", "OVERLAP", "PRIORS", "Ladybirds", "from_latents", "render", "sample"]

COMMON, RARE = 0, 1


class Prior(NamedTuple):
    """One row of the table: `name` is uniform (or log-uniform) on [low, high]."""

    name: str
    group: str  # "individual": goes with the beetle; "scene": drawn anew for each picture
    law: str  # "uniform" or "log-uniform"
    low: float
    high: float
    meaning: str


# Lengths are in body units (wing cases about 1.6 wide) for the individual, and in half pictures for
# the scene: the picture spans [-1, 1] both ways, x to the right and y up.
PRIORS = (
    Prior("hue", "individual", "uniform", 0, 1, "wing-case pigment, 0 orange to 1 red"),
    Prior("plump", "individual", "uniform", 0.92, 1.08, "width of the wing cases"),
    Prior("collar", "individual", "uniform", 0.7, 1.1, "size of the ivory marks on the pronotum"),
    Prior("extent", "individual", "uniform", 0, 1, "times `overlap`: pattern, 0 sparse to 1 broad"),
    Prior("number", "individual", "uniform", 0, 1, "few spots (one patch a side) to all of them"),
    Prior("tilt", "individual", "uniform", -1, 1, "larger at the rear (-) or at the front (+)"),
    Prior("spread", "individual", "uniform", -0.05, 0.05, "spots shifted away from the seam"),
    Prior("rise", "individual", "uniform", -0.05, 0.05, "spots shifted towards the head"),
    Prior("stretch", "individual", "log-uniform", 0.85, 1.18, "spots wider than long"),
    Prior("x", "scene", "uniform", -0.10, 0.10, "centre of the beetle"),
    Prior("y", "scene", "uniform", -0.10, 0.10, "centre of the beetle"),
    Prior("angle", "scene", "uniform", -0.5, 0.5, "heading, radians anticlockwise from up"),
    Prior("scale", "scene", "uniform", 0.54, 0.64, "size of the beetle in the picture"),
    Prior("lamp", "scene", "uniform", -0.5, 0.5, "sideways slant of the light, 0 centred"),
    Prior("level", "scene", "log-uniform", 0.55, 1.35, "light on the whole scene"),
    Prior("shade", "scene", "log-uniform", 0.40, 1.20, "light on the beetle and close around it"),
    Prior("slope_x", "scene", "uniform", -0.25, 0.25, "light gradient to the right"),
    Prior("slope_y", "scene", "uniform", -0.25, 0.25, "light gradient upwards"),
    Prior("leaf_hue", "scene", "uniform", 0, 1, "leaf, 0 bluish to 1 yellowish green"),
    Prior("leaf_tone", "scene", "log-uniform", 0.7, 1.35, "leaf, dark to light"),
    Prior("vein", "scene", "uniform", -0.7, 0.7, "where the vein crosses the picture"),
    Prior("vein_angle", "scene", "uniform", 0.2, 0.6, "direction of the vein, radians"),
)
N_LATENTS = len(PRIORS)
OVERLAP = 1.0
_COLUMN = {prior.name: i for i, prior in enumerate(PRIORS)}
_SCENE = np.array([prior.group == "scene" for prior in PRIORS])


@dataclass(frozen=True, eq=False)
class Ladybirds:
    """Parameters of n beetles in their scenes, one row each.

    ``beetles["angle"]`` is a column (n,); ``beetles[3]``, ``beetles[2:5]`` and ``beetles[mask]``
    are fewer beetles; `len` counts them.

    Attributes
    ----------
    form : (n,) int array
        0 common, 1 rare (melanic).
    values : (n, N_LATENTS) float32 array
        Parameters in the order and the units of `PRIORS`.
    """

    form: np.ndarray
    values: np.ndarray

    def __len__(self):
        return len(self.form)

    def __getitem__(self, key):
        if isinstance(key, str):
            return self.values[:, _column(key)]
        if isinstance(key, (int, np.integer)):
            key = [key]
        return Ladybirds(self.form[key], self.values[key])

    def replace(self, **columns):
        """Copy with some parameters (numbers or (n,) arrays) or the `form` set by hand."""
        form, values = self.form, self.values.copy()
        if "form" in columns:
            form = _forms(columns.pop("form"), len(self))
        for name, value in columns.items():
            values[:, _column(name)] = value
        return Ladybirds(form, values)

    def with_new_scene(self, seed):
        """The same animals (form, pattern, pigment, proportions) under another pose and light."""
        fresh = from_latents(_normals(len(self), seed)[:, :-1], self.form)
        return replace(self, values=np.where(_SCENE, fresh.values, self.values))


def sample(n, share=0.1, seed=0, form=None, overlap=OVERLAP):
    """Draw n beetles and their scenes from the prior.

    The first k beetles do not depend on n, and neither do the beetles on `share`: a larger share
    turns some common ones into rare ones and changes nothing else.

    Parameters
    ----------
    n : int
    share : float in [0, 1]
        Probability of the rare (melanic) form.
    seed : int or numpy.random.Generator
    form : None, 0, 1 or (n,) array
        Forces the form instead of drawing it.
    overlap : float in [0, 1]
        Largest `extent` of the pattern. At 0 all patterns are sparse and tone gives the form away.

    Returns
    -------
    Ladybirds
    """
    if isinstance(n, bool) or not isinstance(n, (int, np.integer)) or n < 0:
        raise ValueError(f"n is {n!r}; it must be a whole number, 0 or larger")
    _fraction("share", share)
    u = _normals(n, seed)
    if form is None:
        form = np.where(ndtr(u[:, -1]) < share, RARE, COMMON)
    return from_latents(u[:, :-1], form, overlap)


def from_latents(u, form, overlap=OVERLAP):
    """Beetles from independent standard normals: each parameter is its prior's quantile of ndtr(u).

    Parameters
    ----------
    u : (n, N_LATENTS) array
        Latents; under the prior they are N(0, I).
    form : 0, 1 or (n,) array
    overlap : float in [0, 1]

    Returns
    -------
    Ladybirds
    """
    u = np.asarray(u)
    if u.ndim != 2 or u.shape[1] != N_LATENTS:
        raise ValueError(f"u has shape {u.shape}; it must be (n, {N_LATENTS})")
    if not np.isfinite(u).all():
        raise ValueError("u has values that are not finite; latents must be real numbers")
    _fraction("overlap", overlap)
    values = ndtr(u)
    for column, prior in zip(values.T, PRIORS, strict=True):
        if prior.law == "uniform":
            column[:] = prior.low + (prior.high - prior.low) * column
        else:
            column[:] = prior.low * (prior.high / prior.low) ** column
    values[:, _COLUMN["extent"]] *= overlap
    return Ladybirds(_forms(form, len(u)), values.astype(np.float32))


def render(beetles, size=64):
    """Pictures of the beetles.

    Every picture is a sum of six pigments, each times a map of how much of it is seen and how
    brightly, times the light: ``picture = light * (colours @ maps)``. Edges are anti-aliased by the
    share of the pixel that lies inside, so that pictures of different sizes shrink to the same one.

    Parameters
    ----------
    beetles : Ladybirds
    size : int
        Pixels a side, at least 8.

    Returns
    -------
    (n, 3, size, size) float32 array
        Linear light in [0, 1].
    """
    if not isinstance(beetles, Ladybirds):
        raise ValueError(f"beetles is {type(beetles).__name__}; it must be Ladybirds (see `sample`)")
    if isinstance(size, bool) or not isinstance(size, (int, np.integer)) or size < 8:
        raise ValueError(f"size is {size!r}; it must be a whole number of pixels, 8 or larger")
    pictures = np.empty((len(beetles), 3, size, size), np.float32)
    step = max(1, 2**14 // size**2)  # few enough at a time to stay in the processor's cache
    for i in range(0, len(beetles), step):
        pictures[i : i + step] = _render(beetles[i : i + step], size)
    return pictures


# ------------------------------------------------------------------------------------- the drawing

# Pigments and lights, linear RGB.
ORANGE, RED = (0.80, 0.29, 0.025), (0.60, 0.055, 0.018)
BLUE_GREEN, YELLOW_GREEN = (0.085, 0.30, 0.075), (0.23, 0.36, 0.035)
VEIN = (0.36, 0.46, 0.16)
IVORY = (0.80, 0.74, 0.56)
BLACK = (0.016, 0.014, 0.016)
SKY = (0.90, 0.97, 1.0)

# Half of each symmetric pattern, as (distance from the seam, towards the head, radius).
SPOTS = np.array(
    [
        (0.62, 0.22, 1.00),
        (0.30, -0.05, 1.10),
        (0.24, -0.52, 0.95),
        (0.61, -0.24, 1.05),
        (0.00, 0.47, 0.95),
        (0.36, 0.40, 0.90),
        (0.50, -0.60, 0.85),
    ],
    np.float32,
)
PATCHES = np.array([(0.37, 0.26, 1.00), (0.32, -0.46, 0.85)], np.float32)

# Half of the limbs: (x, y) of the two ends and the radius at each.
LIMBS = np.array(
    [
        (0.46, 0.56, 0.84, 0.84, 0.062, 0.046),
        (0.84, 0.84, 0.98, 1.10, 0.040, 0.020),
        (0.66, 0.02, 1.06, 0.12, 0.062, 0.046),
        (1.06, 0.12, 1.26, -0.10, 0.040, 0.020),
        (0.56, -0.60, 0.92, -0.84, 0.062, 0.046),
        (0.92, -0.84, 1.02, -1.13, 0.040, 0.020),
        (0.12, 1.08, 0.36, 1.30, 0.026, 0.040),
    ],
    np.float32,
)


def _render(beetles, size):
    p = {name: beetles[name][:, None, None] for name in _COLUMN}
    pixel = np.float32(2 / size)
    right = (np.arange(size, dtype=np.float32) + np.float32(0.5)) * pixel - 1
    up = -right[:, None]

    # The beetle's own coordinates: x to its right, y to its head; and the lamp's direction in them.
    cos, sin = np.cos(p["angle"]), np.sin(p["angle"])
    across, along = (right - p["x"]) / p["scale"], (up - p["y"]) / p["scale"]
    x, y = cos * across + sin * along, cos * along - sin * across
    side, pixel_b = np.abs(x), pixel / p["scale"]
    lamp = _unit(p["lamp"], np.float32(0.45), np.float32(1.0))
    lamp = (cos * lamp[0] + sin * lamp[1], cos * lamp[1] - sin * lamp[0], lamp[2])

    wings = _Dome(x, y, 0, -0.12, 0.79 * p["plump"], 0.93, lamp)
    collar = _Dome(x, y, 0, 0.73, 0.56, 0.32, lamp)
    wing = _inside(wings.edge, pixel_b)
    front = _inside(collar.edge, pixel_b)
    head = _inside(_ellipse(x, y, 0, 1.02, 0.31, 0.20), pixel_b)
    limbs = _limbs(side, y, pixel_b)
    ivory = _inside(_ellipse(side, y, 0.42, 0.79, 0.14 * p["collar"], 0.18 * p["collar"]), pixel_b)
    ivory *= front
    colour = _pattern(side, y, p, beetles.form, pixel_b)
    colour *= 1 - np.float32(0.75) * _inside(side - np.float32(0.012), pixel_b)  # the seam

    # What hides what: wing cases over the collar, the collar over the head, all over the leaf.
    front *= 1 - wing
    ivory *= 1 - wing
    body = 1 - (1 - wing) * (1 - front) * (1 - head)
    leaf = (1 - body) * (1 - limbs)

    # The leaf darkens under the beetle (contact) and away from the lamp (cast shadow).
    cast_x, cast_y = x + np.float32(0.30) * lamp[0], y + np.float32(0.30) * lamp[1]
    cast = _ellipse(cast_x, cast_y, 0, 0.02, 0.80, 1.05)
    leaf *= 1 - np.float32(0.60) * _inside(cast, np.float32(0.36))

    dx, dy = np.cos(p["vein_angle"]), np.sin(p["vein_angle"])
    crossing = dy * right - dx * up + p["vein"]
    vein = _strip(np.abs(crossing), np.float32(0.022), pixel)
    leaf *= 1 + np.float32(0.10) * np.tanh(crossing * np.float32(6))  # the blade folds at its vein

    maps = np.empty((len(beetles), 6, size, size), np.float32)
    maps[:, 0] = leaf * (1 - np.float32(0.7) * vein)
    maps[:, 1] = leaf * (np.float32(0.7) * vein)
    maps[:, 2] = wing * colour * wings.diffuse
    maps[:, 3] = ivory * collar.diffuse
    maps[:, 4] = 1 - leaf - maps[:, 2] - maps[:, 3]
    maps[:, 5] = wing * wings.gloss + front * (np.float32(0.35) * collar.gloss)

    light = p["level"] * (1 + p["slope_x"] * right + p["slope_y"] * up)
    light *= 1 + (p["shade"] - 1) * np.exp(-np.square(x * x + np.square(y - np.float32(0.05))))
    pictures = (_colours(beetles) @ maps.reshape(len(beetles), 6, -1)).reshape(-1, 3, size, size)
    pictures *= light[:, None]
    return np.clip(pictures, 0, 1, out=pictures)


def _colours(beetles):
    """The six pigments of each beetle, (n, 3, 6)."""
    mix = lambda a, b, t: np.asarray(a) + (np.asarray(b) - a) * t[:, None]
    n = len(beetles)
    leaf = mix(BLUE_GREEN, YELLOW_GREEN, beetles["leaf_hue"]) * beetles["leaf_tone"][:, None]
    wings = mix(ORANGE, RED, beetles["hue"])
    fixed = [np.broadcast_to(c, (n, 3)) for c in (VEIN, IVORY, BLACK, SKY)]
    vein, ivory, black, sky = fixed
    return np.stack([leaf, vein, wings, ivory, black, sky], axis=-1).astype(np.float32)


def _pattern(side, y, p, form, pixel):
    """Share of each point that is coloured, not black."""
    extent, number, tilt = p["extent"], p["number"], p["tilt"]
    rare = (form == RARE)[:, None, None]
    distance = np.full(y.shape, 9, np.float32)
    for k, (cx, cy, r) in enumerate(SPOTS):
        seen = np.clip(np.float32(1.5) + 4 * number + 2 * extent - k, 0, 1)
        radius = r * (np.float32(0.085) + np.float32(0.085) * extent) * (1 + np.float32(0.25) * tilt * np.sign(cy)) * seen
        if k < len(PATCHES):
            px, py, pr = PATCHES[k]
            patch = pr * (np.float32(0.20) + np.float32(0.15) * extent) * (1 + np.float32(0.12) * tilt * np.sign(py))
            if k == 1:
                patch = patch * np.clip(4 * number - 1 + extent, 0, 1)
            cx, cy = np.where(rare, px, cx), np.where(rare, py, cy)
            radius = np.where(rare, patch, radius)
        else:
            radius = np.where(rare, 0, radius)
        sx = np.where(cx > 0, cx + p["spread"], cx)
        spot = _ellipse(side, y, sx, cy + p["rise"], radius * p["stretch"] + np.float32(1e-3), radius / p["stretch"] + np.float32(1e-3))
        distance = np.minimum(distance, spot + np.where(radius > 0.02, 0, 9).astype(np.float32))
    inside = _inside(distance, pixel)
    return np.where(rare, inside, 1 - inside)


class _Dome:
    """A glossy cap over an ellipse: edge distance, diffuse light and highlight at each point."""

    def __init__(self, x, y, cx, cy, a, b, lamp):
        qx, qy = (x - np.float32(cx)) / np.float32(1) / a, (y - np.float32(cy)) / np.float32(b)
        r2 = qx * qx + qy * qy
        self.edge = (np.sqrt(r2) - 1) * np.minimum(a, np.float32(b))
        steep = np.float32(0.85)  # below 1: the cap meets the leaf at an angle, as wing cases do
        nz = np.sqrt(np.maximum(1 - steep**2 * r2, np.float32(0.05)))
        toward = steep * (qx * lamp[0] + qy * lamp[1]) + nz * lamp[2]
        half = _unit(lamp[0], lamp[1], lamp[2] + 1)
        mirror = steep * (qx * half[0] + qy * half[1]) + nz * half[2]
        self.diffuse = np.float32(0.25) + np.float32(0.75) * np.maximum(toward, 0)
        self.gloss = np.float32(0.55) * np.exp(np.float32(90) * (np.minimum(mirror, 1) - 1))
        self.gloss += np.float32(0.035) * np.exp(np.float32(10) * (np.minimum(mirror, 1) - 1))


def _limbs(side, y, pixel):
    cover = np.zeros_like(y)
    for ax, ay, bx, by, ra, rb in LIMBS:
        dx, dy = bx - ax, by - ay
        qx, qy = side - ax, y - ay
        t = np.clip((qx * dx + qy * dy) / (dx * dx + dy * dy), 0, 1)
        distance = np.hypot(qx - t * dx, qy - t * dy)
        cover = np.maximum(cover, _strip(distance, ra + (rb - ra) * t, pixel))
    return cover


def _ellipse(x, y, cx, cy, a, b):
    """Distance to an ellipse, negative inside (exact for a circle, close for a mild ellipse)."""
    qx, qy = (x - cx) / a, (y - cy) / b
    return (np.sqrt(qx * qx + qy * qy) - 1) * np.minimum(a, b)


def _inside(distance, width):
    """Share of a pixel on the inner side of an edge."""
    return np.clip(np.float32(0.5) - distance / width, 0, 1)


def _strip(distance, radius, width):
    """Share of a pixel inside a strip that may be thinner than the pixel."""
    return _inside(distance - radius, width) + _inside(-distance - radius, width) - 1


def _unit(x, y, z):
    length = np.sqrt(x * x + y * y + z * z)
    return x / length, y / length, z / length


# ---------------------------------------------------------------------------------- small checks


def _normals(n, seed):
    return np.random.default_rng(seed).standard_normal((n, N_LATENTS + 1))


def _column(name):
    if name not in _COLUMN:
        raise ValueError(f"name is {name!r}; it must be one of {', '.join(_COLUMN)}")
    return _COLUMN[name]


def _fraction(name, value):
    if not 0 <= value <= 1:
        raise ValueError(f"{name} is {value!r}; it must lie in [0, 1]")


def _forms(form, n):
    form = np.asarray(form)
    if not np.isin(form, (COMMON, RARE)).all() or form.shape not in ((), (n,)):
        raise ValueError(f"form is {form!r}; it must be 0, 1 or an array of {n} of them")
    return np.broadcast_to(form.astype(np.int64), n).copy()
