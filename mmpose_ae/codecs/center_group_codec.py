"""The codec of CenterGroup (Braso et al. 2021, arXiv:2110.05132): AE's, and the center."""

from typing import Dict, List, Optional, Sequence, Tuple, Union

import numpy as np
import torch
from torch import Tensor

from mmpose_ae.grouping import (
    GroupedCenters,
    MaskedCandidates,
    cells_in_image,
    cells_to_pixels,
    find_masked_candidates,
    gaussian_heatmaps,
    instance_centers,
    keypoint_indices,
    pixels_to_cells,
    score_instances,
)
from mmpose_ae.registry import KEYPOINT_CODECS

from .ae_decoder import AEDecoder

Size = Tuple[int, int]
Decoded = Tuple[List[np.ndarray], List[np.ndarray], List[np.ndarray]]
INSTANCE_SCORES = ('visibility', 'heatmap')


@KEYPOINT_CODECS.register_module()
class CenterGroupCodec(AEDecoder):
    """Encode the center of each instance as one keypoint more; decode keypoints given to centers.

    Without the maps of the center it decodes by tags as :class:`AEDecoder` does.

    Args:
        input_size (tuple): Network input (w, h) in pixels.
        heatmap_size (tuple | list[tuple]): Heatmap size (W, H) in cells; for several resolutions
            a list, coarse to fine.
        decode_candidate_kernel (int): Side of the peak window of keypoints in cells of the map
            that candidates are searched on, odd.
        decode_center_kernel (int): The same of centers.
        decode_candidate_thr (float): Candidates and centers score at least this, or
        decode_min_candidates (int): are among so many best ones of their type. The paper has
            0.01 and 5.
        decode_max_candidates (int): Most candidates per keypoint type, and most centers: further
            instances are lost.
        decode_visible_thr (float): Probability from which on a keypoint counts in the score of
            its instance, and a center as an instance.
        decode_min_keypoints (int): So many of the best keypoints of an instance count in any
            case. 0 is the paper's Eq. 14.
        decode_instance_score (str): What ranks instances: their ``'visibility'`` as in the paper
            and the release, or the ``'heatmap'``, that is the center's probability times the mean
            value of the heatmaps at the keypoints, which knows how exactly they lie.
        **kwargs: As in :class:`AEDecoder`; those of tags have a use only without centers.
    """

    auxiliary_encode_keys = {'bbox_scale', 'warp_mat', 'ori_shape', 'flip'}
    label_mapping_table = dict(
        AEDecoder.label_mapping_table, keypoint_positions='keypoint_positions'
    )
    field_mapping_table = dict(
        heatmaps='heatmaps', heatmap_mask='heatmap_mask', image_mask='image_mask'
    )

    def __init__(
        self,
        input_size: Size,
        heatmap_size: Union[Size, Sequence[Size]],
        decode_candidate_kernel: int = 5,
        decode_center_kernel: int = 17,
        decode_candidate_thr: float = 0.005,
        decode_min_candidates: int = 3,
        decode_max_candidates: int = 30,
        decode_visible_thr: float = 0.5,
        decode_min_keypoints: int = 5,
        decode_instance_score: str = 'visibility',
        **kwargs,
    ) -> None:
        super().__init__(input_size, heatmap_size, **kwargs)
        self.decode_candidate_kernel = decode_candidate_kernel
        self.decode_center_kernel = decode_center_kernel
        self.decode_candidate_thr = decode_candidate_thr
        self.decode_min_candidates = decode_min_candidates
        self.decode_max_candidates = decode_max_candidates
        self.decode_visible_thr = decode_visible_thr
        self.decode_min_keypoints = decode_min_keypoints
        if decode_instance_score not in INSTANCE_SCORES:
            raise ValueError(
                f'decode_instance_score must be one of {INSTANCE_SCORES}, '
                f'got {decode_instance_score!r}'
            )
        self.decode_instance_score = decode_instance_score

    def encode(
        self,
        keypoints: np.ndarray,
        keypoints_visible: Optional[np.ndarray] = None,
        bbox_scale: Optional[np.ndarray] = None,
        warp_mat: Optional[np.ndarray] = None,
        ori_shape: Optional[Size] = None,
        flip: Optional[bool] = None,
    ) -> Dict[str, Union[np.ndarray, List[np.ndarray]]]:
        """Make the training targets of one image.

        Args:
            keypoints (np.ndarray): Keypoints (x, y) in pixels of the input, (N, K, 2).
            keypoints_visible (np.ndarray, optional): Annotated keypoints are > 0, (N, K).
            bbox_scale (np.ndarray, optional): As in :class:`AEDecoder`.
            warp_mat (np.ndarray, optional): Map (2, 3) from pixels of the image to the input.
                None means that the input shows nothing but the image.
            ori_shape (tuple, optional): Size (h, w) of the image.
            flip (bool, optional): The input was flipped horizontally after the map.

        Returns:
            dict: As of :class:`AEDecoder` with K + 1 heatmaps, indices and weights, the center
            being the last, and
            - keypoint_positions (np.ndarray): Keypoints and center (x, y) in pixels of the input,
              (N, K + 1, 2), float32.
            - image_mask (np.ndarray): False on padding, (1, H, W), bool; a list like the heatmaps.
        """
        encoded = super().encode(keypoints, keypoints_visible, bbox_scale)
        inside = encoded['keypoint_indices'][..., 1] > 0
        centers, present = instance_centers(keypoints[..., :2], inside)
        several = isinstance(encoded['heatmaps'], list)
        self._add_centers(encoded, centers, present)
        positions = np.concatenate([keypoints[..., :2], centers[:, None]], axis=1)
        encoded['keypoint_positions'] = positions.astype(np.float32)
        masks = [self._image_mask(size, warp_mat, ori_shape, flip) for size in self.heatmap_sizes]
        encoded['image_mask'] = masks if several else masks[0]
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

    def _image_mask(
        self,
        size: Size,
        warp_mat: Optional[np.ndarray],
        ori_shape: Optional[Size],
        flip: Optional[bool],
    ) -> np.ndarray:
        if warp_mat is None:
            return np.ones((1, *size[::-1]), bool)
        image_size = ori_shape[1], ori_shape[0]
        return cells_in_image(warp_mat, image_size, self.input_size, size, bool(flip))[None]

    def find_candidates(
        self, heatmaps: Tensor, mask: Optional[Tensor] = None
    ) -> Tuple[MaskedCandidates, MaskedCandidates]:
        """Find what is to be grouped.

        Args:
            heatmaps (Tensor): Of keypoints and the center, (B, K + 1, H, W), any float type.
            mask (Tensor, optional): False where nothing is to be found, (B, H, W). None is nowhere.

        Returns:
            tuple: MaskedCandidates of the K keypoint types, and those of the center, K being 1.
        """
        kernels = self.decode_candidate_kernel, self.decode_center_kernel
        limits = self.decode_max_candidates, self.decode_candidate_thr, self.decode_min_candidates
        kinds = heatmaps[:, :-1], heatmaps[:, -1:]
        keypoints, centers = (
            find_masked_candidates(maps, kernel, *limits, mask)
            for maps, kernel in zip(kinds, kernels)
        )
        return keypoints, centers

    def decode_groups(
        self, heatmaps: Tensor, groups: GroupedCenters, stride: Union[float, Tuple[float, float]]
    ) -> Decoded:
        """Turn the centers of a batch and their keypoints into instances.

        Args:
            heatmaps (Tensor): Of the keypoints that were searched for candidates, (B, K, H, W).
            groups (GroupedCenters): Their locations are centers of cells of the heatmaps.
            stride (float | tuple): Input pixels per cell, one number or (x, y).

        Returns:
            tuple: Lists over the batch, best instance first.
            - list[np.ndarray]: Keypoints (x, y) in pixels of the input image, (N, K, 2), float32.
            - list[np.ndarray]: Keypoint scores, (N, K), float32: their visibility, or what the
              heatmaps show there if that is not predicted.
            - list[np.ndarray]: Instance scores, (N,), float32: see :func:`score_instances`; that
              of the center if visibility is not predicted. A center that is not classified has
              the value of its heatmap. With ``decode_instance_score='heatmap'`` see there.
        """
        unrounded = pixels_to_cells(groups.locations.cpu().numpy(), stride)
        cells = torch.from_numpy(np.rint(unrounded)).long().to(heatmaps.device).transpose(1, 2)
        points = self._refine(heatmaps, cells).transpose(1, 2).cpu().numpy()
        keypoints = cells_to_pixels(points, stride, self.decode_center_shift).astype(np.float32)
        scores, instance_scores = self._score(heatmaps, cells, groups)
        mask = groups.mask.cpu().numpy()
        ranked = [
            self._rank(*(values[kept] for values in image))
            for kept, *image in zip(mask, keypoints, scores, instance_scores)
        ]
        return tuple(list(values) for values in zip(*ranked))

    def _rank(
        self,
        keypoints: np.ndarray,
        scores: np.ndarray,
        instance_scores: np.ndarray,
    ) -> Tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Instances of one image, best first."""
        order = np.argsort(-instance_scores, kind='stable')
        best = order[: self.decode_max_instances]
        return keypoints[best], scores[best], instance_scores[best]

    def _score(
        self, heatmaps: Tensor, cells: Tensor, groups: GroupedCenters
    ) -> Tuple[np.ndarray, np.ndarray]:
        """Scores of keypoints (B, C, K) and of instances (B, C), for cells (B, K, C, 2)."""
        centers = groups.center_scores if groups.probabilities is None else groups.probabilities
        index = cells[..., 1] * heatmaps.shape[-1] + cells[..., 0]
        shown = heatmaps.flatten(2).gather(2, index).transpose(1, 2)
        scores = shown if groups.visibility is None else groups.visibility
        if self.decode_instance_score == 'heatmap':
            instances = centers * shown.clamp(min=0).mean(-1)
        elif groups.visibility is None:
            instances = centers
        else:
            limits = self.decode_visible_thr, self.decode_min_keypoints
            instances = score_instances(scores, centers, *limits)
        return scores.float().cpu().numpy(), instances.float().cpu().numpy()
