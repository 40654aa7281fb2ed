"""Choose the images on which crowds are hard, and those on which they are easy."""

from typing import Dict, List

import numpy as np

from mmpose_ae.datasets.crowding import Crowding

FEW = range(2, 6)
MORE_THAN = 6
SHARE = 0.2
EASY, MEDIUM = 0.2, 0.8  # crowd indices; CrowdPose's paper says 0.1 and 0.8


def crowd_subsets(crowding: Dict[int, Crowding]) -> Dict[str, List[int]]:
    """Choose images by number of people and by occlusion degree.

    Args:
        crowding (dict): By id of the image.

    Returns:
        dict: Ids of the images of ``subset1``: 2 to 5 people, among the fifth of all images with
        people that is occluded most; ``subset2``: as few, among the fifth that is occluded
        least; ``subset3`` and ``subset4`` likewise, with more than 6 people. Images as
        occluded as the last one of a fifth belong to it too.

    Source: Coupled Embedding (Wang et al. 2022), Section 4.4, Table 4.
    """
    degrees = [image.occlusion for image in crowding.values() if image.people]
    low, high = np.quantile(degrees, [SHARE, 1 - SHARE]) if degrees else (0.0, 1.0)
    few = {i: image.occlusion for i, image in crowding.items() if image.people in FEW}
    many = {i: image.occlusion for i, image in crowding.items() if image.people > MORE_THAN}
    return dict(
        subset1=[i for i, occlusion in few.items() if occlusion >= high],
        subset2=[i for i, occlusion in few.items() if occlusion <= low],
        subset3=[i for i, occlusion in many.items() if occlusion >= high],
        subset4=[i for i, occlusion in many.items() if occlusion <= low],
    )


def crowd_levels(images: List[dict]) -> Dict[str, List[int]]:
    """Choose images by CrowdPose's crowd index, with the limits of its official script.

    Args:
        images (list[dict]): Entries of an annotation file, with ``id`` and ``crowdIndex``.

    Returns:
        dict: Ids of the images of ``easy``, below 0.2; ``medium``, below 0.8; ``hard``, the others.
    """
    levels = dict(easy=[], medium=[], hard=[])
    for image in images:
        index = image['crowdIndex']
        level = 'easy' if index < EASY else 'medium' if index < MEDIUM else 'hard'
        levels[level].append(image['id'])
    return levels
