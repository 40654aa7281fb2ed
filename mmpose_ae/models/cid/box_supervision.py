"""What BoIR adds to CID in training (Jeong et al., BMVC 2023, arXiv:2309.14072): boxes."""

from typing import Dict, Sequence

import torch
import torch.nn.functional as F
from mmcv.cnn import ConvModule
from mmengine.model import bias_init_with_prob
from mmpose.models.backbones.resnet import BasicBlock
from torch import Tensor, nn

from mmpose_ae.options import check_between, check_choice, check_count, refuse_unknown_options

from .box_losses import box_embedding_loss, complete_iou_loss

NORM = dict(type='BN')


class SpatialPyramid(nn.Module):
    """See features at several distances and as a whole (Chen et al. 2017, arXiv:1706.05587).

    Args:
        in_channels (int): C.
        channels (int): Of what is seen at each distance; of all together there are twice as many.
        rates (sequence[int]): Distances of the taps of 3x3 kernels, in cells.
    """

    def __init__(self, in_channels: int, channels: int, rates: Sequence[int]) -> None:
        super().__init__()
        wide = [dict(kernel_size=3, padding=rate, dilation=rate) for rate in rates]
        self.near = nn.ModuleList(
            ConvModule(in_channels, channels, norm_cfg=NORM, **options)
            for options in (dict(kernel_size=1), *wide)
        )
        self.whole = ConvModule(in_channels, channels, 1)  # batches may have a single image
        self.project = ConvModule((len(rates) + 2) * channels, 2 * channels, 1, norm_cfg=NORM)

    def forward(self, features: Tensor) -> Tensor:
        """See (B, C, H, W) as (B, 2 * ``channels``, H, W)."""
        whole = self.whole(features.mean((-2, -1), keepdim=True))
        seen = [see(features) for see in self.near]
        return self.project(torch.cat([*seen, whole.expand_as(seen[0])], dim=1))


def _predict(in_channels: int, channels: int, out_channels: int) -> nn.Sequential:
    """A residual block and a convolution."""
    short = ConvModule(in_channels, channels, 1, norm_cfg=NORM, act_cfg=None)
    block = BasicBlock(in_channels, channels, downsample=short)
    return nn.Sequential(block, nn.Conv2d(channels, out_channels, 3, padding=1))


@refuse_unknown_options
class BoxSupervision(nn.Module):
    """Teach features where people are by their boxes; nothing of it is there in testing.

    At the center of a person the network says where the box is, and it embeds every cell so that
    people differ: see :func:`box_embedding_loss`. The release differs in that its centers are
    predicted of the same pyramid, too. It mixes up the axes of a cell and a box, and takes half the
    right and lower edge for the middle of a box; here is what is meant.

    Args:
        in_channels (int): Channels of the feature map.
        channels (int): Of the layers between; the pyramid has twice as many, embeddings as many.
        rates (sequence[int]): See :class:`SpatialPyramid`.
        box_weight (float): Of the loss of boxes.
        embedding_weight (float): Of the loss of embeddings.
        beta (float): See :func:`box_embedding_loss`.
        background (str): ``'image'`` or ``'person'``, see :func:`box_embedding_loss`.

    Raises:
        ValueError: If an option cannot be.
    """

    def __init__(
        self,
        in_channels: int,
        channels: int = 128,
        rates: Sequence[int] = (12, 24, 36),
        box_weight: float = 0.25,
        embedding_weight: float = 0.25,
        beta: float = 10.0,
        background: str = 'image',
    ) -> None:
        super().__init__()
        check_count('channels', channels, 1)
        if not isinstance(rates, (list, tuple)):
            raise ValueError(f'rates must be a sequence of whole numbers, got {rates!r}')
        for rate in rates:
            check_count('rates', rate, 1)
        for name, value in dict(
            box_weight=box_weight, embedding_weight=embedding_weight, beta=beta
        ).items():
            check_between(name, value)
        check_choice('background', background, ['image', 'person'])
        self.pyramid = SpatialPyramid(in_channels, channels, rates)
        self.embed = _predict(2 * channels, channels, channels)
        self.measure = _predict(2 * channels, channels, 4)
        self.box_weight, self.embedding_weight = box_weight, embedding_weight
        self.beta, self.background = beta, background
        self.init_weights()

    def init_weights(self) -> None:
        """Begin as the release does: embeddings close to each other, boxes small."""
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.normal_(module.weight, std=0.001)
        nn.init.constant_(self.embed[-1].bias, bias_init_with_prob(0.01))
        nn.init.zeros_(self.measure[-1].weight)
        nn.init.ones_(self.measure[-1].bias)

    def forward(
        self, features: Tensor, image: Tensor, centers: Tensor, boxes: Tensor
    ) -> Dict[str, Tensor]:
        """Compute the losses of a batch.

        Args:
            features (Tensor): (B, C, H, W), any float type.
            image (Tensor): Which image each person is in, (P,), int64.
            centers (Tensor): Cells (x, y) of their centers, (P, 2), int64.
            boxes (Tensor): Left, top, right and bottom in cells, (P, 4), float.

        Returns:
            dict: ``loss/box`` and ``loss/box_embedding``, means over people; 0 without any.
        """
        seen = self.pyramid(features)
        embeddings, sides = self.embed(seen).float(), self.measure(seen).float()
        last = boxes.new_tensor([*features.shape[:1:-1]] * 2) - 1
        boxes = boxes.float().clamp(min=0).minimum(last)  # of what is in the image
        with torch.autocast(features.device.type, enabled=False):  # means over all cells
            apart = [
                box_embedding_loss(maps, boxes[image == number], self.beta, self.background)
                for number, maps in enumerate(embeddings)
            ]
        return {
            'loss/box': self.box_weight * self._compare(sides, image, centers, boxes),
            'loss/box_embedding': self.embedding_weight * sum(apart) / max(len(boxes), 1),
        }

    def _compare(self, sides: Tensor, image: Tensor, centers: Tensor, boxes: Tensor) -> Tensor:
        """Compare boxes with what the nine cells around each center predict."""
        step = torch.arange(-1, 2, device=centers.device)
        around = centers[:, None] + torch.cartesian_prod(step, step)  # (P, 9, 2)
        size = centers.new_tensor(sides.shape[:1:-1])
        who, which = ((around >= 0) & (around < size)).all(-1).nonzero(as_tuple=True)
        cells = around[who, which]
        # Never below 0, so that every box has an inside; the release takes them as they are.
        lengths = F.softplus(sides[image[who], :, cells[:, 1], cells[:, 0]])
        predicted = torch.cat([cells - lengths[:, :2], cells + lengths[:, 2:]], dim=-1)
        lost = complete_iou_loss(predicted, boxes[who])
        return lost.sum() / max(len(lost), 1)
