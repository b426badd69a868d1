"""Programs that search, as others might have written them: some sound, some with a fault.

Lesson `pulse` tests them from outside.
They search the latents of `latents.tiny_generator` for pictures
of 8 × 8 pixels whose eight block averages are those given: small enough that a test takes
milliseconds. `program` builds one from three decisions (which numbers a seed stands for; what is
returned of the way that was gone; who has met ε); the defaults are sound.

>>> run = program()
>>> found = run(shrink(tiny_generator([0.3, -1.0, 0.5, 0.8])), starts=4, seed=0)
>>> found.pictures.shape, found.residuals.shape, found.met.tolist()
((1, 4, 64), (1, 4), [[True, True, True, True]])
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from course_lib import validation
from course_lib.inference.latents import LATENTS, tiny_generator

__all__ = ["EPSILON", "Found", "picture_fault", "program", "residual", "seed_fault", "shrink",
           "sound", "survives", "try_on", "verdict_fault"]

EPSILON = 2e-3  #: mean squared error at which a program counts the data as met


def shrink(x: ArrayLike) -> np.ndarray:
    """Eight block averages (..., 8), of 4 × 2 pixels each, of pictures (..., 64)."""
    x = np.asarray(x)
    return x.reshape(*x.shape[:-1], 2, 4, 4, 2).mean((-3, -1)).reshape(*x.shape[:-1], 8)


def residual(x: ArrayLike, y: ArrayLike) -> np.ndarray:
    """Mean squared error (...) of pictures (..., 64), shrunk, from y (..., 8)."""
    return np.mean((shrink(x) - y) ** 2, axis=-1)


@dataclass(frozen=True, eq=False)
class Found:
    """What a program returns, for every input and every start.

    Attributes
    ----------
    pictures : (inputs, starts, 64) array
    residuals : (inputs, starts) array
        What the program says is the mean squared error of its pictures, shrunk, from the input.
    met : (inputs, starts) array of bool
        What the program says has a residual of at most ε.
    """

    pictures: np.ndarray
    residuals: np.ndarray
    met: np.ndarray


class Program(Protocol):
    """Searches the latents: y (8,) or (inputs, 8) → what it found."""

    def __call__(self, y: ArrayLike, starts: int = 1, seed: int = 0,
                 epsilon: float = EPSILON) -> Found: ...


# Raises AssertionError, or returns False, if the program is faulty.
Check: TypeAlias = Callable[[Program], bool | None]


def best(way: np.ndarray, residuals: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Picture (…, 64) and residual (…) of the step with the least residual."""
    step = residuals.argmin(0)[None]
    return (np.take_along_axis(way, step[..., None], 0)[0],
            np.take_along_axis(residuals, step, 0)[0])


def program(numbers: Callable[[int], np.random.Generator] = np.random.default_rng,
            choose: Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]] = best,
            judge: Callable[[np.ndarray, float], ArrayLike] = np.less_equal,
            arrange: Callable[[np.ndarray], np.ndarray] | None = None, together: int | None = None,
            steps: int = 25) -> Program:
    """Build a program that searches.

    Parameters
    ----------
    numbers : callable
        Seed → numpy.random.Generator.
    choose : callable
        (pictures (steps, inputs, starts, 64), residuals (steps, inputs, starts)) → what to return
        of them, (inputs, starts, 64) and (inputs, starts).
    judge : callable
        (residuals (inputs, starts), ε) → met (inputs, starts).
    arrange : callable, optional
        Residuals (inputs, starts) → order (inputs, starts) in which the starts are returned.
    together : int, optional
        Inputs that are searched at once; all by default.
    steps : int

    Returns
    -------
    callable
        ``run(y, starts=1, seed=0, epsilon=EPSILON)``: y (8,) or (inputs, 8) → `Found`.
    """
    def run(y: ArrayLike, starts: int = 1, seed: int = 0, epsilon: float = EPSILON) -> Found:
        y = np.atleast_2d(np.asarray(y, dtype=float))
        validation.matching(y, (len(y), 8), "y")
        at_once = together or len(y)
        parts = [_search(part, starts, numbers(seed), steps)
                 for part in np.split(y, range(at_once, len(y), at_once))]
        way, residuals = (np.concatenate(x, axis=1) for x in zip(*parts, strict=True))
        pictures, residuals = choose(way, residuals)
        if arrange is not None:
            order = arrange(residuals)
            residuals = np.take_along_axis(residuals, order, 1)
            pictures = np.take_along_axis(pictures, order[..., None], 1)
        met = np.broadcast_to(judge(residuals, epsilon), residuals.shape)
        return Found(pictures, residuals, met.astype(bool))

    return run


def _search(y: np.ndarray, starts: int, rng: np.random.Generator,
            steps: int) -> tuple[np.ndarray, np.ndarray]:
    """Pictures and residuals of every step, from the same starts for all inputs."""
    z = np.broadcast_to(rng.standard_normal((starts, LATENTS)), (len(y), starts, LATENTS))
    way = [tiny_generator(z)]
    for step in range(steps):
        near = z + 1.5 * 0.93**step * rng.standard_normal((24, 1, 1, LATENTS))
        # The best neighbour, even if it is worse than the present place: the last is not the best.
        choice = residual(tiny_generator(near), y[:, None]).argmin(0)[None, ..., None]
        z = np.take_along_axis(near, choice, 0)[0]
        way.append(tiny_generator(z))
    pictures = np.stack(way)
    return pictures, residual(pictures, y[:, None])


def survives(run: Program, check: Check) -> bool:
    """Say whether a program passes a check: True, or False if the check raises AssertionError.

    Raises
    ------
    AssertionError
        Saying what went wrong, if the check fails in another way or returns its verdict.
    """
    name = _name(check)
    try:
        verdict = check(run)
    except AssertionError:
        return False
    except NotImplementedError:
        raise AssertionError(f"{name} is not written yet.") from None
    except Exception as error:
        raise AssertionError(f"{name} must raise AssertionError if the program is "
                             f"faulty; it raised {type(error).__name__}: {error}") from None
    if verdict is not None and not verdict:
        raise AssertionError(f"{name} returns False; it must `assert`.")
    return True


def _name(check: Check) -> str:
    """How messages name a check, which may be an instance of a class."""
    return str(getattr(check, "__name__", "your check"))


def try_on(check: Check, good: Mapping[str, Program], faulty: Mapping[str, Program]) -> None:
    """Assert that a check passes good programs and catches faulty ones.

    Parameters
    ----------
    check : callable
        Takes a program; raises AssertionError if it is faulty.
    good, faulty : dict
        What is said of the program → the program.
    """
    for name, run in good.items():
        assert survives(run, check), f"{_name(check)} refuses a sound program {name}."
    for name, run in faulty.items():
        assert not survives(run, check), f"{_name(check)} lets a program pass {name}."


# The three of lesson `pulse`, which ask to be tested from outside, and one that is sound.
#: A program without a fault.
sound = program()
#: A program with a fault in what it makes of seeds.
seed_fault = program(numbers=lambda seed: np.random.default_rng(seed if seed else None))
#: A program with a fault in which picture it returns.
picture_fault = program(choose=lambda way, residuals: (way[-1], residuals.min(0)))
#: A program with a fault in how it judges.
verdict_fault = program(judge=lambda residuals, epsilon: residuals.sum() <= epsilon)
