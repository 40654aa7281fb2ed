"""What is anywhere in the image, told to every cell."""

from typing import Sequence

import torch
from torch import Tensor, nn


class GlobalContext(nn.Module):
    """Adds what maps are at most, anywhere, to the gates of all cells.

    Whom to show next is a question about the whole image, and kernels of 3x3 see a few cells. The
    stop classifier tells from maxima over the image how many are left; likewise the gates can tell
    who is. Not in the paper. Starts from zeros: as the network without it.

    Args:
        num_channels (int): Channels of all maps.
        num_gates (int): Channels of the gates.
    """

    def __init__(self, num_channels: int, num_gates: int) -> None:
        super().__init__()
        self.linear = nn.Linear(num_channels, num_gates, bias=False)
        nn.init.zeros_(self.linear.weight)

    def forward(self, gates: Tensor, maps: Sequence[Tensor]) -> Tensor:
        """New gates from gates (B, G, h, w) and maps (B, C, h, w)."""
        maxima = torch.cat([x.amax((2, 3)) for x in maps], dim=1)
        return gates + self.linear(maxima)[..., None, None]
