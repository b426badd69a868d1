"""Light that telescopes really recorded: small crops whose truth nobody knows.

`data/SOURCES.md` names the packages, the cuts and the licences; ``course data measured`` makes the
files from them.  Nothing was resampled. Rows run along the y axis of the original, first row at
the bottom of the sky picture.

>>> sky = xray()
>>> sky.counts.shape, int(sky.counts.sum()), sky.pixel_arcsec
((384, 384), 56181, 5.0)
"""

from dataclasses import dataclass

import numpy as np

from course_lib import validation
from course_lib.data import verified_path
from course_lib.imaging.stars import PixelSpot

__all__ = ["Galaxy", "Stars", "XraySky", "galaxy", "stars", "xray"]


def _read(name: str) -> dict[str, np.ndarray]:
    with np.load(verified_path("measured", f"{name}.npz"), allow_pickle=False) as stored:
        return {key: stored[key] for key in stored.files}


@dataclass(frozen=True, eq=False)
class XraySky:
    """The field of the pulsar PSR J0030+0451, XMM-Newton, 19 June 2001.

    Two of its cameras, EPIC MOS1 and MOS2, added; 0.3 to 12 keV, each for some five hours.

    Attributes
    ----------
    counts : (384, 384) array of int64
        Events counted in each pixel, all 56,181 that passed the pipeline's selection by pattern
        and energy, particles among them: no flat field, no background subtraction.
    exposure : (384, 384) array
        Camera-seconds, both cameras together, weighted by the mirrors' falling sensitivity away
        from the axis; 0 outside the field and where both have a gap.
    pulsar : (int, int)
        Row and column of the brightest pixel.
    pixel_arcsec : float
        Side of a pixel on the sky, 5 arc seconds.
    """

    counts: np.ndarray
    exposure: np.ndarray
    pulsar: tuple[int, int] = (183, 185)
    pixel_arcsec: float = 5.0

    def centre(self, size: int = 128) -> np.ndarray:
        """Counts (size, size) round the pulsar, where the point-spread function changes least.

        Raises
        ------
        ValueError
            If `size` is no whole number from 1 to 366, the largest square that lies in the field.
        """
        most = 2 * min(*self.pulsar, *(n - k for n, k in zip(self.counts.shape, self.pulsar,
                                                             strict=True)))
        if validation.integer(size, "size") > most:
            validation.fail("size", size, f"{most} or less: the field ends there")
        rows, columns = (slice(k - size // 2, k - size // 2 + size) for k in self.pulsar)
        return self.counts[rows, columns]

    def psf(self) -> np.ndarray:
        """Return the pulsar's own picture, (15, 15), sum 1: the point-spread function on the axis.

        Photons within 7 pixels, less the mean of those beyond 15 pixels in a square of 61; what is
        below the background counts as 0.
        """
        distance = np.hypot(*(np.indices((61, 61)) - 30))
        surround = self.centre(61)
        light = np.clip(surround - surround[distance > 15].mean(), 0, None)
        light = np.where(distance <= 7, light, 0)[23:38, 23:38]
        return light / light.sum()


def xray() -> XraySky:
    """Return the X-ray field; ValueError if its file is not the one that was shipped."""
    stored = _read("xray")
    return XraySky(stored["counts"].astype(np.int64), stored["exposure"].astype(float))


@dataclass(frozen=True, eq=False)
class Stars:
    """Part of the core of the globular cluster 47 Tucanae: Hubble, ACS/HRC, one frame of 60 s.

    Attributes
    ----------
    electrons : (96, 96) array
        Electrons in each pixel, filter F606W, 13 April 2002, after dark subtraction and flat field;
        the sky is in it, distortion is not corrected. Nearly one for each detected photon, plus
        read noise of 4.7 electrons and cosmic rays.
    error : (96, 96) array
        Standard deviation that the pipeline states, electrons.
    flags : (96, 96) array of int
        The pipeline's data-quality bits: 16 marks a hot pixel; 0 is good.
    model_psf : (91, 91) array
        A *model* of the point-spread function, sum 1: computed from an optical prescription and a
        black body of 5000 K, on a grid said to be "approximately" 0.025″. Not measured.
    star_psf : (97, 97) array
        Measured: what some hundred and eighty isolated stars of the same frame agree on, their
        neighbours subtracted, on a grid four times finer than the pixels; none of them is in this
        crop. `course_staff.experiments.star_psf` tells how.
    places : (n, 2) array
        Rows and columns of the stars that were found in the crop and up to 3 pixels outside of it,
        to a tenth of a pixel.
    pixel_arcsec, model_arcsec : float
        Side of a pixel of the frame (geometric mean of .0284 along x and .0248 along y) and of the
        model.
    """

    electrons: np.ndarray
    error: np.ndarray
    flags: np.ndarray
    model_psf: np.ndarray
    star_psf: np.ndarray
    places: np.ndarray
    pixel_arcsec: float = 0.0265
    model_arcsec: float = 0.025

    def measured_spot(self) -> PixelSpot:
        """Return the measured point-spread function."""
        return PixelSpot(self.star_psf, 4)

    def model_spot(self) -> PixelSpot:
        """Return the model, one grid point taken for one pixel, as far out as the measured one.

        That explains the frame better than stretching it by the sides that the pixels have on the
        sky: the model is one of the *detector*.
        """
        return PixelSpot.from_pixels(self.model_psf[33:58, 33:58])


def stars() -> Stars:
    """Return the star field; ValueError if its file is not the one that was shipped."""
    stored = _read("stars")
    model = stored["model_psf"].astype(float)
    return Stars(stored["electrons"].astype(float), stored["error"].astype(float),
                 stored["flags"].astype(int), model / model.sum(),
                 stored["star_psf"].astype(float), stored["places"].astype(float))


@dataclass(frozen=True, eq=False)
class Galaxy:
    """The galaxy M51: Kitt Peak, a CCD in blue light, 600 s, 5 April 1987.

    Attributes
    ----------
    light : (480, 480) array
        Detector units after the overscan was subtracted and the flat field divided out: no photon
        counts any more, so it can't be thinned.
    star_psf : (25, 25) array
        Median of four field stars, each less its surroundings, sum 1, ≥ 0. Full width at half
        maximum 2.5 pixels, most of it the air's.
    """

    light: np.ndarray
    star_psf: np.ndarray


def galaxy() -> Galaxy:
    """Return the galaxy; ValueError if its file is not the one that was shipped."""
    stored = _read("galaxy")
    return Galaxy(stored["light"].astype(float), stored["star_psf"].astype(float))
