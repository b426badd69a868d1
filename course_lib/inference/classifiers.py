"""Which form is it? Networks that learned to say, from 16, 64 or 4,096 pixels.

A network that minimises the cross-entropy on pictures from the world approaches P(dark | y). All
were trained at equal shares.

Two read small noisy pictures. They are checked against `posterior.reference`, which takes seconds
for one picture; they take microseconds, say nothing but this one number, and know only σ = 0.05.

>>> from course_lib.worlds import ladybirds
>>> y = ladybirds.sixteen_pixels()
>>> bool(0.6 < p_dark(y) < 0.75), bool(p_dark(y, share=0.1) < 0.25)
(True, True)

One reads whole pictures of 64 × 64, where nothing is left open. It learned to tell the parameters
of a beetle as well as its form, so that its last layer but one says what a picture shows; distances
between its `features` serve to compare sets of pictures (`measures.coverage` and others). It was
trained on renders alone, before any generator of this course had been seen.
"""

from collections.abc import Sequence
from functools import cache

import numpy as np
from scipy.special import expit

from course_lib import validation
from course_lib.data import verified_path
from course_lib.inference.networks import dense
from course_lib.inference.posterior import prior_log_odds

__all__ = ["SIGMA", "features", "p_dark"]

SIGMA = 0.05  #: noise that the small pictures must have


def p_dark(y: np.ndarray, share: float = 0.5) -> np.ndarray:
    """P(dark | y) at any share.

    Parameters
    ----------
    y : array (..., 3, 4, 4), (..., 3, 8, 8) or (..., 3, 64, 64)
        Block means of 64-pixel pictures plus Gaussian noise of standard deviation `SIGMA`; or
        64-pixel pictures as they are. Linear light.
    share : float in [0, 1]
        Share of the dark form in the world. The network's log-odds, learned at equal shares, are
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
    if y.shape[-3:] not in ((3, 4, 4), (3, 8, 8), (3, 64, 64)):
        validation.fail("y", f"of shape {y.shape}",
                        "of shape (..., 3, 4, 4), (..., 3, 8, 8) or (..., 3, 64, 64)")
    if y.shape[-1] == 64:
        return expit(_read(y)[0] + prior)
    return expit(log_odds(y, _layers(y.shape[-1])) + prior)


def log_odds(y: np.ndarray, layers: Sequence[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """What a small network says of pictures y (..., 3, h, w): its one number, (...).

    `layers` are pairs of weights and biases; between them stands SiLU, v / (1 + exp(−v)).
    """
    values = y.reshape(*y.shape[:-3], -1)
    for weight, bias in layers[:-1]:
        values = values @ weight.T + bias
        values = values * expit(values)
    weight, bias = layers[-1]
    return (values @ weight.T + bias)[..., 0]


def features(x: np.ndarray) -> np.ndarray:
    """Describe pictures by the last layer but one of the 64-pixel network (needs PyTorch).

    Parameters
    ----------
    x : array (..., 3, 64, 64)
        Linear light in [0, 1].

    Returns
    -------
    array (..., 64)
        Distances between rows mean something; single numbers don't.
    """
    x = np.asarray(validation.image(x, "x"))
    if x.shape[-3:] != (3, 64, 64):
        validation.fail("x", f"of shape {x.shape}", "of shape (..., 3, 64, 64)")
    return _read(x)[1]


def _read(x):
    """Log-odds (...) and features (..., 64) of pictures (..., 3, 64, 64)."""
    import torch

    from course_lib.inference.recogniser import shipped

    network, flat = shipped(), x.reshape(-1, 3, 64, 64)
    log_odds, found = np.empty(len(flat)), np.empty((len(flat), network.width), np.float32)
    with torch.inference_mode():
        for i in range(0, len(flat), 250):
            some = network.features(torch.from_numpy(flat[i : i + 250].astype(np.float32)))
            found[i : i + 250] = some
            log_odds[i : i + 250] = network.heads(some)[:, 0]
    return log_odds.reshape(x.shape[:-3]), found.reshape(*x.shape[:-3], -1)


@cache
def _layers(pixels):
    return dense(verified_path("classifiers", f"dark_{pixels}x{pixels}.safetensors"))
