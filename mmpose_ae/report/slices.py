"""Average precision of some keypoints, people or images, and by other sigmas."""

from typing import Dict, Iterable, List, Sequence, Tuple

import numpy as np

from mmpose_ae.datasets.crowding import Crowding

from .matching import ANY_AREA, match_image
from .people import ImagePeople
from .precision import Records, collect

SIZES = {
    'below 32²': (0.0, 32.0**2),
    '32² to 96²': (32.0**2, 96.0**2),
    'above 96²': (96.0**2, 1e10),
}
COUNTS = {
    '1 person': (1, 1),
    '2 people': (2, 2),
    '3 to 4 people': (3, 4),
    '5 to 8 people': (5, 8),
    '9 people and more': (9, np.inf),
}
DEGREES = (0.0, 0.1, 0.2, 0.4, 0.6, 0.8, np.inf)  # CrowdPose's levels end at 0.2 and 0.8
FACTORS = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.2, 1.4, 1.7, 2.0)


def match_all(
    images: Iterable[ImagePeople], sigmas: np.ndarray, area_range: Tuple[float, float] = ANY_AREA
) -> Records:
    """Match the people of all images."""
    return collect([match_image(image, sigmas, area_range) for image in images])


def by_keypoint(
    images: Sequence[ImagePeople], sigmas: np.ndarray, names: Sequence[str]
) -> Dict[str, Records]:
    """Evaluate each type of keypoint as if no other one were annotated.

    Args:
        images (sequence[ImagePeople]): All images.
        sigmas (np.ndarray): Tolerance of each type, (K,).
        names (sequence[str]): Of the types, K.

    Returns:
        dict: By name.
    """
    return {
        name: match_all((_with_type(image, k) for image in images), sigmas)
        for k, name in enumerate(names)
    }


def _with_type(image: ImagePeople, k: int) -> ImagePeople:
    truth = image.truth
    labelled = np.zeros_like(truth.labelled)
    labelled[:, k] = truth.labelled[:, k]
    ignored = truth.ignored | ~labelled[:, k]
    return image._replace(truth=truth._replace(labelled=labelled, ignored=ignored))


def by_size(images: Sequence[ImagePeople], sigmas: np.ndarray) -> Dict[str, Records]:
    """Evaluate people by their area, as COCO does."""
    return {name: match_all(images, sigmas, area_range) for name, area_range in SIZES.items()}


def by_number(records: Records, crowding: List[Crowding]) -> Dict[str, Records]:
    """Evaluate images by how many labelled people they have.

    Args:
        records (Records): Of all images.
        crowding (list[Crowding]): Of all images, in the same order.

    Returns:
        dict: By number.
    """
    people = np.array([image.people for image in crowding])
    return {
        name: records.within((people >= least) & (people <= most))
        for name, (least, most) in COUNTS.items()
    }


def by_crowding(records: Records, crowding: List[Crowding]) -> Dict[str, Records]:
    """Evaluate images by their crowd index; arguments are those of :func:`by_number`."""
    degrees = np.array([image.occlusion for image in crowding])
    return {
        _interval(low, high): records.within((degrees >= low) & (degrees < high))
        for low, high in zip(DEGREES, DEGREES[1:])
    }


def _interval(low: float, high: float) -> str:
    return f'{low:g} to {high:g}' if np.isfinite(high) else f'{low:g} and more'


def by_sigmas(images: Sequence[ImagePeople], sigmas: np.ndarray) -> Dict[float, float]:
    """Average precision by factors of all sigmas, smaller ones being stricter."""
    return {factor: match_all(images, factor * sigmas).ap for factor in FACTORS}
