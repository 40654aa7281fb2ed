"""Loss of the offsets from centers to keypoints (CenterNet, Zhou et al. 2019, arXiv:1904.07850)."""

from typing import Sequence

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence

from mmpose_ae.models.losses.instance_tags import masked_mean
from mmpose_ae.ops import gather_tags
from mmpose_ae.options import check_between
from mmpose_ae.registry import MODELS


@MODELS.register_module()
class CenterOffsetLoss(nn.Module):
    """L1 distance of the offsets at the cells of centers, averaged over all visible keypoints.

    Args:
        loss_weight (float): Factor of the loss.
    """

    def __init__(self, loss_weight: float = 1.0) -> None:
        super().__init__()
        check_between('loss_weight', loss_weight)
        self.loss_weight = loss_weight

    def forward(
        self, offsets: Tensor, keypoint_indices: Sequence[Tensor], center_offsets: Sequence[Tensor]
    ) -> Tensor:
        """Compute the loss; without instances it is 0 and still connected to the graph.

        Args:
            offsets (Tensor): Offset maps, (B, 2 * K, H, W), channel ``K`` onwards of y, any float
                type. The last of the K keypoints is the center.
            keypoint_indices (sequence): Per image (N, K, 2), int64: row-major cell ``y * W + x``
                and 1 where the keypoint is annotated, else 0.
            center_offsets (sequence): Per image the targets (x, y) in cells, (N, K, 2), float.

        Returns:
            Tensor: Scalar, float32.
        """
        indices = pad_sequence(list(keypoint_indices), batch_first=True)  # (B, N, K, 2)
        targets = pad_sequence(list(center_offsets), batch_first=True)
        visible = (indices[..., 1] > 0) & (indices[..., -1:, 1] > 0)
        centers = indices[..., -1, 0] * visible[..., -1]  # (B, N)
        cells = centers[:, None].expand(-1, indices.shape[2], -1)
        predicted = gather_tags(offsets, cells).transpose(1, 2).float()  # (B, N, K, 2)
        error = (predicted - targets).abs().mean(-1)
        error = torch.where(visible, error, torch.zeros_like(error))
        return self.loss_weight * masked_mean(error.flatten(), visible.flatten(), dim=0)
