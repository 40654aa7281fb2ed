"""What computes a network: equal outputs of all, and what is said where one cannot."""

import sys

import numpy as np
import pytest
from exported_files import CELLS, SCORES, write_file
from onnx import helper

from mmpose_ae.runtime.backends import BACKENDS, _providers

ALL = pytest.mark.parametrize('name', BACKENDS)


@ALL
def test_outputs_have_their_names(tmp_path, name):
    path = write_file(tmp_path / 'a.onnx')
    network = BACKENDS[name](path, 'cpu', 1, False)
    assert network.input_names == ['images']
    images = np.zeros((2, 32, 64, 3), np.uint8)
    images[1] = 255
    (found,) = network(dict(images=images)).values()
    assert list(network(dict(images=images))) == ['candidates']
    np.testing.assert_allclose(found[:, ..., 0], [0 * SCORES.T, SCORES.T], rtol=1e-6)
    np.testing.assert_array_equal(found[1, ..., 1:3], CELLS.swapaxes(0, 1))


@ALL
def test_networks_that_cannot_be_loaded_are_named(tmp_path, name):
    unknown = helper.make_node('NoSuchOperator', ['images'], ['candidates'])
    path = write_file(tmp_path / 'a.onnx', nodes=(unknown,))
    with pytest.raises(ValueError, match=r'a\.onnx cannot be loaded by .*(?s:.)*NoSuchOperator'):
        BACKENDS[name](path, 'cpu', None, False)


@ALL
def test_a_backend_that_is_not_installed_is_named(tmp_path, name, monkeypatch):
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ImportError, match=f'{name} is not installed: pip install {name}'):
        BACKENDS[name](write_file(tmp_path / 'a.onnx'), 'cpu', None, False)


def test_mixed_precision_is_of_openvino(tmp_path):
    path = write_file(tmp_path / 'a.onnx')
    images = np.full((1, 32, 32, 3), 255, np.uint8)
    (found,) = BACKENDS['openvino'](path, 'cpu', None, True)(dict(images=images)).values()
    np.testing.assert_allclose(found[0, ..., 0], SCORES.T, rtol=0.01)
    with pytest.raises(ValueError, match='amp is of the backend openvino'):
        BACKENDS['onnxruntime'](path, 'cpu', None, True)


class Runtime:
    """An onnxruntime with or without CUDA."""

    def __init__(self, *providers):
        self.get_available_providers = lambda: [*providers, 'CPUExecutionProvider']


def test_devices(tmp_path):
    cuda = Runtime('CUDAExecutionProvider')
    assert _providers(cuda, 'cpu') == ['CPUExecutionProvider']
    assert _providers(cuda, 'cuda:1') == [
        ('CUDAExecutionProvider', {'device_id': 1}),
        'CPUExecutionProvider',
    ]
    assert _providers(cuda, 'cuda')[0] == ('CUDAExecutionProvider', {'device_id': 0})
    with pytest.raises(ValueError, match='device cuda cannot be used: this onnxruntime has CPU'):
        _providers(Runtime(), 'cuda')
    for device in ('toaster', 'cuda:x', 'cuda:-1', 'cuda:', 'cuda:1:2'):
        with pytest.raises(ValueError, match=f'the device {device} cannot be used.*cuda:1'):
            _providers(cuda, device)
    with pytest.raises(ValueError, match='openvino is for the device cpu, got cuda'):
        BACKENDS['openvino'](write_file(tmp_path / 'a.onnx'), 'cuda', None, False)


def test_a_device_that_does_not_start_is_named(tmp_path, monkeypatch):
    """onnxruntime-gpu without the libraries of CUDA computes on the CPU, and says so in its log."""
    built_with_cuda = Runtime('CUDAExecutionProvider').get_available_providers
    monkeypatch.setattr('onnxruntime.get_available_providers', built_with_cuda)
    with pytest.raises(ValueError, match='cuda:1 cannot be used: .* fallen back on CPUExecution'):
        BACKENDS['onnxruntime'](write_file(tmp_path / 'a.onnx'), 'cuda:1', None, False)
