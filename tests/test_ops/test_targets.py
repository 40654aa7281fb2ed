"""Gaussian targets and indices against the originals, MMPose, the definition and by hand."""

import golden
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from mmpose.codecs.utils import generate_udp_gaussian_heatmaps

from mmpose_ae.ops import gaussian_heatmaps, instance_scales, keypoint_indices, place_keypoints

HEATMAPS = ['ae_heatmaps', 'hh_heatmaps_sigma2', 'ce_heatmaps_sigma2']
INDICES = ['ae_keypoints', 'hh_joints', 'ce_joints']


@pytest.mark.parametrize(
    'case, original', golden.cases('targets*.npz', 'in.joints', 'out.{}', of=HEATMAPS)
)
def test_rounded_heatmaps_of_the_originals(case, original):
    """The originals truncate to cells; pose-ae-train's sigma is a 64th of the side."""
    joints, expected = case.tensor('in.joints')[None], case[f'out.{original}']
    size = expected.shape[2], expected.shape[1]
    sigma = size[0] / 64 if original == 'ae_heatmaps' else 2
    cells = joints[..., :2].trunc()
    heatmaps = gaussian_heatmaps(cells, joints[..., 2] > 0, size, sigma, rounded=True)
    np.testing.assert_allclose(heatmaps[0], expected, atol=1e-6)


@pytest.mark.parametrize(
    'case, original',
    golden.cases('targets*.npz', 'in.joints', 'out.ce_heatmaps_sigma2', 'out.{}', of=INDICES),
)
def test_indices_of_the_originals(case, original):
    """They pack the index k * H * W + y * W + x of visible joints to the front."""
    joints, expected = case.tensor('in.joints'), case[f'out.{original}'].astype(int)
    size = case['out.ce_heatmaps_sigma2'].shape[:0:-1]
    indices = keypoint_indices(joints[..., :2].trunc(), joints[..., 2] > 0, size).numpy()
    for ours, theirs in zip(indices, expected):
        keypoint = np.flatnonzero(ours[:, 1])
        packed = keypoint * size[0] * size[1] + ours[keypoint, 0]
        assert packed.tolist() == theirs[theirs[:, 1] > 0, 0].tolist()


def test_continuous_heatmaps_match_mmpose_udp():
    """MMPose's UDP Gaussians have continuous centers too, in a window smaller by one cell."""
    rng = np.random.default_rng(0)
    cells = rng.uniform(8, 40, (3, 5, 2))
    expected, _ = generate_udp_gaussian_heatmaps((48, 64), cells, np.ones((3, 5)), sigma=2)
    visible = torch.ones(1, 3, 5, dtype=torch.bool)
    heatmaps = gaussian_heatmaps(torch.from_numpy(cells)[None], visible, (48, 64), 2, rounded=False)
    heatmaps = heatmaps[0].numpy()
    edge = np.exp(-(5.5**2) / 8)  # the value where MMPose's window may end
    np.testing.assert_allclose(heatmaps[expected > edge], expected[expected > edge], atol=1e-6)
    assert heatmaps[expected <= edge].max() < edge + 1e-6


def test_peak_value_and_overlap_by_hand():
    cells = torch.tensor([[[[4.0, 3.0]], [[6.0, 3.0]]]])
    visible = torch.ones(1, 2, 1, dtype=torch.bool)
    heatmap = gaussian_heatmaps(cells, visible, (10, 8), 1, rounded=False)[0, 0]
    assert heatmap[3, 4] == heatmap[3, 6] == 1.0
    assert heatmap[3, 5] == pytest.approx(np.exp(-0.5))  # the maximum of both, not the sum
    assert heatmap[5, 4] == pytest.approx(np.exp(-2.0))


def test_outside_and_unlabelled_keypoints_leave_no_target():
    cells = torch.tensor([[[[-3.0, 2.0], [2.0, 2.0], [2.0, 8.6], [1e30, torch.nan]]]])
    visible = torch.tensor([[[True, False, True, True]]])
    assert not gaussian_heatmaps(cells, visible, (8, 8), 1, rounded=False).any()
    indices = keypoint_indices(cells, visible, (8, 8))
    assert not indices.any()  # MMPose stores indices out of range here


def test_targets_are_annotated_and_on_the_map():
    """Half a cell beyond the first or the last one is still on the map at its left and top."""
    points = [[1.4, 2.5], [-0.5, 0], [7.5, 0], [7.4, 3.49], [0, torch.nan], [3, 3]]
    cells, visible = torch.tensor(points), torch.tensor([True] * 5 + [False])
    nearest, shown = place_keypoints(cells, visible, (8, 4))
    assert shown.tolist() == [True, True, False, True, False, False]
    assert nearest[shown].tolist() == [[1, 3], [0, 0], [7, 3]] and nearest.dtype == torch.float64


def test_no_instances():
    for batch in (0, 1, 2):
        nobody, visible = torch.zeros(batch, 0, 3, 2), torch.zeros(batch, 0, 3, dtype=torch.bool)
        heatmaps = gaussian_heatmaps(nobody, visible, (4, 5), 2, True)
        assert heatmaps.shape == (batch, 3, 5, 4) and not heatmaps.any()
        assert keypoint_indices(nobody, visible, (4, 5)).shape == (batch, 0, 3, 2)


def draw_slowly(cells, visible, size, sigma, rounded):
    """The definition: at each cell the highest Gaussian of whose window it is part, (K, H, W)."""
    (width, height), radius = size, int(3 * sigma) + 1
    heatmaps = np.zeros((visible.shape[1], height, width))
    for n, k in zip(*np.nonzero(visible)):
        x, y = cells[n, k]
        if not (np.isfinite([x, y]).all() and -0.5 <= x < width - 0.5 and -0.5 <= y < height - 0.5):
            continue
        column, row = int(np.floor(x + 0.5)), int(np.floor(y + 0.5))
        x, y = (column, row) if rounded else (x, y)
        for v in range(max(row - radius, 0), min(row + radius + 1, height)):
            for u in range(max(column - radius, 0), min(column + radius + 1, width)):
                value = np.exp(-((u - x) ** 2 + (v - y) ** 2) / (2 * sigma**2))
                heatmaps[k, v, u] = max(heatmaps[k, v, u], value)
    return heatmaps


def scatter(rng, shape, size):
    """Cells (..., 2) on a map and around it: some on cells, some half-way, some anywhere."""
    cells = rng.uniform(-6, np.add(size, 5), (*shape, 2))
    snapped = rng.random(shape) < 0.3
    cells[snapped] = np.round(2 * cells[snapped]) / 2
    awkward = np.array([np.nan, np.inf, -np.inf, 1e30, -1e30, 3e9, -0.5])
    replaced = rng.random(cells.shape) < 0.1
    cells[replaced] = rng.choice(awkward, replaced.sum())
    return cells


@pytest.mark.parametrize('dtype', [torch.float64, torch.float32, torch.bfloat16])
@pytest.mark.parametrize('rounded', [False, True])
@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10**6), sigma=st.sampled_from([0.5, 1, 1.7]))
def test_heatmaps_and_indices_by_definition(dtype, rounded, seed, sigma):
    """Batches of different numbers of people, padded; keypoints anywhere, of any float type."""
    rng, size = np.random.default_rng(seed), (19, 13)
    cells = torch.from_numpy(scatter(rng, (3, 4, 3), size)).to(dtype)
    visible = torch.from_numpy(rng.random((3, 4, 3)) < 0.8)
    for image, count in enumerate((4, 0, 2)):
        visible[image, count:] = False
    heatmaps = gaussian_heatmaps(cells, visible, size, sigma, rounded)
    assert heatmaps.dtype == torch.float32 and heatmaps.is_contiguous()
    exact = cells.double().numpy()
    for image in range(3):
        expected = draw_slowly(exact[image], visible[image].numpy(), size, sigma, rounded)
        np.testing.assert_allclose(heatmaps[image], expected, atol=1e-6)

    indices = keypoint_indices(cells, visible, size)
    for place in np.ndindex(3, 4, 3):
        x, y = np.floor(np.nan_to_num(exact[place], nan=-9.0) + 0.5)
        shown = bool(visible[place]) and 0 <= x < 19 and 0 <= y < 13
        assert indices[place].tolist() == [int(y) * 19 + int(x) if shown else 0, shown]


def test_padded_rows_change_nothing():
    rng = np.random.default_rng(0)
    cells = torch.from_numpy(rng.uniform(0, 20, (2, 3, 4, 2)))
    visible = torch.from_numpy(rng.random((2, 3, 4)) < 0.7)
    padded = torch.cat([cells, torch.full((2, 5, 4, 2), 7.0)], dim=1)
    more = torch.cat([visible, torch.zeros(2, 5, 4, dtype=torch.bool)], dim=1)
    one, other = (
        gaussian_heatmaps(points, shown, (20, 24), 1.5, False)
        for points, shown in ((cells, visible), (padded, more))
    )
    assert torch.equal(one, other)


def test_heatmaps_and_indices_of_coarse_numbers_agree():
    """The cell 201 is a bfloat16, 201.5 is not: half a cell more must not be the next one."""
    cells = torch.tensor([[[[201.0, 3.0]]]], dtype=torch.bfloat16)
    visible = torch.ones(1, 1, 1, dtype=torch.bool)
    heatmap = gaussian_heatmaps(cells, visible, (256, 8), 1, False)[0, 0]
    index = int(keypoint_indices(cells, visible, (256, 8))[0, 0, 0, 0])
    assert heatmap.argmax() == index == 3 * 256 + 201


@pytest.mark.parametrize('case', golden.cases('targets*.npz', 'in.boxes', 'out.ce_box_scales'))
def test_instance_scales_of_the_original(case):
    """CoupledEmbedding warps the corners of boxes, of which the last is opposite to the first."""
    boxes, expected = case.tensor('in.boxes'), case['out.ce_box_scales']
    sides = (boxes[:, 1:3] - boxes[:, :1]).norm(dim=-1)
    scales = instance_scales(sides, (int(case['in.image_size']),) * 2)
    assert scales.dtype == torch.float32
    np.testing.assert_allclose(scales, expected[: len(scales)], rtol=1e-6)


def test_instance_scales_by_hand():
    """Half of an input that is not square has the root of a half; a whole one has 1."""
    sides = torch.tensor([[[200.0, 200.0], [400.0, 200.0]]])
    np.testing.assert_allclose(instance_scales(sides, (400, 200)), [[0.5**0.5, 1]])
