"""The tools take the weights of their network, no more and no less."""

import pytest
import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope

from mmpose_ae.registry import MODELS

LAYER = 'backbone.predictions.0.bias'


@pytest.fixture
def incomplete(tiny_config, tmp_path):
    """A checkpoint with our own names that lacks a layer's bias."""
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        weights = MODELS.build(Config.fromfile(tiny_config).model).state_dict()
    del weights[LAYER]
    torch.save(dict(state_dict=weights), tmp_path / 'incomplete.pth')
    return tmp_path / 'incomplete.pth'


def test_testing(run_tool, tiny_config, incomplete):
    """It printed the AP of partly random weights."""
    with pytest.raises(SystemExit, match=rf'incomplete\.pth: (?s:.*)lacks: {LAYER}'):
        run_tool('test', tiny_config, incomplete)


def test_training(run_tool, tiny_config, incomplete, tmp_path):
    config = tmp_path / 'config.py'
    config.write_text(f"_base_ = '{tiny_config}'\nload_from = '{incomplete}'\n")
    with pytest.raises(SystemExit, match=rf'incomplete\.pth: (?s:.*)lacks: {LAYER}'):
        run_tool('train', config)


def test_converting(load_tool, monkeypatch, tiny_config, incomplete, tmp_path):
    argv = ['convert_checkpoint.py', tiny_config, incomplete, tmp_path / 'out.pth']
    monkeypatch.setattr('sys.argv', list(map(str, argv)))
    with pytest.raises(SystemExit, match=rf'incomplete\.pth: (?s:.*)lacks: {LAYER}'):
        load_tool('model_converters/convert_checkpoint').main()
    assert not (tmp_path / 'out.pth').exists()


def test_fine_tuning(run_tool, tiny_config, incomplete, tmp_path):
    """The explicit choice: training starts from what fits."""
    config = tmp_path / 'config.py'
    start = dict(type='Pretrained', checkpoint=str(incomplete))
    config.write_text(f"_base_ = '{tiny_config}'\nmodel = dict(init_cfg={start})\n")
    run_tool('train', config, '--no-validate')
    incomplete.unlink()  # a run that goes on does not need it
    run_tool('train', config, '--no-validate', '--resume')
    run_tool('test', config, tmp_path / 'work_dirs/config/epoch_2.pth')
