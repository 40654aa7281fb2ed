"""mim finds the tools of this package and runs them, as a user would."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import mmpose_ae

MIM = Path(sys.executable).with_name('mim')
CONTENT = {'tools', 'configs', 'model-index.yml'}
ROOT = Path(mmpose_ae.__file__).resolve().parents[1]


@pytest.fixture(scope='module')
def mim(tmp_path_factory):
    """Run a command of mim in a folder of its own; gives the folder."""
    folder = tmp_path_factory.mktemp('mim')

    def run(*arguments):
        env = dict(os.environ, OMP_NUM_THREADS='1')
        command = [str(MIM), *map(str, arguments)]
        done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return folder

    return run


@pytest.fixture(scope='module')
def checkpoint(mim, tiny_config):
    return mim('train', 'mmpose_ae', tiny_config, '--work-dir', 'run') / 'run' / 'epoch_2.pth'


def test_train(checkpoint):
    assert checkpoint.is_file()


def test_test(mim, tiny_config, checkpoint):
    options = ['--checkpoint', checkpoint, '--out', 'test.json']
    folder = mim('test', 'mmpose_ae', tiny_config, *options)
    assert 'coco/AP' in json.loads((folder / 'test.json').read_text())


def test_run(mim, tiny_config, checkpoint):
    folder = mim('run', 'mmpose_ae', 'test', tiny_config, checkpoint, '--out', 'run.json')
    assert 'coco/AP' in json.loads((folder / 'run.json').read_text())


def test_an_editable_install_links_to_the_checkout():
    mim_folder = ROOT / 'mmpose_ae' / '.mim'
    assert {path.name for path in mim_folder.iterdir()} == CONTENT
    for name in CONTENT:
        assert (mim_folder / name).is_symlink()
        assert (mim_folder / name).resolve() == ROOT / name


def test_a_wheel_holds_copies(tmp_path):
    build = [
        *(sys.executable, 'setup.py', '-q', 'egg_info', '--egg-base', tmp_path),
        *('build_py', '--build-lib', tmp_path / 'lib'),
    ]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    mim_folder = tmp_path / 'lib' / 'mmpose_ae' / '.mim'
    assert {path.name for path in mim_folder.iterdir()} == CONTENT
    for tool in ('train.py', 'test.py', 'dist_train.sh'):
        original = ROOT / 'tools' / tool
        assert (mim_folder / 'tools' / tool).read_bytes() == original.read_bytes()
    assert not any(path.is_symlink() for path in mim_folder.rglob('*'))
    assert not list(mim_folder.rglob('__pycache__'))
