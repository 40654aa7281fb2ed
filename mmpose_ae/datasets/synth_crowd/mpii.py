"""Generated people as MPII annotates them: heads, heights, groups, and its two file forms."""

from itertools import zip_longest
from pathlib import Path
from typing import List

import numpy as np
from scipy.sparse.csgraph import connected_components

from mmpose_ae.datasets.annotations import is_labelled
from mmpose_ae.datasets.mpii import MpiiImage, MpiiPerson, write_person_list, write_release
from mmpose_ae.datasets.mpii.people import HEIGHT

from .figure import HEAD
from .scene import Scene

SUFFIXES = ('.mat', '_groups.mat', '_people.json')


def with_heads(scene: Scene) -> List[dict]:
    """Annotations of a scene that also say what MPII knows of people.

    Args:
        scene (Scene): The scene.

    Returns:
        list[dict]: With ``center``, ``scale`` and, of people with keypoints, ``head_box``. A crowd,
        for which MPII has no form, is somebody as high as its longer side.
    """
    known = []
    for annotation, figure in zip_longest(scene.annotations, scene.figures.values()):
        if figure is None:
            x, y, width, height = annotation['bbox']
            center, tall = [x + width / 2, y + height / 2], max(width, height)
        else:
            center = np.mean([figure.at('pelvis')[:2], figure.at('thorax')[:2]], axis=0).tolist()
            tall = figure.height
        annotation = dict(annotation, center=_rounded(center), scale=round(tall / HEIGHT, 4))
        if is_labelled(annotation):
            x, y, _ = figure.at('head')
            side = HEAD * figure.height / 2
            annotation['head_box'] = _rounded([x - side, y - side, x + side, y + side])
        known.append(annotation)
    return known


def _rounded(values: List[float]) -> List[float]:
    return [round(float(value), 2) for value in values]


def write_mpii_files(stem: Path, content: dict) -> None:
    """Write annotations in both forms in which MPII is published.

    Args:
        stem (Path): The files' names are this and ``SUFFIXES``: the authors' annotations, their
            groups, and MMPose's list of people.
        content (dict): In COCO's format, with what :func:`with_heads` adds.
    """
    people = {image['id']: [] for image in content['images']}
    for annotation in content['annotations']:
        people[annotation['image_id']].append(annotation)
    images = [
        _image(number, image['file_name'], people[image['id']])
        for number, image in enumerate(content['images'], 1)
    ]
    release, groups, persons = mpii_files(stem)
    write_release(release, groups, images)
    write_person_list(persons, images)


def mpii_files(stem: Path) -> List[Path]:
    """Name the files that :func:`write_mpii_files` writes."""
    return [stem.with_name(stem.name + suffix) for suffix in SUFFIXES]


def _image(number: int, name: str, annotations: List[dict]) -> MpiiImage:
    people = [
        MpiiPerson(
            np.reshape(annotation['keypoints'], (-1, 3)),
            np.array(annotation['center']),
            annotation['scale'],
            np.array(annotation['head_box']) if 'head_box' in annotation else None,
            rect_id,
        )
        for rect_id, annotation in enumerate(annotations, 1)
    ]
    groups = _groups(annotations)
    single = [group[0] for group in groups if len(group) == 1]
    return MpiiImage(number, name, people, single=single, groups=groups)


def _groups(annotations: List[dict]) -> List[List[int]]:
    """Numbers of people with keypoints, grouped with those whose boxes overlap theirs."""
    numbers = [i for i, annotation in enumerate(annotations, 1) if is_labelled(annotation)]
    if not numbers:
        return []
    low = np.array([annotations[i - 1]['bbox'][:2] for i in numbers])
    high = low + [annotations[i - 1]['bbox'][2:] for i in numbers]
    touching = ((low[:, None] < high) & (low < high[:, None])).all(-1)
    count, labels = connected_components(touching, directed=False)
    return [[n for n, label in zip(numbers, labels) if label == c] for c in range(count)]
