"""Fixtures of the tests of networks."""

import importlib.util
import json
from pathlib import Path
from typing import Callable, Dict

import pytest
import torch


@pytest.fixture(scope='session')
def golden_weights(shared: Path) -> Callable[[Dict[str, tuple]], Dict[str, torch.Tensor]]:
    """A function from reference key names and shapes to the weights of the golden vectors."""
    path = shared / 'golden' / 'golden_weights.py'
    spec = importlib.util.spec_from_file_location('golden_weights', path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return lambda shapes: {
        key: torch.from_numpy(value) for key, value in module.fill(shapes).items()
    }


@pytest.fixture(scope='session')
def golden_shapes(shared: Path) -> Callable[[str], Dict[str, tuple]]:
    """A function from the name of a released network to the shapes of its weights."""
    return lambda name: json.loads((shared / 'golden' / f'keys_{name}.json').read_text())
