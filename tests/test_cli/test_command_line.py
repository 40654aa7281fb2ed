import os
import sys
from pathlib import Path

import pytest

from mmpose_ae.cli.command_line import build_parser, load_config
from mmpose_ae.config_files import ConfigError

CONFIG = """
max_epochs = 3
train_cfg = dict(max_epochs=max_epochs)
default_hooks = dict(visualization=dict(type='PoseVisualizationHook', enable=False))
"""


@pytest.fixture
def load(tmp_path):
    """Load a config with the options given."""

    def run(*options, text=CONFIG):
        path = tmp_path / 'tiny.py'
        path.write_text(text)
        return load_config(build_parser('').parse_args([str(path), *options]))

    return run


def test_the_work_dir_comes_from_the_option_the_config_or_the_name(load):
    assert load().work_dir == 'work_dirs/tiny'
    text = CONFIG + "work_dir = 'mine'\n"
    assert load(text=text).work_dir == 'mine'
    assert load('--work-dir', 'other', text=text).work_dir == 'other'


def test_settings_are_overridden(load):
    cfg = load('--cfg-options', 'train_cfg.max_epochs=1', 'model.sizes=[1,2]')
    assert cfg.train_cfg.max_epochs == 1
    assert cfg.model.sizes == [1, 2]


def test_settings_without_a_value_are_named(load, capsys):
    with pytest.raises(SystemExit):
        load('--cfg-options', 'max_epochs=5', 'amp')
    assert 'argument --cfg-options: expected KEY=VALUE, got amp' in capsys.readouterr().err


def test_modules_below_the_working_directory_are_imported(load, tmp_path, monkeypatch):
    (tmp_path / 'my_extension.py').write_text('')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, 'path', list(sys.path))
    load(text="custom_imports = dict(imports=['my_extension'], allow_failed_imports=False)")
    assert Path(sys.modules.pop('my_extension').__file__).parent == tmp_path


def test_the_launcher_and_its_rank_are_taken(load, monkeypatch):
    monkeypatch.setattr(os, 'environ', {})
    cfg = load('--launcher', 'pytorch', '--local-rank', '1')
    assert cfg.launcher == 'pytorch'
    assert os.environ['LOCAL_RANK'] == '1'


def test_pictures_are_off_unless_asked_for(load):
    assert load().default_hooks.visualization.enable is False
    hook = load('--show-dir', 'pictures', '--interval', '5').default_hooks.visualization
    assert (hook.enable, hook.show, hook.out_dir, hook.interval) == (True, False, 'pictures', 5)


@pytest.mark.parametrize('hooks', ['dict()', 'dict(visualization=None)', 'None'])
def test_pictures_without_a_hook_are_an_error(load, hooks):
    with pytest.raises(ConfigError, match=r'need visualization=dict.*tiny\.py'):
        load('--show-dir', 'pictures', text=f'default_hooks = {hooks}')


def test_a_missing_config_is_named(tmp_path):
    args = build_parser('').parse_args([str(tmp_path / 'absent.py')])
    with pytest.raises(FileNotFoundError, match=r'no config /.*absent\.py: give a file, one of'):
        load_config(args)


NAME = 'ae_hourglass-tiny_1xb8-7e_synth_crowd-192x192'


@pytest.mark.parametrize('config', [
    NAME,
    f'configs/associative_embedding/synth_crowd/{NAME}.py',
    f'mmpose_ae::associative_embedding/synth_crowd/{NAME}.py',
])  # fmt: skip
def test_configs_of_the_package_are_known_in_any_folder(config, tmp_path, monkeypatch):
    """A wheel has no folder of configs where one works."""
    monkeypatch.chdir(tmp_path)
    cfg = load_config(build_parser('').parse_args([config]))
    assert cfg.model.backbone.type == 'HourglassAE' and cfg.work_dir == f'work_dirs/{NAME}'


def test_a_file_comes_before_a_config_of_the_package(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    mine = Path('configs/associative_embedding/synth_crowd', f'{NAME}.py')
    mine.parent.mkdir(parents=True)
    mine.write_text('mine = True')
    assert load_config(build_parser('').parse_args([str(mine)])).mine
