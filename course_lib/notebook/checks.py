"""What visible tests call: assertions whose messages diagnose.

Every check looks in the same order: does the function run, is the result of the right type, the
right shape, the right value; and if the value is that of a well-known mistake, the message says
which.
"""

import contextlib
import io
import math
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike


def call(function: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    """Call a learner's function on copies of its arguments, quietly.

    Warnings and prints are swallowed (a line on stderr would cost marks), and whatever the function
    raises becomes an `AssertionError` that says what, where and for which arguments.  NumPy arrays,
    lists and dictionaries are copied, however they are nested; a function that changes its copies
    is told.  Tensors are handed over as they are, since a copy would no longer be the leaf that a
    gradient belongs to; they are compared afterwards, and restored.
    """
    return _call(_name(function), function, arguments, options)


def _call(name, function, arguments, options=None):
    result = _run(name, function, arguments, options or {})
    if result is None:
        raise AssertionError(f"{name} returns None: is the `return` missing?")
    return result


class _Raised(Exception):
    """Carries what a function raised, for those who expect that."""

    def __init__(self, error):
        self.error = error


def _run(name, function, arguments, options, expected=False):
    """Call a function; tells what it raises, unless that is expected, and inputs it changes."""
    given = (list(arguments), options)
    tensors: list[tuple[Any, Any]] = []
    copies, keywords = _copy(given, {}, tensors)
    try:
        with _quiet():
            return function(*copies, **keywords)
    except Exception as error:
        if type(error).__name__ == "OffLimits":  # by its name: it may come out of a sandbox
            raise AssertionError(str(error)) from None
        if expected:
            raise _Raised(error) from None
        if isinstance(error, NotImplementedError):
            raise AssertionError(f"{name} is not written yet.") from None
        message = (f"{name} raised {type(error).__name__}: {error}{_place(function, error)}"
                   f"{_told(arguments, options)}")
        raise AssertionError(message) from None
    finally:
        spoilt = not _unchanged(given, (copies, keywords))
        for tensor, before in tensors:
            spoilt = _restore(tensor, before) or spoilt
        if spoilt and not isinstance(sys.exception(), AssertionError):
            raise AssertionError(
                f"{name} changes its input in place; work on a copy of it.") from None


def _copy(value, memo, tensors):
    """Copy arrays, lists, tuples and dicts; `tensors` gets each tensor with what it holds."""
    if id(value) in memo:
        return memo[id(value)]
    kind, copy = type(value), value
    if isinstance(value, np.ndarray):
        copy = value.copy()
    elif kind is list:
        copy = memo[id(value)] = []
        copy.extend(_copy(each, memo, tensors) for each in value)
    elif kind is dict:
        copy = memo[id(value)] = {}
        copy.update((key, _copy(each, memo, tensors)) for key, each in value.items())
    elif isinstance(value, tuple) and (kind is tuple or hasattr(value, "_make")):
        parts = [_copy(each, memo, tensors) for each in value]
        copy = getattr(kind, "_make", kind)(parts)
    elif kind is set:
        copy = set(value)
    elif _is_tensor(value):
        tensors.append((value, value.detach().clone()))
    memo[id(value)] = copy
    return copy


def _is_tensor(value):
    return "torch" in sys.modules and isinstance(value, sys.modules["torch"].Tensor)


def _restore(tensor, before):
    """Give a tensor the numbers that it held; returns whether they had changed."""
    now = tensor.detach()
    if now.shape == before.shape and now.dtype == before.dtype:
        if bool(((now == before) | ((now != now) & (before != before))).all()):
            return False
    tensor.data = before
    return True


def _unchanged(given, copy):
    """Whether a copy that a function had still holds what was given."""
    if isinstance(given, np.ndarray):
        if not (isinstance(copy, np.ndarray) and given.shape == copy.shape
                and given.dtype == copy.dtype):
            return False
        if given.dtype.hasobject:
            return all(map(_unchanged, given.ravel(), copy.ravel()))
        return given.tobytes() == copy.tobytes()
    if type(given) is not type(copy):
        return False
    if isinstance(given, list | tuple):
        return len(given) == len(copy) and all(map(_unchanged, given, copy))
    if isinstance(given, dict):
        return (list(given) == list(copy)
                and all(_unchanged(each, copy[key]) for key, each in given.items()))
    if isinstance(given, str | int | float | complex | set | np.generic):
        return given == copy or given != given
    return given is copy


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


def _told(arguments, options):
    """Say what a function was given: numbers as they are, arrays by their shape."""
    def told(value):
        if isinstance(value, np.generic):
            value = value.item()
        if value is None or isinstance(value, bool | int | float | complex):
            return repr(value)
        if hasattr(value, "shape"):
            return f"an array of shape {tuple(value.shape)}"
        if isinstance(value, list | tuple | dict | str):
            return f"a {type(value).__name__} of length {len(value)}"
        return type(value).__name__

    given = [told(value) for value in arguments]
    given += [f"{name} = {told(value)}" for name, value in options.items()]
    return f", given {', '.join(given)}" if given else ""


def equal(actual: ArrayLike | None, expected: ArrayLike | None, what: str, atol: float = 1e-9,
          mistakes: Mapping[str, ArrayLike] | None = None, rtol: float = 0.0) -> None:
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
    rtol : float
        So much of each expected number may it differ besides.

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
        single = np.asarray(actual).dtype == np.float32
        actual = np.asarray(actual, dtype=float)
    except (TypeError, ValueError):
        kind = type(actual).__name__
        raise AssertionError(f"{what} is a {kind}; numbers are needed.") from None
    expected = np.asarray(expected, dtype=float)

    def close(value):
        value = np.asarray(value, dtype=float)
        return value.shape == actual.shape and np.allclose(actual, value, rtol=rtol, atol=atol)

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
    allowed = atol + rtol * np.abs(expected)
    worst = np.unravel_index(np.argmax(difference - allowed), difference.shape)
    place = f" at index {tuple(int(i) for i in worst)}" if actual.ndim else ""
    got, wanted = _apart(actual[worst], expected[worst])
    with np.errstate(over="ignore"):
        rounded = expected.astype(np.float32)
    single = ((single and np.allclose(actual, expected, rtol=1e-6, atol=0))
              or np.array_equal(actual, rounded))
    raise AssertionError(
        f"{what} is {got}{place}; it should be {wanted} "
        f"(difference {difference[worst]:.2g}, allowed {allowed[worst]:.0e})."
        + (" It is right to single precision: is something float32?" if single else "")
    )


def _apart(one, other):
    """Write two numbers with as many digits as it takes to tell them apart."""
    for digits in (6, 9, 12, 15):
        told = f"{one:.{digits}g}", f"{other:.{digits}g}"
        if told[0] != told[1]:
            break
    return told


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
    if np.iscomplexobj(aty):
        raise AssertionError(f"{what} is complex; real numbers are needed (.real at the end).")
    left, right = float(np.vdot(ax, y)), float(np.vdot(x, aty))
    size = float(np.linalg.norm(ax) * np.linalg.norm(y))
    if abs(left - right) <= rtol * size:
        return
    gap = abs(left - right) / size if size else math.inf
    for message, ratio in (ratios or {}).items():
        if math.isclose(right, ratio * left, rel_tol=1e-6):
            raise AssertionError(f"{what}: {message}")
    left, right = _apart(left, right)
    raise AssertionError(
        f"{what} is not the adjoint: ⟨Ax, y⟩ = {left} but ⟨x, Aᵀy⟩ = {right} "
        f"(they differ by {gap:.1e} of ‖Ax‖‖y‖, allowed {rtol:.0e})."
    )


def refuses(function: Callable[..., object], *arguments: object, because: str,
            **options: object) -> None:
    """Assert that `function` raises a ValueError for these arguments, and leaves them alone.

    Parameters
    ----------
    function : callable
    *arguments, **options
        What it must refuse.
    because : str
        Why, as a clause: ``"3 doesn't divide 64"``.
    """
    name = _name(function)
    try:
        _run(name, function, arguments, options, expected=True)
    except _Raised as raised:
        if isinstance(raised.error, ValueError):
            return
        if isinstance(raised.error, NotImplementedError):
            raise AssertionError(f"{name} is not written yet.") from None
        kind = type(raised.error).__name__
        raise AssertionError(f"{name} must raise ValueError ({because}), not {kind}.") from None
    raise AssertionError(f"{name} must raise ValueError here: {because}.")
