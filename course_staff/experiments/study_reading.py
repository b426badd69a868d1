"""Search answers and renders, read by eye: ``course study --sheets DIR`` hides which is which.

Two readers get the same sheets and don't see each other's list. Each writes a letter a picture, p
(pale), d (dark), b (between) or n (no beetle), row by row, into ``data/study/reader_1.txt`` or
``reader_2.txt``, below the line that the command prints. `course study --table` then tells how far
they agree, with each other and with the classifier.
"""

import hashlib
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike
from PIL import Image

from course_lib.audits.measures import bootstrap
from course_lib.data import data_path, verified_path
from course_lib.desk.commands import Told
from course_lib.imaging.optics import srgb_decode
from course_lib.inference import classifiers
from course_lib.worlds import ladybirds
from course_staff.experiments import labels
from course_staff.experiments.study import MEMBERS, SEED
from course_staff.experiments.train import codes

RENDERS, LETTERS, SIDE = 100, "pdbn", 64
READERS = ("reader_1", "reader_2")


def answers() -> np.ndarray:
    """Answers that were kept, as 8-bit codes (n, 3, 64, 64), in the order of the study.

    Raises
    ------
    Told
        If a generator of the main contrast is still missing: the sheet must be read once, whole.
    """
    wanted = [member.name for member in MEMBERS if member.chained]
    missing = [name for name in wanted if not data_path("study", f"{name}.webp").exists()]
    if missing:
        raise Told(f"answers of {', '.join(missing)} are not there yet: `course study` makes them")
    sheets = [np.asarray(Image.open(verified_path("study", f"{name}.webp")).convert("RGB"))
              for name in wanted]
    return np.concatenate([x.reshape(x.shape[0] // SIDE, SIDE, -1, SIDE, 3)
                           .transpose(0, 2, 4, 1, 3).reshape(-1, 3, SIDE, SIDE) for x in sheets])


def blind() -> tuple[np.ndarray, np.ndarray]:
    """All pictures in a random order, 8-bit codes (n, 3, 64, 64), and which are renders, (n,)."""
    forms = np.repeat([0, 1], RENDERS // 2)
    rendered = codes(ladybirds.render(ladybirds.sample(RENDERS, seed=SEED + 1, form=forms)))
    found = answers()
    order = np.random.default_rng(SEED).permutation(len(found) + RENDERS)
    return np.concatenate([found, rendered])[order], order >= len(found)


def mark(pixels: np.ndarray) -> str:
    """First line of a list of labels: labels of other pictures are not labels of these."""
    return hashlib.sha256(pixels.tobytes()).hexdigest()[:12]


def write_sheets(folder: Path) -> None:
    """Write what the readers get."""
    pixels, _ = blind()
    labels.write_sheets(pixels, folder)
    print(f"{len(pixels)} pictures in {folder}. The first line of each reader's list is\n"
          f"{mark(pixels)}")


def kappa(first: ArrayLike, second: ArrayLike) -> float:
    """Cohen's κ of two lists of labels: agreement beyond that of lists shuffled independently.

    1 if they always agree, also where only one label was ever given.

    >>> kappa(list("ppdd"), list("ppdd")), kappa(list("ppdd"), list("pdpd"))
    (1.0, 0.0)
    """
    a, b = np.asarray(first), np.asarray(second)
    same = float(np.mean(a == b))
    chance = float(sum(np.mean(a == label) * np.mean(b == label) for label in np.union1d(a, b)))
    return 1.0 if chance == 1 else (same - chance) / (1 - chance)


def report() -> list[str]:
    """Lines of a table: κ of every pair of lists, on answers and on renders, with intervals.

    Raises
    ------
    Told
        If answers or lists are missing.
    """
    pixels, rendered = blind()
    lists = {name: labels.letters_of(data_path("study", f"{name}.txt"), mark(pixels), len(pixels),
                                     LETTERS, "course study --sheets DIR") for name in READERS}
    dark = classifiers.p_dark(srgb_decode(pixels / 255)) > 0.5
    lists["classifier"] = np.where(dark, "d", "p")
    lines = ["| | κ on answers (95 %) | κ on renders (95 %) |", "|---" * 3 + "|"]
    for one, other in combinations(lists, 2):
        cells = []
        for some in (~rendered, rendered):
            pairs = np.stack([lists[one][some], lists[other][some]], axis=1)
            low, high = bootstrap(lambda rows: kappa(rows[:, 0], rows[:, 1]), pairs)
            cells.append(f"{kappa(*pairs.T):.2f} ({low:.2f} to {high:.2f})")
        lines.append(f"| {one}, {other} | {' | '.join(cells)} |")
    counts = [f"{name} {', '.join(str(np.sum(letters[some] == each)) for each in LETTERS)}"
              for some in (~rendered, rendered) for name, letters in lists.items()]
    half = len(counts) // 2
    return [*lines, "", "Read as pale, dark, between, none: of the answers "
            f"{'; '.join(counts[:half])}; of the renders {'; '.join(counts[half:])}."]
