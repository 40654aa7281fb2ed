"""Looking for the keypoints that grouping did not find."""

from typing import Optional, Tuple

import numpy as np

from mmpose_ae.frame import Size, unflatten_index
from mmpose_ae.grouping import LARGEST

# So many pairs of instances and cells are compared at a time.
_PAIRS_AT_ONCE = 2**20


def _distances(instance_tags: np.ndarray, tags: np.ndarray) -> np.ndarray:
    """Distances of instances' tags (N, L) to those of cells (L, C), (N, C)."""
    squared = np.square(tags[0] - instance_tags[:, :1])
    difference = np.empty_like(squared)
    for own, channel in zip(instance_tags.T[1:], tags[1:]):
        np.subtract(channel, own[:, None], out=difference)
        squared += np.square(difference, out=difference)
    return np.sqrt(squared, out=squared)


def _read_tags(tag_maps: np.ndarray, places: np.ndarray, size: Size) -> np.ndarray:
    """Tags (L, C) at row-major places (C,) of a heatmap (W, H) from maps (L, h, w).

    What is not a number is infinite: far from every instance.
    """
    if tag_maps.shape[:0:-1] == size:
        tags = tag_maps.reshape(len(tag_maps), -1).take(places, axis=1)
    else:
        tags = _read_between(tag_maps, places, size)
    tags[np.isnan(tags)] = np.inf
    return tags


def _read_between(tag_maps: np.ndarray, places: np.ndarray, size: Size) -> np.ndarray:
    """Tags (L, C) at row-major places (C,) of a finer heatmap, as if upsampled bilinearly.

    The corners of the maps are not aligned, as in :func:`mmpose_ae.ops.sample_tags`.
    """
    height, width = tag_maps.shape[1:]
    flat = tag_maps.reshape(len(tag_maps), -1)
    rows, columns = np.divmod(places, size[0])
    x0, x1, fx = (values[columns] for values in _bracket(size[0], width))
    y0, y1, fy = (values[rows] for values in _bracket(size[1], height))
    read = [[flat.take(y * width + x, axis=1) for x in (x0, x1)] for y in (y0, y1)]
    top, bottom = (left + fx * (right - left) for left, right in read)
    return top + fy * (bottom - top)


def _bracket(count: int, coarse: int) -> Tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Coarser cells before and behind each finer one along an axis, and how far it is between."""
    centers = np.arange(count, dtype=np.float32) + np.float32(0.5)
    position = np.maximum(centers * np.float32(coarse / count) - np.float32(0.5), 0)
    low = position.astype(np.int64)
    return low, np.minimum(low + 1, coarse - 1), position - low.astype(np.float32)


def _as_released(heatmap: np.ndarray, distance: np.ndarray, unit: float) -> np.ndarray:
    return heatmap - np.rint(distance)


def _nearest(heatmap: np.ndarray, distance: np.ndarray, unit: float) -> np.ndarray:
    steps = distance * (-1 / unit)
    return np.where(steps > -2, heatmap + steps, np.float32(-np.inf))


def _within(heatmap: np.ndarray, distance: np.ndarray, unit: float) -> np.ndarray:
    return np.where(distance < unit, heatmap, np.float32(-np.inf))


MISSING_RULES = {'nearest': _nearest, 'within': _within, 'released': _as_released}
SCORE_FACTORS = {'nearest': 0.1, 'within': 1.0, 'released': 1.0}


@np.errstate(over='ignore', invalid='ignore')  # what a diverged network says is far away
def find_missing(
    heatmaps: np.ndarray,
    tags: np.ndarray,
    instance_tags: np.ndarray,
    missing: np.ndarray,
    tag_threshold: float,
    rule: str = 'nearest',
    score_threshold: Optional[float] = None,
) -> Tuple[np.ndarray, np.ndarray]:
    """Pick a high cell whose tag is like the instance's, for every missing keypoint of an image.

    The rules: ``'within'`` takes the highest cell below the threshold of the tag distance, as
    the paper says. ``'released'`` takes the cell of the highest heatmap value less the rounded
    tag distance, as the released codes do: however far away, it always finds one. ``'nearest'``
    takes that of the highest value less the distance in thresholds, up to twice the threshold:
    a closer tag counts where rounding would not tell, and what is farther is somebody else's. Its
    scores are a tenth of the heatmap values. Often the keypoint is hidden and what it finds is
    next to somebody else's: worth a guess where all keypoints count, but not to be drawn. Of equal
    cells the first in reading order is taken.

    Args:
        heatmaps (np.ndarray): Heatmaps, (K, H, W), finite float32.
        tags (np.ndarray): Tag maps, (L * K, h, w), float32, as large as the heatmaps or coarser
            (then as if upsampled bilinearly).
        instance_tags (np.ndarray): Mean tag of each instance, (N, L), float32.
        missing (np.ndarray): Keypoints to look for, (N, K), bool.
        tag_threshold (float): Tag distance from which on a candidate does not match.
        rule (str): ``'nearest'``, ``'within'`` or ``'released'``.
        score_threshold (float, optional): Only look at cells above this heatmap value; most are
            below, so it saves most of the work. None looks at all.

    Returns:
        tuple:
        - np.ndarray: Cells (x, y), (N, K, 2), int64.
        - np.ndarray: Scores from the heatmap values there, (N, K), float32; 0 where no cell is
            close enough or the value is not positive, and where the keypoint is not missing.

    Source: Newell et al. 2017 (arXiv:1611.05424), Section 3.3, "Missing joints";
    HigherHRNet (Cheng et al. 2020), the refinement of the released code.
    """
    num_keypoints, height, width = heatmaps.shape
    heatmaps = heatmaps.reshape(num_keypoints, -1)
    lowest = -np.inf if score_threshold is None else score_threshold
    index, scores = np.zeros(missing.shape, np.int64), np.zeros(missing.shape, np.float32)
    for k in np.flatnonzero(missing.any(0)):
        places = np.flatnonzero(heatmaps[k] > lowest)
        if not len(places):
            continue
        rows, values = np.flatnonzero(missing[:, k]), heatmaps[k, places]
        read = _read_tags(tags[k::num_keypoints], places, (width, height))
        most = _PAIRS_AT_ONCE // len(places) or 1
        for part in (rows[start : start + most] for start in range(0, len(rows), most)):
            distance = _distances(instance_tags[part], read)
            worth = MISSING_RULES[rule](values, distance, tag_threshold)
            best = worth.argmax(1)
            usable = np.isfinite(worth[np.arange(len(part)), best])
            index[part, k] = places[best]
            scores[part, k] = np.clip(values[best], 0, LARGEST) * usable * SCORE_FACTORS[rule]
    return unflatten_index(index, width), scores
