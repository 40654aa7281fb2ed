"""The deformable convolution as its paper defines it (Dai et al. 2017), slowly, in loops."""

from itertools import product
from math import floor

import torch
from torch import Tensor, nn


class DeformableByHand(nn.Module):
    """A 3x3 convolution whose taps are moved; it takes what MMCV's ``DeformConv2d`` takes."""

    def __init__(self, in_channels, out_channels, groups=1, **kwargs):
        super().__init__()
        self.groups = groups
        self.weight = nn.Parameter(torch.empty(out_channels, in_channels // groups, 3, 3))
        nn.init.normal_(self.weight)

    @torch.no_grad()
    def forward(self, x: Tensor, offsets: Tensor) -> Tensor:
        """Convolve (B, C, H, W) with offsets (y, x), (B, groups * 18, H, W)."""
        batch, channels, height, width = x.shape
        out = x.new_zeros(batch, len(self.weight), height, width)
        maps = x.unflatten(1, (self.groups, -1))
        moved = offsets.unflatten(1, (self.groups, 9, 2))
        kernels = self.weight.unflatten(0, (self.groups, -1)).flatten(3)
        for image, group, row, column in product(
            range(batch), range(self.groups), range(height), range(width)
        ):
            value = 0
            for tap in range(9):
                dy, dx = moved[image, group, tap, :, row, column].tolist()
                place = row + tap // 3 - 1 + dy, column + tap % 3 - 1 + dx
                value = value + kernels[group, :, :, tap] @ bilinear(maps[image, group], *place)
            out.unflatten(1, (self.groups, -1))[image, group, :, row, column] = value
        return out


def bilinear(maps: Tensor, y: float, x: float) -> Tensor:
    """Values (C,) of maps (C, H, W) at a point; 0 beyond the border."""
    value = maps.new_zeros(len(maps))
    for row, column in product((floor(y), floor(y) + 1), (floor(x), floor(x) + 1)):
        if 0 <= row < maps.shape[1] and 0 <= column < maps.shape[2]:
            value = value + (1 - abs(y - row)) * (1 - abs(x - column)) * maps[:, row, column]
    return value
