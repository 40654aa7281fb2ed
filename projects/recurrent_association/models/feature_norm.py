"""Normalization by the statistics of the whole data set (Section 3.3 of the paper)."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class FeatureNorm(nn.Module):
    """Batch norm whose statistics are those of all data, in training as in testing.

    With an image per batch the statistics of the batch say little. Here a running average over
    everything observed is used from the first batch on: the features come from a frozen network,
    so the average settles and all batches count alike. It is kept in checkpoints.

    Args:
        num_channels (int): Channels of the features.
        eps (float): Added to the variance.
    """

    def __init__(self, num_channels: int, eps: float = 1e-5) -> None:
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(num_channels))
        self.bias = nn.Parameter(torch.zeros(num_channels))
        self.register_buffer('mean', torch.zeros(num_channels))
        self.register_buffer('mean_square', torch.ones(num_channels))
        self.register_buffer('num_batches', torch.zeros((), dtype=torch.long))

    @torch.no_grad()
    def observe(self, features: Tensor) -> None:
        """Take a batch of features (B, C, h, w) into the statistics."""
        features = features.float()
        self.num_batches += 1
        share = 1 / self.num_batches
        self.mean.lerp_(features.mean((0, 2, 3)), share)
        self.mean_square.lerp_(features.square().mean((0, 2, 3)), share)

    def forward(self, features: Tensor) -> Tensor:
        """Normalize features (B, C, h, w)."""
        variance = (self.mean_square - self.mean.square()).clamp(min=0)
        return F.batch_norm(features, self.mean, variance, self.weight, self.bias, eps=self.eps)
