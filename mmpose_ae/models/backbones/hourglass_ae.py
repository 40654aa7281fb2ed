"""Stacked hourglass of Associative Embedding (Newell et al. 2017, arXiv:1611.05424, Section 3.1).

Against the hourglass for single-person pose (Newell et al. 2016, arXiv:1603.06937) it has more
channels at every drop in resolution and plain 3x3 convolutions in place of residual modules.
"""

from functools import partial
from typing import Callable, Optional, Sequence, Tuple, Union

from mmcv.cnn import ConvModule
from mmengine.model import BaseModule
from mmpose.models.backbones.resnet import BasicBlock, ResLayer
from torch import Tensor, nn

from mmpose_ae.models.modules import ExactConv2d
from mmpose_ae.registry import MODELS

STEM_STRIDE = 4
Layer = Callable[[int, int], nn.Module]
# Heatmaps are 0 nearly everywhere: a start far from it drives the last features to 0 for good.
PREDICTIONS_NEAR_ZERO = dict(
    type='Normal', layer=[], override=dict(type='Normal', name='predictions', std=0.001)
)


class Hourglass(nn.Module):
    """One hourglass: halve the resolution, process it there, come back and add the skip branch.

    Args:
        channels (Sequence[int]): Channels at every resolution, fine to coarse, two at least.
        layer (Callable): Makes a 3x3 layer from its input and output channels.
    """

    def __init__(self, channels: Sequence[int], layer: Layer) -> None:
        super().__init__()
        fine, coarse = channels[:2]
        self.skip = layer(fine, fine)
        self.down = nn.Sequential(nn.MaxPool2d(2), layer(fine, coarse))
        self.inner = Hourglass(channels[1:], layer) if len(channels) > 2 else layer(coarse, coarse)
        self.up = nn.Sequential(layer(coarse, fine), nn.Upsample(scale_factor=2))

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, C, H, W) to the same shape; H and W halve once per level."""
        return self.skip(x) + self.up(self.inner(self.down(x)))


@MODELS.register_module()
class HourglassAE(BaseModule):
    """Stacked hourglasses that predict heatmaps and tags after every stack.

    Args:
        out_channels (int): Channels predicted by every stack: K heatmaps, L*K tags and, if more,
            extra features. The released weights have 68 = 17 + 17 + 34.
        num_stacks (int): Number of hourglasses.
        num_levels (int): How often an hourglass halves the resolution.
        feat_channels (int): Channels at 1/4 of the input resolution.
        increase (int | Sequence[int]): Channels added at each halving. A sequence gives every
            level its own: the released code applies its ``increase`` to the first one only and
            128 to the others, (increase, 128, 128, 128).
        stem_channels (Sequence[int]): Channels of the stem at 1/2 and at 1/4 resolution.
        norm_cfg (dict, optional): Normalization of every 3x3 layer. None, as in the released
            weights, has none.
        conv_order (Sequence[str]): Order in a layer; ('conv', 'act', 'norm') is the release's.
        residual (bool): Residual blocks of two convolutions in the hourglasses, as in the network
            of 2016, instead of single ones. Small networks learn faster with them. Normalized
            by ``norm_cfg``, which must be given.
        init_cfg (dict, optional): Initialization; by default predictions start near 0.

    Raises:
        ValueError: ``increase`` does not fit ``num_levels``, ``residual`` without ``norm_cfg``, or
            an input that does not divide.
    """

    def __init__(
        self,
        out_channels: int,
        num_stacks: int = 4,
        num_levels: int = 4,
        feat_channels: int = 256,
        increase: Union[int, Sequence[int]] = 128,
        stem_channels: Sequence[int] = (64, 128),
        norm_cfg: Optional[dict] = None,
        conv_order: Sequence[str] = ('conv', 'act', 'norm'),
        residual: bool = False,
        init_cfg: Optional[dict] = PREDICTIONS_NEAR_ZERO,
    ) -> None:
        super().__init__(init_cfg)
        self.input_divisor = STEM_STRIDE * 2**num_levels
        channels = _channels_per_level(feat_channels, increase, num_levels)
        conv = partial(_conv3x3, norm_cfg=norm_cfg, order=tuple(conv_order))
        if residual and norm_cfg is None:
            raise ValueError('residual blocks need a norm_cfg')
        layer = partial(_residual, norm_cfg=norm_cfg) if residual else conv
        half, quarter = stem_channels
        self.stem = nn.Sequential(
            conv(3, half, kernel_size=7, stride=2),
            conv(half, quarter),
            nn.MaxPool2d(2),
            conv(quarter, quarter),
            conv(quarter, feat_channels),
        )
        self.stacks = nn.ModuleList(
            nn.Sequential(
                Hourglass(channels, layer),
                layer(feat_channels, feat_channels),
                layer(feat_channels, feat_channels),
            )
            for _ in range(num_stacks)
        )
        self.predictions = nn.ModuleList(
            ExactConv2d(feat_channels, out_channels, 1) for _ in range(num_stacks)
        )
        self.merge_features = _pointwise(feat_channels, feat_channels, num_stacks - 1)
        self.merge_predictions = _pointwise(out_channels, feat_channels, num_stacks - 1)

    def forward(self, x: Tensor) -> Tuple[Tensor, ...]:
        """Predict after every stack.

        Args:
            x (Tensor): Images, (B, 3, H, W), float; H and W divisible by ``input_divisor``.

        Returns:
            tuple[Tensor]: One (B, ``out_channels``, H/4, W/4) per stack, first to last.
        """
        self._check_size(x)
        x = self.stem(x)
        outputs = []
        for i, (stack, predict) in enumerate(zip(self.stacks, self.predictions)):
            features = stack(x)
            outputs.append(predict(features))
            if i < len(self.merge_features):
                x = x + self.merge_predictions[i](outputs[i]) + self.merge_features[i](features)
        return tuple(outputs)

    def _check_size(self, x: Tensor) -> None:
        height, width = x.shape[-2:]
        if height % self.input_divisor or width % self.input_divisor:
            raise ValueError(
                f'HourglassAE needs an input size divisible by {self.input_divisor}, '
                f'got {width}x{height} (width x height); pad the images, for instance with '
                f'BottomupResize(size_factor={self.input_divisor})'
            )


def _channels_per_level(
    feat_channels: int, increase: Union[int, Sequence[int]], num_levels: int
) -> Tuple[int, ...]:
    steps = (increase,) * num_levels if isinstance(increase, int) else tuple(increase)
    if num_levels < 1 or len(steps) != num_levels:
        raise ValueError(
            f'increase needs one value per level (num_levels={num_levels}, at least 1), got {steps}'
        )
    return tuple(feat_channels + sum(steps[:level]) for level in range(num_levels + 1))


def _conv3x3(
    in_channels: int,
    out_channels: int,
    kernel_size: int = 3,
    stride: int = 1,
    norm_cfg: Optional[dict] = None,
    order: Tuple[str, ...] = ('conv', 'act', 'norm'),
) -> ConvModule:
    norm_follows_conv = norm_cfg is not None and order.index('norm') < order.index('act')
    return ConvModule(
        in_channels,
        out_channels,
        kernel_size,
        stride=stride,
        padding=kernel_size // 2,
        bias=not norm_follows_conv,
        norm_cfg=norm_cfg,
        order=order,
    )


def _residual(in_channels: int, out_channels: int, norm_cfg: dict) -> nn.Module:
    return ResLayer(BasicBlock, 1, in_channels, out_channels, norm_cfg=norm_cfg)


def _pointwise(in_channels: int, out_channels: int, count: int) -> nn.ModuleList:
    return nn.ModuleList(nn.Conv2d(in_channels, out_channels, 1) for _ in range(count))
