"""What a dataset says about its keypoints, checked before MMPose reads it."""

import os.path as osp
from numbers import Real
from typing import Any, Dict, List, Sequence

import numpy as np
from mmpose.datasets.datasets.utils import parse_pose_metainfo

from mmpose_ae.config_files import read_config_file

SMALLEST_SIGMA = 1e-6  # the similarity of keypoints is divided by its square


def load_metainfo(metainfo: dict) -> dict:
    """Check and parse the metainfo of a dataset.

    Args:
        metainfo (dict): In MMPose's form, or ``dict(from_file=...)``.

    Returns:
        dict: As MMPose's ``parse_pose_metainfo`` gives it.

    Raises:
        ValueError: If it contradicts itself, or its file is no Python; names the file and the key
            or line.
    """
    metainfo = dict(metainfo)
    path = metainfo.get('from_file')
    if path is None:
        check_metainfo(metainfo, f'metainfo {metainfo.get("dataset_name")!r}')
    elif osp.isfile(path):  # MMPose looks for others among its own
        content = read_config_file(path)
        if 'dataset_info' not in content:
            raise ValueError(f'metainfo {path} does not define dataset_info')
        check_metainfo(content['dataset_info'], f'metainfo {path}')
    return parse_pose_metainfo(metainfo)


def keypoint_names(metainfo: dict) -> List[str]:
    """Names of the keypoints of a parsed metainfo, in their order; none where it has none."""
    names = metainfo.get('keypoint_id2name', {})
    return [names[k] for k in range(len(names))]


def check_metainfo(info: dict, name: str) -> None:
    """Check that the parts of a metainfo fit together.

    Args:
        info (dict): ``dataset_name``, ``keypoint_info``, ``skeleton_info``, ``joint_weights`` and
            ``sigmas``, as in MMPose.
        name (str): What messages call it.

    Raises:
        ValueError: If a key is missing, keypoints are not numbered from 0, a name occurs twice,
            mirrored keypoints do not name each other, a link names an unknown keypoint, a color is
            none, or a list does not have one value per keypoint.
    """
    for key in ('dataset_name', 'keypoint_info', 'skeleton_info', 'joint_weights', 'sigmas'):
        if key not in info:
            raise ValueError(f'{name} has no {key}')
    keypoints = info['keypoint_info']
    if not keypoints or list(keypoints) != list(range(len(keypoints))):
        raise ValueError(
            f'{name}: keypoint_info must number the keypoints 0, 1, ... in this order, '
            f'got {list(keypoints)}'
        )
    names = [_keypoint_name(keypoint, i, name) for i, keypoint in keypoints.items()]
    _check_mirrored(keypoints, names, name)
    for i, link in info['skeleton_info'].items():
        _check_link(link, names, f'{name}: skeleton_info {i}')
    for part in ('keypoint_info', 'skeleton_info'):
        for i, entry in info[part].items():
            _check_color(entry.get('color', (0, 0, 0)), f'{name}: {part} {i}')
    if len(info['sigmas']):  # none where nobody has measured them: OKS cannot be computed then
        _check_numbers(info['sigmas'], len(names), f'{name}: sigmas', SMALLEST_SIGMA)
    _check_numbers(info['joint_weights'], len(names), f'{name}: joint_weights', 0.0)


def _keypoint_name(keypoint: dict, i: int, name: str) -> str:
    if not isinstance(keypoint.get('name'), str):
        raise ValueError(f'{name}: keypoint_info {i} has no name')
    return keypoint['name']


def _check_mirrored(keypoints: Dict[int, dict], names: List[str], name: str) -> None:
    """A keypoint whose mirror image is another one must be the mirror image of that one."""
    swaps = {}
    for i, keypoint in keypoints.items():
        if names[i] in swaps:
            raise ValueError(f'{name}: keypoint_info {i} has the name {names[i]!r} of another one')
        swaps[names[i]] = keypoint.get('swap') or names[i]
    for i, (own, other) in enumerate(swaps.items()):
        where = f'{name}: keypoint_info {i} ({own}) has swap={other!r}'
        if other not in swaps:
            raise ValueError(f'{where}, which is no keypoint; there are {names}')
        if swaps[other] != own:
            back = keypoints[names.index(other)].get('swap') or ''
            raise ValueError(
                f'{where}, but {other} has swap={back!r}: mirrored keypoints must name each other'
            )


def _check_link(entry: dict, names: List[str], name: str) -> None:
    link = entry.get('link') or ()
    unknown = [end for end in link if end not in names]
    if len(link) != 2 or unknown:
        raise ValueError(f'{name}: link must name two of the keypoints {names}, got {link!r}')


def _check_color(color: Sequence[int], name: str) -> None:
    values = list(color) if isinstance(color, (list, tuple)) else []
    if len(values) != 3 or not all(isinstance(v, Real) and 0 <= v <= 255 for v in values):
        raise ValueError(f'{name}: color must be three numbers from 0 to 255, got {color!r}')


def _check_numbers(values: Any, count: int, name: str, least: float) -> None:
    """Check that there is one finite number per keypoint, none below the least."""
    values = np.asarray(values, dtype=object).ravel().tolist()
    if len(values) != count:
        raise ValueError(f'{name} has {len(values)} values, but there are {count} keypoints')
    for value in values:
        if not isinstance(value, Real) or not least <= value < np.inf:
            raise ValueError(f'{name} must be finite and at least {least:g}, got {value!r}')
