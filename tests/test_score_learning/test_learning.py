"""Learning a score: what it should say, by hand, and that wrong people end behind right ones."""

import numpy as np
import planted
import pytest
import torch

from mmpose_ae.decoding import LearnedScore, pose_features
from mmpose_ae.decoding.pose_features import count_features
from mmpose_ae.grouping import Poses, rank_poses
from mmpose_ae.score_learning.examples import Example
from mmpose_ae.score_learning.fitting import fit
from mmpose_ae.score_learning.learning import learn, people_to_learn, precision

NAMES = [f'keypoint {k}' for k in range(planted.NUM_KEYPOINTS)]


def examples(content, entries):
    """Images whose people were found as entries in COCO's format say, in no order."""
    made = []
    for image in planted.gather(content, []):
        own = [entry for entry in entries if entry['image_id'] == image.image_id]
        points = np.array([planted.points_of(entry) for entry in own]).reshape(-1, 6, 2)
        scores = np.float32([entry['score'] for entry in own])
        poses = rank_poses(Poses(points, np.ones(points.shape[:2], np.float32), scores))
        found = image.found._replace(
            keypoints=poses.keypoints, scores=poses.instance_scores, areas=np.zeros(len(own))
        )
        features = pose_features(poses, planted.SIGMAS)
        made.append(Example(image._replace(found=found), features))
    return made


def test_what_a_score_should_say():
    """OKS 0.724 is above five thresholds of ten; whom nobody is left for is wrong, as is a twin.

    The person of the second image has no labelled keypoint, so that who is found there is not
    counted; nor is anybody in the last image, where nobody is found.
    """
    content, exact = planted.scene(num_images=3, fewest=2, most=2)
    first, second = exact[:2]
    for annotation in content['annotations'][2:4]:
        annotation['keypoints'][2::3] = [0] * planted.NUM_KEYPOINTS
    distance = 10 * np.sqrt(-2 * np.log(0.724))  # of all keypoints; 10 is 2 sigma of the side
    off = planted.moved(second, lambda points: points + [distance, 0])
    far = planted.moved(second, lambda points: points + [0, 150])
    scored = [(first, 0.9), (first, 0.8), (far, 0.7), (off, 0.6), (exact[2], 0.9)]
    found = examples(content, [dict(entry, score=score) for entry, score in scored])
    known = [people_to_learn(example, planted.SIGMAS) for example in found]
    assert [targets.tolist() for _, targets in known] == [[1, 0, 0, 0.5], [], []]
    np.testing.assert_array_equal(known[0][0], found[0].features)
    assert known[1][0].shape == known[2][0].shape == (0, found[0].features.shape[1])


def invented(content, exact, seed=0):
    """What a network found that is surest of people who are not there, and are half as large."""
    rng = np.random.default_rng(seed)
    wrong = [
        planted.moved(dict(entry, score=1 + rng.random()), lambda points: points / 2 + [50, 20])
        for entry in exact
    ]
    return examples(content, exact + wrong)


def test_invented_people_end_behind_real_ones():
    content, exact = planted.scene(num_images=20)
    found = invented(content, exact)
    learned = learn(found, NAMES, planted.SIGMAS, seed=0)
    order = np.random.default_rng(0).permutation(len(found))
    learned_from = [found[i] for n, i in enumerate(order) if n % 5]
    assert learned.people == sum(len(example.features) for example in learned_from)
    assert learned.before < 0.6
    assert learned.after > 0.95
    again = learn(found, NAMES, planted.SIGMAS, seed=0)
    assert again.score.to_bytes() == learned.score.to_bytes()
    other = invented(*planted.scene(seed=1), seed=1)
    scores = [learned.score.predict(example.features) for example in other]
    assert precision(other, planted.SIGMAS, scores) > 0.95


@pytest.mark.parametrize('num_images', [1, 8])
def test_nobody_is_found(num_images):
    content, _ = planted.scene(num_images)
    with pytest.raises(ValueError, match='nobody was found on . images: there is nothing to learn'):
        learn(examples(content, []), NAMES, planted.SIGMAS, seed=0)


def test_features_may_be_of_any_scale_or_constant():
    """And random numbers of others are not touched."""
    rng = np.random.default_rng(0)
    count = count_features(planted.NUM_KEYPOINTS)
    features = rng.normal(size=(400, count)) * 10.0 ** rng.integers(-4, 5, count) + 100
    features[:, 3] = 7
    z = (features - features.mean(0)) / np.where(features.std(0) > 0, features.std(0), 1)
    targets = (z[:, 0] + z[:, 1] > 0).astype(float)
    state = torch.get_rng_state()
    layers = fit(features, targets, seed=0)
    assert torch.equal(state, torch.get_rng_state())
    score = LearnedScore(tuple(NAMES), planted.SIGMAS, layers)
    right = (score.predict(features) > 0.5) == (targets > 0.5)
    assert right.mean() > 0.95
