"""The tags of instances, as every grouping loss reads, draws together and keeps apart."""

from typing import NamedTuple, Sequence, Union

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from mmpose_ae.ops import gather_tags

PAIRS = ('different', 'all')  # of two different instances, or also of an instance with itself


class InstanceTags(NamedTuple):
    """Tags under the annotated keypoints of a batch.

    Of clips B counts clips, N the people of a whole clip, and K the keypoints of all its frames.

    Attributes:
        values (Tensor): Tags, (B, N, K, L), float32 at least; 0 where not annotated.
        visible (Tensor): Annotated keypoints, (B, N, K), bool.
        mean (Tensor): Mean tag of each instance, (B, N, L).
        present (Tensor): Instances with an annotated keypoint, (B, N), bool.
    """

    values: Tensor
    visible: Tensor
    mean: Tensor
    present: Tensor


def read_instance_tags(
    tags: Tensor, keypoint_indices: Union[Tensor, Sequence[Tensor]], frames: int = 1
) -> InstanceTags:
    """Read the tags under the annotated keypoints.

    Args:
        tags (Tensor): Tag maps, (B, L * K, H, W), any float type.
        keypoint_indices (Tensor | sequence): Per image (N, K, 2), int64: row-major cell
            ``y * W + x`` and 1 where the keypoint is annotated, else 0. The index of a
            keypoint that is not annotated may be anything.
        frames (int): So many neighbors in the batch are a clip, in which row n of every frame is
            the same person: one instance with the keypoints of all frames.

    Returns:
        InstanceTags: Padded to the most instances of an image.

    Raises:
        ValueError: If the maps and the indices are of different numbers of images.
    """
    if len(keypoint_indices) != len(tags):
        raise ValueError(
            f'{len(tags)} tag maps but keypoint_indices of {len(keypoint_indices)} images'
        )
    indices = pad_sequence(list(keypoint_indices), batch_first=True)  # (B, N, K, 2)
    visible = indices[..., 1] > 0
    cells = (indices[..., 0] * visible).transpose(1, 2)  # (B, K, N)
    values = gather_tags(tags, cells).transpose(1, 2)  # (B, N, K, L)
    values = values.to(torch.promote_types(values.dtype, torch.float32))
    # A masked tag may be NaN or infinite, which a product with 0 would keep.
    values = values.masked_fill(~visible[..., None], 0.0)
    values, visible = (_join_frames(v, frames) for v in (values, visible))
    mean = masked_mean(values, visible[..., None], dim=2)
    return InstanceTags(values, visible, mean, visible.any(2))


def _join_frames(values: Tensor, frames: int) -> Tensor:
    """Put the keypoints of all frames of a clip beside each other, (B * T, N, K, ...)."""
    clips = values.unflatten(0, (-1, frames))  # (B, T, N, K, ...)
    return clips.transpose(1, 2).flatten(2, 3)


def masked_mean(values: Tensor, mask: Tensor, dim: int) -> Tensor:
    """Average finite values over a dimension where the mask is set; 0 where it never is."""
    return (values * mask).sum(dim) / mask.sum(dim).clamp(min=1)


def mean_of_keypoints(values: Tensor, tags: InstanceTags) -> Tensor:
    """Average values (B, N, K) over the keypoints of an instance, then over instances, (B,)."""
    return masked_mean(masked_mean(values, tags.visible, dim=2), tags.present, dim=1)


def pull_distance(tags: InstanceTags) -> Tensor:
    """Squared distance of tags from the mean of their instance, by dimension, (B, N, K, L)."""
    return (tags.values - tags.mean[:, :, None]).square()


def push_closeness(
    tags: InstanceTags, exponent: float = 1.0, of_pairs: str = 'different'
) -> Tensor:
    """Mean of ``exp(-exponent * distance^2)`` over pairs of instances, (B,), see ``PAIRS``."""
    distance = (tags.mean[:, :, None] - tags.mean[:, None]).square().sum(-1)  # (B, N, N)
    pairs = tags.present[:, :, None] & tags.present[:, None]
    if of_pairs == 'different':
        pairs = pairs & ~torch.eye(pairs.shape[-1], dtype=torch.bool, device=pairs.device)
    return masked_mean(torch.exp(-exponent * distance).flatten(1), pairs.flatten(1), dim=1)
