"""The codec of CID (Wang and Zhang 2022): centers, and heatmaps of every person."""

from dataclasses import dataclass
from typing import NamedTuple, Optional, Sequence

from torch import Tensor

from mmpose_ae.frame import Grid, round_cells, unflatten_index
from mmpose_ae.ops import (
    MaskedCandidates,
    distinct_people,
    extents,
    finite_or_zero,
    jitter,
    keypoint_indices,
    merge_people,
    overlap_sigmas,
    person_heatmaps,
    place_keypoints,
    refine_cells,
)
from mmpose_ae.options import check_between, refuse_unknown_options
from mmpose_ae.registry import KEYPOINT_CODECS

from .heatmap_targets import Targets
from .maps import GroupedCenters, Maps
from .person_codec import PersonCodec


@dataclass(frozen=True)
class SizedTargets:
    """Gaussians as wide as people are large.

    Attributes:
        min_overlap (float): See :func:`mmpose_ae.ops.overlap_sigmas`: the more, the narrower. From
            0.25 on: below, its formula turns round.
        round_centers (bool): Center the Gaussians on the nearest cell, as MMPose does, instead of
            on the keypoint itself. That cell is 1 in any case.
    """

    min_overlap: float = 0.7
    round_centers: bool = False

    def __post_init__(self) -> None:
        check_between('min_overlap', self.min_overlap, 0.25, 1)

    def draw(self, cells: Tensor, shown: Tensor, sides: Tensor, grid: Grid) -> Tensor:
        """Draw people on heatmaps of their own.

        Args:
            cells (Tensor): Keypoints (x, y) in cells of the grid, (P, K, 2), float.
            shown (Tensor): Annotated keypoints on the map, (P, K), bool.
            sides (Tensor): Width and height of their boxes in pixels of the input, (P, 2).
            grid (Grid): The cells.

        Returns:
            Tensor: (P, K, H, W), float32.
        """
        sigmas = overlap_sigmas(sides / sides.new_tensor(grid.stride), self.min_overlap)
        return person_heatmaps(cells, shown, sigmas, grid.size, self.round_centers)


class PersonTargets(NamedTuple):
    """What the network should predict for the people of a batch, each alone.

    Attributes:
        image (Tensor): Which image each is in, ascending, (P,), int64.
        person (Tensor): Which of its annotated people each is, (P,), int64.
        centers (Tensor): Cells (x, y) of their centers, in training moved a little, (P, 2), int64.
        heatmaps (Tensor): (P, K, H, W), float32.
        shown (Tensor): Keypoints that count, (P, K), bool.
    """

    image: Tensor
    person: Tensor
    centers: Tensor
    heatmaps: Tensor
    shown: Tensor


@KEYPOINT_CODECS.register_module()
@refuse_unknown_options
class CIDCodec(PersonCodec):
    """Decouple people: a center for each, whose features give it heatmaps of its own.

    :meth:`propose` gives centers; :class:`CIDHead` predicts the heatmaps of each; :meth:`pick`
    takes their highest cells; :meth:`group` leaves out who is there twice, and ranks.

    Args:
        targets (dict, optional): Options of :class:`SizedTargets`.
        **kwargs: As in :class:`PersonCodec`.
    """

    target_options = SizedTargets

    def _draw(
        self, keypoints: Tensor, visible: Tensor, grids: Sequence[Grid], sides: Optional[Tensor]
    ) -> Targets:
        """Draw everybody by the size of the box, or of that around the keypoints without one."""
        sides = extents(keypoints, visible) if sides is None else sides
        indices = keypoint_indices(grids[0].to_cells(keypoints), visible, grids[0].size)
        heatmaps = [self._draw_all(keypoints, visible, sides, grid) for grid in grids]
        return Targets(heatmaps, indices, keypoints)

    def _draw_all(self, keypoints: Tensor, visible: Tensor, sides: Tensor, grid: Grid) -> Tensor:
        """Everybody of a batch on the heatmaps of the images, (B, K, H, W)."""
        cells = grid.to_cells(keypoints)
        shown = place_keypoints(cells, visible, grid.size)[1]
        who = shown.any(-1).nonzero(as_tuple=True)
        maps = self.heatmap_targets.draw(cells[who], shown[who], sides[who], grid)
        return merge_people(maps, who[0], len(cells))

    def person_targets(
        self, targets: Targets, sides: Optional[Tensor], grid: Grid
    ) -> PersonTargets:
        """Make the targets of every person whose center is on the map.

        Args:
            targets (Targets): Of the batch, with centers.
            sides (Tensor, optional): As in :meth:`targets`.
            grid (Grid): Cells of the heatmaps.

        Returns:
            PersonTargets: Of two people with a center in one cell the smaller one is taken.
        """
        shown = targets.indices[..., 1] > 0
        image, person = shown[..., -1].nonzero(as_tuple=True)
        shown, cells = shown[image, person, :-1], grid.to_cells(targets.keypoints)[image, person]
        measured = extents(targets.keypoints[image, person, :-1], shown)
        centers = jitter(round_cells(cells[:, -1]).long(), grid.size)
        kept = distinct_people(image, grid.flat(centers), measured.norm(dim=-1))
        sides = measured if sides is None else sides[image, person]
        heatmaps = self.heatmap_targets.draw(cells[kept, :-1], shown[kept], sides[kept], grid)
        return PersonTargets(image[kept], person[kept], centers[kept], heatmaps, shown[kept])

    def propose(self, maps: Maps) -> MaskedCandidates:
        """Find centers.

        Args:
            maps (Maps): With centers, (B, 1, H, W), any float type.

        Returns:
            MaskedCandidates: On the device of the maps, K being 1.
        """
        return self.candidates.find(maps.centers)

    def pick(self, heatmaps: Tensor, centers: MaskedCandidates) -> GroupedCenters:
        """Take the highest cells of everybody's heatmaps.

        Args:
            heatmaps (Tensor): Of each center that is no padding, image by image, (P, K, H, W); or
                of all centers.
            centers (MaskedCandidates): Those centers.

        Returns:
            GroupedCenters: All centers of the batch.
        """
        heatmaps, mask = finite_or_zero(heatmaps), centers.mask[:, 0]
        values, index = heatmaps.flatten(2).max(-1)  # (P, K)
        highest = unflatten_index(index, heatmaps.shape[-1])[:, :, None]
        refined = refine_cells(heatmaps, highest, self.refinement)[:, :, 0]
        cells, scores = (_spread(rows, mask) for rows in (refined, values))
        return GroupedCenters(cells, scores, None, None, centers.scores[:, 0], mask)


def _spread(rows: Tensor, mask: Tensor) -> Tensor:
    """Put what is known of centers, (P, ...), in their places, (B, N, ...): 0 where there is none.

    Args:
        rows (Tensor): Of those that are no padding, or of all, image by image.
        mask (Tensor): Which are no padding, (B, N), bool.
    """
    if rows.shape[0] == mask.numel():
        places = mask.reshape(*mask.shape, *[1] * (rows.ndim - 1))
        return rows.unflatten(0, mask.shape) * places
    spread = rows.new_zeros(*mask.shape, *rows.shape[1:])
    spread[mask] = rows
    return spread
