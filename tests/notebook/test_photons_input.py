"""Bad light is refused in words: every function of the library that lesson real_photons uses."""

import ast
import importlib

import numpy as np
import pytest

from course_lib.audits.sources import candidates, matches, matches_by_chance
from course_lib.imaging.deconvolution import richardson_lucy
from course_lib.imaging.operators import Blur, Matrix
from course_lib.imaging.optics import gaussian_psf
from course_lib.imaging.photons import held_out_log_likelihood, ring_correlation, thin
from course_lib.imaging.stars import PixelSpot, fit_stars
from course_lib.notebook.explorers.real_photons import real_photons
from course_lib.notebook.figures import draw_image, show_images
from course_lib.worlds import measured
from course_staff.authoring.source import ROOT

COUNTS = np.random.default_rng(0).poisson(2.0, (24, 24))
LIGHT, PSF = COUNTS.astype(float), gaussian_psf(1.0)
SEE = Blur(PSF, "reflect")
PLACES = [[3, 4], [8, 9]]


def changed(x, value):
    """Return x with one value replaced."""
    x = np.array(x, float)
    x[1, 2] = value
    return x


NO_PICTURE = {"NaN": changed(LIGHT, np.nan), "infinite": changed(LIGHT, np.inf),
              "empty": np.zeros((0, 4)), "complex": LIGHT * 1j, "nothing": None}
NO_COUNTS = NO_PICTURE | {"negative": changed(LIGHT, -1), "fractional": LIGHT + 0.5, "text": ["a"]}
NO_FIELD = NO_PICTURE | {"three axes": LIGHT[None], "one axis": LIGHT[0]}
NO_MEAN = {"NaN": NO_PICTURE["NaN"], "infinite": NO_PICTURE["infinite"],
           "negative": changed(LIGHT, -1), "another shape": LIGHT[:4], "empty": np.zeros((0, 4))}
NO_SPOT = {"off centre": np.roll(PSF, 2, 0), "NaN": changed(PSF, np.nan), "dark": 0 * PSF,
           "negative": PSF - 0.01, "empty": np.zeros((0, 0)), "three axes": PSF[None]}
NO_KERNEL = {key: NO_SPOT[key] for key in ("NaN", "empty", "three axes")}
NO_PLACES = {"NaN": [[np.nan, 1]], "one axis": [1, 2, 3], "three numbers": [[1, 2, 3]],
             "complex": [[1j, 2]], "nothing": None, "none of three": np.zeros((0, 3))}
NO_NUMBER = {"NaN": np.nan, "text": "a", "nothing": None, "negative": -1}
NO_SHARE = NO_NUMBER | {"above 1": 1.1, "a list": [0.5]}
NO_WHOLE = {"half": 1.5, "text": "a", "nothing": None, "negative": -1}
SHAPE = (64, 64)

# Function → (argument, calls it with one bad value, bad values).
CASES = {
    thin: [("counts", thin, NO_COUNTS), ("share", lambda v: thin(COUNTS, v), NO_SHARE),
           ("rng", lambda v: thin(COUNTS, 0.5, v), NO_WHOLE)],
    held_out_log_likelihood: [
        ("rest", lambda v: held_out_log_likelihood(v, LIGHT), NO_COUNTS),
        ("mean", lambda v: held_out_log_likelihood(COUNTS, v), NO_MEAN),
        ("share", lambda v: held_out_log_likelihood(COUNTS, LIGHT, v), NO_SHARE | {"all": 1})],
    ring_correlation: [
        ("a", lambda v: ring_correlation(v, LIGHT), NO_FIELD | {"even": 0 * LIGHT}),
        ("b", lambda v: ring_correlation(LIGHT, v), NO_FIELD | {"another shape": LIGHT[:9]}),
        ("width", lambda v: ring_correlation(LIGHT, LIGHT, v),
         {"NaN": np.nan, "text": "a", "negative": -1, "too narrow": 0.001, "too wide": 0.6})],
    candidates: [("x", lambda v: candidates(v, 3), NO_FIELD),
                 ("least", lambda v: candidates(LIGHT, v), {"NaN": np.nan, "nothing": None}),
                 ("apart", lambda v: candidates(LIGHT, 3, v), NO_WHOLE)],
    matches: [("places", lambda v: matches(v, PLACES, 1), NO_PLACES),
              ("others", lambda v: matches(PLACES, v, 1), NO_PLACES),
              ("radius", lambda v: matches(PLACES, PLACES, v), NO_NUMBER)],
    matches_by_chance: [
        ("places", lambda v: matches_by_chance(v, PLACES, 1, SHAPE),
         NO_PLACES | {"outside": [[99, 3]]}),
        ("others", lambda v: matches_by_chance(PLACES, v, 1, SHAPE),
         NO_PLACES | {"outside": [[3, -5]]}),
        ("radius", lambda v: matches_by_chance(PLACES, PLACES, v, SHAPE), NO_NUMBER),
        ("shape", lambda v: matches_by_chance(PLACES, PLACES, 1, v),
         {"too small": (10, 10), "one": (64,), "three": (64, 64, 3), "broken": (64.5, 64)}),
        ("shifts", lambda v: matches_by_chance(PLACES, PLACES, 1, SHAPE, shifts=v), NO_WHOLE),
        ("rng", lambda v: matches_by_chance(PLACES, PLACES, 1, SHAPE, rng=v), NO_WHOLE)],
    richardson_lucy: [
        ("y", lambda v: richardson_lucy(v, SEE, 2),
         {key: NO_COUNTS[key] for key in ("NaN", "infinite", "empty", "negative")}),
        ("A", lambda v: richardson_lucy(LIGHT, v, 2),
         {"nothing": None, "blind": Blur(0 * PSF, "reflect"), "negative": Matrix(-np.eye(24))}),
        ("iterations", lambda v: richardson_lucy(LIGHT, SEE, v), NO_WHOLE),
        ("x0", lambda v: richardson_lucy(LIGHT, SEE, 2, x0=v), NO_MEAN | {"dark": 0 * LIGHT})],
    # A blur may be lopsided or negative on purpose: what is a telescope's, `PixelSpot` checks.
    Blur: [("psf", lambda v: Blur(v, "reflect"), NO_KERNEL),
           ("boundary", lambda v: Blur(PSF, v), {"unknown": "x"}),
           ("x", lambda v: SEE(v), {key: NO_PICTURE[key] for key in ("NaN", "empty")})],
    gaussian_psf: [("sigma", gaussian_psf, NO_NUMBER | {"zero": 0})],
    PixelSpot: [("grid", lambda v: PixelSpot(v, 1), NO_SPOT),
                ("fine", lambda v: PixelSpot(PSF, v), NO_WHOLE),
                ("kernel", PixelSpot.from_pixels, NO_SPOT)],
    fit_stars: [
        ("frame", lambda v: fit_stars(v, 1 + LIGHT, PLACES, PixelSpot(PSF, 1)), NO_FIELD),
        ("error", lambda v: fit_stars(LIGHT, v, PLACES, PixelSpot(PSF, 1)),
         {"NaN": NO_PICTURE["NaN"], "zero": changed(1 + LIGHT, 0), "negative": changed(LIGHT, -1),
          "another shape": 1 + LIGHT[:9]}),
        ("places", lambda v: fit_stars(LIGHT, 1 + LIGHT, v, PixelSpot(PSF, 1)),
         NO_PLACES | {"far away": [[99, 99]], "no star": np.zeros((0, 2))})],
    real_photons: [("counts", lambda v: real_photons(v, PSF), NO_COUNTS | {
        "no photon": 0 * COUNTS, "three axes": COUNTS[None], "small": COUNTS[:8, :8]}),
        ("psf", lambda v: real_photons(COUNTS, v), NO_SPOT),
        ("least", lambda v: real_photons(COUNTS, PSF, v), {"NaN": np.nan, "nothing": None})],
    show_images: [("pictures", lambda v: show_images({"a": v}, alt="a"),
                   {"empty": np.zeros((0, 4)), "one axis": LIGHT[0], "nothing": None})],
    draw_image: [],
}
FIELD = measured.xray()
ALL = [pytest.param(call, value, id=f"{function.__name__}-{argument}-{what}".replace(" ", "_"))
       for function, arguments in CASES.items() for argument, call, values in arguments
       for what, value in values.items()]


@pytest.mark.parametrize(("call", "value"), ALL)
@pytest.mark.filterwarnings("error")
def test_bad_input_is_refused_in_words(call, value):
    with pytest.raises(ValueError, match=r"\bis\b|\bhas\b") as refusal:
        call(value)
    assert "must be" in str(refusal.value)


@pytest.mark.parametrize("size", [0, -1, 1000, 384, 2.5, "a", None, 128.0])
def test_a_piece_of_the_field_lies_in_the_field(size):
    with pytest.raises(ValueError, match="size is"):
        FIELD.centre(size)
    assert FIELD.centre(366).shape == (366, 366)


def test_every_function_that_the_lesson_imports_is_among_them():
    """But for what draws, keeps guesses or checks answers."""
    tree = ast.parse((ROOT / "solutions" / "real_photons.py").read_text(encoding="utf-8"))
    used = {(node.module, alias.name) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)
            for alias in node.names if node.module.startswith("course_lib.")}
    without_input = {"measured", "COLOURS", "figure", "show", "predict", "reveal", "Matrix",
                     "RingCorrelation"}
    checked = {"call", "equal", "refuses"}
    for module, name in sorted(used):
        if name not in without_input | checked:
            assert getattr(importlib.import_module(module), name) in CASES, name
