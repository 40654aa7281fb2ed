"""Grouping attention by hand: two types, one candidate each, nodes of one number."""

import math

import pytest
import torch

from mmpose_ae.models.center_group import GroupingAttention

CENTER, KEYPOINTS = torch.tensor([[[1.0]]]), torch.tensor([[[math.log(2)], [0.0]]])
NO_ENCODING = torch.zeros(1, 1, 1), torch.zeros(1, 2, 1)


def build(**options):
    """Queries 1 and 2 times the center, keys 1 and -1 times a keypoint, values 10 and 1 times."""
    attention = GroupingAttention(dim=1, head_dim=1, num_keypoints=2, **options)
    factors = dict(query=(1.0, 2.0), key=(1.0, -1.0), value=(10.0, 1.0))
    for name, values in factors.items():
        layer = getattr(attention, name)
        if layer is not None:
            layer.weight.data = torch.tensor(values)[:, None]
    return attention


def attend(attention, padded=(False, False), encodings=NO_ENCODING):
    weights, messages = attention(CENTER, KEYPOINTS, *encodings, torch.tensor([padded]))
    return weights[0, 0].detach(), None if messages is None else messages[0, 0, :, 0].detach()


def test_every_head_attends_to_all_types():
    """Products ln 2 and 0 of the first head, -2 ln 2 and 0 of the second."""
    weights, messages = attend(build())
    torch.testing.assert_close(weights, torch.tensor([[2 / 3, 1 / 3], [1 / 5, 4 / 5]]))
    expected = torch.tensor([10 * 2 / 3 * math.log(2), 1 / 5 * math.log(2)])
    torch.testing.assert_close(messages, expected)


def test_encodings_join_queries_and_keys_but_not_values():
    """Query 1 * (1 + 1), keys ln 2 and ln 3 for the first head."""
    encodings = torch.tensor([[[1.0]]]), torch.tensor([[[0.0], [math.log(3)]]])
    weights, messages = attend(build(), encodings=encodings)
    torch.testing.assert_close(weights[0], torch.tensor([4 / 13, 9 / 13]))
    assert messages[0] == pytest.approx(10 * 4 / 13 * math.log(2))


def test_encodings_may_join_values():
    """Eq. 11: values 10 * (0 + ln 2) and 10 * (ln 3 + 0) of the first head."""
    encodings = torch.tensor([[[1.0]]]), torch.tensor([[[0.0], [math.log(3)]]])
    weights, messages = attend(build(encode_values=True), encodings=encodings)
    torch.testing.assert_close(weights[0], torch.tensor([4 / 13, 9 / 13]))
    expected = 10 * (4 / 13 * math.log(2) + 9 / 13 * math.log(3))
    assert messages[0] == pytest.approx(expected)


def test_products_are_divided_by_the_root_of_the_head_size():
    attention = GroupingAttention(dim=1, head_dim=4, num_keypoints=1)
    attention.query.weight.data.fill_(1.0)
    attention.key.weight.data.fill_(1.0)
    weights, _ = attend(attention)  # 4 ln 2 / 2 against 0
    torch.testing.assert_close(weights, torch.tensor([[4 / 5, 1 / 5]]))


@pytest.mark.parametrize('type_agnostic, padded, expected', [
    (True, (False, True), [[1.0, 0.0], [1.0, 0.0]]),
    (True, (True, True), [[2 / 3, 1 / 3], [1 / 5, 4 / 5]]),  # nothing else: as if it were real
    (False, (False, False), [[1.0, 0.0], [0.0, 1.0]]),
    (False, (False, True), [[1.0, 0.0], [1.0, 0.0]]),  # none of the second type: all types
    (False, (True, True), [[1.0, 0.0], [0.0, 1.0]]),
])  # fmt: skip
def test_what_heads_may_see(type_agnostic, padded, expected):
    weights, _ = attend(build(type_agnostic=type_agnostic), padded)
    torch.testing.assert_close(weights, torch.tensor(expected))


def test_without_values():
    attention = build(with_values=False)
    assert attend(attention)[1] is None
    assert len(list(attention.parameters())) == 4
