"""CPU time of decoding masks, beside the plain way, which resizes all maps to the image first.

Instances are squares of a board on one category's maps, each with a tag of its own and noise.
"""

import time
from argparse import Namespace
from functools import partial
from typing import Dict, Iterator, Sequence, Tuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from mmpose_ae.cli.benchmark import build_parser, run, settings, time_in_turn
from mmpose_ae.frame import Frame, Grid
from projects.instance_segmentation.decoding import MaskDecoder
from projects.instance_segmentation.decoding.masks import Masks

NOISE = 0.1


def board(side: int, instances: int, dim: int) -> Tuple[Tensor, Tensor]:
    """Maps of so many squares: detections (1, side, side) and tags (L, 1, side, side)."""
    rng = np.random.default_rng(0)
    rows = int(np.ceil(instances**0.5))
    place = np.minimum(np.arange(side) * rows // side, rows - 1)
    owners = place[:, None] * rows + place
    means = 3.0 * rng.permutation(rows**2)[:, None] * np.eye(dim)[0]
    tags = means[owners] + rng.normal(0, NOISE / dim**0.5, (side, side, dim))
    detections = np.where(owners < instances, 0.9, 0.1)[None]
    tags = tags.transpose(2, 0, 1)[:, None]
    return torch.from_numpy(detections).float(), torch.from_numpy(tags).float()


def decode(decoder: MaskDecoder, views: Sequence[tuple], side: int) -> Masks:
    """Masks of an image of that side, whose inputs have four pixels per cell of their maps."""
    found = []
    for detections, tags in views:
        size = tuple(detections.shape[:0:-1])
        grid = Grid.over(size, tuple(4 * cells for cells in size))
        frame = Frame.whole((side, side)).resized(grid.input_size)
        found.append(decoder.find(detections, tags, grid, frame))
    return decoder.merge(found)


def decode_resized(decoder: MaskDecoder, views: Sequence[tuple], side: int) -> Masks:
    """The same, of maps that are resized to the image; tags as they are, not mixed."""
    resize = partial(F.interpolate, size=(side, side))
    resized = [
        (resize(detections[None], mode='bilinear')[0], resize(tags[:, 0][None])[0][:, None])
        for detections, tags in views
    ]
    return decode(decoder, resized, side)


def benchmark(args: Namespace) -> Iterator[Dict]:
    """Give one row per number of threads, tag size, way of grouping and number of instances."""
    ways = [(1, 'TagHistogram'), *((dim, 'TagDensity') for dim in args.tag_dim)]
    for setting in settings(args, cuda=False):
        for dim, grouping in ways:
            for instances in args.people:
                decoder = MaskDecoder(grouping=dict(type=grouping))
                sides = [round(scale * args.side / 4) for scale in args.scales]
                views = [board(cells, instances, dim) for cells in sides]
                found = len(decode(decoder, views, args.side).rles)
                if found != instances:
                    raise RuntimeError(f'{found} of {instances} instances were found')
                calls = dict(
                    ours=partial(decode, decoder, views, args.side),
                    resized=partial(decode_resized, decoder, views, args.side),
                )
                row = time_in_turn(calls, args.repeats, clock=time.process_time)
                yield dict(instances=instances, tag_dim=dim, grouping=grouping, **row, **setting)


def main() -> None:
    """Measure as the command line says."""
    parser = build_parser(__doc__, people=[30], tag_dims=[1, 8])
    parser.add_argument('--side', type=int, default=512, help='of the image, in pixels')
    parser.add_argument(
        '--scales', type=float, nargs='+', default=[1.0], help='at which the network sees it'
    )
    args = parser.parse_args()
    run(benchmark(args), args)


if __name__ == '__main__':
    main()
