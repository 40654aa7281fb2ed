"""Grouping loss of Associative Embedding (Newell et al. 2017, arXiv:1611.05424, Section 3.2)."""

from typing import Sequence, Tuple, Union

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence

from mmpose_ae.grouping import gather_tags
from mmpose_ae.registry import MODELS


@MODELS.register_module()
class AssociativeEmbeddingLoss(nn.Module):
    """Pull the tags of one instance together and push the mean tags of instances apart.

    Values and gradients are those of the code that the authors trained with (pose-ae-train):
    pull averages the squared distance over tag dimensions, keypoints and instances; push averages
    ``exp(-squared distance)`` over pairs of two different instances. MMPose's loss of the same
    name counts each instance as its own partner and takes the exponent per dimension. Everything
    after reading the tags is computed in float32 at least, under autocast too.

    Args:
        loss_weight (float): Factor of both losses.
        push_loss_factor (float): Factor of the push loss alone.
        reduction (str): ``'mean'`` averages over the images of the batch, ``'none'`` gives a
            value per image.
    """

    def __init__(
        self, loss_weight: float = 1.0, push_loss_factor: float = 0.5, reduction: str = 'mean'
    ) -> None:
        super().__init__()
        if reduction not in ('mean', 'none'):
            raise ValueError(f"reduction must be 'mean' or 'none', got {reduction!r}")
        self.loss_weight = loss_weight
        self.push_loss_factor = push_loss_factor
        self.reduction = reduction

    def forward(
        self, tags: Tensor, keypoint_indices: Union[Tensor, Sequence[Tensor]]
    ) -> Tuple[Tensor, Tensor]:
        """Compute both losses; without instances they are 0 and still connected to the graph.

        Args:
            tags (Tensor): Tag maps, (B, L * K, H, W), any float type.
            keypoint_indices (Tensor | sequence): Per image (N, K, 2), int64: row-major cell
                ``y * W + x`` and 1 where the keypoint is annotated, else 0. The index of a
                keypoint that is not annotated may be anything.

        Returns:
            tuple: Pull and push loss, scalars or (B,), float32.
        """
        if len(keypoint_indices) != len(tags):
            raise ValueError(
                f'{len(tags)} tag maps but keypoint_indices of {len(keypoint_indices)} images'
            )
        indices = pad_sequence(list(keypoint_indices), batch_first=True)  # (B, N, K, 2)
        visible = indices[..., 1] > 0  # (B, N, K)
        cells = (indices[..., 0] * visible).transpose(1, 2)  # (B, K, N)
        values = gather_tags(tags, cells).transpose(1, 2)  # (B, N, K, L)
        values = values.to(torch.promote_types(values.dtype, torch.float32))
        # A masked tag may be NaN or infinite, which a product with 0 would keep.
        values = values.masked_fill(~visible[..., None], 0.0)

        count = visible.sum(2)  # (B, N)
        mean = values.sum(2) / count.clamp(min=1)[..., None]  # (B, N, L)
        pull = self._pull(values, mean, visible, count)
        push = self._push(mean, count > 0) * self.push_loss_factor
        if self.reduction == 'mean':
            pull, push = pull.mean(), push.mean()
        return self.loss_weight * pull, self.loss_weight * push

    @staticmethod
    def _pull(values: Tensor, mean: Tensor, visible: Tensor, count: Tensor) -> Tensor:
        """Mean squared distance of tags to their instance's mean, (B,)."""
        distance = (values - mean[:, :, None]).square().mean(-1) * visible  # (B, N, K)
        per_instance = distance.sum(2) / count.clamp(min=1)  # (B, N)
        return per_instance.sum(1) / (count > 0).sum(1).clamp(min=1)

    @staticmethod
    def _push(mean: Tensor, present: Tensor) -> Tensor:
        """Mean of ``exp(-distance^2)`` over ordered pairs of different instances, (B,)."""
        distance = (mean[:, :, None] - mean[:, None]).square().sum(-1)  # (B, N, N)
        pairs = present[:, :, None] & present[:, None]
        pairs = pairs & ~torch.eye(pairs.shape[-1], dtype=torch.bool, device=pairs.device)
        closeness = torch.exp(-distance) * pairs
        return closeness.sum((1, 2)) / pairs.sum((1, 2)).clamp(min=1)
