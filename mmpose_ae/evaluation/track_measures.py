"""How well people are followed: HOTA, CLEAR and Identity of people, PoseTrack's MOTA of joints.

TrackEval and py-motmetrics, which the measures are from, are imported when they are needed.
"""

from importlib import import_module
from types import ModuleType
from typing import Dict, List, NamedTuple, Sequence, Tuple

import cv2
import numpy as np

from mmpose_ae.datasets.posetrack18 import PoseTrackFrame, PoseTrackSequence
from mmpose_ae.grouping.oks import object_keypoint_similarity
from mmpose_ae.ops.similarity import AREA_PER_BOX

from .joint_precision import HEAD_SIZE

MATCHED = 0.5  # OKS from which on a predicted person is an annotated one
JOINT_DISTANCE = 0.5  # PoseTrack's: sizes of the head within which a joint is found
COUNTS = ('objects', 'misses', 'false_positives', 'switches')
_INSTALL = dict(
    trackeval='pip install --no-deps "trackeval>=1.3,<2" tabulate',
    motmetrics='pip install "motmetrics>=1.4,<2"',
)


class MatchedFrames(NamedTuple):
    """People of a video, frame by frame, and how alike they are.

    Attributes:
        true_ids (list[np.ndarray]): Who is annotated in each frame, (N,), int64.
        ids (list[np.ndarray]): Who is predicted there, (M,), int64.
        similarity (list[np.ndarray]): Of each of the former to each of the latter, (N, M), 0 to 1.
    """

    true_ids: List[np.ndarray]
    ids: List[np.ndarray]
    similarity: List[np.ndarray]


def measure_people(videos: Sequence[MatchedFrames]) -> Dict[str, float]:
    """Measure whole people with TrackEval.

    Args:
        videos (sequence): What was matched in each video.

    Returns:
        dict: ``HOTA``, ``DetA`` and ``AssA`` (means over the thresholds), ``MOTA``, ``MOTP`` (mean
        similarity of the matched), ``IDF1``, each from 0 to 1 but for MOTA, which may be negative;
        ``IDSW`` (switches of ids), ``Frag``, ``misses``, ``false_positives`` and ``people``, which
        are counts.
    """
    measures = _import('trackeval').metrics
    options = {'THRESHOLD': MATCHED, 'PRINT_CONFIG': False}
    measures = [measures.HOTA(), measures.CLEAR(options), measures.Identity(options)]
    data = [_for_trackeval(video) for video in videos]
    found = {}
    for measure in measures:
        each = {str(i): measure.eval_sequence(video) for i, video in enumerate(data)}
        found.update(measure.combine_sequences(each))
    values = {name: float(np.mean(found[name])) for name in ('HOTA', 'DetA', 'AssA')}
    values.update({name: float(found[name]) for name in ('MOTA', 'MOTP', 'IDF1')})
    people = int(sum(video['num_gt_dets'] for video in data))
    return dict(
        values,
        IDSW=int(found['IDSW']),
        Frag=int(found['Frag']),
        misses=int(found['CLR_FN']),
        false_positives=int(found['CLR_FP']),
        people=people,
    )


def match_people(
    truth: PoseTrackSequence, predicted: PoseTrackSequence, sigmas: np.ndarray
) -> MatchedFrames:
    """Compare the people of two sequences by OKS, in the frames that are annotated.

    Predictions that are nobody's and lie in a region to ignore are left out.

    Args:
        truth (PoseTrackSequence): The annotations.
        predicted (PoseTrackSequence): The predictions, of the same images.
        sigmas (np.ndarray): Tolerance of each keypoint type, (K,).

    Returns:
        MatchedFrames: Similarities of the people in each frame.

    Raises:
        ValueError: If the sequences are not of the same images and keypoints.
    """
    found = MatchedFrames([], [], [])
    for true, guess in pair_frames(truth, predicted):
        similarity = _similarity(true, guess, sigmas)
        kept = (similarity >= MATCHED).any(0) | ~_are_ignored(guess, true.ignore_regions)
        for values, value in zip(
            found, (true.track_ids, guess.track_ids[kept], similarity[:, kept])
        ):
            values.append(value)
    return found


def count_joint_errors(truth: PoseTrackSequence, predicted: PoseTrackSequence) -> np.ndarray:
    """Count what PoseTrack counts, of each joint for itself, with py-motmetrics.

    poseval leaves out the last frame of each sequence, counts frames without any prediction as one
    error whatever the number of people, and skips frames without people; here every annotated
    frame counts for what it is.

    Args:
        truth (PoseTrackSequence): The annotations, with boxes of heads.
        predicted (PoseTrackSequence): The predictions, of the same images.

    Returns:
        np.ndarray: The counts named in ``COUNTS``, (4, K), int64.

    Raises:
        ValueError: If the sequences are not of the same images and keypoints, or people have no
            box of the head.
    """
    library = _import('motmetrics')
    accumulators = [library.MOTAccumulator(auto_id=True) for _ in truth.keypoint_names]
    for true, guess in pair_frames(truth, predicted):
        sizes = _head_sizes(true)
        for joint, accumulator in enumerate(accumulators):
            here, there = (frame.keypoints[:, joint, 2] > 0 for frame in (true, guess))
            apart = true.keypoints[here, None, joint, :2] - guess.keypoints[there, joint, :2]
            distance = np.linalg.norm(apart, axis=-1) / sizes[here, None]
            distance[distance > JOINT_DISTANCE] = np.nan
            accumulator.update(true.track_ids[here], guess.track_ids[there], distance)
    host = library.metrics.create()
    names = ['num_objects', 'num_misses', 'num_false_positives', 'num_switches']
    rows = [host.compute(a, metrics=names, return_dataframe=False) for a in accumulators]
    return np.array([[row[name] for row in rows] for name in names], np.int64)


def joint_mota(counts: np.ndarray) -> np.ndarray:
    """MOTA of each joint in percent, (K,), from counts (4, K); NaN where nobody has the joint."""
    objects, *errors = counts.astype(float)
    return 100 * (1 - np.sum(errors, axis=0) / np.where(objects > 0, objects, np.nan))


def pair_frames(
    truth: PoseTrackSequence, predicted: PoseTrackSequence
) -> List[Tuple[PoseTrackFrame, PoseTrackFrame]]:
    """Pair the annotated frames with those that are predicted for the same images.

    Args:
        truth (PoseTrackSequence): The annotations.
        predicted (PoseTrackSequence): The predictions.

    Returns:
        list: Pairs of frames, in the order of the annotations.

    Raises:
        ValueError: If they are not of the same images and keypoints.
    """
    if truth.keypoint_names != predicted.keypoint_names:
        raise ValueError(
            f'{predicted.name}: predictions have the keypoints {predicted.keypoint_names}, '
            f'annotations {truth.keypoint_names}'
        )
    guesses = {frame.image_id: frame for frame in predicted.frames}
    strange = {frame.image_id for frame in truth.frames} ^ guesses.keys()
    if strange:
        raise ValueError(
            f'{predicted.name}: predictions and annotations must be of the same images, image '
            f'{min(strange)} is in one of them alone'
        )
    return [(frame, guesses[frame.image_id]) for frame in truth.frames if frame.is_labeled]


def _similarity(true: PoseTrackFrame, guess: PoseTrackFrame, sigmas: np.ndarray) -> np.ndarray:
    """OKS of annotated to predicted people, (N, M); a keypoint that was not found is wrong."""
    places = np.where(guess.keypoints[..., 2:] > 0, guess.keypoints[..., :2], np.inf)
    annotated = true.keypoints[:, None, :, 2] > 0  # (N, 1, K)
    areas = AREA_PER_BOX * _box_areas(true)[:, None]
    return object_keypoint_similarity(true.keypoints[..., :2], places, areas, sigmas, annotated)


def _box_areas(frame: PoseTrackFrame) -> np.ndarray:
    """Areas of boxes, (N,); who has none has that of the annotated keypoints."""
    here = frame.keypoints[..., 2:] > 0
    places = frame.keypoints[..., :2]
    low, high = (np.where(here, places, sign * np.inf) for sign in (1, -1))
    sides = np.maximum(high.max(1, initial=-np.inf) - low.min(1, initial=np.inf), 0)
    areas = sides.prod(-1)
    if frame.boxes is None:
        return areas
    given = frame.boxes[:, 2:].prod(-1)
    return np.where(np.isnan(given), areas, given)


def _head_sizes(frame: PoseTrackFrame) -> np.ndarray:
    """Sizes of heads in pixels, (N,)."""
    if not len(frame):
        return np.empty(0)
    if frame.head_boxes is None or np.isnan(frame.head_boxes).any():
        raise ValueError(f'image {frame.image_id} has people without a box of the head (bbox_head)')
    return HEAD_SIZE * np.hypot(*frame.head_boxes[:, 2:].T)


def _are_ignored(frame: PoseTrackFrame, regions: List[np.ndarray]) -> np.ndarray:
    """Whether the middle of each person's found keypoints is in one of the regions, (N,)."""
    inside = np.zeros(len(frame), bool)
    for person, keypoints in enumerate(frame.keypoints):
        found = keypoints[keypoints[:, 2] > 0, :2]
        middle = tuple(map(float, found.mean(0))) if len(found) else None
        inside[person] = middle is not None and any(
            cv2.pointPolygonTest(np.float32(region), middle, False) >= 0 for region in regions
        )
    return inside


def _for_trackeval(video: MatchedFrames) -> dict:
    """A video in TrackEval's form, where ids are numbered from 0 without gaps."""
    (true_ids, num_true), (ids, num_ids) = (_renumber(video[side]) for side in (0, 1))
    return dict(
        gt_ids=true_ids,
        tracker_ids=ids,
        similarity_scores=video.similarity,
        num_timesteps=len(ids),
        num_gt_ids=num_true,
        num_tracker_ids=num_ids,
        num_gt_dets=sum(map(len, true_ids)),
        num_tracker_dets=sum(map(len, ids)),
    )


def _renumber(ids: List[np.ndarray]) -> Tuple[List[np.ndarray], int]:
    known = np.unique(np.concatenate([np.empty(0, np.int64), *ids]))
    return [np.searchsorted(known, each) for each in ids], len(known)


def _import(name: str) -> ModuleType:
    try:
        return import_module(name)
    except ImportError as error:
        raise ImportError(f'measuring tracks needs {name}: {_INSTALL[name]}') from error
