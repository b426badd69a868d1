"""PULSE: search a generator for a picture that shrinks to the one given.

Written from the description of S. Menon, A. Damian, S. Hu, N. Ravi & C. Rudin, PULSE:
self-supervised photo upsampling via latent space exploration of generative models, CVPR 2020
(arXiv:2003.03808), with its defaults, for the generators of `generators.gan`. It minimises

    100 · max(mean (A(G(w)) − y)², ε)  +  0.05 · GEOCROSS(w)

over one style row a layer ("W+") and some noise maps, each kept at the length it started with.
Above ε the first term is that of Gaussian noise with σ = 0.98 (8 × 8); nobody chose it as a noise
model. Within ε it is flat and only GEOCROSS ranks pictures, and 100 steps needn't reach its
minimum: the result is no MAP estimate. Its law is that of the start, pushed through the search.
Such a law can be the posterior, as a flow's is; this one isn't: dark ladybirds come back pale
though the pixels tell the form.

Unlike the published program it judges every item by its own error, returns every start's picture
whether or not it met ε, and returns the picture whose error it tells.
"""

import copy
import math
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch.nn import functional
from tqdm import trange

from course_lib import validation
from course_lib.data import verified_path
from course_lib.generators.gan import Z_DIM, Generator
from course_lib.imaging.operators import Downsample
from course_lib.imaging.optics import srgb_decode
from course_lib.inference.classifiers import p_dark
from course_lib.inference.networks import channels_last
from course_lib.worlds import ladybirds, sprites

__all__ = ["MAIN", "Search", "StyleLaw", "TRUTHS", "choose_starts", "fit_styles", "geocross",
           "learning_rate", "met", "recorded", "recorded_picture", "search", "truth"]

EPSILON = 2e-3  #: mean squared error, linear light: 0.045 RMS, a twentieth of the range
#: A search ends at ε on either side, for the loss rises slowly above it: so many ε count as met.
KINK = 1.002
MAIN = "share_10"  #: the generator that lesson `pulse` is about
#: Name → picture that lesson `pulse` enhances: four fresh ladybirds, three that are none.
TRUTHS = {
    "pale 1": lambda: _render(0.0, 41), "pale 2": lambda: _render(0.0, 42),
    "dark 1": lambda: _render(1.0, 41), "dark 2": lambda: _render(1.0, 42),
    "clockwork beetle": sprites.robot_beetle, "tomato": sprites.tomato,
    "empty leaf": sprites.empty_leaf,
}  # fmt: skip


def _render(share, seed):
    return ladybirds.render(ladybirds.sample(1, share=share, seed=seed))[0]


def truth(name: str) -> np.ndarray:
    """One of `TRUTHS`, (3, 64, 64), linear light."""
    return TRUTHS[validation.choice(name, "name", tuple(TRUTHS))]().astype(float)


def recorded_picture(record: Mapping[str, np.ndarray], row: int, size: int,
                     start: int) -> np.ndarray:
    """Picture (3, 64, 64) of the explorer: a row of `TRUTHS`, 0 for 8 × 8 or 1 for 4 × 4, a start.

    It was stored in few colours: look at it, but measure on `search`'s own.
    """
    at = row, size, start
    codes = record["explorer_palette"][at][record["explorer_index"][at]]
    return srgb_decode(np.moveaxis(codes, -1, 0) / 255)


def recorded(name: str) -> dict[str, np.ndarray]:
    """Searches that the course made with a shipped generator (`course_staff.experiments.searches`).

    Returns
    -------
    dict of arrays

    Raises
    ------
    ValueError
        If the file is not the one that was shipped.
    """
    with np.load(verified_path("pulse", f"{name}.npz")) as stored:
        return {key: stored[key] for key in stored.files}


@dataclass(frozen=True, eq=False)
class StyleLaw:
    """Gaussian with independent coordinates, fitted to styles before their last leaky ReLU.

    Attributes
    ----------
    mean, sd : tensor (Z_DIM,)
    """

    mean: torch.Tensor
    sd: torch.Tensor

    def styles(self, latents: torch.Tensor) -> torch.Tensor:
        """Styles (..., Z_DIM) of latents that are standard normal at the start."""
        return functional.leaky_relu(latents * self.sd + self.mean, 0.2)

    def latents(self, styles: torch.Tensor) -> torch.Tensor:
        """Latents (..., Z_DIM) whose `styles` these are."""
        return (functional.leaky_relu(styles, 5.0) - self.mean) / self.sd


def fit_styles(generator: Generator, n: int = 100_000, seed: int = 0) -> StyleLaw:
    """Fit `StyleLaw` to the styles of n latents that a generator's mapping network maps."""
    z = torch.randn(n, Z_DIM, generator=torch.Generator().manual_seed(seed))
    with torch.no_grad():
        before = functional.leaky_relu(generator.mapping(z), 5.0)  # undoes the slope of 0.2
    return StyleLaw(before.mean(0), before.std(0))


def geocross(w: torch.Tensor) -> torch.Tensor:
    """How far the style rows of an item lie apart: mean over pairs of d θ²/8, (n,).

    θ is the angle between two rows of w, (n, rows, d), measured as 2 atan2(‖a − b‖, ‖a + b‖).
    """
    a, b = w[:, None], w[:, :, None]
    apart, along = (((x.square() + 1e-9).sum(-1)).sqrt() for x in (a - b, a + b))
    angle = 2 * torch.atan2(apart, along)
    return (w.shape[-1] * angle.square()).mean((1, 2)) / 8


def learning_rate(step: int, steps: int, peak: float = 0.4) -> float:
    """Adam's rate at a step, as PULSE changes it.

    Linear from a tenth of the peak to the peak at 45 % of the steps, back to a tenth at 90 %, and
    to a thousandth at the end.
    """
    return peak * float(np.interp(step / steps, [0, 0.45, 0.9, 1], [0.1, 1, 0.1, 0.001]))


def met(residuals: ArrayLike, epsilon: float = EPSILON) -> np.ndarray:
    """Say which mean squared errors (...) meet ε: those of at most 1.002 ε, `KINK` ε.

    >>> met([0.001, 0.002003, 0.00201]).tolist()
    [True, True, False]
    """
    return np.asarray(residuals) <= KINK * epsilon


@dataclass(frozen=True, eq=False)
class Search:
    """What `search` found for every input and every start.

    Attributes
    ----------
    pictures : (inputs, starts, 3, 64, 64) array
        At the step with the least loss. Linear light.
    residuals : (inputs, starts) array
        Mean squared error of those pictures, shrunk, from the input.
    beginnings : (inputs, starts, 3, 64, 64) array
        Pictures at the start.
    epsilon : float
    """

    pictures: np.ndarray
    residuals: np.ndarray
    beginnings: np.ndarray
    epsilon: float

    @property
    def met(self) -> np.ndarray:
        """Whether ε is `met`, (inputs, starts)."""
        return met(self.residuals, self.epsilon)


def choose_starts(generator: Generator, form: str, starts: int, pool: int = 100,
                  law: StyleLaw | None = None, seed: int = 0, surest: bool = True) -> torch.Tensor:
    """Starts in the region of one form: own pictures of the generator that show it.

    All rows of such a start are the same, the style of one latent. (The starts that `search` draws
    have independent rows; where one form is rare they hardly ever look like it.)

    Parameters
    ----------
    generator : gan.Generator
    form : str
        `ladybirds.PALE` or `DARK`, as `classifiers.p_dark` reads the picture at the start.
    starts, pool : int
        How many, and how many pictures the generator draws at a time.
    law : StyleLaw, optional
        `fit_styles(generator)` by default.
    seed : int
    surest : bool
        Take those of one pool that are surest of the form; otherwise, pool after pool, the first
        ones that are more probably of it than not.

    Returns
    -------
    tensor (starts, n_layers, Z_DIM)
        For the argument `latents` of `search`.

    Raises
    ------
    ValueError
        If not `surest` and fewer than `starts` of 100 pools' pictures are of that form.
    """
    validation.choice(form, "form", ladybirds.FORMS)
    starts, pool = validation.integer(starts, "starts"), validation.integer(pool, "pool")
    if surest and pool < starts:
        validation.fail("pool", pool, f"at least {starts}, the number of starts")
    law = law or fit_styles(generator)
    rng = torch.Generator().manual_seed(seed)
    styles = torch.empty(0, Z_DIM)
    for _ in range(1 if surest else 100):
        with torch.no_grad():
            w = generator.mapping(torch.randn(pool, Z_DIM, generator=rng))
            p = p_dark(generator.synthesis(w, generator.noise(pool, rng)).numpy())
        if surest:
            chosen = np.argsort(p if form == ladybirds.PALE else -p)
        else:
            chosen = np.flatnonzero((p > 0.5) == (form == ladybirds.DARK))
        styles = torch.cat([styles, w[chosen]])[:starts]
        if len(styles) == starts:
            return law.latents(styles)[:, None].repeat(1, generator.n_layers, 1)
    validation.fail("generator", f"one that draws the form {form!r} {len(styles)} times in "
                    f"{100 * pool:,}", f"one that draws it {starts} times")


def search(generator: Generator, y: np.ndarray, starts: int = 1, steps: int = 100,
           epsilon: float = EPSILON, weights: tuple[float, float] = (100.0, 0.05),
           camera: Callable[[torch.Tensor], torch.Tensor] | None = None, trained_noise: int = 5,
           law: StyleLaw | None = None, latents: torch.Tensor | None = None, seed: int = 0,
           progress: bool = False) -> Search:
    """Search for pictures that shrink to y, all inputs and starts at once.

    Parameters
    ----------
    generator : gan.Generator
    y : (3, h, h) or (inputs, 3, h, h) array
        Small pictures, linear light.
    starts : int
        Every input gets the same starts: number k of one is number k of another.
    steps : int
    epsilon : float
        Mean squared error below which the data no longer pull.
    weights : (float, float)
        Of the error and of `geocross`.
    camera : callable, optional
        Pictures (n, 3, 64, 64) → (n, 3, h, h), differentiable. Block means by default.
    trained_noise : int
        Noise maps that are searched, from the coarsest; the last map is zero, the others are drawn
        once.
    law : StyleLaw, optional
        `fit_styles(generator)` by default.
    latents : tensor (starts, n_layers, Z_DIM), optional
        Where to start, instead of `starts` standard normal ones.
    seed : int
        The seed 0 is a seed.
    progress : bool
        Show a progress bar (on the standard output).

    Returns
    -------
    Search
    """
    y = np.ascontiguousarray(validation.image(y, "y"), dtype=np.float32)
    if y.ndim not in (3, 4) or y.shape[-3] != 3 or y.shape[-1] != y.shape[-2] or 64 % y.shape[-1]:
        validation.fail("y", f"of shape {y.shape}", "of shape (inputs, 3, h, h), h a divisor of 64")
    small = torch.from_numpy(y.reshape(-1, *y.shape[-3:]))
    inputs, starts = len(small), validation.integer(starts, "starts")
    steps, epsilon = validation.integer(steps, "steps"), validation.non_negative(epsilon, "epsilon")
    camera = camera or Downsample(64 // y.shape[-1])
    law = law or fit_styles(generator)
    generator = channels_last(copy.deepcopy(generator))
    rng = torch.Generator().manual_seed(seed)

    def everywhere(x):  # (starts, …) → (inputs · starts, …)
        return x.expand(inputs, *x.shape).flatten(0, 1).clone()

    if latents is None:
        latents = torch.randn(starts, generator.n_layers, Z_DIM, generator=rng)
    starts = len(validation.matching(latents, (len(latents), generator.n_layers, Z_DIM), "latents"))
    latents = everywhere(latents)
    noise = [everywhere(x) for x in generator.noise(starts, rng)]
    noise[-1].zero_()
    moved = [latents, *noise[:trained_noise]]
    lengths = [_length(x) for x in moved]
    target = small.repeat_interleave(starts, 0)
    for x in moved:
        x.requires_grad_(True)
    adam = torch.optim.Adam(moved, betas=(0.9, 0.999))
    least = torch.full((len(target),), math.inf)
    residuals = torch.empty(len(target))
    pictures = torch.empty(len(target), 3, 64, 64)
    beginnings = torch.empty(0)
    for step in trange(steps + 1, disable=not progress, file=sys.stdout, desc="search"):
        w = law.styles(latents)
        x = generator.synthesis(w, noise)
        error = (camera(x) - target).square().mean((1, 2, 3))
        loss = weights[0] * error.clamp(min=epsilon) + weights[1] * geocross(w)
        with torch.no_grad():
            better = loss < least
            least[better], residuals[better] = loss[better], error[better]
            pictures[better] = x[better]
            if step == 0:
                beginnings = x.detach().clone()
        if step == steps:
            break
        adam.param_groups[0]["lr"] = learning_rate(step, steps)
        adam.zero_grad(set_to_none=True)
        loss.sum().backward()
        adam.step()
        with torch.no_grad():
            for x, length in zip(moved, lengths, strict=True):
                x.mul_(length / _length(x))
    pictures, residuals, beginnings = (
        x.reshape(inputs, starts, *x.shape[1:]) for x in (pictures, residuals, beginnings))
    return Search(pictures.numpy(), residuals.numpy(), beginnings.numpy(), epsilon)


def _length(x):
    """Length of every style row, or of every noise map, kept as axes of size 1."""
    axes = (-1,) if x.ndim == 3 else (-3, -2, -1)
    return x.detach().square().sum(axes, keepdim=True).sqrt()
