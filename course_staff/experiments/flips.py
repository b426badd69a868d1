"""Search every generator for 800 beetles; learn what each one knows. For `bias` and `causes`.

``course data flips`` rebuilds ``data/flips/``. Searches are recorded block by block, so that an
interrupted run goes on; on one idle core a generator takes six minutes, a perfect one a minute, and
a network two. ``course data flips`` skips generators that are not there, and what is recorded for
weights that have changed since is thrown away.
"""

import copy
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from scipy.special import expit, logit
from torch import nn
from torch.nn import functional
from tqdm import tqdm, trange

from course_lib.audits.measures import calibration_error
from course_lib.data import checksum, data_path, read_rows, verified_path, write_rows
from course_lib.generators import chains, gan, pulse
from course_lib.imaging.operators import Downsample
from course_lib.inference import classifiers
from course_lib.inference.networks import channels_last, dense
from course_lib.records import flips
from course_lib.worlds import ladybirds
from course_staff.experiments.fitting import fit, numbered, stack, store
from course_staff.experiments.images import record

REPEATS = {"share_10": 4}  # searches of the same truths from other starts, in the first blocks
SOME_BLOCKS = 6
# Every one of so many starts for every one of so many truths of either form.
CROSSED_EACH, CROSSED_STARTS = 12, 12
# Chains for 50 truths.
CHAINS: dict[str, Any] = {"chains": 2, "draws": 50, "thin": 3, "burn_in": 60, "temperatures": 6}
PICTURES, STEPS, BATCH, RATE = 20_000, 1500, 512, 5e-4


def searches(name: str, form: str | None = None) -> None:
    """Record the searches of a generator, block by block; from starts of one form if it is given.

    Those are made for some blocks only.
    """
    weights = checksum(data_path("generators", f"{name}.safetensors"))
    end = "" if form is None else f"_{form}_start"
    file = data_path("flips", f"{name}{end}.jsonl")
    rows = [row for row in (read_rows(file) if file.exists() else [])
            if row["weights"] == weights[:12]]
    done = {(row["repeat"], row["block"]) for row in rows}
    if form is None:
        todo = [(0, k) for k in range(flips.EACH // flips.BLOCK)]
        todo += [(r, k) for r in range(1, REPEATS.get(name, 1)) for k in range(SOME_BLOCKS)]
    else:
        todo = [(0, k) for k in range(SOME_BLOCKS)]
    generator = gan.load(name)
    law = pulse.fit_styles(generator)
    write_rows(file, rows)
    for repeat, k in tqdm([each for each in todo if each not in done], desc=name,
                          file=sys.stdout, mininterval=30):
        row = {"weights": weights[:12], "repeat": repeat, "block": k}
        latents = None
        if form is not None:
            latents = pulse.choose_starts(generator, form, 2 * flips.BLOCK, law=law, seed=k,
                                          surest=False)
        row |= flips.search_block(generator, k, law, repeat, latents)
        write_rows(file, [row], append=True)


def _world_searches(share: float) -> None:
    """Record the searches of a perfect generator."""
    rows = []
    for k in trange(flips.EACH // flips.BLOCK, desc=f"world at {share:g}", mininterval=30):
        start, found, residual = flips.search_world(
            flips.truths()[1][flips.block(k)], share, seed=k)
        rows.append({
            "repeat": 0, "block": k, "start": start.astype(int).tolist(),
            "found": found.astype(int).tolist(), "residual": residual.round(6).tolist()})
    write_rows(data_path("flips", f"world_{100 * share:02.0f}.jsonl"), rows)


def shown(name: str, n: int = PICTURES, seed: int = 500) -> tuple[np.ndarray, np.ndarray]:
    """Sixteen pixels (n, 48) of a generator's pictures, without noise, and their P(dark), (n,)."""
    generator, rng = gan.load(name), torch.Generator().manual_seed(seed)
    small, dark = [], []
    with torch.inference_mode():
        for _ in range(0, n, 50):
            x = generator(torch.randn(50, gan.Z_DIM, generator=rng), generator=rng).numpy()
            small.append(Downsample(16)(x).reshape(50, -1))
            dark.append(classifiers.p_dark(x))
    return np.concatenate(small), np.concatenate(dark)


def learn(name: str, steps: int = STEPS) -> None:
    """Teach the world's network this generator's posterior, check it on pictures set aside, store.

    It starts from the network that knows the world at equal shares, its log-odds moved to the share
    that the generator draws: were the generator perfect, there would be nothing to learn.
    """
    x, dark = shown(name)
    aside = np.arange(len(x)) % 5 == 0
    share = float(dark[~aside].mean().clip(0.002, 0.998))
    world = dense(verified_path("classifiers", "dark_4x4.safetensors"))
    world[-1] = world[-1][0], world[-1][1] + logit(share)
    layers = [nn.Linear(*weight.shape[::-1]) for weight, _ in world]
    network = stack(layers)
    with torch.no_grad():
        for layer, (weight, bias) in zip(layers, world, strict=True):
            layer.weight.copy_(torch.from_numpy(weight))
            layer.bias.copy_(torch.from_numpy(bias))
    rng = np.random.default_rng(1)
    noisy = torch.from_numpy((x[aside] + flips.SIGMA * rng.standard_normal(
        x[aside].shape)).astype(np.float32))

    def say(stage: str) -> float:
        with torch.no_grad():
            p = expit(network(noisy)[:, 0].double().numpy()).clip(1e-9, 1 - 1e-9)
        loss = -np.mean(dark[aside] * np.log(p) + (1 - dark[aside]) * np.log(1 - p))
        error = calibration_error(p, dark[aside] > 0.5)
        print(f"{name}, {stage}: share {dark.mean():.3f}; on {aside.sum()} pictures set aside the "
              f"negative log-likelihood is {loss:.4f}, the expected calibration error {error:.4f}")
        return float(loss)

    pixels, form = (torch.from_numpy(a[~aside].astype(np.float32)) for a in (x, dark))
    least, best = say("before"), copy.deepcopy(network)

    def loss(network: nn.Sequential) -> torch.Tensor:
        i = torch.randint(len(pixels), (BATCH,))
        y = pixels[i] + flips.SIGMA * torch.randn(BATCH, pixels.shape[1])
        return functional.binary_cross_entropy_with_logits(network(y)[:, 0], form[i])

    def watch(step: int) -> None:
        nonlocal least, best
        if step % 250 == 0 and (now := say(f"step {step}")) < least:
            least, best = now, copy.deepcopy(network)

    fit(lambda: network, loss, steps=steps, rate=RATE, decay=1e-2, label=name, watch=watch)
    store(numbered(best), data_path("flips", f"{name}_4x4.safetensors"),
          generator=checksum(data_path("generators", f"{name}.safetensors")),
          pictures=PICTURES, sigma=flips.SIGMA, share=f"{dark.mean():.4f}",
          set_aside=f"{least:.4f}")


def _sample_some(each: int = 25, name: str = "share_10") -> None:
    """Sample the generator's posterior for the first truths of either form, without a network."""
    file = data_path("flips", "sampled.jsonl")
    done = len(read_rows(file)) if file.exists() else 0
    which = np.concatenate([np.arange(each), flips.EACH + np.arange(each)])[done:]
    generator = gan.load(name)
    for k in tqdm(which, desc="sampler", file=sys.stdout, mininterval=30):
        drawn = chains.sample(generator, flips.truths()[1][k], flips.SIGMA, seed=int(k), **CHAINS)
        dark = classifiers.p_dark(chains.pictures(generator, drawn.z, drawn.noise_seeds))[0] > 0.5
        write_rows(file, [{"truth": int(k), "p": round(float(dark.mean()), 4),
                           "chains": dark.mean(1).round(4).tolist(),
                           "ess": round(chains.effective_size(dark.astype(float)), 1)}],
                   append=True)


def _crossed(each: int = CROSSED_EACH, starts: int = CROSSED_STARTS,
             name: str = "share_10") -> None:
    """Search for truths of either form from the same starts, truth by truth."""
    file = data_path("flips", "crossed.jsonl")
    weights = checksum(data_path("generators", f"{name}.safetensors"))[:12]
    rows = [row for row in (read_rows(file) if file.exists() else []) if row["weights"] == weights]
    write_rows(file, rows)
    done = {row["truth"] for row in rows}
    generator = gan.load(name)
    law = pulse.fit_styles(generator)
    which = np.concatenate([np.arange(each), flips.EACH + np.arange(each)])
    for k in tqdm([int(k) for k in which if k not in done], desc=f"crossed, {name}",
                  file=sys.stdout, mininterval=30):
        found = pulse.search(channels_last(generator), flips.truths()[1][k], starts=starts,
                             law=law, seed=flips.SEED)
        row = {"generator": name, "weights": weights, "truth": k,
               "start": classifiers.p_dark(found.beginnings[0]).round(4).tolist(),
               "found": classifiers.p_dark(found.pictures[0]).round(4).tolist(),
               "residual": found.residuals[0].astype(float).round(6).tolist()}
        write_rows(file, [row], append=True)


def rebuild(names: Sequence[str] | None = None) -> None:
    """Make what is missing for the generators that are there, or for some of them."""
    data_path("flips").mkdir(exist_ok=True)
    torch.set_num_threads(1)
    for share in sorted(set(flips.SHARES.values())):
        if not data_path("flips", f"world_{100 * share:02.0f}.jsonl").exists():
            _world_searches(share)
    for name in names or [n for n in flips.SHARES if n in gan.names()]:
        searches(name)
        learn(name)
    for form in ladybirds.FORMS:
        searches("share_10", form)
    _crossed()
    _sample_some()
    record("flips")
