"""What survives blur, pixels and noise."""

import ipywidgets
import numpy as np

from course_lib.imaging import optics
from course_lib.imaging.operators import Blur, Downsample
from course_lib.notebook import figures
from course_lib.notebook.explorers.base import Explorer


def information_limit(scene: np.ndarray) -> Explorer:
    """Noise level against the components that survive, what they show and what is lost.

    Parameters
    ----------
    scene : array (1, H, W)
        Linear light; 8 must divide H and W.

    Notes
    -----
    Periodic blur and block means turn every frequency of the small picture into itself, so AAᵀ is
    diagonal there: its eigenvalues sᵢ² are the spectrum of its answer to a single bright pixel.
    """
    scale, shape = float(scene.std()), scene.shape[-2:]

    def draw(log_sigma, width, s):
        sigma = 10**log_sigma
        A = Downsample(s) @ Blur.from_otf(lambda f: optics.gaussian_otf(f, width))
        exact = A(scene)
        point = np.zeros(exact.shape)
        point[0, 0, 0] = 1
        squares = np.maximum(np.fft.fft2(A(A.T(point))).real, 1e-30)
        kept = np.sqrt(squares) * scale > sigma
        kept[..., 0, 0] = True  # the mean brightness, far above the scale of all the rest
        noise = np.random.default_rng(0).standard_normal(exact.shape)

        def estimate(y):
            return A.T(np.fft.ifft2(np.fft.fft2(y) * kept / squares).real)

        guess, invisible = estimate(exact + sigma * noise), scene - estimate(exact)
        values = np.sort(np.sqrt(squares).ravel())[::-1] * scale
        counts = int(kept.sum()), int(kept.size - kept.sum()), scene.size - kept.size
        fig, axes = figures.figure(1, 4, size=(9.6, 2.8))
        figures.draw_image(axes[0], scene, "scene")
        figures.draw_image(axes[1], guess, f"rebuilt from {counts[0]}")
        shades = figures.draw_image(axes[2], invisible, f"lost {counts[1]}, null {counts[2]}",
                                    (-0.3, 0.3), "RdBu_r")
        if shades is not None:
            fig.colorbar(shades, ax=axes[2], label="light", shrink=0.8)
        axes[3].semilogy(np.arange(1, len(values) + 1), values, label="sᵢ · scale")
        axes[3].axhline(sigma, color=figures.COLOURS["vermilion"], label="σ")
        axes[3].set(xlabel="component i", ylim=(1e-5, 1))
        axes[3].legend(loc="lower left")
        axes[3].minorticks_off()
        lost = np.sqrt(np.mean(invisible**2))
        return figures.show(fig, alt=(
            f"Noise {sigma:.2g}: {counts[0]} of {scene.size} components of the scene stand above "
            f"it, {counts[1]} are measured but lost in the noise, {counts[2]} lie in the null "
            f"space. Shown: the {shape[0]} × {shape[1]} scene, the picture rebuilt from the "
            f"surviving components, and the invisible rest, {lost:.3f} RMS."))

    return Explorer(
        draw,
        log_sigma=ipywidgets.FloatSlider(value=-2, min=-4, max=-0.5, step=0.25,
                                         description="noise, log₁₀ σ"),
        width=ipywidgets.FloatSlider(value=1.5, min=0.5, max=4, step=0.25,
                                     description="blur width, px"),
        s=ipywidgets.Dropdown(value=2, options=[1, 2, 4, 8], description="pixel size s"),
    )
