"""Argument checks. Every message says ``name is …; it must be …``.

The checks are plain functions that return the (possibly converted) value, so that a line such as
``sigma = positive(sigma, "sigma")`` both documents and enforces a unit's range.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from numbers import Integral, Real
from typing import NoReturn, TypeVar

import numpy as np
from array_api_compat import array_namespace, is_array_api_obj
from numpy.typing import ArrayLike

from course_lib.arrays import Array

__all__ = [
    "choice",
    "fail",
    "fraction",
    "generator",
    "image",
    "integer",
    "keys",
    "light",
    "matching",
    "matrix",
    "native",
    "non_negative",
    "pair",
    "positive",
    "real",
    "spot",
]


T = TypeVar("T")


def fail(name: str, found: object, required: str) -> NoReturn:
    """Raise the ValueError that all checks share."""
    raise ValueError(f"{name} is {found}; it must be {required}")


def real(value: object, name: str, required: str = "a finite real number") -> float:
    """Return `value` as a float; refuse anything that is not a finite real number."""
    if isinstance(value, bool) or not isinstance(value, Real) or not math.isfinite(value):
        fail(name, repr(value), required)
    return float(value)


def positive(value: object, name: str) -> float:
    """Return `value` as a float > 0."""
    required = "a finite number greater than 0"
    return value if (value := real(value, name, required)) > 0 else fail(name, value, required)


def non_negative(value: object, name: str) -> float:
    """Return `value` as a float ≥ 0."""
    required = "a finite number, 0 or greater"
    return value if (value := real(value, name, required)) >= 0 else fail(name, value, required)


def fraction(value: object, name: str) -> float:
    """Return `value` as a float in [0, 1]."""
    required = "a number in [0, 1]"
    value = real(value, name, required)
    return value if 0 <= value <= 1 else fail(name, value, required)


def integer(value: object, name: str, least: int = 1) -> int:
    """Return `value` as an int ≥ `least`."""
    if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
        fail(name, repr(value), f"an integer, {least} or greater")
    return int(value)


def generator(value: object, name: str = "rng") -> np.random.Generator:
    """Return `value` if it is a NumPy generator, or a new one from this seed."""
    if isinstance(value, np.random.Generator):
        return value
    return np.random.default_rng(integer(value, name, least=0))


def pair(value: object, name: str, least: int = 1) -> tuple[int, int]:
    """Return `value`, one integer or two (vertical, horizontal), as two ints ≥ `least`."""
    both = value if isinstance(value, (tuple, list)) else (value, value)
    if len(both) != 2:
        fail(name, repr(value), "one integer or a pair (vertical, horizontal)")
    vertical, horizontal = (integer(each, name, least) for each in both)
    return vertical, horizontal


def choice(value: T, name: str, options: Collection[T]) -> T:
    """Return `value` if it is one of `options`."""
    if value not in options:
        fail(name, repr(value), "one of " + ", ".join(map(repr, options)))
    return value


def keys(found: Mapping[str, object], known: Collection[str], name: str) -> None:
    """Refuse a mapping that has other keys than those that are known, or lacks one of them."""
    if not isinstance(found, Mapping):
        fail(name, f"a {type(found).__name__}", "a mapping of names to values")
    if more := sorted(found.keys() - set(known)):
        fail(f"a key of {name}", repr(more[0]), f"one of {', '.join(known)}")
    if less := sorted(set(known) - found.keys()):
        fail(f"{less[0]!r} of {name}", "missing", "told")


def native(x: Array) -> Array:
    """Return `x` as this machine computes with it.

    Arrays read from FITS files are big-endian; half precision is for storage and becomes single.
    """
    if isinstance(x, np.ndarray) and not x.dtype.isnative:
        x = x.astype(x.dtype.newbyteorder("="))
    if str(x.dtype) in ("float16", "torch.float16", "torch.bfloat16"):
        xp = array_namespace(x)
        x = xp.astype(x, xp.float32)
    return x


def image(x: Array, name: str) -> Array:
    """Return `x` as a floating-point array (..., H, W), or say what is wrong with it.

    Lists and arrays of 0 and 1 are converted to float64, big-endian and half-precision arrays as
    `native` says. Refused are other integers, complex
    numbers, NaN and infinities, fewer than two axes, and channels in the last place.
    """
    if not is_array_api_obj(x):
        x = np.asarray(x)  # type: ignore[assignment]  # a list, which no type of ours names
    x = native(x)
    if x.ndim < 2 or 0 in x.shape:
        fail(name, f"an array of shape {tuple(x.shape)}",
             "of shape (..., H, W), none of them 0; a signal is an image one pixel high, (1, N)")
    xp = array_namespace(x)
    if not xp.isdtype(x.dtype, "real floating"):
        integral = xp.isdtype(x.dtype, ("bool", "integral"))
        if not (integral and bool(xp.all((x == 0) | (x == 1)))):
            fail(name, f"of type {x.dtype}",
                 "floating point in linear light: divide 8-bit codes by 255 and linearise them "
                 "(optics.srgb_decode); convert counts with astype(float)")
        x = xp.astype(x, xp.float64)
    if not bool(xp.all(xp.isfinite(x))):
        fail(name, "not finite everywhere (NaN or infinity)", "finite")
    if x.ndim > 2 and x.shape[-1] in (3, 4) and x.shape[-3] not in (1, 3) and x.shape[-2] > 8:
        fail(name, f"of shape {tuple(x.shape)}, which looks like (H, W, channels)",
             "of shape (..., C, H, W): move the channels with np.moveaxis(x, -1, -3)")
    return x


def light(x: Array, name: str) -> Array:
    """Return the image `x`, nowhere negative; what rounding put below 0 becomes 0."""
    x = native(x)
    xp = array_namespace(x)
    least, most = float(xp.min(x)), float(xp.max(x))
    if least < -1e3 * xp.finfo(x.dtype).eps * max(most, 0.0):
        fail(name, f"{least:g} somewhere", "0 or greater: light and counts are")
    return xp.clip(x, 0.0, None)


def matching(x: Array, shape: Sequence[int], name: str) -> Array:
    """Return `x` if its shape is `shape`."""
    if tuple(x.shape) != tuple(shape):
        fail(name, f"of shape {tuple(x.shape)}", f"of shape {tuple(shape)}")
    return x


def matrix(values: ArrayLike, name: str) -> np.ndarray:
    """Return `values` as a read-only float64 NumPy array with two axes, finite."""
    values = np.array(values)
    if values.dtype.kind not in "biuf":
        fail(name, f"of type {values.dtype}", "of real numbers")
    values = values.astype(np.float64)
    if values.ndim != 2 or values.size == 0:
        fail(name, f"of shape {values.shape}", "two-dimensional; a row of k values is (1, k)")
    if not np.isfinite(values).all():
        fail(name, "not finite everywhere (NaN or infinity)", "finite")
    values.setflags(write=False)
    return values


def spot(values: ArrayLike, name: str, off: float = 0.5) -> np.ndarray:
    """Return the picture of a point, (h, w): finite light ≥ 0, centred to `off` pixels.

    A telescope's point-spread function with its centre of light elsewhere would move every star. A
    `Blur` may do that on purpose; a measurement of where stars are must not.
    """
    values = matrix(values, name)
    if values.min() < 0 or values.sum() <= 0:
        fail(name, "negative somewhere" if values.min() < 0 else "dark everywhere",
             "light: 0 or greater, and some of it")
    centre = [float(np.sum(values * grid) / values.sum()) for grid in np.indices(values.shape)]
    away = math.dist(centre, [n // 2 for n in values.shape])
    if away > off:
        fail(name, f"off its middle by {away:.2f} pixels", f"centred to {off:g}")
    return values
