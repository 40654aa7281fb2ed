import numpy as np
import pytest

from mmpose_ae.pictures import first_component, principal_components
from mmpose_ae.pictures.components import component_label


def test_one_dimension_is_its_own_value():
    tags = np.array([[3.0], [-1.0]])
    assert first_component(tags, np.array([True, False])).tolist() == [3.0, -1.0]


@pytest.mark.parametrize('sign', [1, -1])
def test_points_on_a_line_keep_their_distances(sign):
    """Along (3, 4) the points are 5 apart; the larger entry of the direction, 4, is positive."""
    tags = sign * np.array([[0, 0], [3, 4], [6, 8]], float)
    expected = sign * np.array([-5, 0, 5])
    np.testing.assert_allclose(first_component(tags, np.ones(3)), expected, atol=1e-12)


def test_only_weighted_tags_make_the_direction():
    """Without the far point the direction is x and the mean is 1."""
    tags = np.array([[0, 0], [2, 0], [7, 1000]], float)
    found = first_component(tags, np.array([True, True, False]))
    np.testing.assert_allclose(found, [-1, 1, 6], atol=1e-12)


def test_any_shape_and_nothing_to_see():
    assert first_component(np.zeros((0, 17, 2)), np.zeros((0, 17), bool)).shape == (0, 17)
    assert not first_component(np.ones((2, 5, 3)), np.ones((2, 5), bool)).any()
    unseen = first_component(np.ones((2, 5, 3)), np.zeros((2, 5), bool))
    assert unseen.shape == (2, 5) and np.isfinite(unseen).all()


def test_the_label_says_what_the_axis_is():
    assert component_label(1) == 'tag'
    assert component_label(8) == 'tag, first of 8 principal components'


def test_two_components_turn_the_plane():
    """Spread 10 along (3, 4) and 1 across it: the coordinates are those of the turned axes."""
    along, across = np.array([3, 4]) / 5, np.array([4, -3]) / 5
    places = np.array([[-10, 0], [10, 0], [0, 1], [0, -1]], float)
    tags = 7 + places @ [along, across]
    np.testing.assert_allclose(principal_components(tags, np.ones(4), 2), places, atol=1e-12)
    np.testing.assert_allclose(principal_components(tags, np.ones(4), 1), places[:, :1], atol=1e-12)
