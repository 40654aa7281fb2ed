"""AP from matches of single images against COCO's evaluators, on people of all kinds."""

import copy

import numpy as np
import pytest
from test_coco_evaluation import NUM_KEYPOINTS, by_pycocotools, draw_scene, evaluate, summarize

from mmpose_ae.report.people import gather_people
from mmpose_ae.report.precision import weighted_recall
from mmpose_ae.report.slices import by_keypoint, by_number, by_size, match_all

SIGMAS = np.linspace(0.03, 0.1, NUM_KEYPOINTS)
EXACT = dict(abs=1e-12, nan_ok=True)


def gather(dataset, predictions, use_area=True, is_crowd=False):
    return gather_people(dataset, predictions, NUM_KEYPOINTS, use_area, is_crowd)


def known(stat):
    """A number of the evaluator, which says -1 where nobody is to be found."""
    return np.nan if stat == -1 else stat


def ap_of(evaluation):
    precision = evaluation.eval['precision'][:, :, :, 0]
    return known(precision.mean()) if (precision > -1).all() else np.nan


@pytest.mark.parametrize('use_area', [True, False])
@pytest.mark.parametrize('seed', range(6))
def test_all_people(seed, use_area):
    dataset, predictions = draw_scene(seed)
    stats = summarize(evaluate(dataset, predictions, 'keypoints', SIGMAS, use_area))
    images = gather(dataset, predictions, use_area)
    records = match_all(images, SIGMAS)
    by_area = [part.ap for part in by_size(images, SIGMAS).values()]
    ours = [records.ap, records.by_threshold[0], records.by_threshold[5], *by_area[1:]]
    assert ours == pytest.approx([known(stat) for stat in stats[:5]], **EXACT)
    recall = weighted_recall(records, np.ones((1, len(images)), int)).mean()
    assert recall == pytest.approx(known(stats[5]), **EXACT)


@pytest.mark.parametrize('seed', range(4))
def test_by_the_rules_of_crowdpose(seed):
    dataset, predictions = draw_scene(seed)
    for person in dataset['annotations'][::3]:
        person['num_keypoints'] = 0  # head and neck alone: CrowdPose does not count them
    ap = ap_of(evaluate(dataset, predictions, 'keypoints_crowd', SIGMAS, False))
    records = match_all(gather(dataset, predictions, False, True), SIGMAS)
    assert records.ap == pytest.approx(ap, **EXACT)


def test_more_people_than_are_evaluated():
    dataset, predictions = draw_scene(1)
    predictions = [dict(p, score=p['score'] / n) for n in range(1, 16) for p in predictions]
    stats = summarize(evaluate(dataset, predictions, 'keypoints', SIGMAS))
    records = match_all(gather(dataset, predictions), SIGMAS)
    assert records.ap == pytest.approx(stats[0], **EXACT)
    assert np.bincount(records.images).max() == 20


@pytest.mark.parametrize('reach, ignored', [(9.9e4, False), (1.1e5, True)])
def test_nobody_counts_beyond_the_largest_area_of_coco(reach, ignored):
    dataset, predictions = draw_scene(1)
    far = dict(predictions[0], keypoints=[0, 0, 1, reach, reach, 1, *[0, 0, 1] * 3], score=9.0)
    predictions = [far, *predictions]  # better than everybody, and nobody's; reach² is its area
    ap = ap_of(by_pycocotools(dataset, predictions, SIGMAS, True))
    images = gather(dataset, predictions)
    assert match_all(images, SIGMAS).ap == pytest.approx(ap, **EXACT)
    without = match_all(gather(dataset, predictions[1:]), SIGMAS).ap
    assert (ap == pytest.approx(without, **EXACT)) == ignored


def test_a_keypoint_alone_as_by_pycocotools_without_the_others():
    dataset, predictions = draw_scene(2)
    parts = by_keypoint(gather(dataset, predictions), SIGMAS, 'abcde')
    for k, records in enumerate(parts.values()):
        alone = copy.deepcopy(dataset)
        for person in alone['annotations']:
            visible = person['keypoints'][3 * k + 2]
            person['keypoints'][2::3] = [visible * (k == i) for i in range(NUM_KEYPOINTS)]
            person['num_keypoints'] = int(visible > 0)
        ap = ap_of(by_pycocotools(alone, predictions, SIGMAS, True))
        assert records.ap == pytest.approx(ap, **EXACT)


def test_images_by_number_of_people_as_by_pycocotools_on_these_images():
    from mmpose_ae.datasets.crowding import file_crowding

    dataset, predictions = draw_scene(3)
    images = gather(dataset, predictions)
    crowding = file_crowding(dataset)
    parts = by_number(match_all(images, SIGMAS), [crowding[i.image_id] for i in images])
    numbers = {'1 person': [1], '2 people': [2], '3 to 4 people': [3, 4]}
    for name, counts in numbers.items():
        ids = [key for key, image in crowding.items() if image.people in counts]
        ap = ap_of(by_pycocotools(dataset, predictions, SIGMAS, True, ids))
        assert parts[name].ap == pytest.approx(ap, **EXACT)


def test_nobody_is_predicted_and_nobody_is_annotated():
    dataset, _ = draw_scene(1)
    assert match_all(gather(dataset, []), SIGMAS).ap == 0
    assert np.isnan(match_all(gather(dict(dataset, annotations=[]), []), SIGMAS).ap)
