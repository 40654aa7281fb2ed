"""What CenterGroup's predictions for detected centers should be."""

from typing import NamedTuple

import torch
from torch import Tensor

from mmpose_ae.grouping import UNMATCHED


class CenterTargets(NamedTuple):
    """The instances that belong to the detected centers.

    Attributes:
        locations (Tensor): Keypoints (x, y) in pixels of the input, (B, C, K, 2), float.
        visible (Tensor): Which of them are annotated, (B, C, K), bool.
        box_areas (Tensor): Areas of the boxes in square pixels, (B, C), float.
        positive (Tensor): Centers that are those of instances, (B, C), bool. The others' targets
            are 0.
        mask (Tensor): False for centers to ignore and padding, (B, C), bool.
    """

    locations: Tensor
    visible: Tensor
    box_areas: Tensor
    positive: Tensor
    mask: Tensor


def collect_targets(
    matches: Tensor, locations: Tensor, visible: Tensor, box_areas: Tensor, mask: Tensor
) -> CenterTargets:
    """Give each detected center the annotations of its instance.

    Args:
        matches (Tensor): Index of the instance, (B, C), int64; -1 where there is none.
        locations (Tensor): Keypoints (x, y) of the instances, (B, N, K, 2), float; N may be 0.
        visible (Tensor): Which of them are annotated, (B, N, K), bool.
        box_areas (Tensor): Areas of the instances' boxes, (B, N), float.
        mask (Tensor): Centers not to ignore, (B, C), bool.

    Returns:
        CenterTargets: Of all detected centers.
    """
    image = torch.arange(len(matches), device=matches.device)[:, None]

    def take(values: Tensor) -> Tensor:
        nobody = values.new_zeros(len(values), 1, *values.shape[2:])
        return torch.cat([values, nobody], dim=1)[image, matches]  # nobody is the last, or -1

    return CenterTargets(
        take(locations), take(visible), take(box_areas), matches != UNMATCHED, mask
    )
