"""Writing generated crowds to files: images or videos, and annotations in COCO's format."""

import json
from contextlib import nullcontext
from functools import partial
from itertools import zip_longest
from multiprocessing import Pool
from pathlib import Path
from typing import Dict, Iterator, List, Optional, Tuple

import cv2
import mmpose
from mmpose.datasets.datasets.utils import parse_pose_metainfo
from tqdm import tqdm

from mmpose_ae.datasets.posetrack18 import PoseTrackSequence, image_id, write_posetrack
from mmpose_ae.metainfo import keypoint_names
from mmpose_ae.options import check_count
from mmpose_ae.whole_files import write_whole

from .annotate import BALL, PERSON
from .clip import make_clip
from .mpii import with_heads, write_mpii_files
from .posetrack import posetrack_frame
from .scene import Scene, make_scene
from .settings import Settings
from .split_files import FORMATS, NAME, SplitFiles, sequence_name

VERSION = '1'  # changes when the same settings give other bytes
SPLITS = ('train', 'val')
# Each split draws from seeds of its own, so that its images do not depend on the others' number.
SEEDS_PER_DATASET = len(SPLITS)


def generate(
    root: Path,
    counts: Dict[str, int],
    settings: Settings,
    seed: int = 0,
    image_format: str = 'jpg',
    workers: int = 1,
    overwrite: bool = False,
    frames: Optional[int] = None,
) -> bool:
    """Write a data set, unless the same one is there already.

    Args:
        root (Path): Folder for ``train/``, ``val/`` and ``annotations/{train,val}.json``; of videos
            also for the files of PoseTrack18, ``annotations/{train,val}/``; with MPII's keypoints
            also for its files, ``annotations/{train,val}{.mat,_groups.mat,_people.json}``.
        counts (dict): Number of images, or of videos, by split.
        settings (Settings): What is on the images.
        seed (int): Same seed, same bytes, whatever the number of workers.
        image_format (str): ``'jpg'`` or ``'png'``.
        workers (int): Processes.
        overwrite (bool): Replace a data set that SynthCrowd made, whatever its settings.
        frames (int, optional): Frames of each video; None for images.

    Returns:
        bool: False if the data set was there already.

    Raises:
        ValueError: If an argument is out of range.
        FileExistsError: If the folder holds a data set made with other settings, or files of
            something else: those are never deleted.
    """
    if image_format not in FORMATS:
        raise ValueError(f'image_format must be one of {sorted(FORMATS)}, got {image_format!r}')
    if not 0 <= seed < 2**31 or workers < 1:
        raise ValueError(f'need 0 <= seed < 2**31 and workers >= 1, got {seed} and {workers}')
    _check_content(counts, settings, frames)
    missing = []
    for split, count in counts.items():
        number = dict(images=count) if frames is None else dict(videos=count, frames=frames)
        info = dict(
            description=NAME, version=VERSION, split=split, **number, seed=seed,
            format=image_format, settings=settings.as_dict(),
        )  # fmt: skip
        files = SplitFiles(Path(root), split)
        if _is_missing(files, info, overwrite):
            missing.append((files, info))
    for files, _ in missing:
        files.refuse_others()
    for files, info in missing:
        _write_split(files, info, settings, workers)
    return bool(missing)


def _check_content(counts: Dict[str, int], settings: Settings, frames: Optional[int]) -> None:
    """Refuse splits that do not exist, and what images or videos cannot have."""
    if any(split not in SPLITS or count < 1 for split, count in counts.items()):
        raise ValueError(f'counts must give 1 or more images for {SPLITS}, got {counts}')
    if frames is None:
        if settings.hidden:
            raise ValueError(
                f'images have no frames to hide people in, got hidden={settings.hidden}'
            )
        return
    check_count('frames', frames, 1 + settings.hidden)
    if settings.balls:
        raise ValueError(f'videos have no balls, got balls={settings.balls}')
    image_id(sequence_name(max(counts.values())), frames - 1)  # the greatest number must exist


def _is_missing(files: SplitFiles, info: dict, overwrite: bool) -> bool:
    """Whether to make a split; FileExistsError if another one is there."""
    found = files.find()
    if found not in (None, info) and not overwrite:
        raise FileExistsError(
            f'{files.root} holds images made with other settings ({found} instead of {info}): '
            'choose another folder, or overwrite them'
        )
    return found is None or overwrite


def _write_split(files: SplitFiles, info: dict, settings: Settings, workers: int) -> None:
    for folder in (files.images, files.stem.parent):
        folder.mkdir(parents=True, exist_ok=True)
    files.unfinished.touch()
    files.remove()
    write_whole(files.unfinished, json.dumps(dict(info=info)).encode())
    images, annotations = [], []
    for image, people in _write_images(files, info, settings, workers):
        images.append(image)
        for person in people:
            annotations.append(dict(person, id=len(annotations) + 1, image_id=image['id']))
    content = dict(
        info=info,
        licenses=[],
        images=images,
        annotations=annotations,
        categories=_categories(settings),
    )
    if settings.keypoints == 'mpii':
        write_mpii_files(files.stem, content)
    # The annotations come last and at once: an interrupted run is not taken for a finished one.
    write_whole(files.annotations, json.dumps(content).encode())
    files.unfinished.unlink()


def _write_images(
    files: SplitFiles, info: dict, settings: Settings, workers: int
) -> Iterator[Tuple[dict, List[dict]]]:
    """Write the images of a split; gives each as COCO's format has it, and its annotations."""
    seed = info['seed'] * SEEDS_PER_DATASET + SPLITS.index(files.split)
    if 'frames' in info:
        count, kind, chunk = info['videos'], 'videos', 1
        write = partial(_write_clip, files, seed, settings, info['format'], info['frames'])
    else:
        count, kind, chunk = info['images'], 'images', 16
        write = partial(_write_image, files, seed, settings, info['format'])
    with Pool(workers) if workers > 1 else nullcontext() as pool:
        numbers = range(count)
        written = map(write, numbers) if pool is None else pool.imap(write, numbers, chunk)
        for found in tqdm(written, total=count, desc=f'{files.split} {kind}'):
            yield from found


def _write_image(
    files: SplitFiles, seed: int, settings: Settings, suffix: str, index: int
) -> List[Tuple[dict, List[dict]]]:
    cv2.setNumThreads(1)
    scene = make_scene(seed, index, settings)
    image = _save(scene, files.images, f'{index + 1:06d}.{suffix}', index + 1)
    return [(image, _annotations(scene, settings))]


def _write_clip(
    files: SplitFiles, seed: int, settings: Settings, suffix: str, frames: int, index: int
) -> List[Tuple[dict, List[dict]]]:
    """Write a video and its file of PoseTrack18; gives each frame and its annotations."""
    cv2.setNumThreads(1)
    number, written, tracked = index + 1, [], []
    sequence = sequence_name(number)
    (files.images / sequence).mkdir()
    for frame, scene in enumerate(make_clip(seed, index, settings, frames)):
        name = f'{sequence}/{frame:06d}.{suffix}'
        image = _save(scene, files.images, name, image_id(sequence, frame))
        image.update(video_id=number, frame_id=frame)
        written.append((image, _with_track_ids(scene, _annotations(scene, settings))))
        tracked.append(posetrack_frame(scene, image['id'], f'{files.split}/{name}'))
    write_posetrack(files.stem / f'{sequence}.json', PoseTrackSequence(sequence, tracked))
    return written


def _annotations(scene: Scene, settings: Settings) -> List[dict]:
    """Annotations of an image or frame; those of MPII with what its files say besides."""
    return with_heads(scene) if settings.keypoints == 'mpii' else scene.annotations


def _with_track_ids(scene: Scene, annotations: List[dict]) -> List[dict]:
    """Annotations of a frame, those of people with the person's number."""
    return [
        annotation if track_id is None else dict(annotation, track_id=track_id)
        for annotation, track_id in zip_longest(annotations, scene.figures)
    ]


def _save(scene: Scene, folder: Path, name: str, number: int) -> dict:
    """Write the image of a scene; gives it as COCO's format has it."""
    suffix = Path(name).suffix[1:]
    if not cv2.imwrite(str(folder / name), scene.image, FORMATS[suffix]):
        raise OSError(f'could not write {folder / name}')
    height, width = scene.image.shape[:2]
    image = dict(id=number, file_name=name, width=width, height=height)
    image['crowdIndex'] = round(scene.crowd_index, 4)
    return image


def _categories(settings: Settings) -> List[dict]:
    person = _category(settings.keypoints)
    return [person, dict(id=BALL, name='ball', supercategory='toy')] if settings.balls else [person]


def _category(keypoints: str) -> dict:
    # A whole path: a relative one would be looked for in the working directory first.
    path = Path(mmpose.__file__).parent / '.mim/configs/_base_/datasets' / f'{keypoints}.py'
    metainfo = parse_pose_metainfo(dict(from_file=str(path)))
    skeleton = [[int(a) + 1, int(b) + 1] for a, b in metainfo['skeleton_links']]
    return dict(
        id=PERSON,
        name='person',
        supercategory='person',
        keypoints=keypoint_names(metainfo),
        skeleton=skeleton,
    )
