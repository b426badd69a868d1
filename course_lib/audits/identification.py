"""What a match proves: a test that rarely errs, and a pool of many.

>>> posterior, coincidental = after_match(pool=10**6, false_match=1e-4)
>>> round(posterior, 4), round(coincidental)            # 1 %: a hundred others match as well
(0.0099, 100)
"""

from course_lib import validation

__all__ = ["after_match"]


def after_match(pool: int, false_match: float, miss: float = 0.0,
                inside: float = 1.0) -> tuple[float, float]:
    r"""Probability that a match is the source, and how many others are expected to match.

    One of N people, each with the same prior probability q/N, is tested and matches:

    .. math:: \frac{P(\text{source} \mid \text{match})}{P(\text{other} \mid \text{match})} =
        \frac{1-m}{f} \cdot \frac{q}{N-q}, \qquad E[\text{others that match}] = f\,(N - q).

    Parameters
    ----------
    pool : int
        N people who could be tested, at least 2.
    false_match : float
        f, probability that somebody who is not the source matches; in (0, 1].
    miss : float
        m, probability that the source doesn't match; in [0, 1).
    inside : float
        q, probability that the source is in the pool at all; in (0, 1].

    Returns
    -------
    posterior, coincidental : float
    """
    pool = validation.integer(pool, "pool", 2)
    false_match, miss, inside = (validation.fraction(value, name) for value, name in (
        (false_match, "false_match"), (miss, "miss"), (inside, "inside")))
    if 0 in (false_match, 1 - miss, inside):
        validation.fail("false_match, 1 − miss or inside", 0, "greater than 0")
    odds = (1 - miss) / false_match * inside / (pool - inside)
    return odds / (1 + odds), false_match * (pool - inside)
