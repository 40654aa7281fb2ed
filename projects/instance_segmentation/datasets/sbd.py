"""SBD, the Semantic Boundaries Dataset (Hariharan et al. 2011): instances in MATLAB's files."""

from functools import partial
from pathlib import Path
from typing import Callable

import numpy as np

from mmpose_ae.datasets.mpii.mat_struct import elements, load_mat
from mmpose_ae.options import refuse_unknown_options
from mmpose_ae.registry import DATASETS

from .instance_dataset import ListedDataset, check_categories
from .instance_map import InstanceMap
from .voc import CLASSES

FIELDS = ('Segmentation', 'Categories')


def read_sbd(path: Path) -> InstanceMap:
    """Read the instances of an image; nothing is void.

    Args:
        path (Path): File of ``inst``: ``GTinst.Segmentation``, 0 and 1 to N, and
            ``GTinst.Categories``, 1 to 20.

    Returns:
        InstanceMap: Its instances.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is no such file of MATLAB, or has pixels without category.
    """
    truth = elements(load_mat(str(path), 'GTinst'))
    if len(truth) != 1 or not all(hasattr(truth[0], name) for name in FIELDS):
        raise ValueError(f'{path} has no GTinst with {" and ".join(FIELDS)}, as inst/ of SBD')
    labels, categories = (np.asarray(getattr(truth[0], name)) for name in FIELDS)
    if labels.ndim != 2 or {labels.dtype.kind, categories.dtype.kind} - set('iuf'):
        raise ValueError(f'{path}: {" or ".join(FIELDS)} of GTinst is no table of numbers')
    labels, categories = labels.astype(np.int32), categories.ravel().astype(np.int64) - 1
    check_categories(str(path), categories, len(CLASSES))
    if labels.max(initial=0) > len(categories):
        raise ValueError(f'{path} has instance {labels.max()}, but {len(categories)} categories')
    return InstanceMap(labels, categories)


@DATASETS.register_module()
@refuse_unknown_options
class SbdInstanceDataset(ListedDataset):
    """SBD: ``data_root`` is ``benchmark_RELEASE/dataset``, ``ann_file`` a list of names, as its
    ``train.txt`` and ``val.txt``, or those of VOC that have files here.
    """

    classes, pictures = CLASSES, 'img'

    def reader(self, root: Path, name: str) -> Callable:
        """Read the file of ``inst``."""
        return partial(read_sbd, root / 'inst' / f'{name}.mat')
