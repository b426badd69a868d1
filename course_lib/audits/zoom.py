r"""What an enhancer gives back that was erased, and takes away that was measured: one spot.

Scenes come in pairs, alike but for one disc: with a spot and without. Both are shrunk, with the
same noise, and enhanced. With d = x_present − x_absent the answers are asked:

- *Returned*: is there a spot in the answer to the scene **without** one? It counts as shown where
  the answer is nearer to the scene with the spot than to the other, along d: the erased spot comes
  back from the prior. *Shown* is the same of the scene **with** it. An enhancer that read the spot
  off the data would show many and return none; one that ignores y has two equal rates, its prior's.
- *Kept*: the contrast that was measured, A d, and how much of it the shrunken answers still have,
  ⟨A(x̂_present − x̂_absent), A d⟩/‖A d‖². Below 1 the enhancer *deleted* what the data say.
- *Sharp*: ⟨x̂_present − x̂_absent, d⟩/‖d‖², of the scene's contrast. Of the pseudo-inverse it is
  ‖A⁺A d‖²/‖d‖², of the scene itself 1.
- *AUC*: how probably the spot of a random present one stands out more than that of a random absent
  one, to an eye that compares the answer with d; .5 is a guess.

>>> from course_lib.imaging.operators import Downsample
>>> beetles, A = ladybirds.sample(20, form=0, seed=1), Downsample(16)
>>> present, absent = pairs(beetles, LEAF, 0.2, colour=(0.9, 0.9, 0.9))
>>> told = zoom(lambda y: A.T(y) * 256, present, absent, sigma=0.0)           # the pseudo-inverse
>>> f"{told['kept']:.2f}", bool(0.1 < told["sharp"].value < 0.2)
('1.00 (1.00 to 1.00)', True)
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from course_lib import validation
from course_lib.arrays import Seed
from course_lib.audits.fairness import Estimate
from course_lib.audits.measures import bootstrap
from course_lib.imaging.operators import Downsample, LinearOperator
from course_lib.worlds import ladybirds

__all__ = ["FAVOURITE", "LEAF", "SEAM", "disc", "pairs", "zoom"]

FAVOURITE = (0.62, 0.22)  #: where every pale beetle has a spot, within ± 0.05 body units
SEAM = (0.0, -0.28)  #: on the wing cases, where none has one
LEAF = (1.1, -0.45)  #: beside the beetle, within the picture


def disc(beetles: ladybirds.Ladybirds, place: Sequence[float], radius: float,
         size: int = 64) -> np.ndarray:
    """Share of each pixel that lies in a disc on the beetle, (n, size, size).

    Parameters
    ----------
    beetles : Ladybirds
        n of them; the disc turns and grows with each.
    place : (float, float)
        Its centre in body units: to the beetle's right, and towards its head. Wing cases reach
        about ± 0.8 and from −1.05 to 0.8.
    radius : float
        In body units, > 0.
    size : int
        Pixels a side.
    """
    right = (np.arange(validation.integer(size, "size")) + 0.5) * 2 / size - 1
    x, y, angle, scale = (beetles[k][:, None, None] for k in ("x", "y", "angle", "scale"))
    across, along = right - x, -right[:, None] - y
    cos, sin = np.cos(angle), np.sin(angle)
    u, v = (validation.real(each, "place") * scale for each in place)
    off = np.hypot(cos * across + sin * along - u, cos * along - sin * across - v)
    return ladybirds.inside(off - validation.positive(radius, "radius") * scale, 2 / size)


def pairs(beetles: ladybirds.Ladybirds, place: Sequence[float] = FAVOURITE, radius: float = 0.15,
          colour: ArrayLike | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Scenes with a spot and without it, and otherwise alike.

    Parameters
    ----------
    beetles : Ladybirds
        Pale ones.
    place, radius
        As for `disc`.
    colour : (3,) array, optional
        Linear light in [0, 1], painted as it is. By default the spot is of the beetle's own black,
        in its light and gloss.

    Returns
    -------
    present, absent : arrays (n, 3, 64, 64)
        Without the spot the wing case is bare for another half of the radius around its place, so
        that the beetle's own spot is gone.

    Notes
    -----
    A render is linear in how much of each pixel is coloured, so that a spot painted from the render
    of a black wing case is what `ladybirds.render` would have drawn.
    """
    if not isinstance(beetles, ladybirds.Ladybirds) or len(beetles) == 0 or beetles.form.any():
        validation.fail("beetles", "empty, or not all of the pale form", "pale Ladybirds")
    # A `number` below every spot's: none has appeared.
    bare = ladybirds.render(beetles.replace(number=-2)).astype(float)
    if colour is None:
        ink = ladybirds.render(beetles.replace(number=-2, form=1)).astype(float)
    else:
        ink = validation.matching(np.asarray(colour, dtype=float), (3,), "colour")[:, None, None]
        if not ((ink >= 0) & (ink <= 1)).all():
            validation.fail("colour", repr(colour), "within [0, 1]")
    wide, spot = (disc(beetles, place, r)[:, None] for r in (1.5 * radius, radius))
    absent = ladybirds.render(beetles) * (1 - wide) + bare * wide
    return absent * (1 - spot) + ink * spot, absent


def zoom(enhance: Callable[[np.ndarray], ArrayLike], present: np.ndarray, absent: np.ndarray,
         A: LinearOperator | None = None, sigma: float = 0.05,
         rng: Seed = 0) -> dict[str, Estimate]:
    """Shrink pairs of scenes, enhance them, and say what became of the spot.

    Parameters
    ----------
    enhance : callable
        Small pictures (n, C, h, w) → pictures (n, C, H, W).
    present, absent : arrays (n, C, H, W)
        Scenes with the spot and without, linear light; at least two, each with a difference that
        the camera sees.
    A : LinearOperator, optional
        Camera; means over 16 × 16 pixels by default.
    sigma : float
        Standard deviation of the noise, ≥ 0. Both of a pair get the same.
    rng : numpy.random.Generator or int

    Returns
    -------
    dict of Estimate
        "returned" and "shown", shares of the n with Wilson's intervals; "kept" and "sharp", ratios
        of sums over all pairs, and "AUC", with intervals from the bootstrap over pairs.

    Notes
    -----
    Rates and AUC compare along d less its mean in each channel, the others look at differences of
    answers: a constant added to all answers changes nothing. The rates are for methods that draw
    sharp pictures: a blurred one may be nearer to either scene for other reasons than a spot, an
    edge beside it for one. The AUC is that of one simple eye, in y (blocks) as in answers; an
    answer from which y can be computed holds all that y says.
    """
    present, absent = (np.asarray(validation.image(x, name), dtype=float)
                       for x, name in ((present, "present"), (absent, "absent")))
    validation.matching(absent, present.shape, "absent")
    if present.ndim != 4 or len(present) < 2:
        validation.fail("present", f"of shape {present.shape}", "(n, C, H, W), n at least 2")
    A, rng = A or Downsample(16), np.random.default_rng(rng)
    d, seen = present - absent, A(present) - A(absent)
    if not (np.abs(seen).reshape(len(seen), -1).max(1) > 1e-12).all():
        validation.fail("a pair", "the same to the camera", "different in y")
    noise = validation.non_negative(sigma, "sigma") * rng.standard_normal(seen.shape)
    answers = [np.asarray(enhance(A(x) + noise), dtype=float) for x in (present, absent)]
    for x_hat in answers:
        validation.matching(x_hat, present.shape, "what the enhancer returns")
        if not np.isfinite(x_hat).all():
            validation.fail("what the enhancer returns", "not finite everywhere", "finite")

    local = d - d.mean((-2, -1), keepdims=True)
    size = _dot(d, local)
    shown, returned = (_dot(x_hat - absent, local) / size > 0.5 for x_hat in answers)
    change = answers[0] - answers[1]
    stands_out = np.stack([_dot(x_hat, local) / np.sqrt(size) for x_hat in answers], axis=1)
    return {"returned": Estimate.of_share(returned), "shown": Estimate.of_share(shown),
            "kept": _measured(_ratio, np.stack([_dot(A(change), seen), _dot(seen, seen)], 1)),
            "sharp": _measured(_ratio, np.stack([_dot(change, d), _dot(d, d)], 1)),
            "AUC": _measured(_auc, stands_out)}


def _dot(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.einsum("nchw,nchw->n", a, b)


def _ratio(columns: np.ndarray) -> float:
    return float(columns[:, 0].sum() / columns[:, 1].sum())


def _auc(columns: np.ndarray) -> float:
    absent = np.sort(columns[:, 1])
    below = sum(np.searchsorted(absent, columns[:, 0], side).mean() for side in ("left", "right"))
    return float(below) / 2 / len(absent)  # equal ones count half


def _measured(statistic: Callable[[np.ndarray], float], columns: np.ndarray) -> Estimate:
    return Estimate(*map(np.asarray, (statistic(columns), *bootstrap(statistic, columns))))
