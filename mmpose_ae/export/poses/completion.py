"""The search for missing keypoints of all people of a batch, as :mod:`mmpose_ae.decoding` does."""

from typing import Tuple

import torch
from torch import Tensor

from mmpose_ae.decoding import TagDecoding
from mmpose_ae.decoding.missing import SCORE_FACTORS
from mmpose_ae.frame import unflatten_index
from mmpose_ae.models.heads.views import resize
from mmpose_ae.ops import refine_cells
from mmpose_ae.ops.peaks import bounded

from .people import People


def _as_released(heatmap: Tensor, distance: Tensor, unit: float) -> Tensor:
    return heatmap - distance.round()


def _nearest(heatmap: Tensor, distance: Tensor, unit: float) -> Tensor:
    steps = distance / unit
    return torch.where(steps < 2, heatmap - steps, -torch.inf)


def _within(heatmap: Tensor, distance: Tensor, unit: float) -> Tensor:
    return torch.where(distance < unit, heatmap, -torch.inf)


RULES = dict(nearest=_nearest, within=_within, released=_as_released)


def find_missing(
    decoding: TagDecoding, heatmaps: Tensor, tags: Tensor, people: People
) -> Tuple[Tensor, Tensor]:
    """Pick a high cell whose tag is like the person's, for every missing keypoint.

    Args:
        decoding (TagDecoding): With the rules.
        heatmaps (Tensor): (B, K, H, W), finite float32.
        tags (Tensor): (B, L * K, h, w), float32, as large as the heatmaps or coarser.
        people (People): Who misses what.

    Returns:
        tuple: Positions (x, y) in heatmap cells, (B, P, K, 2), and scores, (B, P, K); 0 where
        nothing was found, or looked for.
    """
    rule = decoding.completion
    image, person, kind = _list_missing(people.missing).unbind(1)  # (Q,) each
    heatmap, tags = heatmaps[image, kind], resize(tags, heatmaps.shape[-2:])  # (Q, H, W)
    distance = _distances(tags, people.tags[image, person], image, kind)
    worth = RULES[rule.rule](heatmap, distance, decoding.tag_threshold)
    if rule.threshold is not None:
        worth = torch.where(heatmap > rule.threshold, worth, -torch.inf)
    best, place = worth.flatten(1).max(-1)
    value = heatmap.flatten(1).gather(1, place[:, None])[:, 0]
    score = bounded(value).clamp(min=0) * best.isfinite() * SCORE_FACTORS[rule.rule]
    if rule.score is not None:
        score = (score > 0) * rule.score
    cells = unflatten_index(place, heatmaps.shape[-1])
    points = refine_cells(heatmap, cells[:, None], decoding.refinement)[:, 0]
    found = heatmaps.new_zeros(*people.missing.shape, 3)
    found = found.index_put((image, person, kind), torch.cat([points, score[:, None]], dim=1))
    return found[..., :2], found[..., 2] * people.missing


def _list_missing(missing: Tensor) -> Tensor:
    """Indices of what is set in (B, P, K), (Q, 3): the one size that depends on the people.

    The first keypoint is among them in any case: before 1.32 ONNX Runtime gets the shape wrong of
    what it reduces where there is nothing.
    """
    indices = missing.nonzero()
    return torch.cat([indices, indices.new_zeros(1, 3)])


def _distances(tags: Tensor, own: Tensor, image: Tensor, kind: Tensor) -> Tensor:
    """Distances of tags (Q, L) to those of cells of maps (B, L * K, H, W), (Q, H, W)."""
    num_types = tags.shape[1] // own.shape[1]
    maps = tags.nan_to_num(torch.inf, torch.inf, -torch.inf).split(num_types, dim=1)
    squared = sum(
        (channel[image, kind] - value[:, None, None]).square()
        for channel, value in zip(maps, own.unbind(1))
    )
    return squared.sqrt()
