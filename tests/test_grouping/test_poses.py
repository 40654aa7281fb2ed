"""People: their boxes, some of them, and their order."""

import numpy as np
import pytest

from mmpose_ae.grouping import Poses, rank_poses


def people(scores, tags=True):
    """One keypoint each, which is as far to the right as the person is in the list."""
    count = len(scores)
    return Poses(
        np.array([[[n, 0.0]] for n in range(count)], np.float32).reshape(count, 1, 2),
        np.ones((count, 1), np.float32),
        np.array(scores, np.float32),
        np.arange(count, dtype=np.float32)[:, None] if tags else None,
    )


def places(poses):
    return poses.keypoints[:, 0, 0].tolist()


def test_boxes_are_around_what_was_found():
    """Of three keypoints the last was not found; of the second person none was."""
    points = np.array([[[1, 8], [5, 2], [90, 90]], [[3, 4], [2, 9], [7, 1]]], np.float32)
    scores = np.array([[0.5, 0.1, 0], [0, 0, 0]], np.float32)
    boxes = Poses(points, scores, np.array([0.2, 0.0], np.float32)).boxes
    assert boxes.tolist() == [[1, 2, 5, 8], [2, 1, 7, 9]] and boxes.dtype == np.float32


def test_boxes_of_nobody():
    assert people([]).boxes.shape == (0, 4)


@pytest.mark.parametrize('tags', [True, False])
def test_some_people(tags):
    poses = people([0.9, 0.8, 0.7], tags)
    assert len(poses) == 3
    for index in ([2, 0], np.array([2, 0])):
        some = poses.take(index)
        assert places(some) == [2, 0] and some.instance_scores.tolist() == pytest.approx([0.7, 0.9])
        assert (some.tags.tolist() == [[2], [0]]) if tags else (some.tags is None)
    assert places(poses.take(np.array([False, True, True]))) == [1, 2]
    nobody = poses.take(np.zeros(3, bool))
    assert len(nobody) == 0 and nobody.keypoint_scores.shape == (0, 1)


@pytest.mark.parametrize('tags', [True, False])
def test_the_best_come_first_and_equals_keep_their_order(tags):
    poses = people([0.2, 0.5, 0.9, 0.5, 0.2, 0.5], tags)
    ranked = rank_poses(poses)
    assert places(ranked) == [2, 1, 3, 5, 0, 4]
    assert (ranked.tags[:, 0].tolist() == [2, 1, 3, 5, 0, 4]) if tags else (ranked.tags is None)
    assert places(rank_poses(poses, 3)) == [2, 1, 3]
    assert places(rank_poses(poses, 99)) == places(ranked)
    assert len(rank_poses(people([]), 3)) == 0


def test_many_equal_scores_keep_their_order():
    """More than 16: where an unstable sort would begin to mix them."""
    assert places(rank_poses(people([0.5] * 100))) == list(range(100))
