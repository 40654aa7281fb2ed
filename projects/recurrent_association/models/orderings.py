"""The orders in which the second network may see the instances (Section 4.1, Table 3)."""

import torch
from torch import Tensor


def _learned(heatmaps: Tensor, logits: Tensor) -> Tensor:
    return torch.arange(logits.shape[1], device=logits.device).expand_as(logits)


def _random(heatmaps: Tensor, logits: Tensor) -> Tensor:
    return torch.rand(logits.shape, device=logits.device)


def _confidence(heatmaps: Tensor, logits: Tensor) -> Tensor:
    return -logits


def _inverse(heatmaps: Tensor, logits: Tensor) -> Tensor:
    return -_learned(heatmaps, logits)


def _canonical(heatmaps: Tensor, logits: Tensor) -> Tensor:
    return heatmaps.flatten(3).argmax(3).float().mean(2)


ORDERINGS = {
    'learned': _learned,
    'random': _random,
    'confidence': _confidence,
    'inverse': _inverse,
    'canonical': _canonical,
}


def order_steps(ordering: str, heatmaps: Tensor, logits: Tensor, running: Tensor) -> Tensor:
    """Permute the steps of each image; those after it had stopped come last.

    Args:
        ordering (str): ``'learned'`` as the first network has them, ``'random'``,
            ``'confidence'`` descending, ``'inverse'`` of the learned one, or ``'canonical'`` from
            the top of the image to its bottom: by the mean row-major position of the peaks.
        heatmaps (Tensor): (B, P, K, h, w).
        logits (Tensor): (B, P).
        running (Tensor): Whether a step counts, (B, P), bool.

    Returns:
        Tensor: Which step is at each position, (B, P), int64.
    """
    key = ORDERINGS[ordering](heatmaps, logits).float()
    return key.masked_fill(~running, torch.inf).argsort(dim=1, stable=True)
