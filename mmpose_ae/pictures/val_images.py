"""The images that are drawn: those of a config's validation data, evenly spread."""

import numpy as np
from mmengine.config import Config
from mmengine.dataset import BaseDataset

from mmpose_ae.options import check_count
from mmpose_ae.registry import DATASETS


def build_val_dataset(cfg: Config) -> BaseDataset:
    """Build the dataset that a config validates on.

    Args:
        cfg (Config): With a ``val_dataloader``.

    Returns:
        BaseDataset: The dataset.

    Raises:
        ValueError: If the config has none.
    """
    if not cfg.get('val_dataloader'):
        raise ValueError(
            f'{cfg.filename or "the config"} has no val_dataloader, whose images are drawn'
        )
    return DATASETS.build(cfg.val_dataloader.dataset)


def choose_images(dataset: BaseDataset, num_images: int) -> np.ndarray:
    """Choose images with people, evenly spread.

    Args:
        dataset (BaseDataset): The dataset.
        num_images (int): How many; fewer if fewer have people.

    Returns:
        np.ndarray: Their indices in the dataset.

    Raises:
        ValueError: If none is asked for, or no image has a labelled person.
    """
    check_count('the number of images', num_images, 1)
    visible = (dataset.get_data_info(i).get('keypoints_visible', 0) for i in range(len(dataset)))
    with_people = [i for i, shown in enumerate(visible) if np.any(shown)]
    if not with_people:
        raise ValueError(f'no image of {dataset.ann_file} has a labelled person to draw')
    spread = np.linspace(0, len(with_people) - 1, min(num_images, len(with_people)))
    return np.array(with_people)[spread.round().astype(int)]
