"""The codec of offsets from centers (CenterNet, Zhou et al. 2019, arXiv:1904.07850, Section 5)."""

from typing import Dict, List, Optional, Sequence, Tuple, Union

import numpy as np
import torch
from torch import Tensor

from mmpose_ae.grouping import (
    UNMATCHED,
    cells_to_pixels,
    find_masked_candidates,
    finite_or_zero,
    gather_tags,
    gaussian_heatmaps,
    keypoint_indices,
    match_offsets,
    pixels_to_cells,
)
from mmpose_ae.grouping.centers import instance_centers
from mmpose_ae.registry import KEYPOINT_CODECS

from .ae_decoder import AEDecoder

Size = Tuple[int, int]
Decoded = Tuple[List[np.ndarray], List[np.ndarray], List[np.ndarray]]


@KEYPOINT_CODECS.register_module()
class CenterOffsetCodec(AEDecoder):
    """Encode keypoints as heatmaps and offsets from centers; group them by the offsets.

    In decoding every center gets all keypoints: each is the detected one that is closest to where
    the offset points, or that place itself, with score 0, if none is close.

    Args:
        input_size (tuple): Network input (w, h) in pixels.
        heatmap_size (tuple | list[tuple]): Heatmap size (W, H) in cells; for several resolutions
            a list, coarse to fine. Offsets live on the coarsest, in its cells.
        decode_center_kernel (int): Side of the peak window of centers in heatmap cells, odd.
        decode_center_thr (float): Centers score at least this.
        decode_match_distance (float): How far from where the offset points a detected keypoint
            may be, relative to the longer side of the box around the instance's keypoints.
        decode_topk (int): Most candidates per keypoint type, and most centers.
        **kwargs: As in :class:`AEDecoder`; its options of tags and grouping have no use.
    """

    label_mapping_table = dict(AEDecoder.label_mapping_table, center_offsets='center_offsets')

    def __init__(
        self,
        input_size: Size,
        heatmap_size: Union[Size, Sequence[Size]],
        decode_center_kernel: int = 17,
        decode_center_thr: float = 0.01,
        decode_match_distance: float = 0.3,
        decode_topk: int = 30,
        **kwargs,
    ) -> None:
        super().__init__(input_size, heatmap_size, decode_topk=decode_topk, **kwargs)
        self.decode_center_kernel = decode_center_kernel
        self.decode_center_thr = decode_center_thr
        self.decode_match_distance = decode_match_distance

    def encode(
        self,
        keypoints: np.ndarray,
        keypoints_visible: Optional[np.ndarray] = None,
        bbox_scale: Optional[np.ndarray] = None,
    ) -> Dict[str, Union[np.ndarray, List[np.ndarray]]]:
        """Make the training targets of one image; the center is one keypoint more, the last.

        Args:
            keypoints (np.ndarray): Keypoints (x, y) in pixels of the input image, (N, K, 2).
            keypoints_visible (np.ndarray, optional): Annotated keypoints are > 0, (N, K).
            bbox_scale (np.ndarray, optional): As in :class:`AEDecoder`.

        Returns:
            dict: As of :class:`AEDecoder`, with K + 1 heatmaps and indices, and
            - center_offsets (np.ndarray): From the cell of the center on the coarsest heatmap to
              the K + 1 keypoints, (x, y) in cells, (N, K + 1, 2), float32.
        """
        if keypoints_visible is None:
            keypoints_visible = np.ones(keypoints.shape[:2], np.float32)
        visible = keypoints_visible > 0
        centers, present = instance_centers(keypoints[..., :2], visible)
        encoded = super().encode(keypoints, keypoints_visible, bbox_scale)
        self._add_centers(encoded, centers, present)
        points = np.concatenate([keypoints[..., :2], centers[:, None]], axis=1)
        cells = pixels_to_cells(points, self.stride(0), self.decode_center_shift)
        row, column = np.divmod(encoded['keypoint_indices'][:, -1:, 0], self.heatmap_sizes[0][0])
        encoded['center_offsets'] = (cells - np.stack([column, row], -1)).astype(np.float32)
        return encoded

    def _add_centers(self, encoded: dict, centers: np.ndarray, present: np.ndarray) -> None:
        """Append the centers (N, 2) of the instances that have one (N,) to the targets."""
        several = isinstance(encoded['heatmaps'], list)
        levels = encoded['heatmaps'] if several else [encoded['heatmaps']]
        cells = [
            pixels_to_cells(centers[:, None], self.stride(level), self.decode_center_shift)
            for level in range(len(levels))
        ]
        shown = present[:, None]
        levels = [
            np.concatenate(
                [maps, gaussian_heatmaps(place, shown, size, self.sigma, self.round_centers)]
            )
            for maps, place, size in zip(levels, cells, self.heatmap_sizes)
        ]
        indices = keypoint_indices(cells[0], shown, self.heatmap_sizes[0])
        indices = np.concatenate([encoded['keypoint_indices'], indices], axis=1)
        encoded.update(
            heatmaps=levels if several else levels[0],
            keypoint_indices=indices,
            keypoint_weights=indices[..., 1].astype(np.float32),
        )

    def batch_decode(
        self,
        batch_heatmaps: Tensor,
        batch_tags: Tensor,
        stride: Union[None, float, Tuple[float, float]] = None,
    ) -> Decoded:
        """Decode the network's maps of a batch.

        Args:
            batch_heatmaps (Tensor): Heatmaps of the keypoints and of the center, (B, K + 1, H, W),
                any float type. Values that are not finite count as 0.
            batch_tags (Tensor): Offsets, (B, 2 * (K + 1), h, w), those of x before those of y.
            stride (float | tuple, optional): Input pixels per heatmap cell, one number or
                (x, y). None is that of the configured finest heatmap.

        Returns:
            tuple: Lists over the batch, best instance first.
            - list[np.ndarray]: Keypoints (x, y) in pixels of the input image, (N, K, 2), float32.
            - list[np.ndarray]: Keypoint scores, (N, K), float32; 0 where nothing was detected.
            - list[np.ndarray]: Instance scores, (N,), float32: those of the centers.

        Raises:
            ValueError: If the maps do not belong together or K is not the codec's.
        """
        self._check_center_maps(batch_heatmaps, batch_tags)
        stride = np.broadcast_to(self.stride() if stride is None else stride, 2)
        heatmaps = finite_or_zero(batch_heatmaps)
        centers = find_masked_candidates(
            heatmaps[:, -1:], self.decode_center_kernel, self.decode_topk, self.decode_center_thr, 0
        )
        scores = (centers.scores * centers.mask)[:, 0].cpu().numpy()  # (B, N)
        regressed = self._regress(batch_tags, centers.cells[:, 0], heatmaps.shape[-2:], stride)
        points, point_scores = self._detect(heatmaps[:, :-1], stride)
        poses = [
            self._snap(instances[known > 0], candidates, strengths)
            for instances, known, candidates, strengths in zip(
                regressed, scores, points, point_scores
            )
        ]
        keypoints, keypoint_scores = (list(parts) for parts in zip(*poses))
        return keypoints, keypoint_scores, [known[known > 0] for known in scores]

    def _check_center_maps(self, heatmaps: Tensor, offsets: Tensor) -> None:
        known = self.num_keypoints in (None, heatmaps.shape[1] - 1)
        if not known or offsets.shape[:2] != (len(heatmaps), 2 * heatmaps.shape[1]):
            raise ValueError(
                'expected heatmaps (B, K + 1, H, W) and offsets (B, 2 * (K + 1), h, w) of '
                f'{self.num_keypoints or "any number K of"} keypoints, '
                f'got {tuple(heatmaps.shape)} and {tuple(offsets.shape)}'
            )

    def _regress(
        self, offsets: Tensor, centers: Tensor, size: Tuple[int, int], stride: np.ndarray
    ) -> np.ndarray:
        """Where the offsets at centers (B, N, 2) point to, (B, N, K, 2), in pixels of the input.

        They are read at the nearest cell, as they are trained, not between cells.
        """
        height, width = offsets.shape[-2:]
        shrink = np.divide([width, height], size[::-1])
        ratio = torch.tensor(shrink, dtype=torch.float32, device=offsets.device)
        cells = ((centers + 0.5) * ratio).long()  # (B, N, 2)
        index = (cells[..., 1] * width + cells[..., 0])[:, None]
        read = gather_tags(offsets, index.expand(-1, offsets.shape[1] // 2, -1)).float()
        read = read.transpose(1, 2)[:, :, :-1].cpu().numpy()
        places = cells_to_pixels(cells.cpu().numpy(), stride / shrink, self.decode_center_shift)
        return places[:, :, None] + read * self.stride(0)

    def _detect(self, heatmaps: Tensor, stride: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
        """Detected keypoints in pixels of the input, (B, K, M, 2), and their scores, (B, K, M)."""
        found = find_masked_candidates(
            heatmaps, self.decode_nms_kernel, self.decode_topk, self.decode_keypoint_thr, 0
        )
        scores = (found.scores * found.mask).cpu().numpy()
        cells = self._refine(heatmaps, found.cells).cpu().numpy()
        return cells_to_pixels(cells, stride, self.decode_center_shift), scores

    def _snap(
        self, regressed: np.ndarray, points: np.ndarray, scores: np.ndarray
    ) -> Tuple[np.ndarray, np.ndarray]:
        """Keypoints (N, K, 2) of one image, moved to detected ones, and their scores (N, K)."""
        members = match_offsets(regressed, points, scores, self.decode_match_distance)
        types, matched = np.arange(members.shape[1]), members != UNMATCHED
        keypoints = np.where(matched[..., None], points[types, members], regressed)
        return keypoints.astype(np.float32), scores[types, members] * matched
