"""Draw masks: ``python -m projects.instance_segmentation.tools.draw_masks CONFIG CHECKPOINT``."""

from pathlib import Path
from typing import Tuple, Union

import cv2
import numpy as np
import torch
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmpose.structures import PoseDataSample
from torch import nn

from mmpose_ae.cli.command_line import drawing_parser, read_config
from mmpose_ae.frame import Frame
from mmpose_ae.options import check_count
from mmpose_ae.pictures import instance_colors, load_model
from mmpose_ae.prediction.masks import paint_masks
from mmpose_ae.registry import DATASETS
from projects.instance_segmentation.models import InstanceSegHead, PoseMaskHead
from projects.instance_segmentation.visualization import tag_picture


@torch.no_grad()
def draw_masks(
    cfg: Config, checkpoint: Union[str, Path], out: Union[str, Path], num_images: int
) -> Path:
    """Predict validation images, and draw each in a row: input, tags by category, masks.

    Args:
        cfg (Config): Config of an :class:`InstanceSegmentor`, or of a :class:`PoseMaskHead`, with a
            ``val_dataloader``.
        checkpoint (str | Path): Its weights.
        out (str | Path): Folder of the picture, made if missing.
        num_images (int): Number of images, the first ones.

    Returns:
        Path: ``masks.jpg``.

    Raises:
        OSError: If the picture cannot be written.
        ValueError: If no image is asked for, or the config is of a network without tags of pixels.
    """
    check_count('the number of images', num_images, 1)
    model = load_model(cfg, checkpoint, output_heatmaps=True)
    if not isinstance(model.head, (InstanceSegHead, PoseMaskHead)):
        raise ValueError(
            f'draw_masks draws tags of pixels, which InstanceSegHead and PoseMaskHead have, but '
            f'the config has a {type(model.head).__name__}'
        )
    dataset = DATASETS.build(cfg.val_dataloader.dataset)
    rows = [_row(model, dataset[index]) for index in range(min(num_images, len(dataset)))]
    path = Path(out) / 'masks.jpg'
    path.parent.mkdir(parents=True, exist_ok=True)
    width = max(row.shape[1] for row in rows)
    rows = [np.pad(row, ((0, 0), (0, width - row.shape[1]), (0, 0))) for row in rows]
    if not cv2.imwrite(str(path), np.vstack(rows)[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 85]):
        raise OSError(f'could not write {path}')
    return path


def _row(model: nn.Module, packed: dict) -> np.ndarray:
    """The pictures of one image side by side, (H, W', 3), RGB."""
    (sample,) = model.test_step(pseudo_collate([packed]))
    image = cv2.imread(sample.img_path)[..., ::-1]
    masks = sample.pred_instances.masks
    painted = paint_masks(image, masks, instance_colors(range(len(masks))), opacity=0.6)
    detections, tags, threshold = _pixel_maps(model.head, sample)
    frame = sample.metainfo['frame']
    pictures = [
        _to_image(tag_picture(own, sure >= threshold), frame)
        for own, sure in zip(tags.swapaxes(0, 1), detections)
    ]
    return np.hstack([image, *pictures, painted])


def _pixel_maps(head: nn.Module, sample: PoseDataSample) -> Tuple[np.ndarray, np.ndarray, float]:
    """Detections (C, h, w) and tags (L, C, h, w) of pixels, and where something is detected."""
    fields = sample.pred_fields
    if isinstance(head, PoseMaskHead):  # the mask, and the tags of its pixels
        mask, tags = np.split(fields.centers.cpu().numpy(), [1])
        return mask, tags[:, None], head.mask_decoder.threshold
    detections, tags = (maps.cpu().numpy() for maps in (fields.heatmaps, fields.tags))
    return detections, tags.reshape(-1, *detections.shape), head.decoder.threshold


def _to_image(picture: np.ndarray, frame: Frame) -> np.ndarray:
    """Bring a picture of the cells of the input (h, w, 3) to the image (H, W, 3)."""
    to_cells = frame.resized(picture.shape[1::-1]).matrix
    flags = cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(
        picture, to_cells, frame.image_size, flags=flags, borderMode=cv2.BORDER_REPLICATE
    )


def main() -> None:
    """Draw as the command line says."""
    args = drawing_parser('Draw the tags of pixels, and masks', num_images=6).parse_args()
    print(
        draw_masks(read_config(args.config, args.cfg_options), args.checkpoint, args.out, args.num)
    )


if __name__ == '__main__':
    main()
