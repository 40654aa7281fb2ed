"""Where pictures come from: files, folders, lists, videos, cameras, addresses, memory."""

import glob
import sys
import urllib.request
import warnings
from pathlib import Path
from typing import Any, Iterable, Iterator, NamedTuple, Optional, Union

import cv2
import numpy as np

PICTURES = {'.bmp', '.jpeg', '.jpg', '.png', '.ppm', '.tif', '.tiff', '.webp'}
VIDEOS = {'.avi', '.gif', '.m4v', '.mkv', '.mov', '.mp4', '.mpeg', '.mpg', '.webm'}
ADDRESSES = ('http://', 'https://', 'rtsp://')
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
            (H, W), gray; a PIL image; a tensor (3, H, W), RGB, in 0..1 or uint8. Or an iterable of
            any of these.

    Yields:
        Picture: In order. What cannot be found or opened has an ``error``.

    Raises:
        TypeError: It is none of these.
    """
    if isinstance(source, (str, Path)):
        for name in list_names(str(source)):
            yield from _open_name(name)
    elif (image := _in_memory(source)) is not None:
        yield Picture(image=image)
    elif isinstance(source, Iterable):
        for each in source:
            yield from open_source(each)
    else:
        raise TypeError(f'{type(source).__name__} is no source of pictures')


def list_names(name: str) -> Iterator[str]:
    """Find the pictures and videos that a name stands for.

    Args:
        name (str): A file of a picture or video; a folder of them; a pattern with ``*``; a ``.txt``
            file with one name per line; ``'webcam:0'``; an address (``http://``, ``https://``,
            ``rtsp://``) of a picture or stream; ``'-'`` for one name per line from standard input.

    Yields:
        str: Names of single pictures and videos; of a folder or pattern sorted. What is not there
        stays as it is.
    """
    path = Path(name)
    if name == '-':
        yield from _listed(sys.stdin, Path())
    elif path.is_dir():
        inside = sorted(str(each) for each in path.iterdir() if _is_visual(each))
        yield from inside or [name]
    elif path.suffix == '.txt' and path.is_file():
        with path.open() as lines:
            yield from _listed(lines, path.parent)
    elif glob.has_magic(name) and not path.exists() and not name.startswith(ADDRESSES):
        yield from sorted(glob.glob(name, recursive=True)) or [name]
    else:
        yield name


def _is_visual(path: Path) -> bool:
    return path.suffix.lower() in PICTURES | VIDEOS and path.is_file()


def _listed(lines: Iterable[str], folder: Path) -> Iterator[str]:
    """Names by line; one that is not there may be relative to the folder of the list."""
    for line in lines:
        name = line.strip()
        if name:
            beside = folder / name
            yield from list_names(str(beside) if beside.exists() else name)


def _open_name(name: str) -> Iterator[Picture]:
    """A picture, or the frames of a video."""
    kind, _, number = name.partition(':')
    if kind == 'webcam' and (number.isdigit() or not number):
        yield from _read_video(int(number or 0), Video(name, 30, live=True))
    elif name.startswith(ADDRESSES):
        yield from _open_address(name)
    elif Path(name).is_dir():
        yield Picture(name, error=f'{name} has no picture or video')
    elif not Path(name).exists():
        yield Picture(name, error=f'{name} does not exist')
    elif Path(name).suffix.lower() in VIDEOS:
        yield from _read_video(name, Video(name, 30))
    else:
        yield Picture(name)


def _open_address(address: str) -> Iterator[Picture]:
    """A picture behind an address, or a stream."""
    if address.startswith('rtsp://'):
        yield from _read_video(address, Video(address, 30, live=True))
        return
    try:
        with urllib.request.urlopen(address, timeout=WAIT) as answer:
            is_picture = answer.headers.get_content_maintype() == 'image'
            data = answer.read() if is_picture else b''
    except (OSError, ValueError) as error:
        yield Picture(address, error=f'{address} cannot be opened: {error}')
        return
    if not is_picture:
        yield from _read_video(address, Video(address, 30, live=True))
        return
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR) if data else None
    error = f'what {address} gives is not a whole picture' if image is None else None
    yield Picture(address, image, error=error)


def _read_video(place: Union[int, str], video: Video) -> Iterator[Picture]:
    """The frames of a video, in order."""
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


def _in_memory(source: Any) -> Optional[np.ndarray]:
    """A picture that is in memory as an array, BGR; None of what is not one."""
    if isinstance(source, np.ndarray):
        return source
    if hasattr(source, 'detach') and hasattr(source, 'cpu'):
        return _of_tensor(source.detach().cpu().numpy())
    if hasattr(source, 'convert') and hasattr(source, 'getexif'):
        from PIL import ImageOps

        return np.asarray(ImageOps.exif_transpose(source).convert('RGB'))[..., ::-1]
    return None


def _of_tensor(values: np.ndarray) -> np.ndarray:
    """An RGB tensor (3, H, W), in 0..1 where it is not of whole numbers, as a BGR picture."""
    if values.ndim != 3 or len(values) != 3:
        raise ValueError(f'a tensor of a picture is (3, H, W), RGB, got {values.shape}')
    if values.dtype.kind == 'f':
        if not ((values >= 0) & (values <= 1)).all():
            raise ValueError('a tensor of floats is a picture in 0..1')
        values = (255 * values).round().astype(np.uint8)
    return np.ascontiguousarray(values[::-1].transpose(1, 2, 0))
