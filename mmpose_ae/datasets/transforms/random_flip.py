"""Random flip of inputs of any shape."""

import cv2
import numpy as np
from mmpose.datasets.transforms import RandomFlip as _RandomFlip

from mmpose_ae.registry import TRANSFORMS

from .frames import frame_of

FLIP_CODES = dict(horizontal=1, vertical=0, diagonal=-1)  # OpenCV's


@TRANSFORMS.register_module()
class RandomFlip(_RandomFlip):
    """MMPose's flip, right for inputs that are not square.

    MMPose unpacks ``input_size``, a (w, h), as (h, w).
    """

    def transform(self, results: dict) -> dict:
        """Flip image, boxes and keypoints, or do nothing, at random.

        Args:
            results (dict): ``img``, ``img_shape``, ``flip_indices`` and optionally
                ``input_size`` (w, h), ``keypoints``, ``keypoints_visible`` and ``bbox``.

        Returns:
            dict: The same, flipped, with ``flip`` and ``flip_direction``; ``frame`` follows.
        """
        image, frame = results['img'], frame_of(results)
        if 'input_size' in results:
            results['input_size'] = results['input_size'][::-1]
        results = super().transform(results)
        if 'input_size' in results:
            results['input_size'] = results['input_size'][::-1]
        if results['flip'] and isinstance(image, np.ndarray):
            # MMPose leaves a view that runs backwards through memory, slow to copy.
            results['img'] = cv2.flip(image, FLIP_CODES[results['flip_direction']])
        results['frame'] = frame.flipped(results['flip_direction']) if results['flip'] else frame
        return results
