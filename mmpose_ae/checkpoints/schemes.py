"""Where checkpoints may lie: MMEngine's schemes, each with a loader that reads safely.

MMEngine's own loaders unpickle anything: some at once, some at a second attempt.
"""

import io
import os
from tempfile import TemporaryDirectory
from typing import Callable, Optional

from mmengine.fileio import get_file_backend
from mmengine.runner import CheckpointLoader
from mmengine.runner import checkpoint as mmengine_checkpoint

from .downloading import load_from_http
from .reading import CheckpointError, load_from_local, read_checkpoint, with_state_dict


def load_from_torchvision(filename: str, map_location: Optional[str] = None) -> dict:
    """Load what torchvision publishes, ``torchvision://resnet50``; as ``load_from_http``."""
    models = mmengine_checkpoint.get_torchvision_models()
    return load_from_http(_look_up(models, filename), map_location)


def load_from_openmmlab(filename: str, map_location: Optional[str] = None) -> dict:
    """Load what OpenMMLab publishes, ``open-mmlab://detectron2/resnet50``; as ``load_from_http``.

    The user's own table of names may have files, below the folder of MMEngine.
    """
    scheme, name = filename.split('://', 1)
    name = mmengine_checkpoint.get_deprecated_model_names().get(name, name)
    place = _look_up(mmengine_checkpoint.get_external_models(), f'{scheme}://{name}')
    if place.startswith(('http://', 'https://')):
        return load_from_http(place, map_location)
    return load_from_local(
        os.path.join(mmengine_checkpoint._get_mmengine_home(), place), map_location
    )


def load_from_mmcls(filename: str, map_location: Optional[str] = None) -> dict:
    """Load the backbone of a classifier, ``mmcls://mobilenet_v2``; as ``load_from_http``."""
    models = mmengine_checkpoint.get_mmcls_models()
    checkpoint = load_from_http(_look_up(models, filename), map_location)
    return mmengine_checkpoint._process_mmcls_checkpoint(checkpoint)


def load_from_ceph(filename: str, map_location: Optional[str] = None) -> dict:
    """Load from Petrel's object storage, ``s3://bucket/file.pth``; as ``load_from_local``."""
    content = get_file_backend(filename, backend_args=dict(backend='petrel')).get(filename)
    return read_checkpoint(io.BytesIO(content), filename, map_location)


def load_from_pavi(filename: str, map_location: Optional[str] = None) -> dict:
    """Load from the model cloud of Pavi, ``pavi://name``; as ``load_from_local``."""
    from pavi import modelcloud

    model = modelcloud.get(filename.split('://', 1)[1])
    with TemporaryDirectory() as folder:
        path = os.path.join(folder, model.name)
        model.download(path)
        return load_from_local(path, map_location)


def _look_up(models: dict, filename: str) -> str:
    """The place of a model in a table of names."""
    name = filename.split('://', 1)[1]
    if name not in models:
        raise CheckpointError(f'{filename}: there is no model of this name')
    return models[name]


def _for_mmengine(load: Callable) -> Callable:
    """Give weights as MMEngine's hooks expect them."""

    def load_as_state_dict(filename: str, map_location: Optional[str] = None) -> dict:
        return with_state_dict(load(filename, map_location))

    return load_as_state_dict


def _refuse(scheme: str) -> Callable:
    def load_from_unknown(filename: str, map_location: Optional[str] = None) -> dict:
        raise CheckpointError(
            f'{filename}: {scheme} is not read safely yet; download the file and give its path'
        )

    return load_from_unknown


READERS = {
    '': load_from_local,
    'http://': load_from_http,
    'https://': load_from_http,
    'modelzoo://': load_from_torchvision,
    'torchvision://': load_from_torchvision,
    'open-mmlab://': load_from_openmmlab,
    'openmmlab://': load_from_openmmlab,
    'mmcls://': load_from_mmcls,
    r'(\S+\:)?s3://': load_from_ceph,
    r'(\S+\:)?petrel://': load_from_ceph,
    'pavi://': load_from_pavi,
}
LOADERS = {scheme: _for_mmengine(load) for scheme, load in READERS.items()}


def register_loaders() -> None:
    """Give MMEngine these loaders in place of its own; what it has besides is refused."""
    for scheme, loader in list(CheckpointLoader._schemes.items()):
        if scheme not in LOADERS and loader.__module__.split('.')[0] == 'mmengine':
            CheckpointLoader.register_scheme(scheme, _refuse(scheme), force=True)
    for scheme, loader in LOADERS.items():
        CheckpointLoader.register_scheme(scheme, loader, force=True)
