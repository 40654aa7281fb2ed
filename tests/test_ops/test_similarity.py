"""Similarity of poses against the release of CenterGroup, and without an area."""

import golden
import numpy as np
import pytest
import torch

from mmpose_ae.ops import keypoint_similarity

SIGMAS = {17: [
    0.026, 0.025, 0.025, 0.035, 0.035, 0.079, 0.079, 0.072, 0.072, 0.062, 0.062, 0.107, 0.107,
    0.087, 0.087, 0.089, 0.089,
], 14: [
    0.079, 0.079, 0.072, 0.072, 0.062, 0.062, 0.107, 0.107, 0.087, 0.087, 0.089, 0.089, 0.079,
    0.079,
]}  # fmt: skip


def box_areas(boxes):
    return (boxes[..., 1, :2] - boxes[..., 0, :2]).prod(-1)


@pytest.mark.parametrize('case', golden.cases('centergroup_loss*.npz', 'in.loc_pred', 'out.oks'))
def test_golden_keypoint_similarity(case):
    data = case.tensors('in.')
    used = (data['person_tp_target'] > 0) & (data['ignore_person'] > 0)
    similarity = keypoint_similarity(
        data['loc_pred'][:, used],
        data['loc_target'][used, :-1],
        box_areas(data['boxes'])[used],
        torch.tensor(SIGMAS[data['loc_pred'].shape[2]]),
    )
    visible = data['vis_target'][used, :-1]
    np.testing.assert_allclose(similarity * visible, case['out.oks'], 1e-5, 1e-6)


def test_a_box_without_area_has_exact_keypoints_alone():
    predicted = torch.tensor([[[1.0, 1.0], [1.5, 1.0]]])
    similarity = keypoint_similarity(predicted, torch.ones(1, 2, 2), torch.zeros(1), torch.ones(2))
    assert similarity.tolist() == [[1, 0]]
