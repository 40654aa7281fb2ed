"""Backpropagation chunk by chunk, inside of an ordinary training step (Algorithm 1)."""

from typing import Dict, Iterable, Sequence, Tuple

import torch
from torch import Tensor
from torch.autograd import Function
from torch.autograd.function import once_differentiable

# Gradients within a chunk would get lost in float16; removed before chunks are added up. A larger
# factor overflows sooner, and no loss scaling outside can make up for that.
FLOAT16_SCALE = 16.0


class _ChunkByChunk(Function):
    """Backpropagates every chunk of a loss in its forward pass, and frees its graph there.

    Like this neither the loop of training nor mixed precision, clipping, accumulation or
    distributed training need to know: the gradient of each parameter arrives once, at the end.
    """

    @staticmethod
    def forward(ctx, chunks: Iterable[Tensor], *parameters: Tensor) -> Tuple[Tensor, Tensor]:
        """Sum the losses (n,) of all chunks; give their total and, without gradient, each."""
        totals = 0
        gradients = [torch.zeros_like(p, dtype=torch.float32) for p in parameters]
        with torch.enable_grad():
            for losses in chunks:
                scale = _inner_scale(losses.device)
                found = torch.autograd.grad(losses.sum() * scale, parameters, allow_unused=True)
                torch.clear_autocast_cache()  # it holds copies of weights, and their freed graph
                for gradient, value in zip(gradients, found):
                    if value is not None:
                        gradient.add_(value.float(), alpha=1 / scale)
                totals = totals + losses.detach()
        ctx.save_for_backward(*gradients)
        ctx.mark_non_differentiable(totals)
        return totals.sum(), totals

    @staticmethod
    @once_differentiable
    def backward(ctx, gradient: Tensor, _: Tensor) -> Tuple:
        """Hand out the saved gradients."""
        return (None, *(gradient * saved for saved in ctx.saved_tensors))


def _inner_scale(device: torch.device) -> float:
    half = (
        torch.is_autocast_enabled(device.type)
        and torch.get_autocast_dtype(device.type) is torch.float16
    )
    return FLOAT16_SCALE if half else 1.0


def sum_chunks(
    chunks: Iterable[Dict[str, Tensor]], parameters: Sequence[Tensor], truncate: bool
) -> Dict[str, Tensor]:
    """Add up the losses of chunks that are computed one after the other.

    Args:
        chunks (iterable): Computes the losses of the next chunk, scalars of the same names.
        parameters (sequence[Tensor]): What the losses depend on.
        truncate (bool): Backpropagate each chunk before the next one is computed, so that only one
            has its graph in memory. Where a chunk depends on the one before, it must detach.

    Returns:
        dict[str, Tensor]: ``loss``, the sum of all, to be backpropagated as any other, and each
        loss under its name, without gradient.
    """
    names = []

    def stack() -> Iterable[Tensor]:
        for losses in chunks:
            names[:] = losses
            yield torch.stack([value.float() for value in losses.values()])

    if truncate and torch.is_grad_enabled():
        loss, totals = _ChunkByChunk.apply(stack(), *parameters)
    else:
        totals = sum(stack())
        loss = totals.sum()
    return dict(zip(names, totals.detach()), loss=loss)
