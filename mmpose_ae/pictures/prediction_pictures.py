"""Pictures of what a trained model predicts on its validation images."""

from pathlib import Path
from typing import Callable, List, Optional, Tuple, Union

import mmcv
import numpy as np
import torch
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmengine.device import get_device
from mmpose.structures import PoseDataSample

from mmpose_ae.datasets.transforms import whole_image
from mmpose_ae.evaluation import read_tags
from mmpose_ae.metainfo import keypoint_names

from .colors import match_instances
from .contact_sheet import contact_sheet
from .loading import load_model
from .map_plot import plot_maps
from .maps_of_image import crop_maps
from .skeletons import draw_instances
from .tag_plot import plot_tags
from .val_images import build_val_dataset, choose_images

HEADINGS = ('ground truth', 'prediction', 'refined')
PANELS = 4  # side by side


@torch.no_grad()
def draw_predictions(
    cfg: Config, checkpoint: Union[str, Path], out_dir: Union[str, Path], num_images: int
) -> List[Path]:
    """Predict validation images with people, spread over the dataset, and draw them.

    Args:
        cfg (Config): The model's config, with a ``val_dataloader``.
        checkpoint (str | Path): Its weights.
        out_dir (str | Path): Folder of the pictures, made if missing.
        num_images (int): Number of images; fewer if the dataset has fewer with people.

    Returns:
        list[Path]: ``predictions.png``, all images with the true and the predicted instances, and
        with the refined ones of a model with a refiner; then for each image ``skeletons_*.png``
        and, of heads that predict tags, ``tags_*.png`` and ``maps_*.png``.

    Raises:
        ValueError: If no image of the dataset has a labelled person, or a refiner is of other
            keypoints.
    """
    model = load_model(cfg, checkpoint, output_heatmaps=True)
    refiner = getattr(model, 'refiner', None)
    if refiner is not None:  # it looks at people once they have been shown without it
        model.check_keypoints()
        model.refiner = None
    dataset = build_val_dataset(cfg)
    out_dir = Path(out_dir)
    out_dir.mkdir(parents=True, exist_ok=True)
    sheet, paths = [], [out_dir / 'predictions.png']
    for index in choose_images(dataset, num_images):
        (sample,) = model.test_step(pseudo_collate([dataset[index]]))
        panels, sample_paths = _draw_sample(sample, dataset.metainfo, out_dir, refiner)
        sheet.append(panels)
        paths += sample_paths
    panels = len(sheet[0])
    contact_sheet(sheet, HEADINGS[:panels], columns=PANELS // panels).savefig(paths[0])
    return paths


def _draw_sample(
    sample: PoseDataSample,
    dataset_meta: dict,
    out_dir: Path,
    refiner: Optional[Callable],
) -> Tuple[List[np.ndarray], List[Path]]:
    """Write the pictures of one image; return its drawings of skeletons and the files."""
    image = mmcv.bgr2rgb(whole_image(sample.metainfo))
    truth, shown = sample.gt_instances, [sample.pred_instances]
    if refiner is not None:
        (refined,) = refiner([sample], get_device())
        shown.append(refined.pred_instances)
    visible = truth.keypoints_visible > 0
    for found in shown:
        found.color_ids = match_instances(found.keypoints, truth.keypoints, visible)
    panels = [draw_instances(image, instances, dataset_meta) for instances in (truth, *shown)]

    figures = dict(skeletons=contact_sheet([panels], HEADINGS[: len(panels)]))
    prediction = sample.to_dict()
    if 'tags' in prediction['pred_fields']:
        names = keypoint_names(dataset_meta)
        tags, _ = read_tags(truth.keypoints, prediction)
        figures.update(
            tags=plot_tags(tags, visible, names, image=panels[0]),
            maps=plot_maps(image, *crop_maps(prediction)),
        )
    paths = [out_dir / f'{name}_{sample.img_id}.png' for name in figures]
    for figure, path in zip(figures.values(), paths):
        figure.savefig(path, dpi=150)
    return panels, paths
