"""What visible tests call: assertions whose messages diagnose.

Every check looks in the same order: does the function run, is the result of the right type, the
right shape, the right value; and if the value is that of a well-known mistake, the message says
which.
"""

import contextlib
import io
import math
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike


def call(function: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    """Call a learner's function on copies of its arguments, quietly.

    Warnings and prints are swallowed (a line on stderr would cost marks), and whatever the function
    raises becomes an `AssertionError` that says in one sentence what and where.  NumPy arrays are
    copied, so a function that works in place can't spoil the next check; one that does is told.
    (Tensors are not: a copy would no longer be the leaf that a gradient belongs to.)
    """
    return _call(_name(function), function, arguments, options)


def _call(name, function, arguments, options=None):
    copies = [a.copy() if isinstance(a, np.ndarray) else a for a in arguments]
    try:
        with _quiet():
            result = function(*copies, **(options or {}))
    except NotImplementedError:
        raise AssertionError(f"{name} is not written yet.") from None
    except Exception as error:
        message = f"{name} raised {type(error).__name__}: {error}{_place(function, error)}"
        raise AssertionError(message) from None
    for given, copy in zip(arguments, copies, strict=True):
        if isinstance(given, np.ndarray) and not np.array_equal(given, copy, equal_nan=True):
            raise AssertionError(f"{name} changes its input in place; work on a new array.")
    if result is None:
        raise AssertionError(f"{name} returns None: is the `return` missing?")
    return result


def _name(function):
    return getattr(function, "__name__", "your function")


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Swallow what is printed and warned."""
    sink = io.StringIO()
    with warnings.catch_warnings(), contextlib.redirect_stderr(sink):
        warnings.simplefilter("ignore")
        with contextlib.redirect_stdout(sink):
            yield


def _place(function, error):
    """Say which line of the function's own cell raised `error`."""
    code = getattr(function, "__code__", None)
    lines = [line for frame, line in traceback.walk_tb(error.__traceback__)
             if code is not None and frame.f_code.co_filename == code.co_filename]
    return f" (line {lines[-1]} of its cell)" if lines else ""


def equal(actual: ArrayLike | None, expected: ArrayLike | None, what: str, atol: float = 1e-9,
          mistakes: Mapping[str, ArrayLike] | None = None) -> None:
    """Assert that `actual` equals `expected` to `atol`, and name the mistake if it doesn't.

    Parameters
    ----------
    actual, expected : number or array
    what : str
        What is compared, as the learner would write it: ``"blur(x, psf)"``.
    atol : float
        Largest absolute difference allowed.
    mistakes : dict, optional
        Sentence → the value that this mistake produces.  The first that matches is reported.

    Raises
    ------
    AssertionError
        Naming type, shape or value, in this order, and the likely cause where one is known.
    """
    if actual is None:
        raise AssertionError(f"{what} is None: is the `return` missing?")
    try:
        if np.iscomplexobj(np.asarray(actual)):
            raise AssertionError(f"{what} is complex; real numbers are needed (.real at the end).")
        actual = np.asarray(actual, dtype=float)
    except (TypeError, ValueError):
        kind = type(actual).__name__
        raise AssertionError(f"{what} is a {kind}; numbers are needed.") from None
    expected = np.asarray(expected, dtype=float)

    def close(value):
        value = np.asarray(value, dtype=float)
        return value.shape == actual.shape and np.allclose(actual, value, rtol=0, atol=atol)

    if close(expected):
        return
    for message, value in (mistakes or {}).items():
        if close(value):
            raise AssertionError(f"{what}: {message}")
    if actual.shape != expected.shape:
        message = f"{what} has shape {actual.shape}; it should have shape {expected.shape}."
        raise AssertionError(message)
    if not np.isfinite(actual).all():
        raise AssertionError(f"{what} has values that are not finite (NaN or infinite).")
    difference = np.abs(actual - expected)
    worst = np.unravel_index(np.argmax(difference), difference.shape)
    place = f" at index {tuple(int(i) for i in worst)}" if actual.ndim else ""
    single = np.allclose(actual, expected, rtol=1e-6, atol=0)
    raise AssertionError(
        f"{what} is {actual[worst]:.6g}{place}; it should be {expected[worst]:.6g} "
        f"(difference {difference[worst]:.2g}, allowed {atol:.0e})."
        + (" It is right to single precision: is something float32?" if single else "")
    )


def adjoint(forward: Callable[[np.ndarray], np.ndarray],
            transpose: Callable[[np.ndarray], np.ndarray], x: np.ndarray, y: np.ndarray, what: str,
            ratios: Mapping[str, float] | None = None, rtol: float = 1e-12) -> None:
    """Assert the dot-product law ⟨A x, y⟩ = ⟨x, Aᵀ y⟩.

    Parameters
    ----------
    forward, transpose : callable
        A and Aᵀ, one array in, one array out.
    x, y : array
        A scene and a measurement (random ones see nearly everything).
    what : str
        Name of the adjoint under test.
    ratios : dict, optional
        Sentence → value of ⟨x, Aᵀ y⟩ / ⟨A x, y⟩ that this mistake produces.
    rtol : float
        Largest difference relative to ‖Ax‖‖y‖.
    """
    ax, aty = forward(x), _call(what, transpose, [y])
    if np.shape(aty) != np.shape(x):
        raise AssertionError(
            f"{what} gives an array of shape {np.shape(aty)}; "
            f"it should have the scene's shape {np.shape(x)}."
        )
    left, right = float(np.vdot(ax, y)), float(np.vdot(x, aty))
    if abs(left - right) <= rtol * np.linalg.norm(ax) * np.linalg.norm(y):
        return
    for message, ratio in (ratios or {}).items():
        if math.isclose(right, ratio * left, rel_tol=1e-6):
            raise AssertionError(f"{what}: {message}")
    raise AssertionError(
        f"{what} is not the adjoint: ⟨Ax, y⟩ = {left:.6g} but ⟨x, Aᵀy⟩ = {right:.6g}."
    )


def refuses(function: Callable[..., object], *arguments: object, because: str) -> None:
    """Assert that `function` raises a ValueError for these arguments.

    Parameters
    ----------
    function : callable
    *arguments
        What it must refuse.
    because : str
        Why, as a clause: ``"3 doesn't divide 64"``.
    """
    name = _name(function)
    try:
        with _quiet():
            function(*arguments)
    except ValueError:
        return
    except NotImplementedError:
        raise AssertionError(f"{name} is not written yet.") from None
    except Exception as error:
        kind = type(error).__name__
        raise AssertionError(f"{name} must raise ValueError ({because}), not {kind}.") from None
    raise AssertionError(f"{name} must raise ValueError here: {because}.")
