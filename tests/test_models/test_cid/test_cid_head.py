"""CIDHead: what MMPose's head predicts and loses, in batches, over views, and without people."""

import fakes
import numpy as np
import pytest
import torch
from mmengine.structures import InstanceData, PixelData
from mmpose.codecs import DecoupledHeatmap
from mmpose.models.heads.heatmap_heads.cid_head import CIDHead as MMPoseHead
from mmpose.structures import PoseDataSample

from mmpose_ae.codecs import cid_codec
from mmpose_ae.models.cid import cid_head
from mmpose_ae.models.heads import describe_inputs

# As MMPose decodes, who leaves duplicates to its metric.
AS_MMPOSE = dict(center_shift=0.5, refinement='quarter', suppression=None)
# Boxes whose Gaussians MMPose draws where the keypoints are: 3 sigma is 1.65 and 1.88 cells. Where
# that ends below a half it draws them a cell further left and up.
SIDES = np.array([[20, 30], [24, 32]], np.float32)
# People whose centers are less than half a cell behind one: MMPose reads features at the cell
# before, but draws the center in the nearest one.
PLACED = fakes.PEOPLE + np.array([[[3, 0]], [[0, 2]]], np.float32)


def pair(**options):
    """Our head, and MMPose's with the same weights."""
    options = {**AS_MMPOSE, **options}
    ours = fakes.head('CIDHead', decoder=fakes.codec_config('CIDCodec', **options)).eval()
    theirs = MMPoseHead(
        8,
        32,
        fakes.NUM_KEYPOINTS,
        decoupled_heatmap_loss=dict(type='FocalHeatmapLoss', loss_weight=4.0),
        contrastive_loss=dict(type='InfoNCELoss', temperature=0.05),
        decoder=dict(
            type='DecoupledHeatmap', input_size=fakes.INPUT_SIZE, heatmap_size=fakes.HEATMAP_SIZE
        ),
    )
    theirs.load_state_dict(ours.state_dict())
    return ours, theirs.eval()


@torch.no_grad()
@pytest.mark.parametrize('flip', [False, True])
def test_prediction_is_that_of_mmpose(flip):
    """Of the best six centers; its quarter of a cell is missing next to borders."""
    ours, theirs = pair()
    view = (fakes.features(seed=1),)
    feats = [view, (fakes.features(seed=2),)] if flip else view
    options = dict(flip_test=flip)
    (found,) = ours.predict(feats, [fakes.sample()], options)
    (expected,) = theirs.predict(feats, [fakes.sample()], dict(options, max_instances=6))
    scores = expected.keypoint_scores.mean(-1)
    order = np.argsort(-scores)
    assert len(found.bbox_scores) == 6
    np.testing.assert_allclose(found.bbox_scores, scores[order], rtol=1e-5)
    cells = (found.keypoints - 2) / 4
    inside = ((cells > 1.5) & (cells < np.array(fakes.HEATMAP_SIZE) - 2.5)).all(-1)
    assert inside.sum() > 6
    np.testing.assert_allclose(
        found.keypoints[inside], expected.keypoints[order][inside], atol=1e-4
    )


@torch.no_grad()
def test_a_batch_is_its_images():
    head, feats = pair()[0], [fakes.features(2, seed=seed) for seed in (1, 2)]
    options = dict(flip_test=True)
    together = head.predict([(x,) for x in feats], 2 * [fakes.sample()], options)
    for number, expected in enumerate(together):
        alone = [(x[number : number + 1],) for x in feats]
        (found,) = head.predict(alone, [fakes.sample()], options)
        np.testing.assert_allclose(found.keypoints, expected.keypoints, atol=1e-4)


def mmpose_sample(people):
    """A sample with MMPose's own targets."""
    corners = np.zeros((len(people), 4, 2), np.float32)
    corners[:, 1, 1], corners[:, 2, 0] = SIDES[:, 1], SIDES[:, 0]
    codec = DecoupledHeatmap(fakes.INPUT_SIZE, fakes.HEATMAP_SIZE)
    made = codec.encode(people, np.ones(people.shape[:2], np.float32), corners)
    fields = {name: torch.from_numpy(made[name]) for name in ('heatmaps', 'instance_heatmaps')}
    labels = dict(
        instance_coords=torch.from_numpy(made['instance_coords']).long(),
        keypoint_weights=torch.from_numpy(made['keypoint_weights']),
    )
    return PoseDataSample(gt_fields=PixelData(**fields), gt_instance_labels=InstanceData(**labels))


def our_sample(people):
    sample = fakes.sample(people)
    sample.gt_instances.bbox_scales = SIDES
    return sample


def test_losses_are_those_of_mmpose(monkeypatch):
    """On its own targets, which are cut at three sigma, where they are 0.011."""
    monkeypatch.setattr(cid_codec, 'jitter', lambda cells, size: cells)
    monkeypatch.setattr(np.random, 'randint', lambda *_: np.zeros(2, int))
    ours, theirs = pair(center_shift=0, targets=dict(round_centers=True))
    feats = (fakes.features(2),)
    images = PLACED, PLACED + np.float32(4)
    found = ours.loss(feats, [our_sample(people) for people in images])
    samples = [mmpose_sample(people) for people in images]
    expected = theirs.loss(feats, samples)
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        torch.testing.assert_close(found[name], value, rtol=0.01, atol=0)
    supervision = ours._supervise([feats[0]], [our_sample(PLACED)])
    torch.testing.assert_close(
        supervision.targets.heatmaps[0][0], samples[0].gt_fields.heatmaps, rtol=0, atol=0.0112
    )


def test_without_people_all_weights_have_a_gradient():
    """So that processes which train together do not wait for each other."""
    head = fakes.head('CIDHead')
    losses = head.loss((fakes.features(2),), [fakes.sample(fakes.NOBODY), fakes.sample(None)])
    assert losses['loss/heatmap_decoupled'] == losses['loss/contrastive'] == 0
    sum(losses.values()).backward()
    assert all(parameter.grad is not None for parameter in head.parameters())


def test_losses_are_finite_in_half_precision():
    """Also of a network that is sure and wrong, where 1 - 1e-4 would be 1."""
    head = fakes.head('CIDHead')
    with torch.autocast('cpu', torch.bfloat16):
        losses = head.loss((100 * fakes.features(),), [fakes.sample()])
    assert all(torch.isfinite(value) for value in losses.values())
    sum(losses.values()).backward()
    assert all(torch.isfinite(p.grad).all() for p in head.parameters())


def test_autocast_does_not_round_heatmaps():
    """Of everybody and of each: the last layers compute them in float32 of what they are given."""
    head, seen = fakes.head('CIDHead'), []
    layers = head.iia_module.keypoint_root_conv, head.gfd_module.heatmap_conv
    for layer in layers:
        layer.weight.data.normal_(std=3)
        layer.register_forward_hook(lambda _, given, out: seen.append((given[0], out)))
    with torch.autocast('cpu', torch.bfloat16):
        head.loss((fakes.features().bfloat16(),), [fakes.sample()])
    assert len(seen) == 2
    for layer, (given, found) in zip(layers, seen):
        expected = torch.nn.functional.conv2d(given.float(), layer.weight, layer.bias)
        assert given.dtype == torch.bfloat16 and (expected != expected.bfloat16()).any()
        torch.testing.assert_close(found, expected)


def test_features_are_contrasted_in_float32():
    """A loss of features that have few digits is that of the same features in float32."""
    loss = fakes.head('CIDHead').loss_module['contrastive']
    features = torch.randn(12, 8, generator=torch.Generator().manual_seed(0)).bfloat16()
    expected = loss.loss(features.float())
    with torch.autocast('cpu', torch.bfloat16):
        found = loss(features)
    assert found.dtype == torch.float32
    torch.testing.assert_close(found, expected, rtol=1e-6, atol=0)


@torch.no_grad()
def test_scales_see_the_same_centers(monkeypatch):
    """A center in cell (x, y) is in cell (x // 2, y // 2) of the view of half the size."""
    head, seen = fakes.head('CIDHead').eval(), []
    see = cid_head.CIDHead._see_people

    def watch(self, features, found, size):
        maps = see(self, features, found, size)
        seen.append((maps, found.cells[found.mask]))
        return maps

    monkeypatch.setattr(cid_head.CIDHead, '_see_people', watch)
    base, half = fakes.features(), fakes.features(size=(8, 6))
    (found,) = head.predict([(base,), (half,)], [fakes.sample()], dict(multiscale_test=True))
    (_, cells), (maps, _) = seen
    places = cells // 2
    image = torch.zeros(len(cells), dtype=torch.long)
    vectors = half[image, :, places[:, 1], places[:, 0]]
    torch.testing.assert_close(maps, head.gfd_module(half, vectors, places, image))
    assert 0 < len(found.keypoints) <= len(cells)


def test_nobody_is_found_where_no_center_is():
    decoder = fakes.codec_config('CIDCodec', candidates=dict(threshold=1.5))
    head = fakes.head('CIDHead', decoder=decoder).eval()
    feats = [[(fakes.features(),), (fakes.features(),)], [(fakes.features(size=(8, 6)),)] * 2]
    options = dict(flip_test=True, multiscale_test=True)
    (found,) = head.predict(feats, [fakes.sample()], options)
    assert found.keypoints.shape == (0, 3, 2)


def test_weights_without_a_version_keep_their_names():
    head = fakes.head('CIDHead')
    assert not any(head.load_state_dict(dict(head.state_dict())))


@pytest.mark.parametrize('std', [0.001, 0.1])
def test_layers_of_a_person_begin_as_large_as_asked_for(std):
    """Those of the centers, and the bias that makes a prior of 0.01, begin as MMPose's."""
    head = fakes.head('CIDHead', gfd_std=std)
    head.init_weights()
    for layer in (head.gfd_module.fuse_attention, head.gfd_module.heatmap_conv):
        assert layer.weight.std().item() == pytest.approx(std, rel=0.2)
    assert head.iia_module.keypoint_root_conv.weight.std().item() == pytest.approx(0.001, rel=0.5)
    np.testing.assert_allclose(head.gfd_module.heatmap_conv.bias.detach(), -np.log(99), rtol=1e-5)


@pytest.mark.parametrize('as_list', [False, True])
def test_initialization_is_one_or_several(as_list):
    normal = dict(type='Normal', layer='Conv2d', std=0.5)
    head = fakes.head('CIDHead', init_cfg=[normal] if as_list else normal)
    for module in (head.iia_module, head.gfd_module):  # MMPose puts its own behind
        assert module.init_cfg[0] == normal and len(module.init_cfg) == 2
    head.init_weights()
    assert head.iia_module.keypoint_root_conv.weight.std().item() == pytest.approx(0.001, rel=0.5)


@pytest.mark.parametrize('option, message', [
    (dict(gfd_channels=0), 'gfd_channels must be a whole number from 1 on, got 0'),
    (dict(gfd_std=0), 'gfd_std must be positive and finite, got 0'),
    (dict(prior_prob=0), 'prior_prob must be above 0 and below 1, got 0'),
    (dict(prior_prob=1), 'prior_prob must be above 0 and below 1, got 1'),
])  # fmt: skip
def test_options_are_checked(option, message):
    with pytest.raises(ValueError, match=message):
        fakes.head('CIDHead', **option)


def test_the_prior_is_what_heatmaps_begin_with():
    head = fakes.head('CIDHead', prior_prob=0.2)
    head.init_weights()
    for layer in (head.gfd_module.heatmap_conv, head.iia_module.keypoint_root_conv):
        np.testing.assert_allclose(layer.bias.detach().sigmoid(), 0.2, rtol=1e-5)


def test_shifting_heatmaps_is_refused():
    """MMPose's head turns features back as well, and does not shift them."""
    head = fakes.head('CIDHead')
    assert not head.read_test_cfg(dict(flip_test=True, shift_heatmap=False)).shift_heatmap
    with pytest.raises(ValueError, match='shift_heatmap of test_cfg has no effect on CIDHead'):
        head.read_test_cfg(dict(shift_heatmap=True))


@pytest.mark.parametrize('train_cfg, error, message', [
    (dict(max_train_instances=3, foo=1), TypeError, 'train_cfg of CIDHead has no option foo'),
    (dict(max_train_instances='1'), ValueError, "max_train_instances of train_cfg .* got '1'"),
    (dict(max_train_instances=0), ValueError, 'max_train_instances of train_cfg .* got 0'),
])  # fmt: skip
def test_options_of_training_are_checked(train_cfg, error, message):
    with pytest.raises(error, match=message):
        fakes.head('CIDHead').loss((fakes.features(),), [fakes.sample()], train_cfg)


@pytest.mark.parametrize('most, count', [(-1, 4), (None, 4), (3, 3), (9, 4)])
def test_so_many_people_of_a_batch_are_trained(most, count, monkeypatch):
    """Of two images with two people each."""
    head, seen = fakes.head('CIDHead'), []
    forward = head.gfd_module.forward

    def watch(feats, vectors, places, image):
        seen.append(len(vectors))
        return forward(feats, vectors, places, image)

    monkeypatch.setattr(head.gfd_module, 'forward', watch)
    options = None if most is None else dict(max_train_instances=most)
    head.loss((fakes.features(2),), 2 * [fakes.sample()], options)
    assert seen == [count]


@torch.no_grad()
@pytest.mark.parametrize('batch', [1, 2])
def test_files_see_room_for_everybody(batch, monkeypatch):
    """What is exported makes heatmaps of padding, too, and gives the same."""
    candidates = dict(threshold=0.7, max_candidates=20)
    decoder = fakes.codec_config('CIDCodec', candidates=candidates)
    head = fakes.head('CIDHead', decoder=decoder).eval()
    feats, samples = (fakes.features(batch, seed=4),), batch * [fakes.sample()]
    inputs, options = describe_inputs(samples), head.read_test_cfg({})
    expected = head.propose(feats, inputs, options).proposals
    monkeypatch.setattr(torch.compiler, 'is_compiling', lambda: True)
    found = head.propose(feats, inputs, options).proposals
    assert 0 < expected.mask.sum() < expected.mask.numel()
    outputs = [head.decoder.outputs(each) for each in (found, expected)]
    torch.testing.assert_close(*outputs)
