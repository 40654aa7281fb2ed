"""Balls: a second category, seen or hidden like people."""

import numpy as np
import pytest

from mmpose_ae.datasets.segmentation import encode_segmentation, merge_masks
from mmpose_ae.datasets.synth_crowd import Settings, generate, make_scene
from mmpose_ae.datasets.synth_crowd.figure import IDS_PER_PERSON

SETTINGS = Settings(size=(128, 96), balls=4, people=(2, 4), empty=0, crowd_region=1)


def test_masks_are_what_is_seen():
    """Of people and of balls alike; together they are all that is not background."""
    balls = 0
    for index in range(6):
        scene = make_scene(0, index, SETTINGS)
        annotations = [ann for ann in scene.annotations if not ann['iscrowd']]
        masks = [
            merge_masks(encode_segmentation(ann['segmentation'], (96, 128)), (96, 128))
            for ann in annotations
        ]
        assert (np.sum(masks, 0) == (scene.identities > 0)).mean() > 0.995  # rounded corners
        for ann, mask in zip(annotations, masks):
            if ann['category_id'] == 2:
                balls += 1
                assert 'keypoints' not in ann and mask.sum() <= ann['area']
                number = np.bincount(scene.identities[mask > 0] // IDS_PER_PERSON).argmax()
                seen = scene.identities // IDS_PER_PERSON == number
                assert (seen & (mask > 0)).sum() > 0.95 * seen.sum()
    assert balls > 5


def test_people_are_those_without_balls():
    """Of the same seed: balls are drawn after them."""
    with_balls = make_scene(3, 0, SETTINGS)
    without = make_scene(3, 0, Settings(**{**vars(SETTINGS), 'balls': 0}))
    assert list(with_balls.figures) == list(without.figures)
    for one, other in zip(with_balls.figures.values(), without.figures.values()):
        np.testing.assert_array_equal(one.points, other.points)


def test_videos_have_none(tmp_path):
    with pytest.raises(ValueError, match='videos have no balls'):
        generate(tmp_path, dict(train=1), SETTINGS, frames=2)
