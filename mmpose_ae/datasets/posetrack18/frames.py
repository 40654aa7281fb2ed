"""The people of a video by PoseTrack18's rules: keypoints, ids, and numbers of images."""

import re
from dataclasses import dataclass, field
from typing import List, Optional, Sequence, Tuple

import numpy as np

from mmpose_ae.tracking import Tracks

KEYPOINTS = (
    'nose', 'head_bottom', 'head_top', 'left_ear', 'right_ear', 'left_shoulder', 'right_shoulder',
    'left_elbow', 'right_elbow', 'left_wrist', 'right_wrist', 'left_hip', 'right_hip', 'left_knee',
    'right_knee', 'left_ankle', 'right_ankle',
)  # fmt: skip
# Tolerances of MMPose's metainfo of PoseTrack18.
SIGMAS = np.array(
    [26, 25, 25, 35, 35, 79, 79, 72, 72, 62, 62, 107, 107, 87, 87, 89, 89]
) / 1000  # fmt: skip
OTHER_NAMES = dict(neck='head_bottom', top_head='head_top')  # CrowdPose's, and what they are here
_SOURCES = dict(mpii=1, bonn=2, mpiinew=3)
_FRAMES = 10_000  # more have no numbers in this format


@dataclass(frozen=True)
class PoseTrackFrame:
    """The people of one frame.

    Attributes:
        image_id (int): Number of the image among all sequences, see :func:`image_id`.
        file_name (str): The image, from the root of the data set.
        track_ids (np.ndarray): Who they are, (N,), int64.
        keypoints (np.ndarray): x, y, and 1 where it is annotated or found, (N, K, 3), in pixels.
        boxes (np.ndarray, optional): Left, top, width, height, (N, 4); NaN of who has none.
        head_boxes (np.ndarray, optional): Those of the heads, (N, 4), likewise.
        keypoint_scores (np.ndarray, optional): Of predictions, (N, K).
        scores (np.ndarray, optional): Of predictions, (N,).
        ignore_regions (list[np.ndarray]): Corners of polygons, (P, 2), with people who are not
            annotated.
        is_labeled (bool): Whether the people of the frame are annotated at all.
    """

    image_id: int
    file_name: str
    track_ids: np.ndarray
    keypoints: np.ndarray
    boxes: Optional[np.ndarray] = None
    head_boxes: Optional[np.ndarray] = None
    keypoint_scores: Optional[np.ndarray] = None
    scores: Optional[np.ndarray] = None
    ignore_regions: List[np.ndarray] = field(default_factory=list)
    is_labeled: bool = True

    def __len__(self) -> int:
        return len(self.track_ids)


@dataclass(frozen=True)
class PoseTrackSequence:
    """One video.

    Attributes:
        name (str): Of its file, such as ``'000342_mpii_test'``.
        frames (list[PoseTrackFrame]): In their order.
        keypoint_names (tuple[str]): What the keypoints are, K.
    """

    name: str
    frames: List[PoseTrackFrame]
    keypoint_names: Tuple[str, ...] = KEYPOINTS


def image_id(name: str, frame: int) -> int:
    """Number an image as PoseTrack18 does.

    Args:
        name (str): Of the sequence: six digits, ``mpii``, ``bonn`` or ``mpiinew``, and what it
            pleases, such as ``'000342_mpii_test'``.
        frame (int): Of the sequence, from 0.

    Returns:
        int: Source, sequence and frame, in the digits before the last 10, 4 and 0.

    Raises:
        ValueError: If the name is another one, or the frame has no four digits.
    """
    parts = re.fullmatch(r'(\d{6})_([a-z]+)(_.*)?', name)
    if parts is None or parts[2] not in _SOURCES:
        raise ValueError(
            f'a sequence of PoseTrack18 has six digits and one of {sorted(_SOURCES)} for a name, '
            f'such as 000342_mpii_test, got {name!r}'
        )
    if not 0 <= frame < _FRAMES:
        raise ValueError(f'frames of PoseTrack18 are from 0 to {_FRAMES - 1}, got {frame}')
    return _SOURCES[parts[2]] * 10**10 + int(parts[1]) * _FRAMES + frame


def predicted_frame(
    image_id: int, file_name: str, tracks: Tracks, keypoint_names: Sequence[str]
) -> PoseTrackFrame:
    """Put what a tracker gives into the keypoints of PoseTrack18.

    Args:
        image_id (int): Number of the image.
        file_name (str): The image.
        tracks (Tracks): Its people; who has no id is left out.
        keypoint_names (sequence): Names of their keypoints, K; CrowdPose's neck and top of the head
            are the ends of the head here.

    Returns:
        PoseTrackFrame: A keypoint that is not among them, or was not found, has zeros.
    """
    places = [OTHER_NAMES.get(name, name) for name in keypoint_names]
    source = [i for i, name in enumerate(places) if name in KEYPOINTS]
    target = [KEYPOINTS.index(places[i]) for i in source]
    poses = tracks.poses.take(tracks.ids >= 0)
    scores = np.zeros((len(poses), len(KEYPOINTS)))
    scores[:, target] = poses.keypoint_scores[:, source]
    keypoints = np.zeros((len(poses), len(KEYPOINTS), 3))
    keypoints[:, target, :2] = poses.keypoints[:, source]
    keypoints[..., 2] = scores > 0
    keypoints[scores <= 0] = 0
    left, top, right, bottom = poses.boxes.T.astype(float)
    return PoseTrackFrame(
        image_id,
        file_name,
        tracks.ids[tracks.ids >= 0],
        keypoints,
        boxes=np.stack([left, top, right - left, bottom - top], axis=1),
        keypoint_scores=scores,
        scores=poses.instance_scores.astype(float),
    )
