"""Heatmap loss of SWAHR (Luo et al. 2021, arXiv:2012.15175), as its release computes it."""

from typing import Optional

import torch
from torch import Tensor, nn

from mmpose_ae.options import check_between, check_choice, check_positive
from mmpose_ae.registry import MODELS


@MODELS.register_module()
class WeightAdaptiveHeatmapLoss(nn.Module):
    """Weighted squared error to Gaussians ``g`` that are raised to the power ``1 + s``.

    A positive scale ``s`` makes a Gaussian narrower, a negative one wider; it learns from this loss
    what is easiest to predict, held near 0 by its own square. The weight is small where the
    prediction is right already. Computed in float32 at least, under autocast too.

    Args:
        power (str): ``'taylor'``, the second order expansion of the power around ``s = 0`` as the
            paper has it, or ``'exact'``, where the power is at least 0.
        gamma (float, optional): The target raised to it is the likelihood of a cell to be positive.
            Positive; None weights all cells alike.
        scale_weight (float): Factor of the mean squared scale, the paper's lambda.
        loss_weight (float): Factor of the whole loss.
    """

    scale_kind = 'exponent'

    def __init__(
        self,
        power: str = 'taylor',
        gamma: Optional[float] = 0.01,
        scale_weight: float = 1.0,
        loss_weight: float = 1.0,
    ) -> None:
        super().__init__()
        check_choice('power', power, ('taylor', 'exact'))
        if gamma is not None:
            check_positive('gamma', gamma)
        check_between('scale_weight', scale_weight)
        check_between('loss_weight', loss_weight)
        self.power = power
        self.gamma = gamma
        self.scale_weight = scale_weight
        self.loss_weight = loss_weight

    def forward(
        self, output: Tensor, target: Tensor, scale: Tensor, mask: Optional[Tensor] = None
    ) -> Tensor:
        """Compute the loss: the mean over all cells, those that are masked count as 0.

        Args:
            output (Tensor): Predicted heatmaps, (B, K, H, W), any float type.
            target (Tensor): Heatmaps from 0 to 1, (B, K, H, W).
            scale (Tensor): What :class:`LearnedScale` gives, (B, K, H, W); it counts where the
                target is not 0.
            mask (Tensor, optional): 0 where the loss must not count, broadcasts to the heatmaps.

        Returns:
            Tensor: Scalar, float32.
        """
        output = output.to(torch.promote_types(output.dtype, torch.float32))
        target = target.to(output)
        scale = scale.to(output) * (target > 0)
        loss = (output - self._adapt(target, scale)).square()
        if self.gamma is not None:
            loss = loss * self._weight(output, target)
        loss = loss + self.scale_weight * scale.square()
        if mask is not None:
            loss = loss * mask
        return loss.mean() * self.loss_weight

    def _adapt(self, target: Tensor, scale: Tensor) -> Tensor:
        """The target to the power ``1 + scale``; 0 stays 0."""
        log_target = torch.where(target > 0, target, 1.0).log()
        if self.power == 'taylor':
            step = scale * log_target
            return target * (1 + step + step.square() / 2)
        return torch.where(target > 0, (log_target * (1 + scale).clamp(min=0)).exp(), 0.0)

    def _weight(self, output: Tensor, target: Tensor) -> Tensor:
        positive = target**self.gamma
        return positive * (1 - output).abs() + (1 - positive) * output.abs()
