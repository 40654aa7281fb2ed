"""Pictures of a config's data, as its files take them."""

from typing import Iterator, NamedTuple, Optional

import numpy as np
import torch
from mmpose.structures import PoseDataSample
from torch import Tensor

from mmpose_ae.frame import Frame
from mmpose_ae.registry import DATASETS

from .input_pipeline import single_scale
from .loading import Loaded

TEST = 'test_dataloader'  # whose pipeline sizes all pictures


class Picture(NamedTuple):
    """A picture at the size of the input.

    Attributes:
        pixels (Tensor): RGB, (1, h, w, 3), uint8.
        frame (Frame): How the picture lies on it.
        sample (PoseDataSample): What the pipeline says of it.
    """

    pixels: Tensor
    frame: Frame
    sample: PoseDataSample

    @property
    def edges(self) -> Tensor:
        """What part of the input it is, (1, 4); see :class:`mmpose_ae.export.graph.PoseGraph`."""
        return torch.from_numpy(self.frame.edges)[None].float()


def data_pictures(loaded: Loaded, split: str, count: Optional[int] = None) -> Iterator[Picture]:
    """Go through pictures from all over a data set, sized as for testing.

    Args:
        loaded (Loaded): Whose config names the data.
        split (str): ``'train'``, which is ``'test'`` where there are no training data, or
            ``'test'``.
        count (int, optional): How many, if there are so many. None is all.

    Returns:
        iterator[Picture]: Each is read when it is asked for.

    Raises:
        FileNotFoundError: The data are not where the config says; before any picture is asked for.
        ValueError: There is no picture; as early.
    """
    loader = f'{split}_dataloader' if loaded.config.get(f'{split}_dataloader') else TEST
    given = _of_images(loaded.config[loader].dataset)
    pipeline = single_scale(loaded.config[TEST].dataset.pipeline)
    own = dict(pipeline=pipeline, test_mode=True, serialize_data=False)  # which wants some data
    try:
        dataset = DATASETS.build({**given, **own})
        if not len(dataset):
            raise ValueError(f'pictures of {loader} are needed, but it has none')
        dataset[0]  # whether they are there
    except FileNotFoundError as error:
        raise FileNotFoundError(f'the data of {loader} are needed: {error}') from error
    places = np.linspace(0, len(dataset) - 1, count or len(dataset))
    return (_to_picture(dataset[index]) for index in np.unique(places.astype(int)).tolist())


def _of_images(given: dict) -> dict:
    """The first dataset of images in those that join, repeat or make clips of others."""
    while 'datasets' in given or 'dataset' in given:
        given = given['datasets'][0] if 'datasets' in given else given['dataset']
    return given


def _to_picture(packed: dict) -> Picture:
    pixels = packed['inputs'].flip(0).permute(1, 2, 0)[None].contiguous()
    sample = packed['data_samples']
    return Picture(pixels, sample.metainfo['frame'], sample)
