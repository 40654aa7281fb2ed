"""What heads are told of the images of a batch besides their features."""

from functools import partial
from typing import Callable, List, NamedTuple, Optional, Sequence

import numpy as np
import torch
from mmpose.utils.typing import SampleList
from torch import Tensor

from mmpose_ae.frame import Grid, Size

from .supervision import input_size_of


class Inputs(NamedTuple):
    """What is known of the images of a batch.

    Attributes:
        size (tuple): Size (w, h) of the input in pixels, padding included.
        flip_indices (sequence, optional): The mirrored keypoint of each keypoint, K; views of the
            mirrored input need it.
        shown (callable): Tells which cells of a :class:`Grid` show the images, and not what pads
            them: (B, H, W), bool.
    """

    size: Size
    flip_indices: Optional[Sequence[int]]
    shown: Callable[[Grid], Tensor]

    def mirrored_types(self, with_center: bool) -> List[int]:
        """The mirrored type of each keypoint, K, and of the center behind them, which is its own.

        Args:
            with_center (bool): Whether there is a center.

        Returns:
            list[int]: K, or K + 1.
        """
        center = [len(self.flip_indices)] if with_center else []
        return [*self.flip_indices, *center]


def describe_inputs(data_samples: SampleList) -> Inputs:
    """Read what the samples of a batch tell.

    Args:
        data_samples (list[PoseDataSample]): With ``batch_input_shape`` or ``img_shape``, and maybe
            ``flip_indices`` and the ``frame`` that our transforms keep, in their metainfo. Without
            frame nothing is padding.

    Returns:
        Inputs: Its masks are on the CPU.
    """
    frames = [sample.metainfo.get('frame') for sample in data_samples]
    flip_indices = data_samples[0].metainfo.get('flip_indices')
    return Inputs(input_size_of(data_samples), flip_indices, partial(_shown_cells, frames))


def _shown_cells(frames: Sequence, grid: Grid) -> Tensor:
    everything = np.ones(grid.size[::-1], bool)
    masks = [everything if frame is None else frame.shown(grid) for frame in frames]
    return torch.from_numpy(np.stack(masks))
