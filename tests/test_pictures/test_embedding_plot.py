import numpy as np
import pytest

from mmpose_ae.pictures import ImageEmbedding, plot_embeddings

IMAGE = np.full((40, 60, 3), 128, np.uint8)
# Means of the labelled keypoints: (0, 0), (3, 4), (0.5, 0); distances 5, 0.5 and sqrt(22.25).
TAGS = np.array([[[0, 0], [0, 0]], [[2, 3], [4, 5]], [[0.5, 0], [99, 99]]])
VISIBLE = np.array([[True, True], [True, True], [True, False]])


def test_distances_between_people_are_sorted_bars():
    figure = plot_embeddings(IMAGE, [ImageEmbedding('AE', TAGS, 1.0)], VISIBLE)
    bars = figure.axes[2]
    heights = [bar.get_height() for bar in bars.patches]
    np.testing.assert_allclose(heights, [0.5, 22.25**0.5, 5])
    colors = [bar.get_facecolor() for bar in bars.patches]
    assert colors[0] != colors[1] == colors[2]  # only the first pair is closer than the threshold
    assert bars.lines[0].get_ydata()[0] == 1


def test_only_the_smallest_distances_are_drawn():
    figure = plot_embeddings(IMAGE, [ImageEmbedding('AE', TAGS, 1.0)], VISIBLE, num_pairs=2)
    assert len(figure.axes[2].patches) == 2


def test_tags_keep_their_distances_in_the_plane():
    """Two dimensions are only turned: a dot is as far from another as the tags are."""
    figure = plot_embeddings(IMAGE, [ImageEmbedding('AE', TAGS, 1.0)], VISIBLE)
    first, mean, second = (dots.get_offsets() for dots in figure.axes[1].collections[:3])
    np.testing.assert_allclose(mean, first[:1], atol=1e-9)
    assert len(second) == 2
    np.testing.assert_allclose(np.linalg.norm(second - first[0], axis=1), [13**0.5, 41**0.5])


def test_each_network_has_a_row_and_tags_of_one_dimension_a_line():
    one = ImageEmbedding('one', TAGS[..., :1], 0.2)
    figure = plot_embeddings(IMAGE, [ImageEmbedding('two', TAGS, 1.0), one], VISIBLE)
    assert len(figure.axes) == 1 + 2 * 2
    assert figure.axes[3].get_title() == 'one: tags, 1-D'
    heights = [dots.get_offsets()[:, 1] for dots in figure.axes[3].collections]
    assert not np.concatenate(heights).any()
    assert figure.axes[4].lines[0].get_ydata()[0] == 0.2


@pytest.mark.parametrize('visible', [VISIBLE & [[1], [0], [0]], VISIBLE & False])
def test_nobody_to_compare(visible):
    figure = plot_embeddings(IMAGE, [ImageEmbedding('AE', TAGS, 1.0)], visible.astype(bool))
    assert not figure.axes[2].patches
    figure.canvas.draw()
