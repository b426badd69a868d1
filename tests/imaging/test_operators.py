"""Laws of the operators: adjoints, closed forms, agreement between libraries, honest errors."""

import copy
import subprocess
import sys

import numpy as np
import pytest

from course_lib import validation
from course_lib.imaging import operators
from course_lib.imaging.operators import (
    Blur,
    Downsample,
    Identity,
    Matrix,
    Shift,
    Stack,
    finer_grid,
)

RNG = np.random.default_rng(0)
LOPSIDED = {shape: RNG.random(shape) for shape in [(1, 1), (3, 3), (4, 5), (2, 6), (1, 4), (1, 5)]}
BOUNDARIES = ["periodic", "reflect", "zero"]


def relative_adjoint_error(A, shape, batch=(2,)):
    x = RNG.standard_normal((*batch, *shape))
    y = RNG.standard_normal(A.output_shape(x.shape))
    left, right = np.sum(A(x) * y), np.sum(x * A.T(y))
    assert A.T(y).shape == x.shape
    return abs(left - right) / (np.linalg.norm(A(x)) * np.linalg.norm(y))


def direct_blur(x, psf, boundary):
    """y[i] = Σ h[j] x[i − (j − c)], written as a sum of shifted pictures."""
    (H, W), (kh, kw) = x.shape, psf.shape
    pads = [(H, H), (W, W)]
    mode = {"periodic": "wrap", "reflect": "symmetric", "zero": "constant"}[boundary]
    padded = np.pad(x, pads, mode=mode)
    y = np.zeros_like(x)
    for j in range(kh):
        for k in range(kw):
            top, left = H - (j - kh // 2), W - (k - kw // 2)
            y += psf[j, k] * padded[top:top + H, left:left + W]
    return y


@pytest.mark.parametrize("boundary", BOUNDARIES)
@pytest.mark.parametrize("psf", LOPSIDED.values())
@pytest.mark.parametrize("shape", [(8, 9), (7, 6), (1, 11), (1, 12)])
def test_blur_is_the_convolution_sum_and_its_adjoint_is_exact(shape, psf, boundary):
    psf = psf[:shape[0]]  # a psf must fit the picture
    A = Blur(psf, boundary)
    x = RNG.standard_normal(shape)
    np.testing.assert_allclose(A(x), direct_blur(x, psf, boundary), atol=1e-12)
    assert relative_adjoint_error(A, shape) < 1e-12
    np.testing.assert_allclose(A.T.dense(shape), A.dense(shape).T, atol=1e-12)


@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_psf_as_large_as_the_picture(boundary):
    psf, x = RNG.random((5, 6)), RNG.random((5, 6))
    np.testing.assert_allclose(Blur(psf, boundary)(x), direct_blur(x, psf, boundary), atol=1e-12)
    assert relative_adjoint_error(Blur(psf, boundary), (5, 6)) < 1e-12


def test_an_impulse_shows_the_psf_where_the_light_is():
    psf = np.array([[0.0, 0.2, 0.0], [0.1, 0.4, 0.3], [0.0, 0.0, 0.0]])
    x = np.zeros((1, 16, 16))
    x[0, 10, 5] = 1
    np.testing.assert_allclose(Blur(psf)(x)[0, 9:12, 4:7], psf, atol=1e-15)
    assert np.argmax(Blur(psf)(x)) == 10 * 16 + 5


def test_unshifted_psf_moves_an_impulse_from_10_to_26():
    """The mistake that `otf` guards against, on a 64-sample signal with a centred 33-tap psf."""
    psf = np.exp(-0.5 * (np.arange(33) - 16.0) ** 2)
    psf /= psf.sum()
    x = np.zeros((1, 64))
    x[0, 10] = 1
    wrong = np.fft.irfft(np.fft.rfft(x) * np.fft.rfft(psf, 64), 64)
    assert np.argmax(wrong) == 26
    assert np.argmax(Blur(psf[None])(x)) == 10


def test_reflecting_and_periodic_borders_conserve_light_zero_borders_lose_it():
    psf = LOPSIDED[4, 5] / LOPSIDED[4, 5].sum()
    flat = np.ones((9, 8))
    for boundary in ("periodic", "reflect"):
        np.testing.assert_allclose(Blur(psf, boundary)(flat), 1, atol=1e-12)
    assert Blur(psf, "zero")(flat).min() < 0.9


def test_half_sample_mirror_is_self_adjoint_for_symmetric_psfs_only():
    symmetric = Blur(np.outer([1, 2, 1], [1, 3, 5, 3, 1]), "reflect").dense((6, 7))
    np.testing.assert_allclose(symmetric, symmetric.T, atol=1e-12)
    even = Blur(np.full((1, 4), 0.25), "reflect").dense((1, 8))
    assert np.abs(even - even.T).max() > 0.2


@pytest.mark.parametrize("shape", [(6, 8), (5, 7), (1, 9)])
def test_otf_is_the_eigenvalue_of_a_periodic_blur(shape):
    psf = RNG.random((1, 4) if shape[0] == 1 else (4, 3))
    A = Blur(psf)
    otf = A.otf(shape)
    assert otf.shape == (shape[0], shape[1] // 2 + 1)
    np.testing.assert_allclose(otf[0, 0], psf.sum())
    i, j = np.indices(shape)
    fy, fx = np.fft.fftfreq(shape[0])[-1], np.fft.rfftfreq(shape[1])[2]
    wave = np.exp(2j * np.pi * (fy * i + fx * j))
    np.testing.assert_allclose(A(wave.real) + 1j * A(wave.imag), otf[-1, 2] * wave, atol=1e-12)
    with pytest.raises(ValueError, match="boundary is 'zero'; it must be 'periodic'"):
        Blur(psf, "zero").otf(shape)


@pytest.mark.parametrize("shape", [(6, 8), (5, 7)])
def test_blur_from_otf(shape):
    psf_blur = Blur(RNG.random((4, 3)))
    x = RNG.random((3, *shape))
    np.testing.assert_allclose(Blur.from_otf(psf_blur.otf(shape))(x), psf_blur(x), atol=1e-12)
    low_pass = Blur.from_otf(lambda f: np.clip(1 - f / 0.3, 0, None))
    assert relative_adjoint_error(low_pass, shape) < 1e-12
    np.testing.assert_allclose(low_pass(np.ones(shape)), 1)
    rough = Blur.from_otf(RNG.random(psf_blur.otf(shape).shape) * 1j)  # not even Hermitian
    assert relative_adjoint_error(rough, shape) < 1e-12
    with pytest.raises(ValueError, match=r"otf is of shape .* it must be of shape \(4, 3\)"):
        Blur.from_otf(psf_blur.otf(shape))(np.ones((4, 4)))


@pytest.mark.parametrize("kernel", ["area", "sum", "bicubic"])
@pytest.mark.parametrize("shape, factor", [((8, 12), 4), ((9, 15), 3), ((6, 10), (3, 2)),
                                           ((1, 12), (1, 4))])
def test_downsample_adjoint(shape, factor, kernel):
    A = Downsample(factor, kernel)
    assert relative_adjoint_error(A, shape, batch=(2, 3)) < 1e-12
    sy, sx = (factor, factor) if isinstance(factor, int) else factor
    total = sy * sx if kernel == "sum" else 1
    np.testing.assert_allclose(A(np.ones(shape)), total, atol=1e-12)
    assert A.output_shape((5, *shape)) == (5, shape[0] // sy, shape[1] // sx)
    assert A.input_shape(A.output_shape(shape)) == shape


def test_area_pixels_have_A_A_transposed_equal_to_identity_over_s_squared():
    A = Downsample(4).dense((8, 12))
    np.testing.assert_allclose(A @ A.T, np.eye(6) / 16, atol=1e-15)
    assert np.linalg.matrix_rank(Downsample(4).dense((16, 16))) == 16


def test_a_sum_counts_the_light_of_a_block():
    x = RNG.random((2, 6, 8))
    A = Downsample((3, 2), "sum")
    np.testing.assert_allclose(A(x), 6 * Downsample((3, 2))(x), atol=1e-12)
    np.testing.assert_allclose(A(x).sum((-2, -1)), x.sum((-2, -1)))
    np.testing.assert_allclose((A @ A.T).dense((2, 4)), 6 * np.eye(8), atol=1e-12)


# --- scenes on a finer grid than the pixels -------------------------------------------------------

@pytest.mark.parametrize("boundary", BOUNDARIES)
@pytest.mark.parametrize("factor", [1, 2, 3, (1, 2), (2, 1)])
def test_a_finer_grid_conserves_light_and_has_an_exact_adjoint(factor, boundary):
    psf = 7 * RNG.random((5, 3))  # of any sum
    A = finer_grid(psf, factor, boundary)
    x = RNG.random((2, 12, 18))
    assert relative_adjoint_error(A, (12, 18)) < 1e-12
    if boundary == "periodic":
        np.testing.assert_allclose(A(x).sum((-2, -1)), x.sum((-2, -1)))
    even = finer_grid(psf + psf[::-1] + psf[:, ::-1] + psf[::-1, ::-1], factor, "reflect")
    np.testing.assert_allclose(even(x).sum((-2, -1)), x.sum((-2, -1)))
    inner = np.zeros((12, 18))
    inner[4:8, 4:14] = 1  # no light near the border: none is lost there
    np.testing.assert_allclose(A(inner).sum(), 40)
    np.testing.assert_allclose(
        A(x), Downsample(factor, "sum")(Blur(psf / psf.sum(), boundary)(x)), atol=1e-12)


def test_a_finer_grid_that_is_no_finer_is_the_blur():
    psf, x = RNG.random((3, 3)), RNG.random((6, 7))
    A = finer_grid(psf, 1, "reflect")
    assert isinstance(A, Blur)
    np.testing.assert_array_equal(A(x), Blur(psf / psf.sum(), "reflect")(x))


def test_a_source_between_pixels_divides_its_light_as_its_place_says():
    A = finer_grid([[1.0]], 4)
    x = np.zeros((8, 8))
    x[3, 3] = 10
    np.testing.assert_allclose(A(x), [[10, 0], [0, 0]], atol=1e-12)
    wide = finer_grid(np.full((1, 5), 0.2), (1, 4))  # a psf that reaches over the pixel's border
    np.testing.assert_allclose(wide(x)[3].round(12), [6, 4])


@pytest.mark.parametrize("psf, told", [
    ([[0.0, 1.0, -0.1]], "-0.1 at its least"), (np.zeros((3, 3)), "sum 0"),
    ([[np.nan, 1.0, 0.0]], "finite"), (np.eye(7)[:1], r"off its centre by \(0.0, -3.0\)"),
    (np.eye(9)[:, 8:], r"off its centre by \(4.0, 0.0\)"), ([1.0, 2.0], "two-dimensional")])
def test_a_psf_that_is_none_is_refused(psf, told):
    with pytest.raises(ValueError, match=told):
        finer_grid(psf)


@pytest.mark.parametrize("kernel, inner", [("area", slice(None)), ("bicubic", slice(2, -2))])
def test_pixel_centres_a_ramp_maps_to_s_j_plus_half_s_minus_1(kernel, inner):
    s, ramp = 4, np.arange(40.0)[None]
    y = Downsample((1, s), kernel)(ramp)[0]
    np.testing.assert_allclose(y[inner], (s * np.arange(10) + (s - 1) / 2)[inner], atol=1e-12)
    assert np.allclose(y[inner] - ramp[0, ::s][inner], 1.5)  # x[::4] is a pixel and a half off


def test_bicubic_is_the_anti_aliased_bicubic_of_torch():
    torch = pytest.importorskip("torch")
    x = torch.from_numpy(RNG.random((1, 3, 24, 32)))
    expected = torch.nn.functional.interpolate(
        x, scale_factor=0.25, mode="bicubic", antialias=True, align_corners=False)
    np.testing.assert_allclose(Downsample(4, "bicubic")(x), expected, atol=1e-12)


@pytest.mark.parametrize("shape", [(8, 9), (7, 6), (1, 10)])
def test_shift(shape):
    x = RNG.standard_normal((2, *shape))
    dy = 0 if shape[0] == 1 else 2
    np.testing.assert_allclose(Shift(dy, -3)(x), np.roll(x, (dy, -3), (-2, -1)), atol=1e-12)
    half = Shift(0.5 * dy, 0.3)
    assert relative_adjoint_error(half, shape) < 1e-12
    np.testing.assert_allclose(half.T.dense(shape), Shift(-0.5 * dy, -0.3).dense(shape), atol=1e-12)
    t = np.arange(shape[1]) / shape[1]
    wave = np.broadcast_to(np.cos(2 * np.pi * 2 * t), shape)
    moved = np.broadcast_to(np.cos(2 * np.pi * 2 * (t - 0.3 / shape[1])), shape)
    np.testing.assert_allclose(half(wave), moved, atol=1e-12)


def test_shift_keeps_of_the_nyquist_frequency_what_sampling_keeps():
    i, j = np.indices((6, 8))
    for wave in ((-1.0) ** i * np.cos(2 * np.pi * j / 8), (-1.0) ** i):
        np.testing.assert_allclose(Shift(0.3, 0)(wave), np.cos(0.3 * np.pi) * wave, atol=1e-12)


def test_stack_and_composition():
    camera = Downsample(2) @ Blur(LOPSIDED[3, 3], "reflect")
    A = Stack([camera @ Shift(0, d) for d in (0.0, 0.5, 1.0)])
    x = RNG.random((2, 6, 8))
    assert A(x).shape == A.output_shape(x.shape) == (2, 3, 3, 4)
    assert A.input_shape((2, 3, 3, 4)) == (2, 6, 8)
    assert relative_adjoint_error(A, (6, 8)) < 1e-12
    np.testing.assert_allclose(A.dense((6, 8)) @ x[0].ravel(), A(x[0]).ravel(), atol=1e-12)
    y = RNG.random((2, 3, 4))
    np.testing.assert_array_equal(camera.T(y), camera.inner.T(camera.outer.T(y)))
    reverse = camera.inner.T @ camera.outer.T
    np.testing.assert_array_equal(camera.T(y), reverse(y))
    assert camera.T.T is camera and A.T.output_shape((3, 3, 4)) == (6, 8)
    normal = camera.T @ camera
    np.testing.assert_allclose(normal.dense((6, 8)), normal.dense((6, 8)).T, atol=1e-12)


def test_dense_is_the_operator():
    A, x = Blur(LOPSIDED[4, 5], "reflect"), RNG.random((16, 5))
    assert A.dense((16, 5)).dtype == np.float64
    np.testing.assert_allclose(A.dense((16, 5)) @ x.ravel(), A(x).ravel(), atol=1e-12)
    np.testing.assert_array_equal(Identity().dense((2, 3)), np.eye(6))
    M = RNG.random((3, 5))
    np.testing.assert_allclose(Matrix(M).dense((1, 5)), M)
    assert Matrix(M).T(np.ones((4, 1, 3))).shape == (4, 1, 5)


ALL = {
    "blur periodic": Blur(LOPSIDED[4, 5]),
    "blur reflect": Blur(LOPSIDED[4, 5], "reflect"),
    "blur zero": Blur(LOPSIDED[4, 5], "zero"),
    "blur otf": Blur.from_otf(lambda f: np.exp(-10 * f**2)),
    "shift": Shift(0.4, -1.7),
    "area": Downsample((3, 2)),
    "bicubic": Downsample((3, 2), "bicubic"),
    "sum": Downsample((3, 2), "sum"),
    "finer grid": finer_grid(LOPSIDED[3, 3], (3, 2), "reflect"),
    "stack": Stack([Downsample(3) @ Shift(0, 0.5), Downsample(3)]),
    "identity": Identity(),
}


@pytest.mark.parametrize("shape", [(9, 12), (15, 6)])
@pytest.mark.parametrize("A", ALL.values(), ids=ALL)
def test_numpy_and_torch_agree_and_autograd_is_the_adjoint(A, shape):
    torch = pytest.importorskip("torch")
    torch.set_num_threads(1)
    x = RNG.standard_normal((2, 3, *shape))
    y = RNG.standard_normal(A.output_shape(x.shape))
    tensor = torch.from_numpy(x).requires_grad_()
    out = A(tensor)
    np.testing.assert_allclose(out.detach(), A(x), atol=1e-12)
    (out * torch.from_numpy(y)).sum().backward()
    scale = np.abs(A.T(y)).max()
    np.testing.assert_allclose(tensor.grad / scale, A.T(y) / scale, atol=1e-12)
    back = torch.from_numpy(y).requires_grad_()
    (A.T(back) * torch.from_numpy(x)).sum().backward()
    np.testing.assert_allclose(back.grad, A(x), atol=1e-11)


@pytest.mark.parametrize("A", ALL.values(), ids=ALL)
def test_float32_stays_float32(A):
    x = RNG.random((9, 12))
    low = A(x.astype(np.float32))
    assert low.dtype == np.float32 and A.T(low).dtype == np.float32
    np.testing.assert_allclose(low, A(x), atol=1e-4)
    torch = pytest.importorskip("torch")
    assert A(torch.ones(9, 12)).dtype == torch.float32


@pytest.mark.parametrize("A", ALL.values(), ids=ALL)
def test_batches_are_independent_and_inputs_untouched(A):
    x = RNG.random((2, 3, 9, 12))
    before = x.copy()
    np.testing.assert_allclose(A(x)[1, 2], A(x[1, 2]), atol=1e-12)
    np.testing.assert_array_equal(x, before)
    assert repr(A) and repr(A.T)


def test_operators_are_immutable():
    psf = np.full((3, 3), 1 / 9)
    A = Blur(psf)
    with pytest.raises(AttributeError, match="immutable"):
        A.boundary = "zero"
    with pytest.raises(ValueError, match="read-only"):
        A.psf[0, 0] = 1
    psf[:] = 0  # the caller's own array is not the operator's
    assert A(np.ones((4, 4))).max() > 0.99
    np.testing.assert_array_equal(copy.deepcopy(A)(np.eye(4)), A(np.eye(4)))


@pytest.mark.parametrize("call, message", [
    (lambda: Blur(np.ones((5, 5)))(np.ones((4, 8))), r"psf is of shape \(5, 5\); .* \(4, 8\)"),
    (lambda: Blur(np.ones((5, 5)), "zero").T(np.ones((4, 8))), "psf is of shape"),
    (lambda: Blur(np.ones(3)), r"psf is of shape \(3,\); it must be two-dimensional"),
    (lambda: Blur([[1.0, np.nan]]), "psf is not finite"),
    (lambda: Blur(np.ones((1, 1)), "mirror"), "boundary is 'mirror'; it must be one of"),
    (lambda: Downsample(0), "factor is 0; it must be an integer, 1 or greater"),
    (lambda: Downsample(-2), "factor is -2"),
    (lambda: Downsample(2.0), "factor is 2.0; it must be an integer"),
    (lambda: Downsample((2, 2, 2)), "factor is .*one integer or a pair"),
    (lambda: Downsample(2, "nearest"), "kernel is 'nearest'"),
    (lambda: Downsample(3)(np.ones((9, 10))), "x is 9 × 10 pixels; it must be divisible"),
    (lambda: Shift(np.nan, 0), "dy is nan"),
    (lambda: Stack([]), "operators is"),
    (lambda: Stack([Identity(), Downsample(2)])(np.ones((4, 4))), "operators is giving frames"),
    (lambda: Stack([Identity()]).T(np.ones((4, 4))), r"y is of shape \(4, 4\)"),
    (lambda: Identity() @ np.ones((2, 2)), r"A @ B is a ndarray; .*A\(x\)"),
    (lambda: Matrix(np.eye(3))(np.ones((3, 1))), r"x is of shape \(3, 1\); .*\(\.\.\., 1, 3\)"),
    (lambda: Identity()(np.ones(4)), r"x is an array of shape \(4,\)"),
    (lambda: Identity()(np.full((4, 4), np.inf)), "x is not finite"),
    (lambda: Identity()(np.full((4, 4), 1j)), "x is of type complex128"),
    (lambda: Identity()(np.full((4, 4), 200, np.uint8)), "x is of type uint8; .*linearise"),
    (lambda: Identity()(np.ones((64, 48, 3))), r"x is of shape \(64, 48, 3\).*\(\.\.\., C, H, W\)"),
    (lambda: Identity()(np.ones((2, 64, 48, 4))), "looks like"),
])
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_half_precision_is_computed_with_in_single():
    x = RNG.random((8, 8)).astype(np.float16)
    A = Blur(LOPSIDED[3, 3], "zero")
    assert A(x).dtype == np.float32
    np.testing.assert_allclose(A(x), A(x.astype(float)), rtol=1e-5)
    with pytest.raises(ValueError, match="0 or greater"):
        validation.light(np.array([[1, -0.9]], np.float16), "y")
    torch = pytest.importorskip("torch")
    assert A(torch.from_numpy(x)).dtype == torch.float32


def test_integers_0_and_1_and_lists_are_pictures():
    assert Identity()([[0, 1], [1, 0]]).dtype == np.float64
    assert Identity()(np.eye(3, dtype=bool)).dtype == np.float64
    torch = pytest.importorskip("torch")
    assert Identity()(torch.eye(3, dtype=torch.int64)).dtype == torch.float64


def test_act_one_does_not_load_torch_or_plotting():
    program = ("import sys; from course_lib.audits import measures; "
               "from course_lib.imaging import deconvolution, optics; "
               "sys.exit(', '.join({'torch', 'matplotlib', 'skimage'} & set(sys.modules)) or 0)")
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, encoding="utf-8")
    assert done.returncode == 0, f"loaded: {done.stderr}"


def test_public_names_are_documented():
    for name in operators.__all__:
        assert getattr(operators, name).__doc__


def test_a_complex_psf_is_refused():
    with pytest.raises(ValueError, match="psf is complex"):
        Blur(np.full((3, 3), 1j))
