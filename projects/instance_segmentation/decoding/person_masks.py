"""Masks of people whose tags are known from their keypoints."""

import numpy as np
from mmengine.structures import InstanceData
from torch import Tensor

from mmpose_ae.frame import Frame, Grid
from mmpose_ae.options import check_between, refuse_unknown_options
from mmpose_ae.registry import TASK_UTILS

from .masks import masks_of_owners
from .pixel_grouping import check_finite, nearest


@TASK_UTILS.register_module()
@refuse_unknown_options
class PersonMasks:
    """Give each pixel of the mask of people to the person of the nearest tag.

    Args:
        threshold (float): Of the mask.
        person_threshold (float): People of a lower score get no pixels: splinters of others have
            the tags of somebody who is there.
    """

    def __init__(self, threshold: float = 0.5, person_threshold: float = 0.2) -> None:
        check_between('threshold', threshold, 0, 1)
        check_between('person_threshold', person_threshold, 0, 1)
        self.threshold = threshold
        self.person_threshold = person_threshold

    def add_masks(
        self, people: InstanceData, sure: Tensor, tags: Tensor, grid: Grid, frame: Frame
    ) -> None:
        """Add ``masks``, ``labels`` and ``scores`` to the people of an image.

        Args:
            people (InstanceData): With ``tags`` (N, L) and ``bbox_scores`` (N,).
            sure (Tensor): How sure each cell is that there is somebody, (h, w), float.
            tags (Tensor): Tags of the cells, (L, h, w), float.
            grid (Grid): The cells.
            frame (Frame): How the image lies on the input.

        Raises:
            ValueError: If the mask or the tags of its cells are NaN or infinite.
        """
        sure = sure.float().cpu().numpy()
        inside, owners = sure >= self.threshold, np.full(sure.shape, -1)
        vectors = tags.double().cpu().numpy()[:, inside].T
        check_finite(sure[inside], vectors)
        chosen = np.flatnonzero(people.bbox_scores >= self.person_threshold)
        if len(chosen):
            owners[inside] = chosen[nearest(vectors, people.tags[chosen].astype(float))]
        count = len(people.bbox_scores)
        people.masks = masks_of_owners(sure, owners, count, self.threshold, grid, frame)
        people.labels = np.zeros(count, np.int64)
        people.scores = people.bbox_scores
