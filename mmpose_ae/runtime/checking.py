"""Entries of a description that make no sense by themselves, or contradict each other."""

from itertools import chain
from typing import Any, Optional

from mmpose_ae.options import check_count, check_number, check_positive, check_size


def check_entries(said: dict) -> None:
    """Refuse a description that nobody can go by.

    Args:
        said (dict): What the metadata say.

    Raises:
        KeyError: An entry is missing.
        ValueError: An entry is not of its kind, or does not fit to others; names it.
    """
    seen, grid, score = said['input'], said['grid'], said['score_threshold']
    for name, value in dict(input=seen, grid=grid).items():
        if not isinstance(value, dict):
            raise ValueError(f'{name} must have entries of its own, got {value!r}')
    check_size('input.size', seen['size'])
    check_count('input.step', seen['step'], 1)
    _check_list('grid.stride', grid['stride'], 2)
    for step, side in zip(grid['stride'], seen['size']):
        check_positive('grid.stride', step)
        if step > side:
            raise ValueError(f'grid.stride must not exceed input.size {seen["size"]}, got {step}')
    if grid['center_shift'] is not None:
        check_number('grid.center_shift', grid['center_shift'])
    if score is not None:
        check_number('score_threshold', score)
    _check_keypoints(said['keypoints'], said['sigmas'], said['skeleton'])


def _check_keypoints(names: Any, sigmas: Any, skeleton: Any) -> None:
    """Refuse other numbers of names than of tolerances, and links beyond them.

    Where a dataset has no names, or nobody has measured tolerances, there are none.
    """
    for entry, values in dict(keypoints=names, sigmas=sigmas, skeleton=skeleton).items():
        _check_list(entry, values)
    for sigma in sigmas:
        check_positive('sigmas', sigma)
    if any(not isinstance(name, str) for name in names):
        raise ValueError(f'keypoints must be names, got {names}')
    if names and sigmas and len(names) != len(sigmas):
        raise ValueError(f'there are {len(sigmas)} sigmas of {len(names)} keypoints')
    for link in skeleton:
        _check_list('each link of skeleton', link, 2)
    count = len(names) or len(sigmas)
    for place in chain(*skeleton):
        check_count('skeleton', place)
        if count and place >= count:
            raise ValueError(f'skeleton links keypoint {place}, but there are {count} from 0 on')


def _check_list(name: str, value: Any, length: Optional[int] = None) -> None:
    if not isinstance(value, list) or len(value) != (length or len(value)):
        raise ValueError(f'{name} must be a list{f" of {length}" if length else ""}, got {value!r}')
