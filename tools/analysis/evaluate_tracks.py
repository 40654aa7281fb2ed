"""Measure predicted tracks against annotations, both in files of PoseTrack18.

Whole people by HOTA, MOTA and IDF1 (TrackEval, matched from OKS 0.5 on), and every joint by MOTA as
PoseTrack does, without the errors of its evaluation that docs/tracking.md names.
"""

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Dict, List, Tuple

import numpy as np

import mmpose_ae  # noqa: F401  (makes MMPose importable)
from mmpose_ae.datasets.posetrack18 import (
    KEYPOINTS,
    SIGMAS,
    PoseTrackSequence,
    read_posetrack,
)
from mmpose_ae.evaluation.track_measures import (
    count_joint_errors,
    joint_mota,
    match_people,
    measure_people,
)

Pairs = List[Tuple[PoseTrackSequence, PoseTrackSequence]]


def parse_args() -> Namespace:
    """Read the command line."""
    parser = ArgumentParser(description=__doc__)
    add = parser.add_argument
    add('truth', type=Path, help='annotations: a file, or a folder of them')
    add(
        'predicted', type=Path, help='predictions: a file, or a folder with files of the same names'
    )
    add('--json', type=Path, metavar='FILE', help='write the values to this file')
    return parser.parse_args()


def read_pairs(truth: Path, predicted: Path) -> Pairs:
    """Read annotations and what was predicted for them.

    Raises:
        ValueError: If files are missing or of other keypoints than PoseTrack18's.
    """
    paths = [(truth, predicted)]
    if truth.is_dir():
        paths = [(path, predicted / path.name) for path in sorted(truth.glob('*.json'))]
    missing = [str(path) for pair in paths for path in pair if not path.is_file()]
    if missing or not paths:
        raise ValueError(f'found no {missing[0] if missing else "*.json in " + str(truth)}')
    pairs = [(read_posetrack(true), read_posetrack(guess)) for true, guess in paths]
    for pair in pairs:
        for sequence in pair:
            if sequence.keypoint_names != KEYPOINTS:
                raise ValueError(f'{sequence.name} has not the 17 keypoints of PoseTrack18')
    return pairs


def measure(pairs: Pairs) -> Dict[str, float]:
    """Measure people and joints; MOTA of joints in percent, NaN of those that nobody has."""
    people = measure_people([match_people(*pair, SIGMAS) for pair in pairs])
    mota = joint_mota(sum(count_joint_errors(*pair) for pair in pairs))
    joints = {f'MOTA {name}': float(value) for name, value in zip(KEYPOINTS, mota)}
    return dict(people, **joints, **{'MOTA of joints': float(np.nanmean(mota))})


def main() -> None:
    """Measure, and print the values."""
    args = parse_args()
    try:
        values = measure(read_pairs(args.truth, args.predicted))
    except (ImportError, ValueError) as error:
        raise SystemExit(f'error: {error}') from error
    for name, value in values.items():
        print(f'{name:22} {value}' if isinstance(value, int) else f'{name:22} {value:.4f}')
    if args.json:
        known = {name: None if np.isnan(value) else value for name, value in values.items()}
        args.json.write_text(json.dumps(known, indent=1) + '\n')


if __name__ == '__main__':
    main()
