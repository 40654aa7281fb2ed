"""The resize before the network, the same in pipelines of MMPose and without them.

Its arithmetic is that of MMPose to the last bit: coefficients come from the corners of boxes in
float32, and sides are rounded up where a quotient exceeds a multiple ever so little.
"""

from dataclasses import dataclass
from math import ceil
from typing import NamedTuple, Tuple

import numpy as np

from mmpose_ae.frame import Frame, Size
from mmpose_ae.options import check_choice

from .opencv import find_opencv

MODES = ('expand', 'fit')
BLACK = (0, 0, 0)


class InputBox(NamedTuple):
    """The part of an image's plane that the network's input shows.

    Attributes:
        center (np.ndarray): (x, y) in pixels of the image, (2,), float32.
        sides (np.ndarray): Width and height in pixels of the image, (2,), float32.
        input_size (tuple): Size (w, h) of the input.
    """

    center: np.ndarray
    sides: np.ndarray
    input_size: Size

    def frame(self, image_size: Size) -> Frame:
        """How an image of size (w, h) lies on the input."""
        return Frame.of_box(self.center, self.sides, self.input_size, image_size)

    @property
    def matrix(self) -> np.ndarray:
        """The affine map (2, 3) of the resize, which keeps proportions, float64."""
        reach = self.center[0] - (self.center[0] - self.sides[0] / 2)  # rounded as corners are
        below = self.center[1] + reach
        half_width, half_height = (side / 2 for side in self.input_size)
        x, y = map(float, self.center)
        across, down = half_width / float(reach), half_width / (float(below) - y)
        return np.array([[across, 0, half_width - across * x], [0, down, half_height - down * y]])


@dataclass(frozen=True)
class Resize:
    """Which box of an image a network sees, and how large.

    Attributes:
        size (tuple): Size (w, h) in pixels that the image covers (``'expand'``) or fits in
            (``'fit'``).
        mode (str): ``'expand'`` resizes by the short side, ``'fit'`` by the long one.
        step (int): Both sides of the input are multiples of this.

    Raises:
        ValueError: The mode is unknown, or an image cannot fit in the size.
    """

    size: Size
    mode: str = 'expand'
    step: int = 64

    def __post_init__(self) -> None:
        check_choice('resize_mode', self.mode, MODES)
        if self.mode == 'fit' and self._round_up(self.size) != tuple(self.size):
            raise ValueError(
                f'with resize_mode "fit" the sides of input_size must be multiples of size_factor, '
                f'which is {self.step}, got {tuple(self.size)}'
            )

    def box(self, image_size: Size) -> InputBox:
        """Choose what the input shows of an image of size (w, h): all of it, from its center."""
        width, height = image_size
        full = self._round_up(self.size)
        ratio, choose = width / height, (max if self.mode == 'expand' else min)
        shown = choose(full[0], full[1] * ratio), choose(full[1], full[0] / ratio)
        padded = full if self.mode == 'fit' else self._round_up(shown)
        center = np.array([width / 2, height / 2], np.float32)
        sides = [width * padded[0] / shown[0], height * padded[1] / shown[1]]
        return InputBox(center, np.array(sides, np.float32), padded)

    def _round_up(self, sides: Tuple[float, float]) -> Size:
        return tuple(int(ceil(side / self.step) * self.step) for side in sides)


def warp_image(
    image: np.ndarray, matrix: np.ndarray, size: Size, outside: Tuple[float, ...] = BLACK
) -> np.ndarray:
    """Resize and shift an image, bilinearly, into an input.

    Where OpenCV is not installed numpy does it; its values differ from those of OpenCV 5 by at most
    one level of 256. OpenCV 4 rounds positions to 1/32 of a pixel.

    Args:
        image (np.ndarray): (H, W, C), uint8 or float32.
        matrix (np.ndarray): Affine map (2, 3) from pixels of the image to the input, without
            rotation.
        size (tuple): Size (w, h) of the input.
        outside (tuple): Value of each channel outside the image.

    Returns:
        np.ndarray: (h, w, C), of the same type.

    Raises:
        ValueError: OpenCV refuses it: its versions 4 have a largest side.
    """
    cv2 = find_opencv()
    if cv2 is None:
        return _warp_with_numpy(image, matrix, size, outside)
    try:
        return cv2.warpAffine(image, matrix, size, flags=cv2.INTER_LINEAR, borderValue=outside)
    except cv2.error as error:
        raise ValueError(f'the picture cannot be resized: {error}') from error


def _warp_with_numpy(
    image: np.ndarray, matrix: np.ndarray, size: Size, outside: Tuple[float, ...]
) -> np.ndarray:
    """Resize rows, then columns, each as if the image went on in the value outside."""
    outside = np.broadcast_to(np.asarray(outside, np.float32), image.shape[2])
    values = image.astype(np.float32)
    for side, axis in enumerate((1, 0)):  # x, then y
        places = (np.arange(size[side]) - matrix[side, 2]) / matrix[side, side]
        values = _sample(values.swapaxes(0, axis), places, outside).swapaxes(0, axis)
    whole = image.dtype.kind in 'iu'
    return np.ascontiguousarray((np.rint(values) if whole else values).astype(image.dtype))


def _sample(values: np.ndarray, places: np.ndarray, outside: np.ndarray) -> np.ndarray:
    """Interpolate between the rows of values (n, m, C) at places (k,), (k, m, C)."""
    edge = np.broadcast_to(outside, (1, *values.shape[1:]))
    values = np.concatenate([edge, values, edge])
    below = np.floor(places)
    part = (places - below).astype(np.float32)[:, None, None]
    first, second = (np.clip(below + k, 0, len(values) - 1).astype(int) for k in (1, 2))
    return values[first] * (1 - part) + values[second] * part
