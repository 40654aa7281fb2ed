"""Damage checkpoints in many ways: each is loaded whole, or refused by its name.

Files are cut, overwritten, and have bits flipped; entries of their content are replaced, removed,
renamed or swapped. A process of its own reads them, which may crash.
"""

import copy
import io
import os
import random
from collections import Counter, OrderedDict
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Tuple

import numpy as np
import torch
from mmengine.config import Config
from mmengine.logging import HistoryBuffer
from mmengine.registry import DefaultScope
from mmengine.runner import load_checkpoint
from torch import nn

from mmpose_ae.checkpoints import CheckpointError, load_resumable
from mmpose_ae.registry import MODELS

CONFIGS = Path(__file__).resolve().parents[2] / 'configs/associative_embedding/synth_crowd'
OUTCOMES = ('loaded whole', 'refused by name', 'loaded otherwise', 'unnamed error', 'crash')
STRANGE = (
    None,
    'text',
    -1,
    10**12,
    float('nan'),
    [],
    {},
    (),
    b'bytes',
    torch.zeros(0),
    torch.full((3,), torch.nan),
    np.zeros((0, 2)),
    np.array([np.inf]),
    {1: 2},
)


def build_network() -> nn.Module:
    """Build a small estimator with weights that do not change from call to call."""
    cfg = Config.fromfile(CONFIGS / 'ae_hourglass-tiny_1xb8-7e_synth_crowd-192x192.py')
    narrow = dict(feat_channels=8, increase=4, stem_channels=(4, 4))
    cfg.model.backbone.update(narrow, num_stacks=1, num_levels=1)
    torch.manual_seed(0)
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        return MODELS.build(cfg.model)


def build_checkpoint(network: nn.Module) -> dict:
    """Build what MMEngine saves in training.

    Args:
        network (Module): Gives the weights.

    Returns:
        dict: Weights, optimizer, message hub and meta information.
    """
    optimizer = torch.optim.Adam(network.parameters())
    for parameter in network.parameters():
        parameter.grad = torch.ones_like(parameter)
    optimizer.step()
    loss = HistoryBuffer([0.5, 0.25], [1, 1])
    return dict(
        meta=dict(epoch=2, iter=6, seed=0, dataset_meta=dict(sigmas=np.ones(3, np.float32))),
        state_dict=network.state_dict(),
        message_hub=dict(
            log_scalars=OrderedDict({'train/loss': loss}),
            runtime_info=OrderedDict(epoch=2, best_score=np.float64(0.5)),
            resumed_keys=OrderedDict({'train/loss': True}),
        ),
        optimizer=optimizer.state_dict(),
    )


def mutate_checkpoints(count: int, seed: int, folder: Path) -> Dict[str, int]:
    """Damage checkpoints at random and load them, as tests and resumed runs do.

    Args:
        count (int): How many.
        seed (int): Of the damage.
        folder (Path): Where a damaged file is written.

    Returns:
        dict[str, int]: How many had each of the ``OUTCOMES``: weights that are all as they were; an
        error of ours with the name of the file; weights that are not as they were, without an
        error; any other error; the end of the process.
    """
    folder.mkdir(parents=True, exist_ok=True)
    network = build_network()
    checkpoint = build_checkpoint(network)
    path = folder / 'mutated.pth'
    outcomes = Counter(dict.fromkeys(OUTCOMES, 0))
    done = 0
    while done < count:
        found = _outcomes_in_a_process(network, checkpoint, path, seed, range(done, count))
        outcomes.update(found)
        done += len(found)
        if done < count:
            outcomes['crash'] += 1
            done += 1
    return dict(outcomes)


def _outcomes_in_a_process(
    network: nn.Module, checkpoint: dict, path: Path, seed: int, numbers: range
) -> List[str]:
    """Load damaged files in a child process; fewer outcomes than numbers mean that it crashed."""
    reading, writing = os.pipe()
    process = os.fork()
    if not process:
        try:
            os.close(reading)
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            for number in numbers:
                path.write_bytes(mutate(checkpoint, random.Random(f'{seed} {number}')))
                os.write(writing, bytes([OUTCOMES.index(load(network, checkpoint, path))]))
        finally:
            os._exit(0)
    os.close(writing)
    with open(reading, 'rb') as pipe:
        found = pipe.read()
    os.waitpid(process, 0)
    return [OUTCOMES[outcome] for outcome in found]


def load(network: nn.Module, checkpoint: dict, path: Path) -> str:
    """Load a file as tests and resumed runs do.

    Args:
        network (Module): What it is loaded into.
        checkpoint (dict): What it was made of.
        path (Path): The file.

    Returns:
        str: One of ``OUTCOMES``, but for a crash.
    """
    for weight in network.state_dict().values():
        weight.zero_()
    try:
        load_resumable(path)
        load_checkpoint(network, str(path), map_location='cpu')
    except CheckpointError as error:
        return 'refused by name' if path.name in str(error) else 'unnamed error'
    except Exception:
        return 'unnamed error'
    loaded, expected = network.state_dict(), checkpoint['state_dict']
    same = all(torch.equal(loaded[name], value) for name, value in expected.items())
    return 'loaded whole' if same else 'loaded otherwise'


def mutate(checkpoint: dict, generator: random.Random) -> bytes:
    """Write a checkpoint with damage of one kind.

    Args:
        checkpoint (dict): What is damaged; it stays as it is.
        generator (Random): Decides.

    Returns:
        bytes: The file.
    """
    if generator.random() < 0.5:
        return generator.choice(FILE_MUTATIONS)(_save(checkpoint), generator)
    mutated = _copy(checkpoint)
    place, key = generator.choice(list(_entries(mutated)))
    generator.choice(ENTRY_MUTATIONS)(place, key, generator)
    modern = generator.random() < 0.5
    content = _save(mutated, modern)
    # The old format has no check sums: a cut is noticed, a flipped bit in a number is not.
    return content if modern or generator.random() < 0.5 else _cut(content, generator)


def _save(checkpoint: dict, modern: bool = True) -> bytes:
    file = io.BytesIO()
    torch.save(checkpoint, file, _use_new_zipfile_serialization=modern)
    return file.getvalue()


def _copy(value: Any) -> Any:
    """Copy the dictionaries, and what is in them as it is, so that weights are not copied."""
    if isinstance(value, dict):
        copied = copy.copy(value)
        for key in value:
            copied[key] = _copy(value[key])
        return copied
    return value


def _entries(value: dict) -> Iterator[Tuple[dict, Any]]:
    """Every entry of a dictionary and of those in it."""
    for key, entry in value.items():
        yield value, key
        if isinstance(entry, dict):
            yield from _entries(entry)


def _cut(content: bytes, generator: random.Random) -> bytes:
    return content[: generator.randrange(len(content))]


def _flip(content: bytes, generator: random.Random) -> bytes:
    mutated = bytearray(content)
    for _ in range(generator.choice([1, 1, 2, 10, 100])):
        mutated[generator.randrange(len(mutated))] ^= 1 << generator.randrange(8)
    return bytes(mutated)


def _overwrite(content: bytes, generator: random.Random) -> bytes:
    """A block of zeros, as a disk gives what was never written."""
    start, length = generator.randrange(len(content)), generator.choice([1, 64, 4096])
    mutated = bytearray(content)
    mutated[start : start + length] = bytes(len(mutated[start : start + length]))
    return bytes(mutated)


def _repeat(content: bytes, generator: random.Random) -> bytes:
    start = generator.randrange(len(content))
    return content[:start] + content[start : start + 512] + content[start:]


def _surround(content: bytes, generator: random.Random) -> bytes:
    """Something before or after the file."""
    return generator.choice([b'<html>' + content, content + bytes(100), b'PK\x03\x04' + content])


def _replace(place: dict, key: Any, generator: random.Random) -> None:
    place[key] = generator.choice(STRANGE)


def _remove(place: dict, key: Any, generator: random.Random) -> None:
    del place[key]


def _rename(place: dict, key: Any, generator: random.Random) -> None:
    place[generator.choice([f'{key}x', '', 7, None, (1, 2)])] = place.pop(key)


def _swap(place: dict, key: Any, generator: random.Random) -> None:
    other = generator.choice(list(place))
    place[key], place[other] = place[other], place[key]


FILE_MUTATIONS: Tuple[Callable, ...] = (_cut, _flip, _overwrite, _repeat, _surround)
ENTRY_MUTATIONS: Tuple[Callable, ...] = (_replace, _remove, _rename, _swap)
