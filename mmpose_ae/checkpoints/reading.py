"""Read checkpoint files without running what is in them.

On an unsafe file the maintained MMEngine falls back to unpickling anything, so that opening a
downloaded checkpoint may run its author's code. The two loaders below take the place of
MMEngine's, for files and for addresses, and refuse such a file.
"""

import os
import re
from collections import OrderedDict
from contextlib import contextmanager
from pickle import UnpicklingError
from typing import Iterator, Optional, Union
from urllib.parse import urlparse

import torch
from mmengine.dist import barrier, get_rank
from mmengine.runner import CheckpointLoader
from torch.hub import download_url_to_file, get_dir

# Settings and callbacks that ride along in the checkpoints of CenterGroup. They are read as
# plain dictionaries: nothing here needs them.
RIDERS = (
    'mmcv.utils.config.ConfigDict',
    'pytorch_lightning.callbacks.model_checkpoint.ModelCheckpoint',
    'pytorch_lightning.utilities.parsing.AttributeDict',
)
torch.serialization.add_safe_globals([(OrderedDict, name) for name in RIDERS])


class CheckpointError(RuntimeError):
    """A checkpoint that cannot be read safely, or that does not fit the network."""


@CheckpointLoader.register_scheme(prefixes='', force=True)
def load_from_local(filename: Union[str, os.PathLike], map_location: Optional[str] = None) -> dict:
    """Read a checkpoint from a file.

    Args:
        filename (str | PathLike): The file.
        map_location (str, optional): The device of its tensors; None is where they were saved.

    Returns:
        dict: What was saved.

    Raises:
        FileNotFoundError: There is no such file.
        CheckpointError: It is not whole, not a checkpoint, or would run code.
    """
    with open(os.path.expanduser(filename), 'rb') as file, _explain(filename):
        return torch.load(file, map_location=map_location, weights_only=True)


@CheckpointLoader.register_scheme(prefixes=('http://', 'https://'), force=True)
def load_from_http(filename: str, map_location: Optional[str] = None) -> dict:
    """Download a checkpoint, once for all processes of a machine, and read it.

    Args:
        filename (str): Its address.
        map_location (str, optional): As in :func:`load_from_local`.

    Returns:
        dict: What was saved.

    Raises:
        CheckpointError: As in :func:`load_from_local`.
    """
    path = os.path.join(get_dir(), 'checkpoints', os.path.basename(urlparse(filename).path))
    if get_rank() > 0:
        barrier()  # the first process downloads, and the others find its file
    if not os.path.exists(path):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        download_url_to_file(filename, path)
    if get_rank() == 0:
        barrier()
    return load_from_local(path, map_location)


@contextmanager
def _explain(filename: Union[str, os.PathLike]) -> Iterator[None]:
    """Say what an error of torch.load means."""
    try:
        yield
    except UnpicklingError as error:
        name = re.search(r'GLOBAL (\S+)', str(error))
        if name is None:
            reason = str(error).splitlines()[0]
            raise CheckpointError(f'{filename} is no whole, safe checkpoint: {reason}') from error
        raise CheckpointError(
            f'{filename} is refused: it needs {name[1]}, which may run any code. If you trust it, '
            'keep only its weights, in the environment of the code that wrote it: torch.save('
            "torch.load('IN', weights_only=False)['state_dict'], 'OUT')"
        ) from error
    except (EOFError, OSError, RuntimeError) as error:
        raise CheckpointError(
            f'{filename} cannot be read; was it downloaded as a whole? {error}'
        ) from error
