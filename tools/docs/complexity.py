"""Count what every config's network has, does and keeps, and write it into the metafiles.

Networks are made of shapes alone, on PyTorch's device for that, so seconds each are enough. What
has its figures is passed over: to count again, remove the lines.
"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Dict, Iterable, NamedTuple, Tuple

import torch
from index import ROOT, read_metafiles, read_models
from mmengine.config import Config
from mmengine.registry import DefaultScope
from torch import Tensor, nn
from torch.fx.experimental import _config as shapes_alone
from torch.utils.flop_counter import FlopCounterMode

from mmpose_ae.prediction.zoo import input_size
from mmpose_ae.registry import MODELS


class Complexity(NamedTuple):
    """What a network has, does and keeps.

    Attributes:
        parameters (float): Millions.
        gmacs (float): Billions of multiplications and additions of convolutions and matrices, for
            one image up to the maps.
        kept (float): MiB that are kept of one image for the way back, in training, in float32.
    """

    parameters: float
    gmacs: float
    kept: float


def count(config: Path, size: Tuple[int, int]) -> Complexity:
    """Count for one image.

    Args:
        config (Path): A config.
        size (tuple): Of the image (w, h), in pixels.

    Returns:
        Complexity: Of the network, without losses and grouping.
    """
    cfg = Config.fromfile(config)
    with DefaultScope.overwrite_default_scope('mmpose_ae'), torch.device('meta'):
        model = MODELS.build(cfg.model)
        image = torch.empty(1, 3, *reversed(size))
        # Where work goes by how many people are found, there are as many as may be.
        with shapes_alone.patch(meta_nonzero_assume_all_nonzero=True):
            with FlopCounterMode(display=False) as counter, torch.no_grad():
                model.eval()(image, None, mode='tensor')
            kept = count_kept(model.train(), image)
    parameters = sum(parameter.numel() for parameter in model.parameters())
    return Complexity(parameters / 1e6, counter.get_total_flops() / 2e9, kept / 2**20)


def count_kept(model: nn.Module, image: Tensor) -> int:
    """Bytes that are kept for the way back: each memory once, and without the weights."""
    kept: Dict[int, Tensor] = {}

    def keep(value: Tensor) -> Tensor:
        kept[value.untyped_storage()._cdata] = value
        return value

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda value: value):
        model(image, None, mode='tensor')
    weights = {parameter.untyped_storage()._cdata for parameter in model.parameters()}
    storages = [kept[key].untyped_storage() for key in kept.keys() - weights]
    return sum(storage.nbytes() for storage in storages)


def write_down(text: str, name: str, found: Complexity) -> str:
    """Put the figures of a model into the text of its metafile, after what it is trained on."""
    start = text.index(f'  - Name: {name}\n')
    place = text.index('\n', text.index('Training Data:', start)) + 1
    lines = (
        f'      Parameters: {found.parameters:.1f}M\n'
        f'      GMACs: {found.gmacs:.1f}\n'
        f'      Training MiB per image: {found.kept:.0f}\n'
    )
    return text[:place] + lines + text[place:]


def fill_in(metafiles: Iterable[Path]) -> None:
    """Count the models that have no figures yet, and write each down when it is known."""
    missing = [model for model in read_models() if 'GMACs' not in model['Metadata']]
    for metafile in metafiles:
        for model in missing:
            name, text = model['Name'], metafile.read_text()
            if f'  - Name: {name}\n' not in text:
                continue
            width, height = map(int, input_size(name).split('x'))
            found = count(ROOT / model['Config'], (width, height))
            metafile.write_text(write_down(text, name, found))
            print(name, *(f'{figure:.1f}' for figure in found), flush=True)


if __name__ == '__main__':
    ArgumentParser(description=__doc__).parse_args()
    fill_in(read_metafiles())
