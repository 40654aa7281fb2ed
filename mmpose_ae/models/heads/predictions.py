"""What heads hand to MMPose: people and maps."""

from typing import List

from mmengine.structures import InstanceData, PixelData

from mmpose_ae.codecs import Maps
from mmpose_ae.grouping import Poses

from .views import resize


def to_instance_data(poses: Poses) -> InstanceData:
    """Poses of an image as MMPose's metrics, inferencer and visualizer read them.

    Returns:
        InstanceData: ``keypoints`` (N, K, 2), ``keypoint_scores`` (N, K), ``bboxes`` (N, 4) around
        the keypoints and ``bbox_scores`` (N,), in pixels of the input; ``tags`` (N, L) of methods
        that have them, and ``keypoints_filled`` (N, K) of those that fill in missing keypoints.
    """
    instances = InstanceData(
        keypoints=poses.keypoints,
        keypoint_scores=poses.keypoint_scores,
        bboxes=poses.boxes,
        bbox_scores=poses.instance_scores,
    )
    if poses.tags is not None:
        instances.tags = poses.tags
    if poses.filled is not None:
        instances.keypoints_filled = poses.filled
    return instances


def to_poses(instances: InstanceData) -> Poses:
    """Read what :func:`to_instance_data` has written, in the pixels that it is in by now."""
    return Poses(
        instances.keypoints,
        instances.keypoint_scores,
        instances.bbox_scores,
        instances.get('tags'),
        instances.get('keypoints_filled'),
    )


def to_pixel_data(maps: Maps) -> List[PixelData]:
    """Maps of each image as MMPose keeps them, all of the size of the heatmaps."""
    size = maps.heatmaps.shape[-2:]
    shown = {name: resize(m, size) for name, m in maps._asdict().items() if m is not None}
    return [PixelData(**dict(zip(shown, image))) for image in zip(*shown.values())]
