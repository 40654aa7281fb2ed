"""What MMPose 1.3.2's codec gets wrong and this one does not, on the same maps.

Its tag loss is covered beside ours, its coordinate bias beside the round trips.
"""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from mmpose_ae.registry import KEYPOINT_CODECS

SIZE = (32, 32)  # cells; one cell is one pixel here
COMMON = dict(input_size=SIZE, heatmap_size=SIZE, sigma=1)


def mmpose_codec(num_keypoints, **options):
    order = list(range(num_keypoints))
    options = dict(COMMON, decode_keypoint_order=order, **options)
    return KEYPOINT_CODECS.build(dict(type='mmpose.AssociativeEmbedding', **options))


def our_codec(num_keypoints, **options):
    order = list(range(num_keypoints))
    options = dict(COMMON, decode_keypoint_order=order, **options)
    return KEYPOINT_CODECS.build(dict(type='mmpose_ae.AEDecoder', **options))


def paint(num_keypoints, detections, dim=1, size=SIZE):
    """Maps with detections (keypoint type, x, y, score, tag) on a background of tag 0."""
    heatmaps = torch.zeros(1, num_keypoints, size[1], size[0])
    tags = torch.zeros(1, dim, num_keypoints, size[1], size[0])
    for k, x, y, score, tag in detections:
        heatmaps[0, k, y, x] = score
        # The tag covers the surroundings, as a network's does.
        area = slice(max(y - 2, 0), y + 3), slice(max(x - 2, 0), x + 3)
        tags[(0, slice(None), k, *area)] = torch.as_tensor(tag).float().reshape(-1, 1, 1)
    return heatmaps, tags.flatten(1, 2)


def poses(codec, maps):
    """Keypoints and scores of one image; cells that MMPose shifts by its refinement rounded."""
    keypoints, scores, *_ = codec.batch_decode(*maps)
    return keypoints[0].round().astype(int).tolist(), scores[0]


def test_people_with_equal_tags():
    """MMPose knows people by the first value of their tag: the second one replaces the first."""
    maps = paint(2, [(0, 5, 5, 0.9, 3), (1, 5, 9, 0.8, 3), (0, 25, 5, 0.8, 3), (1, 25, 9, 0.7, 3)])
    assert len(poses(mmpose_codec(2), maps)[0]) == 1
    found, _ = poses(our_codec(2), maps)
    assert sorted(found) == [[[5, 5], [5, 9]], [[25, 5], [25, 9]]]


def test_tags_that_differ_in_the_second_dimension_only():
    maps = paint(1, [(0, 5, 5, 0.9, (0, 0)), (0, 25, 5, 0.8, (0, 5))], dim=2)
    assert len(poses(mmpose_codec(1), maps)[0]) == 1
    assert poses(our_codec(1), maps)[0] == [[[5, 5]], [[25, 5]]]


def test_twenty_people_in_bfloat16():
    """Rounding makes some tags equal; MMPose cannot take bfloat16 at all, nor tell these apart."""
    rng = np.random.default_rng(0)
    tags = torch.from_numpy(rng.uniform(60, 64, 20)).bfloat16().float()
    assert len(tags.unique()) < 20
    places = [(3 + 6 * (i % 5), 3 + 6 * (i // 5)) for i in range(20)]
    maps = paint(1, [(0, x, y, 0.9, tag) for (x, y), tag in zip(places, tags)])
    assert len(poses(mmpose_codec(1), maps)[0]) < 20
    maps = [values.bfloat16() for values in maps]
    with pytest.raises(TypeError):
        mmpose_codec(1).batch_decode(*maps)
    assert len(poses(our_codec(1), maps)[0]) == 20


def test_nan_beside_a_peak():
    maps = paint(2, [(0, 10, 5, 0.9, 1), (1, 10, 10, 0.8, 1)])
    maps[0][0, 1, 10, 12] = torch.nan
    assert np.isnan(poses(mmpose_codec(2), maps)[1]).any()
    found, scores = poses(our_codec(2), maps)
    assert found == [[[10, 5], [10, 10]]] and scores[0, 1] == pytest.approx(0.8)


def test_a_corner_of_nan():
    maps = paint(1, [(0, 25, 25, 0.9, 1)])
    maps[0][0, 0, :14, :14] = torch.nan
    assert not (poses(mmpose_codec(1), maps)[1] > 0.5).any()
    assert poses(our_codec(1), maps)[0] == [[[25, 25]]]


def test_nan_tag_and_infinite_score():
    maps = paint(2, [(0, 10, 10, 0.9, 1), (1, 10, 20, 0.8, 1), (1, 20, 20, 0.7, torch.nan)])
    with pytest.raises(ValueError):
        mmpose_codec(2).batch_decode(*maps)
    assert poses(our_codec(2), maps)[0] == [[[10, 10], [10, 20]]]
    maps = paint(1, [(0, 10, 10, torch.inf, 1), (0, 20, 20, 0.7, 5)])
    assert np.isinf(poses(mmpose_codec(1), maps)[1]).any()
    assert poses(our_codec(1), maps)[0] == [[[20, 20]]]


def test_fewer_cells_than_candidates():
    maps = paint(1, [(0, 1, 1, 0.9, 1)], size=(4, 5))
    with pytest.raises(RuntimeError):
        mmpose_codec(1).batch_decode(*maps)
    assert poses(our_codec(1), maps)[0] == [[[1, 1]]]


def test_order_left_to_its_default():
    maps = paint(2, [(0, 10, 10, 0.9, 1), (1, 10, 20, 0.8, 1)])
    codec = dict(COMMON, type='mmpose.AssociativeEmbedding')
    with pytest.raises(AssertionError):
        KEYPOINT_CODECS.build(codec).batch_decode(*maps)
    codec = KEYPOINT_CODECS.build(dict(COMMON, type='mmpose_ae.AEDecoder'))
    assert poses(codec, maps)[0] == [[[10, 10], [10, 20]]]


def test_the_best_are_kept():
    """One person of a strong second keypoint, found last; MMPose keeps who was found first."""
    maps = paint(2, [(0, 5, 5, 0.2, 3), (0, 15, 5, 0.3, 6), (1, 25, 25, 0.9, 9)])
    best = [
        codec(2, decode_max_instances=2).batch_decode(*maps)[2][0].max()
        for codec in (mmpose_codec, our_codec)
    ]
    assert best == pytest.approx([0.3 / 2, 0.9 / 2])


def test_more_than_thirty_people():
    places = [(2 + 4 * (i % 8), 2 + 4 * (i // 8)) for i in range(64)]
    maps = paint(1, [(0, x, y, 0.9, 2.0 * i) for i, (x, y) in enumerate(places)])
    assert len(poses(mmpose_codec(1), maps)[0]) == 30
    found, _ = poses(our_codec(1), maps)
    assert sorted(place for (place,) in found) == sorted(map(list, places))


def test_close_tags_are_not_swapped():
    """Instances at 0 and .4: MMPose rounds all distances to 0 and goes by the scores alone."""
    people = [(0, 5, 5, 0.9, 0.0), (0, 25, 5, 0.8, 0.4)]
    maps = paint(2, [*people, (1, 25, 9, 0.9, 0.39), (1, 5, 9, 0.8, 0.01)])
    right = [[[5, 5], [5, 9]], [[25, 5], [25, 9]]]
    assert sorted(poses(mmpose_codec(2), maps)[0]) != right
    assert sorted(poses(our_codec(2), maps)[0]) == right
    exact = dict(type='GreedyGrouping', cost='exact')
    assert sorted(poses(our_codec(2, grouping=exact), maps)[0]) == right


def test_no_candidate_is_lost():
    """A strong peak evicts an exact match, which MMPose then lets overwrite the peak."""
    maps = paint(2, [(0, 5, 5, 0.9, 0.0), (1, 5, 9, 0.5, 0.0), (1, 25, 9, 0.6, -0.4)])
    assert poses(mmpose_codec(2), maps)[0] == [[[5, 5], [5, 9]]]
    found, _ = poses(our_codec(2), maps)
    assert [[5, 5], [5, 9]] in found and [25, 9] in [keypoints[1] for keypoints in found]


def test_missing_keypoints_do_not_copy_somebody_elses():
    """Only the right person has the second keypoint; MMPose gives it to both."""
    maps = paint(2, [(0, 5, 5, 0.9, 2.0), (0, 25, 5, 0.8, 6.0), (1, 25, 9, 0.7, 6.0)])
    maps[1][maps[1] == 0] = 9.0  # what the tags say where nobody is
    copied, _ = poses(mmpose_codec(2), maps)
    assert [keypoints[1] for keypoints in copied] == [[25, 9], [25, 9]]
    found, scores = poses(our_codec(2), maps)
    assert sorted(found) == [[[5, 5], [5, 5]], [[25, 5], [25, 9]]]
    assert sorted(scores[:, 1]) == pytest.approx([0.0, 0.7])


def test_absent_keypoints_are_not_at_the_origin():
    maps = paint(2, [(0, 20, 20, 0.9, 2.0)])
    maps[0][0, 1] = -0.1
    keypoints, scores = poses(mmpose_codec(2), maps)
    assert keypoints[0][1] == [0, 0] or scores[0, 1] < 0
    keypoints, scores = poses(our_codec(2), maps)
    assert keypoints == [[[20, 20], [20, 20]]] and scores[0].tolist() == pytest.approx([0.9, 0])


def test_a_plateau_is_one_person():
    """An integer-centered peak upsampled by 4 has four equal maxima; tags differ a little."""
    heatmaps = torch.zeros(1, 1, 8, 8)
    heatmaps[0, 0, 3, 3:5] = 0.9
    heatmaps = F.interpolate(heatmaps, scale_factor=4, mode='nearest')
    noise = torch.randn(1, 1, 32, 32, generator=torch.Generator().manual_seed(0))
    maps = heatmaps, 1 + 1e-3 * noise
    assert len(poses(mmpose_codec(1), maps)[0]) == 30
    assert len(poses(our_codec(1), maps)[0]) == 1


@pytest.mark.filterwarnings('ignore:invalid value encountered in cast')  # MMPose's, of NaN
def test_indices_of_keypoints_outside_the_map():
    keypoints = np.array([[[-50.0, 3.0], [1e5, 1e5], [np.nan, 2.0], [4.0, 5.0]]])
    index, visible = np.moveaxis(
        mmpose_codec(4).encode(keypoints, np.ones((1, 4)))['keypoint_indices'], -1, 0
    )
    assert index.min() < 0 or index.max() >= 32 * 32
    index, visible = np.moveaxis(our_codec(4).encode(keypoints)['keypoint_indices'], -1, 0)
    assert index.tolist() == [[0, 0, 0, 5 * 32 + 4]] and visible.tolist() == [[0, 0, 0, 1]]


@pytest.mark.parametrize('num_keypoints', [14, 16, 17, 133])
@pytest.mark.parametrize('dim', [1, 2, 16])
def test_empty_maps_of_every_kind(num_keypoints, dim):
    maps = torch.zeros(2, num_keypoints, 8, 12), torch.zeros(2, dim * num_keypoints, 8, 12)
    keypoints, scores, _ = our_codec(num_keypoints).batch_decode(*maps)
    assert keypoints[1].shape == (0, num_keypoints, 2) and scores[1].shape == (0, num_keypoints)
