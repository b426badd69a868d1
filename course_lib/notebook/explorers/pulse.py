"""What PULSE answers, from recorded searches."""

import ipywidgets
import numpy as np

from course_lib.data import data_path
from course_lib.generators import pulse
from course_lib.imaging.operators import Downsample
from course_lib.notebook import figures
from course_lib.notebook.explorers.base import Explorer


def recorded_searches() -> Explorer:
    """What PULSE makes of a scene, by size, start and generator (recorded searches)."""
    records = {path.stem: pulse.recorded(path.stem)
               for path in sorted(data_path("pulse").glob("*.npz"))}
    names = {"share_50": "half dark", "share_10": "10 % dark", "share_02": "2 % dark",
             "share_90": "90 % dark", "collapsed": "collapsed"}
    starts = next(iter(records.values()))["explorer_residual"].shape[-1]

    def draw(scene, factor, start, generator, reveal):
        record, row = records[generator], list(pulse.TRUTHS).index(scene)
        at = row, (8, 16).index(factor), start - 1
        truth = pulse.truth(scene)
        residual = float(record["explorer_residual"][at])
        met = "met" if pulse.met(residual) else "not met"
        told = f"{255 * residual**0.5:.1f} grey levels RMS: ε {met}"
        fig, axes = figures.figure(1, 3, size=(8.4, 3.3))
        figures.draw_image(axes[0], Downsample(factor)(truth), "input")
        figures.draw_image(axes[1], pulse.recorded_picture(record, *at), told)
        figures.draw_image(axes[2], truth if reveal else np.full((3, 64, 64), 0.8),
                           "the truth" if reveal else "the truth: not shown")
        return figures.show(fig, alt=(
            f"{scene.capitalize()}, {64 // factor} × {64 // factor} pixels, start {start}, "
            f"generator {generator}: PULSE's answer, whose small version differs from the input "
            f"by {told}; {'beside the truth' if reveal else 'the truth is not shown'}."))

    return Explorer(
        draw,
        scene=ipywidgets.Dropdown(options=list(pulse.TRUTHS), value="dark 1", description="scene"),
        factor=ipywidgets.Dropdown(options=[("8: 8 × 8 pixels", 8), ("16: 4 × 4 pixels", 16)],
                                   value=8, description="factor"),
        start=ipywidgets.IntSlider(value=1, min=1, max=starts, description="start"),
        generator=ipywidgets.Dropdown(
            options=[(names.get(name, name), name) for name in records],
            value=pulse.MAIN if pulse.MAIN in records else next(iter(records)),
            description="generator trained on"),
        reveal=ipywidgets.Checkbox(value=False, description="show the truth", indent=True),
    )
