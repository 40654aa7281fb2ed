"""Where pictures come from: files, videos, cameras, addresses, memory."""

import os
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import (
    Any,
    Iterable,
    Iterator,
    NamedTuple,
    Optional,
    Union,
)

import numpy as np

from mmpose_ae.images import needs_opencv

from .addresses import fetch
from .in_memory import read_memory
from .listing import (
    ADDRESSES,
    STANDARD_INPUT,
    VIDEOS,
    describe_empty_folder,
    is_list,
    is_pattern,
    list_names,
    suffix,
)

LONGEST_GAP = 60  # seconds between two frames; a clock that jumps further is damaged
MISSING_FRAMES, MISSING_PART = 3, 0.05  # what containers say of their length may be off by


class Video(NamedTuple):
    """The video that a picture is a frame of.

    Attributes:
        name (str): File or address.
        fps (float): Frames per second; 30 where the source does not say.
        live (bool): A camera or stream: it has no end, and frames are not waited for.
    """

    name: str
    fps: float
    live: bool = False


class Picture(NamedTuple):
    """A picture before it is predicted.

    Attributes:
        path (str, optional): Its file or address, or that of its video.
        image (np.ndarray, optional): (H, W, 3), BGR, uint8. None is to be read from ``path``.
        frame (int, optional): Number of the frame in its video.
        video (Video, optional): That video.
        error (str, optional): Why there is no picture.
        seconds (float, optional): Time of the frame in its video, where that tells it.
    """

    path: Optional[str] = None
    image: Optional[np.ndarray] = None
    frame: Optional[int] = None
    video: Optional[Video] = None
    error: Optional[str] = None
    seconds: Optional[float] = None


def open_source(source: Any) -> Iterator[Picture]:
    """Go through the pictures of a source.

    Args:
        source: A name, see :func:`list_names`. A picture in memory: an array (H, W, 3), BGR, or
            (H, W), gray; a PIL image; a tensor (3, H, W), RGB, in 0..1 or uint8. A
            :class:`Picture`. Or an iterable of any of these.

    Yields:
        Picture: In order. What cannot be found or opened has an ``error``.

    Raises:
        TypeError: It is none of these.
    """
    if isinstance(source, (str, Path)):
        for name in list_names(str(source)):
            yield from open_name(name)
    elif isinstance(source, Picture):
        yield source
    elif (picture := _in_memory(source)) is not None:
        yield picture
    elif isinstance(source, Iterable):
        for each in source:
            yield from open_source(each)
    else:
        raise TypeError(f'{type(source).__name__} is no source of pictures')


def is_live(name: str) -> bool:
    """Tell a camera or its stream, which does not give the same again, from a file."""
    return name.partition(':')[0] == 'webcam' or name.startswith('rtsp://')


def open_name(name: str) -> Iterator[Picture]:
    """Go through the pictures of what :func:`list_names` gives.

    Args:
        name (str): Of one picture or video.

    Yields:
        Picture: It, or the frames of the video. An ``error`` says which line of a list the name is
        from.
    """
    place = getattr(name, 'place', '')
    for picture in _open_name(str(name)):
        if picture.error and place:
            yield picture._replace(error=f'{picture.error} ({place})')
        else:
            yield picture


def _open_name(name: str) -> Iterator[Picture]:
    kind, _, number = name.partition(':')
    if kind == 'webcam' and (number.isdigit() or not number):
        yield from _read_video(int(number or 0), Video(name, 30, live=True))
    elif name.startswith(ADDRESSES):
        yield from _open_address(name)
    elif os.path.isdir(name):
        yield Picture(name, error=describe_empty_folder(name))
    elif is_list(name):
        yield Picture(name, error=f'{name} cannot be read as a list, is empty, or is in itself')
    elif name == STANDARD_INPUT:
        yield Picture(name, error='standard input has no names')
    elif is_pattern(name):
        yield Picture(name, error=f'{name} matches no picture or video')
    elif not os.path.exists(name):
        yield Picture(name, error=f'{name} {_what_is_missing(name)}')
    elif suffix(name) in VIDEOS:
        yield from _read_video(name, Video(name, 30))
    else:
        yield Picture(name)


def _what_is_missing(name: str) -> str:
    try:
        return f'is a link to {os.readlink(name)}, which does not exist'
    except (OSError, ValueError):  # no link
        return 'does not exist'


def _open_address(address: str) -> Iterator[Picture]:
    """The picture, video or stream behind an address."""
    if address.startswith('rtsp://'):
        yield from _read_video(address, Video(address, 30, live=True))
        return
    from http.client import HTTPException

    with TemporaryDirectory() as folder:
        try:
            found = fetch(address, Path(folder))
        except (OSError, ValueError, HTTPException) as error:
            yield Picture(address, error=f'{address} cannot be opened: {error}')
            return
        if found.image is None:
            yield from _read_video(found.place, Video(address, 30, live=found.live))
        else:
            yield Picture(address, found.image)


def _read_video(place: Union[int, str], video: Video) -> Iterator[Picture]:
    """The frames of a video, in order."""
    try:
        with needs_opencv('reading videos'):
            import cv2
    except ImportError as error:
        yield Picture(video.name, error=str(error))
        return
    capture = cv2.VideoCapture(place)
    try:
        fps, count = capture.get(cv2.CAP_PROP_FPS), int(capture.get(cv2.CAP_PROP_FRAME_COUNT))
        video = video._replace(fps=fps if 0 < fps < 1000 else video.fps)
        frame, seconds = 0, -1 / video.fps
        while (read := capture.read())[0]:
            seconds = _tell_time(capture.get(cv2.CAP_PROP_POS_MSEC) / 1e3, seconds, video.fps)
            told = None if video.live else seconds
            yield Picture(video.name, read[1], frame, video, seconds=told)
            frame += 1
    finally:
        capture.release()
    if not frame:
        yield Picture(video.name, error=f'{video.name} cannot be opened as a video')
    elif not video.live and frame < count:
        yield from _end_early(video, frame, count, seconds)


def _tell_time(told: float, before: float, fps: float) -> float:
    """The time of a frame: what the video says, or one frame after the last if that is no time."""
    return told if before < told < before + LONGEST_GAP else before + 1 / fps


def _end_early(video: Video, frame: int, count: int, seconds: float) -> Iterator[Picture]:
    """Say that a video has fewer frames than its file says: an error where it was cut off.

    Some files say a length in seconds alone, and their frames are not equally long, so that the
    number of frames is a guess: these must be too few, and the last one too early.
    """
    said = f'{video.name} ends after {frame} of {count} frames'
    allowed = max(MISSING_FRAMES, MISSING_PART * count)
    if min(count - frame, count - seconds * video.fps) > allowed:
        yield Picture(video.name, None, frame, video, f'{said}: it was cut off, or is damaged')
    else:
        warnings.warn(said, stacklevel=2)


def _in_memory(source: Any) -> Optional[Picture]:
    """A picture that is in memory; None of what is not one."""
    try:
        image = read_memory(source)
    except (OSError, ValueError) as error:  # what is cut off shows only when it is read
        return Picture(error=str(error))
    return None if image is None else Picture(image=image)
