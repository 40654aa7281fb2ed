"""Merging the predictions of flipped and rescaled inputs at test time."""

from typing import List, Sequence, Tuple

import torch
import torch.nn.functional as F
from torch import Tensor

from .outputs import BottomupOutputs

Size = Tuple[int, int]


def resize(maps: Tensor, size: Size, align_corners: bool = False) -> Tensor:
    """Resize maps (B, C, h, w) bilinearly to (H, W); maps of that size are returned as they are."""
    if tuple(maps.shape[-2:]) == tuple(size):
        return maps
    return F.interpolate(maps, size=size, mode='bilinear', align_corners=align_corners)


def merge_resolutions(outputs: BottomupOutputs, align_corners: bool = False) -> Tensor:
    """Average the heatmaps of all resolutions at the finest one.

    Source: HigherHRNet (Cheng et al. 2020, arXiv:1908.10357), Section 3.4.
    """
    size = outputs.heatmaps[-1].shape[-2:]
    return torch.stack([resize(h, size, align_corners) for h in outputs.heatmaps]).mean(0)


def flip_back(maps: Tensor, flip_indices: Sequence[int], shift: bool = False) -> Tensor:
    """Undo a horizontal flip of the input on heatmaps or tag maps.

    Args:
        maps (Tensor): (B, L * K, H, W), channel ``l * K + k``; L is 1 for heatmaps.
        flip_indices (sequence): The mirrored keypoint of each keypoint, K.
        shift (bool): Also move the maps one cell to the right, for networks whose cells are
            not aligned with the centres of the pixels they cover.

    Returns:
        Tensor: (B, L * K, H, W).
    """
    batch, channels, height, width = maps.shape
    if channels % len(flip_indices):
        raise ValueError(
            f'{channels} maps do not belong to {len(flip_indices)} keypoints (flip_indices)'
        )
    maps = maps.view(batch, -1, len(flip_indices), height, width)
    maps = maps[:, :, list(flip_indices)].flip(-1).reshape(batch, channels, height, width)
    return torch.cat([maps[..., :1], maps[..., :-1]], dim=-1) if shift else maps


def average_heatmaps(views: List[Tensor], size: Size, align_corners: bool = False) -> Tensor:
    """Average heatmaps (B, K, h_i, w_i) of several views at one size (H, W)."""
    return torch.stack([resize(view, size, align_corners) for view in views]).mean(0)


def concatenate_tags(views: List[Tensor], align_corners: bool = False) -> Tensor:
    """Stack the tag maps of several views to vectors of more dimensions.

    Views of other scales are resized to the first one's size.

    Returns:
        Tensor: (B, views * L * K, H, W).
    """
    size = views[0].shape[-2:]
    return torch.cat([resize(view, size, align_corners) for view in views], dim=1)
