from importlib import import_module
from types import SimpleNamespace

import pytest
import torch
from torch import nn
from torch.profiler import ProfilerActivity, profile

from mmpose_ae.engine import is_fast, mixed_precision

TYPES = [torch.bfloat16, torch.float16]
MODULE = import_module('mmpose_ae.engine.mixed_precision')


@pytest.fixture
def said(monkeypatch):
    """What is said, of which nothing was said before."""
    texts = []
    monkeypatch.setattr(MODULE, 'print_log', lambda text, *_: texts.append(text))
    MODULE._warn.cache_clear()
    yield texts
    MODULE._warn.cache_clear()


def convolve(dtype):
    """A convolution in mixed precision on the CPU; gives its type and the operations of PyTorch."""
    with profile(activities=[ProfilerActivity.CPU]) as profiler, mixed_precision('cpu', dtype):
        output = nn.Conv2d(8, 8, 3)(torch.ones(2, 8, 20, 20))
    return output.dtype, {event.name for event in profiler.events()}


@pytest.mark.parametrize('dtype', TYPES)
def test_no_convolution_takes_the_slow_path(dtype):
    computed, operations = convolve(dtype)  # whatever this machine is
    assert 'aten::mkldnn_convolution' in operations
    assert not any('slow' in name for name in operations)
    assert computed == (dtype if is_fast('cpu', dtype) else torch.float32)


@pytest.mark.parametrize('dtype', TYPES)
def test_a_type_with_instructions_is_used(instructions, said, dtype):
    instructions(True)
    assert convolve(dtype)[0] == dtype
    assert not said


@pytest.mark.parametrize('dtype, name', [(torch.bfloat16, 'bfloat16'), (torch.float16, 'float16')])
def test_a_type_without_is_named_once(instructions, said, dtype, name):
    instructions(False)
    assert convolve(dtype)[0] == convolve(dtype)[0] == torch.float32
    assert len(said) == 1
    assert f'no instructions for {name},' in said[0] and 'computing in float32' in said[0]


def test_each_type_has_instructions_of_its_own(monkeypatch, said):
    monkeypatch.setattr(torch.ops.mkldnn, '_is_mkldnn_bf16_supported', lambda: True)
    monkeypatch.setattr(torch.ops.mkldnn, '_is_mkldnn_fp16_supported', lambda: False)
    assert [is_fast('cpu', dtype) for dtype in TYPES] == [True, False]


def test_the_type_of_a_cpu_is_bfloat16(instructions):
    instructions(True)
    assert mixed_precision('cpu').fast_dtype == torch.bfloat16


def test_a_torch_without_onednn_has_no_fast_type(monkeypatch, said):
    monkeypatch.setattr(MODULE.torch.ops, 'mkldnn', SimpleNamespace())
    assert not is_fast('cpu', torch.bfloat16)


@pytest.mark.parametrize('dtype', TYPES)
def test_other_devices_are_believed(instructions, said, dtype):
    instructions(False)
    assert is_fast('cuda', dtype)
    assert not said
