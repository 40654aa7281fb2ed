"""Part of a codec: the targets of heatmaps, and where on them the keypoints lie."""

from dataclasses import dataclass
from typing import List, NamedTuple, Optional, Sequence

import numpy as np
from torch import Tensor

from mmpose_ae.frame import Grid
from mmpose_ae.ops import draw_placed, index_placed, place_keypoints
from mmpose_ae.options import check_positive


class Targets(NamedTuple):
    """What the network should predict for a batch.

    Attributes:
        heatmaps (list[Tensor]): (B, K, H_i, W_i), float32, coarse to fine.
        indices (Tensor): Row-major cell on the coarsest heatmap and 1 where the keypoint is a
            target, else 0, (B, N, K, 2), int64.
        keypoints (Tensor): The keypoints themselves, (B, N, K, 2), in pixels of the input.
    """

    heatmaps: List[Tensor]
    indices: Tensor
    keypoints: Tensor


@dataclass(frozen=True)
class HeatmapTargets:
    """Gaussians at the keypoints, on every resolution.

    Attributes:
        sigma (float, optional): Standard deviation in cells. None is a 64th of the coarsest
            heatmap's side.
        round_centers (bool): Center the Gaussians on the nearest cell, as the published weights
            were trained, instead of on the keypoint itself.
    """

    sigma: Optional[float] = None
    round_centers: bool = False

    def __post_init__(self) -> None:
        if self.sigma is not None:
            check_positive('sigma', self.sigma)

    def sigma_on(self, grid: Grid) -> float:
        """Standard deviation in cells, for targets whose coarsest cells are a grid's."""
        return np.prod(grid.size) ** 0.5 / 64 if self.sigma is None else self.sigma

    def draw(self, keypoints: Tensor, visible: Tensor, grids: Sequence[Grid]) -> Targets:
        """Make the targets of a batch.

        Args:
            keypoints (Tensor): Keypoints (x, y) in pixels of the input, (B, N, K, 2), float.
            visible (Tensor): Annotated keypoints, (B, N, K), bool.
            grids (sequence): Cells of every heatmap, coarse to fine.

        Returns:
            Targets: Of all keypoints.
        """
        sigma = self.sigma_on(grids[0])
        cells = [grid.to_cells(keypoints) for grid in grids]
        placed = [place_keypoints(c, visible, grid.size) for c, grid in zip(cells, grids)]
        heatmaps = [
            draw_placed(c, nearest, shown, grid.size, sigma, rounded=self.round_centers)
            for c, (nearest, shown), grid in zip(cells, placed, grids)
        ]
        return Targets(heatmaps, index_placed(*placed[0], grids[0].size), keypoints)
