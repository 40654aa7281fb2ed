"""Mixed precision without loss scaling, on the CPU too."""

from contextlib import contextmanager
from typing import Any, Iterator

import torch
from mmengine.optim import OptimWrapper
from torch import nn

from mmpose_ae.options import check_choice
from mmpose_ae.registry import OPTIM_WRAPPERS

from .mixed_precision import mixed_precision

DTYPES = {'bfloat16': torch.bfloat16, 'float16': torch.float16}


@OPTIM_WRAPPERS.register_module()
class AutocastOptimWrapper(OptimWrapper):
    """Run the forward pass under ``torch.autocast`` on whatever device the model is on.

    MMEngine's ``AmpOptimWrapper`` refuses the CPU. bfloat16 has the range of float32, so its
    gradients need no scaling; float16 on a GPU is better served by ``AmpOptimWrapper``. A CPU that
    has no instructions for the type computes in float32, see :func:`mixed_precision`.

    Args:
        dtype (str): Type to compute in, ``'bfloat16'`` or ``'float16'``.
        **kwargs: Passed on to MMEngine's ``OptimWrapper``.

    Raises:
        ValueError: If ``dtype`` is another type.
    """

    def __init__(self, dtype: str = 'bfloat16', **kwargs: Any) -> None:
        super().__init__(**kwargs)
        check_choice('dtype', dtype, DTYPES)
        self.dtype = DTYPES[dtype]

    @contextmanager
    def optim_context(self, model: nn.Module) -> Iterator[None]:
        """Autocast one training step, besides what gradient accumulation needs.

        Args:
            model (nn.Module): The model that is trained, wrapped for DDP or not.
        """
        device = next(model.parameters()).device
        with super().optim_context(model), mixed_precision(device, self.dtype):
            yield
