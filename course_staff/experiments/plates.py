"""Rebuild ``data/plates/``: ``course data plates`` and ``course train enhancer``.

The characters' bitmaps come from DejaVu Sans Mono Bold, which ships inside matplotlib, drawn once
at four times their size and averaged; the font's licence lies beside them. The enhancer is trained
from a seed in some minutes. The cases are fresh plates with what their exact posterior says.
"""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont
from safetensors.numpy import save_file
from scipy.special import entr
from torch.nn import functional
from tqdm import trange

from course_lib.data import data_path
from course_lib.generators.plate_enhancer import Enhancer, S, windows
from course_lib.imaging.operators import Downsample
from course_lib.inference.plate_posterior import reference, simulate
from course_lib.worlds import plates
from course_lib.worlds.plates import CHARACTERS, GLYPH
from course_staff.experiments.fitting import fit, store
from course_staff.experiments.images import record

EM, FINER = 39, 4  # size of the font in pixels; bitmaps are drawn this many times larger
SIGMA, STEPS, BATCH, RATE, POOL = 0.08, 4500, 128, 3e-3, 30_000
FIRST = 1000  # seed of the first case; tests use others
CASES = {4: 1000, 8: 1000, 16: 200}  # recorded plates for each s; s = 16 takes longest


def _glyph(character: str, font: ImageFont.FreeTypeFont) -> np.ndarray:
    """Coverage of each pixel by a character, 8-bit codes of shape `GLYPH`, centred."""
    height, width = GLYPH
    drawn = Image.new("L", (width * FINER, height * FINER))
    ImageDraw.Draw(drawn).text((drawn.width // 2, drawn.height // 2 + 0.365 * EM * FINER),
                               character, fill=255, font=font, anchor="ms")
    codes = np.asarray(drawn, dtype=float).reshape(height, FINER, width, FINER).mean((1, 3))
    return np.round(codes).astype(np.uint8)


def glyphs() -> None:
    """Write the alphabet's bitmaps beside each other, the font's licence and the checksums."""
    folder, fonts = data_path("plates"), Path(matplotlib.get_data_path(), "fonts", "ttf")
    folder.mkdir(parents=True, exist_ok=True)
    font = ImageFont.truetype(str(fonts / "DejaVuSansMono-Bold.ttf"), EM * FINER)
    row = np.concatenate([_glyph(character, font) for character in CHARACTERS], axis=1)
    Image.fromarray(row).save(folder / "glyphs.png", optimize=True)
    shutil.copyfile(fonts / "LICENSE_DEJAVU", folder / "LICENSE_DEJAVU.txt")
    record("plates")


def pairs(some: plates.Plates, clean: np.ndarray,
          rng: np.random.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """What the enhancer sees of plates, (n, 5, 37), and the ink it should find, (n, 5, 768)."""
    y = clean + SIGMA * rng.standard_normal(clean.shape)
    ink = np.stack([plates.bitmaps(alphabet)[some.codes[:, place]]
                    for place, alphabet in enumerate(plates.ALPHABETS)], axis=1)
    return (torch.from_numpy(windows(y)),
            torch.from_numpy(ink.reshape(len(some), 5, -1).astype(np.float32)))


def train(steps: int = STEPS, seed: int = 1) -> Enhancer:
    """Fit an enhancer to `POOL` plates, which get fresh noise each time they are shown."""
    rng = np.random.default_rng([seed, 10])
    pool = plates.sample(POOL, seed=rng)
    clean = np.concatenate([Downsample(S)(plates.render(pool[i : i + 500]))
                            for i in range(0, POOL, 500)])

    def loss(network: Enhancer) -> torch.Tensor:
        some = rng.integers(POOL, size=BATCH)
        seen, ink = pairs(pool[some], clean[some], rng)
        return functional.binary_cross_entropy_with_logits(network(seen), ink)

    return fit(Enhancer, loss, steps=steps, rate=RATE, decay=1e-4, label="enhancer", seed=seed)


def enhancer(steps: int = STEPS) -> None:
    """Train and write the enhancer: ``course train enhancer``."""
    store(train(steps).state_dict(), data_path("plates", "enhancer.safetensors"),
          sigma=SIGMA, s=S, steps=steps, batch=BATCH, seed=1)
    record("plates")


def measure(seed: int, s: int, told: float = SIGMA) -> dict[str, Any]:
    """What the posterior says of one simulated plate if it is `told` this noise, and the truth."""
    plate, y = simulate(seed, s, SIGMA)
    answer, truth = reference(y, told), plates.read(plate)[0]
    said, p = answer.most_probable()
    marginals = answer.marginals()
    return {"seed": seed, "p": p, "right": said == truth, "p_truth": answer.probability(truth),
            "characters": [m[code] for m, code in zip(marginals, plate.codes[0], strict=True)],
            "entropies": [float(entr(m).sum()) for m in marginals], "misfit": answer.misfit}


def cases(numbers: Mapping[int, int] | None = None) -> None:
    """Record what the posterior says of fresh plates, as many for each s as `numbers` says."""
    found: dict[str, np.ndarray] = {}
    for s, n in (numbers or CASES).items():
        rows = [measure(seed, s) for seed in trange(FIRST, FIRST + n, desc=f"s = {s}")]
        found |= {f"{key}_{s}": np.array([row[key] for row in rows]).astype(
            np.int32 if key in ("seed", "right") else np.float64) for key in rows[0]}
    save_file(found, data_path("plates", "cases.safetensors"))
    record("plates")


def rebuild() -> None:
    """Write the bitmaps, the enhancer and the cases: ``course data plates``."""
    glyphs()
    enhancer()
    cases()
