"""Loss of detection maps: where something of a category is."""

import torch.nn.functional as F
from torch import Tensor, nn

from mmpose_ae.models.center_group.sigmoid_focal_loss import sigmoid_focal_loss
from mmpose_ae.options import check_between, check_choice, refuse_unknown_options
from mmpose_ae.registry import MODELS

KINDS = dict(
    mse=lambda maps, target: F.mse_loss(maps, target, reduction='none'),
    bce=lambda maps, target: F.binary_cross_entropy_with_logits(maps, target, reduction='none'),
    focal=sigmoid_focal_loss,
)


@MODELS.register_module()
@refuse_unknown_options
class DetectionLoss(nn.Module):
    """Compare detection maps with the union of the instances' masks.

    Args:
        kind (str): ``'mse'``, as Associative Embedding: maps are what they mean. ``'bce'`` is the
            cross entropy and ``'focal'`` the focal loss, of maps before the sigmoid.
        loss_weight (float): Factor.
    """

    def __init__(self, kind: str = 'mse', loss_weight: float = 1.0) -> None:
        super().__init__()
        check_choice('kind', kind, KINDS)
        check_between('loss_weight', loss_weight)
        self.kind = kind
        self.loss_weight = loss_weight

    def forward(self, maps: Tensor, target: Tensor, mask: Tensor) -> Tensor:
        """Average the loss over the cells that are supervised.

        Args:
            maps (Tensor): (B, C, h, w), any float type.
            target (Tensor): 1 where an instance is, else 0, of the same shape.
            mask (Tensor): Cells that are supervised, (B, 1, h, w), bool.

        Returns:
            Tensor: Scalar, float32 at least; 0 where nothing is supervised.
        """
        counted = mask.expand_as(maps).to(target)
        loss = KINDS[self.kind](maps.to(target), target) * counted
        return self.loss_weight * loss.sum() / counted.sum().clamp(min=1)

    def score(self, maps: Tensor) -> Tensor:
        """What maps (...) mean: how sure it is that something is there."""
        return maps if self.kind == 'mse' else maps.sigmoid()
