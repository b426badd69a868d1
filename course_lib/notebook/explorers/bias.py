"""Who is recalled at which share."""

import ipywidgets
import numpy as np
from scipy.stats import norm

from course_lib.audits import fairness
from course_lib.inference.posterior import prior_log_odds
from course_lib.notebook import figures
from course_lib.notebook.explorers.base import Explorer


def two_groups() -> Explorer:
    """Share, separation and method against the recall of two groups.

    What the pixels say is one number: N(0, 1) for pale beetles, N(d, 1) for dark ones.
    """
    methods = {"most probable form": fairness.map_recalls,
               "draw from the posterior": fairness.sampling_recalls}
    shares = np.linspace(0.01, 0.99, 99)  # of the pale form
    t = np.linspace(-4, 8, 601)

    def draw(percent, d, method):
        share, flip = percent / 100, float(fairness.flip_share(d))
        curves = np.array([methods[method](d, 1 - pale) for pale in shares]).T
        recalls = methods[method](d, share)
        shown = float(fairness.output_share(recalls, share))
        colours = figures.COLOURS["orange"], figures.COLOURS["blue"]
        fig, axes = figures.figure(1, 2, size=(9, 3.4))
        for x, weight, colour, name in zip((0, d), (1 - share, share), colours, ("pale", "dark"),
                                           strict=True):
            axes[0].fill_between(t, weight * norm.pdf(t, x), alpha=0.4, color=colour, label=name)
        edge = d / 2 - float(prior_log_odds(share)) / d
        axes[0].axvline(edge, color="black", ls="--", lw=1.2, label="equally probable")
        axes[0].set(xlabel="what the pixels say, t", ylabel="share × density", xlim=(-4, 8))
        axes[0].legend(fontsize=9)
        for curve, recall, colour, name in zip(curves, recalls, colours, ("pale", "dark"),
                                               strict=True):
            axes[1].plot(100 * shares, curve, color=colour, label=f"recall of {name}")
            axes[1].plot(100 - percent, recall, "o", ms=9, color=colour)
        axes[1].axvline(100 * flip, color="black", ls=":", label="flip share")
        axes[1].set(xlabel="share of the pale form (%)", ylabel="recall", ylim=(-0.03, 1.03),
                    title=f"dark: {percent:g} % of truths, {100 * shown:.1f} % of outputs")
        axes[1].title.set_fontsize(10)
        axes[1].legend(fontsize=9, loc="lower center")
        return figures.show(fig, alt=(
            f"{method[0].upper()}{method[1:]}, {percent:g} % dark, separation {d:.1f}: recall of "
            f"pale {recalls[0]:.3f}, of dark {recalls[1]:.3f}; {100 * shown:.1f} % of the outputs "
            f"are dark. The average dark picture flips where more than {100 * flip:.1f} % are "
            "pale."))

    return Explorer(
        draw,
        percent=ipywidgets.FloatSlider(value=20, min=1, max=99, step=1,
                                       description="share of dark (%)"),
        d=ipywidgets.FloatSlider(value=2, min=0.2, max=4, step=0.1,
                                 description="separation d"),
        method=ipywidgets.Dropdown(options=list(methods), description="method"),
    )
