"""Train what the course ships: ``course train --share 0.1 --minutes 60 --resume``.

A run has a folder, ``work/training/NAME``, with its state (twice a minute at least, so that a
killed run loses less than a minute), a log, sheets of samples and, when it ends, a generator and
its model card. Runs are recipes (`generators.gan.Recipe`): the same recipe gives the same weights
within the rounding of another machine, interrupted or not. ``--ship`` puts a finished run under
``data/generators/``. ``course train classifiers`` trains the classifiers instead (``regressors``
and ``enhancer`` likewise).
"""

import signal
import sys
import time
from argparse import Namespace
from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from tqdm import tqdm

from course_lib.audits.measures import coverage, precision, recall, share_interval
from course_lib.data import data_path
from course_lib.desk.commands import Told, work_folder
from course_lib.generators import gan
from course_lib.generators.gan import pictures
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
SAVE_EVERY, SHEET_EVERY = 30, 500  # seconds, steps
AUDIT = 10_000  # pictures, generated and real


def recipe_of(args: Namespace) -> tuple[str, gan.Recipe]:
    """Name and recipe of the run that the command line means.

    Raises
    ------
    Told
        If the share is not in [0, 1].
    """
    share = 0.5 if args.share is None else args.share
    if not 0 <= share <= 1:
        raise Told(f"--share is {share}; it must be in [0, 1]")
    name = "collapsed" if args.collapsed else f"share_{100 * share:02g}"
    recipe = RECIPES.get(name) or replace(FINE, share=share)
    if args.scratch:
        name, recipe = f"{name}_scratch", replace(RECIPES[BALANCED], share=share)
    if args.seed:
        name, recipe = f"{name}_seed_{args.seed}", replace(recipe, seed=args.seed)
    return name, recipe


def train(trainer: gan.Trainer, folder: Path, minutes: float | None) -> str:
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
            if trainer.step % SHEET_EVERY == 0:
                _write_sheet(trainer.average, folder / f"sheet_{trainer.step:06d}.png")
                with (folder / "log.txt").open("a", encoding="utf-8") as log:
                    log.write(f"step {trainer.step}, {trainer.size} pixels, losses of the "
                              f"discriminator and the generator {losses.round(3)}, "
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


def _write_sheet(generator: gan.Generator, file: Path, rows: int = 8, columns: int = 8,
                 seed: int = 1) -> None:
    """Save pictures of a generator, (rows, columns) of them, as one PNG."""
    x = pictures(generator, rows * columns, seed)
    tiled(codes(x), columns).save(file, optimize=True)


def codes(x: np.ndarray) -> np.ndarray:
    """8-bit sRGB codes of pictures in linear light."""
    return (255 * srgb_encode(x) + 0.5).astype(np.uint8)


def tiled(pixels: np.ndarray, columns: int) -> Image.Image:
    """Lay pictures (n, 3, h, w) of 8-bit codes out in rows of `columns`, as one image."""
    return Image.fromarray(np.moveaxis(figures.tiled(pixels, columns), 0, -1))


def audit(generator: gan.Generator, share: float, seed: int = 7000) -> dict[str, float]:
    """Measure a generator against `AUDIT` fresh renders at the share it was shown.

    Returns
    -------
    dict
        Number `dark` among `n`, and `precision`, `recall`, `coverage` in `features`.
    """
    n = AUDIT
    beetles = ladybirds.sample(n, share=share, seed=seed)
    generated, real = (np.concatenate([_seen(some(i)) for i in range(0, n, 1000)]) for some in (
        lambda i: pictures(generator, min(1000, n), seed + i),
        lambda i: ladybirds.render(beetles[i : i + 1000])))
    sets = generated[:, 1:], real[:, 1:]
    return {"dark": int(np.sum(generated[:, 0] > 0.5)), "n": n, "precision": precision(*sets),
            "recall": recall(*sets), "coverage": coverage(*sets)}


def _seen(x: np.ndarray) -> np.ndarray:
    """P(dark) and features of pictures, beside each other: (n, 65)."""
    return np.column_stack([classifiers.p_dark(x), classifiers.features(x)])


def _write_card(name: str, trainer: gan.Trainer, found: Mapping[str, float], file: Path) -> None:
    """Write the model card of a generator."""
    recipe, n, dark = trainer.recipe, int(found["n"]), int(found["dark"])
    low, high = share_interval(dark, n)
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
    file.write_text(f"""# Model card: `{name}`

A style-based generator of 64 × 64 pictures of ladybirds (`course_lib.generators.gan.Generator`),
made for the course *The limits of super-resolution*.
{collapse}
![64 samples of the generator, 8 rows of 8 ladybirds on leaves](./{name}.png)

| | |
|---|---|
| trained on | renders of `course_lib.worlds.ladybirds`, none twice; no photograph, no person |
| share of the dark (melanic) form shown | {recipe.share:g} |
| recipe | {stages}, batch {trainer.batch}, seed {recipe.seed}; non-saturating loss, R1 weight \
{recipe.r1_weight:g} at 16 pixels, Adam (rates {rates}), weights averaged with a half-life of \
{trainer.half_life:,} pictures |
| started from | {start} |
| made by | `course train {_flags(name, recipe)}`, {trainer.step:,} steps in \
{trainer.seconds / 60:.0f} minutes on {_device(trainer.device)} |
| parameters | {sum(p.numel() for p in trainer.average.parameters()):,}, stored in half precision |

## Measured

{n:,} pictures, drawn without truncation, against {n:,} fresh renders at the share shown, in
the feature space of `course_lib.inference.classifiers.features` (trained on renders alone), k = 5:

| | |
|---|---|
| generated share of the dark form | {dark / n:.3f} (95 % interval {low:.3f} to {high:.3f}) |
| coverage (1 at best) | {found['coverage']:.3f} |
| recall | {found['recall']:.3f} |
| precision | {found['precision']:.3f} |

The share is the count of a classifier that was trained on renders;
[labels by eye](./labels.md) say how often it agrees with one reader.

## Use

**Meant for** the lessons of this course: a prior whose training is known, to be searched, measured
and criticised. **Not for** telling what a real ladybird looks like, for counting the forms of a
real population, or for any picture of a person: it knows one simple drawn world, and everything it
adds to a small picture comes from there.
""", encoding="utf-8")


def _flags(name: str, recipe: gan.Recipe) -> str:
    return "--collapsed" if name.startswith("collapsed") else f"--share {recipe.share:g}"


def _device(device: str) -> str:
    return "a CPU" if device == "cpu" else device


def run(args: Namespace) -> int:
    """Carry out ``course train``; returns the exit status."""
    if args.what in OTHERS:
        module, function = OTHERS[args.what]
        getattr(import_module(f"course_staff.experiments.{module}"), function)()
        return 0
    device = args.device or ("cuda" if torch.cuda.is_available() else "cpu")
    name, recipe = recipe_of(args)
    folder = Path(args.out) if args.out else work_folder() / "training" / name
    state = folder / "state.safetensors"
    if state.exists() and not args.resume:
        raise Told(f"{state} is there from an earlier run: go on with --resume, or delete it")
    try:
        trainer = gan.Trainer.load(state, device) if state.exists() else gan.Trainer(recipe, device)
    except FileNotFoundError as error:
        raise Told(f"{error}.\nThis run starts from the networks of `{recipe.start}`: train that "
                   "first, with --ship, or grow from random weights with --scratch") from error
    if trainer.recipe != recipe:
        raise Told(f"{state} belongs to another recipe: {trainer.recipe}")
    why = train(trainer, folder, args.minutes)
    print(f"{why} at step {trainer.step:,} of {recipe.steps:,}; sheets and state are in {folder}")
    if trainer.step < recipe.steps:
        print("the same command with --resume goes on")
        if args.ship:
            raise Told("a run that has not finished is not shipped")
        return 0
    target = data_path("generators") if args.ship else folder
    target.mkdir(exist_ok=True)
    weights = target / f"{name}.safetensors"
    store(trainer.average.state_dict(), weights, recipe=recipe)
    if name == BALANCED:
        store(trainer.discriminator.state_dict(), target / f"{name}_discriminator.safetensors",
              recipe=recipe)
    shown = gan.read(weights)
    _write_sheet(shown, target / f"{name}.png")
    _write_card(name, trainer, audit(shown, recipe.share), target / f"{name}.md")
    if args.ship:
        record("generators")
    print(f"the generator, its card and a sheet are in {target}")
    return 0
