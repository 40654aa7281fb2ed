"""Autocast where a device gains by it."""

import logging
from functools import cache
from typing import Optional, Union

import torch
from mmengine.logging import print_log


def mixed_precision(
    device: Union[str, torch.device], dtype: Optional[torch.dtype] = None
) -> torch.autocast:
    """Autocast on a device, unless :func:`is_fast` denies that it gains by it.

    Args:
        device (str | torch.device): What the network is on.
        dtype (torch.dtype, optional): Type to compute in. None is float16, on a CPU bfloat16.

    Returns:
        torch.autocast: Maybe not enabled.
    """
    kind = torch.device(device).type
    dtype = dtype or (torch.bfloat16 if kind == 'cpu' else torch.float16)
    return torch.autocast(kind, dtype, enabled=is_fast(kind, dtype))


def is_fast(kind: str, dtype: torch.dtype) -> bool:
    """Whether mixed precision may be faster than float32; a warning says once that it is not.

    A CPU without instructions for the type computes convolutions by a path of PyTorch that takes
    tens of times as long. oneDNN, whose path is the fast one, knows: on an x86, bfloat16 needs
    AVX-512.

    Args:
        kind (str): ``'cpu'`` or another kind of device, of which it is believed.
        dtype (torch.dtype): ``torch.bfloat16`` or ``torch.float16``.
    """
    fast = kind != 'cpu' or _has_instructions(dtype)
    if not fast:
        _warn(dtype)
    return fast


def _has_instructions(dtype: torch.dtype) -> bool:
    name = f'_is_mkldnn_{"bf16" if dtype == torch.bfloat16 else "fp16"}_supported'
    ask = getattr(torch.ops.mkldnn, name, None)  # None where PyTorch is built without oneDNN
    return ask is not None and ask()


@cache
def _warn(dtype: torch.dtype) -> None:
    name = str(dtype).split('.')[1]
    print_log(f'this CPU has no instructions for {name}, which would take many times as long: '
              'computing in float32', 'current', logging.WARNING)  # fmt: skip
