"""DEKRCodec: whose centers are targets."""

import fakes
import pytest
import torch

from mmpose_ae.frame import Grid

GRID = Grid.over(fakes.HEATMAP_SIZE, fakes.INPUT_SIZE)


def center_heatmap(codec, people):
    """Target of the centers of an image."""
    points = torch.tensor(people, dtype=torch.float32)[None]
    visible = torch.ones(points.shape[:3], dtype=torch.bool)
    (heatmaps,) = codec.targets(points, visible, [GRID], centers=True).heatmaps
    return heatmaps[0, -1]


@pytest.mark.parametrize('width, shown', [(19, False), (20, True)])
def test_people_have_to_be_as_long_as_asked_for(width, shown):
    """Five cells are twenty pixels."""
    codec = fakes.codec('DEKRCodec', targets=dict(sigma=1, center_sigma=2, min_length=5))
    center = center_heatmap(codec, [[[10, 20], [10 + width, 20], [15, 20]]])
    assert center.any() == shown


def test_people_of_one_keypoint_have_a_center_if_no_length_is_asked_for():
    """Which is that keypoint: at pixel (21.5, 9.5), in the middle of cell (5, 2)."""
    codec = fakes.codec('DEKRCodec', keypoint_order=[0], targets=dict(min_length=0))
    center = center_heatmap(codec, [[[21.5, 9.5]]])
    assert center[2, 5] == center.max() == 1


@pytest.mark.parametrize('known', [True, False])
def test_people_of_one_keypoint_are_refused_otherwise(known):
    """Also where only the data tell how many keypoints there are."""
    options = dict(keypoint_order=[0] if known else None, targets=dict(sigma=1))
    with pytest.raises(ValueError, match=r'one keypoint .*min_length=5.* of targets of DEKRCodec'):
        center_heatmap(fakes.codec('DEKRCodec', **options), [[[21.5, 9.5]]])
