"""Golden vectors: what went into the original implementations and what came out of them.

They are in the folder that the environment variable GOLDEN names; without it in ../shared/golden
beside the checkout, where that is present; else in tests/data/golden, a few small cases that come
with the tests. A file holds the cases of one subject: the array ``<case>.in.<name>`` went in,
``<case>.out.<name>`` came out. Tests ask for cases by the file and by the arrays that they need,
never by name, so that vectors of other scenes, sizes and seeds can take the place of these.
"""

import json
import os
import re
import zlib
from functools import cache
from math import prod
from pathlib import Path
from typing import Callable, Dict, Iterable, List, Optional, Tuple

import numpy as np
import pytest
import torch

TESTS = Path(__file__).resolve().parent
SHIPPED = TESTS / 'data' / 'golden'
# Mirror images of the keypoints of COCO and of CrowdPose, by the number of keypoints.
FLIP_INDICES = {
    17: [0, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11, 14, 13, 16, 15],
    14: [1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 12, 13],
}
DATASETS = {17: 'coco', 14: 'crowdpose'}


@cache
def folder() -> Path:
    """Find the folder of vectors."""
    if 'GOLDEN' in os.environ:
        path = Path(os.environ['GOLDEN'])
        if not path.is_dir():
            raise NotADirectoryError(f'GOLDEN must be a folder of golden vectors, got {path}')
        return path.resolve()
    beside = TESTS.parents[1] / 'shared' / 'golden'
    return beside if beside.is_dir() else SHIPPED


def files(*patterns: str) -> List[Path]:
    """List the files whose names match one of the patterns."""
    return sorted({path for pattern in patterns for path in folder().glob(pattern)})


def subject_files(subject: str, pattern: str, *needed: str) -> list:
    """Give the vectors of a subject with a folder of its own as values of a parameter.

    They are in ``<subject>/`` of the folder, or, for what came later, in
    ``../specs/golden/<subject>``, or in the folder itself, or they come with the tests; the test is
    skipped if none is there.

    Args:
        subject (str): Name of the folder.
        pattern (str): Names of files.
        *needed (str): Arrays that the test reads; files without them are of something else.
    """
    beside = folder().parent / 'specs' / 'golden' / subject
    places = [folder() / subject, beside, folder(), SHIPPED / subject]
    found = ([p for p in sorted(place.glob(pattern)) if _has(p, needed)] for place in places)
    rows = [pytest.param(path, id=path.stem) for path in next(filter(None, found), [])]
    return rows or [_skipped(f'no {pattern} of {subject} in {folder()}', 1)]


def _has(path: Path, needed: Tuple[str, ...]) -> bool:
    """Tell whether a file has arrays."""
    if not needed:
        return True
    with np.load(path) as data:
        return set(needed) <= set(data.files)


class Case:
    """The arrays of one case, read when they are asked for.

    Args:
        path (Path): The file.
        name (str): The case in it.
    """

    def __init__(self, path: Path, name: str) -> None:
        self.path = path
        self.name = name

    def __contains__(self, key: str) -> bool:
        return key in _arrays(self.path)[self.name]

    def __getitem__(self, key: str) -> np.ndarray:
        """Read the array ``in.<name>`` or ``out.<name>``."""
        with np.load(self.path) as data:
            return data[f'{self.name}.{key}']

    def tensor(self, key: str) -> torch.Tensor:
        """Read an array as a tensor."""
        return torch.from_numpy(self[key])

    def arrays(self, prefix: str) -> Dict[str, np.ndarray]:
        """Read all arrays whose names start with a prefix, named by what follows it."""
        keys = [key for key in _arrays(self.path)[self.name] if key.startswith(prefix)]
        return {key[len(prefix) :]: self[key] for key in keys}

    def tensors(self, prefix: str) -> Dict[str, torch.Tensor]:
        """Read all arrays whose names start with a prefix as tensors."""
        return {key: torch.from_numpy(value) for key, value in self.arrays(prefix).items()}


@cache
def _arrays(path: Path) -> Dict[str, List[str]]:
    """Names of the cases in a file, and of the arrays of each."""
    cases = {}
    with np.load(path) as data:
        for name in data.files:
            case, direction, rest = re.fullmatch(r'(.+?)\.(in|out)\.(.+)', name).groups()
            cases.setdefault(case, []).append(f'{direction}.{rest}')
    return cases


def find(pattern: str, *needed: str) -> List[Case]:
    """List the cases that have the needed arrays, in the files of a pattern."""
    return [
        Case(path, name)
        for path in files(pattern)
        for name, arrays in _arrays(path).items()
        if set(needed) <= set(arrays)
    ]


def cases(pattern: str, *needed: str, of: Optional[Iterable[str]] = None) -> list:
    """Give the found cases as values of a test's parameter; the test is skipped if none is there.

    Args:
        pattern (str): Names of files.
        *needed (str): Arrays that the test reads.
        of (Iterable[str], optional): The test takes one of these, too, and reads the arrays whose
            names have it in place of ``{}``.

    Returns:
        list: Values of the parameter ``case``, or of two parameters.
    """
    rows = [
        (case,) if of is None else (case, value)
        for value in of or ['']
        for case in find(pattern, *(key.format(value) for key in needed))
    ]
    if not rows:
        arrays = ', '.join(needed).replace('{}', '*')
        reason = f'no case with {arrays} in {pattern} of {folder()}'
        return [_skipped(reason, 1 if of is None else 2)]
    return [
        pytest.param(*row, id='-'.join([f'{row[0].path.stem}:{row[0].name}', *row[1:]]))
        for row in rows
    ]


def key_lists(*patterns: str) -> list:
    """Give the names of lists of keys as values of a parameter; skip the test if none is there."""
    names = [_list_name(path) for path in files(*(f'keys_{p}.json' for p in patterns))]
    return names or [_skipped(f'no list of keys {" or ".join(patterns)} in {folder()}', 1)]


def _skipped(reason: str, count: int):
    return pytest.param(*[None] * count, marks=pytest.mark.skip(reason=reason), id='absent')


def _list_name(path: Path) -> str:
    return path.stem[len('keys_') :]


def shapes(name: str) -> Dict[str, list]:
    """Read the list of keys of a released network, if need be the shipped one: shapes by name."""
    paths = [place / f'keys_{name}.json' for place in (folder(), SHIPPED)]
    paths = [path for path in paths if path.is_file()]
    if not paths:
        pytest.skip(f'keys_{name}.json is not in {folder()}')
    return json.loads(paths[0].read_text())


def matching_shapes(pattern: str, fits: Callable[[Dict[str, list]], bool]) -> Dict[str, list]:
    """Read the first list of keys that belongs to a vector; skip the test if none does."""
    paths = [*files(f'keys_{pattern}.json'), *sorted(SHIPPED.glob(f'keys_{pattern}.json'))]
    for keys in map(shapes, map(_list_name, paths)):
        if fits(keys):
            return keys
    return pytest.skip(f'no fitting list of keys {pattern} in {folder()}')


def weights(shapes: Dict[str, Tuple[int, ...]], seed: int = 0) -> Dict[str, torch.Tensor]:
    """Draw the weights with which the originals made the vectors of networks.

    Every key has a generator of its own, seeded by its name; its last words tell the distribution.

    Args:
        shapes (dict): Shape of each weight of one module, by its original name.
        seed (int): What the vector calls ``weight_seed``.

    Returns:
        dict: Weights by name, float32; int64 for numbers of batches.
    """
    drawn = {}
    for key, shape in shapes.items():
        text = f'{seed}:{key}' if seed else key
        noise = np.random.default_rng(zlib.crc32(text.encode())).standard_normal(tuple(shape))
        stem, _, last = key.rpartition('.')
        if last == 'num_batches_tracked':
            drawn[key] = torch.zeros(tuple(shape), dtype=torch.int64)
            continue
        if last == 'running_var':
            value = 1 + 0.1 * np.abs(noise)
        elif last == 'running_mean':
            value = 0.1 * noise
        elif stem.split('.')[-1] == 'type_embed':
            value = 0.02 * noise
        elif 'weight' in last and len(shape) > 1:
            value = np.sqrt(2 / prod(shape[1:])) * noise
        elif last == 'weight':  # of a norm; of batch norms with a smaller gain
            value = (0.5 if f'{stem}.running_mean' in shapes else 1) * (1 + 0.1 * noise)
        elif 'bias' in last:
            of_norm = len(shapes.get(f'{stem}.weight', (0, 0))) == 1
            value = (0.1 if of_norm else 0.01) * noise
        else:
            raise KeyError(f'no distribution for {key}')
        drawn[key] = torch.from_numpy(np.asarray(value, np.float32))
    return drawn
