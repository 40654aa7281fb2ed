"""Offsets from centers: targets by hand, and back from perfect maps to the keypoints."""

import numpy as np
import pytest
import torch

from mmpose_ae.registry import KEYPOINT_CODECS


def build(**options):
    cfg = dict(type='mmpose_ae.CenterOffsetCodec', input_size=(128, 96), heatmap_size=(32, 24))
    settings = dict(targets=dict(sigma=1), candidates=dict(center_kernel_size=5))
    return KEYPOINT_CODECS.build({**cfg, **settings, **options})


def paint(codec, encoded):
    """The offset maps (1, 2 * (K + 1), h, w) of a network that has learned the targets."""
    width, height = codec.heatmap_sizes[0]
    offsets = encoded['center_offsets']
    maps = np.zeros((2, offsets.shape[1], height * width), np.float32)
    for cell, target in zip(encoded['keypoint_indices'][:, -1, 0], offsets):
        maps[..., cell] = target.T
    return torch.from_numpy(maps.reshape(1, -1, height, width))


def finest(encoded):
    heatmaps = encoded['heatmaps']
    return torch.from_numpy(heatmaps[-1] if isinstance(heatmaps, list) else heatmaps)[None]


def test_targets_by_hand():
    """Keypoints at cells (4, 5) and (8, 7): the center is at (6, 6); the third is not labelled."""
    cells = np.array([[[4, 5], [8, 7], [20, 20]]], np.float32)
    encoded = build().encode(4 * cells + 1.5, np.array([[1.0, 1.0, 0.0]]))
    assert encoded['heatmaps'].shape == (4, 24, 32)
    assert encoded['heatmaps'][3, 6, 6] == 1 and encoded['heatmaps'][3].sum() > 1
    assert encoded['keypoint_indices'][0, 3].tolist() == [6 * 32 + 6, 1]
    assert encoded['keypoint_weights'].tolist() == [[1, 1, 0, 1]]
    assert encoded['center_offsets'][0, [0, 1, 3]].tolist() == [[-2, -1], [2, 1], [0, 0]]


def test_offsets_start_at_the_cell_of_the_center():
    """The center (6.5, 6.4) is in cell (7, 6)."""
    cells = np.array([[[4.0, 5.0], [9.0, 7.8]]], np.float32)
    offsets = build().encode(4 * cells + 1.5)['center_offsets'][0]
    np.testing.assert_allclose(offsets, [[-3, -1], [2, 1.8], [-0.5, 0.4]], atol=1e-5)


@pytest.mark.parametrize('sizes', [(32, 24), [(32, 24), (64, 48)]])
def test_round_trip(sizes):
    codec = build(heatmap_size=sizes)
    keypoints = np.array(
        [[[10, 12], [31, 15], [22, 40]], [[70, 30], [99, 28], [84, 77]]], np.float32
    )
    encoded = codec.encode(keypoints)
    poses, scores, instance_scores = codec.batch_decode(finest(encoded), paint(codec, encoded))
    order = np.argsort(poses[0][:, 0, 0])
    np.testing.assert_allclose(poses[0][order], keypoints, atol=0.1)
    assert (scores[0] > 0.8).all() and (instance_scores[0] > 0.8).all()


def test_what_was_not_detected_is_where_the_offset_points():
    codec = build()
    keypoints = np.array([[[10, 12], [31, 15], [22, 40]]], np.float32)
    encoded = codec.encode(keypoints)
    heatmaps = finest(encoded)
    heatmaps[:, 1] = 0
    (pose,), (scores,), _ = codec.batch_decode(heatmaps, paint(codec, encoded))
    np.testing.assert_allclose(pose, keypoints, atol=0.1)
    assert scores[0, 1] == 0 and (scores[0, [0, 2]] > 0.8).all()


def test_detections_correct_the_offsets():
    """Offsets 1.5 cells off both ways: 8.5 pixels, within 0.3 of a box of 30."""
    codec = build()
    keypoints = np.array([[[40, 32], [70, 35], [52, 60]]], np.float32)
    encoded = codec.encode(keypoints)
    wrong = paint(codec, encoded) + 1.5
    (pose,), (scores,), _ = codec.batch_decode(finest(encoded), wrong)
    np.testing.assert_allclose(pose, keypoints, atol=0.1)
    strict = build(match_distance=0.2)
    (pose,), (scores,), _ = strict.batch_decode(finest(encoded), wrong)
    np.testing.assert_allclose(pose, keypoints + 6, atol=0.1)
    assert not scores.any()


def test_the_best_instances_are_kept():
    people = np.array([[[10, 12], [31, 15]], [[70, 30], [99, 28]]], np.float32)
    codec = build(scoring=dict(max_instances=1))
    encoded = codec.encode(people)
    heatmaps = finest(encoded)
    heatmaps[:, :, :, :16] *= 0.8  # the first one
    (pose,), _, _ = codec.batch_decode(heatmaps, paint(codec, encoded))
    np.testing.assert_allclose(pose, people[1:], atol=0.1)


def test_ranked_by_heatmaps():
    """The first center is the higher one, but a keypoint of two at its offsets is not detected."""
    people = np.array([[[10, 12], [31, 15]], [[70, 30], [99, 28]]], np.float32)
    encoded = build().encode(people)
    heatmaps = finest(encoded)
    heatmaps[:, 2, :, 16:] *= 0.8  # the center of the second one
    heatmaps[:, 1, :, :16] = 0  # a keypoint of the first one
    maps = heatmaps, paint(build(), encoded)
    (poses,), _, (of_centers,) = build().batch_decode(*maps)
    np.testing.assert_allclose(poses, people, atol=0.1)
    (poses,), (scores,), (ranked,) = build(scoring=dict(by='heatmap')).batch_decode(*maps)
    np.testing.assert_allclose(poses, people[::-1], atol=0.1)
    assert (scores[0] > 0.8).all() and scores[1, 1] == 0
    np.testing.assert_allclose(ranked, of_centers[::-1] * scores.mean(-1), rtol=1e-6)


def test_a_batch_is_its_images():
    """Of different numbers of instances, one without any."""
    codec = build()
    people = np.array([[[10, 12], [31, 15]], [[70, 30], [99, 28]]], np.float32)
    images = [codec.encode(people[:n]) for n in (0, 2, 1)]
    maps = [torch.cat(parts) for parts in zip(*((finest(e), paint(codec, e)) for e in images))]
    together = list(zip(*codec.batch_decode(*maps)))
    assert [len(scores) for _, _, scores in together] == [0, 2, 1]
    for image, found in zip(images, together):
        alone = codec.decode((finest(image)[0], paint(codec, image)[0]))
        for one, same in zip(alone, found):
            np.testing.assert_array_equal(one, same)


def test_at_another_resolution_than_trained():
    """Maps of the input's size, as restore_heatmap_size gives them; offsets keep their unit."""
    codec = build()
    keypoints = np.array([[[10, 12], [31, 15], [22, 40]]], np.float32)
    encoded = codec.encode(keypoints)
    grown = [
        torch.nn.functional.interpolate(maps, size=(96, 128), mode=mode)
        for maps, mode in ((finest(encoded), 'bicubic'), (paint(codec, encoded), 'nearest'))
    ]
    ((pose,), _, _) = codec.batch_decode(*grown, stride=1.0)
    np.testing.assert_allclose(pose, keypoints, atol=2)


@pytest.mark.parametrize('heatmaps, offsets', [((1, 4), (1, 9)), ((2, 4), (1, 8))])
def test_maps_that_do_not_belong_together(heatmaps, offsets):
    with pytest.raises(ValueError, match='of any number K of keypoints, got'):
        build().batch_decode(torch.zeros(*heatmaps, 6, 8), torch.zeros(*offsets, 6, 8))


def test_people_of_one_keypoint_are_refused():
    """The box around one has no side, so that no detected one would be close enough."""
    with pytest.raises(ValueError, match='people of one keypoint would all have the score 0'):
        build(keypoint_order=[0])
