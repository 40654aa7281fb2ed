"""The two recurrent networks: one instance per step, and its refinement."""

from typing import List, Optional, Sequence, Tuple

import torch
from torch import Tensor, nn

from mmpose_ae.models.modules import ExactConv2d

from .conv_lstm import ConvLSTM, LSTMState, spatial_maxima

FIRST_GUESS = 0.1  # the feedback loop starts from random heatmaps below this


class HeatmapLSTM(nn.Module):
    """ConvLSTM that predicts the heatmaps of one instance per step, and feeds them back.

    In a feedback loop the same network estimates the instance several times, seeing its own last
    heatmaps. The first ones are drawn from a uniform distribution in training; in testing they
    are its mean, so that an image has one result, whatever it is in a batch with.

    Args:
        in_channels (int): Channels of the features, which stay the same over all steps.
        num_keypoints (int): K.
        given_channels (int): Channels of what is given at each step besides.
        num_loops (int): How often an instance is estimated. 0 is once, without heatmaps among the
            inputs; 1 is once with the first guess.
        residual (bool): Predict what is wrong with the last heatmaps, or with what is known of the
            instance, instead of heatmaps; not in the paper.
        **kwargs: Of :class:`ConvLSTM`.

    Source: Sections 3.1.1 and 3.3, Algorithm 1, Table 5.
    """

    def __init__(
        self,
        in_channels: int,
        num_keypoints: int,
        given_channels: int = 0,
        num_loops: int = 2,
        residual: bool = False,
        **kwargs,
    ) -> None:
        super().__init__()
        self.num_keypoints = num_keypoints
        self.num_loops = num_loops
        self.residual = residual
        fed_back = num_keypoints if num_loops else 0
        self.lstm = ConvLSTM(in_channels, given_channels + fed_back, **kwargs)
        self.to_heatmaps = ExactConv2d(self.lstm.channels[-1], num_keypoints, 3, padding=1)
        nn.init.normal_(self.to_heatmaps.weight, std=0.01)  # heatmaps are 0 nearly everywhere
        nn.init.zeros_(self.to_heatmaps.bias)

    def forward(
        self, projected: Tensor, states: Sequence[LSTMState], given: Optional[Tensor] = None
    ) -> Tuple[Tensor, List[LSTMState]]:
        """Estimate the next instance.

        Args:
            projected (Tensor): What ``self.lstm.project`` made of the features.
            states (sequence[LSTMState]): Of each layer.
            given (Tensor, optional): The other input, (B, ``given_channels``, h, w).

        Returns:
            tuple: Heatmaps (B, K, h, w), any float type, and the new states.
        """
        passes, states = self.estimate(projected, states, given)
        return passes[-1], states

    def estimate(
        self,
        projected: Tensor,
        states: Sequence[LSTMState],
        given: Optional[Tensor] = None,
        hint: Optional[Tensor] = None,
    ) -> Tuple[List[Tensor], List[LSTMState]]:
        """Estimate the next instance, with the heatmaps of each pass of the feedback loop.

        Args:
            projected (Tensor): As in :meth:`forward`.
            states (sequence[LSTMState]): As there.
            given (Tensor, optional): As there.
            hint (Tensor, optional): What is known of the instance, (B, K, h, w), added to the first
                guess; needs a feedback loop.

        Returns:
            tuple: Heatmaps (B, K, h, w) of each pass, and the new states.
        """
        heatmaps = self._first_guess(projected) if self.num_loops else None
        if hint is not None:
            heatmaps = heatmaps + hint
        passes, known = [], hint
        for _ in range(max(self.num_loops, 1)):
            inputs = [maps for maps in (given, heatmaps) if maps is not None]
            x = torch.cat(inputs, dim=1) if inputs else None
            states = self.lstm(projected, x, states)
            heatmaps = self.to_heatmaps(states[-1].hidden)
            if self.residual:
                heatmaps = known = heatmaps if known is None else heatmaps + known
            passes.append(heatmaps)
        return passes, states

    def _first_guess(self, like: Tensor) -> Tensor:
        shape = len(like), self.num_keypoints, *like.shape[2:]
        if self.training:
            return torch.empty(shape, device=like.device).uniform_(0, FIRST_GUESS)
        return like.new_full(shape, FIRST_GUESS / 2)


class StopClassifier(nn.Module):
    """Tells from the maxima of all hidden maps whether a step showed a new instance.

    Args:
        num_channels (int): Hidden maps of all layers.
    """

    def __init__(self, num_channels: int) -> None:
        super().__init__()
        self.linear = nn.Linear(num_channels, 1)

    def forward(self, states: Sequence[LSTMState]) -> Tensor:
        """Logits, (B,), float32: an instance if positive, nobody is left if negative."""
        maxima = spatial_maxima(states).to(self.linear.weight.dtype)
        with torch.autocast(maxima.device.type, enabled=False):
            return self.linear(maxima).float().squeeze(1)
