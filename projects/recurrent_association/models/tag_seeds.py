"""First guesses by tags: what Associative Embedding says about whom to show next.

Which person a step shows is a choice over the whole image, of which kernels of 3x3 see a part. The
frozen network can make it, as in its own grouping: the highest peak that nobody has explained yet
asks for a person, and the mean tag of what is like it says where on the heatmaps of all that person
is. From there the feedback loop starts, instead of noise. What it makes of the guess is learned.
"""

from typing import Optional

import torch
import torch.nn.functional as F
from torch import Tensor

SHOWN = 0.05  # a heatmap of an instance that stays below shows no keypoint
EXPLAINED = 3  # cells around a peak that was shown, on a side
ROUNDS = 2  # of finding the mean tag; the first peak's own tag lies beside it


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
                Their highest cells, and those around, are explained. None is before the first step.

        Returns:
            Tensor: (B, K, h, w), float32: what is left of the heatmaps of all instances, times
            exp(-d^2) of the distance d of its tags to the mean tag of who is asked for.
        """
        if shown is not None:
            self.rest = self.rest * ~_around_peaks(shown)
        tag = self._tag_of_highest()
        for _ in range(ROUNDS):
            tag = self._mean_tag(self._like(tag))
        return self._like(tag)

    def _like(self, tag: Tensor) -> Tensor:
        """What is left, by how near its tags are to those of an instance (B, L)."""
        distance = (self.tags - tag[..., None, None, None]).square().sum(1)
        return self.rest * torch.exp(-distance)

    def _tag_of_highest(self) -> Tensor:
        """Tag (B, L) of the highest cell, of any keypoint."""
        place = self.rest.flatten(1).argmax(1)[:, None, None]
        flat = self.tags.flatten(2)
        return flat.gather(2, place.expand(-1, flat.shape[1], 1))[..., 0]

    def _mean_tag(self, guess: Tensor) -> Tensor:
        """Mean tag (B, L) under the highest cell of each keypoint of a guess, by its value."""
        values, places = guess.flatten(2).max(2)
        spread = places[:, None, :, None].expand(-1, self.tags.shape[1], -1, -1)
        tags = self.tags.flatten(3).gather(3, spread)[..., 0]  # (B, L, K)
        total = values.sum(1, keepdim=True).clamp(min=torch.finfo(values.dtype).tiny)
        return (tags * values[:, None]).sum(2) / total


def _around_peaks(shown: Tensor) -> Tensor:
    """Cells (B, K, h, w), bool, near the highest one of each heatmap that shows a keypoint."""
    values, places = shown.flatten(2).max(2, keepdim=True)
    peaks = torch.zeros_like(shown, dtype=torch.float32).flatten(2)
    peaks.scatter_(2, places, (values > SHOWN).float())
    return F.max_pool2d(peaks.view_as(shown), EXPLAINED, 1, EXPLAINED // 2) > 0
