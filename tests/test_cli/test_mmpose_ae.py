"""The command ``mmpose-ae``: what it offers, and that its doors lead to the tools."""

import os
import subprocess
import sys
from importlib.machinery import ModuleSpec

import pytest

import mmpose_ae_cli
from mmpose_ae.checkpoints import cache_path
from mmpose_ae.prediction.outputs import OUTPUTS
from mmpose_ae.prediction.zoo import list_models
from mmpose_ae.version import __version__

SCRIPT = mmpose_ae_cli.__file__


def test_help_fits_a_screen_and_loads_nothing_heavy():
    python = [sys.executable, '-X', 'importtime', SCRIPT, '--help']
    done = subprocess.run(python, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 80
    for name in ('predict', 'models', *mmpose_ae_cli.TOOLS):
        assert any(line.split()[:1] == [name] for line in lines)
    imported = {line.split('|')[-1].strip().split('.')[0] for line in done.stderr.splitlines()}
    assert 'argparse' in imported
    assert not imported & {'torch', 'numpy', 'cv2', 'mmpose', 'mmengine', 'mmcv', 'mmpose_ae'}


def test_version(capsys):
    with pytest.raises(SystemExit) as ended:
        mmpose_ae_cli.main(['--version'])
    assert (ended.value.code, capsys.readouterr().out) == (0, f'{__version__}\n')


@pytest.mark.parametrize('name, first', [
    ('predict', 'SOURCE'), ('export', 'CONFIG'), ('submit', 'BOARD'), ('report', 'CONFIG'),
])  # fmt: skip
def test_options_of_several_values_come_last(name, first, capsys):
    """``predict --save json a.png`` would take the picture for an output."""
    with pytest.raises(SystemExit):
        mmpose_ae_cli.main([name])
    usage = capsys.readouterr().err.splitlines()[0]
    assert usage.startswith(f'usage: mmpose-ae {name} {first}') and usage.endswith('[OPTIONS]')


def test_every_output_is_offered():
    offered = set(mmpose_ae_cli.OUTPUTS.split(', '))
    assert offered == set(OUTPUTS) - {'window'}  # which is --show


@pytest.mark.parametrize('name', mmpose_ae_cli.TOOLS)
def test_a_door_hands_its_arguments_on(name, tmp_path, monkeypatch):
    script = tmp_path / mmpose_ae_cli.TOOLS[name][0]
    script.parent.mkdir(exist_ok=True)
    script.write_text('import sys\n\n\ndef main():\n    sys.exit(sys.argv)\n')
    (tmp_path / '.mim').mkdir()
    (tmp_path / '.mim/tools').symlink_to(tmp_path)
    monkeypatch.setattr(sys, 'argv', ['mmpose-ae'])
    monkeypatch.setattr(
        mmpose_ae_cli, 'find_spec', lambda name: ModuleSpec(name, None, origin=str(tmp_path / 'x'))
    )
    arguments = ['config.py', '--help', '--cfg-options', 'a=1']
    with pytest.raises(SystemExit) as ended:
        mmpose_ae_cli.main([name, *arguments])
    assert ended.value.code == [f'mmpose-ae {name}', *arguments]


@pytest.mark.parametrize('name', mmpose_ae_cli.TOOLS)
def test_behind_a_door_is_the_tool(name, monkeypatch, capsys):
    monkeypatch.setattr(sys, 'argv', ['mmpose-ae', name, '--help'])
    with pytest.raises(SystemExit) as ended:
        mmpose_ae_cli.main()
    assert ended.value.code == 0
    assert f'usage: mmpose-ae {name}' in capsys.readouterr().out


@pytest.mark.parametrize(
    'arguments', [[], ['fly'], ['predict'], ['predict', 'a', '--kpt-thr', 'x']]
)
def test_what_is_not_understood_is_said(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        mmpose_ae_cli.main(arguments)
    assert ended.value.code == 2
    assert 'usage: mmpose-ae' in capsys.readouterr().err


def test_who_reads_only_the_first_lines_sees_no_error(monkeypatch):
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, 'w') as output:
        monkeypatch.setattr(sys, 'stdout', output)
        assert mmpose_ae_cli.main(['models']) == 141
        print('more')  # goes nowhere, without an error


def test_ctrl_c_while_a_command_loads_is_a_line(monkeypatch, capsys):
    def interrupted(name):
        raise KeyboardInterrupt

    monkeypatch.setattr(mmpose_ae_cli, 'import_module', interrupted)
    assert mmpose_ae_cli.main(['models']) == 130
    assert capsys.readouterr().err == '\nstopped\n'


def test_models_are_listed_with_what_is_known_of_them(capsys, tmp_path, monkeypatch):
    monkeypatch.setenv('TORCH_HOME', str(tmp_path))
    published = [model for model in list_models() if model.weights]
    path = cache_path(published[0].weights)
    path.parent.mkdir(parents=True)
    path.write_bytes(b'')
    assert mmpose_ae_cli.main(['models']) == 0
    head, *rows = capsys.readouterr().out.splitlines()
    assert head.split() == ['NAME', 'DATA', 'INPUT', 'PARAMETERS', 'AP', 'LICENSE', 'WEIGHTS']
    assert [row.split()[0] for row in rows] == [model.name for model in published]
    for known in (published[0].data, published[0].size, published[0].parameters):
        assert known in rows[0]
    assert all((model.license or 'not stated') in row for model, row in zip(published, rows))
    assert rows[0].endswith('cached')
    assert all(row.endswith('to download') for row in rows[1:])
    assert mmpose_ae_cli.main(['models', '--all']) == 0
    everything = capsys.readouterr().out.splitlines()[1:]
    assert len(everything) == len(list_models())
    assert any(row.endswith('none') for row in everything)
