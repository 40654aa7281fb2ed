"""Weights for other keypoints: what is predicted of a keypoint is what its namesake predicted."""

import pytest
import torch
from mmpose.datasets.datasets.utils import parse_pose_metainfo

from mmpose_ae.checkpoints import CheckpointError, transfer_keypoints
from mmpose_ae.models.backbones import HourglassAE
from mmpose_ae.registry import MODELS


def names_of(dataset):
    """The keypoints of a dataset, as MMPose names and orders them."""
    path = f'configs/_base_/datasets/{dataset}.py'
    return list(parse_pose_metainfo(dict(from_file=path))['keypoint_id2name'].values())


COCO, CROWDPOSE = names_of('coco'), names_of('crowdpose')
SHARED = [name for name in CROWDPOSE if name in COCO]
HEADS = dict(
    ae=dict(type='AEHead', in_channels=32),
    higherhrnet=dict(type='AEHead', in_channels=32, upsample=dict(num_modules=1)),
    two_modules=dict(type='AEHead', in_channels=8, upsample=dict(num_modules=2, num_blocks=1)),
    one_tag_for_all=dict(type='AEHead', in_channels=32, tag_per_keypoint=False),
    ce=dict(type='CoupledEmbeddingHead', in_channels=32),
    ce_higherhrnet=dict(
        type='CoupledEmbeddingHead',
        in_channels=48,
        upsample=dict(num_modules=1, with_tags=False),
    ),
    center_ae=dict(type='CenterAEHead', in_channels=32, upsample=dict(num_modules=1)),
    center_offset=dict(type='CenterOffsetHead', in_channels=32),
)


def build(kind, keypoints, seed=0, **options):
    """A head of these keypoints with random weights of a size that shows."""
    torch.manual_seed(seed)
    head = MODELS.build({**HEADS[kind], 'num_keypoints': len(keypoints), **options})
    for parameter in head.parameters():
        torch.nn.init.normal_(parameter)
    return head.eval()


def load(head, weights):
    """Give a head the weights of an estimator."""
    head.load_state_dict({key.removeprefix('head.'): value for key, value in weights.items()})
    return head


def weights_of(head):
    return {f'head.{key}': value for key, value in head.state_dict().items()}


def transfer(kind, before, after):
    """Heads of both, and the weights of the first one in the second."""
    source, target = build(kind, before), build(kind, after, seed=1)
    weights = transfer_keypoints(weights_of(source), source, target, before, after)
    return source, load(target, weights)


@torch.no_grad()
def maps_by_keypoint(head, keypoints):
    """What a head predicts at its coarsest resolution: by map and keypoint, (count, h, w)."""
    x = torch.randn(1, head.in_channels, 5, 4, generator=torch.Generator().manual_seed(2))
    (outputs,) = head((x,))
    maps = dict(heatmaps=outputs.heatmaps[0], tags=outputs.tags, offsets=outputs.offsets)
    types = [*keypoints, 'center'] if head.predicts_centers else keypoints
    return {
        (name, kind): values[0].unflatten(0, (-1, len(types)))[:, i]
        for name, values in maps.items()
        if values is not None
        for i, kind in enumerate(types)
    }


@pytest.mark.parametrize('before, after', [(COCO, CROWDPOSE), (CROWDPOSE, COCO)])
@pytest.mark.parametrize('kind', HEADS)
def test_namesakes_predict_the_same(kind, before, after):
    source, target = transfer(kind, before, after)
    old, new = maps_by_keypoint(source, before), maps_by_keypoint(target, after)
    assert len(SHARED) == 12
    for name, kind in new:
        if kind in (*SHARED, 'center'):
            torch.testing.assert_close(new[name, kind], old[name, kind])


@pytest.mark.parametrize('kind', ['ce_higherhrnet', 'center_offset'])
def test_others_start_with_the_mean_of_their_neighbors(kind):
    """Predictions are linear: those of the mean weights are the mean of the predictions."""
    source, target = transfer(kind, COCO, CROWDPOSE)
    old, new = maps_by_keypoint(source, COCO), maps_by_keypoint(target, CROWDPOSE)
    heads = [f'{side}{part}' for part in ('eye', 'ear') for side in ('left_', 'right_')]
    neighbors = dict(neck=['left_shoulder', 'right_shoulder'], top_head=['nose', *heads])
    for name in {name for name, _ in new}:
        for keypoint, group in neighbors.items():
            expected = torch.stack([old[name, other] for other in group]).mean(0)
            torch.testing.assert_close(new[name, keypoint], expected)


def test_keypoints_without_neighbors_start_with_the_mean_of_all():
    source, target = transfer('ce', ['b', 'a'], ['a', 'c', 'b'])
    old, new = maps_by_keypoint(source, ['b', 'a']), maps_by_keypoint(target, ['a', 'c', 'b'])
    for name in ('heatmaps', 'tags'):
        torch.testing.assert_close(new[name, 'a'], old[name, 'a'])
        torch.testing.assert_close(new[name, 'b'], old[name, 'b'])
        torch.testing.assert_close(new[name, 'c'], (old[name, 'a'] + old[name, 'b']) / 2)


@pytest.mark.parametrize('kind, maps', [('higherhrnet', 2), ('ce_higherhrnet', 1)])
def test_the_next_resolution_takes_maps_in_by_their_names(kind, maps):
    """Its first layer has the features, the heatmaps and, in HigherHRNet, the tags coming in."""
    source, target = transfer(kind, COCO, CROWDPOSE)
    before, after = (head.upsample_modules[0].deconv[0].weight for head in (source, target))
    width = HEADS[kind]['in_channels']
    assert len(after) == width + maps * 14
    assert torch.equal(after[:width], before[:width])
    for m in range(maps):
        for k, name in enumerate(CROWDPOSE):
            new = after[width + m * 14 + k]
            known = name in COCO
            expected = before[width + m * 17 + COCO.index(name)] if known else 0 * new
            assert torch.equal(new, expected)


@torch.no_grad()
def test_scales_go_with_their_heatmaps():
    """Branches of both resolutions, whose first convolution decides what the others see."""
    scale = dict(heatmap_scale=dict(type='mmpose_ae.LearnedScale', kernel_size=3))
    options = dict(scale, keypoint_loss=dict(type='mmpose_ae.WeightAdaptiveHeatmapLoss'))
    source, target = (build('higherhrnet', names, **options) for names in (COCO, COCO[::-1]))
    weights = transfer_keypoints(weights_of(source), source, target, COCO, COCO[::-1])
    features = [torch.randn(1, 32, 4, 4), torch.randn(1, 32, 8, 8)]
    load(target, weights)
    for x, old, new in zip(features, source.heatmap_scale.branches, target.heatmap_scale.branches):
        torch.testing.assert_close(new(x), old(x).flip(1))


@torch.no_grad()
def test_finer_heatmaps_are_the_same_where_only_the_order_differs():
    """The whole head, both resolutions: keypoints in another order predict in that order."""
    order = COCO[::-1]
    source, target = transfer('ce_higherhrnet', COCO, order)
    x = torch.randn(1, 48, 4, 4)
    for old, new in zip(source((x,))[0].heatmaps, target((x,))[0].heatmaps):
        torch.testing.assert_close(new, old.flip(1), rtol=1e-4, atol=1e-4 * old.abs().max().item())


@torch.no_grad()
def test_a_backbone_that_predicts():
    """HourglassAE hands its maps from stack to stack; 3 channels are not read."""
    before, after = ['a', 'b', 'c'], ['c', 'a', 'b']
    options = dict(final_layer=None, in_channels=9, num_stacks=2, further_channels=3)
    head = build('ae', before, **options)
    small = dict(num_stacks=2, num_levels=1, feat_channels=4, increase=2, stem_channels=(4, 4))
    backbone = HourglassAE(9, **small, init_cfg=None)
    weights = {f'backbone.{key}': value for key, value in backbone.state_dict().items()}
    moved = transfer_keypoints(weights, head, head, before, after)
    x = torch.randn(1, 3, 16, 16)
    expected = backbone(x)
    backbone.load_state_dict({key.removeprefix('backbone.'): v for key, v in moved.items()})
    for old, new in zip(expected, backbone(x)):
        torch.testing.assert_close(new, old[:, [2, 0, 1, 5, 3, 4, 6, 7, 8]])


@pytest.mark.parametrize(
    'options, message',
    [
        (dict(tag_dim=4), r'more than keypoints: head\.final_layer\.weight has 34 .* and 70 in'),
        (dict(upsample=dict(num_modules=1)), r'than keypoints: head\.upsample_final_layers\.0\.bi'),
    ],
)
def test_networks_that_differ_otherwise_are_refused(options, message):
    source, target = build('ae', COCO), build('ae', CROWDPOSE, **options)
    with pytest.raises(CheckpointError, match=message):
        transfer_keypoints(weights_of(source), source, target, COCO, CROWDPOSE)


@pytest.mark.parametrize('kind', ['CIDHead', 'DEKRHead', 'CenterGroupHead'])
def test_heads_whose_layers_are_not_known_are_named(kind):
    source, target = (
        MODELS.build(dict(type=kind, in_channels=32, num_keypoints=len(names)))
        for names in (COCO, CROWDPOSE)
    )
    with pytest.raises(CheckpointError, match=f'which keypoint in a {kind}'):
        transfer_keypoints(weights_of(source), source, target, COCO, CROWDPOSE)


def test_missing_weights_and_wrong_names_are_refused():
    source, target = build('ae', COCO), build('ae', CROWDPOSE)
    with pytest.raises(KeyError, match=r'missing key names: head\.final_layer\.weight, head\.fin'):
        transfer_keypoints({}, source, target, COCO, CROWDPOSE)
    with pytest.raises(ValueError, match='the head has 14 keypoints, got names of'):
        transfer_keypoints(weights_of(source), source, target, COCO, SHARED)
