"""Missing keypoints by both rules, on maps made by hand."""

import tracemalloc

import numpy as np
import pytest

from mmpose_ae.decoding import MISSING_RULES, find_missing

HEATMAPS = np.float32([[[0.9, 0.5, 0.2, 0.1]], [[0.3, 0.8, 0.0, 0.0]]])  # K = 2, 1x4
TAGS = np.float32([[[9.0, 1.2, 0.1, 0.0]], [[5.0, 5.0, 5.0, 5.0]]])  # L = 1


def find(heatmaps, tags, instance_tags, missing, threshold=1.0, **options):
    """One image: heatmaps (K, H, W), tags (L * K, h, w), instance tags (N, L), missing (N, K)."""
    image = heatmaps, tags, np.float32(instance_tags), np.array(missing)
    return find_missing(*image, threshold, **options)


def test_rounded_distance_as_the_releases():
    # Less the rounded distance from 0: .9 - 9, .5 - 1, .2 - 0, .1 - 0.
    cells, scores = find(HEATMAPS, TAGS, [[0.0]], [[True, False]], rule='released')
    assert cells[0, 0].tolist() == [2, 0] and scores[0].tolist() == pytest.approx([0.2, 0.0])
    # It always finds one, however far away.
    cells, scores = find(HEATMAPS, TAGS, [[50.0]], [[False, True]], rule='released')
    assert cells[0, 1].tolist() == [1, 0] and scores[0, 1] == pytest.approx(0.8)


def test_nearest_prefers_the_closer_tag_and_keeps_off_other_instances():
    # Less the distance from .05: .9 - 8.95, .5 - 1.15, .2 - .05, .1 - .05.
    cells, scores = find(HEATMAPS, TAGS, [[0.05]], [[True, False]])
    assert cells[0, 0].tolist() == [2, 0] and scores[0, 0] == pytest.approx(0.02)  # a tenth
    tags = TAGS.copy()
    tags[0, 0, 2:] = 3.0
    cells, scores = find(HEATMAPS, tags, [[0.0]], [[True, False]])
    assert cells[0, 0].tolist() == [1, 0] and scores[0, 0] == pytest.approx(0.05)
    # The second type is 5 away: it belongs to somebody else.
    cells, scores = find(HEATMAPS, tags, [[0.0]], [[False, True]])
    assert not scores.any()


def test_within_a_tag_distance_as_the_paper():
    missing = [[True, True], [False, True]]
    cells, scores = find(HEATMAPS, TAGS, [[0.0], [5.0]], missing, threshold=1.5, rule='within')
    assert cells[0, 0].tolist() == [1, 0] and cells[1, 1].tolist() == [1, 0]
    # Nothing of the second type is close to the first instance; what is not missing stays 0.
    assert scores.flatten().tolist() == pytest.approx([0.5, 0.0, 0.0, 0.8])


@pytest.mark.parametrize('distance, found', [(1.0, False), (0.9375, True)])
def test_within_is_below_the_threshold(distance, found):
    tags = np.full_like(TAGS, distance)
    _, scores = find(HEATMAPS, tags, [[0.0]], [[True, True]], rule='within')
    assert (scores > 0).tolist() == [[found, found]]


@pytest.mark.parametrize('rule', MISSING_RULES)
def test_scores_are_never_negative_and_nan_tags_never_chosen(rule):
    tags = TAGS.copy()
    tags[0, 0, 2] = np.nan
    cells, scores = find(HEATMAPS - 0.15, tags, [[0.0]], [[True, False]], rule=rule)
    assert cells[0, 0].tolist() == [3, 0] and scores[0, 0] == 0.0


@pytest.mark.parametrize('rule, score', [('released', 1e18), ('within', 1e18), ('nearest', 1e17)])
def test_scores_of_a_diverged_network_are_bounded(rule, score):
    heatmaps = np.full((1, 1, 4), 3e38, np.float32)
    _, scores = find(heatmaps, np.zeros((1, 1, 4), np.float32), [[0.0]], [[True]], rule=rule)
    assert scores.item() == pytest.approx(score)


def test_multidimensional_coarser_tags():
    """Tags of half the resolution and L = 2 are read as if upsampled bilinearly."""
    heatmaps = np.zeros((1, 2, 4), np.float32)
    heatmaps[0, 1, 3] = 0.4
    tags = np.float32([[[0.0, 8.0]], [[0.0, -8.0]]])  # L = 2, K = 1, 1x2
    cells, scores = find(heatmaps, tags, [[8.0, -8.0]], [[True]])
    assert cells[0, 0].tolist() == [3, 1] and scores[0, 0] == pytest.approx(0.04)


def test_low_cells_are_left_out():
    missing = [[True, False]]
    cells, scores = find(HEATMAPS, TAGS, [[0.0]], missing, score_threshold=0.4)
    assert cells[0, 0].tolist() == [1, 0] and scores[0, 0] == pytest.approx(0.05)
    cells, scores = find(HEATMAPS, TAGS, [[0.0]], missing, score_threshold=2.0)
    assert not scores.any()


@pytest.mark.parametrize('distance, found', [(1.9, True), (2.1, False), (2.9, False)])
def test_nearest_looks_up_to_twice_the_threshold(distance, found):
    tags = np.full((2, 1, 4), 0.5 * distance, np.float32)
    _, scores = find(HEATMAPS, tags, [[0.0]], [[True, False]], threshold=0.5)
    assert (scores[0, 0] > 0) == found


def crowd(count, side, tag_dim=2):
    """A crowd of whom everything is missing, on random maps of two keypoint types."""
    rng = np.random.default_rng(0)
    heatmaps = rng.random((2, side, side), np.float32)
    tags = rng.normal(size=(2 * tag_dim, side, side)).astype(np.float32)
    instance_tags = rng.normal(size=(count, tag_dim)).astype(np.float32)
    return heatmaps, tags, instance_tags, np.ones((count, 2), bool)


@pytest.mark.parametrize('rule', MISSING_RULES)
def test_people_in_parts_find_the_same(rule, monkeypatch):
    image = crowd(7, 16)
    cells, scores = find(*image, threshold=0.5, rule=rule)
    assert (scores > 0).any()
    for pairs in (1, 3 * 16 * 16):  # one at a time, or three, three and one
        monkeypatch.setattr('mmpose_ae.decoding.missing._PAIRS_AT_ONCE', pairs)
        in_parts = find(*image, threshold=0.5, rule=rule)
        np.testing.assert_array_equal(in_parts[0], cells)
        np.testing.assert_array_equal(in_parts[1], scores)


@pytest.mark.parametrize('rule', MISSING_RULES)
def test_a_large_crowd_takes_bounded_memory(rule):
    """400 people and 128x128 cells: one array of all pairs is 26 MB."""
    image = crowd(400, 128)
    tracemalloc.start()
    find(*image, rule=rule)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 26e6
