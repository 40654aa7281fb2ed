"""``mmpose-ae mmpose``: MMPose's own scripts find what they import."""

import sys

import pytest

import mmpose_ae_cli
from mmpose_ae.commands import mmpose as command

CONFIG = 'configs/associative_embedding/coco/ae_hrnet-w32_8xb24-300e_coco-512x512.py'


@pytest.fixture(autouse=True)
def _arguments(monkeypatch):
    monkeypatch.setattr(sys, 'argv', ['mmpose-ae'])


def test_scripts_are_listed(capsys):
    assert mmpose_ae_cli.main(['mmpose']) == 0
    rows = [row.split() for row in capsys.readouterr().out.splitlines()]
    assert ['browse_dataset', 'misc'] in rows and ['get_flops', 'analysis_tools'] in rows
    assert not {'train', 'test'} & {row[0] for row in rows}


def test_a_script_prints_a_config(capsys):
    assert mmpose_ae_cli.main(['mmpose', 'print_config', CONFIG, '--options', 'launcher=mpi']) == 0
    printed = capsys.readouterr().out.replace(' ', '')  # which yapf sets, if it is there
    assert "default_scope='mmpose_ae'" in printed and "launcher='mpi'" in printed


@pytest.mark.parametrize('name', ['browse_dataset', 'get_flops', 'publish_model'])
def test_a_script_is_reached(name, capsys):
    with pytest.raises(SystemExit) as ended:
        mmpose_ae_cli.main(['mmpose', name, '--help'])
    assert ended.value.code == 0
    assert f'usage: {name}.py' in capsys.readouterr().out


@pytest.mark.parametrize('name, advice', [
    ('browse_datasets', 'did you mean browse_dataset'),
    ('get_flops.py', 'did you mean get_flops'),
    ('zzz', '"mmpose-ae mmpose" lists them'),
])  # fmt: skip
def test_an_unknown_script_is_named(name, advice, capsys):
    assert mmpose_ae_cli.main(['mmpose', name]) == 1
    said = capsys.readouterr().err
    assert f'no script {name};' in said and advice in said


def test_what_a_script_needs_is_named(tmp_path, monkeypatch, capsys):
    script = tmp_path / 'plot.py'
    script.write_text('import not_installed_at_all\n')
    monkeypatch.setattr(command, '_find_scripts', lambda: {'plot': script})
    assert mmpose_ae_cli.main(['mmpose', 'plot']) == 1
    assert 'plot needs not_installed_at_all' in capsys.readouterr().err
