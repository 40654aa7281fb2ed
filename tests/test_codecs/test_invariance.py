"""What must not matter to decoding: mirrors, batches, who stands where, a constant in the tags."""

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
    scores = rng.uniform(0.2, 0.9, (count, K)) * (rng.random((count, K)) < 0.8)
    center = 2.0 * rng.permutation(count)[:, None, None]
    return offsets, scores, center + rng.normal(scale=0.3 / dim**0.5, size=(count, K, dim))


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
    """Compare instances by score, all of which differ."""
    for ours, theirs in zip(found, expected):
        np.testing.assert_allclose(ours, theirs, atol=1e-3)


scenes = given(
    seed=st.integers(0, 10**6), count=st.integers(1, SLOTS**2), dim=st.sampled_from([1, 3])
)


@pytest.mark.parametrize('grouping', STRATEGIES)
@settings(max_examples=25, deadline=None)
@scenes
def test_a_mirror_mirrors_the_poses(grouping, seed, count, dim):
    rng = np.random.default_rng(seed)
    maps = draw(make_people(rng, count, dim), rng.permutation(SLOTS**2))
    keypoints, *scores = (values[0] for values in codec(grouping).batch_decode(*maps))
    mirrored, *rest = (v[0] for v in codec(grouping).batch_decode(*(m.flip(-1) for m in maps)))
    mirrored[..., 0] = 4 * SIDE - 1 - mirrored[..., 0]
    check_equal((mirrored, *rest), (keypoints, *scores))


@pytest.mark.parametrize('grouping', BY_TAGS_ALONE)
@settings(max_examples=25, deadline=None)
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
@settings(max_examples=25, deadline=None)
@scenes
def test_a_constant_in_the_tags_changes_nothing(grouping, seed, count, dim):
    rng = np.random.default_rng(seed)
    heatmaps, tags = draw(make_people(rng, count, dim), rng.permutation(SLOTS**2))
    plain = [values[0] for values in codec(grouping).batch_decode(heatmaps, tags)]
    shifted = [values[0] for values in codec(grouping).batch_decode(heatmaps, tags + 7.25)]
    check_equal(shifted, plain)


@pytest.mark.parametrize('grouping', STRATEGIES)
@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_the_rest_of_the_batch_changes_nothing(grouping, seed):
    rng = np.random.default_rng(seed)
    images = [draw(make_people(rng, n, 2), rng.permutation(SLOTS**2)) for n in (0, 3, 9)]
    heatmaps, tags = (torch.cat(maps) for maps in zip(*images))
    together = codec(grouping).batch_decode(heatmaps, tags)
    for b, maps in enumerate(images):
        alone = codec(grouping).batch_decode(*maps)
        for ours, theirs in zip(together, alone):
            np.testing.assert_array_equal(ours[b], theirs[0])
