"""Pictures of where the adaptive convolutions of a trained DEKR look."""

from pathlib import Path
from typing import List, Tuple, Union

import numpy as np
from matplotlib.figure import Figure
from mmengine.config import Config

from mmpose_ae.frame import Grid
from mmpose_ae.models.dekr import AdaptiveConv2d, sampled_places

from .recorded_images import RecordedImage, record_images
from .sampling_plot import plot_sampling
from .saving import save_figures

PEOPLE = 3  # as many as fit beside each other
KEYPOINTS = 4  # as many as can be told apart


def draw_sampling(
    cfg: Config, checkpoint: Union[str, Path], out_dir: Union[str, Path], num_images: int
) -> List[Path]:
    """Predict validation images with people, spread over the dataset, and draw the largest people.

    Of keypoint types a few are drawn, evenly spread over their order.

    Args:
        cfg (Config): The model's config, with a ``val_dataloader``.
        checkpoint (str | Path): Its weights.
        out_dir (str | Path): Folder of the pictures, made if missing.
        num_images (int): Number of images; fewer if the dataset has fewer with people.

    Returns:
        list[Path]: ``sampling_*.png`` for each image.

    Raises:
        ValueError: If the head is no :class:`DEKRHead`, or no image has a labelled person.
    """
    images = record_images(cfg, checkpoint, AdaptiveConv2d, num_images)
    return save_figures(map(_draw, images), out_dir)


def _draw(seen: RecordedImage) -> Tuple[str, Figure]:
    keypoints, centers = _largest_people(seen)
    places = _sampled(seen, centers)
    few = np.linspace(0, places.shape[1] - 1, KEYPOINTS).round().astype(int)
    figure = plot_sampling(seen.image, keypoints[:, few], centers, places[:, few])
    return f'sampling_{seen.sample.img_id}', figure


def _largest_people(seen: RecordedImage) -> Tuple[np.ndarray, np.ndarray]:
    """Annotated keypoints (P, K, 2), NaN where there are none, and centers (P, 2), in the input."""
    people = seen.sample.gt_instances
    keypoints = seen.sample.metainfo['frame'].to_input(people.keypoints)
    keypoints = np.where((people.keypoints_visible > 0)[..., None], keypoints, np.nan)
    annotated = keypoints[~np.isnan(keypoints).all((1, 2))]
    heights = np.nanmax(annotated[..., 1], axis=1) - np.nanmin(annotated[..., 1], axis=1)
    largest = annotated[heights.argsort()[::-1][:PEOPLE]]
    return largest, np.nanmean(largest, axis=1)


def _sampled(seen: RecordedImage, centers: np.ndarray) -> np.ndarray:
    """Where the kernels of all keypoints read around centers, in the input, (P, K, 9, 2)."""
    _, offsets = seen.given
    height, width = seen.image.shape[:2]
    grid = Grid.over(offsets.shape[:-3:-1], (width, height))
    x, y = grid.nearest(grid.to_cells(centers))[0].T
    places = sampled_places(offsets)[:, :, y, x]  # (K, 9, P, 2)
    return grid.to_pixels(places.permute(2, 0, 1, 3).cpu().numpy())
