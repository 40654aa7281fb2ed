"""The decoders of pose-ae-train, HigherHRNet and CoupledEmbedding as option sets of one codec."""

import numpy as np
import pytest
import torch

from mmpose_ae.grouping import assignment
from mmpose_ae.models.heads.test_time import average_heatmaps, concatenate_tags, flip_back
from mmpose_ae.registry import KEYPOINT_CODECS

COCO_ORDER = [0, 1, 2, 3, 4, 5, 6, 11, 12, 7, 8, 9, 10, 13, 14, 15, 16]
CROWDPOSE_FLIP = [1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 12, 13]
COCO_FLIP = [0, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11, 14, 13, 16, 15]

POSE_AE_TRAIN = dict(
    grouping=dict(distance='rms', max_open=30, skip_when_full=True),
    decode_nms_kernel=3,
    decode_missing_score=1.0,
)
HIGHER_HRNET = dict(grouping=dict(max_open=30))
COUPLED_EMBEDDING = dict(grouping=dict(cost='capped', inclusive=True))
ORDERS = {
    'ae17': COCO_ORDER,
    'hh17': COCO_ORDER,
    'hh14': [0, 1, 2, 3, 4, 5, 6, 11, 12, 7, 8, 9, 10, 13],
    'ce17': list(range(17)),
    'ce14': [13, 12, *range(12)],
}
RULES = {'ae': POSE_AE_TRAIN, 'hh': HIGHER_HRNET, 'ce': COUPLED_EMBEDDING}
CASES = [
    ('ae', [f'ae_k17_{n}' for n in ('n1_L2', 'n3_L2', 'n8_L2', 'tight_L1')]),
    ('ae_crowd', [f'ae_k17_{n}_L2' for n in ('n15', 'clutter', 'empty')]),
    ('hh_coco', [f'hh_k17_{n}' for n in ('n1_L2', 'n3_L2', 'n8_L2', 'tight_L1')]),
    ('hh_coco_crowd', [f'hh_k17_{n}_L2' for n in ('n15', 'clutter', 'empty')]),
    ('hh_crowdpose', [f'hh_k14_{n}' for n in ('n3_L2', 'n8_L2', 'n15_L2', 'n1_L1')]),
    ('ce_coco_a', ['ce_k17_n1', 'ce_k17_n3']),
    ('ce_coco_b', ['ce_k17_n8', 'ce_k17_tight']),
    ('ce_crowdpose_a', ['ce_k14_n3', 'ce_k14_n8']),
    ('ce_crowdpose_b', ['ce_k14_n15', 'ce_k14_empty']),
]
CASES = [(file, case) for file, cases in CASES for case in cases]
# Equal costs that only the released codes' own solver decides as they do.
TIED = {'ae_k17_clutter_L2', 'hh_k17_n15_L2', 'hh_k17_clutter_L2', 'hh_k14_n8_L2'}


def load(shared, file, case):
    data = np.load(shared / 'golden' / f'grouping_{file}.npz')
    return {name[len(case) + 1 :]: data[name] for name in data.files if name.startswith(f'{case}.')}


def build(case, size, solver, **options):
    """The codec of the implementation that the case is named after, on cells as pixels."""
    rule = RULES[case[:2]]
    settings = dict(
        input_size=size,
        heatmap_size=size,
        decode_center_shift=0.5,
        decode_refinement='released',
        decode_missing='released',
        decode_missing_thr=None,
        decode_plateaus=True,
        decode_max_instances=None,
        **rule,
    )
    settings['grouping'] = dict(type='GreedyGrouping', solver=solver, **rule['grouping'])
    return KEYPOINT_CODECS.build(dict(type='mmpose_ae.AEDecoder', **{**settings, **options}))


def decode_case(data, case, solver):
    heatmaps, tags = torch.from_numpy(data['in.det']), torch.from_numpy(data['in.tag'])
    num_keypoints, height, width = heatmaps.shape
    options = dict(decode_keypoint_order=ORDERS[f'{case[:2]}{num_keypoints}'])
    if 'in.nms_kernel' in data:
        options['decode_nms_kernel'] = int(data['in.nms_kernel'])
    if case.startswith('ae'):
        heatmaps = heatmaps.clamp(max=1)  # its test script does so before grouping
    codec = build(case, (width, height), solver, **options)
    return codec.decode((heatmaps, tags.permute(3, 0, 1, 2).flatten(0, 1)))


def check_poses(decoded, poses, scores):
    """Compare in the order of the scores; groups of equal scores in any order within them."""
    assert len(decoded[0]) == len(poses)
    ours = np.concatenate([decoded[0], decoded[1][..., None]], axis=-1)
    np.testing.assert_allclose(decoded[2], scores, atol=1e-5)

    def ordered(rows):
        keys = np.round(rows.reshape(len(rows), -1), 3).T[::-1]
        return rows[np.lexsort((*keys, -np.round(scores, 4)))]

    ours, poses = ordered(ours), ordered(poses[..., :3])
    np.testing.assert_allclose(ours[..., :2], poses[..., :2], atol=1e-4)
    np.testing.assert_allclose(ours[..., 2], poses[..., 2], atol=1e-5)


@pytest.mark.parametrize(
    'file, case, solver',
    [(*case, 'munkres') for case in CASES]
    + [(*case, 'scipy') for case in CASES if case[1] not in TIED],
)
def test_poses_and_scores(shared, file, case, solver):
    data = load(shared, file, case)
    if case.endswith(('_empty', '_empty_L2')):
        assert [len(values) for values in decode_case(data, case, solver)] == [0, 0, 0]
        return
    # pose-ae-train looks into the wrong axis where it refines filled keypoints; see below.
    poses = data.get('out.refined_boundfix', data['out.refined'])
    order = data['out.order']
    check_poses(decode_case(data, case, solver), poses[order], data['out.scores'][order])


@pytest.mark.parametrize('case', ['ae_k17_n1_L2', 'ae_k17_n3_L2', 'ae_k17_n8_L2'])
def test_pose_ae_train_as_released_differs_where_it_leaves_the_map(shared, case):
    """The quarter shifts of its filled keypoints look at the wrong cells, and may turn round."""
    data = load(shared, 'ae', case)
    keypoints, scores, _ = decode_case(data, case, 'munkres')
    released = data['out.refined'][data['out.order']]
    np.testing.assert_allclose(scores, released[..., 2], atol=1e-5)
    difference = np.abs(keypoints - released[..., :2])
    assert np.isin(difference.round(4), [0, 0.5]).all()
    num_keypoints, height = data['in.det'].shape[:2]
    filled = data['out.parsed'][data['out.order']][..., 2] == 0
    # It takes H for the number of columns and K for the number of rows.
    beyond = filled[..., None] & (keypoints >= [height, num_keypoints])
    assert not difference[~beyond].any()


@pytest.mark.parametrize('case', sorted(TIED))
def test_tied_assignments_cost_the_same(shared, case, monkeypatch):
    """On every cost matrix that the released solver meets, both totals are equal."""
    file = next(file for file, name in CASES if name == case)
    munkres, scipy = assignment.SOLVERS['munkres'], assignment.SOLVERS['scipy']
    totals = []

    def both(cost):
        pairs = munkres(cost)
        totals.append((cost[pairs].sum(), cost[scipy(cost)].sum()))
        return pairs

    monkeypatch.setitem(assignment.SOLVERS, 'munkres', both)
    decode_case(load(shared, file, case), case, 'munkres')
    # The padding of tall matrices alone adds up to 1e12: doubles keep four decimals of that.
    np.testing.assert_allclose(*np.array(totals).T, atol=1e-3, rtol=0)


@pytest.mark.parametrize('num_keypoints', [17, 14])
def test_coupled_embedding_from_maps_to_image(shared, num_keypoints):
    """Its whole post-processing with a flip test, in pixels of the original image."""
    name = {17: 'coco', 14: 'crowdpose'}[num_keypoints]
    case = f'cepost_k{num_keypoints}'
    data = load(shared, f'ce_post_{name}', case)
    width, height = data['in.base_size'].tolist()
    flip_indices = {17: COCO_FLIP, 14: CROWDPOSE_FLIP}[num_keypoints]

    heatmaps = torch.from_numpy(data['in.hms'])
    tags = torch.from_numpy(data['in.tms']).permute(0, 4, 1, 2, 3).flatten(1, 2)
    size = (height, width)
    merged = average_heatmaps([heatmaps[:1], flip_back(heatmaps[1:], flip_indices)], size)
    np.testing.assert_allclose(merged[0], data['out.agg_heatmaps'], atol=1e-5)
    views = [tags[:1], flip_back(tags[1:], flip_indices)]
    codec = build(
        'ce',
        (width, height),
        'scipy',
        decode_keypoint_order=ORDERS[f'ce{num_keypoints}'],
        decode_nms_kernel=int(data['in.nms_kernel']),
    )
    keypoints, scores, _ = codec.decode((merged[0], concatenate_tags(views)[0]))

    box = data['in.scale'] * 200
    keypoints = (keypoints - [width / 2, height / 2]) * box / [width, height] + data['in.center']
    poses = data['out.poses_sorted']
    assert len(keypoints) == len(poses)
    np.testing.assert_allclose(keypoints, poses[..., :2], atol=1e-2)
    np.testing.assert_allclose(scores, poses[..., 2], atol=1e-5)
