"""CenterAEHead: the center is trained, mirrored and left out of instances."""

import numpy as np
import pytest
import torch
from mmengine.structures import InstanceData, PixelData
from mmpose.structures import PoseDataSample

from mmpose_ae.registry import KEYPOINT_CODECS, MODELS

CODEC = dict(
    type='mmpose_ae.CenterGroupCodec',
    input_size=(64, 48),
    heatmap_size=(16, 12),
    sigma=1,
    decode_keypoint_order=[0, 1, 2],
)
FLIP_INDICES = [1, 0, 2]
POSES = np.array([[[8, 10], [20, 12], [14, 30]], [[40, 12], [52, 10], [45, 33]]], np.float32)


def build(**options):
    """A head whose input is its prediction: 4 heatmaps, then 4 tags."""
    cfg = dict(type='mmpose_ae.CenterAEHead', in_channels=8, decoder=CODEC)
    return MODELS.build({**cfg, 'final_layer': None, **options})


def perfect_maps(poses):
    """Heatmaps of the targets; the tag is 0 in the left half and 5 in the right one."""
    heatmaps = KEYPOINT_CODECS.build(CODEC).encode(poses)['heatmaps']
    tags = np.zeros_like(heatmaps)
    tags[..., 8:] = 5
    return torch.from_numpy(np.concatenate([heatmaps, tags]))[None]


def sample(poses):
    encoded = KEYPOINT_CODECS.build(CODEC).encode(poses)
    data_sample = PoseDataSample(metainfo=dict(img_shape=(48, 64), flip_indices=FLIP_INDICES))
    fields = {key: encoded[key] for key in ('heatmaps', 'image_mask')}
    data_sample.gt_fields = PixelData(heatmap_mask=fields['image_mask'], **fields).to_tensor()
    labels = InstanceData(keypoint_indices=encoded['keypoint_indices'])
    data_sample.gt_instance_labels = labels.to_tensor()
    return data_sample


def test_the_center_is_counted():
    head = build()
    assert head.num_keypoints == 4 and head.out_channels == 8
    assert build(num_keypoints=3).num_keypoints == 4


def test_heatmaps_and_tags_of_centers_are_trained():
    maps = perfect_maps(POSES).requires_grad_()
    losses = build().loss((maps,), [sample(POSES)])
    assert losses['loss_kpt'].item() == pytest.approx(0, abs=1e-10)
    assert losses['loss_pull'].item() == 0 and losses['loss_push'].item() >= 0
    blank = torch.zeros(1, 8, 12, 16, requires_grad=True)
    losses = build().loss((blank,), [sample(POSES)])
    sum(losses.values()).backward()
    assert blank.grad[0, 3].any()  # the center's heatmap
    moved = perfect_maps(POSES).detach()
    moved[:, 7, :, 8:] = 0  # the centers' tags of the right half
    assert build().loss((moved,), [sample(POSES)])['loss_pull'] > 0


@pytest.mark.parametrize('flip', [False, True])
def test_instances_have_no_center(flip):
    view = (perfect_maps(POSES),)
    if flip:
        mirrored = np.abs([63, 0] - POSES[:, FLIP_INDICES])
        view = [view, (perfect_maps(mirrored.astype(np.float32)),)]
    (found,) = build().predict(view, [sample(POSES)], dict(flip_test=flip))
    order = np.argsort(found.keypoints[:, 0, 0])
    np.testing.assert_allclose(found.keypoints[order], POSES, atol=0.2)
    assert found.keypoint_scores.shape == (2, 3)


def test_tags_of_several_dimensions_lose_those_of_the_center():
    head = build(in_channels=12, tag_dim=2)
    maps = torch.arange(12.0).view(1, 12, 1, 1).expand(1, 12, 12, 16)
    test_cfg = dict(output_heatmaps=True)
    _, (fields,) = head.predict((maps.contiguous(),), [sample(POSES)], test_cfg)
    assert fields.heatmaps[:, 0, 0].tolist() == [0, 1, 2]
    assert fields.tags[:, 0, 0].tolist() == [4, 5, 6, 8, 9, 10]
