"""Draw the tags of the people of a video of SynthCrowd, one line per person.

A board hides a part of the video in the middle: with tags that hold over time the lines go on at
the height at which they broke off. Settings of ``--cfg-options`` are those of all models.
"""

from argparse import Namespace
from pathlib import Path
from typing import List, Tuple

import mmpose_ae  # noqa: F401  (makes MMPose importable)

# isort: split
import numpy as np
from mmpose.apis import inference_bottomup, init_model
from torch import nn

from mmpose_ae.cli.command_line import config_parser, read_config
from mmpose_ae.datasets.posetrack18 import SIGMAS, PoseTrackSequence, predicted_frame
from mmpose_ae.datasets.synth_crowd import Scene, crossings, make_clip
from mmpose_ae.datasets.synth_crowd.posetrack import posetrack_frame
from mmpose_ae.evaluation.track_measures import MATCHED, match_people
from mmpose_ae.metainfo import keypoint_names
from mmpose_ae.models.heads.predictions import to_poses
from mmpose_ae.pictures.track_tags_plot import plot_track_tags
from mmpose_ae.tracking import Tracks, match


def parse_args() -> Namespace:
    """Read the command line."""
    parser = config_parser(__doc__)
    add = parser.add_argument
    add('checkpoint', help='weights of a model whose people have tags')
    add(
        '--versus', nargs=2, action='append', default=[], metavar=('CONFIG', 'CHECKPOINT'),
        help='another model, in a panel beside',
    )  # fmt: skip
    add('--out', type=Path, required=True, help='picture to write')
    add('--names', nargs='+', help='names of the models (default: how their configs begin)')
    add('--seed', type=int, default=0, help='of the video')
    add('--people', type=int, nargs=2, default=[3, 4], metavar=('MIN', 'MAX'))
    add('--frames', type=int, default=60)
    add('--hidden', type=int, default=15, help='frames more, in which a board hides a part')
    args = parser.parse_args()
    args.models = [(args.config, args.checkpoint), *args.versus]
    args.names = args.names or [Path(config).stem.split('_')[0] for config, _ in args.models]
    if len(args.names) != len(args.models):
        parser.error(f'{len(args.models)} models need as many --names, got {args.names}')
    return args


def make_video(args: Namespace) -> List[Scene]:
    """Make the video: everybody crosses somebody."""
    settings = crossings(tuple(args.people), args.hidden)
    return list(make_clip(args.seed, 0, settings, args.frames + args.hidden))


def follow_tags(model: nn.Module, video: List[Scene]) -> Tuple[np.ndarray, np.ndarray]:
    """Find the tags of the annotated people, (T, N, L), and in which frames they were found."""
    names = keypoint_names(model.dataset_meta)
    poses = [to_poses(inference_bottomup(model, s.image)[0].pred_instances) for s in video]
    if poses[0].tags is None:
        raise ValueError('the people of this model have no tags')
    truth = [posetrack_frame(scene, n, '') for n, scene in enumerate(video)]
    found = [
        predicted_frame(n, '', Tracks(np.arange(len(p)), p), names) for n, p in enumerate(poses)
    ]
    matched = match_people(PoseTrackSequence('', truth), PoseTrackSequence('', found), SIGMAS)
    everybody = sorted({number for scene in video for number in scene.figures})
    seen = np.zeros((len(video), len(everybody)), bool)
    tags = np.zeros((*seen.shape, poses[0].tags.shape[1]))
    for n, (true_ids, ids, similarity) in enumerate(zip(*matched)):
        rows, columns = match(similarity, MATCHED)
        people = np.searchsorted(everybody, true_ids[rows])
        seen[n, people], tags[n, people] = True, poses[n].tags[ids[columns]]
    return tags, seen


def main() -> None:
    """Draw as the command line says."""
    args = parse_args()
    video = make_video(args)
    models = [
        init_model(read_config(config, args.cfg_options), weights, device='cpu')
        for config, weights in args.models
    ]
    tags, seen = zip(*(follow_tags(model, video) for model in models))
    plot_track_tags(args.names, tags, seen).savefig(args.out)


if __name__ == '__main__':
    main()
