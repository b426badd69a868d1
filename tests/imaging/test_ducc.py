"""A blur by DUCC's transforms is the blur by SciPy's, whoever calls it, in whatever order."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import scipy.fft

from course_lib.imaging import deconvolution, operators
from course_lib.imaging.operators import Blur

RNG = np.random.default_rng(0)
PSF = RNG.random((5, 8))


class StandIn:
    """What `ducc0.fft` does for us, by SciPy: the package is optional."""

    threads: set[int] = set()

    def r2c(self, a, axes, out, nthreads):
        out[...] = scipy.fft.rfft(a, axis=axes[0])
        self.threads.add(nthreads)

    def c2c(self, a, axes, out, nthreads, forward=True, inorm=0):
        assert inorm == (0 if forward else 2)
        out[...] = (scipy.fft.fft if forward else scipy.fft.ifft)(a, axis=axes[0])

    def c2r(self, a, axes, lastsize, out, nthreads, forward, inorm):
        assert (forward, inorm) == (False, 2)
        out[...] = scipy.fft.irfft(a, n=lastsize, axis=axes[0])


@pytest.fixture
def with_ducc(monkeypatch):
    """Switch DUCC on and off: the real one where it is installed, else the stand-in."""
    found = operators.ducc or StandIn()

    def switch(on):
        monkeypatch.setattr(operators, "ducc", found if on else None)

    return switch


@pytest.mark.parametrize("boundary", ["periodic", "zero", "reflect"])
@pytest.mark.parametrize("dtype, tolerance", [(np.float64, 1e-14), (np.float32, 1e-6)])
def test_both_are_the_same_map_and_adjoint_batch_after_batch(with_ducc, boundary, dtype, tolerance):
    A = Blur(PSF, boundary)
    for shape in ((9, 12), (3, 9, 12), (2, 1, 33, 20), (9, 12)):
        x = RNG.random(shape).astype(dtype)
        for camera in (A, A.T):
            with_ducc(False)
            expected = camera(x)
            with_ducc(True)
            once, again = camera(x), camera(x[..., ::-1, :])
            assert once.dtype == dtype and once.shape == expected.shape
            np.testing.assert_allclose(once, expected, rtol=0, atol=50 * tolerance)
            assert again is not once and not np.shares_memory(once, again)


@pytest.mark.parametrize("shape", [(1, 1), (3, 1), (4, 2), (2, 4, 2), (1, 7)])
def test_pictures_that_are_no_wider_than_their_spectrum(with_ducc, shape):
    x = RNG.random(shape)
    kept = x.copy()
    with_ducc(True)
    np.testing.assert_allclose(Blur([[2.0]])(x), 2 * kept, rtol=1e-14)
    assert np.array_equal(x, kept)


def test_what_ducc_does_not_take_in_place_is_left_to_scipy(monkeypatch):
    monkeypatch.setattr(operators, "ducc", object())
    x = RNG.random((9, 12)).astype(np.longdouble)
    assert Blur(PSF)(x).dtype == np.longdouble  # an object that has no transforms would fail


def test_threads_do_not_share_memory(with_ducc):
    A, pictures = Blur(PSF), RNG.random((40, 64, 64))
    with_ducc(False)
    expected = A(pictures)
    with_ducc(True)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(A, pictures))
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)


def test_only_a_large_picture_takes_more_than_one_thread(monkeypatch):
    monkeypatch.setattr(operators, "ducc", StandIn())
    monkeypatch.setattr(deconvolution.os, "cpu_count", lambda: 3)
    monkeypatch.setattr(deconvolution, "_LARGE", 32 * 32)
    A, threads = Blur(PSF), []
    for shape in ((16, 16), (32, 32), (4, 32, 32)):
        StandIn.threads.clear()
        deconvolution.richardson_lucy(RNG.random(shape), A, 2)
        threads.append(set(StandIn.threads))
    assert threads == [{1}, {3}, {1}]  # of a batch, a picture has one thread
    assert scipy.fft.get_workers() == 1
