"""DEKRHead: what MMPose's head predicts and loses with a deformable convolution done by hand."""

import fakes
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from deformable import DeformableByHand
from mmengine.structures import PixelData
from mmpose.codecs import SPR
from mmpose.models.heads.hybrid_heads import dekr_head as mmpose_module
from mmpose.structures import PoseDataSample

COCO = dict(from_file='configs/_base_/datasets/coco.py')
FILTERS = dict(num_heatmap_filters=4, num_displacement_filters_per_keypoint=2)
# As MMPose places cells, and decodes without its NMS.
AS_MMPOSE = dict(
    center_shift=0,
    targets=dict(sigma=2, center_sigma=4, min_length=5, round_centers=True),
    candidates=dict(kernel_size=5),
    suppression=None,
)


@pytest.fixture
def pair(monkeypatch):
    """Our head, and MMPose's with the same weights."""
    monkeypatch.setattr(mmpose_module, 'has_mmcv_full', True)
    monkeypatch.setattr(mmpose_module, 'DeformConv2d', DeformableByHand, raising=False)
    decoder = dict(
        type='SPR',
        input_size=fakes.INPUT_SIZE,
        heatmap_size=fakes.HEATMAP_SIZE,
        sigma=(4, 2),
        generate_keypoint_heatmaps=True,
    )
    loss = dict(
        type='SoftWeightSmoothL1Loss',
        use_target_weight=True,
        supervise_empty=False,
        beta=1 / 9,
        loss_weight=0.002,
    )
    theirs = mmpose_module.DEKRHead(8, 3, displacement_loss=loss, decoder=decoder, **FILTERS)
    options = fakes.codec_config('DEKRCodec', **AS_MMPOSE)
    ours = fakes.head('DEKRHead', decoder=options, **FILTERS)
    theirs.load_state_dict(ours.state_dict())
    torch.manual_seed(1)
    for parameter in theirs.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    assert not any(ours.load_state_dict(dict(theirs.state_dict())))  # without versions
    return ours.eval(), theirs.eval()


@torch.no_grad()
def test_maps_are_those_of_mmpose(pair):
    ours, theirs = pair
    feats = (fakes.features(),)
    for found, expected in zip(ours(feats), theirs(feats)):
        torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-4)


@torch.no_grad()
@pytest.mark.parametrize('flip', [False, True])
def test_poses_are_those_of_mmpose(flip, pair, monkeypatch):
    """Its scores are not: it reads heatmaps up to half a cell beside the keypoints."""
    ours, theirs = pair
    monkeypatch.setattr(theirs, 'forward', ours.forward)  # which is the same, and faster
    view = (fakes.features(seed=1),)
    feats = [view, (fakes.features(seed=2),)] if flip else view
    options = dict(flip_test=flip, shift_heatmap=True)
    (found,) = ours.predict(feats, [fakes.sample()], options)
    (expected,) = theirs.predict(feats, [fakes.sample()], options)
    assert len(found.keypoints) == len(expected.keypoints) > 3
    first, second = (
        poses[np.argsort(poses[:, 0, 0])] for poses in (found.keypoints, expected.keypoints)
    )
    np.testing.assert_allclose(first, second, atol=1e-3)


@pytest.fixture
def crowd():
    """Six people who overlap, one of them too small, and who of their keypoints is annotated."""
    people = fakes.crowd(6, seed=3)
    people[0] = people[0].mean(0) + (people[0] - people[0].mean(0)) / 20
    visible = np.ones((6, 3), np.float32)
    visible[1, 0] = visible[2, 1] = 0
    inside = (people >= 2) & (people < np.array(fakes.INPUT_SIZE) - 3)
    return people, visible * inside.all(-1)


def test_targets_and_the_loss_of_offsets_are_those_of_mmpose(pair, crowd, monkeypatch):
    ours, theirs = pair
    people, visible = crowd
    codec = SPR(
        fakes.INPUT_SIZE,
        fakes.HEATMAP_SIZE,
        sigma=(4, 2),
        generate_keypoint_heatmaps=True,
        minimal_diagonal_length=5,
    )
    made = {k: torch.from_numpy(v) for k, v in codec.encode(people, visible).items()}
    theirs_sample = PoseDataSample(gt_fields=PixelData(**made))
    sample, feats = fakes.sample(people, visible), (fakes.features(),)
    (ours_sample,) = ours._label(ours._supervise([feats[0]], [sample]))
    for name in ('displacements', 'displacement_weights'):
        found = getattr(ours_sample.gt_fields, name)
        torch.testing.assert_close(found, made[name], rtol=0, atol=1e-5)
    inside = made['heatmaps'] > 0  # our windows are a cell wider
    drawn = ours_sample.gt_fields.heatmaps
    torch.testing.assert_close(drawn[inside], made['heatmaps'][inside], rtol=0, atol=1e-5)
    assert drawn[~inside].max() < 0.012
    monkeypatch.setattr(theirs, 'forward', ours.forward)  # which is the same, and faster
    found, expected = ours.loss(feats, [sample]), theirs.loss(feats, [theirs_sample])
    torch.testing.assert_close(found['loss/displacement'], expected['loss/displacement'])


def test_loss_of_heatmaps_by_hand(pair):
    """Everything that is predicted is 0: Gaussians squared, where supervised, count once."""
    ours, _ = pair
    for parameter in ours.heatmap_conv_layers.parameters():
        torch.nn.init.zeros_(parameter)
    mask = np.ones((12, 16), np.float32)
    mask[:, :4] = 0
    sample = fakes.sample(mask=mask)
    (targets,) = ours._supervise([fakes.features()], [sample]).targets.heatmaps
    losses = ours.loss((fakes.features(),), [sample])
    expected = targets[..., 4:].square().sum() / targets.numel()
    torch.testing.assert_close(losses['loss/heatmap'], expected)


def test_without_people_all_weights_have_a_gradient():
    head = fakes.head('DEKRHead')
    losses = head.loss((fakes.features(2),), [fakes.sample(fakes.NOBODY), fakes.sample(None)])
    assert losses['loss/displacement'] == 0
    sum(losses.values()).backward()
    assert all(parameter.grad is not None for parameter in head.parameters())


def test_autocast_does_not_round_offsets(pair):
    """The last layer computes them in float32 from whatever it is given, and keeps its gradient."""
    ours, _ = pair
    last, seen = ours.displacement_conv_layers[-1], []
    last.weight.data *= 100
    last.register_forward_hook(lambda layer, inputs, output: seen.append((*inputs, output)))
    with torch.autocast('cpu', torch.bfloat16):
        _, offsets = ours((fakes.features(),))
    x, output = seen[-1]
    expected = F.conv2d(x.float(), last.weight, last.bias, groups=last.groups)
    assert output.dtype == torch.float32 and expected.abs().max() > 10
    assert (expected - expected.bfloat16()).abs().max() > 0.01
    torch.testing.assert_close(output, expected)
    offsets.sum().backward()
    assert last.weight.grad.any()


@torch.no_grad()
def test_a_batch_is_its_images(pair):
    head, feats = pair[0], [fakes.features(2, seed=seed) for seed in (1, 2)]
    options = dict(flip_test=True)
    together = head.predict([(x,) for x in feats], 2 * [fakes.sample()], options)
    for number, expected in enumerate(together):
        alone = [(x[number : number + 1],) for x in feats]
        (found,) = head.predict(alone, [fakes.sample()], options)
        np.testing.assert_allclose(found.keypoints, expected.keypoints, atol=1e-3)


def perfect_maps(head, people):
    """What a head is trained to predict for people."""
    sample = fakes.sample(people)
    (labels,) = head._label(head._supervise([fakes.features()], [sample]))
    fields = labels.gt_fields
    return fields.heatmaps[None], fields.displacements[None]


@torch.no_grad()
@pytest.mark.parametrize('codec', ['DEKRCodec', 'CenterOffsetCodec'])
def test_people_come_back_from_both_views(codec, monkeypatch):
    """By where offsets point to, or by the peaks there; of both cells agree without any shift."""
    head = fakes.head('DEKRHead', decoder=fakes.codec_config(codec))
    both = fakes.PEOPLE, fakes.mirrored(fakes.PEOPLE)
    known = [perfect_maps(head, people) for people in both]
    monkeypatch.setattr(head, 'forward', lambda feats: known[int(feats[0])])
    feats = [(torch.tensor(0),), (torch.tensor(1),)]
    (found,) = head.predict(feats, [fakes.sample()], dict(flip_test=True))
    order = np.argsort(found.keypoints[:, 0, 0])
    np.testing.assert_allclose(found.keypoints[order], fakes.PEOPLE, atol=0.2)
    assert (found.keypoint_scores > 0.7).all()


@torch.no_grad()
def test_the_rescoring_network_has_its_say():
    rescore = dict(in_channels=9, norm_indexes=(0, 1))
    with pytest.raises(ValueError, match='give the decoder metainfo'):
        fakes.head('DEKRHead', rescore_cfg=rescore)
    plain = fakes.head('DEKRHead').eval()
    view = (fakes.features(seed=1),)
    (expected,) = plain.predict(view, [fakes.sample()])
    plain.rescore_net = mmpose_module.RescoreNet(**rescore)
    plain.decoder.metainfo = dict(skeleton_links=[(0, 1), (1, 2)])
    for name, parameter in plain.rescore_net.named_parameters():
        torch.nn.init.constant_(parameter, 3.0 if name == 'l3.bias' else 0.0)
    (found,) = plain.predict(view, [fakes.sample()])
    np.testing.assert_allclose(found.bbox_scores, 3 * expected.bbox_scores, rtol=1e-5)


def rescoring_head(codec='DEKRCodec', **options):
    """A head whose people have the 17 keypoints and 19 links of COCO."""
    decoder = fakes.codec_config(codec, keypoint_order=None, metainfo=COCO)
    rescore = dict(in_channels=74, norm_indexes=(5, 6))
    return fakes.head('DEKRHead', decoder=decoder, rescore_cfg=rescore, **FILTERS, **options)


def test_the_rescoring_network_is_loaded_but_not_trained():
    """As processes that train together need it: who asks for a gradient gets one."""
    head = rescoring_head()
    people = np.random.default_rng(0).uniform(5, 40, (2, 17, 2))
    sum(head.loss((fakes.features(),), [fakes.sample(people)]).values()).backward()
    for name, parameter in head.named_parameters():
        trained = not name.startswith('rescore_net.')
        assert parameter.requires_grad == trained == (parameter.grad is not None), name
    assert {name for name in head.state_dict() if name.startswith('rescore_net.l3')} == {
        'rescore_net.l3.weight',
        'rescore_net.l3.bias',
    }


def test_the_rescoring_network_is_refused_where_it_has_no_poses():
    with pytest.raises(ValueError, match='rescore_cfg .* but decoder.type is CenterOffsetCodec'):
        rescoring_head('CenterOffsetCodec')


@pytest.mark.parametrize('option, message', [
    (dict(offset_radius=0.4), 'offset_radius must be a number between 0.5 and inf, got 0.4'),
    (dict(background_weight=-1), 'background_weight must be a number between 0 and inf, got -1'),
    (dict(num_heatmap_filters=0), 'num_heatmap_filters must be a whole number from 1 on'),
    (dict(num_displacement_filters_per_keypoint=0), 'filters_per_keypoint must be a whole number'),
])  # fmt: skip
def test_options_are_checked(option, message):
    with pytest.raises(ValueError, match=message):
        fakes.head('DEKRHead', **option)


def test_the_smallest_radius_trains_a_cell_of_each_person():
    head = fakes.head('DEKRHead', offset_radius=0.5)
    (labels,) = head._label(head._supervise([fakes.features()], [fakes.sample()]))
    assert (labels.gt_fields.displacement_weights[0] > 0).sum() == len(fakes.PEOPLE)


def test_options_of_training_are_refused():
    with pytest.raises(TypeError, match='train_cfg of DEKRHead has no option max_train_instances'):
        fakes.head('DEKRHead').loss(
            (fakes.features(),), [fakes.sample()], dict(max_train_instances=3)
        )
