"""Candidates of a batch and groups of them, in tensors of fixed size."""

from typing import NamedTuple, Tuple

import torch
from torch import Tensor

from mmpose_ae.grouping import UNMATCHED


class Pool(NamedTuple):
    """The candidates of a batch.

    Attributes:
        scores (Tensor): (B, K, M), float32; 0 where there is no candidate, or it is taken.
        cells (Tensor): Positions (x, y) in heatmap cells, (B, K, M, 2), float32.
        tags (Tensor): In tag thresholds, (B, K, M, L), float32.
    """

    scores: Tensor
    cells: Tensor
    tags: Tensor

    def without(self, groups: Tensor) -> 'Pool':
        """Leave the candidates of groups, (B, G, K), out."""
        return self._replace(scores=self.scores * ~taken(groups, self.scores.shape[-1]))

    def members(self, groups: Tensor) -> 'Pool':
        """Read the candidates of groups: as in the pool, with G in place of M.

        What a group misses has score 0.
        """
        columns = groups.transpose(1, 2)  # (B, K, G)
        index = columns.clamp(min=0)
        spread = index[..., None]
        return Pool(
            self.scores.gather(2, index) * (columns != UNMATCHED),
            self.cells.gather(2, spread.expand(-1, -1, -1, 2)),
            self.tags.gather(2, spread.expand(-1, -1, -1, self.tags.shape[-1])),
        )

    def mean_tags(self) -> Tensor:
        """Mean tags of groups, weighted by the scores, (B, G, L), of what :meth:`members` gives."""
        total = self.scores.sum(1)
        mean = (self.scores[..., None] * self.tags).sum(1)
        return mean / torch.where(total > 0, total, 1)[..., None]


def read_pool(candidates: Tensor) -> Pool:
    """Candidates as codecs give them out: score, position and tag, (B, K, M, 3 + L)."""
    scores, cells, tags = candidates.split([1, 2, candidates.shape[-1] - 3], dim=-1)
    return Pool(scores[..., 0], cells, tags)


def taken(groups: Tensor, num_candidates: int) -> Tensor:
    """Which candidates are in groups (B, G, K): (B, K, M), bool."""
    columns = torch.arange(num_candidates, device=groups.device)
    return (groups[..., None] == columns).any(1)


def squared_distances(points: Tensor, others: Tensor) -> Tensor:
    """Squared Euclidean distances of points (B, G, D) to others (B, ..., D), (B, G, ...)."""
    axes = others.ndim - 2
    pairs = zip(points.unbind(-1), others.unbind(-1))
    return sum((a[(..., *[None] * axes)] - b[:, None]).square() for a, b in pairs)


def first_best(scores: Tensor, count: int) -> Tuple[Tensor, Tensor]:
    """The highest values of the last axis and their places; of equal ones the first come first."""
    count = min(count, scores.shape[-1])
    if torch.compiler.is_exporting():  # ONNX's TopK keeps the order of equal values, torch's not
        return scores.topk(count)
    values, places = scores.sort(dim=-1, descending=True, stable=True)
    return values[..., :count], places[..., :count]


def take_groups(groups: Tensor, rows: Tensor) -> Tensor:
    """Groups (B, G, K) at rows (B, N), (B, N, K)."""
    return groups.gather(1, rows[..., None].expand(-1, -1, groups.shape[-1]))
