"""Configs of a few epochs save each of them: they are what people try first, and interrupt."""

from pathlib import Path

import pytest
from mmengine.config import Config

ROOT = Path(__file__).resolve().parents[1]
PATTERNS = ('configs/*/synth_crowd/*.py', 'projects/*/configs/synth_crowd/*.py')
SHORT = sorted(path for pattern in PATTERNS for path in ROOT.glob(pattern))


@pytest.mark.parametrize('path', SHORT, ids=lambda path: path.stem)
def test_every_epoch_is_saved(path):
    cfg = Config.fromfile(path)
    checkpoint = cfg.default_hooks.checkpoint
    assert cfg.train_cfg.by_epoch and checkpoint.get('by_epoch', True)
    assert (checkpoint.interval, checkpoint.type) == (1, 'CheckpointHook')
