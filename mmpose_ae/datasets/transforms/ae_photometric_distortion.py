"""The color augmentation with which Associative Embedding was trained."""

from typing import Tuple

import cv2
import numpy as np
from mmcv.transforms import BaseTransform
from mmcv.transforms.utils import cache_randomness

from mmpose_ae.options import check_number, check_range
from mmpose_ae.registry import TRANSFORMS


def distort_colors(
    image: np.ndarray, hue: float, saturation: float, brightness: float, contrast: float
) -> np.ndarray:
    """Change hue, saturation, brightness and contrast, in this order.

    Args:
        image (np.ndarray): BGR image, (H, W, 3), uint8 or float32, 0 to 255.
        hue (float): Shift in turns of the color circle.
        saturation (float): Factor.
        brightness (float): Added to all channels, 1 is the full range.
        contrast (float): Factor on each channel's distance to the mean of the pixel's channels.

    Returns:
        np.ndarray: Distorted image of the same shape and type, clipped to 0 to 255.
    """
    hsv = cv2.cvtColor(np.ascontiguousarray(image, dtype=np.float32), cv2.COLOR_BGR2HSV)
    # Hue is in degrees; OpenCV wraps hues above 360 but not below 0.
    shift = [[1, 0, 0, hue % 1 * 360], [0, saturation, 0, 0], [0, 0, 1, 0]]
    hsv = cv2.transform(hsv, np.array(shift, np.float32))
    np.minimum(hsv[..., 1], 1, out=hsv[..., 1])
    bgr = cv2.cvtColor(hsv, cv2.COLOR_HSV2BGR)
    mix = np.full((3, 4), (1 - contrast) / 3, np.float32)
    mix[:, :3] += contrast * np.eye(3, dtype=np.float32)
    mix[:, 3] = 255 * brightness
    bgr = cv2.transform(bgr, mix)
    if image.dtype == np.uint8:
        return cv2.add(bgr, 0, dtype=cv2.CV_8U)  # rounds and clips
    return np.clip(bgr, 0, 255, out=bgr)


@TRANSFORMS.register_module()
class AEPhotometricDistortion(BaseTransform):
    """Random colors as in the released training code (github.com/princeton-vl/pose-ae-train).

    Args:
        hue_delta (float): Largest shift of the hue, in turns of the color circle.
        saturation_range (tuple): Range of the saturation factor.
        brightness_delta (float): Largest change of brightness, 1 is the full range.
        contrast_range (tuple): Range of the contrast factor.
    """

    def __init__(
        self,
        hue_delta: float = 0.2,
        saturation_range: Tuple[float, float] = (0.5, 1.5),
        brightness_delta: float = 0.3,
        contrast_range: Tuple[float, float] = (0.5, 1.5),
    ) -> None:
        check_number('hue_delta', hue_delta)
        check_number('brightness_delta', brightness_delta)
        check_range('saturation_range', saturation_range)
        check_range('contrast_range', contrast_range)
        self.hue_delta = hue_delta
        self.saturation_range = saturation_range
        self.brightness_delta = brightness_delta
        self.contrast_range = contrast_range

    @cache_randomness
    def _random_changes(self) -> Tuple[float, float, float, float]:
        return (
            np.random.uniform(-self.hue_delta, self.hue_delta),
            np.random.uniform(*self.saturation_range),
            np.random.uniform(-self.brightness_delta, self.brightness_delta),
            np.random.uniform(*self.contrast_range),
        )

    def transform(self, results: dict) -> dict:
        """Distort ``results['img']``, a BGR image (H, W, 3) of 0 to 255, uint8 or float32."""
        results['img'] = distort_colors(results['img'], *self._random_changes())
        return results
