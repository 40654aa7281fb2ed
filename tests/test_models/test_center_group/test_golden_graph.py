"""From the detector's maps to the nodes that are grouped, as in the release of CenterGroup."""

import golden
import numpy as np
import pytest

from mmpose_ae.grouping import find_masked_candidates, sample_features
from mmpose_ae.models.heads import BottomupOutputs
from mmpose_ae.models.heads.test_time import average_heatmaps, flip_back, merge_resolutions
from mmpose_ae.models.modules.center_group import encode_positions


def merged_heatmaps(data, num_keypoints, size):
    """Heatmaps of keypoints and the center at the input's size, averaged over all views."""
    views = []
    for view in ('bu', 'bu_flip'):
        if f'{view}0' in data:
            heatmaps = [data[f'{view}{i}'][:, : num_keypoints + 1] for i in (0, 1)]
            views.append(merge_resolutions(BottomupOutputs(heatmaps, None)))
    if len(views) > 1:
        views[1] = flip_back(views[1], [*golden.FLIP_INDICES[num_keypoints], num_keypoints])
    return average_heatmaps(views, size)


@pytest.mark.parametrize(
    'case, kind',
    golden.cases('centergroup_graph*.npz', 'in.bu0', 'out.{}.kp_pos', of=('kp', 'person')),
)
def test_golden_nodes(case, kind):
    data, expected = case.tensors('in.'), case.tensors(f'out.{kind}.')
    kernel_size = 5 if kind == 'kp' else 17
    num_keypoints, width, height = (int(data[name]) for name in ('K', 'im_w', 'im_h'))

    heatmaps = merged_heatmaps(data, num_keypoints, (height, width))
    heatmaps = heatmaps[:, num_keypoints:] if kind == 'person' else heatmaps[:, :num_keypoints]
    np.testing.assert_allclose(heatmaps, expected['heatmap'], atol=1e-5, rtol=0)

    found = find_masked_candidates(heatmaps, kernel_size, 30, 0.005, 3, data['pad_mask2'])
    kept = expected['keep_mask_final']
    np.testing.assert_array_equal(found.mask, kept)
    np.testing.assert_array_equal(found.cells[kept], expected['kp_pos'][kept][:, 1:])
    np.testing.assert_allclose(found.scores[kept], expected['kp_score'][kept], atol=1e-5, rtol=0)

    features = sample_features([data[f'{kind}_fmap']], found.cells, (width, height))
    np.testing.assert_allclose(features[kept], expected[f'{kind}_embed'][kept], atol=1e-5, rtol=0)
    encodings = encode_positions(data['pad_mask0'].bool(), found.cells, (width, height), 8)
    name = 'kp_pos_embed' if kind == 'kp' else 'person_pos'
    np.testing.assert_allclose(encodings[kept], expected[name][kept], atol=1e-5, rtol=0)
