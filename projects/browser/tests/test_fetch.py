"""Fetching onnxruntime-web: from a package in a folder, and what can be wrong with one."""

import hashlib
import io
import tarfile

import pytest

from projects.browser import fetch

CONTENTS = {name: name.encode() * 99 for name in fetch.HASHES}


@pytest.fixture(autouse=True)
def small_files(monkeypatch):
    """Let the files that are meant be those of the packages here."""
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in CONTENTS.items()}
    monkeypatch.setattr(fetch, 'HASHES', hashes)


def write_package(path, contents):
    """A package; gives its address."""
    with tarfile.open(path, 'w:gz') as archive:
        for name, content in {'README.md': b'', 'dist/ort.js': b'1', **contents}.items():
            member = tarfile.TarInfo(f'package/{name}')
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path.as_uri()


def in_dist(contents):
    return {f'dist/{name}': content for name, content in contents.items()}


def test_files_come_once(tmp_path):
    address, folder = write_package(tmp_path / 'ort.tgz', in_dist(CONTENTS)), tmp_path / 'vendor'
    assert fetch.fetch(address, folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == CONTENTS
    assert not fetch.fetch('file:///nowhere', folder)  # nothing is downloaded again
    next(folder.iterdir()).write_bytes(b'half')
    assert fetch.fetch(address, folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == CONTENTS


def broken(tmp_path):
    """Addresses of what is no good, with the words for it."""
    other = dict(CONTENTS, **{next(iter(CONTENTS)): b'other'})
    yield write_package(tmp_path / 'other.tgz', in_dist(other)), 'sha256 .*, expected'
    yield write_package(tmp_path / 'empty.tgz', {}), 'has no file dist/'
    cut = tmp_path / 'cut.tgz'
    write_package(cut, in_dist(CONTENTS))
    cut.write_bytes(cut.read_bytes()[:-60])
    yield cut.as_uri(), 'was cut off'
    (tmp_path / 'text.tgz').write_text('<html>')
    yield (tmp_path / 'text.tgz').as_uri(), 'cannot be downloaded'
    yield 'http://127.0.0.1:9/ort.tgz', 'cannot be downloaded: .*refused'


def test_what_is_not_meant_is_refused(tmp_path):
    folder = tmp_path / 'vendor'
    for address, words in broken(tmp_path):
        with pytest.raises(fetch.FetchError, match=words):
            fetch.fetch(address, folder)
        assert not folder.exists()


def test_the_command_says_what_is_wrong(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(fetch, 'FOLDER', tmp_path)
    monkeypatch.setattr('sys.argv', ['fetch.py', '--address', 'http://127.0.0.1:9/ort.tgz'])
    with pytest.raises(SystemExit, match='127.0.0.1:9/ort.tgz cannot be downloaded'):
        fetch.main()
