"""What the heads of this package hand from the network to losses and decoding."""

from typing import List, NamedTuple

from torch import Tensor


class BottomupOutputs(NamedTuple):
    """Dense predictions of one stack of the network.

    Attributes:
        heatmaps (list[Tensor]): One (B, K, h_i, w_i) per supervised resolution, coarse to fine.
        tags (Tensor): Tag maps, (B, L * K, h, w), channel ``l * K + k``, at the resolution of
            the coarsest heatmaps.
    """

    heatmaps: List[Tensor]
    tags: Tensor
