"""Lens, pixel and light."""

import ipywidgets
import numpy as np

from course_lib.imaging import optics
from course_lib.imaging.operators import Downsample
from course_lib.notebook import figures
from course_lib.notebook.explorers.base import Explorer


def image_formation(scene: np.ndarray) -> Explorer:
    """Lens cutoff, pixel size and light against what is recorded and what folds back.

    Parameters
    ----------
    scene : array (1, H, W)
        Linear light; 8 must divide H and W.
    """
    spectrum, bright = np.fft.rfft2(scene), np.quantile(scene, 0.995)
    radius = np.hypot(np.fft.fftfreq(scene.shape[-2])[:, None], np.fft.rfftfreq(scene.shape[-1]))
    f = np.linspace(0, 0.5, 301)

    def draw(cutoff, s, log_photons):
        blurred = np.fft.irfft2(spectrum * optics.airy_otf(radius, cutoff), s=scene.shape[-2:])
        photons = 10**log_photons * s**2  # a larger pixel collects more of the same light
        y = optics.photon_noise(np.maximum(Downsample(s)(blurred), 0), photons, rng=0)
        passed = optics.airy_otf(f, cutoff) * optics.pixel_mtf(f, s)
        nyquist = 1 / (2 * s)
        fig, axes = figures.figure(1, 3, size=(8.4, 2.9))
        figures.draw_image(axes[0], scene, "scene x", limits=(0, bright))
        figures.draw_image(axes[1], y, "recorded y", limits=(0, bright))
        axes[2].plot(f, passed)
        axes[2].fill_between(f, passed, where=f >= nyquist, color=figures.COLOURS["vermilion"],
                             alpha=0.5)
        axes[2].axvline(nyquist, color="black", linestyle=":")
        axes[2].set(xlabel="frequency (cycles/scene px)", ylabel="lens × pixel",
                    title="transfer", xlim=(0, 0.52), ylim=(0, 1.02))
        edge = float(np.interp(nyquist, f, passed))
        return figures.show(fig, alt=(
            f"The scene; the picture recorded by {scene.shape[-2] // s} × {scene.shape[-1] // s} "
            f"pixels with {photons:.0f} photons for white; the transfer of lens and pixel, which "
            f"still is {edge:.2f} at the Nyquist frequency {nyquist:.3f}."))

    return Explorer(
        draw,
        cutoff=ipywidgets.FloatSlider(value=0.25, min=0.04, max=0.5, step=0.01,
                                      description="lens cutoff fc"),
        s=ipywidgets.Dropdown(value=4, options=[1, 2, 4, 8], description="pixel size s"),
        log_photons=ipywidgets.FloatSlider(value=2, min=0, max=4, step=0.25,
                                           description="log₁₀ photons/scene px"),
    )
