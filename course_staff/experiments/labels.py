"""Does the classifier read generated pictures as somebody who looks does? Labels, taken blind.

``course label --out DIR`` writes sheets of pictures from all shipped generators, shuffled: nothing
on them says which generator drew a picture or what the classifier thinks of it. Whoever looks
writes one letter a picture, p (pale), d (dark) or b (broken: no ladybird, or no form to be told),
row by row, into ``data/generators/labels.txt``. ``course label`` then compares and writes
``data/generators/labels.md``. Labels belong to certain weights: a generator that has changed since
is noticed by its checksum.
"""

from argparse import Namespace
from pathlib import Path

import numpy as np

from course_lib.audits.measures import share_interval
from course_lib.data import checksum, data_path
from course_lib.desk.commands import Told
from course_lib.generators import gan
from course_lib.inference import classifiers
from course_staff.experiments.train import codes, tiled

EACH, SEED, ROWS, ENLARGED = 64, 4242, 8, 3
LETTERS = "pdb"


def blind() -> tuple[np.ndarray, np.ndarray]:
    """Pictures (n, 3, 64, 64) of all generators in a random order, and who drew each, (n,)."""
    names = gan.names()
    x = np.concatenate([gan.pictures(gan.load(name), EACH, seed=SEED + i)
                        for i, name in enumerate(names)])
    order = np.random.default_rng(SEED).permutation(len(x))
    return x[order], np.repeat(names, EACH)[order]


def weights() -> str:
    """One line for all generators: labels given to others are not labels of these."""
    return " ".join(checksum(data_path("generators", f"{name}.safetensors"))[:12]
                    for name in gan.names())


def write_sheets(pixels: np.ndarray, folder: Path) -> None:
    """Write pictures (n, 3, 64, 64) of 8-bit codes, 8 × 8 on each sheet, enlarged."""
    folder.mkdir(parents=True, exist_ok=True)
    enlarged = pixels.repeat(ENLARGED, 2).repeat(ENLARGED, 3)
    framed = np.pad(enlarged, ((0, 0), (0, 0), (4, 4), (4, 4)), constant_values=255)
    for i in range(0, len(framed), ROWS**2):
        tiled(framed[i : i + ROWS**2], ROWS).save(folder / f"sheet_{i // ROWS**2 + 1}.png")


def read() -> np.ndarray:
    """The labels, (n,) letters.

    Raises
    ------
    Told
        If they are missing or belong to other weights.
    """
    return letters_of(data_path("generators", "labels.txt"), weights(), EACH * len(gan.names()),
                      LETTERS, "course label --out DIR")


def letters_of(file: Path, of: str, n: int, alphabet: str, sheets: str) -> np.ndarray:
    """Labels that somebody wrote down, (n,) letters.

    Parameters
    ----------
    file : Path
    of : str
        What the first line must be: it says which pictures were labelled.
    n : int
    alphabet : str
    sheets : str
        The command that writes the sheets.

    Raises
    ------
    Told
        If they are missing, belong to other pictures or are not of this kind.
    """
    if not file.exists():
        raise Told(f"{file} is not there: look at the sheets of `{sheets}` first")
    first, *lines = file.read_text(encoding="utf-8").splitlines()
    if first != of:
        raise Told(f"{file} labels other weights than those shipped: its first line is {first!r}, "
                   f"theirs {of!r}")
    letters = np.array(list("".join(lines).replace(" ", "")))
    if len(letters) != n or not np.isin(letters, list(alphabet)).all():
        raise Told(f"{file} must hold {n} letters of {alphabet!r}")
    return letters


def compare() -> dict[str, tuple[int, int, int]]:
    """Count, for each generator: (labelled p or d, classifier agrees, broken)."""
    x, drawn_by = blind()
    letters, dark = read(), classifiers.p_dark(x) > 0.5
    agrees = letters == np.where(dark, "d", "p")
    return {str(name): (int(np.sum((drawn_by == name) & (letters != "b"))),
                        int(np.sum((drawn_by == name) & agrees)),
                        int(np.sum((drawn_by == name) & (letters == "b"))))
            for name in gan.names()}


def run(args: Namespace) -> int:
    """Carry out ``course label``; returns the exit status."""
    if args.out:
        write_sheets(codes(blind()[0]), Path(args.out))
        print(f"Label the sheets in {args.out}; the first line of labels.txt is\n{weights()}")
        return 0
    found = compare()
    clear, agreed, broken = np.sum(list(found.values()), axis=0)
    low, high = share_interval(int(agreed), int(clear))
    told = f"{agreed / clear:.1%}; 95 % interval {low:.1%} to {high:.1%}"
    rows = "\n".join(f"| `{name}` | {a} | {b} | {c} |" for name, (a, b, c) in found.items())
    data_path("generators", "labels.md").write_text(f"""# The classifier on generated pictures

{EACH} pictures of each generator (no truncation, seeds {SEED} and following), shuffled, labelled by
eye once, by a maker of the course, from sheets that showed neither the generator nor the
classifier's answer. The labels are in `labels.txt`; `course label` compares them with
`course_lib.inference.classifiers.p_dark`.

| generator | form told by eye | classifier agrees | broken |
|---|---|---|---|
{rows}
| all | {clear} | {agreed} ({told}) | {broken} |
""", encoding="utf-8")
    print(rows)
    return 0
