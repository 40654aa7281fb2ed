"""Masks from maps: all of decoding, for any number of categories and views."""

from typing import Dict, Optional, Sequence

import numpy as np
from torch import Tensor

from mmpose_ae.frame import Frame, Grid
from mmpose_ae.options import check_between, check_count, refuse_unknown_options
from mmpose_ae.registry import TASK_UTILS, build_own

from .masks import Masks, masks_of_owners, merge_views
from .pixel_grouping import group_pixels


@TASK_UTILS.register_module()
@refuse_unknown_options
class MaskDecoder:
    """Threshold the detection map, find the tags of instances, give each pixel to the nearest.

    Args:
        threshold (float): Of detection maps.
        grouping (dict): What finds the tags of instances: :class:`TagDensity` or
            :class:`TagHistogram`.
        min_cells (int): An instance has at least so many cells of the map.
        max_instances (int): Most instances of an image, the best ones.
        nms_overlap (float): Of what several views have found, masks that overlap more than this
            are one.
    """

    def __init__(
        self,
        threshold: float = 0.5,
        grouping: Optional[Dict] = None,
        min_cells: int = 8,
        max_instances: int = 100,
        nms_overlap: float = 0.5,
    ) -> None:
        check_between('threshold', threshold, 0, 1)
        check_between('nms_overlap', nms_overlap, 0, 1)
        check_count('min_cells', min_cells, 1)
        check_count('max_instances', max_instances, 1)
        self.threshold = threshold
        self.grouping = build_own(TASK_UTILS, grouping or dict(type='TagDensity'))
        self.min_cells = min_cells
        self.max_instances = max_instances
        self.nms_overlap = nms_overlap

    def find(self, detections: Tensor, tags: Tensor, grid: Grid, frame: Frame) -> Masks:
        """Find the instances of one image in the maps of one view.

        Args:
            detections (Tensor): How sure it is that a category is there, (C, h, w), float.
            tags (Tensor): (L, C, h, w), float.
            grid (Grid): Cells of the maps.
            frame (Frame): How the image lies on the input.

        Returns:
            Masks: Of the image.
        """
        rles, labels, scores = [], [], []
        for c in (detections >= self.threshold).flatten(1).any(1).nonzero()[:, 0].tolist():
            sure = detections[c].float().cpu().numpy()
            inside = sure >= self.threshold
            vectors = tags[:, c].float().cpu().numpy()[:, inside].T
            groups = group_pixels(
                vectors, sure[inside], self.grouping, self.min_cells, self.max_instances
            )
            count, owners = len(groups.scores), np.full(sure.shape, -1)
            owners[inside] = groups.owners
            rles += masks_of_owners(sure, owners, count, self.threshold, grid, frame)
            labels += [c] * count
            scores += groups.scores.tolist()
        return Masks(rles, np.array(labels, np.int64), np.array(scores, float))

    def merge(self, views: Sequence[Masks]) -> Masks:
        """Merge what the views of an image have found; best first."""
        return merge_views(list(views), self.nms_overlap, self.max_instances)
