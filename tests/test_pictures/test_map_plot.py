import numpy as np

from mmpose_ae.pictures import plot_maps


def test_tags_of_the_likeliest_keypoint_where_heatmaps_are_high():
    heatmaps = np.zeros((2, 3, 4), np.float32)
    heatmaps[0, 1, 1], heatmaps[1, 1, 1] = 0.9, 0.5
    heatmaps[1, 2, 3] = 0.4
    heatmaps[0, 0, 0] = 0.1  # too low
    tags = np.stack([np.full((3, 4), 7.0), np.full((3, 4), -2.0)])
    figure = plot_maps(np.zeros((30, 40, 3), np.uint8), heatmaps, tags)
    _, highest, shown = (axes.images[0].get_array() for axes in figure.axes[:3])
    np.testing.assert_allclose(highest, heatmaps.max(0))
    expected = np.full((3, 4), np.nan)
    expected[1, 1], expected[2, 3] = 7, -2
    np.testing.assert_array_equal(np.ma.filled(shown, np.nan), expected)
    assert [axes.get_title() for axes in figure.axes[:3]] == ['image', 'highest heatmap', 'tag']


def test_several_dimensions_are_projected():
    """Channel l * K + k: the two cells differ by (1, 1), or sqrt(2) along the diagonal."""
    heatmaps = np.zeros((2, 1, 2), np.float32)
    heatmaps[0, 0, 0] = heatmaps[1, 0, 1] = 1
    tags = np.zeros((4, 1, 2))
    tags[1, 0, 1] = tags[3, 0, 1] = 1  # both dimensions of keypoint 1
    figure = plot_maps(np.zeros((10, 20, 3), np.uint8), heatmaps, tags)
    values = figure.axes[2].images[0].get_array()
    np.testing.assert_allclose(values, [[-np.sqrt(0.5), np.sqrt(0.5)]])
    assert figure.axes[2].get_title() == 'tag, first of 2 principal components'


def test_nothing_to_see():
    figure = plot_maps(np.zeros((10, 20, 3), np.uint8), np.zeros((2, 1, 2)), np.zeros((2, 1, 2)))
    assert np.ma.getmaskarray(np.ma.masked_invalid(figure.axes[2].images[0].get_array())).all()
    figure.canvas.draw()
