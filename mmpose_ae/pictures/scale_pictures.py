"""Pictures of the scales that a trained Coupled Embedding reads from its tags."""

from pathlib import Path
from typing import Iterator, List, Tuple, Union

import mmcv
import numpy as np
import torch
import torch.nn.functional as F
from matplotlib.figure import Figure
from mmengine.config import Config
from mmengine.dataset import BaseDataset, pseudo_collate
from torch import nn

from mmpose_ae.datasets.transforms import whole_image
from mmpose_ae.evaluation import read_tags
from mmpose_ae.models.coupled_embedding import CoupledEmbeddingHead
from mmpose_ae.models.scale_adaptation.instance_scale import scale_map_from_tags, scale_vectors
from mmpose_ae.ops import instance_scales

from .loading import load_model
from .maps_of_image import crop_maps
from .recorded_images import base_scale
from .saving import save_figures
from .scale_plot import InstanceScale, plot_scale_maps, plot_scale_vectors
from .val_images import build_val_dataset, choose_images

NUM_INSTANCES = 3  # as in the paper's figure


@torch.no_grad()
def draw_scales(
    cfg: Config, checkpoint: Union[str, Path], out_dir: Union[str, Path], num_images: int
) -> List[Path]:
    """Predict validation images with people, spread over the dataset, and draw their scales.

    Args:
        cfg (Config): The model's config, with a ``val_dataloader``.
        checkpoint (str | Path): Its weights.
        out_dir (str | Path): Folder of the pictures, made if missing.
        num_images (int): Number of images; fewer if the dataset has fewer with people.

    Returns:
        list[Path]: For each image ``scale_maps_*.png`` and ``scale_vectors_*.png``.

    Raises:
        ValueError: If the head is no :class:`CoupledEmbeddingHead`, or nobody is labelled.

    Source: Coupled Embedding (Wang et al. 2022), Figures 3 and 4.
    """
    model = load_model(cfg, checkpoint)
    if not isinstance(model.head, CoupledEmbeddingHead):
        raise ValueError(
            f'tags that stand for scales are those of CoupledEmbeddingHead, '
            f'but the head of {checkpoint} is {type(model.head).__name__}'
        )
    # Tags of the upright image alone: those of other views are dimensions of their own.
    model.test_cfg = dict(output_heatmaps=True)
    dataset = build_val_dataset(cfg)
    return save_figures(_figures(model, dataset, num_images), out_dir, dpi=150)


def _figures(
    model: nn.Module, dataset: BaseDataset, num_images: int
) -> Iterator[Tuple[str, Figure]]:
    for index in choose_images(dataset, num_images):
        (prediction,) = model.test_step(pseudo_collate([base_scale(dataset[index])]))
        sample, info = prediction.to_dict(), dataset.get_data_info(index)
        image, image_id = mmcv.bgr2rgb(whole_image(sample)), sample['img_id']
        instances = _scales_of_instances(sample, info, model.head)
        yield f'scale_maps_{image_id}', _draw_maps(image, sample, model.head)
        yield f'scale_vectors_{image_id}', plot_scale_vectors(image, instances)


def _draw_maps(image: np.ndarray, sample: dict, head: nn.Module) -> Figure:
    heatmaps, tags = crop_maps(sample)
    scales = scale_map_from_tags(torch.from_numpy(tags)[None], len(heatmaps))[0]
    theta = getattr(head.loss_module, 'theta', None) or 1.0  # None adjusts no heatmaps
    return plot_scale_maps(image, heatmaps, tags, scales.numpy() / theta)


def _scales_of_instances(sample: dict, info: dict, head: nn.Module) -> List[InstanceScale]:
    """The smallest labelled instance, the largest one and those between, evenly spread."""
    visible = info['keypoints_visible'] > 0
    tags, _ = read_tags(info['keypoints'], sample)
    boxes = info['bbox']  # (N, 4)
    zoom = np.diag(sample['frame'].matrix)
    side = min(sample['input_size'])
    sides = torch.from_numpy((boxes[:, 2:] - boxes[:, :2]) * zoom)
    scales = instance_scales(sides, (side, side))
    vectors = scale_vectors(scales, head.tag_dim).numpy()
    labelled = [n for n in scales.argsort().tolist() if visible[n].any()]
    spread = np.linspace(0, len(labelled) - 1, min(NUM_INSTANCES, len(labelled)))
    instances = []
    for n in np.array(labelled)[spread.round().astype(int)]:
        mean = torch.from_numpy(tags[n][visible[n]].mean(0)).abs()
        learned = F.normalize(mean, dim=0).numpy()
        instances.append(InstanceScale(boxes[n], scales[n].item(), vectors[n], learned))
    return instances
