"""A feature pyramid (Lin et al. 2017, arXiv:1612.03144) that gives its finest level alone.

Behind a small backbone, deconvolutions from 1/32 to 1/4 of the input are most of the work. Here a
level joins by a 1x1 convolution, and what is merged goes through a depthwise separable one.
"""

from typing import Optional, Sequence, Tuple

from mmcv.cnn import ConvModule, DepthwiseSeparableConvModule
from mmengine.model import BaseModule
from torch import Tensor, nn
from torch.nn.functional import interpolate

from mmpose_ae.options import check_odd
from mmpose_ae.registry import MODELS


@MODELS.register_module()
class LightFPN(BaseModule):
    """Bring the features of all levels to the finest one.

    Args:
        in_channels (Sequence[int]): Channels of the levels, fine to coarse, two at least.
        out_channels (int): Channels of the output.
        kernel_size (int): Kernel of the depthwise convolutions, odd.
        norm_cfg (dict, optional): Normalization of every layer; batch norm by default.
        init_cfg (dict, optional): Initialization.

    Raises:
        ValueError: ``kernel_size`` is even, or there is one level only.
    """

    def __init__(
        self,
        in_channels: Sequence[int],
        out_channels: int,
        kernel_size: int = 5,
        norm_cfg: Optional[dict] = None,
        init_cfg: Optional[dict] = None,
    ) -> None:
        super().__init__(init_cfg)
        if len(in_channels) < 2:
            raise ValueError(f'in_channels needs two levels or more to merge, got {in_channels}')
        check_odd('kernel_size', kernel_size)
        norm_cfg = norm_cfg or {'type': 'BN'}
        self.laterals = nn.ModuleList(
            ConvModule(channels, out_channels, 1, norm_cfg=norm_cfg, act_cfg=None)
            for channels in in_channels
        )
        self.refinements = nn.ModuleList(
            DepthwiseSeparableConvModule(
                out_channels, out_channels, kernel_size, padding=kernel_size // 2, norm_cfg=norm_cfg
            )
            for _ in in_channels[1:]
        )

    def forward(self, features: Tuple[Tensor, ...]) -> Tuple[Tensor]:
        """Merge coarse to fine.

        Args:
            features (tuple[Tensor]): (B, ``in_channels[i]``, H_i, W_i), fine to coarse.

        Returns:
            tuple[Tensor]: One map, (B, ``out_channels``, H_0, W_0).
        """
        *finer, x = [lateral(level) for lateral, level in zip(self.laterals, features)]
        for level, refine in zip(finer[::-1], self.refinements):
            x = refine(level + interpolate(x, size=level.shape[-2:], mode='bilinear'))
        return (x,)
