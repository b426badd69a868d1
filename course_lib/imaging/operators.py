"""Cameras as linear operators: ``y = S(h * x)``.

An operator `A` maps a scene `x` to a measurement ``y = A(x)``. Its adjoint ``A.T`` is the one map
with ⟨A x, y⟩ = ⟨x, Aᵀ y⟩ for all x and y; ``A @ B`` applies `B` first. Operators act on the last
two axes of an array (..., H, W); everything in front is batch. A signal is an image one pixel
high, (1, N). The same operator works on NumPy arrays and on torch tensors, where it is
differentiable, since it is written against the array API.

>>> import numpy as np
>>> h = np.full((3, 3), 1 / 9)
>>> A = Downsample(2) @ Blur(h)            # y = S(h * x)
>>> x = np.zeros((4, 4)); x[1, 1] = 36.0
>>> A(x)
array([[4., 2.],
       [2., 1.]])
>>> y = np.ones((2, 2))
>>> bool(np.isclose(np.sum(A(x) * y), np.sum(x * A.T(y))))
True
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NoReturn, Self

import numpy as np
import scipy.fft
from array_api_compat import array_namespace, device, is_numpy_namespace
from numpy.typing import ArrayLike

from course_lib import validation
from course_lib.arrays import Array, Shape

try:
    import ducc0.fft as ducc  # SciPy's transforms, two thirds of the time (extra [fast])
except ImportError:
    ducc = None

__all__ = ["Blur", "Downsample", "Identity", "LinearOperator", "Matrix", "Shift", "Stack",
           "finer_grid"]


class LinearOperator:
    """A linear map on images (..., H, W), immutable.

    A subclass gives `_forward` and `_adjoint`, which may assume checked arrays, and `output_shape`
    and `input_shape` where the map changes shapes. Solvers call `_forward` and `_adjoint` in their
    inner loops; everyone else writes ``A(x)`` and ``A.T(y)``.
    """

    if TYPE_CHECKING:
        def _forward(self, x: Array, /) -> Array: ...
        def _adjoint(self, y: Array, /) -> Array: ...

    def _set(self, **attributes: object) -> None:
        vars(self).update(attributes)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is immutable: make a new one")

    def __call__(self, x: Array) -> Array:
        """Apply the operator to `x` (..., H, W); ValueError if `x` does not fit."""
        x = validation.image(x, "x")
        self.output_shape(x.shape)
        return self._forward(x)

    @property
    def T(self) -> LinearOperator:
        """The adjoint, itself an operator: ``A.T(y)``, ``A.T @ A``; ``A.T.T is A``."""
        return _Adjoint(self)

    def __matmul__(self, other: LinearOperator) -> LinearOperator:
        """``(A @ B)(x) == A(B(x))``."""
        return _Composition(self, other)

    def output_shape(self, shape: Shape) -> Shape:
        """Shape of ``A(x)`` for an `x` of `shape` (..., H, W); ValueError if it does not fit."""
        return tuple(shape)

    def input_shape(self, shape: Shape) -> Shape:
        """Shape of the `x` whose ``A(x)`` has `shape`."""
        return tuple(shape)

    def dense(self, shape: Shape) -> np.ndarray:
        """The matrix of the operator on images of `shape` (H, W): NumPy, one column per pixel.

        >>> Downsample((1, 2)).dense((1, 4))
        array([[0.5, 0.5, 0. , 0. ],
               [0. , 0. , 0.5, 0.5]])
        """
        self.output_shape(shape)
        n = math.prod(shape)
        return self._forward(np.eye(n).reshape(n, *shape)).reshape(n, -1).T.copy()


class _Adjoint(LinearOperator):
    operator: LinearOperator

    def __init__(self, operator: LinearOperator) -> None:
        self._set(operator=operator)

    T = property(lambda self: self.operator)

    def _forward(self, y: Array) -> Array:
        return self.operator._adjoint(y)

    def _adjoint(self, x: Array) -> Array:
        return self.operator._forward(x)

    def output_shape(self, shape: Shape) -> Shape:
        scene = self.operator.input_shape(shape)
        self.operator.output_shape(scene)  # a scene of this shape must fit the operator
        return scene

    def input_shape(self, shape: Shape) -> Shape:
        return self.operator.output_shape(shape)

    def __repr__(self) -> str:
        return f"{self.operator}.T"


class _Composition(LinearOperator):
    outer: LinearOperator
    inner: LinearOperator

    def __init__(self, outer: LinearOperator, inner: LinearOperator) -> None:
        for operator in (outer, inner):
            if not isinstance(operator, LinearOperator):
                validation.fail("a factor of A @ B", f"a {type(operator).__name__}",
                                "a LinearOperator (apply an operator to an array with A(x))")
        self._set(outer=outer, inner=inner)

    def _forward(self, x: Array) -> Array:
        return self.outer._forward(self.inner._forward(x))

    def _adjoint(self, y: Array) -> Array:
        return self.inner._adjoint(self.outer._adjoint(y))

    def output_shape(self, shape: Shape) -> Shape:
        return self.outer.output_shape(self.inner.output_shape(shape))

    def input_shape(self, shape: Shape) -> Shape:
        return self.inner.input_shape(self.outer.input_shape(shape))

    def __repr__(self) -> str:
        return f"{self.outer} @ {self.inner}"


class Identity(LinearOperator):
    """``y = x``: a perfect camera."""

    def _forward(self, x: Array) -> Array:
        return x

    _adjoint = _forward

    def __repr__(self) -> str:
        return "Identity()"


class Matrix(LinearOperator):
    """``y = M x`` for a matrix `M` (m, n) that acts on signals (..., 1, n).

    >>> Matrix([[0.8, 0.2], [0.2, 0.8]])(np.array([[10.0, 2.0]]))
    array([[8.4, 3.6]])
    """

    matrix: np.ndarray

    def __init__(self, matrix: ArrayLike) -> None:
        self._set(matrix=validation.matrix(matrix, "matrix"))

    def _forward(self, x: Array) -> Array:
        return x @ _like(self.matrix, x).T

    def _adjoint(self, y: Array) -> Array:
        return y @ _like(self.matrix, y)

    def output_shape(self, shape: Shape) -> Shape:
        m, n = self.matrix.shape
        return self._resize(shape, m, n, "x")

    def input_shape(self, shape: Shape) -> Shape:
        m, n = self.matrix.shape
        return self._resize(shape, n, m, "y")

    def _resize(self, shape: Shape, to: int, n: int, name: str) -> Shape:
        if tuple(shape[-2:]) != (1, n):
            validation.fail(name, f"of shape {tuple(shape)}", f"of shape (..., 1, {n})")
        return (*shape[:-1], to)


class Blur(LinearOperator):
    r"""Convolution with a point-spread function: ``y = h * x``.

    .. math:: y[i] = \sum_j h[j]\; x[i - (j - c)], \qquad c = k // 2 \text{ on each axis}

    Parameters
    ----------
    psf : array (kh, kw)
        Point-spread function `h`, centred at index ``(kh // 2, kw // 2)``, no larger than the
        image. A camera's is ≥ 0 and sums to 1 (then light is conserved); neither is required.
    boundary : {"periodic", "reflect", "zero"}
        What lies outside the picture: its other side, its mirror image (the edge pixel is
        repeated: half-sample symmetry), or darkness.

    Notes
    -----
    On the picture extended to a larger, periodic one, convolution is a product of Fourier
    transforms. So y = R C E x: extend, convolve circularly, restrict to the first H × W pixels; the
    adjoint is Eᵀ Cᵀ Rᵀ, where Cᵀ has the conjugate transfer function, Rᵀ pads with zeros, and Eᵀ
    folds the mirror image back. With this mirror a psf that is symmetric along both axes gives
    Aᵀ = A. With borders that repeat the edge it does not once the psf is more than 3 pixels wide
    (up to 3 they are this mirror), nor with a mirror about the centres of the edge pixels.

    Examples
    --------
    >>> x = np.array([[0.0, 0.0, 4.0, 0.0]])
    >>> A = Blur([[1.0, 2.0, 3.0]], "zero")
    >>> A(x).round(9) + 0.0                             # the psf appears where the light is
    array([[ 0.,  4.,  8., 12.]])
    >>> A.T(x).round(9) + 0.0                           # the adjoint correlates
    array([[ 0., 12.,  8.,  4.]])
    """

    psf: np.ndarray | None
    boundary: str
    _response: Callable[[np.ndarray], ArrayLike] | np.ndarray  # where there is no psf
    _cache: dict[tuple, tuple[Any, Any, list]]

    def __init__(self, psf: ArrayLike, boundary: str = "periodic") -> None:
        validation.choice(boundary, "boundary", ("periodic", "reflect", "zero"))
        if np.iscomplexobj(psf):
            validation.fail("psf", "complex", "real")
        psf = validation.matrix(psf, "psf")
        self._set(psf=psf, boundary=boundary, _response=None, _cache={})

    @classmethod
    def from_otf(cls, otf: Callable[[np.ndarray], ArrayLike] | ArrayLike) -> Self:
        """Periodic blur from a transfer function instead of a psf.

        Parameters
        ----------
        otf : callable or array (H, W // 2 + 1)
            A function of the radial frequency √(fy² + fx²) in cycles per pixel (such as
            ``lambda f: optics.airy_otf(f, 0.25)``), or the values themselves on the half grid of
            `numpy.fft.rfft2`, for images H × W only.
        """
        if not callable(otf):
            otf = np.array(otf)
            if otf.ndim != 2 or not np.isfinite(otf).all():
                validation.fail("otf", f"an array of shape {otf.shape}",
                                "a function or a finite array (H, W // 2 + 1)")
        blur = cls.__new__(cls)
        blur._set(psf=None, boundary="periodic", _response=otf, _cache={})
        return blur

    def otf(self, shape: Shape) -> np.ndarray:
        """Transfer function on the half grid of `numpy.fft.rfft2`: complex (H, W // 2 + 1).

        Row j is the vertical frequency ``np.fft.fftfreq(H)[j]``, column k the horizontal
        ``np.fft.rfftfreq(W)[k]``, in cycles per pixel; ``[0, 0]`` is the sum of the psf. A psf
        that is centred has its centre moved to pixel (0, 0) first; forget it and the picture moves.
        """
        if self.boundary != "periodic":
            validation.fail("boundary", repr(self.boundary),
                            "'periodic': no other blur is diagonal in the Fourier basis")
        self.output_shape(shape)
        return self._otf(tuple(shape[-2:]))

    def _otf(self, shape: Shape) -> np.ndarray:
        if self.psf is not None:
            (kh, kw), embedded = self.psf.shape, np.zeros(shape)
            embedded[:kh, :kw] = self.psf
            return np.fft.rfft2(np.roll(embedded, (-(kh // 2), -(kw // 2)), axis=(0, 1)))
        if callable(self._response):
            fy, fx = np.fft.fftfreq(shape[0])[:, None], np.fft.rfftfreq(shape[1])
            return np.asarray(self._response(np.hypot(fy, fx)), dtype=complex)
        return self._response.astype(complex)

    def output_shape(self, shape: Shape) -> Shape:
        if self.psf is not None:
            if any(k > n for k, n in zip(self.psf.shape, shape[-2:], strict=True)):
                validation.fail("psf", f"of shape {self.psf.shape}",
                                f"no larger than the image, {tuple(shape[-2:])}")
        elif not callable(self._response):
            needed = (shape[-2], shape[-1] // 2 + 1)
            validation.matching(self._response, needed, "otf")
        return tuple(shape)

    def _extent(self, shape: Shape) -> Shape:
        """Size of the periodic picture that holds this one and its border."""
        if self.boundary == "periodic":
            return shape
        if self.boundary == "reflect":
            return tuple(2 * n for n in shape)
        assert self.psf is not None  # a blur without is periodic
        return tuple(scipy.fft.next_fast_len(n + k // 2, real=True)
                     for n, k in zip(shape, self.psf.shape, strict=True))

    def _convolve(self, x: Array, extent: Shape, shape: Shape, adjoint: bool) -> Array:
        """Convolve circularly on `extent`, beyond `x` dark; returns the first pixels, `shape`."""
        xp = array_namespace(x)
        key = (extent, xp.__name__, x.dtype, str(device(x)))
        if key not in self._cache:
            otf = _like(self._otf(extent), x)
            self._cache[key] = otf, xp.conj(otf), []
        *factors, spare = self._cache[key]
        if ducc is not None and x.dtype in (np.float32, np.float64):  # it takes no others in place
            return _convolve_ducc(x, factors[adjoint], extent, shape, spare)
        fft = scipy.fft if is_numpy_namespace(xp) else xp.fft  # SciPy's is twice as fast
        # Axis by axis: rows that are dark, or that nobody wants, are never transformed.
        spectrum = fft.fft(fft.rfft(x, n=extent[1], axis=-1), n=extent[0], axis=-2)
        spectrum *= factors[adjoint]
        rows = fft.ifft(spectrum, axis=-2)[..., :shape[0], :]
        return fft.irfft(rows, n=extent[1], axis=-1)[..., :shape[1]]

    def _forward(self, x: Array) -> Array:
        shape = tuple(x.shape[-2:])
        extent = self._extent(shape)
        if self.boundary == "reflect":
            xp = array_namespace(x)
            for axis in (-2, -1):
                x = xp.concat([x, xp.flip(x, axis=axis)], axis=axis)
        return self._convolve(x, extent, shape, adjoint=False)

    def _adjoint(self, y: Array) -> Array:
        height, width = shape = tuple(y.shape[-2:])
        extent = self._extent(shape)
        if self.boundary != "reflect":
            return self._convolve(y, extent, shape, adjoint=True)
        flip = array_namespace(y).flip
        x = self._convolve(y, extent, extent, adjoint=True)
        x = x[..., :height, :] + flip(x[..., height:, :], axis=-2)
        return x[..., :width] + flip(x[..., width:], axis=-1)

    def __repr__(self) -> str:
        kind = "otf" if self.psf is None else "{}×{} psf".format(*self.psf.shape)
        return f"Blur({kind}, {self.boundary!r})"


def _convolve_ducc(x, factor, extent, shape, spare):
    """`Blur._convolve` in memory of its own, which the next call finds in `spare`."""
    (height, width), last, threads = x.shape[-2:], x.ndim - 1, scipy.fft.get_workers()
    sizes = [(*x.shape[:-2], max(height, shape[0]), extent[1]),
             (*x.shape[:-2], extent[0], extent[1] // 2 + 1)]
    try:
        room = spare.pop()  # threads don't share one
    except IndexError:
        room = ()
    if [v.shape for v in room] != sizes:
        room = np.empty(sizes[0], x.dtype), np.empty(sizes[1], factor.dtype)
    padded, spectrum = room
    padded[..., :height, :width] = x
    padded[..., :height, width:] = 0
    ducc.r2c(padded[..., :height, :], [last], out=spectrum[..., :height, :], nthreads=threads)
    spectrum[..., height:, :] = 0
    ducc.c2c(spectrum, [last - 1], out=spectrum, nthreads=threads)
    spectrum *= factor
    ducc.c2c(spectrum, [last - 1], forward=False, inorm=2, out=spectrum, nthreads=threads)
    ducc.c2r(spectrum[..., : shape[0], :], [last], lastsize=extent[1], forward=False, inorm=2,
             out=padded[..., : shape[0], :], nthreads=threads)
    result = padded[..., : shape[0], : shape[1]].copy()
    spare.append(room)
    return result


class Shift(Blur):
    """Move a periodic picture by (`dy`, `dx`) pixels, down and right, fractions included.

    Every frequency is turned by its phase, exp(-2πi(fy·dy + fx·dx)). A real picture cannot hold
    a turned Nyquist frequency, so that one is multiplied by cos(π d), the part that survives
    sampling. Whole pixels agree with `numpy.roll`.

    >>> np.round(Shift(0, 1)(np.array([[1.0, 2.0, 3.0]])), 12)
    array([[3., 1., 2.]])
    """

    dy: float
    dx: float

    def __init__(self, dy: float, dx: float) -> None:
        dy, dx = validation.real(dy, "dy"), validation.real(dx, "dx")
        self._set(dy=dy, dx=dx, psf=None, boundary="periodic", _cache={})

    output_shape = LinearOperator.output_shape

    def _otf(self, shape: Shape) -> np.ndarray:
        frequencies = np.fft.fftfreq(shape[0])[:, None], np.fft.rfftfreq(shape[1])
        vertical, horizontal = (
            np.where(np.abs(f) == 0.5, np.cos(np.pi * d), np.exp(-2j * np.pi * f * d))
            for f, d in zip(frequencies, (self.dy, self.dx), strict=True)
        )
        return vertical * horizontal

    def __repr__(self) -> str:
        return f"Shift({self.dy:g}, {self.dx:g})"


class Downsample(LinearOperator):
    """Sampling by a coarser pixel: ``y = S(x)``, `factor` times fewer pixels along each axis.

    Pixel centres sit at integers + ½, so coarse pixel j covers fine pixels s·j … s·j + s − 1 and a
    ramp x[i] = i becomes y[j] = s·j + (s − 1)/2.

    Parameters
    ----------
    factor : int or (int, int)
        `s`, or (vertical, horizontal); H and W must be divisible by it. Signals: ``(1, s)``.
    kernel : {"area", "sum", "bicubic"}
        "area": the mean over a block, the brightness that a square pixel records; AAᵀ = I/(sy·sx).
        "sum": the sum over a block, for scenes in photons a pixel: light is conserved, Σ Ax = Σ x.
        "bicubic": Keys' cubic (a = −½) stretched by the factor so that it also weakens what would
        alias; weights that would reach over the edge are dropped and the rest rescaled to sum to 1.

    References
    ----------
    Keys, IEEE Trans. ASSP 29 (1981) 1153, doi:10.1109/TASSP.1981.1163711 (the cubic kernel).

    Examples
    --------
    >>> Downsample((1, 4))(np.arange(8.0)[None])
    array([[1.5, 5.5]])
    >>> Downsample((1, 4), "sum")(np.arange(8.0)[None])
    array([[ 6., 22.]])
    """

    factor: tuple[int, int]
    kernel: str
    _cache: dict[tuple, Any]

    def __init__(self, factor: int | tuple[int, int], kernel: str = "area") -> None:
        validation.choice(kernel, "kernel", ("area", "sum", "bicubic"))
        self._set(factor=validation.pair(factor, "factor"), kernel=kernel, _cache={})

    def output_shape(self, shape: Shape) -> Shape:
        (*batch, height, width), (sy, sx) = shape, self.factor
        if height % sy or width % sx:
            validation.fail("x", f"{height} × {width} pixels",
                            f"divisible by the factor {sy} × {sx} (a signal's is (1, s))")
        return (*batch, height // sy, width // sx)

    def input_shape(self, shape: Shape) -> Shape:
        *batch, height, width = shape
        return (*batch, height * self.factor[0], width * self.factor[1])

    def _forward(self, x: Array) -> Array:
        (*batch, height, width), (sy, sx) = x.shape, self.factor
        if self.kernel == "bicubic":
            rows, columns = self._weights((height, width), x)
            return rows @ x @ columns.T
        xp = array_namespace(x)
        blocks = xp.reshape(x, (*batch, height // sy, sy, width // sx, sx))
        return (xp.sum if self.kernel == "sum" else xp.mean)(blocks, axis=(-3, -1))

    def _adjoint(self, y: Array) -> Array:
        (*batch, height, width), (sy, sx) = y.shape, self.factor
        shape = self.input_shape(y.shape)
        if self.kernel == "bicubic":
            rows, columns = self._weights(shape[-2:], y)
            return rows.T @ y @ columns
        xp = array_namespace(y)
        blocks = xp.broadcast_to(y[..., :, None, :, None], (*batch, height, sy, width, sx))
        # The mean divides, so its adjoint does, too; a sum's hands on what it gets.
        return xp.reshape(blocks, shape) / (1 if self.kernel == "sum" else sy * sx)

    def _weights(self, shape, x):
        key = (shape, array_namespace(x).__name__, x.dtype, str(device(x)))
        if key not in self._cache:
            self._cache[key] = [_like(_cubic_weights(n, s), x)
                                for n, s in zip(shape, self.factor, strict=True)]
        return self._cache[key]

    def __repr__(self) -> str:
        return f"Downsample({self.factor}, {self.kernel!r})"


class Stack(LinearOperator):
    """Several measurements of one scene: K operators, frames along a new axis before the last two.

    ``Stack([A1, A2])(x)`` has shape (..., K, h, w); the adjoint adds what every frame says.

    >>> Stack([Identity(), Shift(0, 1)])(np.array([[1.0, 2.0, 3.0]])).shape
    (2, 1, 3)
    """

    operators: tuple[LinearOperator, ...]

    def __init__(self, operators: Iterable[LinearOperator]) -> None:
        operators = tuple(operators)
        if not operators or not all(isinstance(A, LinearOperator) for A in operators):
            validation.fail("operators", repr(operators), "one or more LinearOperators")
        self._set(operators=operators)

    def _forward(self, x: Array) -> Array:
        return array_namespace(x).stack([A._forward(x) for A in self.operators], axis=-3)

    def _adjoint(self, y: Array) -> Array:
        frames = [A._adjoint(y[..., k, :, :]) for k, A in enumerate(self.operators)]
        return sum(frames[1:], frames[0])

    def output_shape(self, shape: Shape) -> Shape:
        first, *others = [A.output_shape(shape) for A in self.operators]
        if any(other != first for other in others):
            validation.fail("operators", f"giving frames of shapes {[first, *others]}",
                            "giving frames of one shape")
        return (*first[:-2], len(self.operators), *first[-2:])

    def input_shape(self, shape: Shape) -> Shape:
        if len(shape) < 3 or shape[-3] != len(self.operators):
            validation.fail("y", f"of shape {tuple(shape)}",
                            f"of shape (..., {len(self.operators)}, h, w)")
        return self.operators[0].input_shape((*shape[:-3], *shape[-2:]))

    def __repr__(self) -> str:
        return f"Stack({list(self.operators)})"


def finer_grid(
    psf: ArrayLike, factor: int | tuple[int, int] = 2, boundary: str = "periodic"
) -> LinearOperator:
    r"""Camera whose scene lives on a grid `factor` times finer than its pixels.

    .. math:: y = S(h * x), \qquad \textstyle\sum y = \sum x

    It is ``Downsample(factor, "sum") @ Blur(psf, boundary)``, for a point-spread function that was
    measured or computed on the *finer* grid; `factor` 1 gives ``Blur(psf, boundary)``.

    Parameters
    ----------
    psf : array (kh, kw)
        ≥ 0, on the finer grid, its light centred at ``(kh // 2, kw // 2)`` to within one of its
        pixels; scaled to sum 1. The recording pixel's own width is not in it, since the sum over
        the block adds that. (A star's picture on the recording pixels has it already: use ``Blur``
        and no finer grid.)
    factor : int or (int, int)
        Pixels of the scene along each side of a recording pixel.
    boundary : {"periodic", "reflect", "zero"}
        As for `Blur`. "periodic" conserves light, "reflect" does if the psf is symmetric along both
        axes, "zero" loses what leaves the picture.

    Returns
    -------
    LinearOperator
        From photons on the finer grid (..., H, W) to photons on the pixels.

    Raises
    ------
    ValueError
        For a psf that is negative, dark, not finite or off its centre: the scene would come back
        moved by as much.

    Notes
    -----
    A finer grid for the scene adds unknowns and no measurement: all of them are null or hang
    on the prior. What it buys is that point sources need not sit on pixel centres.

    Examples
    --------
    >>> A = finer_grid(np.full((1, 3), 1 / 3), factor=(1, 2))
    >>> x = np.array([[0.0, 0.0, 0.0, 6.0, 0.0, 0.0]])
    >>> A(x).round(9) + 0.0
    array([[0., 4., 2.]])
    """
    psf = validation.matrix(psf, "psf")
    total = psf.sum()
    if psf.min() < 0 or total <= 0:
        validation.fail("psf", f"{psf.min():g} at its least, with sum {total:g}",
                        "0 or greater, with some light in it (clip what noise put below 0)")
    places = zip(np.indices(psf.shape), psf.shape, strict=True)
    off = [float(np.sum(place * psf) / total - k // 2) for place, k in places]
    if max(map(abs, off)) > 1:
        validation.fail("psf", f"off its centre by ({off[0]:.1f}, {off[1]:.1f}) pixels",
                        f"centred at {psf.shape[0] // 2, psf.shape[1] // 2}: cut it out round its "
                        "light, or move it with np.roll")
    blur = Blur(psf / total, boundary)
    factor = validation.pair(factor, "factor")
    return blur if factor == (1, 1) else Downsample(factor, "sum") @ blur


def _like(values: np.ndarray, x: Array) -> Array:
    """`values` (NumPy) in the array library, precision and device of `x`; complex stays complex."""
    xp = array_namespace(x)
    if np.iscomplexobj(values):
        dtype = xp.complex64 if x.dtype == xp.float32 else xp.complex128
    else:
        dtype = x.dtype
    return xp.asarray(np.array(values), dtype=dtype, device=device(x))


def _cubic_weights(n: int, s: int) -> np.ndarray:
    """Matrix (n / s, n) of Keys' cubic (a = −½), stretched by `s`, rows summing to 1."""
    centres = (np.arange(n // s) + 0.5) * s - 0.5
    t = np.abs(np.arange(n) - centres[:, None]) / s
    weights = np.where(t < 1, 1.5 * t**3 - 2.5 * t**2 + 1,
                       np.where(t < 2, -0.5 * t**3 + 2.5 * t**2 - 4 * t + 2, 0))
    return weights / weights.sum(axis=1, keepdims=True)
