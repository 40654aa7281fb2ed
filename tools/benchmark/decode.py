"""Time decoding, from the network's maps to poses, against MMPose's; the poses must agree.

MMPose upsamples both maps to the input first, as its head does; that is part of its time.
"""

from argparse import Namespace
from functools import partial
from typing import Callable, Dict, Iterator, List, Optional, Tuple

import numpy as np
import torch.nn.functional as F
from torch import Tensor

from mmpose_ae.cli.benchmark import (
    build_parser,
    check_close,
    peak_memory,
    run,
    settings,
    sizes,
    time_in_turn,
)
from mmpose_ae.cli.benchmark_scenes import STRIDE, Scene, make_scene
from mmpose_ae.registry import KEYPOINT_CODECS

ORDER = [0, 1, 2, 3, 4, 5, 6, 11, 12, 7, 8, 9, 10, 13, 14, 15, 16]
MOST_PEOPLE = 30  # that MMPose gives out in its config, and here both do
Decode = Callable[[Tensor, Tensor], Tuple[List[np.ndarray], ...]]


def build_ours(size: Tuple[int, int], grouping: Optional[dict] = None) -> Decode:
    """Our codec, which reads the maps as they are."""
    codec = dict(
        type='mmpose_ae.AEDecoder',
        input_size=size,
        heatmap_size=tuple(side // STRIDE for side in size),
        keypoint_order=ORDER,
        candidates=dict(max_candidates=MOST_PEOPLE),
        scoring=dict(max_instances=MOST_PEOPLE),
        grouping=grouping,
    )
    return KEYPOINT_CODECS.build(codec).batch_decode


def build_mmpose(size: Tuple[int, int]) -> Decode:
    """MMPose's head after the network: both maps upsampled to the input, then its codec."""
    codec = dict(
        type='mmpose.AssociativeEmbedding',
        input_size=size,
        heatmap_size=size,
        decode_keypoint_order=ORDER,
        decode_max_instances=MOST_PEOPLE,
    )
    decode = KEYPOINT_CODECS.build(codec).batch_decode

    def upsample_and_decode(*maps: Tensor) -> Tuple[List[np.ndarray], ...]:
        return decode(*(F.interpolate(m, size[::-1], mode='bilinear') for m in maps))

    return upsample_and_decode


def check(ours: Decode, mmpose: Decode, scene: Scene) -> None:
    """Compare the poses of a scene without noise: every person once, within half a cell.

    MMPose reads the peaks of an upsampled map, which are that far from those of the Gaussians.
    """
    for name, decode in (('our', ours), ("MMPose's", mmpose)):
        found = decode(scene.heatmaps, scene.tags)[0][0]
        check_close(f'{name} number of people', len(found), len(scene.keypoints), 0)
        off = np.abs(found[:, None] - scene.keypoints).max((2, 3))  # (found, people)
        check_close(f'{name} people', np.sort(off.argmin(1)), np.arange(len(found)), 0)
        check_close(f'{name} keypoints', off.min(1), np.zeros(len(found)), STRIDE / 2)


def time_batch(decode: Decode, maps: List[Tensor], count: int, repeats: int, device: str) -> Dict:
    """Time one call for a batch of images against a call for each."""
    batch = [image.repeat(count, 1, 1, 1) for image in maps]
    images = [[image[i : i + 1] for image in batch] for i in range(count)]
    sides = dict(batch=partial(decode, *batch), singles=lambda: [decode(*i) for i in images])
    times = time_in_turn(sides, repeats, device)
    return dict(times, batch=count, batch_ratio=times.pop('ratio'))


def benchmark(args: Namespace) -> Iterator[Dict]:
    """Give one row per device, number of threads, tag size and number of people."""
    size, grouping = tuple(args.size), args.grouping and dict(type=args.grouping)
    sides = dict(ours=build_ours(size, grouping), mmpose=build_mmpose(size))
    for setting in settings(args):
        device = setting['device']
        for tag_dim, people in sizes(args):
            clean = make_scene(min(people, MOST_PEOPLE), tag_dim, size, missing=0, tag_noise=0)
            check(**sides, scene=clean.to(device))
            maps = make_scene(people, tag_dim, size).to(device)[:2]
            calls = {name: partial(decode, *maps) for name, decode in sides.items()}
            row = time_in_turn(calls, args.repeats, device)
            if args.memory:
                row.update(
                    {f'{name}_mb': round(peak_memory(calls[name], device)) for name in sides}
                )
            if args.batch:
                row.update(time_batch(sides['ours'], maps, args.batch, args.repeats, device))
            yield dict(people=people, tag_dim=tag_dim, **row, **setting)


def main() -> None:
    """Time both codecs."""
    parser = build_parser(__doc__, people=[1, 5, 10, 20, 30, 60], tag_dims=[1, 8])
    parser.add_argument('--size', type=int, nargs=2, default=[512, 512], metavar=('W', 'H'))
    parser.add_argument('--grouping', metavar='TYPE', help="strategy other than the codec's own")
    parser.add_argument('--memory', action='store_true', help='also the peak memory of a decode')
    parser.add_argument('--batch', type=int, help='also a batch of so many against single maps')
    args = parser.parse_args()
    run(benchmark(args), args)


if __name__ == '__main__':
    main()
