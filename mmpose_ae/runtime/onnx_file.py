"""What an ONNX file says about itself, read without its network and without a package for it.

ONNX files are messages of Protocol Buffers: fields, each with its number and kind and, where its
length is not known by that, its length. Of the model's fields only two matter here.
"""

import os
from pathlib import Path
from typing import BinaryIO, Dict, Iterator, Tuple, Union

# Numbers of fields of a ModelProto, and of an entry of its metadata (onnx.proto)
IR_VERSION, GRAPH, METADATA = 1, 7, 14
KEY, VALUE = 1, 2
# Kinds of fields
VARINT, EIGHT_BYTES, COUNTED, FOUR_BYTES = 0, 1, 2, 5
WIDTHS = {EIGHT_BYTES: 8, FOUR_BYTES: 4}


def read_metadata(path: Union[str, Path]) -> Dict[str, str]:
    """Read the metadata entries of an ONNX file.

    Args:
        path (str | Path): The file.

    Returns:
        dict: Text by key.

    Raises:
        OSError: It cannot be read.
        ValueError: It is not an ONNX file, or was cut off; names it.
    """
    entries, fields = {}, set()
    with open(path, 'rb') as file:
        try:
            for number, start, length in _fields(file, os.path.getsize(path)):
                fields.add(number)
                if number == METADATA:
                    file.seek(start)
                    entry = dict(_read_texts(file, start + length))
                    entries[entry.get(KEY, '')] = entry.get(VALUE, '')
        except EOFError as error:
            if IR_VERSION in fields:
                raise ValueError(f'{path} was cut off: it is not a whole ONNX file') from error
            raise ValueError(f'{path} is not an ONNX file') from error
    if GRAPH not in fields:
        raise ValueError(f'{path} is not an ONNX file: it has no graph')
    return entries


def _fields(file: BinaryIO, end: int) -> Iterator[Tuple[int, int, int]]:
    """Number, start and length of the content of each field up to an end; it may be skipped."""
    while file.tell() < end:
        tag = _read_varint(file)
        number, kind = tag >> 3, tag & 7
        start = file.tell()
        if kind == VARINT:
            _read_varint(file)
            length = file.tell() - start
        elif kind == COUNTED:
            length = _read_varint(file)
            start = file.tell()
        elif kind in WIDTHS:
            length = WIDTHS[kind]
        else:
            raise EOFError(f'no field is of kind {kind}')
        if start + length > end:
            raise EOFError('a field is longer than the file')
        yield number, start, length
        file.seek(start + length)


def _read_texts(file: BinaryIO, end: int) -> Iterator[Tuple[int, str]]:
    for number, start, length in _fields(file, end):
        file.seek(start)
        yield number, file.read(length).decode()


def _read_varint(file: BinaryIO) -> int:
    """A whole number in groups of seven bits, the lowest first; the last has no eighth bit."""
    value = shift = 0
    while byte := file.read(1):
        value |= (byte[0] & 127) << shift
        if byte[0] < 128:
            return value
        shift += 7
    raise EOFError('the file ends within a number')
