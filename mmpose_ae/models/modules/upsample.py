"""Learned upsampling of HigherHRNet (Cheng et al. 2020, arXiv:1908.10357, Section 3.3)."""

from typing import Optional

from mmcv.cnn import build_norm_layer
from mmpose.models.backbones.resnet import BasicBlock
from torch import Tensor, nn


class UpsampleModule(nn.Module):
    """Double the resolution by a transposed convolution, then refine by residual blocks.

    Args:
        in_channels (int): Channels of the input: HigherHRNet concatenates the features and the
            predictions of the resolution below.
        out_channels (int): Channels of the upsampled features.
        num_blocks (int): Number of residual blocks.
        kernel_size (int): Kernel of the transposed convolution, at least 2.
        norm_cfg (dict, optional): Normalization of every layer; batch norm by default.

    Raises:
        ValueError: ``kernel_size`` is below 2 and would leave pixels without a value.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        num_blocks: int = 4,
        kernel_size: int = 4,
        norm_cfg: Optional[dict] = None,
    ) -> None:
        super().__init__()
        if kernel_size < 2:
            raise ValueError(f'kernel_size must be at least the stride 2, got {kernel_size}')
        norm_cfg = norm_cfg or {'type': 'BN'}
        self.deconv = nn.Sequential(
            nn.ConvTranspose2d(
                in_channels,
                out_channels,
                kernel_size,
                stride=2,
                padding=(kernel_size - 1) // 2,
                output_padding=kernel_size % 2,
                bias=False,
            ),
            build_norm_layer(norm_cfg, out_channels)[1],
            nn.ReLU(inplace=True),
        )
        self.blocks = nn.Sequential(
            *(BasicBlock(out_channels, out_channels, norm_cfg=norm_cfg) for _ in range(num_blocks))
        )

    def forward(self, x: Tensor) -> Tensor:
        """Upsample (B, ``in_channels``, H, W) to (B, ``out_channels``, 2H, 2W)."""
        return self.blocks(self.deconv(x))
