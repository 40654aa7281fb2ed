"""Matching of predicted to annotated instances (Section 3.2)."""

from typing import Optional

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from mmpose_ae.grouping.assignment import assign

from .instance_targets import InstanceTargets

UNMATCHED = -1


def distances_to_targets(
    heatmaps: Tensor, targets: InstanceTargets, mask: Optional[Tensor] = None
) -> Tensor:
    """Measure how far predicted heatmaps are from those of every annotated instance.

    Args:
        heatmaps (Tensor): Predicted, (B, P, K, h, w), float32.
        targets (InstanceTargets): Of N instances.
        mask (Tensor, optional): Cells that count, (B, h, w), float32. None takes all.

    Returns:
        Tensor: The Euclidean distance of the maps, summed over keypoints, (B, P, N). Computed from
        inner products, so no map of an annotated instance is ever drawn.
    """
    if mask is None:
        mask = heatmaps.new_ones(len(heatmaps), *heatmaps.shape[3:])
    masked = heatmaps * mask[:, None, None]
    squares = (masked * heatmaps).sum((3, 4))  # (B, P, K)
    own = _einsum('byx,bnkx,bnky->bnk', mask, targets.x.square(), targets.y.square())
    along_x = _einsum('bpkyx,bnkx->bpnky', masked, targets.x)
    inner = _einsum('bpnky,bnky->bpnk', along_x, targets.y)
    return _distance(squares[:, :, None], own[:, None], inner)


def distances_between(first: Tensor, second: Tensor) -> Tensor:
    """Measure the same between predicted instances (P, K, h, w) and (Q, K, h, w), (P, Q)."""
    squares = [maps.square().sum((2, 3)) for maps in (first, second)]
    inner = _einsum('pkyx,qkyx->pqk', first, second)
    return _distance(squares[0][:, None], squares[1][None], inner)


def _einsum(equation: str, *operands: Tensor) -> Tensor:
    """In float32 under autocast, too: distances are small differences of large products."""
    with torch.autocast(operands[0].device.type, enabled=False):
        return torch.einsum(equation, *operands)


def _distance(first: Tensor, second: Tensor, inner: Tensor) -> Tensor:
    """Sum over keypoints of |a - b|, from |a|^2, |b|^2 and their inner product."""
    return (first + second - 2 * inner).clamp(min=0).sqrt().sum(-1)


def match(costs: Tensor, rows: Tensor, columns: Tensor, ends: Optional[Tensor] = None) -> Tensor:
    """Pair the rows of each image with its columns at the least total cost.

    Args:
        costs (Tensor): (B, P, N), float.
        rows (Tensor): Rows that take part, (B, P), bool.
        columns (Tensor): Columns that take part, (B, N), bool.
        ends (Tensor, optional): Rows behind which a new part begins, (B, P), bool: the rows of a
            part are paired with what the parts before left. None is one part.

    Returns:
        Tensor: The column of each row, (B, P), int64; -1 where it has none. All rows of a part that
        take part have one, or no column is left.
    """
    if ends is None:
        ends = torch.zeros_like(rows)
    tables = F.pad(costs.detach().float(), (0, 2, 0, 1))  # who takes part at the margins
    tables[:, :-1, -2], tables[:, :-1, -1], tables[:, -1, :-2] = rows, ends, columns
    matched = np.full(rows.shape, UNMATCHED)
    for image, table in zip(matched, tables.cpu().numpy()):
        left = np.flatnonzero(table[-1, :-2])
        for part in np.split(np.arange(len(image)), np.flatnonzero(table[:-1, -1]) + 1):
            row = part[table[part, -2] > 0]
            chosen = assign(table[np.ix_(row, left)].astype(np.float64))
            image[row[chosen[0]]] = left[chosen[1]]
            left = np.delete(left, chosen[1])
    return torch.from_numpy(matched).to(costs.device)
