"""What the page reads of ONNX files, against the package onnx."""

import pytest
from javascript import run

onnx = pytest.importorskip('onnx', reason='onnx is not installed (requirements/export.txt)')

READ = """given.files.map((file) => {
    try { return Object.fromEntries(readMetadata(new Uint8Array(Buffer.from(file, 'hex')))); }
    catch (error) { return error.message; }
})"""


def read(*files):
    files = [file.hex() for file in files]
    return run('metadata.js', 'readMetadata', READ, files=files)


def model(**metadata):
    """A file with all kinds of fields before and behind the metadata."""
    tensor = onnx.helper.make_tensor('w', onnx.TensorProto.FLOAT, [300], [1.5] * 300)
    graph = onnx.helper.make_graph([], 'g', [], [], [tensor])
    made = onnx.helper.make_model(graph, producer_name='tests', model_version=2**40)
    onnx.helper.set_model_props(made, metadata)
    return made.SerializeToString()


def test_entries_are_those_that_onnx_writes():
    entries = dict(mmpose_ae='{"format": 1}' * 50, other='Grüße', empty='')
    assert read(model(**entries), model()) == [entries, {}]


def test_fields_of_fixed_length_are_skipped():
    fixed = bytes([15 << 3 | 1, *range(8), 15 << 3 | 5, *range(4)])
    assert read(fixed + model(a='b')) == [dict(a='b')]


def test_what_is_no_onnx_file_is_refused():
    whole = model(a='b')
    for message in read(whole[:-1], b'\x89PNG\r\n\x1a\n', b'text', b'\x80'):
        assert message == 'it is no ONNX file, or a part of one'
