"""Time making the targets of one image against MMPose's; they must agree."""

from argparse import Namespace
from functools import partial
from typing import Dict, Iterator, Tuple

import numpy as np
from mmpose.codecs.base import BaseKeypointCodec

from mmpose_ae.cli.benchmark import build_parser, check_close, run, settings, time_in_turn
from mmpose_ae.registry import KEYPOINT_CODECS

KEYPOINTS, MISSING = 17, 0.2
SIZES = dict(input_size=(512, 512), heatmap_size=(128, 128), sigma=2)  # in MMPose's words


def build(name: str, **kwargs) -> BaseKeypointCodec:
    """Build a codec for inputs of 512x512 and heatmaps of 128x128."""
    return KEYPOINT_CODECS.build(dict(type=name, **SIZES, **kwargs))


def make_people(people: int) -> Tuple[np.ndarray, np.ndarray]:
    """Draw keypoints (N, K, 2) that round to a cell of the heatmap, and their visibility (N, K)."""
    rng = np.random.default_rng(0)
    keypoints = rng.uniform(0, SIZES['input_size'][0] - 4, (people, KEYPOINTS, 2))
    visible = rng.random((people, KEYPOINTS)) >= MISSING
    return keypoints.astype(np.float32), visible.astype(np.float32)


def check(keypoints: np.ndarray, visible: np.ndarray) -> None:
    """Compare the targets where both codecs round centers as MMPose does.

    Our windows end one cell later: there MMPose has 0 and we the tail of the Gaussian.
    """
    ours = build('mmpose_ae.AEDecoder', round_centers=True, center_shift=0.0)
    ours = ours.encode(keypoints, visible)
    theirs = build('mmpose.AssociativeEmbedding').encode(keypoints, visible)
    sigma = SIZES['sigma']
    tail = np.exp(-((3 * sigma + 1) ** 2) / (2 * sigma**2)) + 1e-6
    window = theirs['heatmaps'] > tail
    for where, tolerance in ((window, 1e-6), (~window, tail)):
        check_close('heatmaps', ours['heatmaps'][where], theirs['heatmaps'][where], tolerance)
    index, shown = np.moveaxis(theirs['keypoint_indices'], -1, 0)
    check_close('visibility', ours['keypoint_indices'][..., 1], shown, 0)
    check_close('indices', ours['keypoint_indices'][..., 0], index * shown, 0)
    check_close('weights', ours['keypoint_weights'], theirs['keypoint_weights'], 0)


def benchmark(args: Namespace) -> Iterator[Dict]:
    """Give one row per number of threads and of people."""
    codecs = dict(ours=build('mmpose_ae.AEDecoder'), mmpose=build('mmpose.AssociativeEmbedding'))
    for setting in settings(args, cuda=False):
        for people in args.people:
            targets = make_people(people)
            check(*targets)
            calls = {name: partial(codec.encode, *targets) for name, codec in codecs.items()}
            times = time_in_turn(calls, args.repeats)
            yield dict(people=people, tag_dim=None, **times, **setting)


def main() -> None:
    """Time both codecs."""
    args = build_parser(__doc__, people=[1, 5, 10, 20, 30]).parse_args()
    run(benchmark(args), args)


if __name__ == '__main__':
    main()
