"""Assignment of candidates to groups by an auction of a fixed number of rounds."""

import torch
from torch import Tensor

from mmpose_ae.grouping import UNMATCHED


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
    num_rows, num_columns = worth.shape[-2:]
    rows = torch.arange(num_rows, device=worth.device)[:, None]
    columns = torch.arange(num_columns, device=worth.device)
    least = step * worth.amax((-2, -1), keepdim=True)
    price = torch.zeros_like(worth[..., :1, :])
    owner = torch.full_like(price, UNMATCHED, dtype=torch.long)
    for _ in range(num_rounds):
        profit = torch.where(worth > 0, worth - price, -1)
        best = profit.amax(-1, keepdim=True)
        wanted = profit.argmax(-1, keepdim=True) == columns
        second = torch.where(wanted, 0, profit).amax(-1, keepdim=True).clamp(min=0)
        bidding = wanted & (best > 0) & ~(owner == rows).any(-1, keepdim=True)
        bid = torch.where(bidding, price + best - second + least, 0)
        highest = bid.amax(-2, keepdim=True)
        owner = torch.where(highest > 0, bid.argmax(-2, keepdim=True), owner)
        price = torch.where(highest > 0, highest, price)
    owned = owner == rows
    return torch.where(owned.any(-1), owned.float().argmax(-1), UNMATCHED)
