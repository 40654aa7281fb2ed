"""The decoders of pose-ae-train, HigherHRNet and CoupledEmbedding as option sets of one codec."""

import golden
import numpy as np
import pytest

from mmpose_ae.grouping import assignment
from mmpose_ae.models.heads.views import average_heatmaps, concatenate_tags, flip_back
from mmpose_ae.registry import KEYPOINT_CODECS

COCO_ORDER = [0, 1, 2, 3, 4, 5, 6, 11, 12, 7, 8, 9, 10, 13, 14, 15, 16]

POSE_AE_TRAIN = dict(
    grouping=dict(distance='rms', max_open=30, skip_when_full=True),
    decode_nms_kernel=3,
    decode_missing_score=1.0,
)
HIGHER_HRNET = dict(grouping=dict(max_open=30))
COUPLED_EMBEDDING = dict(grouping=dict(cost='capped', inclusive=True))
RULES = {'ae': POSE_AE_TRAIN, 'hh': HIGHER_HRNET, 'ce': COUPLED_EMBEDDING}
CE_ORDERS = {17: list(range(17)), 14: [13, 12, *range(12)]}
SCENES = golden.cases('grouping_*.npz', 'in.det', 'out.refined')


def original(case):
    """The implementation that a file is of: pose-ae-train, HigherHRNet or CoupledEmbedding."""
    return case.path.stem.split('_')[1]


def keypoint_order(implementation, num_keypoints):
    """HigherHRNet keeps COCO's order on CrowdPose: the entries that exist there."""
    if implementation == 'ce':
        return CE_ORDERS[num_keypoints]
    return COCO_ORDER[:num_keypoints]


def build(implementation, num_keypoints, size, solver, **options):
    """The codec with the options of an implementation, on cells as pixels."""
    rule = RULES[implementation]
    settings = dict(
        input_size=size,
        heatmap_size=size,
        decode_center_shift=0.5,
        decode_refinement='released',
        decode_missing='released',
        decode_missing_thr=None,
        decode_plateaus=True,
        decode_max_instances=None,
        decode_keypoint_order=keypoint_order(implementation, num_keypoints),
        **rule,
    )
    settings['grouping'] = dict(type='GreedyGrouping', solver=solver, **rule['grouping'])
    return KEYPOINT_CODECS.build(dict(type='mmpose_ae.AEDecoder', **{**settings, **options}))


def decode_case(case, solver):
    heatmaps, tags = case.tensor('in.det'), case.tensor('in.tag')
    num_keypoints, height, width = heatmaps.shape
    options = {}
    if 'in.nms_kernel' in case:
        options['decode_nms_kernel'] = int(case['in.nms_kernel'])
    if original(case) == 'ae':
        heatmaps = heatmaps.clamp(max=1)  # its test script does so before grouping
    codec = build(original(case), num_keypoints, (width, height), solver, **options)
    return codec.decode((heatmaps, tags.permute(3, 0, 1, 2).flatten(0, 1)))


def released_poses(case):
    """Poses and scores, the best first."""
    # pose-ae-train looks into the wrong axis where it refines filled keypoints; see below.
    poses = case['out.refined_boundfix' if 'out.refined_boundfix' in case else 'out.refined']
    order = case['out.order']
    return poses[order], case['out.scores'][order]


def check_poses(decoded, poses, scores):
    """Compare in the order of the scores; groups of equal scores in any order within them."""
    assert [len(values) for values in decoded] == [len(poses)] * 3
    if not len(poses):
        return
    ours = np.concatenate([decoded[0], decoded[1][..., None]], axis=-1)
    np.testing.assert_allclose(decoded[2], scores, atol=1e-5)

    def ordered(rows):
        keys = np.round(rows.reshape(len(rows), -1), 3).T[::-1]
        return rows[np.lexsort((*keys, -np.round(scores, 4)))]

    ours, poses = ordered(ours), ordered(poses[..., :3])
    np.testing.assert_allclose(ours[..., :2], poses[..., :2], atol=1e-4)
    np.testing.assert_allclose(ours[..., 2], poses[..., 2], atol=1e-5)


@pytest.mark.parametrize('case', SCENES)
def test_poses_and_scores(case):
    check_poses(decode_case(case, 'munkres'), *released_poses(case))


@pytest.mark.parametrize('case', SCENES)
def test_another_solver_decides_ties_alone(case, monkeypatch):
    """Both pay the same on every cost matrix; where both choose the same, so are the poses."""
    munkres, scipy = assignment.SOLVERS['munkres'], assignment.SOLVERS['scipy']
    totals, tied = [], []

    def both(cost):
        chosen, other = munkres(cost), scipy(cost)
        totals.append((cost[chosen].sum(), cost[other].sum()))
        tied.append(not np.array_equal(chosen, other))
        return chosen

    with monkeypatch.context() as patch:
        patch.setitem(assignment.SOLVERS, 'munkres', both)
        decode_case(case, 'munkres')
    # The padding of tall matrices alone adds up to 1e12: doubles keep four decimals of that.
    np.testing.assert_allclose(*np.reshape(totals, (-1, 2)).T, atol=1e-3, rtol=0)
    if not any(tied):
        check_poses(decode_case(case, 'scipy'), *released_poses(case))


@pytest.mark.parametrize('case', golden.cases('grouping_ae*.npz', 'in.det', 'out.refined_boundfix'))
def test_pose_ae_train_as_released_differs_where_it_leaves_the_map(case):
    """The quarter shifts of its filled keypoints look at the wrong cells, and may turn round."""
    keypoints, scores, _ = decode_case(case, 'munkres')
    order = case['out.order']
    released = case['out.refined'][order]
    np.testing.assert_allclose(scores, released[..., 2], atol=1e-5)
    difference = np.abs(keypoints - released[..., :2])
    assert np.isin(difference.round(4), [0, 0.5]).all()
    num_keypoints, height = case['in.det'].shape[:2]
    filled = case['out.parsed'][order][..., 2] == 0
    # It takes H for the number of columns and K for the number of rows: from the last one on, it
    # does not see the cell that follows.
    beyond = filled[..., None] & (keypoints >= [height - 1, num_keypoints - 1])
    assert not difference[~beyond].any()


@pytest.mark.parametrize('case', golden.cases('grouping_ce_post*.npz', 'in.hms', 'out.poses'))
def test_coupled_embedding_from_maps_to_image(case):
    """Its whole post-processing with a flip test, in pixels of the original image."""
    num_keypoints = case['in.hms'].shape[1]
    flip_indices = golden.FLIP_INDICES[num_keypoints]
    width, height = case['in.base_size'].tolist()

    heatmaps = case.tensor('in.hms')
    tags = case.tensor('in.tms').permute(0, 4, 1, 2, 3).flatten(1, 2)
    size = (height, width)
    merged = average_heatmaps([heatmaps[:1], flip_back(heatmaps[1:], flip_indices)], size)
    np.testing.assert_allclose(merged[0], case['out.agg_heatmaps'], atol=1e-5)
    views = [tags[:1], flip_back(tags[1:], flip_indices)]
    codec = build(
        'ce',
        num_keypoints,
        (width, height),
        'scipy',
        decode_nms_kernel=int(case['in.nms_kernel']),
    )
    keypoints, scores, _ = codec.decode((merged[0], concatenate_tags(views)[0]))

    box = case['in.scale'] * 200
    keypoints = (keypoints - [width / 2, height / 2]) * box / [width, height] + case['in.center']
    poses = case['out.poses_sorted']
    assert len(keypoints) == len(poses)
    np.testing.assert_allclose(keypoints, poses[..., :2], atol=1e-2)
    np.testing.assert_allclose(scores, poses[..., 2], atol=1e-5)
