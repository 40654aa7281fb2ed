"""Count what every config's network has and does, and write it into the metafiles.

Parameters, and billions of multiplications and additions of convolutions and matrices (GMACs) for
one image of the config's size, up to the maps. Networks are made of shapes alone, on PyTorch's
device for that, so a second each is enough; those whose maps depend on who is found look at a black
image. What has its figures is passed over: to count again,
remove the two lines.
"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Iterable, Tuple

import torch
from index import ROOT, input_size, read_metafiles, read_models
from mmengine.config import Config
from mmengine.registry import DefaultScope
from torch.utils.flop_counter import FlopCounterMode

from mmpose_ae.registry import MODELS


def count(config: Path, size: Tuple[int, int]) -> Tuple[float, float]:
    """Count for one image.

    Args:
        config (Path): A config.
        size (tuple): Of the image (w, h), in pixels.

    Returns:
        tuple: Millions of parameters, and billions of multiplications and additions.
    """
    try:
        return _count(config, size, 'meta')
    except NotImplementedError:  # values are asked for
        return _count(config, size, 'cpu')


def _count(config: Path, size: Tuple[int, int], device: str) -> Tuple[float, float]:
    cfg = Config.fromfile(config)
    with DefaultScope.overwrite_default_scope('mmpose_ae'), torch.device(device), torch.no_grad():
        model = MODELS.build(cfg.model).eval()
        with FlopCounterMode(display=False) as counter:
            model(torch.zeros(1, 3, *reversed(size)), None, mode='tensor')
    parameters = sum(parameter.numel() for parameter in model.parameters())
    return parameters / 1e6, counter.get_total_flops() / 2e9


def write_down(text: str, name: str, parameters: float, gmacs: float) -> str:
    """Put the figures of a model into the text of its metafile, after what it is trained on."""
    start = text.index(f'  - Name: {name}\n')
    place = text.index('\n', text.index('Training Data:', start)) + 1
    lines = f'      Parameters: {parameters:.1f}M\n      GMACs: {gmacs:.1f}\n'
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
            figures = count(ROOT / model['Config'], (width, height))
            metafile.write_text(write_down(text, name, *figures))
            print(name, *(f'{figure:.1f}' for figure in figures), flush=True)


if __name__ == '__main__':
    ArgumentParser(description=__doc__).parse_args()
    fill_in(read_metafiles())
