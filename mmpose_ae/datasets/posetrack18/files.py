"""Files of PoseTrack18: the people of a video, with ids; annotations and predictions alike."""

import json
from pathlib import Path
from typing import Any, Dict, List, Tuple, Union

import numpy as np

from mmpose_ae.datasets.annotations import number_array
from mmpose_ae.whole_files import write_whole

from .frames import PoseTrackFrame, PoseTrackSequence

MOST_PEOPLE = 100  # of a frame; more have no numbers in this format
# What an annotation holds, by the attribute of a frame; K stands for the number of keypoints.
_VALUES = dict(
    keypoints=('keypoints', lambda k: (k, 3)),
    boxes=('bbox', lambda k: (4,)),
    head_boxes=('bbox_head', lambda k: (4,)),
    keypoint_scores=('scores', lambda k: (k,)),
    scores=('score', lambda k: ()),
)


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
    content = _load(path)
    names = _keypoint_names(content['categories'], path)
    people: Dict[int, List[dict]] = {image['id']: [] for image in content['images']}
    for annotation in content['annotations']:
        if annotation.get('image_id') not in people:
            raise ValueError(
                f'{path}: annotation {annotation.get("id")} is of image '
                f'{annotation.get("image_id")}, which is not there'
            )
        people[annotation['image_id']].append(annotation)
    frames = [_frame(image, people[image['id']], len(names), path) for image in content['images']]
    for frame in frames:
        _check_people(frame, str(path))
    return PoseTrackSequence(path.stem, frames, names)


def _load(path: Path) -> dict:
    """Read the lists of a file, whose entries are dictionaries, those of images with a name."""
    try:
        content = json.loads(path.read_text())
    except ValueError as error:
        raise ValueError(f'{path} is no file of PoseTrack18: it is not JSON, {error}') from None
    for key in ('images', 'annotations', 'categories'):
        entries = content.get(key) if isinstance(content, dict) else None
        if not isinstance(entries, list):
            raise ValueError(f'{path} is no file of PoseTrack18: it has no list {key!r}')
        for entry in entries:
            if not isinstance(entry, dict):
                raise ValueError(f'{path}: {key} must be objects of JSON, got {entry!r:.100}')
    for image in content['images']:
        if not (type(image.get('id')) is int and isinstance(image.get('file_name'), str)):
            raise ValueError(f'{path}: an image needs an id and a file_name, got {image!r:.100}')
    return content


def _keypoint_names(categories: List[dict], path: Path) -> Tuple[str, ...]:
    for category in categories:
        if category.get('keypoints'):
            return tuple(category['keypoints'])
    raise ValueError(f'{path}: categories must name the keypoints')


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


def write_posetrack(path: Union[str, Path], sequence: PoseTrackSequence) -> None:
    """Write a sequence as a file of PoseTrack18.

    Args:
        path (str | Path): The file, which is written as a whole or not at all; its folder is made.
        sequence (PoseTrackSequence): What is written.

    Raises:
        OSError: If it cannot be written.
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
    write_whole(path, json.dumps(content).encode())


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
        id=frame.image_id * MOST_PEOPLE + row,
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


def _check_people(frame: PoseTrackFrame, name: str) -> None:
    """Refuse people whom the format has no numbers for, or who cannot be told apart."""
    if len(frame) > MOST_PEOPLE:
        raise ValueError(
            f'{name}: image {frame.image_id} has {len(frame)} people, more than {MOST_PEOPLE}'
        )
    if len(set(frame.track_ids.tolist())) < len(frame):
        raise ValueError(
            f'{name}: two people of image {frame.image_id} have one id, got '
            f'{frame.track_ids.tolist()}'
        )
