"""Errors that are planted into perfect predictions are found, and what they cost is right."""

import numpy as np
import planted
import pytest
from test_coco_evaluation import NUM_KEYPOINTS as FEW
from test_coco_evaluation import draw_scene

from mmpose_ae.report.corrections import ERRORS, correct
from mmpose_ae.report.diagnosis import diagnose
from mmpose_ae.report.people import gather_people
from mmpose_ae.report.precision import RECALLS
from mmpose_ae.report.slices import match_all

FAR = 5000  # pixels, away from everybody


def losses(images):
    """AP, what each error costs, and how often there is each one."""
    diagnoses = [diagnose(image, planted.SIGMAS, planted.MIRROR) for image in images]
    ap = match_all(images, planted.SIGMAS).ap
    lost, counts = {}, {}
    for kind, error in ERRORS.items():
        better = [correct(image, d, kind) for image, d in zip(images, diagnoses)]
        lost[kind] = match_all(better, planted.SIGMAS).ap - ap
        counts[kind] = sum(map(error.count, diagnoses)) if error.count else 0
    return ap, lost, counts


def plant(seed, change, **options):
    """Perfect predictions with a change: how many people, AP, losses and counts."""
    content, entries = planted.scene(seed=seed, **options)
    return len(entries), *losses(planted.gather(content, change(entries)))


def in_place(move):
    """Change the keypoints (K, 2) of everybody."""
    return lambda entries: [planted.moved(entry, move) for entry in entries]


def exchange(entries):
    """Give two keypoints of the first person of each image to the second one, and back."""
    changed = list(entries)
    for n in range(len(entries) - 1):
        if entries[n]['image_id'] == entries[n + 1]['image_id']:
            one, other = planted.points_of(entries[n]), planted.points_of(entries[n + 1])
            pair = [np.concatenate([a[:4], b[4:]]) for a, b in ((one, other), (other, one))]
            for place, points in zip((n, n + 1), pair):
                changed[place] = planted.placed(entries[place], points)
    return changed


SEEDS = pytest.mark.parametrize('seed', range(3))


def only(lost, kind):
    """Check that an error alone costs something, and that it is the first one of the verdict."""
    assert max(lost, key=lost.get) == kind
    assert [other for other in lost if other != kind and lost[other] > 1e-9] == []
    return lost[kind]


@SEEDS
def test_perfect_predictions_lose_nothing(seed):
    _, ap, lost, counts = plant(seed, lambda entries: entries)
    assert ap == 1
    assert set(lost.values()) == set(counts.values()) == {0}


@SEEDS
def test_missed(seed):
    """Who is found is right; recall ends early."""
    people, ap, lost, counts = plant(seed, lambda entries: entries[::3])
    reached = len(range(0, people, 3)) / people
    assert ap == pytest.approx((reached >= RECALLS).mean())
    assert only(lost, 'missed') == pytest.approx(1 - ap)
    assert counts['missed'] == people - len(range(0, people, 3))


@SEEDS
def test_invented(seed):
    """As many wrong ones as there are people, before all of them: half of all is right."""

    def invent(entries):
        far = [planted.moved(entry, lambda points: points + FAR) for entry in entries]
        return entries + [dict(entry, score=2 + entry['score']) for entry in far]

    people, ap, lost, counts = plant(seed, invent)
    assert ap == pytest.approx(0.5)
    assert lost['invented'] == pytest.approx(0.5)
    assert next(iter(sorted(lost, key=lambda kind: -lost[kind]))) == 'invented'
    assert counts['invented'] == people
    assert lost['ranking'] == pytest.approx(0.5)  # who is last costs nothing either
    assert all(lost[kind] < 1e-9 for kind in lost if kind not in ('invented', 'ranking'))


@SEEDS
def test_grouping_of_keypoints(seed):
    """4 of 6 keypoints are right: 0.667, enough for 4 of 10 thresholds."""
    people, ap, lost, counts = plant(seed, exchange, fewest=2, most=2)
    assert ap == pytest.approx(0.4)
    assert only(lost, 'grouping') == pytest.approx(0.6)
    assert counts['grouping'] == 2 * people


@SEEDS
def test_grouping_of_one_person_into_two(seed):
    """4 keypoints, then the other 2 in a prediction of their own, which is before all others."""

    def split(entries):
        away = [[FAR], [2 * FAR], [3 * FAR], [4 * FAR]]
        pieces = []
        for entry in entries:
            points = planted.points_of(entry)
            pieces.append(planted.placed(entry, np.append(points[:4], points[4:] + FAR, axis=0)))
            piece = planted.placed(entry, np.append(points[:4] + away, points[4:], axis=0))
            pieces.append(dict(piece, score=2 + entry['score']))
        return pieces

    people, ap, lost, counts = plant(seed, split)
    assert ap == pytest.approx(0.4 * 0.5)  # of as many predictions before them none is right
    assert max(lost, key=lost.get) == 'grouping'
    assert lost['grouping'] == pytest.approx(0.8)
    assert counts['grouping'] == people * (2 + 1)
    assert counts['invented'] == counts['missed'] == counts['lost'] == 0


@SEEDS
def test_grouping_of_two_people_into_one(seed):
    """Half of each of two people: similarity 0.5 to one, and nobody is the other."""

    def merge(entries):
        merged = []
        for one, other in zip(entries[::2], entries[1::2]):
            both = np.append(planted.points_of(one)[:3], planted.points_of(other)[3:], axis=0)
            merged.append(planted.placed(one, both))
        return merged

    _, ap, lost, counts = plant(seed, merge, fewest=2, most=2)
    assert only(lost, 'grouping') == pytest.approx(1 - ap)
    assert counts['missed'] == counts['lost'] == 0


@SEEDS
def test_mirrored(seed):
    """4 of 6 keypoints are those of the other side: 0.333 is enough for no threshold."""
    people, ap, lost, counts = plant(seed, in_place(lambda points: points[planted.MIRROR]))
    assert ap == 0
    assert only(lost, 'mirrored') == 1
    assert counts['mirrored'] == 4 * people


@SEEDS
def test_jitter(seed):
    """exp(-8.1² / 200) = 0.72, enough for 5 of 10 thresholds."""
    people, ap, lost, counts = plant(seed, in_place(lambda points: points + [8.1, 0]))
    assert ap == pytest.approx(0.5)
    assert only(lost, 'jitter') == pytest.approx(0.5)
    assert counts['jitter'] == 6 * people


@SEEDS
def test_lost(seed):
    """Where a third of the keypoints is nowhere, 0.667 is left."""
    far = np.zeros((6, 2))
    far[[1, 4]] = FAR
    people, ap, lost, counts = plant(seed, in_place(lambda points: points + far))
    assert ap == pytest.approx(0.4)
    assert only(lost, 'lost') == pytest.approx(0.6)
    assert counts['lost'] == 2 * people


@SEEDS
@pytest.mark.parametrize('first', [True, False])
def test_ranking(seed, first):
    """As many wrong ones, invented and repeated in turn, which cost only if they are first."""

    def add_wrong(entries):
        wrong = [
            planted.moved(entry, lambda points, n=n: points + (FAR if n % 2 else 13))
            for n, entry in enumerate(entries)
        ]
        shift = 2 if first else -2
        return entries + [dict(entry, score=entry['score'] + shift) for entry in wrong]

    people, ap, lost, _ = plant(seed, add_wrong)
    assert ap == pytest.approx(0.5 if first else 1)
    assert lost['ranking'] == pytest.approx(0.5 if first else 0)
    if first:
        assert max(lost, key=lost.get) == 'ranking'
        kept = people + people // 2  # without the invented ones every second one is left
        assert lost['grouping'] == pytest.approx(people / kept - 0.5, abs=0.02)


def test_a_crowd_region_may_be_found_as_often_as_one_likes():
    content, entries = planted.scene()
    box = [0, 0, 2000, 500]
    nobody = dict(keypoints=[0] * 18, num_keypoints=0, iscrowd=1, bbox=box, area=1e6)
    content['annotations'].append(dict(content['annotations'][0], id=99, **nobody))
    inside = [planted.moved(entries[0], lambda points: points + [0, 200])] * 3
    ap, lost, counts = losses(planted.gather(content, inside + entries))
    assert ap == 1
    assert set(lost.values()) == set(counts.values()) == {0}


@pytest.mark.parametrize('seed', range(8))
def test_all_together_are_all_that_is_wrong(seed):
    """Random people and predictions, with crowds, unlabelled people and equal scores."""
    dataset, predictions = draw_scene(seed)
    sigmas, mirror = np.linspace(0.03, 0.1, FEW), np.array([1, 0, 3, 2, 4])
    images = gather_people(dataset, predictions, FEW, True, False)
    for kind in ERRORS:
        images = [correct(image, diagnose(image, sigmas, mirror), kind) for image in images]
    assert match_all(images, sigmas).ap == pytest.approx(1)
