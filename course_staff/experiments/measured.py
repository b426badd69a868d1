"""Cut measured light out of the packages that carry it: ``course data measured --packages DIR``.

DIR is where the packages that ``data/SOURCES.md`` names were unpacked (``dpkg -x FILE DIR`` for
Debian's, ``python -m zipfile -e FILE DIR`` for a wheel).  Nothing is downloaded here.  Writes
``data/measured/*.npz`` and their SHA-256; a second run makes the same bytes.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from course_lib.data import data_path
from course_lib.desk.commands import Told
from course_staff.experiments import star_psf
from course_staff.experiments.images import record

MIDAS = "usr/lib/eso-midas/22FEB/test/prim"
# Four isolated stars of the galaxy's crop, none near the detector's limit: row, column.
STARS = ((50, 362), (114, 207), (209, 42), (393, 425))


def _fits(path: Path, extension: int | str = 0) -> np.ndarray:
    from astropy.io import fits

    with fits.open(path) as file:
        data = np.array(file[extension].data)
    return data.astype(data.dtype.newbyteorder("="))  # FITS is big-endian


def xray(packages: Path) -> dict[str, np.ndarray]:
    """Return all photons of the X-ray field and its exposure map in whole seconds."""
    cut = np.s_[64:448, 56:440]
    counts = _fits(packages / MIDAS / "image_M12c.fits")
    seconds = _fits(packages / MIDAS / "expo_map_M12c.fits")[cut]
    if counts[cut].sum() != counts.sum():
        raise Told("image_M12c.fits is another version: photons lie outside the cut")
    return {"counts": counts[cut].astype(np.uint8), "exposure": np.rint(seconds).astype(np.uint16)}


def stars(packages: Path) -> dict[str, np.ndarray]:
    """Return a star field without saturated pixels, and its point-spread function twice.

    Once as the optical model has it, once as the stars round the field do.
    """
    file = packages / "usr/share/python-drizzle/test_data/j8bt06nyq_flt.fits"
    model = _fits(packages / "drizzlepac/pars/psfs/acs/hrc/acs_hrc_f606w.fits")[76:167, 76:167]
    frame, error, flags = (_fits(file, extension) for extension in ("SCI", "ERR", "DQ"))
    cut = np.s_[20:116, 626:722]
    spot, places = star_psf.measure(frame.astype(float), error.astype(float), flags,
                                    model[20:71, 20:71].astype(float), cut)
    return {"electrons": frame[cut], "error": error[cut], "flags": flags[cut], "model_psf": model,
            # Rounded, so that another processor's last digits make the same file.
            "star_psf": spot.round(5).astype(np.float32),
            "places": places.round(1).astype(np.float32)}


def galaxy(packages: Path) -> dict[str, np.ndarray]:
    """Return the galaxy and the median of four of its field stars as a point-spread function."""
    # IRAF's old image format: a header of 2048 bytes, then 512 × 512 big-endian short integers.
    raw = np.fromfile(packages / "usr/lib/iraf/dev/pix.pix", ">i2", 512 * 512, offset=2048)
    light = raw.reshape(512, 512)[16:496, 16:496].astype(np.int16)
    return {"light": light, "star_psf": median_star(light)}


def median_star(light: np.ndarray, half: int = 12) -> np.ndarray:
    """Return the point-spread function (25, 25) that four stars agree on, sum 1, ≥ 0."""
    radius = np.hypot(*np.indices((2 * half + 1, 2 * half + 1)) - half)
    seen = []
    for row, column in STARS:
        star = light[row - half : row + half + 1, column - half : column + half + 1].astype(float)
        star -= np.median(star[radius > 9])
        seen.append(star / star[radius <= 9].sum())
    psf = np.where(radius <= half, np.clip(np.median(seen, axis=0), 0, None), 0)
    return (psf / psf.sum()).astype(np.float32)


MAKERS: dict[str, Callable[[Path], dict[str, np.ndarray]]] = {
    "xray": xray, "stars": stars, "galaxy": galaxy}


def rebuild(packages: str | Path | None) -> None:
    """Write all files and their checksums.

    Raises
    ------
    Told
        If no folder is named, or a package's file is not there, with its name.
    """
    if packages is None:
        raise Told("`course data measured` needs --packages FOLDER, with the packages unpacked "
                   "that data/SOURCES.md names")
    data_path("measured").mkdir(exist_ok=True)
    for name, make in MAKERS.items():
        try:
            arrays = make(Path(packages))
        except FileNotFoundError as error:
            raise Told(f"{error.filename} is missing: unpack the packages that data/SOURCES.md "
                       "names into one folder and say --packages FOLDER") from error
        np.savez_compressed(data_path("measured", f"{name}.npz"), allow_pickle=False, **arrays)
    record("measured")
