"""Tags over frames: a line per person, broken where nobody sees them."""

import numpy as np

from mmpose_ae.pictures import instance_colors
from mmpose_ae.pictures.track_tags_plot import plot_track_tags

TAGS = np.array([[[1.0], [5.0]], [[1.5], [9.0]], [[2.0], [5.5]]])  # three frames of two people
SEEN = np.array([[True, True], [True, False], [True, True]])


def test_lines():
    figure = plot_track_tags(['one', 'other'], [TAGS, TAGS + 1], [SEEN, SEEN])
    first, second = figure.axes
    assert [axes.get_title() for axes in figure.axes] == ['one', 'other']
    np.testing.assert_array_equal(first.lines[0].get_ydata(), [1, 1.5, 2])
    np.testing.assert_array_equal(first.lines[1].get_ydata(), [5, np.nan, 5.5])
    np.testing.assert_array_equal(second.lines[0].get_ydata(), [2, 2.5, 3])
    for line, color in zip(first.lines, instance_colors([0, 1]) / 255):
        np.testing.assert_allclose(line.get_color(), color)
    assert first.get_xlim() == (0, 2) and first.get_ylabel() == 'tag'


def test_several_dimensions_are_projected_on_what_is_seen():
    """All that is seen differs in the second dimension only."""
    tags = np.concatenate([np.zeros_like(TAGS), TAGS], axis=-1)
    tags[1, 1] = 99, 0  # nobody has seen it
    (axes,) = plot_track_tags(['one'], [tags], [SEEN]).axes
    np.testing.assert_allclose(axes.lines[0].get_ydata(), [1 - 3, 1.5 - 3, 2 - 3])
    assert axes.get_ylabel() == 'tag, first of 2 principal components'
