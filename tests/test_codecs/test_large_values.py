"""Maps of networks that diverged: whatever they hold, poses and scores are finite."""

import fakes
import numpy as np
import pytest
import torch

from mmpose_ae.codecs import Maps
from mmpose_ae.grouping import Poses
from mmpose_ae.ops import LARGEST, bounded

HUGE = [1e18, 1e37, 1e38, 3.4e38]
GRID = fakes.codec().grid()


def test_values_are_bounded_and_what_is_not_finite_is_0():
    values = torch.tensor([torch.nan, torch.inf, -torch.inf, 3e38, -3e38, 1e17, -2.5, 0.3])
    expected = [0, 0, 0, LARGEST, -LARGEST, 1e17, -2.5, 0.3]
    torch.testing.assert_close(bounded(values), torch.tensor(expected), rtol=0, atol=0)
    assert bounded(values.bfloat16()).dtype == torch.float32


def draw(size, channels, height):
    """Maps with a peak each, and another one below."""
    maps = torch.zeros(1, channels, *size[::-1])
    maps[..., 3, 4], maps[..., 8, 10] = height, height / 2
    return maps


def check_finite(poses: Poses):
    for values in (poses.keypoints, poses.keypoint_scores, poses.instance_scores, poses.boxes):
        assert np.isfinite(values).all()
    assert poses.tags is None or np.isfinite(poses.tags).all()
    assert (np.diff(poses.instance_scores) <= 0).all()


@pytest.mark.filterwarnings('error')
@pytest.mark.parametrize('height', HUGE)
@pytest.mark.parametrize('tag', [1.0, -1e38, 3.4e38])
@pytest.mark.parametrize('rule', [None, 'nearest', 'within', 'released'])
@pytest.mark.parametrize('strategy', ['DensityGrouping', 'GreedyGrouping'])
def test_people_grouped_by_tags(height, tag, rule, strategy):
    codec = fakes.codec(completion=rule, grouping=dict(type=strategy))
    heatmaps = draw(fakes.HEATMAP_SIZE, 3, height)
    heatmaps[0, 2, 8, 10] = 0  # something to look for
    (poses,) = codec.group(codec.propose(Maps(heatmaps, torch.full((1, 3, 12, 16), tag))))
    check_finite(poses)
    assert len(poses) == 2 and poses.instance_scores[0] == pytest.approx(LARGEST)


@pytest.mark.filterwarnings('error')
@pytest.mark.parametrize('height', HUGE)
@pytest.mark.parametrize('by', ['visibility', 'heatmap'])
def test_people_grouped_by_attention(height, by):
    codec = fakes.codec('CenterGroupCodec', scoring=dict(by=by))
    heatmaps = draw(fakes.HEATMAP_SIZE, 3, height)
    proposals = codec.propose(Maps(heatmaps, centers=draw(fakes.HEATMAP_SIZE, 1, height)))
    count = proposals.centers.scores.shape[-1]
    members = torch.arange(3).mul(count).expand(1, count, -1)
    heatmaps[0, 1, 3, 4] = torch.inf
    (poses,) = codec.group(codec.pick(heatmaps, proposals, members, None, None), GRID)
    check_finite(poses)
    assert len(poses) == 2 and poses.instance_scores[0] > 0


@pytest.mark.filterwarnings('error')
@pytest.mark.parametrize('height', HUGE)
@pytest.mark.parametrize('offset', [1.0, -3.4e38, 3.4e38])
@pytest.mark.parametrize('by', ['center', 'heatmap'])
def test_people_grouped_by_offsets(height, offset, by):
    codec = fakes.codec('CenterOffsetCodec', scoring=dict(by=by))
    heatmaps = draw(fakes.HEATMAP_SIZE, 3, height)
    offsets = torch.full((1, 6, 12, 16), offset)
    offsets[:, ::2] *= -1
    maps = Maps(heatmaps, centers=draw(fakes.HEATMAP_SIZE, 1, height), offsets=offsets)
    (poses,) = codec.group(codec.propose(maps, GRID), GRID)
    check_finite(poses)
    assert len(poses) == 2
