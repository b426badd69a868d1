"""What an assumption about the scene buys."""

import ipywidgets
import numpy as np

from course_lib.imaging.recovery import low_frequencies, recover_spikes, spikes
from course_lib.notebook import figures
from course_lib.notebook.explorers.base import Explorer


def moving_the_limit() -> Explorer:
    """Distance of two spikes, noise and the assumption against what comes back."""
    cutoff, n = 10, 400
    A = low_frequencies(n, cutoff)
    position = (np.arange(n) - n // 2) * cutoff / n
    noise = np.random.default_rng(0).standard_normal((1, 2 * cutoff + 1))
    cases = {"two lights, x ≥ 0 assumed": (1, True), "two lights, few spikes assumed": (1, False),
             "+ and −, few spikes assumed": (-1, False), "+ and −, x ≥ 0 assumed": (-1, True)}

    def draw(distance, log_sigma, case):
        second, positive = cases[case]
        steps, sigma = round(distance * n / cutoff), 0.0 if log_sigma < -6 else 10**log_sigma
        places = np.array([n // 2 - steps // 2, n // 2 - steps // 2 + steps])
        y = A(spikes(places, [1, second], n)) + sigma * noise
        fig, ax = figures.figure(size=(8, 3.2))
        ax.plot(position, A.T(y)[0] / (2 * cutoff + 1), color=figures.COLOURS["sky"],
                label="what the lens shows")
        ax.plot(position[places], [1, second], "o", mfc="none", color="black", ms=10,
                label="truth")
        try:
            x_hat = recover_spikes(y, A, positive, tolerance=3 * sigma)[0]
        except ValueError:
            title = "refuted: no such scene explains the data"
        else:
            at = [slice(place - 1, place + 2) for place in places]  # a grid step is 1/40 fc
            right = (x_hat[at[0]].clip(0).sum()
                     + (second * x_hat[at[1]]).clip(0).sum()) / np.abs(x_hat).sum()
            verdict = "found" if right >= 0.99 else "not found"
            title = f"{verdict}: {100 * right:.1f} % of the strength within 0.025/fc of the truth"
            found = np.abs(x_hat) > 1e-4
            ax.vlines(position[found], 0, x_hat[found], color=figures.COLOURS["vermilion"],
                      lw=2.5, label="recovered")
        ax.set(xlabel="position (units of 1/fc)", ylabel="strength", xlim=(-2, 2), title=title)
        ax.legend(loc="upper right", fontsize=9)
        told = f"noise σ {sigma:.1g}" if sigma else "no noise"
        return figures.show(fig, alt=(
            f"Two spikes {steps * cutoff / n:.3g}/fc apart, {told}; {case}. {title[0].upper()}"
            f"{title[1:]}."))

    return Explorer(
        draw,
        distance=ipywidgets.FloatSlider(value=0.4, min=0.1, max=1.5, step=0.05,
                                        description="distance (1/fc)"),
        log_sigma=ipywidgets.FloatSlider(value=-6.5, min=-6.5, max=-0.5, step=0.5,
                                         description="noise, log₁₀ σ (−6.5: none)"),
        case=ipywidgets.Dropdown(options=list(cases), value="two lights, x ≥ 0 assumed",
                                 description="truth and assumption"),
    )
