"""Pictures of how a trained CenterGroup attends from centers to keypoints."""

from pathlib import Path
from typing import List, Tuple, Union

import mmcv
import torch
from matplotlib.figure import Figure
from mmengine.config import Config

from mmpose_ae.datasets.transforms import whole_image
from mmpose_ae.frame import Frame
from mmpose_ae.models.center_group import CenterGroupingModule

from .attention_plot import ImageAttention, plot_attention
from .recorded_images import RecordedImage, record_images
from .saving import save_figures


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
    images = record_images(cfg, checkpoint, CenterGroupingModule, num_images)
    return save_figures(map(_draw, images), out_dir, dpi=150)


def _draw(seen: RecordedImage) -> Tuple[str, Figure]:
    found = _attention_on_image(seen.given, seen.made, seen.sample.metainfo['frame'])
    image = mmcv.bgr2rgb(whole_image(seen.sample.metainfo))
    return f'attention_{seen.sample.img_id}', plot_attention(image, found)


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
