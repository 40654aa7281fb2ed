"""Time the tag loss against MMPose's, forward and backward; their values must agree."""

from argparse import Namespace
from functools import partial
from typing import Dict, Iterator, List, Tuple

import torch
from torch import Tensor, nn

from mmpose_ae.cli.benchmark import build_parser, check_close, run, settings, sizes, time_in_turn
from mmpose_ae.registry import MODELS

BATCH, KEYPOINTS, SIDE = 8, 17, 128
MISSING = 0.2


def make_batch(people: int, tag_dim: int, device: str) -> Tuple[Tensor, List[Tensor]]:
    """Draw tag maps (B, L * K, H, W) that want a gradient, and the indices of each image."""
    generator = torch.Generator().manual_seed(0)
    maps = torch.randn(BATCH, tag_dim * KEYPOINTS, SIDE, SIDE, generator=generator)
    shape = (BATCH, people, KEYPOINTS)
    cells = torch.randint(SIDE**2, shape, generator=generator)
    visible = torch.rand(shape, generator=generator) >= MISSING
    indices = torch.stack([cells, visible.long()], dim=-1)
    return maps.to(device).requires_grad_(), list(indices.to(device))


def build(scope: str, **kwargs) -> nn.Module:
    """Build our loss or MMPose's of the same name."""
    return MODELS.build(dict(type=f'{scope}.AssociativeEmbeddingLoss', **kwargs))


def in_mmpose_terms(tags: Tensor, indices: List[Tensor]) -> Tuple[Tensor, Tensor]:
    """Compute MMPose's losses with ours.

    MMPose sums over the images where ours averages, pushes in every tag dimension apart, and
    counts each person as its own partner, which adds ``0.5 / (N - 1)`` and no gradient.
    """
    loss = build('mmpose_ae', reduction='none')
    pull, _ = loss(tags, indices)
    count = torch.stack([(image[..., 1] > 0).any(1).sum() for image in indices])
    diagonal = (count > 1) * loss.push_loss_factor / (count - 1).clamp(min=1)
    push = sum(loss(dim, indices)[1] + diagonal for dim in tags.split(KEYPOINTS, dim=1))
    return pull.sum(), push.sum()


def check(tags: Tensor, indices: List[Tensor]) -> None:
    """Compare values and gradients by MMPose's definition."""
    ours, theirs = in_mmpose_terms(tags, indices), build('mmpose')(tags, indices)
    for name, one, other in zip(('pull', 'push'), ours, theirs):
        check_close(f'{name} loss', one.item(), other.item(), 1e-5 * max(1.0, other.item()))
    gradients = [torch.autograd.grad(sum(losses), tags)[0].cpu() for losses in (ours, theirs)]
    check_close('gradient of the losses', *gradients, 1e-6)


def step(loss: nn.Module, tags: Tensor, indices: List[Tensor]) -> None:
    """Go forward and backward once."""
    tags.grad = None
    sum(loss(tags, indices)).backward()


def benchmark(args: Namespace) -> Iterator[Dict]:
    """Give one row per device, number of threads, tag size and number of people."""
    losses = dict(ours=build('mmpose_ae'), mmpose=build('mmpose'))
    for setting in settings(args):
        for tag_dim, people in sizes(args):
            batch = make_batch(people, tag_dim, setting['device'])
            check(*batch)
            steps = {name: partial(step, loss, *batch) for name, loss in losses.items()}
            times = time_in_turn(steps, args.repeats, setting['device'])
            yield dict(people=people, tag_dim=tag_dim, **times, **setting)


def main() -> None:
    """Time both losses."""
    parser = build_parser(__doc__, people=[1, 5, 10, 20, 30], tag_dims=[1, 8])
    args = parser.parse_args()
    run(benchmark(args), args)


if __name__ == '__main__':
    main()
