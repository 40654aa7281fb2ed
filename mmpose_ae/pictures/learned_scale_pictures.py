"""Pictures of how wide a trained SWAHR wants the targets of keypoints to be."""

from pathlib import Path
from typing import List, Tuple, Union

import torch
from matplotlib.figure import Figure
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from torch import nn

from mmpose_ae.models.scale_adaptation import LearnedScale

from .learned_scale_plot import plot_learned_scales
from .loading import load_model
from .recorded_images import base_scale, input_image, last_of_kind
from .saving import save_figures
from .val_images import build_val_dataset, choose_images


@torch.no_grad()
def draw_learned_scales(
    cfg: Config, checkpoint: Union[str, Path], out_dir: Union[str, Path], num_images: int
) -> List[Path]:
    """Ask a network about validation images with people, spread over the dataset.

    Testing does not ask for scales, so features are taken to them as in training.

    Args:
        cfg (Config): The model's config, with a ``val_dataloader``.
        checkpoint (str | Path): Its weights.
        out_dir (str | Path): Folder of the pictures, made if missing.
        num_images (int): Number of images; fewer if the dataset has fewer with people.

    Returns:
        list[Path]: ``learned_scales_*.png`` for each image, of the finest heatmaps.

    Raises:
        ValueError: If the model learns no scales, or no image has a labelled person.
    """
    model = load_model(cfg, checkpoint)
    learned = last_of_kind(model, LearnedScale)
    dataset = build_val_dataset(cfg)
    images = (dataset[index] for index in choose_images(dataset, num_images))
    return save_figures((_draw(model, learned, packed) for packed in images), out_dir)


def _draw(model: nn.Module, learned: LearnedScale, packed: dict) -> Tuple[str, Figure]:
    batch = model.data_preprocessor(pseudo_collate([base_scale(packed)]))
    outputs = model.head(model.extract_feat(batch['inputs']))[-1]
    maps = outputs.heatmaps[-1], learned(outputs, supervision=None)[-1]
    heatmaps, scales = (each[0].float().cpu().numpy() for each in maps)
    figure = plot_learned_scales(input_image(packed), heatmaps, scales)
    return f'learned_scales_{packed["data_samples"].img_id}', figure
