"""How many people an image shows, and how much they cover each other."""

from typing import Dict, List, NamedTuple

import numpy as np

from .annotations import is_labelled

NO_BOX = 4 * [np.nan]  # holds nobody


class Crowding(NamedTuple):
    """How crowded an image is.

    Attributes:
        people (int): Number of labelled people, see :func:`is_labelled`.
        occlusion (float): Crowd index, not negative; above 1 in some images of CrowdPose's files.
    """

    people: int
    occlusion: float


def crowd_index(annotations: List[dict]) -> float:
    """Compute CrowdPose's crowd index: how much people stand in each other's boxes.

    The mean over the labelled people of the ratio of other people's keypoints in their box to their
    own keypoints. As CrowdPose's files show, single ratios may exceed 1 and own keypoints count
    wherever they are; the result is limited to 1 here. CrowdPose's own values leave out people of
    whom only head or neck is labelled; here they count, as everywhere else.

    Args:
        annotations (list[dict]): Annotations of one image in COCO's format.

    Returns:
        float: 0 to 1; 0 without people.

    Source: CrowdPose (Li et al. 2019, arXiv:1812.00324), Section 4.1.
    """
    people = [a for a in annotations if is_labelled(a)]
    if not people:
        return 0.0
    keypoints = np.array([a['keypoints'] for a in people], float).reshape(len(people), -1, 3)
    boxes = np.array([a.get('bbox', NO_BOX) for a in people], float)[:, None, None]  # (N, 1, 1, 4)
    points, known = keypoints[..., :2], keypoints[..., 2] > 0
    low, high = boxes[..., :2], boxes[..., :2] + boxes[..., 2:]
    inside = ((points >= low) & (points <= high)).all(-1) & known  # box, person, keypoint
    in_box = inside.sum(-1)  # box, person
    others = in_box.sum(1) - in_box.diagonal()
    return min(1.0, float(np.mean(others / known.sum(1))))


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
        index = image['crowdIndex'] if 'crowdIndex' in image else crowd_index(people)
        found[image['id']] = Crowding(sum(map(is_labelled, people)), index)
    return found
