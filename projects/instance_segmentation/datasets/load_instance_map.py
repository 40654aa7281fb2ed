"""Instances on their way to the network: onto the cells of its maps."""

from typing import Tuple
from zlib import crc32

import cv2
import numpy as np
from mmcv.transforms import BaseTransform

from mmpose_ae.datasets.image_size import size_mismatch
from mmpose_ae.datasets.transforms.frames import frame_of
from mmpose_ae.options import check_count, check_range
from mmpose_ae.registry import TRANSFORMS

from .instance_map import VOID


@TRANSFORMS.register_module()
class LoadInstanceMap(BaseTransform):
    """Read the instances, and bring them to where all transforms so far have moved the image.

    Args:
        stride (int): Pixels of the input per cell, as in the maps of the network.
        size_range (tuple): Instances of other sizes are void: the square root of their area in
            pixels of the input, at least the first and less than the second. It is the area of
            all that is seen on the image, also where a part of it lies outside the input.
    """

    def __init__(
        self, stride: int = 4, size_range: Tuple[float, float] = (0.0, float('inf'))
    ) -> None:
        check_count('stride', stride, 1)
        check_range('size_range', size_range)
        low, high = size_range
        if low == high:
            raise ValueError(f'no size is in the size_range {size_range}, which ends before {high}')
        self.stride = stride
        self.size_range = low, high

    def transform(self, results: dict) -> dict:
        """Make the map.

        Args:
            results (dict): ``read_instances``, ``img_id``, and what :func:`frame_of` takes.

        Returns:
            dict: With ``instance_map``, (1, h, w), int32, of which void is also what lies outside
            the image; ``instance_categories``, (N,), and ``sampling_seed``, of the image and
            how it lies on the input alone, whichever process loads it.

        Raises:
            ValueError: If the instances are of an image of another size.
        """
        found, frame = results['read_instances'](), frame_of(results)
        annotated_size = found.labels.shape[::-1]
        mismatch = size_mismatch(results.get('img_path'), annotated_size, frame.image_size)
        if mismatch:
            raise ValueError(mismatch)
        size = tuple(-(-side // self.stride) for side in frame.input_size)
        scale = abs(np.linalg.det(frame.matrix[:, :2]))
        sizes = np.sqrt(found.areas() * scale)
        kept = (sizes >= self.size_range[0]) & (sizes < self.size_range[1])
        numbers = np.concatenate([[0], np.where(kept, np.arange(1, len(kept) + 1), VOID), [VOID]])
        labels = cv2.warpAffine(
            numbers[found.labels].astype(np.float32),  # exact, and OpenCV warps no int32
            frame.resized(size).matrix,
            size,
            flags=cv2.INTER_NEAREST,
            borderValue=VOID,
        )
        results['instance_map'] = labels[None].astype(np.int32)
        results['instance_categories'] = found.categories
        shown = results.get('img_id'), frame.matrix.tolist()
        results['sampling_seed'] = crc32(repr(shown).encode())
        return results
