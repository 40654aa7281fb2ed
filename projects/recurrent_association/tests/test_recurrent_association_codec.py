"""From heatmaps of single instances to keypoints in pixels of the input."""

import numpy as np
import pytest
import torch

from mmpose_ae.codecs import Maps
from mmpose_ae.decoding import LearnedScore
from mmpose_ae.decoding.pose_features import count_features
from mmpose_ae.registry import KEYPOINT_CODECS
from projects.recurrent_association.models.instance_targets import gaussian_targets

CODEC = dict(
    type='mmpose_ae.RecurrentAssociationCodec',
    input_size=(64, 48),
    heatmap_size=(16, 12),
    targets=dict(sigma=1),
    keypoint_order=[0, 1, 2],
)
POSES = np.array([[[8, 10], [20, 12], [14, 30]], [[40, 12], [52, 10], [45, 33]]], np.float32)


def draw(poses, codec):
    """Heatmaps (1, N, K, h, w) of instances all of whose keypoints are annotated."""
    cells = torch.from_numpy(codec.encode(poses)['keypoint_cells'])[None]
    visible = torch.ones(cells.shape[:3], dtype=torch.bool)
    drawing = codec.heatmap_targets
    targets = gaussian_targets(cells, visible, (16, 12), drawing.sigma, drawing.round_centers)
    return targets.draw(torch.arange(len(poses))[None])


def decode(codec, heatmaps, probabilities=None, accepted=None, detected=None):
    """The people of one image; detected maps have the cells of the steps' heatmaps."""
    shape = heatmaps.shape[:2]
    probabilities = torch.ones(shape) if probabilities is None else torch.tensor(probabilities)
    accepted = torch.ones(shape).bool() if accepted is None else torch.tensor(accepted)
    proposals = codec.propose(heatmaps, probabilities, accepted)
    (poses,) = codec.group(proposals, None, detected, codec.grid())
    return poses


def test_round_trip():
    codec = KEYPOINT_CODECS.build(CODEC)
    poses = decode(codec, draw(POSES, codec))
    np.testing.assert_allclose(poses.keypoints, POSES, atol=0.01)
    assert poses.keypoint_scores.shape == (2, 3) and poses.tags is None
    np.testing.assert_allclose(poses.instance_scores, poses.keypoint_scores.mean(1), rtol=1e-6)


def test_best_first_and_only_what_was_accepted():
    codec = KEYPOINT_CODECS.build(CODEC)
    heatmaps = draw(np.concatenate([POSES, POSES]), codec)
    poses = decode(codec, heatmaps, [[0.5, 0.9, 0.8, 0.1]], [[True, True, True, False]])
    np.testing.assert_allclose(poses.keypoints, POSES[[1, 0, 0]], atol=0.01)
    expected = np.array([0.9, 0.8, 0.5]) * poses.keypoint_scores.mean(1)
    np.testing.assert_allclose(poses.instance_scores, expected, rtol=1e-6)


def test_a_learned_score_ranks_in_the_end(tmp_path):
    """By size alone, of which the score is s / (1 + s) for a diagonal of s pixels."""
    weights = np.zeros((count_features(3), 1), np.float32)
    weights[-1] = 1
    layer = weights, np.zeros(1, np.float32)
    score = LearnedScore(('left', 'right', 'middle'), np.full(3, 0.1), (layer,))
    (tmp_path / 'score.npz').write_bytes(score.to_bytes())
    codec = KEYPOINT_CODECS.build(dict(CODEC, learned_score=str(tmp_path / 'score.npz')))
    sizes = np.linalg.norm(np.ptp(POSES, axis=1), axis=-1)
    assert sizes[1] > sizes[0]
    poses = decode(codec, draw(POSES, codec), [[0.9, 0.5]])
    np.testing.assert_allclose(poses.keypoints, POSES[::-1], atol=0.01)
    np.testing.assert_allclose(poses.instance_scores, (sizes / (1 + sizes))[::-1], rtol=1e-3)


def test_discarded_keypoints():
    """The second keypoint stays below tau: score 0, at the mean of the others."""
    codec = KEYPOINT_CODECS.build(CODEC)
    heatmaps = draw(POSES[:1], codec)
    heatmaps[0, 0, 1] *= 0.0149
    poses = decode(codec, heatmaps)
    np.testing.assert_allclose(poses.keypoints[0, 1], POSES[0, [0, 2]].mean(0), atol=0.01)
    assert poses.keypoint_scores[0, 1] == 0
    assert poses.instance_scores == pytest.approx(poses.keypoint_scores.sum() / 3)
    heatmaps[0, 0, 1] *= 2
    assert decode(codec, heatmaps).keypoint_scores[0, 1] > 0


def test_nothing_is_left():
    codec = KEYPOINT_CODECS.build(CODEC)
    heatmaps = draw(POSES, codec) * torch.tensor([1.0, 0.01])[:, None, None, None]
    assert len(decode(codec, heatmaps)) == 1  # the second instance has no keypoint above tau
    poses = decode(codec, heatmaps, accepted=[[False, False]])
    assert (poses.keypoints.shape, poses.keypoint_scores.shape) == ((0, 3, 2), (0, 3))
    assert poses.instance_scores.shape == (0,)


def test_most_instances():
    codec = KEYPOINT_CODECS.build(dict(CODEC, scoring=dict(max_instances=1)))
    poses = decode(codec, draw(POSES, codec), [[0.5, 0.9]])
    np.testing.assert_allclose(poses.keypoints, POSES[1:], atol=0.01)


def test_search_of_discarded_keypoints():
    """The maps of all instances show the keypoint of both; tags tell which one is whose."""
    codec = KEYPOINT_CODECS.build(CODEC)
    heatmaps = draw(POSES, codec)
    detected = heatmaps.amax(1)
    tags = torch.zeros(1, 3, 12, 16)
    tags[..., 8:] = 5  # the second instance is in the right half
    heatmaps[0, :, 1] = 0
    poses = decode(codec, heatmaps, detected=Maps(detected, tags))
    order = np.argsort(poses.keypoints[:, 0, 0])
    np.testing.assert_allclose(poses.keypoints[order], POSES, atol=0.01)
    assert (poses.keypoint_scores[:, 1] > 0).all()
    assert poses.filled.tolist() == [[False, True, False]] * 2
    assert (poses.instance_scores < 0.67).all()  # found by the detector, not by the network
    assert poses.tags[order].tolist() == [[0], [5]]


def test_search_without_anybody():
    codec = KEYPOINT_CODECS.build(CODEC)
    maps = torch.rand(1, 3, 12, 16)
    nobody = dict(accepted=[[False, False]], detected=Maps(maps, maps))
    assert decode(codec, draw(POSES, codec), **nobody).keypoints.shape == (0, 3, 2)


@pytest.mark.parametrize('old, new, value', [
    ('decode_discard_thr', lambda c: c.discard_threshold, 0.1),
    ('decode_tag_thr', lambda c: c.tag_threshold, 2.0),
    ('decode_missing', lambda c: c.completion.rule, 'within'),
    ('decode_missing', lambda c: c.completion, None),
    ('sigma', lambda c: c.heatmap_targets.sigma, 3),
])  # fmt: skip
def test_old_names_of_options(old, new, value):
    cfg = {name: given for name, given in CODEC.items() if name != 'targets'}
    assert new(KEYPOINT_CODECS.build({**cfg, old: value})) == value


def test_maps_alone_are_refused():
    with pytest.raises(NotImplementedError, match='recurrent association decodes steps'):
        KEYPOINT_CODECS.build(CODEC).decode((torch.zeros(3, 12, 16), torch.zeros(3, 12, 16)))
