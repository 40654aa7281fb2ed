"""Writing people in the forms in which MPII is published."""

import json
from pathlib import Path
from typing import Any, List, Optional, Union

import numpy as np

from mmpose_ae.whole_files import write_whole

from .mat_struct import cell, mat_file, struct_array
from .people import FIRST, MpiiImage, MpiiPerson

UNKNOWN = np.zeros((0, 0))  # an empty field


def write_release(
    path: Union[str, Path], groups_file: Union[str, Path], images: List[MpiiImage]
) -> None:
    """Write the authors' two files, as :func:`read_release` reads them.

    Args:
        path (str | Path): For the annotations.
        groups_file (str | Path): For the groups.
        images (list[MpiiImage]): All images, in the order of their numbers.
    """
    annolist = [
        dict(
            image=struct_array([dict(name=image.name)], ['name']),
            annorect=struct_array(
                [_rect(person) for person in image.people],
                ['x1', 'y1', 'x2', 'y2', 'annopoints', 'scale', 'objpos'],
            ),
        )
        for image in images
    ]
    release = dict(
        annolist=struct_array(annolist, ['image', 'annorect']),
        img_train=np.array([[image.is_train for image in images]], np.uint8),
        single_person=cell([np.array(image.single, float)[:, None] for image in images]).T,
    )
    write_whole(path, mat_file('RELEASE', release))
    groups = [cell([np.array(group, float) for group in image.groups]) for image in images]
    write_whole(groups_file, mat_file('groups', cell(groups).T))


def _rect(person: MpiiPerson) -> dict:
    corners = [UNKNOWN] * 4 if person.head_box is None else (person.head_box + FIRST).tolist()
    labelled = person.keypoints[:, 2] > 0
    points = [
        dict(x=x + FIRST, y=y + FIRST, id=float(i), is_visible=float(visibility > 1))
        for i, (x, y, visibility) in enumerate(person.keypoints.tolist())
        if labelled[i]
    ]
    points = struct_array(points, ['x', 'y', 'id', 'is_visible'])
    return dict(
        zip(('x1', 'y1', 'x2', 'y2'), corners),
        annopoints=struct_array([dict(point=points)], ['point']) if labelled.any() else UNKNOWN,
        scale=UNKNOWN if person.scale is None else person.scale,
        objpos=_objpos(person.center),
    )


def _objpos(center: Optional[np.ndarray]) -> Any:
    if center is None:
        return UNKNOWN
    x, y = (center + FIRST).tolist()
    return struct_array([dict(x=x, y=y)], ['x', 'y'])


def write_person_list(path: Union[str, Path], images: List[MpiiImage]) -> None:
    """Write MMPose's list of people, of those with keypoints.

    Args:
        path (str | Path): The file.
        images (list[MpiiImage]): The images; their people have centers and scales.
    """
    entries = [
        dict(
            image=image.name,
            center=(person.center + FIRST).tolist(),
            scale=person.scale,
            joints=_joints(person.keypoints),
            joints_vis=(person.keypoints[:, 2] > 0).astype(int).tolist(),
        )
        for image in images
        for person in image.people
        if (person.keypoints[:, 2] > 0).any()
    ]
    write_whole(path, json.dumps(entries).encode())


def _joints(keypoints: np.ndarray) -> List[List[float]]:
    """Places counted from 1, and -1 for who has none."""
    return np.where(keypoints[:, 2:] > 0, keypoints[:, :2] + FIRST, -1).tolist()
