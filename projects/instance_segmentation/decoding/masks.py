"""From cells of a map to masks of the image, and one mask for what several views have found."""

from typing import List, NamedTuple, Sequence, Tuple

import cv2
import numpy as np
from faster_coco_eval import mask as coco_mask

from mmpose_ae.frame import Frame, Grid

Rle = dict


class Masks(NamedTuple):
    """Instances of one image.

    Attributes:
        rles (list[dict]): Masks of the image in COCO's run lengths: ``size`` and ``counts``.
        labels (np.ndarray): Index of each one's category, (N,), int64.
        scores (np.ndarray): (N,), float64.
    """

    rles: List[Rle]
    labels: np.ndarray
    scores: np.ndarray


def encode_mask(mask: np.ndarray) -> Rle:
    """Run lengths of a mask (H, W), as COCO's files have them: ``size`` and text."""
    rle = coco_mask.encode(np.asfortranarray(mask, np.uint8))
    return dict(size=[int(side) for side in rle['size']], counts=rle['counts'].decode())


def decode_mask(rle: Rle) -> np.ndarray:
    """The mask (H, W), bool, of run lengths."""
    return coco_mask.decode(rle).astype(bool)


def masks_of_owners(
    sure: np.ndarray, owners: np.ndarray, count: int, threshold: float, grid: Grid, frame: Frame
) -> List[Rle]:
    """Bring instances from a map to the image.

    A mask ends where the detection map, read bilinearly, falls below the threshold, and midway
    between cells of two instances.

    Args:
        sure (np.ndarray): How sure each cell is that something is there, (h, w), float32.
        owners (np.ndarray): Index of each cell's instance, (h, w); -1 where the map is below the
            threshold, or it is nobody's.
        count (int): Number of instances, N.
        threshold (float): Of the detection map.
        grid (Grid): The cells.
        frame (Frame): How the image lies on the input.

    Returns:
        list[dict]: Run lengths of N masks.
    """
    to_cells = _image_to_cells(frame, grid)
    mirrored = np.minimum(2 * threshold - sure, sure)  # what the cells of others count as
    rles = []
    for n in range(count):
        own = owners == n
        mask = np.zeros(frame.image_size, np.uint8).T  # columns first, as run lengths go
        box = _box_on_image(own, to_cells, frame.image_size)
        left, top, right, bottom = box
        if right > left and bottom > top:
            read = _read_box(np.where(own, sure, mirrored), to_cells, box)
            mask[top:bottom, left:right] = read >= threshold
        rles.append(encode_mask(mask))
    return rles


def _image_to_cells(frame: Frame, grid: Grid) -> np.ndarray:
    """Affine map (2, 3) from pixels of an image to cells of a map over its input."""
    whole = frame._replace(input_size=grid.input_size)  # a batch may pad the input
    return whole.resized(grid.size).matrix


def _read_box(cells: np.ndarray, to_cells: np.ndarray, box: Sequence[int]) -> np.ndarray:
    """Read a map (h, w) bilinearly at the pixels of a box on the image."""
    left, top, right, bottom = box
    shifted = to_cells.copy()
    shifted[:, 2] += to_cells[:, :2] @ [left, top]
    return cv2.warpAffine(
        cells,
        shifted,
        (right - left, bottom - top),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )


def _box_on_image(cells: np.ndarray, to_cells: np.ndarray, size: Tuple[int, int]) -> List[int]:
    """Left, top, right and bottom of what cells (h, w), bool, reach on the image."""
    columns, rows = np.flatnonzero(cells.any(0)), np.flatnonzero(cells.any(1))
    if not len(rows):
        return [0, 0, 0, 0]
    low, high = np.array([columns[0], rows[0]]) - 1, np.array([columns[-1], rows[-1]]) + 1
    corners = np.array([[low[0], low[1]], [low[0], high[1]], [high[0], low[1]], high])
    points = (corners - to_cells[:, 2]) @ np.linalg.inv(to_cells[:, :2]).T
    start = np.clip(np.floor(points.min(0)), 0, size).astype(int)
    end = np.clip(np.ceil(points.max(0)) + 1, 0, size).astype(int)
    return [*start, *end]


def merge_views(views: List[Masks], overlap: float, most: int) -> Masks:
    """Merge what several views of an image have found, by non-maximum suppression.

    Args:
        views (list[Masks]): Of one image.
        overlap (float): Of two masks of one category that overlap more than this, the one of the
            lower score is left out.
        most (int): Most instances.

    Returns:
        Masks: Best first.
    """
    rles = [rle for view in views for rle in view.rles]
    labels = np.concatenate([view.labels for view in views])
    scores = np.concatenate([view.scores for view in views])
    order = np.argsort(-scores, kind='stable')
    if len(views) > 1 and rles:
        overlaps = coco_mask.iou(rles, rles, [0] * len(rles))
        close = (overlaps > overlap) & (labels[:, None] == labels)
        kept = []
        for i in order:
            if not close[i, kept].any():
                kept.append(i)
        order = np.array(kept)
    order = order[:most]
    return Masks([rles[i] for i in order], labels[order], scores[order])
