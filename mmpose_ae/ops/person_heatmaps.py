"""Training targets of methods that predict the heatmaps of each person: Gaussians by its size."""

import torch
from torch import Tensor

from mmpose_ae.frame import Size, round_cells

from .targets import keypoint_indices

LEAST_SIGMA = 1e-3  # of boxes without area


def extents(keypoints: Tensor, visible: Tensor) -> Tensor:
    """Width and height of the boxes around visible keypoints.

    Args:
        keypoints (Tensor): Keypoints (x, y), (..., K, 2), float.
        visible (Tensor): Which of them count, (..., K), bool.

    Returns:
        Tensor: (..., 2); 0 where none counts.
    """
    counted = visible[..., None]
    low = keypoints.masked_fill(~counted, torch.inf).amin(-2)
    high = keypoints.masked_fill(~counted, -torch.inf).amax(-2)
    return (high - low).clamp(min=0)


def overlap_sigmas(sides: Tensor, min_overlap: float) -> Tensor:
    """How wide the Gaussians of a box are, so that boxes nearby still overlap it.

    A third of CornerNet's radius (Law and Deng 2018, arXiv:1808.01244), as MMPose computes it: of
    its three conditions the one below always gives the least.

    Args:
        sides (Tensor): Width and height of the boxes in cells, (..., 2), float.
        min_overlap (float): How much boxes overlap whose corners are off by the radius.

    Returns:
        Tensor: Standard deviations in cells, (...).
    """
    around = min_overlap * sides.sum(-1)
    area = sides.prod(-1)
    radius = (around.square() + 4 * min_overlap * (1 - min_overlap) * area).sqrt() - around
    return (radius / 3).clamp(min=LEAST_SIGMA)


def person_heatmaps(
    cells: Tensor, shown: Tensor, sigmas: Tensor, size: Size, rounded: bool
) -> Tensor:
    """Draw the keypoints of every person on heatmaps of its own.

    Args:
        cells (Tensor): Keypoints (x, y) in heatmap cells, (P, K, 2), float.
        shown (Tensor): Annotated keypoints on the map, (P, K), bool.
        sigmas (Tensor): Standard deviations in cells, (P,).
        size (tuple): Heatmap size (W, H).
        rounded (bool): Center the Gaussian on the nearest cell instead of the keypoint itself.

    Returns:
        Tensor: (P, K, H, W), float32; the nearest cell is 1, whatever it is centered on, since the
        focal loss counts hits by that.
    """
    cells = cells.masked_fill(~shown[..., None], 0.0)  # what is not annotated may be NaN
    centers = (round_cells(cells) if rounded else cells)[..., None]  # (P, K, 2, 1)
    width = 2 * sigmas.square()[:, None, None]
    x, y = (
        torch.exp(
            -(torch.arange(count, device=cells.device) - centers[:, :, axis]).square() / width
        )
        for axis, count in enumerate(size)
    )
    maps = (y[..., None] * x[..., None, :] * shown[..., None, None]).float()
    nearest = keypoint_indices(cells, shown, size)
    maps.flatten(2).scatter_(2, nearest[..., :1], shown[..., None].float())
    return maps


def merge_people(heatmaps: Tensor, image: Tensor, batch: int) -> Tensor:
    """Lay the heatmaps of people over each other, the maximum counts.

    Args:
        heatmaps (Tensor): (P, K, H, W), at least 0.
        image (Tensor): Which image each person is in, (P,), int64.
        batch (int): Number of images, B.

    Returns:
        Tensor: (B, K, H, W).
    """
    merged = heatmaps.new_zeros(batch, *heatmaps.shape[1:])
    index = image[:, None, None, None].expand_as(heatmaps)
    return merged.scatter_reduce_(0, index, heatmaps, 'amax')


def distinct_people(image: Tensor, cells: Tensor, lengths: Tensor) -> Tensor:
    """Leave out people whose center is in the cell of a smaller one's.

    Args:
        image (Tensor): Which image each person is in, (P,), int64.
        cells (Tensor): Row-major cells of the centers, (P,), int64.
        lengths (Tensor): How large the people are, (P,).

    Returns:
        Tensor: Positions of those who are left, image by image, (Q,), int64.
    """
    order = lengths.argsort(stable=True)
    places = torch.stack([image, cells], dim=-1)[order]
    _, which = torch.unique(places, dim=0, return_inverse=True)
    rank = torch.arange(len(which), device=which.device)
    count = int(which.max()) + 1 if len(which) else 0
    first = rank.new_full((count,), len(which)).scatter_reduce_(0, which, rank, 'amin')
    return order[first]


def jitter(cells: Tensor, size: Size) -> Tensor:
    """Move cells (x, y), (P, 2), int64, by up to one in each direction, within the map (W, H)."""
    moved = cells + torch.randint(-1, 2, cells.shape, device=cells.device)
    return moved.clamp(min=0).minimum(moved.new_tensor(size) - 1)
