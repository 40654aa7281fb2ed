"""Scores of poses against the release, and the paper's form by hand."""

import golden
import numpy as np
import pytest
import torch

from mmpose_ae.codecs.scoring import score_instances


@pytest.mark.parametrize(
    'case', golden.cases('centergroup_loss*.npz', 'in.vis_conf', 'in.person_conf', 'out.pose_conf')
)
def test_golden_scores(case):
    visibility, centers = case.tensor('in.vis_conf')[..., 0], case.tensor('in.person_conf')
    threshold = float(case['in.kp_thresh'])
    assert threshold == case['in.person_thresh']  # one setting here
    scores = score_instances(visibility, centers, threshold)
    np.testing.assert_allclose(scores, case['out.pose_conf'], rtol=1e-5)


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
