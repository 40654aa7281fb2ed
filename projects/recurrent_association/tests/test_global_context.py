"""Maxima over the image among the inputs of gates."""

import torch

from projects.recurrent_association.models.conv_lstm import ConvLSTM
from projects.recurrent_association.models.global_context import GlobalContext


def test_by_hand():
    """Maxima 3, 1 and -1 of three maps, weights 1, 10 and 100."""
    context = GlobalContext(3, 1)
    with torch.no_grad():
        context.linear.weight[:] = torch.tensor([1.0, 10.0, 100.0])
    first = torch.tensor([[[[3.0, 2.0]], [[0.0, 1.0]]]])
    second = torch.tensor([[[[-4.0, -1.0]]]])
    assert context(torch.tensor([[[[0.0, 0.5]]]]), [first, second]).tolist() == [[[[-87, -86.5]]]]


def test_it_starts_as_a_network_without():
    torch.manual_seed(0)
    with_context = ConvLSTM(4, 3, 8, 2, global_context=True)
    without = ConvLSTM(4, 3, 8, 2)
    missing, unexpected = without.load_state_dict(with_context.state_dict(), strict=False)
    assert not missing and all('context' in name for name in unexpected)
    features, x = torch.randn(2, 4, 5, 6), torch.randn(2, 3, 5, 6)
    for network in (with_context, without):
        states = network.initial_state(features)
        for _ in range(2):
            states = network(network.project(features), x, states)
        network.found = states
    torch.testing.assert_close(with_context.found, without.found)


def test_a_far_cell_is_seen():
    torch.manual_seed(0)
    network = ConvLSTM(4, 3, 8, 1, global_context=True)
    torch.nn.init.normal_(network.cells[0].context.linear.weight)
    features, x = torch.randn(1, 4, 9, 9), torch.zeros(1, 3, 9, 9)
    corner = x.clone()
    corner[..., 0, 0] = 5
    found = [
        network(network.project(features), y, network.initial_state(features)) for y in (x, corner)
    ]
    assert (found[0][-1].hidden[..., 8, 8] - found[1][-1].hidden[..., 8, 8]).abs().max() > 0.01
