"""Instances of files in COCO's format: polygons and run lengths, of any categories."""

import json
from collections import defaultdict
from functools import partial
from pathlib import Path
from typing import Dict, List, Optional, Sequence, Tuple

import numpy as np

from mmpose_ae.datasets import CocoDataset
from mmpose_ae.datasets.segmentation import encode_segmentation, merge_masks
from mmpose_ae.registry import DATASETS

from .instance_dataset import InstanceDataset
from .instance_map import InstanceMap, paint_instances


def draw_annotations(
    annotations: Sequence[dict], size: Tuple[int, int], index: Dict[int, int]
) -> InstanceMap:
    """Draw the instances of an image.

    Args:
        annotations (sequence[dict]): All annotations of the image.
        size (tuple): (H, W).
        index (dict): Index of each category, by its id; others are left out.

    Returns:
        InstanceMap: One instance for each annotation of these categories, in their order. Crowds
        are void and have no pixels, as what has no segmentation.

    Raises:
        ValueError: If a segmentation is malformed; names the annotation and its image.
    """
    known = [ann for ann in annotations if ann['category_id'] in index]
    masks, void = [], np.zeros(size, bool)
    for ann in known:
        try:
            rles = encode_segmentation(ann['segmentation'], size) if ann.get('segmentation') else []
        except ValueError as error:
            name = f'segmentation of annotation {ann.get("id")} in image {ann.get("image_id")}'
            raise ValueError(f'{name}: {error}') from error
        mask = merge_masks(rles, size).astype(bool)
        if ann.get('iscrowd'):
            void, mask = void | mask, np.zeros(size, bool)
        masks.append(mask)
    return paint_instances(masks, [index[ann['category_id']] for ann in known], void)


@DATASETS.register_module()
class CocoInstanceDataset(InstanceDataset):
    """A file of annotations in COCO's format, ``ann_file``, and its images, ``data_prefix.img``.

    Args:
        categories (sequence, optional): Names of the categories. None takes all, by their ids.
        **kwargs: Arguments of MMEngine's ``BaseDataset``.
    """

    def __init__(self, categories: Optional[Sequence[str]] = None, **kwargs) -> None:
        self.categories = categories
        super().__init__(**kwargs)

    def load_data_list(self) -> List[dict]:
        """List the images.

        Raises:
            ValueError: If the file lacks a category that was asked for.
        """
        content = json.loads(Path(self.ann_file).read_text())
        ids = {c['name']: c['id'] for c in sorted(content['categories'], key=lambda c: c['id'])}
        names = list(ids) if self.categories is None else self.categories
        missing = [name for name in names if name not in ids]
        if missing:
            raise ValueError(f'{self.ann_file} has no category {missing[0]!r}, only {list(ids)}')
        self.set_categories({name: ids[name] for name in names})
        index = {ids[name]: i for i, name in enumerate(names)}
        annotations = defaultdict(list)
        for ann in content['annotations']:
            annotations[ann['image_id']].append(ann)
        return [
            dict(
                img_id=image['id'],
                img_path=str(Path(self.data_prefix['img'], image['file_name'])),
                annotated_size=(image['width'], image['height']),
                read_instances=partial(
                    draw_annotations,
                    annotations[image['id']],
                    (image['height'], image['width']),
                    index,
                ),
            )
            for image in content['images']
        ]


@DATASETS.register_module()
class PoseMaskDataset(CocoDataset):
    """People of a file in COCO's format, with keypoints and masks.

    The n-th instance of an image's map is its n-th person.
    """

    def load_data_list(self) -> List[dict]:
        """List the images, with what reads the masks of their people."""
        data_list = super().load_data_list()
        self._metainfo.update(classes=['person'], category_ids=[1])
        for data in data_list:
            size = data['annotated_size'][::-1]
            people = data['raw_ann_info'] or []  # None where nobody is
            data['read_instances'] = partial(draw_annotations, people, size, {1: 0})
        return data_list
