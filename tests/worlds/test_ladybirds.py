"""Laws of the ladybirds' world: geometry, light, declared priors, and what a camera can't tell."""

from pathlib import Path

import numpy as np
import pytest
from scipy.special import ndtr
from scipy.stats import kstest

from course_lib.worlds import ladybirds
from course_lib.worlds.ladybirds import N_LATENTS, PRIORS, from_latents, render, sample

INDIVIDUAL = [prior.name for prior in PRIORS if prior.group == "individual"]
SCENE = [prior.name for prior in PRIORS if prior.group == "scene"]


@pytest.fixture(scope="module")
def beetles():
    return sample(40, share=0.5, seed=12)


@pytest.fixture(scope="module")
def pictures(beetles):
    return render(beetles)


def shrink(pictures, to):
    n, c, h, w = pictures.shape
    return pictures.reshape(n, c, to, h // to, to, w // to).mean(axis=(3, 5))


def footprint(beetles):
    """Where the beetle changes the picture of its leaf, (n, 64, 64), each with sum 1."""
    change = np.abs(render(beetles) - render(beetles.replace(x=9, y=9))).sum(1)
    return change / change.sum((1, 2), keepdims=True)


# --- the picture ---------------------------------------------------------------------------------


def test_pictures_are_float32_between_0_and_1_and_not_flat(pictures):
    assert pictures.shape == (40, 3, 64, 64) and pictures.dtype == np.float32
    assert pictures.min() >= 0 and pictures.max() <= 1
    assert (pictures.std((1, 2, 3)) > 0.03).all()


def test_light_is_linear_twice_the_lamp_gives_twice_the_value(beetles):
    dim, bright = (render(beetles.replace(brightness=light)) for light in (0.3, 0.6))
    assert bright.max() < 1  # nothing is clipped
    np.testing.assert_allclose(bright, 2 * dim, rtol=1e-5)


def test_rendering_is_deterministic_and_does_not_depend_on_the_batch(beetles, pictures):
    np.testing.assert_array_equal(render(beetles), pictures)
    np.testing.assert_array_equal(render(beetles[::-1])[::-1], pictures)
    for i in (0, 7, 39):
        np.testing.assert_allclose(render(beetles[i])[0], pictures[i], atol=1e-6)
    assert render(beetles[:0]).shape == (0, 3, 64, 64)


def test_a_mirrored_scene_gives_the_mirrored_picture(beetles, pictures):
    turned = {name: -beetles[name] for name in ("x", "angle", "lamp", "slope_x", "vein_angle")}
    np.testing.assert_allclose(render(beetles.replace(**turned))[..., ::-1], pictures, atol=1e-5)


def test_a_beetle_facing_up_in_centred_light_is_its_own_mirror_image(beetles, pictures):
    centred = beetles.replace(x=0, angle=0, lamp=0, slope_x=0, vein_angle=0)
    np.testing.assert_allclose(render(centred), render(centred)[..., ::-1], atol=1e-5)
    assert np.abs(pictures - pictures[..., ::-1]).max() > 0.1  # other scenes are not symmetric


@pytest.mark.parametrize(("name", "axis", "sign"), [("x", 2, 1), ("y", 1, -1)])
def test_moving_the_beetle_moves_its_footprint(beetles, name, axis, sign):
    plain = beetles.replace(slope_x=0, slope_y=0, vein=9, scale=0.5, **{name: 0})
    moved = plain.replace(**{name: 8 * 2 / 64})  # eight pixels to the right, or up
    before, after = (np.tensordot(footprint(b).sum(3 - axis), np.arange(64), 1)
                     for b in (plain, moved))
    np.testing.assert_allclose(after - before, 8 * sign, atol=0.25)


def test_a_positive_angle_turns_the_head_anticlockwise(beetles):
    upright = beetles.replace(x=0, y=0, scale=0.55, lamp=0, slope_x=0, vein=9)
    for angle, side in ((0.4, -1), (-0.4, 1)):
        columns = footprint(upright.replace(angle=angle))[:, :16].sum(1)  # rows of the head
        mean = columns @ (np.arange(64) - 31.5) / columns.sum(1)
        assert (side * mean > 1.5).all()


def test_a_larger_scale_covers_more(beetles):
    squares = (np.arange(64) - 31.5) ** 2
    spread = [np.sqrt(footprint(beetles.replace(x=0, y=0, scale=scale)).sum(1) @ squares)
              for scale in (0.4, 0.6)]
    np.testing.assert_allclose(spread[1] / spread[0], 1.5, rtol=0.06)


def test_small_renders_agree_with_shrunken_large_ones(beetles, pictures):
    for size in (32, 128):
        difference = shrink(render(beetles, size), 4) - shrink(pictures, 4)
        assert np.sqrt(np.mean(difference**2)) < 0.003
        assert np.abs(difference).max() < 0.02


# --- the two forms -------------------------------------------------------------------------------


def test_melanic_beetles_are_darker_than_pale_ones_in_the_same_light():
    pale = sample(300, seed=3, form=0)
    a, b = (render(same, 32).mean((1, 2, 3)) for same in (pale, pale.replace(form=1)))
    assert a.mean() > b.mean() + 0.01
    assert np.mean(a > b) > 0.9


def test_the_form_changes_the_wing_cases_only(beetles):
    a, b = (render(beetles.replace(form=f, x=0, y=0, angle=0, scale=0.6)) for f in (0, 1))
    changed = np.abs(a - b).max((0, 1)) > 1e-6
    rows, columns = np.nonzero(changed)
    # The wing cases' ellipse, centre 0.12 below, in body units, with a pixel to spare.
    x, y = (columns - 31.5) / 32 / 0.6, (31.5 - rows) / 32 / 0.6 + 0.12
    assert changed.sum() > 500
    assert ((x / (0.79 * 1.08 + 0.06)) ** 2 + (y / (0.93 + 0.06)) ** 2).max() < 1


def test_form_is_lost_at_4_and_kept_at_8_pixels():
    """A linear classifier on noisy pictures: a guard on the dials that docs/ladybirds.md states."""
    train, test = (sample(n, share=0.5, seed=s) for n, s in ((3000, 5), (2000, 6)))
    error = {}
    for to in (4, 8):
        rng = np.random.default_rng(0)
        x, t = (shrink(render(b, 32), to).reshape(len(b), -1) for b in (train, test))
        x, t = (a + 0.05 * rng.standard_normal(a.shape) for a in (x, t))
        a, b = x[train.form == 0], x[train.form == 1]
        w = np.linalg.solve(np.cov(a.T) + np.cov(b.T), b.mean(0) - a.mean(0))
        called_dark = (t - (a.mean(0) + b.mean(0)) / 2) @ w > 0
        error[to] = np.mean(called_dark != test.form)
    assert 0.14 < error[4] < 0.28
    assert error[8] < 0.10


# --- the priors ----------------------------------------------------------------------------------


def test_sampling_is_reproducible_and_seeds_differ():
    a, b, c = sample(20, seed=4), sample(20, seed=4), sample(20, seed=5)
    np.testing.assert_array_equal(a.values, b.values)
    np.testing.assert_array_equal(a.form, b.form)
    assert (a.values != c.values).all()


def test_the_first_beetles_do_not_depend_on_how_many_are_drawn():
    few, many = sample(5, share=0.4, seed=4), sample(50, share=0.4, seed=4)
    np.testing.assert_array_equal(few.values, many.values[:5])
    np.testing.assert_array_equal(few.form, many.form[:5])


@pytest.mark.parametrize("share", [0.02, 0.1, 0.5])
def test_the_share_of_the_dark_form_is_respected(share):
    n = 40_000
    assert abs(sample(n, share, seed=1).form.mean() - share) < 4 * np.sqrt(share * (1 - share) / n)
    assert not sample(100, share=0).form.any() and sample(100, share=1).form.all()


def test_a_larger_share_only_turns_pale_beetles_into_dark_ones():
    few, many = sample(2000, share=0.1, seed=1), sample(2000, share=0.3, seed=1)
    np.testing.assert_array_equal(few.values, many.values)
    assert (many.form >= few.form).all()


def test_parameters_follow_the_declared_priors_independently_of_each_other_and_the_form():
    beetles = sample(20_000, share=0.5, seed=9)
    for prior in PRIORS:
        u = beetles[prior.name].astype(float)
        if prior.law == "log-uniform":
            u = np.log(u / prior.low) / np.log(prior.high / prior.low)
        else:
            u = (u - prior.low) / (prior.high - prior.low)
        assert kstest(u, "uniform").pvalue > 1e-3, prior.name
    together = np.column_stack([beetles.values, beetles.form])
    correlation = np.corrcoef(together.T) - np.eye(N_LATENTS + 1)
    assert np.abs(correlation).max() < 0.035


def test_parameters_rise_with_their_own_latent_and_with_no_other():
    base = from_latents(np.zeros((N_LATENTS, N_LATENTS)), 0)
    moved = from_latents(np.eye(N_LATENTS), 0)
    difference = moved.values - base.values
    assert (np.diag(difference) > 0).all()
    assert not (difference - np.diag(np.diag(difference))).any()


@pytest.mark.parametrize("form", [0, 1])
def test_spots_and_patches_grow_and_do_not_pop_up(form):
    # Samplers that move in small steps need pictures that are continuous in every latent.
    steps = sample(1, seed=2).replace(form=form, extent=0.5)[np.zeros(400, int)]
    x = render(steps.replace(number=np.linspace(0, 1, 400)))
    assert np.abs(x[-1] - x[0]).max() > 0.15
    assert np.abs(np.diff(x, axis=0)).max() < 0.03


def test_pictures_depend_continuously_on_the_latents():
    u = np.random.default_rng(2).standard_normal((60, N_LATENTS))
    for form in (0, 1):
        step = shrink(render(from_latents(u + 1e-3, form)) - render(from_latents(u, form)), 8)
        assert np.abs(step).max() < 5e-3


def test_overlap_bounds_the_extent_of_the_pattern():
    assert sample(500, seed=1, overlap=0.4)["extent"].max() <= 0.4
    assert sample(500, seed=1)["extent"].max() > 0.9


def test_the_documentation_states_the_priors_in_use():
    page = Path(__file__).parents[2] / "docs" / "ladybirds.md"
    rows = [[cell.strip() for cell in line.strip("| \n").split("|")]
            for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    stated = {row[0].strip("`"): (row[1], row[2], float(row[3]), float(row[4])) for row in rows}
    assert stated == {p.name: (p.group, p.law, p.low, p.high) for p in PRIORS}


# --- individuals ---------------------------------------------------------------------------------


def test_a_new_scene_keeps_the_animal(beetles, pictures):
    again = beetles.with_new_scene(seed=77)
    np.testing.assert_array_equal(again.form, beetles.form)
    for name in INDIVIDUAL:
        np.testing.assert_array_equal(again[name], beetles[name])
    for name in SCENE:
        assert (again[name] != beetles[name]).all()
    np.testing.assert_array_equal(again.values, beetles.with_new_scene(seed=77).values)
    assert (np.abs(render(again) - pictures).max((1, 2, 3)) > 0.05).all()


def test_a_new_scene_keeps_an_animal_drawn_with_less_overlap():
    drawn = sample(50, seed=1, overlap=0.3)
    np.testing.assert_array_equal(drawn.with_new_scene(2)["extent"], drawn["extent"])


def test_indexing_takes_rows_and_columns(beetles):
    assert len(beetles[3]) == 1 and len(beetles[2:5]) == 3
    dark = beetles[beetles.form == 1]
    assert dark.form.all() and 0 < len(dark) < len(beetles)
    np.testing.assert_array_equal(beetles[[4, 1]]["hue"], beetles["hue"][[4, 1]])


def test_replace_sets_what_it_is_told_and_leaves_the_original(beetles):
    before = beetles.values.copy()
    changed = beetles.replace(angle=0, form=1, brightness=np.linspace(0.5, 1, 40))
    assert not changed["angle"].any() and changed.form.all()
    np.testing.assert_allclose(changed["brightness"], np.linspace(0.5, 1, 40), rtol=1e-6)
    np.testing.assert_array_equal(changed["hue"], beetles["hue"])
    np.testing.assert_array_equal(beetles.values, before)


def test_look_alikes_share_their_sixteen_pixels_but_not_their_form():
    four = ladybirds.look_alikes()
    x = render(four).astype(float)
    low = shrink(x, 4)
    same = x + (low.mean(0) - low).repeat(16, -2).repeat(16, -1)
    assert np.abs(same - x).max() < 0.004
    assert 0 <= same.min() and same.max() <= 1
    np.testing.assert_allclose(shrink(same, 4), low.mean(0)[None].repeat(4, 0), atol=1e-15)
    assert four.form.tolist() == [0, 1, 0, 1]
    apart = [np.sqrt(np.mean((a - b) ** 2)) for i, a in enumerate(same) for b in same[:i]]
    assert min(apart) > 0.02


# --- bad input -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: sample(-1), "n is -1"),
        (lambda: sample(2.5), "n is 2.5"),
        (lambda: sample(3, share=1.2), "share is 1.2"),
        (lambda: sample(3, share=float("nan")), "share is nan"),
        (lambda: sample(3, overlap=-0.1), "overlap is -0.1"),
        (lambda: sample(3, form=2), "form is"),
        (lambda: sample(3, form=[0, 1]), "form is"),
        (lambda: from_latents(np.zeros((2, 3)), 0), rf"u is of shape .*\(n, {N_LATENTS}\)"),
        (lambda: from_latents(np.full((1, N_LATENTS), np.nan), 0), "u is not finite"),
        (lambda: render(np.zeros((2, 5))), "beetles is of type ndarray"),
        (lambda: render(sample(1), size=4), "size is 4"),
        (lambda: render(sample(1), size=32.0), "size is 32.0"),
        (lambda: sample(1)["colour"], "name is 'colour'"),
        (lambda: sample(1).replace(angel=0), "name is 'angel'"),
        (lambda: sample(2).replace(hue=np.nan), "hue is"),
        (lambda: sample(2).replace(hue=[1, 2, 3]), "hue is"),
    ],
)
def test_bad_input_is_named(call, says):
    with pytest.raises(ValueError, match=says):
        call()


def test_fractions_undo_the_priors():
    u = np.random.default_rng(8).standard_normal((50, N_LATENTS))
    np.testing.assert_allclose(ladybirds.fractions(from_latents(u, 0)), ndtr(u), atol=1e-5)
