import numpy as np
import pytest
from mmengine.structures import InstanceData
from mmpose.structures import PoseDataSample

import projects.recurrent_association.evaluation  # noqa: F401  (registers the metric)
from mmpose_ae.registry import METRICS

SIGMAS = np.array([0.05, 0.1])
AREA = 10000.0
# Similarity falls to exp(-1/2) = 0.61 at this distance, to exp(-2) = 0.14 at twice as much.
SPREADS = 2 * SIGMAS * np.sqrt(AREA)


def person(x, **fields):
    """An annotation with both keypoints at a place, in a box of 100 x 100 around it."""
    return dict(
        dict(keypoints=[x, 100, 2, x, 100, 1], bbox=[x - 50, 50, 100, 100], area=AREA, iscrowd=0),
        **fields,
    )


def nobody(x, **fields):
    return person(x, keypoints=[0] * 6, **fields)


def predict(annotations, places, scores):
    """The prediction of an image: people with both keypoints at x, or at the distance of a pair."""
    sample = PoseDataSample(metainfo=dict(raw_ann_info=annotations))
    shifts = np.array([p if isinstance(p, tuple) else (p, p) for p in places], float)
    keypoints = np.stack([shifts.reshape(-1, 2), np.full((len(places), 2), 100.0)], -1)
    sample.pred_instances = InstanceData(keypoints=keypoints, bbox_scores=np.array(scores, float))
    return sample.to_dict()


def evaluate(samples, **options):
    metric = METRICS.build(dict(type='InventedInstancesMetric', **options))
    metric.dataset_meta = dict(sigmas=SIGMAS)
    metric.process(None, samples)
    found = metric.evaluate(len(samples))
    return {name.removeprefix('instances/'): value for name, value in found.items()}


def test_the_second_prediction_of_somebody_is_invented():
    found = evaluate([predict([person(100), person(900)], [100, 101], [0.5, 0.9])])
    assert found == dict(invented=1, missed=1, **{'invented_at_recall_0.5': 0})


@pytest.mark.parametrize(
    'distances, invented',
    [((1, 1), 0), ((0, 2), 0), ((1, 2), 1)],  # similarity 0.61, (1 + 0.14) / 2, (0.61 + 0.14) / 2
)
def test_a_match_is_similar_enough(distances, invented):
    place = tuple(100 + distances * SPREADS)
    found = evaluate([predict([person(100)], [place], [1])])
    assert found['invented'] == found['missed'] == invented


def test_only_labelled_keypoints_count():
    half = person(100, keypoints=[0, 0, 0, 100, 100, 1])
    assert evaluate([predict([half], [(500, 100)], [1])])['invented'] == 0
    assert evaluate([predict([half], [(100, 500)], [1])])['invented'] == 1


def test_a_crowd_excuses_many_and_somebody_without_keypoints_one():
    places, scores = [100, 110, 500], [0.9, 0.8, 0.7]
    crowd = evaluate([predict([nobody(100, iscrowd=1)], places, scores)])
    assert (crowd['invented'], crowd['missed']) == (1, 0)
    unlabelled = evaluate([predict([nobody(100)], places, scores)])
    assert (unlabelled['invented'], unlabelled['missed']) == (2, 0)


def test_results_are_means_over_images_above_the_threshold():
    samples = [
        predict([person(100)], [100, 500, 600], [0.9, 0.5, 0.1]),
        predict([person(100)], [], []),
        predict([], [100], [0.6]),
    ]
    assert evaluate(samples)['invented'] == 1
    assert evaluate(samples, score_thr=0.5)['invented'] == pytest.approx(2 / 3)
    assert evaluate(samples, score_thr=0.55)['invented'] == pytest.approx(1 / 3)
    assert evaluate(samples)['missed'] == pytest.approx(1 / 3)


def test_invented_at_recall_looks_at_all_images_by_score():
    samples = [
        predict([person(100), person(500)], [100, 500, 900], [0.9, 0.3, 0.8]),
        predict([person(100), person(500)], [300, 100], [0.7, 0.6]),
    ]
    found = evaluate(samples, recalls=(0.25, 0.5, 0.75, 1.0))
    # by score: found, invented, invented, found, found; the fourth one is never found
    assert [found[f'invented_at_recall_{r}'] for r in ('0.25', '0.5', '0.75')] == [0, 1, 1]
    assert np.isnan(found['invented_at_recall_1'])
