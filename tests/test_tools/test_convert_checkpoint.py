"""The command that converts a published checkpoint."""

from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope

from mmpose_ae.checkpoints import CheckpointError
from mmpose_ae.registry import MODELS

ROOT = Path(__file__).resolve().parents[2]
CONFIG = (
    ROOT / 'configs/associative_embedding/coco/ae_mobilenet-v2_8xb24-300e_coco-512x512-released.py'
)


@pytest.fixture
def convert(load_tool, monkeypatch, tmp_path):
    """Run the command on a checkpoint; gives what it writes."""

    def run(checkpoint):
        files = tmp_path / 'in.pth', tmp_path / 'out.pth'
        torch.save(checkpoint, files[0])
        monkeypatch.setattr('sys.argv', ['convert_checkpoint.py', *map(str, (CONFIG, *files))])
        load_tool('model_converters/convert_checkpoint').main()
        return torch.load(files[1], weights_only=True)

    return run


def test_a_checkpoint_of_mmpose_0x(convert):
    """Its head has another name; what else is in the file is left out."""
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        weights = MODELS.build(Config.fromfile(CONFIG).model).state_dict()
    published = {
        f'keypoint_{key}' if key.startswith('head.') else key: value
        for key, value in weights.items()
    }
    converted = convert(dict(state_dict=published, meta={}, optimizer={}))
    assert set(converted) == {'state_dict'}
    assert converted['state_dict'].keys() == weights.keys()
    assert all(torch.equal(converted['state_dict'][k], v) for k, v in weights.items())


def test_an_incomplete_checkpoint_writes_nothing(convert, tmp_path):
    with pytest.raises(CheckpointError, match=r'lacks: backbone\.conv1\.conv\.weight'):
        convert({'keypoint_head.final_layer.bias': torch.zeros(34)})
    assert not (tmp_path / 'out.pth').exists()
