"""Looking for the keypoints that grouping did not find."""

from typing import Optional, Tuple

import torch
import torch.nn.functional as F
from torch import Tensor


def _distances(instance_tags: Tensor, tag_maps: Tensor) -> Tensor:
    """Distance of tags (N, L) to those of all cells (L, H * W), (N, H * W); inf at NaN."""
    squared = tag_maps.new_zeros(len(instance_tags), tag_maps.shape[1])
    # Summed up by hand: torch.cdist multiplies matrices, which is inexact for close tags.
    for own, channel in zip(instance_tags.T, tag_maps):
        difference = channel - own[:, None]
        squared.addcmul_(difference, difference)
    return squared.sqrt_().nan_to_num_(torch.inf)


def without_windows(heatmaps: Tensor, cells: Tensor, present: Tensor, radius: int) -> Tensor:
    """Set the windows around some cells to 0, so that nobody else's keypoint is found there.

    Args:
        heatmaps (Tensor): Heatmaps, (B, K, H, W), float.
        cells (Tensor): Cells (x, y), (B, N, K, 2), int64.
        present (Tensor): Which of the cells count, (B, N, K), bool.
        radius (int): Cells on either side of the centre.

    Returns:
        Tensor: A copy of the heatmaps, (B, K, H, W).
    """
    height, width = heatmaps.shape[-2:]
    image, instance, keypoint = present.nonzero(as_tuple=True)
    x, y = cells[image, instance, keypoint].unbind(-1)
    steps = torch.arange(-radius, radius + 1, device=heatmaps.device)
    rows = (y[:, None, None] + steps[:, None]).clamp(0, height - 1)
    columns = (x[:, None, None] + steps).clamp(0, width - 1)
    free = heatmaps.clone()
    free[image[:, None, None], keypoint[:, None, None], rows, columns] = 0
    return free


def find_missing(
    heatmaps: Tensor,
    tags: Tensor,
    instance_tags: Tensor,
    missing: Tensor,
    tag_threshold: Optional[float] = None,
) -> Tuple[Tensor, Tensor]:
    """Pick a high cell whose tag is like the instance's, for every missing keypoint.

    Args:
        heatmaps (Tensor): Heatmaps, (B, K, H, W), finite float32.
        tags (Tensor): Tag maps, (B, L * K, h, w), any float type, as large as the heatmaps or
            coarser (then upsampled bilinearly).
        instance_tags (Tensor): Mean tag of each instance, (B, N, L), float32.
        missing (Tensor): Keypoints to look for, (B, N, K), bool.
        tag_threshold (float, optional): Take the highest cell below this tag distance, as the
            paper says. None takes the cell of the highest heatmap value less the rounded tag
            distance, as the released codes do: it always finds one.

    Returns:
        tuple:
        - Tensor: Cells (x, y), (B, N, K, 2), int64.
        - Tensor: Heatmap values there, (B, N, K), float32; 0 where no cell is close enough or
          the value is not positive, and where the keypoint is not missing.

    Source: Newell et al. 2017 (arXiv:1611.05424), Section 3.3, "Missing joints";
    HigherHRNet (Cheng et al. 2020), the refinement of the released code.
    """
    num_keypoints, _, width = heatmaps.shape[1:]
    index = torch.zeros(missing.shape, dtype=torch.long, device=heatmaps.device)
    scores = torch.zeros(missing.shape, device=heatmaps.device)
    for b, k in missing.any(1).nonzero().tolist():
        rows = missing[b, :, k].nonzero().flatten()
        tag_maps = tags[b, k::num_keypoints].float()
        if tag_maps.shape[-2:] != heatmaps.shape[-2:]:
            tag_maps = F.interpolate(tag_maps[None], heatmaps.shape[-2:], mode='bilinear')[0]
        distance = _distances(instance_tags[b, rows], tag_maps.flatten(1))
        heatmap = heatmaps[b, k].flatten()
        if tag_threshold is None:
            value = heatmap - distance.round_()
        else:
            value = torch.where(distance < tag_threshold, heatmap, -torch.inf)
        best, position = value.max(dim=1)
        index[b, rows, k] = position
        scores[b, rows, k] = torch.where(best.isfinite(), heatmap[position], 0.0).clamp(min=0)
    return torch.stack([index % width, index // width], dim=-1), scores
