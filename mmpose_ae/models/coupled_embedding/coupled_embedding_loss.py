"""Grouping and scale loss of Coupled Embedding (Wang et al. 2022, Sections 3.2 and 3.4)."""

from typing import Sequence, Tuple, Union

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence

from mmpose_ae.models.losses.instance_tags import (
    InstanceTags,
    masked_mean,
    mean_of_keypoints,
    pull_distance,
    push_closeness,
    read_instance_tags,
)
from mmpose_ae.models.scale_adaptation.instance_scale import scale_vectors
from mmpose_ae.options import check_between, check_choice, check_positive
from mmpose_ae.registry import MODELS


@MODELS.register_module()
class CoupledEmbeddingLoss(nn.Module):
    """Pull and push tags, and turn ``|tag|`` towards the levels of the instance's scale.

    Values and gradients are those of the release by default. Unlike Associative Embedding, pull
    sums the squared distance over tag dimensions. Everything after reading the tags is computed
    in float32 at least, under autocast too.

    Args:
        pull_weight (float): Factor of the pull loss, the paper's first lambda.
        push_weight (float): Factor of the push loss, the same in the paper.
        scale_weight (float): Factor of the scale loss, the second lambda.
        push_factor (float): Factor of the mean over pairs in the push loss; 1 in Eq. 7.
        push_exponent (float): Factor of the squared distance in its exponent; 0.5 in Eq. 7.
        scale_per_keypoint (bool): Turn the tag of each keypoint, as in Eq. 6, instead of the
            instance's mean tag.
        reduction (str): ``'mean'`` averages over the images of the batch, ``'none'`` gives a
            value per image.
    """

    def __init__(
        self,
        pull_weight: float = 1e-3,
        push_weight: float = 1e-3,
        scale_weight: float = 1e-4,
        push_factor: float = 0.5,
        push_exponent: float = 1.0,
        scale_per_keypoint: bool = False,
        reduction: str = 'mean',
    ) -> None:
        super().__init__()
        check_choice('reduction', reduction, ['mean', 'none'])
        check_positive('push_exponent', push_exponent)
        check_between('pull_weight', pull_weight)
        check_between('push_weight', push_weight)
        check_between('scale_weight', scale_weight)
        check_between('push_factor', push_factor)
        self.pull_weight = pull_weight
        self.push_weight = push_weight
        self.scale_weight = scale_weight
        self.push_factor = push_factor
        self.push_exponent = push_exponent
        self.scale_per_keypoint = scale_per_keypoint
        self.reduction = reduction

    def forward(
        self,
        tags: Tensor,
        keypoint_indices: Union[Tensor, Sequence[Tensor]],
        instance_scales: Union[Tensor, Sequence[Tensor]],
    ) -> Tuple[Tensor, Tensor, Tensor]:
        """Compute the losses; without instances they are 0 and still connected to the graph.

        Args:
            tags (Tensor): Tag maps, (B, L * K, H, W), any float type.
            keypoint_indices (Tensor | sequence): Per image (N, K, 2), int64: row-major cell
                ``y * W + x`` and 1 where the keypoint is annotated, else 0.
            instance_scales (Tensor | sequence): Per image (N,), any float type: root of the box
                area relative to the input.

        Returns:
            tuple: Pull, push and scale loss, scalars or (B,), float32.

        Raises:
            ValueError: If the numbers of images or of instances differ.
        """
        self._check_instances(keypoint_indices, instance_scales)
        instances = read_instance_tags(tags, keypoint_indices)
        scales = pad_sequence(list(instance_scales), batch_first=True)  # (B, N)
        pull = mean_of_keypoints(pull_distance(instances).sum(-1), instances)
        push = push_closeness(instances, self.push_exponent) * self.push_factor
        losses = torch.stack([pull, push, self._scale_loss(instances, scales)])
        if self.reduction == 'mean':
            losses = losses.mean(1)
        pull, push, scale = losses
        return self.pull_weight * pull, self.push_weight * push, self.scale_weight * scale

    @staticmethod
    def _check_instances(
        keypoint_indices: Sequence[Tensor], instance_scales: Sequence[Tensor]
    ) -> None:
        keypoints = [len(image) for image in keypoint_indices]
        scales = [len(image) for image in instance_scales]
        if keypoints != scales:
            raise ValueError(
                f'keypoint_indices are of {keypoints} instances (one number per image), '
                f'but instance_scales of {scales}'
            )

    def _scale_loss(self, instances: InstanceTags, scales: Tensor) -> Tensor:
        """One minus the cosine between ``|tag|`` and the vector of the scale, (B,)."""
        vectors = scale_vectors(scales, instances.mean.shape[-1])  # (B, N, L)
        if self.scale_per_keypoint:
            directions = F.normalize(instances.values.abs(), dim=-1)  # (B, N, K, L)
            cosine = (directions * vectors[:, :, None]).sum(-1)
            return mean_of_keypoints(1 - cosine, instances)
        cosine = (F.normalize(instances.mean.abs(), dim=-1) * vectors).sum(-1)  # (B, N)
        return masked_mean(1 - cosine, instances.present, dim=1)
