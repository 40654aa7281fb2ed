"""Predictions of two people as a network would give them, for tests of what is done with them."""

from typing import Any

import fakes
import numpy as np

from mmpose_ae.grouping import Poses
from mmpose_ae.prediction import Prediction, Video

NAMES = ('left', 'right', 'top')
SKELETON = ((0, 2), (1, 2))
KEYPOINT_SCORES = np.array([[0.9, 0.8, 0.7], [0.6, 0.5, 0.25]], np.float32)
SCORES = np.array([0.75, 0.5], np.float32)
FILLED = np.array([[False, False, False], [False, True, False]])


def prediction(path: str = 'a.jpg', count: int = 2, **more: Any) -> Prediction:
    """The first people of a picture of 64 x 48 pixels.

    Args:
        path (str): Of the picture.
        count (int): How many people.
        **more: Other fields than usual.
    """
    poses = Poses(fakes.PEOPLE, KEYPOINT_SCORES, SCORES, filled=FILLED)
    fields = dict(image=fakes.image(), path=path, **more)
    return Prediction(poses.take(np.arange(count)), fakes.INPUT_SIZE, NAMES, SKELETON, **fields)


def frame(number: int, path: str = 'a.mp4', fps: float = 10.0, **more: Any) -> Prediction:
    """A frame of a video of that name."""
    return prediction(path, frame=number, video=Video(path, fps), **more)
