"""What a network is shown of people, on boxes that are worked out by hand."""

import numpy as np
import pytest

from mmpose_ae.grouping import Poses
from mmpose_ae.single_person import TopdownVoting


class BoxesAsked:
    """A network that gives back the boxes that it is shown."""

    def predict(self, images, boxes):
        """Votes are images and boxes."""
        return images, boxes


def test_topdown_voting_shows_enlarged_boxes_of_the_least_size():
    points = np.array([[[10.0, 20.0], [30.0, 100.0], [500.0, 500.0]]])
    poses = Poses(points, np.array([[1.0, 0.5, 0.0]]), np.ones(1))  # the last one is not found
    voting = TopdownVoting(padding=1.5, least_side=40)
    images, boxes = voting(BoxesAsked(), ['image'], poses)
    assert images == ['image']  # around (20, 60): (20, 80) becomes (40, 80), times 1.5
    np.testing.assert_array_equal(boxes, [[20 - 30, 60 - 60, 20 + 30, 60 + 60]])


@pytest.mark.parametrize('option', ['padding', 'least_side'])
def test_topdown_voting_refuses_boxes_without_a_size(option):
    with pytest.raises(ValueError, match=f'{option} must be'):
        TopdownVoting(**{option: 0})
