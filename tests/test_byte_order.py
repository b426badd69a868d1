"""Arrays from FITS files are big-endian: every public function takes them and answers alike."""

import ast
import dataclasses
import io
from pathlib import Path

import numpy as np
import pytest

from course_lib.audits import (
    conformal,
    fairness,
    hallucination,
    measures,
    sources,
    suspects,
    trainings,
    zoom,
)
from course_lib.imaging import deconvolution, limits, optics, photons, recovery, stars
from course_lib.imaging.operators import Blur, Downsample, Matrix, Shift, Stack, finer_grid
from course_lib.inference import classifiers, diffusion, latents, plate_posterior, posterior
from course_lib.records import reconstructions
from course_lib.worlds import digits, ladybirds, plates, ring

LIBRARY = Path(suspects.__file__).parent.parent
RNG = np.random.default_rng(0)
X, Y, X64 = RNG.random((16, 16)), RNG.random((16, 16)), RNG.random((1, 3, 64, 64))
SMALL = RNG.random((4, 4))  # of a picture (16, 16)
COLOUR = RNG.random((2, 3, 4, 4))
COUNTS = RNG.poisson(5.0, (16, 16))
P, BITS, POINTS = RNG.random(40), RNG.integers(0, 2, 40), RNG.random((30, 2))
PSF = optics.gaussian_psf(1, (5, 5))
A, MIRROR, PIXELS = Blur(PSF), Blur(PSF, "reflect"), Downsample(4)
ROW = Matrix([[1.0, 1.0, 0.0]])
MIXTURE = ([0.5, 0.5], [[0.0, 0.0], [1.0, 1.0]], [0.1 * np.eye(2)] * 2)
PLATE = RNG.random((2, 1, 48, 224))


def mixture(big=np.asarray):
    return posterior.Mixture(*map(big, MIXTURE))


def signed(pixels, invented):
    file, module = io.BytesIO(), pytest.importorskip("course_lib.audits.provenance")
    module.sign(file, pixels, invented, {}, module.new_key())
    return module.read(file).invented


def modes():
    return limits.decompose(PIXELS, (16, 16))


def generators(name):
    """Import what needs PyTorch, or skip."""
    pytest.importorskip("torch")
    return __import__(f"course_lib.{name}", fromlist=["it"])


# Function, as "module.name", → a call whose array arguments go through `b`.
CALLS = {
    "conformal.report": lambda b: [share.low for share in conformal.report(
        b(POINTS > 0.5), b(BITS[:30])).values()],
    "conformal.scores": lambda b: conformal.scores(b(P)),
    "conformal.sets": lambda b: conformal.sets(b(POINTS), b(P[:2])),
    "conformal.threshold": lambda b: conformal.threshold(b(P)),
    "conformal.thresholds": lambda b: conformal.thresholds(b(POINTS), b(BITS[:30]), 0.5, True),
    "fairness.conditional_shares": lambda b: fairness.conditional_shares(
        b(BITS), b(BITS[::-1]), b(P), 0.5, bins=2),
    "fairness.corrected_share": lambda b: fairness.corrected_share(b(BITS), b(BITS), b(BITS)),
    "fairness.gaps": lambda b: fairness.gaps(b(BITS), b(BITS[::-1]), 0.5),
    "fairness.shift_prior": lambda b: fairness.shift_prior(b(P), 0.5, 0.1),
    "hallucination.abstention_curve": lambda b: hallucination.abstention_curve(b(P), b(P[::-1])),
    "hallucination.fractions": lambda b: hallucination.fractions(PIXELS, b(X), b(Y)),
    "hallucination.maps": lambda b: hallucination.maps(PIXELS, b(X), b(Y)),
    "hallucination.measurement_map": lambda b: hallucination.measurement_map(
        PIXELS, b(X), b(SMALL)),
    "hallucination.null_part": lambda b: hallucination.null_part(PIXELS, b(X)),
    "hallucination.pseudo_inverse": lambda b: hallucination.pseudo_inverse(PIXELS, b(SMALL)),
    "hallucination.instability_bound": lambda b: hallucination.instability_bound(
        PIXELS, b(X), b(Y)),
    "hallucination.identified": lambda b: hallucination.identified(b(SMALL), b(np.arange(1, 4))),
    "hallucination.paint": lambda b: hallucination.paint(b(X), b(Y > 0.5)),
    "measures.birthday": lambda b: measures.birthday(b(POINTS), 0.05),
    "measures.bootstrap": lambda b: measures.bootstrap(np.mean, b(P)),
    "measures.calibration_error": lambda b: measures.calibration_error(b(P), b(BITS)),
    **{f"measures.{name}": lambda b, name=name: getattr(measures, name)(b(POINTS), b(POINTS + 0.1))
       for name in ("coverage", "covered", "density", "precision", "recall", "mse", "rmse",
                    "psnr")},
    "measures.radii": lambda b: measures.radii(b(POINTS), 2),
    "measures.ranks": lambda b: measures.ranks(b(P), b(RNG.permuted(np.tile(P, (9, 1)))), 0),
    "measures.uniformity": lambda b: measures.uniformity(b(np.arange(20) % 10), 9),
    "provenance.sign": lambda b: signed(np.zeros((16, 16, 3), np.uint8), b(X)),
    "sources.candidates": lambda b: sources.candidates(b(X), 0.5),
    "sources.matches": lambda b: sources.matches(b(POINTS), b(POINTS + 0.1), 0.2),
    "sources.matches_by_chance": lambda b: sources.matches_by_chance(
        b(16 * POINTS), b(16 * POINTS), 1.0, (32, 32)),
    "suspects.residual": lambda b: suspects.residual(b(X[:4].ravel()), b(P[:8])),
    "suspects.shrink": lambda b: suspects.shrink(b(X.reshape(4, 64))),
    "zoom.pairs": lambda b: zoom.pairs(ladybirds.sample(2, form=0), zoom.LEAF, 0.2, b(P[:3])),
    "zoom.zoom": lambda b: list(zoom.zoom(
        lambda y: X64 + y.mean((1, 2, 3), keepdims=True), b(np.tile(X64, (2, 1, 1, 1))),
        b(np.zeros((2, 3, 64, 64)))).values()),
    "deconvolution.blind_objective": lambda b: deconvolution.blind_objective(
        b(Y), b(X), b(PSF), 1.0),
    "deconvolution.discrepancy_lambda": lambda b: deconvolution.discrepancy_lambda(
        b(Y), A, 0.1),
    "deconvolution.gcv_lambda": lambda b: deconvolution.gcv_lambda(b(Y), MIRROR),
    "deconvolution.upre_lambda": lambda b: deconvolution.upre_lambda(b(Y), A, 0.1),
    "deconvolution.inverse_filter": lambda b: deconvolution.inverse_filter(b(Y), A),
    "deconvolution.poisson_log_likelihood": lambda b: deconvolution.poisson_log_likelihood(
        b(COUNTS), b(X)),
    "deconvolution.richardson_lucy": lambda b: [
        deconvolution.richardson_lucy(b(Y), MIRROR, 3, b(X)),
        deconvolution.richardson_lucy(b(Y), MIRROR, 3, accelerate=True)],
    "deconvolution.tikhonov": lambda b: [deconvolution.tikhonov(b(Y), each, 0.1)
                                         for each in (A, MIRROR)],
    "deconvolution.total_variation": lambda b: [
        deconvolution.total_variation(b(Y), 0.1),
        deconvolution.total_variation(b(Y), 0.1, MIRROR, tol=0.1)],
    "deconvolution.wiener": lambda b: deconvolution.wiener(b(Y), A, b(0.1 + X[:, :9])),
    "limits.cramer_rao": lambda b: limits.cramer_rao(b(2 * np.eye(2))),
    "limits.mutual_information": lambda b: limits.mutual_information(
        Downsample((1, 2)), (1, 8), 0.1, b(2 * np.eye(8))),
    "limits.picard_count": lambda b: limits.picard_count(b(P), 0.1),
    "limits.picard_plateau": lambda b: limits.picard_plateau(b(P), 0.1),
    "limits.split": lambda b: [limits.split(A, b(X)),
                               limits.split(A, b(X), 0.1, soft=True, method="iterative")],
    "limits.Modes": lambda b: [modes().coefficients(b(SMALL)), modes().reconstruct(b(SMALL), 3),
                               modes().filtered(b(X), b(P[:16]))],
    "operators.LinearOperator": lambda b: [each(b(X)) for each in (
        A, MIRROR, Blur(PSF, "zero"), PIXELS, PIXELS.T, Downsample(2, "bicubic"), Shift(0.5, 0.2),
        Stack([A, MIRROR]))],
    "operators.Blur": lambda b: [Blur(b(PSF))(X), Blur.from_otf(b(A.otf((16, 16))))(X)],
    "operators.Matrix": lambda b: Matrix(b(X))(b(Y[:1])),
    "operators.finer_grid": lambda b: finer_grid(b(PSF))(b(X)),
    **{f"optics.{name}": lambda b, name=name: getattr(optics, name)(b(P), 0.3)
       for name in ("airy_otf", "airy_pattern", "gaussian_otf")},
    "optics.pixel_mtf": lambda b: optics.pixel_mtf(b(P), 3),
    "optics.two_point_profile": lambda b: optics.two_point_profile(b(P), 0.2, 0.3),
    "optics.photon_noise": lambda b: optics.photon_noise(b(X), 9, 0),
    "optics.read_noise": lambda b: optics.read_noise(b(X), 0.1, 0),
    "optics.srgb_encode": lambda b: optics.srgb_encode(b(X)),
    "optics.srgb_decode": lambda b: optics.srgb_decode(b(X)),
    "photons.thin": lambda b: photons.thin(b(COUNTS)),
    "photons.ring_correlation": lambda b: photons.ring_correlation(b(X), b(X + Y)),
    "photons.held_out_log_likelihood": lambda b: photons.held_out_log_likelihood(
        b(COUNTS), b(1 + X)),
    "stars.fit_stars": lambda b: stars.fit_stars(
        b(X), b(1 + Y), b(np.array([[4.0, 5.0], [9.0, 8.0]])), stars.PixelSpot(PSF, 1)),
    "recovery.frames": lambda b: recovery.frames(b(4 * POINTS[:3]), 4)(X),
    "recovery.spikes": lambda b: recovery.spikes(b(np.array([3, 5])), b(P[:2]), 9),
    "recovery.recover_spikes": lambda b: recovery.recover_spikes(b(np.array([[2.0]])), ROW, True),
    "recovery.consistent_range": lambda b: recovery.consistent_range(
        b(np.array([[2.0]])), ROW, b(np.array([[1.0, 0.0, 0.0]]))),
    "recovery.Illuminate": lambda b: recovery.Illuminate(b(X))(b(Y)),
    "recovery.structured_illumination": lambda b: recovery.structured_illumination(
        A, (16, 16), (0.1, 0.1), b(P[:3]))(X),
    "recovery.unmixing_matrix": lambda b: recovery.unmixing_matrix(b(P[:4])).view(float),
    "recovery.unmix": lambda b: recovery.unmix(
        b(X64[0, :, :8, :8]), b(np.array([0.0, 2.0, 4.0]))).view(float),
    "recovery.localise": lambda b: recovery.localise(b(COUNTS), 1.5, 1.0),
    "classifiers.p_dark": lambda b: classifiers.p_dark(b(COLOUR)),
    "classifiers.log_odds": lambda b: classifiers.log_odds(
        b(COLOUR), [(b(X64[0, 0, :48].T[:5]), b(P[:5])), (b(X[:1, :5]), b(P[:1]))]),
    "classifiers.features": lambda b: generators("inference.classifiers").features(b(X64)),
    "diffusion.approximate": lambda b: diffusion.approximate(
        mixture(), b(np.eye(2)[:1]), b(P[:1]), 0.1)(POINTS, 1.0),
    "diffusion.exact": lambda b: diffusion.exact(
        mixture(), b(np.eye(2)[:1]), b(P[:1]), 0.1)(POINTS, 1.0),
    "diffusion.score": lambda b: diffusion.score(mixture(), b(POINTS), 0.5),
    "latents.tiny_generator": lambda b: latents.tiny_generator(b(POINTS.reshape(15, 4))),
    "latents.latent_search": lambda b: latents.latent_search(
        b(P[:8]), b(np.eye(64)[:8]), latents.tiny_generator, 4, restarts=1),
    "plate_posterior.reference": lambda b: plate_posterior.reference(b(PLATE[0, :, ::8, ::8])),
    "posterior.Mixture": lambda b: [
        mixture(b).log_density(b(POINTS)), mixture(b).classify(b(POINTS)),
        mixture().measured(b(np.eye(2)[:1]), 0.1).means,
        mixture().posterior(b(P[:1]), b(np.eye(2)[:1]), 0.1).means],
    "posterior.log_likelihood": lambda b: posterior.log_likelihood(
        b(COLOUR[0]), ladybirds.sample(3)),
    "regression.regress": lambda b: generators("inference.regression").regress(b(COLOUR)),
    "chains.effective_size": lambda b: generators("generators.chains").effective_size(
        b(P.reshape(2, 20))),
    "pulse.met": lambda b: generators("generators.pulse").met(b(P)),
    "plate_enhancer.enhance": lambda b: generators("generators.plate_enhancer").enhance(
        b(PLATE[:, :, ::8, ::8])),
    "plate_enhancer.windows": lambda b: generators("generators.plate_enhancer").windows(
        b(PLATE[:, :, ::8, ::8])),
    "plate_enhancer.legible": lambda b: generators("generators.plate_enhancer").legible(
        b(PLATE))[1],
    "upscaler.enhance": lambda b: generators("generators.upscaler").enhance(
        generators("generators.upscaler").load("esrgan-medium"), b(COLOUR)),
    "upscaler.restored": lambda b: list(generators("generators.upscaler").restored(
        {"a": b(P[:3])}).values()),
    "flips.p_dark_under": lambda b: generators("records.flips").p_dark_under(b(COLOUR), "share_50"),
    "reconstructions.LinearEstimate": lambda b: reconstructions.LinearEstimate(
        b(X64[0, :, :16, :16]), PIXELS, 0.1)(b(SMALL)),
    "reconstructions.bicubic": lambda b: reconstructions.bicubic(b(COLOUR)),
    "reconstructions.edge_preserving": lambda b: reconstructions.edge_preserving(
        b(COLOUR[0]), size=8),
    "digits.encode": lambda b: digits.encode(b(digits.write("1838").astype(np.int64)), 3),
    "ladybirds.from_latents": lambda b: ladybirds.render(
        ladybirds.from_latents(b(RNG.random((2, 22))), b(np.array([0, 1]))), 8),
    "ladybirds.dome": lambda b: ladybirds.dome(b(X), b(Y), 0.5, 1.0, 1.0, (0.0, 0.0, 1.0)),
    "ladybirds.inside": lambda b: ladybirds.inside(b(X), 0.5),
    "ladybirds.sample": lambda b: ladybirds.render(
        ladybirds.sample(2, form=b(np.array([0, 1]))), 8),
    "plates.cells": lambda b: plates.cells(b(PLATE[:, 0])),
    "plates.inked": lambda b: plates.inked(b(RNG.random((2, 5, 32, 24)))),
    "plates.spell": lambda b: [[ord(c) for c in text] for text in plates.spell(
        b(np.array([[0, 1, 2, 3, 4]])))],
    "ring.mode_of": lambda b: ring.mode_of(b(4 * POINTS)),
    "ring.sample": lambda b: ring.sample(20, b(np.full(8, 0.125))),
    "trainings.percentiles": lambda b: trainings.percentiles(
        trainings.Contrast(trainings.Group.of(b(P.reshape(1, -1, 1)))), [b(np.ones((2, 1)))],
        b(np.outer([1.0, 2.0], np.arange(P.size)))),
}
# Public, with arrays among the parameters, and not in the table:
OTHERS = {
    "functions of functions": {
        "measures.audit_sampler", "diffusion.draw", "guidance.draw", "guidance.twisted",
        "suspects.program", "suspects.best",
        "sampling.refine", "sampling.temper", "sampling.weigh"},
    "made for the output of the library itself, or minutes long": {
        "posterior.reference", "chains.sample", "chains.pictures", "pulse.search",
        "pulse.recorded_picture", "flips.search_each", "flips.search_world",
        "samplers.answer", "samplers.guide", "samplers.particles", "samplers.read",
        "suspects.picture_fault", "suspects.seed_fault", "suspects.verdict_fault",
        "suspects.sound", "suspects.run"},
}
# Rooms whose functions see tensors or draw figures, and the checks themselves.
ROOMS = ("audits", "imaging", "worlds", "inference", "generators", "records")


def big(values):
    values = np.asarray(values)
    return values.astype(values.dtype.newbyteorder(">"))


def numbers(result):
    """Everything that a result holds, in one row; its arrays have this machine's byte order."""
    if dataclasses.is_dataclass(result):
        result = [getattr(result, each.name) for each in dataclasses.fields(result)]
    if isinstance(result, dict):
        result = list(result.values())
    if isinstance(result, (tuple, list)):
        return np.concatenate([numbers(each) for each in result]) if result else np.zeros(0)
    assert not isinstance(result, np.ndarray) or result.dtype.isnative
    return np.ravel(np.asarray(result, dtype=float))


@pytest.mark.parametrize("name", CALLS)
def test_big_endian_arrays_are_arrays(name):
    state = RNG.bit_generator.state
    expected = numbers(CALLS[name](np.asarray))
    RNG.bit_generator.state = state
    found = numbers(CALLS[name](big))
    assert found.size and np.allclose(found, expected, rtol=1e-9, atol=1e-12, equal_nan=True)


def with_arrays():
    """Public functions, as "module.name", one of whose parameters is said to be an array."""
    for room in ROOMS:
        for file in (LIBRARY / room).glob("*.py"):
            for node in ast.parse(file.read_text(encoding="utf-8")).body:
                if isinstance(node, ast.FunctionDef) and node.name[0] != "_":
                    said = [ast.unparse(each.annotation) for each in
                            (*node.args.args, *node.args.kwonlyargs) if each.annotation]
                    if any("Array" in text or "ndarray" in text for text in said):
                        yield f"{file.stem}.{node.name}"


def test_every_public_function_of_arrays_is_tried():
    there = set(with_arrays())
    assert there - set(CALLS) - set().union(*OTHERS.values()) == set()
    assert len(there & set(CALLS)) > 60
