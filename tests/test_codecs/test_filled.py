"""Keypoints that grouping did not find and completion filled in are known as such."""

from dataclasses import replace

import fakes
import numpy as np

from mmpose_ae.codecs import Maps
from mmpose_ae.models.heads.predictions import to_instance_data


def decode(**options):
    """Two people; the second has a weak second keypoint, and the first has a third nowhere."""
    codec = fakes.codec(candidates=dict(threshold=0.1), **options)
    heatmaps, tags = fakes.perfect_maps('AEHead', fakes.PEOPLE).split(3, 1)
    middle = fakes.HEATMAP_SIZE[0] // 2
    heatmaps[:, 1, :, middle:] *= 0.05
    heatmaps[:, 2, :, :middle] = 0
    (poses,) = codec.group(codec.propose(Maps(heatmaps, tags)))
    order = np.argsort(poses.keypoints[:, 0, 0])  # the first is on the left
    return poses.take(order)


def test_what_is_filled_in_is_marked():
    poses = decode(completion=dict(rule='nearest'))
    assert poses.filled.tolist() == [[False, False, False], [False, True, False]]
    assert poses.keypoint_scores[1, 1] > 0
    assert poses.keypoint_scores[0, 2] == 0  # not found, not filled in
    np.testing.assert_allclose(poses.keypoints[1, 1], fakes.PEOPLE[1, 1], atol=4)
    assert to_instance_data(poses).keypoints_filled is poses.filled


def test_without_completion_nothing_is():
    poses = decode(completion=None)
    assert not poses.filled.any()
    assert (poses.keypoint_scores == 0).sum() == 2


def test_people_keep_their_marks_when_they_are_chosen():
    poses = decode(completion=dict(rule='nearest'))
    assert poses.take(np.array([1])).filled.tolist() == [[False, True, False]]


def test_methods_that_fill_in_nothing_have_no_marks():
    poses = replace(decode(completion=None), filled=None)
    assert 'keypoints_filled' not in to_instance_data(poses)
    assert poses.take(np.array([1])).filled is None
