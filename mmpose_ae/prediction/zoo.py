"""The models that have a name: their configs, and where their authors publish the weights."""

from pathlib import Path
from typing import Any, List, NamedTuple, Optional

import yaml

from mmpose_ae.environment import content_folder

INDEX = 'model-index.yml'
MEASURED_HERE = 'here'  # the source of results of this package


class ZooModel(NamedTuple):
    """A model with a name.

    Attributes:
        name (str): What it is called by, the stem of its config.
        config (str): Its config, below the folder of the index.
        method (str): The paper.
        data (str): What it is trained on.
        size (str): Width and height of its input.
        parameters (str): How many, in millions.
        reported (str): AP with flip test that the authors report; empty where none is known.
        license (str): Of the weights; empty where the authors name none.
        weights (str, optional): Address of the weights. None where there is none to load by name.
    """

    name: str
    config: str
    method: str
    data: str
    size: str
    parameters: str
    reported: str
    license: str
    weights: Optional[str]


def list_models() -> List[ZooModel]:
    """Read the index of models.

    Returns:
        list[ZooModel]: In the order of the index.
    """
    models = []
    for metafile in _read(content_folder() / INDEX)['Import']:
        models += [_read_model(entry) for entry in _read(content_folder() / metafile)['Models']]
    return models


def input_size(name: str) -> str:
    """Width and height of the network's input by the name of a config, as ``'512x512'``."""
    return name.removesuffix('-released').split('-')[-1]


def config_path(model: ZooModel) -> Path:
    """Where the config of a model is."""
    return content_folder() / model.config


def _read(path: Path) -> Any:
    return yaml.safe_load(path.read_text())


def _read_model(entry: dict) -> ZooModel:
    results = (each for each in entry.get('Results', ()) if each['Source'] != MEASURED_HERE)
    reported = [each['Metrics']['AP'] for each in results if 'AP' in each['Metrics']]
    return ZooModel(
        entry['Name'],
        entry['Config'],
        entry['In Collection'],
        entry['Metadata']['Training Data'],
        input_size(entry['Name']),
        entry['Metadata'].get('Parameters', ''),
        f'{reported[0]:.3f}' if reported else '',
        entry['Metadata'].get('License', ''),
        entry.get('Weights'),
    )
