"""Numbers of people above them, which do not cover one another where there is room."""

from typing import List, NamedTuple, Sequence, Tuple

import cv2
import numpy as np

FONT = cv2.FONT_HERSHEY_SIMPLEX
ON_A_SIDE = 45  # of a text's height, on the picture's shorter side
ON_A_PERSON = 6
LEAST = 6  # pixels in height that can be read
MARGIN = 0.2  # around the text, in heights
# Where a plate may be, in its own widths and heights from above the person; nearest first.
SHIFTS = sorted(
    ((x, y) for x in (-2, -1, 0, 1, 2) for y in (-2, -1, 0, 1)),
    key=lambda shift: (abs(shift[0]) + abs(shift[1]), shift[1], shift[0]),
)
Box = Tuple[int, int, int, int]  # left, top, right and bottom


class Label(NamedTuple):
    """What is written of a person.

    Attributes:
        text (str): The number.
        points (np.ndarray): Keypoints that are seen, (n, 2), at least one.
        color (tuple): Of the plate below the text, as the person has it.
        ink (tuple): Of the text.
    """

    text: str
    points: np.ndarray
    color: Tuple[int, int, int]
    ink: Tuple[int, int, int]


def write_labels(canvas: np.ndarray, labels: Sequence[Label]) -> None:
    """Write labels into a picture.

    Args:
        canvas (np.ndarray): (H, W, 3), BGR, uint8; is drawn on.
        labels (sequence): The most important ones first: they have the choice of places.
    """
    taken: List[Box] = []
    for label in labels:
        height = _text_height(canvas.shape, label.points)
        taken.append(_choose_place(canvas.shape, label, height, taken))
        _write(canvas, label, height, taken[-1])


def _text_height(shape: Tuple[int, ...], points: np.ndarray) -> int:
    person = np.ptp(points, axis=0).max()
    return max(LEAST, round(min(min(shape[:2]) / ON_A_SIDE, person / ON_A_PERSON)))


def _font(height: int) -> Tuple[float, int]:
    """Scale and thickness of a text of about that height."""
    (_, unit), _ = cv2.getTextSize('0', FONT, 1, 1)
    return height / unit, max(1, height // 10)


def _choose_place(shape: Tuple[int, ...], label: Label, height: int, taken: Sequence[Box]) -> Box:
    """The nearest free place within the picture; that above the person where all are taken."""
    scale, thickness = _font(height)
    margin = round(MARGIN * height)
    width = cv2.getTextSize(label.text, FONT, scale, thickness)[0][0] + 2 * margin
    height += 2 * margin
    x, y = np.clip(label.points[label.points[:, 1].argmin()], 0, [shape[1], shape[0]])
    places = [
        _within(shape, x + (right - 0.5) * width, y + (down - 1.5) * height, width, height)
        for right, down in SHIFTS
    ]
    return next((place for place in places if not _meets(place, taken)), places[0])


def _within(shape: Tuple[int, ...], left: float, top: float, width: int, height: int) -> Box:
    """Move a box into the picture."""
    left = int(np.clip(left, 0, max(shape[1] - width, 0)))
    top = int(np.clip(top, 0, max(shape[0] - height, 0)))
    return left, top, left + width, top + height


def _meets(box: Box, others: Sequence[Box]) -> bool:
    left, top, right, bottom = box
    return any(
        left < other[2] and other[0] < right and top < other[3] and other[1] < bottom
        for other in others
    )


def _write(canvas: np.ndarray, label: Label, height: int, box: Box) -> None:
    scale, thickness = _font(height)
    margin = round(MARGIN * height)
    cv2.rectangle(canvas, box[:2], (box[2] - 1, box[3] - 1), label.color, cv2.FILLED)
    start = (box[0] + margin, box[3] - margin)
    cv2.putText(canvas, label.text, start, FONT, scale, label.ink, thickness, cv2.LINE_AA)
