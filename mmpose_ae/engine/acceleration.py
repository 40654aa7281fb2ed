"""Faster inference by the means of PyTorch itself."""

import torch
from mmengine.model import is_model_wrapper
from torch import nn


def accelerate(
    model: nn.Module, channels_last: bool = False, compile_backbone: bool = False
) -> None:
    """Prepare a model, in place, to be tested; weights may be loaded before or afterwards.

    Args:
        model (nn.Module): A pose estimator, maybe wrapped for distributed testing.
        channels_last (bool): Keep its weights in that order, so that its features follow.
        compile_backbone (bool): Compile the backbone for each size of picture, when it comes.
    """
    if channels_last:
        model.to(memory_format=torch.channels_last)
    if compile_backbone:
        own = model.module if is_model_wrapper(model) else model
        own.backbone.compile()
