"""Checkpoints that survive a run that is killed at any moment."""

import os
from typing import List

from mmengine.dist import is_main_process
from mmengine.fileio import LocalBackend, get_file_backend
from mmengine.hooks import CheckpointHook as _CheckpointHook
from mmengine.runner import Runner

from mmpose_ae.registry import HOOKS
from mmpose_ae.whole_files import remove_partial, write_whole

from .sync_buffers_hook import average_buffers
from .whole_files import WholeFilesBackend


@HOOKS.register_module()
class CheckpointHook(_CheckpointHook):
    """MMEngine's hook, which never has less than one whole checkpoint on the disk.

    A checkpoint, and the file ``last_checkpoint`` that names it, is written beside its place and
    moved there; what it replaces is removed afterwards, so that there must be room for one more
    than ``max_keep_ckpts``. Other storage than local files is used as MMEngine does.
    """

    def before_train(self, runner: Runner) -> None:
        """Choose how to write, and remove what a killed run has left half written.

        Args:
            runner (Runner): Gives the folder.
        """
        is_plain = self.file_client_args is None and self.backend_args is None
        if is_plain and type(get_file_backend(self.out_dir or runner.work_dir)) is LocalBackend:
            self.backend_args = dict(backend='whole_files')
        super().before_train(runner)
        if is_main_process():
            local = [self.out_dir] if isinstance(self.file_backend, WholeFilesBackend) else []
            for folder in {runner.work_dir, *local}:
                for name in remove_partial(folder):
                    runner.logger.info(f'removed {name}, which a killed run had begun to write')

    def _save_checkpoint(self, runner: Runner) -> None:
        """Write what a validation sees now: the mean of all processes' running statistics."""
        average_buffers(runner)
        super()._save_checkpoint(runner)

    def _save_checkpoint_with_step(self, runner: Runner, step: int, meta: dict) -> None:
        """Write the checkpoint, then the file that names it, then remove surplus ones."""
        surplus = self._make_room(runner, step)
        name = self.filename_tmpl.format(step)
        self.last_ckpt = self.file_backend.join_path(self.out_dir, name)
        runner.message_hub.update_info('last_ckpt', self.last_ckpt)
        runner.save_checkpoint(
            self.out_dir,
            name,
            self.file_client_args,
            save_optimizer=self.save_optimizer,
            save_param_scheduler=self.save_param_scheduler,
            meta=meta,
            by_epoch=self.by_epoch,
            backend_args=self.backend_args,
            **self.args,
        )
        if is_main_process():
            write_whole(os.path.join(runner.work_dir, 'last_checkpoint'), self.last_ckpt.encode())
            for path in surplus:
                if self.file_backend.isfile(path):
                    self.file_backend.remove(path)

    def _make_room(self, runner: Runner, step: int) -> List[str]:
        """Note the step as one to keep; gives the files that are too many then."""
        if self.max_keep_ckpts <= 0:
            return []
        steps = [kept for kept in self.keep_ckpt_ids if kept != step]
        surplus = steps[: max(0, len(steps) + 1 - self.max_keep_ckpts)]
        self.keep_ckpt_ids.extend([step] if step not in self.keep_ckpt_ids else [])
        runner.message_hub.update_info('keep_ckpt_ids', list(self.keep_ckpt_ids))
        names = [self.filename_tmpl.format(old) for old in surplus]
        return [self.file_backend.join_path(self.out_dir, name) for name in names]

    def _save_best_checkpoint(self, runner: Runner, metrics: dict) -> None:
        """As MMEngine, but the previous best is there until the new one is."""
        if isinstance(self.file_backend, WholeFilesBackend):
            with self.file_backend.removing_afterwards():
                super()._save_best_checkpoint(runner, metrics)
        else:
            super()._save_best_checkpoint(runner, metrics)
