"""A picture of generated crowds, without and with their annotations."""

import cv2
import numpy as np

from mmpose_ae.datasets.annotations import is_labelled

from .scene import Scene, make_scene
from .settings import Settings

VISIBILITY_COLORS = {1: (0, 0, 255), 2: (0, 255, 0)}  # hidden red, visible green


def draw_annotations(scene: Scene) -> np.ndarray:
    """Draw the keypoints and, in yellow, the regions to ignore; (H, W, 3), uint8."""
    image = scene.image.copy()
    for annotation in scene.annotations:
        x, y, width, height = (int(v) for v in annotation['bbox'])
        if not is_labelled(annotation):
            cv2.rectangle(image, (x, y), (x + width, y + height), (0, 255, 255), 1)
        for px, py, visibility in np.reshape(annotation['keypoints'], (-1, 3)):
            if visibility:
                center = int(round(px)), int(round(py))
                cv2.circle(image, center, 2, VISIBILITY_COLORS[int(visibility)], -1)
    return image


def preview(seed: int, settings: Settings, rows: int = 2, columns: int = 3) -> np.ndarray:
    """Lay out the first images of a seed, each beside its annotations.

    Args:
        seed (int): Seed of the images.
        settings (Settings): What is on them.
        rows (int): Images per column.
        columns (int): Pairs per row.

    Returns:
        np.ndarray: The picture, uint8, blue, green, red.
    """
    scenes = [make_scene(seed, i, settings) for i in range(rows * columns)]
    pairs = [np.hstack([scene.image, draw_annotations(scene)]) for scene in scenes]
    return np.vstack([np.hstack(pairs[r * columns : (r + 1) * columns]) for r in range(rows)])
