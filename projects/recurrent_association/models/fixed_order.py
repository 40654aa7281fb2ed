"""An order to start from: at first each step has a person, later it is free."""

import torch
from mmengine.logging import MessageHub
from torch import Tensor


class FixedOrder:
    """Makes it dear to show people in another order than from the largest to the smallest.

    The order is one that the image tells, so the first steps can learn what a person is before
    they choose whom to show. The price falls to 0, from where on the order is free.

    Args:
        iterations (int): Iterations of training until the order is free.
        price (float): At first, of a step that does not show its person, as a distance of heatmaps
            summed over keypoints (of an empty to a true one it is about 1.8 sigma per keypoint).
    """

    def __init__(self, iterations: int, price: float = 10.0) -> None:
        self.iterations = iterations
        self.price = price

    def costs(self, index: Tensor, ranks: Tensor) -> Tensor:
        """Make what is added to the costs of matching.

        Args:
            index (Tensor): Number of each step, (P,), int64.
            ranks (Tensor): Place of each instance in the order, (B, N), int64.

        Returns:
            Tensor: (B, P, N), float32.
        """
        done = MessageHub.get_current_instance().get_info('iter', 0) / self.iterations
        price = self.price * max(0.0, 1 - done)
        return price * (ranks[:, None] != index[:, None]).float()


def rank_by_size(sides: Tensor, present: Tensor) -> Tensor:
    """Rank instances by the area of their boxes, the largest first.

    Args:
        sides (Tensor): Width and height of boxes, (B, N, 2).
        present (Tensor): Which instances there are, (B, N), bool; others come last.

    Returns:
        Tensor: (B, N), int64.
    """
    area = sides.prod(2).masked_fill(~present, -torch.inf)
    return area.argsort(dim=1, descending=True, stable=True).argsort(dim=1)
