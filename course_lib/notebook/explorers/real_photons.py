"""What more iterations confirm, and what they invent."""

import ipywidgets
import numpy as np

from course_lib import validation
from course_lib.audits.sources import candidates, matches, matches_by_chance
from course_lib.imaging.deconvolution import richardson_lucy
from course_lib.imaging.operators import Blur
from course_lib.imaging.photons import thin
from course_lib.notebook import figures
from course_lib.notebook.explorers.base import Explorer

#: Iterations that the panel can show.
STEPS = (1, 2, 3, 5, 7, 10, 20, 30, 50, 100)


def real_photons(counts: np.ndarray, psf: np.ndarray, least: float = 3.0) -> Explorer:
    """Iterations of Richardson–Lucy against confirmed and accidental candidates.

    Parameters
    ----------
    counts : array (H, W)
        Photons; they are divided into two halves once.
    psf : array (kh, kw)
        Point-spread function of the telescope.
    least : float
        Photons that a candidate must exceed.

    Raises
    ------
    ValueError
        For counts that are none, a field without a photon or smaller than 21 × 21 pixels, or a
        point-spread function that is negative, dark or off its middle.
    """
    counts = np.asarray(counts)
    if counts.ndim != 2:
        validation.fail("counts", f"of shape {counts.shape}", "one field (H, W)")
    telescope, estimates, rows = Blur(validation.spot(psf, "psf"), "reflect"), [], []
    if not thin(counts)[0].any():
        validation.fail("counts", "empty: no photon", "a field with photons")
    for half in thin(counts, rng=0):
        kept: dict[int, np.ndarray] = {}

        def keep(k: int, x: np.ndarray, kept: dict[int, np.ndarray] = kept) -> None:
            if k in STEPS:
                kept[k] = x

        richardson_lucy(half.astype(float), telescope, STEPS[-1], callback=keep)
        estimates.append(kept)
    for k in STEPS:
        first, second = (candidates(kept[k], least, apart=2) for kept in estimates)
        chance = matches_by_chance(first, second, 1.5, counts.shape, shifts=30).mean()
        rows.append((first, matches(first, second, 1.5), chance))
    found, confirmed, chance = (np.array(column) for column in zip(
        *((len(first), again.sum(), by_chance) for first, again, by_chance in rows), strict=True))

    def draw(iterations: int) -> figures.Picture:
        at = STEPS.index(iterations)
        places, again, by_chance = rows[at]
        fig, (left, right) = figures.figure(1, 2, size=(9.4, 4.2), width_ratios=(1, 1.1))
        figures.draw_image(left, estimates[0][iterations], f"{iterations} iterations", (0, 5))
        for chosen, colour in ((again, "sky"), (~again, "vermilion")):
            left.plot(*places[chosen][:, ::-1].T, "o", mfc="none", ms=6,
                      color=figures.COLOURS[colour])
        for name, curve, colour in (("candidates", found, "black"), ("confirmed", confirmed, "sky"),
                                    ("confirmed by chance", chance, "vermilion")):
            right.loglog(STEPS, np.maximum(curve, 0.1), "o-", ms=4, label=name,
                         color=figures.COLOURS[colour])
        right.axvline(iterations, color="gray", linestyle="--")
        right.set(xlabel="iterations", ylabel="points (0 is drawn as .1)")
        right.legend(loc="lower right")
        return figures.show(fig, alt=(
            f"After {iterations} iterations one half of the photons shows {len(places)} "
            f"candidates. The other half confirms {again.sum()} of them, a shifted half "
            f"{by_chance:.1f}. Left the restored field, confirmed candidates ringed in blue, the "
            "others in red; right the three numbers against iterations."))

    return Explorer(draw, iterations=ipywidgets.SelectionSlider(
        options=STEPS, value=3, description="iterations"))
