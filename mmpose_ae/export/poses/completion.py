"""The search for missing keypoints of all people of a batch, as :mod:`mmpose_ae.decoding` does."""

from typing import Optional, Tuple

import torch
from torch import Tensor

from mmpose_ae.decoding import Completion
from mmpose_ae.decoding.missing import SCORE_FACTORS
from mmpose_ae.frame import unflatten_index
from mmpose_ae.models.heads.views import resize
from mmpose_ae.ops import refine_cells
from mmpose_ae.ops.peaks import bounded


def _as_released(heatmap: Tensor, distance: Tensor, unit: float) -> Tensor:
    return heatmap - distance.round()


def _nearest(heatmap: Tensor, distance: Tensor, unit: float) -> Tensor:
    steps = distance / unit
    return torch.where(steps < 2, heatmap - steps, -torch.inf)


def _within(heatmap: Tensor, distance: Tensor, unit: float) -> Tensor:
    return torch.where(distance < unit, heatmap, -torch.inf)


_RULES = dict(nearest=_nearest, within=_within, released=_as_released)


def find_missing(
    completion: Completion,
    tag_threshold: float,
    refinement: Optional[str],
    heatmaps: Tensor,
    tags: Tensor,
    mean_tags: Tensor,
    missing: Tensor,
) -> Tuple[Tensor, Tensor]:
    """Pick a high cell whose tag is like the instance's, for every missing keypoint.

    Args:
        completion (Completion): The rule.
        tag_threshold (float): Tag distance from which on a cell does not match.
        refinement (str, optional): See :func:`mmpose_ae.ops.refine_cells`.
        heatmaps (Tensor): (B, K, H, W), finite float32.
        tags (Tensor): (B, L * K, h, w), float32, as large or coarser.
        mean_tags (Tensor): Of each instance, (B, P, L).
        missing (Tensor): Keypoints to look for, (B, P, K), bool.

    Returns:
        tuple: Positions (x, y) in heatmap cells, (B, P, K, 2), and scores, (B, P, K); 0 where
        nothing was found, or looked for.
    """
    image, row, kind = missing.nonzero().unbind(1)  # (Q,), all that depends on the people
    heatmap = heatmaps[image, kind]  # (Q, H, W)
    distance = _distances(resize(tags, heatmaps.shape[-2:]), mean_tags[image, row], image, kind)
    worth = _RULES[completion.rule](heatmap, distance, tag_threshold)
    if completion.threshold is not None:
        worth = torch.where(heatmap > completion.threshold, worth, -torch.inf)
    best, place = worth.flatten(1).max(-1)
    value = heatmap.flatten(1).gather(1, place[:, None])[:, 0]
    score = bounded(value).clamp(min=0) * best.isfinite() * SCORE_FACTORS[completion.rule]
    if completion.score is not None:
        score = (score > 0) * completion.score
    cells = unflatten_index(place, heatmaps.shape[-1])
    points = refine_cells(heatmap, cells[:, None], refinement)[:, 0]
    found = torch.zeros(*missing.shape, 3, device=missing.device)
    found = found.index_put((image, row, kind), torch.cat([points, score[:, None]], dim=1))
    return found[..., :2], found[..., 2]


def _distances(tags: Tensor, own: Tensor, image: Tensor, kind: Tensor) -> Tensor:
    """Distances of tags (Q, L) to those of cells of maps (B, L * K, H, W), (Q, H, W)."""
    num_types = tags.shape[1] // own.shape[1]
    maps = tags.nan_to_num(torch.inf, torch.inf, -torch.inf).split(num_types, dim=1)
    squared = sum(
        (channel[image, kind] - value[:, None, None]).square()
        for channel, value in zip(maps, own.unbind(1))
    )
    return squared.sqrt()
