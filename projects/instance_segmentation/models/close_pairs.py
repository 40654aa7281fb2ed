"""How close the tags of instances are, summed over pairs of pixels in bounded memory."""

from typing import Tuple

import torch
from torch import Tensor
from torch.utils.checkpoint import checkpoint

from .pixel_tags import TagSets

# So many pairs of pixels are held at a time. Of more than that nothing is kept for the way back:
# it is computed once more, part by part.
_PAIRS_AT_ONCE = 2**20


def sum_close_pairs(tags: TagSets, exponent: float, own: bool) -> Tuple[Tensor, Tensor]:
    """Sum ``exp(-exponent * distance^2)`` over all ordered pairs of tags of two instances.

    Args:
        tags (TagSets): Only instances of one category are pairs.
        exponent (float): Positive.
        own (bool): Whether an instance is its own partner, too.

    Returns:
        tuple: The sum, 0 and connected to the graph without pairs, and the number of pairs, int64.
    """
    total, num_pairs = tags.values[:0].sum(), tags.counted[:0].sum()
    for category in sorted(set(tags.categories.tolist())):
        chosen = tags.categories == category
        values, counted = tags.values[chosen], tags.counted[chosen]
        total = total + _sum_of_category(values, counted, exponent, own)
        sizes = counted.sum(1)
        num_pairs = num_pairs + sizes.sum().square()
        num_pairs = num_pairs if own else num_pairs - sizes.square().sum()
    return total, num_pairs


def _sum_of_category(values: Tensor, counted: Tensor, exponent: float, own: bool) -> Tensor:
    """The sum over instances (N, S, L) of which these tags count (N, S)."""
    num_instances, count, _ = values.shape
    points = (values - values.detach().mean((0, 1))).flatten(0, 1)  # small: few digits are lost
    norm = points.square().sum(1).masked_fill(~counted.flatten(), torch.inf)  # infinitely far
    owners = torch.arange(num_instances, device=values.device)
    rows, total = _PAIRS_AT_ONCE // len(points) or 1, values[:0].sum()
    for start in range(0, len(points), rows):
        part = slice(start, start + rows)
        first = start // count  # pairs with instances before it were met from their side
        others = slice(first * count, None)
        partners = owners[first:] - owners.repeat_interleave(count)[part, None]
        weights = 2 * (partners > 0).to(values) + own * (partners == 0).to(values)
        given = (points[part], norm[part], points[others], norm[others], weights, exponent)
        if rows >= len(points):
            total = total + _sum_of_rows(*given)
        else:
            total = total + checkpoint(
                _sum_of_rows, *given, use_reentrant=False, preserve_rng_state=False
            )
    return total


def _sum_of_rows(
    rows: Tensor, rows_norm: Tensor, points: Tensor, norm: Tensor, weights: Tensor, exponent: float
) -> Tensor:
    """The sum over pairs of rows (R, L) and points (N * S, L); weights (R, N) are of instances."""
    with torch.autocast(rows.device.type, enabled=False):  # or else half precision multiplies
        squared = (rows_norm[:, None] + norm - 2 * rows @ points.T).clamp(min=0)
    close = torch.exp(-exponent * squared).view(*weights.shape, -1).sum(2)
    return (close * weights).sum()
