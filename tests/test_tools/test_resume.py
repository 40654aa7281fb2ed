"""A run that is killed in the middle of an epoch ends as one that is not."""

import os
import signal
from multiprocessing import get_context

import torch
from mmengine.hooks import Hook

from mmpose_ae.checkpoints import load_from_local
from mmpose_ae.registry import HOOKS

HOOK = "custom_hooks = [*_base_.custom_hooks, dict(type='SuicideHook')]"


@HOOKS.register_module()
class SuicideHook(Hook):
    """Kills its process."""

    def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None):
        """In the first of the three iterations of the second epoch."""
        if runner.iter + 1 == 4:
            os.kill(os.getpid(), signal.SIGKILL)


def final_checkpoint(folder):
    return load_from_local(folder / 'epoch_2.pth')


def test_kill_and_resume(run_tool, tiny_config, tmp_path):
    run_tool('train', tiny_config, '--work-dir', tmp_path / 'whole', '--no-validate')

    deadly = tmp_path / 'deadly.py'
    deadly.write_text(f"_base_ = '{tiny_config}'\n{HOOK}\n")
    killed = tmp_path / 'killed'
    training = ('train', deadly, '--work-dir', killed)
    process = get_context('fork').Process(target=run_tool, args=training)
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert (killed / 'epoch_1.pth').is_file() and not (killed / 'epoch_2.pth').exists()

    run_tool('train', tiny_config, '--work-dir', killed, '--no-validate', '--resume')
    whole, resumed = final_checkpoint(tmp_path / 'whole'), final_checkpoint(killed)
    assert resumed['meta']['iter'] == whole['meta']['iter'] == 6
    assert resumed['optimizer']['state'][0]['step'] == 6
    for name, weight in whole['state_dict'].items():
        assert torch.equal(weight, resumed['state_dict'][name]), name
