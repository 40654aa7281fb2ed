"""Merging of resolutions, flips and scales, against HigherHRNet's own outputs and by hand."""

import golden
import pytest
import torch

from mmpose_ae.models.heads.outputs import BottomupOutputs
from mmpose_ae.models.heads.test_time import (
    average_heatmaps,
    concatenate_tags,
    flip_back,
    merge_resolutions,
    resize,
)


@pytest.mark.parametrize(
    'case', golden.cases('net_higherhrnet*.npz', 'out.y0', 'out.y1', 'out.ms_heatmap_orig')
)
def test_resolutions_as_higherhrnet(case):
    y0, y1 = case.tensor('out.y0'), case.tensor('out.y1')
    heatmaps, tags = y0.chunk(2, dim=1)
    merged = merge_resolutions(BottomupOutputs([heatmaps, y1], tags))
    expected = case.tensor('out.ms_heatmap_orig')
    torch.testing.assert_close(merged, expected, atol=1e-4, rtol=1e-5)
    tags = resize(tags, merged.shape[-2:])
    torch.testing.assert_close(tags, case.tensor('out.ms_tag_orig'), atol=1e-4, rtol=1e-5)


@pytest.mark.parametrize(
    'case', golden.cases('net_higherhrnet*.npz', 'out.ms_heatmap_flip', 'out.final_heatmaps_p2i')
)
def test_flip_average_at_image_size_as_higherhrnet(case):
    views = [case.tensor('out.ms_heatmap_orig'), case.tensor('out.ms_heatmap_flip')]
    expected = case.tensor('out.final_heatmaps_p2i')
    size = expected.shape[-2:]
    torch.testing.assert_close(average_heatmaps(views, size), expected, atol=1e-4, rtol=1e-5)
    tags = concatenate_tags([case.tensor('out.ms_tag_orig'), case.tensor('out.ms_tag_flip')])
    dense = resize(tags, size).unflatten(1, (2, -1))[..., ::8, ::8]
    expected = case.tensor('out.final_tags_p2i_sub')  # (1, K, h, w, L)
    torch.testing.assert_close(dense.permute(0, 2, 3, 4, 1), expected, atol=1e-4, rtol=1e-5)


def test_flip_back_by_hand():
    maps = torch.arange(12.0).view(1, 4, 1, 3)  # L = 2, K = 2
    flipped = flip_back(maps, [1, 0])
    assert flipped[0, :, 0].tolist() == [[5, 4, 3], [2, 1, 0], [11, 10, 9], [8, 7, 6]]
    assert flip_back(maps, [1, 0], shift=True)[0, 0, 0].tolist() == [5, 5, 4]
    assert torch.equal(flip_back(flipped, [1, 0]), maps)


def test_flip_back_of_other_keypoints_is_refused():
    with pytest.raises(ValueError, match='14 maps do not belong to 17 keypoints'):
        flip_back(torch.zeros(1, 14, 2, 2), list(range(17)))


def test_averages_by_hand():
    small, large = torch.ones(1, 1, 2, 2), torch.full((1, 1, 4, 4), 3.0)
    assert average_heatmaps([small, large], (4, 4)).eq(2.0).all()
    tags = concatenate_tags([small, large])
    assert tags.shape == (1, 2, 2, 2) and tags[0, 1].eq(3.0).all()
