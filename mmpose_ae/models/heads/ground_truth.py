"""Ground truth in place of predicted maps: what do detection and grouping cost, each alone?"""

from typing import Tuple

import numpy as np
import torch
from mmpose.structures import PoseDataSample
from mmpose.utils.typing import SampleList
from torch import Tensor

from mmpose_ae.codecs import AEDecoder
from mmpose_ae.grouping import gaussian_heatmaps, pixels_to_cells


def keypoints_on_input(
    data_sample: PoseDataSample, num_keypoints: int
) -> Tuple[np.ndarray, np.ndarray]:
    """Give the annotated keypoints of a test sample in pixels of the network's input.

    Args:
        data_sample (PoseDataSample): ``gt_instances`` in pixels of the original image, without
            fields if nobody is there, and the metainfo of BottomupResize.
        num_keypoints (int): K.

    Returns:
        tuple:
        - np.ndarray: Keypoints (x, y), (N, K, 2), float.
        - np.ndarray: Which of them are labelled, (N, K), bool.
    """
    metainfo, instances = data_sample.metainfo, data_sample.gt_instances
    if 'keypoints' not in instances:
        return np.empty((0, num_keypoints, 2)), np.empty((0, num_keypoints), bool)
    covered = np.asarray(metainfo['input_scale'])
    from_corner = instances.keypoints - metainfo['input_center'] + 0.5 * covered
    return from_corner / covered * metainfo['input_size'], instances.keypoints_visible > 0


def draw_heatmaps(data_samples: SampleList, codec: AEDecoder, like: Tensor) -> Tensor:
    """Draw the heatmaps of a network that detects perfectly.

    Args:
        data_samples (list[PoseDataSample]): See :func:`keypoints_on_input`.
        codec (AEDecoder): Says how wide the Gaussians are and where they are centred.
        like (Tensor): A map per keypoint type and image, of the size to draw, (B, K, H, W).

    Returns:
        Tensor: (B, K, H, W), float32.
    """
    height, width = like.shape[-2:]
    maps = []
    for data_sample in data_samples:
        pixels, visible = keypoints_on_input(data_sample, like.shape[1])
        stride = np.divide(data_sample.metainfo['input_size'], (width, height))
        cells = pixels_to_cells(pixels, stride, codec.decode_center_shift)
        sigma = codec.sigma * codec.stride()[0] / stride[0]
        maps.append(gaussian_heatmaps(cells, visible, (width, height), sigma, codec.round_centers))
    return torch.as_tensor(np.stack(maps), device=like.device)


def paint_tags(data_samples: SampleList, codec: AEDecoder, like: Tensor) -> Tensor:
    """Paint the tags of a network that groups perfectly: one value per instance.

    Every cell carries the tag of the instance whose keypoint of that type is closest.

    Args:
        data_samples (list[PoseDataSample]): See :func:`keypoints_on_input`.
        codec (AEDecoder): Its tag threshold sets how far apart the tags are.
        like (Tensor): A map per keypoint type and image, of the size to paint, (B, K, H, W).

    Returns:
        Tensor: (B, K, H, W), float32: L is 1.
    """
    height, width = like.shape[-2:]
    grid = np.stack(np.meshgrid(np.arange(width), np.arange(height)), axis=-1)
    maps = []
    for data_sample in data_samples:
        pixels, visible = keypoints_on_input(data_sample, like.shape[1])
        stride = np.divide(data_sample.metainfo['input_size'], (width, height))
        cells = pixels_to_cells(pixels, stride, codec.decode_center_shift)
        image = np.zeros((cells.shape[1], height, width), np.float32)
        for k in np.flatnonzero(visible.any(0)):
            labelled = np.flatnonzero(visible[:, k])
            distance = np.linalg.norm(grid[..., None, :] - cells[labelled, k], axis=-1)
            image[k] = 2 * codec.decode_tag_thr * (1 + labelled[distance.argmin(-1)])
        maps.append(image)
    return torch.as_tensor(np.stack(maps), device=like.device)


GROUND_TRUTH = {'heatmaps': draw_heatmaps, 'tags': paint_tags}
