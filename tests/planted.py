"""Perfect predictions of random people, and errors to plant into them."""

import json
from pathlib import Path
from typing import Callable, Optional

import cv2
import numpy as np
from mmengine.config import Config

from mmpose_ae.report.people import gather_people

NUM_KEYPOINTS = 6
MIRROR = np.array([1, 0, 3, 2, 4, 5])
SIGMAS = np.full(NUM_KEYPOINTS, 0.05)
SIDE = 100  # of a person; 2 * 0.05 * SIDE, 10 pixels, is far for a keypoint, and 2 is near
APART = 400  # pixels between people


def person(image_id: int, points: np.ndarray, score: Optional[float] = None, **more) -> dict:
    """An annotation, or with a score a prediction."""
    flat = np.insert(points, 2, 2 if score is None else 1, axis=1).ravel().tolist()
    made = dict(image_id=image_id, category_id=1, keypoints=flat)
    if score is not None:
        return dict(made, score=score, **more)
    box = [*points.min(0).tolist(), *np.ptp(points, axis=0).tolist()]
    made.update(bbox=box, area=float(SIDE**2), iscrowd=0, num_keypoints=NUM_KEYPOINTS)
    return dict(made, **more)


def scene(num_images: int = 12, fewest: int = 1, most: int = 4, seed: int = 0) -> tuple:
    """Content of an annotation file, and perfect predictions of it; the scores differ.

    Keypoints of a person are on a circle, so that none is near another one.
    """
    rng = np.random.default_rng(seed)
    angles = 2 * np.pi * np.arange(NUM_KEYPOINTS) / NUM_KEYPOINTS
    circle = SIDE / 2 * np.column_stack([np.cos(angles), np.sin(angles)])
    images = [dict(id=n, file_name=f'{n}.jpg', width=2000, height=500) for n in range(num_images)]
    annotations, entries = [], []
    for image in images:
        for n in range(rng.integers(fewest, most + 1)):
            points = circle + [APART * (n + 0.5), 250] + rng.normal(size=2)
            annotations.append(person(image['id'], points, id=len(annotations) + 1))
            entries.append(person(image['id'], points, float(rng.uniform(0.3, 1))))
    content = dict(images=images, annotations=annotations, categories=[dict(id=1, name='person')])
    return content, entries


def points_of(entry: dict) -> np.ndarray:
    """Keypoints of a person, (K, 2)."""
    return np.reshape(entry['keypoints'], (-1, 3))[:, :2]


def placed(entry: dict, points: np.ndarray) -> dict:
    """A prediction with other keypoints, (K, 2)."""
    return dict(entry, keypoints=person(0, points, 0)['keypoints'])


def moved(entry: dict, move: Callable) -> dict:
    """A prediction whose keypoints were changed by a function."""
    return placed(entry, move(points_of(entry)))


def gather(content: dict, entries: list) -> list:
    """The people of each image."""
    return gather_people(content, entries, NUM_KEYPOINTS, use_area=True, is_crowd=False)


def write_config(folder: Path, content: dict, **evaluator) -> Path:
    """Write a config of such people, their annotations, and the first images, which are gray.

    Args:
        folder (Path): Of the files.
        content (dict): Of the annotation file.
        **evaluator: Other options of the metric than usual.
    """
    (folder / 'people.json').write_text(json.dumps(content))
    (folder / 'images').mkdir()
    for image in content['images'][:3]:
        gray = np.full((image['height'], image['width'], 3), 128, np.uint8)
        cv2.imwrite(str(folder / 'images' / image['file_name']), gray)
    names = 'abcdef'
    keypoints = {
        k: dict(name=name, id=k, color=[0, 0, 0], type='', swap=names[MIRROR[k]] * (k < 4))
        for k, name in enumerate(names)
    }
    metainfo = dict(
        dataset_name='six',
        keypoint_info=keypoints,
        skeleton_info={0: dict(link=('a', 'c'), id=0, color=[0, 0, 0])},
        joint_weights=[1.0] * NUM_KEYPOINTS,
        sigmas=SIGMAS.tolist(),
    )
    dataset = dict(type='CocoDataset', data_mode='bottomup', test_mode=True, pipeline=[])
    dataset.update(data_root=str(folder), ann_file='people.json', metainfo=metainfo)
    dataset.update(data_prefix=dict(img='images/'))
    cfg = Config(
        dict(
            default_scope='mmpose_ae',
            test_dataloader=dict(dataset=dataset),
            test_evaluator=dict(type='CocoMetric', **evaluator),
        )
    )
    cfg.dump(folder / 'six.py')
    return folder / 'six.py'


def write_results(path: Path, entries: list) -> str:
    """Write predictions as metrics do."""
    path.write_text(json.dumps(entries))
    return str(path)
