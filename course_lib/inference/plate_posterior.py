r"""Which number plate was it? Every string's exact probability, the unreadable ones included.

A camera averages blocks of s × s pixels of a plate (`course_lib.worlds.plates`) and adds noise.
Given the nuisance ν = (shift, light, haze) every pixel belongs to one character at most, so

.. math:: p(s \mid y) = \sum_\nu P(\nu \mid y) \prod_k P(s_k \mid y, \nu), \qquad
    P(\nu \mid y) \propto p(\nu) \prod_k \frac{1}{|A_k|} \sum_{c \in A_k} p(y_k \mid c, \nu).

The characters share their nuisance: the posterior of the string is a mixture of products, not the
product of the characters' posteriors. The sum over shifts is exact; light and haze are integrated
by the trapezoidal rule, whose error falls faster than any power of the step for such smooth peaks
(here below 1e-6, tested against the closed form of single strings).

>>> plate, y = simulate(seed=2, s=8, sigma=0.08)
>>> answer = reference(y, sigma=0.08)
>>> plates.read(plate), answer.most_probable()[0], round(answer.most_probable()[1], 2)
(['MD800'], 'MD800', 0.57)
>>> answer.read(threshold=0.9) is None              # "unreadable" is an answer
True
"""

import math
from dataclasses import dataclass
from functools import cache, cached_property
from typing import overload

import numpy as np
from safetensors.numpy import load_file
from scipy.special import logsumexp

from course_lib import validation
from course_lib.arrays import Seed
from course_lib.data import verified_path
from course_lib.imaging.operators import Downsample
from course_lib.worlds import plates

__all__ = ["PlatePosterior", "recorded", "reference", "simulate"]

SIZES = (4, 8, 16)  # pixels averaged each way; a character's cell then has 8, 4 or 2 columns
NODES, REACH = 17, 8.0  # of the rule, for light and for haze: from −8 to 8 standard deviations
NEGLIGIBLE = 1e-12  # nodes that together weigh less than this many times their number go


@dataclass(frozen=True, eq=False)
class PlatePosterior:
    """Everything that a small picture of a plate leaves possible; `reference` makes it.

    Attributes
    ----------
    y : (1, h, w) array
    sigma : float
    weights : (n,) array
        Probability of each of n nodes of the nuisance, sum 1.
    nuisance : (n, 4) array
        The nodes: shift down, shift to the right, light, haze.
    given : tuple of five (n, 23) or (n, 10) arrays
        P(character | y, nuisance) at each place.
    log_evidence : float
        log p(y).
    misfit : float
        E[‖y − A x‖²]/(m σ²), m numbers in y: near 1 if the world explains y, far above if not.
    """

    y: np.ndarray
    sigma: float
    weights: np.ndarray
    nuisance: np.ndarray
    given: tuple
    log_evidence: float
    misfit: float

    def marginals(self) -> list[np.ndarray]:
        """P(character | y) at each place: five arrays, in the order of ``plates.ALPHABETS``."""
        return [self.weights @ p for p in self.given]

    def probability(self, string: str) -> float:
        """P(string | y)."""
        return float(self.table[tuple(plates.codes(string))])

    @cached_property
    def table(self) -> np.ndarray:
        """P(string | y) of every string of the scheme, (23, 23, 10, 10, 10), sum 1."""
        a, b, *digits = self.given
        letters = np.einsum("n,na,nb->nab", self.weights, a, b)
        numbers = np.einsum("na,nb,nc->nabc", *digits)
        n, shape = len(self.weights), letters.shape[1:] + numbers.shape[1:]
        p = (letters.reshape(n, -1).T @ numbers.reshape(n, -1)).reshape(shape)
        return p / p.sum()  # 1 but for rounding

    @overload
    def most_probable(self) -> tuple[str, float]: ...

    @overload
    def most_probable(self, n: int) -> tuple[str, float] | list[tuple[str, float]]: ...

    def most_probable(self, n: int = 1) -> tuple[str, float] | list[tuple[str, float]]:
        """The n most probable strings with their probabilities, the best first.

        Returns
        -------
        tuple of one string and one float if n is 1, or else a list of such tuples
        """
        p = self.table.ravel()
        best = np.argpartition(-p, n)[:n] if n < len(p) else np.arange(len(p))
        best = best[np.argsort(-p[best])]
        written = np.column_stack(np.unravel_index(best, self.table.shape))
        found = list(zip(plates.spell(written), p[best].tolist(), strict=True))
        return found[0] if n == 1 else found

    def read(self, threshold: float = 0.95) -> str | None:
        """The most probable string, or None, "unreadable", if its probability is lower."""
        string, p = self.most_probable()
        return string if p >= validation.fraction(threshold, "threshold") else None

    def draw(self, n: int, rng: Seed = 0) -> plates.Plates:
        """n possible plates, all equally probable: ``plates.render`` or ``plates.read`` them."""
        rng = np.random.default_rng(rng)
        nodes = rng.choice(len(self.weights), size=n, p=self.weights)
        sums = [np.cumsum(p[nodes], axis=1) for p in self.given]
        written = [np.sum(rng.random((n, 1)) * each[:, -1:] > each, axis=1) for each in sums]
        some = self.nuisance[nodes]
        return plates.Plates(np.column_stack(written), some[:, :2].astype(int), *some[:, 2:].T)


def simulate(seed: int, s: int = 8, sigma: float = 0.08) -> tuple[plates.Plates, np.ndarray]:
    """Draw a plate from the prior and take its small noisy picture.

    Parameters
    ----------
    seed : int
    s : int
        Pixels averaged each way: 4, 8 or 16.
    sigma : float
        Standard deviation of the noise, greater than 0.

    Returns
    -------
    plate : Plates
        One.
    y : (1, 48/s, 224/s) array
    """
    validation.choice(s, "s", SIZES)
    rng = np.random.default_rng([seed, s])
    plate = plates.sample(1, seed=rng)
    y = Downsample(s)(plates.render(plate)[0])
    return plate, y + validation.positive(sigma, "sigma") * rng.standard_normal(y.shape)


def reference(y: np.ndarray, sigma: float = 0.08) -> PlatePosterior:
    """Exact posterior of a small picture of a plate.

    Parameters
    ----------
    y : (1, 12, 56), (1, 6, 28) or (1, 3, 14) array
        Block means of a plate's picture plus Gaussian noise, linear light.
    sigma : float
        Standard deviation of the noise, greater than 0.

    Returns
    -------
    PlatePosterior
    """
    y = np.asarray(validation.image(y, "y"), dtype=float)
    sigma = validation.positive(sigma, "sigma")
    shapes = {(1, plates.SHAPE[0] // s, plates.SHAPE[1] // s): s for s in SIZES}
    if y.shape not in shapes:
        validation.fail("y", f"of shape {y.shape}", f"of shape {', '.join(map(str, shapes))}")
    rest, cells = _statistics(y[0], _templates(shapes[y.shape]))
    centre, spread = _light_and_haze(rest, cells, sigma)
    near = _near(rest, cells, sigma, centre, spread)
    rest, cells = rest[near], [sums[near] for sums in cells]
    nodes, log_weights = _nodes(centre[near], spread[near])  # (shifts, nodes, 2), (shifts, nodes)
    # Squared residuals at every node: of the rest, and of each place for each character.
    squares = [_squares(sums, nodes) for sums in (rest, *cells)]
    log_l = [-each / (2 * sigma**2) for each in squares]
    evidence = log_weights + _explained(log_l)
    total = logsumexp(evidence)
    weights = np.exp(evidence - total)
    kept = weights > NEGLIGIBLE
    given = [np.exp(each[kept] - logsumexp(each[kept], axis=-1, keepdims=True))
             for each in log_l[1:]]
    weights = weights[kept] / weights[kept].sum()
    misfit = weights @ (squares[0][kept][:, 0] + sum(
        np.sum(p * each[kept], axis=-1) for p, each in zip(given, squares[1:], strict=True)))
    shifts = np.broadcast_to(_shifts()[near, None], (*kept.shape, 2))
    return PlatePosterior(
        y, sigma, weights, np.concatenate([shifts[kept], nodes[kept]], axis=1), tuple(given),
        float(total - y.size * math.log(2 * math.pi * sigma**2) / 2),
        float(misfit) / (y.size * sigma**2))


def recorded(s: int = 8) -> dict[str, np.ndarray]:
    """What the posterior said of fresh plates at σ = 0.08, as ``course data plates`` recorded it.

    Parameters
    ----------
    s : int
        Pixels averaged each way: 4 or 8 (1000 plates), or 16 (200).

    Returns
    -------
    dict of arrays, one row a plate
        "seed" (for `simulate`); "p", the probability of the most probable string, and whether it
        was "right"; "p_truth", the probability of the true string; "characters" (n, 5), that of the
        true character at each place; "entropies" (n, 5), of each place in nats; "misfit".
    """
    stored = load_file(verified_path("plates", "cases.safetensors"))
    end = f"_{validation.choice(s, 's', SIZES)}"
    return {key.removesuffix(end): values for key, values in stored.items() if key.endswith(end)}


def _explained(log_l):
    """log p(y | nuisance) up to a constant, whatever stands at each place."""
    return log_l[0][..., 0] + sum(
        logsumexp(each, axis=-1) - math.log(each.shape[-1]) for each in log_l[1:])


def _near(rest, cells, sigma, centre, spread):
    """Shifts that are not hopeless: within e⁻⁵⁰ of the best one, by the height of its peak."""
    log_l = [-_squares(sums, centre[:, None]) / (2 * sigma**2) for sums in (rest, *cells)]
    height = (_explained(log_l)[:, 0] + _log_prior(centre)
              + np.log(np.linalg.det(spread)) / 2)
    return height > height.max() - 50


def _log_prior(nodes):
    """log p(light, haze) at nodes (..., 2)."""
    return sum(-((nodes[..., i] - mean) / sd) ** 2 / 2 - math.log(sd * math.sqrt(2 * math.pi))
               for i, (mean, sd) in enumerate((plates.PRIORS["light"], plates.PRIORS["haze"])))


def _shifts():
    """All shifts, (64, 2)."""
    return np.array([(dy, dx) for dy in plates.SHIFTS for dx in plates.SHIFTS])


@cache
def _templates(s):
    """Reflectance that a camera sees, for every shift: of the rest, and of each character.

    Returns
    -------
    outside : (h, w) bool array
        Pixels that belong to no character.
    rest : (shifts, pixels) array
    cells : list of five pairs, a slice of columns and (shifts, characters, pixels)
    """
    shrink, cells = Downsample(s), []
    outside = np.ones((plates.SHAPE[0] // s, plates.SHAPE[1] // s), dtype=bool)
    for place, alphabet in enumerate(plates.ALPHABETS):
        columns = slice(plates.CELLS[place] // s, (plates.CELLS[place] + plates.CELL) // s)
        outside[:, columns] = False
        written = np.zeros((len(alphabet), len(plates.ALPHABETS)), dtype=int)
        written[:, place] = range(len(alphabet))
        seen = np.stack([shrink(plates.reflectance(_moved(written, shift))) for shift in _shifts()])
        cells.append((columns, seen[..., columns].reshape(*seen.shape[:2], -1)))
    return outside, seen[:, 0][:, outside], cells


def _moved(written, shift):
    n = len(written)
    return plates.Plates(written, np.tile(shift, (n, 1)), np.ones(n), np.zeros(n))


def _statistics(y, templates):
    """Sums over pixels that give all squared residuals ‖y − haze − light · r‖².

    Returns
    -------
    rest, cells
        Arrays (shifts, characters, 6) of Σy², Σy, Σy r, Σ1, Σr, Σr²; the rest has one "character".
    """
    outside, rest, cells = templates
    return (_sums(y[outside], rest[:, None]),
            [_sums(y[:, columns].ravel(), seen) for columns, seen in cells])


def _sums(y, r):
    same = np.broadcast_to([y @ y, y.sum(), len(y)], (*r.shape[:2], 3))
    return np.stack([same[..., 0], same[..., 1], r @ y, same[..., 2], r.sum(-1), (r**2).sum(-1)],
                    axis=-1)


def _squares(sums, nodes):
    """‖y − haze − light · r‖², (shifts, nodes, characters)."""
    light, haze = nodes[..., 0], nodes[..., 1]
    terms = np.stack([np.ones_like(light), -2 * haze, -2 * light, haze**2, 2 * light * haze,
                      light**2], axis=-1)
    return terms @ np.swapaxes(sums, 1, 2)


def _light_and_haze(rest, cells, sigma, rounds=4):
    """Normal law of (light, haze) given y and each shift, roughly: where the nodes must lie.

    The rest of the plate alone gives a first guess; then characters are weighed by how well they
    explain y there, and light and haze fitted again.
    """
    prior_mean, prior_sd = (np.array([plates.PRIORS[k][i] for k in ("light", "haze")])
                            for i in (0, 1))
    total = rest[:, 0]
    for _ in range(rounds):
        _, y, yr, n, r, rr = total.T
        precision = np.diag(prior_sd**-2.0) + np.stack(
            [np.stack([rr, r], -1), np.stack([r, n], -1)], -2) / sigma**2
        pull = prior_mean / prior_sd**2 + np.stack([yr, y], -1) / sigma**2
        spread = np.linalg.inv(precision)
        centre = np.einsum("gij,gj->gi", spread, pull)
        total = rest[:, 0].copy()
        for sums in cells:
            log_l = -_squares(sums, centre[:, None])[:, 0] / (2 * sigma**2)
            p = np.exp(log_l - logsumexp(log_l, axis=-1, keepdims=True))
            total += np.einsum("gc,gck->gk", p, sums)
    return centre, spread


def _nodes(centre, spread):
    """Nodes (shifts, nodes, 2) of the rule for light and haze, and their log weights.

    A weight is the area of the node's cell times the prior's density, over 64 shifts.
    """
    steps, step = np.linspace(-REACH, REACH, NODES, retstep=True)
    square = np.stack(np.meshgrid(steps, steps, indexing="ij"), axis=-1).reshape(-1, 2)
    root = np.linalg.cholesky(spread)
    nodes = centre[:, None] + square @ np.swapaxes(root, 1, 2)
    area = np.log(step**2 * np.linalg.det(root))
    return nodes, _log_prior(nodes) + area[:, None] - math.log(len(plates.SHIFTS) ** 2)
