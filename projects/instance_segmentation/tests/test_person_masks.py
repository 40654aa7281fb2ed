"""Masks of people by the tags of their keypoints."""

import numpy as np
import pytest
import torch
from mmengine.structures import InstanceData
from pycocotools import mask as coco_mask

from mmpose_ae.frame import Frame, Grid
from projects.instance_segmentation.decoding import PersonMasks


def test_pixels_go_to_the_nearest_person():
    """Two people, and a splinter whose tag is the nearest but whose score is low."""
    people = InstanceData(
        tags=np.array([[0.0], [4.0], [4.9]], np.float32),
        bbox_scores=np.array([0.9, 0.8, 0.1], np.float32),
    )
    tags = torch.tensor([0.3, 0.3, 4.9, 4.9]).expand(1, 4, 4)
    sure = torch.ones(4, 4)
    sure[3] = 0
    place = Grid.over((4, 4), (4, 4)), Frame.whole((4, 4))
    PersonMasks().add_masks(people, sure, tags, *place)
    masks = [coco_mask.decode(rle) for rle in people.masks]
    columns = np.arange(4)
    for mask, own in zip(masks, (columns < 2, columns >= 2, columns > 9)):
        np.testing.assert_array_equal(mask, (own & (columns[:, None] < 3)).astype(int))
    assert people.labels.tolist() == [0, 0, 0]


def test_nobody():
    people = InstanceData(tags=np.zeros((0, 1), np.float32), bbox_scores=np.zeros(0, np.float32))
    place = Grid.over((4, 4), (16, 16)), Frame.whole((16, 16))
    PersonMasks().add_masks(people, torch.ones(4, 4), torch.zeros(1, 4, 4), *place)
    assert people.masks == []


@pytest.mark.parametrize('bad', [np.nan, np.inf])
def test_what_is_not_finite_is_refused(bad):
    """As a decoder of masks alone does; outside the mask nobody looks."""
    people = InstanceData(tags=np.zeros((1, 1), np.float32), bbox_scores=np.ones(1, np.float32))
    place = Grid.over((4, 4), (16, 16)), Frame.whole((16, 16))
    sure, tags = torch.ones(4, 4), torch.zeros(1, 4, 4)
    tags[0, 2, 3] = bad
    with pytest.raises(ValueError, match=f'^tags of pixels must be finite, got {bad}'):
        PersonMasks().add_masks(people, sure, tags, *place)
    sure[2, 3] = 0
    PersonMasks().add_masks(people, sure, tags, *place)
    assert coco_mask.decode(people.masks[0]).sum() > 200
