"""A run that is killed in the middle of an epoch ends as one that is not."""

import os
import signal
from multiprocessing import get_context

import pytest
import torch
from mmengine.hooks import Hook

from mmpose_ae.checkpoints import load_from_local
from mmpose_ae.registry import HOOKS

HOOK = "custom_hooks = [*_base_.custom_hooks, dict(type='SuicideHook')]"
ITERATIONS = """
train_cfg = dict(_delete_=True, by_epoch=False, max_iters=6, val_interval=6)
default_hooks = dict(checkpoint=dict(by_epoch=False, interval=3))
log_processor = dict(by_epoch=False)
"""


@HOOKS.register_module()
class SuicideHook(Hook):
    """Kills its process."""

    def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None):
        """In the first of the three iterations of the second epoch."""
        if runner.iter + 1 == 4:
            os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize('unit', ['epoch', 'iter'])
def test_kill_and_resume(run_tool, tiny_config, tmp_path, unit):
    config, first, last = tmp_path / 'counting.py', 'epoch_1.pth', 'epoch_2.pth'
    config.write_text(f"_base_ = '{tiny_config}'\n")
    if unit == 'iter':
        config.write_text(config.read_text() + ITERATIONS)
        first, last = 'iter_3.pth', 'iter_6.pth'
    run_tool('train', config, '--work-dir', tmp_path / 'whole', '--no-validate')

    deadly = tmp_path / 'deadly.py'
    deadly.write_text(f"_base_ = '{config}'\n{HOOK}\n")
    killed = tmp_path / 'killed'
    training = ('train', deadly, '--work-dir', killed)
    process = get_context('fork').Process(target=run_tool, args=training)
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert (killed / first).is_file() and not (killed / last).exists()

    run_tool('train', config, '--work-dir', killed, '--no-validate', '--resume')
    whole, resumed = (load_from_local(each / last) for each in (tmp_path / 'whole', killed))
    assert resumed['meta']['iter'] == whole['meta']['iter'] == 6
    assert resumed['optimizer']['state'][0]['step'] == 6
    for name, weight in whole['state_dict'].items():
        assert torch.equal(weight, resumed['state_dict'][name]), name
