"""Annotation files that fail in the ways in which annotation tools and merging scripts make them.

They are in the folder that the environment variable CASES names, or without it in ../shared/cases
beside the checkout: ``ok.json`` and others in which one thing is odd, with their images in ``img``.
Where there is no such folder, or besides it, tests make the same of people that they draw.
"""

import json
import os
from functools import cache
from pathlib import Path
from typing import List

import pytest

TESTS = Path(__file__).resolve().parent


@cache
def folder() -> Path:
    """Find the folder of cases; it may be absent."""
    if 'CASES' in os.environ:
        path = Path(os.environ['CASES'])
        if not path.is_dir():
            raise NotADirectoryError(f'CASES must be a folder of annotation files, got {path}')
        return path.resolve()
    return TESTS.parents[1] / 'shared' / 'cases'


def files(pattern: str) -> list:
    """Give the files whose names match as values of a parameter; skip the test if none does."""
    found = sorted(folder().glob(pattern))
    if found:
        return [pytest.param(path, id=path.stem) for path in found]
    skip = pytest.mark.skip(reason=f'no {pattern} in {folder()}')
    return [pytest.param(None, marks=skip, id='absent')]


def draw(root: Path) -> dict:
    """Draw people of SynthCrowd: four images in ``img``, among them unlabelled people and a crowd.

    Returns:
        dict: Their annotations, in COCO's format.
    """
    from mmpose_ae.datasets.synth_crowd import Settings, generate

    settings = Settings(size=(96, 96), people=(2, 4), unlabelled=0.3, crowd_region=0.3)
    generate(root / 'drawn', dict(val=4), settings, seed=3, image_format='png')
    (root / 'drawn' / 'val').rename(root / 'img')
    return json.loads((root / 'drawn' / 'annotations' / 'val.json').read_text())


def names(values: list) -> List[str]:
    """Names of images, whose folders may differ."""
    return [Path(value).name for value in values]
