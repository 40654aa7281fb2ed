"""Reading MPII as its authors publish it: MATLAB files of annotations and of groups."""

from typing import Any, List, Optional

import numpy as np

from .mat_struct import elements, load_mat, number, numbers, structs, text
from .people import FIRST, KEYPOINTS, MpiiImage, MpiiPerson

HIDDEN, VISIBLE = 1, 2


def read_release(path: str, groups_file: Optional[str] = None) -> List[MpiiImage]:
    """Read ``mpii_human_pose_v1_u12_1.mat``, and ``groups_v12.mat`` if it is needed.

    Fields that are missing or empty are unknown: the release has entries of all kinds.

    Args:
        path (str): The annotations: the structure RELEASE.
        groups_file (str, optional): The groups of people. None is no groups.

    Returns:
        list[MpiiImage]: All images, those for testing without labels.

    Raises:
        FileNotFoundError: If a file is missing.
        ValueError: If one is something else, both do not go together, or a value cannot be right;
            names file, image and rectangle.
    """
    release = elements(load_mat(path, 'RELEASE'))
    entries = structs(release[0], 'annolist') if release else []
    if not entries:
        raise ValueError(f'{path}: RELEASE has no annolist')
    is_train = np.ravel(getattr(release[0], 'img_train', []))
    single = structs(release[0], 'single_person')
    groups = [[]] * len(entries)
    if groups_file is not None:
        groups = [elements(cell) for cell in elements(load_mat(groups_file, 'groups'))]
        _check_count(groups_file, len(groups), len(entries), 'groups')
    for name, values in (('img_train', is_train), ('single_person', single)):
        _check_count(path, len(values), len(entries), name)
    images = []
    for i, entry in enumerate(entries):
        name = text((structs(entry, 'image') or [None])[0], 'name')
        where = f'{path}: image {i + 1} ({name})'
        rects = structs(entry, 'annorect')
        images.append(
            MpiiImage(
                number=i + 1,
                name=name,
                people=[_person(rect, r, where) for r, rect in enumerate(rects, 1)],
                is_train=bool(is_train[i]),
                single=numbers(single[i]),
                groups=[numbers(group) for group in groups[i]],
            )
        )
        _check_groups(images[-1], f'{groups_file}: image {i + 1} ({name})')
    return images


def _check_count(path: str, count: int, expected: int, name: str) -> None:
    if count != expected:
        raise ValueError(f'{path}: {name} is of {count} images, but annolist has {expected}')


def _check_groups(image: MpiiImage, where: str) -> None:
    strange = [r for group in image.groups for r in group if not 1 <= r <= len(image.people)]
    if strange:
        raise ValueError(
            f'{where}: a group has the rectangle {strange[0]}, but the image has '
            f'{len(image.people)}: are both files of one release?'
        )


def _person(rect: Any, rect_id: int, where: str) -> MpiiPerson:
    corners = [number(rect, name) for name in ('x1', 'y1', 'x2', 'y2')]
    objpos = (structs(rect, 'objpos') or [None])[0]
    center = [number(objpos, name) for name in ('x', 'y')]
    return MpiiPerson(
        keypoints=_keypoints(rect, f'{where}, rectangle {rect_id}'),
        center=_place(center),
        scale=number(rect, 'scale'),
        head_box=_place(corners),
        rect_id=rect_id,
    )


def _place(values: List[Optional[float]]) -> Optional[np.ndarray]:
    """Coordinates counted from 0; None if one is unknown."""
    return None if None in values else np.array(values) - FIRST


def _keypoints(rect: Any, where: str) -> np.ndarray:
    keypoints = np.zeros((len(KEYPOINTS), 3))
    for annopoints in structs(rect, 'annopoints'):
        for point in structs(annopoints, 'point'):
            index = number(point, 'id')
            if index not in range(len(KEYPOINTS)):
                raise ValueError(f'{where}: a point has the id {index}, expected 0 to 15')
            place = _place([number(point, 'x'), number(point, 'y')])
            if place is None:
                raise ValueError(f'{where}: the point of id {index:g} has no x or y')
            # The ends of the head have no visibility.
            seen = HIDDEN if number(point, 'is_visible') == 0 else VISIBLE
            keypoints[int(index)] = [*place, seen]
    return keypoints
