"""The codec of DEKR (Geng et al. 2021, arXiv:2104.02300): centers and the offsets at each."""

from dataclasses import dataclass, replace
from typing import Optional, Sequence

import torch
from torch import Tensor

from mmpose_ae.frame import Grid
from mmpose_ae.ops import extents, finite_or_zero, read_between
from mmpose_ae.options import check_between, check_positive, refuse_unknown_options
from mmpose_ae.registry import KEYPOINT_CODECS

from .center_offset_codec import follow_offsets
from .heatmap_targets import HeatmapTargets, Targets
from .maps import GroupedCenters, Maps
from .person_codec import PersonCodec


@dataclass(frozen=True)
class DEKRTargets(HeatmapTargets):
    """Gaussians at keypoints, and wider ones at centers.

    Attributes:
        sigma (float, optional): Standard deviation at keypoints in cells; see
            :class:`HeatmapTargets`, also for ``round_centers``.
        center_sigma (float): The same at centers.
        min_length (float): Least diagonal of the box around the keypoints of a person, in cells,
            from which on the center is a target. That of people of one keypoint is 0.
    """

    sigma: Optional[float] = 2.0
    center_sigma: float = 4.0
    min_length: float = 32**0.5  # as in MMPose

    def __post_init__(self) -> None:
        super().__post_init__()
        check_positive('center_sigma', self.center_sigma)
        check_between('min_length', self.min_length)


@KEYPOINT_CODECS.register_module()
@refuse_unknown_options
class DEKRCodec(PersonCodec):
    """Keypoints are where the offsets of a center point to, and score what the heatmaps show there.

    :meth:`propose` gives the poses of all centers; :meth:`group` leaves out who is there twice, and
    ranks.

    Args:
        targets (dict, optional): Options of :class:`DEKRTargets`.
        **kwargs: As in :class:`PersonCodec`, but for ``refinement``: there are no peaks to refine.

    Raises:
        ValueError: If people have one keypoint, so that no center would be a target.
    """

    fixed_options = ('refinement',)
    target_options = DEKRTargets

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self._check_count(self.num_keypoints)

    def _check_count(self, num_keypoints: Optional[int]) -> None:
        """Refuse people of one keypoint, who have no diagonal, where it has to be long."""
        least = self.heatmap_targets.min_length
        if num_keypoints == 1 and least > 0:
            raise ValueError(
                f'people of one keypoint have a diagonal of 0, below min_length={least} of '
                f'{self._part("targets")}, so that nobody would be found: give '
                'targets=dict(min_length=0)'
            )

    def _draw(
        self, keypoints: Tensor, visible: Tensor, grids: Sequence[Grid], sides: Optional[Tensor]
    ) -> Targets:
        """Draw keypoints, and the centers of people who are large enough."""
        self._check_count(keypoints.shape[-2] - 1)
        cells = grids[0].to_cells(keypoints[..., :-1, :])
        lengths = extents(cells, visible[..., :-1]).norm(dim=-1)
        large = (lengths >= self.heatmap_targets.min_length)[..., None]
        of_centers = replace(self.heatmap_targets, sigma=self.heatmap_targets.center_sigma)
        drawn = self.heatmap_targets.draw(keypoints[..., :-1, :], visible[..., :-1], grids)
        centers = of_centers.draw(keypoints[..., -1:, :], visible[..., -1:] & large, grids)
        heatmaps = [torch.cat(level, dim=1) for level in zip(drawn.heatmaps, centers.heatmaps)]
        return Targets(heatmaps, torch.cat([drawn.indices, centers.indices], dim=2), keypoints)

    def propose(self, maps: Maps, grid: Optional[Grid] = None) -> GroupedCenters:
        """Find centers and their poses.

        Args:
            maps (Maps): Heatmaps (B, K, H, W), centers (B, 1, H, W) and offsets (B, 2 * K, h, w).
            grid (Grid, optional): Cells of the heatmaps. None are those of the configured finest.

        Returns:
            GroupedCenters: On the device of the maps.
        """
        grid = grid or self.grid()
        scores, cells, mask = (values[:, 0] for values in self.candidates.find(maps.centers))
        poses = grid.to_cells(follow_offsets(maps.offsets, cells, grid))  # (B, N, K, 2)
        shown = read_between(finite_or_zero(maps.heatmaps), poses.transpose(1, 2)).clamp(min=0)
        return GroupedCenters(poses, shown.transpose(1, 2), None, None, scores, mask)
