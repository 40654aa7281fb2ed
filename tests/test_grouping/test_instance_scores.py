"""Scores of poses against the release, and the paper's form by hand."""

import numpy as np
import pytest
import torch

from mmpose_ae.grouping import score_instances


@pytest.mark.parametrize('case', ['conf_coco', 'conf_crowd14'])
def test_golden_scores(case, shared):
    golden = np.load(shared / 'golden' / 'centergroup_loss_targets.npz')
    visibility = torch.from_numpy(golden[f'{case}.in.vis_conf'][..., 0])
    scores = score_instances(visibility, torch.from_numpy(golden[f'{case}.in.person_conf']))
    np.testing.assert_allclose(scores, golden[f'{case}.out.pose_conf'], rtol=1e-5)


@pytest.mark.parametrize('visibility, center, min_keypoints, expected', [
    ([0.9, 0.7, 0.2], 0.8, 0, 0.8),  # the two visible ones
    ([0.9, 0.7, 0.2], 0.8, 5, 0.6),  # there are only three
    ([0.9, 0.7, 0.2], 0.4, 0, 0.4),  # not a center
    ([0.3, 0.2, 0.1], 0.8, 0, 0.0),  # no keypoint is visible
    ([0.3, 0.2, 0.1], 0.8, 1, 0.3),
])  # fmt: skip
def test_by_hand(visibility, center, min_keypoints, expected):
    score = score_instances(
        torch.tensor([visibility]), torch.tensor([center]), min_keypoints=min_keypoints
    )
    assert score.tolist() == pytest.approx([expected])
