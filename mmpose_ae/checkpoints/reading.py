"""Read checkpoint files without running what is in them, and as a whole.

A file is a pickle, which may call anything. Everything here goes through :func:`read_checkpoint`,
which lets it call the few things on ``ALLOWED`` alone, whatever a program has allowed elsewhere.
"""

import os
import re
import zipfile
from collections import OrderedDict
from contextlib import contextmanager
from typing import BinaryIO, Iterator, Optional, Union

import torch
from torch import Tensor

from .stand_ins import STAND_INS, allow_only, restore

# Settings and callbacks that ride along in the checkpoints of CenterGroup. They are read as
# plain dictionaries: nothing here needs them.
RIDERS = (
    'mmcv.utils.config.ConfigDict',
    'pytorch_lightning.callbacks.model_checkpoint.ModelCheckpoint',
    'pytorch_lightning.utilities.parsing.AttributeDict',
)
ALLOWED = [*STAND_INS, *((OrderedDict, name) for name in RIDERS)]
ZIP_BEGINNING = b'PK\x03\x04'


class CheckpointError(RuntimeError):
    """A checkpoint that cannot be read safely, or that does not fit the network."""


class Origin(OrderedDict):
    """PyTorch's notes on a network's weights that also know their file; pickled without it."""

    file = ''

    def __reduce__(self) -> tuple:
        return OrderedDict, (), None, None, iter(self.items())


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
    with open(os.path.expanduser(filename), 'rb') as file:
        return read_checkpoint(file, os.fspath(filename), map_location)


def read_checkpoint(file: BinaryIO, name: str, map_location: Optional[str] = None) -> dict:
    """Read a checkpoint: the one place where files of others are unpickled.

    Args:
        file (BinaryIO): Its bytes.
        name (str): What to call it in errors.
        map_location (str, optional): As in :func:`load_from_local`.

    Returns:
        dict: What was saved; the notes on its weights say where they come from.

    Raises:
        CheckpointError: As in :func:`load_from_local`.
    """
    with _explain(name):
        _check_archive(file)
        with allow_only(ALLOWED):
            loaded = torch.load(file, map_location=map_location, weights_only=True)
        checkpoint = restore(loaded)
        if not isinstance(checkpoint, dict):
            raise CheckpointError(f'{name} holds a {type(checkpoint).__name__}, not a dictionary')
        return _note_origin(checkpoint, name)


def _check_archive(file: BinaryIO) -> None:
    """Compare every record with its check sum: PyTorch takes damaged numbers as they are."""
    beginning = file.read(len(ZIP_BEGINNING))
    if beginning == ZIP_BEGINNING:
        damaged = zipfile.ZipFile(file).testzip()
        if damaged:
            raise ValueError(f'its record {damaged} does not have its check sum')
    file.seek(0)


def _note_origin(checkpoint: dict, name: str) -> dict:
    """Check the weights' names, and note the file where MMEngine hands it on to the network."""
    weights = checkpoint.get('state_dict', checkpoint)
    for entry, value in (('state_dict', weights), ('meta', checkpoint.get('meta', {}))):
        if not isinstance(value, dict):
            kind = type(value).__name__
            raise CheckpointError(f'{name}: {entry} is a {kind}, expected a dictionary')
    unnamed = [key for key in weights if not isinstance(key, str)]
    if unnamed:
        raise CheckpointError(f'{name}: names of weights must be strings, but are {unnamed[:10]}')
    empty = [key for key in weights if isinstance(weights[key], Tensor) and weights[key].is_meta]
    if empty:
        raise CheckpointError(f'{name} has weights without content: {", ".join(empty)}')
    notes = getattr(weights, '_metadata', None)
    notes = OrderedDict(notes if isinstance(notes, dict) else {})
    network = notes.get('')
    notes[''] = Origin(network if isinstance(network, dict) else {})
    notes[''].file = name
    noted = OrderedDict(weights)
    noted._metadata = notes
    return noted if weights is checkpoint else {**checkpoint, 'state_dict': noted}


def entry_of_weights(checkpoint: dict) -> Optional[str]:
    """The entry of a checkpoint that its weights are under; None where they are alone."""
    entries = (name for name in ('state_dict', 'model') if isinstance(checkpoint.get(name), dict))
    return next(entries, None)


def with_state_dict(checkpoint: dict) -> dict:
    """Put weights where MMEngine's hooks look for them.

    Args:
        checkpoint (dict): What :func:`read_checkpoint` gives: weights under ``state_dict``, under
            ``model``, or alone.

    Returns:
        dict: Itself, or else the weights and their notes as ``state_dict``, and a ``meta``.
    """
    entry = entry_of_weights(checkpoint)
    if entry == 'state_dict':
        return checkpoint
    weights = OrderedDict(checkpoint[entry] if entry else checkpoint)
    weights._metadata = checkpoint._metadata
    return dict(state_dict=weights, meta=checkpoint.get('meta', {}))


@contextmanager
def _explain(name: str) -> Iterator[None]:
    """Say what an error of reading means; a damaged file may raise any."""
    try:
        yield
    except CheckpointError:
        raise
    except Exception as error:
        raise CheckpointError(f'{name} {_what_is_wrong(str(error) or repr(error))}') from None


def _what_is_wrong(text: str) -> str:
    """PyTorch's reason, without its advice to read the file without protection."""
    needed = re.search(r'GLOBAL (\S+)', text)
    if needed:
        return (
            f'is refused: it needs {needed[1]}, which may run any code. If you trust it, keep only '
            'its weights, a dictionary of tensors, in the environment of the code that wrote it'
        )
    reason = text.split('WeightsUnpickler error:')[-1].strip().splitlines()[0]
    if 'weights_only' in reason:
        reason = 'it is an archive of code'
    return f'is no whole, safe checkpoint; was it written or downloaded as a whole? ({reason})'
