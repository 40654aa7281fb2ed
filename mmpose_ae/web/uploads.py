"""What may be dropped on the page: pictures and short videos that can be read."""

from itertools import takewhile
from pathlib import Path
from typing import NamedTuple, Tuple

import cv2

from mmpose_ae.datasets.image_size import image_size
from mmpose_ae.prediction.listing import PICTURES, VIDEOS


class Limits(NamedTuple):
    """How large an upload may be.

    Attributes:
        megapixels (float): Most pixels of a picture or frame, in millions.
        frames (int): Most frames of a video.
    """

    megapixels: float
    frames: int


def check_upload(path: str, limits: Limits) -> int:
    """Look at the head of an upload, before the network sees it.

    Args:
        path (str): A file; its suffix says what it is.
        limits (Limits): How large it may be.

    Returns:
        int: Number of frames as a video's head says, which may be a guess; 1 of a picture.

    Raises:
        ValueError: It is neither picture nor video, cannot be read, or is too large.
    """
    name, kind = Path(path).name, Path(path).suffix.lower()
    if kind not in PICTURES | VIDEOS:
        known = ', '.join(sorted(PICTURES | VIDEOS))
        raise ValueError(f'{name} is neither a picture nor a video: its name must end in {known}')
    if kind in VIDEOS:
        size, frames = _measure_video(path, limits.frames)
    else:
        size, frames = _measure_picture(path), 1
    if size[0] * size[1] > 1e6 * limits.megapixels:
        raise ValueError(
            f'{name} is {size[0]}x{size[1]} pixels; at most {limits.megapixels:g} million are '
            'taken here (--max-megapixels)'
        )
    check_length(name, frames, limits)
    return frames


def check_length(name: str, frames: int, limits: Limits) -> None:
    """Refuse a video that is too long.

    Raises:
        ValueError: It has more frames than may be.
    """
    if frames > limits.frames:
        raise ValueError(
            f'{name} has {frames} frames or more; at most {limits.frames} are taken here '
            '(--max-frames): cut the video, or use mmpose-ae predict'
        )


def _measure_picture(path: str) -> Tuple[int, int]:
    try:
        return image_size(path)
    except OSError as error:
        raise ValueError(f'{path} cannot be read as a picture: {error}') from error


def _measure_video(path: str, most: int) -> Tuple[Tuple[int, int], int]:
    """Width and height, and the number of frames, counted if the head says more than may be.

    What the head does not say is 0. Of recordings of browsers it is guessed, and may be too large.
    """
    capture = cv2.VideoCapture(path)
    try:
        if not capture.isOpened():
            raise ValueError(f'{path} cannot be opened as a video')
        asked = cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT, cv2.CAP_PROP_FRAME_COUNT
        width, height, frames = (max(0, int(capture.get(each))) for each in asked)
        if frames > most:
            frames = sum(1 for _ in takewhile(lambda _: capture.grab(), range(most + 1)))
        return (width, height), frames
    finally:
        capture.release()
