"""Running statistics of batch norm that are the same in all processes, and in the checkpoint."""

from mmengine.dist import all_reduce_params
from mmengine.hooks import EMAHook, Hook
from mmengine.runner import Runner

from mmpose_ae.registry import HOOKS


def average_buffers(runner: Runner) -> None:
    """Average the buffers of a network over all processes, and those of its moving average.

    Args:
        runner (Runner): Has the network and the hooks; all processes must call this.
    """
    networks = [runner.model]
    networks += [hook.ema_model for hook in runner.hooks if isinstance(hook, EMAHook)]
    for network in networks:
        all_reduce_params(network.buffers(), op='mean')


@HOOKS.register_module()
class SyncBuffersHook(Hook):
    """Average buffers over all processes after each epoch and before each validation.

    MMEngine's hook leaves out those of ``EMAHook``'s moving average, which are what is written. Our
    :class:`CheckpointHook` averages before it writes, so that a file is what was validated.
    """

    priority = 'NORMAL'

    def after_train_epoch(self, runner: Runner) -> None:
        """Average after an epoch; called by the runner."""
        average_buffers(runner)

    def before_val_epoch(self, runner: Runner) -> None:
        """Average before a validation, where iterations are counted; called by the runner."""
        average_buffers(runner)
