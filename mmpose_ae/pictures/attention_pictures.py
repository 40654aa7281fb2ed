"""Pictures of how a trained CenterGroup attends from centers to keypoints."""

from pathlib import Path
from typing import List, Union

import mmcv
import torch
from mmengine.config import Config

from mmpose_ae.frame import Frame
from mmpose_ae.models.center_group import CenterGroupingModule

from .attention_plot import ImageAttention, plot_attention
from .recorded_images import record_images


def draw_attention(
    cfg: Config, checkpoint: Union[str, Path], out_dir: Union[str, Path], num_images: int
) -> List[Path]:
    """Predict validation images with people, spread over the dataset, and draw the attention.

    Args:
        cfg (Config): The model's config, with a ``val_dataloader``.
        checkpoint (str | Path): Its weights.
        out_dir (str | Path): Folder of the pictures, made if missing.
        num_images (int): Number of images; fewer if the dataset has fewer with people.

    Returns:
        list[Path]: ``attention_*.png`` for each image.

    Raises:
        ValueError: If the model does not group by attention, or no image has a labelled person.

    Source: CenterGroup (Braso et al. 2021, arXiv:2110.05132), Figures 6 and 7.
    """
    out_dir = Path(out_dir)
    out_dir.mkdir(parents=True, exist_ok=True)
    paths = []
    for seen in record_images(cfg, checkpoint, CenterGroupingModule, num_images):
        found = _attention_on_image(seen.given, seen.made, seen.sample.metainfo['frame'])
        image = mmcv.imread(seen.sample.img_path, channel_order='rgb')
        paths.append(out_dir / f'attention_{seen.sample.img_id}.png')
        plot_attention(image, found).savefig(paths[-1], dpi=150)
    return paths


def _attention_on_image(nodes: tuple, layers: list, frame: Frame) -> ImageAttention:
    """The last layer's attention of the one image of a batch, in pixels of the original image."""
    keypoints, centers = nodes
    outputs = layers[-1]
    real = keypoints.mask[0].flatten()
    kept = centers.mask[0, 0]
    if outputs.center_logits is not None:
        kept = kept & (outputs.center_logits[0] > 0)
    visible = torch.ones_like(outputs.attention[0, ..., 0], dtype=torch.bool)
    if outputs.visibility is not None:
        visible = outputs.visibility[0] > 0
    return ImageAttention(
        centers=frame.to_image(centers.locations[0, 0][kept].cpu().numpy()),
        candidates=frame.to_image(keypoints.locations[0].flatten(0, 1)[real].cpu().numpy()),
        attention=outputs.attention[0][kept][..., real].float().cpu().numpy(),
        visible=visible[kept].cpu().numpy(),
    )
