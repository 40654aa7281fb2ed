"""Merging and splitting annotation files in COCO's format."""

from collections import Counter
from pathlib import Path
from typing import Collection, Iterable, Sequence, Tuple, Union

from .annotation_file import has_lists, load_content
from .ledger import AnnotationError, Ledger

LISTS = ('annotations', 'categories')  # and images, which every annotation file has


def read_whole(path: Union[str, Path]) -> dict:
    """Read an annotation file that has all lists of COCO's format, and leave it as it is.

    Args:
        path (str | Path): The file.

    Returns:
        dict: What is in it.

    Raises:
        FileNotFoundError: If there is no such file.
        AnnotationError: If it is not in that format, or lacks a list; names the file.
    """
    content, ledger = load_content(str(path)), Ledger(path)
    if has_lists(content, ledger):
        for key in LISTS:
            if key not in content:
                ledger.refuse(f'it has no {key}')
    ledger.raise_findings()
    return content


def merge_annotations(parts: Sequence[dict]) -> dict:
    """Join annotations in COCO's format, for example CrowdPose's train and val.

    Args:
        parts (sequence): Contents of the files, with ``images``, ``annotations`` and equal
            ``categories``.

    Returns:
        dict: All images and annotations in the given order, ids unchanged.

    Raises:
        AnnotationError: If an image or annotation occurs twice, an annotation has no image, the
            categories differ.
    """
    categories = parts[0]['categories']
    if any(part['categories'] != categories for part in parts):
        raise AnnotationError('the annotation files have different categories')
    images = [image for part in parts for image in part['images']]
    annotations = [ann for part in parts for ann in part['annotations']]
    _check_unique('image id', (image['id'] for image in images))
    _check_unique('image file', (image['file_name'] for image in images))
    _check_unique('annotation id', (ann['id'] for ann in annotations))
    known = {image['id'] for image in images}
    orphans = [ann['id'] for ann in annotations if ann['image_id'] not in known]
    if orphans:
        raise AnnotationError(
            f'{len(orphans)} annotations have no image, the first is {orphans[0]}'
        )
    return dict(images=images, annotations=annotations, categories=categories)


def split_annotations(content: dict, held_out: Collection[int]) -> Tuple[dict, dict]:
    """Split annotations in COCO's format by image, for example to validate on training images.

    Args:
        content (dict): Content of the file.
        held_out (collection): Ids of the images of the second part.

    Returns:
        tuple: What is left, and what is held out; each as the file, with a part of its images and
        their annotations.

    Raises:
        AnnotationError: If the file lacks an image that is to be held out, or nothing is left.
    """
    held_out = set(held_out)
    known = {image['id'] for image in content['images']}
    missing = sorted(held_out - known)
    if missing:
        raise AnnotationError(
            f'{len(missing)} of the {len(held_out)} images to hold out are not in the file, '
            f'the first is {missing[0]}'
        )
    if held_out == known:
        raise AnnotationError(f'all {len(known)} images are to be held out: nothing is left')
    return _keep_images(content, known - held_out), _keep_images(content, held_out)


def _keep_images(content: dict, kept: Collection[int]) -> dict:
    images = [image for image in content['images'] if image['id'] in kept]
    annotations = [ann for ann in content['annotations'] if ann['image_id'] in kept]
    return dict(content, images=images, annotations=annotations)


def _check_unique(name: str, values: Iterable) -> None:
    twice = [value for value, count in Counter(values).items() if count > 1]
    if twice:
        raise AnnotationError(
            f'{len(twice)} {name}s occur more than once, the first is {twice[0]!r}'
        )
