"""Pictures of the heatmaps that a trained CID makes for one person at a time."""

from pathlib import Path
from typing import List, Tuple, Union

from matplotlib.figure import Figure
from mmengine.config import Config
from mmpose.models.heads.heatmap_heads.cid_head import GFDModule

from mmpose_ae.frame import Grid

from .person_heatmap_plot import plot_person_heatmaps
from .recorded_images import RecordedImage, record_images
from .saving import save_figures

PEOPLE = 4  # as many as fit beside each other


def draw_person_heatmaps(
    cfg: Config, checkpoint: Union[str, Path], out_dir: Union[str, Path], num_images: int
) -> List[Path]:
    """Predict validation images with people, spread over the dataset, and draw the best centers.

    Args:
        cfg (Config): The model's config, with a ``val_dataloader``.
        checkpoint (str | Path): Its weights.
        out_dir (str | Path): Folder of the pictures, made if missing.
        num_images (int): Number of images; fewer if the dataset has fewer with people.

    Returns:
        list[Path]: ``person_heatmaps_*.png`` for each image.

    Raises:
        ValueError: If the head is no :class:`CIDHead`, or no image has a labelled person.
    """
    images = record_images(cfg, checkpoint, GFDModule, num_images)
    return save_figures(map(_draw, images), out_dir)


def _draw(seen: RecordedImage) -> Tuple[str, Figure]:
    features, _, cells, _ = seen.given  # of centers, the best first
    height, width = seen.image.shape[:2]
    centers = Grid.over(features.shape[:-3:-1], (width, height)).to_pixels(cells[:PEOPLE])
    heatmaps = seen.made[:PEOPLE].amax(1).float().cpu().numpy()
    figure = plot_person_heatmaps(seen.image, centers.cpu().numpy(), heatmaps)
    return f'person_heatmaps_{seen.sample.img_id}', figure
