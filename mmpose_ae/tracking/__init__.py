"""Ids of people over the frames of a video; numpy alone, faster with scipy."""

from mmpose_ae.grouping.oks import object_keypoint_similarity

from .association import match
from .mmpose_0x import MMPose0xRule
from .smoothing import OneEuroSmoothing
from .tracker import Tracker, Tracks
from .two_rounds import TwoRoundRule

__all__ = [
    'MMPose0xRule',
    'OneEuroSmoothing',
    'Tracker',
    'Tracks',
    'TwoRoundRule',
    'match',
    'object_keypoint_similarity',
]
