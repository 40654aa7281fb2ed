"""What is anywhere in the image, told to every cell."""

from typing import Sequence

from torch import Tensor, nn

from .conv_lstm import LSTMState, spatial_maxima


class GlobalContext(nn.Module):
    """Adds what the hidden maps are at most, anywhere, to the gates of all cells.

    Whom to show next is a question about the whole image, and kernels of 3x3 see a few cells. The
    maxima that tell the stop classifier how many are left can tell the gates who is. Starts from
    zeros: as the network without it.

    Args:
        num_channels (int): Hidden maps of all layers.
        num_gates (int): Channels of the gates of the first layer.
    """

    def __init__(self, num_channels: int, num_gates: int) -> None:
        super().__init__()
        self.linear = nn.Linear(num_channels, num_gates, bias=False)
        nn.init.zeros_(self.linear.weight)

    def forward(self, gates: Tensor, states: Sequence[LSTMState]) -> Tensor:
        """Gates (B, G, h, w) from those of the constant input and the states of all layers."""
        return gates + self.linear(spatial_maxima(states))[..., None, None]
