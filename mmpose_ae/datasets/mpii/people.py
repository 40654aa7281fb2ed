"""What is known about the people of MPII's images, whatever file it comes from."""

from dataclasses import dataclass, field
from typing import List, Optional

import numpy as np

KEYPOINTS = (
    'right_ankle', 'right_knee', 'right_hip', 'left_hip', 'left_knee', 'left_ankle', 'pelvis',
    'thorax', 'upper_neck', 'head_top', 'right_wrist', 'right_elbow', 'right_shoulder',
    'left_shoulder', 'left_elbow', 'left_wrist',
)  # fmt: skip
HEIGHT = 200  # pixels of a person of scale 1
FIRST = 1  # MATLAB counts pixels from 1, as all files of MPII do


@dataclass(frozen=True)
class MpiiPerson:
    """One annotated rectangle; places are in pixels, counted from 0.

    Attributes:
        keypoints (np.ndarray): x, y, and visibility as in COCO, (16, 3).
        center (np.ndarray, optional): About the middle of the body, (2,).
        scale (float, optional): Height in units of 200 pixels.
        head_box (np.ndarray, optional): Left, top, right, bottom, (4,).
        rect_id (int, optional): Its number in the image, from 1.
    """

    keypoints: np.ndarray
    center: Optional[np.ndarray] = None
    scale: Optional[float] = None
    head_box: Optional[np.ndarray] = None
    rect_id: Optional[int] = None


@dataclass(frozen=True)
class MpiiImage:
    """One image.

    Attributes:
        number (int): Its place in the list of all images, from 1.
        name (str): Of its file.
        people (list[MpiiPerson]): All rectangles.
        is_train (bool): Whether it is of the training set, whose labels are published.
        single (list[int]): Rectangles of people who are far enough from others.
        groups (list[list[int]]): Rectangles of people who are close to each other.
    """

    number: int
    name: str
    people: List[MpiiPerson]
    is_train: bool = True
    single: List[int] = field(default_factory=list)
    groups: List[List[int]] = field(default_factory=list)

    def crowded_groups(self) -> List[List[int]]:
        """Choose the groups that are evaluated: those of whom nobody is far enough from others."""
        apart = set(self.single)
        return [group for group in self.groups if group and not apart & set(group)]


def to_coco(images: List[MpiiImage]) -> dict:
    """Bring images and people to COCO's format.

    Args:
        images (list[MpiiImage]): The images.

    Returns:
        dict: Images with their number as ``id``, without sizes; annotations, where known also with
        ``rect_id``, ``head_box``, ``center`` and ``scale`` of the person, and ``groups``, pairs of
        an evaluated group of the image, from 0, and the place in it. Who has no keypoints has the
        box of a square around the center, as high as the person.
    """
    annotations = []
    for image in images:
        groups = image.crowded_groups()
        for person in image.people:
            annotation = _annotation(person, groups)
            annotations.append(dict(annotation, id=len(annotations) + 1, image_id=image.number))
    category = dict(id=1, name='person', keypoints=list(KEYPOINTS))
    return dict(
        images=[dict(id=image.number, file_name=image.name) for image in images],
        annotations=annotations,
        categories=[category],
    )


def _annotation(person: MpiiPerson, groups: List[List[int]]) -> dict:
    places = [
        [number, group.index(person.rect_id)]
        for number, group in enumerate(groups)
        if person.rect_id in group
    ]
    known = dict(
        rect_id=person.rect_id, head_box=person.head_box, center=person.center, scale=person.scale
    )
    known = {
        name: value.tolist() if isinstance(value, np.ndarray) else value
        for name, value in known.items()
        if value is not None
    }
    return dict(
        known,
        category_id=1,
        iscrowd=0,
        keypoints=person.keypoints.ravel().tolist(),
        num_keypoints=int((person.keypoints[:, 2] > 0).sum()),
        bbox=_box(person),
        groups=places,
    )


def _box(person: MpiiPerson) -> List[float]:
    """Left, top, width, height of keypoints and head, or of where the person is about."""
    labelled = person.keypoints[:, 2] > 0
    corners = [person.keypoints[labelled, :2]]
    if person.head_box is not None:
        corners.append(person.head_box.reshape(2, 2))
    if not labelled.any() and person.center is not None and person.scale is not None:
        half = HEIGHT * person.scale / 2
        corners.append(np.stack([person.center - half, person.center + half]))
    points = np.concatenate(corners)
    if not len(points):
        return [0.0] * 4
    low, high = points.min(0), points.max(0)
    return [*low.tolist(), *np.maximum(high - low, 1).tolist()]
