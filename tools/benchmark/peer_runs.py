"""YOLO11n-pose by ultralytics as a row of the table: on the same images, as long as AE has trained.

Its environment is that of ``make peers``. It knows no regions to ignore: who has no keypoints is
left out of its labels.
"""

import json
import sys
from dataclasses import replace
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, Dict, Optional

import mmpose_ae  # noqa: F401  (makes MMPose importable)

# isort: split
import cv2
import numpy as np
import torch
from method_configs import Run, make_steps
from method_runs import clock, read_metrics
from mmengine.evaluator import Evaluator
from mmengine.registry import DefaultScope
from mmengine.structures import InstanceData

from mmpose_ae.registry import DATASETS

PEERS = {'yolo11n-pose': 'YOLO11n-pose'}
LEAST_SCORE = 0.01  # of people whose AP is measured
BATCH_SIZE = 8


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


def seconds_of_ae(run: Run) -> float:
    """How long AE was trained on the same data with the same seed."""
    path = replace(run, method='ae').row_file
    if not path.exists():
        raise SystemExit(f'error: {run.method} trains as long as ae, of which there is no {path}')
    return json.loads(path.read_text())['minutes'] * 60


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


def train_yolo(run: Run, labels: Path, epochs: int, name: str) -> float:
    """Train YOLO from random weights; what was in the folder of that name is replaced.

    Args:
        run (Run): The run.
        labels (Path): What :func:`write_labels` gives.
        epochs (int): How many.
        name (str): Folder of its weights, below that of the run.

    Returns:
        float: Seconds.
    """
    yolo, start = import_yolo()(f'{run.method}.yaml'), clock()
    yolo.train(
        data=str(labels), epochs=epochs, imgsz=run.form.side, batch=BATCH_SIZE,
        workers=run.form.workers, seed=run.seed, pretrained=False, amp=False, val=False,
        plots=False, project=str(run.work_dir.absolute()), name=name, exist_ok=True,
    )  # fmt: skip
    return clock() - start


def measure_peer(run: Run) -> Dict[str, Optional[float]]:
    """Train and measure YOLO, so many epochs that it takes as long as AE did.

    Args:
        run (Run): Of one of ``PEERS``.

    Returns:
        dict: The numbers of its row.
    """
    cfg = make_steps(replace(run, method='ae'))[-1]
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        dataset = DATASETS.build(cfg.test_dataloader.dataset)
        evaluator = Evaluator(cfg.test_evaluator)
    labels = write_labels(run.data_root, run.work_dir, dataset.metainfo['flip_indices'])
    budget, epoch = seconds_of_ae(run), train_yolo(run, labels, 1, 'trial')
    seconds, find = train_yolo(run, labels, max(round(budget / epoch), 1), 'yolo'), FindPeople(run)
    evaluator.dataset_meta = dataset.metainfo
    for item in dataset:
        sample = item['data_samples']
        sample.pred_instances = to_instances(find(cv2.imread(sample.img_path), conf=LEAST_SCORE))
        evaluator.process([sample])
    parameters = sum(parameter.numel() for parameter in find.yolo.model.parameters())
    accuracy = read_metrics(evaluator.evaluate(len(dataset)))
    return dict(accuracy, parameters_m=parameters / 1e6, minutes=seconds / 60)


class FindPeople:
    """From a picture to ultralytics' results, by what was trained.

    Args:
        run (Run): Of one of ``PEERS``.
    """

    def __init__(self, run: Run) -> None:
        self.yolo, self.side = import_yolo()(run.work_dir / 'yolo/weights/last.pt'), run.form.side

    def __call__(self, image: np.ndarray, **options: Any) -> Any:
        """Find the people of an image, (H, W, 3), BGR; options are those of its ``predict``."""
        (result,) = self.yolo.predict(image, imgsz=self.side, verbose=False, **options)
        return result


def to_instances(result: Any) -> InstanceData:
    """The people of ultralytics' result, as heads give them."""
    keypoints = result.keypoints.data.cpu().numpy().reshape(-1, 17, 3)
    return InstanceData(
        keypoints=keypoints[..., :2],
        keypoint_scores=keypoints[..., 2],
        bboxes=result.boxes.xyxy.cpu().numpy(),
        bbox_scores=result.boxes.conf.cpu().numpy(),
    )
