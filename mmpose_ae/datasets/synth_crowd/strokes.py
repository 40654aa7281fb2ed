"""Thick strokes: the one description of a figure that is painted and that masks are made of."""

from typing import Iterable, NamedTuple, Tuple, Union

import cv2
import numpy as np

from .clothing import Color, shade

Point = Tuple[int, int]


class Stroke(NamedTuple):
    """A disc (one point), a bar with round ends (two) or a filled convex hull (more).

    Attributes:
        part (str): The body part that it belongs to.
        points (tuple): Pixels, (x, y); of a hull in the order of its outline.
        width (int): Diameter of the disc, thickness of the bar or of the hull's border, in pixels.
        color (tuple): Blue, green, red.
        outline (int): How much wider the dark outline is, in pixels; 0 for none.
    """

    part: str
    points: Tuple[Point, ...]
    width: int
    color: Color
    outline: int = 0


def paint_strokes(image: np.ndarray, strokes: Iterable[Stroke]) -> None:
    """Paint strokes one over the other, changing the image (H, W, 3)."""
    for stroke in strokes:
        if stroke.outline:
            dark = shade(stroke.color, 0.45)
            _fill(image, stroke, dark, stroke.width + stroke.outline, cv2.LINE_AA)
        _fill(image, stroke, stroke.color, stroke.width, cv2.LINE_AA)


def mark_stroke(mask: np.ndarray, stroke: Stroke, value: int) -> None:
    """Write a value where a stroke is, without its outline, changing the mask (H, W)."""
    _fill(mask, stroke, value, stroke.width, cv2.LINE_8)


def _fill(
    array: np.ndarray, stroke: Stroke, value: Union[int, Color], width: int, line_type: int
) -> None:
    points = stroke.points
    if len(points) == 1:
        cv2.circle(array, points[0], max(1, width // 2), value, -1, line_type)
    elif len(points) == 2:
        cv2.line(array, *points, value, width, line_type)
    else:
        hull = np.array(points, np.int32)
        cv2.fillConvexPoly(array, hull, value, line_type)
        cv2.polylines(array, [hull], True, value, width, line_type)
