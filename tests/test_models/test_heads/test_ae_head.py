"""AEHead: shapes of every variant, losses by composition, prediction with and without views."""

import fakes
import numpy as np
import pytest
import torch
import torch.nn.functional as F

from mmpose_ae.models.heads import BottomupOutputs

ONE = fakes.PEOPLE[:1]
LEFT = np.zeros((24, 32), bool)  # the left half of the input, at stride 2
LEFT[:, :16] = True
COCO = dict(type='mmpose_ae.AEDecoder', metainfo=dict(from_file='configs/_base_/datasets/coco.py'))


@pytest.mark.parametrize(
    'options, sizes, tag_channels',
    [
        (dict(), [(12, 16)], 3),
        (dict(tag_dim=8), [(12, 16)], 24),
        (dict(tag_dim=2, tag_per_keypoint=False), [(12, 16)], 6),
        (dict(deconv_out_channels=(4,), deconv_kernel_sizes=(4,)), [(24, 32)], 3),
        (dict(upsample=dict(num_blocks=1)), [(12, 16), (24, 32)], 3),
        (dict(upsample=dict(num_modules=2, num_blocks=1)), [(12, 16), (24, 32), (48, 64)], 3),
        (
            dict(final_layer=None, further_channels=2),
            [(12, 16)],
            3,
        ),  # 8 channels: 3 + 3 and two of features
    ],
)
def test_shapes(options, sizes, tag_channels):
    (outputs,) = fakes.head(**options)((fakes.features(2),))
    assert [tuple(h.shape) for h in outputs.heatmaps] == [(2, 3, *size) for size in sizes]
    assert outputs.tags.shape[:2] == (2, tag_channels)
    assert outputs.offsets is None


def test_shared_tags_are_the_same_for_every_keypoint():
    (outputs,) = fakes.head(tag_dim=2, tag_per_keypoint=False)((fakes.features(),))
    tags = outputs.tags.unflatten(1, (2, 3))  # l * K + k
    assert torch.equal(tags[:, :, 0], tags[:, :, 2])
    assert not torch.equal(tags[:, 0, 0], tags[:, 1, 0])


def test_keypoints_come_from_the_codec():
    assert fakes.head().num_keypoints == 3
    assert fakes.head(decoder=COCO).num_keypoints == 17
    without = fakes.codec_config(keypoint_order=None)
    assert fakes.head(num_keypoints=5, decoder=without).num_keypoints == 5


def test_losses_by_hand():
    """All predictions 0: the heatmap loss is the mean square of the masked target."""
    samples = [fakes.sample(ONE, mask=LEFT), fakes.sample(fakes.NOBODY, mask=LEFT)]
    losses = fakes.predicting_head().loss((torch.zeros(2, 6, 12, 16),), samples)
    y, x = np.mgrid[:12, :8]  # cells of the left half; their pixels are 4 * cell + 1.5
    square = sum(
        np.exp(-((x - (px - 1.5) / 4) ** 2 + (y - (py - 1.5) / 4) ** 2) / 2) ** 2
        for px, py in ONE[0]
    )
    # The window ends 4 cells from a keypoint's cell; what is beyond is below 1e-6.
    expected = square.sum() / (2 * 3 * 12 * 16)
    assert losses['loss_kpt'].item() == pytest.approx(expected, rel=1e-4)
    assert losses['loss_pull'] == losses['loss_push'] == 0.0


def test_pull_and_push_are_told_apart():
    """Tags 0, 1, 2 of one person are 2 / 3 from their mean, squared; two people of tag 0 are one.

    The weight of both is 1e-3, and push has half of it.
    """
    maps = torch.zeros(1, 6, 12, 16)
    maps[0, 3:] = torch.arange(3.0)[:, None, None]
    spread = fakes.predicting_head().loss((maps,), [fakes.sample(ONE)])
    assert spread['loss_pull'].item() == pytest.approx(2 / 3 * 1e-3)
    assert spread['loss_push'].item() == 0
    alike = fakes.predicting_head().loss((0 * maps,), [fakes.sample()])
    assert alike['loss_pull'].item() == 0
    assert alike['loss_push'].item() == pytest.approx(0.5e-3)


def test_stacks_are_averaged():
    head = fakes.predicting_head(num_stacks=2)
    maps, samples = fakes.features(2, 6)[:, None], [fakes.sample(mask=LEFT)]
    both = head.loss((maps[0], maps[1]), samples)
    single = fakes.predicting_head()
    apart = [single.loss((m,), samples) for m in maps]
    for name, value in both.items():
        torch.testing.assert_close(value, (apart[0][name] + apart[1][name]) / 2)


def test_stacks_that_the_backbone_does_not_give_are_named():
    head = fakes.predicting_head(num_stacks=3)
    with pytest.raises(ValueError, match='num_stacks of the head is 3, .* gives 2 maps'):
        head.loss(tuple(fakes.features(2, 6)[:, None]), [fakes.sample()])


@pytest.mark.parametrize('tag_dim', [0, -1, 1.5])
def test_tags_have_a_dimension(tag_dim):
    with pytest.raises(ValueError, match='tag_dim must be a whole number from 1 on'):
        fakes.head(tag_dim=tag_dim)


def test_resolutions_are_summed():
    head = fakes.head(upsample=dict(num_blocks=1)).eval()
    feats, samples = (fakes.features(),), [fakes.sample(mask=LEFT)]
    (outputs,) = head(feats)
    sizes = [(16, 12), (32, 24)]
    targets = fakes.codec(heatmap_size=sizes).encode(fakes.PEOPLE)['heatmaps']
    expected = 0
    for heatmaps, target, (width, _) in zip(outputs.heatmaps, targets, sizes):
        error = (heatmaps[0] - torch.from_numpy(target)) ** 2
        error[..., width // 2 :] = 0
        expected += error.mean()
    torch.testing.assert_close(head.loss(feats, samples)['loss_kpt'], expected)


@pytest.mark.parametrize('people', [fakes.NOBODY, None], ids=['nobody', 'not annotated'])
def test_every_parameter_gets_a_gradient_without_people(people):
    """DDP stops at a parameter that takes no part in the loss."""
    head = fakes.head(upsample=dict(num_blocks=1))
    sum(head.loss((fakes.features(),), [fakes.sample(people)]).values()).backward()
    assert all(p.grad is not None for p in head.parameters())


@pytest.mark.parametrize('restore', [False, True])
@pytest.mark.parametrize('flip', [False, True])
def test_prediction_returns_the_keypoints(flip, restore):
    feats = (fakes.perfect_maps('AEHead', ONE, tags=[2]),)
    if flip:
        feats = [feats, (fakes.perfect_maps('AEHead', fakes.mirrored(ONE), tags=[7]),)]
    test_cfg = dict(flip_test=flip, restore_heatmap_size=restore, output_heatmaps=True)
    (found,), (fields,) = fakes.predicting_head().predict(feats, [fakes.sample(ONE)], test_cfg)
    limit = 2.0 if restore else 0.1  # upsampling makes the peak of a sigma of one cell flat
    np.testing.assert_allclose(found.keypoints, ONE, atol=limit)
    np.testing.assert_allclose(found.tags, [np.divide([2, 7], 2**0.5)] if flip else [[2]])
    assert found.keypoint_scores.shape == (1, 3) and found.bbox_scores.shape == (1,)
    assert fields.tags.shape == (6 if flip else 3, *((48, 64) if restore else (12, 16)))
    assert fields.heatmaps.shape == (3, *((48, 64) if restore else (12, 16)))


@pytest.mark.parametrize('multiscale_tags, tags', [('first', [1, 2]), ('all', [1, 2, 3, 4])])
def test_scales_and_flips(multiscale_tags, tags):
    """Input at scales 1 and 2: heatmaps averaged at the first one, tags of one or both."""
    people = ONE, fakes.mirrored(ONE)
    base = [(fakes.perfect_maps('AEHead', p, tags=[tag]),) for p, tag in zip(people, (1, 2))]
    large = [(fakes.perfect_maps('AEHead', p, tags=[tag]),) for p, tag in zip(people, (3, 4))]
    large = [(F.interpolate(view[0], scale_factor=2, mode='bilinear'),) for view in large]
    test_cfg = dict(
        flip_test=True, multiscale_test=True, multiscale_tags=multiscale_tags, output_heatmaps=True
    )
    (found,), (fields,) = fakes.predicting_head().predict(
        [base, large], [fakes.sample(ONE)], test_cfg
    )
    scaled = np.divide(tags, len(tags) ** 0.5)  # distances are means over the views
    np.testing.assert_allclose(fields.tags[::3, 6, 8], scaled)
    np.testing.assert_allclose(found.tags, [scaled])
    assert fields.heatmaps.shape == (3, 12, 16)
    np.testing.assert_allclose(found.keypoints, ONE, atol=1.0)


@pytest.mark.parametrize('grouping', ['GreedyGrouping', 'DensityGrouping'])
@pytest.mark.parametrize('flip', [False, True])
@pytest.mark.parametrize('num_scales', [1, 3])
def test_views_do_not_split_a_person(grouping, flip, num_scales):
    """In every view the tag of the last keypoint is .9 off: over six views that sums up to 2.2."""

    def view(person):
        maps = fakes.perfect_maps('AEHead', person, tags=[0])
        maps[:, -1] = 0.9
        return (maps,)

    views = [view(ONE), view(fakes.mirrored(ONE))] if flip else view(ONE)
    head = fakes.predicting_head(decoder=fakes.codec_config(grouping=dict(type=grouping)))
    options = dict(flip_test=flip, multiscale_test=True, multiscale_tags='all')
    (found,) = head.predict([views] * num_scales, [fakes.sample(ONE)], options)
    assert len(found) == 1 and found.keypoint_scores.min() > 0.5


@pytest.mark.parametrize('merge_at, size', [('first', (12, 16)), ('largest', (24, 32))])
def test_the_size_at_which_scales_are_merged(merge_at, size):
    """Scales 1, 0.5 and 2, in this order; pose-ae-train begins with the largest."""
    base = fakes.perfect_maps('AEHead', ONE, tags=[3])
    scales = [base, *(F.interpolate(base, scale_factor=s, mode='bilinear') for s in (0.5, 2))]
    test_cfg = dict(multiscale_test=True, merge_at=merge_at, output_heatmaps=True)
    (found,), (fields,) = fakes.predicting_head().predict(
        [(maps,) for maps in scales], [fakes.sample(ONE)], test_cfg
    )
    resized = [F.interpolate(maps[:, :3], size, mode='bilinear') for maps in scales]
    torch.testing.assert_close(fields.heatmaps, torch.stack(resized).mean(0)[0])
    np.testing.assert_allclose(found.keypoints, ONE, atol=1.0)
    np.testing.assert_allclose(found.tags, [[3]])


@pytest.mark.parametrize('aligned', [False, True])
def test_corners_are_aligned_in_every_resizing(aligned):
    """Two resolutions, two scales, restored to the input: 6 and 12 rows, 12 and 24, 48."""
    generator = torch.Generator().manual_seed(0)

    def maps(channels, scale):
        return torch.rand(1, channels, 6 * scale, 8 * scale, generator=generator)

    def bring(values, size):
        return F.interpolate(values, size, mode='bilinear', align_corners=aligned)

    outputs = [BottomupOutputs([maps(3, s), maps(3, 2 * s)], maps(3, s)) for s in (1, 2)]
    head = fakes.predicting_head()
    head._forward_stack = lambda x: outputs[int(x)]
    options = dict(multiscale_test=True, multiscale_tags='all', restore_heatmap_size=True)
    options = head.read_test_cfg(dict(options, align_corners=aligned))
    feats = [(torch.tensor(index),) for index in range(2)]
    found = head.predict_maps(feats, [fakes.sample(ONE)], options).maps
    merged = [
        (bring(low, high.shape[-2:]) + high) / 2 for low, high in (o.heatmaps for o in outputs)
    ]
    expected = sum(bring(scale, (48, 64)) for scale in merged) / 2
    torch.testing.assert_close(found.heatmaps, expected)
    tags = torch.cat([outputs[0].tags, bring(outputs[1].tags, (6, 8))], dim=1) / 2**0.5
    torch.testing.assert_close(found.tags, bring(tags, (12, 16)))


def test_sizes_other_than_the_trained_one():
    """At test the input may be larger: coordinates follow its size, not the codec's."""
    maps = torch.zeros(2, 6, 16, 24)
    maps[0, 0, 9, 20] = 1.0
    large = fakes.sample(ONE, on_input=fakes.frame((96, 64), (96, 64)))
    found = fakes.predicting_head().predict((maps,), [large, large])
    np.testing.assert_allclose(found[0].keypoints[0, 0], [81.5, 37.5])
    assert len(found[1].keypoints) == 0


def test_the_size_of_a_batch_counts_not_that_of_its_images():
    """A batch of 96 x 64 pads an image of 64 x 48 at the right and bottom."""
    maps = torch.zeros(1, 6, 16, 24)
    maps[0, 0, 9, 10] = 1.0
    padded = fakes.sample(ONE, batch_input_shape=(64, 96))
    (found,) = fakes.predicting_head().predict((maps,), [padded])
    np.testing.assert_allclose(found.keypoints[0, 0], [41.5, 37.5])


def test_autocast_keeps_losses_in_float32():
    with torch.autocast('cpu', dtype=torch.bfloat16):
        losses = fakes.head().loss((fakes.features(),), [fakes.sample()])
    assert {loss.dtype for loss in losses.values()} == {torch.float32}


def test_autocast_does_not_round_what_is_predicted():
    """Heatmaps of both resolutions, and tags."""
    head, features = fakes.head(upsample=dict(num_blocks=1)), fakes.features().bfloat16()
    layers, seen = [head.final_layer, *head.upsample_final_layers], []
    for layer in layers:
        layer.register_forward_hook(lambda layer, inputs, output: seen.append((*inputs, output)))
    with torch.autocast('cpu', dtype=torch.bfloat16):
        head((features,))
    for layer, (x, found) in zip(layers, seen, strict=True):
        expected = torch.nn.functional.conv2d(x.float(), layer.weight, layer.bias)
        assert x.dtype == torch.bfloat16 and (expected != expected.bfloat16()).any()
        torch.testing.assert_close(found, expected)


@pytest.mark.parametrize(
    'options, message',
    [
        (dict(final_layer=None, in_channels=5), '5 input channels.*need 6'),
        (
            dict(final_layer=None),
            r"8 input channels.*3 keypoints need 6: {'heatmaps': 3, 'tags': 3}",
        ),
        (
            dict(final_layer=None, further_channels=1),
            'further_channels=1: in_channels.* must be 7, or if others are',
        ),
        (dict(decoder=None), 'give num_keypoints'),
        (dict(decoder=fakes.codec_config(keypoint_order=None)), 'give num_keypoints'),
        (dict(num_keypoints=4), 'num_keypoints=4, but its decoder is for 3'),
    ],
)
def test_bad_settings_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        fakes.head(**options)


def test_training_needs_a_codec_and_its_keypoints():
    with pytest.raises(ValueError, match='AEHead makes its targets: give it a decoder'):
        fakes.head(decoder=None, num_keypoints=3).loss((fakes.features(),), [fakes.sample()])
    with pytest.raises(ValueError, match='expects 3 keypoints per instance.*annotation has 2'):
        fakes.head().loss((fakes.features(),), [fakes.sample(fakes.PEOPLE[:, :2])])


def test_wrong_multiscale_tags_is_named():
    feats = (fakes.perfect_maps('AEHead', ONE),)
    with pytest.raises(
        ValueError, match="multiscale_tags must be one of .*'first', 'all'.*got 'last'"
    ):
        fakes.predicting_head().predict(feats, [fakes.sample()], dict(multiscale_tags='last'))
