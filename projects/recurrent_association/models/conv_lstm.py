"""Convolutional LSTM (Shi et al. 2015, arXiv:1506.04214), without state of its own."""

from typing import List, NamedTuple, Optional, Sequence

import torch
from torch import Tensor, nn

from .global_context import GlobalContext


class LSTMState(NamedTuple):
    """What one cell hands on from step to step.

    Attributes:
        hidden (Tensor): Its output, (B, C, h, w), between -1 and 1.
        memory (Tensor): Its memory, (B, C, h, w), float32 under autocast, too.
    """

    hidden: Tensor
    memory: Tensor


class ConvLSTMCell(nn.Module):
    """One layer: four gates from convolutions of the input and of its own last output.

    The input comes in two parts. What stays the same over all steps is convolved once, by
    :meth:`project`; together the convolutions are one of the concatenation, as in the paper.
    There are no peepholes, whose weights would fix the size of the maps.

    Args:
        in_channels (int): Channels of the input that changes; 0 if there is none.
        hidden_channels (int): Channels of the state.
        kernel_size (int): Side of all kernels, odd.
        constant_channels (int): Channels of the input that stays the same; 0 if there is none.
        global_context (bool): Whether the gates also see how high the input that changes and the
            last output are anywhere, see :class:`GlobalContext`.
    """

    def __init__(
        self,
        in_channels: int,
        hidden_channels: int,
        kernel_size: int = 3,
        constant_channels: int = 0,
        global_context: bool = False,
    ) -> None:
        super().__init__()
        self.hidden_channels = hidden_channels

        def convolution(channels: int, bias: bool = False) -> Optional[nn.Conv2d]:
            if channels == 0:
                return None
            padding = kernel_size // 2
            return nn.Conv2d(channels, 4 * hidden_channels, kernel_size, padding=padding, bias=bias)

        self.from_constant = convolution(constant_channels)
        self.from_input = convolution(in_channels)
        self.from_hidden = convolution(hidden_channels, bias=True)
        self.context = None
        if global_context:
            self.context = GlobalContext(in_channels + hidden_channels, 4 * hidden_channels)
        with torch.no_grad():  # remember by default
            self.from_hidden.bias[hidden_channels : 2 * hidden_channels] = 1

    def project(self, constant: Tensor) -> Tensor:
        """Convolve the input (B, C, h, w) that stays the same to a share of the gates."""
        return self.from_constant(constant)

    def forward(
        self, x: Optional[Tensor], state: LSTMState, gates: Optional[Tensor] = None
    ) -> LSTMState:
        """Take one step.

        Args:
            x (Tensor, optional): The input that changes, (B, ``in_channels``, h, w).
            state (LSTMState): Of the step before.
            gates (Tensor, optional): What :meth:`project` made of the input that stays the same,
                (B, 4 C, h, w).

        Returns:
            LSTMState: The new state.
        """
        total = self.from_hidden(state.hidden)
        if x is not None:
            total = total + self.from_input(x)
        if gates is not None:
            total = total + gates
        if self.context is not None:
            total = self.context(total, [state.hidden] if x is None else [x, state.hidden])
        gates, candidate = total.split([3 * self.hidden_channels, self.hidden_channels], dim=1)
        enter, keep, leave = gates.sigmoid().chunk(3, dim=1)
        memory = keep * state.memory + enter * candidate.tanh()
        return LSTMState(leave * memory.tanh().to(leave), memory)


class ConvLSTM(nn.Module):
    """A stack of cells, each with half of the channels of the one before.

    Args:
        constant_channels (int): Channels of the input that stays the same over all steps.
        in_channels (int): Channels of the input that changes; 0 if there is none.
        hidden_channels (int): Channels of the first cell's state.
        num_layers (int): Number of cells.
        kernel_size (int): Side of all kernels, odd.
        global_context (bool): As in :class:`ConvLSTMCell`.

    Raises:
        ValueError: If the channels cannot be halved so often.
    """

    def __init__(
        self,
        constant_channels: int,
        in_channels: int,
        hidden_channels: int = 128,
        num_layers: int = 3,
        kernel_size: int = 3,
        global_context: bool = False,
    ) -> None:
        super().__init__()
        if hidden_channels % 2 ** (num_layers - 1):
            raise ValueError(
                f'hidden_channels {hidden_channels} must be divisible by '
                f'{2 ** (num_layers - 1)} to be halved in each of {num_layers} layers'
            )
        self.channels = [hidden_channels // 2**layer for layer in range(num_layers)]
        inputs = [in_channels, *self.channels]
        constants = [constant_channels] + (num_layers - 1) * [0]
        self.cells = nn.ModuleList(
            ConvLSTMCell(size, channels, kernel_size, constant, global_context)
            for size, channels, constant in zip(inputs, self.channels, constants)
        )

    def project(self, constant: Tensor) -> Tensor:
        """Prepare the input (B, C, h, w) that stays the same for any number of steps."""
        return self.cells[0].project(constant)

    def initial_state(self, like: Tensor) -> List[LSTMState]:
        """Make the state before the first step, zeros, for maps like (B, ..., h, w)."""
        batch, _, *size = like.shape
        shapes = [(batch, channels, *size) for channels in self.channels]
        return [LSTMState(*like.new_zeros(2, *s, dtype=torch.float32)) for s in shapes]

    def forward(
        self, projected: Tensor, x: Optional[Tensor], states: Sequence[LSTMState]
    ) -> List[LSTMState]:
        """Take one step.

        Args:
            projected (Tensor): What :meth:`project` made of the constant input.
            x (Tensor, optional): The input that changes, (B, ``in_channels``, h, w).
            states (sequence[LSTMState]): Of each layer.

        Returns:
            list[LSTMState]: The new ones; the output is the last one's ``hidden``.
        """
        gates, new = projected, []
        for cell, state in zip(self.cells, states):
            new.append(cell(x, state, gates))
            x, gates = new[-1].hidden, None
        return new


def spatial_maxima(states: Sequence[LSTMState]) -> Tensor:
    """Highest value of every hidden map of all layers, (B, C)."""
    return torch.cat([state.hidden.amax((2, 3)) for state in states], dim=1)


def detach(states: Sequence[LSTMState]) -> List[LSTMState]:
    """Cut the states off the graph that made them."""
    return [LSTMState(*(value.detach() for value in state)) for state in states]


def detach_images(states: Sequence[LSTMState], images: Tensor) -> List[LSTMState]:
    """Cut the states of some images of the batch, (B,), bool, off the graph that made them."""
    cut = images[:, None, None, None]
    return [LSTMState(*(value.detach().where(cut, value) for value in state)) for state in states]
