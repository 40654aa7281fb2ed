"""The least score of a person: against all thresholds there are, and by hand."""

import numpy as np
import pytest
from mmengine.structures import InstanceData
from mmpose.structures import PoseDataSample

from mmpose_ae.evaluation.score_threshold_metric import choose_threshold
from mmpose_ae.registry import METRICS

SIGMAS = np.array([0.05, 0.1])


def f1_at(threshold, scores, found, annotated):
    """From the definition: the harmonic mean of precision and recall."""
    kept = scores >= threshold
    true = (found & kept).sum()
    precision, recall = true / max(kept.sum(), 1), true / annotated
    return 2 * precision * recall / max(precision + recall, 1e-9), precision, recall


@pytest.mark.parametrize('seed', range(40))
def test_no_threshold_is_better(seed):
    rng = np.random.default_rng(seed)
    count = rng.integers(1, 30)
    scores = rng.integers(1, 10, count) / 10 if seed % 2 else rng.random(count)  # with ties, or not
    found = rng.random(count) < scores
    found[rng.integers(count)] = True
    annotated = found.sum() + rng.integers(5)
    chosen = choose_threshold(scores, found, annotated)
    assert f1_at(chosen.score, scores, found, annotated) == pytest.approx(
        (chosen.f1, chosen.precision, chosen.recall)
    )
    values = np.unique(scores)
    every = [f1_at(value, scores, found, annotated)[0] for value in values]
    assert chosen.f1 == pytest.approx(max(every))
    best = values[np.flatnonzero(np.array(every) >= max(every) - 1e-12)[-1]]  # the highest
    below = values[values < best]
    assert chosen.score == pytest.approx((best + (below[-1] if len(below) else 0)) / 2)


def test_people_of_one_score_are_kept_or_left_together():
    """Between the three of 0.5 there is no threshold, though two of them are there."""
    chosen = choose_threshold(np.array([0.5, 0.5, 0.5, 0.1]), np.array([1, 1, 0, 0], bool), 2)
    assert chosen == (pytest.approx(0.3), pytest.approx(2 / 3), 1, pytest.approx(0.8))


@pytest.mark.parametrize('scores, found, annotated', [
    ([], [], 3),
    ([0.4], [False], 3),
    ([0.4], [False], 0),
])  # fmt: skip
def test_without_anybody_there_is_nothing_to_choose(scores, found, annotated):
    message = f'no score threshold can be chosen: {annotated} people are annotated'
    with pytest.raises(ValueError, match=message):
        choose_threshold(np.array(scores), np.array(found, bool), annotated)


def person(x, **fields):
    """An annotation with both keypoints at a place, in a box of 100 x 100 around it."""
    points = [x, 100, 2, x, 100, 1]
    whole = dict(keypoints=points, bbox=[x - 50, 50, 100, 100], area=1e4, iscrowd=0)
    return {**whole, **fields}


def sample(annotations, places, scores):
    """A predicted image: people with both keypoints at x."""
    made = PoseDataSample(metainfo=dict(raw_ann_info=annotations))
    x = np.array(places, float).reshape(-1, 1)
    keypoints = np.stack([np.repeat(x, 2, 1), np.full((len(x), 2), 100.0)], -1)
    made.pred_instances = InstanceData(keypoints=keypoints, bbox_scores=np.array(scores, float))
    return made.to_dict()


def evaluate(samples):
    metric = METRICS.build(dict(type='ScoreThresholdMetric'))
    metric.dataset_meta = dict(sigmas=SIGMAS)
    metric.process(None, samples)
    return metric.evaluate(len(samples))


def test_people_are_matched_over_all_images():
    """Found are those of 0.9 and 0.6; that of 0.95 is in a crowd, which does not count."""
    crowd = person(900, iscrowd=1, keypoints=[0] * 6)
    found = evaluate([
        sample([person(100), crowd], [100, 900, 500], [0.9, 0.95, 0.8]),
        sample([person(100), person(700)], [101, 400], [0.6, 0.3]),
        sample(None, [], []),
    ])  # fmt: skip
    assert found == {
        'people/score_threshold': pytest.approx(0.45),
        'people/precision': pytest.approx(2 / 3),
        'people/recall': pytest.approx(2 / 3),
        'people/f1': pytest.approx(2 / 3),
    }


@pytest.mark.parametrize('predicted', [[], [500]])
def test_where_none_can_be_chosen_other_metrics_are_not_lost(predicted):
    assert evaluate([sample([person(100)], predicted, [0.5] * len(predicted))]) == {}
