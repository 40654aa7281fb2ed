"""Draw steps: ``python -m projects.recurrent_association.tools.draw_steps CONFIG CHECKPOINT``."""

from pathlib import Path
from typing import List, Union

import torch
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmengine.device import get_device
from mmpose.apis import init_model
from mmpose.structures import PoseDataSample
from torch import nn

from mmpose_ae.cli.command_line import run_drawing
from mmpose_ae.models.heads.supervision import gather_test_instances
from mmpose_ae.pictures import choose_images
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
    model = init_model(Config(cfg.to_dict()), str(checkpoint), device=get_device())
    dataset = DATASETS.build(cfg.val_dataloader.dataset)
    out_dir = Path(out_dir)
    out_dir.mkdir(parents=True, exist_ok=True)
    paths = []
    for index in choose_images(dataset, num_images):
        packed = dataset[index]
        image = packed['inputs'].flip(0).permute(1, 2, 0).numpy()  # blue, green, red before
        sample = packed['data_samples']
        inputs = model.data_preprocessor(pseudo_collate([packed]))['inputs']
        chunk = model.head.unroll(model.extract_feat(inputs))
        paths.append(out_dir / f'steps_{sample.img_id}.png')
        plot_steps(image, steps_of_image(chunk, sample, model.head)).savefig(paths[-1])
    return paths


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
