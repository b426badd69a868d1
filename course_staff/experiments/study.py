"""Thirty trainings, each measured in the same way: ``course study``, for `docs/study.md`.

For every generator of the plan, in the order of `MEMBERS`: train it, measure its card, search it
for the same beetles from the same latents, sample its posterior (`CHAINED` ones), and write what
was found to one small file, ``data/study/NAME.jsonl`` (and ten answers, to be read by eye, to
``NAME.webp``). Its weights are then thrown away; their checksum stays. A generator that has a file
is done, so any machine goes on with the next; one that lacks some of its chains is trained again
in the end, and goes on if that gives the same weights. Within one, training is saved twice a minute
and every block of searches at once, in the work folder: who stops the command (SIGTERM) or kills it
repeats a minute at most.

``course study --collect DIR`` takes over finished files from another folder, ``--coverage`` tries
the intervals on simulated tables (`study_statistics`), ``--sheets DIR`` writes pictures to be read
by eye (`study_reading`), and ``--table`` tells what the files say (`study_tables`).
"""

import math
import os
import shutil
import signal
import sys
import time
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import torch

from course_lib.data import checksum, data_path, read_rows, verified_path, write_rows
from course_lib.desk.commands import Told, work_folder
from course_lib.generators import chains, gan, pulse
from course_lib.imaging.operators import Downsample
from course_lib.inference import classifiers
from course_lib.records import flips
from course_lib.records.study import EPSILONS, SIGMAS, STEPS
from course_lib.worlds import ladybirds
from course_staff.experiments import train
from course_staff.experiments.fitting import store
from course_staff.experiments.images import record

SEED = 22_001  # of the beetles, their noise and all latents; the record of `flips` has others
SIGMA = flips.SIGMA
Row = dict[str, Any]


@dataclass(frozen=True)
class Sizes:
    """How much of everything; the plan's numbers by default.

    Attributes
    ----------
    fine, grown : tuple of (size, steps)
        Stages of trainings from the common start and from scratch.
    card : int
        Pictures that a card's measures are of.
    each, block, repeats : int
        Beetles of either form; how many of either are searched at once; starts for each.
    chained, chained_block : int
        Beetles of either form for chains; how many beetles are sampled at once.
    chains : dict
        Pixels a side → arguments of `chains.sample`.
    factorial : int
        Beetles of either form in the factorial.
    read : int
        Answers for beetles of either form that are kept as pictures, of each `Member.chained`:
        somebody is to read them.
    steps : (int, int)
        Steps of a search; the main table has the first.
    """

    fine: tuple = train.FINE.stages
    grown: tuple = train.RECIPES[train.BALANCED].stages
    card: int = 10_000
    each: int = 100
    block: int = 10
    repeats: int = 2
    chained: int = 20
    chained_block: int = 4
    chains: dict[int, dict[str, Any]] = field(default_factory=lambda: {
        4: {"chains": 2, "draws": 50, "thin": 3, "burn_in": 60, "temperatures": 6},
        8: {"chains": 2, "draws": 50, "thin": 4, "burn_in": 150, "temperatures": 8}})
    factorial: int = 25
    read: int = 5
    steps: tuple[int, int] = STEPS


PLAN = Sizes()


@dataclass(frozen=True)
class Member:
    """One training of the study, or the factorial on one (`factorial`).

    Attributes
    ----------
    share : float
        Of the dark form in what is shown.
    number : int
        1 to 5; 0 is the generator that the course ships, no part of any contrast.
    scratch : bool
        From random weights, not from the networks of ``share_50``.
    factorial : bool
    """

    share: float
    number: int
    scratch: bool = False
    factorial: bool = False

    @property
    def generator(self) -> str:
        """Name of the training."""
        return f"share_{100 * self.share:02.0f}{'_scratch' * self.scratch}_{self.number}"

    @property
    def name(self) -> str:
        """Name of its file."""
        return "factorial_" * self.factorial + self.generator

    @property
    def chained(self) -> bool:
        """Whether it is of the main contrast: its posterior is sampled, answers are read."""
        return (self.share in (0.1, 0.5) and self.number > 0
                and not self.scratch and not self.factorial)

    def recipe(self, sizes: Sizes) -> gan.Recipe:
        """Recipe of the training; no two members have random numbers in common."""
        if not self.number:
            return replace(train.FINE, share=self.share)
        seed = 1000 * round(100 * self.share) + 500 * self.scratch + self.number
        if self.scratch:
            return replace(train.RECIPES[train.BALANCED], share=self.share, seed=seed,
                           stages=sizes.grown)
        return replace(train.FINE, share=self.share, seed=seed, stages=sizes.fine)


NUMBERS = range(1, 6)
#: In the order in which they are made: the main contrast first.
MEMBERS = (
    *(Member(share, n) for n in NUMBERS for share in (0.1, 0.5)),
    Member(0.1, 0),
    *(Member(share, 1, factorial=True) for share in (0.5, 0.1)),
    *(Member(share, n, scratch=True) for n in NUMBERS for share in (0.1, 0.5)),
    *(Member(share, n) for n in NUMBERS for share in (0.02, 0.9)),
)


class Stopped(Exception):
    """Somebody asked the command to stop; what is done is kept."""


# --- beetles and starts, the same for all --------------------------------------------------------


@cache
def pictures(each: int) -> np.ndarray:
    """Renders (2 · each, 3, 64, 64) of the beetles, pale ones first; linear light."""
    forms = np.repeat([0, 1], each)
    return ladybirds.render(ladybirds.sample(2 * each, seed=SEED, form=forms)).astype(float)


def small(each: int, pixels: int, sigma: float = SIGMA) -> np.ndarray:
    """What the camera kept of them: (2 · each, 3, pixels, pixels), with noise of this sd."""
    y = Downsample(64 // pixels)(pictures(each))
    return y + sigma * np.random.default_rng([SEED, pixels]).standard_normal(y.shape)


def latents(generator: gan.Generator, beetles: np.ndarray, repeat: int) -> torch.Tensor:
    """Start number `repeat` of each beetle, (n, n_layers, Z_DIM): the same in every generator."""
    shape = generator.n_layers, gan.Z_DIM
    return torch.from_numpy(np.stack([
        np.random.default_rng([SEED, repeat, int(k)]).standard_normal(shape)
        for k in beetles]).astype(np.float32))


# --- what is measured: (what identifies a row, how to make the rest) ------------------------------

Unit = tuple[Row, Callable[[], Row]]


def units(generator: gan.Generator, member: Member, sizes: Sizes, sheet: Path) -> Iterator[Unit]:
    """All measurements of one member, in order, each a minute at most; some write the sheet."""
    law = pulse.fit_styles(generator)
    if member.factorial:
        which = np.r_[: sizes.factorial, sizes.each : sizes.each + sizes.factorial]
        others = _others(generator, law, sizes.factorial)
        for i, k in enumerate(which):
            yield ({"kind": "cells", "truth": int(k)},
                   partial(_cells, generator, law, int(k), others[i], sizes))
        return
    yield {"kind": "card", "n": sizes.card}, partial(_card, generator, member.share, sizes.card)
    blocks = sizes.each // sizes.block
    to_read = MEMBERS.index(member) % blocks if member.chained else None
    for repeat in range(sizes.repeats):
        for b in range(blocks):
            kept = sheet if (repeat, b) == (0, to_read) else None
            yield ({"kind": "search", "repeat": repeat, "block": b},
                   partial(_search, generator, law, repeat, b, sizes, kept))
    if member.chained:
        which = np.r_[: sizes.chained, sizes.each : sizes.each + sizes.chained]
        for pixels in sizes.chains:
            for some in which.reshape(-1, sizes.chained_block):
                yield ({"kind": "chains", "pixels": pixels, "truths": some.tolist()},
                       partial(_chains, generator, some, pixels, sizes))


def _card(generator: gan.Generator, share: float, n: int) -> Row:
    found = train.audit(lambda n, seed: gan.pictures(generator, n, seed), share, n)
    return {"dark": found["dark"]} | {
        key: round(float(found[key]), 4) for key in ("precision", "recall", "coverage")}


def beetles_of(block: int, sizes: Sizes) -> np.ndarray:
    """Indices of the beetles of a block, pale ones first."""
    first = np.arange(block * sizes.block, (block + 1) * sizes.block)
    return np.concatenate([first, sizes.each + first])


def _search(generator: gan.Generator, law: pulse.StyleLaw, repeat: int, block: int,
            sizes: Sizes, sheet: Path | None) -> Row:
    which = beetles_of(block, sizes)
    found = flips.search_each(generator, small(sizes.each, 4)[which], law,
                              latents(generator, which, repeat), seed=1000 * repeat + block)
    if sheet:
        some = found.pictures[0].reshape(2, sizes.block, 3, 64, 64)[:, : sizes.read]
        train.tiled(train.codes(some.reshape(-1, 3, 64, 64)), columns=sizes.read).save(
            sheet, lossless=True, quality=100, method=6)
    return _told(found.beginnings[0], found.pictures[0], found.residuals[0])


def _told(begin: np.ndarray, found: np.ndarray, residual: np.ndarray) -> Row:
    """P(dark) of pictures (..., 3, 64, 64) at the start and found, and residuals (...)."""
    return {"start": classifiers.p_dark(begin).round(4).tolist(),
            "found": classifiers.p_dark(found).round(4).tolist(),
            "residual": residual.astype(float).round(6).tolist()}


def _chains(generator: gan.Generator, which: np.ndarray, pixels: int, sizes: Sizes) -> Row:
    """Share of dark draws of each chain, (beetles, chains), and what they are worth."""
    y = small(sizes.each, pixels)[which]
    drawn = chains.sample(generator, y, SIGMA, seed=SEED + int(which[0]), **sizes.chains[pixels])
    dark = classifiers.p_dark(chains.pictures(generator, drawn.z, drawn.noise_seeds)) > 0.5
    return {"dark": dark.mean(2).round(4).tolist(),
            "ess": [round(chains.effective_size(some.astype(float)), 1) for some in dark]}


def _others(generator: gan.Generator, law: pulse.StyleLaw, n: int) -> torch.Tensor:
    """A start of the other form for each of n pale beetles and of n dark ones."""
    return torch.cat([pulse.choose_starts(generator, form, n, law=law, seed=SEED, surest=False)
                      for form in (ladybirds.DARK, ladybirds.PALE)])


def _cells(generator: gan.Generator, law: pulse.StyleLaw, k: int, other: torch.Tensor,
           sizes: Sizes) -> Row:
    """The factorial for one beetle: arrays (`EPSILONS`, steps, `SIGMAS`, `STARTS`)."""
    y = np.stack([small(sizes.each, 4, sigma)[k] for sigma in SIGMAS])
    begin = torch.cat([latents(generator, np.array([k]), 0), other[None]])
    found = [[pulse.search(generator, y, steps=steps, epsilon=epsilon, law=law, latents=begin,
                           seed=SEED + k) for steps in sizes.steps] for epsilon in EPSILONS]
    parts = [np.array([[getattr(one, what) for one in row] for row in found])
             for what in ("beginnings", "pictures", "residuals")]
    told = _told(*parts)
    return told | {"start": np.array(told["start"])[0, 0, 0].tolist()}


# --- one member after the other ------------------------------------------------------------------


def trained(member: Member, folder: Path, sizes: Sizes) -> Path:
    """Train to the end, or go on with it; returns the file of the weights.

    Raises
    ------
    Stopped
        If somebody asked for that; the state is kept.
    """
    if not member.number:
        return verified_path("generators", f"share_{100 * member.share:02.0f}.safetensors")
    weights, state = folder / "weights.safetensors", folder / "state.safetensors"
    if weights.exists():
        return weights
    recipe = member.recipe(sizes)
    trainer = gan.Trainer.load(state) if state.exists() else gan.Trainer(recipe)
    if trainer.recipe != recipe:
        raise Told(f"{state} belongs to another recipe: {trainer.recipe}")
    if train.train(train.GENERATOR, trainer, folder, minutes=None) != "finished":
        raise Stopped
    half_written = folder / "weights.partial"
    store(trainer.average.state_dict(), half_written, recipe=recipe)
    os.replace(half_written, weights)
    state.unlink()
    return weights


def _whole_rows(file: Path) -> list[Row]:
    """Rows of a file of which the last line may have been cut off: that one is dropped."""
    if not file.exists():
        return []
    text = file.read_bytes()
    file.write_bytes(text[: text.rfind(b"\n") + 1])
    return read_rows(file)


def make(member: Member, work: Path, out: Path, sizes: Sizes = PLAN,
         check: Callable[[], None] = lambda: None) -> Path:
    """Train and measure one member, going on where an earlier run stopped; returns its file.

    Parameters
    ----------
    member : Member
    work : Path
        Folder for what is thrown away in the end.
    out : Path
        Folder of finished files.
    sizes : Sizes
    check : callable
        Called before every measurement; it may raise `Stopped`.
    """
    folder = work / member.generator
    folder.mkdir(parents=True, exist_ok=True)
    weights = trained(member, folder, sizes)
    generator = gan.read(weights)
    about: Row = {"kind": "generator", "name": member.generator, "share": member.share,
                  "start": "scratch" if member.scratch else train.BALANCED,
                  "number": member.number, "seed": member.recipe(sizes).seed,
                  "steps": member.recipe(sizes).steps, "weights": checksum(weights),
                  "torch": torch.__version__,
                  "finite": all(bool(x.isfinite().all()) for x in generator.state_dict().values())}
    file, sheet = (folder / f"{member.name}.{end}" for end in ("jsonl", "webp"))
    rows = _whole_rows(file) or _whole_rows(out / file.name)
    if rows[:1] != [about]:  # nothing yet, or of other weights
        rows = [about]
    write_rows(file, rows)
    for key, measure in units(generator, member, sizes, sheet) if about["finite"] else ():
        if any(key.items() <= row.items() for row in rows):
            continue
        check()
        begun = time.monotonic()
        rows.append(key | measure())
        write_rows(file, rows[-1:], append=True)
        print(f"{member.name}: {key}, {time.monotonic() - begun:.0f} s", flush=True)
    out.mkdir(parents=True, exist_ok=True)
    if sheet.exists():
        os.replace(sheet, out / sheet.name)
    os.replace(file, out / file.name)
    if member.factorial or replace(member, factorial=True) not in MEMBERS:
        shutil.rmtree(folder)
    return out / file.name


def missing(*folders: Path) -> list[Member]:
    """Members of the study that have a file in none of the folders, in their order."""
    return [member for member in MEMBERS if not _files(member, folders)]


def unfinished(*folders: Path) -> list[Member]:
    """Members that have a file without some of their chains: those come last."""
    return [member for member in MEMBERS if member.chained and _files(member, folders)
            and not any(_chained(file) >= PLAN.chains.keys() for file in _files(member, folders))]


def _files(member: Member, folders: Sequence[Path]) -> list[Path]:
    files = (folder / f"{member.name}.jsonl" for folder in folders)
    return [file for file in files if file.exists()]


def _chained(file: Path) -> set[int]:
    """Pixels a side at which a file has chains; all of them if its training ended in NaN."""
    about, *rows = read_rows(file)
    return {row["pixels"] for row in rows if row["kind"] == "chains"} if about["finite"] else {
        *PLAN.chains}


@contextmanager
def _stoppable() -> Iterator[Callable[[], None]]:
    """Yield a function that raises `Stopped` once SIGINT or SIGTERM has come."""
    asked: list[int] = []

    def check() -> None:
        if asked:
            raise Stopped

    usual = {number: signal.signal(number, lambda number, _: asked.append(number))
             for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield check
    finally:
        for number, handler in usual.items():
            signal.signal(number, handler)


def collect(source: Path) -> list[str]:
    """Copy finished files that ``data/study`` doesn't hold from a folder; returns their names."""
    target = data_path("study")
    target.mkdir(parents=True, exist_ok=True)
    new = [member.name for member in missing(target)
           if (source / f"{member.name}.jsonl").exists()]
    for file in (file for name in new for file in source.glob(f"{name}.*")):
        shutil.copyfile(file, target / file.name)
    record("study")
    return new


def run(args: Namespace) -> int:
    """Carry out ``course study``; returns the exit status."""
    if args.collect:
        print(f"new: {', '.join(collect(Path(args.collect))) or 'nothing'}")
    if args.sheets:
        import_module("course_staff.experiments.study_reading").write_sheets(Path(args.sheets))
    if args.coverage:
        import_module("course_staff.experiments.study_tables").measure_coverage()
    if args.table:
        import_module("course_staff.experiments.study_tables").write()
    if args.collect or args.coverage or args.sheets or args.table:
        return 0
    torch.set_num_threads(1)
    shipped = data_path("study")
    out = Path(args.out) if args.out else shipped
    work = Path(args.work) if args.work else work_folder() / "study"
    hours, begun = args.hours or math.inf, time.monotonic()
    absent = missing(shipped, out)
    todo = absent + unfinished(shipped, out)
    print(f"{len(MEMBERS) - len(absent)} of {len(MEMBERS)} have a file; next: "
          f"{', '.join(member.name for member in todo[:3]) or 'nothing'}", flush=True)
    try:
        with _stoppable() as check:
            for member in todo:
                check()
                if time.monotonic() - begun > 3600 * hours:
                    break
                file = make(member, work, out, check=check)
                if out == shipped:
                    record("study")
                print(f"{file} is done", flush=True)
    except Stopped:
        print("stopped; the same command goes on", file=sys.stderr)
    return 0
