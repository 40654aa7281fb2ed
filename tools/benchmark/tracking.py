"""Compare rules of tracking on SynthCrowd's crossings, with what a trained network sees.

Of every video the poses are predicted once, and all rules follow the same ones. Measured against
the true ids: switches of ids, IDF1, MOTA and HOTA, per seed and their mean and spread.
"""

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Dict, Iterator, List, NamedTuple, Tuple

import mmpose_ae  # noqa: F401  (makes MMPose importable)

# isort: split
import cv2
import numpy as np
import torch
from mmpose.apis import inference_bottomup, init_model
from torch import nn
from tqdm import tqdm

from mmpose_ae.cli.command_line import SettingsAction, read_config
from mmpose_ae.datasets.posetrack18 import PoseTrackFrame, PoseTrackSequence
from mmpose_ae.datasets.synth_crowd import Scene, Settings, crossings, make_clip
from mmpose_ae.evaluation.track_measures import MatchedFrames, match_people, measure_people
from mmpose_ae.grouping import Poses
from mmpose_ae.metainfo import keypoint_names
from mmpose_ae.models.heads.predictions import to_poses
from mmpose_ae.prediction.drawing import draw_people
from mmpose_ae.prediction.prediction import Prediction
from mmpose_ae.prediction.tracker_options import MEMORY, identity_options
from mmpose_ae.tracking import Tracker, Tracks

FPS = 30
RULES = {
    'OKS': dict(tag_scale=None),
    'OKS + tags': dict(),
    'OKS, 3 seconds': dict(tag_scale=None, memory=round(MEMORY * FPS)),
    'OKS + tags, 3 seconds': dict(memory=round(MEMORY * FPS)),
    'OKS + tags over time, 3 seconds': identity_options(FPS, True, False),
    'OKS + colors, 3 seconds': dict(identity_options(FPS, False, True), colors={}),
    'OKS + tags over time + colors': dict(identity_options(FPS, True, True), colors={}),
    'MMPose 0.29, OKS': dict(rule='mmpose_0x'),
    'MMPose 0.29, IoU': dict(rule='mmpose_0x', similarity='iou'),
}
NUM_KEYPOINTS = len(Settings().keypoint_names)
MEASURES = dict(IDSW='{:.1f}', IDF1='{:.3f}', MOTA='{:.3f}', HOTA='{:.3f}')


class Seen(NamedTuple):
    """The people whom the network sees in a frame, and the frame, (H, W, 3), uint8."""

    poses: Poses
    image: np.ndarray


def parse_args() -> Namespace:
    """Read the command line."""
    parser = ArgumentParser(description=__doc__)
    add = parser.add_argument
    add('config', help='config of the model')
    add('checkpoint', help='its weights')
    add('--cfg-options', nargs='+', action=SettingsAction, default={}, help='override the config')
    add('--seeds', type=int, nargs='+', default=[0, 1, 2])
    add('--videos', type=int, default=8, help='videos per seed')
    add('--frames', type=int, default=60, help='frames per video')
    add('--hidden', type=int, default=0, help='frames more, in which a board hides a part')
    add('--people', type=int, nargs=2, default=[2, 5], metavar=('MIN', 'MAX'))
    add('--score-thr', type=float, default=0.2, help="least score of MMPose 0.29's people")
    add('--json', type=Path, metavar='FILE', help='write the rows to this file')
    add('--draw', type=Path, metavar='FILE', help='only draw frames of the first video, with ids')
    add('--rule', choices=RULES, default='OKS + tags', help='by which ids are drawn')
    args = parser.parse_args()
    args.people = tuple(args.people)
    args.frames += args.hidden  # of each video
    return args


def find_people(model: nn.Module, image: np.ndarray) -> Poses:
    """Predict the people of an image (H, W, 3), BGR."""
    (sample,) = inference_bottomup(model, image)
    return to_poses(sample.pred_instances)


def to_frame(scene: Scene, number: int) -> PoseTrackFrame:
    """The annotated people of a frame, in the keypoints of the data set."""
    keypoints = np.array([a['keypoints'] for a in scene.annotations], float)
    return PoseTrackFrame(
        number,
        '',
        np.array(list(scene.figures), np.int64),
        keypoints.reshape(-1, NUM_KEYPOINTS, 3),
        boxes=np.array([a['bbox'] for a in scene.annotations]).reshape(-1, 4),
    )


def to_prediction(tracks: Tracks, number: int) -> PoseTrackFrame:
    """The people of a frame who have ids."""
    kept = tracks.poses.take(tracks.ids >= 0)
    keypoints = np.dstack([kept.keypoints, kept.keypoint_scores > 0]).astype(float)
    return PoseTrackFrame(number, '', tracks.ids[tracks.ids >= 0], keypoints)


def predict_videos(
    model: nn.Module, seed: int, count: int, frames: int, settings: Settings
) -> Iterator[Tuple[PoseTrackSequence, List[Seen]]]:
    """Make the videos of a seed and predict them.

    Args:
        model (nn.Module): The network.
        seed (int): Of the videos.
        count (int): How many.
        frames (int): Of each.
        settings (Settings): What they have in common.

    Yields:
        tuple: The annotations of a video, and what the network sees in each frame.
    """
    names = settings.keypoint_names
    for video in tqdm(range(count), desc=f'videos of seed {seed}'):
        truth, seen = [], []
        for number, scene in enumerate(make_clip(seed, video, settings, frames)):
            truth.append(to_frame(scene, number))
            seen.append(Seen(find_people(model, scene.image), scene.image))
        yield PoseTrackSequence(f'video {video}', truth, names), seen


def follow(
    truth: PoseTrackSequence, seen: List[Seen], sigmas: np.ndarray, options: dict, least: float
) -> MatchedFrames:
    """Track the people of a video and match them to the annotated ones."""
    tracker, frames = Tracker(**options), []
    for number, (poses, image) in enumerate(seen):
        if options.get('rule') == 'mmpose_0x':  # it knows no scores
            poses = poses.take(poses.instance_scores >= least)
        frames.append(to_prediction(tracker.update(poses, image=image), number))
    found = PoseTrackSequence(truth.name, frames, truth.keypoint_names)
    return match_people(truth, found, sigmas)


def options_of(rule: str, sigmas: np.ndarray) -> dict:
    """Options of a tracker for one of ``RULES``."""
    options = RULES[rule]
    return options if options.get('similarity') == 'iou' else dict(options, sigmas=sigmas)


def measure_seed(model: nn.Module, seed: int, args: Namespace) -> List[Dict]:
    """Measure all rules on the videos of a seed."""
    sigmas = np.array(model.dataset_meta['sigmas'])
    matched = {name: [] for name in RULES}
    videos = predict_videos(
        model, seed, args.videos, args.frames, crossings(args.people, args.hidden)
    )
    for truth, seen in videos:
        for name in RULES:
            options = options_of(name, sigmas)
            matched[name].append(follow(truth, seen, sigmas, options, args.score_thr))
    return [dict(rule=name, seed=seed, **measure_people(v)) for name, v in matched.items()]


def format_table(rows: List[Dict]) -> str:
    """Mean and spread (standard deviation over seeds) of each rule, as a table of Markdown."""
    lines = [' | '.join(['| rule', *MEASURES]) + ' |', '|---' * (1 + len(MEASURES)) + '|']
    for name in RULES:
        cells = []
        for measure, form in MEASURES.items():
            values = [row[measure] for row in rows if row['rule'] == name]
            cells.append(f'{form} ± {form}'.format(np.mean(values), np.std(values)))
        lines.append(' | '.join([f'| {name}', *cells]) + ' |')
    return '\n'.join(lines)


def draw_frames(model: nn.Module, args: Namespace, count: int = 6) -> np.ndarray:
    """Draw frames of the first video side by side, (H, count * W, 3), BGR, uint8."""
    meta = model.dataset_meta
    names = tuple(keypoint_names(meta))
    links = tuple(map(tuple, meta['skeleton_links']))
    tracker, panels = Tracker(**options_of(args.rule, np.array(meta['sigmas']))), []
    settings = crossings(args.people, args.hidden)
    for scene in make_clip(args.seeds[0], 0, settings, args.frames):
        tracks = tracker.update(find_people(model, scene.image), image=scene.image)
        followed = tracks.poses.take(tracks.ids >= 0)
        size, ids = scene.image.shape[1::-1], tracks.ids[tracks.ids >= 0]
        prediction = Prediction(followed, size, names, links, ids=ids)
        panels.append(draw_people(scene.image, prediction))
    shown = np.linspace(0, len(panels) - 1, count).round().astype(int)
    return np.hstack([panels[k] for k in shown])


def main() -> None:
    """Measure, and print the table; or draw."""
    args = parse_args()
    torch.set_num_threads(1)
    model = init_model(read_config(args.config, args.cfg_options), args.checkpoint, device='cpu')
    if args.draw:
        if not cv2.imwrite(str(args.draw), draw_frames(model, args)):
            raise OSError(f'could not write {args.draw}')
        return
    rows = [row for seed in args.seeds for row in measure_seed(model, seed, args)]
    print(format_table(rows))
    if args.json:
        args.json.write_text(json.dumps(rows, indent=1) + '\n')


if __name__ == '__main__':
    main()
