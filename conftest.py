"""Fixtures that every test may use."""

import importlib.util
import json
from pathlib import Path
from typing import Callable, Dict

import pytest
import torch
from tiny_crowd import write_tiny_crowd

import mmpose_ae  # noqa: F401  (makes MMPose importable before any test module)

SHARED = Path(__file__).resolve().parents[1] / 'shared'

torch.set_num_threads(1)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let slow tests be asked for."""
    parser.addoption('--runslow', action='store_true', help='also run tests that train for minutes')


def pytest_collection_modifyitems(config: pytest.Config, items: list) -> None:
    """Skip slow tests unless they were asked for."""
    if config.getoption('--runslow'):
        return
    for item in items:
        if 'slow' in item.keywords:
            item.add_marker(pytest.mark.skip(reason='slow: give --runslow to run it'))


@pytest.fixture(scope='session')
def shared() -> Path:
    """The folder of reference data beside the checkout; the test is skipped where it is absent."""
    if not SHARED.is_dir():
        pytest.skip('the reference data (../shared) are not here')
    return SHARED


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


@pytest.fixture(scope='session')
def tiny_config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A config that trains in seconds, with its data beside it."""
    return write_tiny_crowd(tmp_path_factory.mktemp('tiny_crowd'))
