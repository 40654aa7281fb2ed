"""The tags of pixels as a picture, as the paper's figure of instance segmentation shows them."""

import cv2
import numpy as np

GRAY = 60  # where nothing is


def tag_picture(tags: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """Color the pixels of a mask by their tags; equal colors are equal tags.

    Tags of several dimensions are shown by their first principal component.

    Args:
        tags (np.ndarray): (L, h, w), float.
        inside (np.ndarray): The mask, (h, w), bool.

    Returns:
        np.ndarray: RGB picture, (h, w, 3), uint8.
    """
    picture = np.full((*inside.shape, 3), GRAY, np.uint8)
    vectors = tags[:, inside].T.astype(float)
    if not len(vectors):
        return picture
    centered = vectors - vectors.mean(0)
    main = np.linalg.svd(centered, full_matrices=False)[2][0]
    values = centered @ main
    low, high = np.percentile(values, [2, 98])  # stray tags would leave one color to all others
    shades = np.clip((values - low) / max(high - low, 1e-6), 0, 1)
    colored = cv2.applyColorMap(np.rint(255 * shades).astype(np.uint8)[:, None], cv2.COLORMAP_TURBO)
    picture[inside] = colored[:, 0, ::-1]
    return picture
