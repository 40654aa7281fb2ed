"""People on a picture: one color each, lines by the size of the picture and of the person."""

from functools import lru_cache
from typing import TYPE_CHECKING, List, Optional, Sequence, Tuple

import cv2
import numpy as np

from .labels import Label, write_labels
from .masks import paint_masks

if TYPE_CHECKING:
    from .prediction import Prediction

LINES_ON_A_SIDE = 300  # of a line's width, on the picture's shorter side
LINES_ON_A_PERSON = 40  # the thinnest line is one pixel
SUBPIXEL_BITS = 3  # OpenCV draws at fractions of a pixel
BLACK, WHITE = (0, 0, 0), (255, 255, 255)
BRIGHTNESS = (0.114, 0.587, 0.299)  # of blue, green and red, as the eye has it
DARK = 110  # 0 to 255
Color = Tuple[int, int, int]
Place = Tuple[int, int]  # x and y in fractions of a pixel, as OpenCV takes them


def person_colors(numbers: Sequence[int]) -> List[Color]:
    """Choose a color for each person.

    Args:
        numbers (sequence): Number of each person; equal numbers have equal colors. There are 256
            of them, chosen to be told apart (Glasbey et al. 2007).

    Returns:
        list[tuple]: Blue, green and red of each, 0 to 255.
    """
    palette = _palette()
    return [palette[number % len(palette)] for number in numbers]


@lru_cache(maxsize=1)
def _palette() -> List[Color]:
    from colorcet import glasbey_category10  # it looks for matplotlib, which takes a while

    return [tuple(round(255 * part) for part in color[::-1]) for color in glasbey_category10]


def contrasting(color: Color) -> Color:
    """Black or white, whichever is seen on a color."""
    return WHITE if np.dot(color, BRIGHTNESS) < DARK else BLACK


def draw_people(
    image: np.ndarray, prediction: 'Prediction', keypoint_threshold: float = 0.3
) -> np.ndarray:
    """Draw people, the best on top, over their masks if there are some.

    Args:
        image (np.ndarray): (H, W, 3), BGR, uint8; stays as it is.
        prediction (Prediction): The people. Those that are tracked keep their color over frames and
            carry their number.
        keypoint_threshold (float): Keypoints with a lower score are not drawn, nor are those that
            were only filled in.

    Returns:
        np.ndarray: (H, W, 3), BGR, uint8.
    """
    poses, masks = prediction.poses, prediction.masks
    ids = None if prediction.ids is None else prediction.ids.tolist()
    colors = person_colors(range(len(poses)) if ids is None else ids)
    shown = shown_keypoints(prediction, keypoint_threshold)
    places, boxes = _places(poses.keypoints, shown), poses.boxes
    canvas = image.copy() if masks is None else paint_masks(image, masks, colors)
    for n in reversed(range(len(poses))):
        width = line_width(prediction.size, boxes[n])
        _draw_skeleton(canvas, places[n], prediction.skeleton, colors[n], width)
    if ids is not None:
        labels = [
            Label(str(ids[n]), poses.keypoints[n][shown[n]], colors[n], contrasting(colors[n]))
            for n in range(len(poses))
            if ids[n] >= 0 and shown[n].any()
        ]
        write_labels(canvas, labels)
    return canvas


def shown_keypoints(prediction: 'Prediction', threshold: float) -> np.ndarray:
    """Which keypoints are drawn: those that were found, not only filled in.

    Args:
        prediction (Prediction): The people.
        threshold (float): Least score.

    Returns:
        np.ndarray: (N, K), bool.
    """
    scores = prediction.poses.keypoint_scores
    return (scores >= threshold) & (scores > 0) & ~prediction.filled


def line_width(size: Tuple[int, int], box: np.ndarray) -> int:
    """Choose the width of a person's lines, in pixels: fine on small people in large pictures.

    Args:
        size (tuple): Width and height of the picture.
        box (np.ndarray): Left, top, right and bottom of the person.
    """
    person = max(box[2] - box[0], box[3] - box[1])
    return max(1, round(min(min(size) / LINES_ON_A_SIDE + 1, person / LINES_ON_A_PERSON)))


def _places(points: np.ndarray, shown: np.ndarray) -> List[List[Optional[Place]]]:
    """Where keypoints are drawn; None of those that are not, or are too far outside for OpenCV."""
    scaled = np.round(points.astype(float) * (1 << SUBPIXEL_BITS))
    shown = shown & (np.abs(scaled) < 2**30).all(-1)
    whole = np.where(shown[..., None], scaled, 0).astype(int)
    return [
        [tuple(place) if seen else None for place, seen in zip(*person)]
        for person in zip(whole.tolist(), shown.tolist())
    ]


def _draw_skeleton(
    canvas: np.ndarray,
    places: Sequence[Optional[Place]],
    skeleton: Sequence[Tuple[int, int]],
    color: Color,
    width: int,
) -> None:
    """Lines and dots of one person, on a rim that sets them off; the thinnest would drown in it."""
    limbs = [(places[a], places[b]) for a, b in skeleton if places[a] and places[b]]
    dots = [place for place in places if place]
    rim = (width + 2) // 4
    for drawn, wider in ((contrasting(color), rim), (color, 0)) if rim else ((color, 0),):
        for a, b in limbs:
            cv2.line(canvas, a, b, drawn, width + 2 * wider, cv2.LINE_AA, SUBPIXEL_BITS)
        for place in dots:
            _dot(canvas, place, drawn, width + wider)
    for place in dots if width > 1 else ():
        _dot(canvas, place, WHITE, max(1, width // 2))


def _dot(canvas: np.ndarray, place: Place, color: Color, radius: int) -> None:
    scaled = radius << SUBPIXEL_BITS
    cv2.circle(canvas, place, scaled, color, cv2.FILLED, cv2.LINE_AA, SUBPIXEL_BITS)
