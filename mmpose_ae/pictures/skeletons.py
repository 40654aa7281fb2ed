"""Instances drawn on an image of a fixed size, so that lines are equally fine everywhere."""

import cv2
import numpy as np
from mmengine.structures import InstanceData
from mmpose.structures import PoseDataSample

from .instance_color_visualizer import InstanceColorVisualizer

LINE_WIDTH, RADIUS, OUTLINE = 2, 3, 1
OVERSAMPLING = 2  # MMPose draws without smoothing edges


def draw_instances(
    image: np.ndarray,
    instances: InstanceData,
    dataset_meta: dict,
    side: int = 480,
    kpt_thr: float = 0.3,
) -> np.ndarray:
    """Draw skeletons, one color per instance.

    Args:
        image (np.ndarray): RGB image, (h, w, 3), uint8.
        instances (InstanceData): ``keypoints`` (N, K, 2) in pixels of the image, and where they
            are known ``keypoints_visible`` (N, K) and ``color_ids`` (N,).
        dataset_meta (dict): Metainfo of the dataset with ``skeleton_links``.
        side (int): Length of the long side of the picture in pixels.
        kpt_thr (float): Keypoints less visible than this are not drawn.

    Returns:
        np.ndarray: RGB picture, (H, W, 3), uint8, of the image's proportions.
    """
    scale = OVERSAMPLING * side / max(image.shape[:2])
    sample = PoseDataSample(pred_instances=instances.new())
    sample.pred_instances.keypoints = (instances.keypoints + 0.5) * scale - 0.5
    visualizer = InstanceColorVisualizer(
        line_width=OVERSAMPLING * LINE_WIDTH,
        radius=OVERSAMPLING * RADIUS,
        outline=OVERSAMPLING * OUTLINE,
    )
    visualizer.set_dataset_meta(dataset_meta)
    canvas = _resize(image, scale)
    drawn = visualizer.add_datasample('', canvas, sample, draw_gt=False, kpt_thr=kpt_thr)
    return _resize(drawn, 1 / OVERSAMPLING)


def _resize(image: np.ndarray, scale: float) -> np.ndarray:
    interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return cv2.resize(image, None, fx=scale, fy=scale, interpolation=interpolation)
