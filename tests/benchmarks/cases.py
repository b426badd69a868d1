"""What is measured: groups of cases, each a function that yields rows (`harness`).

Both sides get the same input, precision and borders, and must agree to the tolerance that the case
states; where a peer minimises, it gets as many iterations as it needs to reach our objective.
"""

import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest import mock

import numpy as np
import peers
import scipy.fft
import torch
from harness import Row, alone, compare, seconds
from scipy.optimize import nnls
from scipy.spatial.distance import cdist
from skimage import data, restoration

from course_lib.audits import hallucination, measures
from course_lib.generators import gan, pulse
from course_lib.imaging import deconvolution, limits, recovery
from course_lib.imaging import operators as operators_module
from course_lib.imaging.operators import Blur, Downsample
from course_lib.inference import guidance, posterior
from course_lib.records import flips
from course_lib.worlds import ladybirds

RNG = np.random.default_rng(0)


def psf(size=15, lean=1.3):
    """A lopsided point-spread function: one that is turned around would be noticed."""
    i = np.arange(size) - size // 2
    h = np.exp(-(i[:, None] ** 2) / 8 - (i - lean) ** 2 / 10)
    return h / h.sum()


def scene(n, *batch):
    """A brick wall of n × n pixels and noise of its own for every picture of a batch."""
    wall = np.tile(data.brick().astype(float) / 255, (2, 2))[:n, :n]
    return np.clip(wall + 0.05 * RNG.standard_normal((*batch, n, n)), 0.01, 1)


def furthest(a, b):
    """Largest difference, relative to the largest value."""
    a, b = np.asarray(a), np.asarray(b)
    return np.abs(a - b).max() / np.abs(b).max()


def one_by_one(method, y):
    """Apply what takes one picture (h, w) to each of y (..., h, w)."""
    return np.stack([method(each) for each in y.reshape(-1, *y.shape[-2:])]).reshape(y.shape)


# --- deconvolution beside scikit-image ------------------------------------------------------------


def richardson_lucy():
    """Same start, dark borders, no division by Aᵀ1, as scikit-image has it."""
    h, turns = psf(), 20
    A = Blur(h, "zero")

    def row(problem, y, convert=np.asarray):
        tolerance = 1e-9 if y.dtype == np.float64 else 1e-4

        def ours():
            start = convert(np.full_like(y, 0.5))
            return deconvolution.richardson_lucy(convert(y), A, turns, start, normalise=False)

        def theirs():
            return one_by_one(
                lambda each: restoration.richardson_lucy(each, h, turns, clip=False), y)

        return compare(problem, y.size, ours, "scikit-image", theirs, furthest, tolerance)

    for n in (256, 512, 1024):
        yield row("Richardson–Lucy, 20 iterations, n × n", A(scene(n)))
    for n in (256, 512, 1024):
        with mock.patch.object(operators_module, "ducc", None):  # as without the layer [fast]
            yield row("Richardson–Lucy, n × n, SciPy's transforms", A(scene(n)))
    for n in (256, 512, 1024):
        yield row("Richardson–Lucy, n × n, float32", A(scene(n)).astype(np.float32))
    for n in (256, 512, 1024):
        yield row("Richardson–Lucy, n × n, given tensors", A(scene(n)), torch.from_numpy)
    for n, batch in ((512, 3), (256, 32)):
        yield row(f"Richardson–Lucy, {batch} pictures of {n} × {n}", A(scene(n, batch)))
    yield row("Richardson–Lucy, 32 pictures of 256 × 256, float32",
              A(scene(256, 32)).astype(np.float32))


def redlionfish():
    """Single precision, periodic borders, begun at the data, as RedLionfish has it.

    Its second convolution turns the point-spread function about the last pixel, one beside the
    origin: that is what its result is held to, ours does without it.
    """
    try:
        deconvolve = peers.redlionfish()
    except ImportError as error:
        return peers.missing(error)
    h, turns = psf(), 20
    A = Blur(h)

    def beside(y):
        x = y
        for _ in range(turns):
            x = x * np.roll(A.T(y / A(x)), (-1, -1), (-2, -1))
        return x

    def row(problem, y):
        expected = beside(y)

        def ours():
            return deconvolution.richardson_lucy(y, A, turns, y, normalise=False)

        return compare(problem, y.size, ours, "RedLionfish",
                       lambda: one_by_one(lambda each: deconvolve(each, h, turns), y),
                       lambda _, theirs: furthest(theirs, expected), 1e-4)

    for n in (256, 512, 1024):
        yield row("Richardson–Lucy, 20 iterations, periodic, float32",
                  A(scene(n)).astype(np.float32))
    yield row("Richardson–Lucy, 32 pictures of 256 × 256, periodic, float32",
              A(scene(256, 32)).astype(np.float32))


def equal_likelihood():
    """Accelerated, until a count is as likely as after the peer's plain iterations, or more."""
    h, plain = psf(), 50
    try:
        deconvolve = peers.redlionfish()
    except ImportError as error:
        deconvolve = None
        peers.missing(error)

    def sooner(A, y, goal):
        """How many accelerated iterations are as likely as `goal`, for the least likely picture."""
        for count in range(plain // 8, plain + 1):
            found = deconvolution.richardson_lucy(y, A, count, accelerate=True)
            if all(deconvolution.poisson_log_likelihood(*pair) >= least for *pair, least in zip(
                    pictures(y), pictures(A(found)), goal, strict=True)):
                return count
        raise AssertionError("acceleration has never been as likely")

    def pictures(y):
        return y.reshape(-1, *y.shape[-2:])

    def row(n, batch, peer, border, dtype, theirs):
        A = Blur(h, border)
        y = RNG.poisson(500 * A(scene(n, *batch))).astype(dtype)
        # What plain iterations reach is the goal, be the peer's more or less likely.
        reached = deconvolution.richardson_lucy(y, A, plain)
        both = [A(reached), A(one_by_one(theirs, y))]
        goal = [max(deconvolution.poisson_log_likelihood(seen, mean) for mean in means)
                for seen, *means in zip(pictures(y), *map(pictures, both), strict=True)]
        count = sooner(A, y, goal)
        size = f"{batch[0]} pictures of {n} × {n}" if batch else "n × n"
        return compare(f"Richardson–Lucy to equal likelihood, {size}, {y.dtype}", y.size,
                       lambda: deconvolution.richardson_lucy(y, A, count, accelerate=True), peer,
                       lambda: one_by_one(theirs, y),
                       note=f"{count} iterations beside {plain}")

    def skimage(each):
        return restoration.richardson_lucy(each, h, plain, clip=False)

    for sizes in (((512, ()), (1024, ())), ((256, (32,)),)):
        for dtype in (np.float64, np.float32):
            for n, batch in sizes:
                yield row(n, batch, "scikit-image", "zero", dtype, skimage)
        for n, batch in sizes if deconvolve else ():
            yield row(n, batch, "RedLionfish", "periodic", np.float32,
                      lambda each: deconvolve(each, h, plain))


def fourier_bound():
    """An iteration of Richardson–Lucy beside the four transforms that it can't avoid.

    SciPy's, which the library has, and FFTW's, planned, as the floor of the machine.
    """
    A, turns = Blur(psf(), "zero"), 20

    def row(problem, y):
        extent = A._extent(y.shape[-2:])
        spectrum = scipy.fft.rfftn(y, s=extent, axes=(-2, -1))

        def transforms(spectrum):
            for _ in range(2 * turns):
                scipy.fft.rfftn(scipy.fft.irfftn(spectrum, s=extent), s=extent)

        def all_transforms():  # of a batch on all cores, one picture at a time, as we do
            with ThreadPoolExecutor(os.cpu_count()) as pool:
                list(pool.map(transforms, spectrum.reshape(-1, *spectrum.shape[-2:])))

        return compare(problem, y.size, lambda: deconvolution.richardson_lucy(y, A, turns),
                       "4 transforms an iteration (bound)", all_transforms)

    def floor(problem, y):
        there, back = peers.planned(tuple(A._extent(y.shape[-2:])), y.dtype)

        def transforms():
            for _ in range(2 * turns):
                there()
                back()

        return compare(problem, y.size, lambda: deconvolution.richardson_lucy(y, A, turns),
                       "4 of FFTW's, planned (bound)", transforms)

    for n in (256, 512, 1024):
        yield row("Richardson–Lucy beside its own transforms", A(scene(n)))
    yield row("32 pictures of 256 × 256 beside theirs", A(scene(256, 32)))
    try:
        for dtype in (np.float64, np.float32):
            for n in (256, 512, 1024):
                yield floor(f"Richardson–Lucy beside the machine's floor, {np.dtype(dtype)}",
                            A(scene(n)).astype(dtype))
    except ImportError as error:
        peers.missing(error)


def wiener():
    """scikit-image weighs by a filter that is 1 here."""
    h = psf()
    A = Blur(h)

    def row(problem, y):
        def theirs():
            return one_by_one(
                lambda each: restoration.wiener(each, h, 0.01, reg=np.ones((1, 1)), clip=False), y)

        return compare(problem, y.size, lambda: deconvolution.wiener(y, A, 0.01), "scikit-image",
                       theirs, furthest, 1e-9)

    for n in (256, 512, 1024):
        yield row("Wiener, n × n", A(scene(n)))
    for n, batch in ((512, 3), (256, 32)):
        yield row(f"Wiener, {batch} pictures of {n} × {n}", A(scene(n, batch)))


def total_variation():
    """The peers get the iterations that they need to come as low as we do."""
    lam = 0.1

    def objective(x, y):
        return (np.sum((x - y) ** 2) / 2
                + lam * np.sum(deconvolution._length(deconvolution._gradient(x))))

    def skimage(count):
        return lambda each: restoration.denoise_tv_chambolle(each, lam, eps=0, max_num_iter=count)

    def proximal(count):
        from pyproximal import TV

        return lambda each: TV(each.shape, lam, count, 0).prox(each.ravel(), 1.0).reshape(
            each.shape)

    enough = {}  # iterations hardly depend on the size: begin where a smaller picture ended

    def row(problem, y, tol, peer="scikit-image", solver=skimage):
        goal = objective(deconvolution.total_variation(y, lam, tol=tol), y)
        best = objective(deconvolution.total_variation(y, lam, tol=tol / 10), y)

        def reached(count):
            return objective(one_by_one(solver(count), y), y) <= goal

        count = enough.get((peer, tol), 8)
        while count > 8 and reached(count):
            count = math.floor(count / 1.1)
        while not reached(count):
            count = math.ceil(1.1 * count)
        enough[peer, tol] = count
        return compare(problem, y.size, lambda: deconvolution.total_variation(y, lam, tol=tol),
                       peer, lambda: one_by_one(solver(count), y),
                       lambda a, b: np.sqrt(np.mean((a - b) ** 2)), 2 * tol,
                       f"tol {tol:g}, {goal / best - 1:.0e} above the least objective")

    def noisy(n, *batch):
        y = scene(n, *batch)
        return y + 0.1 * RNG.standard_normal(y.shape)

    for n in (128, 256, 512):
        yield row("total variation, n × n", noisy(n), 1e-3)
    for tol in (3e-3, 1e-2):
        yield row("total variation, less exactly", noisy(512), tol)
    for n, batch in ((256, 3), (128, 32)):
        yield row(f"total variation, {batch} pictures of {n} × {n}", noisy(n, batch), 1e-3)
    try:
        for n, tol in ((128, 1e-3), (512, 1e-3)):
            yield row("total variation, n × n", noisy(n), tol, "PyProximal", proximal)
        yield row("total variation, less exactly", noisy(512), 1e-2, "PyProximal", proximal)
    except ImportError as error:
        peers.missing(error)


# --- operators beside DeepInverse -----------------------------------------------------------------


def operators():
    """Convolution and means over blocks on torch."""
    try:
        physics = peers.deepinverse().physics
    except (ImportError, OSError) as error:
        return peers.missing(error)

    h = psf()
    kernel = torch.tensor(h, dtype=torch.float32)[None, None]
    ours = Blur(h)
    for n in (256, 512, 1024):
        x = torch.tensor(scene(n, 4, 3), dtype=torch.float32)
        theirs = physics.BlurFFT((3, n, n), kernel)
        yield compare("blur by FFT, 4 × RGB, float32", x.numel(), lambda x=x: ours(x),
                      "DeepInverse", lambda x=x, theirs=theirs: theirs.A(x), furthest, 1e-5)
        yield compare("adjoint of the blur, 4 × RGB, float32", x.numel(), lambda x=x: ours.T(x),
                      "DeepInverse", lambda x=x, theirs=theirs: theirs.A_adjoint(x), furthest, 1e-5)
    box, mean = torch.full((1, 1, 4, 4), 1 / 16), Downsample(4)
    for n in (256, 512, 1024):
        x = torch.tensor(scene(n, 4, 3), dtype=torch.float32)
        theirs = physics.Downsampling((3, n, n), filter=box, factor=4, padding="circular")
        # Its blocks begin elsewhere, and an even filter has no middle: compare after a shift.
        shift = _shift_between(mean(x), theirs.A, x)
        yield compare("means over 4 × 4 blocks, 4 × RGB", x.numel(), lambda x=x: mean(x),
                      "DeepInverse", lambda x=x, theirs=theirs: theirs.A(x),
                      lambda a, b, x=x, theirs=theirs, s=shift: furthest(
                          a, theirs.A(torch.roll(x, s, (-2, -1)))), 1e-5)


def _shift_between(wanted, blur, x):
    found = [(dy, dx) for dy in range(-4, 5) for dx in range(-4, 5)
             if furthest(wanted, blur(torch.roll(x, (dy, dx), (-2, -1)))) < 1e-5]
    return found[0]


# --- limits and recovery --------------------------------------------------------------------------


def null_space():
    """What a blur and means over blocks lose, through Fourier transforms and through an SVD."""
    A = Downsample(4) @ Blur(psf(7))

    def dense(x):
        matrix = A.dense(x.shape)
        _, values, inputs = np.linalg.svd(matrix, full_matrices=False)
        kept = inputs[values > 1e-7 * values[0]]
        return x - (kept.T @ (kept @ x.ravel())).reshape(x.shape)

    for n in (16, 32, 48):
        x = scene(n)
        yield compare("null-space part, blur and 4 × 4 means, n × n", n * n,
                      lambda x=x: hallucination.null_part(A, x), "dense SVD",
                      lambda x=x: dense(x), furthest, 1e-6)
    for n in (128, 256, 512, 1024):
        x = scene(n)
        yield alone("null-space part, larger", n * n, lambda x=x: hallucination.null_part(A, x))


def picard():
    """How many components stand above the noise: from the transfer function, and from an SVD."""
    h, sigma = psf(7), 0.01
    A = Blur(h)
    for n in (16, 32, 48):
        shape = (n, n)

        def quick(shape=shape):
            otf = np.abs(A.otf(shape))
            twice = np.full(otf.shape, 2)
            twice[:, [0, -1]] = 1  # these columns hold both of a pair
            return int(np.sum(twice * (otf > sigma)))

        yield compare("Picard count, periodic blur, n × n", n * n, quick, "dense SVD",
                      lambda shape=shape: limits.picard_count(
                          limits.decompose(A, shape).values, sigma), lambda a, b: abs(a - b), 0)


def spikes():
    """Positive spikes from low frequencies, which we hand to least squares over x ≥ 0, too."""
    for n in (64, 128, 256):
        A = recovery.low_frequencies(n, n // 8)
        places = RNG.permutation(n // 4)[:n // 16] * 4
        x = recovery.spikes(places, 1 + RNG.random(len(places)), n)
        y = A(x)
        matrix = A.dense((1, n))
        yield compare("positive spikes", n,
                      lambda y=y, A=A: recovery.recover_spikes(y, A, positive=True), "SciPy's NNLS",
                      lambda y=y, matrix=matrix: nnls(matrix, y.ravel())[0][None], furthest, 1e-4)


# --- generators and PULSE -------------------------------------------------------------------------


def search():
    """Sixteen starts at once: beside one at a time, and beside the generator's passes alone."""
    generator, steps = gan.load(pulse.MAIN), 20
    law = pulse.fit_styles(generator)
    y = Downsample(8)(ladybirds.render(ladybirds.sample(1, seed=3)))[0]

    def alone_each(starts):
        for seed in range(starts):
            pulse.search(generator, y, 1, steps, law=law, seed=seed)

    def passes(starts):
        styles = torch.randn(starts, generator.n_layers, gan.Z_DIM, requires_grad=True)
        noise = [each.requires_grad_() for each in generator.noise(
            starts, torch.Generator().manual_seed(0))]
        for _ in range(steps):
            generator.synthesis(styles, noise).square().mean().backward()

    for starts in (4, 16, 64):
        yield compare("PULSE, 20 steps", starts, lambda s=starts: pulse.search(
            generator, y, s, steps, law=law), "one start at a time",
            lambda s=starts: alone_each(s))
    for starts in (4, 16, 64):
        yield compare("PULSE, 20 steps ", starts, lambda s=starts: pulse.search(
            generator, y, s, steps, law=law), "generator alone (bound)",
            lambda s=starts: passes(s))


# --- today's samplers beside DeepInverse's --------------------------------------------------------


def guided():
    """Answers to eight beetles: the same chain by both, then what each costs; one thread."""
    import deepinverse

    from course_lib.generators import denoiser
    from course_lib.records import samplers

    y = samplers.seen(0)[1][4:12]
    prior, threads = denoiser.OnArrays(denoiser.load("share_50")), torch.get_num_threads()
    torch.set_num_threads(1)

    def priced(what, ask, counter, n=8, rounds=3):
        before = counter.evaluations
        ask()  # also the warming up
        each = (counter.evaluations - before) // n
        took = [seconds(ask) for _ in range(rounds)]
        return Row(what, n, took, note=f"NFE {each:,}, {statistics.median(took) / n:.2f} s each")

    try:
        kit = deepinverse.parts()
    except (ImportError, OSError) as error:
        peers.missing(error)
    else:
        theirs = kit.Denoiser(denoiser.load("share_50"))
        start, levels = denoiser.begin(len(y), 0).astype(float), samplers.levels()
        fidelities = {
            "ΠGDM, S = 1": (guidance.PiGDM(samplers.CAMERA, y, flips.SIGMA, 1.0),
                            kit.dinv.sampling.PiGDMDataFidelity()),
            "DPS, ζ = 8": (guidance.DPS(samplers.CAMERA, y, 8.0), kit.Scheduled(8.0, levels))}
        for what, (guide, fidelity) in fidelities.items():
            def run(fidelity=fidelity):
                return deepinverse.chain(
                    kit, theirs, fidelity, kit.Same(levels, np.random.default_rng(5)), start, y,
                    flips.SIGMA)

            yield compare(f"{what}, 30 levels, 8 answers", len(y), lambda guide=guide:
                          guidance.draw(prior, start.shape, 5, guide, levels, True, start),
                          "DeepInverse", run, furthest, deepinverse.CHAIN, "NFE 30 for both")
        for what, program in (("DDRM, DeepInverse's", deepinverse.ddrm),
                              ("DiffPIR, DeepInverse's", deepinverse.diffpir)):
            yield priced(what, lambda program=program: program(kit, theirs, y, 1), theirs)
    for method in ("pigdm", "dps"):
        yield priced(f"{samplers.METHODS[method]}, the record's", lambda method=method:
                     samplers.answer(prior, method, y, 0), prior)
    yield priced("twisted, 32 walks", lambda: samplers.particles(prior, y[:1], 0), prior, 1, 1)
    torch.set_num_threads(threads)


# --- worlds, posteriors, measures -----------------------------------------------------------------


def worlds():
    """Renderer and reference posterior, which have no peers."""
    for n in (100, 400, 1600):
        beetles = ladybirds.sample(n, seed=1)
        yield alone("ladybirds drawn, 64 × 64", n, lambda b=beetles: ladybirds.render(b))
    y = Downsample(16)(ladybirds.render(ladybirds.sample(1, seed=5)))[0]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for effort in (1, 2, 4):
            yield alone("reference posterior, 4 × 4 pixels, quarters of effort", effort,
                        lambda e=effort: posterior.reference(y, effort=e / 4, minimum=1e-9),
                        rounds=2)


def coverage():
    """All distances at once, as the definition has it, as the reference."""
    def reference(generated, real, k=5):
        radii = np.partition(cdist(real, real), k, axis=1)[:, k]  # its nearest is the point itself
        return float(np.mean(cdist(real, generated).min(1) < radii))

    for n in (1000, 2000, 4000):
        sets = RNG.standard_normal((2, n, 32))
        yield compare("coverage, n points each, 32 numbers", n,
                      lambda sets=sets: measures.coverage(*sets), "all distances at once",
                      lambda sets=sets: reference(*sets), lambda a, b: abs(a - b), 0)


# --- the course as a whole ------------------------------------------------------------------------


def imports():
    """`import course_lib` and its first modules in a fresh Python, beside NumPy's own."""
    def run(code):
        return lambda: subprocess.run([sys.executable, "-c", code], check=True)

    yield compare("import of operators, optics and checks", 1,
                  run("from course_lib.imaging import operators, optics\n"
                      "from course_lib.notebook import checks"),
                  "import numpy, scipy.fft, scipy.special (bound)",
                  run("import numpy, scipy.fft, scipy.special"))


def lessons():
    """Every lesson as a learner's kernel runs it: in all, and its slowest cell."""
    from course_staff.authoring import build, source

    total = 0.0
    for path in source.find():
        lesson, text = build.load(path)
        nb = build.nbformat.reads(text, 4)
        begin = time.perf_counter()
        build.execute(lesson, nb)
        took = time.perf_counter() - begin
        cells = sorted(filter(None, build.tidy(nb)), reverse=True)
        total += took
        yield Row(f"lesson {path.stem}", sum(c.cell_type == "code" for c in nb.cells), [took],
                  note=f"slowest cells {cells[0]:.1f}, {cells[1]:.1f} and {cells[2]:.1f} s, "
                       f"median {1e3 * statistics.median(cells):.0f} ms")
    yield Row("all lessons", len(source.find()), [total])
    yield Row("all lessons made from their sources, nothing executed", len(source.find()),
              [seconds(_release_all)])


def site():
    """All pages of the course, without answers; of every panel a few positions are drawn."""
    from course_staff.publishing import site as pages

    with tempfile.TemporaryDirectory() as folder:
        yield Row("pages of the course made, a few positions of each panel", 1,
                  [seconds(lambda: pages.write(Path(folder), few=True))])


def set_up():
    """What a learner waits for: a fresh copy's first command, and the same once more."""
    root = Path(__file__).resolve().parents[2]
    python = getattr(sys, "_base_executable", sys.executable)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["git", "clone", "--quiet", str(root), folder], check=True)

        def check():
            subprocess.run([python, "setup_course.py", "check"], cwd=folder, check=True,
                           stdout=subprocess.DEVNULL)

        for what in ("a fresh copy set up, packages fetched", "the same, set up already"):
            yield Row(what, 1, [seconds(check)])


def _release_all():
    from course_staff.authoring import build, source

    with tempfile.TemporaryDirectory() as folder:
        for path in source.find():
            build.release(source.folder(path), build.load(path)[1], folder)


GROUPS = {
    "deconvolution": (richardson_lucy, redlionfish, equal_likelihood, fourier_bound, wiener,
                      total_variation),
    "operators": (operators,),
    "limits": (null_space, picard, spikes),
    "pulse": (search,),
    "samplers": (guided,),
    "worlds": (worlds, coverage),
    "course": (imports, lessons, site, set_up),
}
