"""People of a batch, in tensors of fixed size."""

from typing import NamedTuple

import torch
from torch import Tensor

from mmpose_ae.grouping import UNMATCHED

from .pool import Pool


class People(NamedTuple):
    """As :class:`mmpose_ae.grouping.Instances`, of a batch; rows without keypoints are nobody.

    Attributes:
        points (Tensor): Positions (x, y) in heatmap cells, (B, P, K, 2); the mean of the person's
            other keypoints where one is missing.
        scores (Tensor): (B, P, K); 0 where missing.
        tags (Tensor): Mean tags, (B, P, L).
        found (Tensor): Keypoints that are not missing, (B, P, K), bool.
    """

    points: Tensor
    scores: Tensor
    tags: Tensor
    found: Tensor

    @property
    def missing(self) -> Tensor:
        """Keypoints to look for, (B, P, K), bool."""
        return ~self.found & self.found.any(-1, keepdim=True)

    def filled(self, points: Tensor, scores: Tensor) -> 'People':
        """With keypoints that were found where scores (B, P, K) are above 0."""
        new = scores > 0
        points = torch.where(new[..., None], points, self.points)
        return People(points, torch.where(new, scores, self.scores), self.tags, self.found | new)


def collect_people(pool: Pool, groups: Tensor) -> People:
    """Read the candidates of groups, (B, P, K)."""
    scores, cells, tags = (values.transpose(1, 2) for values in pool.members(groups))
    found = groups != UNMATCHED
    points = torch.where(found[..., None], cells, _mean(cells, found)[:, :, None])
    return People(points, scores, _mean(tags, found), found)


def _mean(values: Tensor, found: Tensor) -> Tensor:
    """Mean of values (B, P, K, D) over the keypoints that were found, (B, P, D); 0 of none."""
    return (values * found[..., None]).sum(2) / found.sum(2).clamp(min=1)[..., None]
