"""What earlier releases of the course called things, for learners who come from one.

Standard library only.
"""

__all__ = ["LESSONS", "MOVED", "by_name"]

#: Version 0.1.0 knew a lesson by its number, and these were its lessons.
LESSONS = (
    "enhance", "image_formation", "deconvolution", "information_limit", "moving_the_limit",
    "priors_and_best_guesses", "generators_and_modes", "pulse", "hallucination_measured", "bias",
    "use_and_misuse",
)

#: Predictions that another lesson asks for now: lesson `bias` was split.
MOVED = {"bias.dark_start": "causes.dark_start", "bias.pale_start": "causes.pale_start"}


def by_name(key: str) -> str:
    """Return the key of a prediction as it is now.

    >>> by_name("07.grey_levels"), by_name("pulse.grey_levels"), by_name("99.x")
    ('pulse.grey_levels', 'pulse.grey_levels', '99.x')
    >>> by_name("bias.dark_start"), by_name("09.dark_start")
    ('causes.dark_start', 'causes.dark_start')
    """
    number, dot, guess = key.partition(".")
    known = dot and number.isdecimal() and len(number) == 2 and int(number) < len(LESSONS)
    key = f"{LESSONS[int(number)]}.{guess}" if known else key
    return MOVED.get(key, key)
