"""Writing generated crowds to files: images or videos, and annotations in COCO's format."""

import json
import re
import shutil
from functools import partial
from itertools import zip_longest
from multiprocessing import Pool
from pathlib import Path
from typing import Dict, Iterator, List, Optional, Tuple, Union

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
from .mpii import mpii_files, with_heads, write_mpii_files
from .posetrack import posetrack_frame
from .scene import Scene, make_scene
from .settings import Settings

NAME, VERSION = 'SynthCrowd', '1'  # the version changes when the same settings give other bytes
SPLITS = ('train', 'val')
FORMATS = {'jpg': [cv2.IMWRITE_JPEG_QUALITY, 92], 'png': [cv2.IMWRITE_PNG_COMPRESSION, 1]}
# Each split draws from seeds of its own, so that its images do not depend on the others' number.
SEEDS_PER_DATASET = len(SPLITS)
SEQUENCE = '_mpii_synth'  # how names of videos end
# Of what is written below the folder of a split: images, videos, and frames of these.
_IMAGE = rf'\d{{6}}\.({"|".join(FORMATS)})'
OWN_NAME = re.compile(rf'{_IMAGE}|\d{{6}}{SEQUENCE}(/{_IMAGE})?')


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
    root, missing = Path(root), []
    for split, count in counts.items():
        number = dict(images=count) if frames is None else dict(videos=count, frames=frames)
        info = dict(
            description=NAME, version=VERSION, split=split, **number, seed=seed,
            format=image_format, settings=settings.as_dict(),
        )  # fmt: skip
        found = _find(root, split)
        if found not in (None, info) and not overwrite:
            raise FileExistsError(
                f'{root} holds images made with other settings ({found} instead of {info}): '
                'choose another folder, or overwrite them'
            )
        if found is None or overwrite:
            missing.append((split, info))
    for split, _ in missing:
        _refuse_others(root / split, _others_among_images(root / split))
        _refuse_others(root / 'annotations', _others_of_mpii(root, split))
    for split, info in missing:
        _write_split(root, split, info, settings, workers)
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
    image_id(_sequence(max(counts.values())), frames - 1)  # the greatest number must exist


def _annotation_file(root: Path, split: str) -> Path:
    return root / 'annotations' / f'{split}.json'


def _sequence(number: Union[int, str]) -> str:
    """Name of a video, which PoseTrack18's tools can read."""
    return f'{number:0>6}{SEQUENCE}'


def _unfinished_file(root: Path, split: str) -> Path:
    """The file that an interrupted run leaves: it says how the split was to be made."""
    return _annotation_file(root, split).with_suffix('.part')


def _find(root: Path, split: str) -> Optional[dict]:
    """How the split that is there was made; None if there is none, or an unfinished one."""
    path, folder = _annotation_file(root, split), root / split
    if _unfinished_file(root, split).is_file():
        return None
    if path.is_file():
        info = json.loads(path.read_text()).get('info', {})
        if info.get('description') != NAME:
            raise FileExistsError(f'{path} was not made by {NAME}: choose another folder')
        return info
    if folder.is_dir() and any(folder.iterdir()):
        raise FileExistsError(f'{folder} holds files not made by {NAME}: choose another folder')
    return None


def _refuse_others(folder: Path, others: List[Path]) -> None:
    """Refuse a folder in which something is that was not written here."""
    if others:
        raise FileExistsError(
            f'{folder} holds files not made by {NAME}, as {others[0]}: move them away, or choose '
            'another folder'
        )


def _others_among_images(folder: Path) -> List[Path]:
    return sorted(path for path in folder.glob('**/*') if not _is_own(path.relative_to(folder)))


def _is_own(path: Path) -> bool:
    """Whether an image or video below the folder of a split has a name as they have here."""
    return OWN_NAME.fullmatch(path.as_posix()) is not None


def _others_of_mpii(root: Path, split: str) -> List[Path]:
    """What has the names of MPII's files, where the split that is there has none."""
    files = mpii_files(_annotation_file(root, split).with_suffix(''))
    return [] if _has_mpii_files(root, split) else [path for path in files if path.exists()]


def _has_mpii_files(root: Path, split: str) -> bool:
    """Whether the split that is there, finished or not, was made with files of MPII."""
    infos = map(_read_info, (_annotation_file(root, split), _unfinished_file(root, split)))
    return any(info.get('settings', {}).get('keypoints') == 'mpii' for info in infos)


def _read_info(path: Path) -> dict:
    """How a split was made; nothing if the file is missing or does not say it."""
    try:
        return json.loads(path.read_text()).get('info', {})
    except (FileNotFoundError, json.JSONDecodeError):
        return {}


def _remove_old(root: Path, split: str) -> None:
    """Remove what is there of a split; last what says which files are its own."""
    path, own_name = _annotation_file(root, split), _sequence('?' * 6)
    stem = path.with_suffix('')
    of_mpii = mpii_files(stem) if _has_mpii_files(root, split) else []
    for old in [*(root / split).iterdir(), *stem.glob(f'{own_name}.json'), *of_mpii, path]:
        if old.match(own_name):
            shutil.rmtree(old)
        else:
            old.unlink(missing_ok=True)


def _write_split(root: Path, split: str, info: dict, settings: Settings, workers: int) -> None:
    folder, path = root / split, _annotation_file(root, split)
    unfinished = _unfinished_file(root, split)
    for parent in (folder, path.parent):
        parent.mkdir(parents=True, exist_ok=True)
    unfinished.touch()
    _remove_old(root, split)
    write_whole(unfinished, json.dumps(dict(info=info)).encode())
    seed = info['seed'] * SEEDS_PER_DATASET + SPLITS.index(split)
    images, annotations = [], []
    for image, people in _write_images(root, seed, info, settings, workers):
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
        write_mpii_files(path.with_suffix(''), content)
    # The annotations come last and at once: an interrupted run is not taken for a finished one.
    write_whole(path, json.dumps(content).encode())
    unfinished.unlink()


def _write_images(
    root: Path, seed: int, info: dict, settings: Settings, workers: int
) -> Iterator[Tuple[dict, List[dict]]]:
    """Write the images of a split; gives each as COCO's format has it, and its annotations."""
    split, suffix = info['split'], info['format']
    if 'frames' in info:
        count, kind = info['videos'], 'videos'
        write = partial(_write_clip, root, split, seed, settings, suffix, info['frames'])
    else:
        count, kind = info['images'], 'images'
        write = partial(_write_image, root / split, seed, settings, suffix)
    with Pool(workers) if workers > 1 else _Here() as pool:
        written = pool.imap(write, range(count), chunksize=16 if kind == 'images' else 1)
        for found in tqdm(written, total=count, desc=f'{split} {kind}'):
            yield from found


class _Here:
    """A pool of no processes but this one."""

    def __enter__(self) -> '_Here':
        return self

    def __exit__(self, *exception: object) -> None:
        return None

    @staticmethod
    def imap(function, items, chunksize: int):
        return map(function, items)


def _write_image(
    folder: Path, seed: int, settings: Settings, image_format: str, index: int
) -> List[Tuple[dict, List[dict]]]:
    cv2.setNumThreads(1)
    scene = make_scene(seed, index, settings)
    name = f'{index + 1:06d}.{image_format}'
    return [(_save(scene, folder, name, index + 1), _annotations(scene, settings))]


def _write_clip(
    root: Path, split: str, seed: int, settings: Settings, suffix: str, frames: int, index: int
) -> List[Tuple[dict, List[dict]]]:
    """Write a video and its file of PoseTrack18; gives each frame and its annotations."""
    cv2.setNumThreads(1)
    number, written, tracked = index + 1, [], []
    sequence = _sequence(number)
    (root / split / sequence).mkdir()
    for frame, scene in enumerate(make_clip(seed, index, settings, frames)):
        name = f'{sequence}/{frame:06d}.{suffix}'
        image = _save(scene, root / split, name, image_id(sequence, frame))
        image.update(video_id=number, frame_id=frame)
        written.append((image, _with_track_ids(scene, _annotations(scene, settings))))
        tracked.append(posetrack_frame(scene, image['id'], f'{split}/{name}'))
    path = root / 'annotations' / split / f'{sequence}.json'
    write_posetrack(path, PoseTrackSequence(sequence, tracked))
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
