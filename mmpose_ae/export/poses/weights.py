"""What a candidate weighs for a group: by its score, its tag, and where it lies."""

from typing import NamedTuple, Optional

import torch
from torch import Tensor

from .pool import Pool, squared_distances

LEAST_PLACED = 3  # fewer keypoints do not tell the extent of an instance on the image


class Places(NamedTuple):
    """Where groups are on the image.

    Attributes:
        center (Tensor): (B, G, 2), in heatmap cells.
        falloff (Tensor): Distance at which the weight has fallen to half, (B, G).
    """

    center: Tensor
    falloff: Tensor


def weigh(pool: Pool, centers: Tensor, reach: float, places: Optional[Places] = None) -> Tensor:
    """Weight of every candidate for groups around tags.

    Args:
        pool (Pool): The candidates.
        centers (Tensor): Tags of the groups, (B, G, L).
        reach (float): Distance of the tags at which the weight has fallen to 0.
        places (Places, optional): Where the groups are, if that counts.

    Returns:
        Tensor: (B, G, K, M); the score at distance 0 (the biweight kernel).
    """
    closeness = (1 - squared_distances(centers, pool.tags) / reach**2).clamp(min=0)
    weight = pool.scores[:, None] * closeness.square()
    if places is None:
        return weight
    squared = squared_distances(places.center, pool.cells)
    return weight / (1 + squared / places.falloff[..., None, None].square())


def place(members: Pool, spread: Optional[float]) -> Optional[Places]:
    """Find where groups are on the image, by medians; None where that does not count.

    Args:
        members (Pool): The candidates of each group.
        spread (float, optional): See :class:`mmpose_ae.grouping.DensityGrouping`.
    """
    if spread is None:
        return None
    found = members.scores > 0  # (B, K, G)
    center = median(members.cells, found[..., None])
    extent = median((members.cells - center[:, None]).square().sum(-1).sqrt(), found)
    use = (found.sum(1) >= LEAST_PLACED) & (extent > 0)
    return Places(center, torch.where(use, spread * extent, torch.inf))


def median(values: Tensor, found: Tensor) -> Tensor:
    """Median over the keypoints, axis 1, of those that were found; 0 where none was."""
    ordered = torch.where(found, values, torch.inf).sort(dim=1).values
    count = found.sum(1, keepdim=True).expand(-1, -1, *values.shape[2:])
    low, high = (ordered.gather(1, at) for at in ((count - 1).clamp(min=0) // 2, count // 2))
    return torch.where(count > 0, (low + high) / 2, 0)[:, 0]
