"""Weights of images against evaluating so many copies of them."""

import numpy as np
import pytest
from test_coco_evaluation import NUM_KEYPOINTS, draw_scene, evaluate, summarize

from mmpose_ae.report.people import gather_people
from mmpose_ae.report.precision import weighted_precision, weighted_recall
from mmpose_ae.report.resampling import draw_images, interval
from mmpose_ae.report.slices import match_all

SIGMAS = np.linspace(0.03, 0.1, NUM_KEYPOINTS)


def copies(dataset, predictions, weights):
    """The data set with each image, in the order of their ids, as often as its weight says."""
    images, people, found = [], [], []
    for image, weight in zip(sorted(dataset['images'], key=lambda i: i['id']), weights):
        for _ in range(weight):
            key = len(images) + 1
            images.append(dict(image, id=key))
            for target, entries in ((people, dataset['annotations']), (found, predictions)):
                own = (entry for entry in entries if entry['image_id'] == image['id'])
                target += [dict(entry, image_id=key) for entry in own]
    people = [dict(person, id=n) for n, person in enumerate(people, 1)]
    return dict(dataset, images=images, annotations=people), found


@pytest.mark.parametrize('seed', [1, 2, 3])
def test_as_evaluating_copies(seed):
    dataset, predictions = draw_scene(seed)
    scores = np.random.default_rng(seed).permutation(len(predictions)) / len(predictions)
    predictions = [dict(p, score=score) for p, score in zip(predictions, scores)]
    records = match_all(gather_people(dataset, predictions, NUM_KEYPOINTS, True, False), SIGMAS)
    weights = draw_images(len(dataset['images']), 10, seed)
    precision, recall = weighted_precision(records, weights), weighted_recall(records, weights)
    for n, drawn in enumerate(weights):
        stats = summarize(evaluate(*copies(dataset, predictions, drawn), 'keypoints', SIGMAS))
        ours = [precision[n].mean(), precision[n, 0], precision[n, 5], recall[n].mean()]
        assert ours == pytest.approx(stats[[0, 1, 2, 5]], abs=1e-12)


def test_many_draws_are_as_few():
    """They are computed in parts, which bounds memory."""
    dataset, predictions = draw_scene(2)
    records = match_all(gather_people(dataset, predictions, NUM_KEYPOINTS, True, False), SIGMAS)
    weights = draw_images(len(dataset['images']), 250)
    whole = weighted_precision(records, weights)
    assert whole.shape == (250, 10)
    np.testing.assert_array_equal(whole[240:], weighted_precision(records, weights[240:]))


def test_draws_are_of_as_many_images_and_the_same_every_time():
    weights = draw_images(7, 100)
    assert weights.shape == (100, 7) and (weights.sum(1) == 7).all()
    np.testing.assert_array_equal(weights, draw_images(7, 100))


def test_intervals():
    """Of -10 to 190: 5 steps are left out at either end."""
    found = interval(np.append(np.arange(-10, 191.0), np.nan))
    assert found == pytest.approx((-5, 185))
    assert np.isnan(interval(np.array([np.nan]))).all()
