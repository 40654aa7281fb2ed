"""SBD, the Semantic Boundaries Dataset (Hariharan et al. 2011): instances in MATLAB's files."""

from functools import partial
from pathlib import Path
from typing import Callable

import numpy as np
from scipy.io import loadmat

from mmpose_ae.registry import DATASETS

from .instance_dataset import ListedDataset, check_categories
from .instance_map import InstanceMap
from .voc import CLASSES


def read_sbd(path: Path) -> InstanceMap:
    """Read the instances of an image; nothing is void.

    Args:
        path (Path): File of ``inst``: ``GTinst.Segmentation``, 0 and 1 to N, and
            ``GTinst.Categories``, 1 to 20.

    Returns:
        InstanceMap: Its instances.

    Raises:
        ValueError: If there is no such thing in the file, or a pixel without category.
    """
    content = loadmat(path, squeeze_me=True, struct_as_record=False)
    truth = content.get('GTinst')
    if not (hasattr(truth, 'Segmentation') and hasattr(truth, 'Categories')):
        raise ValueError(f'{path} has no GTinst with Segmentation and Categories, as inst/ of SBD')
    labels = np.atleast_2d(truth.Segmentation).astype(np.int32)
    categories = np.atleast_1d(truth.Categories).astype(np.int64) - 1
    check_categories(str(path), categories, len(CLASSES))
    if labels.max(initial=0) > len(categories):
        raise ValueError(f'{path} has instance {labels.max()}, but {len(categories)} categories')
    return InstanceMap(labels, categories)


@DATASETS.register_module()
class SbdInstanceDataset(ListedDataset):
    """SBD: ``data_root`` is ``benchmark_RELEASE/dataset``, ``ann_file`` a list of names, as its
    ``train.txt`` and ``val.txt``, or those of VOC that have files here.
    """

    classes, pictures = CLASSES, 'img'

    def reader(self, root: Path, name: str) -> Callable:
        """Read the file of ``inst``."""
        return partial(read_sbd, root / 'inst' / f'{name}.mat')
