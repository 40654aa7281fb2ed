"""Draw masks: ``python -m projects.instance_segmentation.tools.draw_masks CONFIG CHECKPOINT``."""

from pathlib import Path
from typing import List, Union

import cv2
import numpy as np
import torch
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmengine.device import get_device
from mmpose.apis import init_model
from mmpose.structures import PoseDataSample

from mmpose_ae.cli.command_line import drawing_parser, read_config
from mmpose_ae.registry import DATASETS
from projects.instance_segmentation.models import InstanceSegmentor
from projects.instance_segmentation.visualization import paint_masks, tag_picture


@torch.no_grad()
def draw_masks(
    cfg: Config, checkpoint: Union[str, Path], out: Union[str, Path], num_images: int
) -> Path:
    """Predict validation images, and draw each in a row: input, tags by category, masks.

    Args:
        cfg (Config): Config of an :class:`InstanceSegmentor`, with a ``val_dataloader``.
        checkpoint (str | Path): Its weights.
        out (str | Path): Folder of the picture, made if missing.
        num_images (int): Number of images, the first ones.

    Returns:
        Path: ``masks.jpg``.

    Raises:
        OSError: If the picture cannot be written.
        ValueError: If the config is of another estimator, whose maps of tags are not by category.
    """
    cfg = Config(cfg.to_dict())
    cfg.model.test_cfg.output_heatmaps = True
    model = init_model(cfg, str(checkpoint), device=get_device())
    if not isinstance(model, InstanceSegmentor):
        raise ValueError(
            f'draw_masks draws what an InstanceSegmentor finds, but the config has a '
            f'{type(model).__name__}: give tools/test.py --show-dir instead'
        )
    dataset, decoder, rows = DATASETS.build(cfg.val_dataloader.dataset), model.head.decoder, []
    for index in range(min(num_images, len(dataset))):
        packed = dataset[index]
        (sample,) = model.test_step(pseudo_collate([packed]))
        image = cv2.imread(sample.img_path)[..., ::-1]
        painted = paint_masks(image, sample.pred_instances.masks, opacity=0.6)
        rows.append(np.hstack([image, *_tag_pictures(sample, decoder.threshold, image), painted]))
    path = Path(out) / 'masks.jpg'
    path.parent.mkdir(parents=True, exist_ok=True)
    width = max(row.shape[1] for row in rows)
    rows = [np.pad(row, ((0, 0), (0, width - row.shape[1]), (0, 0))) for row in rows]
    if not cv2.imwrite(str(path), np.vstack(rows)[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 85]):
        raise OSError(f'could not write {path}')
    return path


def _tag_pictures(sample: PoseDataSample, threshold: float, image: np.ndarray) -> List[np.ndarray]:
    """A picture for every category, as large as the image (H, W, 3)."""
    fields = sample.pred_fields
    detections, tags = (maps.cpu().numpy() for maps in (fields.heatmaps, fields.tags))
    tags = tags.reshape(-1, *detections.shape)
    pictures = (tag_picture(tags[:, c], sure >= threshold) for c, sure in enumerate(detections))
    options = dict(dsize=image.shape[1::-1], interpolation=cv2.INTER_NEAREST)
    return [cv2.resize(picture, **options) for picture in pictures]


def main() -> None:
    """Draw as the command line says."""
    args = drawing_parser('Draw the tags of pixels, and masks', num_images=6).parse_args()
    print(
        draw_masks(read_config(args.config, args.cfg_options), args.checkpoint, args.out, args.num)
    )


if __name__ == '__main__':
    main()
