"""Sizes of image files, read from their headers."""

from typing import Tuple

import cv2
from PIL import Image

ORIENTATION = 0x0112  # EXIF's tag
QUARTER_TURNS = (5, 6, 7, 8)  # its values that exchange width and height
# Those that OpenCV turns when it loads them; of a TIFF Pillow gives the turned size itself.
TURNED_FORMATS = {'JPEG', 'PNG'} | ({'WEBP'} if int(cv2.__version__.split('.')[0]) > 4 else set())


def image_size(path: str) -> Tuple[int, int]:
    """Read the size that an image has when it is loaded, that is turned as EXIF says.

    Args:
        path (str): Image file.

    Returns:
        tuple: Width and height in pixels.

    Raises:
        OSError: If the file is missing or not an image.
    """
    try:
        with Image.open(path) as image:
            width, height = image.size
            orientation = image.getexif().get(ORIENTATION)
            turned = image.format in TURNED_FORMATS and orientation in QUARTER_TURNS
    except (Image.DecompressionBombError, SyntaxError) as error:  # too large; damaged EXIF
        raise OSError(f'{path}: {error}') from error
    return (height, width) if turned else (width, height)


def size_mismatch(path: str, annotated: Tuple[int, int], loaded: Tuple[int, int]) -> str:
    """Say that an image does not have the size that it was annotated with.

    Args:
        path (str): Image file.
        annotated (tuple): Width and height in the annotation file.
        loaded (tuple): Width and height of the image.

    Returns:
        str: A sentence; nothing if the sizes are the same.
    """
    if tuple(annotated) == tuple(loaded):
        return ''
    text = '{}x{}'.format
    found = f'image file {path} is {text(*loaded)}, but its annotations are for {text(*annotated)}'
    if tuple(annotated) == tuple(loaded)[::-1]:
        return (
            f'{found}: they are of the image as it is stored, before it is turned as its EXIF '
            'orientation says (LoadImage with color_type="color_ignore_orientation" leaves it), or '
            'width and height are exchanged'
        )
    return f'{found}: was it resized or cropped?'
