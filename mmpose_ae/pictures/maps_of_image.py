"""The part of the predicted maps that shows the image."""

from typing import Tuple

import numpy as np

from mmpose_ae.evaluation import image_to_cells, map_grid, predicted_maps


def crop_maps(sample: dict) -> Tuple[np.ndarray, np.ndarray]:
    """Cut off the parts of the maps that show padding.

    Args:
        sample (dict): Prediction of one image, see :mod:`mmpose_ae.evaluation.tag_reading`, and
            its ``ori_shape`` (h, w).

    Returns:
        tuple: Heatmaps (K, H, W) and tags (L * K, H, W) of the image, float32.
    """
    height, width = sample['ori_shape']
    corners = np.array([[0, 0], [width - 1, height - 1]])
    maps = predicted_maps(sample)
    (left, top), (right, bottom) = map_grid(sample).nearest(image_to_cells(corners, sample))[0]
    window = np.s_[:, top : bottom + 1, left : right + 1]
    return tuple(maps[name].float().cpu().numpy()[window] for name in ('heatmaps', 'tags'))
