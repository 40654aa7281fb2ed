"""The example in C++, where a compiler, the headers and the library of ONNX Runtime are there.

``ONNXRUNTIME_ROOT`` is the folder of a release of ONNX Runtime, with ``include`` and ``lib``; the
library may also be that of the Python package.
"""

import os
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

SOURCE = Path(__file__).resolve().parents[2] / 'examples' / 'cpp' / 'poses.cpp'
# Two people of two keypoints, and a place where nobody is
POSES = np.array([[[1, 2, 0.9], [3, 4, 0.8]], [[5, 6, 0.5], [7, 8, 0.25]], np.zeros((2, 3))])
SCORES = np.array([0.85, 0.375, 0.0])


def find_files():
    """Folder of the headers, and the library; None where they are not there."""
    root = Path(os.environ.get('ONNXRUNTIME_ROOT', '/usr'))
    package = Path(find_spec('onnxruntime').origin).parent / 'capi'
    headers = [path.parent for path in root.glob('include/**/onnxruntime_cxx_api.h')]
    libraries = [*root.glob('lib/libonnxruntime.so'), *package.glob('libonnxruntime.so.*')]
    return next(iter(headers), None), next(iter(libraries), None)


HEADERS, LIBRARY = find_files()
COMPILER = shutil.which('c++') or shutil.which('g++')
pytestmark = [
    pytest.mark.skipif(COMPILER is None, reason='no compiler of C++'),
    pytest.mark.skipif(
        HEADERS is None or LIBRARY is None,
        reason='no headers of ONNX Runtime: ONNXRUNTIME_ROOT names the folder of a release',
    ),
]


@pytest.fixture(scope='module')
def program(tmp_path_factory):
    out = tmp_path_factory.mktemp('cpp') / 'poses'
    (out.parent / 'libonnxruntime.so.1').symlink_to(LIBRARY.resolve())  # the name it goes by
    files = [f'-I{HEADERS}', str(SOURCE), '-o', str(out), str(LIBRARY)]
    rpath = f'-Wl,-rpath,{out.parent}'
    subprocess.run([COMPILER, '-std=c++17', '-Wall', '-Werror', *files, rpath], check=True)
    return out


NOTE = '{"decoding": null, "input": {"step": 32}}'


def write_network(path, note=NOTE):
    """A file whose people grow with the height and width of the picture: x + h, y + w."""
    constants = dict(poses0=POSES[None], scores=SCORES[None])
    values = {name: value.astype(np.float32) for name, value in constants.items()}
    nodes = [
        helper.make_node('Shape', ['images'], ['size'], start=1, end=3),
        helper.make_node('Cast', ['size'], ['moved'], to=TensorProto.FLOAT),
        helper.make_node('Pad', ['moved', 'margin'], ['offset']),
        helper.make_node('Add', ['poses0', 'offset'], ['poses']),
        helper.make_node('Identity', ['scores'], ['instance_scores']),
    ]
    graph = helper.make_graph(
        nodes,
        'fake',
        [helper.make_tensor_value_info('images', TensorProto.UINT8, [1, 'H', 'W', 3])],
        [
            helper.make_tensor_value_info('poses', TensorProto.FLOAT, [1, 3, 2, 3]),
            helper.make_tensor_value_info('instance_scores', TensorProto.FLOAT, [1, 3]),
        ],
        [
            numpy_helper.from_array(np.array([0, 1]), 'margin'),
            *(numpy_helper.from_array(value, name) for name, value in values.items()),
        ],
    )
    opset = helper.make_opsetid('', 18)
    model = helper.make_model(graph, opset_imports=[opset], ir_version=10)
    helper.set_model_props(model, {'mmpose_ae': note} if note else {})
    onnx.save(model, path)
    return path


def write_picture(path, width=40, height=20):
    path.write_bytes(b'P6\n%d %d\n255\n' % (width, height) + bytes(width * height * 3))
    return path


def run(program, *arguments):
    return subprocess.run([program, *arguments], capture_output=True, text=True, timeout=60)


def test_people_are_printed_best_first(program, tmp_path):
    arguments = write_network(tmp_path / 'a.onnx'), write_picture(tmp_path / 'a.ppm')
    done = run(program, *arguments)
    assert done.returncode == 0, done.stderr
    # 40x20 pixels were filled up to 64x32.
    assert done.stdout.splitlines() == [
        '0.8500  33.00 66.00 0.900  35.00 68.00 0.800',
        '0.3750  37.00 70.00 0.500  39.00 72.00 0.250',
    ]
    assert len(run(program, *arguments, '0.5').stdout.splitlines()) == 1
    assert len(run(program, *arguments, '0').stdout.splitlines()) == 2
    assert 'usage' in run(program, *arguments, 'high').stderr


def test_comments_in_the_header_are_skipped(program, tmp_path):
    """As ImageMagick and GIMP write them; a # in the pixels is one."""
    network = write_network(tmp_path / 'a.onnx')
    expected = run(program, network, write_picture(tmp_path / 'a.ppm', 2, 1)).stdout
    header = b'P6\n# made by hand\n#\n2 # width\n # 7 7\n1\n#height\n255\n'
    (tmp_path / 'b.ppm').write_bytes(header + b'#abc#d')
    done = run(program, network, tmp_path / 'b.ppm')
    assert (done.returncode, done.stderr) == (0, '')
    assert len(expected.splitlines()) == 2
    assert done.stdout == expected


@pytest.mark.parametrize(
    'note, picture, message',
    [
        (None, b'P6\n1 1\n255\nabc', 'not of mmpose-ae export --poses'),
        ('{"decoding": {}, "step": 32}', b'P6\n1 1\n255\nabc', 'not of mmpose-ae export --poses'),
        (NOTE, b'P5\n1 1\n255\na', 'expected a binary PPM'),
        (NOTE, b'P6\n0 1\n255\n', 'expected a binary PPM'),
        (NOTE, b'P6\n1 -1\n255\nabc', 'expected a binary PPM'),
        (NOTE, b'P6\n# 1 1\n255\nabc', 'expected a binary PPM'),
        (NOTE, b'P6\n2 1\n255\nabc', 'ends too early'),
    ],
)
def test_what_does_not_fit_is_said(program, tmp_path, note, picture, message):
    (tmp_path / 'a.ppm').write_bytes(picture)
    done = run(program, write_network(tmp_path / 'a.onnx', note), tmp_path / 'a.ppm')
    assert done.returncode == 1
    assert message in done.stderr
