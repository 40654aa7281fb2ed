"""A convolution that autocast does not round."""

import torch
from torch import Tensor, nn


class ExactConv2d(nn.Conv2d):
    """A convolution in the type of its weights, under autocast too: bfloat16 rounds offsets."""

    def forward(self, x: Tensor) -> Tensor:
        """Convolve (B, C, H, W) of any float type."""
        with torch.autocast(x.device.type, enabled=False):
            return super().forward(x.to(self.weight.dtype))
