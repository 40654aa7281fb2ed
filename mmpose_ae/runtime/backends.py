"""What computes a network: onnxruntime or OpenVINO."""

import re
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Dict, List, Optional, Protocol, Union

import numpy as np

Arrays = Dict[str, np.ndarray]
CPU, CUDA = 'CPUExecutionProvider', 'CUDAExecutionProvider'  # as onnxruntime calls them
GPU_NAME = re.compile(r'cuda(?::(\d+))?')


class Backend(Protocol):
    """A loaded network.

    Attributes:
        input_names (list): Names of what it takes.
        output_names (list): And of what it gives.
    """

    input_names: List[str]
    output_names: List[str]

    def __call__(self, inputs: Arrays) -> Arrays:
        """Compute all outputs, by name."""


class OnnxRuntime:
    """A network in onnxruntime.

    Args:
        path (str | Path): The file.
        device (str): ``'cpu'``, ``'cuda'`` or ``'cuda:1'``.
        threads (int, optional): Of an operator. None is one for each core.
        amp (bool): Not for this one.

    Raises:
        ImportError: onnxruntime is not installed.
        ValueError: It cannot load the file, has no such device, or has no mixed precision.
    """

    def __init__(
        self, path: Union[str, Path], device: str, threads: Optional[int], amp: bool
    ) -> None:
        if amp:
            raise ValueError('amp is of the backend openvino; onnxruntime computes as exported')
        onnxruntime = _import('onnxruntime')
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads or 0
        options.log_severity_level = 3  # errors
        providers = _providers(onnxruntime, device)
        try:
            self._session = onnxruntime.InferenceSession(str(path), options, providers)
        except Exception as error:  # its errors have no class of their own in common
            raise ValueError(f'{path} cannot be loaded by onnxruntime: {error}') from error
        _check_device(self._session.get_providers(), device)
        self.input_names = [each.name for each in self._session.get_inputs()]
        self.output_names = [each.name for each in self._session.get_outputs()]

    def __call__(self, inputs: Arrays) -> Arrays:
        """Compute all outputs, by name."""
        return dict(zip(self.output_names, self._session.run(None, inputs)))


class OpenVino:
    """A network in OpenVINO, on the CPU.

    Args:
        path (str | Path): The file.
        device (str): ``'cpu'``.
        threads (int, optional): As of :class:`OnnxRuntime`.
        amp (bool): Compute with bfloat16 where the CPU has instructions for it, else as exported.

    Raises:
        ImportError: OpenVINO is not installed.
        ValueError: It cannot load the file, or another device is asked for.
    """

    def __init__(
        self, path: Union[str, Path], device: str, threads: Optional[int], amp: bool
    ) -> None:
        if device != 'cpu':
            raise ValueError(f'the backend openvino is for the device cpu, got {device}')
        options = dict(
            INFERENCE_PRECISION_HINT='bf16' if amp else 'f32', PERFORMANCE_HINT='LATENCY'
        )
        if threads:
            options['INFERENCE_NUM_THREADS'] = threads
        openvino = _import('openvino')
        try:
            self._network = openvino.Core().compile_model(str(path), 'CPU', options)
        except Exception as error:  # its errors have no class of their own in common
            raise ValueError(f'{path} cannot be loaded by OpenVINO: {error}') from error
        self.input_names = [port.get_any_name() for port in self._network.inputs]
        self.output_names = [port.get_any_name() for port in self._network.outputs]

    def __call__(self, inputs: Arrays) -> Arrays:
        """Compute all outputs, by name."""
        found = self._network(inputs)
        return {port.get_any_name(): values for port, values in found.items()}


BACKENDS = {'onnxruntime': OnnxRuntime, 'openvino': OpenVino}


def _import(name: str) -> ModuleType:
    try:
        return import_module(name)
    except ImportError as error:
        raise ImportError(f'the backend {name} is not installed: pip install {name}') from error


def _providers(onnxruntime: ModuleType, device: str) -> list:
    """What onnxruntime calls a device; what that cannot do is done on the CPU."""
    if device == 'cpu':
        return [CPU]
    named, there = GPU_NAME.fullmatch(device), onnxruntime.get_available_providers()
    if not named or CUDA not in there:
        raise ValueError(
            f'the device {device} cannot be used: this onnxruntime has {", ".join(there)}'
            ' (onnxruntime-gpu has CUDA; devices are cpu, cuda, cuda:1)'
        )
    return [(CUDA, dict(device_id=int(named[1] or 0))), CPU]


def _check_device(used: List[str], device: str) -> None:
    """Refuse a session that onnxruntime has put elsewhere, as it does where CUDA does not start."""
    if device != 'cpu' and CUDA not in used:
        raise ValueError(
            f'the device {device} cannot be used: onnxruntime has fallen back on '
            f'{", ".join(used)}. Is there such a device, and are the versions of CUDA and cuDNN '
            'those that this onnxruntime-gpu was built for?'
        )
