"""An exported file that tests share: exporting takes seconds."""

import pytest
import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope
from tiny_crowd import write_tiny_crowd

import mmpose_ae_cli
from mmpose_ae.registry import MODELS


@pytest.fixture(scope='session')
def tiny(tmp_path_factory):
    """A folder with a config of Associative Embedding, random weights and their data."""
    folder = tmp_path_factory.mktemp('export')
    config = write_tiny_crowd(folder)
    torch.manual_seed(0)
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        model = MODELS.build(Config.fromfile(config).model)
    meta = dict(score_threshold=0.25)
    torch.save(dict(state_dict=model.state_dict(), meta=meta), folder / 'tiny.pth')
    return folder


@pytest.fixture(scope='session')
def exported(tiny):
    """The file of the command, which looks at the mirrored picture, too."""
    arguments = [tiny / 'tiny.py', tiny / 'tiny.pth', tiny / 'tiny.onnx', '--flip']
    # Upsampled heatmaps of random weights have flat peaks, refined by their last digits.
    arguments += ['--cfg-options', 'model.test_cfg.restore_heatmap_size=False']
    assert mmpose_ae_cli.main(['export', *map(str, arguments)]) == 0
    return tiny / 'tiny.onnx'
