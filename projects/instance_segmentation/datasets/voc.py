"""PASCAL VOC 2012: palette images of objects and classes, read as the indices that they hold."""

from functools import partial
from pathlib import Path
from typing import Callable

import numpy as np
from PIL import Image

from mmpose_ae.options import refuse_unknown_options
from mmpose_ae.registry import DATASETS

from .instance_dataset import ListedDataset, check_categories
from .instance_map import VOID, InstanceMap

CLASSES = (
    'aeroplane', 'bicycle', 'bird', 'boat', 'bottle', 'bus', 'car', 'cat', 'chair', 'cow',
    'diningtable', 'dog', 'horse', 'motorbike', 'person', 'pottedplant', 'sheep', 'sofa', 'train',
    'tvmonitor',
)  # fmt: skip
VOID_INDEX = 255


def read_indices(path: Path) -> np.ndarray:
    """Read the palette indices of an image, (H, W), uint8, not its colors.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is no whole image, or has no palette.
    """
    try:
        with Image.open(path) as image:
            indices, mode = np.array(image), image.mode
    except FileNotFoundError:
        raise
    except (OSError, SyntaxError) as error:  # damaged, or something else
        raise ValueError(f'{path} is not a whole image: {error}') from error
    if mode not in ('P', 'L'):
        raise ValueError(f'{path} is an image of mode {mode}, expected palette indices')
    return indices


def read_voc(objects: Path, classes: Path) -> InstanceMap:
    """Read the instances of an image.

    Args:
        objects (Path): Image of ``SegmentationObject``: 1 to N, 255 void.
        classes (Path): Image of ``SegmentationClass``: 1 to 20, 255 void. An instance is of the
            class that most of its pixels have.

    Returns:
        InstanceMap: Void is the border of objects, and what is not labelled.

    Raises:
        ValueError: If the images do not fit each other.
    """
    numbers, kinds = read_indices(objects), read_indices(classes)
    if numbers.shape != kinds.shape:
        raise ValueError(f'{objects} is of size {numbers.shape}, but {classes} of {kinds.shape}')
    count = int(numbers[numbers != VOID_INDEX].max(initial=0))
    votes = np.zeros((count + 1, 256), np.int64)
    own = (numbers != VOID_INDEX) & (kinds != VOID_INDEX)
    np.add.at(votes, (numbers[own], kinds[own]), 1)
    labels = numbers.astype(np.int32)
    labels[labels == VOID_INDEX] = VOID
    found = InstanceMap(labels, votes[1:].argmax(1) - 1).seen()  # numbers may be left out
    check_categories(str(classes), found.categories, len(CLASSES))
    return found


@DATASETS.register_module()
@refuse_unknown_options
class VocInstanceDataset(ListedDataset):
    """VOC 2012's segmentation: ``data_root`` is ``VOCdevkit/VOC2012``, ``ann_file`` one of
    ``ImageSets/Segmentation/{train,val,trainval}.txt``.
    """

    classes, pictures = CLASSES, 'JPEGImages'

    def reader(self, root: Path, name: str) -> Callable:
        """Read the two images of the segmentation."""
        folders = 'SegmentationObject', 'SegmentationClass'
        return partial(read_voc, *(root / folder / f'{name}.png' for folder in folders))
