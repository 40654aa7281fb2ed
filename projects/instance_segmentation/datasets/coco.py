"""Instances of files in COCO's format: polygons and run lengths, of any categories."""

import logging
from collections import defaultdict
from functools import partial
from pathlib import Path
from typing import Dict, List, Optional, Sequence, Tuple

import numpy as np
from mmengine.logging import print_log

from mmpose_ae.datasets.annotation_file import load_content, review_images
from mmpose_ae.datasets.annotations import name_of
from mmpose_ae.datasets.bottomup_annotations import remember_image_folder
from mmpose_ae.datasets.ledger import Ledger
from mmpose_ae.datasets.segmentation import merge_masks
from mmpose_ae.options import refuse_unknown_options
from mmpose_ae.registry import DATASETS

from .instance_dataset import InstanceDataset
from .instance_map import InstanceMap, paint_instances
from .outlines import encode_outline, is_outlined, require_masks, review_outlines


def read_coco(path: str, image_folder: Optional[str] = None, log: bool = True) -> dict:
    """Read a file of annotations; what is certain of its images is repaired, as in those of poses.

    Args:
        path (str): The file.
        image_folder (str, optional): Where the images are; missing sizes are read from them.
        log (bool): Say in the log what was repaired, and how many annotations have no mask.

    Returns:
        dict: ``images``, ``annotations`` and ``categories``, these by their ids.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If something in it cannot be right; names the file and up to ten faults.
    """
    content, ledger = load_content(path), Ledger(path)
    if review_images(content, ledger, image_folder):
        _review_categories(content, ledger)
        review_outlines(content['annotations'], ledger)
    close_review(ledger, log)
    return dict(content, categories=sorted(content['categories'], key=lambda c: c['id']))


def close_review(ledger: Ledger, log: bool = True) -> None:
    """Raise what a review found wrong, or say what it left out.

    Args:
        ledger (Ledger): The review of a file.
        log (bool): Say in the log what was left out.

    Raises:
        ValueError: If something in the file cannot be right.
    """
    ledger.raise_findings()
    if log and ledger.summary():
        print_log(ledger.summary(), 'current', logging.WARNING)


def _review_categories(content: dict, ledger: Ledger) -> None:
    """Check that categories have different ids and names, and that each annotation has one."""
    categories = content.get('categories', [])
    if not categories:
        ledger.refuse('expected categories, there are none')
    for key, kind, what in (('id', int, 'whole numbers'), ('name', str, 'texts')):
        values = [category.get(key) for category in categories]
        if len({value for value in values if isinstance(value, kind)}) < len(values):
            ledger.refuse(f'the categories have the {key}s {values}, expected different {what}')
    ids = [category.get('id') for category in categories]
    for ann in content.setdefault('annotations', []):
        if ann.get('category_id') not in ids:
            found = ann.get('category_id')
            ledger.refuse(f'{name_of(ann)} has the category_id {found!r}, expected one of {ids}')


def draw_annotations(
    path: str, annotations: Sequence[dict], size: Tuple[int, int], index: Dict[int, int]
) -> InstanceMap:
    """Draw the instances of an image.

    Args:
        path (str): File that they are from, for messages.
        annotations (sequence[dict]): All annotations of the image.
        size (tuple): (H, W).
        index (dict): Index of each category, by its id; others are left out.

    Returns:
        InstanceMap: One instance for each annotation of these categories, in their order. Crowds
        are void and have no pixels; so is the box of what has no segmentation.

    Raises:
        ValueError: If a segmentation is malformed; names the file, the annotation and its image.
    """
    known = [ann for ann in annotations if ann['category_id'] in index]
    masks, void = [], np.zeros(size, bool)
    for ann in known:
        mask = merge_masks(encode_outline(path, ann, size), size).astype(bool)
        if ann.get('iscrowd') or not is_outlined(ann):
            void, mask = void | mask, np.zeros(size, bool)
        masks.append(mask)
    return paint_instances(masks, [index[ann['category_id']] for ann in known], void)


def _is_one(ann: dict) -> bool:
    """Tell whether an annotation is an instance with a mask, not a crowd."""
    return is_outlined(ann) and not ann.get('iscrowd')


def _check_names(categories: Sequence[str]) -> None:
    names = [] if isinstance(categories, str) else list(categories)
    if not names or len(set(names)) < len(names):
        raise ValueError(f'categories must be a list of different names, got {categories!r}')


@DATASETS.register_module()
@refuse_unknown_options
class CocoInstanceDataset(InstanceDataset):
    """A file of annotations in COCO's format, ``ann_file``, and its images, ``data_prefix.img``.

    Args:
        categories (sequence, optional): Names of the categories. None takes all, by their ids.
        data_prefix (dict): ``img``, the folder of the images below ``data_root``.
        **kwargs: Arguments of MMEngine's ``BaseDataset``.

    Raises:
        ValueError: If categories are not different names, or the folder of images is not given.
    """

    def __init__(
        self,
        categories: Optional[Sequence[str]] = None,
        data_prefix: dict = dict(img=''),  # noqa: B006  (never changed)
        **kwargs,
    ) -> None:
        if categories is not None:
            _check_names(categories)
        if 'img' not in data_prefix:
            raise ValueError(f'data_prefix must have img, the folder of images, got {data_prefix}')
        self.categories = categories
        super().__init__(data_prefix=data_prefix, **kwargs)

    def load_data_list(self) -> List[dict]:
        """List the images.

        Raises:
            ValueError: If something in the file cannot be right, or it lacks a category that was
                asked for, or has nothing to train on, or annotations but no mask.
        """
        content = read_coco(self.ann_file, self.data_prefix['img'])
        remember_image_folder(self.ann_file, self.data_prefix['img'])
        index = self._choose_categories(content['categories'])
        chosen = [ann for ann in content['annotations'] if ann['category_id'] in index]
        names = self.metainfo['classes']
        require_masks(self.ann_file, chosen, names)
        if not self.test_mode and not any(map(_is_one, chosen)):
            raise ValueError(
                f'{self.ann_file} has no annotation of {names} to train on, apart from crowds'
            )
        annotations = defaultdict(list)
        for ann in chosen:
            annotations[ann['image_id']].append(ann)
        return [
            dict(
                img_id=image['id'],
                img_path=str(Path(self.data_prefix['img'], image['file_name'])),
                annotated_size=(image['width'], image['height']),
                read_instances=partial(
                    draw_annotations,
                    self.ann_file,
                    annotations[image['id']],
                    (image['height'], image['width']),
                    index,
                ),
            )
            for image in content['images']
        ]

    def _choose_categories(self, found: List[dict]) -> Dict[int, int]:
        """Index of each category that is asked for, by its id; metrics are told their names."""
        ids = {category['name']: category['id'] for category in found}
        names = list(ids) if self.categories is None else self.categories
        missing = [name for name in names if name not in ids]
        if missing:
            raise ValueError(f'{self.ann_file} has no category {missing[0]!r}, only {list(ids)}')
        self.set_categories({name: ids[name] for name in names})
        return {ids[name]: i for i, name in enumerate(names)}
