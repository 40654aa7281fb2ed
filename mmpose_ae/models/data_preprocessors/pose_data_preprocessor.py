"""Batching, normalization and padding of images and image pyramids."""

from typing import List, Sequence

import torch.nn.functional as F
from mmengine.utils import is_seq_of
from mmpose.models.data_preprocessors import PoseDataPreprocessor as _PoseDataPreprocessor
from torch import Tensor

from mmpose_ae.datasets.transforms.image_pyramid import pyramid_step
from mmpose_ae.registry import MODELS


@MODELS.register_module()
class PoseDataPreprocessor(_PoseDataPreprocessor):
    """MMPose's preprocessor that also takes image pyramids.

    Images of a batch are filled up with black at the right and bottom to the size of the largest
    one, as images are to that of the network's input: MMPose fills up what is normalized already,
    with what is gray then. The batch is padded to a multiple of ``pad_size_divisor``. In a pyramid
    the base is padded so that every other scale, padded to its multiple of the base, stays aligned
    with it.
    """

    def forward(self, data: dict, training: bool = False) -> dict:
        """Make a batch.

        Args:
            data (dict): ``inputs``, a sequence of images (C, H, W) over the batch, or for
                pyramids a list over the scales, the base first, of such sequences; and
                ``data_samples``, with ``aug_scales`` in the metainfo for pyramids.
            training (bool): Whether to apply ``batch_augments``.

        Returns:
            dict: ``inputs``, (B, C, H, W), or a list of them over the scales, and
            ``data_samples`` with ``batch_input_shape`` (H, W) of the base.
        """
        if not is_seq_of(data['inputs'], (list, tuple)):
            return super().forward(dict(data, inputs=_fill_up(data['inputs'])), training)
        samples = data['data_samples']
        batches = []
        for images in data['inputs']:
            filled = dict(inputs=_fill_up(images), data_samples=samples)
            batches.append(super().forward(filled, training))
        data_samples = batches[0]['data_samples']
        scales = data_samples[0].metainfo['aug_scales']
        inputs = self._pad_pyramid([batch['inputs'] for batch in batches], [1, *scales])
        for sample in data_samples:
            sample.set_metainfo(dict(batch_input_shape=tuple(inputs[0].shape[-2:])))
        return dict(inputs=inputs, data_samples=data_samples)

    def _pad_pyramid(self, inputs: List[Tensor], scales: List[float]) -> List[Tensor]:
        """Pad images (B, C, h_i, w_i) of all scales to multiples of one base size."""
        step = pyramid_step(self.pad_size_divisor, scales)
        height, width = (-(-side // step) * step for side in inputs[0].shape[-2:])
        padded = []
        for images, scale in zip(inputs, scales):
            bottom = round(height * scale) - images.shape[-2]
            right = round(width * scale) - images.shape[-1]
            padded.append(F.pad(images, (0, right, 0, bottom), value=self.pad_value))
        return padded


def _fill_up(images: Sequence[Tensor]) -> List[Tensor]:
    """Fill images (C, h, w) up with black to one size, that of the highest and widest."""
    height, width = (max(image.shape[axis] for image in images) for axis in (-2, -1))
    return [
        F.pad(image, (0, width - image.shape[-1], 0, height - image.shape[-2])) for image in images
    ]
