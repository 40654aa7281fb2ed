"""The scale of instances: as vectors that regularize tags, and as maps that shape heatmaps.

A tag of size L stands for L levels of scale. Source: Coupled Embedding (Wang et al. 2022),
Sections 3.2 and 3.3; scales are those of :func:`mmpose_ae.ops.instance_scales`.
"""

from typing import List, Sequence, Tuple

import torch
import torch.nn.functional as F
from torch import Tensor

from mmpose_ae.frame import unflatten_index
from mmpose_ae.models.heads.outputs import BottomupOutputs
from mmpose_ae.models.heads.supervision import Supervision
from mmpose_ae.models.heads.views import resize
from mmpose_ae.options import check_choice
from mmpose_ae.registry import MODELS

from .heatmap_scale import HeatmapScale

SOURCES = ('tags', 'boxes')
ON_LEVEL = 1e-12  # least distance of a scale from a level, as in the release


@MODELS.register_module()
class InstanceScale(HeatmapScale):
    """The scale of the instance whose keypoint is near, without gradient.

    For :class:`ScaleAdaptiveHeatmapLoss`, whose ``theta`` is a scale of this kind.

    Args:
        source (str): ``'tags'``, the scale that they stand for (Eq. 5), or ``'boxes'``, that of
            the instance itself (Table 1). Tags of one dimension know a single scale.
    """

    scale_kind = 'size of instances'

    def __init__(self, source: str = 'tags') -> None:
        super().__init__()
        check_choice('source', source, SOURCES)
        self.source = source

    def check_tags(self, tag_dim: int) -> None:
        """Refuse tags that tell no scales, if these are asked for.

        Args:
            tag_dim (int): See :class:`HeatmapScale`.

        Raises:
            ValueError: There are no tags, or they have one level, which is all that they can say.
        """
        if self.source == 'tags' and tag_dim < 2:
            raise ValueError(
                "InstanceScale(source='tags') needs a head with tags of two dimensions or more, a "
                f'level of scale each, and tag_dim is {tag_dim}: give a larger one, or '
                "source='boxes' (scale_source='boxes' of CoupledEmbeddingHead)"
            )

    def forward(self, outputs: BottomupOutputs, supervision: Supervision) -> List[Tensor]:
        """Give scales as :class:`HeatmapScale` does, relative to the input."""
        scales = self._coarse(outputs, supervision)
        return [resize(scales, heatmaps.shape[-2:]) for heatmaps in outputs.heatmaps]

    def _coarse(self, outputs: BottomupOutputs, supervision: Supervision) -> Tensor:
        coarsest = outputs.heatmaps[0]
        if self.source == 'boxes':
            indices = supervision.targets.indices
            return scale_map_from_boxes(indices, supervision.scales, coarsest.shape[-2:])
        return scale_map_from_tags(outputs.tags, coarsest.shape[1])


def scale_levels(tag_dim: int) -> Tensor:
    """Centers of equal parts of the scales from 0 to 1, (L,) (Eq. 2)."""
    return (torch.arange(tag_dim) + 0.5) / tag_dim


def scale_vectors(scales: Tensor, tag_dim: int) -> Tensor:
    """Point to the levels that are closest to a scale.

    Args:
        scales (Tensor): (...,), any float type.
        tag_dim (int): L.

    Returns:
        Tensor: Inverse distances to the levels as vectors of length 1, (..., L), float32.

    Source:
        Eq. 1.
    """
    levels = scale_levels(tag_dim).to(scales.device)
    distance = (scales.float()[..., None] - levels).abs()
    return F.normalize(1 / (distance + ON_LEVEL), dim=-1)


def scale_map_from_tags(tags: Tensor, num_keypoints: int) -> Tensor:
    """Read the scale that a tag stands for: the mean level, weighted by ``|tag|``.

    Args:
        tags (Tensor): Tag maps, (B, L * K, H, W), any float type.
        num_keypoints (int): K.

    Returns:
        Tensor: Scales, (B, K, H, W), float32, without gradient; 0 where the tag is 0.

    Source:
        Eq. 5 without its factor 1 / theta.
    """
    weights = tags.detach().float().abs().unflatten(1, (-1, num_keypoints))  # (B, L, K, H, W)
    weights = F.normalize(weights, p=1, dim=1)
    levels = scale_levels(weights.shape[1]).to(weights.device)
    return (weights * levels[:, None, None, None]).sum(1)


def scale_map_from_boxes(
    keypoint_indices: Sequence[Tensor],
    instance_scales: Sequence[Tensor],
    size: Tuple[int, int],
) -> Tensor:
    """Give every cell the scale of the instance whose keypoint is nearest.

    Args:
        keypoint_indices (sequence): Per image (N, K, 2), as
            :func:`mmpose_ae.ops.keypoint_indices` makes them.
        instance_scales (sequence): Per image (N,), any float type.
        size (tuple): Height and width of the map that the indices belong to.

    Returns:
        Tensor: Scales, (B, K, H, W), float32; 0 in images without instances.

    Source:
        Section 3.3, the scale factor that Table 1 finds inferior to that of Eq. 5.
    """
    maps = [
        _nearest_scales(indices, scales.float(), size)
        for indices, scales in zip(keypoint_indices, instance_scales)
    ]
    return torch.stack(maps)


def _nearest_scales(indices: Tensor, scales: Tensor, size: Tuple[int, int]) -> Tensor:
    index, visible = indices.unbind(-1)  # (N, K)
    if not len(index):
        return scales.new_zeros(index.shape[1], *size)
    x, y = unflatten_index(index, size[1])[..., None, :].unbind(-1)
    rows, columns = (torch.arange(n, device=scales.device) for n in size)
    dy, dx = (rows - y).float().square(), (columns - x).float().square()  # (N, K, H), (N, K, W)
    distance = dy[..., None] + dx[:, :, None]
    distance.masked_fill_((visible == 0)[..., None, None], torch.inf)
    return scales[distance.argmin(0)]
