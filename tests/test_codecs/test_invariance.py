"""What must not matter to decoding: mirrors, batches, who stands where, a constant in the tags.

Such a change may turn what two sums decide by their last bit, and rightly so. Here no decision is
close. Keypoints are at most 1/16 from their person's tag, or 7/8 one of them, where a threshold of
1 divides. People are 3 apart in the one dimension of tags, and everybody has all keypoints: where
somebody is left over on a line, several assignments cost exactly the same. In 16 dimensions people
are 2.8 apart, each along an own axis, and keypoints are missing. No two scores and no two people's
means of scores are alike. Tags and the constant are multiples of 1/64, so float32 adds them
without rounding. The examples are the same in every run.
"""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mmpose_ae.registry import KEYPOINT_CODECS

K, SLOT, SLOTS = 4, 12, 4  # people stand in SLOTS x SLOTS slots of SLOT cells
SIDE = SLOT * SLOTS
EXACT = dict(type='GreedyGrouping', cost='exact')
STRATEGIES = [None, EXACT]
# By default the positions of people tell whose a doubtful candidate is.
BY_TAGS_ALONE = [dict(type='DensityGrouping', spread=None), EXACT]


def codec(grouping):
    return KEYPOINT_CODECS.build(
        dict(
            type='mmpose_ae.AEDecoder',
            input_size=(4 * SIDE, 4 * SIDE),
            heatmap_size=(SIDE, SIDE),
            decode_keypoint_order=list(range(K)),
            grouping=grouping,
        )
    )


def make_people(rng, count, dim):
    """Offsets in the slot (N, K, 2), scores (N, K; some 0) and noisy tags (N, K, L) of people."""
    offsets = rng.integers(2, SLOT - 2, (count, K, 2))
    scores = draw_scores(rng, count, missing=dim > 1)
    while not all_differ(scores.sum(1)) or not all_differ(scores.sum(1) / (scores > 0).sum(1)):
        scores = draw_scores(rng, count, missing=dim > 1)
    centers = 2 * np.eye(dim) if dim > 1 else 3 * np.arange(count)[:, None]
    tags = rng.permutation(centers)[:count, None] + rng.integers(-1, 2, (count, K, dim)) / 64
    outlier, axis = rng.integers(0, K, count), rng.integers(0, dim, count)
    tags[range(count), outlier, axis] += rng.choice([-0.875, 0, 0.875], count)
    return offsets, scores, tags


def draw_scores(rng, count, missing):
    """Different multiples of 1/128 (N, K), or a fifth of them 0, but not all of anybody."""
    scores = rng.permutation(count * K).reshape(count, K) / 128 + 0.25
    found = rng.random((count, K)) < (0.8 if missing else 1)
    found[:, 0] |= ~found.any(1)
    return scores * found


def all_differ(values):
    """Whether all gaps are wider than float32 rounds."""
    return (np.diff(np.sort(values)) > 1e-4).all()


def draw(people, slots):
    """Maps of people standing in the given slots; a tag covers the surroundings of its peak."""
    offsets, scores, tags = people
    heatmaps, maps = np.zeros((K, SIDE, SIDE)), np.zeros((tags.shape[-1], K, SIDE, SIDE))
    for n, k in np.argwhere(scores > 0):
        x, y = offsets[n, k] + SLOT * np.array([slots[n] % SLOTS, slots[n] // SLOTS])
        heatmaps[k, y, x] = scores[n, k]
        maps[:, k, y - 2 : y + 3, x - 2 : x + 3] = tags[n, k][:, None, None]
    return torch.tensor(heatmaps)[None].float(), torch.tensor(maps).flatten(0, 1)[None].float()


def check_equal(found, expected):
    """Compare instances in the order of their scores."""
    for ours, theirs in zip(found, expected):
        np.testing.assert_allclose(ours, theirs, atol=1e-3)


seeds = st.integers(0, 10**6)
scenes = given(seed=seeds, count=st.integers(1, SLOTS**2), dim=st.sampled_from([1, 16]))
always_the_same = settings(max_examples=25, deadline=None, derandomize=True)


@pytest.mark.parametrize('grouping', STRATEGIES)
@always_the_same
@scenes
def test_a_mirror_mirrors_the_poses(grouping, seed, count, dim):
    rng = np.random.default_rng(seed)
    maps = draw(make_people(rng, count, dim), rng.permutation(SLOTS**2))
    keypoints, *scores = (values[0] for values in codec(grouping).batch_decode(*maps))
    mirrored, *rest = (v[0] for v in codec(grouping).batch_decode(*(m.flip(-1) for m in maps)))
    mirrored[..., 0] = 4 * SIDE - 1 - mirrored[..., 0]
    check_equal((mirrored, *rest), (keypoints, *scores))


@pytest.mark.parametrize('grouping', BY_TAGS_ALONE)
@always_the_same
@scenes
def test_poses_move_with_the_people(grouping, seed, count, dim):
    """The same people in other slots: the same poses there."""
    rng = np.random.default_rng(seed)
    people = make_people(rng, count, dim)
    before, after = rng.permutation(SLOTS**2), rng.permutation(SLOTS**2)
    here = [values[0] for values in codec(grouping).batch_decode(*draw(people, before))]
    there = [values[0] for values in codec(grouping).batch_decode(*draw(people, after))]
    check_equal(there[1:], here[1:])
    slot_of = {slot: n for n, slot in enumerate(before)}
    cells = (here[0] - 1.5) / 4
    slots = cells // SLOT
    moved = np.array([after[slot_of[int(x + SLOTS * y)]] for x, y in slots.reshape(-1, 2)])
    target = np.stack([moved % SLOTS, moved // SLOTS], axis=-1).reshape(slots.shape)
    np.testing.assert_allclose(there[0], here[0] + 4 * SLOT * (target - slots), atol=1e-2)


@pytest.mark.parametrize('grouping', STRATEGIES)
@always_the_same
@scenes
def test_a_constant_in_the_tags_changes_nothing(grouping, seed, count, dim):
    rng = np.random.default_rng(seed)
    heatmaps, tags = draw(make_people(rng, count, dim), rng.permutation(SLOTS**2))
    plain = [values[0] for values in codec(grouping).batch_decode(heatmaps, tags)]
    shifted = [values[0] for values in codec(grouping).batch_decode(heatmaps, tags + 7.25)]
    check_equal(shifted, plain)


@pytest.mark.parametrize('grouping', STRATEGIES)
@settings(always_the_same, max_examples=10)
@given(seed=seeds)
def test_the_rest_of_the_batch_changes_nothing(grouping, seed):
    rng = np.random.default_rng(seed)
    images = [draw(make_people(rng, n, 16), rng.permutation(SLOTS**2)) for n in (0, 3, 9)]
    heatmaps, tags = (torch.cat(maps) for maps in zip(*images))
    together = codec(grouping).batch_decode(heatmaps, tags)
    for b, maps in enumerate(images):
        alone = codec(grouping).batch_decode(*maps)
        for ours, theirs in zip(together, alone):
            np.testing.assert_array_equal(ours[b], theirs[0])
