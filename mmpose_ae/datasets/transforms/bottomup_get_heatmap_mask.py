"""Where in an image heatmaps are supervised."""

from typing import List, Tuple

import cv2
import numpy as np
from mmpose.datasets.transforms import BottomupGetHeatmapMask as _BottomupGetHeatmapMask

from mmpose_ae.datasets.annotations import is_labelled
from mmpose_ae.datasets.segmentation import encode_segmentation, merge_masks
from mmpose_ae.frame import Frame, Size
from mmpose_ae.options import check_count
from mmpose_ae.registry import TRANSFORMS

from .frames import frame_of


@TRANSFORMS.register_module()
class BottomupGetHeatmapMask(_BottomupGetHeatmapMask):
    """Leave crowds, people without keypoints and everything outside the image out of the loss.

    MMPose drops crowd regions, which COCO gives as run lengths. A crowd or person without a
    segmentation (CrowdPose) is left out by its box, except where that overlaps the box of a
    person with keypoints.

    Args:
        get_invalid (bool): Give the mask of what is left out inside the image instead.
        use_bbox (bool): Use the boxes. False is HigherHRNet's training on CrowdPose, which
            masks nobody.
        stride (int): Input pixels per cell of the mask, which heads bring to their own heatmaps; 2
            is as fine as any of them. Masks of heatmaps that the pipeline has made are as large.
    """

    def __init__(self, get_invalid: bool = False, use_bbox: bool = True, stride: int = 2) -> None:
        super().__init__(get_invalid=get_invalid)
        check_count('stride', stride, 1)
        self.use_bbox = use_bbox
        self.stride = stride

    def transform(self, results: dict) -> dict:
        """Make the mask.

        Args:
            results (dict): ``ori_shape`` (h, w), ``frame`` (see :func:`frame_of`) and
                ``raw_ann_info``, the image's annotations; optionally ``heatmaps``, an array or a
                list of them.

        Returns:
            dict: With ``heatmap_mask``, (1, H, W), bool, True where supervised; a list if the
            heatmaps are one.

        Raises:
            ValueError: If a segmentation is malformed; names the annotation and its image.
        """
        left_out = self._segs_to_mask(results.get('raw_ann_info') or [], results['ori_shape'])
        mask = (left_out == self.get_invalid).astype(np.float32)
        heatmaps, frame = results.get('heatmaps'), frame_of(results)
        if isinstance(heatmaps, list):
            sizes = [level.shape[:0:-1] for level in heatmaps]
            results['heatmap_mask'] = [_follow_image(mask, frame, size) for size in sizes]
        else:
            size = tuple(-(-side // self.stride) for side in frame.input_size)
            size = size if heatmaps is None else heatmaps.shape[:0:-1]
            results['heatmap_mask'] = _follow_image(mask, frame, size)
        return results

    def _segs_to_mask(self, segs: List[dict], img_shape: Tuple[int, int]) -> np.ndarray:
        """Draw what is left out, (h, w), uint8; ``segs`` are whole annotations here."""
        left_out = [ann for ann in segs if not is_labelled(ann)]
        outlined = [ann for ann in left_out if ann.get('segmentation')]
        mask = merge_masks([rle for ann in outlined for rle in _encode(ann, img_shape)], img_shape)
        if self.use_bbox and len(outlined) < len(left_out):
            boxes = np.zeros(img_shape, np.uint8)
            _fill_boxes(boxes, [ann for ann in left_out if not ann.get('segmentation')], 1)
            _fill_boxes(boxes, [ann for ann in segs if is_labelled(ann)], 0)
            mask |= boxes
        return mask


def _follow_image(mask: np.ndarray, frame: Frame, size: Size) -> np.ndarray:
    """Bring a mask of the original image to a map of size (W, H) over the input, (1, H, W), bool.

    MMPose warps to the input first, which has 16 times the pixels of a heatmap of stride 4.
    """
    mask = cv2.warpAffine(mask, frame.resized(size).matrix, size, flags=cv2.INTER_LINEAR)
    return mask[None] > 0.5


def _encode(ann: dict, img_shape: Tuple[int, int]) -> List[dict]:
    try:
        return encode_segmentation(ann['segmentation'], img_shape)
    except ValueError as error:
        raise ValueError(
            f'segmentation of annotation {ann.get("id")} in image {ann.get("image_id")}: {error}'
        ) from error


def _fill_boxes(mask: np.ndarray, anns: List[dict], value: int) -> None:
    for ann in anns:
        x, y, width, height = ann['bbox']
        left, top = max(round(x), 0), max(round(y), 0)
        mask[top : max(round(y + height), 0), left : max(round(x + width), 0)] = value
