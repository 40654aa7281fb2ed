"""YOLO11n-pose by ultralytics, for a row of the table; a peer, see peer_runs.py.

Its environment is that of ``make peers``. It knows no regions to ignore: who has no keypoints is
left out of its labels.
"""

import json
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, Dict, Optional

import numpy as np
import torch
from method_configs import BATCH_SIZE, Run
from method_runs import clock
from mmengine.structures import InstanceData
from torch import nn

TRIAL, WHOLE = 'trial', 'whole'  # folders of weights, below that of the run


def label_lines(image: Dict, annotations: list) -> str:
    """Write the people of an image as YOLO reads them, a line for each.

    Args:
        image (dict): ``width`` and ``height`` in pixels.
        annotations (list[dict]): In COCO's format.

    Returns:
        str: The category, center and size of the box, then x, y and visibility of each keypoint;
        all relative to the size of the image.
    """
    size, lines = np.array([image['width'], image['height']], float), []
    for person in annotations:
        if person['iscrowd'] or not person['num_keypoints']:
            continue
        corner, sides = np.reshape(person['bbox'], (2, 2))
        keypoints = np.reshape(person['keypoints'], (-1, 3)).astype(float)
        keypoints[:, :2] /= size
        values = [*((corner + sides / 2) / size), *(sides / size), *keypoints.ravel()]
        lines.append(' '.join(['0', *(f'{value:.6g}' for value in values)]) + '\n')
    return ''.join(lines)


def write_labels(root: Path, folder: Path, flip_indices: list) -> Path:
    """Write a SynthCrowd as ultralytics reads it, with links to the images.

    Args:
        root (Path): Of the data set.
        folder (Path): To write to.
        flip_indices (list[int]): Keypoint types of the mirrored image.

    Returns:
        Path: The file that describes the data set.
    """
    for split in ('train', 'val'):
        content = json.loads((root / f'annotations/{split}.json').read_text())
        images, labels = folder / 'images' / split, folder / 'labels' / split
        labels.mkdir(parents=True, exist_ok=True)
        images.parent.mkdir(exist_ok=True)
        if not images.exists():
            images.symlink_to((root / split).absolute())
        people = {image['id']: [] for image in content['images']}
        for annotation in content['annotations']:
            people[annotation['image_id']].append(annotation)
        for image in content['images']:
            name = Path(image['file_name']).with_suffix('.txt')
            (labels / name).write_text(label_lines(image, people[image['id']]))
        listed = [f'{images.absolute() / image["file_name"]}\n' for image in content['images']]
        (folder / f'{split}.txt').write_text(''.join(listed))
    described = dict(path=str(folder.absolute()), train='train.txt', val='val.txt')
    described.update(names=['person'], kpt_shape=[17, 3], flip_idx=list(flip_indices))
    path = folder / 'data.yaml'
    path.write_text(json.dumps(described))  # JSON is YAML
    return path


def import_yolo() -> type:
    """Import ultralytics, of its own environment, also where torchvision has no operators.

    The wheels of PyPI want those of CUDA. One function is needed, which ultralytics has as well.
    Whenever it runs it sets PyTorch's threads, also those of our networks: to as many as there are.
    """
    from ultralytics import YOLO
    from ultralytics.utils import torch_utils
    from ultralytics.utils.nms import TorchNMS

    torch_utils.NUM_THREADS = torch.get_num_threads()

    try:
        import torchvision  # noqa: F401
    except (ImportError, RuntimeError, OSError):
        stand_in = ModuleType('torchvision')
        stand_in.__spec__ = ModuleSpec('torchvision', loader=None)
        stand_in.ops = SimpleNamespace(nms=TorchNMS.nms)
        sys.modules['torchvision'] = stand_in
    return YOLO


def time_epoch(run: Run, meta: Dict) -> float:
    """Train for one epoch; gives the seconds that it takes."""
    return _train(run, meta, 1, TRIAL)


def train(run: Run, meta: Dict, epochs: int) -> float:
    """Train from random weights; what a run before has left is replaced.

    Args:
        run (Run): The run.
        meta (dict): Of the data set, with ``flip_indices``.
        epochs (int): How many.

    Returns:
        float: Seconds.
    """
    return _train(run, meta, epochs, WHOLE)


def _train(run: Run, meta: Dict, epochs: int, name: str) -> float:
    labels = write_labels(run.data_root, run.work_dir, meta['flip_indices'])
    yolo, start = import_yolo()(f'{run.method}.yaml'), clock()
    yolo.train(
        data=str(labels), epochs=epochs, imgsz=run.form.side,
        batch=run.form.batch_size or BATCH_SIZE, workers=run.form.workers, seed=run.seed,
        pretrained=False, amp=False, val=False, plots=False,
        project=str(run.work_dir.absolute()), name=name, exist_ok=True,
    )  # fmt: skip
    return clock() - start


class FindPeople:
    """From a picture to its people, by what was trained.

    Args:
        run (Run): The run.
        least (float, optional): Least score of a person. None is that of ultralytics.
    """

    def __init__(self, run: Run, least: Optional[float] = None) -> None:
        weights = run.work_dir / WHOLE / 'weights/last.pt'
        self.yolo, self.side = import_yolo()(weights), run.form.side
        self.options = {} if least is None else dict(conf=least)

    @property
    def network(self) -> nn.Module:
        """The network."""
        return self.yolo.model

    def __call__(self, image: np.ndarray) -> InstanceData:
        """Find the people of an image, (H, W, 3), BGR."""
        (result,) = self.yolo.predict(image, imgsz=self.side, verbose=False, **self.options)
        return to_instances(result)


def to_instances(result: Any) -> InstanceData:
    """The people of ultralytics' result, as heads give them."""
    keypoints = result.keypoints.data.cpu().numpy().reshape(-1, 17, 3)
    return InstanceData(
        keypoints=keypoints[..., :2],
        keypoint_scores=keypoints[..., 2],
        bboxes=result.boxes.xyxy.cpu().numpy(),
        bbox_scores=result.boxes.conf.cpu().numpy(),
    )
