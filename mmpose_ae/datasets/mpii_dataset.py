"""MPII Human Pose, as its authors or as MMPose publish it."""

import os.path as osp
from pathlib import Path
from typing import Any, Optional

from mmpose.datasets.datasets.base import BaseCocoStyleDataset

from mmpose_ae.registry import DATASETS

from .annotation_file import complete_content, load_content
from .bottomup_annotations import BottomupAnnotations
from .mpii import choose_images, read_release, to_coco


@DATASETS.register_module()
class MpiiDataset(BottomupAnnotations, BaseCocoStyleDataset):
    """MPII with several people per image, and the checks of :class:`BottomupAnnotations`.

    The authors' MATLAB file has all that training and :class:`MpiiMultiPersonMetric` need. MMPose's
    lists of people, ``mpii_train.json`` and the like, are for training: they have no groups and no
    boxes of heads.

    Args:
        subset (str): ``'trainval'``, ``'train'``, ``'val'`` or ``'test'``, see
            :func:`mmpose_ae.datasets.mpii.choose_images`. A list of people is a subset already.
        groups_file (str, optional): The authors' ``groups_v12.mat``, from ``data_root``; needed for
            all but training on everything.
        **options: Those of MMPose's datasets.

    Raises:
        ValueError: If a list of people is given another subset, or groups.
    """

    METAINFO = dict(from_file=str(Path(__file__).parent / 'mpii' / 'metainfo.py'))

    def __init__(
        self, subset: str = 'trainval', groups_file: Optional[str] = None, **options: Any
    ) -> None:
        self.subset = subset
        self.groups_file = groups_file
        super().__init__(**options)

    def _read_content(self) -> dict:
        if not str(self.ann_file).endswith('.mat'):
            self._refuse_options()
            content = load_content(self.ann_file)
        else:
            groups_file = self.groups_file and osp.join(self.data_root or '', self.groups_file)
            images = read_release(self.ann_file, groups_file)
            content = to_coco(choose_images(images, self.subset, self.ann_file))
        folder = self.data_prefix['img']
        return complete_content(content, self.ann_file, self.metainfo['num_keypoints'], folder)

    def _refuse_options(self) -> None:
        for name, value in (('subset', self.subset), ('groups_file', self.groups_file)):
            if value not in ('trainval', None):
                raise ValueError(
                    f'{name}={value!r} needs the MATLAB file of MPII as ann_file: {self.ann_file} '
                    'has no groups, and is one subset as it is'
                )
