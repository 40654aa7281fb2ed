"""A run that was killed in a validation ends as if it had not been."""

import pytest
from mmengine.hooks import Hook

from mmpose_ae.engine import ResumedValidationHook

ITERATIONS = dict(by_epoch=False, max_iters=6, val_interval=2)


class KilledInValidation(Hook):
    """Stops a run in one of its validations."""

    def __init__(self, number):
        self.left = number

    def before_val_epoch(self, runner):
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt


def state(runner, folder):
    files = sorted(path.name for path in folder.iterdir() if path.suffix == '.pth')
    return files, runner.message_hub.get_info('best_score')


@pytest.mark.parametrize('loop, options', [(None, {}), (ITERATIONS, dict(by_epoch=False))])
@pytest.mark.parametrize('killed, scores', [(2, (1.0, 3.0, 2.0)), (3, (1.0, 2.0, 3.0))])
def test_the_validation_is_done_again(train, tmp_path, loop, options, killed, scores):
    options = dict(options, loop=loop, max_keep_ckpts=1)
    if loop is not None:
        options['interval'] = loop['val_interval']
    whole = train('whole', scores, hooks=[ResumedValidationHook()], **options)
    hooks = [ResumedValidationHook(), KilledInValidation(killed)]
    with pytest.raises(KeyboardInterrupt):
        train('killed', scores[: killed - 1], hooks=hooks, **options)
    left = scores[killed - 1 :]  # a validation more would be an error
    resumed = train('killed', left, hooks=[ResumedValidationHook()], resume=True, **options)
    assert state(resumed, tmp_path / 'killed') == state(whole, tmp_path / 'whole')


def test_what_was_not_due_is_not_validated(train):
    loop = dict(by_epoch=True, max_epochs=1, val_interval=2, val_begin=2)
    train(scores=(), loop=loop)
    hooks = [ResumedValidationHook()]
    runner = train(scores=(1.0,), loop=dict(loop, max_epochs=2), hooks=hooks, resume=True)
    assert runner.epoch == 2


def test_before_validations_begin(train):
    loop = dict(by_epoch=True, max_epochs=1, val_begin=9)
    train(scores=(), loop=loop)
    train(scores=(), loop=loop, hooks=[ResumedValidationHook()], resume=True)
