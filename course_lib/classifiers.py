"""P(rare | y) of many small pictures at once, from networks that learned it.

A network that minimises the cross-entropy on pictures from the world approaches P(rare | y). These
were trained at equal shares and are checked against `posterior.reference`, which takes seconds for
one picture; they take microseconds, say nothing but this one number, and know only σ = 0.05.

>>> from course_lib.worlds import ladybirds
>>> y = ladybirds.sixteen_pixels()
>>> bool(0.6 < p_rare(y) < 0.75), bool(p_rare(y, share=0.1) < 0.25)
(True, True)
"""

from functools import cache

import numpy as np
from safetensors.numpy import load_file
from scipy.special import expit

from course_lib import validation
from course_lib.data import verified_path
from course_lib.posterior import prior_log_odds

__all__ = ["SIGMA", "p_rare"]

SIGMA = 0.05  # noise that the pictures must have


def p_rare(y, share=0.5):
    """P(rare | y) at any share.

    Parameters
    ----------
    y : array (..., 3, 4, 4) or (..., 3, 8, 8)
        Block means of 64-pixel pictures plus Gaussian noise of standard deviation `SIGMA`.
    share : float in [0, 1]
        Share of the rare form in the world. The network's log-odds, learned at equal shares, are
        moved by logit(share): Bayes' rule.

    Returns
    -------
    array (...)

    Raises
    ------
    ValueError
        If y or the share are not of this kind, or the network's file is not the one shipped.
    """
    y, prior = np.asarray(validation.image(y, "y")), prior_log_odds(share)
    if y.shape[-3:] not in ((3, 4, 4), (3, 8, 8)):
        validation.fail("y", f"of shape {y.shape}", "of shape (..., 3, 4, 4) or (..., 3, 8, 8)")
    layers = _layers(y.shape[-1])
    values = y.reshape(*y.shape[:-3], -1)
    for weight, bias in layers[:-1]:
        values = values @ weight.T + bias
        values = values * expit(values)  # SiLU
    weight, bias = layers[-1]
    return expit((values @ weight.T + bias)[..., 0] + prior)


@cache
def _layers(pixels):
    stored = load_file(verified_path("classifiers", f"rare_{pixels}x{pixels}.safetensors"))
    return [(stored[f"weight{k}"].astype(float), stored[f"bias{k}"].astype(float))
            for k in range(len(stored) // 2)]
