"""The validation that a killed run may not have ended."""

from mmengine.hooks import Hook
from mmengine.runner import EpochBasedTrainLoop, IterBasedTrainLoop, Runner

from mmpose_ae.registry import HOOKS


@HOOKS.register_module()
class ResumedValidationHook(Hook):
    """Let a resumed run begin with the validation of its checkpoint, where one was due.

    Checkpoints are written before they are validated and do not know how that went, so that
    MMEngine never validates one whose run was killed meanwhile; and what was the best one until
    then is forgotten. At worst a validation is done twice.
    """

    priority = 'LOWEST'  # the others are ready then

    def before_train(self, runner: Runner) -> None:
        """Validate; called by the runner when the checkpoint is loaded."""
        loop = runner.train_loop
        if isinstance(loop, EpochBasedTrainLoop):
            done, last = loop.epoch, loop.max_epochs
        elif isinstance(loop, IterBasedTrainLoop):
            done, last = loop.iter, loop.max_iters
        else:
            return
        if runner.val_loop is None or done < max(loop.val_begin, 1):
            return
        loop._decide_current_val_interval()
        if done % loop.val_interval == 0 or done == last:
            runner.logger.info(
                'The checkpoint is validated first, which the run before may not have done.'
            )
            runner.val_loop.run()
