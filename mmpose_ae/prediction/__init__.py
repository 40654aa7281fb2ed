"""From pictures to people and to files: what a person with a photograph or a video needs.

What is named here, and the outputs, work without torch and MMPose.
"""

from .base import BasePredictor, Failure
from .prediction import Prediction
from .sources import Picture, Video, open_source

__all__ = ['BasePredictor', 'Failure', 'Picture', 'Prediction', 'Video', 'open_source']
