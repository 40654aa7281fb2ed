"""The file of predictions that the organizers of MPII Multi-Person take."""

from pathlib import Path
from typing import Any, List, NamedTuple, Union

import numpy as np

from mmpose_ae.whole_files import write_whole

from .mat_struct import elements, load_mat, mat_file, number, struct_array, structs, text
from .people import FIRST, KEYPOINTS


class GroupPredictions(NamedTuple):
    """Who is predicted in one group.

    Attributes:
        path (str): The image.
        keypoints (np.ndarray): (M, 16, 2), in pixels counted from 0.
        scores (np.ndarray): (M, 16).
        found (np.ndarray): Which of these are predictions, (M, 16), bool.
    """

    path: str
    keypoints: np.ndarray
    scores: np.ndarray
    found: np.ndarray


def write_predictions(path: Union[str, Path], groups: List[GroupPredictions]) -> None:
    """Write the variable ``pred``: a structure per group, with a rectangle per predicted person.

    The file is there as a whole or not at all.

    Args:
        path (str | Path): The file; its folder is made.
        groups (list[GroupPredictions]): In the order of the toolkit's ``getMultiPersonGroups``.
    """
    rows = [
        dict(
            image=struct_array([dict(name=Path(group.path).name)], ['name']),
            annorect=struct_array(
                [dict(annopoints=_annopoints(*person)) for person in zip(*group[1:])],
                ['annopoints'],
            ),
        )
        for group in groups
    ]
    write_whole(path, mat_file('pred', struct_array(rows, ['image', 'annorect'])))


def _annopoints(keypoints: np.ndarray, scores: np.ndarray, found: np.ndarray) -> np.ndarray:
    points = [
        dict(x=x + FIRST, y=y + FIRST, id=float(i), score=float(scores[i]))
        for i, (x, y) in enumerate(keypoints.tolist())
        if found[i]
    ]
    return struct_array([dict(point=struct_array(points, ['x', 'y', 'id', 'score']))], ['point'])


def read_predictions(path: Union[str, Path]) -> List[GroupPredictions]:
    """Read what :func:`write_predictions` writes.

    Args:
        path (str | Path): The file.

    Returns:
        list[GroupPredictions]: ``path`` is the name of the image; of what is not found, keypoints
        and scores are zero. What is no number is NaN.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it has no variable ``pred``, or a keypoint with another id than 0 to 15;
            names the file.
    """
    groups = []
    for count, group in enumerate(elements(load_mat(str(path), 'pred')), 1):
        images, where = structs(group, 'image'), f'{path}: group {count}'
        people = [_read_points(rect, where) for rect in structs(group, 'annorect')]
        values = np.array(people).reshape(-1, len(KEYPOINTS), 4)
        name = text(images[0], 'name') if images else ''
        groups.append(GroupPredictions(name, values[..., :2], values[..., 2], values[..., 3] > 0))
    return groups


def _read_points(rect: Any, where: str) -> np.ndarray:
    """x, y, score and whether it is there, of each keypoint, (16, 4)."""
    values = np.zeros((len(KEYPOINTS), 4))
    points = [point for owner in structs(rect, 'annopoints') for point in structs(owner, 'point')]
    for point in points:
        index = number(point, 'id')
        if index not in range(len(KEYPOINTS)):
            raise ValueError(f'{where}: id of a point is {index}, expected 0 to 15')
        read = [number(point, name) for name in ('x', 'y', 'score')]
        x, y, score = (np.nan if value is None else value for value in read)
        values[int(index)] = x - FIRST, y - FIRST, score, 1
    return values
