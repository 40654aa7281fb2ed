"""A convolution that autocast does not round."""

from contextlib import nullcontext

import torch
from torch import Tensor, nn


class ExactConv2d(nn.Conv2d):
    """A convolution in the type of its weights, under autocast too: bfloat16 rounds offsets."""

    def forward(self, x: Tensor) -> Tensor:
        """Convolve (B, C, H, W) of any float type."""
        kind = x.device.type
        # On "meta", where shapes alone are computed, there is no autocast to turn off.
        with nullcontext() if kind == 'meta' else torch.autocast(kind, enabled=False):
            return super().forward(x.to(self.weight.dtype))
