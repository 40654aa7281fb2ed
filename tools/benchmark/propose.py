"""Time the search for candidates, run line by line, against compiled and, on a GPU, recorded runs.

All must give the same candidates. A recorded run is a CUDA graph: the host starts it as one piece.
"""

from argparse import Namespace
from functools import partial
from typing import Callable, Dict, Iterator, Tuple

import torch
from torch import Tensor

from mmpose_ae.cli.benchmark import build_parser, check_close, run, settings, sizes, time_in_turn
from mmpose_ae.cli.benchmark_scenes import make_scene
from mmpose_ae.codecs import Maps
from mmpose_ae.registry import KEYPOINT_CODECS

Search = Callable[[Tensor, Tensor], Tuple[Tensor, ...]]


def build_search() -> Search:
    """The first half of decoding: maps of a batch to candidates in tensors of fixed size."""
    codec = KEYPOINT_CODECS.build(dict(type='mmpose_ae.AEDecoder'))
    return lambda heatmaps, tags: tuple(codec.propose(Maps(heatmaps, tags)).candidates)


def record(search: Search, maps: Tuple[Tensor, Tensor]) -> Search:
    """Record a search of these maps as a CUDA graph, which always reads and writes their places."""
    warm_up = torch.cuda.Stream()
    with torch.cuda.stream(warm_up):
        search(*maps)
    torch.cuda.current_stream().wait_stream(warm_up)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        found = search(*maps)

    def replay(*_: Tensor) -> Tuple[Tensor, ...]:
        graph.replay()
        return found

    return replay


def check(variant: str, found: Tuple[Tensor, ...], expected: Tuple[Tensor, ...]) -> None:
    """Compare candidates: scores, cells and tags."""
    for name, ours, theirs in zip(('scores', 'cells', 'tags'), found, expected):
        check_close(f'{name}, {variant}', ours.cpu(), theirs.cpu(), 1e-4)


def benchmark(args: Namespace) -> Iterator[Dict]:
    """Give one row per device, number of threads, tag size, number of people and variant."""
    search = build_search()
    for setting in settings(args):
        device = setting['device']
        for tag_dim, people in sizes(args):
            scene = make_scene(people, tag_dim, tuple(args.size)).to(device)
            maps = tuple(m.repeat(args.batch, 1, 1, 1) for m in scene[:2])
            variants = dict(compiled=torch.compile(search, fullgraph=True))
            if device == 'cuda':
                variants['recorded'] = record(search, maps)
            for name, variant in variants.items():
                check(name, variant(*maps), search(*maps))
                sides = {name: partial(variant, *maps), 'eager': partial(search, *maps)}
                times = time_in_turn(sides, args.repeats, device)
                yield dict(batch=args.batch, people=people, tag_dim=tag_dim, **times, **setting)


def main() -> None:
    """Time the search."""
    parser = build_parser(__doc__, people=[1, 30], tag_dims=[1, 8])
    parser.add_argument('--size', type=int, nargs=2, default=[512, 512], metavar=('W', 'H'))
    parser.add_argument('--batch', type=int, default=1, help='images at a time')
    args = parser.parse_args()
    run(benchmark(args), args)


if __name__ == '__main__':
    main()
