"""The convolutional LSTM: one step by hand, and what it hands on."""

import math

import pytest
import torch
import torch.nn.functional as F

from projects.recurrent_association.models.conv_lstm import (
    ConvLSTM,
    ConvLSTMCell,
    LSTMState,
    detach,
    spatial_maxima,
)


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def test_cell_by_hand():
    """One channel, one cell: input 2, output 0.5 and memory 3 of the step before."""
    cell = ConvLSTMCell(1, 1, kernel_size=1)
    with torch.no_grad():
        cell.from_input.weight[:, 0, 0, 0] = torch.tensor([0.1, 0.2, 0.3, 0.4])
        cell.from_hidden.weight[:, 0, 0, 0] = torch.tensor([1.0, -1.0, 2.0, -2.0])
        cell.from_hidden.bias[:] = torch.tensor([0.0, 1.0, 0.0, 0.5])
    state = LSTMState(torch.full((1, 1, 1, 1), 0.5), torch.full((1, 1, 1, 1), 3.0))
    hidden, memory = cell(torch.full((1, 1, 1, 1), 2.0), state)
    # gates: enter 0.2 + 0.5, keep 0.4 - 0.5 + 1, leave 0.6 + 1, candidate 0.8 - 1 + 0.5
    expected = sigmoid(0.9) * 3 + sigmoid(0.7) * math.tanh(0.3)
    assert memory.item() == pytest.approx(expected, abs=1e-6)
    assert hidden.item() == pytest.approx(sigmoid(1.6) * math.tanh(expected), abs=1e-6)


def test_cell_is_one_convolution_of_all_its_inputs():
    torch.manual_seed(0)
    cell = ConvLSTMCell(2, 4, constant_channels=3)
    constant, x = torch.randn(2, 3, 5, 6), torch.randn(2, 2, 5, 6)
    state = LSTMState(torch.randn(2, 4, 5, 6), torch.randn(2, 4, 5, 6))
    weights = [cell.from_constant.weight, cell.from_input.weight, cell.from_hidden.weight]
    inputs = torch.cat([constant, x, state.hidden], dim=1)
    gates = F.conv2d(inputs, torch.cat(weights, dim=1), cell.from_hidden.bias, padding=1)
    i, f, o, g = gates.chunk(4, dim=1)
    memory = f.sigmoid() * state.memory + i.sigmoid() * g.tanh()
    found = cell(x, state, cell.project(constant))
    torch.testing.assert_close(found.memory, memory)
    torch.testing.assert_close(found.hidden, o.sigmoid() * memory.tanh())


def test_a_new_cell_remembers():
    cell = ConvLSTMCell(1, 2)
    assert cell.from_hidden.bias[2:4].tolist() == [1, 1]


def test_stack_halves_its_channels():
    lstm = ConvLSTM(5, 2, hidden_channels=16, num_layers=3)
    states = lstm.initial_state(torch.zeros(2, 5, 4, 3))
    assert [tuple(s.hidden.shape) for s in states] == [(2, 16, 4, 3), (2, 8, 4, 3), (2, 4, 4, 3)]
    new = lstm(lstm.project(torch.randn(2, 5, 4, 3)), torch.randn(2, 2, 4, 3), states)
    assert [s.hidden.shape for s in new] == [s.hidden.shape for s in states]
    assert all(s.hidden.count_nonzero() == 0 for s in states)  # nothing is changed in place


def test_channels_that_cannot_be_halved():
    with pytest.raises(ValueError, match='hidden_channels 6 must be divisible by 4'):
        ConvLSTM(5, 2, hidden_channels=6, num_layers=3)


def test_memory_is_float32_under_autocast():
    lstm = ConvLSTM(1, 0, hidden_channels=4, num_layers=2)
    with torch.autocast('cpu', torch.bfloat16):
        projected = lstm.project(torch.zeros(1, 1, 4, 4))
        states = lstm(projected, None, lstm.initial_state(projected))
    assert projected.dtype == torch.bfloat16
    assert {s.memory.dtype for s in states} == {torch.float32}


def test_spatial_maxima_and_detach():
    maps = torch.zeros(1, 2, 3, 3, requires_grad=True)
    raised = maps.index_put((torch.tensor(0), torch.tensor(1), torch.tensor(2)), torch.ones(3))
    states = [LSTMState(raised, raised), LSTMState(raised - 2, raised)]
    assert spatial_maxima(states).tolist() == [[0, 1, -2, -1]]
    assert not any(value.requires_grad for state in detach(states) for value in state)
