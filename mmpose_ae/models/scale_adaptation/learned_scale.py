"""Scales that the network learns by itself (Luo et al. 2021, arXiv:2012.15175)."""

from typing import List, Sequence

from mmcv.cnn import build_norm_layer
from mmengine.model import BaseModule, ModuleList
from torch import Tensor, nn

from mmpose_ae.models.heads.outputs import BottomupOutputs
from mmpose_ae.models.heads.supervision import Supervision
from mmpose_ae.options import check_odd
from mmpose_ae.registry import MODELS

from .heatmap_scale import HeatmapScale


@MODELS.register_module()
class LearnedScale(HeatmapScale):
    """A branch per resolution that says how much narrower the target should be.

    For :class:`WeightAdaptiveHeatmapLoss`, which makes its gradient; it says 0 at the start. As
    only training asks the branches, a network is as fast as without them.

    Args:
        kernel_size (int): How far a branch looks, in cells; odd.

    Source:
        SWAHR; the layers are those of its release.
    """

    scale_kind = 'exponent'

    def __init__(self, kernel_size: int = 9) -> None:
        super().__init__()
        check_odd('kernel_size', kernel_size)
        self.kernel_size = kernel_size
        self.branches = ModuleList()

    def add_layers(self, in_channels: Sequence[int], num_maps: int) -> None:
        """Make a branch per resolution.

        Args:
            in_channels (sequence[int]): See :class:`HeatmapScale`.
            num_maps (int): Number of heatmaps.

        Raises:
            ValueError: There are no features.
        """
        if not in_channels:
            raise ValueError(
                'LearnedScale reads features, and a head with final_layer=None has none: let the '
                'backbone give features and the head predict (final_layer=dict(kernel_size=1))'
            )
        for width in in_channels:
            self.branches.append(_Branch(width, num_maps, self.kernel_size))

    def forward(self, outputs: BottomupOutputs, supervision: Supervision) -> List[Tensor]:
        """Give scales as :class:`HeatmapScale` does."""
        return [branch(x) for branch, x in zip(self.branches, outputs.features)]


class _Branch(BaseModule):
    """Mix the channels for each heatmap, then look around; 0 everywhere at the start."""

    def __init__(self, in_channels: int, num_maps: int, kernel_size: int) -> None:
        super().__init__()
        self.mix = nn.Sequential(
            nn.Conv2d(in_channels, num_maps, 1),
            build_norm_layer(dict(type='BN'), num_maps)[1],
            nn.ReLU(inplace=True),
        )
        self.look = nn.Conv2d(
            num_maps, num_maps, kernel_size, padding=kernel_size // 2, groups=num_maps
        )
        self.init_weights()

    def init_weights(self) -> None:
        """Set the last layer to 0, after whatever the head does to its layers."""
        nn.init.zeros_(self.look.weight)
        nn.init.zeros_(self.look.bias)

    def forward(self, x: Tensor) -> Tensor:
        """Say scales (B, K, H, W) of features (B, C, H, W)."""
        return self.look(self.mix(x))
