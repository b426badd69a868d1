"""One spot, erased or painted: what the renderer draws, and enhancers whose answer is known."""

import numpy as np
import pytest

from course_lib.audits.hallucination import pseudo_inverse
from course_lib.audits.zoom import FAVOURITE, LEAF, SEAM, disc, pairs, zoom
from course_lib.imaging.operators import Downsample
from course_lib.worlds import ladybirds

A = Downsample(16)
WHITE = (0.9, 0.9, 0.9)
BEETLES = ladybirds.sample(60, form=0, seed=3)


def by_heart(present, absent, choose):
    """An enhancer that looks y up among the scenes; `choose(there)` says where it shows a spot."""
    known = [A(absent), A(present)]

    def enhance(y):
        shown = (np.abs(y - known[1]) < np.abs(y - known[0])).reshape(len(y), -1).any(1)
        return np.where(choose(shown)[:, None, None, None], present, absent)
    return enhance


def blocks(y):
    return pseudo_inverse(A, y)


def test_a_disc_has_its_area_and_its_place():
    beetles = BEETLES.replace(x=0.05, y=-0.1, angle=0.4, scale=0.6)
    found = disc(beetles, (0.3, 0.2), 0.25, size=128)[0]
    assert found.sum() * (2 / 128) ** 2 == pytest.approx(np.pi * (0.25 * 0.6) ** 2, rel=0.01)
    right = (np.arange(128) + 0.5) * 2 / 128 - 1
    centre = (found.sum(0) @ right / found.sum(), found.sum(1) @ -right / found.sum())
    turned = np.array([[np.cos(0.4), -np.sin(0.4)], [np.sin(0.4), np.cos(0.4)]]) @ [0.3, 0.2]
    np.testing.assert_allclose(centre, 0.6 * turned + [0.05, -0.1], atol=1e-3)


def test_a_spot_is_painted_as_the_renderer_paints_it():
    """A beetle's own spot, erased and painted again at its place and size, is the render."""
    plain = BEETLES.replace(spread=0, rise=0, stretch=1, tilt=0, extent=0.6, number=-0.2)
    radius = 0.085 + 0.085 * 0.6
    present, absent = pairs(plain, FAVOURITE, radius)
    x = ladybirds.render(plain)
    here = disc(plain, FAVOURITE, 1.4 * radius)[:, None] >= 1
    np.testing.assert_allclose((present - x) * here, 0, atol=0.02)
    bare = ladybirds.render(plain.replace(number=-2))
    np.testing.assert_allclose((absent - bare) * here, 0, atol=1e-6)
    assert (np.abs(absent - x) * here).max() > 0.2


@pytest.mark.parametrize("place, colour", [(FAVOURITE, None), (SEAM, None), (LEAF, WHITE)])
def test_pairs_differ_in_the_disc_and_nowhere_else(place, colour):
    present, absent = pairs(BEETLES, place, 0.15, colour)
    inside = disc(BEETLES, place, 0.15)[:, None]
    assert ((present != absent).any(1, keepdims=True) <= (inside > 0)).all()
    assert (inside.sum((1, 2, 3)) > 20).all()
    outside = disc(BEETLES, place, 0.225)[:, None] == 0
    np.testing.assert_array_equal(absent * outside, ladybirds.render(BEETLES) * outside)
    assert present.min() >= 0 and present.max() <= 1


def test_on_the_leaf_nothing_is_erased():
    """But for a spot on the edge of a wing case near by."""
    np.testing.assert_allclose(pairs(BEETLES, LEAF, 0.2, WHITE)[1], ladybirds.render(BEETLES),
                               atol=0.01)


def test_an_oracle_keeps_everything_and_returns_nothing():
    present, absent = pairs(BEETLES)
    told = zoom(by_heart(present, absent, lambda shown: shown), present, absent, A, sigma=0)
    assert told["returned"].value == 0 and told["shown"].value == 1
    assert told["kept"].value == pytest.approx(1) and told["sharp"].value == pytest.approx(1)
    assert told["AUC"].value > 0.8


def test_who_ignores_y_returns_spots_at_the_rate_of_the_prior():
    beetles, rng = ladybirds.sample(400, form=0, seed=4), np.random.default_rng(0)
    present, absent = pairs(beetles)
    told = zoom(by_heart(present, absent, lambda shown: rng.random(len(shown)) < 0.3),
                present, absent, A, sigma=0)
    assert told["returned"].low < 0.3 < told["returned"].high
    assert told["shown"].low < 0.3 < told["shown"].high
    for name, nothing in {"kept": 0, "sharp": 0, "AUC": 0.5}.items():
        error = (told[name].high - told[name].low) / 3.92
        assert abs(told[name].value - nothing) < 3 * error


@pytest.mark.parametrize("sigma", [0.0, 0.05])
def test_the_pseudo_inverse_has_its_closed_form(sigma):
    present, absent = pairs(BEETLES, LEAF, 0.2, WHITE)
    d = present - absent
    told = zoom(blocks, present, absent, A, sigma)
    assert told["kept"].value == pytest.approx(1)
    assert told["sharp"].value == pytest.approx(np.sum(blocks(A(d)) ** 2) / np.sum(d**2))


def test_a_linear_enhancer_that_halves_contrast_keeps_half():
    present, absent = pairs(BEETLES, LEAF, 0.2, WHITE)
    told = zoom(lambda y: 0.5 * blocks(y), present, absent)
    assert [told["kept"].value, told["kept"].low, told["kept"].high] == pytest.approx([0.5] * 3)


def test_a_constant_added_to_the_answers_changes_nothing():
    present, absent = pairs(BEETLES)
    some = zoom(blocks, present, absent, rng=1)
    other = zoom(lambda y: blocks(y) + np.array([0.3, -0.1, 2.0])[:, None, None],
                 present, absent, rng=1)
    for name, share in some.items():
        assert f"{share:.6f}" == f"{other[name]:.6f}"


def test_noise_hides_a_spot_from_the_eye():
    present, absent = pairs(BEETLES, LEAF, 0.2, WHITE)
    clear, noisy, hidden = (zoom(blocks, present, absent, sigma=s)["AUC"].value
                            for s in (0.0, 0.1, 3.0))
    assert clear > 0.95 > noisy > 0.7 > hidden > 0.3


@pytest.mark.parametrize("broken, says", [
    (lambda: pairs(ladybirds.sample(3, form=1)), "beetles"),
    (lambda: pairs(BEETLES[:0]), "beetles"), (lambda: pairs(np.zeros(3)), "beetles"),
    (lambda: pairs(BEETLES, colour=(2, 0, 0)), "colour"),
    (lambda: pairs(BEETLES, colour=(1, 0)), "colour"),
    (lambda: disc(BEETLES, FAVOURITE, 0), "radius"), (lambda: disc(BEETLES, (0, "1"), 1), "place"),
    (lambda: zoom(blocks, *np.zeros((2, 4, 3, 64, 64))), "a pair"),
    (lambda: zoom(blocks, np.zeros((3, 64, 64)), np.ones((3, 64, 64))), "present"),
    (lambda: zoom(blocks, np.zeros((2, 3, 64, 64)), np.ones((3, 3, 64, 64))), "absent"),
    (lambda: zoom(lambda y: y, *pairs(BEETLES[:2])), "what the enhancer returns"),
    (lambda: zoom(lambda y: blocks(y) * np.nan, *pairs(BEETLES[:2])), "what the enhancer returns"),
    (lambda: zoom(blocks, *pairs(BEETLES[:2]), sigma=-1), "sigma"),
])
def test_bad_input_is_refused_in_words(broken, says):
    with pytest.raises(ValueError, match=rf"^{says}.*must be"):
        broken()
