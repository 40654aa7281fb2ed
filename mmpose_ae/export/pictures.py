"""Pictures of a config's data, as its files take them."""

from typing import Iterator, NamedTuple, Optional

import numpy as np
import torch
from mmpose.structures import PoseDataSample
from torch import Tensor

from mmpose_ae.frame import Frame
from mmpose_ae.registry import DATASETS

from .loading import Loaded


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
        split (str): ``'train'`` or ``'test'``.
        count (int, optional): How many, if there are so many. None is all.

    Yields:
        Picture: Of each.

    Raises:
        FileNotFoundError: The data are not where the config says.
    """
    pipeline = loaded.config.test_dataloader.dataset.pipeline
    given = loaded.config[f'{split}_dataloader'].dataset
    dataset = DATASETS.build({**given, 'pipeline': pipeline, 'test_mode': True})
    places = np.linspace(0, len(dataset) - 1, count or len(dataset))
    for index in np.unique(places.astype(int)).tolist():
        packed = dataset[index]
        pixels = packed['inputs'].flip(0).permute(1, 2, 0)[None].contiguous()
        sample = packed['data_samples']
        yield Picture(pixels, sample.metainfo['frame'], sample)
