"""A note in a checkpoint changes nothing else of it."""

from collections import OrderedDict

import numpy as np
import pytest
import torch
from mmengine.logging import HistoryBuffer

from mmpose_ae.checkpoints import CheckpointError, load_from_local, note_in_meta
from mmpose_ae.checkpoints.formats import is_foreign


def trained():
    """What training leaves: weights with PyTorch's notes, moments of an optimizer, histories."""
    torch.manual_seed(0)
    network = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))
    moments = dict(step=torch.tensor(1.0), exp_avg=torch.rand(2, 3))
    history = HistoryBuffer([1.0, 0.5], [1, 1])
    return dict(
        meta=dict(epoch=3, iter=70, cfg='a = 1', sigmas=np.array([0.1, 0.2]), seed=np.int64(7)),
        state_dict=network.state_dict(),
        optimizer=dict(state={0: moments}, param_groups=[dict(lr=1e-3, params=[0, 1])]),
        param_schedulers=[dict(last_step=3, gamma=0.1)],
        message_hub=dict(
            log_scalars={'train/loss': history},
            runtime_info=dict(epoch=3),
            resumed_keys={'a': True},
        ),
    )


def check_equal(found, expected, where='checkpoint'):
    """Compare whatever checkpoints hold."""
    assert type(found) is type(expected), where
    if isinstance(expected, dict):
        assert list(found) == list(expected), where
        for key in expected:
            check_equal(found[key], expected[key], f'{where}.{key}')
    elif isinstance(expected, (list, tuple)):
        assert len(found) == len(expected), where
        for n, pair in enumerate(zip(found, expected)):
            check_equal(*pair, f'{where}.{n}')
    elif isinstance(expected, torch.Tensor):
        assert found.dtype == expected.dtype, where
        assert torch.equal(found, expected), where
    elif isinstance(expected, HistoryBuffer):
        for one, other in zip(found.data, expected.data):
            np.testing.assert_array_equal(one, other)
    else:
        np.testing.assert_array_equal(found, expected)


def test_all_else_stays_as_it_is(tmp_path):
    path = tmp_path / 'epoch_3.pth'
    torch.save(trained(), path)
    note_in_meta(str(path), score_threshold=0.3)
    note_in_meta(str(path), score_threshold=0.25, by='hand')
    found, expected = torch.load(path, weights_only=False), trained()
    expected['meta'].update(score_threshold=0.25, by='hand')
    check_equal(found, expected)
    assert found['state_dict']._metadata == expected['state_dict']._metadata
    check_equal(load_from_local(path), expected)
    assert [each.name for each in tmp_path.iterdir()] == ['epoch_3.pth']


def test_weights_alone_become_a_checkpoint(tmp_path):
    path = tmp_path / 'weights.pth'
    torch.save(OrderedDict(weight=torch.ones(2)), path)
    note_in_meta(str(path), score_threshold=0.3)
    found = load_from_local(path)
    assert list(found) == ['state_dict', 'meta']
    assert found['meta'] == dict(score_threshold=0.3)
    assert torch.equal(found['state_dict']['weight'], torch.ones(2))


def test_a_release_is_known_with_its_notes(tmp_path):
    """That of Coupled Embedding has its weights under ``model``."""
    path, name = tmp_path / 'released.pth', 'head.tms_pred_layers.weight'
    torch.save(dict(model={name: torch.ones(2)}, epoch=300), path)
    note_in_meta(str(path), score_threshold=0.3)
    found = load_from_local(path)
    assert dict(found, model=None) == dict(model=None, epoch=300, meta=dict(score_threshold=0.3))
    assert torch.equal(found['model'][name], torch.ones(2))
    assert is_foreign(found)


def test_what_is_no_checkpoint_stays_as_it_is(tmp_path):
    path = tmp_path / 'text.pth'
    path.write_text('no weights')
    with pytest.raises(CheckpointError, match=r'text\.pth'):
        note_in_meta(str(path), score_threshold=0.3)
    assert path.read_text() == 'no weights'
    with pytest.raises(FileNotFoundError):
        note_in_meta('http://host/a.pth', score_threshold=0.3)
