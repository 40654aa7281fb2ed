"""The layers of CenterGroup between the detector's features and the embeddings of candidates."""

from typing import Optional

from mmcv.cnn import build_norm_layer
from mmengine.model import BaseModule
from mmpose.models.backbones.resnet import BasicBlock
from torch import Tensor, nn

# The head around it draws convolutions with a deviation of 0.001, which suits layers that predict.
INIT_CFG = [
    dict(type='Kaiming', layer='Conv2d'),
    dict(type='Constant', layer='_BatchNorm', val=1),
]


class EmbeddingNet(BaseModule):
    """Widen the features by a 1x1 convolution, then refine them by residual blocks.

    Args:
        in_channels (int): Channels of the feature map.
        out_channels (int): D, size of the embeddings. If it is ``in_channels``, the convolution
            is left out.
        num_blocks (int): Number of residual blocks; the paper counts the two of the release as
            one.
        norm_cfg (dict, optional): Normalization of every layer; batch norm by default.
        init_cfg (dict | list, optional): Initialization; Kaiming's by default.

    Source: CenterGroup (Braso et al. 2021, arXiv:2110.05132), Section 5.3 and Table 7.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int = 128,
        num_blocks: int = 2,
        norm_cfg: Optional[dict] = None,
        init_cfg: Optional[dict] = None,
    ) -> None:
        super().__init__(init_cfg or INIT_CFG)
        norm_cfg = norm_cfg or {'type': 'BN'}
        self.widen = nn.Identity()
        if in_channels != out_channels:
            self.widen = nn.Sequential(
                nn.Conv2d(in_channels, out_channels, 1),
                build_norm_layer(norm_cfg, out_channels)[1],
                nn.ReLU(inplace=True),
            )
        self.blocks = nn.Sequential(
            *(BasicBlock(out_channels, out_channels, norm_cfg=norm_cfg) for _ in range(num_blocks))
        )

    def forward(self, features: Tensor) -> Tensor:
        """Turn features (B, ``in_channels``, H, W) into embeddings (B, ``out_channels``, H, W)."""
        return self.blocks(self.widen(features))
