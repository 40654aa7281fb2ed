"""Files that are there as a whole or as they were."""

import os
import resource
import signal
from contextlib import contextmanager

import pytest

from mmpose_ae.engine.whole_files import WholeFilesBackend
from mmpose_ae.whole_files import remove_partial, write_whole


def test_a_file_is_replaced(tmp_path):
    for content in (b'first', b'second'):
        write_whole(tmp_path / 'new' / 'file', content)
        assert (tmp_path / 'new' / 'file').read_bytes() == content
    assert [path.name for path in (tmp_path / 'new').iterdir()] == ['file']


def test_what_is_there_stays_until_all_is_on_the_disk(tmp_path, monkeypatch):
    path, seen = tmp_path / 'file', []
    path.write_bytes(b'first')
    for name in ('fsync', 'replace'):
        real = getattr(os, name)

        def watch(*arguments, name=name, real=real):
            seen.append((name, path.read_bytes()))
            real(*arguments)

        monkeypatch.setattr(os, name, watch)
    write_whole(path, b'second')
    assert seen == [('fsync', b'first'), ('replace', b'first'), ('fsync', b'second')]


@contextmanager
def full_disk():
    """No file gets larger than 1000 bytes, as on a disk that is full; nor does a log of tests."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)


def test_a_full_disk_is_named_and_nothing_older_is_damaged(tmp_path):
    path = tmp_path / 'epoch_1.pth'
    write_whole(path, b'first')
    with full_disk(), pytest.raises(OSError, match=r"'.*epoch_1\.pth'") as error:
        write_whole(path, bytes(2000))
    assert error.value.filename == str(path) and error.value.errno is not None
    assert path.read_bytes() == b'first'
    assert list(tmp_path.iterdir()) == [path]


def test_what_a_killed_process_has_left_is_removed(tmp_path):
    for name in ('epoch_1.pth', 'epoch_2.pth.partial', 'last_checkpoint.partial'):
        (tmp_path / name).touch()
    assert remove_partial(tmp_path) == ['epoch_2.pth.partial', 'last_checkpoint.partial']
    assert [path.name for path in tmp_path.iterdir()] == ['epoch_1.pth']


def test_files_are_removed_after_what_comes_in_their_place(tmp_path):
    backend, old, new = WholeFilesBackend(), tmp_path / 'old', tmp_path / 'new'
    backend.put(b'old', old)
    with backend.removing_afterwards():
        backend.remove(old)
        assert old.exists()
        backend.put(b'new', new)
    assert not old.exists() and new.exists()
    backend.remove(new)
    assert not new.exists()


def test_a_file_that_is_written_again_is_not_removed(tmp_path):
    backend, path = WholeFilesBackend(), tmp_path / 'best'
    backend.put(b'old', path)
    with backend.removing_afterwards():
        backend.remove(path)
        WholeFilesBackend().put(b'new', path)  # MMEngine writes with another backend
    assert path.read_bytes() == b'new'


def test_nothing_is_removed_when_writing_fails(tmp_path):
    backend, path = WholeFilesBackend(), tmp_path / 'best'
    backend.put(b'old', path)
    with pytest.raises(OSError), backend.removing_afterwards():
        backend.remove(path)
        raise OSError('no space')
    assert path.exists()
    backend.remove(path)
    assert not path.exists()
