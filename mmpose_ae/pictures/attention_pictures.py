"""Pictures of how a trained CenterGroup attends from centers to keypoints."""

from pathlib import Path
from typing import List, Union

import mmcv
import torch
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmengine.device import get_device
from mmpose.apis import init_model
from torch import nn

from mmpose_ae.frame import Frame
from mmpose_ae.models.center_group import CenterGroupingModule
from mmpose_ae.registry import DATASETS

from .attention_plot import ImageAttention, plot_attention
from .prediction_pictures import choose_images


@torch.no_grad()
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
    model = init_model(Config(cfg.to_dict()), str(checkpoint), device=get_device())
    model.test_cfg = dict(model.test_cfg or {}, flip_test=False, multiscale_test=False)
    calls = _record_calls(model)
    dataset = DATASETS.build(cfg.val_dataloader.dataset)
    out_dir = Path(out_dir)
    out_dir.mkdir(parents=True, exist_ok=True)
    paths = []
    for index in choose_images(dataset, num_images):
        (sample,) = model.test_step(pseudo_collate([dataset[index]]))
        found = _attention_on_image(*calls.pop(), sample.metainfo['frame'])
        image = mmcv.imread(sample.img_path, channel_order='rgb')
        paths.append(out_dir / f'attention_{sample.img_id}.png')
        plot_attention(image, found).savefig(paths[-1], dpi=150)
    return paths


def _record_calls(model: nn.Module) -> list:
    """Keep what goes into the model's grouping module and what comes out."""
    modules = [m for m in model.modules() if isinstance(m, CenterGroupingModule)]
    if not modules:
        raise ValueError(
            f'{type(model.head).__name__} has no CenterGroupingModule: attention is drawn of '
            'CenterGroup only'
        )
    calls = []
    modules[0].register_forward_hook(lambda module, nodes, layers: calls.append((nodes, layers)))
    return calls


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
