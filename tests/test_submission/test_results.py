"""What is sent in, against pycocotools' numbers of the same people, and planted mistakes."""

import json
import math

import pytest
from golden import subject_files
from xtcocotools.coco import COCO
from xtcocotools.cocoeval import COCOeval

from mmpose_ae.submission import check_entries, prepare
from mmpose_ae.submission.results import MAX_PEOPLE

EXPECTED = subject_files('leaderboard', '*_expected.json')


def person(**changes):
    found = dict(image_id=7, category_id=1, keypoints=[1.23456, 2.0, 0.5] * 17, score=0.5)
    return {**found, **changes}


def beside(path, what):
    return path.with_name(path.name.replace('expected', what))


@pytest.mark.parametrize('path', EXPECTED)
def test_average_precision_stays(path):
    entries = json.loads(beside(path, 'coco_results').read_text())
    kept = prepare(entries, 17, 'results.json').entries
    truth = COCO(str(beside(path, 'coco_gt')))
    evaluation = COCOeval(truth, truth.loadRes(kept), 'keypoints')
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
    expected = json.loads(path.read_text())['coco_stats']
    assert list(evaluation.stats) == pytest.approx(expected, abs=1e-3)  # rounded to 0.01 pixels
    assert len(kept) < len(entries)  # an image has more people than count


@pytest.mark.parametrize('path', EXPECTED)
def test_recorded_results_pass_the_check(path):
    for what, count in (('coco_results', 17), ('crowdpose_results', 14)):
        entries = json.loads(beside(path, what).read_text())
        images = {image['id'] for image in json.loads(
            beside(path, what.replace('results', 'gt')).read_text())['images']}  # fmt: skip
        check_entries(entries, count, what, images)


def test_best_people_of_each_image():
    crowd = [person(score=n / 100, image_id=image) for n in range(25) for image in (7, 8)]
    prepared = prepare(crowd, 17, 'results.json')
    for image in (7, 8):
        scores = [entry['score'] for entry in prepared.entries if entry['image_id'] == image]
        assert scores == [n / 100 for n in range(24, 4, -1)]
    assert prepared.notes == [f'10 people left out: beyond the best {MAX_PEOPLE} of their image']


def test_repairs_are_told():
    odd = [person(score=math.nan), person(keypoints=[math.inf] * 51), person(category_id=[1, 1])]
    odd.insert(0, person(score=10**400))
    prepared = prepare([*odd, person(score=0.25, bbox=[0, 0, 1, 1])], 17, 'results.json')
    assert [entry['score'] for entry in prepared.entries] == [0.5, 0.25]
    assert all(set(entry) == set(person()) for entry in prepared.entries)
    assert prepared.entries[0]['category_id'] == 1
    assert prepared.entries[0]['keypoints'][:3] == [1.23, 2.0, 0.5]
    assert len(prepared.notes) == 2
    check_entries(prepared.entries, 17, 'results.json', {7})


@pytest.mark.parametrize(
    'changes, told',
    [
        (dict(category_id=0), 'category_id is 0'),
        (dict(category_id=True), 'category_id is True'),
        (dict(category_id=[1]), r'category_id is \[1\]'),
        (dict(image_id='7'), "image_id is '7'"),
        (dict(image_id=9), 'image_id 9 is no image'),
        (dict(keypoints=[[1, 2, 3]] * 17), 'flat list of 51'),
        (dict(keypoints=[1.0] * 42), 'has 42 numbers, expected a flat list of 51'),
        (dict(keypoints=[1.0] * 50 + [math.nan]), r'keypoints\[50\] is nan'),
        (dict(score=math.inf), 'score is inf'),
        (dict(score=10**400), 'score is 1000'),
        (dict(keypoints=[1.0] * 50 + [10**400]), r'keypoints\[50\] is 1000'),
        (dict(score=None), 'score is None'),
    ],
)
def test_mistakes_are_named(changes, told):
    with pytest.raises(ValueError, match=rf'results.json:\n  entry 1: .*{told}'):
        check_entries([person(), person(**changes)], 17, 'results.json', {7})


def test_missing_key_is_named():
    with pytest.raises(ValueError, match='entry 0: score is missing'):
        prepare([dict(image_id=7, keypoints=[0] * 51)], 17, 'results.json')


def test_scores_without_order_are_told():
    assert 'all 3 people have the score 0' in check_entries([person(score=0)] * 3, 17, 'r')[0]
    assert prepare([], 17, 'r').notes == ['nobody is in the file']
