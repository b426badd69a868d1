"""Train the regressor and record what estimates err: ``course train regressors``.

Rebuilds ``data/regressors/`` from seeds in about a quarter of an hour on one core: the network of
`inference.regression`, and a table with the errors of several estimates on simulated pictures.
"""

from typing import Any

import numpy as np
import torch
from torch.nn import functional
from tqdm import trange

from course_lib.audits.measures import mse
from course_lib.data import data_path, write_rows
from course_lib.imaging.operators import Downsample
from course_lib.inference.posterior import reference, simulate
from course_lib.inference.regression import Regressor, regress
from course_lib.worlds import ladybirds
from course_staff.experiments.fitting import fit, store
from course_staff.experiments.images import record

SIGMA, SHARE = 0.05, 0.5
STEPS, BATCH, RATE = 3800, 32, 2e-3
FIRST, CASES, EFFORT = 20_000, 200, 0.3


def pairs(n: int, rng: np.random.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """Fresh pictures (n, 3, 64, 64) and their small noisy ones (n, 3, 4, 4), as tensors."""
    x = torch.from_numpy(ladybirds.render(ladybirds.sample(n, share=SHARE, seed=rng)))
    noise = rng.standard_normal((n, 3, 4, 4)).astype(np.float32)
    return x, Downsample(16)(x) + SIGMA * torch.from_numpy(noise)


def train(steps: int = STEPS, seed: int = 1) -> Regressor:
    """Fit a regressor to pictures of which none comes twice."""
    rng = np.random.default_rng([seed, 4])

    def loss(network: Regressor) -> torch.Tensor:
        x, y = pairs(BATCH, rng)
        return functional.mse_loss(network(y), x)

    return fit(Regressor, loss, steps=steps, rate=RATE, decay=1e-4, label="regressor", seed=seed)


def measure(seed: int, effort: float = EFFORT) -> dict[str, Any]:
    """Errors of estimates on one simulated picture; `spread` is the posterior's mean variance.

    `sample` is the mean over all posterior draws of their error, which has the same expectation as
    the error of one draw, and less noise. `draw` is that one draw, which `Ladybirds` can hold.
    """
    beetle, y = simulate(seed, 4, SIGMA, SHARE)
    x = ladybirds.render(beetle)[0].astype(float)
    found = reference(y, SIGMA, effort, rng=np.random.default_rng([seed, 5]), minimum=1)
    mean, spread = found.mean(SHARE), float(np.mean(found.sd(SHARE) ** 2))
    one = found.draw(1, SHARE, rng=seed)
    errors = {"mean": mse(mean, x), "sample": mse(mean, x) + spread, "spread": spread,
              "one": mse(ladybirds.render(one)[0], x), "network": mse(regress(y), x),
              "network_to_mean": mse(regress(y), mean)}
    return {"seed": seed, "ess": round(found.ess(SHARE), 1)} | {
        name: round(float(value), 8) for name, value in errors.items()} | {
        "draw_form": int(one.form[0]), "draw": [round(float(v), 6) for v in one.values[0]]}


def table(cases: int = CASES) -> None:
    """Record the errors of `cases` pictures."""
    rows = [measure(seed) for seed in trange(FIRST, FIRST + cases, desc="errors", mininterval=5)]
    write_rows(data_path("regressors", "errors_4x4.jsonl"), rows)


def rebuild(steps: int = STEPS, cases: int = CASES) -> None:
    """Train, write the network, record the errors and the checksums."""
    data_path("regressors").mkdir(exist_ok=True)
    store(train(steps).state_dict(), data_path("regressors", "mse_4x4.safetensors"),
          sigma=SIGMA, share=SHARE, steps=steps, batch=BATCH, seed=1)
    record("regressors")
    table(cases)
    record("regressors")
