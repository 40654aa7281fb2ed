"""The tag loss against the originals' numbers, hand-computed cases and MMPose's defects."""

import math

import fakes
import golden
import numpy as np
import pytest
import torch
from mmpose.models.losses import AssociativeEmbeddingLoss as MMPoseLoss
from packed_indices import unpack

from mmpose_ae.registry import MODELS

ORIGINALS = ('c', 'py', 'hh_exp')  # pose-ae-train's two, and HigherHRNet's, which has L = 1 only


def build(**kwargs):
    return MODELS.build(dict(type='mmpose_ae.AssociativeEmbeddingLoss', **kwargs))


def load_golden(case):
    """Golden tag vectors (B, K * H * W, L), the same as maps, and the keypoint indices."""
    flat, slots = case['in.tags'], case['in.keypoints']
    batch, _, num_keypoints, _ = slots.shape
    cells = flat.shape[1] // num_keypoints
    tags = torch.from_numpy(flat).requires_grad_()
    maps = tags.view(batch, num_keypoints, cells, -1).permute(0, 3, 1, 2)
    return tags, maps.reshape(batch, -1, cells, 1), unpack(slots, cells)


@pytest.mark.parametrize(
    'case, original',
    golden.cases('ae_loss*.npz', 'in.tags', 'in.keypoints', 'out.{}_push', of=ORIGINALS),
)
def test_values_and_gradients_of_the_originals(case, original):
    tags, maps, indices = load_golden(case)
    pull, push = build(reduction='none')(maps, indices)
    for name, value in (('pull', pull), ('push', push)):
        expected = case[f'out.{original}_{name}']
        np.testing.assert_allclose(value.detach(), expected, rtol=1e-5, atol=1e-6)
        (gradient,) = torch.autograd.grad(value.sum(), tags, retain_graph=True)
        expected = case[f'out.{original}_grad_{name}']
        np.testing.assert_allclose(gradient, expected, rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize(
    'instances, pull, push',
    [
        # tags 0, 2 (mean 1) and 2, 2 (mean 2): pull (1 + 0) / 2, push exp(-1) / 2
        ([[0, 1], [2, 3]], 0.5, math.exp(-1) / 2),
        ([[0, 1], [2, -1]], 0.5, math.exp(-1) / 2),  # one keypoint is its own mean
        ([[0, 1], [-1, -1]], 1.0, 0.0),  # a row without keypoints is no instance
        ([[0, 1]], 1.0, 0.0),
        ([[-1, -1]], 0.0, 0.0),
    ],
)
def test_by_hand(instances, pull, push):
    tags = torch.tensor([0.0, 2.0, 2.0, 2.0]).repeat(2, 1).view(1, 2, 1, 4).requires_grad_()
    out = build()(tags, [fakes.cells_of(*instances)])
    assert [value.item() for value in out] == pytest.approx([pull, push], abs=1e-6)
    sum(out).backward()
    assert torch.isfinite(tags.grad).all()


def test_push_of_the_paper():
    """Eq. 1 for means 0, 1 and 3: (3 + 2 exp(-1/2) + 2 exp(-4/2) + 2 exp(-9/2)) / 9."""
    tags = torch.tensor([0.0, 1.0, 3.0]).view(1, 1, 1, 3)
    indices = [fakes.cells_of([0], [1], [2])]
    paper = build(push_loss_factor=1.0, push_exponent=0.5, push_pairs='all')
    pairs = 3 + 2 * sum(math.exp(-distance / 2) for distance in (1, 4, 9))
    assert paper(tags, indices)[1].item() == pytest.approx(pairs / 9)


def test_push_takes_the_exponent_of_the_whole_distance():
    """People 100 apart in one dimension do not push in another; with MMPose's loss they do."""
    tags = torch.tensor([[0.0, 100.0], [0.0, 0.0]]).view(1, 2, 1, 2)  # L = 2, K = 1
    indices = [fakes.cells_of([0], [1])]
    assert build()(tags, indices)[1].item() == pytest.approx(0.0, abs=1e-6)
    assert MMPoseLoss()(tags, indices)[1].item() > 0.4


def test_pairs_exclude_the_diagonal():
    """Two people far apart are perfectly separated; MMPose's loss stays at .5 / (N - 1)."""
    tags = torch.tensor([0.0, 50.0]).view(1, 1, 1, 2)
    indices = [fakes.cells_of([0], [1])]
    assert build()(tags, indices)[1].item() == pytest.approx(0.0, abs=1e-6)
    assert MMPoseLoss()(tags, indices)[1].item() == pytest.approx(0.5, abs=1e-3)


def test_images_of_a_batch_are_averaged_and_do_not_mix():
    torch.manual_seed(0)
    tags = torch.randn(3, 2 * 4, 5, 6)
    indices = [torch.randint(0, 30, (n, 4, 2)) for n in (3, 1, 5)]
    for index in indices:
        index[..., 1] %= 2
    together = torch.stack(build()(tags, indices))
    apart = [torch.stack(build()(tags[b : b + 1], indices[b : b + 1])) for b in range(3)]
    torch.testing.assert_close(together, torch.stack(apart).mean(0))


def test_no_annotation_leaves_a_gradient_of_zero():
    """DDP needs the tags in the graph even if nobody is labelled."""
    tags = torch.randn(2, 3, 4, 4, requires_grad=True)
    pull, push = build()(tags, [torch.zeros(0, 3, 2).long(), torch.zeros(2, 3, 2).long()])
    assert pull.item() == push.item() == 0.0
    (pull + push).backward()
    assert tags.grad is not None and not tags.grad.any()


def test_index_of_an_unannotated_keypoint_may_be_anything():
    tags = torch.randn(1, 1, 2, 2, requires_grad=True)
    with torch.no_grad():
        tags[0, 0, 0, 0] = torch.nan
    indices = torch.tensor([[[[10**12, 0]], [[-(10**12), 0]], [[3, 1]]]])
    out = sum(build()(tags, indices))
    out.backward()
    assert out.item() == 0.0 and torch.isfinite(tags.grad).all()


def test_shared_location_and_gradcheck():
    torch.manual_seed(0)
    tags = torch.randn(2, 2 * 3, 2, 3, dtype=torch.float64, requires_grad=True)
    indices = torch.randint(0, 6, (2, 4, 3, 2))
    indices[..., 1] %= 2
    indices[0, 0], indices[0, 1] = torch.tensor([1, 1]), torch.tensor([1, 1])
    assert torch.autograd.gradcheck(lambda t: build()(t, indices), (tags,))


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
def test_low_precision_maps_are_summed_in_float32(dtype):
    """65536 would overflow float16 if squares or sums were taken in it."""
    tags = torch.tensor([0.0, 512.0, 1024.0, 1024.0]).to(dtype).view(1, 1, 1, 4)
    indices = [fakes.cells_of([0], [1], [2], [3])]
    with torch.autocast('cpu', dtype=torch.bfloat16):
        pull, push = build()(tags, indices)
    assert pull.dtype == push.dtype == torch.float32
    # Of six pairs one has equal tags: 0.5 * 1 / 6.
    assert [pull.item(), push.item()] == pytest.approx([0.0, 0.5 / 6], abs=1e-6)


@pytest.mark.parametrize('case', golden.cases('ae_loss*.npz', 'in.pred', 'in.gt', 'out.py_loss'))
def test_heatmap_loss_reduces_as_in_the_originals(case):
    """MMPose's KeypointMSELoss with a mask alone is the originals' mean over pixels."""
    pred, gt, mask = (case.tensor(f'in.{name}') for name in ('pred', 'gt', 'mask'))
    loss = MODELS.build(dict(type='mmpose.KeypointMSELoss'))
    pred.requires_grad_()
    value = loss(pred, gt, mask=mask[:, None])
    for original in ('py', 'hh'):
        expected = case[f'out.{original}_loss'].mean()
        assert value.item() == pytest.approx(expected, rel=1e-5)
    (gradient,) = torch.autograd.grad(value, pred)
    expected = case['out.py_grad_of_sum'] / len(pred)
    np.testing.assert_allclose(gradient, expected, rtol=1e-4, atol=1e-8)


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match=r"one of \['mean', 'none'\], got 'sum'"):
        build(reduction='sum')
    with pytest.raises(ValueError, match="push_pairs must be .*'different', 'all'.*got 'none'"):
        build(push_pairs='none')
    with pytest.raises(ValueError, match='push_exponent must be positive and finite, got 0'):
        build(push_exponent=0)
    with pytest.raises(ValueError, match='2 tag maps but keypoint_indices of 1 images'):
        build()(torch.zeros(2, 1, 2, 2), [torch.zeros(0, 1, 2).long()])


def test_a_clip_by_hand():
    """Two frames of one keypoint each: tags 0 and 2 are one person's, 4 is of who is seen once."""
    tags = torch.tensor([[0.0, 4.0], [2.0, 9.0]]).view(2, 1, 1, 2)
    indices = [fakes.cells_of([0], [1]), fakes.cells_of([0], [-1])]
    pull, push = build()(tags, indices, frames=2)
    assert pull.item() == pytest.approx((1 + 0) / 2)  # from the mean 1, and from itself
    assert push.item() == pytest.approx(math.exp(-9) / 2)  # means 1 and 4


def random_people(batch, seed=0):
    torch.manual_seed(seed)
    indices = torch.randint(0, 30, (batch, 3, 4, 2))
    indices[..., 1] %= 2
    return torch.randn(batch, 2 * 4, 5, 6), indices


def test_clips_of_one_frame_are_images():
    tags, indices = random_people(4)
    loss = build(reduction='none')
    for clip, image in zip(loss(tags, indices, frames=1), loss(tags, indices)):
        assert torch.equal(clip, image)


def test_a_clip_of_equal_frames_is_one_of_them():
    tags, indices = random_people(2)
    loss = build(reduction='none')
    clips = loss(tags.repeat_interleave(3, 0), indices.repeat_interleave(3, 0), frames=3)
    for clip, image in zip(clips, loss(tags, indices)):
        torch.testing.assert_close(clip, image)
