"""Write ONNX files of networks that people take instead, to time them: ``make networks``.

YOLO by ultralytics, in an environment of its own, and RTMO by MMPose, from their own configs.
Weights are random: the time does not depend on them. The files give candidates for people, as
those networks have them; what is left out is the suppression of doubles.
"""

import shutil
from argparse import ArgumentParser
from pathlib import Path
from typing import Callable, Dict, Tuple

import mmpose
import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope
from mmpose.registry import MODELS
from mmpose.structures.bbox import bbox_xyxy2cs
from torch import Tensor, nn

import mmpose_ae  # noqa: F401  MMPose can be imported on mmcv-lite

OPSET = 18
PEOPLE = 30  # whom RTMO decodes
RTMO = Path(mmpose.__file__).parent / '.mim/configs/body_2d_keypoint/rtmo'
CONFIGS = {
    'rtmo-t': RTMO / 'body7/rtmo-t_8xb32-600e_body7-416x416.py',
    'rtmo-s': RTMO / 'coco/rtmo-s_8xb32-600e_coco-640x640.py',
}


class RTMONetwork(nn.Module):
    """RTMO up to the suppression of doubles, which comes before its decoding of keypoints.

    Args:
        model (nn.Module): MMPose's estimator, switched to deployment.
        people (int): How many boxes are decoded, the best ones.
    """

    def __init__(self, model: nn.Module, people: int = PEOPLE) -> None:
        super().__init__()
        self.model, self.people = model, people

    def forward(self, images: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
        """Find people in (1, 3, H, W): scores (P,), keypoints (P, K, 2) and their scores (P, K)."""
        head = self.model.head
        scores, boxes, _, visible, vectors = map(
            head._flatten_predictions, head(self.model.extract_feat(images))
        )
        boxes = head.decode_bbox(boxes, head.flatten_priors, head.flatten_stride)[0]
        best, index = scores.sigmoid()[0, :, 0].topk(self.people)
        places = torch.cat(bbox_xyxy2cs(boxes[index], head.bbox_padding), dim=1)
        keypoints = head.dcc.forward_test(vectors[0, index], places, head.flatten_priors[index])
        return best, keypoints, visible.sigmoid()[0, index]


def write_rtmo(name: str, size: Tuple[int, int], path: Path) -> None:
    """Export a network of MMPose's.

    Args:
        name (str): One of ``CONFIGS``.
        size (tuple): Of the images (w, h), in pixels.
        path (Path): The file to write.
    """
    cfg = Config.fromfile(CONFIGS[name])
    cfg.model.test_cfg.input_size = size[::-1]  # it reads height first
    with DefaultScope.overwrite_default_scope('mmpose'):
        model = MODELS.build(cfg.model)
    model.switch_to_deploy()
    network = RTMONetwork(model).eval()
    images = torch.rand(1, 3, *size[::-1])
    torch.onnx.export(
        network, (images,), path, dynamo=True, opset_version=OPSET, external_data=False,
        verbose=False,
    )  # fmt: skip


def write_yolo(name: str, size: Tuple[int, int], path: Path) -> None:
    """Export a network of ultralytics'.

    Args:
        name (str): Of its YAML file, which is in the package.
        size (tuple): Of the images (w, h), in pixels.
        path (Path): The file to write.
    """
    from ultralytics import YOLO  # its own environment alone has it
    from ultralytics.cfg import DEFAULT_CFG_DICT
    from ultralytics.nn.tasks import PoseModel

    yolo = YOLO(f'{name}.yaml')
    yolo.model = PoseModel(yolo.model.yaml.copy(), nc=1)  # people alone, as the published weights
    yolo.model.args, yolo.model.task = {**DEFAULT_CFG_DICT, **yolo.overrides}, 'pose'
    shutil.move(yolo.export(format='onnx', imgsz=size[::-1], simplify=False, opset=OPSET), path)


WRITERS: Dict[str, Callable] = {
    'yolo11n-pose': write_yolo,
    'yolo26n-pose': write_yolo,
    **dict.fromkeys(CONFIGS, write_rtmo),
}


def main() -> None:
    """Write the files that are not there yet."""
    parser = ArgumentParser(description=__doc__)
    add = parser.add_argument
    add('networks', nargs='+', choices=list(WRITERS))
    add('--size', type=int, nargs=2, default=[512, 512], metavar=('W', 'H'), help='of the images')
    add('--out', type=Path, required=True, metavar='FOLDER', help='of the files, NAME.onnx')
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    for name in args.networks:
        path = args.out / f'{name}.onnx'
        if not path.exists():
            WRITERS[name](name, tuple(args.size), path)
        print(path)


if __name__ == '__main__':
    main()
