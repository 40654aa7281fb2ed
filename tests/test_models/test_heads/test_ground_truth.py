"""Perfect detections or perfect tags in place of predicted ones, on an image of twice the size."""

import numpy as np
import pytest
import torch
from mmengine.structures import InstanceData
from mmpose.structures import PoseDataSample

from mmpose_ae.registry import MODELS

CODEC = dict(
    type='mmpose_ae.AEDecoder',
    input_size=(64, 64),
    heatmap_size=(16, 16),
    sigma=1,
    decode_keypoint_order=[0, 1],
)
# Pixels of the input; in the image, which is 128x96 and padded above and below, they are doubled.
TWO_PEOPLE = np.array([[[12.0, 20.0], [14.0, 40.0]], [[45.0, 21.0], [41.5, 39.0]]])


@pytest.fixture
def head():
    return MODELS.build(
        dict(
            type='mmpose_ae.AEHead',
            in_channels=4,
            num_keypoints=2,
            final_layer=None,
            decoder=CODEC,
        )
    )


@pytest.fixture
def data_sample():
    metainfo = dict(
        img_shape=(64, 64), input_size=(64, 64), input_center=(64, 48), input_scale=(128, 128)
    )
    instances = InstanceData(
        keypoints=(TWO_PEOPLE - 32) * 2 + [64, 48], keypoints_visible=np.ones((2, 2))
    )
    return PoseDataSample(metainfo=metainfo, gt_instances=instances)


def peaks(people):
    maps = torch.zeros(1, 2, 16, 16)
    for person in people:
        for k, (x, y) in enumerate(person):
            maps[0, k, int(y // 4), int(x // 4)] = 0.9
    return maps


def two_halves():
    """Tags as predicted for a person in each half."""
    tags = torch.zeros(1, 2, 16, 16)
    tags[..., 8:] = 5.0
    return tags


def test_perfect_tags_tell_apart_who_looks_the_same(head, data_sample):
    """Predicted peaks, the left person's head and the right one's foot only; no predicted tags."""
    heatmaps = peaks([TWO_PEOPLE[0]])
    heatmaps[0, 1] = peaks([TWO_PEOPLE[1]])[0, 1]
    feats = (torch.cat([heatmaps, torch.zeros(1, 2, 16, 16)], dim=1),)
    (merged,) = head.predict(feats, [data_sample])
    assert len(merged.keypoints) == 1
    (found,) = head.predict(feats, [data_sample], dict(ground_truth='tags'))
    assert len(found.keypoints) == 2
    best = found.keypoint_scores.argmax(1)
    assert sorted(best.tolist()) == [0, 1]


def test_perfect_detections_are_grouped_by_predicted_tags(head, data_sample):
    noise = torch.rand(1, 2, 16, 16, generator=torch.Generator().manual_seed(0))
    feats = (torch.cat([noise, two_halves()], dim=1),)
    (found,) = head.predict(feats, [data_sample], dict(ground_truth='heatmaps'))
    left_first = found.keypoints[np.argsort(found.keypoints[:, 0, 0])]
    np.testing.assert_allclose(left_first, TWO_PEOPLE, atol=0.1)


def test_unlabelled_keypoints_and_nobody(head, data_sample):
    data_sample.gt_instances.keypoints_visible[0, 1] = 0
    feats = (torch.cat([torch.zeros(1, 2, 16, 16), two_halves()], dim=1),)
    (found,) = head.predict(feats, [data_sample], dict(ground_truth='heatmaps'))
    assert (found.keypoint_scores > 0.1).sum() == 3
    data_sample.gt_instances = InstanceData()  # as it is where nobody is annotated
    for kind in ('heatmaps', 'tags'):
        (found,) = head.predict(feats, [data_sample], dict(ground_truth=kind))
        assert len(found.keypoints) == 0


def test_unknown_kind_is_named(head, data_sample):
    with pytest.raises(ValueError, match="'heatmaps' or 'tags', got 'peaks'"):
        head.predict((torch.zeros(1, 4, 16, 16),), [data_sample], dict(ground_truth='peaks'))
