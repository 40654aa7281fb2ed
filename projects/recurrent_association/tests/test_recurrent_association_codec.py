"""From heatmaps of single instances to keypoints in pixels of the input."""

import numpy as np
import pytest
import torch

from mmpose_ae.registry import KEYPOINT_CODECS
from projects.recurrent_association.models.instance_targets import gaussian_targets

CODEC = dict(
    type='mmpose_ae.RecurrentAssociationCodec',
    input_size=(64, 48),
    heatmap_size=(16, 12),
    sigma=1,
    decode_keypoint_order=[0, 1, 2],
)
STRIDE = 4.0, 4.0
POSES = np.array([[[8, 10], [20, 12], [14, 30]], [[40, 12], [52, 10], [45, 33]]], np.float32)


def draw(poses, codec):
    """Heatmaps (1, N, K, h, w) of instances all of whose keypoints are annotated."""
    cells = torch.from_numpy(codec.encode(poses)['keypoint_cells'])[None]
    visible = torch.ones(cells.shape[:3], dtype=torch.bool)
    targets = gaussian_targets(cells, visible, (16, 12), codec.sigma, codec.round_centers)
    return targets.draw(torch.arange(len(poses))[None])


def decode(codec, heatmaps, probabilities=None, accepted=None, **kwargs):
    shape = heatmaps.shape[:2]
    probabilities = torch.ones(shape) if probabilities is None else torch.tensor(probabilities)
    accepted = torch.ones(shape).bool() if accepted is None else torch.tensor(accepted)
    return codec.decode_steps(heatmaps, probabilities, accepted, STRIDE, **kwargs)


def test_round_trip():
    codec = KEYPOINT_CODECS.build(CODEC)
    keypoints, scores, instance_scores = decode(codec, draw(POSES, codec))
    np.testing.assert_allclose(keypoints[0], POSES, atol=0.01)
    assert scores[0].shape == (2, 3)
    np.testing.assert_allclose(instance_scores[0], scores[0].mean(1), rtol=1e-6)


def test_best_first_and_only_what_was_accepted():
    codec = KEYPOINT_CODECS.build(CODEC)
    heatmaps = draw(np.concatenate([POSES, POSES]), codec)
    result = decode(codec, heatmaps, [[0.5, 0.9, 0.8, 0.1]], [[True, True, True, False]])
    keypoints, scores, instance_scores = (values[0] for values in result)
    np.testing.assert_allclose(keypoints, POSES[[1, 0, 0]], atol=0.01)
    expected = np.array([0.9, 0.8, 0.5]) * scores.mean(1)
    np.testing.assert_allclose(instance_scores, expected, rtol=1e-6)


def test_discarded_keypoints():
    """The second keypoint stays below tau: score 0, at the mean of the others."""
    codec = KEYPOINT_CODECS.build(CODEC)
    heatmaps = draw(POSES[:1], codec)
    heatmaps[0, 0, 1] *= 0.0149
    keypoints, scores, (instance_score,) = decode(codec, heatmaps)
    np.testing.assert_allclose(keypoints[0][0, 1], POSES[0, [0, 2]].mean(0), atol=0.01)
    assert scores[0][0, 1] == 0
    assert instance_score == pytest.approx(scores[0].sum() / 3)
    heatmaps[0, 0, 1] *= 2
    assert decode(codec, heatmaps)[1][0][0, 1] > 0


def test_nothing_is_left():
    codec = KEYPOINT_CODECS.build(CODEC)
    heatmaps = draw(POSES, codec) * torch.tensor([1.0, 0.01])[:, None, None, None]
    keypoints, _, _ = decode(codec, heatmaps)
    assert len(keypoints[0]) == 1  # the second instance has no keypoint above tau
    keypoints, scores, instance_scores = decode(codec, heatmaps, accepted=[[False, False]])
    assert (keypoints[0].shape, scores[0].shape) == ((0, 3, 2), (0, 3))
    assert instance_scores[0].shape == (0,)


def test_most_instances():
    codec = KEYPOINT_CODECS.build(dict(CODEC, decode_max_instances=1))
    keypoints, _, _ = decode(codec, draw(POSES, codec), [[0.5, 0.9]])
    np.testing.assert_allclose(keypoints[0], POSES[1:], atol=0.01)


def test_search_of_discarded_keypoints():
    """The maps of all instances show the keypoint of both; tags tell which one is whose."""
    codec = KEYPOINT_CODECS.build(CODEC)
    heatmaps = draw(POSES, codec)
    detected = heatmaps.amax(1)
    tags = torch.zeros(1, 3, 12, 16)
    tags[..., 8:] = 5  # the second instance is in the right half
    heatmaps[0, :, 1] = 0
    keypoints, scores, instance_scores = decode(codec, heatmaps, detected=(detected, tags, STRIDE))
    order = np.argsort(keypoints[0][:, 0, 0])
    np.testing.assert_allclose(keypoints[0][order], POSES, atol=0.01)
    assert (scores[0][:, 1] > 0).all()
    assert (instance_scores[0] < 0.67).all()  # found by the detector, not by the network


def test_search_without_anybody():
    codec = KEYPOINT_CODECS.build(CODEC)
    maps = torch.rand(1, 3, 12, 16)
    keypoints, _, _ = decode(
        codec, draw(POSES, codec), accepted=[[False, False]], detected=(maps, maps, STRIDE)
    )
    assert keypoints[0].shape == (0, 3, 2)
