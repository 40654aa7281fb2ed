"""The index of models as the documents need it: its figures as they are written."""

from pathlib import Path
from typing import List

import yaml

ROOT = Path(__file__).resolve().parents[2]


def read_metafiles() -> List[Path]:
    """The metafiles that the index names."""
    return [ROOT / name for name in _read(ROOT / 'model-index.yml')['Import']]


def read_models() -> List[dict]:
    """The entries of all metafiles, every value as text: 0.690 has three digits, 0.59 two."""
    return [entry for path in read_metafiles() for entry in _read(path)['Models']]


def _read(path: Path) -> dict:
    return yaml.load(path.read_text(encoding='utf-8'), Loader=yaml.CBaseLoader)
