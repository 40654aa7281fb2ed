"""Heatmap loss of Coupled Embedding (Wang et al. 2022, Sections 3.3 and 3.4)."""

import math
from typing import Optional

import torch
from torch import Tensor, nn

from mmpose_ae.options import check_between, check_positive
from mmpose_ae.registry import MODELS

SMALLEST_SCALE = 1e-6
UNDERFLOW = math.log(2.0**-150)  # what float32 rounds to 0


@MODELS.register_module()
class ScaleAdaptiveHeatmapLoss(nn.Module):
    """Weighted squared error to Gaussians that are as wide as the instance is large.

    Raising a Gaussian to the power ``1 / gamma^2`` multiplies its standard deviation by ``gamma``
    (Eq. 4); here ``gamma = scale / theta``. The weight is small where the prediction is right
    already (Eq. 8 to 10). In the release it jumps where the power underflows to 0, elsewhere in
    each float type; here the power is a product of logarithms in float32 at least, and the jump
    stays where float32 has it.

    Args:
        theta (float, optional): Scale whose Gaussians keep their width: 0.4 for COCO, 0.55 for
            CrowdPose. Positive; None leaves all of them as they are.
        beta (float, optional): How fast the likelihood of a cell to be positive decays off the
            center. Positive; None weights all cells alike.
        loss_weight (float): Factor of the loss.
    """

    scale_kind = 'size of instances'

    def __init__(
        self,
        theta: Optional[float] = 0.4,
        beta: Optional[float] = 0.01,
        loss_weight: float = 1.0,
    ) -> None:
        super().__init__()
        for name, value in (('theta', theta), ('beta', beta)):
            if value is not None:
                check_positive(name, value)
        check_between('loss_weight', loss_weight)
        self.theta = theta
        self.beta = beta
        self.loss_weight = loss_weight

    def forward(
        self, output: Tensor, target: Tensor, scale: Tensor, mask: Optional[Tensor] = None
    ) -> Tensor:
        """Compute the loss: the mean over all cells, those that are masked count as 0.

        Args:
            output (Tensor): Predicted heatmaps, (B, K, H, W), any float type.
            target (Tensor): Heatmaps from 0 to 1, (B, K, H, W).
            scale (Tensor): Scale of the instance at every cell, (B, K, H, W), not negative.
            mask (Tensor, optional): 0 where the loss must not count, broadcasts to the heatmaps.

        Returns:
            Tensor: Scalar, float32.
        """
        output = output.to(torch.promote_types(output.dtype, torch.float32))
        log_target = self._log_target(target.to(output), scale.detach().to(output))
        loss = (output - log_target.exp()).square()
        if self.beta is not None:
            loss = loss * self._weight(output, log_target)
        if mask is not None:
            loss = loss * mask
        return loss.mean() * self.loss_weight

    def _log_target(self, target: Tensor, scale: Tensor) -> Tensor:
        """Logarithm of the target raised to ``1 / gamma^2``; minus infinity where it is 0."""
        log_target = target.log()
        if self.theta is not None:
            log_target = log_target * (self.theta / scale.clamp(min=SMALLEST_SCALE)).square()
        return log_target.masked_fill(log_target < UNDERFLOW, -torch.inf)

    def _weight(self, output: Tensor, log_target: Tensor) -> Tensor:
        """Weight of a cell by its likelihood to be positive, which is 0 at target 0."""
        positive = (1 - log_target) ** -self.beta
        return positive * (1 - output).abs() + (1 - positive) * output.abs()
