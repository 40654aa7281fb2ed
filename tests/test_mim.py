"""mim finds the tools of this package and runs them, as a user would."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from mim.cli import cli

import mmpose_ae
from mmpose_ae.checkpoints import load_from_local

pytestmark = pytest.mark.long
CONTENT = {'projects', 'tools', 'configs', 'requirements', 'model-index.yml'}
ROOT = Path(mmpose_ae.__file__).resolve().parents[1]
CONFIGS = ROOT / 'configs' / 'associative_embedding' / 'synth_crowd'
CONFIG = CONFIGS / 'ae_hourglass-tiny_1xb8-7e_synth_crowd-192x192.py'


@pytest.fixture(scope='module')
def mim(tmp_path_factory):
    """Run a command of mim in a folder of its own; gives the folder.

    The tools are processes of their own; mim itself would start torch once more.
    """
    folder = tmp_path_factory.mktemp('mim')

    def run(*arguments):
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(folder)
            patch.setenv('OMP_NUM_THREADS', '1')
            done = CliRunner().invoke(cli, [*map(str, arguments)])
        assert done.exit_code == 0, done.output
        return folder

    return run


@pytest.fixture(scope='module')
def data(mim):
    """SynthCrowd where its configs look for it, written by a script that mim runs."""
    mim('run', 'mmpose_ae', 'synth_crowd', '--train', 4, '--val', 2, '--size', 192, 192)


@pytest.fixture(scope='module')
def checkpoint(mim, data):
    shorter = [
        'train_cfg.max_epochs=1',
        'train_cfg.val_interval=1',
        'train_dataloader.batch_size=2',
    ]
    folder = mim('train', 'mmpose_ae', CONFIG, '--work-dir', 'run', '--cfg-options', *shorter)
    return folder / (folder / 'run' / 'last_checkpoint').read_text()


def test_train(checkpoint):
    assert load_from_local(checkpoint)['meta']['iter'] == 2


def test_test(mim, checkpoint):
    options = ['--checkpoint', checkpoint, '--out', 'test.json']
    folder = mim('test', 'mmpose_ae', CONFIG, *options)
    assert 'coco/AP' in json.loads((folder / 'test.json').read_text())


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
