"""Time predicting a video against its network and decoding alone; peak memory by its length.

All else, reading, drawing and writing, is done beside the network, so that with a core to spare the
two take about the same time. Where other programs have the cores, the time that the thread of the
network keeps one busy tells as much: it is that of the network and decoding, and no more.
"""

import time
from argparse import Namespace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Callable, Dict, Iterator, List, Union

import cv2
import numpy as np
import torch

from mmpose_ae import Predictor
from mmpose_ae.cli.benchmark import build_parser, peak_memory, run, settings, summarize
from mmpose_ae.commands.predict import DEPTH
from mmpose_ae.datasets.synth_crowd import Settings
from mmpose_ae.datasets.synth_crowd.scene import make_scene
from mmpose_ae.prediction.background import Behind
from mmpose_ae.prediction.outputs import Header, open_outputs

SIZE, FPS = (640, 480), 25
ROOM = 160  # pixels by which the camera moves
OUTPUTS = ['pictures', 'json']


def make_video(path: Path, frames: int, people: int) -> Path:
    """Write a video of a camera that goes around over a generated crowd."""
    side = tuple(length + ROOM for length in SIZE)
    crowd = make_scene(0, 0, Settings(size=side, people=(people, people), empty=0)).image
    video = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*'mp4v'), FPS, SIZE)
    for angle in 2 * np.pi * np.arange(frames) / 100:
        x, y = (ROOM / 2 * (1 + np.array([np.cos(angle), np.sin(angle)]))).astype(int)
        video.write(np.ascontiguousarray(crowd[y : y + SIZE[1], x : x + SIZE[0]]))
    video.release()
    return path


def predict(predictor: Predictor, video: Path, folder: Path) -> None:
    """Predict, draw and write a video as the command does."""
    names, skeleton = predictor.keypoint_names, predictor.skeleton
    header = Header(predictor.name, names, skeleton, predictor.score_threshold, 0.3)
    outputs = open_outputs(OUTPUTS, folder, header)

    def write(prediction: object) -> None:
        for output in outputs:
            output.write(prediction)

    behind = Behind(write, DEPTH)
    for prediction in predictor(str(video)):
        behind.put(prediction)
    behind.close()
    for output in outputs:
        output.close()


def record_inputs(predictor: Predictor, video: Path) -> List[dict]:
    """What the network is given of each frame."""
    inputs, step = [], predictor.model.test_step

    def recorded(data: dict) -> list:
        inputs.append(data)
        return step(data)

    predictor.model.test_step = recorded
    try:
        for _ in predictor(str(video), keep_images=False):
            pass
    finally:
        predictor.model.test_step = step
    return inputs


@torch.no_grad()
def compute(predictor: Predictor, inputs: List[dict]) -> None:
    """Network and decoding, and nothing beside them."""
    for data in inputs:
        predictor.model.test_step(data)


def time_pairs(
    whole: Callable, alone: Callable, repeats: int, frames: int
) -> Dict[str, Union[float, List[float]]]:
    """Time two functions beside each other, first the one, then the other; ratios are of pairs.

    A pair is over in a few seconds, in which the clock of a shared machine changes least.

    Args:
        whole (callable): All that predicting a video takes.
        alone (callable): The network and decoding.
        repeats (int): Pairs.
        frames (int): Of the video; times are those of one.

    Returns:
        dict: Medians and quartiles of ``whole_ms``, ``alone_ms``, of ``ratio``, and of
        ``thread_ratio``, of the times that the calling thread kept a core busy; and ``beside_ms``,
        what all other threads did during ``whole``.
    """
    pairs = []
    for index in range(1 + repeats):
        turns = (whole, alone) if index % 2 else (alone, whole)
        times = {function: _times(function, frames) for function in turns}
        pairs.append([times[whole], times[alone]])
    timed = np.transpose(pairs[1:], (1, 2, 0))  # without the first one, which warms up
    (wall, own, beside), (wall_alone, own_alone, _) = timed
    return {
        **summarize('whole', '_ms', wall),
        **summarize('alone', '_ms', wall_alone),
        **summarize('ratio', '', wall / wall_alone),
        **summarize('thread_ratio', '', own / own_alone),
        'beside_ms': round(float(np.median(beside)), 2),
    }


def _times(function: Callable, frames: int) -> List[float]:
    """Milliseconds per frame: by the clock, of this thread, and of those beside it."""
    clocks = time.perf_counter, time.thread_time, time.process_time
    before = [clock() for clock in clocks]
    function()
    wall, own, all_threads = (
        1e3 * (clock() - start) / frames for clock, start in zip(clocks, before)
    )
    return [wall, own, all_threads - own]


def benchmark(args: Namespace, folder: Path) -> Iterator[Dict]:
    """Give a row of times per number of threads, then one of memory per length."""
    predictor = Predictor(args.model, args.checkpoint, device='cpu')
    videos = [make_video(folder / f'{n}.mp4', n, args.people) for n in args.frames]
    whole = partial(predict, predictor, videos[0], folder)
    for setting in settings(args, cuda=False):
        alone = partial(compute, predictor, record_inputs(predictor, videos[0]))
        row = time_pairs(whole, alone, args.repeats, args.frames[0])
        yield dict(frames=args.frames[0], people=args.people, **row, **setting)
    for frames, video in zip(args.frames, videos):
        peak = peak_memory(partial(predict, predictor, video, folder))
        yield dict(frames=frames, peak_mb=round(peak, 1))


def main() -> None:
    """Time a video that is generated."""
    parser = build_parser(__doc__)
    add = parser.add_argument
    add('--model', help='a config or a name; by default the newest run in work_dirs')
    add('--checkpoint', help='its weights')
    add('--people', type=int, default=8, help='on the video')
    add(
        '--frames',
        type=int,
        nargs='+',
        default=[300, 1200],
        help='lengths of videos; the first one is timed',
    )
    args = parser.parse_args()
    with TemporaryDirectory() as folder:
        run(benchmark(args, Path(folder)), args)


if __name__ == '__main__':
    main()
