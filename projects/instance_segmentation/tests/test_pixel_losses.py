"""Losses of pixels: those of the originals, and the formula by double loop."""

import math
from itertools import product

import numpy as np
import pytest
import torch
from golden import subject_files

from mmpose_ae.registry import MODELS
from projects.instance_segmentation.models import PixelInstances, close_pairs
from projects.instance_segmentation.models.close_pairs import sum_close_pairs
from projects.instance_segmentation.models.pixel_grouping_loss import pull_pairs
from projects.instance_segmentation.models.pixel_tags import TagSets, sample_pixels

LOSSES = subject_files('instance_seg', '*_losses.npz', 'ae_tag', 'd1_embedding')
TOLERANCE = dict(rel=1e-9, abs=1e-9)


def build(name, **options):
    """A loss by its name."""
    return MODELS.build(dict(type=f'mmpose_ae.{name}', **options))


def instances_of(masks, categories=None, seed=0):
    """Instances of masks (N, h, w), of one category if nothing else is said."""
    masks = torch.as_tensor(masks)
    categories = torch.zeros(len(masks)) if categories is None else torch.tensor(categories)
    return PixelInstances(masks, categories.long(), seed)


def one_category(values):
    """All tags count."""
    counted = torch.ones(values.shape[:2], dtype=torch.bool)
    return TagSets(values, counted, torch.zeros(len(values), dtype=torch.long))


@pytest.mark.parametrize('path', LOSSES)
def test_sums_over_pairs_are_those_of_the_formula(path):
    data = np.load(path)
    values = torch.from_numpy(data['ae_tag'].ravel()[data['ae_index']])[..., None]
    options = dict(push_exponent=float(1 / (2 * data['ae_sigma'] ** 2)), push_loss_factor=1.0)
    for pairs, push in (('all', 'all_pairs'), ('different', 'other_instances')):
        loss = build('PixelGroupingLoss', push_pairs=pairs, normalize=False, **options)
        out = loss.of_sets([one_category(values)])
        assert out['loss_pull'].item() == pytest.approx(float(data['ae_pull_sum']), **TOLERANCE)
        expected = float(data[f'ae_push_sum_{push}'])
        assert out['loss_push'].item() == pytest.approx(expected, **TOLERANCE)

        count, samples = values.shape[:2]
        means = build('PixelGroupingLoss', push_pairs=pairs, **options).of_sets(
            [one_category(values)]
        )
        pairs_of_instances = count * (count - (pairs == 'different'))
        normalized = float(data['ae_pull_sum']) / (count * samples**2)
        assert means['loss_pull'].item() == pytest.approx(normalized, **TOLERANCE)
        normalized = expected / (pairs_of_instances * samples**2)
        assert means['loss_push'].item() == pytest.approx(normalized, **TOLERANCE)


@pytest.mark.parametrize('path', LOSSES)
@pytest.mark.parametrize('dim', ['d1', 'd4'])
@pytest.mark.parametrize(
    'code, options',
    [('paper', dict(push_weight=0.5)), ('wizaron', dict(average_over='pixels'))],
)
def test_discriminative_losses_are_those_of_the_codes(path, dim, code, options):
    data = {key[3:]: value for key, value in np.load(path).items() if key.startswith(dim)}
    tags = torch.from_numpy(data['embedding']).requires_grad_()
    images = [
        instances_of(masks[:count]) for masks, count in zip(data['masks'], data['num_instances'])
    ]
    losses = build('DiscriminativeLoss', **options)(tags, images)
    sum(losses.values()).backward()
    for name, term in dict(pull='var', push='dist', size='reg').items():
        if f'{code}_{term}' in data:
            weight = 0.001 if name == 'size' else 1
            expected = weight * float(data[f'{code}_{term}'])
            assert losses[f'loss_{name}'].item() == pytest.approx(expected, **TOLERANCE)
    total = sum(losses.values()).item()
    assert total == pytest.approx(float(data[f'{code}_total']), **TOLERANCE)
    np.testing.assert_allclose(tags.grad.numpy(), data[f'{code}_grad'], atol=1e-9)


def some_sets():
    """Of three categories, with several dimensions; some tags do not count."""
    generator = torch.Generator().manual_seed(0)
    values = 3 * torch.randn(5, 4, 2, dtype=torch.float64, generator=generator) + 100
    counted = torch.ones(5, 4, dtype=torch.bool)
    counted[0, 2], counted[2] = False, False
    return TagSets(values.requires_grad_(), counted, torch.tensor([0, 3, 0, 0, 1]))


@pytest.mark.parametrize('at_once', [1, 20, 2**20], ids=['row', 'rows', 'whole'])
@pytest.mark.parametrize('own', [False, True])
def test_pairs_by_double_loop(own, at_once, monkeypatch):
    """Also in parts, which begin and end within instances; gradients, too."""
    monkeypatch.setattr(close_pairs, '_PAIRS_AT_ONCE', at_once)
    sets = some_sets()
    values, counted, categories = sets
    pull, push, pairs = torch.zeros(5).double(), 0, 0
    for (n, i), (m, j) in product(counted.nonzero().tolist(), repeat=2):
        squared = (values[n, i] - values[m, j]).square().sum()
        if n == m:
            pull[n] += squared.detach()
        if categories[n] == categories[m] and (own or n != m):
            push, pairs = push + torch.exp(-0.3 * squared), pairs + 1
    torch.testing.assert_close(pull_pairs(sets).detach(), pull)
    found, num_pairs = sum_close_pairs(sets, 0.3, own)
    assert num_pairs == pairs == (81 if own else 24)
    torch.testing.assert_close(found, push)
    gradients = [torch.autograd.grad(loss, values)[0] for loss in (found, push)]
    torch.testing.assert_close(*gradients)


def test_memory_of_pairs_is_bounded():
    """Of 1.6 million pairs, 6 MB a table, less is kept for the way back than for one of them."""
    kept = []

    def keep(tensor):
        kept.append(tensor.nbytes)
        return tensor

    values = torch.randn(20, 64, 1, generator=torch.Generator().manual_seed(0), requires_grad=True)
    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        loss = sum(build('PixelGroupingLoss').of_sets([one_category(values)]).values())
    loss.backward()
    assert sum(kept) < 2**20 and values.grad.abs().sum() > 0


@pytest.mark.parametrize('options, less', [(dict(), True), (dict(push_loss_factor=1), False)])
def test_equal_tags_are_no_minimum(options, less):
    """Also where tags differ within instances more than between them; a weaker push keeps them."""
    generator = torch.Generator().manual_seed(0)
    values = 1e-2 * torch.randn(3, 32, 1, dtype=torch.float64, generator=generator)
    loss = build('PixelGroupingLoss', **options)
    apart, equal = (sum(loss.of_sets([one_category(v)]).values()) for v in (values, 0 * values))
    assert (apart < equal) == less


def test_pixels_are_drawn_from_their_mask():
    masks = torch.rand(60, 500, generator=torch.Generator().manual_seed(0)) < 0.1
    masks[3], masks[4, :], masks[4, 17] = False, False, True  # none, and a single pixel
    drawn = sample_pixels(masks, 64, seed=5)
    inside = masks.gather(1, drawn)
    assert inside[torch.arange(60) != 3].all() and not inside[3].any()
    assert (drawn[4] == 17).all()
    assert torch.equal(drawn, sample_pixels(masks, 64, seed=5))
    assert not torch.equal(drawn, sample_pixels(masks, 64, seed=6))


def test_all_pixels_are_as_likely():
    mask = torch.tensor([[False, True, False, True, True, False, True]])
    counts = sample_pixels(mask, 40_000, seed=1).flatten().bincount(minlength=7)
    assert counts[[0, 2, 5]].tolist() == [0, 0, 0]
    np.testing.assert_allclose(counts[[1, 3, 4, 6]], 10_000, rtol=0.04)  # 4 standard deviations


@pytest.mark.parametrize('kind', ['PixelGroupingLoss', 'DiscriminativeLoss'])
def test_categories_have_maps_of_their_own(kind):
    """Instances of other categories are no pairs, and read other channels."""
    masks = torch.zeros(2, 2, 2, dtype=torch.bool)
    masks[0, 0], masks[1, 1] = True, True
    tags = torch.zeros(1, 4, 2, 2)  # L = 2, C = 2: channel l * 2 + c
    tags[0, 1], tags[0, 3, 1] = 7.0, torch.tensor([2.0, 4.0])
    losses = build(kind)(tags, [instances_of(masks, [0, 1])], num_categories=2)
    assert losses['loss_push'] == 0
    assert losses['loss_pull'] > 0  # the second instance alone
    same = build(kind)(tags, [instances_of(masks, [0, 0])], num_categories=2)
    assert same['loss_push'] > 0 and same['loss_pull'] == 0


@pytest.mark.parametrize('kind', ['PixelGroupingLoss', 'DiscriminativeLoss'])
def test_one_instance_none_and_an_unseen_one(kind):
    tags = torch.randn(3, 2, 4, 4, dtype=torch.bfloat16).requires_grad_()
    one = torch.zeros(1, 4, 4, dtype=torch.bool)
    one[0, :2] = True
    images = [instances_of(m) for m in (one, one[:0], torch.zeros(1, 4, 4).bool())]
    losses = build(kind)(tags, images)
    assert losses['loss_push'] == 0
    assert all(loss.dtype == torch.float32 for loss in losses.values())
    sum(losses.values()).backward()
    assert torch.isfinite(tags.grad).all() and not tags.grad[1:].any() and tags.grad[0].any()


@pytest.mark.parametrize('kind', ['PixelGroupingLoss', 'DiscriminativeLoss'])
def test_sixty_instances(kind):
    """Tags that tell them apart cost less than equal ones."""
    masks = torch.arange(64 * 64).view(64, 64) // 64 == torch.arange(60)[:, None, None]
    tags = (10.0 * torch.arange(64)).repeat_interleave(64).view(1, 1, 64, 64)
    apart = build(kind)(tags, [instances_of(masks)])
    assert apart['loss_pull'] < 1e-6 and apart['loss_push'] < 1e-6
    assert build(kind)(0 * tags, [instances_of(masks)])['loss_push'] > 0.4


@pytest.mark.parametrize('dtype', [torch.bfloat16, torch.float16])
@pytest.mark.parametrize('kind', ['PixelGroupingLoss', 'DiscriminativeLoss'])
def test_half_precision_of_tags_costs_nothing(kind, dtype):
    """Of tags that both types hold; the squares of the last instance's would overflow float16."""
    generator = torch.Generator().manual_seed(0)
    tags = torch.randint(-8, 8, (2, 2, 8, 8), generator=generator) / 4
    tags[:, :, 4] = 512
    masks = torch.arange(64).view(8, 8) // 8 == torch.arange(5)[:, None, None]
    found = []
    for half in (False, True):
        leaf = tags.to(dtype if half else torch.float32, copy=True).requires_grad_()
        with torch.autocast('cpu', dtype=dtype, enabled=half):
            losses = build(kind)(leaf, 2 * [instances_of(masks)])
        sum(losses.values()).backward()
        found.append((losses, leaf.grad.to(dtype)))
    (expected, gradient), (losses, of_half) = found
    assert expected['loss_push'] > 0.1
    torch.testing.assert_close(losses, expected)
    torch.testing.assert_close(of_half, gradient, atol=1e-3, rtol=0.02)


KINDS = ('PixelGroupingLoss', 'DiscriminativeLoss', 'DetectionLoss')


@pytest.mark.parametrize('kind', KINDS)
def test_unknown_options_are_refused(kind):
    with pytest.raises(TypeError, match=rf'{kind} has no option los_weight \(did you mean loss_w'):
        build(kind, los_weight=1)


@pytest.mark.parametrize(
    'kind, option',
    [
        *((kind, 'loss_weight') for kind in KINDS),
        ('PixelGroupingLoss', 'push_loss_factor'),
        *(('DiscriminativeLoss', f'{term}_weight') for term in ('pull', 'push', 'size')),
    ],
)
@pytest.mark.parametrize('value', ['a', -1, math.nan])
def test_weights_are_numbers_from_0_on(kind, option, value):
    with pytest.raises(ValueError, match=f'{option} must be a number between 0 and inf'):
        build(kind, **{option: value})
    build(kind, **{option: 0})


def test_discriminative_loss_of_further_tags():
    """An instance of pixels 0, 0, 4 and a tag 8 of a keypoint: mean 3; another one of none."""
    masks = torch.tensor([[[True, True, True, False]]])
    tags = torch.tensor([[[[0.0, 0.0, 4.0, 9.0]]]])
    values = torch.tensor([[[8.0], [77.0]]])
    further = TagSets(values, torch.tensor([[True, False]]), torch.zeros(1).long())
    losses = build('DiscriminativeLoss')(tags, [instances_of(masks)], further=[further])
    squares = [2.5**2, 2.5**2, 0.5**2, 4.5**2]
    assert losses['loss_pull'].item() == pytest.approx(sum(squares) / 4)
    assert losses['loss_size'].item() == pytest.approx(0.003)
    unseen = instances_of(masks & False)
    losses = build('DiscriminativeLoss')(tags, [unseen], further=[further])
    assert losses['loss_pull'] == 0 and losses['loss_size'].item() == pytest.approx(0.008)


def test_detection_loss():
    maps = torch.tensor([[[[0.5, 2.0, -1.0]]]])
    target = torch.tensor([[[[1.0, 0.0, 0.0]]]])
    mask = torch.tensor([[[[True, False, True]]]])
    assert build('DetectionLoss')(maps, target, mask) == pytest.approx((0.25 + 1) / 2)
    entropy = [math.log(1 + math.exp(-0.5)), math.log(1 + math.exp(-1))]
    assert build('DetectionLoss', kind='bce')(maps, target, mask) == pytest.approx(sum(entropy) / 2)
    wrong = [1 / (1 + math.exp(0.5)), 1 / (1 + math.exp(1))]
    focal = sum(e * w**2 for e, w in zip(entropy, wrong)) / 2
    assert build('DetectionLoss', kind='focal')(maps, target, mask) == pytest.approx(focal)
    assert build('DetectionLoss')(maps, target, mask & False) == 0
    with pytest.raises(ValueError, match='kind must be one of'):
        build('DetectionLoss', kind='dice')
