"""Interactive panels: move a control, see the trade-off; one per lesson.

Each panel is an `Explorer`.  In a notebook it is a set of labelled, keyboard-operable ipywidgets
controls above a picture; wherever no kernel runs (exported pages, slides) its first picture stands
in, with the same alt text.
"""

import ipywidgets
import numpy as np

from course_lib import figures, optics
from course_lib.operators import Downsample


class Explorer:
    """Controls above a picture that is drawn anew whenever one of them moves.

    Parameters
    ----------
    draw : callable
        Takes the controls' values by name, returns a `figures.Picture`.
    **controls : ipywidgets.Widget
        One labelled control per argument of `draw`.
    """

    def __init__(self, draw, **controls):
        self.draw, self.controls = draw, controls
        for control in controls.values():
            control.style.description_width = "12em"
            control.layout.width = "32em"
            control.observe(self._update, names="value")
        self.first = draw(**self.values)
        self.view = ipywidgets.HTML(self.first.img())
        self.panel = ipywidgets.VBox([*controls.values(), self.view])

    @property
    def values(self):
        """Current values of the controls, by name."""
        return {name: control.value for name, control in self.controls.items()}

    def _update(self, _change):
        self.view.value = self.draw(**self.values).img()

    def _repr_mimebundle_(self, **_options):
        # The widget is shown where a kernel runs; the picture stays where none does.
        data, metadata = self.first._repr_mimebundle_()
        data.pop("text/html")
        live = self.panel._repr_mimebundle_()
        live = live[0] if isinstance(live, tuple) else live
        view = "application/vnd.jupyter.widget-view+json"
        return {**data, view: live[view]}, metadata


def sixteen_pixels(candidates, pixels):
    """Lesson 00: fade between pictures that all leave the same pixels.

    Parameters
    ----------
    candidates : sequence of arrays (3, H, W)
        Sharp pictures, linear light, that shrink to `pixels`.
    pixels : array (3, h, w)
        What the camera kept.
    """
    shrink = Downsample(candidates[0].shape[-1] // pixels.shape[-1])

    def draw(position):
        first = min(int(position) - 1, len(candidates) - 2)
        share = position - 1 - first
        x = (1 - share) * candidates[first] + share * candidates[first + 1]
        small = shrink(x)
        gap = np.abs(small - pixels).max()
        fig, axes = figures.figure(1, 2, size=(6.4, 3.9))
        figures.draw_image(axes[0], x, "the scene")
        figures.draw_image(axes[1], small, f"its pixels: off by {gap:.1g}")
        return figures.show(fig, alt=(
            f"Left: a sharp picture, {100 * (1 - share):.0f} % candidate {first + 1} and "
            f"{100 * share:.0f} % candidate {first + 2}. Right: its sixteen pixels, which "
            f"differ from the measured ones by at most {gap:.1g}."))

    slider = ipywidgets.FloatSlider(
        value=1.0, min=1, max=len(candidates), step=0.05, description="candidate")
    return Explorer(draw, position=slider)


def image_formation(scene):
    """Lesson 01: lens cutoff, pixel size and light against what is recorded and what folds back.

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
                    title="transfer", xlim=(0, 0.5), ylim=(0, 1.02))
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
                                           description="log₁₀ photons per px"),
    )
