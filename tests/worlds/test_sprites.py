"""Inputs from outside the ladybirds' world."""

import numpy as np
import pytest

from course_lib.imaging.optics import srgb_encode
from course_lib.worlds import ladybirds, sprites

ALL = [sprites.robot_beetle, lambda: sprites.robot_beetle("blue"), sprites.tomato,
       sprites.empty_leaf]


@pytest.mark.parametrize("draw", ALL)
def test_pictures_fit_the_world_of_the_ladybirds(draw):
    picture = draw()
    assert picture.shape == (3, 64, 64) and picture.dtype == np.float32
    assert 0 <= picture.min() and picture.max() <= 1
    np.testing.assert_array_equal(draw(), picture)


@pytest.mark.parametrize("paint", ["red", "blue"])
def test_the_robot_is_pixel_art_and_symmetric(paint):
    picture = sprites.robot_beetle(paint)
    small = picture[:, ::4, ::4]
    np.testing.assert_array_equal(small.repeat(4, 1).repeat(4, 2), picture)
    np.testing.assert_array_equal(picture, picture[..., ::-1])
    assert len(np.unique(small.reshape(3, -1), axis=1).T) <= 10  # a palette, no half-tones


def test_the_palette_is_decoded_to_linear_light():
    codes = srgb_encode(sprites.robot_beetle().astype(float)[:, 0, 0]) * 255
    np.testing.assert_allclose(codes, [0x5A, 0x8F, 0x3A], atol=0.01)


def test_paint_changes_only_the_wing_cases():
    red, blue = sprites.robot_beetle("red"), sprites.robot_beetle("blue")
    changed = np.abs(red - blue).max(0) > 0
    assert 0.05 < changed.mean() < 0.3
    assert (red[0] > red[2])[changed].all() and (blue[2] > blue[0])[changed].all()


def test_the_empty_leaf_is_green_and_smooth():
    leaf = sprites.empty_leaf()
    assert (leaf[1] > leaf[0]).all() and (leaf[1] > leaf[2]).all()
    beetle = ladybirds.render(ladybirds.sample(1, seed=0))[0]
    assert leaf.std((1, 2)).max() < 0.5 * beetle.std((1, 2)).max()


def test_the_tomato_is_round_and_red_on_that_leaf():
    tomato, leaf = sprites.tomato(), sprites.empty_leaf()
    np.testing.assert_array_equal(tomato[:, 0], leaf[:, 0])
    red = tomato[0] > 2 * tomato[1]
    height, width = np.ptp(np.nonzero(red)[0]) + 1, np.ptp(np.nonzero(red)[1]) + 1
    assert abs(height - 0.54 * 64) <= 2 and abs(width - 0.58 * 64) <= 2
    assert red[32 - 10 : 32 + 10, 44].all()


def test_an_unknown_paint_is_named():
    with pytest.raises(ValueError, match="paint is 'green'.*'red', 'blue'"):
        sprites.robot_beetle("green")
