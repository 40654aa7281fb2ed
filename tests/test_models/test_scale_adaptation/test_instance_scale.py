"""Vectors and maps of scale against the original's, brute force and hand-made cases."""

import fakes
import golden
import numpy as np
import pytest
import torch

from mmpose_ae.models.scale_adaptation.instance_scale import (
    scale_levels,
    scale_map_from_boxes,
    scale_map_from_tags,
    scale_vectors,
)


@pytest.mark.parametrize('case', golden.cases('ce_loss*.npz', 'in.box_scales', 'out.scale_embeds'))
def test_vectors_of_the_original(case):
    expected = case['out.scale_embeds']
    dim = expected.shape[-1]
    np.testing.assert_allclose(scale_levels(dim), case['out.scale_dist'], rtol=1e-6)
    vectors = scale_vectors(case.tensor('in.box_scales'), dim)
    np.testing.assert_allclose(vectors, expected, rtol=1e-5, atol=1e-6)


def test_vectors_by_hand():
    """Levels .25 and .75: a scale of .5 is as far from both, one of .25 lies on the first."""
    vectors = scale_vectors(torch.tensor([0.5, 0.25, 1.0], dtype=torch.float64), 2)
    assert vectors.dtype == torch.float32
    expected = [[0.5**0.5, 0.5**0.5], [1, 0], [0.1**0.5, 0.9**0.5]]
    np.testing.assert_allclose(vectors, expected, atol=1e-6)


@pytest.mark.parametrize('case', golden.cases('ce_loss*.npz', 'in.tags', 'out.scale_map0'))
def test_maps_from_tags_of_the_original(case):
    tags = case.tensor('in.tags')  # (B, K, H, W, L)
    maps = fakes.channels_of(tags).requires_grad_()
    scale = scale_map_from_tags(maps, tags.shape[1])
    assert not scale.requires_grad
    np.testing.assert_allclose(scale, case['out.scale_map0'], rtol=1e-5, atol=1e-6)


def test_maps_from_tags_by_hand():
    """Levels .25 and .75, channel l * K + k; the tag of the second keypoint is 0 once."""
    tags = torch.tensor([[[2.0, -1.0]], [[0.0, 3.0]], [[-2.0, 3.0]], [[0.0, 1.0]]])[None]
    scale = scale_map_from_tags(tags, 2)
    assert scale.tolist() == [[[[0.5, 0.625]], [[0.0, 0.375]]]]


def test_maps_from_boxes_by_brute_force():
    torch.manual_seed(0)
    people, num_keypoints, (height, width) = 4, 3, (6, 8)
    indices = torch.randint(0, height * width, (people, num_keypoints, 2))
    indices[..., 1] %= 2
    indices[0, :, 1] = 1
    scales = torch.rand(people, dtype=torch.float64)
    scale = scale_map_from_boxes([indices], [scales], (height, width))[0]
    for k, y, x in np.ndindex(num_keypoints, height, width):
        nearest = {}
        for n in range(people):
            cell, visible = indices[n, k].tolist()
            if visible:
                distance = (cell // width - y) ** 2 + (cell % width - x) ** 2
                nearest.setdefault(distance, []).append(scales[n].item())
        assert any(scale[k, y, x].item() == pytest.approx(s) for s in nearest[min(nearest)])


def test_maps_from_boxes_without_people():
    """One image without people beside one of two people, of whom one is at the first cell."""
    indices = [torch.zeros(0, 1, 2).long(), torch.tensor([[[0, 1]], [[3, 1]]])]
    maps = scale_map_from_boxes(indices, [torch.zeros(0), torch.tensor([0.2, 0.7])], (1, 4))
    np.testing.assert_allclose(maps, [[[[0] * 4]], [[[0.2, 0.2, 0.7, 0.7]]]])
