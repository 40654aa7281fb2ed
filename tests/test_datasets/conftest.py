"""What tests of annotation files share."""

import runpy
import sys
from pathlib import Path

import cases
import pytest

CONVERTERS = Path(__file__).resolve().parents[2] / 'tools' / 'dataset_converters'


@pytest.fixture
def run_converter(monkeypatch):
    """Run one of the tools for data sets with arguments."""

    def run(name, *arguments):
        monkeypatch.setattr(sys, 'argv', [name, *map(str, arguments)])
        runpy.run_path(str(CONVERTERS / name), run_name='__main__')

    return run


@pytest.fixture(scope='module')
def drawn(tmp_path_factory):
    """A folder with images of people, and their annotations."""
    root = tmp_path_factory.mktemp('people')
    return root, cases.draw(root)
