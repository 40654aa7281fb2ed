"""People on a picture: one color each, lines by the size of the picture and of the person."""

from typing import TYPE_CHECKING, List, Optional, Sequence, Tuple

import cv2
import numpy as np

if TYPE_CHECKING:
    from .prediction import Prediction

LINES_ON_A_SIDE = 300  # of a line's width, on the picture's shorter side
LINES_ON_A_PERSON = 40  # the thinnest line is one pixel
SUBPIXEL_BITS = 3  # OpenCV draws at fractions of a pixel
BLACK, WHITE = (0, 0, 0), (255, 255, 255)
Color = Tuple[int, int, int]


def person_colors(numbers: Sequence[int]) -> List[Color]:
    """Choose a color for each person.

    Args:
        numbers (sequence): Number of each person; equal numbers have equal colors. There are 256
            of them, chosen to be told apart (Glasbey et al. 2007).

    Returns:
        list[tuple]: Blue, green and red of each, 0 to 255.
    """
    from colorcet import glasbey_category10  # it looks for matplotlib, which takes a while

    palette = [tuple(round(255 * part) for part in color[::-1]) for color in glasbey_category10]
    return [palette[number % len(palette)] for number in numbers]


def draw_people(
    image: np.ndarray, prediction: 'Prediction', keypoint_threshold: float = 0.3
) -> np.ndarray:
    """Draw people, the best on top.

    Args:
        image (np.ndarray): (H, W, 3), BGR, uint8; stays as it is.
        prediction (Prediction): The people. Those that are tracked keep their color over frames and
            carry their number.
        keypoint_threshold (float): Keypoints with a lower score are not drawn, nor are those that
            were only filled in.

    Returns:
        np.ndarray: (H, W, 3), BGR, uint8.
    """
    canvas, poses = image.copy(), prediction.poses
    numbers = range(len(poses)) if prediction.ids is None else prediction.ids.tolist()
    shown = (poses.keypoint_scores >= keypoint_threshold) & ~prediction.filled
    shown &= poses.keypoint_scores > 0
    colors = person_colors([number % 256 for number in numbers])
    for n in reversed(range(len(poses))):
        points, box = poses.keypoints[n], poses.boxes[n]
        width = line_width(prediction.size, box)
        _draw_skeleton(canvas, points, shown[n], prediction.skeleton, colors[n], width)
        if prediction.ids is not None and prediction.ids[n] >= 0 and shown[n].any():
            _write(canvas, str(prediction.ids[n]), points[shown[n]], colors[n], width)
    return canvas


def line_width(size: Tuple[int, int], box: np.ndarray) -> int:
    """Choose the width of a person's lines, in pixels: fine on small people in large pictures.

    Args:
        size (tuple): Width and height of the picture.
        box (np.ndarray): Left, top, right and bottom of the person.
    """
    person = max(box[2] - box[0], box[3] - box[1])
    return max(1, round(min(min(size) / LINES_ON_A_SIDE + 1, person / LINES_ON_A_PERSON)))


def _draw_skeleton(
    canvas: np.ndarray,
    points: np.ndarray,
    shown: np.ndarray,
    skeleton: Sequence[Tuple[int, int]],
    color: Color,
    width: int,
) -> None:
    """Lines and dots of one person, with a dark rim below them all."""
    limbs = [(a, b) for a, b in skeleton if shown[a] and shown[b]]
    for drawn, wider in ((BLACK, 2), (color, 0)):
        for a, b in limbs:
            _line(canvas, points[a], points[b], drawn, width + wider)
        for point in points[shown]:
            _dot(canvas, point, drawn, width + wider // 2)
    for point in points[shown] if width > 1 else ():
        _dot(canvas, point, WHITE, max(1, width // 2))


def _line(canvas: np.ndarray, a: np.ndarray, b: np.ndarray, color: Color, width: int) -> None:
    ends = _fixed(a), _fixed(b)
    if None not in ends:
        cv2.line(canvas, *ends, color, width, cv2.LINE_AA, SUBPIXEL_BITS)


def _dot(canvas: np.ndarray, point: np.ndarray, color: Color, radius: int) -> None:
    center = _fixed(point)
    if center is not None:
        scaled = radius << SUBPIXEL_BITS
        cv2.circle(canvas, center, scaled, color, cv2.FILLED, cv2.LINE_AA, SUBPIXEL_BITS)


def _fixed(point: np.ndarray) -> Optional[Tuple[int, int]]:
    """A point as OpenCV takes it; None of one too far outside for it."""
    scaled = np.round(point.astype(float) * (1 << SUBPIXEL_BITS))
    return tuple(scaled.astype(int).tolist()) if (np.abs(scaled) < 2**30).all() else None


def _write(canvas: np.ndarray, text: str, points: np.ndarray, color: Color, width: int) -> None:
    """Write a number above the highest point of a person, within the picture."""
    scale = 0.35 + 0.15 * width
    (text_width, text_height), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, scale, width)
    x, y = points[points[:, 1].argmin()] - [text_width / 2, 3 * width + 2]
    height, whole = canvas.shape[:2]
    place = (
        int(np.clip(x, 0, max(whole - text_width, 0))),
        int(np.clip(y, min(text_height, height - 1), height - 1)),
    )
    for drawn, wider in ((BLACK, 2), (color, 0)):
        font = cv2.FONT_HERSHEY_SIMPLEX, scale, drawn, max(1, width // 2) + wider
        cv2.putText(canvas, text, place, *font, cv2.LINE_AA)
