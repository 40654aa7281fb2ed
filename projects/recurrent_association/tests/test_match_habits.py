"""Orders to start from, and partners that are kept."""

import pytest
import torch
from mmengine.logging import MessageHub

from projects.recurrent_association.models.fixed_order import FixedOrder, rank_by_size
from projects.recurrent_association.models.matching import match
from projects.recurrent_association.models.partner_memory import PartnerMemory


def test_largest_first():
    sides = torch.tensor([[[2.0, 3], [4, 4], [9, 9], [1, 7]]])
    present = torch.tensor([[True, True, False, True]])
    assert rank_by_size(sides, present).tolist() == [[2, 0, 3, 1]]


@pytest.mark.parametrize('iteration, price', [(0, 8), (25, 6), (50, 4), (100, 0), (300, 0)])
def test_the_price_of_another_order_falls(iteration, price):
    hub = MessageHub.get_instance('test_match_habits')
    hub.update_info('iter', iteration)
    costs = FixedOrder(iterations=100, price=8.0).costs(
        torch.tensor([1, 2]), torch.tensor([[2, 0, 1]])
    )
    assert costs.tolist() == [[[price, price, 0], [0, price, price]]]


def assign(memory, costs, image='a', index=(0, 1)):
    """Match steps to instances with what is remembered of an image."""
    index, costs = torch.tensor(index), torch.tensor([costs])
    sides = (torch.ones(1, size, dtype=torch.bool) for size in costs.shape[1:])
    matched = match(costs + memory.costs(index, [image], costs.shape[2]), *sides)
    memory.remember(index, [image], matched, costs.shape[2])
    return matched.tolist()[0]


def test_partners_are_kept_up_to_a_margin():
    memory = PartnerMemory(margin=1.0)
    assert assign(memory, [[0.0, 5.0], [5.0, 0.0]]) == [0, 1]
    assert assign(memory, [[1.5, 1.0], [1.0, 1.5]]) == [0, 1]  # 1.0 worse in all, below 2 margins
    assert assign(memory, [[1.5, 1.0], [1.0, 1.5]], image='b') == [1, 0]
    assert assign(memory, [[3.5, 1.0], [1.0, 3.5]]) == [1, 0]
    assert assign(memory, [[1.0, 1.5], [1.5, 1.0]]) == [1, 0]  # the new ones are kept now


def test_partners_of_a_later_chunk():
    memory = PartnerMemory(margin=1.0)
    assert assign(memory, [[0.0, 5.0]], index=[0]) == [0]
    assert assign(memory, [[5.0, 0.0]], index=[1]) == [1]
    none = memory.costs(torch.tensor([0, 1, 2]), ['a'], 3)
    assert none.tolist() == [[[-1, 0, 0], [0, -1, 0], [0, 0, 0]]]


def test_other_padding():
    """The image is in a batch with another one of fewer people, then of more."""
    memory = PartnerMemory(margin=1.0)
    assign(memory, [[9.0, 9.0, 0.0]], index=[0])
    assert memory.costs(torch.tensor([0]), ['a', 'b'], 2).tolist() == [[[0, 0]], [[0, 0]]]
    assert memory.costs(torch.tensor([0]), ['b', 'a'], 4).tolist() == [[[0] * 4], [[0, 0, -1, 0]]]
