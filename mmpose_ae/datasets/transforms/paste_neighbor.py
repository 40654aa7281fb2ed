"""Somebody of another image who steps in front of the people."""

from typing import Tuple

import cv2
import numpy as np
from mmcv.transforms import BaseTransform

from mmpose_ae.datasets.segmentation import encode_segmentation, merge_masks
from mmpose_ae.options import check_between, check_positive, check_range
from mmpose_ae.registry import TRANSFORMS

from .load_image import whole_image


@TRANSFORMS.register_module()
class PasteNeighbor(BaseTransform):
    """Paste a person of another image in front of a random one, about as large.

    Who is wholly hidden is not annotated any more; keypoints that are hidden of others stay, as in
    COCO. In a clip of copies of one image (:class:`StillClipDataset`) the neighbor is in another
    place in each copy, and so hides others.

    Args:
        prob (float): Chance that there is a neighbor.
        scale_factor (tuple): Least and greatest size of the neighbor, relative to the person who is
            behind: roots of the areas of their boxes.
        shift_factor (float): How far to the left or right of that person the neighbor may be, in
            the same root.
    """

    def __init__(
        self,
        prob: float = 0.8,
        scale_factor: Tuple[float, float] = (0.8, 1.25),
        shift_factor: float = 0.6,
    ) -> None:
        check_between('prob', prob, 0, 1)
        check_range('scale_factor', scale_factor)
        check_positive('the least scale_factor', scale_factor[0])
        check_between('shift_factor', shift_factor)
        self.prob = prob
        self.scale_factor = scale_factor
        self.shift_factor = shift_factor

    def transform(self, results: dict) -> dict:
        """Paste ``results['neighbor']``, if there is one, and somebody to stand in front of.

        Args:
            results (dict): ``img``, (H, W, 3), ``keypoints`` (N, K, 2), ``keypoints_visible``
                (N, K), ``bbox`` (N, 4), ``bbox_score``, ``area`` and ``track_ids`` (N,), all in
                pixels of the image; and ``neighbor``: None, or ``img_path``, ``annotation``,
                ``keypoints`` (K, 2) and ``keypoints_visible`` (K,).

        Returns:
            dict: The same, with one person more.

        Raises:
            ValueError: If nothing says who ``neighbor`` is.
        """
        if 'neighbor' not in results:
            raise ValueError(
                'PasteNeighbor pastes the neighbor that StillClipDataset draws: it belongs in the '
                'pipeline of that dataset'
            )
        neighbor = results['neighbor']
        labelled = np.flatnonzero((results['keypoints_visible'] > 0).any(axis=1))
        if neighbor is None or not len(labelled) or np.random.rand() >= self.prob:
            return results
        matrix = self._draw_place(results['bbox'][np.random.choice(labelled)], neighbor)
        mask = _paste(results, neighbor, matrix)
        hidden = (_lies_on(mask, results['keypoints']) | (results['keypoints_visible'] == 0)).all(1)
        results['keypoints_visible'] = results['keypoints_visible'] * ~hidden[:, None]
        _append(results, neighbor, matrix, mask)
        return results

    def _draw_place(self, box: np.ndarray, neighbor: dict) -> np.ndarray:
        """Affine map (2, 3) from the neighbor's image to a place near a box (x1, y1, x2, y2)."""
        left, top, width, height = neighbor['annotation']['bbox']
        side = np.sqrt(np.prod(box[2:] - box[:2]))
        scale = np.random.uniform(*self.scale_factor) * side / np.sqrt(width * height)
        shift = [np.random.uniform(-self.shift_factor, self.shift_factor) * side, 0]
        to = (box[:2] + box[2:]) / 2 + shift
        middle = np.array([left + width / 2, top + height / 2])
        return np.column_stack([scale * np.eye(2), to - scale * middle])


def _paste(results: dict, neighbor: dict, matrix: np.ndarray) -> np.ndarray:
    """Put the neighbor into the image; gives where that is, (H, W), bool."""
    reading = results.get('image_reading', {})
    image = whole_image(dict(img_path=neighbor['img_path'], image_reading=reading))
    shape, size = image.shape[:2], results['img'].shape[1::-1]
    outline = merge_masks(encode_segmentation(neighbor['annotation']['segmentation'], shape), shape)
    mask = cv2.warpAffine(outline, matrix, size, flags=cv2.INTER_NEAREST).astype(bool)
    results['img'] = np.where(mask[..., None], cv2.warpAffine(image, matrix, size), results['img'])
    return mask


def _lies_on(mask: np.ndarray, keypoints: np.ndarray) -> np.ndarray:
    """Which keypoints (..., 2) lie on a mask (H, W); those outside the image do not."""
    columns, rows = np.moveaxis(np.rint(keypoints).astype(int), -1, 0)
    inside = (columns >= 0) & (rows >= 0) & (columns < mask.shape[1]) & (rows < mask.shape[0])
    return inside & mask[np.where(inside, rows, 0), np.where(inside, columns, 0)]


def _append(results: dict, neighbor: dict, matrix: np.ndarray, mask: np.ndarray) -> None:
    """Add the neighbor to the annotated people."""
    keypoints = neighbor['keypoints'] @ matrix[:, :2].T + matrix[:, 2]
    inside = _lies_on(np.ones_like(mask), keypoints)
    left, top, width, height = cv2.boundingRect(mask.astype(np.uint8))
    added = dict(
        keypoints=keypoints,
        keypoints_visible=neighbor['keypoints_visible'] * inside,
        bbox=[left, top, left + width, top + height],
        bbox_score=1,
        area=mask.sum(),
        track_ids=results['track_ids'].max() + 1,
    )
    for name, value in added.items():
        row = np.asarray(value, results[name].dtype)[None]
        results[name] = np.concatenate([results[name], row])
