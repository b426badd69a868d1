"""Rebuild ``data/`` from seeds and sources: ``course data [PART …]``, and calibrate the posterior.

``course data`` makes everything anew but the generators, which have a verb of their own: pictures,
classifiers and regressors (a quarter of an hour each), reference posteriors, chains on a generator
(a quarter of an hour), searches (those of lesson `bias` take an hour), answers of samplers (three
quarters of one), the casebook, number plates. ``course data --calibrate`` runs the simulation-based
calibration and records every case under ``data/calibration/``; what is there is kept, so that an
interrupted run goes on.
"""

from argparse import Namespace
from collections.abc import Callable, Iterable
from importlib import import_module

import numpy as np
from safetensors.numpy import save_file
from tqdm import tqdm

from course_lib.data import data_path
from course_lib.desk.commands import Told
from course_lib.inference import posterior
from course_lib.inference.posterior import reference
from course_lib.worlds import ladybirds
from course_staff.experiments import calibrate, images, measured


def tensors(answer: posterior.LadybirdPosterior) -> dict[str, np.ndarray]:
    """A reference posterior as arrays, the way `posterior.shipped` reads it."""
    found = {"y": answer.y, "sigma": np.array(answer.sigma)}
    for form, draws in enumerate(answer.forms):
        values = (draws.u.astype(np.float32), draws.log_likelihood, draws.weights,
                  np.array([draws.log_evidence, draws.log_evidence_error]))
        found |= {f"{key}{form}": x for key, x in zip(posterior.STORED, values, strict=True)}
    return found


def picture(name: str) -> np.ndarray:
    """The small picture (3, h, h) that a shipped posterior is about."""
    return ladybirds.sixteen_pixels() if name == "sixteen_pixels" else posterior.example(name)[1]


def posteriors(names: Iterable[str] = ("sixteen_pixels", *posterior.EXAMPLES)) -> None:
    """Compute the posteriors that ship; the seed is 0, the effort that of `reference`."""
    data_path("posteriors").mkdir(exist_ok=True)
    for name in tqdm(names, desc="posteriors"):
        save_file(tensors(reference(picture(name))), data_path("posteriors", f"{name}.safetensors"))
    images.record("posteriors")


def run(args: Namespace) -> int:
    """Carry out ``course data``; returns the exit status."""
    if args.calibrate:
        calibrate.run(args.pixels, args.cases)
        return 0
    rebuild = {"images": images.rebuild, "classifiers": _trained("classifiers"),
               "posteriors": posteriors, "regressors": _trained("regression"),
               "chains": _trained("chains"), "pulse": _trained("searches"),
               "casebook": _trained("casebook"), "flips": _trained("flips"),
               "samplers": _trained("samplers"), "plates": _trained("plates")}
    everything = list(rebuild)  # from seeds and what is installed; the next need packages at hand
    rebuild["measured"] = lambda: measured.rebuild(args.packages)
    rebuild["upscaler"] = lambda: import_module(
        "course_staff.experiments.upscaler").rebuild(args.packages)
    if unknown := [part for part in args.part if part not in rebuild]:
        raise Told(f"{unknown[0]!r} is no part of data/; there are {', '.join(rebuild)}")
    for part in args.part or everything:
        rebuild[part]()
    return 0


def _trained(module: str) -> Callable[[], None]:
    """What rebuilds a part with PyTorch, which is imported when it runs."""
    return lambda: import_module(f"course_staff.experiments.{module}").rebuild()
