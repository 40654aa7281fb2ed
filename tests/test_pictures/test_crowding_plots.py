import numpy as np

from mmpose_ae.pictures import plot_correlations, plot_margins


def test_histograms_count_images():
    values = np.array([0.0, 0.02, 0.5, 0.97, 1.0, 1.0])
    figure = plot_correlations({'AE': values, 'L=1': np.array([])})
    left, right = figure.axes
    heights = [bar.get_height() for bar in left.patches]
    assert (heights[0], heights[10], heights[-1]) == (2, 1, 3) and sum(heights) == len(values)
    assert left.get_title() == 'AE: mean 0.58'
    assert right.get_title() == 'L=1: nothing to correlate'
    assert left.get_ylim() == right.get_ylim()


def test_margins_are_drawn_where_they_were_measured():
    figure = plot_margins(
        {'AE': {0: 2.0, 9: -1.0}, 'CE': {4: 3.0}}, {'AE': {2: 1.5}, 'CE': {2: 2, 13: 0.5}}
    )
    left, right = figure.axes
    np.testing.assert_allclose(left.lines[0].get_xydata(), [[0.05, 2], [0.95, -1]])
    np.testing.assert_allclose(left.lines[1].get_xydata(), [[0.45, 3]])
    np.testing.assert_allclose(right.lines[1].get_xydata(), [[2, 2], [13, 0.5]])
    assert [text.get_text() for text in left.get_legend().get_texts()] == ['AE', 'CE']


def test_intervals_may_be_wider():
    figure = plot_margins({'AE': {1: 0.0}}, {'AE': {}}, num_degrees=4)
    assert figure.axes[0].lines[0].get_xdata() == [0.375]
