"""PCK and mean error: as MMPose has them of single people, and of several by hand."""

import numpy as np
import pytest
from mmpose.evaluation.metrics import EPE, PCKAccuracy

from mmpose_ae.registry import METRICS

SIGMAS = np.array([0.05, 0.1, 0.1])


def person(places, visible=(2, 2, 1), **fields):
    """An annotation with a box of 100 x 60."""
    keypoints = np.column_stack([places, visible]).ravel().tolist()
    return dict(dict(keypoints=keypoints, bbox=[0, 0, 100, 60], area=6000.0, iscrowd=0), **fields)


def sample(annotations, places, scores=None):
    places = np.array(places, float).reshape(-1, 3, 2)
    scores = np.ones(places.shape[:2]) if scores is None else np.array(scores, float)
    instances = dict(keypoints=places, keypoint_scores=scores, bbox_scores=np.ones(len(places)))
    return dict(raw_ann_info=annotations, pred_instances=instances)


def evaluate(samples, sigmas=SIGMAS, **options):
    metric = METRICS.build(dict(type='KeypointErrorMetric', **options))
    metric.dataset_meta = dict(sigmas=sigmas)
    metric.process(None, samples)
    return metric.evaluate(len(samples))


def mmpose_numbers(annotations, places, thr):
    """MMPose's own metrics of one person in each image."""
    samples = []
    for ann, found in zip(annotations, places):
        truth = np.reshape(ann['keypoints'], (1, -1, 3)).astype(float)
        left, top, width, height = ann['bbox']
        box = np.array([[left, top, left + width, top + height]])
        given = dict(keypoints=truth[..., :2], keypoints_visible=truth[..., 2] > 0, bboxes=box)
        samples.append(dict(gt_instances=given, pred_instances=dict(keypoints=found[None])))
    values = {}
    for metric in (PCKAccuracy(thr=thr), EPE()):
        metric.process(samples, samples)
        values.update(metric.evaluate(len(samples)))
    return values


@pytest.mark.parametrize('thr', [0.05, 0.1])
def test_one_person_in_each_image_is_mmposes(thr):
    rng = np.random.default_rng(0)
    annotations, places = [], []
    for _ in range(60):
        truth = rng.uniform(0, 100, (3, 2))
        visible = rng.integers(0, 3, 3)
        visible[rng.integers(3)] = 2
        annotations.append(person(truth, visible, bbox=[0, 0, *rng.uniform(60, 140, 2)]))
        places.append(truth + rng.normal(scale=4, size=(3, 2)))
    found = evaluate([sample([a], p) for a, p in zip(annotations, places)], thr=thr)
    expected = mmpose_numbers(annotations, places, thr)
    assert found['keypoints/PCK'] == pytest.approx(expected['PCK'], abs=1e-6)
    assert found['keypoints/EPE'] == pytest.approx(expected['EPE'], abs=1e-5)
    assert found['keypoints/found'] == 1 and 0.2 < expected['PCK'] < 0.98


HERE = np.array([[10.0, 10], [50, 10], [90, 10]])


def test_people_are_matched_and_the_missed_are_wrong():
    """Of two people one is found, by the second prediction; its first keypoint is 15 off."""
    there = HERE + [300, 0]
    shifted = there + [[0, 15], [0, 3], [0, 6]]
    found = evaluate([sample([person(HERE), person(there)], [HERE + 900, shifted])], thr=0.1)
    assert found == {
        'keypoints/PCK': pytest.approx(np.mean([0, 1 / 2, 1 / 2])),
        'keypoints/EPE': pytest.approx((15 + 3 + 6) / 3),
        'keypoints/found': 0.5,
    }


def test_each_prediction_is_one_person():
    """Nearest to one prediction are both people; the other prediction is left for the second."""
    near = HERE + [0, 6]
    found = evaluate([sample([person(HERE), person(near)], [HERE + [0, 2], HERE - [0, 1]])])
    assert found['keypoints/found'] == 1
    assert found['keypoints/EPE'] == pytest.approx((4 + 1) / 2)


def test_keypoints_that_were_not_found():
    """They are wrong, and have no error; what is not annotated counts nowhere."""
    places = HERE + [[0, 4], [0, 0], [40, 40]]
    ann = person(HERE, visible=(2, 1, 0))
    found = evaluate([sample([ann], places, [[0.5, 0, 0.5]])])
    assert found['keypoints/PCK'] == 0.5 and found['keypoints/EPE'] == pytest.approx(4)


def test_whom_nobody_can_find():
    crowd, unlabelled = person(HERE, iscrowd=1), person(HERE, visible=(0, 0, 0))
    nobody = sample([crowd, unlabelled], HERE)
    assert np.isnan([*evaluate([nobody, sample(None, [])]).values()]).all()
    blind = evaluate([nobody, sample([person(HERE)], [])])
    assert blind['keypoints/PCK'] == blind['keypoints/found'] == 0
    assert np.isnan(blind['keypoints/EPE'])


@pytest.mark.parametrize('options', [dict(thr=0), dict(oks_thr=2)])
def test_options_that_mean_nothing_are_refused(options):
    with pytest.raises(ValueError, match=next(iter(options))):
        evaluate([], **options)


def test_people_cannot_be_matched_without_sigmas():
    with pytest.raises(ValueError, match='sigmas must be one number per keypoint type'):
        evaluate([sample([person(HERE)], HERE)], sigmas=np.zeros(0))
