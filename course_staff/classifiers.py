"""Train the classifiers that read the form of a ladybird from 4 × 4 or 8 × 8 noisy pixels.

``python -m course_staff.classifiers`` rebuilds ``data/classifiers/`` and its checksums from seeds,
in a few minutes on one core. The pictures are 64-pixel renders at equal shares, shrunk, with fresh
noise in every batch, so that the network can't remember a picture; the loss is the cross-entropy,
whose minimum is P(rare | y).
"""

import argparse

import numpy as np
import torch
from safetensors.numpy import save_file
from torch import nn
from torch.nn import functional

from course_lib.classifiers import SIGMA, p_rare
from course_lib.data import data_path
from course_lib.measures import calibration_error
from course_lib.operators import Downsample
from course_lib.worlds import ladybirds
from course_staff.images import record

WIDTH, BATCH, RATE = 128, 512, 3e-3


def small_pictures(n, seed):
    """Render n beetles at equal shares; returns {4: …, 8: …} without noise, and their forms."""
    beetles = ladybirds.sample(n, share=0.5, seed=seed)
    eight = np.concatenate([Downsample(8)(ladybirds.render(beetles[i : i + 500]))
                            for i in range(0, n, 500)])
    return {4: Downsample(2)(eight), 8: eight}, beetles.form


def train(x, form, steps, seed):
    """Fit a network to pictures (n, 3, h, h) and forms; returns its weights as NumPy arrays."""
    torch.manual_seed(seed)
    x = torch.tensor(x.reshape(len(x), -1))
    form = torch.tensor(form, dtype=torch.float32)
    mean, scale = x.mean(0), (x.var(0) + SIGMA**2).sqrt()
    sizes = [x.shape[1], WIDTH, WIDTH, WIDTH, 1]
    layers = [nn.Linear(a, b) for a, b in zip(sizes[:-1], sizes[1:], strict=True)]
    network = nn.Sequential(*[part for layer in layers for part in (layer, nn.SiLU())][:-1])
    optimiser = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps)
    for _ in range(steps):
        i = torch.randint(len(x), (BATCH,))
        y = x[i] + SIGMA * torch.randn(BATCH, x.shape[1])
        loss = functional.binary_cross_entropy_with_logits(
            network((y - mean) / scale)[:, 0], form[i])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    with torch.no_grad():
        # The first layer takes pictures as they are.
        layers[0].weight /= scale
        layers[0].bias -= layers[0].weight @ mean
    return {f"{name}{k}": getattr(layer, name).detach().numpy().astype(np.float16)
            for k, layer in enumerate(layers) for name in ("weight", "bias")}


def report(n, seed):
    """Measure the shipped classifiers on fresh noisy pictures."""
    x, form = small_pictures(n, seed)
    rng = np.random.default_rng(seed + 1)
    for pixels, pictures in x.items():
        p = p_rare(pictures + SIGMA * rng.standard_normal(pictures.shape))
        likelihood = np.where(form == ladybirds.RARE, p, 1 - p).clip(1e-12)
        print(f"{pixels} × {pixels}: error {np.mean((p > 0.5) != form):.4f}, negative "
              f"log-likelihood {-np.log(likelihood).mean():.4f}, expected calibration error "
              f"{calibration_error(p, form):.4f} on {n} fresh pictures")


def main():
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--beetles", type=int, default=120_000)
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--report-only", action="store_true")
    args = parser.parse_args()
    torch.set_num_threads(1)
    if not args.report_only:
        x, form = small_pictures(args.beetles, seed=101)
        data_path("classifiers").mkdir(exist_ok=True)
        for pixels, pictures in x.items():
            name = f"classifiers/rare_{pixels}x{pixels}.safetensors"
            about = {"sigma": str(SIGMA), "share": "0.5", "beetles": str(args.beetles),
                     "steps": str(args.steps), "seed": "101"}
            save_file(train(pictures, form, args.steps, seed=1), data_path(name), about)
        record("classifiers")
    report(20_000, seed=303)


if __name__ == "__main__":
    main()
