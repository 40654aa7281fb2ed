"""Metadata read by hand are those that the package onnx reads; what is no whole file is named."""

import onnx
import pytest
from exported_files import write_file

from mmpose_ae.runtime.onnx_file import read_metadata


def test_entries_are_those_of_onnx(tmp_path):
    path = write_file(tmp_path / 'a.onnx', 'ä text' * 100)
    expected = {entry.key: entry.value for entry in onnx.load(path).metadata_props}
    assert len(expected) == 2
    assert read_metadata(path) == expected


def test_a_file_need_not_have_any(tmp_path):
    assert read_metadata(write_file(tmp_path / 'a.onnx', '')) == {}


def test_files_that_are_cut_off_are_named(tmp_path):
    whole = write_file(tmp_path / 'a.onnx').read_bytes()
    cut = tmp_path / 'cut.onnx'
    for length in (len(whole) - 1, len(whole) // 2, 40):
        cut.write_bytes(whole[:length])
        with pytest.raises(ValueError, match='cut.onnx was cut off: it is not a whole ONNX file'):
            read_metadata(cut)


@pytest.mark.parametrize(
    'content', [b'', b'no model', b'\xff\xd8\xff\xe0\x00\x10JFIF', b'\x08\x0a']
)
def test_other_files_are_named(tmp_path, content):
    (tmp_path / 'a.jpg').write_bytes(content)
    with pytest.raises(ValueError, match='a.jpg is not an ONNX file'):
        read_metadata(tmp_path / 'a.jpg')


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match='absent.onnx'):
        read_metadata(tmp_path / 'absent.onnx')
