"""Outputs and people of two sides: what counts as a difference."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from mmpose_ae.export import checking
from mmpose_ae.export.agreement import Agreement, compare_people
from mmpose_ae.export.checking import LIMIT, Difference
from mmpose_ae.export.differences import differences
from mmpose_ae.export.poses_checking import has_same
from mmpose_ae.grouping import Poses

# One image, one type, four places: score, x, y, tag.
CANDIDATES = np.array(
    [[[[0.9, 5, 6, 1], [0.7, 1, 2, 3], [0.4, 8, 8, 2], [0, 3, 3, 0]]]], np.float32
)
LAST, FLAT = (0, 0, 2, 0), (0, 0, 0, 1)  # score of the last candidate, x of the first


def changed(place, value):
    """The candidates, one number of which is another one."""
    other = CANDIDATES.copy()
    other[place] = value
    return other


def by_name(looks, found):
    """Differences beyond those from look to look, by name."""
    return {apart.name: apart.beyond for apart in differences(looks, found)}


def difference(found, *looks):
    """The largest difference of candidates from those of the network, seen in several looks."""
    sides = [dict(candidates=side) for side in (CANDIDATES, *looks)]
    return max(by_name(sides, dict(candidates=found)).values())


def test_candidates_may_be_in_any_order_and_padding_anywhere():
    turned = CANDIDATES[:, :, [1, 0, 2, 3]].copy()
    turned[..., 3, 1:] = 77
    assert difference(turned) == 0


@pytest.mark.parametrize('column, by', [(0, 0.01), (1, 0.5), (3, 0.25)])
def test_what_moves_is_seen(column, by):
    moved = changed((0, 0, 0, column), CANDIDATES[0, 0, 0, column] + by)
    assert difference(moved) == pytest.approx(by, rel=1e-5)
    assert difference(moved, CANDIDATES) == difference(moved)


def test_a_candidate_may_be_missing_if_it_is_so_in_a_look():
    fewer = changed(LAST, 0)
    assert difference(fewer) > 1
    assert difference(fewer, fewer) == 0
    assert difference(CANDIDATES, fewer) == 0
    assert difference(np.zeros_like(CANDIDATES)) == np.inf


def test_a_candidate_may_be_there_if_it_is_so_in_a_look():
    more = changed((0, 0, 3), [0.3, 20, 20, 9])
    assert difference(more) > 1
    assert difference(more, more) == 0
    nobody = [dict(candidates=np.zeros_like(CANDIDATES))]
    assert set(by_name(nobody, dict(candidates=more)).values()) == {np.inf}


def test_a_candidate_may_be_elsewhere_as_far_as_it_is_in_looks():
    """It lies at 5 and 5.4, so that it may be 0.4 off, but not 0.9."""
    look = changed(FLAT, 5.4)
    assert difference(changed(FLAT, 5.3), look) == 0
    assert difference(changed(FLAT, 5.9), look) == pytest.approx(0.5, abs=1e-5)
    assert difference(changed((0, 0, 1, 1), 1.3), look) == pytest.approx(0.3, abs=1e-5)


def test_maps_are_compared_cell_by_cell():
    maps = np.zeros((1, 2, 3, 3), np.float32)
    other = maps.copy()
    other[0, 1, 2, 0] = 2 * LIMIT
    ours, theirs = (dict(candidates=CANDIDATES, heatmaps=each) for each in (maps, other))
    assert by_name([ours, theirs], theirs)['heatmaps'] == pytest.approx(2 * LIMIT)
    smaller = dict(heatmaps=maps[..., :2])
    assert by_name([dict(heatmaps=maps)], smaller) == {'heatmaps': np.inf}


def test_centers_are_compared_as_rows():
    rows = dict(
        regressed=np.arange(8, dtype=np.float32).reshape(1, 2, 2, 2),
        center_scores=np.array([[0.9, 0.8]], np.float32),
        center_mask=np.array([[True, True]]),
    )
    turned = {name: value[:, ::-1] for name, value in rows.items()}
    assert by_name([rows], turned) == dict.fromkeys(rows, 0)
    moved = dict(rows, regressed=rows['regressed'] + [3, 0])
    assert by_name([rows], moved) == dict(regressed=3, center_scores=0, center_mask=0)
    last = np.array([[[0.9, 0.0], [0.9, 0.0]]], np.float32)  # of keypoints: not of the centers
    ours, theirs = (dict(keypoint_scores=last, **each) for each in (rows, moved))
    assert by_name([ours], theirs)['regressed'] == 3


def test_numbers_of_a_kind_are_compared_by_themselves():
    """Of all candidates scores are 0.1 higher, and the first one's tag is 0.5 larger."""
    moved = changed((0, 0, slice(3), 0), CANDIDATES[0, 0, :3, 0] + np.float32(0.1))
    moved[0, 0, 0, 3] += 0.5
    look = changed((0, 0, 0, 3), 1.25)  # from look to look a tag is 0.25 apart
    sides = [dict(candidates=side) for side in (CANDIDATES, look)]
    scores, positions, tags = differences(sides, dict(candidates=moved))
    assert scores == ('candidates (scores)', pytest.approx(0.1), *scores[2:])
    assert scores[2:] == (pytest.approx(0.1), pytest.approx(0.9))
    assert positions == ('candidates (positions)', 0, 0, 8)
    assert tags == ('candidates (tags)', 0.25, 0.5, 3)


def test_numbers_that_are_none_differ():
    sides = dict(candidates=CANDIDATES), dict(candidates=changed(FLAT, np.nan))
    assert np.isnan(by_name(sides[:1], sides[1])['candidates (positions)'])


def people(*places, score=0.9):
    """People of two keypoints, ten pixels beside each other."""
    points = np.array([[[x, y], [x + 10, y + 10]] for x, y in places], np.float32)
    points = points.reshape(-1, 2, 2)
    return Poses(points, np.ones(points.shape[:2]), np.full(len(points), score))


def test_people_are_found_again_or_not():
    ours = [people((0, 0), (50, 50)), people((20, 20)), people((9, 9), score=0.1)]
    theirs = [people((50, 51), (0, 0)), people(), people()]
    agreement = compare_people(ours, theirs, [0.1, 0.1], least=0.2)
    assert (agreement.people, agreement.found) == (3, 2)
    assert agreement.median == 0.5  # of 0, 0, 1 and 1
    assert agreement.most == 1
    assert str(agreement).startswith('2 of 3 people are found again')
    assert np.isnan(compare_people([], [], [0.1, 0.1], 0.2)[2:]).all()


def test_people_without_a_score_are_not_found_again():
    """From half of the least score of 0.2 on they count: 0.1 is that, 0.09 is not."""
    for score, count in ((0.1, 2), (0.09, 0)):
        theirs = [people((0, 0), (50, 50), score=score)]
        agreement = compare_people([people((0, 0), (50, 50))], theirs, [0.1, 0.1], least=0.2)
        assert (agreement.people, agreement.found) == (2, count)
        if count:
            assert agreement.scores == pytest.approx(0.8)
            assert str(agreement).endswith('their scores 0.800 apart in the mean')


def test_one_person_is_not_found_for_two():
    """Nor is the closest one taken where then another would not be found."""
    ours = [people((0, 0), (1, 1))]
    agreement = compare_people(ours, [people((0, 0))], [0.1, 0.1], least=0.2)
    assert (agreement.people, agreement.found) == (2, 1)
    assert agreement.most == 0
    row = [people((1, 0), (0, 0))], [people((1, 0), (2, 0))]  # OKS of the farthest is below 0.5
    agreement = compare_people(*row, [0.08, 0.08], least=0.2)
    assert (agreement.people, agreement.found, agreement.median) == (2, 2, 1)


def test_the_same_people_are_those_with_every_keypoint_there():
    """The second one is 0.05 pixels off, the third one 1 pixel, the fourth is nobody."""
    ours = people((50.05, 50), (0, 0), (21, 20))
    others = people((0, 0), (50, 50), (20, 20), (90, 90))
    assert has_same(ours, others).tolist() == [True, True, False, False]
    assert has_same(people(), others).tolist() == [False] * 4
    assert has_same(ours, people()).shape == (0,)


@pytest.mark.parametrize(
    'agreement, reason',
    [
        (
            Agreement(0, 0, np.nan, np.nan, 0),
            'nobody with a score of 0.2 or more .* train it further',
        ),
        (Agreement(1, 1, np.nan, np.nan, 0), 'too far .* allowed are 99% of the people and 0.5'),
        (Agreement(100, 98, 0, 0, 0), 'too far'),
        (Agreement(100, 100, 0, 0.6, 0), 'too far'),
        (Agreement(100, 99, 0, 0.5, 0), None),
    ],
)
def test_people_have_to_be_compared_and_alike(monkeypatch, agreement, reason):
    graph = SimpleNamespace(
        head=SimpleNamespace(decoder=SimpleNamespace(decoding=None)),
        model=SimpleNamespace(dataset_meta=dict(sigmas=[0.1])),
    )
    monkeypatch.setattr(checking, 'open_session', lambda content: None)
    monkeypatch.setattr(checking, 'compare_people', lambda *sides_and_options: agreement)
    if reason is None:
        assert checking.check_people(graph, b'', [], 'fp16') == [agreement]
        return
    with pytest.raises(Difference, match=reason):
        checking.check_people(graph, b'', [], 'fp16')


@pytest.mark.parametrize('precision, lost', [('int8', 25), ('int8', 26), ('fp16', 26)])
def test_larger_pictures_are_compared_in_eight_bits(monkeypatch, precision, lost):
    """The first and the eleventh of 11 pictures, 8 pixels high and 6 wide; 100 people are there."""
    graph = SimpleNamespace(
        inputs=lambda pixels, edges=None: tuple(pixels.shape[1:3]),
        model=SimpleNamespace(dataset_meta=dict(sigmas=[0.1])),
    )
    compared = []

    def compare(ours, theirs, *rest):
        compared.append(ours)
        return Agreement(100, 100 if len(compared) == 1 else 100 - lost, 0, 0, 0)

    monkeypatch.setattr(checking, 'open_session', lambda content: None)
    monkeypatch.setattr(checking, '_find_people', lambda g, s, size, sides: sides[0].append(size))
    monkeypatch.setattr(checking, 'compare_people', compare)
    pictures = [SimpleNamespace(pixels=torch.zeros(1, 8, 6, 3), edges=None)] * 11
    if (precision, lost) == ('int8', 26):
        with pytest.raises(Difference, match='twice the width or height: 74 of 100'):
            checking.check_people(graph, b'', pictures, precision)
    else:
        checking.check_people(graph, b'', pictures, precision)
    larger = [] if precision == 'fp16' else [[(8, 12), (16, 6)] * 2]
    assert compared == [[(8, 6)] * 11, *larger]
