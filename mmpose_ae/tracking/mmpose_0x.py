"""The association of MMPose 0.x, for comparison (``mmpose/apis/inference_tracking.py``, 0.29)."""

from typing import List, Optional, Sequence, Tuple

import numpy as np

from mmpose_ae.grouping.oks import check_sigmas, object_keypoint_similarity
from mmpose_ae.grouping.poses import Poses
from mmpose_ae.options import check_between, check_choice, check_count

from .two_rounds import UNTRACKED

# What MMPose writes over people whom it deletes, and starts the least coordinate from.
_DELETED_Y, _FAR = -10.0, 1e10
_NO_UNION = 1e-5
_SIMILARITIES = ('oks', 'iou')


class MMPose0xRule:
    """Match each person in turn to who is most alike of those left from the frame before.

    What comes of that: the order of the people changes the result, who is missed once is a new
    person, and somebody with few keypoints takes a place among those of the next frame without
    being matched.

    Args:
        similarity (str): ``'oks'`` of all keypoints, those at (0, 0) that were not found included,
            or ``'iou'`` of the boxes around keypoints.
        sigmas (sequence, optional): Tolerance of each keypoint type, (K,); of ``'oks'`` alone.
        threshold (float): Pairs are more alike than this.
        min_keypoints (int): Least number of keypoints of a new person.

    Raises:
        ValueError: If an option is out of range, or sigmas are missing or not used.
    """

    def __init__(
        self,
        similarity: str = 'oks',
        sigmas: Optional[Sequence[float]] = None,
        threshold: float = 0.3,
        min_keypoints: int = 3,
    ) -> None:
        check_choice('similarity', similarity, _SIMILARITIES)
        if (sigmas is None) == (similarity == 'oks'):
            raise ValueError(f'sigmas are for similarity "oks" alone, and needed there: {sigmas!r}')
        check_between('threshold', threshold, 0, 1)
        check_count('min_keypoints', min_keypoints)
        self.similarity = similarity
        self.sigmas = None if sigmas is None else check_sigmas(sigmas)
        self.threshold = threshold
        self.min_keypoints = min_keypoints
        self.reset()

    def reset(self) -> None:
        """Forget everybody; ids start at 0 again."""
        self.next_id = 0
        self._ids = np.empty(0, np.int64)
        self._keypoints, self._boxes, self._areas = np.empty((0, 0, 2)), np.empty((0, 4)), []

    @property
    def ids(self) -> List[int]:
        """Ids of the people of the newest frame."""
        return self._ids[self._ids != UNTRACKED].tolist()

    def __call__(self, poses: Poses, frame: int, image: Optional[np.ndarray] = None) -> np.ndarray:
        """Give each person of a frame an id.

        Args:
            poses (Poses): The people of the frame.
            frame (int): Not used: the frame before is the one of the call before.
            image (np.ndarray, optional): Not used.

        Returns:
            np.ndarray: Ids, (N,), int64; -1 where a person has too few keypoints.
        """
        found = poses.keypoint_scores > 0
        keypoints = np.where(found[..., None], poses.keypoints, 0).astype(float)
        boxes = np.array([_box(person) for person in keypoints]).reshape(-1, 4)
        areas = _areas(boxes)
        similarity = self._compare(keypoints, boxes, areas)
        ids, left = np.full(len(poses), UNTRACKED, np.int64), np.ones(len(self._ids), bool)
        for row, alike in enumerate(similarity):
            best = np.where(left, alike, -1).argmax() if left.any() else None
            if best is not None and alike[best] > self.threshold:
                ids[row], left[best] = self._ids[best], False
            if ids[row] != UNTRACKED:
                continue
            if np.count_nonzero(keypoints[row, :, 1]) >= self.min_keypoints:
                ids[row], self.next_id = self.next_id, self.next_id + 1
            else:  # still somebody in the next frame, who is to match nobody
                keypoints[row, :, 1], boxes[row] = _DELETED_Y, 0
        self._ids, self._keypoints, self._boxes, self._areas = ids, keypoints, boxes, areas
        return ids

    def _compare(self, keypoints: np.ndarray, boxes: np.ndarray, areas: np.ndarray) -> np.ndarray:
        """Similarity of each person to each of the frame before, (N, M)."""
        if not len(keypoints) or not len(self._ids):
            return np.zeros((len(keypoints), len(self._ids)))
        if self.similarity == 'iou':
            return _overlap(boxes, self._boxes)
        pairs = (areas[:, None] + self._areas) / 2 + np.spacing(1)
        similarity = object_keypoint_similarity(keypoints, self._keypoints, pairs, self.sigmas)
        return similarity.astype(np.float32)


def _box(keypoints: np.ndarray) -> Tuple[float, float, float, float]:
    """Left, top, right, bottom; coordinates that are not positive do not count on the left side."""
    low = [np.min(values, where=values > 0, initial=_FAR) for values in keypoints.T]
    return (*low, *keypoints.max(0))


def _areas(boxes: np.ndarray) -> np.ndarray:
    return (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])


def _overlap(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Intersection over union of boxes (N, 4) and (M, 4), (N, M)."""
    low = np.maximum(first[:, None, :2], second[:, :2])
    high = np.minimum(first[:, None, 2:], second[:, 2:])
    inside = np.maximum(high - low, 0).prod(-1)
    union = _areas(first)[:, None] + _areas(second) - inside
    return inside / np.where(union == 0, _NO_UNION, union)
