"""Steps that are asked for a known person (as denoising queries are in DN-DETR, arXiv:2203.01305).

A step of the free unrolling learns two things at once: to draw one person, and whom. The second
makes the first hard, as the assignment of a mixture of people says little. Here copies of the
images are unrolled, too, in which the feedback loop of the first steps starts from the spoiled
heatmaps of a person: whom to draw is known, and is not matched. The steps after them are free, but
with fewer people left: after all but one, whom to show next is no question either.
"""

from typing import NamedTuple, Optional, Tuple

import torch
from torch import Tensor

from .instance_targets import InstanceTargets
from .matching import UNMATCHED


class Asked(NamedTuple):
    """Whom the steps of a batch are asked for.

    Attributes:
        instance (Tensor): Instance of each step, (B, S), int64; -1 where it is free.
        guesses (InstanceTargets): Spoiled heatmaps of all instances.
    """

    instance: Tensor
    guesses: InstanceTargets

    def __call__(self, step: int, shown: Optional[Tensor] = None) -> Tensor:
        """What the feedback loop of a step is given, (B, K, h, w); zeros where it is free."""
        return self.guesses.draw(self.instance[:, step : step + 1])[:, 0]


class KnownPeople:
    """Chooses whom the steps of copied images are asked for, and spoils the guesses.

    Args:
        copies (int): Copies of each image, besides the one that is unrolled freely.
        weight (float): Of the losses of an image's copies, together; its free unrolling has 1.
        jitter (float): Standard deviation in cells by which keypoints are moved.
        missing (float): Share of keypoints that are left out.
        swapped (float): Share of keypoints that are another person's.
    """

    def __init__(
        self,
        copies: int = 1,
        weight: float = 1.0,
        jitter: float = 1.0,
        missing: float = 0.2,
        swapped: float = 0.1,
    ) -> None:
        self.copies = copies
        self.weight = weight
        self.jitter = jitter
        self.missing = missing
        self.swapped = swapped

    def choose(self, present: Tensor, num_steps: int) -> Tensor:
        """Choose whom the steps of copied images are asked for.

        Args:
            present (Tensor): Instances of the images and of their copies behind them,
                ((1 + ``copies``) * B, N), bool.
            num_steps (int): S.

        Returns:
            Tensor: (..., S), int64; -1 for free steps: all of the images, and in the copies those
            after the first 1 to N, which are asked for instances in random order.
        """
        order = torch.rand(present.shape, device=present.device)
        order = order.masked_fill(~present, torch.inf).argsort(dim=1)
        counts = present.sum(1, keepdim=True)
        asked = (torch.rand(counts.shape, device=present.device) * counts).long() + 1
        asked = asked.clamp(max=counts)
        asked[: len(present) // (1 + self.copies)] = 0
        order = order.masked_fill(torch.arange(order.shape[1], device=order.device) >= asked, -1)
        chosen = order.new_full((len(order), num_steps), UNMATCHED)
        shown = min(order.shape[1], num_steps)
        chosen[:, :shown] = order[:, :shown]
        return chosen

    def spoil(self, cells: Tensor, visible: Tensor) -> Tuple[Tensor, Tensor]:
        """Spoil keypoints (B, N, K, 2) and which of them there are (B, N, K)."""
        other = torch.rand(visible.shape[:2], device=cells.device).argsort(dim=1)[..., None]
        other = other.expand_as(visible)
        swapped = torch.rand(visible.shape, device=cells.device) < self.swapped
        swapped &= visible & visible.gather(1, other)
        cells = cells.gather(1, other[..., None].expand_as(cells)).where(swapped[..., None], cells)
        kept = torch.rand(visible.shape, device=cells.device) >= self.missing
        return cells + self.jitter * torch.randn_like(cells), visible & kept

    def weights(self, num_rows: int, like: Tensor) -> Tensor:
        """Weights of the images and their copies, (``num_rows``,), for a mean over all of them."""
        weights = like.new_full((num_rows,), self.weight / self.copies)
        weights[: num_rows // (1 + self.copies)] = 1
        return weights * (1 + self.copies)
