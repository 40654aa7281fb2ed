"""Looking for the keypoints that grouping did not find."""

from typing import Optional, Tuple

import torch
from torch import Tensor

from .tags import sample_tags


def find_missing(
    heatmaps: Tensor,
    tags: Tensor,
    instance_tags: Tensor,
    missing: Tensor,
    tag_threshold: Optional[float] = None,
) -> Tuple[Tensor, Tensor]:
    """Pick a high cell whose tag is like the instance's, for every missing keypoint.

    Args:
        heatmaps (Tensor): Heatmaps of one image, (K, H, W), finite float32.
        tags (Tensor): Tag maps of the image, (L * K, h, w), float.
        instance_tags (Tensor): Mean tag of each instance, (N, L), float32.
        missing (Tensor): Keypoints to look for, (N, K), bool.
        tag_threshold (float, optional): Take the highest cell below this tag distance, as the
            paper says. None takes the cell of the highest heatmap value less the rounded tag
            distance, as the released codes do: it always finds one.

    Returns:
        tuple:
        - Tensor: Cells (x, y), (N, K, 2), int64.
        - Tensor: Heatmap values there, (N, K), float32; 0 where no cell is close enough or
          the value is not positive, and where the keypoint is not missing.

    Source: Newell et al. 2017 (arXiv:1611.05424), Section 3.3, "Missing joints";
    HigherHRNet (Cheng et al. 2020), the refinement of the released code.
    """
    num_keypoints, height, width = heatmaps.shape
    cells = torch.zeros(*missing.shape, 2, dtype=torch.long, device=heatmaps.device)
    scores = torch.zeros(missing.shape, device=heatmaps.device)
    index = torch.arange(height * width, device=heatmaps.device)
    grid = torch.stack([index % width, index // width], dim=-1)  # (H * W, 2)
    for k in missing.any(0).nonzero().flatten().tolist():
        rows = missing[:, k].nonzero().flatten()
        dense = sample_tags(tags[None, k::num_keypoints], grid[None, None], (width, height))[0, 0]
        distance = torch.cdist(instance_tags[rows], dense.float())  # (rows, H * W)
        value = heatmaps[k].flatten().expand_as(distance)
        if tag_threshold is None:
            position = (value - distance.nan_to_num(torch.inf).round()).argmax(1)
            best = value[0, position]
        else:
            best, position = torch.where(distance < tag_threshold, value, 0.0).max(dim=1)
        scores[rows, k] = best.clamp(min=0)
        cells[rows, k] = grid[position]
    return cells, scores
