"""Random scale, rotation and translation of an image with all its people."""

from typing import Sequence, Tuple, Union

import numpy as np
from mmpose.datasets.transforms import BottomupRandomAffine as _BottomupRandomAffine
from mmpose.structures.bbox import bbox_corner2xyxy, bbox_xyxy2corner, get_warp_matrix

from mmpose_ae.frame import Frame
from mmpose_ae.options import (
    check_between,
    check_choice,
    check_number,
    check_positive,
    check_range,
    check_size,
)
from mmpose_ae.registry import TRANSFORMS

from .frames import frame_of


@TRANSFORMS.register_module()
class BottomupRandomAffine(_BottomupRandomAffine):
    """HigherHRNet's augmentation (Cheng et al. 2020, arXiv:1908.10357, Section 4.1).

    The input shows a region of the image: its inscribed box of the input's shape, scaled,
    rotated and shifted. Unlike in MMPose the parameters are uniform and the shift grows with that
    region, so that a factor of 0.2 is the originals' 40 of 200. Keypoints that leave the input keep
    their visibility; the codec leaves them out.

    Args:
        input_size (tuple): Size (w, h) of the input in pixels.
        shift_factor (float): Largest shift along x and y, relative to the sides of what
            ``shift_relative_to`` names.
        shift_prob (float): Probability of a shift.
        scale_factor (tuple): Smallest and largest size of the region, relative to the inscribed
            box. Larger is more of the image, with smaller people.
        scale_prob (float): Probability of a scale other than 1.
        scale_type (str): ``'short'`` inscribes the box in the image (HigherHRNet), ``'long'``
            draws it around the image (pose-ae-train).
        rotate_factor (float): Largest rotation in degrees.
        rotate_prob (float): Probability of a rotation.
        pad_val (float | tuple): Value of pixels outside the image.
        distribution (str): ``'uniform'``, or ``'trunc_norm'`` as in MMPose.
        shift_relative_to (str): ``'region'`` (HigherHRNet, pose-ae-train), or ``'image'``: its
            sides, scaled as the region is (CoupledEmbedding). The region of a wide image then goes
            farther along x.
    """

    def __init__(
        self,
        input_size: Tuple[int, int],
        shift_factor: float = 0.2,
        shift_prob: float = 1.0,
        scale_factor: Tuple[float, float] = (0.75, 1.5),
        scale_prob: float = 1.0,
        scale_type: str = 'short',
        rotate_factor: float = 30.0,
        rotate_prob: float = 1.0,
        pad_val: Union[float, Tuple[float, ...]] = 0,
        distribution: str = 'uniform',
        shift_relative_to: str = 'region',
    ) -> None:
        check_size('input_size', input_size)
        for name, value in dict(
            shift_prob=shift_prob, scale_prob=scale_prob, rotate_prob=rotate_prob
        ).items():
            check_between(name, value, 0, 1)
        check_number('shift_factor', shift_factor)
        check_number('rotate_factor', rotate_factor)
        check_choice('scale_type', scale_type, ('short', 'long'))
        check_choice('distribution', distribution, ('uniform', 'trunc_norm'))
        super().__init__(
            input_size=tuple(input_size),
            shift_factor=shift_factor,
            shift_prob=shift_prob,
            scale_factor=scale_factor,
            scale_prob=scale_prob,
            scale_type=scale_type,
            rotate_factor=rotate_factor,
            rotate_prob=rotate_prob,
            pad_val=pad_val,
            distribution=distribution,
        )
        check_range('scale_factor', scale_factor)
        check_positive('the least scale_factor', scale_factor[0])
        check_choice('shift_relative_to', shift_relative_to, ('region', 'image'))
        self.shift_relative_to = shift_relative_to

    def transform(self, results: dict) -> dict:
        """Warp the image, its keypoints and boxes by one random map.

        Args:
            results (dict): ``img`` and ``img_shape``; optionally ``keypoints`` (N, K, 2),
                ``bbox`` (N, 4) and ``area`` (N,).

        Returns:
            dict: The same, warped, with ``frame``, and ``input_size`` (w, h) and ``img_shape`` of
            the input. ``bbox`` are the boxes around the warped boxes, and ``bbox_scale`` (N, 2) are
            the sides of the warped boxes themselves.
        """
        warp_mat = self._random_warp(results['img_shape'])
        step = Frame(warp_mat, results['img_shape'][::-1], self.input_size)
        results['img'] = self._transform(results['img'], warp_mat, self.input_size)
        if 'keypoints' in results:
            results['keypoints'] = step.to_input(results['keypoints']).astype(np.float32)
        if 'bbox' in results:
            corners = step.to_input(bbox_xyxy2corner(results['bbox'])).astype(np.float32)
            results['bbox'] = bbox_corner2xyxy(corners)
            results['bbox_scale'] = _sides(corners)
        if 'area' in results:
            results['area'] = results['area'] * np.float32(np.linalg.det(warp_mat[:, :2]))
        results['frame'] = frame_of(results).then(warp_mat, self.input_size)
        results['input_size'] = self.input_size
        results['img_shape'] = self.input_size[::-1]
        results['warp_mat'] = warp_mat  # for transforms of MMPose
        return results

    def _random_warp(self, img_shape: Sequence[int]) -> np.ndarray:
        image_size = np.array([img_shape[1], img_shape[0]], dtype=np.float32)
        shift, scale, rotation, _ = self._get_transform_params()
        width, height = self.input_size
        scaled = image_size * scale
        region = self._fix_aspect_ratio(scaled, aspect_ratio=width / height)
        sides = dict(region=region, image=scaled)[self.shift_relative_to]
        center = image_size / 2 + shift * sides
        return get_warp_matrix(center, region, rotation, output_size=self.input_size)


def _sides(corners: np.ndarray) -> np.ndarray:
    """Width and height (N, 2) of turned boxes; of the corners (N, 4, 2) the last is opposite."""
    return np.linalg.norm(corners[:, 2:0:-1] - corners[:, :1], axis=-1)
