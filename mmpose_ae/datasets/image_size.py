"""Sizes of image files, read from their headers."""

from pathlib import Path
from typing import Tuple, Union

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
    (width, height), is_turned = _read_header(path)
    return (height, width) if is_turned else (width, height)


def _read_header(path: str) -> Tuple[Tuple[int, int], bool]:
    """The size in which an image is stored, and whether loading exchanges width and height."""
    try:
        with Image.open(path) as image:
            orientation = image.getexif().get(ORIENTATION)
            return image.size, image.format in TURNED_FORMATS and orientation in QUARTER_TURNS
    except (Image.DecompressionBombError, SyntaxError) as error:  # too large; damaged EXIF
        raise OSError(f'{path}: {error}') from error


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
    if tuple(annotated) != tuple(loaded)[::-1]:
        return f'{found}: was it resized or cropped?'
    if _is_stored_so(path, annotated):
        return (
            f'{found}: they are of the image as it is stored, before it is turned as its EXIF '
            'orientation says (LoadImage with color_type="color_ignore_orientation" leaves it)'
        )
    return f'{found}: width and height are exchanged in the annotations'


def _is_stored_so(path: str, size: Tuple[int, int]) -> bool:
    """Whether an image is stored in a size and turned when it is loaded, as far as is known."""
    try:
        return _read_header(path) == (tuple(size), True)
    except OSError:  # in another storage
        return False


def right_sizes(content: dict, folder: Union[str, Path]) -> int:
    """Give images the sizes of their files; CrowdPose's had width and height exchanged at first.

    Args:
        content (dict): In COCO's format; its images are changed.
        folder (str | Path): Where they are.

    Returns:
        int: Of how many the size was another one.

    Raises:
        OSError: If a file is missing or not an image.
    """
    changed = 0
    for image in content['images']:
        size = image_size(str(Path(folder) / image['file_name']))
        changed += (image.get('width'), image.get('height')) != size
        image['width'], image['height'] = size
    return changed
