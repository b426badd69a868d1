"""Compute what `hallucination_measured` needs: ``course data casebook``, a few minutes.

Draws of the reference posterior and PULSE searches for the cases of `records.casebook`, and a
search for each individual of the line-ups, with the generator that `casebook.GENERATOR` names.
"""

import numpy as np
from safetensors.numpy import save_file
from tqdm import tqdm

from course_lib.data import data_path
from course_lib.generators import gan, pulse
from course_lib.inference import classifiers
from course_lib.inference.posterior import reference
from course_lib.records import casebook
from course_staff.experiments.images import record
from course_staff.experiments.train import codes, tiled


def posterior_draws(y: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray, float]:
    """Equally probable draws of the reference posterior of y, (3, h, h).

    Returns
    -------
    u : (DRAWS, …) float16 array
        Their latents.
    dark : (DRAWS,) bool array
    ess : float
        The effective number of draws that they were taken from.
    """
    found = reference(y, casebook.SIGMA, rng=np.random.default_rng([seed, 8]), minimum=1)
    weights, rng = found.samples(casebook.SHARE)[1], np.random.default_rng([seed, 9])
    some = rng.choice(len(weights), size=casebook.DRAWS, p=weights)
    u = np.concatenate([form.u for form in found.forms])[some]
    return u.astype(np.float16), some >= len(found.forms[0].u), found.ess(casebook.SHARE)


def search(y: np.ndarray, starts: int,
           name: str = casebook.GENERATOR) -> tuple[np.ndarray, np.ndarray]:
    """Pictures (n, starts, 3, 64, 64) and residuals (n, starts); the seed is 0."""
    generator = gan.load(name)
    law = pulse.fit_styles(generator)
    found = [pulse.search(generator, some, starts, law=law)
             for some in tqdm(np.array_split(y, -(-len(y) * starts // 32)), desc="searches")]
    return (np.concatenate([part.pictures for part in found]),
            np.concatenate([part.residuals for part in found]))


def posteriors() -> None:
    """Write draws of the cases' reference posteriors."""
    _, y = casebook.simulated()
    found = [posterior_draws(seen, casebook.FIRST + i)
             for i, seen in enumerate(tqdm(y, desc="posteriors"))]
    u, form, ess = (np.stack(part) for part in zip(*found, strict=True))
    save_file({"u": u, "form": form.astype(np.uint8), "ess": ess.astype(np.float32)},
              data_path("casebook", "draws.safetensors"))


def searches() -> None:
    """Write what PULSE finds for the cases and the line-ups."""
    pictures, residuals = search(casebook.simulated()[1], casebook.STARTS)
    shown = np.concatenate([pictures[:, 0], pictures.min(1), pictures.max(1)])
    tiled(codes(shown), casebook.CASES).save(data_path("casebook", "pulse_4x4.png"), optimize=True)
    y = np.concatenate([casebook.individuals(k).y for k in range(casebook.LINE_UPS)])
    line_up, missed = search(y, 1)
    tiled(codes(line_up[:, 0]), 16).save(data_path("casebook", "line_up_8x8.png"), optimize=True)
    balanced = classifiers.p_dark(search(y, 1, casebook.BALANCED)[0][:, 0])
    stored = {"cases": residuals, "line_ups": missed[:, 0], "balanced": balanced}
    save_file({name: values.astype(np.float32) for name, values in stored.items()},
              data_path("casebook", "residuals.safetensors"), {"generator": casebook.GENERATOR})


def rebuild() -> None:
    """Write ``data/casebook/`` and its checksums."""
    data_path("casebook").mkdir(exist_ok=True)
    posteriors()
    searches()
    record("casebook")
