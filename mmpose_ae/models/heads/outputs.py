"""What heads hand on: from the network to losses, and from codecs to MMPose."""

from typing import List, NamedTuple, Optional, Sequence

import torch.nn.functional as F
from mmengine.structures import InstanceData, PixelData
from torch import Tensor

from mmpose_ae.codecs import Maps
from mmpose_ae.frame import Grid
from mmpose_ae.grouping import Poses


class BottomupOutputs(NamedTuple):
    """Dense predictions of one stack of the network, of K keypoint types.

    Where the network detects centers, they are one type more, the last one, in every map.

    Attributes:
        heatmaps (list[Tensor]): One (B, K, h_i, w_i) per supervised resolution, coarse to fine.
        tags (Tensor, optional): Tag maps, (B, L * K, h, w), channel ``l * K + k``, at the
            resolution of the coarsest heatmaps.
        offsets (Tensor, optional): Offsets from centers, (B, 2 * K, h, w), in cells of the coarsest
            heatmaps, those of x before those of y.
    """

    heatmaps: List[Tensor]
    tags: Optional[Tensor] = None
    offsets: Optional[Tensor] = None


class Predicted(NamedTuple):
    """Merged maps and their cells.

    Attributes:
        maps (Maps): Of all views.
        grid (Grid): Cells of its heatmaps.
        finest (Grid): Cells of the finest heatmaps that the network itself predicts.
    """

    maps: Maps
    grid: Grid
    finest: Grid


def resize(maps: Tensor, size: Sequence[int], align_corners: bool = False) -> Tensor:
    """Resize maps (B, C, h, w) bilinearly to (H, W); maps of that size are returned as they are."""
    if tuple(maps.shape[-2:]) == tuple(size):
        return maps
    return F.interpolate(maps, size=tuple(size), mode='bilinear', align_corners=align_corners)


def to_instance_data(poses: Poses) -> InstanceData:
    """Poses of an image as MMPose's metrics, inferencer and visualizer read them.

    Returns:
        InstanceData: ``keypoints`` (N, K, 2), ``keypoint_scores`` (N, K), ``bboxes`` (N, 4) around
        the keypoints and ``bbox_scores`` (N,), in pixels of the input; ``tags`` (N, L) of methods
        that have them.
    """
    instances = InstanceData(
        keypoints=poses.keypoints,
        keypoint_scores=poses.keypoint_scores,
        bboxes=poses.boxes,
        bbox_scores=poses.instance_scores,
    )
    if poses.tags is not None:
        instances.tags = poses.tags
    return instances


def to_pixel_data(maps: Maps) -> List[PixelData]:
    """Maps of each image as MMPose keeps them, all of the size of the heatmaps."""
    size = maps.heatmaps.shape[-2:]
    shown = {name: resize(m, size) for name, m in maps._asdict().items() if m is not None}
    return [PixelData(**dict(zip(shown, image))) for image in zip(*shown.values())]
