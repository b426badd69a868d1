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

The pale form (0) is orange to red with black spots, as f. *succinea*; the dark form (1) is melanic,
black with two or four coloured patches, as f. *conspicua* and f. *spectabilis*. `share` is that of
the dark form, here and everywhere in the course. In nature the forms are set by variants of
one gene, *pannier* (Ando et al. 2018, doi:10.1038/s41467-018-06116-1; Gautier et al. 2018,
doi:10.1016/j.cub.2018.08.023). Shapes, colours and shares here are ours, not measured.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeAlias, overload

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from course_lib import validation
from course_lib.arrays import Seed
from course_lib.imaging.operators import Downsample

__all__ = ["DARK", "FORMS", "N_LATENTS", "OVERLAP", "PALE", "PRIORS", "Ladybirds", "fractions",
           "from_latents", "look_alikes", "render", "sample", "sixteen_pixels"]

Values: TypeAlias = float | np.ndarray  # one, or one for each beetle or pixel

PALE = "pale"  #: form 0, orange to red with black spots
DARK = "dark"  #: form 1, melanic
FORMS = (PALE, DARK)  #: a beetle's `form` is the index, 0 or 1


class Prior(NamedTuple):
    """One row of the table: `name` is uniform (or log-uniform) on [low, high]."""

    name: str
    group: str  # "individual": goes with the beetle; "scene": drawn anew for each picture
    law: str  # "uniform" or "log-uniform"
    low: float
    high: float
    meaning: str


#: Lengths are in body units (wing cases about 1.6 wide) for the individual, and in half pictures
#: for the scene: the picture spans [-1, 1] both ways, x to the right and y up.
PRIORS = (
    Prior("hue", "individual", "uniform", 0, 1, "wing-case pigment, 0 orange to 1 red"),
    Prior("plump", "individual", "uniform", 0.92, 1.08, "width of the wing cases"),
    Prior("collar", "individual", "uniform", 0.7, 1.1, "size of the ivory marks on the pronotum"),
    Prior("extent", "individual", "uniform", 0, 1, "times `overlap`: pattern, 0 sparse to 1 broad"),
    Prior("number", "individual", "uniform", 0, 1, "few to 7 spots a side, 1 or 2 patches"),
    Prior("tilt", "individual", "uniform", -1, 1, "larger at the rear (-) or at the front (+)"),
    Prior("spread", "individual", "uniform", -0.05, 0.05, "spots shifted away from the seam"),
    Prior("rise", "individual", "uniform", -0.05, 0.05, "spots shifted towards the head"),
    Prior("stretch", "individual", "log-uniform", 0.85, 1.18, "spots wider than long"),
    Prior("x", "scene", "uniform", -0.10, 0.10, "centre of the beetle"),
    Prior("y", "scene", "uniform", -0.10, 0.10, "centre of the beetle"),
    Prior("angle", "scene", "uniform", -0.5, 0.5, "heading, radians anticlockwise from up"),
    Prior("scale", "scene", "uniform", 0.54, 0.64, "size of the beetle in the picture"),
    Prior("lamp", "scene", "uniform", -0.5, 0.5, "sideways slant of the light, 0 centred"),
    Prior("brightness", "scene", "log-uniform", 0.55, 1.35, "light on the whole scene"),
    Prior("shade", "scene", "log-uniform", 0.40, 1.20, "light on the beetle and close around it"),
    Prior("slope_x", "scene", "uniform", -0.25, 0.25, "light gradient to the right"),
    Prior("slope_y", "scene", "uniform", -0.25, 0.25, "light gradient upwards"),
    Prior("leaf_hue", "scene", "uniform", 0, 1, "leaf, 0 bluish to 1 yellowish green"),
    Prior("leaf_tone", "scene", "log-uniform", 0.7, 1.35, "leaf, dark to light"),
    Prior("vein", "scene", "uniform", -0.7, 0.7, "where the vein crosses the picture"),
    Prior("vein_angle", "scene", "uniform", 0.2, 0.6, "direction of the vein, radians"),
)
N_LATENTS = len(PRIORS)  #: numbers that make a beetle, beside its form
OVERLAP = 1.0  #: largest `extent` of the pattern, by default
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
        Index into `FORMS`: 0 pale, 1 dark (melanic).
    values : (n, N_LATENTS) float32 array
        Parameters in the order and the units of `PRIORS`.
    """

    form: np.ndarray
    values: np.ndarray

    def __len__(self) -> int:
        return len(self.form)

    @overload
    def __getitem__(self, key: str) -> np.ndarray: ...

    @overload
    def __getitem__(self, key: int | slice | np.ndarray) -> Ladybirds: ...

    def __getitem__(self, key: str | int | slice | np.ndarray) -> np.ndarray | Ladybirds:
        if isinstance(key, str):
            return self.values[:, _column(key)]
        rows = [key] if isinstance(key, (int, np.integer)) else key
        return Ladybirds(self.form[rows], self.values[rows])

    def replace(self, **columns: ArrayLike) -> Ladybirds:
        """Copy with some parameters (numbers or (n,) arrays) or the `form` set by hand."""
        form, values = self.form, self.values.copy()
        if "form" in columns:
            form = _forms(columns.pop("form"), len(self))
        for name, value in columns.items():
            value = np.asarray(value, dtype=np.float32)
            if value.shape not in ((), (len(self),)) or not np.isfinite(value).all():
                validation.fail(name, repr(value), f"a finite number or {len(self)} of them")
            values[:, _column(name)] = value
        return Ladybirds(form, values)

    def with_new_scene(self, seed: Seed) -> Ladybirds:
        """The same animals (form, pattern, pigment, proportions) under another pose and light."""
        fresh = from_latents(_normals(len(self), seed)[:, :-1], self.form)
        return replace(self, values=np.where(_SCENE, fresh.values, self.values))


def sample(n: int, share: float = 0.1, seed: Seed = 0, form: ArrayLike | None = None,
           overlap: float = OVERLAP) -> Ladybirds:
    """Draw n beetles and their scenes from the prior.

    The first k beetles do not depend on n, and neither do the beetles on `share`: a larger share
    turns some pale ones into dark ones and changes nothing else.

    Parameters
    ----------
    n : int
    share : float in [0, 1]
        Probability of the dark (melanic) form.
    seed : int or numpy.random.Generator
    form : None, 0, 1 or (n,) array
        Forces the form instead of drawing it.
    overlap : float in [0, 1]
        Largest `extent` of the pattern. At 0 all patterns are sparse and tone gives the form away.

    Returns
    -------
    Ladybirds
    """
    n = validation.integer(n, "n", least=0)
    validation.fraction(share, "share")
    u = _normals(n, seed)
    if form is None:
        form = ndtr(u[:, -1]) < share
    return from_latents(u[:, :-1], form, overlap)


def from_latents(u: ArrayLike, form: ArrayLike, overlap: float = OVERLAP) -> Ladybirds:
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
        validation.fail("u", f"of shape {u.shape}", f"of shape (n, {N_LATENTS})")
    if not np.isfinite(u).all():
        validation.fail("u", "not finite everywhere (NaN or infinity)", "finite")
    validation.fraction(overlap, "overlap")
    values = ndtr(u)
    for column, prior in zip(values.T, PRIORS, strict=True):
        if prior.law == "uniform":
            column[:] = prior.low + (prior.high - prior.low) * column
        else:
            column[:] = prior.low * (prior.high / prior.low) ** column
    values[:, _COLUMN["extent"]] *= overlap
    return Ladybirds(_forms(form, len(u)), values.astype(np.float32))


def fractions(beetles: Ladybirds) -> np.ndarray:
    """Parameters as the fractions of their ranges that lie below them: (n, N_LATENTS) in [0, 1].

    Under the prior they are uniform: the inverse of what `from_latents` does with ndtr(u).
    """
    found = beetles.values.astype(float)
    for column, prior in zip(found.T, PRIORS, strict=True):
        if prior.law == "uniform":
            column[:] = (column - prior.low) / (prior.high - prior.low)
        else:
            column[:] = np.log(column / prior.low) / np.log(prior.high / prior.low)
    return found


def look_alikes() -> Ladybirds:
    """Four different beetles, two of each form, that shrink to nearly the same 4 × 4 pixels.

    Their 64-pixel pictures differ from the mean of the four by less than 0.004 in every block of
    16 × 16. Found among 60,000 beetles of the prior (the nearest ones to a heavily spotted pale
    beetle, none rarer than 2.3 sd in any latent), then moved by least squares on the latents.

    Returns
    -------
    Ladybirds
        Forms 0, 1, 0, 1.
    """
    u = [
        [0.79, 0.11, -0.12, 0.31, 1.50, -1.90, -0.47, 0.10, 1.27, 0.28, 0.12,
         -0.48, -1.14, -0.91, -0.19, -1.63, -1.58, 0.06, 0.52, -0.82, -1.33, -2.18],
        [0.48, 1.73, -1.21, 2.00, -0.35, -0.39, -2.16, 1.78, 1.80, 0.30, 0.23,
         -0.48, -1.11, -0.95, 0.01, -1.29, -1.57, 0.08, 0.55, -1.30, -1.45, -2.14],
        [0.95, -0.21, 1.13, 0.40, -0.41, -1.73, 1.07, -1.30, -1.11, 0.23, 0.13,
         -0.45, -1.23, -1.05, -0.56, -1.30, -1.64, 0.03, 0.53, -0.27, -1.22, -1.68],
        [0.43, 2.16, -0.60, 1.92, 0.69, 0.32, -2.13, 1.67, 1.70, 0.31, 0.16,
         -1.10, -1.15, -1.15, -0.20, -0.91, -1.55, 0.02, 0.55, -0.82, -1.42, -2.19],
    ]
    return from_latents(u, form=[0, 1, 0, 1])


def sixteen_pixels() -> np.ndarray:
    """What the camera kept of one beetle: the 4 × 4 pixels that the first lesson shows.

    The beetle is none of the `look_alikes`; each of them comes within 0.006 of its pixels.

    Returns
    -------
    array (3, 4, 4)
        Block means, linear light, without noise; float64.
    """
    beetle = sample(26263, share=0.5, seed=101)[-1:]
    return Downsample(16)(render(beetle)[0].astype(float))


def render(beetles: Ladybirds, size: int = 64) -> np.ndarray:
    """Pictures of the beetles.

    Every picture is a sum of six pigments, each times a map of how much of it is seen and how
    brightly, times the light: ``picture = light * (colours @ maps)``. Edges are anti-aliased by the
    share of the pixel that lies inside, so that pictures of different sizes shrink to nearly the
    same one; the course always shrinks from 64.

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
        validation.fail("beetles", f"of type {type(beetles).__name__}", "Ladybirds, as from sample")
    size = validation.integer(size, "size", least=8)
    pictures = np.empty((len(beetles), 3, size, size), np.float32)
    # On Linux the C library hands memory back after each operation and fetches it again for the
    # next, unless a large block has been freed once: this one, never touched, halves the time.
    np.empty(2**21)
    step = max(1, 2**15 // size**2)  # few enough at a time to stay in the processor's cache
    for form in range(len(FORMS)):
        rows = np.flatnonzero(beetles.form == form)
        for i in range(0, len(rows), step):
            some = rows[i : i + step]
            pictures[some] = _draw(beetles[some], form, size)
    return pictures


# ------------------------------------------------------------------------------------ the drawing

# Pigments and the sky's reflection, linear RGB.
ORANGE, RED = np.array([0.80, 0.29, 0.025]), np.array([0.60, 0.055, 0.018])
BLUE_GREEN, YELLOW_GREEN = np.array([0.085, 0.30, 0.075]), np.array([0.23, 0.36, 0.035])
VEIN, IVORY = np.array([0.36, 0.46, 0.16]), np.array([0.80, 0.74, 0.56])
BLACK, SKY = np.array([0.016, 0.014, 0.016]), np.array([0.90, 0.97, 1.0])

# Pattern of each form, right half: distance from the seam, height towards the head, relative
# radius, and the `number` at which it appears. Spots are black on colour, patches the reverse.
SPOTS = [
    (0.62, 0.22, 1.00, -1.0),
    (0.30, -0.05, 1.10, -1.0),
    (0.24, -0.52, 0.95, 0.0),
    (0.61, -0.24, 1.05, 0.15),
    (0.00, 0.47, 0.95, 0.3),
    (0.36, 0.40, 0.90, 0.45),
    (0.50, -0.60, 0.85, 0.6),
]
PATCHES = [(0.37, 0.26, 1.00, -1.0), (0.32, -0.46, 0.85, 0.15)]

# Legs and antenna, right half: the two ends (x, y) of each segment and the radius at each end.
LIMBS = [
    ((0.46, 0.56), (0.84, 0.84), 0.062, 0.046),
    ((0.84, 0.84), (0.98, 1.10), 0.040, 0.020),
    ((0.66, 0.02), (1.06, 0.12), 0.062, 0.046),
    ((1.06, 0.12), (1.26, -0.10), 0.040, 0.020),
    ((0.56, -0.60), (0.92, -0.84), 0.062, 0.046),
    ((0.92, -0.84), (1.02, -1.13), 0.040, 0.020),
    ((0.12, 1.08), (0.36, 1.30), 0.026, 0.040),
]


def _draw(beetles, form, size):
    """Pictures of beetles that all have the same form."""
    p = {prior.name: beetles[prior.name][:, None, None] for prior in PRIORS}
    pixel = np.float32(2 / size)
    right = (np.arange(size, dtype=np.float32) + 0.5) * pixel - 1
    up = -right[:, None]

    # The beetle's own frame: x to its right, y to its head, the size of a pixel, the lamp.
    cos, sin = np.cos(p["angle"]), np.sin(p["angle"])
    across, along = (right - p["x"]) / p["scale"], (up - p["y"]) / p["scale"]
    x, y = cos * across + sin * along, cos * along - sin * across
    side, dot = np.abs(x), pixel / p["scale"]
    east, north, above = unit(p["lamp"], 0.45, 1.0)
    lamp = (cos * east + sin * north, cos * north - sin * east, above)

    # Coverage of each part, between 0 and 1; the wing cases hide the collar and it hides the head.
    wing_edge, wing_light, wing_gloss = dome(x, y, -0.12, 0.79 * p["plump"], 0.93, lamp)
    collar_edge, collar_light, collar_gloss = dome(x, y, 0.73, 0.56, 0.32, lamp)
    wing, collar = inside(wing_edge, dot), inside(collar_edge, dot)
    head = inside(_ellipse(x, y, 0, 1.02, 0.31, 0.20), dot)
    colour = wing * _coloured(side, y, p, form, dot)
    ivory = inside(_ellipse(side, y, 0.42, 0.79, 0.14 * p["collar"], 0.18 * p["collar"]), dot)
    collar *= 1 - wing
    leaf = (1 - wing - collar) * (1 - head) * (1 - _limbs(side, y, dot))
    body = 1 - leaf

    # The leaf: darker under the beetle and away from the lamp, folded at its vein.
    shadow = inside(_ellipse(x, y, -0.3 * lamp[0], 0.02 - 0.3 * lamp[1], 0.80, 1.05), 0.36)
    from_vein = p["vein"] + np.sin(p["vein_angle"]) * right - np.cos(p["vein_angle"]) * up
    vein = 0.7 * _strip(np.abs(from_vein), 0.022, pixel)
    leaf *= (1 - 0.6 * shadow) * (1 + np.clip(0.3 * from_vein, -0.1, 0.1))

    maps = np.empty((len(beetles), 6, size, size), np.float32)
    maps[:, 0] = leaf * (1 - vein)
    maps[:, 1] = leaf * vein
    maps[:, 2] = colour * wing_light
    maps[:, 3] = collar * ivory * collar_light
    maps[:, 4] = body - colour - collar * ivory
    maps[:, 5] = wing * wing_gloss + 0.35 * collar * collar_gloss

    light = p["brightness"] * (1 + p["slope_x"] * right + p["slope_y"] * up)
    light *= 1 + (p["shade"] - 1) * np.exp(-np.square(x * x + y * y))
    pictures = _pigments(beetles) @ maps.reshape(len(beetles), 6, -1)
    pictures = pictures.reshape(-1, 3, size, size) * light[:, None]
    return np.clip(pictures, 0, 1, out=pictures)


def _pigments(beetles):
    """Colours of leaf, vein, wing cases, ivory, black and reflected sky: (n, 3, 6)."""
    hue, leaf_hue, leaf_tone = (beetles[k][:, None] for k in ("hue", "leaf_hue", "leaf_tone"))
    wings = ORANGE + (RED - ORANGE) * hue
    leaf = (BLUE_GREEN + (YELLOW_GREEN - BLUE_GREEN) * leaf_hue) * leaf_tone
    vein, ivory, black, sky = (np.broadcast_to(c, leaf.shape) for c in (VEIN, IVORY, BLACK, SKY))
    return np.stack([leaf, vein, wings, ivory, black, sky], axis=-1).astype(np.float32)


def _coloured(side, y, p, form, dot):
    """Share of each pixel of the wing cases that is coloured, not black."""
    if FORMS[form] == PALE:
        spots, size, lean = SPOTS, 0.085 + 0.085 * p["extent"], 0.25 * p["tilt"]
    else:
        spots, size, lean = PATCHES, 0.20 + 0.15 * p["extent"], 0.12 * p["tilt"]
    # In stretched coordinates every spot is a circle. One that has not appeared yet has a negative
    # radius, so that it grows from nothing as `number` rises: pictures depend on it continuously.
    sx, sy = side / p["stretch"], y * p["stretch"]
    edge = np.full_like(y, np.inf)
    for cx, cy, radius, appears in spots:
        dx = sx - (cx + (cx > 0) * p["spread"]) / p["stretch"]
        dy = sy - (cy + p["rise"]) * p["stretch"]
        grown = np.clip(5 * (p["number"] - appears), -1, 1)
        radius = radius * size * (1 + np.sign(cy) * lean) * grown
        np.minimum(edge, np.sqrt(dx * dx + dy * dy) - radius, out=edge)
    marked = inside(edge, dot)
    if FORMS[form] == DARK:
        return marked
    return (1 - marked) * (1 - 0.75 * inside(side - 0.012, dot))  # with the seam between the wings


def dome(x: np.ndarray, y: np.ndarray, centre: float, a: Values, b: Values,
         lamp: tuple[Values, Values, Values]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Edge distance, diffuse light and highlight of a glossy cap over an ellipse."""
    # Surface normal; a slope below 1 lets the cap meet the leaf at an angle, as wing cases do.
    slope = 0.85
    nx, ny = x * (slope / a), (y - centre) * (slope / b)
    n2 = nx * nx + ny * ny
    nz = np.sqrt(np.maximum(1 - n2, 0.05))
    edge = (np.sqrt(n2) / slope - 1) * np.minimum(a, b)
    towards_lamp = nx * lamp[0] + ny * lamp[1] + nz * lamp[2]
    # The highlight sits where the normal is half-way between the lamp and the viewer above.
    half = 1 / np.sqrt(2 + 2 * lamp[2])
    sheen = np.exp(10 * np.minimum((towards_lamp + nz) * half - 1, 0))
    peak = np.square(np.square(np.square(sheen)))
    return edge, 0.25 + 0.75 * np.maximum(towards_lamp, 0), 0.035 * sheen + 0.55 * peak


def _limbs(side, y, dot):
    """Coverage by legs and antennae."""
    edge = np.full_like(y, np.inf)
    for (ax, ay), (bx, by), ra, rb in LIMBS:
        length = math.hypot(bx - ax, by - ay)
        dx, dy = (bx - ax) / length, (by - ay) / length
        along = dx * side + dy * y - (dx * ax + dy * ay)
        across = dx * y - dy * side - (dx * ay - dy * ax)
        on_it = np.clip(along, 0, length)
        along -= on_it
        radius = ra + (rb - ra) / length * on_it
        np.minimum(edge, np.sqrt(along * along + across * across) - radius, out=edge)
    return _strip(edge + 0.035, 0.035, dot)


def _ellipse(x, y, cx, cy, a, b):
    """Distance to an ellipse, negative inside (exact for a circle, near it for a mild ellipse)."""
    qx, qy = (x - cx) / a, (y - cy) / b
    return (np.sqrt(qx * qx + qy * qy) - 1) * np.minimum(a, b)


def inside(distance: np.ndarray, width: Values) -> np.ndarray:
    """Share of a pixel (or of a soft edge) of this width that lies on the inner side."""
    return np.clip(0.5 - distance / width, 0, 1)


def _strip(distance, radius, width):
    """Share of a pixel covered by a strip, which may be thinner than the pixel."""
    return inside(distance - radius, width) - inside(distance + radius, width)


def unit(x: Values, y: Values, z: Values) -> tuple[Values, Values, Values]:
    length = np.sqrt(x * x + y * y + z * z)
    return x / length, y / length, z / length


# ----------------------------------------------------------------------------------- small checks


def _normals(n, seed):
    """Latents, one row a beetle; the last column decides the form."""
    return np.random.default_rng(seed).standard_normal((n, N_LATENTS + 1))


def _column(name):
    return _COLUMN[validation.choice(name, "name", tuple(_COLUMN))]


def _forms(form, n):
    form = np.asarray(form)
    if form.shape not in ((), (n,)) or not np.isin(form, (0, 1)).all():
        validation.fail("form", repr(form), f"0 (pale), 1 (dark) or {n} of them")
    return np.broadcast_to(form.astype(np.int64), n).copy()
