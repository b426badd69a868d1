"""Our samplers beside DeepInverse's: what means the same must agree, the rest is audited.

    python tests/benchmarks/deepinverse.py              all of it; writes deepinverse.json and the
                                                        tables of docs/samplers.md
    python tests/benchmarks/deepinverse.py agreement    the first half, a minute; writes nothing
    python tests/benchmarks/deepinverse.py page         the tables anew from deepinverse.json

The environment is that of requirements.txt; importing this file needs none of it. DeepInverse
works with scores and gradients, `guidance` with denoised pictures. `step`, `pigdm_slope` and
`dps_slope` say in NumPy what DeepInverse computes: a test holds `guidance` to them, and a run of
this file holds DeepInverse to them.
"""

import json
import math
import re
import sys
import time
from datetime import date
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent.parent)]

from course_lib.audits import measures  # noqa: E402
from course_lib.inference import guidance  # noqa: E402
from course_lib.inference.posterior import Mixture  # noqa: E402
from course_lib.records import flips, samplers  # noqa: E402

RECORD, PAGE = HERE / "deepinverse.json", HERE.parent.parent / "docs" / "samplers.md"
BEGIN = "<!-- beside DeepInverse: tests/benchmarks/deepinverse.py writes what follows -->"
END = "<!-- end of what it writes -->"
PACKAGES = ("deepinv", "torch", "torchvision", "numpy")
#: Largest difference in which both are said to agree: of a step's parts, and of whole chains,
#: relative to the largest value.
STEP, CHAIN = 1e-5, 1e-4
LAMBDA = math.sqrt(48) / flips.SIGMA  # DPS's weight that is Gauss's where the miss is the noise's


# --- what DeepInverse computes, in closed form ----------------------------------------------------


def step(x, x0, slope, t, s, noise):
    """One step from noise level t to s by DeepInverse's `DDPMSolver`, variance exploding.

    `slope` is the gradient of its data fidelity, the negative of ∇ log p(y | x).
    """
    score = (x0 - x) / t**2 - slope
    ratio = s / t
    return x + t**2 * (1 - ratio**2) * score + s * np.sqrt(1 - ratio**2) * noise


def pigdm_slope(denoiser, A, y, sigma, x, t):
    """Denoised x (n, d), and the gradient of `PiGDMDataFidelity` of weight 1; A is (m, d)."""
    inverse = np.linalg.inv(t**2 / (1 + t**2) * A @ A.T + sigma**2 * np.eye(len(A)))
    return denoiser.pull(x, t, lambda x0, rows: (x0 @ A.T - y[rows]) @ inverse @ A)


def dps_slope(denoiser, A, y, x, t):
    """Denoised x (n, d), and the gradient of `DPSDataFidelity` of weight 1, of ‖y − A x0‖."""
    def weigh(x0, rows):
        miss = x0 @ A.T - y[rows]
        return miss / np.linalg.norm(miss, axis=1, keepdims=True) @ A

    return denoiser.pull(x, t, weigh)


def dps_weight(strength, t, s, stochastic=True):
    """Weight of `DPSDataFidelity` that moves x by `strength` in a step, as `guidance.DPS` does.

    A weight multiplies the score, and a step hands on 1 − (s/t)² of t² times that; 1 − s/t in the
    probability-flow ODE.
    """
    return strength / (t**2 * (1 - (s / t) ** (2 if stochastic else 1)))


# --- DeepInverse with our denoiser and our camera -------------------------------------------------


def parts():
    """Return the classes that bring our denoiser, camera and noise to DeepInverse."""
    import torch
    from peers import deepinverse

    dinv = deepinverse()
    from course_lib.generators import denoiser

    class Denoiser(dinv.models.Denoiser):
        """A shipped denoiser. Above the noise that it knows, x is shrunk to the most it knows."""

        def __init__(self, network):
            super().__init__()
            self.network, self.evaluations = network, 0

        def forward(self, x, sigma, **unused):
            self.evaluations += len(x)
            t = torch.as_tensor(sigma, dtype=torch.float32).reshape(-1).expand(len(x))
            shrink = (denoiser.LARGEST / t).clamp(max=1)[:, None, None, None]
            x = denoiser.MEAN + (x.to(torch.float32) - denoiser.MEAN) * shrink
            x = x.contiguous(memory_format=torch.channels_last)
            return self.network(x, t.clamp(max=denoiser.LARGEST))

    class Points(dinv.models.Denoiser):
        """The exact denoiser of a mixture of Gaussians; points as pictures (n, 1, 1, d)."""

        def __init__(self, prior):
            super().__init__()
            self.exact = guidance.MixtureDenoiser(prior)

        def forward(self, x, sigma, **unused):
            t = float(torch.as_tensor(sigma).reshape(-1)[0])
            found = self.exact(x[:, 0, 0].double().numpy(), t)
            return torch.from_numpy(found)[:, None, None].to(x.dtype)

    class Camera(dinv.physics.DecomposablePhysics):
        """Means over blocks of 16 × 16 pixels by their singular values, as DDRM wants them.

        V is a cosine transform of each block: the first number is 16 times its mean.
        """

        def __init__(self, sigma):
            mask = torch.zeros(1, 3, 64, 64)
            mask[..., ::16, ::16] = 1 / 16
            super().__init__(mask=mask, img_size=(3, 64, 64),
                             noise_model=dinv.physics.GaussianNoise(sigma))
            i = np.arange(16)
            waves = np.cos(np.pi * (i + 0.5) * i[:, None] / 16) * np.sqrt(2 / 16)
            waves[0] /= np.sqrt(2)
            self.waves = torch.from_numpy(waves)

        def _turn(self, x, waves):
            blocks = x.reshape(*x.shape[:2], 4, 16, 4, 16)
            waves = waves.to(x.dtype)
            return torch.einsum("ncaibj,ki,lj->ncakbl", blocks, waves, waves).reshape(x.shape)

        def V_adjoint(self, x):
            return self._turn(x, self.waves)

        def V(self, x):
            return self._turn(x, self.waves.T)

        def U(self, x):
            return x[..., ::16, ::16]

        def U_adjoint(self, y):
            x = torch.zeros(len(y), 3, 64, 64, dtype=y.dtype)
            x[..., ::16, ::16] = y
            return x

    class Matrix(dinv.physics.DecomposablePhysics):
        """One number seen of points (n, 1, 1, d), a (1, d) matrix."""

        def __init__(self, A, sigma):
            _, values, inputs = np.linalg.svd(A)
            mask = torch.zeros(1, 1, 1, A.shape[1])
            mask[..., 0] = float(values[0])
            super().__init__(mask=mask, img_size=(1, 1, A.shape[1]),
                             noise_model=dinv.physics.GaussianNoise(sigma))
            self.sign = 1.0 if (values[0] * inputs[0] @ A[0]) > 0 else -1.0
            self.inputs = torch.from_numpy(inputs)

        def V_adjoint(self, x):
            return x @ self.inputs.T.to(x.dtype)

        def V(self, x):
            return x @ self.inputs.to(x.dtype)

        def U(self, x):
            return self.sign * x[..., :1]

        def U_adjoint(self, y):
            return torch.cat([self.sign * y, torch.zeros(*y.shape[:-1], self.mask.shape[-1] - 1,
                                                         dtype=y.dtype)], -1)

    class Same(dinv.sampling.DDPMSolver):
        """DeepInverse's solver, its noise drawn by a generator of NumPy's."""

        def __init__(self, levels, noise):
            super().__init__(timesteps=torch.from_numpy(np.append(levels, 0.0)))
            self.noise = noise

        def randn_like(self, input, seed=None):
            return torch.from_numpy(self.noise.standard_normal(tuple(input.shape)))

    class Flow(Same):
        """The same without noise: DDIM, the probability-flow ODE."""

        def __init__(self, levels, noise):
            super().__init__(levels, noise)
            self.eta = 0.0

    class Scheduled(dinv.sampling.DPSDataFidelity):
        """DPS with a weight for each step, the last of which ends without noise."""

        def __init__(self, strength, levels, stochastic=True):
            super().__init__()
            self.weights = {t: dps_weight(strength, t, s, stochastic) for t, s in
                            zip(levels, np.append(levels[1:], 0.0), strict=True)}

        def grad(self, x, y, physics, sigma, *args, **kwargs):
            self.weight = self.weights[min(self.weights, key=lambda t: abs(t - float(sigma)))]
            return super().grad(x, y, physics, sigma, *args, **kwargs)

    return SimpleNamespace(dinv=dinv, torch=torch, denoiser=denoiser, Denoiser=Denoiser,
                           Points=Points, Camera=Camera, Matrix=Matrix, Same=Same, Flow=Flow,
                           Scheduled=Scheduled)


def chain(kit, prior, fidelity, solver, start, y, sigma, symmetric=False, preserving=False):
    """Run DeepInverse's sampler over our noise levels; pictures as arrays, in [0, 1].

    `symmetric` carries states in [−1, 1] (its default), `preserving` scales them by
    1/√(1 + t²).
    """
    torch, sampling = kit.torch, kit.dinv.sampling
    unit = 2.0 if symmetric else 1.0
    t0 = float(solver.timesteps[0])
    sde = sampling.EDMDiffusionSDE(
        sigma_t=lambda t: unit * t, variance_exploding=not preserving,
        variance_preserving=preserving, minus_one_one=symmetric, denoiser=prior)
    sampler = sampling.PosteriorDiffusion(fidelity, prior, sde, solver, minus_one_one=symmetric)
    x = torch.from_numpy(np.array(start, float))
    x = (2 * x - 1 if symmetric else x) * float(sde.scale_t(t0))
    return sampler(torch.from_numpy(y), kit.Camera(sigma), x_init=x).numpy()


def apart(a, b):
    """Largest difference, relative to the largest value."""
    return float(np.abs(np.asarray(a) - np.asarray(b)).max() / np.abs(np.asarray(b)).max())


def agreement(kit):
    """Rows (what, where, difference, bound) of what must be the same, for 8 beetles."""
    torch, sampling = kit.torch, kit.dinv.sampling
    rows, sigma, t_all = [], flips.SIGMA, samplers.levels()
    truth, y = (each[:8] for each in samplers.seen(0))

    def row(what, where, difference, bound):
        rows.append({"what": what, "where": where, "difference": difference, "bound": bound})
        print(f"{what}, {where}: {difference:.1e}", flush=True)
        assert difference <= bound, f"{what}, {where}: {difference:g} > {bound:g}"

    camera = kit.Camera(sigma)
    x = torch.randn(2, 3, 64, 64, dtype=torch.float64)
    row("camera, its adjoint, its singular vectors", "8 beetles",
        max(apart(camera.A(torch.from_numpy(truth)).numpy(), samplers.CAMERA(truth)),
            apart(camera.A_adjoint(torch.from_numpy(y)).numpy(), samplers.CAMERA.T(y)),
            apart(camera.V(camera.V_adjoint(x)).numpy(), x.numpy())), STEP)
    for name in samplers.SHARES:
        network = kit.denoiser.load(name)
        ours, theirs = kit.denoiser.OnArrays(network), kit.Denoiser(network)
        places = (0, 10, 20, 29)
        where = f"`{name}`, t = " + ", ".join(f"{t_all[place]:.2g}" for place in places)
        found = [_one_step(kit, ours, theirs, truth, y, t_all, place) for place in places]
        for what in found[0]:
            row(what, where, max(each[what] for each in found), STEP)

        start = kit.denoiser.begin(len(y), 0).astype(float)
        pigdm, dps = guidance.PiGDM(samplers.CAMERA, y, sigma, 1.0), guidance.DPS(
            samplers.CAMERA, y, 8.0)
        ways = {"stochastic twin": (kit.Same, {}), "probability-flow ODE": (kit.Flow, {}),
                "variance preserving": (kit.Same, {"preserving": True}),
                "states in [−1, 1]": (kit.Same, {"symmetric": True})}
        for kind, (solver, told) in ways.items():
            stochastic = solver is kit.Same
            for method, guide, fidelity in (
                    ("ΠGDM, S = 1", pigdm, sampling.PiGDMDataFidelity()),
                    ("DPS, ζ = 8", dps, kit.Scheduled(8.0, t_all, stochastic))):
                mine = guidance.draw(ours, start.shape, 5, guide, t_all, stochastic, start)
                got = chain(kit, theirs, fidelity, solver(t_all, np.random.default_rng(5)), start,
                            y, sigma, **told)
                row(f"{method}, whole chain", f"`{name}`, {kind}", apart(got, mine), CHAIN)
    return rows


def _one_step(kit, ours, theirs, truth, y, t_all, place):
    """Differences at one noise level: both guides, by their parts and by a step."""
    torch, sampling, camera = kit.torch, kit.dinv.sampling, kit.Camera(flips.SIGMA)
    t, s = np.append(t_all, 0.0)[[place, place + 1]]
    x = truth + t * np.random.default_rng(place).standard_normal(truth.shape)
    at, measured, level = torch.from_numpy(x), torch.from_numpy(y), torch.tensor(t)
    found = {}

    def note(what, a, b):
        found[what] = max(found.get(what, 0.0), apart(a, b))

    for slope_of, guide, fidelity in (
            ("slope of ΠGDM, S = 1", guidance.PiGDM(samplers.CAMERA, y, flips.SIGMA, 1.0),
             sampling.PiGDMDataFidelity(theirs)),
            ("slope of DPS, λ = ζ/(t² − s²)", guidance.DPS(samplers.CAMERA, y, 8.0),
             sampling.DPSDataFidelity(theirs, weight=dps_weight(8.0, t, s)))):
        x0, pulled = ours.pull(x, t, lambda some, rows, g=guide: g.weigh(some, t, rows))
        slope = -guide.scale(t, 1 - (s / t) ** 2) * pulled / t**2
        got, model = fidelity.grad(at.clone(), measured, camera, level, get_model_outputs=True)
        note("E[picture \\| noisy picture]", model.numpy(), x0)
        note(slope_of, got.numpy(), slope)
        sde = sampling.EDMDiffusionSDE(sigma_t=lambda t: t, variance_exploding=True,
                                       minus_one_one=False, denoiser=theirs)
        solver = kit.Same(np.array([t, s]), np.random.default_rng(7))
        sampler = sampling.PosteriorDiffusion(fidelity, theirs, sde, solver, minus_one_one=False)
        score = sampler.score(measured, camera, at.clone(), level).detach().numpy()
        note("guided score", score, (x0 - x) / t**2 - slope)
        moved, _ = solver.step(sampler.posterior, level, torch.tensor(s), at.clone(), y=measured,
                               physics=camera)
        noise = np.random.default_rng(7).standard_normal(x.shape)
        note("one guided step, same noise", moved.detach().numpy(), step(x, x0, slope, t, s, noise))
    return found


# --- what means something else, and what comes of it ----------------------------------------------


def seen_by(kit, y):
    """Pixels as DeepInverse's own programs take them, and the camera."""
    return kit.torch.from_numpy(y).float(), kit.Camera(flips.SIGMA)


def ddrm(kit, prior, y, seed):
    """As shipped: 100 levels, equally spaced from 1 to 0."""
    kit.torch.manual_seed(seed)
    return kit.dinv.sampling.DDRM(prior)(*seen_by(kit, y)).numpy()


def ddrm_whole(kit, prior, y, seed):
    """Over our levels, and with the published noise: DeepInverse divides it by √2."""
    def louder(x, plain=kit.torch.randn_like):
        return math.sqrt(2) * plain(x)

    kit.torch.manual_seed(seed)
    sampler = kit.dinv.sampling.DDRM(prior, sigmas=np.append(samplers.levels(), 0.0))
    with mock.patch.object(kit.torch, "randn_like", louder):
        return sampler(*seen_by(kit, y)).numpy()


def diffpir(kit, prior, y, seed):
    """As shipped: 100 levels, ζ = .1, λ = 7; from the block means."""
    kit.torch.manual_seed(seed)
    measured, camera = seen_by(kit, y)
    sampler = kit.dinv.sampling.DiffPIR(prior, kit.dinv.optim.L2(), sigma=flips.SIGMA)
    return sampler(measured, camera, x_init=camera.A_dagger(measured)).numpy()


def dps_shipped(kit, prior, y, seed):
    """The class DPS as shipped: 1,000 levels, variance preserving, λ = 1."""
    kit.torch.manual_seed(seed)
    return kit.dinv.sampling.DPS(prior)(*seen_by(kit, y)).detach().numpy()


def dps_constant(kit, prior, y, seed):
    """Our levels and start, the weight `LAMBDA` in all of them."""
    return _ours(kit, prior, y, seed, kit.dinv.sampling.DPSDataFidelity(weight=LAMBDA))


def pigdm_wide(kit, prior, y, seed):
    """Our levels and start, S = 1 as DeepInverse has it."""
    return _ours(kit, prior, y, seed, kit.dinv.sampling.PiGDMDataFidelity())


def _ours(kit, prior, y, seed, fidelity):
    rng = np.random.default_rng(seed)
    start = kit.denoiser.begin(len(y), rng).astype(float)
    return chain(kit, prior, fidelity, kit.Same(samplers.levels(), rng), start, y, flips.SIGMA)


#: Program, how it is told, denoisers, blocks of beetles, and blocks of which each is drawn nine
#: times by the first denoiser.
AUDITED = {
    "ddrm": (ddrm, "DDRM as shipped", ("share_50", "share_10"), 6, 3),
    "ddrm_whole": (ddrm_whole, "DDRM, whole noise, our levels", ("share_50", "share_10"), 6, 3),
    "diffpir": (diffpir, "DiffPIR as shipped", ("share_50", "share_10"), 6, 3),
    "pigdm_wide": (pigdm_wide, "ΠGDM, S = 1, our levels", ("share_50", "share_10"), 6, 3),
    "dps_constant": (dps_constant, "DPS, λ = 139, our levels", ("share_50", "share_10"), 6, 3),
    "dps_shipped": (dps_shipped, "DPS as shipped, λ = 1", ("share_10",), 2, 0),
}


def audit(kit):
    """Rows of what each program answers to the first beetles of the record, 48 of either form."""
    rows = []
    for key, (program, label, names, blocks, drawn) in AUDITED.items():
        for name in names:
            prior = kit.Denoiser(kit.denoiser.load(name))
            found, residual, seconds = [], [], 0.0
            for block in range(blocks):
                _, y = samplers.seen(block)
                begin = time.process_time()
                x = program(kit, prior, y, block + 1)
                seconds += time.process_time() - begin
                said = samplers.read(x, y)
                found.append(said["found"] > 0.5)
                residual.append(said["residual"])
            n = 2 * flips.BLOCK * blocks
            row = {"key": key, "label": label, "name": name, "sampler": "DeepInverse",
                   **_flips(np.concatenate(found)), "nfe": prior.evaluations // n,
                   "seconds": round(seconds / n, 3),
                   "residual": round(float(np.mean(residual)) / flips.SIGMA**2, 3)}
            if drawn and name == names[0]:
                row["law"] = round(_law(kit, prior, program, drawn), 3)
            rows.append(row)
            print(row, flush=True)
    return [*rows, *_recorded()]


def _flips(dark):
    """Counts among beetles of the blocks in turn, pale ones first in each."""
    dark = dark.reshape(-1, 2, flips.BLOCK)
    return {"n": dark[:, 0].size, "dark to pale": int((~dark[:, 1]).sum()),
            "pale to dark": int(dark[:, 0].sum())}


def _law(kit, prior, program, blocks):
    """How much more a draw errs than the mean of nine; a sound sampler's 1.8 times as much."""
    one = mean = 0.0
    for block in range(blocks):
        truth, y = samplers.seen(block)
        x = program(kit, prior, np.repeat(y, samplers.DRAWS, axis=0), 5001 + block)
        x = x.reshape(len(y), samplers.DRAWS, *x.shape[1:])
        one += np.mean((x - truth[:, None]) ** 2)
        mean += np.mean((x.mean(1) - truth) ** 2)
    return one / mean


def _recorded():
    """The same beetles in the record of our own samplers."""
    rows = []
    for name in ("share_50", "share_10"):
        exact = samplers.draws(name, "twisted")
        dark = exact["truth"] >= flips.EACH
        p = exact["dark"]
        rows.append({"key": "twisted", "label": "twisted, 32 walks", "name": name,
                     "sampler": "ours", "n": int(dark.sum()),
                     "dark to pale": float(np.sum(1 - p[dark])),
                     "pale to dark": float(np.sum(p[~dark])), "nfe": 32 * samplers.LEVELS})
        for method, label in (("pigdm", "ΠGDM, S = 2"), ("dps", "DPS, ζ = 8")):
            found = samplers.recorded(name, method)
            some = np.isin(found["truth"], exact["truth"])
            said, dark = found["found"][some] > 0.5, found["truth"][some] >= flips.EACH
            row = {"key": method, "label": label, "name": name, "sampler": "ours",
                   "n": int(dark.sum()), "dark to pale": int((~said[dark]).sum()),
                   "pale to dark": int(said[~dark].sum()), "nfe": samplers.LEVELS,
                   "residual": round(float(np.mean(found["residual"][some])) / flips.SIGMA**2, 3)}
            if name == "share_50":
                nine = samplers.draws(name, method)
                # The blocks that theirs were asked for, too.
                some = np.isin(nine["truth"], np.concatenate([flips.block(k) for k in range(3)]))
                row["law"] = round(float(np.mean(nine["error"][some])
                                         / np.mean(nine["mean error"][some])), 3)
            rows.append(row)
    return rows


# A world of two forms between 0 and 1, where the posterior is exact.
WORLD = Mixture([0.8, 0.2], [[0.4, 0.5], [0.6, 0.5]], [np.diag([0.0009, 0.0025])] * 2)
LOOK, NOISE, EXTENT = np.array([[1.0, 0.6]]), 0.06, 0.09


def mixture(kit):
    """Rows of ranks and of the 2× law where the posterior is known, 200 cases and 19 draws."""
    torch, sampling = kit.torch, kit.dinv.sampling
    prior, exact = kit.Points(WORLD), guidance.MixtureDenoiser(WORLD)
    levels, camera = guidance.levels(60, 20.0, 0.001), kit.Matrix(LOOK, NOISE)

    def whole(sampler, measured):
        def louder(x, plain=torch.randn_like):
            return math.sqrt(2) * plain(x)

        with mock.patch.object(torch, "randn_like", louder):
            return sampler(measured, camera)

    def pir(measured):
        return sampling.DiffPIR(prior, kit.dinv.optim.L2(), sigma=NOISE)(
            measured, camera, x_init=camera.A_dagger(measured))

    theirs = {
        "DDRM as shipped": lambda y: sampling.DDRM(prior)(y, camera),
        "DDRM, whole noise, our levels": lambda y: whole(
            sampling.DDRM(prior, sigmas=np.append(levels, 0.0)), y),
        "DiffPIR as shipped": pir}
    ours = {
        "ΠGDM, S = 1": lambda y, rng: guidance.draw(
            exact, (len(y), 2), rng, guidance.PiGDM(LOOK, y, NOISE, 1.0), levels),
        f"ΠGDM, S = {EXTENT}": lambda y, rng: guidance.draw(
            exact, (len(y), 2), rng, guidance.PiGDM(LOOK, y, NOISE, EXTENT), levels)}
    rows = []

    for label, program in theirs.items():
        def draw(y, draws, rng, program=program):
            torch.manual_seed(1)
            many = torch.from_numpy(np.tile(y, (draws, 1))).float()[:, None, None]
            return program(many).numpy().reshape(draws, len(y), 2).astype(float)

        rows.append(judged(label, "DeepInverse", draw))
    for label, program in ours.items():
        rows.append(judged(label, "ours", lambda y, draws, rng, program=program: program(
            np.tile(y, (draws, 1)), rng).reshape(draws, len(y), 2)))
    rows.append(judged("twisted, 64 walks", "ours", lambda y, draws, rng: np.moveaxis(
        guidance.twisted(exact, LOOK, y, NOISE, EXTENT, (2,), rng, 64, levels).draw(draws, rng),
        1, 0)))
    return [*rows, control()]


def judged(label, by, draw):
    """A sampler's row: ranks and 2× law on 200 cases of `WORLD`, 19 draws each."""
    kept, truth = {}, WORLD.sample(200, np.random.default_rng(0))[0]

    def sampler(y, draws, rng):
        kept["y"], kept["x"] = y, draw(y, draws, rng)
        return kept["x"]

    found = measures.audit_sampler(sampler, WORLD, LOOK, NOISE, cases=200, rng=0)
    best = np.stack([WORLD.posterior(y, LOOK, NOISE).mean for y in kept["y"]])
    errors = np.stack([np.mean((kept["x"] - truth) ** 2, axis=(0, 2)),
                       np.mean((best - truth) ** 2, axis=1)], axis=1)
    law = (errors[:, 0].mean() / errors[:, 1].mean(), *measures.bootstrap(
        lambda cases: cases[:, 0].mean() / cases[:, 1].mean(), errors))
    row = {"label": label, "sampler": by, "law": [round(float(value), 3) for value in law],
           "coordinates": float(found["coordinates"].min()),
           "likelihood": float(found["likelihood"])}
    print(row, flush=True)
    return row


def control():
    """The row of draws from the posterior itself: what a sound sampler gets on these cases."""
    def draw(y, draws, rng):
        rng = np.random.default_rng(rng)
        return np.stack([WORLD.posterior(each, LOOK, NOISE).sample(draws, rng)[0] for each in y],
                        axis=1)

    return judged("the posterior itself", "formula", draw)


def meanings(kit):
    """Numbers behind what differs in meaning."""
    torch, sampling = kit.torch, kit.dinv.sampling
    _, y = samplers.seen(0)
    t_all = samplers.levels()
    network = kit.denoiser.load("share_50")
    ours, theirs = kit.denoiser.OnArrays(network), kit.Denoiser(network)
    start = kit.denoiser.begin(len(y), 0).astype(float)
    wide, narrow = (guidance.draw(ours, start.shape, 5, guidance.PiGDM(
        samplers.CAMERA, y, flips.SIGMA, S), t_all, True, start) for S in (1.0, samplers.SPREAD))
    weights = [dps_weight(samplers.STRENGTHS["dps"], t, s) for t, s in
               zip(t_all, np.append(t_all[1:], 0.0), strict=True)]
    sde = sampling.DPS(theirs).sde
    first, last = (float(sde.sigma_t(t)) / 2 for t in (1.0, 1 / 999))
    pir = sampling.DiffPIR(theirs, kit.dinv.optim.L2(), sigma=flips.SIGMA)
    place = 300
    gamma = 1 / (2 * float(pir.rhos[place]))
    level = float(pir.reduced_alpha_cumprod[place]) / 2
    deaf = {}
    for sigma in (0.06, 0.065):
        torch.manual_seed(1)
        _, pixels = samplers.seen(0, sigma)
        x = sampling.DDRM(theirs)(torch.from_numpy(pixels).float(), kit.Camera(sigma)).numpy()
        deaf[sigma] = float(np.mean((samplers.CAMERA(x) - pixels) ** 2)) / sigma**2
    with torch.inference_mode():
        x = torch.from_numpy(wide) + 0.3 * torch.randn(wide.shape, dtype=torch.float64)
        outside = theirs(x, 0.3)
    return {"spread": float(np.sqrt(np.mean((wide - narrow) ** 2))),
            "weights": [weights[0], weights[-1]], "levels": [first, last],
            "largest": kit.denoiser.LARGEST, "pull": gamma * flips.SIGMA**2 / level**2,
            "deaf": [[sigma, value] for sigma, value in deaf.items()],
            "outside": float(((outside < 0) | (outside > 1)).double().mean())}


# --- the page -------------------------------------------------------------------------------------


def page(record):
    """Lines of docs/samplers.md, from what was recorded."""
    told, lines = record["meanings"], [""]
    versions = ", ".join(f"{name} {number}" for name, number in record["versions"].items())
    lines += [f"{record['measured']}: {versions}; one thread.", "",
              "**The same.** Largest difference, relative to the largest value, of 8 beetles and "
              "both denoisers, which compute in single precision.", "",
              "| what | where | differs by |", "|---|---|---|"]
    worst: dict = {}
    for row in record["agreement"]:
        pair = row["what"], re.sub("`.*`, ", "", row["where"])
        worst[pair] = max(worst.get(pair, 0.0), row["difference"])
    lines += [f"| {what} | {where} | {value:.0e} |" for (what, where), value in worst.items()]
    first, last = told["weights"]
    (loud, heard), (louder, deaf) = told["deaf"]
    lines += ["", "**Not the same.**", "",
              "- *ΠGDM's S* is 1 in DeepInverse, in units of a picture in [0, 1]; here it is told "
              f"(the record's is {samplers.SPREAD:g}). With the same noise, pictures for S = 1 and "
              f"S = {samplers.SPREAD:g} are {told['spread']:.3f} apart (rms).",
              "- *DPS's weight λ* multiplies the score, so that a step moves x by "
              "λ(t² − s²)∇‖y − AD‖; ours is ζ∇‖y − AD‖, whatever the levels, and the "
              "published one is that on a state scaled by 1/√(1 + t²). For "
              f"ζ = 8 over our levels λ would have to rise from {first:.2g} to {last:.1e}. "
              f"λ = {LAMBDA:.0f} is Gauss's slope where the miss is as large as the noise.",
              "- *DPS as shipped* takes 1,000 levels of a variance-preserving schedule, equally "
              f"spaced in time: from {told['levels'][0]:.0f} to {told['levels'][1]:.4f} of noise "
              f"in our units. Our denoisers know noise up to {told['largest']:.1f}; beyond it x is "
              "shrunk to that. The scaling itself changes nothing: see *variance preserving*.",
              "- *Clipping.* Its DPS puts denoised pictures into [−1, 1], DiffPIR into [0, 1]; "
              f"ours clips nothing. At t = .3 a share of {told['outside']:.3f} of denoised values "
              "lies outside [0, 1].",
              "- *DDRM's noise* is divided by √2 in DeepInverse, which the published formula "
              "doesn't have: the denoiser is told of more noise than there is. A row below does "
              "without that division, and takes our levels in place of its own, which begin at 1.",
              "- *DDRM's threshold.* A number counts as measured if its singular value is greater "
              "than the noise's σ. Block means have 1/16 = .0625: at "
              f"σ = {loud:g} the residual is {heard:.2f} σ², at σ = {louder:g} it is "
              f"{deaf:.1f} σ², since the pixels are no longer looked at.",
              f"- *DiffPIR's λ* = 7 pulls towards the pixels {told['pull']:.2f} times as hard as a "
              "world of variance t² around D would ask for; λ = 2 would do that.", "",
              f"**Audited.** The first {record['audit'][0]['n']} beetles of either form of the "
              f"record, {min(row['n'] for row in record['audit'])} for DPS as shipped; "
              f"σ = {flips.SIGMA:g}; Wilson's 95 % intervals. Residuals are mean squares in units "
              "of σ²; about 1 is right. *2×*: how many times as much a draw errs as the mean of "
              "nine; a sound sampler's does 1.8 times (48 beetles, the first half). Seconds are "
              "of one core's time for an answer. NFE: evaluations of the denoiser, in ΠGDM "
              "and DPS with a gradient each. The rows by *ours* are the "
              "record's; *twisted* stands for the posterior.", "",
              "| denoiser | method | by | dark → pale | pale → dark | residual, σ² | 2× | NFE "
              "| s |",
              "|---|---|---|---|---|---|---|---|---|"]
    for name in ("share_50", "share_10"):
        for row in record["audit"]:
            if row["name"] == name:
                lines.append(_audited(row))
    lines += ["", "**Where the posterior is exact.** Two forms in two dimensions, one number seen; "
              "200 cases, 19 draws. p-values of uniform ranks: small ones refute. *2×*: how many "
              "times as much a draw errs as the posterior's mean; a sound sampler's does twice on "
              "average over such sets of cases, and on these as much as the last row says.",
              "", "| method | by | p, coordinates | p, likelihood | 2× |", "|---|---|---|---|---|"]
    lines += [f"| {row['label']} | {row['sampler']} | {_p(row['coordinates'])} "
              f"| {_p(row['likelihood'])} | {row['law'][0]:.2f} ({row['law'][1]:.2f}–"
              f"{row['law'][2]:.2f}) |" for row in record["mixture"]]
    shares = {row["key"]: row["dark to pale"] / row["n"] for row in record["audit"]
              if row["name"] == "share_10"}
    refuted = [f"{row['label']} ({row['sampler']})" for row in record["mixture"]
               if min(row["coordinates"], row["likelihood"]) < 1e-3]
    outside = [f"{row['label']} ({row['sampler']})" for row in record["mixture"]
               if not row["law"][1] <= 2 <= row["law"][2]]
    lines += ["", "**In short.** With the denoiser that was shown a tenth of dark beetles, the "
              f"stand-in for the posterior calls {shares['twisted']:.2f} of the dark ones pale. "
              f"DDRM as shipped calls {shares['ddrm']:.2f} so, with whole noise over our levels "
              f"{shares['ddrm_whole']:.2f}; DiffPIR {shares['diffpir']:.2f}; ΠGDM with S = 1 "
              f"{shares['pigdm_wide']:.2f}, with S = {samplers.SPREAD:g} {shares['pigdm']:.2f}; "
              f"DPS with a constant weight {shares['dps_constant']:.2f}, with our constant step "
              f"{shares['dps']:.2f}, as shipped {shares['dps_shipped']:.2f} (16 beetles). Between "
              "the two rows of DDRM noise and levels both change. Where the posterior "
              f"is exact, ranks refute at p < .001: {', '.join(refuted) or 'none'}. By the 2× "
              f"law 2 lies outside the interval of: {', '.join(outside) or 'none'}."]
    return [*lines, ""]


def _audited(row):
    cells = [f"`{row['name']}`", row["label"], row["sampler"]]
    for key in ("dark to pale", "pale to dark"):
        share = row[key] / row["n"]
        if isinstance(row[key], int):
            low, high = measures.share_interval(row[key], row["n"])
            cells.append(f"{share:.2f} ({low:.2f}–{high:.2f})")
        else:  # a mean of probabilities
            cells.append(f"{share:.2f}")
    for key, form in (("residual", ".2f"), ("law", ".2f"), ("nfe", ",d"), ("seconds", ".2f")):
        cells.append(format(row[key], form) if key in row else "")
    return "| " + " | ".join(cells) + " |"


def _p(value):
    return f"{value:.2f}" if value >= 0.01 else f"{value:.0e}"


def write(record):
    """Put the tables into docs/samplers.md."""
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    PAGE.write_text(before + BEGIN + "\n" + "\n".join(page(record)) + END + rest.split(END)[1],
                    encoding="utf-8")


def main(wanted):
    if wanted == ["page"]:
        write(json.loads(RECORD.read_text(encoding="utf-8")))
        return
    kit = parts()
    kit.torch.set_num_threads(1)
    kit.torch.manual_seed(0)
    record = {"measured": str(date.today()),
              "versions": {name: version(name).partition("+")[0] for name in PACKAGES},
              "agreement": agreement(kit)}
    if wanted == ["agreement"]:
        return
    record |= {"meanings": meanings(kit), "mixture": mixture(kit), "audit": audit(kit)}
    RECORD.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    write(record)


if __name__ == "__main__":
    main(sys.argv[1:])
