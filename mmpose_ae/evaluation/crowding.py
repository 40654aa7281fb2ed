"""How many people an image shows, and how much they cover each other."""

from typing import Dict, List, NamedTuple

import numpy as np

from mmpose_ae.datasets.synth_crowd.crowd_index import crowd_index

FEW = range(2, 6)
MORE_THAN = 6
SHARE = 0.2


class Crowding(NamedTuple):
    """How crowded an image is.

    Attributes:
        people (int): Number of people with a labelled keypoint, crowd regions not counted.
        occlusion (float): Crowd index, not negative; above 1 in some images of CrowdPose's files.
    """

    people: int
    occlusion: float


def sample_occlusion(sample: dict) -> float:
    """Look the occlusion degree of a sample up, or compute it where the dataset has none.

    Args:
        sample (dict): Metainfo of one image: ``crowd_index``, as the annotation file has it, or
            ``raw_ann_info``; both a list over the annotations.

    Returns:
        float: CrowdPose's crowd index, 0 without people. The paper does not define its "occlusion
        degree"; it names this index as what represents the crowding level of an image.
    """
    known = sample.get('crowd_index')
    return float(known[0]) if known else crowd_index(sample.get('raw_ann_info') or [])


def file_crowding(dataset: dict) -> Dict[int, Crowding]:
    """Measure all images of an annotation file.

    Args:
        dataset (dict): Content of the file, in COCO's format. Where an image has no ``crowdIndex``
            it is computed.

    Returns:
        dict: By id of the image.
    """
    annotations: Dict[int, List[dict]] = {image['id']: [] for image in dataset['images']}
    for annotation in dataset['annotations']:
        annotations[annotation['image_id']].append(annotation)
    found = {}
    for image in dataset['images']:
        people = annotations[image['id']]
        labelled = sum(any(a['keypoints'][2::3]) and not a.get('iscrowd', 0) for a in people)
        index = image['crowdIndex'] if 'crowdIndex' in image else crowd_index(people)
        found[image['id']] = Crowding(labelled, index)
    return found


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
