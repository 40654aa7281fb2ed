"""First guesses by tags: what Associative Embedding says about whom to show next.

Which person a step shows is a choice over the whole image, of which kernels of 3x3 see a part. The
frozen network can make it, as in its own grouping: the highest peak that nobody has explained yet
asks for a person, and its tag says where on the heatmaps of all that person is. From there the
feedback loop starts, instead of noise. What it makes of the guess is learned.
"""

from typing import Optional

import torch
from torch import Tensor

EXPLAINS = 0.05  # a heatmap of an instance that stays below shows no keypoint


class TagSeeds:
    """Gives the first guess of each step, from what the steps before left unexplained.

    Args:
        detected (Tensor): Heatmaps of all instances, (B, K, h, w).
        tags (Tensor): Their tags, (B, L * K, h, w).
    """

    def __init__(self, detected: Tensor, tags: Tensor) -> None:
        self.rest = detected.float().clamp(min=0)
        self.tags = tags.float().unflatten(1, (-1, detected.shape[1]))  # (B, L, K, h, w)

    @torch.no_grad()
    def __call__(self, step: int, shown: Optional[Tensor]) -> Tensor:
        """Guess the next instance.

        Args:
            step (int): Its number; not used.
            shown (Tensor, optional): Heatmaps of the step before, (B, K, h, w), any float type.
                What they show, however weakly, is explained. None is before the first step.

        Returns:
            Tensor: (B, K, h, w), float32: what is left of the heatmaps of all instances, times
            exp(-d^2) of the distance d of its tags to that of the highest peak.
        """
        if shown is not None:
            shown = shown.float()
            peak = shown.amax((2, 3), keepdim=True).clamp(min=EXPLAINS)
            self.rest = self.rest * (1 - (shown / peak).clamp(0, 1))
        place = self.rest.flatten(1).argmax(1)[:, None, None]  # among K * h * w
        flat = self.tags.flatten(2)
        seed = flat.gather(2, place.expand(-1, flat.shape[1], 1))
        distance = (flat - seed).square().sum(1)
        return self.rest * torch.exp(-distance).view_as(self.rest)
