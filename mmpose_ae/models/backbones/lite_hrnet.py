"""Lite-HRNet (Yu et al. 2021, arXiv:2104.06403) whose exported files take pictures of any size."""

from typing import List

import torch
import torch.nn.functional as F
from mmengine.model import BaseModule
from mmpose.models.backbones import LiteHRNet as FixedLiteHRNet
from mmpose.models.backbones.litehrnet import (
    ConditionalChannelWeighting,
    CrossResolutionWeighting,
)
from torch import Tensor

from mmpose_ae.registry import MODELS


@MODELS.register_module()
class LiteHRNet(FixedLiteHRNet):
    """MMPose's network, of the same weights, for inputs whose sides are multiples of 32.

    Maps are brought to the size of the coarsest ones by pooling a known number of cells, not to a
    size that depends on the input: tracing that for open sizes does not end.
    """

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for block in self.modules():
            if isinstance(block, ConditionalChannelWeighting):
                theirs = block.cross_resolution_weighting
                block.cross_resolution_weighting = ResolutionWeighting(theirs)


class ResolutionWeighting(BaseModule):
    """Weights of channels by all resolutions, each of which has half as many cells on a side.

    Args:
        theirs (CrossResolutionWeighting): Whose layers it takes over.
    """

    def __init__(self, theirs: CrossResolutionWeighting) -> None:
        super().__init__()
        self.channels, self.conv1, self.conv2 = theirs.channels, theirs.conv1, theirs.conv2

    def forward(self, x: List[Tensor]) -> List[Tensor]:
        """Weigh maps (B, C_i, H_i, W_i), fine to coarse."""
        *finer, coarsest = x
        factors = (2**steps for steps in range(len(finer), 0, -1))
        pooled = [F.avg_pool2d(maps, factor) for maps, factor in zip(finer, factors)]
        weights = self.conv2(self.conv1(torch.cat([*pooled, coarsest], dim=1)))
        return [
            maps * F.interpolate(weight, size=maps.shape[-2:], mode='nearest')
            for maps, weight in zip(x, weights.split(self.channels, dim=1))
        ]
