"""The annotated and the predicted people of images, as COCO's evaluation sees them."""

from collections import defaultdict
from typing import Dict, List, NamedTuple

import numpy as np

from mmpose_ae.ops.similarity import AREA_PER_BOX

MAX_PEOPLE = 20  # evaluated of an image, those of the highest score


class Truth(NamedTuple):
    """The annotated people of an image.

    Attributes:
        keypoints (np.ndarray): In pixels, (N, K, 2).
        labelled (np.ndarray): Which keypoints are annotated, (N, K), bool.
        boxes (np.ndarray): Left, top, width and height, (N, 4).
        areas (np.ndarray): In square pixels, (N,).
        ignored (np.ndarray): Who need not be found, and may be, (N,), bool.
        crowd (np.ndarray): Which are regions of many people, (N,), bool.
    """

    keypoints: np.ndarray
    labelled: np.ndarray
    boxes: np.ndarray
    areas: np.ndarray
    ignored: np.ndarray
    crowd: np.ndarray


class Found(NamedTuple):
    """The predicted people of an image, best first.

    Attributes:
        keypoints (np.ndarray): In pixels, (P, K, 2).
        scores (np.ndarray): (P,).
        areas (np.ndarray): Of their boxes in square pixels, (P,).
    """

    keypoints: np.ndarray
    scores: np.ndarray
    areas: np.ndarray

    def take(self, which: np.ndarray) -> 'Found':
        """Choose people by index or mask."""
        return Found(*(values[which] for values in self))

    def ranked(self) -> 'Found':
        """Best first, in their order where scores are equal, and no more than are evaluated."""
        return self.take(np.argsort(-self.scores, kind='stable')[:MAX_PEOPLE])


class ImagePeople(NamedTuple):
    """The people of an image.

    Attributes:
        image_id (int): Of the image.
        truth (Truth): Who is annotated.
        found (Found): Who is predicted.
    """

    image_id: int
    truth: Truth
    found: Found


def gather_people(
    content: dict, entries: List[dict], num_keypoints: int, use_area: bool, is_crowd: bool
) -> List[ImagePeople]:
    """Gather the people of each image.

    Args:
        content (dict): Of an annotation file, as ``read_annotation_file`` gives it.
        entries (list[dict]): Predictions in COCO's format.
        num_keypoints (int): Of a person, K.
        use_area (bool): Use ``area`` of the annotations; False takes 0.53 of their boxes.
        is_crowd (bool): ``num_keypoints`` of the annotations say who counts, as in CrowdPose.

    Returns:
        list[ImagePeople]: Of all images of the file, by id.
    """
    annotations, predictions = _by_image(content['annotations']), _by_image(entries)
    return [
        ImagePeople(
            key,
            _read_truth(annotations[key], num_keypoints, use_area, is_crowd),
            _read_found(predictions[key], num_keypoints),
        )
        for key in sorted(image['id'] for image in content['images'])
    ]


def _by_image(entries: List[dict]) -> Dict[int, List[dict]]:
    grouped = defaultdict(list)
    for entry in entries:
        grouped[entry['image_id']].append(entry)
    return grouped


def _read_truth(people: List[dict], num_keypoints: int, use_area: bool, is_crowd: bool) -> Truth:
    points = _points(people, num_keypoints)
    labelled = points[..., 2] > 0
    boxes = np.array([each['bbox'] for each in people], float).reshape(-1, 4)
    areas = [each['area'] for each in people] if use_area else AREA_PER_BOX * boxes[:, 2:].prod(1)
    counts = [each['num_keypoints'] for each in people] if is_crowd else labelled.sum(1)
    crowd = np.array([each['iscrowd'] for each in people], bool)
    ignored = (np.asarray(counts, int) == 0) | crowd
    return Truth(points[..., :2], labelled, boxes, np.array(areas, float), ignored, crowd)


def _read_found(people: List[dict], num_keypoints: int) -> Found:
    """Read predictions, without those that have no keypoint of positive score."""
    points = _points(people, num_keypoints)
    scores = np.array([each['score'] for each in people], float)
    sides = np.ptp(points[..., :2], axis=1)
    for side, each in zip(sides, people):
        if each.get('bbox'):
            side[:] = each['bbox'][2:]
    shown = (points[..., 2] > 0).any(1)
    return Found(points[..., :2], scores, sides.prod(1)).take(shown).ranked()


def _points(people: List[dict], num_keypoints: int) -> np.ndarray:
    return np.array([each['keypoints'] for each in people], float).reshape(-1, num_keypoints, 3)
