"""DEKR's adaptive convolution (Geng et al. 2021, arXiv:2104.02300, Section 3.2) by plain operators.

MMPose computes it by the deformable convolution of the full MMCV, which is compiled; bilinear
sampling does the same, wherever PyTorch or ONNX runs.
"""

import torch
import torch.nn.functional as F
from mmengine.model import BaseModule
from torch import Tensor, nn

from mmpose_ae.ops import to_sampling_grid

SIDE = 3  # of the kernel
TAPS = SIDE**2


def sampled_places(offsets: Tensor) -> Tensor:
    """Where kernels read.

    Args:
        offsets (Tensor): As :class:`AdaptiveConv2d` takes them, (B, groups * 18, H, W).

    Returns:
        Tensor: Points (x, y) in cells for every tap at every cell, (B * groups, 9, H, W, 2).
    """
    moved = offsets.float().reshape(-1, TAPS, 2, *offsets.shape[-2:])
    y, x = (moved + _regular_places(moved)).unbind(2)
    return torch.stack([x, y], dim=-1)


def _regular_places(like: Tensor) -> Tensor:
    """Where the taps of a regular convolution read, (y, x), (9, 2, H, W)."""
    rows, columns = (torch.arange(count, device=like.device) for count in like.shape[-2:])
    steps = torch.arange(SIDE, device=like.device) - SIDE // 2
    y, x = steps.repeat_interleave(SIDE), steps.repeat(SIDE)  # of the taps
    y = (y[:, None] + rows)[..., None].expand(-1, -1, like.shape[-1])
    x = (x[:, None] + columns)[:, None].expand(-1, like.shape[-2], -1)
    return torch.stack([y, x], dim=1)


class AdaptiveConv2d(nn.Module):
    """A 3x3 convolution without bias that reads its input at places moved by offsets.

    Args:
        channels (int): Of input and output.
        groups (int): Groups of channels, each with a kernel and offsets of its own.
    """

    def __init__(self, channels: int, groups: int = 1) -> None:
        super().__init__()
        self.groups = groups
        self.weight = nn.Parameter(torch.empty(channels, channels // groups, SIDE, SIDE))
        nn.init.kaiming_uniform_(self.weight, nonlinearity='relu')

    def forward(self, x: Tensor, offsets: Tensor) -> Tensor:
        """Convolve.

        Args:
            x (Tensor): (B, C, H, W), any float type; 0 beyond the border.
            offsets (Tensor): How far from the regular places to read, in cells, channel
                ``(group * 9 + tap) * 2 + axis`` with axes (y, x), (B, groups * 18, H, W).

        Returns:
            Tensor: (B, C, H, W).
        """
        batch, channels, height, width = x.shape
        groups = (batch * self.groups, -1, height, width)
        places = to_sampling_grid(sampled_places(offsets), (width, height))
        read = F.grid_sample(x.float().reshape(groups), places.flatten(1, 2), align_corners=False)
        read = read.reshape(batch, channels * TAPS, height, width)
        return F.conv2d(read, self.weight.flatten(1)[..., None, None], groups=self.groups)


class AdaptiveBlock(BaseModule):
    """A residual block whose convolution bends its kernel by an affine map at every cell.

    Its weights have the names of MMPose's ``AdaptiveActivationBlock``.

    Args:
        channels (int): Of input and output.
        groups (int): Groups of channels, each with a map of its own: one per keypoint.
    """

    def __init__(self, channels: int, groups: int) -> None:
        super().__init__()
        self.groups = groups
        steps = torch.arange(SIDE).float() - SIDE // 2
        kernel = torch.cartesian_prod(steps, steps).T  # (y, x) of the taps, (2, 9)
        self.register_buffer('regular_matrix', torch.cat([kernel, torch.ones(1, TAPS)]))
        self.transform_matrix_conv = nn.Conv2d(
            channels, 6 * groups, SIDE, padding=SIDE // 2, groups=groups
        )
        self.adapt_conv = AdaptiveConv2d(channels, groups)
        self.norm = nn.BatchNorm2d(channels)
        self.act = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        """Map features (B, C, H, W) to features of the same shape."""
        batch, _, height, width = x.shape
        maps = self.transform_matrix_conv(x).float()
        maps = maps.reshape(batch * self.groups, 2, 3, height * width)
        with torch.autocast(x.device.type, enabled=False):  # bfloat16 knows 8 bits of a place
            offsets = torch.einsum('gacn,ct->gtan', maps, self.regular_matrix)
        offsets = offsets.reshape(batch, self.groups * TAPS * 2, height, width)
        return self.act(self.norm(self.adapt_conv(x, offsets)) + x)
