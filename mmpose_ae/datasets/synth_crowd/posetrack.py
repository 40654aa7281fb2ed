"""A frame of a generated video as PoseTrack18 annotates it."""

from typing import List

import numpy as np

from mmpose_ae.datasets.annotations import is_labelled
from mmpose_ae.datasets.posetrack18 import KEYPOINTS, OTHER_NAMES, PoseTrackFrame

from .annotate import annotate_keypoints
from .figure import HEAD, Figure
from .scene import Scene

NOT_ANNOTATED = ('left_ear', 'right_ear')  # in all of PoseTrack18
_POINTS = {ours: theirs for theirs, ours in OTHER_NAMES.items()}


def posetrack_frame(scene: Scene, image_id: int, file_name: str) -> PoseTrackFrame:
    """Annotate a frame as PoseTrack18 does.

    Args:
        scene (Scene): The frame.
        image_id (int): Number of the image.
        file_name (str): The image, from the root of the data set.

    Returns:
        PoseTrackFrame: Keypoints outside the frame and ears have zeros; people without keypoints
        and distant crowds are regions to ignore.
    """
    people = [
        (number, figure, annotation)
        for (number, figure), annotation in zip(scene.figures.items(), scene.annotations)
        if is_labelled(annotation)
    ]
    keypoints = [_keypoints(scene, number, figure) for number, figure, _ in people]
    return PoseTrackFrame(
        image_id,
        file_name,
        np.array([number for number, _, _ in people], np.int64),
        np.array(keypoints).reshape(-1, len(KEYPOINTS), 3),
        boxes=np.array([annotation['bbox'] for *_, annotation in people]).reshape(-1, 4),
        head_boxes=np.array([_head_box(figure) for _, figure, _ in people]).reshape(-1, 4),
        ignore_regions=[_corners(a['bbox']) for a in scene.annotations if not is_labelled(a)],
    )


def _keypoints(scene: Scene, number: int, figure: Figure) -> np.ndarray:
    names = tuple(_POINTS.get(name, name) for name in KEYPOINTS)
    found = annotate_keypoints(figure, number, scene.identities, names)
    found = np.reshape(found, (-1, 3))
    found[[KEYPOINTS.index(name) for name in NOT_ANNOTATED]] = 0
    found[:, 2] = found[:, 2] > 0
    return found


def _head_box(figure: Figure) -> List[float]:
    """Left, top, width, height."""
    x, y, _ = figure.at('head')
    side = HEAD * figure.height
    return [round(value, 2) for value in (x - side / 2, y - side / 2, side, side)]


def _corners(box: List[float]) -> np.ndarray:
    """Corners of a box (left, top, width, height), (4, 2)."""
    left, top, width, height = box
    right, bottom = left + width, top + height
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]])
