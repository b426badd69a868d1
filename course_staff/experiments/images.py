"""Cut the course's real pictures out of the scikit-image wheel: ``course data images``.

Writes ``data/images/*.png`` and their SHA-256 into ``data/checksums.json``; ``data/SOURCES.md``
quotes the licences.  Only pictures that the wheel states to be CC0 or in the public domain are
used, and none that shows a person.
"""

import importlib.util
import json
from pathlib import Path

from PIL import Image

from course_lib.data import checksum, data_path

# name: (file in the wheel, (left, top, right, bottom) in pixels, edges between pixels)
CROPS = {
    "brick": ("brick.png", (128, 128, 384, 384)),
    "clock": ("clock_motion.png", (72, 22, 328, 278)),
    "coffee": ("coffee.png", (150, 0, 406, 224)),
    "grass": ("grass.png", (128, 128, 384, 384)),
    "gravel": ("gravel.png", (128, 128, 384, 384)),
    "hubble": ("hubble_deep_field.jpg", (600, 400, 856, 656)),
    "retina": ("retina.jpg", (129, 526, 385, 782)),
    "text": ("text.png", (96, 6, 352, 166)),
}


def crop(name: str) -> Image.Image:
    """Return the crop `name` as a PIL image, fresh from the wheel."""
    file, box = CROPS[name]
    # find_spec locates the wheel's pictures without importing the package.
    spec = importlib.util.find_spec("skimage")
    assert spec and spec.origin  # it is installed
    wheel = Path(spec.origin).parent
    with Image.open(wheel / "data" / file) as picture:
        return picture.crop(box)


def record(folder: str) -> None:
    """Replace the checksums of one folder below ``data/`` by those of its present files."""
    listing = data_path("checksums.json")
    sums = json.loads(listing.read_text(encoding="utf-8")) if listing.exists() else {}
    sums = {name: value for name, value in sums.items() if not name.startswith(f"{folder}/")}
    for file in data_path(folder).rglob("*"):
        if file.is_file() and file.suffix != ".md":
            sums[file.relative_to(data_path()).as_posix()] = checksum(file)
    listing.write_text(json.dumps(dict(sorted(sums.items())), indent=1) + "\n", encoding="utf-8")


def rebuild() -> None:
    """Write all crops and their checksums."""
    data_path("images").mkdir(parents=True, exist_ok=True)
    for name in CROPS:
        file = data_path("images", f"{name}.png")
        # The profile of the one picture that has any is plain sRGB: not needed.
        crop(name).save(file, optimize=True, icc_profile=None)
        print(f"{file.name}: {file.stat().st_size} bytes")
    record("images")
