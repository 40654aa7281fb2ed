"""CenterGroupCodec: centers in the targets, and poses of centers as in the release."""

import golden
import numpy as np
import pytest
import torch

from mmpose_ae.grouping import GroupedCenters
from mmpose_ae.registry import KEYPOINT_CODECS


def build(**options):
    cfg = dict(type='mmpose_ae.CenterGroupCodec', input_size=(64, 48), heatmap_size=(16, 12))
    return KEYPOINT_CODECS.build(dict(cfg, sigma=1, **options))


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
    assert encoded['image_mask'].shape == (1, 12, 16) and encoded['image_mask'].all()


def test_targets_of_several_resolutions():
    codec = build(heatmap_size=[(16, 12), (32, 24)], round_centers=True)
    encoded = codec.encode(
        np.array([[[10, 10], [14, 14]]], np.float32),
        warp_mat=np.array([[1.0, 0, 32], [0, 1, 0]]),
        ori_shape=(48, 32),
        flip=True,
    )
    for maps, mask, (width, height) in zip(
        encoded['heatmaps'], encoded['image_mask'], [(16, 12), (32, 24)]
    ):
        assert maps.shape == (3, height, width)
        y, x = np.unravel_index(maps[2].argmax(), (height, width))
        assert (x, y) == (12 * width // 64, 12 * height // 48)
        assert mask[..., : width // 2].all() and not mask[..., width // 2 :].any()


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
    count = data['person_tp_pred'].shape[1]
    groups = GroupedCenters(
        data['hard_loc_pred'][-1:],
        data['viz_pred'][-1:, ..., 0].sigmoid(),
        data['person_tp_pred'][-1:, :, 0].sigmoid(),
        torch.zeros(1, count),
        torch.ones(1, count, dtype=torch.bool),
    )
    # The release measures from the corner of a pixel if it shifts and from its center if not.
    options = dict(decode_refinement='released', decode_center_shift=0.5)
    codec = build(**(options if form == 'adjust' else dict(decode_refinement=None)))
    decoded = codec.decode_groups(data['kp_heatmaps'][:1], groups, 1)
    keypoints, scores, instance_scores = (values[0] for values in decoded)

    expected = case['out.pose_scores']
    order = np.argsort(-expected, kind='stable')
    np.testing.assert_allclose(instance_scores, expected[order], rtol=1e-5)
    box = 200 * case['in.scale']
    on_image = keypoints * box / (width, height) + case['in.center'] - box / 2
    expected = case[f'out.kp_{form}'][order]
    np.testing.assert_allclose(on_image, expected[..., :2], rtol=1e-5, atol=1e-4)
    np.testing.assert_allclose(scores, expected[..., 2], rtol=1e-5)


def groups_of(locations, visibility=None, probabilities=None, center_scores=None, mask=None):
    """One image; C centers with K keypoints each."""
    count = len(locations)
    return GroupedCenters(
        torch.tensor(locations, dtype=torch.float32)[None],
        None if visibility is None else torch.tensor(visibility)[None],
        None if probabilities is None else torch.tensor(probabilities)[None],
        torch.zeros(1, count) if center_scores is None else torch.tensor(center_scores)[None],
        torch.tensor([[True] * count if mask is None else mask]),
    )


LOCATIONS = [[[1.5, 1.5], [5.5, 9.5]], [[9.5, 5.5], [1.5, 1.5]]]  # centers of cells of 4 pixels


def test_scores_without_visibility():
    """Table 2, rows 1 and 2: what the heatmaps show, and the center's own score."""
    heatmaps = torch.zeros(1, 2, 12, 16)
    heatmaps[0, 0, 0, 0], heatmaps[0, 1, 2, 1], heatmaps[0, 0, 1, 2] = 0.25, 0.5, 0.75
    codec = build(decode_refinement=None)
    groups = groups_of(LOCATIONS, center_scores=[0.1, 0.2])
    keypoints, scores, instance_scores = (
        values[0] for values in codec.decode_groups(heatmaps, groups, 4)
    )
    assert instance_scores.tolist() == pytest.approx([0.2, 0.1])
    assert scores.tolist() == [[0.75, 0], [0.25, 0.5]]
    np.testing.assert_allclose(keypoints, LOCATIONS[::-1])
    groups = groups_of(LOCATIONS, probabilities=[0.9, 0.3], center_scores=[0.1, 0.2])
    assert codec.decode_groups(heatmaps, groups, 4)[2][0].tolist() == pytest.approx([0.9, 0.3])


def test_instances_ranked_by_their_heatmaps():
    """0.9 * (0.25 + 0.5) / 2 and 0.3 * (0.75 + 0) / 2; negative values count as nothing."""
    heatmaps = torch.full((1, 2, 12, 16), -0.1)
    heatmaps[0, 0, 0, 0], heatmaps[0, 1, 2, 1], heatmaps[0, 0, 1, 2] = 0.25, 0.5, 0.75
    codec = build(decode_instance_score='heatmap')
    groups = groups_of(LOCATIONS, [[0.1, 0.1], [1.0, 1.0]], [0.9, 0.3])
    _, scores, instance_scores = codec.decode_groups(heatmaps, groups, 4)
    assert instance_scores[0].tolist() == pytest.approx([0.3375, 0.1125])
    assert scores[0][:, 0].tolist() == pytest.approx([0.1, 1.0])
    with pytest.raises(ValueError, match="one of .'visibility', 'heatmap'., got 'tags'"):
        build(decode_instance_score='tags')


def test_no_centers():
    heatmaps = torch.zeros(2, 2, 12, 16)
    none = GroupedCenters(
        torch.zeros(2, 0, 2, 2), torch.zeros(2, 0, 2), torch.zeros(2, 0), torch.zeros(2, 0),
        torch.zeros(2, 0, dtype=torch.bool),
    )  # fmt: skip
    padding = groups_of(LOCATIONS, [[0.9] * 2] * 2, [0.9] * 2, mask=[False] * 2)
    for groups, images in ((none, 2), (padding, 1)):
        decoded = build().decode_groups(heatmaps[:images], groups, 4)
        assert [len(values) for values in decoded] == [images] * 3
        for keypoints, scores, instance_scores in zip(*decoded):
            assert keypoints.shape == (0, 2, 2) and scores.shape == (0, 2)
            assert instance_scores.shape == (0,)


def test_best_instances():
    visibility, probabilities = [[0.6, 0.6], [0.9, 0.9]], [0.8, 0.8]
    groups = groups_of(LOCATIONS, visibility, probabilities)
    codec = build(decode_max_instances=1)
    decoded = codec.decode_groups(torch.zeros(1, 2, 12, 16), groups, 4)
    assert decoded[2][0].tolist() == pytest.approx([0.9])


def test_candidates_of_keypoints_and_centers():
    """More than 30 people: the best 30 of each type are found, in its own window."""
    codec = build(decode_candidate_kernel=1, decode_center_kernel=3, decode_min_candidates=0)
    heatmaps = torch.linspace(0.1, 0.9, 12 * 16).view(1, 1, 12, 16).repeat(2, 3, 1, 1)
    keypoints, centers = codec.find_candidates(heatmaps)
    assert keypoints.mask.shape == (2, 2, 30) and keypoints.mask.all()
    assert keypoints.scores.min() == heatmaps.flatten().sort().values[-30 * 6]
    assert centers.mask.shape == (2, 1, 30) and centers.mask.sum() == 2  # one peak, 3 x 3
    nowhere = torch.zeros(2, 12, 16)
    assert not any(found.mask.any() for found in codec.find_candidates(heatmaps, nowhere))


def test_round_trip():
    """The center's candidates and the keypoints' lie where they were encoded."""
    codec = build(decode_candidate_kernel=3, decode_center_kernel=3)
    poses = np.array([[[8, 10], [20, 14]], [[40, 12], [52, 32]]], np.float32)
    heatmaps = torch.from_numpy(codec.encode(poses)['heatmaps'])[None]
    keypoints, centers = codec.find_candidates(heatmaps)
    assert keypoints.mask.sum() == 4 and centers.mask.sum() == 2
    locations = keypoints.cells[:, :, :2].transpose(1, 2) * 4 + 1.5
    ones = torch.ones(1, 2, 2)
    groups = GroupedCenters(locations, ones, ones[..., 0], ones[..., 0], ones[..., 0].bool())
    (decoded,), _, _ = codec.decode_groups(heatmaps[:, :-1], groups, 4)
    for k in range(2):
        ours, true = sorted(decoded[:, k].tolist()), sorted(poses[:, k].tolist())
        np.testing.assert_allclose(ours, true, atol=0.05)
