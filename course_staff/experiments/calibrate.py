"""Simulation-based calibration of the ladybirds' reference posterior.

``course data --calibrate`` draws beetles from the prior at a share of one half, shrinks them, adds
noise, samples the posterior of each as anybody would who calls `reference`, and records the ranks
of the truth among the draws, for the 22 parameters, the form and the log-likelihood. It ends with
a table of p-values and, beside it, what the classifier says of the same pictures.
"""

import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from tqdm import trange

from course_lib.audits.measures import ranks, uniformity
from course_lib.data import data_path, read_rows, write_rows
from course_lib.inference.classifiers import p_dark
from course_lib.inference.posterior import MINIMUM, log_likelihood, reference, simulate
from course_lib.worlds import ladybirds
from course_staff.experiments.images import record

DRAWS, SHARE = 19, 0.5
FIRST = 1000  # seed of the first case; tests use others


def run_case(seed: int, pixels: int = 4, sigma: float = 0.05,
             effort: float = 1.0) -> dict[str, Any]:
    """Sample the posterior of one simulated picture; returns the ranks of its truth.

    Few effective draws are recorded here, not refused: leaving out hard cases would bend ranks.
    """
    start = time.process_time()
    beetle, y = simulate(seed, pixels, sigma, SHARE)
    found = reference(y, sigma, effort, rng=np.random.default_rng([seed, pixels, 1]),
                      minimum=1)
    beetles, weights = found.samples(SHARE)
    rng = np.random.default_rng([seed, pixels, 2])
    some = rng.choice(len(weights), size=DRAWS, p=weights)
    log_l = np.concatenate([form.log_likelihood for form in found.forms])[some]
    return {
        "seed": seed, "form": int(beetle.form[0]), "p_dark": found.p_dark(SHARE),
        "p_dark_error": found.p_dark_error(SHARE), "ess": round(found.ess(SHARE), 1),
        "seconds": round(time.process_time() - start, 2),
        "form_rank": int(ranks(beetle.form[0], beetles.form[some], rng)),
        "log_likelihood_rank": int(ranks(log_likelihood(y, beetle, sigma)[0], log_l, rng)),
        "parameter_ranks": ranks(beetle.values[0], beetles.values[some], rng).tolist(),
    }


def summarise(cases: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Return {name: p-value} of uniform ranks over the cases."""
    columns = {"form": [case["form_rank"] for case in cases],
               "log-likelihood": [case["log_likelihood_rank"] for case in cases]}
    for i, prior in enumerate(ladybirds.PRIORS):
        columns[prior.name] = [case["parameter_ranks"][i] for case in cases]
    return {name: float(uniformity(found, DRAWS)[2]) for name, found in columns.items()}


def run(pixels: int, n: int) -> None:
    """Run n cases, but for those that are recorded, and print what they say."""
    file = data_path("calibration", f"ranks_{pixels}x{pixels}.jsonl")
    file.parent.mkdir(exist_ok=True)
    cases = read(pixels) if file.exists() else []
    done = {case["seed"] for case in cases}
    for seed in trange(FIRST, FIRST + n, desc="cases"):
        if seed not in done:
            cases.append(run_case(seed, pixels))
            write_rows(file, cases[-1:], append=True)
    record("calibration")
    report(cases, pixels)


def read(pixels: int) -> list[dict[str, Any]]:
    """Return the recorded cases."""
    return read_rows(data_path("calibration", f"ranks_{pixels}x{pixels}.jsonl"))


def report(cases: Sequence[Mapping[str, Any]], pixels: int) -> None:
    """Print p-values, effective draws and the distance from the classifier."""
    ess, seconds = (np.array([case[key] for case in cases]) for key in ("ess", "seconds"))
    print(f"{len(cases)} cases, {np.mean(seconds):.1f} CPU s each; effective draws: median "
          f"{np.median(ess):.0f}, below {MINIMUM} in {np.mean(ess < MINIMUM):.0%}")
    said = p_dark(np.array([simulate(case["seed"], pixels, share=SHARE)[1] for case in cases]))
    gap = said - np.array([case["p_dark"] for case in cases])
    for name, some in (("all", ess > 0), (f"with {MINIMUM} effective draws", ess >= MINIMUM)):
        print(f"classifier minus reference, {name}: mean size {np.abs(gap[some]).mean():.4f}, "
              f"largest {np.abs(gap[some]).max():.3f}, mean {gap[some].mean():+.4f}")
    for name, p_value in summarise(cases).items():
        print(f"{name:15s} p = {p_value:.3f}")
