"""What a part of a trained model is given for images, and what it makes of it."""

from pathlib import Path
from typing import Iterator, NamedTuple, Union

import numpy as np
import torch
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmpose.structures import PoseDataSample
from torch import nn

from .loading import load_model
from .val_images import build_val_dataset, choose_images


class RecordedImage(NamedTuple):
    """One image that a model has seen.

    Attributes:
        image (np.ndarray): The input of the network, RGB, (h, w, 3), uint8.
        sample (PoseDataSample): The prediction.
        given (tuple): What the part was given.
        made (object): What it made of it.
    """

    image: np.ndarray
    sample: PoseDataSample
    given: tuple
    made: object


def record_images(
    cfg: Config, checkpoint: Union[str, Path], kind: type, num_images: int
) -> Iterator[RecordedImage]:
    """Predict validation images with people, spread over the dataset, and watch a part.

    Args:
        cfg (Config): The model's config, with a ``val_dataloader``.
        checkpoint (str | Path): Its weights.
        kind (type): Class of the part; the last one of the model is watched. It sees the upright
            image at one scale.
        num_images (int): Number of images; fewer if the dataset has fewer with people.

    Yields:
        RecordedImage: For each image.

    Raises:
        ValueError: If the model has no such part, or no image has a labelled person.
    """
    model = load_model(cfg, checkpoint, flip_test=False, multiscale_test=False)
    calls = []
    last_of_kind(model, kind).register_forward_hook(
        lambda part, given, made: calls.append((given, made))
    )
    dataset = build_val_dataset(cfg)
    for index in choose_images(dataset, num_images):
        packed = base_scale(dataset[index])
        with torch.no_grad():
            (sample,) = model.test_step(pseudo_collate([packed]))
        yield RecordedImage(input_image(packed), sample, *calls.pop())


def last_of_kind(model: nn.Module, kind: type) -> nn.Module:
    """Find the last part of a model that is of a class."""
    parts = [part for part in model.modules() if isinstance(part, kind)]
    if not parts:
        raise ValueError(f'{type(model.head).__name__} has no {kind.__name__}, which is drawn')
    return parts[-1]


def base_scale(packed: dict) -> dict:
    """Leave the other scales of an image pyramid out.

    Args:
        packed (dict): ``inputs`` and ``data_samples`` of an image, as a pipeline packs them.

    Returns:
        dict: The same as a pipeline packs it that makes no pyramid.
    """
    if not isinstance(packed['inputs'], list):
        return packed
    sample = packed['data_samples'].clone()
    sample.set_metainfo(dict(aug_scales=None))
    return dict(packed, inputs=packed['inputs'][0], data_samples=sample)


def input_image(packed: dict) -> np.ndarray:
    """The input that a pipeline made, as an RGB image (h, w, 3), uint8; of a pyramid the base."""
    base = base_scale(packed)['inputs']
    return base.flip(0).permute(1, 2, 0).numpy()  # blue, green, red before
