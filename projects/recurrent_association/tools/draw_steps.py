"""Draw steps: ``python -m projects.recurrent_association.tools.draw_steps CONFIG CHECKPOINT``."""

from pathlib import Path
from typing import List, Tuple, Union

import torch
from matplotlib.figure import Figure
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmpose.structures import PoseDataSample
from torch import nn

from mmpose_ae.cli.command_line import run_drawing
from mmpose_ae.models.heads.supervision import gather_test_instances
from mmpose_ae.pictures import choose_images, load_model, save_figures
from mmpose_ae.pictures.recorded_images import base_scale, input_image
from mmpose_ae.registry import DATASETS
from projects.recurrent_association.models import Chunk
from projects.recurrent_association.models.matching import distances_to_targets, match
from projects.recurrent_association.visualization import StepsOfImage, plot_steps


@torch.no_grad()
def draw_steps(
    cfg: Config, checkpoint: Union[str, Path], out_dir: Union[str, Path], num_images: int
) -> List[Path]:
    """Predict validation images with people, spread over the dataset, and draw every step.

    Args:
        cfg (Config): The model's config, with a ``val_dataloader``.
        checkpoint (str | Path): Its weights.
        out_dir (str | Path): Folder of the pictures, made if missing.
        num_images (int): Number of images; fewer if the dataset has fewer with people.

    Returns:
        list[Path]: ``steps_*.png`` for each image.

    Raises:
        ValueError: If no image of the dataset has a labelled person.
    """
    model = load_model(cfg, checkpoint)
    dataset = DATASETS.build(cfg.val_dataloader.dataset)
    images = (dataset[index] for index in choose_images(dataset, num_images))
    return save_figures((_draw(model, packed) for packed in images), out_dir)


def _draw(model: nn.Module, packed: dict) -> Tuple[str, Figure]:
    sample = packed['data_samples']
    inputs = model.data_preprocessor(pseudo_collate([base_scale(packed)]))['inputs']
    chunk = model.head.unroll(model.extract_feat(inputs))
    figure = plot_steps(input_image(packed), steps_of_image(chunk, sample, model.head))
    return f'steps_{sample.img_id}', figure


def steps_of_image(chunk: Chunk, sample: PoseDataSample, head: nn.Module) -> StepsOfImage:
    """Match the steps of a batch of one image to its annotated instances.

    Args:
        chunk (Chunk): All steps.
        sample (PoseDataSample): The image's annotations, and where its input lies.
        head (nn.Module): The head whose steps they are.

    Returns:
        StepsOfImage: Those steps.
    """
    heatmaps = chunk.best_heatmaps
    people = gather_test_instances([sample], head.num_keypoints, heatmaps.device)
    grid = head.decoder.grid_of(heatmaps, sample.input_size)
    targets = head.make_targets(people.keypoints, people.visible, grid)
    costs = distances_to_targets(heatmaps, targets)
    matches = match(costs, chunk.accepted, targets.present)
    tensors = heatmaps, chunk.logits.sigmoid(), targets.draw(matches), matches
    return StepsOfImage(*(values[0].cpu().numpy() for values in tensors))


def main() -> None:
    """Draw as the command line says."""
    run_drawing(
        draw_steps, 'Draw the heatmaps of every step, with stop probabilities', num_images=4
    )


if __name__ == '__main__':
    main()
