"""Focal loss of binary labels (Lin et al. 2017, arXiv:1708.02002)."""

import torch.nn.functional as F
from torch import Tensor


def sigmoid_focal_loss(logits: Tensor, targets: Tensor, gamma: float = 2.0) -> Tensor:
    """Weigh the cross entropy down where the prediction is right already.

    Args:
        logits (Tensor): Predictions before the sigmoid, any shape and float type.
        targets (Tensor): 1 or True where the label is positive, of the same shape.
        gamma (float): How strongly; 0 is the cross entropy.

    Returns:
        Tensor: Loss of every element, float32 at least.

    Source: Equation 4, not balanced by alpha, as CenterGroup uses it.
    """
    logits = logits.float() if logits.is_floating_point() and logits.itemsize < 4 else logits
    targets = targets.to(logits)
    entropy = F.binary_cross_entropy_with_logits(logits, targets, reduction='none')
    wrong = (logits.sigmoid() - targets).abs()  # 1 - p_t
    return entropy * wrong**gamma
