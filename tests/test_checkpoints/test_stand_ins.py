"""What a checkpoint may make numpy do: build numbers, and nothing else."""

import copyreg
import io
import zipfile
from collections import OrderedDict
from multiprocessing import get_context

import numpy as np
import pytest
import torch
from mmengine.hooks import CheckpointHook as MMEngineHook
from mmengine.logging import HistoryBuffer, MessageHub
from mmengine.model import BaseModel
from mmengine.runner import Runner
from torch import nn
from torch.utils.data import Dataset

from mmpose_ae.checkpoints import CheckpointError, load_from_local

reconstruct, reconstruct_arguments, _ = np.zeros(1).__reduce__()
scalar = np.float64(0).__reduce__()[0]
ADDRESSES = b'A' * 32
OBJECTS, NUMBERS = np.dtype('O'), np.dtype('f8')
PLAIN = (3, '<', None, None, None, -1, -1, 0)


class Reduced:
    """Is pickled as a call and, if there is one, a state."""

    def __init__(self, *reduced):
        self.reduced = reduced

    def __reduce__(self):
        return self.reduced


class Made(Reduced):
    """Is pickled as an object that its class makes without a call."""

    @property
    def __class__(self):
        return self.reduced[1][0]


def an_array(*state, kind=np.ndarray):
    return Reduced(reconstruct, (kind, (0,), b'b'), state)


def a_type(*state, name='f8'):
    return Reduced(np.dtype, (name, False, True), state)


def a_history(**state):
    return Made(copyreg.__newobj__, (HistoryBuffer,), state)


ATTACKS = {
    'objects at addresses': Reduced(np.ndarray, ((4,), OBJECTS, ADDRESSES)),
    'the same by another way': Made(copyreg.__newobj__, (np.ndarray, (4,), OBJECTS, ADDRESSES)),
    'objects in a state': an_array(1, (4,), OBJECTS, False, ADDRESSES),
    'a list of objects': an_array(1, (1,), OBJECTS, False, [np.zeros(1)]),
    'an object': Reduced(scalar, (OBJECTS, ADDRESSES[:8])),
    'a buffer and strides': Reduced(np.ndarray, ((2,), NUMBERS, ADDRESSES, 0, (-(2**20),))),
    'fields': an_array(1, (4,), np.dtype([('a', 'O')]), False, ADDRESSES),
    'fields of a number': a_type(3, '<', None, ('a',), {'a': (OBJECTS, 0)}, 8, 1, 27),
    'a subarray': a_type(3, '<', (OBJECTS, (4,)), None, None, -1, -1, 0),
    'sizes of its own': a_type(3, '<', None, None, None, 2**20, 8, 0),
    'flags of objects': a_type(3, '<', None, None, None, -1, -1, 63),
    'metadata': a_type(4, '<', None, None, None, -1, -1, 0, {}),
    'a byte order': a_type(3, 'x', None, None, None, -1, -1, 0),
    'a type of objects': Reduced(np.dtype, ('O', False, True)),
    'a type of bytes': Reduced(np.dtype, ('V8', False, True)),
    'a long type': Reduced(np.dtype, ('f99', False, True)),
    'a type from elsewhere': Reduced(np.dtype, (dict(names=['a'], formats=['O']),)),
    'too few bytes': an_array(1, (5,), NUMBERS, False, ADDRESSES),
    'too many bytes': an_array(1, (3,), NUMBERS, False, ADDRESSES),
    'a negative shape': an_array(1, (-1, -4), NUMBERS, False, ADDRESSES),
    'a huge shape': an_array(1, (2**62, 2**62, 4), NUMBERS, False, ADDRESSES),
    'nothing, hugely': an_array(1, (2**62, 0, 2**62), NUMBERS, False, b''),
    'a shape of floats': an_array(1, (4.0,), NUMBERS, False, ADDRESSES),
    'text': an_array(1, (4,), NUMBERS, False, 'A' * 32),
    'a short state': an_array(1, (4,)),
    'no state': Reduced(reconstruct, (np.ndarray, (4,), b'O')),
    'a subclass': an_array(1, (4, 1), NUMBERS, False, ADDRESSES, kind=np.matrix),
    'another type': an_array(1, (4,), NUMBERS, False, ADDRESSES, kind=dict),
    'an attribute': Reduced(getattr, (HistoryBuffer, '__init__')),
    'an attribute of numpy': Reduced(getattr, (np.ndarray, 'tofile')),
    'a history of objects': a_history(_log_history=[print], _count_history=[1], max_length=9),
    'a history without counts': a_history(_log_history=np.zeros(2), max_length=9),
    'a history of other length': a_history(
        _log_history=np.zeros(2), _count_history=np.zeros(3), max_length=9
    ),
    'a history of length 0': a_history(
        _log_history=np.zeros(1), _count_history=np.zeros(1), max_length=0
    ),
    'much memory': Reduced(bytes, (2**50,)),
    'a program': Reduced(eval, ('1 + 1',)),
}


def read_all(folder):
    """Mark the checkpoints that are read; others must be refused by name."""
    for path in sorted(folder.glob('*.pth')):
        try:
            load_from_local(path)
            path.with_suffix('.read').touch()
        except CheckpointError as error:
            assert path.name in str(error) and 'weights_only' not in str(error), error


def test_attacks_are_refused_wherever_they_are(tmp_path):
    """In a process of its own, which they must not end."""
    for number, attack in enumerate(ATTACKS.values()):
        places = [
            dict(state_dict={}, message_hub=attack),
            dict(state_dict={}, meta=dict(dataset_meta=[(attack,)])),
            dict(state_dict=OrderedDict(weight=attack)),
        ]
        for place, checkpoint in enumerate(places):
            modern = place != 1
            path = tmp_path / f'{number:02}_{place}.pth'
            torch.save(checkpoint, path, _use_new_zipfile_serialization=modern)
    reader = get_context('fork').Process(target=read_all, args=(tmp_path,))
    reader.start()
    reader.join()
    assert reader.exitcode == 0
    assert {list(ATTACKS)[int(path.name[:2])] for path in tmp_path.glob('*.read')} == set()


def test_an_array_is_no_weight(tmp_path):
    """One that is read is a value like any other, and no key."""
    torch.save({'meta': {an_array(1, (4,), NUMBERS, False, ADDRESSES): 1}}, tmp_path / 'key.pth')
    with pytest.raises(CheckpointError, match=r'key\.pth .*unhashable'):
        load_from_local(tmp_path / 'key.pth')


VALUES = [
    np.arange(6.0).reshape(2, 3),
    np.asfortranarray(np.arange(6, dtype=np.int16).reshape(2, 3)),
    np.array([True, False]),
    np.array(3, np.uint8),
    np.zeros((0, 3), np.float32),
    np.arange(3, dtype='>i4'),
    np.array([1 + 2j]),
    np.float16([0.5]),
    np.float64(0.25),
    np.int64(-7),
    np.bool_(True),
]


@pytest.mark.parametrize('modern', [True, False])
@pytest.mark.parametrize('value', VALUES, ids=lambda value: f'{value.dtype}{value.shape}')
def test_numbers_are_read_exactly(tmp_path, value, modern):
    twice = [value, (value,)]
    torch.save(
        dict(meta=dict(found=twice)), tmp_path / 'n.pth', _use_new_zipfile_serialization=modern
    )
    one, (other,) = load_from_local(tmp_path / 'n.pth')['meta']['found']
    assert type(one) is type(value) and one.dtype == value.dtype and one.shape == value.shape
    assert one.tobytes() == value.tobytes()
    assert one is other or isinstance(value, np.generic)
    if isinstance(value, np.ndarray):
        assert one.flags.writeable and one.flags.f_contiguous == value.flags.f_contiguous


class Line(BaseModel):
    """A model of one number."""

    def __init__(self):
        super().__init__()
        self.slope = nn.Parameter(torch.ones(1))

    def forward(self, inputs, mode='tensor'):
        return dict(loss=(self.slope * inputs).square().mean())


class Points(Dataset):
    """Four points, whose metainfo has arrays as that of MMPose's datasets."""

    metainfo = dict(sigmas=np.array([0.1, 0.2], np.float32), colors=np.zeros((0, 3), np.uint8))

    def __len__(self):
        return 4

    def __getitem__(self, index):
        return dict(inputs=torch.full((1,), float(index)))


@pytest.fixture(scope='module')
def trained(tmp_path_factory):
    """A checkpoint that MMEngine itself has written in training."""
    folder = tmp_path_factory.mktemp('trained')
    loader = dict(batch_size=2, sampler=dict(type='DefaultSampler', shuffle=False))
    Runner(
        Line(),
        str(folder),
        train_dataloader=dict(
            loader, dataset=Points(), collate_fn=dict(type='default_collate'), num_workers=0
        ),
        train_cfg=dict(by_epoch=True, max_epochs=2),
        optim_wrapper=dict(optimizer=dict(type='Adam', lr=0.1)),
        param_scheduler=[dict(type='LinearLR', start_factor=0.5, by_epoch=True, begin=0, end=2)],
        default_hooks=dict(
            logger=dict(type='LoggerHook', interval=1), checkpoint=dict(type=MMEngineHook)
        ),
        custom_hooks=[dict(type='EMAHook')],
        default_scope='mmpose_ae',
        experiment_name=folder.name,
    ).train()
    return folder / 'epoch_2.pth'


def under_the_name_of(path, module, out):
    """The same checkpoint as numpy of another generation writes it."""
    other = {b'numpy.core': b'numpy._core', b'numpy._core': b'numpy.core'}[module]
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, 'w') as new:
        for name in old.namelist():
            content = old.read(name)
            if name.endswith('data.pkl'):
                content = content.replace(other + b'.multiarray', module + b'.multiarray')
                assert module in content and other not in content
            new.writestr(name, content)
    return out


@pytest.mark.parametrize('module', [b'numpy.core', b'numpy._core'])
def test_checkpoints_of_mmengine_are_read(trained, tmp_path, monkeypatch, module):
    """With message hub, optimizer and schedulers; written by numpy 1 or 2."""
    # As in a process that has not trained: the first history registers the statistics.
    monkeypatch.setattr(HistoryBuffer, '_statistics_methods', {})
    found = load_from_local(under_the_name_of(trained, module, tmp_path / 'other.pth'))
    assert found['meta']['iter'] == 4 and found['optimizer']['state'][0]['step'] == 4
    assert found['state_dict']['slope'] < 1 and 'steps' in found['ema_state_dict']
    np.testing.assert_array_equal(found['meta']['dataset_meta']['sigmas'], np.float32([0.1, 0.2]))
    assert found['meta']['dataset_meta']['colors'].shape == (0, 3)
    hub = MessageHub(f'reloaded{len(module)}')
    hub.load_state_dict(found['message_hub'])
    values, counts = hub.get_scalar('train/loss').data
    assert len(values) == len(counts) == 4 and hub.get_scalar('train/loss').mean() > 0
    assert hub.get_info('epoch') == 1


def test_what_is_written_again_is_what_mmengine_writes(trained, tmp_path):
    """Stand-ins and notes of the file leave no trace in what is saved."""
    found = load_from_local(trained)
    torch.save(found, tmp_path / 'again.pth')
    with zipfile.ZipFile(trained) as old, zipfile.ZipFile(tmp_path / 'again.pth') as new:
        names = [
            torch.serialization.get_unsafe_globals_in_checkpoint(io.BytesIO(path.read_bytes()))
            for path in (trained, tmp_path / 'again.pth')
        ]
        pickled = next(name for name in new.namelist() if name.endswith('data.pkl'))
        assert b'again.pth' not in new.read(pickled) and b'mmpose_ae' not in new.read(pickled)
        assert len(old.namelist()) == len(new.namelist())
    assert sorted(names[0]) == sorted(names[1])


def test_what_a_program_allows_elsewhere_is_neither_used_nor_lost(tmp_path):
    entries = [(np.ndarray, 'numpy.ndarray'), np.dtype, print]
    torch.save(dict(meta=ATTACKS['objects at addresses']), tmp_path / 'attack.pth')
    torch.save(dict(meta=dict(a=Reduced(print, ('read',)))), tmp_path / 'printed.pth')
    before = torch.serialization.get_safe_globals()
    with torch.serialization.safe_globals(entries):
        for name in ('attack', 'printed'):
            with pytest.raises(CheckpointError):
                load_from_local(tmp_path / f'{name}.pth')
        assert set(torch.serialization.get_safe_globals()) == {*before, *entries}
