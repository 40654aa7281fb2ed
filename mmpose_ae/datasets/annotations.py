"""What one person annotation in COCO's format says, and whether it can be right."""

import numpy as np


def keypoint_array(ann: dict, num_keypoints: int) -> np.ndarray:
    """Read the keypoints of an annotation.

    Args:
        ann (dict): Annotation with ``keypoints``, a flat list of x, y and visibility (0 not
            annotated, 1 hidden, 2 visible).
        num_keypoints (int): How many keypoints the dataset has, K.

    Returns:
        np.ndarray: (K, 3), float32.

    Raises:
        ValueError: If it has another number of keypoints, or values that are not finite. The
            message names the annotation and its image.
    """
    name = f'annotation {ann.get("id")} of image {ann.get("image_id")}'
    keypoints = np.asarray(ann['keypoints'], dtype=np.float32)
    if keypoints.size != 3 * num_keypoints:
        raise ValueError(
            f'{name} has {keypoints.size} keypoint values, but the metainfo of the dataset '
            f'defines {num_keypoints} keypoints, that is {3 * num_keypoints} values'
        )
    if not np.isfinite(keypoints).all():
        raise ValueError(f'{name} has keypoint values that are not finite')
    return keypoints.reshape(num_keypoints, 3)


def is_labelled(ann: dict) -> bool:
    """Tell whether an annotation is a person with at least one keypoint.

    Visibilities decide: CrowdPose's ``num_keypoints`` leaves out head and neck. Fields may be
    missing, as in training.
    """
    return not ann.get('iscrowd', 0) and any(v > 0 for v in ann.get('keypoints', ())[2::3])
