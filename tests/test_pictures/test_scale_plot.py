import numpy as np
import pytest

from mmpose_ae.pictures import InstanceScale, plot_scale_maps, plot_scale_vectors

IMAGE = np.zeros((30, 40, 3), np.uint8)


def test_maps_of_the_likeliest_keypoint():
    """Two keypoints, two levels: channel l * K + k."""
    heatmaps = np.zeros((2, 3, 4), np.float32)
    heatmaps[0, 1, 1], heatmaps[1, 1, 1] = 0.9, 0.5
    heatmaps[1, 2, 3] = 0.4
    heatmaps[0, 0, 0] = 0.1  # too low for a scale factor
    tags = np.stack([np.full((3, 4), value) for value in (-1.0, 2.0, 3.0, -4.0)])
    scales = np.stack([np.full((3, 4), 0.5), np.full((3, 4), 0.7)])
    figure = plot_scale_maps(IMAGE, heatmaps, tags, scales)
    panels = {axes.get_title(): axes.images[0].get_array() for axes in figure.axes if axes.images}
    assert list(panels) == ['image', 'highest heatmap', '|tag 1|', '|tag 2|', 'scale factor']
    np.testing.assert_allclose(panels['highest heatmap'], heatmaps.max(0))
    first, second = np.full((3, 4), 1.0), np.full((3, 4), 3.0)
    first[2, 3], second[2, 3] = 2, 4  # keypoint 1 is likeliest there
    np.testing.assert_array_equal(panels['|tag 1|'], first)
    np.testing.assert_array_equal(panels['|tag 2|'], second)
    expected = np.zeros((3, 4))
    expected[1, 1], expected[2, 3] = 0.5, 0.7
    np.testing.assert_allclose(panels['scale factor'], expected)


def test_nothing_to_see():
    zeros = np.zeros((2, 3, 4))
    plot_scale_maps(IMAGE, zeros, np.zeros((6, 3, 4)), zeros).canvas.draw()


def test_bars_of_every_instance():
    small = InstanceScale(np.array([1, 2, 5, 9]), 0.2, np.array([1.0, 0.0]), np.array([0.6, 0.8]))
    large = InstanceScale(np.array([0, 0, 9, 9]), 0.8, np.array([0.0, 1.0]), np.array([0.8, 0.6]))
    picture, *panels = plot_scale_vectors(IMAGE, [small, large]).axes
    assert [axes.get_title() for axes in panels] == ['scale 0.20', 'scale 0.80']
    for axes, instance in zip(panels, (small, large)):
        heights = [bar.get_height() for bar in axes.patches]
        assert heights == [*instance.vector, *instance.tag]
    box = picture.patches[0]
    assert (*box.get_xy(), box.get_width(), box.get_height()) == (1, 2, 4, 7)
    assert box.get_edgecolor() == panels[0].patches[0].get_facecolor()


@pytest.mark.parametrize('count', [0, 1])
def test_few_instances(count):
    one = InstanceScale(np.zeros(4), 0.0, np.array([1.0]), np.array([1.0]))
    assert len(plot_scale_vectors(IMAGE, [one] * count).axes) == 1 + count
