"""Pictures on their way to a network: reading and resizing; numpy, and OpenCV or Pillow."""

from .decoding import ImageError, check_reader, decode_color, decode_image, read_image
from .image_array import read_image_array, to_eight_bits
from .opencv import find_opencv, needs_opencv, opencv_errors
from .resizing import InputBox, Resize, warp_image

__all__ = [
    'ImageError',
    'InputBox',
    'Resize',
    'check_reader',
    'decode_color',
    'decode_image',
    'find_opencv',
    'needs_opencv',
    'opencv_errors',
    'read_image',
    'read_image_array',
    'to_eight_bits',
    'warp_image',
]
