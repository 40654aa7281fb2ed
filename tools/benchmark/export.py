"""Compare exported files with PyTorch on the config's test data: people, AP, and CPU time.

``python tools/benchmark/export.py CONFIG CHECKPOINT FILE...``; files are from ``mmpose-ae export``.
All see the same inputs, picture by picture in turn, on one thread, and the time is that of the
processor, which other programs do not lengthen.
"""

import json
import time
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Tuple

import numpy as np
import torch
from mmengine.evaluator import Evaluator
from mmpose.structures import PoseDataSample

from mmpose_ae.cli.benchmark import run
from mmpose_ae.cli.command_line import config_parser
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


def torch_side(loaded: Loaded, flip_test: bool) -> Side:
    """The network as it is exported, but line by line."""
    graph, codec = make_graph(loaded, flip_test), loaded.model.head.decoder

    @torch.inference_mode()
    def find(picture: Picture) -> Any:
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


def compare(loaded: Loaded, paths: List[Path]) -> Iterator[Dict[str, Any]]:
    """A row for each file, beside PyTorch with the same views."""
    flips = [json.loads(read_metadata(path)[ENTRY])['flip'] for path in paths]
    in_torch = {flip: torch_side(loaded, flip) for flip in flips}
    files = [file_side(ExportedModel(path, threads=1)) for path in paths]
    for picture in data_pictures(loaded, 'test'):
        for side in (*in_torch.values(), *files):
            side.see(picture)
    judges = loaded.config.test_evaluator
    judged = judges[0] if isinstance(judges, list) else judges, loaded.model.dataset_meta
    expected = {flip: average_precision(side, *judged) for flip, side in in_torch.items()}
    for path, flip, side in zip(paths, flips, files):
        ours = in_torch[flip]
        (torch_ms, _), (file_ms, host_ms) = ours.milliseconds(), side.milliseconds()
        yield dict(
            file=path.name,
            flip=flip,
            pictures=len(side.poses),
            people_torch=sum(map(len, ours.poses)),
            people_file=sum(map(len, side.poses)),
            **apart(ours.poses, side.poses),
            ap_torch=round(expected[flip], 4),
            ap_file=round(average_precision(side, *judged), 4),
            torch_ms=round(torch_ms, 2),
            file_ms=round(file_ms, 2),
            ratio=round(torch_ms / file_ms, 2),
            host_ms=round(host_ms, 2),
            megabytes=round(path.stat().st_size / 2**20, 2),
        )


def main() -> None:
    """Compare files."""
    parser = config_parser(__doc__)
    parser.add_argument('checkpoint', help='what the files were made of')
    parser.add_argument('files', nargs='+', type=Path, metavar='FILE', help='exported files')
    parser.add_argument('--json', type=Path, metavar='FILE', help='write the rows to this file')
    args = parser.parse_args()
    torch.set_num_threads(1)
    run(compare(load(args.config, args.checkpoint, args.cfg_options), args.files), args)


if __name__ == '__main__':
    main()
