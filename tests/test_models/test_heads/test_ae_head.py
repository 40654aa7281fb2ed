"""AEHead: shapes of every variant, losses by composition, prediction with and without views."""

import numpy as np
import pytest
import torch
from mmengine.structures import InstanceData, PixelData
from mmpose.structures import MultilevelPixelData, PoseDataSample

from mmpose_ae.registry import KEYPOINT_CODECS, MODELS

FLIP_INDICES = [1, 0, 2]
CODEC = dict(
    type='mmpose_ae.AEDecoder',
    input_size=(64, 64),
    heatmap_size=(16, 16),
    sigma=1,
    decode_keypoint_order=[2, 0, 1],
)
TWO_SIZES = dict(CODEC, heatmap_size=[(16, 16), (32, 32)])
COCO = dict(CODEC, metainfo=dict(from_file='configs/_base_/datasets/coco.py'))
COCO.pop('decode_keypoint_order')


def build(**kwargs):
    cfg = dict(type='mmpose_ae.AEHead', in_channels=8, num_keypoints=3, decoder=CODEC)
    return MODELS.build({**cfg, **kwargs})


def sample(codec_cfg, keypoints, shape=(64, 64)):
    """A data sample as the pipeline makes it, with the left half of the mask valid."""
    encoded = KEYPOINT_CODECS.build(codec_cfg).encode(np.asarray(keypoints, np.float32))
    heatmaps = encoded['heatmaps']
    several = isinstance(heatmaps, list)
    masks = [np.ones((1, *h.shape[1:]), bool) for h in (heatmaps if several else [heatmaps])]
    for mask in masks:
        mask[..., mask.shape[-1] // 2 :] = False
    data_sample = PoseDataSample(metainfo=dict(img_shape=shape, flip_indices=FLIP_INDICES))
    fields = MultilevelPixelData() if several else PixelData()
    fields.set_field(heatmaps, 'heatmaps')
    fields.set_field(masks if several else masks[0], 'heatmap_mask')
    data_sample.gt_fields = fields.to_tensor()
    labels = InstanceData(keypoint_indices=encoded['keypoint_indices'])
    data_sample.gt_instance_labels = labels.to_tensor()
    return data_sample


ONE_PERSON = [[[10, 20], [30, 20], [20, 40]]]


@pytest.mark.parametrize(
    'kwargs, sizes, tag_channels',
    [
        (dict(), [(16, 16)], 3),
        (dict(tag_dim=8), [(16, 16)], 24),
        (dict(tag_dim=2, tag_per_keypoint=False), [(16, 16)], 6),
        (dict(deconv_out_channels=(4,), deconv_kernel_sizes=(4,)), [(32, 32)], 3),
        (dict(upsample=dict(num_blocks=1)), [(16, 16), (32, 32)], 3),
        (dict(upsample=dict(num_modules=2, num_blocks=1)), [(16, 16), (32, 32), (64, 64)], 3),
        (dict(final_layer=None), [(16, 16)], 3),  # 8 channels: 3 + 3 and two of features
    ],
)
def test_shapes(kwargs, sizes, tag_channels):
    (outputs,) = build(**kwargs)((torch.randn(2, 8, 16, 16),))
    assert [tuple(h.shape) for h in outputs.heatmaps] == [(2, 3, *size) for size in sizes]
    assert outputs.tags.shape[:2] == (2, tag_channels)


def test_shared_tags_are_the_same_for_every_keypoint():
    (outputs,) = build(tag_dim=2, tag_per_keypoint=False)((torch.randn(1, 8, 4, 4),))
    tags = outputs.tags.view(1, 2, 3, 4, 4)  # l * K + k
    assert torch.equal(tags[:, :, 0], tags[:, :, 2])
    assert not torch.equal(tags[:, 0, 0], tags[:, 1, 0])


def test_keypoints_come_from_the_metainfo():
    assert build(num_keypoints=None, decoder=COCO).num_keypoints == 17


def test_losses_by_hand():
    """All predictions 0: the heatmap loss is the mean square of the masked target."""
    head = build(final_layer=None, in_channels=6)
    samples = [sample(CODEC, ONE_PERSON), sample(CODEC, np.zeros((0, 3, 2)))]
    losses = head.loss((torch.zeros(2, 6, 16, 16),), samples)
    target = samples[0].gt_fields.heatmaps[..., :8]
    expected = target.square().sum() / (2 * 3 * 16 * 16)
    torch.testing.assert_close(losses['loss_kpt'], expected)
    assert losses['loss_pull'] == losses['loss_push'] == 0.0


def test_stacks_are_averaged():
    torch.manual_seed(0)
    head = build(final_layer=None, in_channels=6, num_stacks=2)
    maps, samples = torch.randn(2, 1, 6, 16, 16), [sample(CODEC, ONE_PERSON * 2)]
    both = head.loss((maps[0], maps[1]), samples)
    single = build(final_layer=None, in_channels=6)
    apart = [single.loss((m,), samples) for m in maps]
    for name, value in both.items():
        torch.testing.assert_close(value, (apart[0][name] + apart[1][name]) / 2)


def test_resolutions_are_summed():
    torch.manual_seed(0)
    head = build(upsample=dict(num_blocks=1), decoder=TWO_SIZES).eval()
    feats, samples = (torch.randn(1, 8, 16, 16),), [sample(TWO_SIZES, ONE_PERSON)]
    (outputs,) = head(feats)
    fields = samples[0].gt_fields
    expected = sum(
        ((h[0] - target) * mask).square().mean()
        for h, target, mask in zip(outputs.heatmaps, fields.heatmaps, fields.heatmap_mask)
    )
    torch.testing.assert_close(head.loss(feats, samples)['loss_kpt'], expected)


def test_every_parameter_gets_a_gradient_without_people():
    """DDP stops at a parameter that takes no part in the loss."""
    head = build(upsample=dict(num_blocks=1), decoder=TWO_SIZES)
    samples = [sample(TWO_SIZES, np.zeros((0, 3, 2)))]
    sum(head.loss((torch.randn(1, 8, 16, 16),), samples).values()).backward()
    assert all(p.grad is not None for p in head.parameters())


def perfect(keypoints, tag=2.0):
    """Predictions of a perfect network for the given people, (1, 6, 16, 16)."""
    encoded = KEYPOINT_CODECS.build(CODEC).encode(np.asarray(keypoints, np.float32))
    heatmaps = torch.from_numpy(encoded['heatmaps'])
    return torch.cat([heatmaps, torch.full_like(heatmaps, tag)])[None]


def mirrored(keypoints):
    """The people as the mirrored input shows them."""
    flipped = np.asarray(keypoints, np.float32)[:, FLIP_INDICES].copy()
    flipped[..., 0] = 63 - flipped[..., 0]
    return flipped


@pytest.mark.parametrize('restore', [False, True])
@pytest.mark.parametrize('flip', [False, True])
def test_prediction_returns_the_keypoints(flip, restore):
    head = build(final_layer=None, in_channels=6)
    feats = (perfect(ONE_PERSON),)
    if flip:
        feats = [feats, (perfect(mirrored(ONE_PERSON), tag=7.0),)]
    test_cfg = dict(flip_test=flip, restore_heatmap_size=restore, output_heatmaps=True)
    (found,), (fields,) = head.predict(feats, [sample(CODEC, ONE_PERSON)], test_cfg)
    limit = 2.0 if restore else 0.1  # upsampling makes the peak of a sigma of one cell flat
    np.testing.assert_allclose(found.keypoints, ONE_PERSON, atol=limit)
    assert found.keypoint_scores.shape == (1, 3) and found.bbox_scores.shape == (1,)
    assert fields.tags.shape[0] == (6 if flip else 3)
    assert fields.heatmaps.shape[-1] == (64 if restore else 16)


@pytest.mark.parametrize('multiscale_tags, dims', [('first', 2), ('all', 4)])
def test_scales_and_flips(multiscale_tags, dims):
    """Input at scales 1 and 2: heatmaps averaged at the first one, tags of one or both."""
    head = build(final_layer=None, in_channels=6)
    views = [(perfect(ONE_PERSON),), (perfect(mirrored(ONE_PERSON)),)]
    large = [
        (torch.nn.functional.interpolate(v[0], scale_factor=2, mode='bilinear'),) for v in views
    ]
    test_cfg = dict(
        flip_test=True, multiscale_test=True, multiscale_tags=multiscale_tags, output_heatmaps=True
    )
    (found,), (fields,) = head.predict([views, large], [sample(CODEC, ONE_PERSON)], test_cfg)
    assert fields.tags.shape[0] == dims * 3 and fields.heatmaps.shape[-1] == 16
    np.testing.assert_allclose(found.keypoints, ONE_PERSON, atol=1.0)


def test_sizes_other_than_the_trained_one():
    """At test the input may be larger: coordinates follow its size, not the codec's."""
    head = build(final_layer=None, in_channels=6)
    maps = torch.zeros(2, 6, 16, 24)
    maps[0, 0, 9, 20] = 1.0
    found = head.predict((maps,), [sample(CODEC, ONE_PERSON, shape=(64, 96))] * 2)
    np.testing.assert_allclose(found[0].keypoints[0, 0], [81.5, 37.5])
    assert len(found[1].keypoints) == 0


def test_autocast_keeps_losses_in_float32():
    head = build()
    with torch.autocast('cpu', dtype=torch.bfloat16):
        losses = head.loss((torch.randn(1, 8, 16, 16),), [sample(CODEC, ONE_PERSON)])
    assert {loss.dtype for loss in losses.values()} == {torch.float32}


@pytest.mark.parametrize(
    'kwargs, message',
    [
        (dict(final_layer=None, in_channels=5), '5 input channels.*need 6'),
        (dict(num_keypoints=None, decoder=None), 'give num_keypoints'),
    ],
)
def test_bad_settings_are_named(kwargs, message):
    with pytest.raises(ValueError, match=message):
        build(**kwargs)


def test_wrong_target_size_is_named():
    with pytest.raises(ValueError, match=r'predicts.*\(3, 8, 8\).*targets of.*\(3, 16, 16\)'):
        build().loss((torch.randn(1, 8, 8, 8),), [sample(CODEC, ONE_PERSON)])


def test_wrong_multiscale_tags_is_named():
    head = build(final_layer=None, in_channels=6)
    with pytest.raises(ValueError, match="'first' or 'all', got 'last'"):
        head.predict(
            (perfect(ONE_PERSON),), [sample(CODEC, ONE_PERSON)], dict(multiscale_tags='last')
        )
