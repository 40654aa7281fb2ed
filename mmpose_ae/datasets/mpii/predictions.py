"""The file of predictions that the organizers of MPII Multi-Person take."""

from pathlib import Path
from typing import List, NamedTuple, Union

import numpy as np
from scipy.io import savemat

from .mat_struct import struct_array
from .people import FIRST


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

    Args:
        path (str | Path): The file; its folder is made.
        groups (list[GroupPredictions]): In the order of the toolkit's ``getMultiPersonGroups``.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
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
    savemat(path, dict(pred=struct_array(rows, ['image', 'annorect'])), do_compression=True)


def _annopoints(keypoints: np.ndarray, scores: np.ndarray, found: np.ndarray) -> np.ndarray:
    points = [
        dict(x=x + FIRST, y=y + FIRST, id=float(i), score=float(scores[i]))
        for i, (x, y) in enumerate(keypoints.tolist())
        if found[i]
    ]
    return struct_array([dict(point=struct_array(points, ['x', 'y', 'id', 'score']))], ['point'])
