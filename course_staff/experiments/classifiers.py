"""Train the classifiers that read the form of a ladybird: ``course train classifiers``.

Rebuilds ``data/classifiers/`` and its checksums from seeds, in about a quarter of an hour on one
core. All see 64-pixel renders at equal shares with fresh noise in every batch, so that no network
can remember a picture; the loss of the form is the cross-entropy, whose minimum is P(dark | y).
"""

from collections.abc import Iterator

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from course_lib.audits.measures import calibration_error
from course_lib.data import data_path
from course_lib.imaging.operators import Downsample
from course_lib.inference.classifiers import SIGMA, p_dark
from course_lib.inference.networks import channels_last
from course_lib.inference.recogniser import Recogniser
from course_lib.worlds import ladybirds
from course_staff.experiments.fitting import fit, numbered, stack, store
from course_staff.experiments.images import record

WIDTH, BATCH, RATE = 256, 512, 3e-3
SEED = 101  # of the beetles that all networks are trained on


def renders(beetles: ladybirds.Ladybirds) -> Iterator[np.ndarray]:
    """Pictures (m, 3, 64, 64), at most 500 at a time: all at once would fill the memory."""
    for i in range(0, len(beetles), 500):
        yield ladybirds.render(beetles[i : i + 500])


def small_pictures(n: int, seed: int) -> tuple[dict[int, np.ndarray], np.ndarray]:
    """Render n beetles at equal shares; returns {4: …, 8: …} without noise, and their forms."""
    beetles = ladybirds.sample(n, share=0.5, seed=seed)
    eight = np.concatenate([Downsample(8)(some) for some in renders(beetles)])
    return {4: Downsample(2)(eight), 8: eight}, beetles.form


def train(pictures: np.ndarray, forms: np.ndarray, steps: int, seed: int) -> nn.Sequential:
    """Fit a network, a `stack`, to pictures (n, 3, h, h) and forms (n,)."""
    label = f"{pictures.shape[-1]} × {pictures.shape[-1]}"
    x = torch.tensor(pictures.reshape(len(pictures), -1))
    form = torch.tensor(forms, dtype=torch.float32)
    mean, scale = x.mean(0), (x.var(0) + SIGMA**2).sqrt()
    sizes = [x.shape[1], WIDTH, WIDTH, WIDTH, 1]

    def build() -> nn.Sequential:
        return stack([nn.Linear(a, b) for a, b in zip(sizes[:-1], sizes[1:], strict=True)])

    def loss(network: nn.Sequential) -> torch.Tensor:
        i = torch.randint(len(x), (BATCH,))
        y = x[i] + SIGMA * torch.randn(BATCH, x.shape[1])
        return functional.binary_cross_entropy_with_logits(
            network((y - mean) / scale)[:, 0], form[i])

    network = fit(build, loss, steps=steps, rate=RATE, decay=1e-3, label=label, seed=seed)
    first = network[0]
    assert isinstance(first, nn.Linear)
    with torch.no_grad():  # so that it takes pictures as they are
        first.weight.div_(scale)
        first.bias.sub_(first.weight @ mean)
    return network


def train_recogniser(n: int, steps: int, seed: int) -> Recogniser:
    """Fit the 64-pixel network to n beetles.

    Half of the loss is the form's, the other half the squared error of the parameters, which keeps
    the features from saying nothing else. Pictures get noise of up to 0.03.
    """
    beetles = ladybirds.sample(n, share=0.5, seed=SEED)
    x = torch.cat([torch.from_numpy(some).half() for some in renders(beetles)])
    form = torch.tensor(beetles.form, dtype=torch.float32)
    fractions = torch.tensor(ladybirds.fractions(beetles), dtype=torch.float32)

    def loss(network: Recogniser) -> torch.Tensor:
        i = torch.randint(n, (128,))
        pictures = x[i].float()
        pictures += 0.03 * torch.rand(128, 1, 1, 1) * torch.randn(pictures.shape)
        said = network(pictures.contiguous(memory_format=torch.channels_last))
        # The second term is 1 for a mere mean.
        return (functional.binary_cross_entropy_with_logits(said[:, 0], form[i])
                + 12 * functional.mse_loss(said[:, 1:], fractions[i]))

    return fit(lambda: channels_last(Recogniser()), loss, steps=steps, rate=RATE, decay=1e-3,
               label="64 × 64", seed=seed)


def report(n: int, seed: int) -> None:
    """Measure the shipped classifiers on fresh pictures; the small ones are noisy."""
    x, form = small_pictures(n, seed)
    rng = np.random.default_rng(seed + 1)
    said = {pixels: p_dark(pictures + SIGMA * rng.standard_normal(pictures.shape))
            for pixels, pictures in x.items()}
    beetles = ladybirds.sample(n, share=0.5, seed=seed)
    said[64] = np.concatenate([p_dark(some) for some in renders(beetles)])
    for pixels, p in said.items():
        likelihood = np.where(form == 1, p, 1 - p).clip(1e-12)
        print(f"{pixels} × {pixels}: error {np.mean((p > 0.5) != form):.4f}, negative "
              f"log-likelihood {-np.log(likelihood).mean():.4f}, expected calibration error "
              f"{calibration_error(p, form):.4f} on {n} fresh pictures")


def rebuild(beetles: int = 300_000, steps: int = 12_000, large_beetles: int = 40_000,
            large_steps: int = 4000) -> None:
    """Train all three, write them and their checksums, and report."""
    data_path("classifiers").mkdir(exist_ok=True)
    about = {"share": 0.5, "seed": SEED, "training_seed": 1}
    network = train_recogniser(large_beetles, large_steps, seed=1)
    store(network.state_dict(), data_path("classifiers", "dark_64x64.safetensors"),
          **about, beetles=large_beetles, steps=large_steps)
    x, form = small_pictures(beetles, SEED)
    for pixels, pictures in x.items():
        store(numbered(train(pictures, form, steps, seed=1)),
              data_path("classifiers", f"dark_{pixels}x{pixels}.safetensors"),
              **about, sigma=SIGMA, beetles=beetles, steps=steps)
    record("classifiers")
    report(20_000, seed=303)
