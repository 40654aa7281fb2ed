"""Reading MPII as MMPose publishes it: a list of people, without heads, groups and sizes."""

from typing import Any, List

import numpy as np

from mmpose_ae.datasets.annotations import number_array
from mmpose_ae.datasets.ledger import Ledger

from .people import FIRST, KEYPOINTS, MpiiImage, MpiiPerson

VISIBLE = 2


def is_person_list(content: Any) -> bool:
    """Tell whether the content of a JSON file is a list of people, such as ``mpii_train.json``."""
    if not isinstance(content, list) or not content:
        return False
    needed = {'image', 'joints'}
    return all(isinstance(entry, dict) and needed <= entry.keys() for entry in content)


def read_person_list(entries: List[dict], path: str) -> List[MpiiImage]:
    """Gather the people of each image.

    The joints of the files are counted from 1, which MMPose's own dataset leaves as they are.

    Args:
        entries (list[dict]): One of each person: ``image``, ``joints`` (16 pairs), ``joints_vis``,
            ``center`` and ``scale``.
        path (str): The file, for errors.

    Returns:
        list[MpiiImage]: In the order of the file; people of an image who are in another file, such
        as the one for validation, are unknown.

    Raises:
        ValueError: If entries cannot be right; names the file and up to ten.
    """
    ledger, people = Ledger(path), {}
    for i, entry in enumerate(entries):
        where = f'entry {i} ({entry["image"]})'
        try:
            people.setdefault(str(entry['image']), []).append(_person(entry, where))
        except ValueError as error:
            ledger.refuse(error)
    ledger.raise_findings()
    return [MpiiImage(i + 1, name, people[name]) for i, name in enumerate(people)]


def _person(entry: dict, where: str) -> MpiiPerson:
    joints = _numbers(entry, 'joints', (len(KEYPOINTS), 2), where)
    labelled = _numbers(entry, 'joints_vis', (len(KEYPOINTS),), where) > 0
    keypoints = np.column_stack([joints - FIRST, np.full(len(joints), VISIBLE)])
    keypoints[~labelled] = 0
    center = _numbers(entry, 'center', (2,), where) - FIRST
    return MpiiPerson(keypoints, center, float(_numbers(entry, 'scale', (), where)))


def _numbers(entry: dict, key: str, shape: tuple, where: str) -> np.ndarray:
    values = number_array(entry.get(key))
    if values.shape != shape or not np.isfinite(values).all():
        expected = f'{" x ".join(map(str, shape))} numbers' if shape else 'a number'
        raise ValueError(f'{where} has the {key} {entry.get(key)!r:.60}, expected {expected}')
    return values.astype(float)
