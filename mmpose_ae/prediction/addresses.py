"""What is behind an address: a picture, a video or a stream."""

import shutil
from pathlib import Path
from typing import IO, TYPE_CHECKING, List, NamedTuple, Optional
from urllib.parse import urlsplit

import numpy as np

from mmpose_ae.images import decode_image, find_opencv

from .listing import PICTURES, VIDEOS, suffix

if TYPE_CHECKING:
    from email.message import Message

WAIT = 20  # seconds for an answer
UNTOLD = ('', 'application/octet-stream', 'binary/octet-stream', 'text/plain')  # said of anything
ANIMATION, ANIMATION_START = 'image/gif', b'GIF8'  # a video, as a file of that kind is


class Fetched(NamedTuple):
    """What was found behind an address.

    Attributes:
        image (np.ndarray, optional): (H, W, 3), BGR, uint8: the picture.
        place (str, optional): Otherwise where OpenCV is to read the video or stream.
        live (bool): It is a stream, without an end that is known.
    """

    image: Optional[np.ndarray] = None
    place: Optional[str] = None
    live: bool = False


def fetch(address: str, folder: Path) -> Fetched:
    """Ask a server what is behind an address.

    The server says of which type it is; if it does not, the name tells, and otherwise the content.

    Args:
        address (str): ``http://`` or ``https://``.
        folder (Path): Where a video is kept that the server can only give as a whole.

    Returns:
        Fetched: What is there. A video without a length is a stream, and so is what is of any
        other type, such as a playlist.

    Raises:
        OSError: There is no answer, or it was cut off.
        ValueError: It is no address, or the picture cannot be read.
        http.client.HTTPException: The server does not answer as servers do.
    """
    from urllib.request import urlopen  # takes as long to import as all else here

    with urlopen(address, timeout=WAIT) as answer:
        headers = answer.headers
        kind = _told_kind(headers, [headers.get_filename() or '', address, answer.url])
        if kind == 'image':
            return Fetched(decode_image(answer.read(), address))
        if kind == 'other' or 'Content-Length' not in headers:
            return Fetched(place=address, live=True)
        if kind == 'video' and headers.get('Accept-Ranges') == 'bytes':
            return Fetched(place=address)
        path = _download(answer, folder / 'video')  # whole: the index is often at the end
    if kind == 'untold' and _is_picture(path):
        return Fetched(decode_image(path.read_bytes(), address))
    return Fetched(place=str(path))


def _told_kind(headers: 'Message', names: List[str]) -> str:
    """Whether it is said to be an ``image``, a ``video``, something ``other``, or is ``untold``."""
    told = headers.get('Content-Type', '').partition(';')[0].strip().lower()
    if told not in UNTOLD:
        kind = 'video' if told == ANIMATION else told.partition('/')[0]
        return kind if kind in ('image', 'video') else 'other'
    for ending in (suffix(urlsplit(name).path) for name in names):
        if ending in PICTURES | VIDEOS:
            return 'image' if ending in PICTURES else 'video'
    return 'untold'


def _is_picture(path: Path) -> bool:
    """Tell a picture from a video by how the file begins."""
    with path.open('rb') as file:
        if file.read(len(ANIMATION_START)) == ANIMATION_START:
            return False
    cv2 = find_opencv()
    return cv2 is None or cv2.haveImageReader(str(path))


def _download(answer: IO[bytes], path: Path) -> Path:
    with path.open('wb') as file:
        shutil.copyfileobj(answer, file)
    if path.stat().st_size < int(answer.headers['Content-Length']):
        raise OSError('the answer was cut off')
    return path
