r"""Sample the posterior of a generator's latents: which of its pictures explain the pixels?

The generator is the prior: z is standard normal, noise maps are standard normal, the picture is
G(z, noise), and y is the picture shrunk plus Gaussian noise of standard deviation σ. `sample` draws
from p(z, noise | y), so that unlike `generators.pulse` it has a likelihood, a prior and a law that
it leaves alone: whatever the start, it ends in the same one, if it runs for long enough.

Every proposal moves z by preconditioned Crank–Nicolson, which leaves the prior alone,

.. math:: z' = \sqrt{1 - b^2}\, z + b\, \zeta, \qquad \zeta \sim N(0, I),

and every fourth one brings fresh noise maps, too (a step of 1 for them: in the shipped generators
they move y by less than a twentieth of σ). It is accepted with probability min(1, likelihood
ratio). Alone such a chain would stay among the pictures it began with, so there are several: chain
k sees prior · likelihoodᵗ with t = 0 … 1, the first draws from the prior afresh at every step, the
last from the posterior, and neighbours exchange their states with the probability that leaves all
those laws alone (parallel tempering).

Steps b and temperatures t are adapted during the burn-in only, which is thrown away.

References
----------
Cotter, Roberts, Stuart & White, Stat. Sci. 28 (2013) 424, doi:10.1214/13-STS421 (pCN). Geyer,
Computing science and statistics 23 (1991) 156 (parallel tempering). Syed, Bouchard-Côté,
Deligiannidis & Doucet, J. R. Stat. Soc. B 84 (2022) 321, doi:10.1111/rssb.12464 (even and odd
exchanges in turn; temperatures at equal rejection). Geyer, Stat. Sci. 7 (1992) 473,
doi:10.1214/ss/1177011137 (effective size).
"""

import copy
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import ArrayLike
from safetensors.numpy import load_file
from tqdm import trange

from course_lib import validation
from course_lib.data import verified_path
from course_lib.generators.gan import Z_DIM, Generator
from course_lib.imaging.operators import Downsample
from course_lib.inference.networks import channels_last

__all__ = ["Chains", "effective_size", "noise_maps", "pictures", "sample", "shipped"]

LEAST_SIGMA = 0.05  # below it the chains would need more steps than a lesson has
TARGET = 0.25  # share of accepted moves that the burn-in aims at
FRESH_NOISE = 4  # steps from one proposal of other noise maps to the next


@dataclass(frozen=True, eq=False)
class Chains:
    """Draws of p(z, noise | y) for every input and every start.

    Attributes
    ----------
    z : (inputs, chains, draws, Z_DIM) array
    noise_seeds : (inputs, chains, draws) array of int
        `noise_maps` makes maps of them; `pictures` makes pictures of both.
    log_likelihood : (inputs, chains, draws) array
        −‖A G(z) − y‖²/(2σ²).
    acceptance, exchanges : (inputs, n) and (inputs, n − 1) arrays, n temperatures
        Shares of accepted moves and exchanges after the burn-in, from the prior (t = 0) to the
        posterior (t = 1).
    temperatures, steps : (inputs, n) arrays
        t and b as the burn-in left them.
    """

    z: np.ndarray
    noise_seeds: np.ndarray
    log_likelihood: np.ndarray
    acceptance: np.ndarray = field(repr=False)
    exchanges: np.ndarray = field(repr=False)
    temperatures: np.ndarray = field(repr=False)
    steps: np.ndarray = field(repr=False)

    @property
    def ess(self) -> np.ndarray:
        """Effective number of draws for the log-likelihood, all chains of an input, (inputs,).

        Other quantities may have far fewer: take their `effective_size`.
        """
        return np.array([effective_size(some) for some in self.log_likelihood])


def shipped(name: str) -> Chains:
    """Long chains that the course computed, four for one picture of `posterior.EXAMPLES`.

    Two began at a picture of the dark form, two at one of the pale form. Recipe, generator and
    rates stand in the file's metadata (`course data chains` writes it).

    Returns
    -------
    Chains

    Raises
    ------
    ValueError
        If the file is not the one that was shipped.
    """
    return Chains(**load_file(verified_path("chains", f"{name}.safetensors")))


def noise_maps(generator: Generator, seeds: Iterable[int]) -> list[torch.Tensor]:
    """Noise maps of a generator, one (n, 1, s, s) tensor per layer, from n integers."""
    sides = [s for s in generator.sizes for _ in range(2)]
    flat = torch.stack([torch.randn(sum(s * s for s in sides),
                                    generator=torch.Generator().manual_seed(int(seed)))
                        for seed in seeds])
    parts = flat.split([s * s for s in sides], dim=1)
    return [part.reshape(-1, 1, s, s) for part, s in zip(parts, sides, strict=True)]


def pictures(generator: Generator, z: ArrayLike, noise_seeds: ArrayLike) -> np.ndarray:
    """Pictures (..., 3, H, W) of draws (..., Z_DIM) and their noise seeds (...); linear light."""
    z, seeds = np.asarray(z, dtype=np.float32), np.asarray(noise_seeds)
    validation.matching(seeds, z.shape[:-1], "noise_seeds")
    flat, seeds = torch.from_numpy(z.reshape(-1, Z_DIM)), seeds.ravel()
    with torch.inference_mode():
        found = [generator.synthesis(generator.mapping(flat[i : i + 100]),
                                     noise_maps(generator, seeds[i : i + 100]))
                 for i in range(0, len(flat), 100)]
    x = torch.cat(found).numpy()
    return x.reshape(*z.shape[:-1], *x.shape[1:])


def sample(generator: Generator, y: np.ndarray, sigma: float = LEAST_SIGMA, chains: int = 2,
           draws: int = 100, burn_in: int = 100, thin: int = 1, temperatures: int = 8,
           starts: ArrayLike | None = None, seed: int = 0, progress: bool = False) -> Chains:
    """Sample the pictures of a generator that explain y, for all inputs and chains at once.

    Parameters
    ----------
    generator : gan.Generator
    y : (3, h, h) or (inputs, 3, h, h) array
        Small pictures, linear light: block means plus Gaussian noise.
    sigma : float
        Standard deviation of that noise, at least 0.05.
    chains : int
        Independent chains for every input.
    draws, burn_in, thin : int
        Draws kept of every chain, `thin` steps apart, after `burn_in` steps.
    temperatures : int
        How many, from prior to posterior, at least 2. A step costs so many pictures a chain.
    starts : (chains, Z_DIM) array, optional
        Where each chain starts, at all temperatures. Standard normal by default.
    seed : int
    progress : bool
        Show a progress bar (on the standard output).

    Returns
    -------
    Chains
    """
    side = generator.sizes[-1]
    y = np.ascontiguousarray(validation.image(y, "y"), dtype=np.float32)
    if y.ndim not in (3, 4) or y.shape[-3] != 3 or y.shape[-1] != y.shape[-2] or side % y.shape[-1]:
        validation.fail("y", f"of shape {y.shape}",
                        f"of shape (inputs, 3, h, h), h a divisor of {side}")
    if validation.positive(sigma, "sigma") < LEAST_SIGMA:
        validation.fail("sigma", sigma, f"at least {LEAST_SIGMA}")
    draws, thin = validation.integer(draws, "draws"), validation.integer(thin, "thin")
    burn_in = validation.integer(burn_in, "burn_in", least=0)
    y = y.reshape(-1, 1, 1, *y.shape[-3:])
    shape = (len(y), validation.integer(chains, "chains"),
             validation.integer(temperatures, "temperatures", 2))
    rng, camera = np.random.default_rng(seed), Downsample(side // y.shape[-1])
    generator = channels_last(copy.deepcopy(generator))

    def log_likelihood(z: np.ndarray, noise_seeds: np.ndarray) -> np.ndarray:
        small = camera(pictures(generator, z, noise_seeds)).astype(float)
        return -np.sum((small - y) ** 2, axis=(-3, -2, -1)) / (2 * sigma**2)

    z = rng.standard_normal((*shape, Z_DIM))
    if starts is not None:
        z[:] = validation.matching(np.asarray(starts), (shape[1], Z_DIM), "starts")[:, None]
    noise_seeds = rng.integers(2**62, size=shape)
    tempered = _Tempered(z, noise_seeds, log_likelihood(z, noise_seeds))
    kept = []
    for step in trange(-burn_in, draws * thin, disable=not progress, file=sys.stdout,
                       desc="sample"):
        if step == -(burn_in // 2):
            if step < 0:
                tempered.respace()
            tempered.forget_counts()
        if step == 0:
            tempered.forget_counts()
        tempered.move(log_likelihood, rng, fresh_noise=step % FRESH_NOISE == 0, adapt=step < 0)
        tempered.exchange(step % 2, rng)
        if step >= 0 and (step + 1) % thin == 0:
            kept.append([values[:, :, -1].copy() for values in tempered.states])
    z, noise_seeds, log_l = (np.stack(values, axis=2) for values in zip(*kept, strict=True))
    return Chains(z.astype(np.float32), noise_seeds, log_l, *tempered.rates(), tempered.t,
                  tempered.b)


class _Tempered:
    """States of all chains at all temperatures, (inputs, chains, n, …), and their moves."""

    def __init__(self, z, noise_seeds, log_l):
        inputs, _, n = log_l.shape
        self.states = [z, noise_seeds, log_l]
        self.t = np.tile(np.linspace(0, 1, n) ** 3, (inputs, 1))
        self.b = np.clip(0.15 / np.sqrt(self.t + 0.02), 0, 1)
        self.b[:, 0] = 1  # on the prior itself every move is accepted
        self.forget_counts()

    def forget_counts(self) -> None:
        inputs, n = self.t.shape
        self.moves, self.accepted = 0, np.zeros((inputs, n))
        self.tries, self.exchanged = np.zeros(n - 1), np.zeros((inputs, n - 1))

    def rates(self) -> tuple[np.ndarray, np.ndarray]:
        """Shares of accepted moves and of exchanges since the counts were forgotten."""
        return self.accepted / self.moves, self.exchanged / np.maximum(self.tries, 1)

    def move(self, log_likelihood, rng, fresh_noise, adapt):
        z, noise_seeds, log_l = self.states
        b = self.b[:, None, :, None]
        z_new = np.sqrt(1 - b**2) * z + b * rng.standard_normal(z.shape)
        seeds_new = rng.integers(2**62, size=log_l.shape) if fresh_noise else noise_seeds
        log_l_new = log_likelihood(z_new, seeds_new)
        yes = np.log(rng.random(log_l.shape)) < self.t[:, None] * (log_l_new - log_l)
        for values, new in zip(self.states, (z_new, seeds_new, log_l_new), strict=True):
            values[yes] = new[yes]
        share = yes.mean(1)
        self.moves, self.accepted = self.moves + 1, self.accepted + share
        if adapt and not fresh_noise:
            self.b[:, 1:] = np.clip(self.b * np.exp(0.3 * (share - TARGET)), 0.01, 1)[:, 1:]

    def exchange(self, first, rng):
        """Let temperatures first and first + 1, first + 2 and first + 3 … exchange states."""
        log_l, n = self.states[2], self.t.shape[1]
        low = np.arange(first, n - 1, 2)
        log_ratio = (self.t[:, low + 1] - self.t[:, low])[:, None] * (
            log_l[..., low] - log_l[..., low + 1])
        self.tries[low] += 1
        self.exchanged[:, low] += np.exp(np.minimum(log_ratio, 0)).mean(1)
        yes = np.log(rng.random(log_ratio.shape)) < log_ratio
        order = np.tile(np.arange(n), (*log_l.shape[:2], 1))
        order[..., low], order[..., low + 1] = low + yes, low + 1 - yes
        z, noise_seeds, log_l = self.states
        self.states = [np.take_along_axis(z, order[..., None], axis=2),
                       *(np.take_along_axis(x, order, axis=2) for x in (noise_seeds, log_l))]

    def respace(self) -> None:
        """Move the temperatures to where exchanges would be refused equally often."""
        refused = 1 - self.rates()[1]
        for t, gaps in zip(self.t, refused + 1e-3, strict=True):
            way = np.concatenate([[0], np.cumsum(gaps)])
            t[:] = np.interp(np.linspace(0, way[-1], len(t)), way, t.copy())


def effective_size(values: np.ndarray) -> float:
    """Effective number of draws: so many independent ones would tell the mean as precisely.

    Parameters
    ----------
    values : (chains, draws) array
        One number a draw. Autocovariances are taken about the mean of all chains, so chains that
        disagree count as one long excursion.

    Returns
    -------
    float
        Geyer's initial monotone sequence.

    Examples
    --------
    >>> white = np.random.default_rng(0).standard_normal((4, 1000))
    >>> bool(3000 < effective_size(white) <= 4000)
    True
    >>> walk = np.cumsum(white, axis=1)
    >>> bool(effective_size(walk) < 20)
    True
    """
    chains, n = np.shape(values)
    off = values - np.mean(values)
    covariance = np.fft.irfft(np.mean(np.abs(np.fft.rfft(off, 2 * n)) ** 2, axis=0))[:n]
    if covariance[0] == 0:  # all the same: nothing to tell
        return float(chains * n)
    pairs = (covariance / covariance[0])[: n // 2 * 2].reshape(-1, 2).sum(1)
    ends = np.append(np.flatnonzero(pairs < 0), len(pairs))[0]
    time = 2 * np.minimum.accumulate(pairs[:ends]).sum() - 1
    return float(chains * n / max(time, 1))
