"""From cells of a map to masks of the image, and one mask for what several views have found."""

from typing import List, NamedTuple, Sequence, Tuple

import cv2
import numpy as np
from faster_coco_eval import mask as coco_mask
from scipy.ndimage import find_objects

from mmpose_ae.frame import Frame, Grid, Size
from mmpose_ae.prediction.masks import Rle


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
    to_cells, size = _image_to_cells(frame, grid), frame.image_size
    places = find_objects(owners + 1, count)
    sure, owners = (np.pad(cells, 1, mode='edge') for cells in (sure, owners))
    mirrored = np.minimum(2 * threshold - sure, sure)  # what the cells of others count as
    rles = []
    for n, place in enumerate(places):
        mask, corner = np.empty((0, 0), bool), (0, 0)
        if place is not None:
            around = tuple(slice(side.start, side.stop + 2) for side in place)  # a cell further
            cells = np.where(owners[around] == n, sure[around], mirrored[around])
            first = [side.start - 1 for side in place[::-1]]
            read, corner = _read_part(cells, first, to_cells, size)
            mask = read >= threshold
        rles.append(_encode_part(mask, corner, size))
    return rles


def _image_to_cells(frame: Frame, grid: Grid) -> np.ndarray:
    """Affine map (2, 3) from pixels of an image to cells of a map over its input."""
    whole = frame._replace(input_size=grid.input_size)  # a batch may pad the input
    return whole.resized(grid.size).matrix


def _read_part(
    cells: np.ndarray, first: Sequence[int], to_cells: np.ndarray, size: Size
) -> Tuple[np.ndarray, np.ndarray]:
    """Read a part of a map (h, w) bilinearly at the pixels that it reaches on the image.

    Args:
        cells (np.ndarray): The part, (h, w), float32.
        first (sequence): Its first cell (x, y) on the map.
        to_cells (np.ndarray): Affine map (2, 3) from pixels to cells.
        size (tuple): Of the image, (W, H).

    Returns:
        tuple: What is read, (H', W'), and its first pixel (x, y).
    """
    matrix = to_cells.copy()
    matrix[:, 2] -= first
    bottom, right = np.subtract(cells.shape, 1.0)
    corners = np.array([[[0, 0], [0, bottom], [right, 0], [right, bottom]]])
    (points,) = cv2.transform(corners, cv2.invertAffineTransform(matrix))
    start = np.clip(np.floor(points.min(0)), 0, size).astype(int)
    end = np.clip(np.ceil(points.max(0)) + 1, 0, size).astype(int)
    if (end == start).any():  # it lies on the padding of the input
        return np.empty((0, 0), np.float32), start
    matrix[:, 2] += matrix[:, :2] @ start
    options = dict(flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE)
    return cv2.warpAffine(cells, matrix, tuple((end - start).tolist()), **options), start


def _encode_part(mask: np.ndarray, corner: Sequence[int], size: Size) -> Rle:
    """Run lengths of an image (W, H) whose only pixels are a mask (H', W') at this corner (x, y).

    No pixel outside the columns of the mask is looked at.
    """
    (width, height), (left, top) = size, corner
    pixels = np.zeros(mask.shape[1] * height + 2, bool)  # column by column, and one at each end
    pixels[1:-1].reshape(-1, height)[:, top : top + len(mask)] = mask.T
    edges = left * height + np.flatnonzero(pixels[1:] != pixels[:-1])
    counts = np.diff(edges, prepend=0, append=width * height)
    if not counts[-1]:
        counts = counts[:-1]
    rle = dict(size=[height, width], counts=counts.tolist())
    encoded = coco_mask.frPyObjects(rle, height, width)
    return dict(size=[height, width], counts=encoded['counts'].decode())


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
    kept = np.ones(len(rles), bool)
    for label in np.unique(labels) if len(views) > 1 else ():
        own = order[labels[order] == label]
        kept[own] = _suppress([rles[i] for i in own], overlap)
    order = order[kept[order]][:most]
    return Masks([rles[i] for i in order], labels[order], scores[order])


def _suppress(rles: List[Rle], overlap: float) -> np.ndarray:
    """Which masks, best first, overlap with none that is kept before them, (N,), bool."""
    close = coco_mask.iou(rles, rles, [0] * len(rles)) > overlap
    kept = np.zeros(len(rles), bool)
    for i, others in enumerate(close):
        kept[i] = not others[kept].any()
    return kept
