"""From the detector's maps to the nodes that are grouped, as in the release of CenterGroup."""

import golden
import numpy as np
import pytest

from mmpose_ae.models.center_group import encode_positions
from mmpose_ae.models.heads import average_heatmaps, flip_back, merge_resolutions
from mmpose_ae.ops import find_masked_candidates, sample_features


def merged_heatmaps(data, kind):
    """Heatmaps of keypoints or of the center at the input's size, averaged over all views."""
    num_keypoints, width, height = (int(data[name]) for name in ('K', 'im_w', 'im_h'))
    views = []
    for view in ('bu', 'bu_flip'):
        if f'{view}0' in data:
            heatmaps = [data[f'{view}{i}'][:, : num_keypoints + 1] for i in (0, 1)]
            views.append(merge_resolutions(heatmaps))
    if len(views) > 1:
        views[1] = flip_back(views[1], [*golden.FLIP_INDICES[num_keypoints], num_keypoints])
    heatmaps = average_heatmaps(views, (height, width))
    return heatmaps[:, num_keypoints:] if kind == 'person' else heatmaps[:, :num_keypoints]


KINDS = ('kp', 'person')


@pytest.mark.parametrize(
    'case, kind', golden.cases('centergroup_graph*.npz', 'in.bu0', 'out.{}.heatmap', of=KINDS)
)
def test_golden_heatmaps(case, kind):
    heatmaps, expected = merged_heatmaps(case.tensors('in.'), kind), case[f'out.{kind}.heatmap']
    np.testing.assert_allclose(heatmaps, expected, atol=1e-5, rtol=0)


@pytest.mark.parametrize(
    'case, kind', golden.cases('centergroup_graph*.npz', 'in.bu0', 'out.{}.kp_pos', of=KINDS)
)
def test_golden_nodes(case, kind):
    data, expected = case.tensors('in.'), case.tensors(f'out.{kind}.')
    kernel_size = 5 if kind == 'kp' else 17
    heatmaps = merged_heatmaps(data, kind)
    height, width = heatmaps.shape[2:]
    found = find_masked_candidates(heatmaps, kernel_size, 30, 0.005, 3, data['pad_mask2'])
    kept = expected['keep_mask_final']
    np.testing.assert_array_equal(found.mask, kept)
    np.testing.assert_array_equal(found.cells[kept], expected['kp_pos'][kept][:, 1:])
    np.testing.assert_allclose(found.scores[kept], expected['kp_score'][kept], atol=1e-5, rtol=0)

    features = sample_features([data[f'{kind}_fmap']], found.cells, (width, height))
    np.testing.assert_allclose(features[kept], expected[f'{kind}_embed'][kept], atol=1e-5, rtol=0)
    true = expected['kp_pos_embed' if kind == 'kp' else 'person_pos']
    dim = true.shape[-1]
    encodings = encode_positions(data['pad_mask0'].bool(), found.cells, (width, height), dim)
    np.testing.assert_allclose(encodings[kept], true[kept], atol=1e-5, rtol=0)
