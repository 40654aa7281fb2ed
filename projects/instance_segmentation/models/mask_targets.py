"""What the maps of masks are trained towards, from the instance maps that samples carry."""

from typing import List, NamedTuple, Tuple

import torch
from mmpose.utils.typing import SampleList
from torch import Tensor

from projects.instance_segmentation.datasets import VOID

from .pixel_tags import PixelInstances


class MaskTargets(NamedTuple):
    """Targets of a batch.

    Attributes:
        detections (Tensor): 1 where an instance of a category is, else 0, (B, C, h, w), float32.
        mask (Tensor): Cells that are supervised, (B, 1, h, w), bool.
        instances (list[PixelInstances]): Of each image.
    """

    detections: Tensor
    mask: Tensor
    instances: List[PixelInstances]


def gather_masks(
    data_samples: SampleList, num_categories: int, size: Tuple[int, int], device: torch.device
) -> MaskTargets:
    """Read the instances of training samples.

    Args:
        data_samples (list[PoseDataSample]): ``gt_fields.instance_map`` and, in the metainfo,
            ``instance_categories`` and ``sampling_seed``, see :class:`LoadInstanceMap`.
        num_categories (int): C.
        size (tuple): Size (h, w) of the network's maps.
        device (torch.device): Where to put them.

    Returns:
        MaskTargets: Of all images.

    Raises:
        ValueError: If the maps of instances are of another size.
    """
    labels = torch.cat([sample.gt_fields.instance_map for sample in data_samples]).to(device)
    if tuple(labels.shape[1:]) != tuple(size):
        raise ValueError(
            f'LoadInstanceMap makes maps of (h, w) = {tuple(labels.shape[1:])}, but those of the '
            f'network are {tuple(size)}: give LoadInstanceMap another stride'
        )
    detections = torch.zeros(len(labels), num_categories, *size, device=device)
    instances = []
    for sample, image, target in zip(data_samples, labels, detections):
        categories = torch.as_tensor(sample.metainfo['instance_categories'], device=device).long()
        numbers = torch.arange(1, len(categories) + 1, device=device)
        masks = image == numbers[:, None, None]
        target.index_add_(0, categories, masks.float())  # masks do not overlap
        instances.append(PixelInstances(masks, categories, sample.metainfo['sampling_seed']))
    return MaskTargets(detections, (labels != VOID)[:, None], instances)
