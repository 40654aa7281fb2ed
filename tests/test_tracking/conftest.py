"""Stick people who move as a test says."""

import numpy as np
import pytest

from mmpose_ae.grouping import Poses

BODY = np.array([[0, 0], [-10, 20], [10, 20], [-8, 60], [8, 60]], np.float32)  # 60 pixels tall
SIGMAS = [0.1] * len(BODY)


def make_people(*places, scores=None, tags=None, hidden=()):
    """People at places (x, y); ``hidden`` holds (person, keypoint) of what was not found."""
    keypoints = BODY + np.array(places, np.float32).reshape(-1, 1, 2)
    keypoint_scores = np.ones(keypoints.shape[:2], np.float32)
    for person, keypoint in hidden:
        keypoint_scores[person, keypoint] = 0
        keypoints[person, keypoint] = 0
    scores = np.ones(len(places)) if scores is None else np.array(scores)
    tags = None if tags is None else np.array(tags, np.float32).reshape(len(places), -1)
    return Poses(keypoints, keypoint_scores, scores.astype(np.float32), tags)


@pytest.fixture
def people():
    return make_people


@pytest.fixture
def sigmas():
    return SIGMAS
