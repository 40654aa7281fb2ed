"""Frames and grids: their rule by hand, its symmetries, and images warped pixel by pixel."""

import cv2
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mmpose_ae.frame import (
    Frame,
    Grid,
    compose,
    flat_index,
    flip_matrix,
    resize_matrix,
    unflatten_index,
)

SEEDS = st.integers(0, 10**6)


def grid_of(stride, center_shift=None, size=(128, 96)):
    return Grid(size, (stride, stride), center_shift)


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
def test_center_of_the_first_cell(stride, center_shift, pixel):
    first = np.zeros((1, 2), np.float32)
    np.testing.assert_allclose(grid_of(stride, center_shift).to_pixels(first), [[pixel, pixel]])


def test_axes_are_x_and_y():
    grid = Grid.over((20, 40), (80, 80))
    assert grid.stride == (4, 2) and grid.input_size == (80, 80)
    np.testing.assert_allclose(grid.to_pixels(np.array([[10.0, 10.0]])), [[41.5, 20.5]])


@pytest.mark.parametrize('size, input_size', [((160, 96), (512, 384)), ((27, 20), (107, 80))])
def test_strides_need_not_be_whole(size, input_size):
    """The outer borders of the first and the last cell are those of the input."""
    grid = Grid.over(size, input_size)
    borders = np.array([[-0.5, -0.5], np.subtract(size, 0.5)])
    expected = [[-0.5, -0.5], np.subtract(input_size, 0.5)]
    np.testing.assert_allclose(grid.to_pixels(borders), expected, atol=1e-4)
    assert grid.input_size == input_size


@given(x=st.floats(-50, 600), stride=st.sampled_from([1, 2, 4, 8]))
def test_a_flip_of_the_image_is_a_flip_of_the_heatmap(x, stride):
    width = 512
    cell = grid_of(stride).to_cells(np.array([x, 0.0]))[0]
    mirrored = grid_of(stride).to_cells(np.array([width - 1 - x, 0.0]))[0]
    assert mirrored == pytest.approx(width // stride - 1 - cell, abs=1e-4)


STRIDES = st.tuples(st.integers(1, 16), st.integers(1, 16))
SHIFTS = st.sampled_from([None, 0.0, 0.5])


@given(
    point=st.tuples(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3)),
    stride=STRIDES,
    center_shift=SHIFTS,
)
def test_cells_and_back(point, stride, center_shift):
    grid = Grid((8, 8), stride, center_shift)
    there = grid.to_cells(np.array(point))
    np.testing.assert_allclose(grid.to_pixels(there), point, atol=1e-3)


@settings(max_examples=40, deadline=None)
@given(seed=SEEDS, stride=STRIDES, center_shift=SHIFTS)
def test_tensors_and_arrays_have_the_same_numbers(seed, stride, center_shift):
    rng, grid = np.random.default_rng(seed), Grid((40, 30), stride, center_shift)
    for dtype in (np.float32, np.float64, np.int64):
        points = rng.uniform(-100, 700, (2, 3, 2)).astype(dtype)
        for change in (grid.to_cells, grid.to_pixels):
            ours, theirs = change(torch.from_numpy(points)), change(points)
            assert ours.dtype == (torch.float64 if dtype == np.float64 else torch.float32)
            # numpy goes on in double precision after whole numbers.
            np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-5)
        cells = points.astype(np.float64) / 10 if dtype == np.int64 else points / 10
        for one, other in zip(grid.nearest(torch.from_numpy(cells)), grid.nearest(cells)):
            np.testing.assert_array_equal(one, other)


POINTS = [
    [0.4, 2.5],
    [-0.4, 0.0],
    [-0.6, 0.0],
    [9.4, 4.4],
    [9.5, 0.0],
    [np.nan, 0.0],
    [1e30, -1e30],
    [np.inf, 1.0],
    [2.0, -np.inf],
]
NEAREST = [[0, 3], [0, 0], [0, 0], [9, 4], [9, 0], [0, 0], [9, 0], [9, 1], [2, 0]]
INSIDE = [True, True, False, True, False, False, False, False, False]


@pytest.mark.parametrize(
    'points',
    [np.array(POINTS), np.array(POINTS, np.float32), torch.tensor(POINTS)],
    ids=['float64', 'float32', 'tensor'],
)
def test_nearest_cells_by_hand(points):
    cells, inside = grid_of(4, size=(10, 5)).nearest(points)
    assert inside.tolist() == INSIDE
    assert cells.tolist() == NEAREST


@pytest.mark.parametrize('library', [np, torch], ids=['arrays', 'tensors'])
def test_rounding_is_exact(library):
    """The last number below a half, to which float32 cannot add a half: it is in cell 0."""
    below = np.nextafter(np.float32(0.5), np.float32(0))
    points = library.asarray(np.array([[below, 0.5]], np.float32))
    assert grid_of(4).nearest(points)[0].tolist() == [[0, 1]]


@pytest.mark.parametrize('library', [np, torch], ids=['arrays', 'tensors'])
def test_row_major_indices(library):
    """Cell (x, y) = (3, 2) of a map that is 5 wide is the 13th after the first."""
    cells = library.asarray([[3, 2], [0, 0], [4, 1]])
    index = grid_of(4, size=(5, 4)).flat(cells)
    assert index.tolist() == flat_index(cells, 5).tolist() == [13, 0, 9]
    assert unflatten_index(index, 5).tolist() == cells.tolist()
    shape = unflatten_index(library.zeros((2, 0), dtype=library.int64), 5).shape
    assert tuple(shape) == (2, 0, 2)


def random_frame(rng, input_size=(48, 40), image_size=(30, 24)):
    """An image turned, stretched and moved; sides of about one to three pixels per pixel."""
    turn = rng.uniform(-np.pi, np.pi)
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    linear = (
        rotation
        @ np.diag(rng.uniform(0.7, 2.5, 2))
        @ np.array([[1, rng.uniform(-0.3, 0.3)], [0, 1]])
    )
    center = linear @ (np.subtract(image_size, 1) / 2)
    offset = np.array(input_size) / 2 - center + rng.uniform(-8, 8, 2)
    return Frame(np.column_stack([linear, offset]), image_size, input_size)


@settings(max_examples=40, deadline=None)
@given(seed=SEEDS)
def test_input_and_back(seed):
    rng = np.random.default_rng(seed)
    frame = random_frame(rng)
    points = rng.uniform(-50, 100, (2, 3, 2))
    np.testing.assert_allclose(frame.to_image(frame.to_input(points)), points, atol=1e-9)
    np.testing.assert_allclose(frame.to_input(frame.to_image(points)), points, atol=1e-9)


def test_the_whole_image_is_itself():
    frame = Frame.whole((30, 20))
    points = np.array([[3.0, 4.0], [29.0, 0.5]])
    np.testing.assert_array_equal(frame.to_input(points), points)
    assert frame.image_size == frame.input_size == (30, 20)


@pytest.mark.parametrize(
    'direction, expected', [('horizontal', [26, 4]), ('vertical', [3, 15]), ('diagonal', [26, 15])]
)
def test_flips_by_hand(direction, expected):
    """Pixel (3, 4) of 30 x 20, also where OpenCV puts it."""
    frame = Frame.whole((30, 20)).flipped(direction)
    assert frame.to_input(np.array([3.0, 4.0])).tolist() == expected
    image = np.zeros((20, 30), np.uint8)
    image[4, 3] = 1
    flipped = cv2.flip(image, dict(horizontal=1, vertical=0, diagonal=-1)[direction])
    assert flipped[expected[1], expected[0]] == 1


@settings(max_examples=30, deadline=None)
@given(seed=SEEDS, direction=st.sampled_from(['horizontal', 'vertical', 'diagonal']))
def test_flipping_twice_changes_nothing(seed, direction):
    frame = random_frame(np.random.default_rng(seed))
    twice = frame.flipped(direction).flipped(direction)
    np.testing.assert_allclose(twice.matrix, frame.matrix, atol=1e-12)
    assert twice.input_size == frame.input_size and twice.image_size == frame.image_size


@settings(max_examples=30, deadline=None)
@given(seed=SEEDS)
def test_composition_is_one_map_after_the_other(seed):
    rng = np.random.default_rng(seed)
    first, second = rng.normal(size=(2, 2, 3))
    points = rng.normal(size=(5, 2))
    one_by_one = (points @ first[:, :2].T + first[:, 2]) @ second[:, :2].T + second[:, 2]
    both = compose(first, second)
    np.testing.assert_allclose(points @ both[:, :2].T + both[:, 2], one_by_one, atol=1e-12)
    frame = Frame(first, (8, 6), (9, 9)).then(second, (7, 5))
    np.testing.assert_allclose(frame.to_input(points), one_by_one, atol=1e-12)
    assert frame.image_size == (8, 6) and frame.input_size == (7, 5)


@pytest.mark.parametrize(
    'size, resized', [((30, 20), (60, 40)), ((30, 20), (45, 10)), ((7, 9), (3, 5))]
)
def test_resizing_keeps_the_corners(size, resized):
    frame = Frame.whole(size).resized(resized)
    outer = np.array([[-0.5, -0.5], np.subtract(size, 0.5)])
    np.testing.assert_allclose(
        frame.to_input(outer), [[-0.5, -0.5], np.subtract(resized, 0.5)], atol=1e-12
    )


def test_resizing_is_that_of_opencv():
    """A ramp whose values are its own pixels shows where each pixel of a resized image is from."""
    ramp = np.tile(np.arange(40, dtype=np.float32), (6, 1))
    for width in (80, 100, 20):
        resized = cv2.resize(ramp, (width, 6), interpolation=cv2.INTER_LINEAR)[3]
        frame = Frame.whole((40, 6)).resized((width, 6))
        pixels = np.stack([np.arange(width), np.full(width, 3)], axis=-1).astype(float)
        expected = frame.to_image(pixels)[:, 0].clip(0, 39)
        np.testing.assert_allclose(resized, expected, atol=1e-4)


def test_a_resize_by_two_numbers():
    matrix = resize_matrix((2, 0.5))
    np.testing.assert_allclose(matrix, [[2, 0, 0.5], [0, 0.5, -0.25]])
    np.testing.assert_allclose(resize_matrix(2), resize_matrix((2.0, 2.0)))


def test_flip_matrix_by_hand():
    assert flip_matrix((10, 6)).tolist() == [[-1, 0, 9], [0, 1, 0]]


def test_a_box_of_the_image():
    """A box of sides (40, 20) around (20, 10), at twice its size: its corners are the input's."""
    frame = Frame.of_box((20, 10), (40, 20), (80, 40), image_size=(50, 30))
    assert frame.to_input(np.array([[0.0, 0.0], [20, 10], [40, 20]])).tolist() == [
        [0, 0],
        [40, 20],
        [80, 40],
    ]


@settings(max_examples=30, deadline=None)
@given(seed=SEEDS)
def test_a_box_is_the_inverse_of_what_mmpose_does(seed):
    """MMPose brings keypoints back by ``x / input_size * scale + center - scale / 2``."""
    rng = np.random.default_rng(seed)
    center, sides = rng.uniform(10, 300, 2), rng.uniform(50, 600, 2)
    input_size = tuple(rng.integers(64, 640, 2).tolist())
    frame = Frame.of_box(center, sides, input_size, image_size=(640, 480))
    points = rng.uniform(0, 640, (6, 2))
    expected = points / input_size * sides + center - 0.5 * sides
    np.testing.assert_allclose(frame.to_image(points), expected, atol=1e-9)


def shown_pixel_by_pixel(frame, grid):
    """Ask for every cell whether its center lies in one of the image's pixels."""
    (width, height), (w, h) = grid.size, frame.image_size
    shown = np.zeros((height, width), bool)
    inverse = np.linalg.inv(np.vstack([frame.matrix, [0, 0, 1]]))
    for row in range(height):
        for column in range(width):
            # The center of the pixels that the cell covers.
            x = grid.stride[0] * column + (grid.stride[0] - 1) / 2
            y = grid.stride[1] * row + (grid.stride[1] - 1) / 2
            u, v, _ = inverse @ [x, y, 1]
            shown[row, column] = -0.5 <= u < w - 0.5 and -0.5 <= v < h - 0.5
    return shown


@settings(max_examples=25, deadline=None)
@given(
    seed=SEEDS,
    flip=st.sampled_from([None, 'horizontal', 'vertical', 'diagonal']),
    strides=st.sampled_from([(1, 1), (4, 4), (2, 4)]),
    center_shift=SHIFTS,
)
def test_cells_that_show_the_image(seed, flip, strides, center_shift):
    """Of images that are turned, flipped and moved, whatever a grid measures from."""
    frame = random_frame(np.random.default_rng(seed))
    frame = frame if flip is None else frame.flipped(flip)
    size = tuple(side // stride for side, stride in zip(frame.input_size, strides))
    shown = frame.shown(Grid(size, strides, center_shift))
    np.testing.assert_array_equal(shown, shown_pixel_by_pixel(frame, Grid(size, strides)))


def test_padding_beside_an_image():
    """An image of 8 x 4, doubled, in the middle of an input of 24 x 8, seen by cells of 4."""
    frame = Frame(np.array([[2, 0, 4.5], [0, 2, 0.5]]), (8, 4), (24, 8))
    shown = frame.shown(Grid((6, 2), (4, 4)))
    assert shown.tolist() == [[False, True, True, True, True, False]] * 2


def test_edges_of_an_image():
    """10x6 pixels at half their size, 3 to the right of the input's corner: half a pixel out."""
    frame = Frame.of_box((2, 3), (16, 6), (8, 3), (10, 6))
    np.testing.assert_allclose(frame.edges, [2.75, -0.25, 7.75, 2.75])


def test_padding_of_a_batch():
    """A grid may reach beyond the input, to the right and to the bottom."""
    frame = Frame.whole((8, 4))
    shown = frame.shown(Grid((4, 2), (4, 4)))
    assert shown.tolist() == [[True, True, False, False], [False] * 4]


@pytest.mark.parametrize('mirrored', [False, True])
def test_a_turned_image_is_shown_where_it_is_drawn(mirrored):
    matrix = cv2.getRotationMatrix2D((30, 20), 25, 1.4)
    warped = cv2.warpAffine(np.ones((40, 60), np.float32), matrix, (96, 64)) > 0.5
    warped = warped[:, ::-1] if mirrored else warped
    frame = Frame(matrix, (60, 40), (96, 64))
    frame = frame.flipped() if mirrored else frame
    shown = frame.shown(Grid((96, 64), (1, 1)))
    assert (shown != warped).mean() < 0.01 and 0.2 < shown.mean() < 0.8


@pytest.mark.parametrize('flip', [None, 'horizontal', 'vertical', 'diagonal'])
@pytest.mark.parametrize('place', [(7, 4), (0, 0), (25, 19)])
def test_one_pixel_goes_where_the_frame_says(flip, place):
    """A turned, doubled image of one bright pixel, as OpenCV warps it: the center of its light."""
    image = np.zeros((20, 26), np.float32)
    image[place[1], place[0]] = 1
    matrix = cv2.getRotationMatrix2D((13, 10), 90, 2)
    frame = Frame(matrix, (26, 20), (64, 64)).then(np.array([[1, 0, 20.0], [0, 1, 18]]), (64, 64))
    warped = cv2.warpAffine(image, frame.matrix, (64, 64), flags=cv2.INTER_LINEAR)
    if flip:
        warped = cv2.flip(warped, dict(horizontal=1, vertical=0, diagonal=-1)[flip])
        frame = frame.flipped(flip)
    y, x = np.meshgrid(np.arange(64), np.arange(64), indexing='ij')
    center = (warped * x).sum() / warped.sum(), (warped * y).sum() / warped.sum()
    np.testing.assert_allclose(frame.to_input(np.array(place, float)), center, atol=0.05)
