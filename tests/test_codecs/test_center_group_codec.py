"""CenterGroupCodec: centers in the targets, and poses of centers as in the release."""

import golden
import numpy as np
import pytest
import torch

from mmpose_ae.codecs import CenterProposals, Maps
from mmpose_ae.frame import Grid
from mmpose_ae.ops import MaskedCandidates
from mmpose_ae.registry import KEYPOINT_CODECS


def build(**options):
    cfg = dict(type='mmpose_ae.CenterGroupCodec', input_size=(64, 48), heatmap_size=(16, 12))
    return KEYPOINT_CODECS.build({**cfg, 'targets': dict(sigma=1), **options})


def pick(
    codec, heatmaps, cells, visibility=None, probabilities=None, center_scores=None, mask=None
):
    """Give the centers of one image keypoints in cells (C, K, 2): candidate c of type k."""
    cells = torch.as_tensor(cells)
    count, num_keypoints = cells.shape[:2]

    def image(values, fallback):
        return fallback if values is None else torch.as_tensor(values)[None]

    shown = torch.ones(1, num_keypoints, count)
    keypoints = MaskedCandidates(shown, cells.transpose(0, 1)[None], shown.bool())
    centers = MaskedCandidates(
        image(center_scores, torch.zeros(1, count))[:, None],
        torch.zeros(1, 1, count, 2, dtype=torch.int64),
        image(mask, torch.ones(1, count, dtype=torch.bool))[:, None],
    )
    members = torch.arange(num_keypoints) * count + torch.arange(count)[:, None]
    scores = image(visibility, None), image(probabilities, None)
    return codec.pick(heatmaps, CenterProposals(keypoints, centers), members[None], *scores)


def test_the_center_is_the_last_keypoint():
    """The second instance has one keypoint outside, the third none that is visible."""
    keypoints = np.array(
        [[[2, 2], [10, 6]], [[30, 20], [70, 20]], [[40, 40], [44, 44]]], np.float32
    )
    visible = np.array([[1, 1], [1, 1], [0, 0]])
    encoded = build().encode(keypoints, visible, np.full((3, 2), 8.0))
    positions = encoded['keypoint_positions']
    assert positions.shape == (3, 3, 2) and positions.dtype == np.float32
    np.testing.assert_array_equal(positions[:, :2], keypoints)
    assert positions[:2, 2].tolist() == [[6, 4], [30, 20]]
    # Cells of 4 pixels, 16 in a row: (6, 4) is in cell (1, 1).
    assert encoded['keypoint_indices'][:, 2].tolist() == [[17, 1], [16 * 5 + 7, 1], [0, 0]]
    assert encoded['keypoint_weights'].tolist() == [[1, 1, 1], [1, 0, 1], [0, 0, 0]]
    assert encoded['heatmaps'].shape == (3, 12, 16) and encoded['heatmaps'][2].any()


def test_targets_of_several_resolutions():
    codec = build(heatmap_size=[(16, 12), (32, 24)], targets=dict(sigma=1, round_centers=True))
    encoded = codec.encode(np.array([[[10, 10], [14, 14]]], np.float32))
    for maps, (width, height) in zip(encoded['heatmaps'], [(16, 12), (32, 24)]):
        assert maps.shape == (3, height, width)
        y, x = np.unravel_index(maps[2].argmax(), (height, width))
        assert (x, y) == (12 * width // 64, 12 * height // 48)


def test_no_instances():
    encoded = build().encode(np.zeros((0, 2, 2), np.float32), np.zeros((0, 2)))
    assert encoded['keypoint_positions'].shape == (0, 3, 2)
    assert encoded['keypoint_indices'].shape == (0, 3, 2)
    assert not encoded['heatmaps'].any() and len(encoded['heatmaps']) == 3


@pytest.mark.parametrize(
    'case, form',
    golden.cases('centergroup_flip*.npz', 'in.kp_heatmaps', 'out.kp_{}', of=('adjust', 'noadjust')),
)
def test_golden_poses(case, form):
    """Keypoints with the quarter-pixel shift and scores, in pixels of the original image."""
    data = case.tensors('in.')
    width, height = int(data['im_w']), int(data['im_h'])
    # The release measures from the corner of a pixel if it shifts and from its center if not.
    options = dict(refinement='released', center_shift=0.5)
    codec = build(**(options if form == 'adjust' else dict(refinement=None)))
    heatmaps = data['kp_heatmaps'][:1]
    picked = pick(
        codec,
        heatmaps,
        data['hard_loc_pred'][-1].round().long(),
        data['viz_pred'][-1, ..., 0].sigmoid(),
        data['person_tp_pred'][-1, :, 0].sigmoid(),
    )
    # Its maps have the size of the input.
    (poses,) = codec.group(picked, Grid(heatmaps.shape[:1:-1], (1.0, 1.0), codec.center_shift))

    expected = case['out.pose_scores']
    order = np.argsort(-expected, kind='stable')
    np.testing.assert_allclose(poses.instance_scores, expected[order], rtol=1e-5)
    box = 200 * case['in.scale']
    on_image = poses.keypoints * box / (width, height) + case['in.center'] - box / 2
    expected = case[f'out.kp_{form}'][order]
    np.testing.assert_allclose(on_image, expected[..., :2], rtol=1e-5, atol=1e-4)
    np.testing.assert_allclose(poses.keypoint_scores, expected[..., 2], rtol=1e-5)


CELLS = [[[0, 0], [1, 2]], [[2, 1], [0, 0]]]
PIXELS = [[[1.5, 1.5], [5.5, 9.5]], [[9.5, 5.5], [1.5, 1.5]]]  # centers of cells of 4 pixels


def test_scores_without_visibility():
    """Table 2, rows 1 and 2: what the heatmaps show, and the center's own score."""
    heatmaps = torch.zeros(1, 2, 12, 16)
    heatmaps[0, 0, 0, 0], heatmaps[0, 1, 2, 1], heatmaps[0, 0, 1, 2] = 0.25, 0.5, 0.75
    codec = build(refinement=None)
    (poses,) = codec.group(pick(codec, heatmaps, CELLS, center_scores=[0.1, 0.2]))
    assert poses.instance_scores.tolist() == pytest.approx([0.2, 0.1])
    assert poses.keypoint_scores.tolist() == [[0.75, 0], [0.25, 0.5]]
    np.testing.assert_allclose(poses.keypoints, PIXELS[::-1])
    assert poses.tags is None
    picked = pick(codec, heatmaps, CELLS, probabilities=[0.9, 0.3], center_scores=[0.1, 0.2])
    assert codec.group(picked)[0].instance_scores.tolist() == pytest.approx([0.9, 0.3])


def test_instances_ranked_by_their_heatmaps():
    """0.9 * (0.25 + 0.5) / 2 and 0.3 * (0.75 + 0) / 2; negative values count as nothing."""
    heatmaps = torch.full((1, 2, 12, 16), -0.1)
    heatmaps[0, 0, 0, 0], heatmaps[0, 1, 2, 1], heatmaps[0, 0, 1, 2] = 0.25, 0.5, 0.75
    codec = build(scoring=dict(by='heatmap'))
    (poses,) = codec.group(pick(codec, heatmaps, CELLS, [[0.1, 0.1], [1.0, 1.0]], [0.9, 0.3]))
    assert poses.instance_scores.tolist() == pytest.approx([0.3375, 0.1125])
    assert poses.keypoint_scores[:, 0].tolist() == pytest.approx([0.1, 1.0])
    with pytest.raises(ValueError, match="one of .'visibility', 'heatmap'., got 'tags'"):
        build(scoring=dict(by='tags'))


def test_a_candidate_of_another_type():
    """The second keypoint of the only center is the first type's candidate: (1, 2) of its map."""
    heatmaps = torch.zeros(1, 2, 12, 16)
    heatmaps[0, 0, 2, 1], heatmaps[0, 1, 2, 1], heatmaps[0, 1, 9, 9] = 0.7, 0.3, 0.6
    codec = build(refinement=None)
    maps = Maps(heatmaps, centers=heatmaps[:, :1])
    picked = codec.pick(heatmaps, codec.propose(maps), torch.zeros(1, 30, 2).long(), None, None)
    (poses,) = codec.group(picked)
    assert poses.keypoints.tolist() == [[[5.5, 9.5], [5.5, 9.5]]]
    assert poses.keypoint_scores[0].tolist() == pytest.approx([0.7, 0.3])


def test_no_centers():
    codec, heatmaps = build(), torch.zeros(1, 2, 12, 16)
    none = pick(codec, heatmaps, torch.zeros(0, 2, 2).long(), torch.zeros(0, 2), torch.zeros(0))
    padding = pick(codec, heatmaps, CELLS, [[0.9] * 2] * 2, [0.9] * 2, mask=[False] * 2)
    for picked in (none, padding):
        (poses,) = codec.group(picked)
        assert poses.keypoints.shape == (0, 2, 2) and poses.keypoint_scores.shape == (0, 2)
        assert poses.instance_scores.shape == (0,) and poses.boxes.shape == (0, 4)


def test_centers_without_any_keypoint_are_nobody():
    """A center was found, but nothing that it could have."""
    codec, heatmaps = build(), torch.zeros(1, 2, 12, 16)
    centers = torch.zeros(1, 1, 12, 16)
    centers[0, 0, 5, 5] = 0.9
    proposals = codec.propose(Maps(heatmaps, centers=centers))
    assert proposals.centers.mask.sum() == 1
    members = torch.zeros(1, 30, 2).long()
    assert not codec.pick(heatmaps, proposals, members, None, None).mask.any()


def test_best_instances():
    codec = build(scoring=dict(max_instances=1))
    picked = pick(codec, torch.zeros(1, 2, 12, 16), CELLS, [[0.6, 0.6], [0.9, 0.9]], [0.8, 0.8])
    assert codec.group(picked)[0].instance_scores.tolist() == pytest.approx([0.9])


def test_candidates_of_keypoints_and_centers():
    """More than 30 people: the best 30 of each type are found, in its own window."""
    search = dict(kernel_size=1, center_kernel_size=3, min_candidates=0)
    codec = build(candidates=search)
    heatmaps = torch.linspace(0.1, 0.9, 12 * 16).view(1, 1, 12, 16).repeat(2, 3, 1, 1)
    maps = Maps(heatmaps[:, :2], centers=heatmaps[:, 2:])
    keypoints, centers = codec.propose(maps)
    assert keypoints.mask.shape == (2, 2, 30) and keypoints.mask.all()
    assert keypoints.scores.min() == heatmaps.flatten().sort().values[-30 * 6]
    assert centers.mask.shape == (2, 1, 30) and centers.mask.sum() == 2  # one peak, 3 x 3
    nowhere = torch.zeros(2, 12, 16)
    assert not any(found.mask.any() for found in codec.propose(maps, nowhere))


def test_round_trip():
    """The center's candidates and the keypoints' lie where they were encoded."""
    codec = build(candidates=dict(kernel_size=3, center_kernel_size=3))
    people = np.array([[[8, 10], [20, 14]], [[40, 12], [52, 32]]], np.float32)
    heatmaps = torch.from_numpy(codec.encode(people)['heatmaps'])[None]
    maps = Maps(heatmaps[:, :2], centers=heatmaps[:, 2:])
    proposals = codec.propose(maps)
    assert proposals.keypoints.mask.sum() == 4 and proposals.centers.mask.sum() == 2
    members = torch.arange(30)[None, :, None] + torch.tensor([0, 30])
    ones = torch.ones(1, 30, 2)
    (poses,) = codec.group(codec.pick(maps.heatmaps, proposals, members, ones, ones[..., 0]))
    assert len(poses) == 2
    for k in range(2):
        ours, true = sorted(poses.keypoints[:, k].tolist()), sorted(people[:, k].tolist())
        np.testing.assert_allclose(ours, true, atol=0.05)


def test_maps_alone_are_refused():
    with pytest.raises(NotImplementedError, match='CenterGroup groups by attention'):
        build().decode((torch.zeros(2, 12, 16), torch.zeros(2, 12, 16)))
