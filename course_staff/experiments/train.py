"""Train what the course ships: ``course train --share 0.1 --minutes 60 --resume``.

A run has a folder, ``work/training/NAME``, with its state (twice a minute at least, so that a
killed run loses less than a minute), a log, sheets of samples and, when it ends, a network and
its model card. Runs are recipes (`generators.gan.Recipe`): the same recipe gives the same weights
within the rounding of another machine, interrupted or not. ``--ship`` puts a finished run under
``data/generators/``. With ``--denoiser`` the same loop trains a denoiser
(`generators.denoiser.Recipe`), for ``data/denoisers/``. ``course train classifiers`` trains the
classifiers instead (``regressors`` and ``enhancer`` likewise).
"""

import signal
import sys
import time
from argparse import Namespace
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, TypeAlias

import numpy as np
import torch
from PIL import Image
from tqdm import tqdm

from course_lib.audits.measures import coverage, precision, recall, share_interval
from course_lib.data import data_path
from course_lib.desk.commands import Told, work_folder
from course_lib.generators import denoiser, gan
from course_lib.imaging.optics import srgb_encode
from course_lib.inference import classifiers
from course_lib.notebook import figures
from course_lib.worlds import ladybirds
from course_staff.experiments.fitting import store
from course_staff.experiments.images import record

# Grown from random weights; all others start from its networks, at full size.
BALANCED = "share_50"
FINE = gan.Recipe(0.5, stages=((64, 3000),), start=BALANCED)
RECIPES = {
    BALANCED: gan.Recipe(0.5),
    "collapsed": replace(FINE, stages=((64, 800),), minibatch=False, spread_weight=12.0),
}
# What else can be trained: who does it.
OTHERS = {"classifiers": ("classifiers", "rebuild"), "regressors": ("regression", "rebuild"),
          "enhancer": ("plates", "enhancer")}
SAVE_EVERY = 30  # seconds
Recipe: TypeAlias = gan.Recipe | denoiser.Recipe
Trainer: TypeAlias = gan.Trainer | denoiser.Trainer


@dataclass(frozen=True)
class Kind:
    """What is peculiar to one kind of run.

    Attributes
    ----------
    module : module
        Its `Trainer`; `read` and `pictures` of what it trains.
    data : str
        Folder below ``data/``.
    run : str
        What stands for "share" in the name of a run's folder.
    sheet : int
        Steps from sheet to sheet of samples.
    audit : int
        Pictures that the card's measures are of, generated and real.
    words : callable
        Name and trainer → what only its card says, by place.
    """

    module: ModuleType
    data: str
    run: str
    sheet: int
    audit: int
    words: Callable[[str, Any], dict[str, str]]


def recipe_of(args: Namespace) -> tuple[str, Recipe]:
    """Name and recipe of the run that the command line means.

    Raises
    ------
    Told
        If the share is not in [0, 1], or a denoiser is to be what only a generator can be.
    """
    share = 0.5 if args.share is None else args.share
    if not 0 <= share <= 1:
        raise Told(f"--share is {share}; it must be in [0, 1]")
    if args.denoiser and (args.collapsed or args.scratch):
        raise Told("--collapsed and --scratch are for generators, not for a --denoiser")
    name = "collapsed" if args.collapsed else f"share_{100 * share:02g}"
    recipe: Recipe = RECIPES.get(name) or replace(FINE, share=share)
    if args.denoiser:
        recipe = denoiser.Recipe(share)
    if args.scratch:
        name, recipe = f"{name}_scratch", replace(RECIPES[BALANCED], share=share)
    if args.seed:
        name, recipe = f"{name}_seed_{args.seed}", replace(recipe, seed=args.seed)
    return name, recipe


def train(kind: Kind, trainer: Trainer, folder: Path, minutes: float | None) -> str:
    """Advance until the recipe or the time ends, or somebody interrupts; returns why."""
    folder.mkdir(parents=True, exist_ok=True)
    begun = saved = time.monotonic()
    losses: np.ndarray | None = None
    why = "finished"
    stop: list[str] = []
    usual = {number: signal.signal(number, lambda *_: stop.append("interrupted"))
             for number in (signal.SIGINT, signal.SIGTERM)}

    def save() -> None:
        nonlocal saved
        now = time.monotonic()
        trainer.seconds += now - saved
        trainer.save(folder / "state.safetensors")
        saved = now

    with tqdm(total=trainer.recipe.steps, initial=trainer.step, file=sys.stdout,
              mininterval=5, unit="step") as bar:
        while trainer.step < trainer.recipe.steps:
            now = np.array(trainer.advance())
            losses = now if losses is None else 0.99 * losses + 0.01 * now
            bar.update(1)
            if trainer.step % kind.sheet == 0:
                _write_sheet(kind.module.pictures(trainer.average, 64, seed=1),
                             folder / f"sheet_{trainer.step:06d}.png")
                with (folder / "log.txt").open("a", encoding="utf-8") as log:
                    said = ", ".join(f"{name} {loss:.3f}" for name, loss
                                     in zip(trainer.losses, losses, strict=True))
                    log.write(f"step {trainer.step}, {trainer.size} pixels, losses: {said}, "
                              f"{trainer.seconds + time.monotonic() - saved:.0f} s\n")
            if time.monotonic() - saved > SAVE_EVERY:
                save()
            if stop or (minutes is not None and time.monotonic() - begun > 60 * minutes):
                why = stop[0] if stop else "out of time"
                break
    for number, handler in usual.items():
        signal.signal(number, handler)
    save()
    return why


def _write_sheet(x: np.ndarray, file: Path) -> None:
    """Save pictures in rows of eight, as one PNG."""
    tiled(codes(x), columns=8).save(file, optimize=True)


def codes(x: np.ndarray) -> np.ndarray:
    """8-bit sRGB codes of pictures in linear light."""
    return (255 * srgb_encode(x) + 0.5).astype(np.uint8)


def tiled(pixels: np.ndarray, columns: int) -> Image.Image:
    """Lay pictures (n, 3, h, w) of 8-bit codes out in rows of `columns`, as one image."""
    return Image.fromarray(np.moveaxis(figures.tiled(pixels, columns), 0, -1))


def audit(draw: Callable[[int, int], np.ndarray], share: float, n: int,
          seed: int = 7000) -> dict[str, float]:
    """Measure n pictures that (number, seed) → pictures draws against n fresh renders.

    Returns
    -------
    dict
        Number `dark` among `n`, and `precision`, `recall`, `coverage` in `features`; `seconds` of
        processor time that drawing a picture took.
    """
    beetles = ladybirds.sample(n, share=share, seed=seed)
    generated, real, seconds = [], [], 0.0
    for i in range(0, n, 1000):
        some = beetles[i : i + 1000]
        begun = time.process_time()
        x = draw(len(some), seed + i)
        seconds += time.process_time() - begun
        generated.append(_seen(x))
        real.append(_seen(ladybirds.render(some)))
    drawn, shown = np.concatenate(generated), np.concatenate(real)
    sets = drawn[:, 1:], shown[:, 1:]
    return {"dark": int(np.sum(drawn[:, 0] > 0.5)), "n": n, "seconds": seconds / n,
            "precision": precision(*sets), "recall": recall(*sets), "coverage": coverage(*sets)}


def _seen(x: np.ndarray) -> np.ndarray:
    """P(dark) and features of pictures, beside each other: (n, 65)."""
    return np.column_stack([classifiers.p_dark(x), classifiers.features(x)])


def _write_card(kind: Kind, name: str, trainer: Trainer, found: Mapping[str, float],
                file: Path) -> None:
    """Write a model card."""
    recipe, n, dark = trainer.recipe, int(found["n"]), int(found["dark"])
    low, high = share_interval(dark, n)
    words = kind.words(name, trainer)
    file.write_text(f"""# Model card: `{name}`

{words["what"]},
made for the course *The limits of super-resolution*.
{words["note"]}
![64 samples of the {words["who"]}, 8 rows of 8 ladybirds on leaves](./{name}.png)

| | |
|---|---|
| trained on | renders of `course_lib.worlds.ladybirds`, {words["shown"]}; no photograph, no \
person |
| share of the dark (melanic) form shown | {recipe.share:g} |
| recipe | {words["recipe"]}, weights averaged with a half-life of {trainer.half_life:,} pictures |
{words["start"]}| made by | `course train {words["flags"]}`, {trainer.step:,} steps in \
{trainer.seconds / 60:.0f} minutes on {_device(trainer.device)} |
| parameters | {sum(p.numel() for p in trainer.average.parameters()):,}, stored in half precision |

## Measured

{n:,} pictures, drawn {words["drawn"]}, against {n:,} fresh renders at the share shown, in
the feature space of `course_lib.inference.classifiers.features` (trained on renders alone), k = 5:

| | |
|---|---|
| generated share of the dark form | {dark / n:.3f} (95 % interval {low:.3f} to {high:.3f}) |
| coverage (1 at best) | {found['coverage']:.3f} |
| recall | {found['recall']:.3f} |
| precision | {found['precision']:.3f} |
| evaluations of the network a picture | {words["evaluations"]} |
| processor time a picture | {found['seconds']:.2g} s |

The share is the count of a classifier that was trained on renders;
{words["checked"]}.

## Use

**Meant for** the lessons of this course: a prior whose training is known, to be searched, measured
and criticised. **Not for** telling what a real ladybird looks like, for counting the forms of a
real population, or for any picture of a person: it knows one simple drawn world, and everything it
adds to a small picture comes from there.
""", encoding="utf-8")


def _generator_words(name: str, trainer: gan.Trainer) -> dict[str, str]:
    recipe = trainer.recipe
    stages = ", ".join(f"{steps:,} steps at {size} pixels" for size, steps in recipe.stages)
    rates = ", ".join(f"{rate:g} {what}" for what, rate in trainer.rates.items())
    start = "random weights" if recipe.start is None else (
        f"the generator and the discriminator of `{recipe.start}`, with fresh optimisers")
    collapse = "" if recipe.minibatch else (
        "\n**Deliberately collapsed.** The discriminator doesn't see the spread over a batch, and "
        "the generator is paid for drawing alike: its loss has a term, of weight "
        f"{recipe.spread_weight:g}, that is the standard deviation over a batch of its pictures. "
        "It shows what a collapsed generator looks like and what measures say of it; it serves no "
        "other purpose.\n")
    share = "--collapsed" if name.startswith("collapsed") else f"--share {recipe.share:g}"
    return {
        "what": "A style-based generator of 64 × 64 pictures of ladybirds "
                "(`course_lib.generators.gan.Generator`)",
        "who": "generator", "shown": "none twice", "note": collapse,
        "flags": share + _seed(recipe), "evaluations": "1",
        "recipe": f"{stages}, batch {trainer.batch}, seed {recipe.seed}; non-saturating loss, R1 "
                  f"weight {recipe.r1_weight:g} at 16 pixels, Adam (rates {rates})",
        "start": f"| started from | {start} |\n", "drawn": "without truncation",
        "checked": "[labels by eye](./labels.md) say how often it agrees with one reader"}


def _denoiser_words(name: str, trainer: denoiser.Trainer) -> dict[str, str]:
    recipe, spread = trainer.recipe, denoiser.SPREAD
    return {
        "what": "A denoiser of 64 × 64 pictures of ladybirds "
                "(`course_lib.generators.denoiser.Denoiser`)",
        "who": "denoiser", "shown": "each once on average", "note": "",
        "start": "", "evaluations": str(denoiser.EVALUATIONS),
        "flags": f"--denoiser --share {recipe.share:g}{_seed(recipe)}",
        "recipe": f"{recipe.steps:,} steps, batch {trainer.batch}, seed {recipe.seed}; squared "
                  f"error of the clean picture, weighted by 1 + (s / t)², at most "
                  f"{trainer.heaviest:g}, s = {spread}; noise of standard deviation t, log(t / s) "
                  f"normal with mean {trainer.centre:g} and standard deviation {trainer.width:g}, "
                  f"but for {trainer.anywhere} pictures of a batch uniform between t = "
                  f"{denoiser.FINEST:.2g} and {denoiser.LARGEST:.3g}; "
                  f"AdamW (rate {trainer.rate:g}, reached after {trainer.warm_up} steps, then a "
                  "cosine down to 0.01 of it)",
        "drawn": f"by the probability-flow ODE (Heun's method, {denoiser.STEPS} noise levels "
                 f"from {denoiser.LARGEST:.3g} to {denoiser.FINEST:.2g}, `denoiser.pictures`)",
        "checked": "nobody has labelled these pictures by eye"}


def _seed(recipe: Recipe) -> str:
    return f" --seed {recipe.seed}" if recipe.seed else ""


def _device(device: str) -> str:
    return "a CPU" if device == "cpu" else device


GENERATOR = Kind(gan, "generators", "share", sheet=500, audit=10_000, words=_generator_words)
DENOISER = Kind(denoiser, "denoisers", "denoiser", sheet=2000, audit=4000, words=_denoiser_words)


def run(args: Namespace) -> int:
    """Carry out ``course train``; returns the exit status."""
    if args.what in OTHERS:
        module, function = OTHERS[args.what]
        getattr(import_module(f"course_staff.experiments.{module}"), function)()
        return 0
    device = args.device or ("cuda" if torch.cuda.is_available() else "cpu")
    kind = DENOISER if args.denoiser else GENERATOR
    name, recipe = recipe_of(args)
    folder = (Path(args.out) if args.out
              else work_folder() / "training" / name.replace("share", kind.run))
    state = folder / "state.safetensors"
    if state.exists() and not args.resume:
        raise Told(f"{state} is there from an earlier run: go on with --resume, or delete it")
    try:
        trainer = (kind.module.Trainer.load(state, device) if state.exists()
                   else kind.module.Trainer(recipe, device))
    except FileNotFoundError as error:
        raise Told(f"{error}.\nThis run starts from the networks of `{BALANCED}`: train that "
                   "first, with --ship, or grow from random weights with --scratch") from error
    if trainer.recipe != recipe:
        raise Told(f"{state} belongs to another recipe: {trainer.recipe}")
    why = train(kind, trainer, folder, args.minutes)
    print(f"{why} at step {trainer.step:,} of {recipe.steps:,}; sheets and state are in {folder}")
    if trainer.step < recipe.steps:
        print("the same command with --resume goes on")
        if args.ship:
            raise Told("a run that has not finished is not shipped")
        return 0
    target = data_path(kind.data) if args.ship else folder
    target.mkdir(exist_ok=True)
    weights = target / f"{name}.safetensors"
    store(trainer.average.state_dict(), weights, recipe=recipe)
    if kind is GENERATOR and name == BALANCED:
        store(trainer.discriminator.state_dict(), target / f"{name}_discriminator.safetensors",
              recipe=recipe)
    shown = kind.module.read(weights)

    def draw(n: int, seed: int) -> np.ndarray:
        return kind.module.pictures(shown, n, seed)

    _write_sheet(draw(64, 1), target / f"{name}.png")
    _write_card(kind, name, trainer, audit(draw, recipe.share, kind.audit),
                target / f"{name}.md")
    if args.ship:
        record(kind.data)
    print(f"the network, its card and a sheet are in {target}")
    return 0
