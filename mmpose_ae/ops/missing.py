"""Looking for the keypoints that grouping did not find."""

from typing import Optional, Tuple

import torch
import torch.nn.functional as F
from torch import Tensor

from mmpose_ae.frame import unflatten_index

from .peaks import bounded
from .sampling import sample_tags


def _distances(instance_tags: Tensor, tags: Tensor) -> Tensor:
    """Distances of instances' tags (N, L) to those of cells (L, C), (N, C)."""
    squared = (tags[0] - instance_tags[:, :1]).square_()
    # Summed up by hand: torch.cdist multiplies matrices, which is inexact for close tags.
    difference = torch.empty_like(squared)
    for own, channel in zip(instance_tags.T[1:], tags[1:]):
        torch.sub(channel, own[:, None], out=difference)
        squared.addcmul_(difference, difference)
    return squared.sqrt_()


def _read_tags(tag_maps: Tensor, places: Tensor, height: int, width: int) -> Tensor:
    """Tags (L, C), float32, at row-major places (C,) of a heatmap from maps (L, h, w).

    What is not a number is infinite: far from every instance.
    """
    if tag_maps.shape[-2:] == (height, width):
        tags = tag_maps.flatten(1).gather(1, places.expand(len(tag_maps), -1))
    else:
        cells = unflatten_index(places, width)
        tags = sample_tags(tag_maps[None], cells[None, None], (width, height))[0, 0].T
    return tags.float().nan_to_num(torch.inf, torch.inf, -torch.inf)


def _as_released(heatmap: Tensor, distance: Tensor, unit: float) -> Tensor:
    return heatmap - distance.round()


def _nearest(heatmap: Tensor, distance: Tensor, unit: float) -> Tensor:
    # In place, and not by torch.where: a tenth of the time.
    return F.threshold_(distance.mul_(-1 / unit), -2, -torch.inf).add_(heatmap)


def _within(heatmap: Tensor, distance: Tensor, unit: float) -> Tensor:
    return torch.where(distance < unit, heatmap, -torch.inf)


MISSING_RULES = {'nearest': _nearest, 'within': _within, 'released': _as_released}
_SCORE_FACTORS = {'nearest': 0.1, 'within': 1.0, 'released': 1.0}


def find_missing(
    heatmaps: Tensor,
    tags: Tensor,
    instance_tags: Tensor,
    missing: Tensor,
    tag_threshold: float,
    rule: str = 'nearest',
    score_threshold: Optional[float] = None,
) -> Tuple[Tensor, Tensor]:
    """Pick a high cell whose tag is like the instance's, for every missing keypoint.

    The rules: ``'within'`` takes the highest cell below the threshold of the tag distance, as
    the paper says. ``'released'`` takes the cell of the highest heatmap value less the rounded
    tag distance, as the released codes do: however far away, it always finds one. ``'nearest'``
    takes that of the highest value less the distance in thresholds, up to twice the threshold:
    a closer tag counts where rounding would not tell, and what is farther is somebody else's. Its
    scores are a tenth of the heatmap values. Often the keypoint is hidden and what it finds is
    next to somebody else's: worth a guess where all keypoints count, but not to be drawn.

    Args:
        heatmaps (Tensor): Heatmaps, (B, K, H, W), finite float32.
        tags (Tensor): Tag maps, (B, L * K, h, w), any float type, as large as the heatmaps or
            coarser (then as if upsampled bilinearly).
        instance_tags (Tensor): Mean tag of each instance, (B, N, L), float32.
        missing (Tensor): Keypoints to look for, (B, N, K), bool.
        tag_threshold (float): Tag distance from which on a candidate does not match.
        rule (str): ``'nearest'``, ``'within'`` or ``'released'``.
        score_threshold (float, optional): Only look at cells above this heatmap value; most are
            below, so it saves most of the work. None looks at all.

    Returns:
        tuple:
        - Tensor: Cells (x, y), (B, N, K, 2), int64.
        - Tensor: Scores from the heatmap values there, (B, N, K), float32; 0 where no cell is
          close enough or the value is not positive, and where the keypoint is not missing.

    Source: Newell et al. 2017 (arXiv:1611.05424), Section 3.3, "Missing joints";
    HigherHRNet (Cheng et al. 2020), the refinement of the released code.
    """
    num_keypoints, height, width = heatmaps.shape[1:]
    found = heatmaps.new_zeros(missing.shape, dtype=torch.long), heatmaps.new_zeros(missing.shape)
    looked_at = heatmaps > (-torch.inf if score_threshold is None else score_threshold)
    for b, k in missing.any(1).nonzero().tolist():
        places = looked_at[b, k].flatten().nonzero().flatten()
        if not len(places):
            continue
        read = _read_tags(tags[b, k::num_keypoints], places, height, width)
        distance = _distances(instance_tags[b, missing[b, :, k]], read)
        values = heatmaps[b, k].flatten()[places]
        best, position = MISSING_RULES[rule](values, distance, tag_threshold).max(dim=1)
        score = bounded(values[position]) * best.isfinite() * _SCORE_FACTORS[rule]
        for result, value in zip(found, (places[position], score)):
            result[b, :, k].masked_scatter_(missing[b, :, k], value)
    index, scores = found
    return unflatten_index(index, width), scores.clamp_(min=0)
