"""Long chains for the pictures that lessons show, and the ranks that test them.

``course data chains`` writes ``data/chains/``: for every picture of `posterior.EXAMPLES` four
chains on the generator that lesson `pulse` is about, two from a picture of the dark form, two
from one of the pale form; and ``ranks_4x4.json``, simulation-based calibration on that generator
itself, with pictures that it drew. A quarter of an hour on one idle core.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from safetensors.numpy import save_file
from tqdm import tqdm

from course_lib.audits.measures import ranks, uniformity
from course_lib.data import checksum, data_path
from course_lib.generators import gan
from course_lib.generators.chains import pictures, sample
from course_lib.generators.gan import Z_DIM
from course_lib.generators.pulse import MAIN
from course_lib.imaging.operators import Downsample
from course_lib.inference.classifiers import p_dark
from course_lib.inference.posterior import EXAMPLES, example
from course_staff.experiments.images import record

GENERATOR = MAIN
SIGMA = 0.05
RECIPE: dict[str, Any] = {"draws": 60, "burn_in": 150, "seed": 0}
# By pixels a side. At 4 × 4 both forms explain many pictures, and chains are slow to change form.
TEMPERATURES, THIN = {4: 6, 8: 8}, {4: 40, 8: 10}
CASES, DRAWS = 50, 9  # of the calibration
CALIBRATION: dict[str, Any] = {"draws": DRAWS, "thin": 15, "burn_in": 100, "chains": 1,
                               "temperatures": 6, "seed": 1}


def starts(generator: gan.Generator, n: int = 200, seed: int = 5) -> np.ndarray:
    """Latents of the two surest dark and the two surest pale of n pictures, (4, Z_DIM)."""
    z = np.random.default_rng(seed).standard_normal((n, Z_DIM))
    order = np.argsort(p_dark(pictures(generator, z, np.arange(n))))
    return z[[order[-1], order[-2], order[0], order[1]]]


def about() -> dict[str, str | float]:
    """What every file here must say: which generator, by name and checksum."""
    weights = checksum(data_path("generators", f"{GENERATOR}.safetensors"))
    return {"generator": GENERATOR, "weights": weights, "sigma": SIGMA}


def calibrate(generator: gan.Generator, cases: int = CASES,
              first: int = 0) -> dict[str, list[int]]:
    """Ranks of simulated truths among the draws of a chain, {name: (cases,) list}.

    Pictures are the generator's own, shrunk to 4 × 4 and measured with noise.
    """
    rng = np.random.default_rng(first)
    z, seeds = rng.standard_normal((cases, Z_DIM)), rng.integers(2**62, size=cases)
    x, shrink = pictures(generator, z, seeds), Downsample(16)
    y = shrink(x) + SIGMA * rng.standard_normal((cases, 3, 4, 4))
    found = sample(generator, y, SIGMA, progress=True, **CALIBRATION)
    drawn = pictures(generator, found.z[:, 0], found.noise_seeds[:, 0])
    truth, draws = quantities(x, z, y), quantities(drawn, found.z[:, 0], y[:, None])
    return {name: ranks(truth[name], np.moveaxis(draws[name], 1, 0), rng).tolist()
            for name in truth}


def quantities(x: np.ndarray, z: np.ndarray, y: np.ndarray) -> dict[str, np.ndarray]:
    """Numbers whose ranks are taken, each (cases,) or (cases, draws)."""
    squares = np.sum((Downsample(16)(x) - y) ** 2, axis=(-3, -2, -1))
    return {"log-likelihood": -squares / (2 * SIGMA**2), "length of z": np.linalg.norm(z, axis=-1),
            **{f"z{i}": z[..., i] for i in range(4)}, "light": x.mean((-3, -2, -1)),
            "redness": (x[..., 0, :, :] - x[..., 1, :, :]).mean((-2, -1)),
            "sharpness": np.abs(np.diff(x, axis=-1)).mean((-3, -2, -1)), "P(dark)": p_dark(x)}


def rebuild(names: Sequence[str] = tuple(EXAMPLES)) -> None:
    """Write everything under ``data/chains/``."""
    data_path("chains").mkdir(exist_ok=True)
    generator = gan.load(GENERATOR)
    begin = starts(generator)
    for name in tqdm(names, desc="chains"):
        y = example(name)[1]
        recipe = RECIPE | {"temperatures": TEMPERATURES[y.shape[-1]], "thin": THIN[y.shape[-1]]}
        found = sample(generator, y, SIGMA, chains=4, starts=begin, **recipe)
        told = about() | recipe | {"ess": round(float(found.ess[0]), 1)}
        save_file(asdict(found), data_path("chains", f"{name}.safetensors"),
                  metadata={key: str(value) for key, value in told.items()})
        print(f"{name}: {told['ess']} effective draws, acceptance at t = 1 "
              f"{found.acceptance[0, -1]:.2f}, exchanges {found.exchanges[0].round(2)}")
    placed = calibrate(generator)
    data_path("chains", "ranks_4x4.json").write_text(
        json.dumps(about() | CALIBRATION | {"ranks": placed}) + "\n", encoding="utf-8")
    for name, some in placed.items():
        print(f"{name:15} p = {uniformity(np.array(some), DRAWS)[2]:.3f}")
    record("chains")
