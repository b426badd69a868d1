"""Simulation-based calibration of the ladybirds' reference posterior.

``python -m course_staff.calibrate --cases 200 --pixels 4`` draws beetles from the prior at a share
of one half, shrinks them, adds noise, samples the posterior of each, and writes one line per case:
the ranks of the truth among the draws, for the 22 parameters, the form and the log-likelihood. What
is there already is kept, so that an interrupted run goes on. It ends with a table of p-values.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np

from course_lib.measures import ranks, uniformity
from course_lib.operators import Downsample
from course_lib.posterior import log_likelihood, reference
from course_lib.worlds import ladybirds

DRAWS, SHARE = 19, 0.5


def simulate(seed, pixels=4, sigma=0.05):
    """Draw one beetle and its noisy small picture (3, pixels, pixels) from the prior."""
    rng = np.random.default_rng([seed, pixels])
    beetle = ladybirds.sample(1, share=SHARE, seed=rng)
    y = Downsample(64 // pixels)(ladybirds.render(beetle)[0].astype(float))
    return beetle, y + sigma * rng.standard_normal(y.shape)


def run_case(seed, pixels=4, sigma=0.05, effort=0.3):
    """Sample the posterior of one simulated picture; returns the ranks of its truth.

    Few effective draws are recorded here, not refused: leaving out hard cases would bend ranks.
    """
    start = time.process_time()
    beetle, y = simulate(seed, pixels, sigma)
    found = reference(y, sigma, effort, rng=[seed, pixels, 1], minimum=1)
    beetles, weights = found.samples(SHARE)
    rng = np.random.default_rng([seed, pixels, 2])
    some = rng.choice(len(weights), size=DRAWS, p=weights)
    level = np.concatenate([form.log_likelihood for form in found.forms])[some]
    return {
        "seed": seed, "form": int(beetle.form[0]), "p_rare": found.p_rare(SHARE),
        "p_rare_error": found.p_rare_error(SHARE), "ess": round(found.ess(SHARE), 1),
        "seconds": round(time.process_time() - start, 2),
        "form_rank": int(ranks(beetle.form[0], beetles.form[some], rng)),
        "log_likelihood_rank": int(ranks(log_likelihood(y, beetle, sigma)[0], level, rng)),
        "parameter_ranks": ranks(beetle.values[0], beetles.values[some], rng).tolist(),
    }


def summarise(cases):
    """Return {name: p-value} of uniform ranks over the cases."""
    columns = {"form": [case["form_rank"] for case in cases],
               "log-likelihood": [case["log_likelihood_rank"] for case in cases]}
    for i, prior in enumerate(ladybirds.PRIORS):
        columns[prior.name] = [case["parameter_ranks"][i] for case in cases]
    return {name: float(uniformity(found, DRAWS)[2]) for name, found in columns.items()}


def main():
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--cases", type=int, default=200)
    parser.add_argument("--first", type=int, default=0, help="seed of the first case")
    parser.add_argument("--pixels", type=int, default=4, choices=(4, 8))
    parser.add_argument("--effort", type=float, default=0.3)
    parser.add_argument("--out", type=Path, required=True, help="file of one JSON line per case")
    args = parser.parse_args()
    lines = args.out.read_text(encoding="utf-8").splitlines() if args.out.exists() else []
    cases = [json.loads(line) for line in lines]
    done = {case["seed"] for case in cases}
    for seed in range(args.first, args.first + args.cases):
        if seed not in done:
            cases.append(run_case(seed, args.pixels, effort=args.effort))
            with args.out.open("a", encoding="utf-8") as file:
                file.write(json.dumps(cases[-1]) + "\n")
    print(f"{len(cases)} cases; effective draws: median "
          f"{np.median([case['ess'] for case in cases]):.0f}, least "
          f"{min(case['ess'] for case in cases):.0f}")
    for name, p_value in summarise(cases).items():
        print(f"{name:15s} p = {p_value:.3f}")


if __name__ == "__main__":
    main()
