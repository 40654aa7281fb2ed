"""Cells and pixels: the convention by hand, its symmetry under flips, and inversion."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmpose_ae.grouping import cells_to_pixels, nearest_cells, pixels_to_cells


@pytest.mark.parametrize(
    'stride, center_shift, pixel',
    [
        (4, None, 1.5),  # cell 0 covers the pixels 0, 1, 2, 3
        (2, None, 0.5),
        (1, None, 0.0),
        (4, 0.5, 2.0),  # measured from the corner of the image
        (4, 0.0, 0.0),
    ],
)
def test_centre_of_the_first_cell(stride, center_shift, pixel):
    first = np.zeros((1, 2), np.float32)
    np.testing.assert_allclose(cells_to_pixels(first, stride, center_shift), [[pixel, pixel]])


def test_axes_are_x_and_y():
    np.testing.assert_allclose(cells_to_pixels(np.array([[10.0, 10.0]]), (4, 2)), [[41.5, 20.5]])


@given(x=st.floats(-50, 600), stride=st.sampled_from([1, 2, 4, 8]))
def test_a_flip_of_the_image_is_a_flip_of_the_heatmap(x, stride):
    width = 512
    cell = pixels_to_cells(np.array([x, 0.0]), stride)[0]
    mirrored = pixels_to_cells(np.array([width - 1 - x, 0.0]), stride)[0]
    assert mirrored == pytest.approx(width // stride - 1 - cell, abs=1e-4)


@given(
    point=st.tuples(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3)),
    stride=st.tuples(st.integers(1, 16), st.integers(1, 16)),
    center_shift=st.sampled_from([None, 0.0, 0.5]),
)
def test_inverse(point, stride, center_shift):
    there = pixels_to_cells(np.array(point), stride, center_shift)
    np.testing.assert_allclose(cells_to_pixels(there, stride, center_shift), point, atol=1e-3)


def test_nearest_cells_by_hand():
    points = np.array(
        [[0.4, 2.5], [-0.4, 0.0], [-0.6, 0.0], [9.4, 4.4], [9.5, 0.0], [np.nan, 0.0], [1e30, -1e30]]
    )
    cells, inside = nearest_cells(points, (10, 5))
    assert inside.tolist() == [True, True, False, True, False, False, False]
    assert cells.tolist() == [[0, 3], [0, 0], [0, 0], [9, 4], [9, 0], [0, 0], [9, 0]]
