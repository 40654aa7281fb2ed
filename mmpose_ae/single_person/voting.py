"""How a network votes on people: what it is shown of them, and how it is read."""

from dataclasses import dataclass
from typing import Protocol, Sequence, Tuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from mmpose_ae.grouping import Poses
from mmpose_ae.options import check_count, check_positive

from .boxes import Boxes
from .crops import cut_square
from .votes import Votes, read_votes

PADDING = 1.3  # of the squares of the release
LEAST_SIDE = 60  # before that, in pixels


class VotingNetwork(Protocol):
    """A network that has been trained on one person at a time."""

    def heatmaps(self, crops: np.ndarray) -> Tensor:
        """Heatmaps (N, K, h, w) of crops (N, H, W, 3), merged with those of their mirror images."""

    def predict(self, images: Sequence[np.ndarray], boxes: np.ndarray) -> Votes:
        """Votes on people in boxes (N, 4): left, top, right, bottom in pixels of their images."""


@dataclass(frozen=True)
class TopdownVoting:
    """Vote as MMPose tests a top-down network: one crop, by its own pipeline and codec.

    Attributes:
        padding (float): Boxes around keypoints are made larger by this factor: boxes that
            networks are trained on hold the whole figure.
        least_side (float): Smallest side before that, in pixels of the image.
    """

    padding: float = 1.15
    least_side: float = 32.0

    def __post_init__(self) -> None:
        check_positive('padding', self.padding)
        check_positive('least_side', self.least_side)

    def __call__(self, network: VotingNetwork, images: Sequence[np.ndarray], poses: Poses) -> Votes:
        """Vote on people, of one image or more.

        Args:
            network (VotingNetwork): It is shown their boxes.
            images (sequence[np.ndarray]): That of each person, (H, W, 3), BGR, uint8.
            poses (Poses): One or more, in pixels of their images.

        Returns:
            Votes: On each keypoint.
        """
        boxes = Boxes.around(poses).enlarged(self.padding, self.least_side)
        return network.predict(images, boxes.corners)


@dataclass(frozen=True)
class ReleasedVoting:
    """Vote as pose-ae-demo does: squares in several sizes, whose heatmaps are averaged.

    Attributes:
        sizes (tuple): Sides that the squares are resized to, in pixels. Heatmaps of all are resized
            to the size of the first ones.
        center_shift (float): Where the center of a cell lies, in cells from its index: 0.5 for the
            release's network, 0 for those that are trained by MMPose's ``MSRAHeatmap``.
    """

    sizes: Tuple[int, ...] = (512, 400, 300)
    center_shift: float = 0.5

    def __post_init__(self) -> None:
        for size in self.sizes:
            check_count('sizes', size, least=1)
        if not self.sizes:
            raise ValueError('sizes of the crops are missing: give one at least')

    def __call__(self, network: VotingNetwork, images: Sequence[np.ndarray], poses: Poses) -> Votes:
        """Vote on people, all of them at once, size by size; see :class:`TopdownVoting`."""
        boxes = Boxes.around(poses).squared().enlarged(PADDING, LEAST_SIDE)
        passes = [network.heatmaps(_cut_all(images, boxes, size)).float() for size in self.sizes]
        finest = passes[0].shape[-2:]
        resized = [F.interpolate(maps, finest, mode='bilinear') for maps in passes]
        parts, scores = read_votes(torch.stack(resized).mean(0), self.center_shift)
        return Votes(boxes.to_image(parts), scores)


VOTINGS = (TopdownVoting, ReleasedVoting)


def _cut_all(images: Sequence[np.ndarray], boxes: Boxes, size: int) -> np.ndarray:
    people = zip(images, boxes.centers, boxes.lengths)
    return np.stack([cut_square(image, center, side, size) for image, center, side in people])
