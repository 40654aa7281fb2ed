"""Download checkpoints, each once for all processes of a machine."""

import hashlib
import os
import re
import shutil
from pathlib import Path
from typing import Optional
from urllib.parse import unquote, urlparse

from mmengine.dist import barrier, get_rank
from torch.hub import download_url_to_file, get_dir

from .reading import CheckpointError, load_from_local

# 'name-8ae85183_20200713.pth' of OpenMMLab and 'name-5c106cde.pth' of PyTorch; no lone date.
HASH = re.compile(r'-(?!20\d{6}\.)([0-9a-f]{8,64})(?:_\d{8})?\.')


def load_from_http(filename: str, map_location: Optional[str] = None) -> dict:
    """Download a checkpoint, once for all processes of a machine, and read it.

    Args:
        filename (str): Its address. A hash in its name, as OpenMMLab and PyTorch write it, is that
            of the content.
        map_location (str, optional): As in :func:`load_from_local`.

    Returns:
        dict: What was saved.

    Raises:
        CheckpointError: It cannot be downloaded, has not the hash in its name, or cannot be read,
            see :func:`load_from_local`.
    """
    path = cache_path(filename)
    try:
        if int(os.environ.get('LOCAL_RANK', get_rank())) == 0:
            _fetch(filename, path)
    finally:
        barrier()  # the first process downloads, and the others find its file
    try:
        return load_from_local(path, map_location)
    except FileNotFoundError as error:
        raise CheckpointError(f'{filename} was not downloaded to {path}') from error
    except CheckpointError as error:
        if HASH.search(path.name) is None:
            path.unlink(missing_ok=True)  # perhaps cut off: the next attempt downloads it again
        raise CheckpointError(f'{filename}: {error}') from error


def cache_path(address: str) -> Path:
    """Tell where a download is kept: files of one name at two addresses are two.

    Args:
        address (str): Address of a file.

    Returns:
        Path: Below the folder of PyTorch's own downloads.
    """
    name = os.path.basename(unquote(urlparse(address).path)) or 'checkpoint'
    folder = hashlib.sha256(address.encode()).hexdigest()[:16]
    return Path(get_dir(), 'checkpoints', folder, name)


def _fetch(address: str, path: Path) -> None:
    """Download a file that is not in the cache, or not with the content that its name says."""
    found = HASH.search(path.name)
    expected = found[1] if found else None
    if path.exists() and (expected is None or _has_hash(path, expected)):
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    earlier = path.parents[1] / path.name  # where PyTorch keeps it, by its name alone
    if expected and earlier.is_file() and _has_hash(earlier, expected):
        copy = path.with_name(f'{path.name}.{os.getpid()}.partial')
        shutil.copyfile(earlier, copy)
        os.replace(copy, path)
        return
    try:
        download_url_to_file(address, str(path), hash_prefix=expected)
    except (OSError, RuntimeError, ValueError) as error:
        raise CheckpointError(
            f'{address} cannot be downloaded: {error} (without a network, put the file at {path})'
        ) from error


def _has_hash(path: Path, expected: str) -> bool:
    return hashlib.sha256(path.read_bytes()).hexdigest().startswith(expected)
