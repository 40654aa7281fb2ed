"""The codec of offsets from centers (CenterNet, Zhou et al. 2019, arXiv:1904.07850, Section 5)."""

from typing import Dict, List, Optional, Sequence, Tuple, Union

import numpy as np
import torch
from torch import Tensor

from mmpose_ae.grouping import (
    UNMATCHED,
    MaskedCandidates,
    cells_to_pixels,
    find_masked_candidates,
    finite_or_zero,
    gather_tags,
    match_offsets,
    pixels_to_cells,
)
from mmpose_ae.registry import KEYPOINT_CODECS

from .center_group_codec import CenterGroupCodec

Size = Tuple[int, int]
Decoded = Tuple[List[np.ndarray], List[np.ndarray], List[np.ndarray]]


@KEYPOINT_CODECS.register_module()
class CenterOffsetCodec(CenterGroupCodec):
    """Encode keypoints as heatmaps and offsets from centers; group them by the offsets.

    In decoding every center gets all keypoints: each is the detected one that is closest to where
    the offset points, or that place itself, with score 0, if none is close. Nothing predicts
    visibility, so that instances have the score of their center, or, with
    ``decode_instance_score='heatmap'``, that times the mean score of their keypoints.

    Args:
        input_size (tuple): Network input (w, h) in pixels.
        heatmap_size (tuple | list[tuple]): Heatmap size (W, H) in cells; for several resolutions
            a list, coarse to fine. Offsets live on the coarsest, in its cells.
        decode_match_distance (float): How far from where the offset points a detected keypoint
            may be, relative to the longer side of the box around the instance's keypoints.
        **kwargs: As in :class:`CenterGroupCodec`. Keypoints are detected from
            ``decode_keypoint_thr`` on, centers from ``decode_candidate_thr`` on.
    """

    label_mapping_table = dict(
        CenterGroupCodec.label_mapping_table, center_offsets='center_offsets'
    )

    def __init__(
        self,
        input_size: Size,
        heatmap_size: Union[Size, Sequence[Size]],
        decode_match_distance: float = 0.3,
        **kwargs,
    ) -> None:
        super().__init__(input_size, heatmap_size, **kwargs)
        self.decode_match_distance = decode_match_distance

    def encode(
        self, keypoints: np.ndarray, keypoints_visible: Optional[np.ndarray] = None, **kwargs
    ) -> Dict[str, Union[np.ndarray, List[np.ndarray]]]:
        """Make the training targets of one image.

        Args:
            keypoints (np.ndarray): Keypoints (x, y) in pixels of the input image, (N, K, 2).
            keypoints_visible (np.ndarray, optional): Annotated keypoints are > 0, (N, K).
            **kwargs: As in :meth:`CenterGroupCodec.encode`.

        Returns:
            dict: As of :class:`CenterGroupCodec`, and
            - center_offsets (np.ndarray): From the cell of the center on the coarsest heatmap to
              the K + 1 keypoints, (x, y) in cells, (N, K + 1, 2), float32.
        """
        encoded = super().encode(keypoints, keypoints_visible, **kwargs)
        positions = encoded['keypoint_positions']
        cells = pixels_to_cells(positions, self.stride(0), self.decode_center_shift)
        row, column = np.divmod(encoded['keypoint_indices'][:, -1:, 0], self.heatmap_sizes[0][0])
        encoded['center_offsets'] = (cells - np.stack([column, row], -1)).astype(np.float32)
        return encoded

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
            - list[np.ndarray]: Instance scores, (N,), float32: see the class.

        Raises:
            ValueError: If the maps do not belong together or K is not the codec's.
        """
        self._check_center_maps(batch_heatmaps, batch_tags)
        stride = np.broadcast_to(self.stride() if stride is None else stride, 2)
        heatmaps = finite_or_zero(batch_heatmaps)
        centers = self._find(heatmaps[:, -1:], self.decode_center_kernel, self.decode_candidate_thr)
        scores, cells, mask = (values[:, 0] for values in centers)
        regressed = self._regress(batch_tags, cells, heatmaps.shape[-2:], stride)
        points, point_scores = self._detect(heatmaps[:, :-1], stride)
        found = scores.cpu().numpy(), mask.cpu().numpy(), regressed, points, point_scores
        instances = [self._group(*image) for image in zip(*found)]
        return tuple(list(values) for values in zip(*instances))

    def _check_center_maps(self, heatmaps: Tensor, offsets: Tensor) -> None:
        known = self.num_keypoints in (None, heatmaps.shape[1] - 1)
        if not known or offsets.shape[:2] != (len(heatmaps), 2 * heatmaps.shape[1]):
            raise ValueError(
                'expected heatmaps (B, K + 1, H, W) and offsets (B, 2 * (K + 1), h, w) of '
                f'{self.num_keypoints or "any number K of"} keypoints, '
                f'got {tuple(heatmaps.shape)} and {tuple(offsets.shape)}'
            )

    def _find(self, heatmaps: Tensor, kernel_size: int, threshold: float) -> MaskedCandidates:
        return find_masked_candidates(
            heatmaps, kernel_size, self.decode_max_candidates, threshold, min_candidates=0
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
        read = gather_tags(offsets, index.expand(-1, offsets.shape[1] // 2, -1))
        read = finite_or_zero(read).transpose(1, 2)[:, :, :-1].cpu().numpy()
        places = cells_to_pixels(cells.cpu().numpy(), stride / shrink, self.decode_center_shift)
        return places[:, :, None] + read * self.stride(0)

    def _detect(self, heatmaps: Tensor, stride: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
        """Detected keypoints in pixels of the input, (B, K, M, 2), and their scores, (B, K, M)."""
        found = self._find(heatmaps, self.decode_candidate_kernel, self.decode_keypoint_thr)
        scores = (found.scores * found.mask).cpu().numpy()
        cells = self._refine(heatmaps, found.cells).cpu().numpy()
        return cells_to_pixels(cells, stride, self.decode_center_shift), scores

    def _group(
        self,
        scores: np.ndarray,
        mask: np.ndarray,
        regressed: np.ndarray,
        points: np.ndarray,
        point_scores: np.ndarray,
    ) -> Tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Instances of one image, best first: centers (N,) with what :meth:`_snap` gives them."""
        keypoints, keypoint_scores = self._snap(regressed[mask], points, point_scores)
        instance_scores = scores[mask]
        if self.decode_instance_score == 'heatmap':
            instance_scores = instance_scores * keypoint_scores.mean(-1)
        return self._rank(keypoints, keypoint_scores, instance_scores)

    def _snap(
        self, regressed: np.ndarray, points: np.ndarray, scores: np.ndarray
    ) -> Tuple[np.ndarray, np.ndarray]:
        """Keypoints (N, K, 2) of one image, moved to detected ones, and their scores (N, K)."""
        members = match_offsets(regressed, points, scores, self.decode_match_distance)
        types, matched = np.arange(members.shape[1]), members != UNMATCHED
        keypoints = np.where(matched[..., None], points[types, members], regressed)
        return keypoints.astype(np.float32), scores[types, members] * matched
