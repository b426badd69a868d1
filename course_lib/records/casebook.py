"""Twenty small pictures with what the course's methods make of them, and two line-ups.

What takes long is computed once, by ``course data casebook``, and shipped: draws of the reference
posterior, and what a PULSE search finds. All else follows from seeds.

>>> bank = shipped()
>>> bank.y.shape, bank.pulse.shape, bank.draws(0, 5).shape
((20, 3, 4, 4), (20, 3, 64, 64), (5, 3, 64, 64))
"""

from dataclasses import dataclass, replace
from functools import cache, cached_property

import numpy as np
from PIL import Image
from safetensors.numpy import load_file

from course_lib import validation
from course_lib.data import verified_path
from course_lib.imaging.operators import Downsample
from course_lib.imaging.optics import srgb_decode
from course_lib.inference.posterior import simulate
from course_lib.worlds import ladybirds

__all__ = ["BALANCED", "GENERATOR", "SIGMA", "Cases", "LineUp", "line_up", "shipped"]

GENERATOR = "share_10"  #: whose pictures PULSE searches
BALANCED = "share_50"  #: the same, for one comparison in the line-ups
SIGMA, SHARE = 0.05, 0.5  #: noise of the small pictures, and how many truths are dark
FIRST, CASES, DRAWS, STARTS = 30_000, 20, 100, 9  # first seed; of `simulate`
LINE_UPS, INDIVIDUALS = 2, 64


@dataclass(frozen=True, eq=False)
class Cases:
    """Simulated pictures of 4 × 4 pixels, σ = 0.05, equal shares.

    Attributes
    ----------
    y : (n, 3, 4, 4) array
    beetles : Ladybirds
        The truths.
    u, form : (n, DRAWS, 22) and (n, DRAWS) arrays
        Draws of each reference posterior, all equally probable; some may repeat.
    ess : (n,) array
        Effective draws they were drawn from.
    pulse, low, high : (n, 3, 64, 64) arrays
        What one PULSE search finds (its first start), and the least and the greatest value of every
        pixel among `STARTS` starts. Linear light.
    residuals : (n, STARTS) array
        Mean squared error of every start's picture, shrunk, from y.
    """

    y: np.ndarray
    beetles: ladybirds.Ladybirds
    u: np.ndarray
    form: np.ndarray
    ess: np.ndarray
    pulse: np.ndarray
    low: np.ndarray
    high: np.ndarray
    residuals: np.ndarray

    @cached_property
    def truth(self) -> np.ndarray:
        """(n, 3, 64, 64), linear light."""
        return ladybirds.render(self.beetles).astype(float)

    def draws(self, i: int, n: int = DRAWS) -> np.ndarray:
        """The first n draws of case i as pictures (n, 3, 64, 64)."""
        some = ladybirds.from_latents(self.u[i, :n], self.form[i, :n])
        return ladybirds.render(some).astype(float)


def simulated(n: int = CASES) -> tuple[ladybirds.Ladybirds, np.ndarray]:
    """Beetles, and their pictures (n, 3, 4, 4), of the first n cases."""
    pairs = [simulate(FIRST + i, 4, SIGMA, SHARE) for i in range(n)]
    form, values = (np.concatenate([getattr(beetle, name) for beetle, _ in pairs])
                    for name in ("form", "values"))
    return ladybirds.Ladybirds(form, values), np.stack([y for _, y in pairs])


@cache
def shipped() -> Cases:
    """Return the cases; ValueError if a file is not the one that was shipped."""
    stored = load_file(verified_path("casebook", "draws.safetensors"))
    beetles, y = simulated()
    pulse, low, high = _sheet("pulse_4x4.png", CASES).reshape(3, CASES, 3, 64, 64)
    return Cases(y, beetles, stored["u"].astype(float), stored["form"], stored["ess"],
                 pulse, low, high, _residuals()["cases"])


@dataclass(frozen=True, eq=False)
class LineUp:
    """Individuals in one pose and one light, a small picture of each, and what PULSE makes of it.

    Attributes
    ----------
    beetles : Ladybirds
    gallery : (n, 3, 64, 64) array
        Sharp pictures of all individuals.
    y : (n, 3, 8, 8) array
        Block means of each plus noise of standard deviation `SIGMA`.
    pulse : (n, 3, 64, 64) array
        One search for each; None before it ran.
    residuals : (n,) array
        Mean squared error of those pictures, shrunk, from y.
    balanced : (n,) array
        P(dark) that the recogniser of 64-pixel pictures reads from what the search finds in the
        balanced generator instead.
    """

    beetles: ladybirds.Ladybirds
    gallery: np.ndarray
    y: np.ndarray
    pulse: np.ndarray | None = None
    residuals: np.ndarray | None = None
    balanced: np.ndarray | None = None


def individuals(number: int) -> LineUp:
    """Line-up `number`, 0 or 1, before the search."""
    animals = ladybirds.sample(INDIVIDUALS, share=SHARE, seed=100 + number)
    scene = ladybirds.sample(1, share=SHARE, seed=200 + number)
    columns = {prior.name: scene[prior.name][0] for prior in ladybirds.PRIORS
               if prior.group == "scene"}
    animals = animals.replace(**columns)
    gallery = ladybirds.render(animals).astype(float)
    noise = np.random.default_rng([number, 8]).standard_normal((INDIVIDUALS, 3, 8, 8))
    return LineUp(animals, gallery, Downsample(8)(gallery) + SIGMA * noise)


@cache
def line_up(number: int) -> LineUp:
    """Return line-up `number`, 0 or 1."""
    found = individuals(validation.choice(number, "number", range(LINE_UPS)))
    own = slice(number * INDIVIDUALS, (number + 1) * INDIVIDUALS)
    stored = _residuals()
    return replace(found, pulse=_sheet("line_up_8x8.png", 16)[own],
                   residuals=stored["line_ups"][own], balanced=stored["balanced"][own])


def _residuals() -> dict[str, np.ndarray]:
    return load_file(verified_path("casebook", "residuals.safetensors"))


def _sheet(name: str, columns: int) -> np.ndarray:
    """Pictures (n, 3, 64, 64) of a shipped sheet, row by row."""
    with Image.open(verified_path("casebook", name)) as sheet:
        code = np.asarray(sheet)
    rows = len(code) // 64
    tiles = code.reshape(rows, 64, columns, 64, 3).transpose(0, 2, 4, 1, 3)
    return srgb_decode(tiles.reshape(-1, 3, 64, 64) / 255)
