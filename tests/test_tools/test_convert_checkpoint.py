"""The command that converts a published checkpoint."""

from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope
from small_configs import NARROW_HRNET

from mmpose_ae.registry import MODELS

ROOT = Path(__file__).resolve().parents[2]
CONFIG = (
    ROOT / 'configs/associative_embedding/coco/ae_mobilenet-v2_8xb24-300e_coco-512x512-released.py'
)


@pytest.fixture
def convert(load_tool, monkeypatch, tmp_path):
    """Run the command on a checkpoint; gives what it writes."""

    def run(checkpoint, config=CONFIG, *options):
        files = tmp_path / 'in.pth', tmp_path / 'out.pth'
        torch.save(checkpoint, files[0])
        arguments = map(str, (config, *files, *options))
        monkeypatch.setattr('sys.argv', ['convert_checkpoint.py', *arguments])
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
    with pytest.raises(SystemExit, match=r'error: .*\n.*lacks: backbone\.conv1\.conv\.weight'):
        convert({'keypoint_head.final_layer.bias': torch.zeros(34)})
    assert not (tmp_path / 'out.pth').exists()


def test_a_config_of_the_package_anywhere(convert, monkeypatch, tmp_path):
    """It is found as documents print it; a name that is none ends in one line."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit, match=r'error: .*in\.pth: none of its weights'):
        convert({'other': torch.zeros(1)}, CONFIG.relative_to(ROOT))
    with pytest.raises(SystemExit, match=r'error: no config configs/none\.py'):
        convert({'other': torch.zeros(1)}, 'configs/none.py')


def narrow(folder, config):
    """A child of a config whose network is narrow; gives its file."""
    path = folder / Path(config).name
    path.write_text(
        f"_base_ = '{ROOT / 'configs/coupled_embedding' / config}'\n"
        f'model = dict(backbone=dict(init_cfg=None, extra={NARROW_HRNET["extra"]}), '
        'head=dict(in_channels=4))\n'
    )
    return path


def test_a_config_starts_from_keypoints_of_another(convert, tmp_path):
    """CrowdPose's network of Coupled Embedding has all weights of COCO's, by keypoint."""
    name = 'higherhrnet-w48_8xb10-300e_{}-640x640.py'
    coco = narrow(tmp_path, f'coco/ce_{name.format("coco")}')
    crowdpose = narrow(tmp_path, f'crowdpose/ce-coco-pretrained_{name.format("crowdpose")}')
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        weights = MODELS.build(Config.fromfile(coco).model).state_dict()
        written = convert(dict(state_dict=weights), coco, '--keypoints-of', crowdpose)['state_dict']
        model = Config.fromfile(crowdpose).model
        model.init_cfg.checkpoint = str(tmp_path / 'out.pth')
        network = MODELS.build(model)
        network.init_weights()
    loaded = network.state_dict()
    assert loaded.keys() == written.keys()
    assert all(torch.equal(loaded[key], value) for key, value in written.items())
    assert torch.equal(loaded['backbone.conv1.weight'], weights['backbone.conv1.weight'])
    # The left elbow is keypoint 7 of COCO's 17 and 2 of CrowdPose's 14; behind them are its tags.
    for old, new in ((7, 2), (17 + 7, 14 + 2), (8 * 17 + 7, 8 * 14 + 2)):
        assert torch.equal(
            loaded['head.final_layer.weight'][new], weights['head.final_layer.weight'][old]
        )
