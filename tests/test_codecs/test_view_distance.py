"""Tag distances of several views: as of one by default, their sum as the releases have it."""

import fakes
import numpy as np
import pytest
import torch

from mmpose_ae.codecs import PRESETS, Maps, TagProposals
from mmpose_ae.grouping import Candidates

PEOPLE, KEYPOINTS, SCENES = 4, 17, 20


def noisy_people(num_views):
    """Four people two thresholds apart, whose tags are off by .4 in every view: a batch."""
    rng = np.random.default_rng(0)
    shape = SCENES, KEYPOINTS, PEOPLE
    tags = 2.0 * np.arange(PEOPLE)[:, None] + rng.normal(scale=0.4, size=(*shape, num_views))
    places = 20 * np.arange(PEOPLE)[:, None] + rng.normal(scale=5, size=(*shape, 2))
    scores = rng.uniform(0.5, 1, shape)
    return Candidates(*(torch.from_numpy(v).float() for v in (scores, places, tags)))


def mean_count(num_views, **options):
    """Groups per scene."""
    codec = fakes.codec(keypoint_order=list(range(KEYPOINTS)), completion=None, **options)
    found = noisy_people(num_views)
    found = found._replace(tags=codec.scale_views(found.tags, num_views))
    return np.mean([len(poses) for poses in codec.group(TagProposals(found, None))])


@pytest.mark.parametrize('strategy, summed, counts', [
    ('DensityGrouping', [4.25, 4.15, 5.15, 8.8], [4.25, 4, 4, 4]),
    ('GreedyGrouping', [5.35, 8.6, 23.65, 46.7], [5.35, 4.35, 4.05, 4]),
])  # fmt: skip
def test_more_views_do_not_split_people(strategy, summed, counts):
    """At 1, 2, 4 and 6 views: the figures of docs/grouping.md, but for a group or two."""
    grouping, views = dict(type=strategy), (1, 2, 4, 6)
    found = [mean_count(v, grouping=grouping, view_distance='euclidean') for v in views]
    np.testing.assert_allclose(found, summed, atol=0.11)
    found = [mean_count(v, grouping=grouping) for v in views]
    np.testing.assert_allclose(found, counts, atol=0.11)


@pytest.mark.parametrize('view_distance, found', [(None, True), ('euclidean', False)])
def test_missing_keypoints_are_found_alike(view_distance, found):
    """The person's third keypoint has a tag .8 away in both views, too low to be a candidate."""
    heatmaps, tags = torch.zeros(1, 3, 12, 16), torch.zeros(1, 6, 12, 16)
    heatmaps[0, [0, 1, 2], 6, [4, 8, 12]] = torch.tensor([0.9, 0.9, 0.05])
    tags[0, [2, 5], 6, 12] = 0.8  # of two views
    codec = fakes.codec(completion='within', view_distance=view_distance, refinement=None)
    (poses,) = codec.group(codec.propose(Maps(heatmaps, codec.scale_views(tags, 2))))
    assert (poses.keypoint_scores[0] > 0).tolist() == [True, True, found]


@pytest.mark.parametrize('preset', sorted(PRESETS.keys() - {'center_group'}))
def test_releases_sum(preset):
    tags = torch.rand(1, 6, 3, 4)
    assert torch.equal(fakes.codec(preset=preset).scale_views(tags, 2), tags)


@pytest.mark.parametrize('view_distance, scaled', [(None, 1), ('euclidean', 1), ('rms', 0.5)])
def test_a_grouping_that_takes_the_mean_over_dimensions_does_so_alone(view_distance, scaled):
    grouping = dict(type='GreedyGrouping', distance='rms')
    codec = fakes.codec(grouping=grouping, view_distance=view_distance)
    assert codec.scale_views(torch.ones(1), 4).tolist() == [scaled]


@pytest.mark.parametrize('kind', ['CenterGroupCodec', 'CenterOffsetCodec', 'AEDecoder'])
def test_the_default_is_the_mean(kind):
    assert fakes.codec(kind).scale_views(torch.ones(1), 4).tolist() == [0.5]
    assert fakes.codec(kind).scale_views(torch.ones(1), 1).tolist() == [1]


def test_other_distances_are_refused():
    with pytest.raises(ValueError, match="view_distance must be one of .*'rms'.* got 'mean'"):
        fakes.codec(view_distance='mean')
