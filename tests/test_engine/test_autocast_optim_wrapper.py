import pytest
import torch
from mmengine.registry import DefaultScope
from torch import nn

from mmpose_ae.registry import OPTIM_WRAPPERS


def build(model, **kwargs):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    cfg = dict(type='AutocastOptimWrapper', optimizer=optimizer, **kwargs)
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        return OPTIM_WRAPPERS.build(cfg)


@pytest.fixture
def model():
    """y = 3 x, exact in every precision."""
    model = nn.Linear(1, 1, bias=False)
    nn.init.constant_(model.weight, 3)
    return model


@pytest.mark.parametrize('dtype', [torch.bfloat16, torch.float16])
def test_computes_in_low_precision_and_updates_in_full(model, instructions, dtype):
    instructions(True)
    wrapper = build(model, dtype=str(dtype).split('.')[1])
    with wrapper.optim_context(model):
        output = model(torch.tensor([[2.0]]))
    assert output.dtype == dtype
    wrapper.update_params(output.float().square().sum())
    # d(3 x)^2 / dw = 2 * 6 * 2 = 24; 3 - 0.5 * 24 = -9
    assert model.weight.dtype == torch.float32
    assert model.weight.item() == -9


def test_precision_is_full_again_outside(model, instructions):
    instructions(True)
    wrapper = build(model)
    with wrapper.optim_context(model):
        assert model(torch.ones(1, 1)).dtype == torch.bfloat16
    assert model(torch.ones(1, 1)).dtype == torch.float32


def test_a_cpu_without_instructions_computes_in_float32(model, instructions):
    instructions(False)
    wrapper = build(model)
    with wrapper.optim_context(model):
        assert model(torch.ones(1, 1)).dtype == torch.float32


def test_gradients_accumulate(model):
    wrapper = build(model, accumulative_counts=2)
    for expected in (3, 2.5):  # the mean gradient of two steps is 1
        with wrapper.optim_context(model):
            loss = model(torch.ones(1, 1)).sum()
        wrapper.update_params(loss)
        assert model.weight.item() == expected


def test_state_is_that_of_the_optimizer(model):
    state = build(model).state_dict()
    build(nn.Linear(1, 1, bias=False)).load_state_dict(state)
    assert state['param_groups'][0]['lr'] == 0.5


def test_another_dtype_is_named(model):
    with pytest.raises(ValueError, match="'float64'"):
        build(model, dtype='float64')
