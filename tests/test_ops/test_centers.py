"""Centers of instances against the release and by hand."""

import golden
import numpy as np
import pytest
import torch

from mmpose_ae.ops import append_centers, instance_centers


@pytest.mark.parametrize(
    'case', golden.cases('targets*.npz', 'in.joints', 'in.res', 'out.cg_joints_with_root')
)
def test_golden_centers(case):
    joints = case.tensor('in.joints')
    inside = ((joints[..., :2] >= 0) & (joints[..., :2] < int(case['in.res']))).all(-1)
    expected = case['out.cg_joints_with_root'][:, -1]
    centers, present = instance_centers(joints[..., :2], inside & (joints[..., 2] > 0))
    np.testing.assert_array_equal(present, expected[:, 2] > 0)
    np.testing.assert_allclose(centers[present], expected[present, :2], rtol=1e-5)


KEYPOINTS = torch.tensor([[[2, 4], [6, 8]], [[1, 1], [torch.nan, 3]], [[5, 5], [6, 6]]])
VISIBLE = torch.tensor([[True, True], [True, False], [False, False]])


def test_an_instance_without_visible_keypoints_has_no_center():
    centers, present = instance_centers(KEYPOINTS, VISIBLE)
    assert centers.tolist() == [[4, 6], [1, 1], [0, 0]]
    assert present.tolist() == [True, True, False]


def test_centers_behind_the_keypoints():
    keypoints, visible = append_centers(KEYPOINTS[None], VISIBLE[None])
    assert keypoints.shape == (1, 3, 3, 2) and visible.shape == (1, 3, 3)
    torch.testing.assert_close(keypoints[0, :, :2], KEYPOINTS, equal_nan=True)
    assert torch.equal(visible[0, :, :2], VISIBLE)
    assert keypoints[0, :, 2].tolist() == [[4, 6], [1, 1], [0, 0]]
    assert visible[0, :, 2].tolist() == [True, True, False]


def test_nobody_has_a_center():
    keypoints, visible = append_centers(torch.zeros(2, 0, 3, 2), torch.zeros(2, 0, 3).bool())
    assert keypoints.shape == (2, 0, 4, 2) and visible.shape == (2, 0, 4)
