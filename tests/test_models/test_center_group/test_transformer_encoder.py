import pytest
import torch
from torch import nn

from mmpose_ae.models.center_group import TransformerEncoder


@pytest.fixture
def nodes():
    torch.manual_seed(0)
    return torch.randn(2, 7, 16)


PADDING = torch.tensor([[False] * 5 + [True] * 2, [False] * 7])


def test_without_encodings_and_skips_it_is_the_encoder_of_torch(nodes):
    ours = TransformerEncoder(16, 2, 4, 32, skip_connections=False).eval()
    layer = nn.TransformerEncoderLayer(16, 4, 32, batch_first=True)
    theirs = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False).eval()
    theirs.load_state_dict(ours.state_dict())
    expected = theirs(nodes, src_key_padding_mask=PADDING)
    found = ours(nodes, torch.zeros_like(nodes), PADDING)[-1]
    torch.testing.assert_close(found[~PADDING], expected[~PADDING], rtol=1e-4, atol=1e-5)


def test_skips_add_the_input_of_each_layer(nodes):
    torch.manual_seed(1)
    encodings = torch.randn_like(nodes)
    encoder = TransformerEncoder(16, 2, 4, 32).eval()
    first, second, third = encoder(nodes, encodings, PADDING)
    assert torch.equal(first, nodes)
    for before, after, layer in zip((first, second), (second, third), encoder.layers):
        torch.testing.assert_close(after - before, layer(before, encodings, PADDING))


def test_encodings_do_not_reach_the_values(nodes):
    """One node attends to itself only, whatever its encoding."""
    encoder = TransformerEncoder(16, 1, 4, 32).eval()
    alone = nodes[:, :1]
    outputs = [
        encoder(alone, encoding, torch.zeros(2, 1, dtype=torch.bool))[-1]
        for encoding in (torch.zeros_like(alone), 10 * torch.ones_like(alone))
    ]
    torch.testing.assert_close(*outputs)


def test_no_layers_leave_the_nodes(nodes):
    (only,) = TransformerEncoder(16, 0)(nodes, nodes, PADDING)
    assert torch.equal(only, nodes)
