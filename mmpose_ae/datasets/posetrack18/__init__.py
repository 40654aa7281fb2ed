"""PoseTrack18: its files, its keypoints, and how its images are numbered."""

from .files import MOST_PEOPLE, read_posetrack, write_posetrack
from .frames import (
    KEYPOINTS,
    OTHER_NAMES,
    SIGMAS,
    PoseTrackFrame,
    PoseTrackSequence,
    image_id,
    predicted_frame,
)

__all__ = [
    'KEYPOINTS',
    'MOST_PEOPLE',
    'OTHER_NAMES',
    'SIGMAS',
    'PoseTrackFrame',
    'PoseTrackSequence',
    'image_id',
    'predicted_frame',
    'read_posetrack',
    'write_posetrack',
]
