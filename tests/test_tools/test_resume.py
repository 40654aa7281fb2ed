"""A run that is killed in the middle of an epoch ends as one that is not."""

import os
import signal
import subprocess
import sys

import torch
from test_tools.conftest import TOOLS

from mmpose_ae.checkpoints import load_from_local

SUICIDE = """
import os, signal
from mmengine.hooks import Hook
from mmpose_ae.registry import HOOKS

@HOOKS.register_module()
class SuicideHook(Hook):
    def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None):
        if runner.iter + 1 == 4:  # the first of three iterations of the second epoch
            os.kill(os.getpid(), signal.SIGKILL)
"""
HOOK = "custom_hooks = [*_base_.custom_hooks, dict(type='SuicideHook')]"
IMPORTS = "custom_imports = dict(imports=['mmpose_ae', 'suicide'], allow_failed_imports=False)"


def final_checkpoint(folder):
    return load_from_local(folder / 'epoch_2.pth')


def test_kill_and_resume(run_tool, tiny_config, tmp_path):
    run_tool('train', tiny_config, '--work-dir', tmp_path / 'whole', '--no-validate')

    (tmp_path / 'suicide.py').write_text(SUICIDE)
    deadly = tmp_path / 'deadly.py'
    deadly.write_text(f"_base_ = '{tiny_config}'\n{IMPORTS}\n{HOOK}\n")
    killed = tmp_path / 'killed'
    done = subprocess.run(
        [sys.executable, str(TOOLS / 'train.py'), str(deadly), '--work-dir', str(killed)],
        cwd=tmp_path,
        env=dict(os.environ, PYTHONPATH=f'{tmp_path}:{TOOLS.parent}', OMP_NUM_THREADS='1'),
        capture_output=True,
    )
    assert done.returncode == -signal.SIGKILL
    assert (killed / 'epoch_1.pth').is_file() and not (killed / 'epoch_2.pth').exists()

    run_tool('train', tiny_config, '--work-dir', killed, '--no-validate', '--resume')
    whole, resumed = final_checkpoint(tmp_path / 'whole'), final_checkpoint(killed)
    assert resumed['meta']['iter'] == whole['meta']['iter'] == 6
    assert resumed['optimizer']['state'][0]['step'] == 6
    for name, weight in whole['state_dict'].items():
        assert torch.equal(weight, resumed['state_dict'][name]), name
