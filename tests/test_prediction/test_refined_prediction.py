"""Predicting with a refiner: what it is shown, and where its votes end up."""

import numpy as np
import pytest

from mmpose_ae import Predictor
from mmpose_ae.models.pose_estimators import PersonNetwork
from mmpose_ae.single_person import Votes

PICTURE = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)


@pytest.fixture
def shown(monkeypatch):
    """What a network is shown that has all keypoints at (5, 6)."""
    images = []

    def predict(self, given, boxes):
        images.extend(given)
        return Votes(np.full((len(boxes), 17, 2), (5.0, 6.0)), np.ones((len(boxes), 17)))

    monkeypatch.setattr(PersonNetwork, '__init__', lambda self, *given: None)
    monkeypatch.setattr(PersonNetwork, 'keypoint_names', [])  # it does not say
    monkeypatch.setattr(PersonNetwork, 'to', lambda self, device: None)
    monkeypatch.setattr(PersonNetwork, 'predict', predict)
    return images


@pytest.mark.parametrize('region', [None, (10, 8, 60, 58)])
def test_refiner_sees_what_the_network_is_shown(perfect_model, shown, region):
    """A picture in memory, or a part of it, of which keypoints come back to the whole."""
    rule = dict(type='ReplaceByVotes', min_agreement=0)
    refiner = dict(config='refiner.py', checkpoint='refiner.pth', rule=rule)
    options = {'model.refiner': refiner}
    model = perfect_model.config, perfect_model.checkpoint
    predictor = Predictor(*model, device='cpu', region=region, cfg_options=options)
    (prediction,) = predictor(PICTURE)
    left, top, right, bottom = region or (0, 0, 64, 64)
    np.testing.assert_array_equal(shown[0], PICTURE[top:bottom, left:right])
    expected = np.broadcast_to((5 + left, 6 + top), prediction.poses.keypoints.shape)
    assert len(prediction) == 2
    np.testing.assert_array_equal(prediction.poses.keypoints, expected)
