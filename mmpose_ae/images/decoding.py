"""What is in an image file, with errors that tell what is wrong with it."""

import io
from pathlib import Path
from types import ModuleType
from typing import Callable, Optional, Tuple, Union

import numpy as np

from .opencv import find_opencv, opencv_errors

JPEG_END, JPEG_SCAN = b'\xff\xd9', b'\xff\xda'


class ImageError(ValueError):
    """An image that cannot be read, or that is not what is said of it."""


def read_image(path: Union[str, Path]) -> np.ndarray:
    """Read an image file.

    Args:
        path (str | Path): The file.

    Returns:
        np.ndarray: (H, W, 3), BGR, uint8, turned as its EXIF data say.

    Raises:
        OSError: It cannot be opened.
        ImageError: It is not a whole image.
    """
    return decode_image(Path(path).read_bytes(), str(path))


def check_reader() -> None:
    """Refuse to go on where nothing can read pictures.

    Raises:
        ImportError: Neither OpenCV nor Pillow is installed.
    """
    if find_opencv() is None:
        _import_pillow()


def decode_color(data: bytes) -> Optional[np.ndarray]:
    """Decode with OpenCV, or with Pillow where that is not installed.

    Args:
        data (bytes): What is in the file.

    Returns:
        np.ndarray | None: (H, W, 3), BGR, uint8; None of what OpenCV cannot decode.

    Raises:
        OSError: Pillow cannot decode it.
        ImportError: Neither is installed.
    """
    cv2 = find_opencv()
    if cv2 is None:
        return _decode_with_pillow(data)
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)


def decode_image(
    data: bytes, name: str, decode: Callable[[bytes], Optional[np.ndarray]] = decode_color
) -> np.ndarray:
    """Decode what is in an image file.

    Args:
        data (bytes): Its content.
        name (str): What to call it in errors.
        decode (callable): Gives the image, or None or an error.

    Returns:
        np.ndarray: (H, W, 3), BGR, uint8, unless ``decode`` gives others.

    Raises:
        ImageError: It is not a whole image.
    """
    if not data:
        raise ImageError(f'image file {name} is empty')
    if _is_truncated_jpeg(data):
        raise ImageError(f'image file {name} is truncated')
    try:
        image = decode(data)
    except (OSError, *opencv_errors()) as error:
        raise ImageError(f'image file {name} cannot be decoded: {error}') from error
    if image is None:
        raise ImageError(f'image file {name} is damaged, or of a format that is not read')
    return image


def _import_pillow() -> Tuple[ModuleType, ModuleType]:
    try:
        from PIL import Image, ImageOps
    except ImportError as error:
        raise ImportError(
            'reading pictures needs OpenCV or Pillow: pip install opencv-python-headless'
        ) from error
    return Image, ImageOps


def _decode_with_pillow(data: bytes) -> np.ndarray:
    Image, ImageOps = _import_pillow()
    image = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    if image.mode.startswith('I;16'):  # Pillow would cut values off instead of scaling them
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    return np.ascontiguousarray(np.asarray(image.convert('RGB'))[..., ::-1])


def _is_truncated_jpeg(data: bytes) -> bool:
    """Tell whether a JPEG lacks the end marker after its last scan (thumbnails have their own).

    Some versions of OpenCV fill the lost part with gray, without an error.
    """
    if not data.startswith(b'\xff\xd8'):
        return False
    end = data.rfind(JPEG_END)
    return end < 0 or data.find(JPEG_SCAN, end) >= 0
