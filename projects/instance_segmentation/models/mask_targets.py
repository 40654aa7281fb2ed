"""What the maps of masks are trained towards, from the instance maps that samples carry."""

from typing import List, NamedTuple, Tuple

import torch
from mmpose.structures import PoseDataSample
from mmpose.utils.typing import SampleList
from torch import Tensor

from mmpose_ae.engine import epoch_seed
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
        ValueError: If there are no maps of instances, or maps of another size, or an instance is of
            a category that the network does not have.
    """
    labels = torch.cat([_read_map(sample, num_categories) for sample in data_samples]).to(device)
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
        seed = sample.metainfo['sampling_seed'] + epoch_seed()
        instances.append(PixelInstances(masks, categories, seed))
    return MaskTargets(detections, (labels != VOID)[:, None], instances)


def _read_map(sample: PoseDataSample, num_categories: int) -> Tensor:
    """The map of instances (1, h, w) of a sample that has one, and no further categories."""
    path, fields = sample.metainfo.get('img_path', 'a sample'), sample.get('gt_fields', ())
    if 'instance_map' not in fields or 'instance_categories' not in sample.metainfo:
        raise ValueError(
            f'{path} has no instance_map to train on: the pipeline lacks LoadInstanceMap, or '
            'PackInstanceInputs at its end'
        )
    most = max(sample.metainfo['instance_categories'], default=-1)
    if most >= num_categories:
        raise ValueError(
            f'{path} has an instance of category {most}, the first being 0, so the data have at '
            f'least {most + 1} classes, but the network has num_categories={num_categories}'
        )
    return fields.instance_map
