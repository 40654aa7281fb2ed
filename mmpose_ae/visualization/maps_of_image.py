"""From an image's coordinates to the cells of the maps that were predicted for it."""

from typing import Tuple

import numpy as np
from mmpose.structures import PoseDataSample

from mmpose_ae.grouping import nearest_cells, pixels_to_cells


def image_to_cells(points: np.ndarray, data_sample: PoseDataSample) -> np.ndarray:
    """Map points of the original image to the predicted heatmaps.

    Args:
        points (np.ndarray): Points (x, y) in pixels of the original image, (..., 2).
        data_sample (PoseDataSample): Prediction with ``pred_fields.heatmaps`` (K, H, W), and
            ``input_size``, ``input_center``, ``input_scale`` and ``batch_input_shape`` in the
            metainfo.

    Returns:
        np.ndarray: Points (x, y) in heatmap cells, (..., 2), float.
    """
    meta = data_sample.metainfo
    corner = np.subtract(meta['input_center'], np.multiply(0.5, meta['input_scale']))
    points_input = (points - corner) * np.divide(meta['input_size'], meta['input_scale'])
    stride = np.divide(meta['batch_input_shape'], data_sample.pred_fields.heatmaps.shape[1:])
    return pixels_to_cells(points_input, stride[::-1])


def read_tags(keypoints: np.ndarray, data_sample: PoseDataSample) -> np.ndarray:
    """Read the predicted tags under keypoints.

    Args:
        keypoints (np.ndarray): Keypoints (x, y) in pixels of the original image, (N, K, 2).
        data_sample (PoseDataSample): As in :func:`image_to_cells`, with ``pred_fields.tags``
            (L * K, H, W).

    Returns:
        np.ndarray: Tags, (N, K, L), float32; of a keypoint outside, that of the nearest cell.
    """
    num_keypoints, height, width = data_sample.pred_fields.heatmaps.shape
    cells, _ = nearest_cells(image_to_cells(keypoints, data_sample), (width, height))
    tags = data_sample.pred_fields.tags.float().cpu().numpy()
    tags = tags.reshape(-1, num_keypoints, height, width)
    values = tags[:, np.arange(num_keypoints), cells[..., 1], cells[..., 0]]  # (L, N, K)
    return np.moveaxis(values, 0, -1)


def crop_maps(data_sample: PoseDataSample) -> Tuple[np.ndarray, np.ndarray]:
    """Cut off the parts of the maps that show padding.

    Args:
        data_sample (PoseDataSample): As in :func:`read_tags`.

    Returns:
        tuple: Heatmaps (K, H, W) and tags (L * K, H, W) of the image, float32.
    """
    height, width = data_sample.metainfo['ori_shape']
    corners = np.array([[0, 0], [width - 1, height - 1]])
    fields = data_sample.pred_fields
    size = fields.heatmaps.shape[:0:-1]
    (left, top), (right, bottom) = nearest_cells(image_to_cells(corners, data_sample), size)[0]
    window = np.s_[:, top : bottom + 1, left : right + 1]
    return tuple(maps.float().cpu().numpy()[window] for maps in (fields.heatmaps, fields.tags))
