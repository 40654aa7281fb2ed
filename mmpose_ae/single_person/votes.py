"""What a network that sees one person says of the keypoints."""

from typing import NamedTuple, Tuple

import numpy as np
from torch import Tensor

from mmpose_ae.frame import unflatten_index
from mmpose_ae.ops import finite_or_zero, released_offset


class Votes(NamedTuple):
    """Where a second network has the keypoints of people.

    Attributes:
        keypoints (np.ndarray): Positions (x, y), (N, K, 2), in pixels of the image.
        scores (np.ndarray): How sure it is, (N, K), from 0 to 1.
    """

    keypoints: np.ndarray
    scores: np.ndarray


def read_votes(heatmaps: Tensor, center_shift: float = 0.5) -> Tuple[np.ndarray, np.ndarray]:
    """Read the highest cell of each heatmap, as pose-ae-demo does.

    It is shifted by a quarter of a cell towards the higher neighbor.

    Args:
        heatmaps (Tensor): (N, K, h, w), float.
        center_shift (float): Where the center of a cell lies, in cells from its index.

    Returns:
        tuple: Positions (x, y) in parts of the map, from 0 to 1, (N, K, 2), float64, and the
        values there, (N, K).
    """
    heatmaps = finite_or_zero(heatmaps)
    height, width = heatmaps.shape[-2:]
    values, index = heatmaps.flatten(2).max(2)
    cells = unflatten_index(index, width)
    places = cells + released_offset(heatmaps, cells[..., None, :])[..., 0, :] + center_shift
    return places.double().cpu().numpy() / (width, height), values.double().cpu().numpy()
