"""Pictures of how networks keep people apart by their tags, one network or several."""

from pathlib import Path
from typing import Dict, Iterator, List, NamedTuple, Sequence, Tuple, Union

import mmcv
import numpy as np
import torch
from matplotlib.figure import Figure
from mmengine.config import Config
from mmengine.dataset import BaseDataset
from mmengine.registry import init_default_scope
from mmengine.runner import Runner
from mmengine.structures import InstanceData
from torch import nn

from mmpose_ae.datasets.transforms import reading_of, whole_image
from mmpose_ae.evaluation import EmbeddingCorrelationMetric, GroupMarginMetric, read_tags
from mmpose_ae.models.heads import groups_by_tags
from mmpose_ae.options import check_count
from mmpose_ae.registry import SCOPE

from .crowding_plots import plot_correlations, plot_margins
from .embedding_plot import ImageEmbedding, plot_embeddings
from .loading import load_model
from .saving import save_figures
from .skeletons import draw_instances
from .val_images import build_val_dataset


class TrainedModel(NamedTuple):
    """A network to draw.

    Attributes:
        name (str): Its name in the pictures.
        cfg (Config): Its config, with a ``val_dataloader``.
        checkpoint (str | Path): Its weights.
    """

    name: str
    cfg: Config
    checkpoint: Union[str, Path]


class _Measured(NamedTuple):
    """What one network says about a dataset.

    Attributes:
        margin (GroupMarginMetric): With the network's threshold, and all images as results.
        correlation (EmbeddingCorrelationMetric): Of the network's tag dimensions.
        shown (dict): Tags (N, K, L) of the images to draw, by their id.
    """

    margin: GroupMarginMetric
    correlation: EmbeddingCorrelationMetric
    shown: Dict[int, np.ndarray]


def draw_embeddings(
    models: Sequence[TrainedModel], out_dir: Union[str, Path], num_images: int
) -> List[Path]:
    """Predict all validation images and draw the tags of their people.

    Args:
        models (sequence): Networks to compare, each with its own pipeline, on the same images.
        out_dir (str | Path): Folder of the pictures, made if missing.
        num_images (int): Number of images to draw, those with most people.

    Returns:
        list[Path]: ``correlation.png`` and ``group_margin.png``, then ``embedding_*.png`` for
        each image.

    Raises:
        ValueError: If no image is asked for, or none has two people; if two networks have one name,
            or one does not group by tags, or does not see the images to draw.

    Source: Coupled Embedding (Wang et al. 2022), Figures 2, 5 and 1.
    """
    check_count('the number of images', num_images, 1)
    names = [model.name for model in models]
    if len(set(names)) < len(names):
        raise ValueError(f'networks need names that differ, got {names}')
    return save_figures(_figures(models, num_images), out_dir, dpi=150)


def _figures(models: Sequence[TrainedModel], num_images: int) -> Iterator[Tuple[str, Figure]]:
    init_default_scope(models[0].cfg.get('default_scope', SCOPE))
    dataset = build_val_dataset(models[0].cfg)
    crowds = _largest_crowds(dataset, num_images)
    networks = [_load(model) for model in models]  # all, before the first one takes its time
    measured = {
        model.name: _measure(model, network, crowds) for model, network in zip(models, networks)
    }
    yield from _draw_dataset(measured).items()
    for image_id, index in crowds.items():
        yield f'embedding_{image_id}', _draw_image(dataset, index, image_id, measured)


def _largest_crowds(dataset: BaseDataset, num_images: int) -> Dict[int, int]:
    """Index in the dataset of the images with most people, at least two, by id of the image."""
    infos = [dataset.get_data_info(i) for i in range(len(dataset))]
    people = np.array([np.any(d.get('keypoints_visible', [[0]]), axis=1).sum() for d in infos])
    largest = [i for i in np.argsort(-people, kind='stable')[:num_images] if people[i] > 1]
    if not largest:
        raise ValueError(f'no image of {dataset.ann_file} has two labelled people')
    return {infos[i]['img_id']: int(i) for i in largest}


def _load(model: TrainedModel) -> nn.Module:
    network = load_model(model.cfg, model.checkpoint, output_heatmaps=True)
    if not groups_by_tags(network.head):
        head = type(network.head).__name__
        raise ValueError(f'{model.name}: {head} does not group by tags, which are drawn')
    return network


@torch.no_grad()
def _measure(model: TrainedModel, network: nn.Module, crowds: Dict[int, int]) -> _Measured:
    """Predict all images; keep the tags of every keypoint only where they are drawn."""
    margin = GroupMarginMetric(network.head.decoder.tag_threshold)
    correlation = EmbeddingCorrelationMetric(tag_dim=network.head.tag_dim)
    shown = {}
    for batch in Runner.build_dataloader(model.cfg.val_dataloader):
        for prediction in network.test_step(batch):
            sample = prediction.to_dict()
            margin.process(None, [sample])
            if sample['img_id'] in crowds:
                shown[sample['img_id']], _ = read_tags(sample['gt_instances']['keypoints'], sample)
    if missing := sorted(crowds.keys() - shown.keys()):
        raise ValueError(
            f'the val_dataloader of {model.name} lacks images {missing} of the first one'
        )
    return _Measured(margin, correlation, shown)


def _draw_dataset(measured: Dict[str, _Measured]) -> Dict[str, Figure]:
    """Draw the figures of the whole dataset."""
    correlations, by_occlusion, by_number = {}, {}, {}
    for name, (margin, correlation, _) in measured.items():
        correlations[name] = correlation.correlations([image['tags'] for image in margin.results])
        by_occlusion[name] = margin.means_by_occlusion(margin.results)
        by_number[name] = margin.means_by_number(margin.results)
    return dict(
        correlation=plot_correlations(correlations),
        group_margin=plot_margins(by_occlusion, by_number),
    )


def _draw_image(
    dataset: BaseDataset, index: int, image_id: int, measured: Dict[str, _Measured]
) -> Figure:
    """Draw one image beside what every network says about it."""
    info = dataset.get_data_info(index)
    visible = info['keypoints_visible'] > 0
    truth = InstanceData(keypoints=info['keypoints'], keypoints_visible=info['keypoints_visible'])
    picture = mmcv.bgr2rgb(whole_image(dict(info, image_reading=reading_of(dataset))))
    embeddings = [
        ImageEmbedding(name, found.shown[image_id], found.margin.tag_threshold)
        for name, found in measured.items()
    ]
    return plot_embeddings(draw_instances(picture, truth, dataset.metainfo), embeddings, visible)
