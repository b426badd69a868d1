"""A network that makes crisp plates of anything, for contrast with `inference.plate_posterior`.

`Enhancer` looks at one character's cell of a small picture and a camera's pixel around it, and says
for every fine pixel how probable ink is. It was trained on simulated plates (`course train
enhancer`), so that its answer is nearly the mean given this cell alone: soft where that leaves
doubt. A steep contrast curve then makes every pixel ink or paper. Nothing is added by that but
sharpness.

>>> from course_lib.inference.plate_posterior import simulate
>>> enhance(simulate(0)[1]).shape
(1, 48, 224)
"""

from functools import cache

import numpy as np
import torch
from torch import nn

from course_lib import validation
from course_lib.data import verified_path
from course_lib.inference.networks import restore
from course_lib.worlds import plates

__all__ = ["S", "Enhancer", "enhance", "legible", "shipped"]

S = 8  #: pixels that the camera averages each way
HEIGHT, WIDTH = plates.SHAPE[0] // S, plates.CELL // S + 2  # of what the network sees


class Enhancer(nn.Module):
    """Four layers; 36 pixels and the kind of place in, 32 × 24 logits of ink out.

    `width` is the number of units of the first two, `narrow` of the third layer.
    """

    def __init__(self, width: int = 160, narrow: int = 96) -> None:
        super().__init__()
        inputs, outputs = HEIGHT * WIDTH + 1, plates.GLYPH[0] * plates.GLYPH[1]
        self.layers = nn.Sequential(
            nn.Linear(inputs, width), nn.SiLU(), nn.Linear(width, width), nn.SiLU(),
            nn.Linear(width, narrow), nn.SiLU(), nn.Linear(narrow, outputs))

    def forward(self, cells: torch.Tensor) -> torch.Tensor:
        """Logits of ink (..., 768) from `windows` (..., 37)."""
        return self.layers(cells)


def windows(y: np.ndarray) -> np.ndarray:
    """What the network sees of small pictures: (n, 5, 37) from (n, 1, 6, 28).

    The pixels of a cell and of the columns beside it, brought to the brightness and the contrast
    of the whole picture, and 1 for a digit's place or 0 for a letter's.
    """
    y = y[:, 0]
    mean, spread = (f(y, axis=(1, 2), keepdims=True) for f in (np.mean, np.std))
    y = (y - mean) / np.maximum(spread, 1e-9)  # an even picture has no contrast to stretch
    found = [y[:, :, start // S - 1 : (start + plates.CELL) // S + 1] for start in plates.CELLS]
    kinds = [float(alphabet == plates.DIGITS) for alphabet in plates.ALPHABETS]
    return np.stack([np.column_stack([cell.reshape(len(y), -1), np.full(len(y), kind)])
                     for cell, kind in zip(found, kinds, strict=True)], axis=1).astype(np.float32)


def enhance(y: np.ndarray, contrast: float = 12.0) -> np.ndarray:
    """Picture that the network makes of a small one: a plate, centred, in average light.

    Parameters
    ----------
    y : array (..., 1, 6, 28)
        Block means of a plate's picture plus Gaussian noise of standard deviation 0.08.
    contrast : float
        Slope of the contrast curve, greater than 0; at 1 the picture is soft, as the network left
        it, from 10 on nearly all pixels are ink or paper.

    Returns
    -------
    array (..., 1, 48, 224)
        Linear light.
    """
    y, contrast = np.asarray(validation.image(y, "y")), validation.positive(contrast, "contrast")
    small = (1, HEIGHT, plates.SHAPE[1] // S)
    if y.shape[-3:] != small:
        validation.fail("y", f"of shape {y.shape}", f"of shape (..., {', '.join(map(str, small))})")
    with torch.inference_mode():
        ink = torch.sigmoid(shipped()(torch.from_numpy(windows(y.reshape(-1, *small)))))
    crisp = np.clip(0.5 + contrast * (ink.numpy().astype(float) - 0.5), 0, 1)
    return plates.inked(crisp.reshape(-1, 5, *plates.GLYPH)).reshape(*y.shape[:-2], *plates.SHAPE)


def legible(x: np.ndarray) -> tuple[list[str], np.ndarray]:
    """What a reader makes of crisp plates, and how much like characters they look.

    Parameters
    ----------
    x : (n, 1, 48, 224) array
        As from `enhance`.

    Returns
    -------
    strings : list of n str
        At each place the character whose bitmap correlates best.
    likeness : (n, 5) array
        That correlation, at most 1.
    """
    found, likeness = [], []
    for cells, alphabet in zip(plates.cells(x[:, 0]), plates.ALPHABETS, strict=True):
        bitmaps = plates.bitmaps(alphabet).reshape(len(alphabet), -1)
        match = _standard(-cells.reshape(len(x), -1)) @ _standard(bitmaps).T
        found.append([alphabet[i] for i in match.argmax(axis=1)])
        likeness.append(match.max(axis=1))
    return ["".join(row) for row in zip(*found, strict=True)], np.column_stack(likeness)


def _standard(rows):
    """Rows with mean 0 and norm 1; a row without any contrast becomes 0."""
    rows = rows - rows.mean(axis=1, keepdims=True)
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


@cache
def shipped() -> Enhancer:
    """Return the trained network; ValueError if its file is not the one that was shipped."""
    return restore(Enhancer(), verified_path("plates", "enhancer.safetensors"))
