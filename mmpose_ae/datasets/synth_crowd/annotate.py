"""Annotations of people and crowd regions in COCO's format, read off the identity map."""

from typing import List, Optional, Tuple, Union

import cv2
import numpy as np
from faster_coco_eval import mask as coco_mask

from .ball import Ball
from .figure import IDS_PER_PERSON, Figure

PERSON, BALL = 1, 2  # categories


def annotate_person(
    figure: Figure,
    person: int,
    identities: np.ndarray,
    names: Tuple[str, ...],
    labelled: bool = True,
) -> Optional[dict]:
    """Annotate one person.

    Args:
        figure (Figure): The person.
        person (int): The person's number in the identity map.
        identities (np.ndarray): The finished identity map, (H, W), uint16.
        names (tuple[str]): The keypoints.
        labelled (bool): Whether the keypoints are known; all have visibility 0 if not.

    Returns:
        dict | None: ``area`` and ``bbox`` are of the whole figure inside the frame, whatever covers
        it, ``segmentation`` of what is seen; None for someone of whom nothing is seen.
    """
    outline = _outline(figure, person, identities)
    if outline is None:
        return None
    keypoints = [0.0] * 3 * len(names)
    if labelled:
        keypoints = annotate_keypoints(figure, person, identities, names)
    return _annotation(keypoints=keypoints, **outline)


def annotate_ball(ball: Ball, number: int, identities: np.ndarray) -> Optional[dict]:
    """Annotate a ball, which has no keypoints, as :func:`annotate_person` does a person."""
    outline = _outline(ball, number, identities)
    return None if outline is None else _annotation(category=BALL, **outline)


def _outline(thing: Union[Figure, Ball], number: int, identities: np.ndarray) -> Optional[dict]:
    """Segmentation, area and box of what has a number in the map; None if nothing is seen."""
    height, width = identities.shape
    silhouette = thing.silhouette((width, height))
    x, y, w, h = box = cv2.boundingRect(silhouette)
    seen = identities[y : y + h, x : x + w] // IDS_PER_PERSON == number
    if not seen.any():
        return None
    area = cv2.countNonZero(silhouette)
    return dict(segmentation=_polygons(seen, (x, y)), area=area, bbox=box)


def annotate_keypoints(
    figure: Figure, person: int, identities: np.ndarray, names: Tuple[str, ...]
) -> List[float]:
    """Annotate the keypoints of one person.

    Args:
        figure (Figure): The person.
        person (int): The person's number in the identity map.
        identities (np.ndarray): The finished identity map, (H, W), uint16.
        names (tuple[str]): The keypoints.

    Returns:
        list[float]: x, y and visibility of each; 0 outside the image, 1 hidden, 2 seen.
    """
    places = [_annotate_keypoint(figure, name, person, identities) for name in names]
    return [value for place in places for value in place]


def annotate_crowd(region: np.ndarray, num_keypoints: int) -> dict:
    """Annotate a region, (H, W), uint8, 0 or 1, of people too small to tell apart."""
    rle = coco_mask.encode(np.asfortranarray(region))
    rle['counts'] = rle['counts'].decode()
    return _annotation(
        keypoints=[0.0] * 3 * num_keypoints,
        segmentation=rle,
        area=cv2.countNonZero(region),
        bbox=cv2.boundingRect(region),
        iscrowd=1,
    )


def _annotation(
    segmentation: object,
    area: int,
    bbox: Tuple,
    keypoints: Optional[List[float]] = None,
    category: int = PERSON,
    iscrowd: int = 0,
) -> dict:
    annotation = dict(category_id=category, iscrowd=iscrowd)
    if keypoints is not None:
        labelled = sum(visibility > 0 for visibility in keypoints[2::3])
        annotation.update(keypoints=keypoints, num_keypoints=labelled)
    box = [float(value) for value in bbox]
    return dict(annotation, segmentation=segmentation, area=float(area), bbox=box)


def _annotate_keypoint(
    figure: Figure, name: str, person: int, identities: np.ndarray
) -> Tuple[float, float, int]:
    height, width = identities.shape
    x, y, _ = figure.at(name)
    if not (0 <= x <= width - 1 and 0 <= y <= height - 1):
        return 0.0, 0.0, 0
    return round(x, 2), round(y, 2), 2 if figure.is_shown(name, identities, person) else 1


def _polygons(mask: np.ndarray, corner: Tuple[int, int]) -> List[List[float]]:
    """Outlines of a mask whose first pixel lies at a corner (x, y) of the image.

    OpenCV's outlines run through the centers of the border pixels, COCO's along their edges: traced
    at twice the size, they are a quarter of a pixel apart. Corners that say nothing are left out.
    """
    twice = cv2.resize(mask.astype(np.uint8), None, fx=2, fy=2, interpolation=cv2.INTER_NEAREST)
    contours, _ = cv2.findContours(twice, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    corners = [cv2.approxPolyDP(contour, 0.5, True)[:, 0] for contour in contours]
    return [((points + 0.5) / 2 + corner).ravel().tolist() for points in corners]
