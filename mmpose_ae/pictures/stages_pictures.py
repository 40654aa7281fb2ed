"""Pictures of what a trained model makes of one image, stage by stage."""

from pathlib import Path
from typing import Optional, Union

import numpy as np
import torch
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from torch import nn

from mmpose_ae.models.heads import groups_by_tags, to_instance_data
from mmpose_ae.models.heads.views import nest_views

from .loading import load_model
from .recorded_images import input_image
from .skeletons import draw_instances
from .stages_plot import StagesOfImage, plot_stages
from .val_images import build_val_dataset


@torch.no_grad()
def draw_stages(
    cfg: Config,
    checkpoint: Union[str, Path],
    out: Union[str, Path],
    image_id: Optional[int] = None,
) -> Path:
    """Predict one validation image and draw input, heatmaps, candidates and people.

    Args:
        cfg (Config): The model's config, with a ``val_dataloader``; its head groups by tags.
        checkpoint (str | Path): Its weights.
        out (str | Path): File of the picture.
        image_id (int, optional): Which image. None is the one with most people.

    Returns:
        Path: The file.

    Raises:
        ValueError: If the head does not group by tags, or there is no such image.
    """
    model = load_model(cfg, checkpoint)
    if not groups_by_tags(model.head):
        raise ValueError(
            f'{type(model.head).__name__} does not group by tags, whose stages are drawn'
        )
    dataset = build_val_dataset(cfg)
    stages = _find_stages(model, dataset[_find_image(dataset, image_id)], dataset.metainfo)
    out = Path(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    plot_stages(stages).savefig(out)
    return out


def _find_image(dataset: object, image_id: Optional[int]) -> int:
    """Index of an image in the dataset."""
    infos = [dataset.get_data_info(i) for i in range(len(dataset))]
    if image_id is None:
        people = [np.any(info.get('keypoints_visible', [[0]]), axis=1).sum() for info in infos]
        return int(np.argmax(people))
    found = [i for i, info in enumerate(infos) if info['img_id'] == image_id]
    if not found:
        raise ValueError(f'{dataset.ann_file} has no image {image_id}')
    return found[0]


def _find_stages(model: nn.Module, packed: dict, dataset_meta: dict) -> StagesOfImage:
    """Take the image through the model, and keep what is between its halves."""
    batch = model.data_preprocessor(pseudo_collate([packed]))
    head, samples = model.head, batch['data_samples']
    inputs = batch['inputs'] if isinstance(batch['inputs'], list) else [batch['inputs']]
    options = head.read_test_cfg(model.test_cfg)
    metainfo = samples[0].metainfo
    feats = nest_views(inputs, model.extract_feat, metainfo, dict(model.test_cfg or {}))
    predicted = head.predict_maps(feats, samples, options)
    proposals = head.decoder.propose(predicted.maps)
    (poses,) = head.decoder.group(proposals, predicted.grid)
    people = to_instance_data(poses)
    people.keypoints_visible = poses.keypoint_scores  # guesses are not drawn
    scores, cells, tags = (values[0].flatten(0, 1).cpu().numpy() for values in proposals.candidates)
    found = scores > 0
    image = input_image(packed)
    return StagesOfImage(
        image=image,
        heatmap=predicted.maps.heatmaps[0].amax(0).float().cpu().numpy(),
        points=predicted.grid.to_pixels(cells[found]),
        scores=scores[found],
        tags=tags[found],
        people=draw_instances(image, people, dataset_meta),
    )
