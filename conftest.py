"""Fixtures that every test may use."""

import gc
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Iterator

import pytest
import torch
from mmengine.config import Config
from mmengine.utils import get_installed_path
from tiny_crowd import write_tiny_crowd

import mmpose_ae  # noqa: F401  (makes MMPose importable before any test module)

SHARED = Path(__file__).resolve().parents[1] / 'shared'

torch.set_num_threads(1)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let slow tests be asked for."""
    parser.addoption('--runslow', action='store_true', help='also run tests that train for minutes')


def pytest_collection_finish() -> None:
    """Leave modules and the list of tests out of every later collection of garbage.

    MMEngine collects for each dataset that it builds, of which there are hundreds.
    """
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(config: pytest.Config, items: list) -> None:
    """Put long tests first, and skip slow ones unless they were asked for."""
    items.sort(key=lambda item: 'long' not in item.keywords)
    if config.getoption('--runslow'):
        return
    for item in items:
        if 'slow' in item.keywords:
            item.add_marker(pytest.mark.skip(reason='slow: give --runslow to run it'))


@pytest.fixture(scope='session', autouse=True)
def plain_dumps() -> Iterator[None]:
    """Write configs as MMEngine puts them together, without yapf, which takes half a second.

    A run writes its config several times. Those that mim starts keep the layout.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr('yapf.yapflib.yapf_api.FormatCode', lambda text, **options: (text, True))
        yield


@pytest.fixture(scope='session', autouse=True)
def metainfo_read_once() -> Iterator[None]:
    """Read the metainfo files of MMPose once: hundreds of datasets name one of them."""
    package = get_installed_path('mmpose')
    once = cache(Config.fromfile)

    def read(path: str) -> Config:
        return once(path) if path.startswith(package) else Config.fromfile(path)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr('mmpose.datasets.datasets.utils.Config', SimpleNamespace(fromfile=read))
        yield


@pytest.fixture(scope='session')
def shared() -> Path:
    """The folder of images and annotations beside the checkout; without it the test is skipped."""
    if not (SHARED / 'data').is_dir():
        pytest.skip('images and annotations (../shared/data) are not here')
    return SHARED


@pytest.fixture(scope='session')
def tiny_config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A config that trains in seconds, with its data beside it."""
    return write_tiny_crowd(tmp_path_factory.mktemp('tiny_crowd'))
