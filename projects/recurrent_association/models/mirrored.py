"""Merging the instances found in an image and in its mirror image."""

from typing import Sequence

import numpy as np
import torch
from torch import Tensor

from mmpose_ae.grouping.assignment import assign
from mmpose_ae.models.heads import flip_back

from .matching import distances_between
from .unrolling import Chunk


def merge_mirrored(
    steps: Chunk, mirrored: Chunk, flip_indices: Sequence[int], shift: bool = False
) -> Tensor:
    """Average the heatmaps of each instance with its own in the mirror image.

    Instances of both are paired at the least total distance of their heatmaps. A pair is averaged
    if the two are closer to each other than either is to nothing; the image decides who is there.

    Args:
        steps (Chunk): All steps on the image.
        mirrored (Chunk): All steps on the mirror image, with other instances in another order.
        flip_indices (sequence): The mirrored keypoint of each keypoint, K.
        shift (bool): As of :func:`mmpose_ae.models.heads.flip_back`.

    Returns:
        Tensor: Heatmaps of the steps on the image, (B, P, K, h, w), float32.
    """
    merged = steps.best_heatmaps.clone()
    for b, maps in enumerate(mirrored.best_heatmaps):
        own = steps.accepted[b].nonzero().flatten()
        others = flip_back(maps[mirrored.accepted[b]], flip_indices, shift)
        first = merged[b, own]
        distance = distances_between(first, others)
        pairs = assign(distance.cpu().numpy().astype(np.float64))
        rows, columns = (torch.from_numpy(side).to(own) for side in pairs)
        apart = torch.minimum(
            _distance_to_nothing(first)[rows], _distance_to_nothing(others)[columns]
        )
        close = distance[rows, columns] < apart
        rows, columns = rows[close], columns[close]
        merged[b, own[rows]] = (first[rows] + others[columns]) / 2
    return merged


def _distance_to_nothing(heatmaps: Tensor) -> Tensor:
    """Distance of heatmaps (P, K, h, w) to zeros, as of ``distances_between``, (P,)."""
    return heatmaps.flatten(2).norm(dim=2).sum(1)
