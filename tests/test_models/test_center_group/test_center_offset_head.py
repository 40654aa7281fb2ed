"""CenterOffsetHead: its maps, losses, and the flip test of offsets."""

import numpy as np
import pytest
import torch
from mmengine.structures import InstanceData, PixelData
from mmpose.structures import PoseDataSample

from mmpose_ae.registry import KEYPOINT_CODECS, MODELS

CODEC = dict(
    type='mmpose_ae.CenterOffsetCodec',
    input_size=(64, 48),
    heatmap_size=(16, 12),
    sigma=1,
    decode_center_kernel=5,
)
FLIP_INDICES = [1, 0, 2]
POSES = np.array([[[8, 10], [20, 12], [14, 30]], [[40, 12], [52, 10], [45, 33]]], np.float32)


def build(**options):
    """A head for 3 keypoints whose input is its prediction: 4 heatmaps, then 8 offsets."""
    cfg = dict(type='mmpose_ae.CenterOffsetHead', in_channels=12, num_keypoints=3)
    return MODELS.build(dict(cfg, final_layer=None, decoder=CODEC, **options))


def perfect_maps(poses):
    """What a network predicts that has learned its targets, (1, 12, h, w)."""
    encoded = KEYPOINT_CODECS.build(CODEC).encode(poses)
    offsets = np.zeros((2, 4, 12 * 16), np.float32)
    for cell, target in zip(encoded['keypoint_indices'][:, -1, 0], encoded['center_offsets']):
        offsets[..., cell] = target.T
    maps = np.concatenate([encoded['heatmaps'], offsets.reshape(8, 12, 16)])
    return torch.from_numpy(maps)[None]


def sample(poses):
    encoded = KEYPOINT_CODECS.build(CODEC).encode(poses)
    data_sample = PoseDataSample(metainfo=dict(img_shape=(48, 64), flip_indices=FLIP_INDICES))
    heatmaps = encoded['heatmaps']
    mask = np.ones((1, *heatmaps.shape[1:]), bool)
    data_sample.gt_fields = PixelData(heatmaps=heatmaps, heatmap_mask=mask).to_tensor()
    labels = {key: encoded[key] for key in ('keypoint_indices', 'center_offsets')}
    data_sample.gt_instance_labels = InstanceData(**labels).to_tensor()
    return data_sample


def test_perfect_maps_have_no_loss():
    losses = build().loss((perfect_maps(POSES),), [sample(POSES)])
    assert set(losses) == {'loss_kpt', 'loss_offset'}
    assert all(loss.item() == pytest.approx(0, abs=1e-10) for loss in losses.values())


def test_losses_are_in_the_graph_without_people():
    head = MODELS.build(dict(type='mmpose_ae.CenterOffsetHead', in_channels=8, num_keypoints=3,
                             decoder=CODEC))  # fmt: skip
    losses = head.loss((torch.randn(2, 8, 12, 16),), [sample(POSES), sample(POSES[:0])])
    sum(losses.values()).backward()
    assert all(p.grad.any() for p in head.parameters())
    head.zero_grad()
    sum(head.loss((torch.randn(1, 8, 12, 16),), [sample(POSES[:0])]).values()).backward()
    assert all(p.grad is not None for p in head.parameters())


@pytest.mark.parametrize('flip', [False, True])
def test_prediction(flip):
    """Poses come back, also averaged with those of the mirrored image."""
    view = (perfect_maps(POSES),)
    if flip:
        mirrored = (63 - POSES)[:, FLIP_INDICES] * [1, 0] + POSES[:, FLIP_INDICES] * [0, 1]
        view = [view, (perfect_maps(mirrored.astype(np.float32)),)]
    (found,) = build().predict(view, [sample(POSES)], dict(flip_test=flip))
    order = np.argsort(found.keypoints[:, 0, 0])
    np.testing.assert_allclose(found.keypoints[order], POSES, atol=0.2)
    assert found.keypoint_scores.shape == (2, 3) and found.bbox_scores.shape == (2,)


def test_offsets_of_views_are_averaged():
    """(2, 3) and, mirrored, (-4, 5) are (3, 4) on average."""
    maps, mirrored = torch.zeros(2, 1, 12, 12, 16)
    maps[:, 4:8], maps[:, 8:] = 2, 3
    mirrored[:, 4:8], mirrored[:, 8:] = -4, 5
    test_cfg = dict(flip_test=True, output_heatmaps=True)
    _, (fields,) = build().predict([(maps,), (mirrored,)], [sample(POSES)], test_cfg)
    assert (fields.tags[:4] == 3).all() and (fields.tags[4:] == 4).all()


def test_offsets_of_several_scales_are_refused():
    with pytest.raises(ValueError, match="multiscale_tags='first'"):
        build().predict((perfect_maps(POSES),), [sample(POSES)], dict(multiscale_tags='all'))
