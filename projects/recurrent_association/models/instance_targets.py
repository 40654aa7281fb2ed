"""Heatmaps of each annotated instance, kept as one-dimensional factors."""

from typing import NamedTuple, Tuple

import torch
import torch.nn.functional as F
from torch import Tensor


class InstanceTargets(NamedTuple):
    """Target heatmaps of the instances of a batch: a Gaussian is a column times a row.

    Whole they would be N * K maps per image; as factors they are small for any crowd.

    Attributes:
        x (Tensor): Factors along x, (B, N, K, W), float32; zeros where nothing is annotated.
        y (Tensor): Factors along y, (B, N, K, H).
        present (Tensor): Instances with an annotated keypoint on the heatmap, (B, N), bool.
    """

    x: Tensor
    y: Tensor
    present: Tensor

    @property
    def counts(self) -> Tensor:
        """Number of instances of each image, (B,), int64."""
        return self.present.sum(1)

    def draw(self, index: Tensor) -> Tensor:
        """Draw the heatmaps of some instances.

        Args:
            index (Tensor): Which instances, (B, P), int64; -1 for none.

        Returns:
            Tensor: (B, P, K, H, W), float32; zeros for none.
        """
        place = index.remainder(self.x.shape[1] + 1)[..., None, None]  # none is behind the last
        x, y = (
            F.pad(factor, (0, 0, 0, 0, 0, 1)).gather(1, place.expand(-1, -1, *factor.shape[2:]))
            for factor in (self.x, self.y)
        )
        return y[..., :, None] * x[..., None, :]


def gaussian_targets(
    cells: Tensor, visible: Tensor, size: Tuple[int, int], sigma: float, rounded: bool
) -> InstanceTargets:
    """Make the targets from keypoints.

    Args:
        cells (Tensor): Keypoints (x, y) in heatmap cells, (B, N, K, 2), float.
        visible (Tensor): Annotated keypoints on the heatmap, (B, N, K), bool.
        size (tuple): Heatmap size (W, H).
        sigma (float): Standard deviation in cells.
        rounded (bool): Center a Gaussian on the nearest cell instead of the keypoint itself.

    Returns:
        InstanceTargets: As of :func:`mmpose_ae.ops.gaussian_heatmaps`, window included.
    """
    nearest = (cells + 0.5).floor()
    centers = nearest if rounded else cells
    radius = int(3 * sigma) + 1

    def factor(axis: int) -> Tensor:
        grid = torch.arange(size[axis], device=cells.device, dtype=cells.dtype)
        gaussian = torch.exp(-(grid - centers[..., axis, None]).square() / (2 * sigma**2))
        window = (grid - nearest[..., axis, None]).abs() <= radius
        return gaussian * (window & visible[..., None])

    return InstanceTargets(factor(0), factor(1), visible.any(2))
