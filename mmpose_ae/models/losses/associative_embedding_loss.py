"""Grouping loss of Associative Embedding (Newell et al. 2017, arXiv:1611.05424, Section 3.2)."""

from typing import Sequence, Tuple, Union

from torch import Tensor, nn

from mmpose_ae.options import check_between, check_choice, check_positive
from mmpose_ae.registry import MODELS

from .instance_tags import (
    PAIRS,
    mean_of_keypoints,
    pull_distance,
    push_closeness,
    read_instance_tags,
)


@MODELS.register_module()
class AssociativeEmbeddingLoss(nn.Module):
    """Pull the tags of one instance together and push the mean tags of instances apart.

    Values and gradients are those of the code that the authors trained with (pose-ae-train):
    pull averages the squared distance over tag dimensions, keypoints and instances; push is half of
    the average of ``exp(-squared distance)`` over pairs of two different instances. The paper's
    Eq. 1 instead averages ``exp(-squared distance / 2)`` over all pairs, also of an instance with
    itself: ``push_loss_factor=1, push_exponent=0.5, push_pairs='all'``. MMPose's loss of the same
    name counts each instance as its own partner and takes the exponent per dimension. Everything
    after reading the tags is computed in float32 at least, under autocast too.

    Args:
        loss_weight (float): Factor of both losses.
        push_loss_factor (float): Factor of the push loss alone.
        push_exponent (float): Factor of the squared distance in the exponent, positive.
        push_pairs (str): Average the push loss over pairs of ``'different'`` instances, or over
            ``'all'``, where each instance is its own partner, too.
        reduction (str): ``'mean'`` averages over the images, or clips, of the batch, ``'none'``
            gives a value for each.
    """

    def __init__(
        self,
        loss_weight: float = 1.0,
        push_loss_factor: float = 0.5,
        push_exponent: float = 1.0,
        push_pairs: str = 'different',
        reduction: str = 'mean',
    ) -> None:
        super().__init__()
        check_choice('reduction', reduction, ['mean', 'none'])
        check_choice('push_pairs', push_pairs, PAIRS)
        check_positive('push_exponent', push_exponent)
        check_between('loss_weight', loss_weight)
        check_between('push_loss_factor', push_loss_factor)
        self.push_exponent = push_exponent
        self.push_pairs = push_pairs
        self.loss_weight = loss_weight
        self.push_loss_factor = push_loss_factor
        self.reduction = reduction

    def forward(
        self,
        tags: Tensor,
        keypoint_indices: Union[Tensor, Sequence[Tensor]],
        frames: int = 1,
    ) -> Tuple[Tensor, Tensor]:
        """Compute both losses; without instances they are 0 and still connected to the graph.

        Args:
            tags (Tensor): Tag maps, (B, L * K, H, W), any float type.
            keypoint_indices (Tensor | sequence): Per image (N, K, 2), int64: row-major cell
                ``y * W + x`` and 1 where the keypoint is annotated, else 0. The index of a
                keypoint that is not annotated may be anything.
            frames (int): So many neighbors in the batch are a clip, whose people are one set: row n
                of all its frames is the same person, with one mean tag.

        Returns:
            tuple: Pull and push loss, scalars or (B / frames,), float32.
        """
        instances = read_instance_tags(tags, keypoint_indices, frames)
        pull = mean_of_keypoints(pull_distance(instances).mean(-1), instances)
        push = push_closeness(instances, self.push_exponent, self.push_pairs)
        push = push * self.push_loss_factor
        if self.reduction == 'mean':
            pull, push = pull.mean(), push.mean()
        return self.loss_weight * pull, self.loss_weight * push
