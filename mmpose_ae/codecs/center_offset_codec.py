"""The codec of offsets from centers (CenterNet, Zhou et al. 2019, arXiv:1904.07850, Section 5)."""

from typing import Dict, Optional

import numpy as np
import torch
from torch import Tensor

from mmpose_ae.decoding import CenterOffsetScoring, OffsetDecoding
from mmpose_ae.frame import Grid, unflatten_index
from mmpose_ae.ops import bounded, finite_or_zero, gather_tags, nearest_cells, refine_cells
from mmpose_ae.options import check_between, read_options
from mmpose_ae.registry import KEYPOINT_CODECS

from .bottomup_codec import BottomupCodec, Decoded, Stride, as_lists
from .candidate_search import OffsetCandidateSearch
from .heatmap_targets import Targets
from .maps import Maps, OffsetProposals
from .presets import CENTER_OPTIONS, TARGET_OPTIONS, accept_presets

OLD_OPTIONS = {
    **TARGET_OPTIONS,
    **CENTER_OPTIONS,
    'decode_keypoint_thr': ('candidates', 'threshold'),
    'decode_candidate_thr': ('candidates', 'center_threshold'),
    'decode_match_distance': ('match_distance',),
}


@KEYPOINT_CODECS.register_module()
@accept_presets(OLD_OPTIONS, presets=['center_group'])
class CenterOffsetCodec(BottomupCodec):
    """Group keypoints by the offsets from centers.

    Every center gets all keypoints: each is the detected one that is closest to where the offset
    points, or that place itself, with score 0, if none is close. The old names of options keep
    working.

    Args:
        match_distance (float): How far from where the offset points a detected keypoint may be,
            relative to the longer side of the box around the instance's keypoints.
        candidates (dict, optional): Options of :class:`OffsetCandidateSearch`.
        scoring (dict, optional): Options of :class:`CenterOffsetScoring`.
        **kwargs: Sizes, keypoints and targets as in :class:`BottomupCodec`.

    Raises:
        ValueError: If an option cannot be, or people have one keypoint, to which no detected one
            would ever be close: the box around it has no side.
    """

    label_mapping_table = dict(
        BottomupCodec.label_mapping_table,
        keypoint_positions='keypoint_positions',
        center_offsets='center_offsets',
    )
    encodes_centers = True

    def __init__(
        self,
        *args,
        match_distance: float = 0.3,
        candidates: Optional[dict] = None,
        scoring: Optional[dict] = None,
        **kwargs,
    ) -> None:
        super().__init__(*args, **kwargs)
        check_between('match_distance', match_distance)
        if self.num_keypoints == 1:
            raise ValueError(
                'match_distance is relative to the box around the keypoints of a person, so people '
                'of one keypoint would all have the score 0: AEDecoder is for these'
            )
        self.match_distance = match_distance
        self.candidates = read_options(OffsetCandidateSearch, self._part('candidates'), candidates)
        self.scoring = read_options(CenterOffsetScoring, self._part('scoring'), scoring)

    def center_offsets(self, targets: Targets, grid: Grid) -> Tensor:
        """Offsets from the cells of centers to the keypoints.

        Args:
            targets (Targets): Of keypoints and centers.
            grid (Grid): Cells of the coarsest heatmap, where offsets live.

        Returns:
            Tensor: (x, y) in its cells, (B, N, K + 1, 2), float32.
        """
        centers = unflatten_index(targets.indices[..., -1:, 0], grid.size[0])
        return (grid.to_cells(targets.keypoints) - centers).float()

    def further_labels(self, targets: Targets, grid: Grid) -> Dict[str, np.ndarray]:
        """Also give the keypoints themselves and the offsets to them.

        Returns:
            dict:
            - keypoint_positions (np.ndarray): Keypoints and center (x, y) in pixels of the input,
                (N, K + 1, 2), float32.
            - center_offsets (np.ndarray): See :meth:`center_offsets`, (N, K + 1, 2), float32.
        """
        return dict(
            keypoint_positions=targets.keypoints[0].float().numpy(),
            center_offsets=self.center_offsets(targets, grid)[0].numpy(),
        )

    @property
    def decoding(self) -> OffsetDecoding:
        """The half of decoding that runs on the host."""
        return OffsetDecoding(self.match_distance, self.scoring, learned_score=self.learned_score)

    def propose(self, maps: Maps, grid: Optional[Grid] = None) -> OffsetProposals:
        """Find centers, where their offsets point to, and keypoints.

        Args:
            maps (Maps): Heatmaps (B, K, H, W), centers (B, 1, H, W) and offsets (B, 2 * K, h, w).
                Values that are not finite count as 0.
            grid (Grid, optional): Cells of the heatmaps. None are those of the configured finest.

        Returns:
            OffsetProposals: On the device of the maps.

        Raises:
            ValueError: If the maps do not belong together or K is not the codec's.
        """
        self._check_maps(maps)
        grid = grid or self.grid()
        found = self.candidates.find_centers(maps.centers)
        scores, cells, mask = (values[:, 0] for values in found)
        keypoints = self.candidates.find_keypoints(maps.heatmaps)
        return OffsetProposals(
            scores,
            mask,
            follow_offsets(maps.offsets, cells, grid),
            refine_cells(finite_or_zero(maps.heatmaps), keypoints.cells, self.refinement),
            keypoints.scores * keypoints.mask,
        )

    def outputs(self, proposals: OffsetProposals) -> Dict[str, Tensor]:
        """Name what :class:`OffsetDecoding` reads.

        Args:
            proposals (OffsetProposals): Of a batch.

        Returns:
            dict: ``candidates`` (B, K, M, 3): score and position (x, y) in heatmap cells;
            ``regressed`` (B, N, K, 2), ``center_scores`` (B, N); float32; ``center_mask`` (B, N).
        """
        return dict(
            candidates=torch.cat([proposals.scores[..., None], proposals.cells], dim=-1),
            regressed=proposals.regressed,
            center_scores=proposals.center_scores,
            center_mask=proposals.center_mask,
        )

    def batch_decode(
        self, batch_heatmaps: Tensor, batch_offsets: Tensor, stride: Optional[Stride] = None
    ) -> Decoded:
        """Decode the network's maps of a batch, in MMPose's form.

        Args:
            batch_heatmaps (Tensor): Heatmaps of the keypoints and of the center, (B, K + 1, H, W),
                any float type.
            batch_offsets (Tensor): Offsets of keypoints and center, (B, 2 * (K + 1), h, w), those
                of x before those of y, in cells of the configured coarsest heatmap.
            stride (float | tuple, optional): Input pixels per heatmap cell, one number or
                (x, y). None is that of the configured finest heatmap.

        Returns:
            tuple: Lists over the batch, best instance first: keypoints (x, y) in pixels of the
            input image, (N, K, 2), keypoint scores, (N, K), and instance scores, (N,), float32.

        Raises:
            ValueError: If the maps do not belong together or K is not the codec's.
        """
        if batch_offsets.shape[:2] != (len(batch_heatmaps), 2 * batch_heatmaps.shape[1]):
            raise ValueError(
                'expected heatmaps (B, K + 1, H, W) and offsets (B, 2 * (K + 1), h, w) of '
                f'{self.num_keypoints or "any number K of"} keypoints, '
                f'got {tuple(batch_heatmaps.shape)} and {tuple(batch_offsets.shape)}'
            )
        grid = self.grid_at(batch_heatmaps, stride)
        offsets = offsets_in_pixels(batch_offsets, self.grid(0))
        maps = Maps(batch_heatmaps[:, :-1], centers=batch_heatmaps[:, -1:], offsets=offsets)
        return as_lists(self.group(self.propose(maps, grid), grid))

    def _check_maps(self, maps: Maps) -> None:
        batch, num_keypoints = maps.heatmaps.shape[:2]
        known = self.num_keypoints in (None, num_keypoints)
        if not known or maps.offsets.shape[:2] != (batch, 2 * num_keypoints):
            raise ValueError(
                'expected heatmaps (B, K, H, W) and offsets (B, 2 * K, h, w) of '
                f'{self.num_keypoints or "any number K of"} keypoints, '
                f'got {tuple(maps.heatmaps.shape)} and {tuple(maps.offsets.shape)}'
            )


def offsets_in_pixels(offsets: Tensor, grid: Grid) -> Tensor:
    """Offsets of keypoints alone, in pixels of the input, from those of keypoints and center.

    Args:
        offsets (Tensor): (B, 2 * (K + 1), h, w), in cells, those of x before those of y; the last
            of each is the center's.
        grid (Grid): The cells that the offsets count.

    Returns:
        Tensor: (B, 2 * K, h, w), float32.
    """
    axes = finite_or_zero(offsets).unflatten(1, (2, -1))[:, :, :-1]  # (B, 2, K, h, w)
    return (axes * axes.new_tensor(grid.stride)[:, None, None, None]).flatten(1, 2)


def follow_offsets(offsets: Tensor, centers: Tensor, grid: Grid) -> Tensor:
    """Find where the offsets of centers point to.

    They are read at the nearest cell, as they are trained, not between cells.

    Args:
        offsets (Tensor): (B, 2 * K, h, w), in pixels of the input, those of x before those of y; as
            large as the heatmaps or coarser.
        centers (Tensor): Cells (x, y) of the heatmaps, (B, N, 2).
        grid (Grid): Those cells.

    Returns:
        Tensor: (B, N, K, 2), in pixels of the input.
    """
    coarse = grid.over_same(tuple(offsets.shape[:-3:-1]))
    cells = nearest_cells(centers, grid.size, coarse.size)
    index = coarse.flat(cells)[:, None]
    read = gather_tags(offsets, index.expand(-1, offsets.shape[1] // 2, -1))
    return coarse.to_pixels(cells)[:, :, None] + bounded(read).transpose(1, 2)
