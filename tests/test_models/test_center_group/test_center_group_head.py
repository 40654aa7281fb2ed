"""CenterGroupHead: nodes as in the release, losses in the graph, views that agree."""

import golden
import numpy as np
import pytest
import torch
from mmengine.structures import InstanceData, PixelData
from mmpose.structures import PoseDataSample
from torch import nn

from mmpose_ae.models.heads import BottomupOutputs
from mmpose_ae.registry import KEYPOINT_CODECS, MODELS

CODEC = dict(
    type='mmpose_ae.CenterGroupCodec',
    input_size=(64, 48),
    heatmap_size=(16, 12),
    sigma=1,
    decode_keypoint_order=[0, 1, 2],
    decode_center_kernel=5,
    decode_max_candidates=6,
)
GROUPING = dict(
    type='mmpose_ae.CenterGroupingModule',
    dim=16,
    head_dim=8,
    num_layers=2,
    feedforward_dim=32,
    dropout=0.0,
)
FLIP_INDICES = [1, 0, 2]
POSES = np.array([[[8, 10], [20, 12], [14, 30]], [[40, 12], [52, 10], [45, 33]]], np.float32)


def build(**options):
    torch.manual_seed(0)
    cfg = dict(
        type='mmpose_ae.CenterGroupHead',
        in_channels=8,
        grouping=GROUPING,
        grouping_loss=dict(type='mmpose_ae.CenterGroupLoss', sigmas=[0.1] * 3),
        decoder=CODEC,
    )
    head = MODELS.build({**cfg, **options})
    nn.init.normal_(head.final_layer.weight)  # the default leaves hardly any peak
    return head


def sample(poses, supervised=True, **metainfo):
    """Targets and metainfo of an image that fills the input."""
    encoded = KEYPOINT_CODECS.build(CODEC).encode(poses, bbox_scale=np.full((len(poses), 2), 30.0))
    size = dict(input_size=(64, 48), input_scale=(64, 48), input_center=(31.5, 23.5))
    size.update(img_shape=(48, 64), ori_shape=(48, 64), flip_indices=FLIP_INDICES)
    data_sample = PoseDataSample(metainfo={**size, **metainfo})
    fields = {key: encoded[key] for key in ('heatmaps', 'image_mask')}
    mask = np.full_like(fields['image_mask'], supervised)
    data_sample.gt_fields = PixelData(heatmap_mask=mask, **fields).to_tensor()
    names = 'keypoint_indices', 'keypoint_positions', 'instance_scales'
    labels = InstanceData(**{name: encoded[name] for name in names})
    data_sample.gt_instance_labels = labels.to_tensor()
    return data_sample


def features(batch=1, seed=0):
    torch.manual_seed(seed)
    return torch.randn(batch, 8, 12, 16)


@pytest.mark.parametrize('case', golden.cases('centergroup_graph*.npz', 'in.bu0', 'out.kp.kp_pos'))
def test_golden_nodes(case):
    """What is grouped, from the detector's maps and features on."""
    data = case.tensors('in.')
    num_keypoints, width, height = (int(data[name]) for name in ('K', 'im_w', 'im_h'))
    codec = dict(
        CODEC,
        input_size=(width, height),
        heatmap_size=[(width // 4, height // 4), (width // 2, height // 2)],
        decode_keypoint_order=list(range(num_keypoints)),
        decode_center_kernel=17,
        decode_max_candidates=30,
    )
    head = build(decoder=codec, grouping=dict(GROUPING, dim=data['kp_fmap'].shape[1]))
    outputs = {
        flipped: BottomupOutputs(
            [data[f'{name}{i}'][:, : num_keypoints + 1] for i in (0, 1)], data[f'{name}0']
        )
        for flipped, name in enumerate(('bu', 'bu_flip'))
        if f'{name}0' in data
    }
    head._forward_stack = lambda x: outputs[int(x)]
    views = [[torch.tensor(flipped)] for flipped in outputs]
    size = height, width
    metainfo = dict(flip_indices=golden.FLIP_INDICES[num_keypoints])
    heatmaps, grid = head._merge_heatmaps(views, metainfo, size, {})
    candidates = head.decoder.find_candidates(heatmaps, data['pad_mask2'])

    head.keypoint_embedding, head.center_embedding, seen = nn.Identity(), nn.Identity(), []
    head.center_embedding.register_forward_hook(lambda *_: data['person_fmap'])
    head.grouping.register_forward_pre_hook(lambda _, nodes: seen.extend(nodes))
    head._group([data['kp_fmap']], candidates, data['pad_mask0'].bool(), grid)
    for nodes, kind in zip(seen, ('kp', 'person')):
        expected = case.tensors(f'out.{kind}.')
        kept = expected['keep_mask_final']
        np.testing.assert_array_equal(nodes.mask, kept)
        np.testing.assert_array_equal(nodes.locations[kept], expected['kp_pos'][kept][:, 1:])
        name = 'kp_pos_embed' if kind == 'kp' else 'person_pos'
        for ours, true in (
            (nodes.embeddings, expected[f'{kind}_embed']),
            (nodes.position_encodings, expected[name]),
        ):
            np.testing.assert_allclose(ours[kept], true[kept], atol=1e-5, rtol=0)


@pytest.mark.parametrize('samples', [
    [sample(POSES), sample(POSES[:1])],
    [sample(POSES), sample(POSES[:0])],
    [sample(POSES[:0])],
    [sample(POSES, supervised=False)],  # a crowd region all over the image
], ids=['people', 'an image without', 'nobody', 'crowd'])  # fmt: skip
@pytest.mark.parametrize('upsample_heatmaps', [False, True])
def test_every_parameter_is_in_the_graph(samples, upsample_heatmaps):
    head = build(upsample_heatmaps=upsample_heatmaps)
    losses = head.loss((features(len(samples)),), samples)
    assert set(losses) == {'loss_kpt', 'loss_location', 'loss_visibility', 'loss_center'}
    sum(losses.values()).backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in head.parameters())


def test_a_center_that_was_found_is_trained():
    """Features that give perfect heatmaps: both centers have targets, all keypoints count."""
    head = build(in_channels=8)
    with torch.no_grad():
        head.final_layer.weight.zero_()[range(4), range(4)] = 1
        head.final_layer.bias.zero_()
    x = torch.cat([sample(POSES).gt_fields.heatmaps[None]] * 2, dim=1).requires_grad_()
    losses = head.loss((x,), [sample(POSES)])
    assert losses['loss_kpt'].item() == pytest.approx(0, abs=1e-10)
    assert losses['loss_location'] > 0 and losses['loss_center'] > 0
    losses['loss_location'].backward()
    assert x.grad.any()  # the detector learns from grouping, too


def test_targets_of_detected_centers():
    head = build(upsample_heatmaps=False)
    x = sample(POSES).gt_fields.heatmaps[None]
    candidates = head.decoder.find_candidates(x)
    _, grid = head._search_maps([x], (48, 64))
    targets = head._center_targets(candidates[1], grid, [sample(POSES)])
    assert targets.positive.sum() == 2 and targets.visible[targets.positive].all()
    found = sorted(targets.locations[targets.positive].tolist())
    np.testing.assert_allclose(found, sorted(POSES.tolist()))
    assert targets.box_areas[targets.positive].tolist() == pytest.approx([900, 900], rel=1e-4)


def predict(head, feats, samples, **test_cfg):
    head.eval()
    with torch.no_grad():
        return head.predict(feats, samples, test_cfg)


def assert_same(found, expected):
    for key in ('keypoints', 'keypoint_scores', 'bbox_scores'):
        np.testing.assert_allclose(found[key], expected[key], rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize('upsample_heatmaps', [False, True])
def test_an_image_in_a_batch_is_an_image_alone(upsample_heatmaps):
    head = build(upsample_heatmaps=upsample_heatmaps)
    padded = sample(POSES, ori_shape=(48, 40), input_center=(19.5, 23.5))
    batch = features(2)
    together = predict(head, (batch,), [sample(POSES), padded])
    for i, data_sample in enumerate([sample(POSES), padded]):
        (alone,) = predict(head, (batch[i : i + 1],), [data_sample])
        assert len(alone.keypoints)
        assert_same(together[i], alone)


def test_views_may_change_places():
    """The mirror image as the image gives the mirrored poses."""
    head = build(upsample_heatmaps=False)  # bilinear peaks are flat, and flat ones lean left
    first, second = (features(seed=0),), (features(seed=1),)
    (found,) = predict(head, [first, second], [sample(POSES)], flip_test=True)
    (swapped,) = predict(head, [second, first], [sample(POSES)], flip_test=True)
    swapped.keypoints = np.abs([63, 0] - swapped.keypoints[:, FLIP_INDICES])
    swapped.keypoint_scores = swapped.keypoint_scores[:, FLIP_INDICES]
    assert len(found.keypoints)
    assert_same(swapped, found)


def test_several_scales_of_the_same_features():
    head, x = build(), (features(),)
    (expected,) = predict(head, x, [sample(POSES)])
    (found,) = predict(head, [x, x, x], [sample(POSES)], multiscale_test=True)
    assert_same(found, expected)
    weights = dict(multiscale_test=True, scale_weights=[0, 1])
    (found,) = predict(head, [x, (2 * x[0],)], [sample(POSES)], **weights)
    assert not np.array_equal(found.keypoint_scores, expected.keypoint_scores)


@pytest.mark.parametrize('silent', [slice(0, 3), slice(3, 4)], ids=['keypoints', 'centers'])
def test_nothing_found(silent):
    head = build()
    with torch.no_grad():
        head.final_layer.weight[silent] = 0
        head.final_layer.bias[silent] = -1
    for found in predict(head, (features(2),), [sample(POSES)] * 2):
        assert found.keypoints.shape == (0, 3, 2) and found.keypoint_scores.shape == (0, 3)
        assert found.bbox_scores.shape == (0,)


def test_padding_holds_no_instances():
    """The right half of the input is padding."""
    half = sample(POSES, ori_shape=(48, 32), input_scale=(64, 48), input_center=(31.5, 23.5))
    (found,) = predict(build(), (features(),), [half])
    assert len(found.keypoints) and found.keypoints[..., 0].max() < 33


def test_heatmaps_are_given_with_the_center():
    _, (fields,) = predict(build(), (features(),), [sample(POSES)], output_heatmaps=True)
    assert fields.heatmaps.shape == (4, 48, 64)


def test_norms_of_the_detector():
    for norm_eval in (True, False):
        head = build(upsample=dict(num_modules=1, num_blocks=1), norm_eval=norm_eval).train()
        norms = [m for m in head.upsample_modules.modules() if isinstance(m, nn.BatchNorm2d)]
        assert norms and all(m.training != norm_eval for m in norms)
        assert head.keypoint_embedding.training and head.grouping.training


def test_mixed_precision():
    head = build()
    with torch.autocast('cpu', torch.bfloat16):
        losses = head.loss((features(2),), [sample(POSES), sample(POSES[:1])])
    assert all(loss.isfinite() and loss.dtype == torch.float32 for loss in losses.values())
    expected = head.loss((features(2),), [sample(POSES), sample(POSES[:1])])
    for name, loss in losses.items():
        assert loss.item() == pytest.approx(expected[name].item(), rel=0.1, abs=0.05)


def test_what_is_refused():
    with pytest.raises(ValueError, match='no deconvolutions'):
        build(deconv_out_channels=[8], deconv_kernel_sizes=[4])
    with pytest.raises(ValueError, match='ground_truth'):
        predict(build(), (features(),), [sample(POSES)], ground_truth='tags')
    without = sample(POSES)
    del without.gt_instance_labels.instance_scales
    with pytest.raises(ValueError, match='instance_scales'):
        build().loss((features(),), [without])
