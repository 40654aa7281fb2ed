"""Reading predicted tags under the keypoints of an image.

A sample is what MMEngine hands to metrics: the dictionary of a ``PoseDataSample``, with
``pred_fields`` (``output_heatmaps=True`` in the ``test_cfg`` of the estimator) and with ``frame``
and ``batch_input_shape`` of the metainfo.
"""

from typing import Tuple

import numpy as np
import torch

from mmpose_ae.frame import Grid


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
    return map_grid(sample).to_cells(sample['frame'].to_input(points))


def map_grid(sample: dict) -> Grid:
    """Cells of the predicted maps of a sample on the input, padding included."""
    size = tuple(predicted_maps(sample)['heatmaps'].shape[:0:-1])
    return Grid.over(size, sample['batch_input_shape'][::-1])


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
    num_keypoints = len(maps['heatmaps'])
    cells, inside = map_grid(sample).nearest(image_to_cells(keypoints, sample))
    tags = maps['tags'].unflatten(0, (-1, num_keypoints))  # (L, K, H, W)
    x, y = torch.from_numpy(cells).to(tags.device).unbind(-1)
    values = tags[:, torch.arange(num_keypoints, device=tags.device), y, x]  # (L, N, K)
    return values.movedim(0, -1).float().cpu().numpy(), inside
