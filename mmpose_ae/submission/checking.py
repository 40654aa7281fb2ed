"""A dry check of any file of results, before a server sees it."""

from fnmatch import fnmatch
from pathlib import Path
from typing import List, Optional, Union

import numpy as np

from mmpose_ae.datasets.mpii import read_predictions
from mmpose_ae.datasets.posetrack18 import PoseTrackSequence, read_posetrack

from .boards import BOARDS, MPII_GROUPS
from .files import read_entries, read_image_ids
from .results import check_entries, raise_faults


def check_file(
    board: str, path: Union[str, Path], info: Union[None, str, Path] = None
) -> List[str]:
    """Check what is to be sent in.

    Args:
        board (str): ``'coco'``, ``'crowdpose'``, ``'ochuman'``, ``'mpii'`` or ``'posetrack'``.
        path (str | Path): The file; of PoseTrack the folder.
        info (str | Path, optional): What lists the images of the benchmark; of PoseTrack a folder.
            Not used for MPII, whose file has the groups in their order.

    Returns:
        list[str]: What is in the file, and what looks wrong but is allowed.

    Raises:
        OSError: If a file cannot be read.
        ValueError: If it would be refused or counted wrong; names file, entry and key.
    """
    if board == 'mpii':
        return _check_mpii(path)
    if board == 'posetrack':
        return _check_posetrack(Path(path), info)
    entries = read_entries(path)
    _check_name(Path(path), BOARDS[board].file_name)
    image_ids = None if info is None else read_image_ids(info)
    notes = check_entries(entries, BOARDS[board].num_keypoints, str(path), image_ids)
    images = f'{len({entry["image_id"] for entry in entries})} '
    images += 'images' if image_ids is None else f'of {len(image_ids)} images'
    return [f'{len(entries)} people in {images}', *notes]


def _check_name(path: Path, pattern: str) -> None:
    """Refuse a zip file of another name than the server looks for."""
    expected = str(Path(pattern).with_suffix('.zip'))
    if path.suffix == '.zip' and not fnmatch(path.name, expected.format('*')):
        raise ValueError(f'{path}: expected a zip file called {expected.format("NAME")}')


def _check_mpii(path: Union[str, Path]) -> List[str]:
    groups = read_predictions(path)
    faults = []
    for number, group in enumerate(groups, 1):
        if not group.path:
            faults.append(f'group {number}: image.name is missing')
        known = [group.keypoints[group.found], group.scores[group.found]]
        if not all(np.isfinite(values).all() for values in known):
            faults.append(f'group {number} ({group.path}): a point has no finite x, y and score')
    raise_faults(str(path), faults)
    people = sum(len(group.keypoints) for group in groups)
    notes = [f'{people} people in {len(groups)} groups']
    if len(groups) != MPII_GROUPS:
        notes.append(f'the test set has {MPII_GROUPS} groups, all of which must be in the file')
    return notes


def _check_posetrack(folder: Path, info: Union[None, str, Path]) -> List[str]:
    sequences = [read_posetrack(path) for path in sorted(folder.glob('*.json'))]
    if not sequences:
        raise ValueError(f'{folder}: expected a folder with a .json file for each sequence')
    faults = [fault for sequence in sequences for fault in _missing_scores(sequence)]
    if info is not None:
        faults += _missing_sequences(sequences, Path(info))
    raise_faults(str(folder), faults)
    frames = sum(len(sequence.frames) for sequence in sequences)
    return [f'{frames} frames of {len(sequences)} sequences']


def _missing_scores(sequence: PoseTrackSequence) -> List[str]:
    return [
        f'{sequence.name}.json: scores are missing in image {frame.image_id}, AP needs them'
        for frame in sequence.frames
        if len(frame) and (frame.keypoint_scores is None or np.isnan(frame.keypoint_scores).any())
    ]


def _missing_sequences(sequences: List[PoseTrackSequence], info: Path) -> List[str]:
    truth = {path.stem: read_posetrack(path) for path in sorted(info.glob('*.json'))}
    found = {sequence.name: sequence for sequence in sequences}
    faults = [f'{name}.json is missing' for name in sorted(truth.keys() - found.keys())]
    faults += [f'{name}.json is not in {info}' for name in sorted(found.keys() - truth.keys())]
    for name in sorted(truth.keys() & found.keys()):
        ids: List[Optional[set]] = [
            {frame.image_id for frame in sequences[name].frames} for sequences in (truth, found)
        ]
        if ids[0] != ids[1]:
            faults.append(f'{name}.json: {len(ids[0] ^ ids[1])} frames are missing or too many')
    return faults
