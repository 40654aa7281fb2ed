"""What is wrong with a config, in one line."""

import pytest
from mmengine.config import Config
from mmengine.registry import DefaultScope
from torch.utils.data import DataLoader, Dataset

from mmpose_ae.checkpoints import CheckpointError
from mmpose_ae.cli.faults import (
    UnknownType,
    WrongSetting,
    build_runner,
    in_one_line,
    naming_types,
    telling_progress,
)
from mmpose_ae.config_files import ConfigError
from mmpose_ae.datasets.ledger import AnnotationError
from mmpose_ae.images import ImageError
from mmpose_ae.options import UnknownOption
from mmpose_ae.registry import MODELS, TRANSFORMS


@pytest.fixture(autouse=True)
def scope():
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        yield


@pytest.fixture
def config(tmp_path):
    """A file, which MMEngine opens."""
    path = tmp_path / 'mine.py'
    path.touch()
    return path


@pytest.mark.parametrize('model, key', [
    (dict(type='Nix'), 'model.type'),
    (dict(type='BottomupPoseEstimator', backbone=dict(type='Nix')), 'model.backbone.type'),
])  # fmt: skip
def test_file_key_and_type_are_named(model, key, config):
    """Also where MMEngine wraps the error in that of what is around it."""
    cfg = Config(dict(model=model), filename=config)
    message = f'^{config}: {key} is Nix, which nobody has registered'
    with pytest.raises(UnknownType, match=message), naming_types(cfg):
        MODELS.build(cfg.model)


def test_a_place_in_a_list_is_its_number_and_all_places_are_named(config):
    steps = [dict(type='LoadImage'), dict(type='Nix')]
    cfg = Config(dict(train=dict(pipeline=steps), val=dict(pipeline=steps)), filename=config)
    keys = 'train.pipeline.1.type, val.pipeline.1.type'
    with pytest.raises(UnknownType, match=f'{keys} is Nix'), naming_types(cfg):
        TRANSFORMS.build(cfg.val.pipeline[1])


@pytest.mark.parametrize(
    'error',
    [KeyError('backbone'), KeyError(3), KeyError('Other is not in the mmpose::model registry')],
)
def test_other_errors_stay_as_they_are(error):
    with pytest.raises(KeyError) as raised, naming_types(Config(dict(model=dict(type='Nix')))):
        raise error
    assert raised.value is error


@pytest.mark.parametrize('error', [
    UnknownType('a.py: model.type'),
    FileNotFoundError('no a.py'),
    PermissionError('a.py is not yours'),
    IsADirectoryError('work_dirs/a'),
    ConfigError('config a.py: line 1 is no Python'),
    WrongSetting('a.py: tag_dim'),
    CheckpointError('a.pth: of another network\nthe checkpoint lacks: b'),
    UnknownOption('AEDecoder has no option treshold'),
    ImageError('image file a.png is empty'),
    AnnotationError('annotation file a.json has 1 fault:\n- it'),
])  # fmt: skip
def test_a_tool_ends_with_a_line(error):
    with pytest.raises(SystemExit) as ended, in_one_line():
        raise error
    assert ended.value.code == f'error: {error}'


def whole(model, config, folder):
    """A config of nothing but a model."""
    content = dict(model=model, work_dir=str(folder), default_scope='mmpose_ae')
    return Config(content, filename=config)


def test_what_a_network_refuses_is_told_with_its_config(config, tmp_path):
    model = dict(type='AEHead', in_channels=1, num_keypoints=2, tag_dim=0)
    with pytest.raises(WrongSetting, match=f'^{config}: .*tag_dim must be .*, got 0'):
        build_runner(whole(model, config, tmp_path))


@pytest.mark.parametrize('loop', ['train', 'val', 'test'])
def test_what_data_refuse_is_told_with_their_config(loop, config, tmp_path):
    cfg = whole(dict(type='AEHead', in_channels=2, num_keypoints=2), config, tmp_path)
    others = ('_evaluator',) if loop != 'train' else ()
    cfg.update({f'{loop}{name}': [] for name in others})
    cfg[f'{loop}_cfg'] = dict(by_epoch=True, max_epochs=1) if loop == 'train' else {}
    dataset = dict(type='CocoDataset', data_mode='sideways')
    cfg[f'{loop}_dataloader'] = dict(batch_size=1, dataset=dataset)
    cfg.optim_wrapper = dict(optimizer=dict(type='SGD', lr=1)) if loop == 'train' else None
    build_runner(cfg)
    with pytest.raises(WrongSetting, match=f'^{config}: .*sideways'):
        build_runner(cfg, f'{loop}_loop')


@pytest.mark.parametrize('kind', ['train', 'val', 'test'])
def test_a_config_without_what_is_run_is_told(kind, config, tmp_path):
    cfg = whole(dict(type='AEHead', in_channels=2, num_keypoints=2), config, tmp_path)
    with pytest.raises(WrongSetting, match=f'^{config}: there is no {kind}_dataloader'):
        build_runner(cfg, f'{kind}_loop')


def test_mistakes_that_are_told_and_errors_of_the_program_stay(config, tmp_path, monkeypatch):
    for error in (UnknownType('a.py: model.type'), RuntimeError('out of memory')):

        def build(*_, error=error):
            raise error

        monkeypatch.setattr('mmengine.runner.Runner.build_model', build)
        with pytest.raises(type(error)) as raised:
            build_runner(whole({}, config, tmp_path))
        assert raised.value is error


class Broken(Dataset):
    """Images that cannot be loaded."""

    def __len__(self):
        return 1

    def __getitem__(self, index):
        try:
            raise OSError('of another library')
        except OSError as error:
            raise ImageError('image file a.png: damaged\nin two lines') from error


def test_what_processes_that_load_data_say_has_no_traceback():
    with pytest.raises(SystemExit) as ended, in_one_line():
        next(iter(DataLoader(Broken(), num_workers=1)))
    assert ended.value.code == 'error: image file a.png: damaged\nin two lines'


def test_ctrl_c_ends_a_tool_with_a_line(capsys):
    with pytest.raises(SystemExit) as ended, in_one_line():
        raise KeyboardInterrupt
    assert ended.value.code == 130
    assert capsys.readouterr().err == '\nstopped\n'


def test_ctrl_c_in_training_says_what_is_saved(tmp_path, capsys):
    cfg = Config(dict(work_dir=str(tmp_path), train_cfg=dict(by_epoch=True)))
    with pytest.raises(SystemExit) as ended, in_one_line(), telling_progress(cfg):
        raise KeyboardInterrupt
    assert ended.value.code == 130
    assert capsys.readouterr().err == f'\nstopped; no checkpoint is saved in {tmp_path} yet\n'


def test_other_errors_of_a_tool_keep_their_traceback():
    with pytest.raises(ValueError, match='of the network'), in_one_line():
        raise ValueError('of the network')
