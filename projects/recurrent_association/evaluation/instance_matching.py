"""Match predicted to annotated instances as COCO does."""

from typing import List, NamedTuple, Sequence

import numpy as np

BOX_TO_AREA = 0.53  # MMPose's, for annotations without an area


class Annotations(NamedTuple):
    """The annotated instances of an image.

    Attributes:
        keypoints (np.ndarray): (N, K, 3), x and y in pixels and the visibility, float.
        boxes (np.ndarray): x, y, width and height in pixels, (N, 4), float.
        areas (np.ndarray): In square pixels, (N,), float.
        crowds (np.ndarray): Regions that stand for many, (N,), bool.
    """

    keypoints: np.ndarray
    boxes: np.ndarray
    areas: np.ndarray
    crowds: np.ndarray

    @property
    def ignored(self) -> np.ndarray:
        """Which ones excuse predictions but are not to be found: crowds, and no keypoints."""
        return self.crowds | ~(self.keypoints[..., 2] > 0).any(1)


def read_annotations(raw: Sequence[dict], num_keypoints: int) -> Annotations:
    """Read annotations in COCO's format.

    Args:
        raw (sequence[dict]): The annotations of an image, ``area`` and ``iscrowd`` are optional.
        num_keypoints (int): K.

    Returns:
        Annotations: All of them.
    """
    boxes = np.array([ann['bbox'] for ann in raw], float).reshape(-1, 4)
    return Annotations(
        np.array([ann['keypoints'] for ann in raw], float).reshape(-1, num_keypoints, 3),
        boxes,
        np.array([ann.get('area', BOX_TO_AREA * np.prod(ann['bbox'][2:])) for ann in raw], float),
        np.array([ann.get('iscrowd', 0) for ann in raw], bool),
    )


def keypoint_similarity(
    keypoints: np.ndarray, annotations: Annotations, sigmas: np.ndarray
) -> np.ndarray:
    """Compute COCO's object keypoint similarity.

    An annotation without keypoints is at distance 0 from what is less than its size away from its
    box.

    Args:
        keypoints (np.ndarray): Predictions, (P, K, 2), pixels.
        annotations (Annotations): N instances of the same image.
        sigmas (np.ndarray): Falloff of each keypoint type, (K,).

    Returns:
        np.ndarray: (P, N), 0 to 1.

    Source: https://cocodataset.org/#keypoints-eval
    """
    points = keypoints[:, None]  # (P, 1, K, 2)
    offsets = points - annotations.keypoints[..., :2]
    corners, sides = annotations.boxes[:, None, :2], annotations.boxes[:, None, 2:]  # (N, 1, 2)
    outside = np.maximum(0, corners - sides - points) + np.maximum(0, points - corners - 2 * sides)
    labelled = annotations.keypoints[..., 2] > 0  # (N, K)
    unknown = ~labelled.any(1)
    distances = np.square(np.where(unknown[:, None, None], outside, offsets)).sum(-1)  # (P, N, K)
    counted = labelled | unknown[:, None]
    areas = annotations.areas[:, None] + np.spacing(1)
    similar = np.exp(-distances / (2 * areas * np.square(2 * sigmas))) * counted
    return similar.sum(-1) / counted.sum(-1)


def match_greedily(
    similarity: np.ndarray, scores: np.ndarray, annotations: Annotations, threshold: float
) -> List[int]:
    """Give every prediction, by descending score, the most similar annotation that is left.

    Ignored annotations are taken only by predictions that match no other one. A crowd is never
    used up.

    Args:
        similarity (np.ndarray): Of P predictions and N annotations, (P, N).
        scores (np.ndarray): Of the predictions, (P,).
        annotations (Annotations): The N annotations.
        threshold (float): Least similarity of a match.

    Returns:
        list[int]: The annotation of every prediction, -1 for none.

    Source: ``COCOeval.evaluateImg``.
    """
    matches, ignored = [-1] * len(scores), annotations.ignored
    left = np.ones(len(ignored), bool)
    for prediction in np.argsort(-scores, kind='stable'):
        for group in (~ignored, ignored):
            (candidates,) = np.nonzero(left & group & (similarity[prediction] >= threshold))
            if len(candidates):
                best = candidates[similarity[prediction, candidates].argmax()]
                matches[prediction] = int(best)
                left[best] = annotations.crowds[best]
                break
    return matches
