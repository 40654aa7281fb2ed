"""Gaussian targets and indices against the originals, MMPose and hand-made cases."""

import golden
import numpy as np
import pytest
from mmpose.codecs.utils import generate_udp_gaussian_heatmaps

from mmpose_ae.grouping import gaussian_heatmaps, instance_scales, keypoint_indices

HEATMAPS = ['ae_heatmaps', 'hh_heatmaps_sigma2', 'ce_heatmaps_sigma2']
INDICES = ['ae_keypoints', 'hh_joints', 'ce_joints']


@pytest.mark.parametrize(
    'case, original', golden.cases('targets*.npz', 'in.joints', 'out.{}', of=HEATMAPS)
)
def test_rounded_heatmaps_of_the_originals(case, original):
    """The originals truncate to cells; pose-ae-train's sigma is a 64th of the side."""
    joints, expected = case['in.joints'], case[f'out.{original}']
    size = expected.shape[2], expected.shape[1]
    sigma = size[0] / 64 if original == 'ae_heatmaps' else 2
    cells = np.trunc(joints[..., :2])
    heatmaps = gaussian_heatmaps(cells, joints[..., 2] > 0, size, sigma, rounded=True)
    np.testing.assert_allclose(heatmaps, expected, atol=1e-6)


@pytest.mark.parametrize(
    'case, original',
    golden.cases('targets*.npz', 'in.joints', 'out.ce_heatmaps_sigma2', 'out.{}', of=INDICES),
)
def test_indices_of_the_originals(case, original):
    """They pack the index k * H * W + y * W + x of visible joints to the front."""
    joints, expected = case['in.joints'], case[f'out.{original}'].astype(int)
    size = case['out.ce_heatmaps_sigma2'].shape[:0:-1]
    indices = keypoint_indices(np.trunc(joints[..., :2]), joints[..., 2] > 0, size)
    for ours, theirs in zip(indices, expected):
        keypoint = np.flatnonzero(ours[:, 1])
        packed = keypoint * size[0] * size[1] + ours[keypoint, 0]
        assert packed.tolist() == theirs[theirs[:, 1] > 0, 0].tolist()


def test_continuous_heatmaps_match_mmpose_udp():
    """MMPose's UDP Gaussians have continuous centres too, in a window smaller by one cell."""
    rng = np.random.default_rng(0)
    cells = rng.uniform(8, 40, (3, 5, 2))
    expected, _ = generate_udp_gaussian_heatmaps((48, 64), cells, np.ones((3, 5)), sigma=2)
    heatmaps = gaussian_heatmaps(cells, np.ones((3, 5), bool), (48, 64), 2, rounded=False)
    edge = np.exp(-(5.5**2) / 8)  # the value where MMPose's window may end
    np.testing.assert_allclose(heatmaps[expected > edge], expected[expected > edge], atol=1e-6)
    assert heatmaps[expected <= edge].max() < edge + 1e-6


def test_peak_value_and_overlap_by_hand():
    cells = np.array([[[4.0, 3.0]], [[6.0, 3.0]]])
    heatmap = gaussian_heatmaps(cells, np.ones((2, 1), bool), (10, 8), 1, rounded=False)[0]
    assert heatmap[3, 4] == heatmap[3, 6] == 1.0
    assert heatmap[3, 5] == pytest.approx(np.exp(-0.5))  # the maximum of both, not the sum
    assert heatmap[5, 4] == pytest.approx(np.exp(-2.0))


def test_outside_and_unlabelled_keypoints_leave_no_target():
    cells = np.array([[[-3.0, 2.0], [2.0, 2.0], [2.0, 8.6], [1e30, np.nan]]])
    visible = np.array([[True, False, True, True]])
    assert not gaussian_heatmaps(cells, visible, (8, 8), 1, rounded=False).any()
    indices = keypoint_indices(cells, visible, (8, 8))
    assert not indices.any()  # MMPose stores indices out of range here


def test_no_instances():
    nobody = np.zeros((0, 3, 2))
    assert gaussian_heatmaps(nobody, np.zeros((0, 3), bool), (4, 5), 2, True).shape == (3, 5, 4)
    assert keypoint_indices(nobody, np.zeros((0, 3), bool), (4, 5)).shape == (0, 3, 2)


@pytest.mark.parametrize('case', golden.cases('targets*.npz', 'in.boxes', 'out.ce_box_scales'))
def test_instance_scales_of_the_original(case):
    """CoupledEmbedding warps the corners of boxes, of which the last is opposite to the first."""
    boxes, expected = case['in.boxes'], case['out.ce_box_scales']
    sides = np.linalg.norm(boxes[:, 1:3] - boxes[:, :1], axis=-1)
    scales = instance_scales(sides, (case['in.image_size'],) * 2)
    assert scales.dtype == np.float32
    np.testing.assert_allclose(scales, expected[: len(scales)], rtol=1e-6)


def test_instance_scales_by_hand():
    """Half of an input that is not square has the root of a half; a whole one has 1."""
    np.testing.assert_allclose(instance_scales([[200, 200], [400, 200]], (400, 200)), [0.5**0.5, 1])
