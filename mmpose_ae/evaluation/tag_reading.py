"""Reading predicted tags under the keypoints of an image.

A sample is what MMEngine hands to metrics: the dictionary of a ``PoseDataSample``, with
``pred_fields`` (``output_heatmaps=True`` in the ``test_cfg`` of the estimator) and with
``input_size``, ``input_center``, ``input_scale`` and ``batch_input_shape`` of the metainfo.
"""

from typing import Tuple

import numpy as np
import torch

from mmpose_ae.grouping import nearest_cells, pixels_to_cells


def predicted_maps(sample: dict) -> dict:
    """Give the dense maps of a sample.

    Args:
        sample (dict): Prediction of one image.

    Returns:
        dict: ``heatmaps`` (K, H, W) and ``tags`` (L * K, H, W), channel ``l * K + k``.

    Raises:
        ValueError: If the head kept none.
    """
    fields = sample.get('pred_fields', {})
    if not {'heatmaps', 'tags'} <= fields.keys():
        raise ValueError(
            f'the prediction of image {sample.get("img_id")} has no heatmaps and tags: set '
            'model.test_cfg.output_heatmaps=True, of a head that predicts tags'
        )
    return fields


def image_to_cells(points: np.ndarray, sample: dict) -> np.ndarray:
    """Map points of the original image to the predicted maps.

    Args:
        points (np.ndarray): Points (x, y) in pixels of the original image, (..., 2).
        sample (dict): Prediction of the image.

    Returns:
        np.ndarray: Points (x, y) in heatmap cells, (..., 2), float.
    """
    corner = np.subtract(sample['input_center'], np.multiply(0.5, sample['input_scale']))
    points_input = (points - corner) * np.divide(sample['input_size'], sample['input_scale'])
    stride = np.divide(sample['batch_input_shape'], predicted_maps(sample)['heatmaps'].shape[1:])
    return pixels_to_cells(points_input, stride[::-1])


def read_tags(keypoints: np.ndarray, sample: dict) -> Tuple[np.ndarray, np.ndarray]:
    """Read the predicted tags under keypoints.

    Args:
        keypoints (np.ndarray): Keypoints (x, y) in pixels of the original image, (N, K, 2).
        sample (dict): Prediction of the image.

    Returns:
        tuple:
        - np.ndarray: Tags, (N, K, L), float32; of a keypoint outside, that of the nearest cell.
        - np.ndarray: Which keypoints lie on the maps, (N, K), bool.
    """
    maps = predicted_maps(sample)
    num_keypoints, height, width = maps['heatmaps'].shape
    cells, inside = nearest_cells(image_to_cells(keypoints, sample), (width, height))
    tags = maps['tags'].unflatten(0, (-1, num_keypoints))  # (L, K, H, W)
    x, y = torch.from_numpy(cells).to(tags.device).unbind(-1)
    values = tags[:, torch.arange(num_keypoints, device=tags.device), y, x]  # (L, N, K)
    return values.movedim(0, -1).float().cpu().numpy(), inside
