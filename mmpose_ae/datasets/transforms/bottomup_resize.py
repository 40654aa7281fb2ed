"""Resizing whole images for testing, at one scale or several."""

from typing import Optional, Sequence, Tuple

import numpy as np
from mmpose.datasets.transforms import BottomupResize as _BottomupResize

from mmpose_ae.frame import Frame
from mmpose_ae.images import Resize, warp_image
from mmpose_ae.options import check_count, check_size
from mmpose_ae.registry import TRANSFORMS

from .frames import frame_of
from .image_pyramid import pyramid_step


@TRANSFORMS.register_module()
class BottomupResize(_BottomupResize):
    """HigherHRNet's test-time resize: the short side to the input size, the long side padded.

    What it does is in :class:`mmpose_ae.images.Resize`, which exported models use too. The padded
    size of the base scale is such that every other scale is an exact multiple of it; MMPose pads
    each scale on its own, so that their heatmaps do not align.

    Args:
        input_size (tuple): Size (w, h) in pixels that the image covers (``'expand'``) or fits in
            (``'fit'``).
        aug_scales (sequence, optional): Further scales relative to ``input_size``.
        size_factor (int): Both sides are multiples of this, at every scale.
        resize_mode (str): ``'expand'`` resizes by the short side, ``'fit'`` by the long one.
        pad_val (tuple): Value of pixels outside the image.
    """

    def __init__(
        self,
        input_size: Tuple[int, int],
        aug_scales: Optional[Sequence[float]] = None,
        size_factor: int = 64,
        resize_mode: str = 'expand',
        pad_val: Tuple[float, ...] = (0, 0, 0),
    ) -> None:
        check_size('input_size', input_size)
        check_count('size_factor', size_factor, 1)
        self.pyramid_scales = list(aug_scales or [])
        step = pyramid_step(size_factor, self.pyramid_scales)
        super().__init__(
            input_size=tuple(input_size), size_factor=step, resize_mode=resize_mode, pad_val=pad_val
        )
        self.resize = Resize(self.input_size, resize_mode, step)

    def transform(self, results: dict) -> dict:
        """Resize the image.

        Args:
            results (dict): ``img``, and what :func:`frame_of` takes.

        Returns:
            dict: ``img``, an array or with ``aug_scales`` a list of the base scale and the others;
            of the base scale ``img_shape`` (h, w), ``input_size`` (w, h), ``input_center``,
            ``input_scale`` (the part of the plane of ``img`` that the input covers) and ``frame``.
        """
        image = results['img']
        image_size = image.shape[1::-1]
        box = self.resize.box(image_size)
        shown = box.frame(image_size)
        base = warp_image(image, box.matrix, box.input_size, self.pad_val)
        results.update(
            frame=frame_of(results).then(shown.matrix, box.input_size),
            img=base,
            img_shape=box.input_size[::-1],
            input_size=box.input_size,
            input_center=box.center,
            input_scale=box.sides,
        )
        if self.pyramid_scales:
            results['img'] = [base, *(self._warp(image, shown, k) for k in self.pyramid_scales)]
            results['aug_scales'] = self.pyramid_scales
        return results

    def _warp(self, image: np.ndarray, frame: Frame, scale: float) -> np.ndarray:
        """Show the image at another scale of the input."""
        scaled = frame.resized(tuple(round(side * scale) for side in frame.input_size))
        return warp_image(image, scaled.matrix, scaled.input_size, self.pad_val)
