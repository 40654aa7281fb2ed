"""Which steps are trained towards which instance, and towards what probability."""

import math

import pytest
import torch
from mmengine.logging import MessageHub

from mmpose_ae.registry import MODELS
from projects.recurrent_association.models import Chunk
from projects.recurrent_association.models.instance_targets import InstanceTargets
from projects.recurrent_association.models.recurrent_association_loss import Supervision

SURE, UNSURE = 0.0, -2.0  # logits: above and below that of the threshold, -1
LOG = {SURE: math.log(2), UNSURE: math.log1p(math.exp(-2))}  # cross entropy of "nobody"


def entropy(logit, is_instance):
    return LOG[logit] - (logit if is_instance else 0)


def make_chunk(values, logits, counts, start=0, refined=None):
    """Steps whose one heatmap of one cell has a value each, as the unroller would make them."""
    values, logits = torch.tensor(values), torch.tensor(logits)  # (B, P)
    index = torch.arange(start, start + values.shape[1])
    sure = logits >= -1
    accepted = sure.cummin(1).values
    before = torch.cat([torch.ones_like(sure[:, :1]), accepted[:, :-1]], dim=1)
    running = before | (index <= torch.tensor(counts)[:, None])
    maps = values[..., None, None, None].requires_grad_()
    second = None if refined is None else torch.tensor(refined)[..., None, None, None]
    return Chunk(index, maps, second, logits, sure, accepted, running)


def supervise(targets, counts=None):
    """Instances whose one heatmap of one cell has a value each."""
    y = torch.tensor(targets)[..., None, None]  # (B, N, 1, 1)
    present = torch.ones(y.shape[:2], dtype=torch.bool)
    if counts is not None:
        present = torch.arange(y.shape[1]) < torch.tensor(counts)[:, None]
    targets = InstanceTargets(torch.ones_like(y), y, present)
    return Supervision(targets, torch.ones(len(y), 1, 1), present)


def compute(chunk, supervision, **options):
    loss = MODELS.build(dict(type='mmpose_ae.RecurrentAssociationLoss', **options))
    losses, left = loss(chunk, supervision)
    return {name: value.item() for name, value in losses.items()}, left.remaining.tolist()


def test_matched_by_the_least_total_distance():
    """Values 1, 4 and instances 5, 0: 1 shows 0 and 4 shows 5."""
    losses, left = compute(make_chunk([[1.0, 4.0]], [[SURE, SURE]], [2]), supervise([[5.0, 0.0]]))
    assert losses['heatmap'] == pytest.approx(1 + 1)
    assert losses['stop'] == pytest.approx(2 * entropy(SURE, True))
    assert left == [[False, False]]


# Two instances, 5 and 0. The network stops after one instance: the second step is not sure.
EARLY = [5.0, 1.0, 7.0], [SURE, UNSURE, UNSURE]
# It stops after three: the first two steps show 9 and 1, the third 5.
LATE = [9.0, 1.0, 5.0, 7.0], [SURE, SURE, SURE, UNSURE]


@pytest.mark.parametrize(
    'steps, options, heatmap, left',
    [
        (EARLY, dict(), 0, [False, True]),  # (a): the second step is not trained
        (EARLY, dict(count_unsure=True), 1, [False, False]),  # (b): it shows 0 and says 1
        (LATE, dict(), 16 + 1, [False, False]),  # (a'): 9 is the best there is for 5
        (LATE, dict(count_surplus=True), 1, [False, False]),  # (b'): the third step shows it
    ],
)
def test_four_configurations(steps, options, heatmap, left):
    values, logits = steps
    chunk = make_chunk([values], [logits], [2])
    losses, remaining = compute(chunk, supervise([[5.0, 0.0]]), **options)
    assert losses['heatmap'] == pytest.approx(heatmap)
    assert remaining == [left]
    # Eq. 1: one for as many steps as there are instances, zero for all others
    expected = sum(entropy(logit, step < 2) for step, logit in enumerate(logits))
    assert losses['stop'] == pytest.approx(expected)


def test_steps_an_image_does_not_need_have_no_loss():
    """The first image stops at its second step; the second one needs four."""
    chunk = make_chunk(
        [[1.0, 9.0, 9.0, 9.0], [1.0, 1.0, 1.0, 9.0]],
        [[SURE, UNSURE, SURE, SURE], [SURE, SURE, SURE, UNSURE]],
        [1, 3],
    )
    supervision = supervise([[1.0, 0.0, 0.0], [1.0, 1.0, 1.0]], counts=[1, 3])
    losses, left = compute(chunk, supervision)
    first = entropy(SURE, True) + entropy(UNSURE, False)
    second = 3 * entropy(SURE, True) + entropy(UNSURE, False)
    assert losses == pytest.approx(dict(stop=(first + second) / 2, heatmap=0))
    assert left == [[False] * 3] * 2


def test_a_matched_instance_is_not_matched_again():
    """Both chunks show 5; in the second only 0 is left for it."""
    supervision = supervise([[5.0, 0.0]])
    loss = MODELS.build(dict(type='mmpose_ae.RecurrentAssociationLoss'))
    _, supervision = loss(make_chunk([[5.0]], [[SURE]], [2]), supervision)
    losses, supervision = loss(make_chunk([[5.0]], [[SURE]], [2], start=1), supervision)
    assert losses['heatmap'].item() == 25
    assert supervision.remaining.tolist() == [[False, False]]


def test_who_was_shown_before_the_end_of_a_part():
    """0 in one part, though all together are nearer when the first step shows 5."""
    chunk = make_chunk([[2.0, 0.0]], [[SURE, SURE]], [2])
    supervision = supervise([[5.0, 0.0]])
    assert compute(chunk, supervision)[0]['heatmap'] == 9
    chunk = chunk._replace(ends=torch.tensor([[True, True]]))
    assert compute(chunk, supervision)[0]['heatmap'] == 4 + 25


def test_cells_that_are_not_supervised():
    supervision = supervise([[5.0, 0.0]])
    supervision = supervision._replace(mask=torch.zeros_like(supervision.mask))
    losses, _ = compute(make_chunk([[1.0, 4.0]], [[SURE, SURE]], [2]), supervision)
    assert losses['heatmap'] == 0


def test_weights():
    chunk, supervision = make_chunk([[3.0]], [[SURE]], [1]), supervise([[1.0]])
    losses, _ = compute(chunk, supervision, heatmap_weight=0.5, stop_weight=3.0)
    assert losses == pytest.approx(dict(stop=3 * math.log(2), heatmap=0.5 * 4))


def test_the_second_network_has_the_matching_of_the_first():
    chunk = make_chunk([[5.0, 0.0]], [[SURE, SURE]], [2], refined=[[4.0, 9.0]])
    losses, _ = compute(chunk, supervise([[0.0, 5.0]]))
    assert (losses['heatmap'], losses['heatmap2']) == (0, 1 + 81)


def test_the_second_network_alone_is_matched_by_itself():
    chunk = make_chunk([[5.0, 0.0]], [[SURE, SURE]], [2], refined=[[1.0, 9.0]])
    losses, _ = compute(chunk, supervise([[0.0, 5.0]]), only_second=True)
    assert 'heatmap' not in losses
    assert losses['heatmap2'] == 1 + 16
    with pytest.raises(ValueError, match='only_second needs a second_lstm'):
        compute(make_chunk([[5.0]], [[SURE]], [1]), supervise([[0.0]]), only_second=True)


def test_steps_that_are_asked_for_somebody():
    """The first step is asked for 0 and shows 5, unsure; for the free one only 5 is left."""
    chunk = make_chunk([[5.0, 0.0, 3.0]], [[UNSURE, SURE, UNSURE]], [2])
    supervision = supervise([[5.0, 0.0]])
    asked = torch.tensor([[1, -1, -1]])
    supervision = supervision._replace(asked=asked, remaining=torch.tensor([[True, False]]))
    losses, left = compute(chunk, supervision)
    assert losses['heatmap'] == 25 + 25
    assert left == [[False, False]]


def test_weights_of_images():
    chunk = make_chunk([[3.0], [5.0]], [[SURE], [SURE]], [1, 1])
    supervision = supervise([[1.0], [2.0]])._replace(weights=torch.tensor([1.5, 0.5]))
    losses, _ = compute(chunk, supervision)
    assert losses['heatmap'] == pytest.approx((1.5 * 4 + 0.5 * 9) / 2)
    assert losses['stop'] == pytest.approx(math.log(2))


def test_earlier_passes_keep_the_partners_of_the_last():
    """Two passes of two steps: the first one showed them the other way round."""
    chunk = make_chunk([[5.0, 0.0]], [[SURE, SURE]], [2])
    earlier = torch.tensor([[[1.0, 4.0], [5.0, 2.0]]])[..., None, None, None]  # (B, P, passes)
    losses, _ = compute(chunk._replace(earlier=earlier), supervise([[5.0, 0.0]]), pass_weight=0.5)
    assert losses['heatmap'] == 0
    assert losses['heatmap_earlier'] == 0.5 * (16 + 25 + 1 + 4)
    losses, _ = compute(chunk, supervise([[5.0, 0.0]]), pass_weight=0.5)
    assert 'heatmap_earlier' not in losses


@pytest.mark.parametrize('price, heatmap', [(3.0, 0), (6.0, 50)])
def test_an_order_to_start_from(price, heatmap):
    """In their order both people cost 5 more; in the other one both steps pay the price."""
    chunk = make_chunk([[5.0, 0.0]], [[SURE, SURE]], [2])
    supervision = supervise([[5.0, 0.0]])._replace(ranks=torch.tensor([[1, 0]]))
    order = dict(iterations=100, price=price)
    MessageHub.get_instance('test_recurrent_association_loss').update_info('iter', 0)
    assert compute(chunk, supervision, fixed_order=order)[0]['heatmap'] == heatmap


def test_partners_from_epoch_to_epoch():
    loss = MODELS.build(dict(type='mmpose_ae.RecurrentAssociationLoss', partners=dict(margin=2.0)))
    supervision = supervise([[5.0, 0.0], [5.0, 0.0]])._replace(images=['a', 'b'])
    logits = [[SURE, SURE]] * 2
    for values, heatmap in [
        ([[5.0, 0.0], [0.0, 5.0]], 0),
        ([[2.0, 3.0], [2.0, 3.0]], (9 + 9 + 4 + 4) / 2),  # each image as it was
        ([[1.0, 4.0], [1.0, 4.0]], 1 + 1),  # 6 nearer in all: more than both margins
    ]:
        losses, _ = loss(make_chunk(values, logits, [2, 2]), supervision)
        assert losses['heatmap'].item() == heatmap


def test_nobody_is_there():
    """All steps are in the graph; the first one is told that nobody is there."""
    chunk = make_chunk([[3.0]], [[SURE]], [0])
    targets = InstanceTargets(
        torch.zeros(1, 0, 1, 1), torch.zeros(1, 0, 1, 1), torch.zeros(1, 0).bool()
    )
    supervision = Supervision(targets, torch.ones(1, 1, 1), targets.present)
    loss = MODELS.build(dict(type='mmpose_ae.RecurrentAssociationLoss'))
    losses, _ = loss(chunk, supervision)
    assert losses['heatmap'].item() == 0
    assert losses['heatmap'].requires_grad
    assert losses['stop'].item() == pytest.approx(math.log(2))
