"""Assignment of candidates to groups by an auction of a fixed number of rounds."""

from typing import Tuple

import torch
from torch import Tensor

from mmpose_ae.grouping import UNMATCHED

from .pool import first_best


def auction(worth: Tensor, num_rounds: int, step: float) -> Tensor:
    """Assign columns to rows, near the most total worth.

    In each round every row without a column bids for the one of most profit, which is its worth
    less its price: it raises the price until its second choice would serve as well, and by the
    least raise. The highest bid gets the column, whoever had it. Rows whose best profit is 0 want
    none. With rounds enough the total is at most the raise times the number of rows below the best.

    Args:
        worth (Tensor): (..., P, M); pairs of worth 0 are never made.
        num_rounds (int): Rounds.
        step (float): The least raise, in parts of the largest worth.

    Returns:
        Tensor: Column of each row, (..., P), int64; -1 where it has none.

    Source: Bertsekas 1988, "The auction algorithm"; of the first of equal rows and columns.
    """
    rows, columns = (torch.arange(count, device=worth.device) for count in worth.shape[-2:])
    raise_by = step * worth.amax(-1).amax(-1)[..., None]
    worth = torch.where(worth > 0, worth, -1)  # below every price
    price = torch.zeros_like(worth[..., 0, :])  # (..., M)
    owner = torch.full_like(price, UNMATCHED, dtype=torch.long)
    column = torch.full_like(worth[..., 0], UNMATCHED, dtype=torch.long)  # (..., P), of each row
    for _ in range(num_rounds):
        profit, wanted = _two_best(worth - price[..., None, :])
        bidding = (column == UNMATCHED) & (profit[..., 0] > 0)
        raised = profit[..., 0] - profit[..., 1].clamp(min=0) + raise_by
        bid = torch.where(bidding[..., None] & (wanted[..., None] == columns), raised[..., None], 0)
        highest = bid.amax(-2)
        owner = torch.where(highest > 0, bid.argmax(-2), owner)
        price = price + highest
        column = torch.where(bidding, wanted, column)
        kept = owner.gather(-1, column.clamp(min=0)) == rows
        column = torch.where(kept, column, UNMATCHED)
    return column


def _two_best(profit: Tensor) -> Tuple[Tensor, Tensor]:
    """The two highest values of the last axis, (..., 2), and the place of the highest."""
    best, place = first_best(profit, 2)
    return torch.nn.functional.pad(best, (0, 2 - best.shape[-1])), place[..., 0]
