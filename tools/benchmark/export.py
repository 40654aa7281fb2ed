"""Compare exported files and faster ways of PyTorch with PyTorch as it is: people, AP, CPU time.

``python tools/benchmark/export.py CONFIG CHECKPOINT FILE... --torch WAY...``; files are from
``mmpose-ae export``. All see the same inputs of the config's test data, picture by picture in turn,
on one thread, and the time is that of the processor, which other programs do not lengthen.
"""

import json
import time
from argparse import Namespace
from copy import deepcopy
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Tuple

import numpy as np
import torch
from mmengine.evaluator import Evaluator
from mmpose.structures import PoseDataSample

from mmpose_ae.cli.benchmark import run
from mmpose_ae.cli.command_line import config_parser
from mmpose_ae.engine import accelerate
from mmpose_ae.export.loading import Loaded, load
from mmpose_ae.export.pictures import Picture, data_pictures
from mmpose_ae.export.poses_checking import are_alike
from mmpose_ae.export.writing import make_graph
from mmpose_ae.grouping import Poses
from mmpose_ae.models.heads import to_instance_data
from mmpose_ae.runtime import ExportedModel
from mmpose_ae.runtime.description import ENTRY
from mmpose_ae.runtime.onnx_file import read_metadata

WARM_UP = 3
# What may compute a file, and ways of PyTorch beside float32 as it is.
BACKENDS = dict(
    onnxruntime=dict(backend='onnxruntime'),
    openvino=dict(backend='openvino'),
    openvino_bfloat16=dict(backend='openvino', amp=True),
)
WAYS = dict(
    channels_last=dict(channels_last=True),
    bfloat16=dict(amp=True),
    channels_last_bfloat16=dict(channels_last=True, amp=True),
    compiled=dict(compile_backbone=True),
    compiled_bfloat16=dict(compile_backbone=True, amp=True),
    compiled_channels_last=dict(compile_backbone=True, channels_last=True),
)


class Side:
    """PyTorch or a file: its people of each picture, and how long they took."""

    def __init__(self, find: Callable[[Picture], Any], decode: Callable[[Any, Picture], Poses]):
        self.find, self.decode = find, decode
        self.found: List[PoseDataSample] = []
        self.poses: List[Poses] = []  # in pixels of the input
        self.network: List[float] = []
        self.host: List[float] = []

    def see(self, picture: Picture) -> None:
        """Find the people of a picture, in pixels of it."""
        start = time.process_time()
        outputs = self.find(picture)
        middle = time.process_time()
        poses = self.decode(outputs, picture)
        self.network.append(middle - start)
        self.host.append(time.process_time() - middle)
        self.poses.append(poses)
        on_image = picture.frame.to_image(poses.keypoints).astype(np.float32)
        sample = deepcopy(picture.sample)
        sample.pred_instances = to_instance_data(replace(poses, keypoints=on_image))
        self.found.append(sample)

    def milliseconds(self) -> Tuple[float, float]:
        """Medians of the network with its candidates, and of the rest."""
        return tuple(1e3 * float(np.median(t[WARM_UP:])) for t in (self.network, self.host))


def torch_side(loaded: Loaded, flip_test: bool, amp: bool = False, **ways: bool) -> Side:
    """The network as it is exported, but line by line, or in one of the faster ways."""
    own = loaded._replace(model=deepcopy(loaded.model))
    accelerate(own.model, **ways)
    graph, codec = make_graph(own, flip_test), own.model.head.decoder

    @torch.inference_mode()
    def find(picture: Picture) -> Any:
        with torch.autocast('cpu', torch.bfloat16, enabled=amp):
            return graph.propose(*graph.inputs(picture.pixels, picture.edges))

    return Side(find, lambda proposed, _: codec.group(*proposed)[0])


def file_side(model: ExportedModel) -> Side:
    """A file with its decoding."""

    def find(picture: Picture) -> Dict[str, np.ndarray]:
        return model.run(picture.pixels.numpy(), [picture.frame])

    return Side(find, lambda outputs, picture: model.decode(outputs, picture.pixels.numpy())[0])


def average_precision(side: Side, evaluator: dict, meta: dict) -> float:
    """COCO's AP of the people of a side."""
    judge = Evaluator(evaluator)
    judge.dataset_meta = meta
    judge.process([sample.to_dict() for sample in side.found])
    metrics = judge.evaluate(len(side.found))
    return next(value for name, value in metrics.items() if name.endswith('/AP'))


def apart(ours: List[Poses], theirs: List[Poses]) -> Dict[str, Any]:
    """On how many pictures there are as many people, and the same; how far keypoints are apart.

    The distance, in pixels of the input, is over the pictures with as many people.
    """
    pairs = list(zip(ours, theirs))
    distances = [
        np.linalg.norm(a.keypoints - b.keypoints, axis=-1).ravel()
        for a, b in pairs
        if len(a) == len(b)
    ]
    return dict(
        same_number=len(distances),
        same_people=sum(are_alike(*pair) for pair in pairs),
        largest_px=float(f'{max((d.max(initial=0) for d in distances), default=0):.2g}'),
    )


def compare(loaded: Loaded, args: Namespace) -> Iterator[Dict[str, Any]]:
    """A row for each file and backend, and for each way, beside PyTorch with the same views."""
    flips = [json.loads(read_metadata(path)[ENTRY])['flip'] for path in args.files]
    own = loaded.model.test_cfg.get('flip_test', False)
    plain = {flip: torch_side(loaded, flip) for flip in {*flips, *([own] if args.torch else [])}}
    sides = {way: (own, torch_side(loaded, own, **WAYS[way])) for way in args.torch}
    for (path, flip), name in product(zip(args.files, flips), args.backends):
        model = ExportedModel(path, threads=1, **BACKENDS[name])
        sides[f'{path.name} {name}'] = flip, file_side(model)
    for picture in data_pictures(loaded, 'test', args.pictures):
        for side in (*plain.values(), *(side for _, side in sides.values())):
            side.see(picture)
    judges = loaded.config.test_evaluator
    judged = judges[0] if isinstance(judges, list) else judges, loaded.model.dataset_meta
    for name, (flip, side) in sides.items():
        row = dict(side=name, flip=flip, **describe(plain[flip], side))
        if args.pictures is None:  # AP of a part of the pictures would miss the people of the rest
            for key, each in (('ap_torch', plain[flip]), ('ap', side)):
                row[key] = round(average_precision(each, *judged), 4)
        yield row


def describe(ours: Side, side: Side) -> Dict[str, Any]:
    """How near a side is to PyTorch as it is, and how long both took."""
    (torch_ms, _), (side_ms, host_ms) = ours.milliseconds(), side.milliseconds()
    return dict(
        pictures=len(side.poses),
        people_torch=sum(map(len, ours.poses)),
        people=sum(map(len, side.poses)),
        **apart(ours.poses, side.poses),
        torch_ms=round(torch_ms, 2),
        ms=round(side_ms, 2),
        ratio=round(torch_ms / side_ms, 2),
        host_ms=round(host_ms, 2),
    )


def main() -> None:
    """Compare files and ways."""
    parser = config_parser(__doc__)
    add = parser.add_argument
    add('checkpoint', help='what the files were made of')
    add('files', nargs='*', type=Path, metavar='FILE', help='exported files')
    add('--backends', nargs='+', choices=BACKENDS, default=['onnxruntime'], help='of files')
    add('--torch', nargs='+', choices=WAYS, default=[], help='faster ways of PyTorch')
    add('--pictures', type=int, metavar='N', help='of the test data, without AP; all by default')
    add('--json', type=Path, metavar='FILE', help='write the rows to this file')
    args = parser.parse_args()
    if args.pictures is not None and args.pictures <= WARM_UP:
        parser.error(f'--pictures: at least {WARM_UP + 1}, the first {WARM_UP} are not timed')
    torch.set_num_threads(1)
    run(compare(load(args.config, args.checkpoint, args.cfg_options), args), args)


if __name__ == '__main__':
    main()
