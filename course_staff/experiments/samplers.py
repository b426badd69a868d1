"""Ask denoisers for the 800 beetles of `flips`, with today's samplers: ``course data samplers``.

Rows are written block by block, so that an interrupted run goes on; what is recorded for weights
that have changed since is thrown away. On one idle core all of it takes about three quarters of an
hour. Another processor rounds otherwise: single answers may differ, rates stay.
"""

import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from tqdm import tqdm

from course_lib.audits import hallucination
from course_lib.data import checksum, data_path, read_rows, write_rows
from course_lib.generators import denoiser
from course_lib.records import flips, samplers
from course_staff.experiments.images import record

BLOCKS = flips.EACH // flips.BLOCK
DIAL = {"pigdm": (0.25, 0.5, 2.0, 4.0), "dps": (1.0, 2.0, 4.0, 16.0, 32.0)}
CLEAN = 0.005  # σ of the cleaner pixels
DIGITS = {"found": 4, "detail": 5, "own detail": 5, "dark": 4, "ess": 2}


def _jobs() -> Iterator[tuple[str, dict[str, Any]]]:
    """What is to be recorded: the file, and what tells a row from the others in it."""
    some = range(samplers.SOME)
    for name in samplers.SHARES:
        for method, strength in samplers.STRENGTHS.items():
            for block in range(BLOCKS):
                yield "single", {"name": name, "method": method, "strength": strength,
                                  "sigma": flips.SIGMA, "block": block}
        for block in some:
            yield "draws", {"name": name, "method": "twisted", "block": block}
    for method, strengths in DIAL.items():
        for strength in strengths:
            for block in some:
                yield "single", {"name": "share_10", "method": method, "strength": strength,
                                  "sigma": flips.SIGMA, "block": block}
    for name in samplers.SHARES:
        for block in some:
            yield "single", {"name": name, "method": "pigdm",
                              "strength": samplers.STRENGTHS["pigdm"], "sigma": CLEAN,
                              "block": block}
    for method in samplers.STRENGTHS:
        for block in some:
            yield "draws", {"name": "share_50", "method": method, "block": block}


def answers(prior: denoiser.OnArrays, job: dict[str, Any]) -> dict[str, np.ndarray]:
    """One answer for every truth of a block."""
    _, y = samplers.seen(job["block"], job["sigma"])
    x = samplers.answer(prior, job["method"], y, job["block"], job["strength"], job["sigma"])
    return samplers.read(x, y)


def draws(prior: denoiser.OnArrays, job: dict[str, Any]) -> dict[str, np.ndarray]:
    """Several answers for every truth of a block, and what ranks need of the truth itself."""
    truth, y = samplers.seen(job["block"])
    extra: dict[str, np.ndarray] = {}
    if job["method"] == "twisted":
        found = samplers.particles(prior, y, job["block"])
        x = found.draw(samplers.DRAWS, job["block"])
        p = samplers.read(found.x, y[:, None])["found"]
        extra = {"dark": np.sum(found.weights * (p > 0.5), axis=1), "ess": found.ess.min(axis=1),
                 "ancestors": np.array([len(set(row)) for row in found.ancestors.tolist()])}
        mean = found.mean()
    else:
        many = np.repeat(y, samplers.DRAWS, axis=0)
        x = samplers.answer(prior, job["method"], many, 5000 + job["block"])
        x = x.reshape(len(y), samplers.DRAWS, *x.shape[1:])
        mean = x.mean(axis=1)
    axes = (-3, -2, -1)
    return {**samplers.read(x, y[:, None]), "own residual": samplers.read(truth, y)["residual"],
            "detail": _detail(x), "own detail": _detail(truth),
            "error": np.mean((x - truth[:, None]) ** 2, axis=axes),
            "mean error": np.mean((mean - truth) ** 2, axis=axes), **extra}


def _detail(x: np.ndarray) -> np.ndarray:
    """Standard deviation of what the camera doesn't see of pictures (..., 3, 64, 64), (...)."""
    return np.std(hallucination.null_part(samplers.CAMERA, x), axis=(-3, -2, -1))


def rebuild() -> None:
    """Record what is missing for the denoisers that are there."""
    data_path("samplers").mkdir(exist_ok=True)
    torch.set_num_threads(1)
    priors = {name: denoiser.OnArrays(denoiser.load(name)) for name in samplers.SHARES}
    weights = {name: checksum(data_path("denoisers", f"{name}.safetensors"))[:12]
               for name in priors}
    done: dict[str, list[dict]] = {}
    for kind in ("single", "draws"):
        file = data_path("samplers", f"{kind}.jsonl")
        done[kind] = [row for row in (read_rows(file) if file.exists() else [])
                      if row["weights"] == weights[row["name"]]]
        write_rows(file, done[kind])
    todo = [(kind, job) for kind, job in _jobs()
            if not any(job.items() <= row.items() for row in done[kind])]
    make = {"single": answers, "draws": draws}
    for kind, job in tqdm(todo, desc="samplers", file=sys.stdout, mininterval=30):
        found = make[kind](priors[job["name"]], job)
        row = job | {"weights": weights[job["name"]]}
        row |= {key: values.astype(float).round(DIGITS.get(key, 7)).tolist()
                for key, values in found.items()}
        write_rows(data_path("samplers", f"{kind}.jsonl"), [row], append=True)
    record("samplers")
