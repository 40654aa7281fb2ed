"""The best threshold against that of the metric, and images in which a known number is wrong."""

import numpy as np
import planted
import pytest
from test_coco_evaluation import NUM_KEYPOINTS, draw_scene

from mmpose_ae.evaluation import choose_threshold, match_instances
from mmpose_ae.report.people import gather_people
from mmpose_ae.report.scores import count_wrong, read_scores, worst_images
from mmpose_ae.report.slices import match_all

SIGMAS = np.linspace(0.03, 0.1, NUM_KEYPOINTS)


@pytest.mark.parametrize('seed', [1, 2, 3])
def test_the_best_threshold_is_that_of_the_metric(seed):
    dataset, predictions = draw_scene(seed)
    images = gather_people(dataset, predictions, NUM_KEYPOINTS, True, False)
    found = read_scores(images, match_all(images, SIGMAS), SIGMAS)
    theirs = match_instances(
        [
            dict(
                keypoints=image.found.keypoints,
                scores=image.found.scores,
                annotations=[a for a in dataset['annotations'] if a['image_id'] == image.image_id],
            )
            for image in images
        ],
        SIGMAS,
        0.5,
    )
    scores, right = (np.concatenate([each[i] for each in theirs]) for i in (0, 1))
    people = sum(each.annotated for each in theirs)
    assert found.best == pytest.approx(choose_threshold(scores, right, people))
    assert found.recall[-1] == pytest.approx(right.sum() / people)
    assert found.precision[-1] == pytest.approx(right.mean())
    assert (found.similarity >= 0.5).sum() >= right.sum()


def test_images_where_most_is_wrong():
    """A person is missing in image 2; somebody is invented in image 4, beside one below the least
    score; everybody in image 1 is right at 5 of 10 thresholds: each is missed and wrong at 5.
    """
    content, entries = planted.scene(num_images=6, fewest=2, most=2)
    far = [planted.moved(entries[8], lambda points: points + 5000)]
    changed = list(entries)
    changed[2:4] = [
        planted.moved(entry, lambda points: points + [8.1, 0]) for entry in entries[2:4]
    ]
    changed = changed[:4] + changed[5:] + [dict(far[0], score=0.3), dict(far[0], score=0.1)]
    records = match_all(planted.gather(content, changed), planted.SIGMAS)
    assert count_wrong(records, 0.2).tolist() == pytest.approx([0, 2, 1, 0, 1, 0])
    assert worst_images(records, 0.2, 20) == [1, 2, 4]
    assert worst_images(records, 0.2, 1) == [1]
