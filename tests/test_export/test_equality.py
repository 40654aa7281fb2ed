"""Outputs and people of two sides: what counts as a difference."""

import numpy as np
import pytest

from mmpose_ae.export.agreement import compare_people
from mmpose_ae.export.checking import LIMIT, differences
from mmpose_ae.grouping import Poses

# One image, one type, four places: score, x, y, tag.
CANDIDATES = np.array(
    [[[[0.9, 5, 6, 1], [0.7, 1, 2, 3], [0.4, 8, 8, 2], [0, 3, 3, 0]]]], np.float32
)
THRESHOLD = 0.4


def difference(changed, **more):
    """The largest difference of candidates that are changed."""
    sides = ({'candidates': side, **more} for side in (CANDIDATES, changed))
    return dict(differences(*sides, [THRESHOLD]))['candidates',]


def test_candidates_may_be_in_any_order_and_padding_anywhere():
    turned = CANDIDATES[:, :, [1, 0, 2, 3]].copy()
    turned[..., 3, 1:] = 77
    assert difference(turned) == 0


@pytest.mark.parametrize('column, by', [(0, 0.01), (1, 0.5), (3, 0.25)])
def test_what_moves_is_seen(column, by):
    moved = CANDIDATES.copy()
    moved[0, 0, 0, column] += by
    assert difference(moved) == pytest.approx(by, rel=1e-5)


def test_a_candidate_may_be_missing_at_the_threshold_alone():
    fewer = CANDIDATES.copy()
    fewer[0, 0, 2, 0] = 0
    assert difference(fewer) == 0
    fewer[0, 0, 1, 0] = 0
    assert difference(fewer) > 0.2
    nobody = np.zeros_like(CANDIDATES)
    assert difference(nobody) == np.inf


def test_maps_are_compared_cell_by_cell():
    maps = np.zeros((1, 2, 3, 3), np.float32)
    changed = maps.copy()
    changed[0, 1, 2, 0] = 2 * LIMIT
    sides = (dict(candidates=CANDIDATES, heatmaps=each) for each in (maps, changed))
    assert dict(differences(*sides, []))['heatmaps',] == pytest.approx(2 * LIMIT)
    sides = dict(heatmaps=maps), dict(heatmaps=maps[..., :2])
    assert dict(differences(*sides, [])) == {('heatmaps',): np.inf}


def test_centers_are_compared_as_rows():
    rows = dict(
        regressed=np.arange(8, dtype=np.float32).reshape(1, 2, 2, 2),
        center_scores=np.array([[0.9, 0.8]], np.float32),
        center_mask=np.array([[True, True]]),
    )
    turned = {name: value[:, ::-1] for name, value in rows.items()}
    assert dict(differences(rows, turned, [])) == {tuple(rows): 0}
    moved = dict(rows, regressed=rows['regressed'] + [3, 0])
    assert next(differences(rows, moved, []))[1] == 3
    last = np.array([[[0.9, 0.0], [0.9, 0.0]]], np.float32)  # of keypoints: not of the centers
    assert (
        next(
            differences(dict(keypoint_scores=last, **rows), dict(keypoint_scores=last, **moved), [])
        )[1]
        == 3
    )


def people(*places, score=0.9):
    """People of two keypoints, ten pixels beside each other."""
    points = np.array([[[x, y], [x + 10, y + 10]] for x, y in places], np.float32)
    shape = points.shape[:2]
    return Poses(points.reshape(-1, 2, 2), np.ones(shape), np.full(len(points), score))


def test_people_are_found_again_or_not():
    ours = [people((0, 0), (50, 50)), people((20, 20)), people((9, 9), score=0.1)]
    theirs = [people((50, 51), (0, 0)), people(), people()]
    agreement = compare_people(ours, theirs, [0.1, 0.1], least=0.2)
    assert (agreement.people, agreement.found) == (3, 2)
    assert agreement.median == 0.5  # of 0, 0, 1 and 1
    assert agreement.most == 1
    assert str(agreement).startswith('2 of 3 people are found again')
    assert np.isnan(compare_people([], [], [0.1, 0.1], 0.2).median)
