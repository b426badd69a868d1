"""Beetles of either form, their sixteen pixels, and the form that came back.

``course data flips`` has searched every shipped generator for 400 pale and 400 dark beetles with
`generators.pulse`, each from a start of its own, and recorded the form of the start, the form of
what was found and its residual. It has also taught a small network for every generator what the
posterior of *that* generator says of sixteen pixels: trained on the generator's own pictures,
shrunken and noisy, it approaches P(dark | y) with the generator as the prior.

Truth k is pale for k < `EACH`, dark otherwise. Searches go in blocks of `BLOCK` of either form,
with the block's number as the seed, so that any block can be repeated alone.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import ArrayLike
from safetensors import safe_open
from scipy.special import expit

from course_lib import validation
from course_lib.data import data_path, read_rows, verified_path
from course_lib.imaging.operators import Downsample
from course_lib.inference import classifiers
from course_lib.inference.networks import channels_last, dense
from course_lib.worlds import ladybirds

if TYPE_CHECKING:  # they need PyTorch, which most of this does without
    import torch

    from course_lib.generators.gan import Generator
    from course_lib.generators.pulse import Search, StyleLaw

__all__ = ["DECLARED", "EACH", "SHARES", "block", "cells", "crossed", "drawn_share", "names",
           "network", "p_dark_under", "recorded", "sampled", "search_block", "search_each",
           "search_world", "truths"]

Cells: TypeAlias = dict[tuple[int, int, int], np.ndarray]

EACH = 400  #: truths of each form
BLOCK, SEED, SIGMA = 8, 9001, 0.05
DECLARED = 0.5  #: reference share of the dark form, a choice
#: Share of the dark form that each generator was trained on.
SHARES = {"share_50": 0.5, "share_10": 0.1, "share_02": 0.02, "share_90": 0.9, "collapsed": 0.5}
EDGE = 0.2  # width of the crossing between the forms in `search_world`


@cache
def truths() -> tuple[ladybirds.Ladybirds, np.ndarray]:
    """Beetles (2 · `EACH`) and their sixteen noisy pixels, (2 · `EACH`, 3, 4, 4); σ = `SIGMA`."""
    forms = np.repeat([0, 1], EACH)
    beetles = ladybirds.sample(2 * EACH, seed=SEED, form=forms)
    small = Downsample(16)(ladybirds.render(beetles).astype(float))
    noise = np.random.default_rng(SEED).standard_normal(small.shape)
    return beetles, small + SIGMA * noise


def block(number: int) -> np.ndarray:
    """Indices of the truths of a block, pale ones first."""
    first = BLOCK * np.arange(2 * EACH // BLOCK).reshape(2, -1)[:, number]
    return (first[:, None] + np.arange(BLOCK)).ravel()


def search_each(generator: Generator, y: np.ndarray, law: StyleLaw | None = None,
                latents: torch.Tensor | None = None, seed: int = 0) -> Search:
    """PULSE from one start for each of n pictures: start k searches for picture k alone.

    Parameters
    ----------
    generator : gan.Generator
    y : array (n, 3, 4, 4)
    law, latents, seed
        As for `pulse.search`; latents for n starts.

    Returns
    -------
    pulse.Search
        With one input and n starts.
    """
    import torch

    from course_lib.generators import pulse

    offsets = torch.from_numpy((y - y[0]).astype(np.float32))
    shrink = Downsample(64 // y.shape[-1])
    # The difference A x − yₖ is the same as (A x − yₖ + y₀) − y₀.
    return pulse.search(channels_last(generator), y[0], starts=len(y), law=law,
                        latents=latents, seed=seed, camera=lambda x: shrink(x) - offsets)


def search_block(generator: Generator, number: int, law: StyleLaw | None = None, repeat: int = 0,
                 latents: torch.Tensor | None = None) -> dict[str, list[float]]:
    """Search for the truths of a block; `repeat` takes other starts, `latents` gives them.

    Returns
    -------
    dict of lists (2 · `BLOCK`,)
        "start" and "found": P(dark) of the pictures there, as the 64-pixel classifier reads them;
        "residual".
    """
    result = search_each(generator, truths()[1][block(number)], law, latents,
                         seed=1000 * repeat + number)
    return {"start": classifiers.p_dark(result.beginnings[0]).round(4).tolist(),
            "found": classifiers.p_dark(result.pictures[0]).round(4).tolist(),
            "residual": result.residuals[0].astype(float).round(6).tolist()}


def search_world(y: np.ndarray, share: float, steps: int = 100, epsilon: float = 2e-3,
                 seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    r"""The search of PULSE in a perfect generator: the renderer itself, at a share of one's choice.

    Its latents are the 22 of a beetle and one more, t, standard normal: beyond the threshold that
    leaves the dark form its share the beetle is dark. Within `EDGE` of it the two forms fade into
    each other, as in a generator that is a continuous function, so that a search can cross. Loss,
    steps, rates and the sphere are those of `pulse.search`; there are no rows and no noise maps.

    Parameters
    ----------
    y : array (n, 3, 4, 4)
    share : float in (0, 1)
        Of the dark form among the generator's pictures, and so among the starts.
    steps, epsilon, seed
        As for `pulse.search`.

    Returns
    -------
    start, found : arrays (n,) of bool
        Whether the picture is (more than half) dark.
    residual : array (n,)
    """
    from scipy.special import ndtri

    from course_lib.generators.pulse import learning_rate

    n, m = len(y), ladybirds.N_LATENTS
    threshold = -ndtri(validation.fraction(share, "share"))
    v = np.random.default_rng(seed).standard_normal((n, m + 1))
    length, nudge = np.linalg.norm(v, axis=1, keepdims=True), 1e-2
    first, second = np.zeros_like(v), np.zeros_like(v)
    least, start = np.full(n, np.inf), v[:, -1] > threshold
    found, residual = start.copy(), np.empty(n)
    for step in range(steps + 1):
        mix = expit((v[:, -1] - threshold) / EDGE)
        pictures = np.stack([_small(v[:, :-1], form) for form in (0, 1)])
        off = (1 - mix)[:, None] * pictures[0] + mix[:, None] * pictures[1] - y.reshape(n, -1)
        error = np.mean(off**2, axis=1)
        better = np.maximum(error, epsilon) < least
        least[better], residual[better] = np.maximum(error, epsilon)[better], error[better]
        found[better] = mix[better] > 0.5
        if step == steps:
            break
        slope = np.zeros_like(v)
        far = error > epsilon  # nearer than ε the data no longer pull
        slope[far, -1] = np.mean(off * (pictures[1] - pictures[0]), axis=1)[far] * (
            mix * (1 - mix))[far] / EDGE
        for form, weight in ((0, 1 - mix), (1, mix)):
            rows = np.flatnonzero(far & (weight > 1e-3))
            if not len(rows):
                continue
            moved = v[rows, None, :-1] + nudge * np.eye(m)
            rise = _small(moved.reshape(-1, m), form).reshape(len(rows), m, -1)
            rise -= pictures[form][rows, None]
            slope[rows, :-1] += weight[rows, None] * np.mean(off[rows, None] * rise, 2) / nudge
        first, second = 0.9 * first + 0.1 * slope, 0.999 * second + 0.001 * slope**2
        v = v - learning_rate(step, steps) * (first / (1 - 0.9 ** (step + 1))) / (
            np.sqrt(second / (1 - 0.999 ** (step + 1))) + 1e-10)
        v *= length / np.linalg.norm(v, axis=1, keepdims=True)
    return start, found, residual


def _small(u, form):
    """Sixteen pixels of beetles, (n, 48), from renders of 16 × 16, a four-thousandth away."""
    x = ladybirds.render(ladybirds.from_latents(u, form), 16)
    return Downsample(4)(x).reshape(len(u), -1).astype(float)


# --- what was recorded ---------------------------------------------------------------------------


def recorded(name: str, repeats: int = 1) -> dict[str, np.ndarray]:
    """Searches of a generator, as recorded.

    Parameters
    ----------
    name : str
        A generator of `SHARES`; "world_50" and so on, `search_world` at this share; or
        "share_10_pale_start" and "share_10_dark_start", from starts of one form
        (`pulse.choose_starts`), for some blocks only.
    repeats : int
        Searches of each truth, from different starts; only "share_10" has more than one, and those
        for the truths of some blocks only.

    Returns
    -------
    dict of arrays (n, repeats)
        "truth" (its index), "start" and "found" (P(dark)), "residual".
    """
    rows = {(row["repeat"], row["block"]): row for row in _rows(name)}
    numbers = [k for k in range(EACH // BLOCK) if (repeats - 1, k) in rows]
    order = np.argsort(index := np.concatenate([block(k) for k in numbers]))
    table = {key: np.stack([np.concatenate([rows[r, k][key] for k in numbers])[order]
                            for r in range(repeats)], axis=1)
             for key in ("start", "found", "residual")}
    return {"truth": index[order]} | table


def _rows(name):
    return read_rows(verified_path("flips", f"{name}.jsonl"))


def drawn_share(name: str) -> float:
    """Share of the dark form among the 20,000 pictures of a generator that taught its network."""
    with safe_open(verified_path("flips", f"{name}_4x4.safetensors"), "np") as file:
        return float(file.metadata()["share"])


def network(name: str) -> list[tuple[np.ndarray, np.ndarray]]:
    """Weights and biases of the network that knows a generator's posterior."""
    return dense(verified_path("flips", f"{name}_4x4.safetensors"))


def p_dark_under(y: ArrayLike, name: str) -> np.ndarray:
    """P(dark | y) if the prior is the generator `name`, as it is.

    Parameters
    ----------
    y : array (..., 3, 4, 4)
        Block means plus Gaussian noise of standard deviation `SIGMA`, linear light.
    name : str

    Returns
    -------
    array (...)
    """
    return expit(classifiers.log_odds(np.asarray(y), network(name)))


def crossed() -> dict[str, np.ndarray]:
    """Searches of "share_10" in which every start serves every truth, 12 of either form.

    Returns
    -------
    dict of arrays
        "truth" (n,), its index; "start" (starts,), P(dark) of the pictures there; "found" and
        "residual" (n, starts).
    """
    rows = _rows("crossed")
    table = {key: np.array([row[key] for row in rows])
             for key in ("truth", "start", "found", "residual")}
    return table | {"start": table["start"][0]}


def sampled() -> dict[str, np.ndarray]:
    """Draws of `course_lib.generators.chains` for 50 of the truths, the generator being "share_10".

    Returns
    -------
    dict of arrays (50, ...)
        "truth" (its index); "p", the share of the draws that are dark; "chains", the same for each
        of two chains; "ess", how many independent draws they are worth for that share.
    """
    rows = _rows("sampled")
    return {key: np.array([row[key] for row in rows]) for key in rows[0]}


def names() -> list[str]:
    """Names of the generators with a complete record, as in `SHARES`."""
    return [name for name in SHARES if all(
        data_path("flips", f"{name}{end}").exists() for end in (".jsonl", "_4x4.safetensors"))]


def cells(name: str) -> tuple[Cells, Cells]:
    """Table of the bias budget of a generator, for `fairness.bias_budget`.

    Returns
    -------
    dark, pale : dict of (`EACH`,) arrays
        For truths of each form, by cell: the probability to come back as the other form.
    """
    share, y = SHARES[name], truths()[1]

    def shape(p):
        return p if p.ndim == 1 else (p[:, 0] > 0.5).astype(float)

    said = {
        (0, 0, 0): classifiers.p_dark(y, DECLARED),
        (1, 0, 0): classifiers.p_dark(y, share),
        (1, 1, 0): p_dark_under(y, name),
        (1, 1, 1): recorded(name)["found"],
        # The generator of the declared share. It was trained longer, and from random weights.
        (0, 1, 0): p_dark_under(y, "share_50"),
        (0, 1, 1): recorded("share_50")["found"],
        (0, 0, 1): recorded("world_50")["found"],
        (1, 0, 1): recorded(f"world_{100 * share:02.0f}")["found"],
    }
    said = {cell: shape(p) for cell, p in said.items()}
    return ({cell: 1 - p[EACH:] for cell, p in said.items()},
            {cell: p[:EACH] for cell, p in said.items()})
