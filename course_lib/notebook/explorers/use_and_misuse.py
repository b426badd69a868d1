"""What a match is worth."""

import ipywidgets
import numpy as np

from course_lib.audits.identification import after_match
from course_lib.notebook import figures
from course_lib.notebook.explorers.base import Explorer


def use_and_misuse() -> Explorer:
    """Likelihood ratio and pool size against posterior and coincidental matches.

    The test has no misses, so that its likelihood ratio is one over the rate of false matches.
    """
    pools = np.logspace(1, 8, 141).round().astype(int)

    def draw(log_ratio, log_pool, inside):
        rate, pool = 10.0**-log_ratio, round(10**log_pool)
        posterior, others = after_match(pool, rate, inside=inside)
        curve = [after_match(int(n), rate, inside=inside) for n in pools]
        fig, axes = figures.figure(1, 2, size=(9, 3.3))
        for ax, values, value, label in zip(
                axes, zip(*curve, strict=True), (posterior, others),
                ("P(source | match)", "coincidental matches"), strict=True):
            ax.plot(pools, values)
            ax.plot(pool, value, "o", ms=10, color=figures.COLOURS["vermilion"])
            ax.set(xscale="log", xlabel="people in the pool", ylabel=label)
        axes[0].set(ylim=(-0.03, 1.03), title=f"the match is the source: {100 * posterior:.3g} %")
        axes[1].set(yscale="log", ylim=(1e-4, 1e8), title=f"others expected to match: {others:.3g}")
        axes[1].axhline(1, color="black", ls=":", label="one other match")
        axes[1].legend()
        return figures.show(fig, alt=(
            f"Likelihood ratio {10.0**log_ratio:.3g}, a pool of {pool:,} that holds the source "
            f"with probability {inside:.1f}: a match is the source with probability "
            f"{100 * posterior:.3g} %, and {others:.3g} coincidental matches are expected. The "
            "probability falls as the pool grows, the number of matches grows in proportion."))

    return Explorer(
        draw,
        log_ratio=ipywidgets.FloatSlider(value=4, min=0, max=9, step=0.25,
                                         description="log₁₀ likelihood ratio"),
        log_pool=ipywidgets.FloatSlider(value=6, min=1, max=8, step=0.25,
                                        description="log₁₀ people in the pool"),
        inside=ipywidgets.FloatSlider(value=1, min=0.1, max=1, step=0.1,
                                      description="P(source in the pool)"),
    )
