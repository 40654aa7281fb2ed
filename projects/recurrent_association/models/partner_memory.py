"""A match that lasts from epoch to epoch."""

from typing import Dict, Hashable, Sequence

import torch
from torch import Tensor

from .matching import UNMATCHED


class PartnerMemory:
    """Remembers which person each step was matched to, the last time it saw the image.

    In the next epoch another match has to be better by a margin, so that steps do not swap people
    over nothing. What is remembered lasts as long as the process: a resumed run starts without.

    Args:
        margin (float): By how much another partner has to be nearer, as a distance of heatmaps
            summed over keypoints.
    """

    def __init__(self, margin: float = 5.0) -> None:
        self.margin = margin
        self._partners: Dict[Hashable, Tensor] = {}

    def costs(self, index: Tensor, images: Sequence[Hashable], num_instances: int) -> Tensor:
        """Make what is added to the costs of matching.

        Args:
            index (Tensor): Number of each step, (P,), int64.
            images (sequence): A name of each image, unchanged from epoch to epoch.
            num_instances (int): N.

        Returns:
            Tensor: (B, P, N), float32; minus the margin for those who were partners.
        """
        known = torch.full((len(images), num_instances), UNMATCHED)
        for row, image in zip(known, images):
            partners = self._partners.get(image)
            if partners is not None:  # padding differs from batch to batch
                size = min(len(row), len(partners))
                row[:size] = partners[:size]
        return -self.margin * (known.to(index.device)[:, None] == index[:, None]).float()

    def remember(
        self, index: Tensor, images: Sequence[Hashable], matched: Tensor, num_instances: int
    ) -> None:
        """Keep the matches of these steps; those of step 0 begin anew.

        Args:
            index (Tensor): As in :meth:`costs`.
            images (sequence): As there.
            matched (Tensor): Instance of each step, (B, P), int64; -1 for none.
            num_instances (int): As there.
        """
        start = int(index[0])
        for image, row in zip(images, matched.cpu()):
            partners = torch.full((num_instances,), UNMATCHED)
            if start:
                known = self._partners[image]
                partners[: len(known)] = known
            shown = (row != UNMATCHED).nonzero()[:, 0]
            partners[row[shown]] = start + shown
            self._partners[image] = partners
