import numpy as np
import pytest

from mmpose_ae.pictures import plot_learned_scales

IMAGE = np.zeros((8, 16, 3), np.uint8)


def test_width_of_the_likeliest_keypoint():
    """A Gaussian to the power 4 is half as wide, to the power 1 / 4 twice."""
    heatmaps = np.array([[[0.9, 0.1, 0.1, 0.0]] * 2, [[0.4, 0.8, 0.2, 0.0]] * 2])
    scales = np.array([[[3.0] * 4] * 2, [[-0.75] * 4] * 2])
    figure = plot_learned_scales(IMAGE, heatmaps, scales, threshold=0.3)
    shown = figure.axes[2].images[0]
    np.testing.assert_allclose(shown.get_array().filled(np.nan), [[-50, 100, np.nan, np.nan]] * 2)
    assert shown.get_clim() == pytest.approx((-100, 100))  # so that 0 is neutral
    for axes in figure.axes[:3]:
        assert axes.images[0].get_extent() == [-0.5, 15.5, 7.5, -0.5]


def test_nothing_is_seen():
    figure = plot_learned_scales(IMAGE, np.zeros((2, 2, 4)), np.zeros((2, 2, 4)))
    assert figure.axes[2].images[0].get_array().mask.all()
