"""Choose the images on which crowds are hard, and those on which they are easy."""

from typing import Dict, List

import numpy as np

from mmpose_ae.datasets.crowding import Crowding

FEW = range(2, 6)
MORE_THAN = 6
SHARE = 0.2


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
