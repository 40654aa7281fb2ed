"""Which images of MPII are for training, for validation and for testing."""

import zlib
from typing import List

from mmpose_ae.options import check_choice

from .people import MpiiImage

SUBSETS = ('trainval', 'train', 'val', 'test')
# In the annotations, but not in the published archive of images.
NOT_PUBLISHED = ('002878268.jpg', '013401523.jpg', '040348287.jpg')
HELD_OUT = 350  # images; Cao et al. 2017 held out about as many, and published no list


def choose_images(images: List[MpiiImage], subset: str, path: str) -> List[MpiiImage]:
    """Choose the images of a part of MPII.

    The labels of ``'test'`` are not published. ``'trainval'`` is all other images, ``'val'`` 350
    whole images of these: of those with a group that is evaluated the ones whose names have the
    least CRC-32, which is as good as drawn. ``'train'`` is what is left. Three images with labels
    that the authors never published are left out.

    Args:
        images (list[MpiiImage]): All images, with their groups.
        subset (str): Name of the part.
        path (str): The file, for errors.

    Returns:
        list[MpiiImage]: In their order.

    Raises:
        ValueError: If there is no such part, or there are not enough groups to hold some out.
    """
    check_choice('subset', subset, SUBSETS)
    chosen = [image for image in images if image.is_train == (subset != 'test')]
    if subset != 'test':  # where nothing may be left out
        chosen = [image for image in chosen if image.name not in NOT_PUBLISHED]
    if subset in ('train', 'val'):
        held_out = _held_out(chosen, path)
        chosen = [image for image in chosen if (image.name in held_out) == (subset == 'val')]
    if not chosen:
        raise ValueError(f'{path} has no image of the subset {subset!r}')
    return chosen


def _held_out(images: List[MpiiImage], path: str) -> List[str]:
    names = [image.name for image in images if image.crowded_groups()]
    if len(names) <= HELD_OUT:
        raise ValueError(
            f"{path}: subset='train' and 'val' hold out {HELD_OUT} images with groups of several "
            f'people, but there are {len(names)}; groups_file must name groups_v12.mat, and '
            "'trainval' holds out none"
        )
    return sorted(names, key=lambda name: (zlib.crc32(name.encode()), name))[:HELD_OUT]
