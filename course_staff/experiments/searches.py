"""Searches that lesson `pulse` shows: ``course data pulse`` writes ``data/pulse/``.

For every shipped generator NAME, ``NAME.npz`` holds

- an **audit**: fresh renders of either form in equal numbers, shrunk to 8 × 8 without noise, one
  start each: residuals, and the form of start and result as `classifiers.p_dark` reads them;
- the pictures of the **explorer**, in few colours;
- for the generator that the lesson is about, the **survival** of starts: inputs of both forms at
  8 × 8 and 4 × 4, each from a start in the region of either form.

Half a second a search on an idle core: five minutes for that generator, two for the others.
"""

import numpy as np
from PIL import Image
from tqdm import trange

from course_lib.data import checksum, data_path
from course_lib.generators import gan
from course_lib.generators.pulse import (
    MAIN,
    TRUTHS,
    StyleLaw,
    choose_starts,
    fit_styles,
    search,
    truth,
)
from course_lib.imaging.operators import Downsample
from course_lib.imaging.optics import srgb_encode
from course_lib.inference.classifiers import p_dark
from course_lib.worlds import ladybirds
from course_staff.experiments.images import record

AT_ONCE = 10  # inputs of each form that get the same start
ROUNDS, ROUNDS_OF_OTHERS = 5, 1
STARTS = 3  # that the explorer offers
COLOURS = 256
SURVIVAL_INPUTS = 8


def sharpness(x: np.ndarray) -> np.ndarray:
    """Mean size of the step from pixel to pixel, (...), of pictures (..., 3, H, W)."""
    return np.abs(np.diff(x, axis=-1)).mean((-3, -2, -1))


def audit(generator: gan.Generator, law: StyleLaw, rounds: int) -> dict[str, np.ndarray]:
    """One search for each of 20 fresh renders a round; the arrays that are recorded."""
    found = []
    for i in trange(rounds, desc="audit"):
        x = np.concatenate([ladybirds.render(ladybirds.sample(AT_ONCE, share=share, seed=9000 + i))
                            for share in (0.0, 1.0)]).astype(float)
        result = search(generator, Downsample(8)(x), law=law, seed=i)
        found.append({
            "form": np.repeat([0, 1], AT_ONCE), "residual": result.residuals[:, 0],
            "start_dark": p_dark(result.beginnings[:, 0]), "dark": p_dark(result.pictures[:, 0]),
            "sharpness": sharpness(result.pictures[:, 0]), "truth_sharpness": sharpness(x)})
    return {f"audit_{key}": np.concatenate([some[key] for some in found]) for key in found[0]}


def survival(generator: gan.Generator, law: StyleLaw) -> dict[str, np.ndarray]:
    """Form of result, (2 sizes, 2 forms, 2 forms of the start, inputs), and residuals."""
    x = np.stack([ladybirds.render(ladybirds.sample(SURVIVAL_INPUTS, share=share, seed=9500))
                  for share in (0.0, 1.0)]).astype(float)
    shape = 2, 2, 2, SURVIVAL_INPUTS
    dark, residuals = np.empty(shape), np.empty(shape)
    for k, form in enumerate(("pale", "dark")):
        begin = choose_starts(generator, form, 4, pool=200, law=law)
        for size, factor in enumerate((8, 16)):
            for i in trange(4, desc=f"starts that are {form}"):  # every start serves a quarter
                some = x[:, i::4]
                result = search(generator, Downsample(factor)(some.reshape(-1, 3, 64, 64)),
                                law=law, latents=begin[i : i + 1], seed=i)
                dark[size, :, k, i::4] = p_dark(result.pictures[:, 0]).reshape(some.shape[:2])
                residuals[size, :, k, i::4] = result.residuals.reshape(some.shape[:2])
    return {"survival_dark": dark, "survival_residual": residuals}


def few_colours(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Palette (COLOURS, 3) and indices (64, 64), both uint8, of a picture (3, 64, 64)."""
    codes = np.rint(255 * srgb_encode(np.clip(x, 0, 1))).astype(np.uint8)
    picture = Image.fromarray(codes.transpose(1, 2, 0)).quantize(
        COLOURS, dither=Image.Dither.NONE)
    palette = np.zeros((COLOURS, 3), np.uint8)
    used = np.array(picture.getpalette(), np.uint8).reshape(-1, 3)[:COLOURS]
    palette[: len(used)] = used
    return palette, np.asarray(picture)


def explorer(generator: gan.Generator, law: StyleLaw) -> dict[str, np.ndarray]:
    """Pictures and residuals (truths, 2 factors, starts) for `recorded_searches`."""
    x = np.stack([truth(name) for name in TRUTHS])
    found = [search(generator, Downsample(factor)(x), STARTS, law=law, seed=0)
             for factor in (8, 16)]
    pictures = np.stack([result.pictures for result in found], axis=1)
    palettes, indices = zip(*(few_colours(x) for x in pictures.reshape(-1, 3, 64, 64)), strict=True)
    shape = pictures.shape[:3]
    return {"explorer_palette": np.reshape(palettes, (*shape, COLOURS, 3)),
            "explorer_index": np.reshape(indices, (*shape, 64, 64)),
            "explorer_residual": np.stack([result.residuals for result in found], axis=1)}


def rebuild() -> None:
    """Write everything under ``data/pulse/``."""
    data_path("pulse").mkdir(exist_ok=True)
    for name in gan.names():
        generator = gan.load(name)
        law = fit_styles(generator)
        found = audit(generator, law, ROUNDS if name == MAIN else ROUNDS_OF_OTHERS)
        found |= explorer(generator, law)
        if name == MAIN:
            found |= survival(generator, law)
        weights = checksum(data_path("generators", f"{name}.safetensors"))
        packed = {key: x.astype(np.float32) if x.dtype == float else x for key, x in found.items()}
        np.savez_compressed(data_path("pulse", f"{name}.npz"), allow_pickle=False, weights=weights,
                            **packed)
        for form, told in enumerate(("pale", "dark")):
            met = found["audit_residual"][found["audit_form"] == form] <= 2e-3
            print(f"{name}: ε met for {met.mean():.0%} of {len(met)} {told} inputs")
    record("pulse")
