"""CenterGroupHead: nodes as in the release, losses in the graph, views that agree."""

import fakes
import golden
import numpy as np
import pytest
import torch
from torch import nn

from mmpose_ae.frame import Frame
from mmpose_ae.models.heads import BottomupOutputs, describe_inputs, list_views

KIND = 'CenterGroupHead'
PEOPLE, NOBODY = fakes.PEOPLE, fakes.NOBODY


@pytest.mark.parametrize('case', golden.cases('centergroup_graph*.npz', 'in.bu0', 'out.kp.kp_pos'))
def test_golden_nodes(case):
    """What is grouped, from the detector's maps and features on."""
    data = case.tensors('in.')
    num_keypoints, width, height = (int(data[name]) for name in ('K', 'im_w', 'im_h'))
    head = fakes.head(
        KIND,
        decoder=dict(
            type='mmpose_ae.CenterGroupCodec',
            keypoint_order=list(range(num_keypoints)),
            candidates=dict(center_kernel_size=17, max_candidates=30),
        ),
        grouping=dict(type='mmpose_ae.CenterGroupingModule', dim=data['kp_fmap'].shape[1]),
        grouping_loss=dict(type='mmpose_ae.CenterGroupLoss'),
    )
    outputs = {
        flipped: BottomupOutputs(
            [data[f'{name}{i}'][:, : num_keypoints + 1] for i in (0, 1)], data[f'{name}0']
        )
        for flipped, name in enumerate(('bu', 'bu_flip'))
        if f'{name}0' in data
    }
    head._forward_stack = lambda x: outputs[int(x)]
    feats = [(torch.tensor(flipped),) for flipped in outputs]
    options = head.read_test_cfg(dict(flip_test=len(feats) > 1))
    views = list_views(feats if len(feats) > 1 else feats[0], options)
    one = describe_inputs([fakes.sample(flip_indices=golden.FLIP_INDICES[num_keypoints])])
    merged = [view.heatmaps[0] for view in head._predict_views(views, one, options)]
    maps, grid = head._search_maps(merged, (width, height))
    proposals = head.decoder.propose(maps, data['pad_mask2'])

    head.keypoint_embedding, head.center_embedding, seen = nn.Identity(), nn.Identity(), []
    head.center_embedding.register_forward_hook(lambda *_: data['person_fmap'])
    head.grouping.register_forward_pre_hook(lambda _, nodes: seen.extend(nodes))
    head._group([data['kp_fmap']], proposals, data['pad_mask0'].bool(), grid)
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
    [fakes.sample(), fakes.sample(PEOPLE[:1])],
    [fakes.sample(), fakes.sample(NOBODY)],
    [fakes.sample(None), fakes.sample()],
    [fakes.sample(NOBODY)],
    [fakes.sample(mask=np.zeros((24, 32), bool))],  # a crowd region all over the image
], ids=['people', 'an image without', 'one not annotated', 'nobody', 'crowd'])  # fmt: skip
@pytest.mark.parametrize('upsample_heatmaps', [False, True])
def test_every_parameter_is_in_the_graph(samples, upsample_heatmaps):
    head = fakes.head(KIND, upsample_heatmaps=upsample_heatmaps)
    losses = head.loss((fakes.features(len(samples)),), samples)
    assert set(losses) == {'loss_kpt', 'loss_location', 'loss_visibility', 'loss_center'}
    sum(losses.values()).backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in head.parameters())


def test_a_center_that_was_found_is_trained():
    """Features that are perfect heatmaps: both centers have targets, all keypoints count."""
    x = fakes.perfect_maps(KIND, PEOPLE).requires_grad_()
    losses = fakes.predicting_head(KIND).loss((x,), [fakes.sample()])
    assert losses['loss_kpt'].item() == pytest.approx(0, abs=1e-10)
    assert losses['loss_location'] > 0 and losses['loss_center'] > 0
    losses['loss_location'].backward()
    assert x.grad.any()  # the detector learns from grouping, too


def test_targets_of_detected_centers():
    head = fakes.predicting_head(KIND, upsample_heatmaps=False)
    (stack,) = head((fakes.perfect_maps(KIND, PEOPLE),))
    supervision = head._supervise(stack.heatmaps, [fakes.sample()])
    maps, grid = head._search_maps(stack.heatmaps, (64, 48))
    targets = head._center_targets(head.decoder.propose(maps), grid, supervision)
    assert targets.positive.sum() == 2 and targets.visible[targets.positive].all()
    found = sorted(targets.locations[targets.positive].tolist())
    np.testing.assert_allclose(found, sorted(PEOPLE.tolist()))
    assert targets.box_areas[targets.positive].tolist() == pytest.approx([900, 900], rel=1e-4)


def trained_candidates(people, mask):
    """The candidates that are grouped in training, of keypoints and centers."""
    head, found = fakes.predicting_head(KIND, upsample_heatmaps=False), []
    group = head._group
    head._group = lambda x, proposals, *args: found.append(proposals) or group(x, proposals, *args)
    head.loss((fakes.perfect_maps(KIND, people),), [fakes.sample(people, mask=mask)])
    return [candidates.cells[candidates.mask] for candidates in found[0]]


def test_what_is_not_supervised_is_no_candidate():
    """Centers of the right half are not looked for in training if it is masked."""
    mask = np.ones((24, 32), bool)
    mask[:, 16:] = False
    for cells in trained_candidates(PEOPLE, mask):
        assert len(cells) and cells[:, 0].max() < 8


@pytest.mark.parametrize('side', [slice(None, 8), slice(8, None)])
def test_where_a_crowd_cuts_a_slope_is_no_peak(side):
    """A crowd ends beside the keypoints of one person, whose slopes reach beyond it."""
    person = np.array([[[15.5, 9.5], [17.5, 25.5], [15.5, 33.5]]], np.float32)
    mask = np.ones((24, 32), bool)
    assert sum(map(len, trained_candidates(person, mask))) == 4
    mask[:, side] = False  # in cells of half a heatmap's: x < 16 or x >= 16 pixels
    kept = person[0, :, 0] >= 16 if side.start is None else person[0, :, 0] < 16
    keypoints, centers = trained_candidates(person, mask)
    assert len(keypoints) == kept.sum()


def predict(head, feats, samples, **test_cfg):
    head.eval()
    with torch.no_grad():
        return head.predict(feats, samples, test_cfg)


def assert_same(found, expected):
    for key in ('keypoints', 'keypoint_scores', 'bbox_scores'):
        np.testing.assert_allclose(found[key], expected[key], rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize('upsample_heatmaps', [False, True])
def test_an_image_in_a_batch_is_an_image_alone(upsample_heatmaps):
    head = fakes.head(KIND, upsample_heatmaps=upsample_heatmaps)
    samples = [fakes.sample(), fakes.sample(on_input=fakes.frame((40, 48)))]
    batch = fakes.features(2)
    together = predict(head, (batch,), samples)
    for i, data_sample in enumerate(samples):
        (alone,) = predict(head, (batch[i : i + 1],), [data_sample])
        assert len(alone.keypoints)
        assert_same(together[i], alone)


def test_views_may_change_places():
    """The mirror image as the image gives the mirrored poses."""
    head = fakes.head(KIND, upsample_heatmaps=False)  # bilinear peaks are flat, those lean left
    first, second = (fakes.features(seed=0),), (fakes.features(seed=1),)
    (found,) = predict(head, [first, second], [fakes.sample()], flip_test=True)
    (swapped,) = predict(head, [second, first], [fakes.sample()], flip_test=True)
    swapped.keypoints = fakes.mirrored(swapped.keypoints)
    swapped.keypoint_scores = swapped.keypoint_scores[:, fakes.FLIP_INDICES]
    assert len(found.keypoints)
    assert_same(swapped, found)


def test_views_of_an_image_at_the_side_may_change_places():
    """What pads the image on the right pads the mirror image on the left."""
    left, right = (
        Frame(np.array([[1.0, 0, offset], [0, 1, 0]]), (32, 48), (64, 48)) for offset in (0, 32)
    )
    head = fakes.head(KIND, upsample_heatmaps=False)
    first, second = (fakes.features(seed=0),), (fakes.features(seed=1),)
    (found,) = predict(head, [first, second], [fakes.sample(on_input=left)], flip_test=True)
    (swapped,) = predict(head, [second, first], [fakes.sample(on_input=right)], flip_test=True)
    swapped.keypoints = fakes.mirrored(swapped.keypoints)
    swapped.keypoint_scores = swapped.keypoint_scores[:, fakes.FLIP_INDICES]
    assert len(found.keypoints)
    assert_same(swapped, found)


@pytest.mark.parametrize('weights', [[0.6, 0.4], [0.6, 0.2, 0.2]])
def test_weights_of_scales(weights):
    """The release's for three; so has the base with any number of scales."""
    head = fakes.head(KIND)
    scales = [(fakes.features(seed=seed),) for seed, _ in enumerate(weights)]
    (found,) = predict(head, scales, [fakes.sample()], multiscale_test=True)
    (expected,) = predict(
        head, scales, [fakes.sample()], multiscale_test=True, scale_weights=weights
    )
    assert_same(found, expected)


def test_several_scales_of_the_same_features():
    head, x = fakes.head(KIND), (fakes.features(),)
    (expected,) = predict(head, x, [fakes.sample()])
    (found,) = predict(head, [x, x, x], [fakes.sample()], multiscale_test=True)
    assert_same(found, expected)
    weights = dict(multiscale_test=True, scale_weights=[0, 1])
    (found,) = predict(head, [x, (2 * x[0],)], [fakes.sample()], **weights)
    assert not np.array_equal(found.keypoint_scores, expected.keypoint_scores)


@pytest.mark.parametrize('silent', [slice(0, 3), slice(3, 4)], ids=['keypoints', 'centers'])
def test_nothing_found(silent):
    head = fakes.head(KIND)
    with torch.no_grad():
        head.final_layer.weight[silent] = 0
        head.final_layer.bias[silent] = -1
    for found in predict(head, (fakes.features(2),), [fakes.sample()] * 2):
        assert found.keypoints.shape == (0, 3, 2) and found.keypoint_scores.shape == (0, 3)
        assert found.bbox_scores.shape == (0,) and found.bboxes.shape == (0, 4)


def test_padding_holds_no_instances():
    """The image is 32 pixels wide, in the middle of the input."""
    narrow = fakes.sample(on_input=fakes.frame((32, 48)))
    (found,) = predict(fakes.head(KIND), (fakes.features(),), [narrow])
    assert len(found.keypoints)
    assert found.keypoints[..., 0].min() > 15 and found.keypoints[..., 0].max() < 49


def test_heatmaps_and_those_of_centers_are_given():
    _, (fields,) = predict(
        fakes.head(KIND), (fakes.features(),), [fakes.sample()], output_heatmaps=True
    )
    assert fields.heatmaps.shape == (3, 48, 64) and fields.centers.shape == (1, 48, 64)


def test_a_center_gets_the_candidates_with_the_most_attention():
    """Attention in place of what was learned: the center takes the second candidate of each type.

    One person is where the heatmaps are highest; the other one has half of that.
    """
    head = fakes.predicting_head(KIND, upsample_heatmaps=False)
    first, second = (fakes.perfect_maps(KIND, PEOPLE[i : i + 1]) for i in (0, 1))
    head.grouping.predictions[-1].attention.register_forward_hook(second_candidates)
    (found,) = predict(head, (first + second / 2,), [fakes.sample()])
    for keypoints in found.keypoints:
        np.testing.assert_allclose(keypoints, PEOPLE[1], atol=0.2)
    assert 'tags' not in found


def second_candidates(module, args, outputs):
    """Put all attention of every type on its second candidate."""
    attention, messages = outputs
    per_type = attention.unflatten(-1, (3, -1))  # (B, C, K, K, M)
    chosen = torch.zeros_like(per_type)
    chosen[:, :, range(3), range(3), 1] = 1
    return chosen.flatten(3), messages


def test_norms_of_the_detector():
    for norm_eval in (True, False):
        options = dict(upsample=dict(num_modules=1, num_blocks=1), norm_eval=norm_eval)
        head = fakes.head(KIND, **options).train()
        norms = [m for m in head.upsample_modules.modules() if isinstance(m, nn.BatchNorm2d)]
        assert norms and all(m.training != norm_eval for m in norms)
        trained = [p.requires_grad for m in norms for p in m.parameters()]
        assert len(trained) == 2 * len(norms) and all(t != norm_eval for t in trained)
        assert head.keypoint_embedding.training and head.grouping.training


def test_mixed_precision():
    head, samples = fakes.head(KIND), [fakes.sample(), fakes.sample(PEOPLE[:1])]
    with torch.autocast('cpu', torch.bfloat16):
        losses = head.loss((fakes.features(2),), samples)
    assert all(loss.isfinite() and loss.dtype == torch.float32 for loss in losses.values())
    expected = head.loss((fakes.features(2),), samples)
    for name, loss in losses.items():
        assert loss.item() == pytest.approx(expected[name].item(), rel=0.1, abs=0.05)


def test_what_is_refused():
    with pytest.raises(
        TypeError, match='CenterGroupHead has no option deconv_kernel_sizes, deconv'
    ):
        fakes.head(KIND, deconv_kernel_sizes=[4], deconv_out_channels=[8])
    with pytest.raises(TypeError, match='has no option ground_truth'):
        predict(fakes.head(KIND), (fakes.features(),), [fakes.sample()], ground_truth='tags')
    with pytest.raises(ValueError, match='lack the sides of boxes'):
        fakes.head(KIND).loss((fakes.features(),), [fakes.sample(sides=None)])
    with pytest.raises(ValueError, match='sigmas of grouping_loss are of 17 keypoints, expected 3'):
        fakes.head(KIND, grouping_loss=dict(type='CenterGroupLoss', sigmas=[0.1] * 17))
    with pytest.raises(ValueError, match="merge_rule must be one of .*got 'sum'"):
        predict(fakes.head(KIND), (fakes.features(),), [fakes.sample()], merge_rule='sum')
