"""The head: losses and gradients, what is frozen, and what it predicts."""

import numpy as np
import pytest
import torch
from mmengine.structures import InstanceData, PixelData
from mmpose.structures import PoseDataSample
from torch import nn

from mmpose_ae.frame import Grid, unflatten_index
from mmpose_ae.registry import MODELS
from projects.recurrent_association.models import Chunk
from projects.recurrent_association.models.instance_targets import gaussian_targets
from projects.recurrent_association.models.tag_seeds import TagSeeds

SIZE, MAPS = (64, 48), (16, 12)
SECOND = dict(hidden_channels=4, num_layers=1, ordering='confidence')


def codec_of(num_keypoints):
    return dict(
        type='mmpose_ae.RecurrentAssociationCodec',
        input_size=SIZE,
        heatmap_size=MAPS,
        targets=dict(sigma=1),
        keypoint_order=list(range(num_keypoints)),
    )


def build(num_keypoints=3, unroller=None, **options):
    torch.manual_seed(0)
    small = dict(lstm=dict(hidden_channels=8, num_layers=2), chunk_size=None, max_instances=5)
    cfg = dict(
        type='mmpose_ae.RecurrentAssociationHead',
        in_channels=2 * num_keypoints + 2,
        further_channels=2,
        final_layer=None,
        inputs=('features', 'heatmaps', 'tags'),
        unroller=dict(small, **(unroller or {})),
        decoder=codec_of(num_keypoints),
    )
    return MODELS.build({**cfg, **options})


def sample(count, num_keypoints=3, seed=0):
    """An image with some instances in random poses."""
    rng = np.random.default_rng(seed)
    poses = rng.uniform(2, 46, (count, num_keypoints, 2)).astype(np.float32)
    data_sample = PoseDataSample(
        metainfo=dict(img_shape=SIZE[::-1], flip_indices=[1, 0, *range(2, num_keypoints)])
    )
    data_sample.gt_fields = PixelData(heatmap_mask=np.ones((1, 12, 16), bool)).to_tensor()
    visible = np.ones((count, num_keypoints), np.float32)
    data_sample.gt_instances = InstanceData(keypoints=poses, keypoints_visible=visible)
    return data_sample


def features(batch=2, num_keypoints=3, seed=0):
    torch.manual_seed(seed)
    return (torch.randn(batch, 2 * num_keypoints + 2, 12, 16),)


def trained(head):
    return {name: p for name, p in head.named_parameters() if p.requires_grad}


def gradients(head, losses):
    parameters = trained(head)
    return dict(zip(parameters, torch.autograd.grad(losses['loss'], parameters.values())))


def loss_of(head, samples, seed=0):
    torch.manual_seed(seed)  # of the feedback loop
    maps = features(len(samples), head.num_keypoints)
    torch.manual_seed(seed)
    return head.loss(maps, samples)


@pytest.mark.parametrize('second_lstm', [None, SECOND])
def test_one_chunk_has_the_gradients_of_full_backpropagation(second_lstm):
    samples = [sample(3), sample(1)]
    full = build(unroller=dict(second_lstm=second_lstm)).train()
    expected = loss_of(full, samples)
    chunked = build(unroller=dict(second_lstm=second_lstm, chunk_size=6)).train()
    found = loss_of(chunked, samples)
    assert {k: v.item() for k, v in found.items()} == {k: v.item() for k, v in expected.items()}
    expected, found = gradients(full, expected), gradients(chunked, found)
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-4)
    assert all(gradient.any() for gradient in found.values())


@pytest.mark.parametrize('chunk_size', [None, 1, 2])
@pytest.mark.parametrize('counts', [[0, 0], [0, 2], [7, 1]])
def test_any_number_of_instances(counts, chunk_size):
    """None at all, and more than the maximum: everything trained is in the graph."""
    unroller = dict(chunk_size=chunk_size, second_lstm=SECOND)
    head = build(unroller=unroller).train()
    losses = loss_of(head, [sample(count) for count in counts])
    assert set(losses) == {'loss', 'stop', 'heatmap', 'heatmap2'}
    assert all(torch.isfinite(gradient).all() for gradient in gradients(head, losses).values())
    if not any(counts):
        assert losses['heatmap'] == 0 and losses['stop'] > 0


def test_known_people_are_unrolled_besides():
    """Without losses of the copies: as without them."""
    samples = [sample(3), sample(1)]
    head = build(unroller=dict(chunk_size=9), known_people=dict(copies=2, weight=0.0)).eval()
    expected = build(unroller=dict(chunk_size=9)).eval()
    seen = []
    head.unroller.register_forward_pre_hook(lambda _, args: seen.append(args))
    found, plain = loss_of(head, samples), loss_of(expected, samples)
    torch.testing.assert_close(found, plain)
    torch.testing.assert_close(gradients(head, found), gradients(expected, plain))
    inputs, counts, first_guess = seen[0]
    torch.testing.assert_close(inputs, inputs[:2].repeat(3, 1, 1, 1))
    assert counts.tolist() == [3, 1] * 3
    assert first_guess(0).flatten(1).any(1).tolist() == [False] * 2 + [True] * 4


def test_a_guess_that_is_given_is_drawn():
    """A network that shows what it is fed: no loss where it is asked, without noise."""
    clean = dict(jitter=0.0, missing=0.0, swapped=0.0)
    head = build(unroller=dict(lstm=dict(num_loops=1)), known_people=clean).eval()
    steps = []

    def repeat(projected, states, given=None, hint=None):
        steps.append(hint)
        return [hint], states

    head.unroller.first.estimate = repeat
    asked = sample(1)
    losses = loss_of(head, [asked])
    target = head.make_targets(
        torch.from_numpy(asked.gt_instances.keypoints)[None],
        torch.ones(1, 1, 3, dtype=torch.bool),
        Grid.over(MAPS, SIZE),
    )
    drawn = target.draw(torch.tensor([[0]]))
    torch.testing.assert_close(steps[0][1:], drawn[:, 0])
    assert losses['heatmap'].item() == pytest.approx(drawn.square().sum().item(), rel=1e-5)


def test_known_people_need_a_feedback_loop():
    with pytest.raises(ValueError, match='first guesses need a feedback loop: num_loops'):
        build(unroller=dict(lstm=dict(num_loops=0)), known_people=dict())


def test_images_that_lack_types_of_keypoints_are_refused():
    """MMPose's KeypointConverter says which ones their data set has: here not the last."""
    converted = sample(2)
    known = np.array([1, 1, 0], np.float32) * np.ones((2, 1), np.float32)
    del converted.gt_instances.keypoints_visible
    converted.gt_instances.keypoints_visible = np.stack([known, known], axis=-1)
    with pytest.raises(ValueError, match='lack types of keypoints .* RecurrentAssociationHead'):
        loss_of(build(), [converted])


def test_seeds_are_of_the_last_stack():
    """Channels 0 to 2 are heatmaps, 3 to 5 tags; in training and in testing."""
    head = build(seeds=True, num_stacks=2, unroller=dict(lstm=dict(num_loops=1)))
    stacks = (torch.rand(1, 8, 12, 16), torch.rand(1, 8, 12, 16))
    seen = []
    estimate = head.unroller.first.estimate

    def watch(*args, hint):
        seen.append(hint)
        return estimate(*args, hint=hint)

    head.unroller.first.estimate = watch
    head.train().loss(stacks, [sample(1)])
    expected = TagSeeds(stacks[1][:, :3], stacks[1][:, 3:6])(0, None)
    torch.testing.assert_close(seen[0], expected)
    seen.clear()
    with torch.no_grad():
        head.eval().predict(stacks, [sample(1)])
    torch.testing.assert_close(seen[0], expected)


def test_one_kind_of_guesses():
    with pytest.raises(ValueError, match='known_people give first guesses, and seeds give others'):
        build(seeds=True, known_people=dict())


def test_gradient_of_an_untruncated_loss_by_finite_differences():
    head = build(unroller=dict(chunk_size=9)).eval()  # the first guess is constant then
    samples, maps = [sample(2), sample(1)], features()
    weight = head.unroller.first.lstm.cells[0].from_hidden.weight
    (gradient,) = torch.autograd.grad(head.loss(maps, samples)['loss'], weight)
    direction, step = gradient / gradient.norm(), 1e-2
    with torch.no_grad():
        values = []
        for sign in (1, -1):
            weight += sign * step * direction
            values.append(head.loss(maps, samples)['loss'].item())
            weight -= sign * step * direction
    expected = (values[0] - values[1]) / (2 * step)
    assert (gradient * direction).sum().item() == pytest.approx(expected, rel=2e-2)


@pytest.mark.parametrize('dtype', [torch.bfloat16, torch.float16])
def test_mixed_precision(dtype):
    """Gradients are float32, as without it up to rounding, and whole under clipping."""
    samples = [sample(3), sample(1)]
    plain = build(unroller=dict(chunk_size=2)).train()
    expected = gradients(plain, loss_of(plain, samples))
    head = build(unroller=dict(chunk_size=2)).train()
    with torch.autocast('cpu', dtype):
        losses = loss_of(head, samples)
    losses['loss'].backward()
    for name, parameter in trained(head).items():
        assert parameter.grad.dtype == torch.float32
        error = (parameter.grad - expected[name]).norm() / expected[name].norm()
        assert error < 0.1, name
    norm = nn.utils.clip_grad_norm_(trained(head).values(), 1e-3)
    assert norm.item() == pytest.approx(
        torch.stack([g.norm() for g in expected.values()]).norm().item(), rel=0.1
    )


def test_autocast_does_not_round_what_is_predicted():
    """Heatmaps and stop logits are those of float32 layers on the states that autocast gives."""
    head, seen = build(), []
    layers = head.unroller.first.to_heatmaps, head.unroller.stop.linear
    for layer in layers:
        layer.register_forward_hook(lambda _, given, out: seen.append((given[0].float(), out)))
    with torch.autocast('cpu', torch.bfloat16):
        head.train().unroll(features())
    (maps, heatmaps), (maxima, logits) = seen[1:3]  # behind the first pass of the feedback loop
    wide = nn.functional.conv2d(maps, layers[0].weight, layers[0].bias, padding=1)
    score = nn.functional.linear(maxima, layers[1].weight, layers[1].bias)
    for found, expected in ((heatmaps, wide), (logits, score)):
        assert (expected != expected.bfloat16()).any()
        torch.testing.assert_close(found, expected)


@pytest.mark.parametrize('num_keypoints', [14, 17])
def test_other_numbers_of_keypoints(num_keypoints):
    head = build(num_keypoints)
    samples = [sample(2, num_keypoints), sample(3, num_keypoints)]
    assert torch.isfinite(loss_of(head.train(), samples)['loss'])
    with torch.no_grad():
        first, _ = head.eval().predict(features(2, num_keypoints), samples)
    assert first.keypoints.shape[1:] == (num_keypoints, 2)


def test_what_is_frozen():
    head = build(
        in_channels=4, final_layer=dict(kernel_size=1), upsample=dict(num_blocks=1)
    ).train()
    assert set(trained(head)) == {f'unroller.{n}' for n, _ in head.unroller.named_parameters()}
    norms = [m for m in head.modules() if isinstance(m, nn.BatchNorm2d)]
    assert norms and not any(norm.training for norm in norms)
    assert head.training and head.unroller.norm.training
    assert not head.eval().unroller.training


@pytest.mark.parametrize(
    'inputs, channels',
    [(['features'], 2), (['heatmaps'], 3), (['tags', 'heatmaps'], 6), (['features', 'tags'], 5)],
)
def test_maps_of_a_network_that_predicts_itself(inputs, channels):
    """Channels 0 to 2 are heatmaps, 3 to 5 tags, 6 and 7 features; of both stacks."""
    head = build(inputs=inputs, num_stacks=2)
    names = ['heatmaps'] * 3 + ['tags'] * 3 + ['features'] * 2
    stack = torch.arange(8.0)[:, None, None].expand(1, 8, 12, 16)
    found = head.gather_inputs((stack - 99, stack, stack + 8))[0, :, 0, 0].tolist()
    one = [c for name in inputs for c, kind in enumerate(names) if kind == name]
    assert len(one) == channels
    assert found == one + [c + 8 for c in one]


def test_maps_of_a_head_with_a_final_layer():
    head = build(in_channels=4, final_layer=dict(kernel_size=1), inputs=['tags', 'features'])
    x = torch.randn(2, 4, 12, 16)
    expected = torch.cat([head.forward((x,))[-1].tags, x], dim=1)
    torch.testing.assert_close(head.gather_inputs((x,)), expected)


@pytest.mark.parametrize('inputs', [(), ('feature',)])
def test_unknown_inputs(inputs):
    with pytest.raises(ValueError, match="inputs must be of .*'features': 2.* got"):
        build(inputs=inputs)


def test_features_that_are_not_there():
    with pytest.raises(ValueError, match="got \\('features',\\)"):
        build(in_channels=6, further_channels=0, inputs=('features',))


@pytest.mark.parametrize('size', [(16, 12), (8, 6), (32, 24)])
def test_targets_are_made_for_the_maps_that_there_are(size):
    """Whatever sizes the codec was given: one peak per keypoint, at its place."""
    head, people = build(), sample(2).gt_instances
    keypoints, visible = (
        torch.from_numpy(people[name])[None] for name in ('keypoints', 'keypoints_visible')
    )
    grid = Grid.over(size, SIZE)
    drawn = head.make_targets(keypoints, visible > 0, grid).draw(torch.tensor([[0, 1]]))
    assert drawn.shape == (1, 2, 3, size[1], size[0])
    cells = unflatten_index(drawn.flatten(3).argmax(3), size[0])
    off = grid.to_pixels(cells) - keypoints
    assert off.abs().max() <= grid.stride[0] / 2 + 1e-4
    losses = head.train().loss((torch.randn(1, 8, *size[::-1]),), [sample(2)])
    assert losses['loss'].isfinite() and losses['heatmap'] > 0


def show(head, *instances):
    """Let the network find instances that are drawn from poses, and then stop."""
    codec = head.decoder
    cells = torch.from_numpy(codec.encode(np.stack(instances))['keypoint_cells'])
    visible = torch.ones(cells.shape[:2], dtype=torch.bool)[None]
    targets = gaussian_targets(cells[None], visible, MAPS, codec.heatmap_targets.sigma, False)
    return targets.draw(torch.tensor([[*range(len(instances)), -1]]))


class Scripted(nn.Module):
    """An unroller that gives what was prepared, view after view."""

    chunk_size = None

    def __init__(self, *views):
        super().__init__()
        self.views = list(views)

    def forward(self, features, hint):
        assert hint is None
        maps = self.views.pop(0)
        logits = torch.full(maps.shape[:2], 5.0)
        logits[:, -1] = -5
        accepted = logits > 0
        running = torch.ones_like(accepted)
        index = torch.arange(maps.shape[1])
        yield Chunk(index, maps, None, logits, accepted, accepted, running)


FIRST = np.array([[8, 10], [20, 12], [14, 30]], np.float32)
SECOND_POSE = np.array([[40, 12], [52, 10], [45, 33]], np.float32)


def mirror(pose):
    """The pose in the mirrored image, where left and right keypoints are swapped."""
    mirrored = pose[[1, 0, 2]].copy()
    mirrored[:, 0] = SIZE[0] - 1 - mirrored[:, 0]
    return mirrored


def test_predictions_are_in_pixels():
    head = build().eval()
    head.unroller = Scripted(show(head, FIRST, SECOND_POSE))
    (instances,) = head.predict(features(1), [sample(0)])
    order = np.argsort(instances.keypoints[:, 0, 0])
    np.testing.assert_allclose(instances.keypoints[order], [FIRST, SECOND_POSE], atol=0.01)
    assert instances.keypoint_scores.shape == (2, 3)
    assert instances.bbox_scores.shape == (2,)


def test_views_are_merged_whatever_their_order():
    """The mirror image shows the second instance 4 pixels to the right, and first."""
    head = build().eval()
    moved = SECOND_POSE + np.array([4, 0], np.float32)
    head.unroller = Scripted(
        show(head, FIRST, SECOND_POSE), show(head, mirror(moved), mirror(FIRST))
    )
    (instances,) = head.predict([features(1)] * 2, [sample(0)], dict(flip_test=True))
    order = np.argsort(instances.keypoints[:, 0, 0])
    between = SECOND_POSE + np.array([2, 0])
    np.testing.assert_allclose(instances.keypoints[order], [FIRST, between], atol=0.5)


def test_who_is_only_in_one_view():
    """The image decides: nobody is added, and nobody is mixed with somebody else."""
    head = build().eval()
    head.unroller = Scripted(show(head, FIRST), show(head, mirror(SECOND_POSE)))
    (instances,) = head.predict([features(1)] * 2, [sample(0)], dict(flip_test=True))
    np.testing.assert_allclose(instances.keypoints, [FIRST], atol=0.01)


def test_pyramid_with_flips():
    """Instances at the base; discarded keypoints are looked for on all scales."""
    head = build().eval()
    head.unroller = Scripted(
        *[show(head, FIRST)[:, :, :] * torch.tensor([1, 1, 0])[:, None, None]] * 2
    )
    scales = [features(1), (torch.randn(1, 8, 24, 32),)]
    views = [[maps, maps] for maps in scales]
    options = dict(flip_test=True, multiscale_test=True, output_heatmaps=True)
    instances, fields = head.predict(views, [sample(0)], options)
    assert instances[0].keypoints.shape == (1, 3, 2)
    assert fields[0].heatmaps.shape == (3, 12, 16)


@pytest.mark.parametrize('option', ['keypoint_loss', 'heatmap_scale', 'tag_loss', 'tags_over_time'])
def test_losses_of_the_frozen_part_are_no_options(option):
    with pytest.raises(TypeError, match=f'no option {option}'):
        build(**{option: None})
