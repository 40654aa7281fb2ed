"""Files of PoseTrack18: the people of a video, with ids; annotations and predictions alike."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, Tuple, Union

import numpy as np

from mmpose_ae.tracking import Tracks

from .annotations import number_array

KEYPOINTS = (
    'nose', 'head_bottom', 'head_top', 'left_ear', 'right_ear', 'left_shoulder', 'right_shoulder',
    'left_elbow', 'right_elbow', 'left_wrist', 'right_wrist', 'left_hip', 'right_hip', 'left_knee',
    'right_knee', 'left_ankle', 'right_ankle',
)  # fmt: skip
# Tolerances of MMPose's metainfo of PoseTrack18.
SIGMAS = np.array(
    [26, 25, 25, 35, 35, 79, 79, 72, 72, 62, 62, 107, 107, 87, 87, 89, 89]
) / 1000  # fmt: skip
OTHER_NAMES = dict(neck='head_bottom', top_head='head_top')  # CrowdPose's, and what they are here
_SOURCES = dict(mpii=1, bonn=2, mpiinew=3)
_FRAMES, _PEOPLE = 10_000, 100  # more have no numbers in this format


@dataclass(frozen=True)
class PoseTrackFrame:
    """The people of one frame.

    Attributes:
        image_id (int): Number of the image among all sequences, see :func:`image_id`.
        file_name (str): The image, from the root of the data set.
        track_ids (np.ndarray): Who they are, (N,), int64.
        keypoints (np.ndarray): x, y, and 1 where it is annotated or found, (N, K, 3), in pixels.
        boxes (np.ndarray, optional): Left, top, width, height, (N, 4); NaN of who has none.
        head_boxes (np.ndarray, optional): Those of the heads, (N, 4), likewise.
        keypoint_scores (np.ndarray, optional): Of predictions, (N, K).
        scores (np.ndarray, optional): Of predictions, (N,).
        ignore_regions (list[np.ndarray]): Corners of polygons, (P, 2), with people who are not
            annotated.
        is_labeled (bool): Whether the people of the frame are annotated at all.
    """

    image_id: int
    file_name: str
    track_ids: np.ndarray
    keypoints: np.ndarray
    boxes: Optional[np.ndarray] = None
    head_boxes: Optional[np.ndarray] = None
    keypoint_scores: Optional[np.ndarray] = None
    scores: Optional[np.ndarray] = None
    ignore_regions: List[np.ndarray] = field(default_factory=list)
    is_labeled: bool = True

    def __len__(self) -> int:
        return len(self.track_ids)


@dataclass(frozen=True)
class PoseTrackSequence:
    """One video.

    Attributes:
        name (str): Of its file, such as ``'000342_mpii_test'``.
        frames (list[PoseTrackFrame]): In their order.
        keypoint_names (tuple[str]): What the keypoints are, K.
    """

    name: str
    frames: List[PoseTrackFrame]
    keypoint_names: Tuple[str, ...] = KEYPOINTS


# What an annotation holds, by the attribute of a frame; K stands for the number of keypoints.
_VALUES = dict(
    keypoints=('keypoints', lambda k: (k, 3)),
    boxes=('bbox', lambda k: (4,)),
    head_boxes=('bbox_head', lambda k: (4,)),
    keypoint_scores=('scores', lambda k: (k,)),
    scores=('score', lambda k: ()),
)


def image_id(name: str, frame: int) -> int:
    """Number an image as PoseTrack18 does.

    Args:
        name (str): Of the sequence: six digits, ``mpii``, ``bonn`` or ``mpiinew``, and what it
            pleases, such as ``'000342_mpii_test'``.
        frame (int): Of the sequence, from 0.

    Returns:
        int: Source, sequence and frame, in the digits before the last 10, 4 and 0.

    Raises:
        ValueError: If the name is another one, or the frame has no four digits.
    """
    parts = re.fullmatch(r'(\d{6})_([a-z]+)(_.*)?', name)
    if parts is None or parts[2] not in _SOURCES:
        raise ValueError(
            f'a sequence of PoseTrack18 has six digits and one of {sorted(_SOURCES)} for a name, '
            f'such as 000342_mpii_test, got {name!r}'
        )
    if not 0 <= frame < _FRAMES:
        raise ValueError(f'frames of PoseTrack18 are from 0 to {_FRAMES - 1}, got {frame}')
    return _SOURCES[parts[2]] * 10**10 + int(parts[1]) * _FRAMES + frame


def predicted_frame(
    image_id: int, file_name: str, tracks: Tracks, keypoint_names: Sequence[str]
) -> PoseTrackFrame:
    """Put what a tracker gives into the keypoints of PoseTrack18.

    Args:
        image_id (int): Number of the image.
        file_name (str): The image.
        tracks (Tracks): Its people; who has no id is left out.
        keypoint_names (sequence): Names of their keypoints, K; CrowdPose's neck and top of the head
            are the ends of the head here.

    Returns:
        PoseTrackFrame: A keypoint that is not among them, or was not found, has zeros.
    """
    places = [OTHER_NAMES.get(name, name) for name in keypoint_names]
    source = [i for i, name in enumerate(places) if name in KEYPOINTS]
    target = [KEYPOINTS.index(places[i]) for i in source]
    poses = tracks.poses.take(tracks.ids >= 0)
    scores = np.zeros((len(poses), len(KEYPOINTS)))
    scores[:, target] = poses.keypoint_scores[:, source]
    keypoints = np.zeros((len(poses), len(KEYPOINTS), 3))
    keypoints[:, target, :2] = poses.keypoints[:, source]
    keypoints[..., 2] = scores > 0
    keypoints[scores <= 0] = 0
    left, top, right, bottom = poses.boxes.T.astype(float)
    return PoseTrackFrame(
        image_id,
        file_name,
        tracks.ids[tracks.ids >= 0],
        keypoints,
        boxes=np.stack([left, top, right - left, bottom - top], axis=1),
        keypoint_scores=scores,
        scores=poses.instance_scores.astype(float),
    )


def write_posetrack(path: Union[str, Path], sequence: PoseTrackSequence) -> None:
    """Write a sequence as a file of PoseTrack18.

    Args:
        path (str | Path): The file; its folder is made.
        sequence (PoseTrackSequence): What is written.

    Raises:
        ValueError: If a frame has more than 100 people, or two with one id.
    """
    images, annotations = [], []
    for frame in sequence.frames:
        _check_people(frame, sequence.name)
        images.append(_image(frame, sequence))
        annotations += [_annotation(frame, row) for row in range(len(frame))]
    category = dict(
        supercategory='person', id=1, name='person', keypoints=list(sequence.keypoint_names)
    )
    content = dict(images=images, annotations=annotations, categories=[category])
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))


def read_posetrack(path: Union[str, Path]) -> PoseTrackSequence:
    """Read a file of PoseTrack18, annotations or predictions.

    Args:
        path (str | Path): The file, named as the sequence.

    Returns:
        PoseTrackSequence: Its frames in the order of the file. Boxes and scores are None where no
        person of the frame has them; other keys are not read.

    Raises:
        ValueError: If something that is needed is missing or contradicts itself; names the file,
            the annotation and the key.
    """
    path = Path(path)
    content = json.loads(path.read_text())
    for key in ('images', 'annotations', 'categories'):
        if not isinstance(content.get(key) if isinstance(content, dict) else None, list):
            raise ValueError(f'{path} is no file of PoseTrack18: it has no list {key!r}')
    named = [
        c['keypoints'] for c in content['categories'] if isinstance(c, dict) and c.get('keypoints')
    ]
    if not named:
        raise ValueError(f'{path}: categories must name the keypoints')
    for image in content['images']:
        if not (type(image.get('id')) is int and isinstance(image.get('file_name'), str)):
            raise ValueError(f'{path}: an image needs an id and a file_name, got {image!r:.100}')
    people: Dict[int, List[dict]] = {image['id']: [] for image in content['images']}
    for annotation in content['annotations']:
        if annotation.get('image_id') not in people:
            raise ValueError(
                f'{path}: annotation {annotation.get("id")} is of image '
                f'{annotation.get("image_id")}, which is not there'
            )
        people[annotation['image_id']].append(annotation)
    frames = [
        _frame(image, people[image['id']], len(named[0]), path) for image in content['images']
    ]
    for frame in frames:
        _check_people(frame, str(path))
    return PoseTrackSequence(path.stem, frames, tuple(named[0]))


def _check_people(frame: PoseTrackFrame, name: str) -> None:
    """Refuse people whom the format has no numbers for, or who cannot be told apart."""
    if len(frame) > _PEOPLE:
        raise ValueError(
            f'{name}: image {frame.image_id} has {len(frame)} people, more than {_PEOPLE}'
        )
    if len(set(frame.track_ids.tolist())) < len(frame):
        raise ValueError(
            f'{name}: two people of image {frame.image_id} have one id, got '
            f'{frame.track_ids.tolist()}'
        )


def _image(frame: PoseTrackFrame, sequence: PoseTrackSequence) -> dict:
    return dict(
        has_no_densepose=True,
        is_labeled=frame.is_labeled,
        file_name=frame.file_name,
        nframes=len(sequence.frames),
        frame_id=frame.image_id,
        vid_id=sequence.name.partition('_')[0],
        id=frame.image_id,
        ignore_regions_x=[region[:, 0].tolist() for region in frame.ignore_regions],
        ignore_regions_y=[region[:, 1].tolist() for region in frame.ignore_regions],
    )


def _annotation(frame: PoseTrackFrame, row: int) -> dict:
    annotation = dict(
        id=frame.image_id * _PEOPLE + row,
        image_id=frame.image_id,
        category_id=1,
        track_id=int(frame.track_ids[row]),
    )
    for name, (key, _) in _VALUES.items():
        values = getattr(frame, name)
        if values is not None and not np.isnan(values[row]).any():
            numbers = np.ravel(values[row]).tolist()
            annotation[key] = numbers if values.ndim > 1 else numbers[0]
    return annotation


def _frame(image: dict, people: List[dict], num_keypoints: int, path: Path) -> PoseTrackFrame:
    """Gather what the annotations of an image say."""
    values = {}
    for name, (key, shape) in _VALUES.items():
        rows = [_read(person, key, shape(num_keypoints), path) for person in people]
        if rows and not np.isnan(rows).all():
            values[name] = np.stack(rows)
    values.setdefault('keypoints', np.zeros((len(people), num_keypoints, 3)))
    regions = zip(image.get('ignore_regions_x', []), image.get('ignore_regions_y', []))
    return PoseTrackFrame(
        image['id'],
        image['file_name'],
        np.array([_track_id(person, path) for person in people], np.int64),
        ignore_regions=[np.array(region, float).T for region in regions],
        is_labeled=bool(image.get('is_labeled', True)),
        **values,
    )


def _read(person: dict, key: str, shape: Tuple[int, ...], path: Path) -> np.ndarray:
    """Read numbers of an annotation; NaN where it has none, as the released files do."""
    value: Any = person.get(key, [])
    if value == [] and key != 'keypoints':
        return np.full(shape, np.nan)
    numbers = number_array(value)
    if numbers.size != np.prod(shape) or not np.isfinite(numbers).all():
        what = f'{int(np.prod(shape))} numbers' if shape else 'a number'
        raise ValueError(
            f'{path}: annotation {person.get("id")} has {key} {value!r:.60}, expected {what}'
        )
    return numbers.reshape(shape).astype(float)


def _track_id(person: dict, path: Path) -> int:
    value = person.get('track_id')
    if type(value) is not int or value < 0:
        raise ValueError(
            f'{path}: annotation {person.get("id")} has track_id {value!r}, expected a whole '
            'number that is not negative'
        )
    return value
