"""The codec of Associative Embedding: keypoints to targets, heatmaps and tags to instances."""

from typing import Dict, Iterable, List, Optional, Sequence, Tuple, Union

import numpy as np
import torch
from mmpose.codecs.base import BaseKeypointCodec
from mmpose.datasets.datasets.utils import parse_pose_metainfo
from torch import Tensor

from mmpose_ae.grouping import (
    MISSING_RULES,
    OFFSETS,
    Candidates,
    Instances,
    cells_to_pixels,
    collect_instances,
    fill_instances,
    find_candidates,
    find_missing,
    finite_or_zero,
    gaussian_heatmaps,
    instance_scales,
    keypoint_indices,
    pad_instances,
    pixels_to_cells,
)
from mmpose_ae.registry import KEYPOINT_CODECS, TASK_UTILS

from .keypoint_order import order_from_metainfo

Size = Tuple[int, int]


def _check_choice(name: str, value: Optional[str], choices: Iterable[str]) -> Optional[str]:
    if value is not None and value not in choices:
        raise ValueError(f'{name} must be None or one of {sorted(choices)}, got {value!r}')
    return value


@KEYPOINT_CODECS.register_module()
class AEDecoder(BaseKeypointCodec):
    """Encode and decode keypoints as heatmaps and tags (Newell et al. 2017, arXiv:1611.05424).

    Encoding and decoding share one rule of where a cell lies on the image
    (:mod:`mmpose_ae.grouping.coordinates`), so a round trip has no bias.

    Args:
        input_size (tuple): Network input (w, h) in pixels.
        heatmap_size (tuple | list[tuple]): Heatmap size (W, H) in cells; for several resolutions
            (HigherHRNet) a list, coarse to fine. Tags live on the coarsest.
        sigma (float, optional): Standard deviation of the target Gaussians in cells. None is a
            64th of the coarsest heatmap's side.
        round_centers (bool): Centre the Gaussians on the nearest cell, as the published weights
            were trained, instead of on the keypoint itself.
        metainfo (dict, optional): The dataset's metainfo or ``dict(from_file=...)``; gives the
            number of keypoints and the grouping order.
        decode_keypoint_order (sequence, optional): All keypoint types in the order of grouping,
            head and torso first. None takes it from the metainfo.
        decode_nms_kernel (int): Side of the peak window in heatmap cells, odd.
        decode_plateaus (bool): Make every cell of a flat peak a candidate, as the released codes
            do, instead of one.
        decode_keypoint_thr (float): Candidates score more than this.
        decode_max_score (float, optional): Heatmap values above count as this, 1 in
            pose-ae-train. None is no limit.
        decode_tag_thr (float): A candidate joins an instance below this tag distance.
        decode_topk (int): Most candidates per keypoint type.
        decode_center_shift (float, optional): See
            :func:`mmpose_ae.grouping.coordinates.cells_to_pixels`.
        decode_refinement (str, optional): Sub-cell position of peaks: ``'gaussian'`` fits a
            Gaussian, ``'quarter'`` shifts a quarter of a cell towards the higher neighbour,
            ``'released'`` too, but left or up where both are equal, as the released codes do;
            None keeps the cell.
        decode_missing (str, optional): Where to look for a keypoint that grouping did not find:
            ``'nearest'``, ``'within'`` as the paper says or ``'released'`` as its code does, see
            :func:`mmpose_ae.grouping.missing.find_missing`; None nowhere. A keypoint that stays
            missing has score 0 and lies at the mean of the found ones.
        decode_missing_thr (float, optional): Only look at cells above this heatmap value. None
            looks at all, as the released codes do.
        decode_missing_score (float, optional): Score of a keypoint found that way. None is its
            heatmap value, for ``'nearest'`` a tenth of it; pose-ae-train gives 1.
        decode_max_instances (int, optional): Most instances per image, the best ones. None is
            no limit.
        grouping (dict, optional): How candidates become instances: ``dict(type='GreedyGrouping')``
            and its options for the originals' rules, or another strategy of TASK_UTILS. None is
            ``dict(type='DensityGrouping')``.
    """

    auxiliary_encode_keys = {'bbox_scale'}
    label_mapping_table = dict(
        keypoint_indices='keypoint_indices',
        keypoint_weights='keypoint_weights',
        instance_scales='instance_scales',
    )

    def __init__(
        self,
        input_size: Size,
        heatmap_size: Union[Size, Sequence[Size]],
        sigma: Optional[float] = None,
        round_centers: bool = False,
        metainfo: Optional[dict] = None,
        decode_keypoint_order: Optional[Sequence[int]] = None,
        decode_nms_kernel: int = 5,
        decode_plateaus: bool = False,
        decode_keypoint_thr: float = 0.1,
        decode_max_score: Optional[float] = None,
        decode_tag_thr: float = 1.0,
        decode_topk: int = 100,
        decode_center_shift: Optional[float] = None,
        decode_refinement: Optional[str] = 'gaussian',
        decode_missing: Optional[str] = 'nearest',
        decode_missing_thr: Optional[float] = 0.01,
        decode_missing_score: Optional[float] = None,
        decode_max_instances: Optional[int] = None,
        grouping: Optional[dict] = None,
    ) -> None:
        super().__init__()
        single = isinstance(heatmap_size[0], int)
        self.input_size = tuple(input_size)
        self.heatmap_sizes = [tuple(s) for s in ([heatmap_size] if single else heatmap_size)]
        self._check_sizes()
        self.sigma = (np.prod(self.heatmap_sizes[0]) ** 0.5 / 64) if sigma is None else sigma
        self.round_centers = round_centers
        self.metainfo = None if metainfo is None else parse_pose_metainfo(dict(metainfo))
        self.decode_keypoint_order = self._keypoint_order(decode_keypoint_order)
        self.decode_nms_kernel = decode_nms_kernel
        self.decode_plateaus = decode_plateaus
        self.decode_keypoint_thr = decode_keypoint_thr
        self.decode_max_score = decode_max_score
        self.decode_tag_thr = decode_tag_thr
        self.decode_topk = decode_topk
        self.decode_center_shift = decode_center_shift
        self.decode_refinement = _check_choice('decode_refinement', decode_refinement, OFFSETS)
        self.decode_missing = _check_choice('decode_missing', decode_missing, MISSING_RULES)
        self.decode_missing_thr = decode_missing_thr
        self.decode_missing_score = decode_missing_score
        self.decode_max_instances = decode_max_instances
        self.grouping = TASK_UTILS.build(grouping or dict(type='DensityGrouping'))

    def _check_sizes(self) -> None:
        for width, height in self.heatmap_sizes:
            if self.input_size[0] % width or self.input_size[1] % height:
                raise ValueError(
                    f'heatmap_size {(width, height)} must divide input_size {self.input_size}'
                )

    def _keypoint_order(self, order: Optional[Sequence[int]]) -> Optional[List[int]]:
        if order is None:
            return None if self.metainfo is None else order_from_metainfo(self.metainfo)
        order = list(order)
        expected = len(order) if self.metainfo is None else self.metainfo['num_keypoints']
        if sorted(order) != list(range(expected)):
            raise ValueError(
                f'decode_keypoint_order must name each of the keypoints 0 to {expected - 1} '
                f'once, got {order}'
            )
        return order

    @property
    def num_keypoints(self) -> Optional[int]:
        """Number of keypoint types, where the metainfo or the grouping order tells it."""
        if self.metainfo is not None:
            return self.metainfo['num_keypoints']
        return None if self.decode_keypoint_order is None else len(self.decode_keypoint_order)

    def stride(self, level: int = -1) -> np.ndarray:
        """Input pixels per cell (x, y) of one heatmap resolution, (2,), float."""
        return np.divide(self.input_size, self.heatmap_sizes[level])

    def encode(
        self,
        keypoints: np.ndarray,
        keypoints_visible: Optional[np.ndarray] = None,
        bbox_scale: Optional[np.ndarray] = None,
    ) -> Dict[str, Union[np.ndarray, List[np.ndarray]]]:
        """Make the training targets of one image.

        Args:
            keypoints (np.ndarray): Keypoints (x, y) in pixels of the input image, (N, K, 2).
            keypoints_visible (np.ndarray, optional): Annotated keypoints are > 0, (N, K).
            bbox_scale (np.ndarray, optional): Sides (w, h) of the instances' boxes in pixels of
                the input image, (N, 2).

        Returns:
            dict:
            - heatmaps (np.ndarray): (K, H, W), float32; a list of them, coarse to fine, if there
              are several resolutions.
            - keypoint_indices (np.ndarray): Row-major cell on the coarsest heatmap and
              visibility, (N, K, 2), int64.
            - keypoint_weights (np.ndarray): 1 where the keypoint is a target, (N, K), float32.
            - instance_scales (np.ndarray): Root of the box area relative to the input, (N,),
              float32; only if ``bbox_scale`` is given.
        """
        if keypoints_visible is None:
            keypoints_visible = np.ones(keypoints.shape[:2], np.float32)
        if self.num_keypoints not in (None, keypoints.shape[1]):
            raise ValueError(
                f'the codec expects {self.num_keypoints} keypoints per instance, '
                f'but the annotation has {keypoints.shape[1]}'
            )
        visible = keypoints_visible > 0
        cells = [
            pixels_to_cells(keypoints[..., :2], self.stride(level), self.decode_center_shift)
            for level in range(len(self.heatmap_sizes))
        ]
        heatmaps = [
            gaussian_heatmaps(points, visible, size, self.sigma, self.round_centers)
            for points, size in zip(cells, self.heatmap_sizes)
        ]
        indices = keypoint_indices(cells[0], visible, self.heatmap_sizes[0])
        encoded = dict(
            heatmaps=heatmaps if len(heatmaps) > 1 else heatmaps[0],
            keypoint_indices=indices,
            keypoint_weights=indices[..., 1].astype(np.float32),
        )
        if bbox_scale is not None:
            encoded['instance_scales'] = instance_scales(bbox_scale, self.input_size)
        return encoded

    def decode(self, encoded: Tuple[Tensor, Tensor]) -> Tuple[np.ndarray, ...]:
        """Decode the heatmaps (K, H, W) and tags (L * K, h, w) of one image.

        Returns:
            tuple: Keypoints (N, K, 2), keypoint scores (N, K) and instance scores (N,).
        """
        heatmaps, tags = encoded
        keypoints, scores, instance_scores = self.batch_decode(heatmaps[None], tags[None])
        return keypoints[0], scores[0], instance_scores[0]

    def batch_decode(
        self,
        batch_heatmaps: Tensor,
        batch_tags: Tensor,
        stride: Union[None, float, Tuple[float, float]] = None,
    ) -> Tuple[List[np.ndarray], List[np.ndarray], List[np.ndarray]]:
        """Decode the network's maps of a batch.

        Args:
            batch_heatmaps (Tensor): Heatmaps, (B, K, H, W), any float type. Values that are not
                finite count as 0.
            batch_tags (Tensor): Tag maps, (B, L * K, h, w), as large as the heatmaps or coarser.
            stride (float | tuple, optional): Input pixels per heatmap cell, one number or
                (x, y). None is that of the configured finest heatmap.

        Returns:
            tuple: Lists over the batch, best instance first.
            - list[np.ndarray]: Keypoints (x, y) in pixels of the input image, (N, K, 2), float32.
            - list[np.ndarray]: Keypoint scores, (N, K), float32; 0 where missing.
            - list[np.ndarray]: Instance scores, (N,), float32: the mean of the scores of grouped
              keypoints over all K.

        Raises:
            ValueError: If the maps do not belong together or K is not the codec's.
        """
        self._check_maps(batch_heatmaps, batch_tags)
        heatmaps = finite_or_zero(batch_heatmaps)
        if self.decode_max_score is not None:
            heatmaps = heatmaps.clamp(max=self.decode_max_score)
        candidates = self._find_candidates(heatmaps, batch_tags)
        instances = [self._group(image) for image in candidates]
        completed = self._complete(heatmaps, batch_tags, instances)
        stride = self.stride() if stride is None else stride
        return (
            [cells_to_pixels(image.cells, stride, self.decode_center_shift) for image in completed],
            [image.scores for image in completed],
            [image.scores.mean(1) for image in instances],
        )

    def _check_maps(self, heatmaps: Tensor, tags: Tensor) -> None:
        if heatmaps.ndim != 4 or tags.ndim != 4 or len(heatmaps) != len(tags):
            raise ValueError(
                'expected heatmaps (B, K, H, W) and tags (B, L * K, h, w), '
                f'got {tuple(heatmaps.shape)} and {tuple(tags.shape)}'
            )
        num_keypoints = heatmaps.shape[1]
        if self.num_keypoints not in (None, num_keypoints):
            raise ValueError(
                f'the codec expects {self.num_keypoints} keypoints, got {num_keypoints} heatmaps'
            )
        if tags.shape[1] == 0 or tags.shape[1] % num_keypoints:
            raise ValueError(
                f'the number of tag maps must be a multiple of {num_keypoints} keypoints, '
                f'got {tags.shape[1]}'
            )

    def _refine(self, heatmaps: Tensor, cells: Tensor) -> Tensor:
        """Positions (x, y) in cells with their sub-cell part, float32."""
        if self.decode_refinement is None:
            return cells.float()
        return cells + OFFSETS[self.decode_refinement](heatmaps, cells)

    def _find_candidates(self, heatmaps: Tensor, tags: Tensor) -> List[Candidates]:
        """Candidates of each image as arrays, all brought over in one transfer."""
        found = find_candidates(
            heatmaps, tags, self.decode_nms_kernel, self.decode_topk, self.decode_plateaus
        )
        scores = found.scores * (found.scores > self.decode_keypoint_thr)
        points = self._refine(heatmaps, found.cells)
        packed = torch.cat([scores[..., None], points, found.tags], dim=-1).cpu().numpy()
        return [Candidates(image[..., 0], image[..., 1:3], image[..., 3:]) for image in packed]

    def _group(self, candidates: Candidates) -> Instances:
        """Group the candidates of one image."""
        order = self.decode_keypoint_order or range(len(candidates.scores))
        members = self.grouping(candidates, order, self.decode_tag_thr)
        return collect_instances(candidates, members, self.decode_max_instances)

    def _complete(
        self, heatmaps: Tensor, tags: Tensor, instances: List[Instances]
    ) -> List[Instances]:
        """Look for the missing keypoints of all images."""
        if self.decode_missing is None or all(image.scores.all() for image in instances):
            return instances
        batch = pad_instances(instances, heatmaps.device)
        rule = self.decode_tag_thr, self.decode_missing, self.decode_missing_thr
        cells, scores = find_missing(heatmaps, tags, *batch, *rule)
        points = self._refine(heatmaps, cells.transpose(1, 2)).transpose(1, 2)
        if self.decode_missing_score is not None:
            scores = (scores > 0) * self.decode_missing_score
        packed = torch.cat([points, scores[..., None]], dim=-1).cpu().numpy()
        return [
            fill_instances(image, filled[..., :2], filled[..., 2])
            for image, filled in zip(instances, packed)
        ]
