"""The grouping and scale loss against the original's numbers, a plain loop and hand-made cases."""

import math

import fakes
import golden
import numpy as np
import pytest
import torch
from packed_indices import unpack

from mmpose_ae.registry import MODELS

UNWEIGHTED = dict(pull_weight=1.0, push_weight=1.0, scale_weight=1.0)
NAMES = ('pull', 'push', 'scale')


def build(**kwargs):
    return MODELS.build(dict(type='mmpose_ae.CoupledEmbeddingLoss', **{**UNWEIGHTED, **kwargs}))


@pytest.mark.parametrize('case', golden.cases('ce_loss*.npz', 'in.tags', 'out.img_pull'))
def test_values_and_gradients_of_the_original(case):
    """Among them: nobody, one person, boxes on a level or larger than the input."""
    tags = case.tensor('in.tags').requires_grad_()  # (B, K, H, W, L)
    maps = fakes.channels_of(tags)
    indices = unpack(case['in.joints'], tags.shape[2] * tags.shape[3])
    scales = case.tensor('in.box_scales')
    per_image = build(reduction='none')(maps, indices, scales)
    for name, image, value in zip(NAMES, per_image, build()(maps, indices, scales)):
        expected = case[f'out.img_{name}']
        np.testing.assert_allclose(image.detach(), expected, rtol=1e-5, atol=1e-6)
        assert value.item() == pytest.approx(case[f'out.{name}'], rel=1e-5, abs=1e-6)
        (gradient,) = torch.autograd.grad(value, tags, retain_graph=True)
        expected = case[f'out.grad_{name}']
        np.testing.assert_allclose(gradient, expected, rtol=1e-4, atol=1e-8)


def unit(vector):
    return vector / np.linalg.norm(vector)


def plain_losses(tags, cells, visible, scales, push_exponent, scale_per_keypoint):
    """Pull, push and scale of one image by loops over people, keypoints and pairs.

    tags (K, H * W, L), cells and visible (N, K), scales (N,); everybody has a keypoint.
    """
    num_people, dim = len(cells), tags.shape[2]
    levels = [(i + 0.5) / dim for i in range(dim)]
    pull, scale, means = 0.0, 0.0, []
    for n in range(num_people):
        own = [tags[k, cells[n, k]] for k in range(len(tags)) if visible[n, k]]
        mean = sum(own) / len(own)
        means.append(mean)
        pull += sum(((tag - mean) ** 2).sum() for tag in own) / len(own) / num_people
        vector = unit(np.array([1 / abs(scales[n] - level) for level in levels]))
        turned = own if scale_per_keypoint else [mean]
        cosines = [unit(np.abs(tag)) @ vector for tag in turned]
        scale += (1 - sum(cosines) / len(cosines)) / num_people
    push = 0.0
    for i in range(num_people):
        for j in range(i):
            distance = ((means[i] - means[j]) ** 2).sum()
            push += math.exp(-push_exponent * distance) * 2 / (num_people * (num_people - 1))
    return pull, push, scale


@pytest.mark.parametrize('scale_per_keypoint', [False, True])
@pytest.mark.parametrize('push_exponent, push_factor', [(1.0, 0.5), (0.5, 1.0)])
def test_equals_plain_loops(scale_per_keypoint, push_exponent, push_factor):
    """The release's form and the paper's."""
    rng = np.random.default_rng(0)
    people, num_keypoints, size, dim = 5, 4, 30, 6
    tags = rng.normal(size=(num_keypoints, size, dim)) * 0.5
    cells = rng.integers(0, size, (people, num_keypoints))
    visible = rng.random((people, num_keypoints)) < 0.6
    visible[:, 0] = True
    scales = rng.uniform(0, 1.2, people)
    expected = plain_losses(tags, cells, visible, scales, push_exponent, scale_per_keypoint)
    loss = build(
        push_exponent=push_exponent, push_factor=push_factor, scale_per_keypoint=scale_per_keypoint
    )
    maps = torch.from_numpy(tags).permute(2, 0, 1).reshape(1, -1, 5, 6)
    indices = torch.from_numpy(np.stack([cells, visible], axis=-1).astype(np.int64))
    out = loss(maps, [indices], [torch.from_numpy(scales)])
    expected = (expected[0], expected[1] * push_factor, expected[2])
    assert [value.item() for value in out] == pytest.approx(expected, rel=1e-5)


def test_by_hand():
    """Levels .25 and .75. Scale .25 wants (1, 0): |(3, -4)| / 5 has cosine .6, (2, 0) has 1."""
    tags = torch.tensor([[3.0, 2.0], [-4.0, 0.0]]).view(1, 2, 1, 2)  # L = 2, K = 1
    out = build()(tags, [fakes.cells_of([0], [1])], [torch.tensor([0.25, 0.25])])
    push = math.exp(-(1 + 16)) / 2
    assert [value.item() for value in out] == pytest.approx([0.0, push, 0.2], abs=1e-6)


def test_weights_of_the_paper():
    tags, indices = torch.rand(1, 2, 1, 2), [fakes.cells_of([0], [1])]
    scales = [torch.tensor([0.3, 0.6])]
    loss = MODELS.build(dict(type='mmpose_ae.CoupledEmbeddingLoss'))
    for value, plain, weight in zip(
        loss(tags, indices, scales), build()(tags, indices, scales), (1e-3, 1e-3, 1e-4)
    ):
        torch.testing.assert_close(value, weight * plain)


@pytest.mark.parametrize('scale_per_keypoint', [False, True])
@pytest.mark.parametrize('boxes', [torch.float16, torch.float32, torch.float64])
@pytest.mark.parametrize('people', [0, 1, 8])
def test_scales_on_levels_are_finite(people, boxes, scale_per_keypoint):
    """All eight levels, which every float type holds exactly; also under autocast."""
    torch.manual_seed(0)
    tags = torch.randn(1, 8 * 3, 4, 4, requires_grad=True)
    indices = torch.stack([torch.arange(8), torch.ones(8).long()], dim=-1)
    indices = indices[:people, None].repeat(1, 3, 1)
    scales = ((torch.arange(8) + 0.5) / 8)[:people].to(boxes)
    with torch.autocast('cpu', dtype=torch.bfloat16):
        out = build(scale_per_keypoint=scale_per_keypoint)(tags, [indices], [scales])
    assert {value.dtype for value in out} == {torch.float32}
    (gradient,) = torch.autograd.grad(sum(out), tags)
    assert torch.isfinite(torch.stack(out)).all() and torch.isfinite(gradient).all()
    assert gradient.any() == (people > 0)
    if people == 1:  # its vector is the axis of the first level
        own = tags[0, :, 0, 0].view(8, 3)
        tag = own if scale_per_keypoint else own.mean(1, keepdim=True)
        cosine = (tag[0].abs() / tag.norm(dim=0)).mean()
        torch.testing.assert_close(out[2], 1 - cosine)


@pytest.mark.parametrize('scale_per_keypoint', [False, True])
def test_tags_of_zero_have_no_direction(scale_per_keypoint):
    tags = torch.zeros(1, 4, 2, 2, requires_grad=True)
    loss = build(scale_per_keypoint=scale_per_keypoint)
    scale = loss(tags, [fakes.cells_of([0, 1])], [torch.tensor([0.3])])[2]
    scale.backward()
    assert scale.item() == 1.0 and not tags.grad.any()


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
def test_low_precision_maps_give_the_same(dtype):
    torch.manual_seed(0)
    tags = torch.randn(2, 8 * 5, 6, 6).to(dtype)
    indices = torch.randint(0, 36, (2, 4, 5, 2))
    indices[..., 1] %= 2
    scales = torch.rand(2, 4)
    low, full = build()(tags, indices, scales), build()(tags.float(), indices, scales)
    torch.testing.assert_close(torch.stack(low), torch.stack(full))


@pytest.mark.parametrize('scale_per_keypoint', [False, True])
def test_gradcheck(scale_per_keypoint):
    torch.manual_seed(0)
    tags = torch.randn(2, 2 * 3, 2, 3, dtype=torch.float64, requires_grad=True)
    indices = torch.randint(0, 6, (2, 4, 3, 2))
    indices[..., 1] %= 2
    scales = torch.rand(2, 4)
    loss = build(scale_per_keypoint=scale_per_keypoint)
    assert torch.autograd.gradcheck(lambda t: loss(t, indices, scales), (tags,))


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match=r"one of \['mean', 'none'\], got 'sum'"):
        build(reduction='sum')
    indices, scales = [fakes.cells_of([0], [1])], [torch.rand(3)]
    with pytest.raises(ValueError, match=r'keypoint_indices are of \[2\].*scales of \[3\]'):
        build()(torch.zeros(1, 8, 2, 2), indices, scales)
