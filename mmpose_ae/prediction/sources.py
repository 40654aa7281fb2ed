"""Where pictures come from: files, folders, lists, videos, cameras, addresses, memory."""

import glob
import os
import shutil
import sys
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import (
    IO,
    Any,
    Iterable,
    Iterator,
    List,
    NamedTuple,
    Optional,
    Tuple,
    Union,
)

import numpy as np

from mmpose_ae.images import decode_image, needs_opencv

from .in_memory import read_memory

PICTURES = {'.bmp', '.jpeg', '.jpg', '.png', '.ppm', '.tif', '.tiff', '.webp'}
VIDEOS = {'.avi', '.gif', '.m4v', '.mkv', '.mov', '.mp4', '.mpeg', '.mpg', '.webm'}
ADDRESSES = ('http://', 'https://', 'rtsp://')
STANDARD_INPUT = '-'
WAIT = 20  # seconds for an answer


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
    """

    path: Optional[str] = None
    image: Optional[np.ndarray] = None
    frame: Optional[int] = None
    video: Optional[Video] = None
    error: Optional[str] = None


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


def list_names(name: str, lists: Tuple[str, ...] = ()) -> Iterator[str]:
    """Find the pictures and videos that a name stands for.

    Args:
        name (str): A file of a picture or video; a folder of them; a pattern with ``*``, also
            ``**``, that some have; a ``.txt`` file with one name per line; ``'webcam:0'``; an
            address (``http://``, ``https://``, ``rtsp://``) of a picture or stream; ``'-'`` for one
            name per line from standard input.
        lists (tuple): Lists that the name is in, which it may not be itself.

    Yields:
        str: Names of single pictures and videos; of a folder or pattern sorted. What is not there,
        is empty or cannot be read stays as it is.
    """
    if name == STANDARD_INPUT:
        yield from _listed(sys.stdin, name, lists)
    elif os.path.isdir(name):
        yield from _matching(os.path.join(glob.escape(name), '*')) or [name]
    elif _is_list(name) and name not in lists and (lines := _lines(name)) is not None:
        yield from _listed(lines, name, (*lists, name))
    elif _is_pattern(name):
        yield from _matching(name) or [name]
    else:
        yield name


def is_live(name: str) -> bool:
    """Tell a camera or its stream, which does not give the same again, from a file."""
    return name.partition(':')[0] == 'webcam' or name.startswith('rtsp://')


def _is_list(name: str) -> bool:
    return name.endswith('.txt') and os.path.isfile(name)


def _is_pattern(name: str) -> bool:
    return glob.has_magic(name) and not os.path.exists(name) and not name.startswith(ADDRESSES)


def _matching(pattern: str) -> List[str]:
    """Pictures and videos of a pattern."""
    found = glob.glob(pattern, recursive=True)
    return sorted(
        each for each in found if _suffix(each) in PICTURES | VIDEOS and os.path.isfile(each)
    )


def _suffix(name: str) -> str:
    return os.path.splitext(name)[1].lower()


def _lines(name: str) -> Optional[List[str]]:
    """Lines of a list, whose names may be any that files have; None if it cannot be read."""
    try:
        text = Path(name).read_text('utf-8-sig', errors='surrogateescape')
    except OSError:
        return None
    return text.split('\n')


def _listed(lines: Iterable[str], source: str, lists: Tuple[str, ...]) -> Iterator[str]:
    """Names by line; one that is not there may be relative to the folder of the list.

    A source without any stays as it is.
    """
    folder, empty = os.path.dirname(source), True
    for name in filter(None, map(str.strip, lines)):
        beside, empty = os.path.join(folder, name), False
        yield from list_names(beside if os.path.exists(beside) else name, lists)
    if empty:
        yield source


def open_name(name: str) -> Iterator[Picture]:
    """Go through the pictures of what :func:`list_names` gives.

    Args:
        name (str): Of one picture or video.

    Yields:
        Picture: It, or the frames of the video.
    """
    kind, _, number = name.partition(':')
    if kind == 'webcam' and (number.isdigit() or not number):
        yield from _read_video(int(number or 0), Video(name, 30, live=True))
    elif name.startswith(ADDRESSES):
        yield from _open_address(name)
    elif os.path.isdir(name):
        yield Picture(name, error=f'{name} has no picture or video')
    elif _is_list(name):
        yield Picture(name, error=f'{name} cannot be read as a list, is empty, or is in itself')
    elif name == STANDARD_INPUT:
        yield Picture(name, error='standard input has no names')
    elif _is_pattern(name):
        yield Picture(name, error=f'{name} matches no picture or video')
    elif not os.path.exists(name):
        yield Picture(name, error=f'{name} does not exist')
    elif _suffix(name) in VIDEOS:
        yield from _read_video(name, Video(name, 30))
    else:
        yield Picture(name)


def _open_address(address: str) -> Iterator[Picture]:
    """A picture behind an address, or a stream."""
    if address.startswith('rtsp://'):
        yield from _read_video(address, Video(address, 30, live=True))
        return
    from http.client import HTTPException  # these two take as long to import as all else here
    from urllib.request import urlopen

    with TemporaryDirectory() as folder:
        try:
            with urlopen(address, timeout=WAIT) as answer:
                kind, headers = answer.headers.get_content_maintype(), answer.headers
                is_file = kind == 'video' and 'Content-Length' in headers
                image = decode_image(answer.read(), address) if kind == 'image' else None
                place = address
                if is_file and headers.get('Accept-Ranges') != 'bytes':
                    place = _download(answer, Path(folder, 'video'))
        except (OSError, ValueError, HTTPException) as error:
            yield Picture(address, error=f'{address} cannot be opened: {error}')
            return
        if image is None:
            yield from _read_video(place, Video(address, 30, live=not is_file))
        else:
            yield Picture(address, image)


def _download(answer: IO[bytes], path: Path) -> str:
    """Fetch a video whole, from a server that cannot give a part: its index is often at its end."""
    with path.open('wb') as file:
        shutil.copyfileobj(answer, file)
    if path.stat().st_size < int(answer.headers['Content-Length']):
        raise OSError('the answer was cut off')
    return str(path)


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
        frame = 0
        while (read := capture.read())[0]:
            yield Picture(video.name, read[1], frame, video)
            frame += 1
    finally:
        capture.release()
    if not frame:
        yield Picture(video.name, error=f'{video.name} cannot be opened as a video')
    elif not video.live and frame < count:
        warnings.warn(f'{video.name} ends after {frame} of {count} frames', stacklevel=2)


def _in_memory(source: Any) -> Optional[Picture]:
    """A picture that is in memory; None of what is not one."""
    try:
        image = read_memory(source)
    except (OSError, ValueError) as error:  # what is cut off shows only when it is read
        return Picture(error=str(error))
    return None if image is None else Picture(image=image)
