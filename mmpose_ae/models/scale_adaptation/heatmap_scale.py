"""What the strategies of scale adaptation have in common."""

from typing import List, Optional, Sequence

from mmengine.model import BaseModule
from torch import Tensor

from mmpose_ae.models.heads.outputs import BottomupOutputs
from mmpose_ae.models.heads.supervision import Supervision


class HeatmapScale(BaseModule):
    """Tell the loss of heatmaps a scale at every cell, in training; testing knows nothing of it.

    What a scale means is agreed between a strategy and its loss. Both may declare it, and then a
    head refuses what does not agree, see :func:`check_scale_pair`.

    Attributes:
        scale_kind (str, optional): What the scales mean, as the loss declares it.
    """

    scale_kind: Optional[str] = None

    def add_layers(self, in_channels: Sequence[int], num_maps: int) -> None:
        """Make the layers that the strategy has, by default none.

        Args:
            in_channels (sequence[int]): Channels of the features at each resolution, coarse to
                fine; none where the backbone predicts the heatmaps itself.
            num_maps (int): Number of heatmaps, centers included.
        """

    def check_tags(self, tag_dim: int) -> None:
        """Refuse tags that the strategy cannot use, by default none.

        Args:
            tag_dim (int): L, the size of the head's tags; 0 where it predicts none.
        """

    def forward(self, outputs: BottomupOutputs, supervision: Supervision) -> List[Tensor]:
        """Give scales.

        Args:
            outputs (BottomupOutputs): What the network predicts, with ``features``.
            supervision (Supervision): Of the batch.

        Returns:
            list[Tensor]: (B, K, H, W) for each resolution of the heatmaps.
        """
        raise NotImplementedError
