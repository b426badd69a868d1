"""Libraries that are measured beside ours, and not installed with it: see requirements.txt."""

import sys
from importlib import import_module
from types import ModuleType

import numpy as np


def deepinverse():
    """DeepInverse, or an ImportError that says what is missing.

    It needs torchvision's Python code only. Where torchvision's compiled part doesn't fit PyTorch
    (a CPU build beside one for CUDA), the import ends with an operator that doesn't exist: one
    module tells PyTorch's compiler the shapes of those operators. Nobody compiles anything here, so
    an empty one stands in for it.
    """
    name = "torchvision._meta_registrations"
    try:
        import torchvision  # noqa: F401
    except RuntimeError:
        for each in [key for key in sys.modules if key.partition(".")[0] == "torchvision"]:
            del sys.modules[each]
        sys.modules[name] = ModuleType(name)
    return import_module("deepinv")


def redlionfish():
    """RedLionfish's Richardson–Lucy on the CPU: pictures and a point-spread function (n, n).

    It takes volumes, in single precision, with periodic borders, and begins at the data. A volume
    of one plane is left as it is, so its origin must be at [0, 0] already.
    """
    deconvolve = import_module("RedLionfishDeconv").doRLDeconvolutionFromNpArrays

    def run(y, centred, iterations):
        spread = np.zeros(y.shape, np.float32)
        height, width = centred.shape
        spread[:height, :width] = centred
        spread = np.roll(spread, (-(height // 2), -(width // 2)), (0, 1))
        return deconvolve(y[None], spread[None], niter=iterations, method="cpu")[0]

    return run


def planned(shape, dtype):
    """A real transform there and back by FFTW, planned for this shape and its own arrays."""
    pyfftw = import_module("pyfftw")
    spectrum = (*shape[:-1], shape[-1] // 2 + 1)
    values = pyfftw.zeros_aligned(shape, dtype=dtype)
    found = pyfftw.zeros_aligned(spectrum, dtype=np.result_type(dtype, np.complex64))
    axes = (len(shape) - 2, len(shape) - 1)
    there = pyfftw.FFTW(values, found, axes=axes, flags=("FFTW_MEASURE",))
    back = pyfftw.FFTW(found, values, axes=axes, direction="FFTW_BACKWARD",
                       flags=("FFTW_MEASURE",))
    return there, back


def missing(error):
    """Say that a peer is left out."""
    print(f"left out: {error}", flush=True)
