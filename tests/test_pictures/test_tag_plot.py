import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from mmpose_ae.pictures import instance_colors, plot_tags

NAMES = ['nose', 'left_knee', 'right_knee']
TAGS = np.array([[[1.0], [1.5], [9.0]], [[-4.0], [-4.5], [-5.0]]])
VISIBLE = np.array([[True, True, False], [True, True, True]])


def test_positions_and_colors():
    figure = plot_tags(TAGS, VISIBLE, NAMES)
    (axes,) = figure.axes
    first, second = axes.collections
    np.testing.assert_allclose(first.get_offsets(), [[1, 0], [1.5, 1]])  # 9.0 is not visible
    np.testing.assert_allclose(second.get_offsets(), [[-4, 0], [-4.5, 1], [-5, 2]])
    for points, color in zip((first, second), instance_colors([0, 1]) / 255):
        np.testing.assert_allclose(points.get_facecolors()[0, :3], color)
    means = [line.get_xdata()[0] for line in axes.lines]
    np.testing.assert_allclose(means, [1.25, -4.5])


def test_labels():
    (axes,) = plot_tags(TAGS, VISIBLE, NAMES).axes
    assert [label.get_text() for label in axes.get_yticklabels()] == [
        'nose',
        'left knee',
        'right knee',
    ]
    assert axes.get_xlabel() == 'tag'
    assert axes.yaxis_inverted()


def test_keypoint_names_do_not_overlap():
    names = [f'right_shoulder_{k}' for k in range(17)]
    tags, image = np.zeros((1, 17, 1)), np.zeros((90, 160, 3), np.uint8)
    figure = plot_tags(tags, np.ones((1, 17), bool), names, image=image)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    picture, axes = figure.axes
    boxes = [label.get_window_extent() for label in axes.get_yticklabels()]
    assert all(above.y0 >= below.y1 for above, below in zip(boxes, boxes[1:]))
    assert min(box.x0 for box in boxes) > picture.get_window_extent().x1


def test_several_dimensions_are_projected():
    tags = np.concatenate([TAGS, TAGS], axis=-1)
    (axes,) = plot_tags(tags, VISIBLE, NAMES).axes
    assert axes.get_xlabel() == 'tag, first of 2 principal components'
    x = [points.get_offsets()[:, 0] for points in axes.collections]
    assert x[0][1] - x[0][0] == pytest.approx(0.5 * np.sqrt(2))
    assert x[0][0] - x[1][0] == pytest.approx(5 * np.sqrt(2))


def test_noise_of_one_instance_is_not_magnified():
    (axes,) = plot_tags(np.full((1, 3, 1), 0.01), np.ones((1, 3), bool), NAMES).axes
    low, high = axes.get_xlim()
    assert high - low >= 2


def test_nobody_and_no_global_figures():
    figure = plot_tags(np.zeros((0, 3, 2)), np.zeros((0, 3), bool), NAMES)
    assert not figure.axes[0].collections
    assert not plt.get_fignums()
